//! The journal as its users see it: append, commit, read, reopen, recover.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use urbis_core::{Message, Record};
use urbis_store::{
    Appended, IdempotencyKey, Journal, JournalOptions, MemoryDisk, NewRecord, StoreError, verify_on,
};
use urbis_units::CityTime;

fn record(number: u64) -> Record {
    Record::Diagnostic {
        scene: "signals".to_owned(),
        text: Message::new("signals-note").number("number", number as f64),
    }
}

fn at(number: u64) -> CityTime {
    CityTime::from_millis(number as i64 * 1000)
}

fn small_segments() -> JournalOptions {
    JournalOptions { segment_bytes: 1000, wall_clock: || 0, ..JournalOptions::default() }
}

fn fill(journal: &mut Journal, numbers: std::ops::RangeInclusive<u64>) {
    for number in numbers {
        assert_eq!(journal.append(at(number), &record(number)).unwrap(), number);
        if number % 3 == 0 {
            journal.commit().unwrap();
        }
    }
    journal.commit().unwrap();
}

fn numbers(journal: &Journal, from: u64) -> Vec<u64> {
    journal
        .read_from(from)
        .map(|entry| {
            let entry = entry.unwrap();
            assert_eq!(entry.record, record(entry.sequence));
            assert_eq!(entry.at, at(entry.sequence));
            entry.sequence
        })
        .collect()
}

#[test]
fn what_was_committed_is_read_back_from_any_sequence_over_many_segments() {
    let disk = Arc::new(MemoryDisk::new());
    let (mut journal, recovery) = Journal::open_on(disk.clone(), small_segments()).unwrap();
    assert_eq!(recovery.records_kept, 0);
    fill(&mut journal, 1..=100);
    for from in [0, 1, 2, 50, 99, 100] {
        assert_eq!(numbers(&journal, from), (from.max(1)..=100).collect::<Vec<_>>());
    }
    assert_eq!(numbers(&journal, 101), Vec::<u64>::new());
    let verified = verify_on(disk.as_ref()).unwrap();
    assert!(verified.segments > 5, "{verified:?}");
    assert_eq!((verified.records, verified.last_hash), (100, journal.last_hash()));
}

#[test]
fn a_reader_sees_nothing_before_commit_and_goes_on_after_it() {
    let mut journal = Journal::in_memory();
    let mut reader = journal.read_from(1);
    journal.append(at(1), &record(1)).unwrap();
    assert!(reader.next().is_none());
    journal.commit().unwrap();
    assert_eq!(reader.next().unwrap().unwrap().sequence, 1);
    assert!(reader.next().is_none());
    fill(&mut journal, 2..=5);
    assert_eq!(reader.map(|entry| entry.unwrap().sequence).collect::<Vec<_>>(), [2, 3, 4, 5]);
}

#[test]
fn a_reader_follows_the_journal_over_the_end_of_a_segment() {
    let (mut journal, _) = Journal::open_on(Arc::new(MemoryDisk::new()), small_segments()).unwrap();
    let mut reader = journal.read_from(1);
    for number in 1..=60 {
        fill(&mut journal, number..=number);
        assert_eq!(reader.next().unwrap().unwrap().record, record(number));
        assert!(reader.next().is_none());
    }
}

#[test]
fn a_reopened_journal_continues_the_same_chain() {
    let whole = {
        let mut journal = Journal::in_memory();
        fill(&mut journal, 1..=50);
        journal.last_hash()
    };
    let disk = Arc::new(MemoryDisk::new());
    for number in 1..=50 {
        let (mut journal, recovery) = Journal::open_on(disk.clone(), small_segments()).unwrap();
        assert_eq!((recovery.records_kept, recovery.bytes_dropped), (number - 1, 0));
        fill(&mut journal, number..=number);
    }
    let (journal, _) = Journal::open_on(disk.clone(), small_segments()).unwrap();
    assert_eq!(journal.last_sequence(), 50);
    assert_eq!(journal.last_hash(), whole, "commits and restarts stand outside the chain");
    assert_eq!(verify_on(disk.as_ref()).unwrap().last_hash, whole);
}

