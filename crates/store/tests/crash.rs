//! Crashes, full disks and failing media at any moment: nothing acknowledged is lost, nothing is
//! applied twice.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use proptest::prelude::*;
use urbis_core::{Message, Record};
use urbis_store::{
    Access, Disk, DiskFaults, DropReason, IdempotencyKey, Journal, JournalOptions, NewRecord,
    Recovery, SimulatedDisk, StoreError, verify_on,
};
use urbis_units::CityTime;

/// One thing that happens to a journal.
#[derive(Debug, Clone)]
enum Step {
    Append { padding: usize },
    Commit,
    Crash,
    Restart,
    Full { room: u64 },
    Failing { after: u64 },
    Heal,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0usize..900).prop_map(|padding| Step::Append { padding }),
        5 => Just(Step::Commit),
        2 => Just(Step::Crash),
        1 => Just(Step::Restart),
        1 => (0u64..3000).prop_map(|room| Step::Full { room }),
        1 => (0u64..8).prop_map(|after| Step::Failing { after }),
        2 => Just(Step::Heal),
    ]
}

fn options() -> JournalOptions {
    JournalOptions { segment_bytes: 4000, wall_clock: || 0, ..JournalOptions::default() }
}

fn record(number: u64, padding: usize) -> Record {
    let text = Message::new("crash-test").number("number", number as f64);
    Record::Diagnostic { scene: "x".repeat(padding), text }
}

/// A sender and its journal.
struct Run {
    disk: SimulatedDisk,
    journal: Option<Journal>,
    /// What was acknowledged, in order: the padding of record number `index`.
    acknowledged: Vec<usize>,
    /// What was appended since.
    pending: Vec<usize>,
    /// How many of the pending records each failed commit had tried to write.
    attempts: Vec<usize>,
}

impl Run {
    fn new(seed: u64) -> Self {
        let disk = SimulatedDisk::new(seed);
        let (journal, _) = Journal::open_on(Arc::new(disk.clone()), options()).unwrap();
        let (acknowledged, pending, attempts) = Default::default();
        Self { disk, journal: Some(journal), acknowledged, pending, attempts }
    }

    fn journal(&mut self) -> &mut Journal {
        self.journal.as_mut().unwrap()
    }

    fn append(&mut self, padding: usize) {
        self.pending.push(padding);
        let number = (self.acknowledged.len() + self.pending.len()) as u64;
        self.send(number, padding);
    }

    /// Sends a record with its key, as a sender does that had no answer.
    fn send(&mut self, number: u64, padding: usize) {
        let record = record(number, padding);
        let key = Some(IdempotencyKey::of("sender", &number.to_le_bytes()));
        let at = CityTime::from_millis(number as i64);
        let new = NewRecord { at, record: &record, district: 0, key };
        let sequence = self.journal().append_new(new).unwrap().sequence();
        assert_eq!(sequence, number, "each record stands where it stood at first");
    }

