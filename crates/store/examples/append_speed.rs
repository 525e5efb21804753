//! How fast the journal takes records, with group commit, on the disk of the given directory.
//!
//! `cargo run -p urbis-store --example append_speed [DIRECTORY]`
#![allow(clippy::print_stdout, reason = "it is a benchmark that people read")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use urbis_core::{
    EntityId, Message, ObservationBatch, Property, Quality, Record, Row, Sensitivity, SourceId,
};
use urbis_store::{
    CityState, Disk, Journal, JournalOptions, RealDisk, Snapshots, StoreError, fold, verify,
};
use urbis_units::CityTime;

/// How long each line is measured.
const SPAN: Duration = Duration::from_secs(2);

fn at(second: u64) -> CityTime {
    CityTime::from_millis(second as i64 * 1000)
}

fn note(number: u64) -> Record {
    let text = Message::new("signals-stage").number("queue_m", number as f64).text("stage", "2");
    Record::Diagnostic { scene: "signals".to_owned(), text }
}

fn batch(rows: u32, second: u64) -> Record {
    let row = |entity| Row {
        entity: EntityId(entity),
        property: Property::CountVeh,
        event_time: at(second),
        arrival_time: at(second + 1),
        value: f64::from(entity % 17),
        quality: Quality::Good,
        source: SourceId(entity % 7),
        sensitivity: Sensitivity::Internal,
    };
    Record::Observed((0..rows).map(row).collect::<ObservationBatch>())
}

fn bytes_in(dir: &Path) -> Result<u64, std::io::Error> {
    std::fs::read_dir(dir)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

/// Appends for a while, committing every `group` records, and prints the rates.
fn measure(
    dir: &Path,
    name: &str,
    (group, rows): (u64, u32),
    make: impl Fn(u64) -> Record,
) -> Result<(), Box<dyn std::error::Error>> {
    let dir = dir.join(name.replace(' ', "-"));
    let (mut journal, _) = Journal::open(&dir, JournalOptions::default())?;
    let samples: Vec<Record> = (0..64).map(&make).collect();
    let (mut commits, mut slowest) = (0, Duration::ZERO);
    let start = Instant::now();
    while start.elapsed() < SPAN {
        for _ in 0..group {
            let next = journal.last_sequence() + 1;
            journal.append(at(next), &samples[(next % 64) as usize])?;
        }
        let before = Instant::now();
        journal.commit()?;
        slowest = slowest.max(before.elapsed());
        commits += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    let records = journal.last_sequence() as f64;
    let bytes = bytes_in(&dir)? as f64;
    println!(
        "{name:<34} {:>10.0} records/s {:>11.0} values/s {:>7.1} MB/s {:>7.0} commits/s, slowest \
         {slowest:.1?}",
        records / seconds,
        records * f64::from(rows) / seconds,
        bytes / seconds / 1e6,
        f64::from(commits) / seconds,
    );
    drop(journal);
    reopen(&dir)
}

/// Times opening, checking and folding what was written.
fn reopen(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let (journal, recovery) = Journal::open(dir, JournalOptions::default())?;
    let opened = start.elapsed();
    let start = Instant::now();
    verify(dir)?;
    let checked = start.elapsed();
    let start = Instant::now();
    let state = fold(CityState::default(), journal.read_from(1))?;
    let folded = start.elapsed();
    let disk: std::sync::Arc<dyn Disk> = std::sync::Arc::new(RealDisk::new(dir.join("state"))?);
    let snapshots = Snapshots::new(disk);
    snapshots.save(&state, journal.last_hash())?;
    let start = Instant::now();
    let restored = snapshots.restore(&journal)?;
    println!(
        "{:<34} {recovery}: open {opened:.1?}, check all {checked:.1?}, fold all {folded:.1?}, \
         from snapshot {:.1?} ({} folded)",
        "",
        start.elapsed(),
        restored.folded
    );
    Ok(())
}

fn memory() -> Result<(), StoreError> {
    let mut journal = Journal::in_memory();
    let sample = note(1);
    let start = Instant::now();
    while start.elapsed() < SPAN {
        for _ in 0..1000 {
            journal.append(at(1), &sample)?;
        }
        journal.commit()?;
    }
    let rate = journal.last_sequence() as f64 / start.elapsed().as_secs_f64();
    println!("{:<34} {rate:>10.0} records/s", "in memory");
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = dir.join(format!("urbis-append-speed-{}", std::process::id()));
    measure(&dir, "small records, 1 a commit", (1, 1), note)?;
    measure(&dir, "small records, 100 a commit", (100, 1), note)?;
    measure(&dir, "small records, 10000 a commit", (10_000, 1), note)?;
    measure(&dir, "batches of 1000 values, 1 a commit", (1, 1000), |n| batch(1000, n))?;
    measure(&dir, "batches of 1000 values, 20 a commit", (20, 1000), |n| batch(1000, n))?;
    memory()?;
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}
