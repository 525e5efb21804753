//! The path from an old schema to today's words, shown with a schema 0 made for the purpose.
//!
//! Schema 0 never left this file. It is what a release would leave behind: the old types, kept as
//! they were, and an upcast into today's. A journal that begins under schema 0 and goes on under
//! schema 1 is one journal, and reads as one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use urbis_core::{JunctionId, Message, Record, SCHEMA};
use urbis_store::{CityState, Journal, JournalOptions, MemoryDisk, Schemas, StoreError, fold};

/// Records as schema 0 had them: an alarm had no junction of its own but a name, and a text in
/// place of a message.
mod schema_0 {
    use super::{Deserialize, Serialize};

    #[derive(Debug, Serialize, Deserialize)]
    pub(crate) enum Record {
        Alarm { junction_name: String, text: String },
        Note(String),
    }
}

/// Turns a record of schema 0 into one of today.
fn upcast(bytes: &[u8]) -> Result<Record, String> {
    let (record, rest) =
        postcard::take_from_bytes::<schema_0::Record>(bytes).map_err(|error| error.to_string())?;
    if !rest.is_empty() {
        return Err(format!("{} bytes are left over", rest.len()));
    }
    match record {
        schema_0::Record::Alarm { junction_name, text } => {
            let number = junction_name.strip_prefix('J').and_then(|digits| digits.parse().ok());
            let junction = JunctionId(number.ok_or(format!("no junction {junction_name}"))?);
            Ok(Record::Alarm { junction, text: Message::new("alarm").text("text", text) })
        }
        schema_0::Record::Note(text) => Ok(Record::Diagnostic {
            scene: "unknown".to_owned(),
            text: Message::new("note").text("text", text),
        }),
    }
}

fn payloads() -> Vec<Vec<u8>> {
    let old = [
        schema_0::Record::Note("the first night".to_owned()),
        schema_0::Record::Alarm { junction_name: "J7".to_owned(), text: "red too long".to_owned() },
    ];
    old.iter().map(|record| postcard::to_stdvec(record).unwrap()).collect()
}

fn options() -> JournalOptions {
    let schemas = Schemas::current().with(0, upcast);
    JournalOptions { schemas, wall_clock: || 0, ..JournalOptions::default() }
}

/// A journal whose first records were written by the program of schema 0.
fn journal_begun_under_schema_0(disk: &Arc<MemoryDisk>) -> Journal {
    let (mut journal, _) = Journal::open_on(disk.clone(), options()).unwrap();
    for (second, payload) in payloads().iter().enumerate() {
        journal.append_encoded(common::at(second as i64), 0, payload).unwrap();
    }
    journal.commit().unwrap();
    journal
}

#[test]
fn a_journal_begun_under_an_old_schema_reads_in_the_words_of_today() {
    let disk = Arc::new(MemoryDisk::new());
    drop(journal_begun_under_schema_0(&disk));
    let (mut journal, recovery) = Journal::open_on(disk.clone(), options()).unwrap();
    assert_eq!(recovery.records_kept, 2);
    for record in common::records() {
        journal.append(common::at(100), &record).unwrap();
    }
    journal.commit().unwrap();

    let read: Vec<Record> = journal.read_from(1).map(|entry| entry.unwrap().record).collect();
    let alarm = Record::Alarm {
        junction: JunctionId(7),
        text: Message::new("alarm").text("text", "red too long"),
    };
    assert_eq!(read[1], alarm);
    assert_eq!(read[2..], common::records());
    assert_eq!(urbis_store::verify_on(disk.as_ref()).unwrap().last_hash, journal.last_hash());
    let state = fold(CityState::default(), journal.read_from(1)).unwrap();
    assert_eq!(state.alarms[0].junction, JunctionId(7));
    assert_eq!(state.diagnostics[0].scene, "unknown");
}

#[test]
fn a_schema_without_a_reader_is_named_and_not_guessed() {
    let disk = Arc::new(MemoryDisk::new());
    let journal = journal_begun_under_schema_0(&disk);
    drop(journal);
    let without = JournalOptions { schemas: Schemas::current(), ..options() };
    let (journal, _) = Journal::open_on(disk, without).unwrap();
    let refused = journal.read_from(1).next().unwrap().unwrap_err().to_string();
    assert_eq!(
        refused,
        "record 1: its payload is no record of schema 0: no reader for this schema"
    );
}

#[test]
fn a_journal_of_a_newer_program_is_not_opened_for_writing() {
    let disk = Arc::new(MemoryDisk::new());
    let (mut journal, _) = Journal::open_on(disk.clone(), options()).unwrap();
    journal.append_encoded(common::at(0), SCHEMA + 1, &[1, 2, 3]).unwrap();
    journal.commit().unwrap();
    drop(journal);
    let refused = Journal::open_on(disk, options()).unwrap_err();
    assert!(matches!(refused, StoreError::Newer { what: "record schema", .. }), "{refused}");
}

#[test]
fn a_payload_that_is_no_record_is_an_error_and_no_panic() {
    let whole = postcard::to_stdvec(&common::records()[4]).unwrap();
    let mut broken = vec![Vec::new(), vec![0xFF; 40], whole[..whole.len() - 1].to_vec()];
    broken.push([whole.as_slice(), &[0]].concat());
    // One more entry in the first column of the batch than in the others.
    let mut uneven = whole;
    uneven[1] += 1;
    uneven.insert(2, 0);
    broken.push(uneven);
    for payload in broken {
        let mut journal = Journal::in_memory();
        journal.append_encoded(common::at(0), SCHEMA, &payload).unwrap();
        journal.commit().unwrap();
        let refused = journal.read_from(1).next().unwrap();
        assert!(matches!(refused, Err(StoreError::Payload { sequence: 1, .. })), "{refused:?}");
    }
}
