//! Golden bytes of version 1: they may never change, and are read by every later version.
//!
//! `UPDATE_GOLDEN=1` writes the files anew (run again without it to check them); a change of what is already there is a break of the
//! version rule and needs a new schema.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use common::{fixtures, records, renew};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use urbis_core::{
    Action, Actor, Arg, Authority, CaseStep, EventType, GroupSet, Intake, JunctionId, Keyring,
    LaneId, Lapse, Law, Message, Opened, Order, PersonId, Place, Property, Purpose, Quality,
    Record, RoadId, SCHEMA, Sensitivity, Severity, StageIdx,
};
use urbis_store::{
    ChainHash, Disk, Journal, JournalOptions, MemoryDisk, MemoryKeyring, NewRecord, RealDisk,
    Schemas,
};
use urbis_units::{Meters, Mode, Point};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Appends the line of one word.
fn line<T: Serialize>(out: &mut String, name: &str, word: &T) {
    let bytes = postcard::to_stdvec(word).unwrap();
    let _ = writeln!(out, "{name}\t{}\t{}", hex(&bytes), serde_json::to_string(word).unwrap());
}

/// All variants of a fieldless enum, by asking the enum itself for its names.
fn variants<T: DeserializeOwned + Serialize>() -> Vec<T> {
    names_of::<T>()
        .iter()
        .map(|name| serde_json::from_str(&format!("\"{name}\"")).unwrap())
        .collect()
}

/// Names of the variants of an enum, as its decoder lists them when it meets an unknown one.
fn names_of<T: DeserializeOwned>() -> Vec<String> {
    let error = serde_json::from_str::<T>("\"no such variant\"").err().unwrap().to_string();
    let (_, list) = error.split_once("expected").unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn words() -> String {
    let mut out = format!("# words of schema {SCHEMA}: name, postcard, JSON\n");
    for record in records() {
        line(&mut out, "Record", &record);
    }
    for (name, list) in [
        ("EventType", variants::<EventType>().iter().map(json).collect::<Vec<_>>()),
        ("Severity", variants::<Severity>().iter().map(json).collect()),
        ("Property", variants::<Property>().iter().map(json).collect()),
        ("Quality", variants::<Quality>().iter().map(json).collect()),
        ("Sensitivity", variants::<Sensitivity>().iter().map(json).collect()),
        ("CaseStep", variants::<CaseStep>().iter().map(json).collect()),
        ("Law", variants::<Law>().iter().map(json).collect()),
        ("Lapse", variants::<Lapse>().iter().map(json).collect()),
        ("Purpose", variants::<Purpose>().iter().map(json).collect()),
        ("Mode", variants::<Mode>().iter().map(json).collect()),
    ] {
        for (bytes, text) in list {
            let _ = writeln!(out, "{name}\t{bytes}\t{text}");
        }
    }
    for actor in [Actor::Person(PersonId("ada".into())), Actor::Scene("s".into()), Actor::System] {
        line(&mut out, "Actor", &actor);
    }
    for authority in [
        Authority::Advise,
        Authority::ActWithApproval,
        Authority::Act,
        Authority::Role("dispatcher".into()),
    ] {
        line(&mut out, "Authority", &authority);
    }
    for order in [
        Order::ShowStage(StageIdx(2)),
        Order::Hold,
        Order::RunPlan(common::plan()),
        Order::ReturnToLocal,
    ] {
        line(&mut out, "Order", &order);
    }
    for arg in [
        Arg::Number(2.5),
        Arg::Text("北".into()),
        Arg::Place(Place::Point(Point::new(1.5, -2.5))),
        Arg::Message(Box::new(Message::new("inner"))),
    ] {
        line(&mut out, "Arg", &arg);
    }
    for place in [
        Place::Junction(JunctionId(1)),
        Place::Road(RoadId(2)),
        Place::Lane { lane: LaneId(3), position: Meters::new(4.5) },
        Place::Point(Point::new(1.5, -2.5)),
        Place::City,
    ] {
        line(&mut out, "Place", &place);
    }
    for action in &common::proposal(1).options[1].actions {
        line(&mut out, "Action", action);
    }
    line(&mut out, "GroupSet", &GroupSet(0b1011));
    out
}

fn json<T: Serialize>(word: &T) -> (String, String) {
    (hex(&postcard::to_stdvec(word).unwrap()), serde_json::to_string(word).unwrap())
}

#[test]
fn the_bytes_and_the_json_of_every_word_are_those_of_version_1() {
    let path = fixtures().join("words-v1.txt");
    let words = words();
    if renew() {
        fs::write(&path, &words).unwrap();
    }
    let golden = fs::read_to_string(path).unwrap();
    for (number, (found, expected)) in words.lines().zip(golden.lines()).enumerate() {
        assert_eq!(found, expected, "line {}", number + 1);
    }
    assert_eq!(words.lines().count(), golden.lines().count());
}

#[test]
fn every_golden_record_reads_back_as_the_sample_it_was_written_from() {
    let golden = fs::read_to_string(fixtures().join("words-v1.txt")).unwrap();
    let lines = golden.lines().filter_map(|line| line.strip_prefix("Record\t"));
    let mut count = 0;
    for (line, sample) in lines.zip(records()) {
        let (bytes, text) = line.split_once('\t').unwrap();
        let bytes: Vec<u8> = (0..bytes.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&bytes[i..i + 2], 16).unwrap())
            .collect();
        assert_eq!(postcard::from_bytes::<Record>(&bytes).unwrap(), sample);
        assert_eq!(serde_json::from_str::<Record>(text).unwrap(), sample);
        count += 1;
    }
    assert_eq!(count, records().len());
}

