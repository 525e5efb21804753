//! A process that is killed while it writes: kill −9, again and again, on one journal.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use urbis_core::{Message, Record};
use urbis_store::{Journal, JournalOptions, verify};
use urbis_units::CityTime;

/// Set in the process that writes: the directory of the journal.
const CHILD: &str = "URBIS_STORE_KILL_TEST";

fn record(number: u64) -> Record {
    // Sizes differ, so that commits end anywhere in a sector.
    let text = Message::new("kill-test").text("padding", "x".repeat((number * 37 % 700) as usize));
    Record::Diagnostic { scene: number.to_string(), text }
}

fn options() -> JournalOptions {
    JournalOptions { segment_bytes: 100_000, ..JournalOptions::default() }
}

/// Writes without end, and says what was acknowledged.
fn write_until_killed(dir: &Path) {
    let (mut journal, _) = Journal::open(dir, options()).unwrap();
    let mut out = std::io::stdout();
    loop {
        for _ in 0..7 {
            let next = journal.last_sequence() + 1;
            journal.append(CityTime::from_millis(next as i64), &record(next)).unwrap();
        }
        let durable = journal.commit().unwrap();
        if writeln!(out, "acknowledged {durable}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// Starts the writer, kills it after `lines` commits, and returns what it had acknowledged.
fn kill_after(dir: &Path, lines: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "a_writer_killed_again_and_again_loses_nothing_acknowledged",
            "--nocapture",
        ])
        .env(CHILD, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut acknowledged = 0;
    let mut count = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some((_, number)) = line.split_once("acknowledged ") else { continue };
        acknowledged = number.parse().unwrap();
        count += 1;
        if count == lines {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "it was killed");
    acknowledged
}

#[test]
fn a_writer_killed_again_and_again_loses_nothing_acknowledged() {
    if let Some(dir) = std::env::var_os(CHILD) {
        write_until_killed(Path::new(&dir));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut before = 0;
    for round in 0..6 {
        let acknowledged = kill_after(dir.path(), 5 + round * 9);
        assert!(acknowledged > before);
        let (journal, recovery) = Journal::open(dir.path(), options()).unwrap();
        assert!(recovery.records_kept >= acknowledged, "{recovery}, acknowledged {acknowledged}");
        for (index, entry) in journal.read_from(1).enumerate() {
            assert_eq!(entry.unwrap().record, record(index as u64 + 1));
        }
        let verified = verify(dir.path()).unwrap();
        assert_eq!((verified.records, verified.bytes_unfinished), (recovery.records_kept, 0));
        assert_eq!(verified.last_hash, journal.last_hash());
        before = recovery.records_kept;
    }
}