    fn commit(&mut self) {
        match self.journal().commit() {
            Ok(durable) => {
                self.acknowledged.append(&mut self.pending);
                self.attempts.clear();
                assert_eq!(durable, self.acknowledged.len() as u64);
            }
            Err(StoreError::Full { .. } | StoreError::Io { .. }) => {
                self.attempts.push(self.pending.len());
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// Starts again, on the disk as it is, and checks what is there.
    fn start(&mut self) {
        self.journal = None;
        let opened = Journal::open_on(Arc::new(self.disk.clone()), options());
        let (journal, recovery) = match opened {
            Ok(opened) => opened,
            Err(StoreError::Full { .. } | StoreError::Io { .. }) => {
                // The medium fails while recovering: once it works again, so does recovery.
                self.disk.set_faults(DiskFaults::default());
                Journal::open_on(Arc::new(self.disk.clone()), options()).unwrap()
            }
            Err(other) => panic!("{other}"),
        };
        self.check(&journal, &recovery);
        self.journal = Some(journal);
        // The sender repeats what was not acknowledged.
        let first = self.acknowledged.len() as u64 + 1;
        for (index, padding) in self.pending.clone().into_iter().enumerate() {
            self.send(first + index as u64, padding);
        }
    }

    fn check(&mut self, journal: &Journal, recovery: &Recovery) {
        let kept = journal.last_sequence() as usize;
        let unacknowledged = kept.checked_sub(self.acknowledged.len()).unwrap();
        assert!(
            unacknowledged == 0 || self.attempts.contains(&unacknowledged),
            "{unacknowledged} unacknowledged records survived, commits tried {:?}",
            self.attempts
        );
        assert_eq!(recovery.records_kept, kept as u64);
        assert_eq!(
            recovery.bytes_dropped > 0,
            recovery.file.is_some() && recovery.bytes_dropped > 0
        );
        assert_eq!(recovery.reason.is_some(), recovery.first_bad_offset.is_some());
        assert_ne!(recovery.reason, Some(DropReason::Damaged));
        let expected = self.acknowledged.iter().chain(&self.pending).take(kept);
        let mut entries = journal.read_from(1);
        for (index, padding) in expected.enumerate() {
            let number = index as u64 + 1;
            assert_eq!(entries.next().unwrap().unwrap().record, record(number, *padding));
        }
        assert!(entries.next().is_none());
        let verified = verify_on(&self.disk).unwrap();
        assert_eq!((verified.records, verified.bytes_unfinished), (kept as u64, 0));
        assert_eq!(verified.last_hash, journal.last_hash());
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Append { padding } => self.append(*padding),
            Step::Commit => self.commit(),
            Step::Crash => {
                self.disk = self.disk.crash();
                self.start();
            }
            Step::Restart => self.start(),
            Step::Full { room } => {
                self.disk.set_faults(DiskFaults { room: Some(*room), fails_after: None });
            }
            Step::Failing { after } => {
                self.disk.set_faults(DiskFaults { room: None, fails_after: Some(*after) });
            }
            Step::Heal => self.disk.set_faults(DiskFaults::default()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_acknowledged_is_there_once_after_any_crash(
        seed in any::<u64>(),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut run = Run::new(seed);
        for step in &steps {
            run.take(step);
        }
        run.disk.set_faults(DiskFaults::default());
        run.commit();
        prop_assert!(run.pending.is_empty(), "a healed disk takes everything");
        run.disk = run.disk.crash();
        run.start();
        prop_assert_eq!(run.journal().last_sequence() as usize, run.acknowledged.len());
    }
}

#[test]
fn a_full_disk_is_said_and_after_space_returns_everything_is_written() {
    let mut run = Run::new(5);
    run.append(100);
    run.commit();
    run.disk.set_faults(DiskFaults { room: Some(150), fails_after: None });
    run.append(400);
    let refused = run.journal().commit().unwrap_err();
    assert!(matches!(refused, StoreError::Full { .. }), "{refused}");
    assert!(refused.to_string().contains("free some space and commit again"), "{refused}");
    assert_eq!(run.journal().durable_sequence(), 1);
    assert_eq!(run.journal().read_from(1).count(), 1, "what is not durable is not shown");
    run.disk.set_faults(DiskFaults::default());
    run.append(10);
    assert_eq!(run.journal().commit().unwrap(), 3);
    assert_eq!(run.journal().read_from(1).map(|entry| entry.unwrap().sequence).sum::<u64>(), 6);
}

#[test]
fn recovery_says_exactly_what_it_dropped() {
    let mut said = Vec::new();
    for seed in 0..200 {
        let mut run = Run::new(seed);
        run.append(100);
        run.commit();
        run.disk.set_faults(DiskFaults { room: None, fails_after: Some(1) });
        run.append(800);
        run.append(800);
        assert!(run.journal().commit().is_err(), "the sync fails");
        run.disk = run.disk.crash();
        run.journal = None;
        let file = run.disk.open("00000000000000000001.journal", Access::Read).unwrap();
        let size = file.size().unwrap();
        let (journal, recovery) = Journal::open_on(Arc::new(run.disk.clone()), options()).unwrap();
        if recovery.bytes_dropped == 0 {
            continue;
        }
        assert_eq!((recovery.records_kept, journal.last_sequence()), (1, 1));
        assert_eq!(recovery.file.as_deref(), Some("00000000000000000001.journal"));
        let end = recovery.dropped_from.unwrap();
        assert_eq!(end + recovery.bytes_dropped, size, "{recovery:?}");
        assert!(recovery.first_bad_offset.unwrap() >= end, "{recovery:?}");
        said.push(recovery.to_string());
    }
    assert!(said.iter().any(|text| text.contains("the last write is cut off")), "{said:?}");
    assert!(said.iter().any(|text| text.contains("the last write is torn")), "{said:?}");
    assert!(said.iter().all(|text| text.starts_with("1 records; dropped ")), "{said:?}");
}

#[test]
fn damage_to_acknowledged_records_stops_the_opening_and_is_not_taken_for_a_crash() {
    let mut run = Run::new(1);
    for _ in 0..4 {
        run.append(50);
        run.commit();
    }
    run.journal = None;
    let name = "00000000000000000001.journal";
    run.disk.decay(name, 64 + 250).unwrap();
    let disk = Arc::new(run.disk.clone());
    let refused = Journal::open_on(disk.clone(), options()).unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { records_before: 1, .. }), "{refused}");
    assert!(matches!(verify_on(disk.as_ref()), Err(StoreError::Damaged { .. })));
    let accepting = JournalOptions { accept_loss: true, ..options() };
    let (journal, recovery) = Journal::open_on(disk, accepting).unwrap();
    assert_eq!((journal.last_sequence(), recovery.reason), (1, Some(DropReason::Damaged)));
}

#[test]
fn one_changed_bit_anywhere_is_found_by_a_full_check() {
    let mut run = Run::new(2);
    for _ in 0..20 {
        run.append(300);
        run.commit();
    }
    run.journal = None;
    let whole = verify_on(&run.disk).unwrap();
    assert!(whole.segments >= 2);
    for offset in (0..4000).step_by(37) {
        let name = "00000000000000000001.journal";
        let disk = run.disk.crash();
        if disk.decay(name, offset).is_err() {
            continue;
        }
        match verify_on(&disk) {
            Err(StoreError::Damaged { .. } | StoreError::Newer { .. }) => {}
            // Reserved bytes and the padding of frames carry nothing.
            Ok(found) => assert_eq!(found, whole, "byte {offset}"),
            Err(other) => panic!("byte {offset}: {other}"),
        }
    }
}
