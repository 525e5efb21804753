//! Files that are not what they should be: an error or a smaller journal, never a panic.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::sync::Arc;

use proptest::prelude::*;
use urbis_core::{Keyring, Opened, SubjectId};
use urbis_store::{
    Access, CityState, Disk, FileKeyring, Journal, JournalOptions, MasterKey, MemoryDisk, Schemas,
    Snapshots, fold, read_on, verify_on,
};

/// One change to a file.
#[derive(Debug, Clone)]
enum Edit {
    Set(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Insert(prop::sample::Index, Vec<u8>),
    Replace(Vec<u8>),
}

fn edit() -> impl Strategy<Value = Edit> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..200);
    prop_oneof![
        6 => (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(i, b)| Edit::Set(i, b)),
        2 => any::<prop::sample::Index>().prop_map(Edit::Cut),
        2 => (any::<prop::sample::Index>(), bytes()).prop_map(|(i, b)| Edit::Insert(i, b)),
        1 => bytes().prop_map(Edit::Replace),
    ]
}

fn apply(edit: &Edit, bytes: &mut Vec<u8>) {
    match edit {
        Edit::Set(at, byte) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Edit::Set(..) => {}
        Edit::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
        Edit::Insert(at, new) => {
            let at = at.index(bytes.len() + 1);
            bytes.splice(at..at, new.iter().copied());
        }
        Edit::Replace(new) => bytes.clone_from(new),
    }
}

fn write(disk: &MemoryDisk, name: &str, bytes: &[u8]) {
    disk.open(name, Access::Create).unwrap().write_at(0, bytes).unwrap();
}

fn content(disk: &MemoryDisk, name: &str) -> Vec<u8> {
    let mut file = disk.open(name, Access::Read).unwrap();
    let mut bytes = vec![0; file.size().unwrap() as usize];
    file.read_at(0, &mut bytes).unwrap();
    bytes
}

/// The golden journal, its files edited.
fn broken_journal(edits: &[(prop::sample::Index, Edit)]) -> Arc<MemoryDisk> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(common::fixtures().join("journal-v1"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    for (file, edit) in edits {
        let file = file.index(files.len());
        apply(edit, &mut files[file].1);
    }
    let disk = Arc::new(MemoryDisk::new());
    for (name, bytes) in &files {
        write(&disk, name, bytes);
    }
    disk
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_broken_journal_is_refused_or_read_as_far_as_it_is_whole(
        edits in prop::collection::vec((any::<prop::sample::Index>(), edit()), 1..6),
        accept_loss in any::<bool>(),
    ) {
        let disk = broken_journal(&edits);
        let whole = verify_on(disk.as_ref());
        for entry in read_on(disk.clone(), Schemas::current(), 1).into_iter().flatten() {
            if entry.is_err() {
                prop_assert!(whole.is_err());
                break;
            }
        }
        let options = JournalOptions { accept_loss, ..JournalOptions::default() };
        if let Ok((mut journal, recovery)) = Journal::open_on(disk, options) {
            prop_assert_eq!(recovery.records_kept, journal.last_sequence());
            let samples = common::records();
            for entry in journal.read_from(1) {
                match entry {
                    Ok(entry) => {
                        let sample = &samples[entry.sequence as usize - 1];
                        prop_assert_eq!(&entry.record, sample, "nothing false is read");
                    }
                    Err(_damaged) => {
                        prop_assert!(whole.is_err());
                        return Ok(());
                    }
                }
            }
            let next = journal.append(common::at(0), &samples[0]).unwrap();
            prop_assert_eq!(journal.commit().unwrap(), next);
        } else {
            prop_assert!(whole.is_err(), "what is whole opens");
        }
    }

    #[test]
    fn a_broken_snapshot_is_passed_over(edits in prop::collection::vec(edit(), 1..4)) {
        let mut journal = Journal::in_memory();
        for record in common::records() {
            journal.append(common::at(0), &record).unwrap();
        }
        journal.commit().unwrap();
        let state = fold(CityState::default(), journal.read_from(1)).unwrap();
        let disk = Arc::new(MemoryDisk::new());
        let snapshots = Snapshots::new(disk.clone());
        snapshots.save(&state, journal.last_hash()).unwrap();
        let name = disk.list().unwrap().remove(0);
        let mut bytes = content(&disk, &name);
        for edit in &edits {
            apply(edit, &mut bytes);
        }
        write(&disk, &name, &bytes);
        prop_assert_eq!(snapshots.restore(&journal).unwrap().state, state);
    }

    #[test]
    fn a_broken_keys_file_is_refused_or_opens_what_is_whole(
        edits in prop::collection::vec(edit(), 1..4),
    ) {
        let master = || MasterKey::from_hex(&"07".repeat(32), "test").unwrap();
        let disk = Arc::new(MemoryDisk::new());
        let mut keyring = FileKeyring::open_on(disk.clone(), master()).unwrap();
        let subject = SubjectId("a".to_owned());
        let sealed = keyring.seal(&subject, &Opened::new("text")).unwrap();
        drop(keyring);
        let mut bytes = content(&disk, "keys");
        for edit in &edits {
            apply(edit, &mut bytes);
        }
        write(&disk, "keys", &bytes);
        if let Ok(keyring) = FileKeyring::open_on(disk, master())
            && let Ok(opened) = keyring.open(&sealed)
        {
            prop_assert_eq!(opened.reveal(), "text");
        }
    }
}

#[test]
fn files_that_are_none_of_ours_do_not_disturb() {
    let disk = Arc::new(MemoryDisk::new());
    for name in ["00000000000000000000.journal", "1.journal", "notes.txt", "LOCK"] {
        write(&disk, name, b"something else");
    }
    let (mut journal, recovery) =
        Journal::open_on(disk.clone(), JournalOptions::default()).unwrap();
    assert_eq!((recovery.records_kept, recovery.bytes_dropped), (0, 0));
    journal.append(common::at(0), &common::records()[0]).unwrap();
    journal.commit().unwrap();
    assert_eq!(verify_on(disk.as_ref()).unwrap().records, 1);
}