/// Fails when a variant was added to an enum and no sample of it stands in the golden file.
#[test]
fn every_variant_of_every_word_has_a_sample() {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Tagged {
        Name(String),
        Fields(serde_json::Map<String, serde_json::Value>),
    }
    let tag = |value: &str| match serde_json::from_str::<Tagged>(value).unwrap() {
        Tagged::Name(name) => name,
        Tagged::Fields(fields) => fields.keys().next().unwrap().clone(),
    };
    let golden = fs::read_to_string(fixtures().join("words-v1.txt")).unwrap();
    let samples = |word: &str| -> Vec<String> {
        let prefix = format!("{word}\t");
        let lines = golden.lines().filter(|line| line.starts_with(&prefix));
        lines.map(|line| tag(line.rsplit('\t').next().unwrap())).collect()
    };
    let check = |word: &str, names: Vec<String>, found: &[String]| {
        assert!(!names.is_empty());
        for name in names {
            assert!(found.contains(&name), "no sample of {word}::{name}");
        }
    };
    check("Record", names_of::<Record>(), &samples("Record"));
    check("Order", names_of::<Order>(), &samples("Order"));
    check("Arg", names_of::<Arg>(), &samples("Arg"));
    check("Action", names_of::<Action>(), &samples("Action"));
    check("Place", names_of::<Place>(), &samples("Place"));
    check("Actor", names_of::<Actor>(), &samples("Actor"));
    check("Authority", names_of::<Authority>(), &samples("Authority"));
    let intakes: Vec<String> = common::intakes()
        .iter()
        .map(|input| tag(&serde_json::to_string(&input.what).unwrap()))
        .collect();
    check("Intake", names_of::<Intake>(), &intakes);
}

fn write_sample(disk: Arc<dyn Disk>) -> ChainHash {
    let options = JournalOptions {
        segment_bytes: 2000,
        wall_clock: || 1_735_000_000_123,
        ..Default::default()
    };
    let (mut journal, _) = Journal::open_on(disk, options).unwrap();
    for (number, record) in records().iter().enumerate() {
        let at = common::at(number as i64);
        let key = urbis_store::IdempotencyKey::of("sample", &[number as u8]);
        let new = NewRecord { at, record, district: 3, key: (number % 2 == 0).then_some(key) };
        journal.append_new(new).unwrap();
        if number % 4 == 3 {
            journal.commit().unwrap();
        }
    }
    journal.commit().unwrap();
    journal.last_hash()
}

fn files(disk: &dyn Disk) -> Vec<(String, Vec<u8>)> {
    let names = disk.list().unwrap().into_iter().filter(|name| name.ends_with(".journal"));
    names
        .map(|name| {
            let mut file = disk.open(&name, urbis_store::Access::Read).unwrap();
            let mut bytes = vec![0; file.size().unwrap() as usize];
            file.read_at(0, &mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

#[test]
fn the_files_of_a_journal_are_those_of_version_1() {
    let dir = fixtures().join("journal-v1");
    let memory = Arc::new(MemoryDisk::new());
    let last_hash = write_sample(memory.clone());
    let written = files(memory.as_ref());
    if renew() {
        fs::create_dir_all(&dir).unwrap();
        for (name, bytes) in &written {
            fs::write(dir.join(name), bytes).unwrap();
        }
        fs::write(dir.join("last-hash.txt"), format!("{}\n", hex(&last_hash))).unwrap();
    }
    let golden = files(&RealDisk::existing(&dir).unwrap());
    assert!(golden.len() >= 3, "several segments, sealed and not");
    for (found, expected) in written.iter().zip(&golden) {
        assert_eq!(found.0, expected.0);
        let difference = found.1.iter().zip(&expected.1).position(|(a, b)| a != b);
        assert_eq!((difference, found.1.len()), (None, expected.1.len()), "in {}", found.0);
    }
    assert_eq!(written.len(), golden.len());
}

#[test]
fn a_journal_of_version_1_is_read_checked_and_continued() {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixtures().join("journal-v1")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let verified = urbis_store::verify(copy.path()).unwrap();
    assert_eq!(verified.records as usize, records().len());
    let hash = fs::read_to_string(fixtures().join("journal-v1/last-hash.txt")).unwrap();
    assert_eq!(hex(&verified.last_hash), hash.trim());
    let (mut journal, recovery) = Journal::open(copy.path(), JournalOptions::default()).unwrap();
    assert_eq!((recovery.bytes_dropped, recovery.reason), (0, None));
    let read: Vec<Record> = journal.read_from(1).map(|entry| entry.unwrap().record).collect();
    assert_eq!(read, records());
    journal.append(common::at(999), &records()[0]).unwrap();
    journal.commit().unwrap();
    assert_eq!(urbis_store::verify(copy.path()).unwrap().records as usize, records().len() + 1);
}

#[test]
fn a_field_sealed_by_version_1_opens() {
    let sealed = common::sealed("s-ada", "Ada L.");
    let path = fixtures().join("sealed-v1.txt");
    if renew() {
        fs::write(&path, format!("{}\n", hex(&sealed.bytes))).unwrap();
    }
    assert_eq!(hex(&sealed.bytes), fs::read_to_string(path).unwrap().trim());
    assert_eq!(MemoryKeyring::seeded(1).open(&sealed).unwrap(), Opened::new("Ada L."));
}

#[test]
fn the_schemas_known_reach_from_1_to_the_one_written() {
    assert_eq!(Schemas::current().newest(), SCHEMA);
}
