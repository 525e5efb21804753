//! Keys read beside whoever keeps them: to open what is sealed and to play a journal again. Nothing
//! is written: no key is made, and an erasure holds in memory only.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use urbis_core::{Keyring, Opened, PersonalError, Sealed, SubjectId};
use zeroize::Zeroizing;

use super::file::{FILE, SubjectHash, hash_of, read_slots};
use super::{Key, MasterKey, open, seal};

/// The keys in a directory as they were when it was read.
pub struct LentKeyring {
    path: PathBuf,
    /// No key when it was erased.
    keys: BTreeMap<SubjectHash, Option<Key>>,
}

impl fmt::Debug for LentKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LentKeyring({}, {} subjects)", self.path.display(), self.keys.len())
    }
}

impl LentKeyring {
    /// Reads the keys in `dir`; whoever uses them goes on.
    ///
    /// # Errors
    /// [`PersonalError::Store`] when they cannot be read, are damaged, or were wrapped by another
    /// master key.
    pub fn read(dir: impl AsRef<Path>, master: &MasterKey) -> Result<Self, PersonalError> {
        let path = dir.as_ref().join(FILE);
        let fault = |text: String| PersonalError::Store(format!("{}: {text}", path.display()));
        let bytes = std::fs::read(&path).map_err(|error| fault(error.to_string()))?;
        let slots = read_slots(&Zeroizing::new(bytes), master).map_err(fault)?;
        let keys = slots.into_iter().map(|(subject, (_, key))| (subject, key)).collect();
        Ok(Self { path, keys })
    }

    fn key(&self, subject: &SubjectId) -> Result<&Key, PersonalError> {
        match self.keys.get(&hash_of(subject)) {
            Some(Some(key)) => Ok(key),
            Some(None) => Err(PersonalError::Erased(subject.clone())),
            None => Err(PersonalError::Store(format!(
                "{} holds no key of {subject:?}: are these the keys of this journal?",
                self.path.display()
            ))),
        }
    }
}

impl Keyring for LentKeyring {
    fn seal(&mut self, subject: &SubjectId, text: &Opened) -> Result<Sealed, PersonalError> {
        Ok(seal(self.key(subject)?, subject, text))
    }

    fn open(&self, sealed: &Sealed) -> Result<Opened, PersonalError> {
        open(self.key(&sealed.subject)?, sealed)
    }

    fn erase(&mut self, subject: &SubjectId) -> Result<(), PersonalError> {
        self.keys.insert(hash_of(subject), None);
        Ok(())
    }
}
