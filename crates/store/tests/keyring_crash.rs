//! Keys over crashes and failing media: what was sealed opens, what was erased stays erased.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use urbis_core::{Keyring, Opened, PersonalError, Sealed, SubjectId};
use urbis_store::{DiskFaults, FileKeyring, MasterKey, SimulatedDisk};

const PERSONS: u8 = 9;

#[derive(Debug, Clone)]
enum Step {
    Seal(u8),
    Erase(u8),
    Crash,
    Restart,
    Failing(u64),
    Heal,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..PERSONS).prop_map(Step::Seal),
        3 => (0..PERSONS).prop_map(Step::Erase),
        2 => Just(Step::Crash),
        1 => Just(Step::Restart),
        1 => (0u64..4).prop_map(Step::Failing),
        2 => Just(Step::Heal),
    ]
}

/// What is known of a person from what the keyring answered.
#[derive(Debug, Clone, Default)]
struct Person {
    sealed: Vec<Sealed>,
    erased: bool,
    /// An erasure failed: it may or may not have happened.
    doubtful: bool,
}

struct Run {
    disk: SimulatedDisk,
    keyring: Option<FileKeyring>,
    persons: BTreeMap<u8, Person>,
}

fn subject(person: u8) -> SubjectId {
    SubjectId(format!("subject-{person}"))
}

fn text(person: u8) -> String {
    format!("the name of {person}")
}

fn open(disk: &SimulatedDisk) -> Result<FileKeyring, PersonalError> {
    let master = MasterKey::from_hex(&"5a".repeat(32), "test").unwrap();
    FileKeyring::open_on(Arc::new(disk.clone()), master)
}

impl Run {
    fn new(seed: u64) -> Self {
        let disk = SimulatedDisk::new(seed);
        let keyring = Some(open(&disk).unwrap());
        Self { disk, keyring, persons: BTreeMap::new() }
    }

    fn restart(&mut self) {
        self.keyring = None;
        let opened = open(&self.disk).or_else(|_failing| {
            self.disk.set_faults(DiskFaults::default());
            open(&self.disk)
        });
        self.keyring = Some(opened.unwrap());
        self.check();
    }

    fn check(&self) {
        let keyring = self.keyring.as_ref().unwrap();
        for (number, person) in &self.persons {
            for sealed in &person.sealed {
                let gone = match keyring.open(sealed) {
                    Ok(opened) => {
                        assert_eq!(opened.reveal(), text(*number));
                        false
                    }
                    Err(PersonalError::Erased(_)) => true,
                    Err(other) => panic!("{other}"),
                };
                assert!(gone || !person.erased, "{number} was erased and can be read");
                assert!(!gone || person.erased || person.doubtful, "{number} is lost");
            }
        }
    }

    fn take(&mut self, step: &Step) {
        let keyring = self.keyring.as_mut().unwrap();
        match step {
            Step::Seal(number) => {
                let person = self.persons.entry(*number).or_default();
                match keyring.seal(&subject(*number), &Opened::new(text(*number))) {
                    Ok(sealed) => {
                        assert!(!person.erased, "a key was made twice");
                        person.sealed.push(sealed);
                    }
                    Err(PersonalError::Erased(_)) => assert!(person.erased || person.doubtful),
                    Err(PersonalError::Store(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            Step::Erase(number) => {
                let person = self.persons.entry(*number).or_default();
                match keyring.erase(&subject(*number)) {
                    Ok(()) => person.erased = true,
                    Err(_failing) => person.doubtful = true,
                }
            }
            Step::Crash => {
                self.disk = self.disk.crash();
                self.restart();
            }
            Step::Restart => self.restart(),
            Step::Failing(after) => {
                self.disk.set_faults(DiskFaults { room: None, fails_after: Some(*after) });
            }
            Step::Heal => self.disk.set_faults(DiskFaults::default()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_crash_loses_a_key_or_brings_one_back(
        seed in any::<u64>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut run = Run::new(seed);
        for step in &steps {
            run.take(step);
            run.check();
        }
        run.disk = run.disk.crash();
        run.restart();
    }
}
