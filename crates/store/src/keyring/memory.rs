//! Keys computed from a seed: for simulated cities, replays and tests.

use std::collections::BTreeSet;

use urbis_core::{Keyring, Opened, PersonalError, Sealed, SubjectId};
use zeroize::Zeroizing;

use super::{Key, open, seal};

/// A keyring whose keys follow from a seed, so that a replay seals to the same bytes.
///
/// It protects nobody: whoever knows the seed has the keys. Persons in a simulated city are made
/// up; those of a real city belong in a [`super::FileKeyring`].
#[derive(Debug)]
pub struct MemoryKeyring {
    seed: u64,
    erased: BTreeSet<SubjectId>,
}

impl MemoryKeyring {
    /// The keyring of `seed`.
    pub const fn seeded(seed: u64) -> Self {
        Self { seed, erased: BTreeSet::new() }
    }

    fn key(&self, subject: &SubjectId) -> Result<Key, PersonalError> {
        if self.erased.contains(subject) {
            return Err(PersonalError::Erased(subject.clone()));
        }
        let mut hasher = blake3::Hasher::new_derive_key("urbis store v1 seeded key");
        hasher.update(&self.seed.to_le_bytes());
        hasher.update(subject.0.as_bytes());
        Ok(Zeroizing::new(*hasher.finalize().as_bytes()))
    }
}

impl Keyring for MemoryKeyring {
    fn seal(&mut self, subject: &SubjectId, text: &Opened) -> Result<Sealed, PersonalError> {
        Ok(seal(&self.key(subject)?, subject, text))
    }

    fn open(&self, sealed: &Sealed) -> Result<Opened, PersonalError> {
        open(&self.key(&sealed.subject)?, sealed)
    }

    fn erase(&mut self, subject: &SubjectId) -> Result<(), PersonalError> {
        self.erased.insert(subject.clone());
        Ok(())
    }
}