#[test]
fn what_was_not_committed_is_not_there_after_a_restart() {
    let disk = Arc::new(MemoryDisk::new());
    let (mut journal, _) = Journal::open_on(disk.clone(), small_segments()).unwrap();
    fill(&mut journal, 1..=4);
    journal.append(at(5), &record(5)).unwrap();
    drop(journal);
    let (journal, recovery) = Journal::open_on(disk, small_segments()).unwrap();
    assert_eq!((journal.last_sequence(), recovery.records_kept), (4, 4));
}

#[test]
fn the_same_key_is_applied_once_also_after_a_restart() {
    let disk = Arc::new(MemoryDisk::new());
    let keyed = |number: u64| IdempotencyKey::of("gateway-1", &number.to_le_bytes());
    let append = |journal: &mut Journal, number: u64| {
        let (at, record) = (at(number), record(number));
        let new = NewRecord { at, record: &record, district: 7, key: Some(keyed(number)) };
        journal.append_new(new).unwrap()
    };
    let (mut journal, _) = Journal::open_on(disk.clone(), small_segments()).unwrap();
    for number in 1..=30 {
        assert_eq!(append(&mut journal, number), Appended::New(number));
        assert_eq!(append(&mut journal, number), Appended::Known(number));
        journal.commit().unwrap();
    }
    drop(journal);
    let (mut journal, _) = Journal::open_on(disk, small_segments()).unwrap();
    for number in 1..=30 {
        assert_eq!(append(&mut journal, number), Appended::Known(number));
    }
    assert_eq!(append(&mut journal, 31), Appended::New(31));
    let entry = journal.read_from(30).next().unwrap().unwrap();
    assert_eq!((entry.district, entry.key), (7, Some(keyed(30))));
}

#[test]
fn two_writers_cannot_hold_one_journal() {
    let dir = tempfile::tempdir().unwrap();
    let (_held, _) = Journal::open(dir.path(), JournalOptions::default()).unwrap();
    let second = Journal::open(dir.path(), JournalOptions::default());
    assert!(matches!(second, Err(StoreError::Locked { .. })));
}

#[test]
fn a_directory_of_the_file_system_keeps_the_journal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("city").join("journal");
    let (mut journal, _) = Journal::open(&path, small_segments()).unwrap();
    fill(&mut journal, 1..=40);
    let hash = journal.last_hash();
    drop(journal);
    assert_eq!(urbis_store::verify(&path).unwrap().last_hash, hash);
    let (journal, recovery) = Journal::open(&path, small_segments()).unwrap();
    assert_eq!((recovery.records_kept, recovery.bytes_dropped), (40, 0));
    assert_eq!(numbers(&journal, 1), (1..=40).collect::<Vec<_>>());
}

#[test]
fn too_much_without_a_commit_is_refused_and_nothing_is_lost() {
    let options = JournalOptions { pending_bytes_max: 1000, ..small_segments() };
    let (mut journal, _) = Journal::open_on(Arc::new(MemoryDisk::new()), options).unwrap();
    let refused = (1..100).find_map(|number| journal.append(at(number), &record(number)).err());
    assert!(matches!(refused, Some(StoreError::Backlog { max: 1000, .. })));
    let last = journal.last_sequence();
    journal.commit().unwrap();
    fill(&mut journal, last + 1..=last + 1);
    assert_eq!(numbers(&journal, 1), (1..=last + 1).collect::<Vec<_>>());
}

#[test]
fn a_journal_is_read_beside_its_writer_without_being_taken() {
    let dir = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(dir.path(), small_segments()).unwrap();
    fill(&mut journal, 1..=30);
    journal.append(at(31), &record(31)).unwrap();
    let beside = urbis_store::read(dir.path(), 5).unwrap();
    assert_eq!(
        beside.map(|entry| entry.unwrap().sequence).collect::<Vec<_>>(),
        (5..=30).collect::<Vec<_>>()
    );
    assert!(urbis_store::read(dir.path().join("nowhere"), 1).is_err());
    journal.commit().unwrap();
    assert_eq!(urbis_store::read(dir.path(), 1).unwrap().count(), 31);
}
