//! The keys of persons, shared by the running city and the server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use urbis_core::{Keyring, Opened, PersonalError, Sealed, SubjectId};

/// One keyring in several hands: whoever takes a call seals, whoever may see it opens.
#[derive(Debug, Clone)]
pub struct SharedKeyring(Arc<Mutex<Box<dyn Keyring>>>);

impl SharedKeyring {
    /// Shares `keyring`.
    pub fn new(keyring: Box<dyn Keyring>) -> Self {
        Self(Arc::new(Mutex::new(keyring)))
    }

    fn keys(&self) -> MutexGuard<'_, Box<dyn Keyring>> {
        // A keyring changes in one step on its disk; a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keyring for SharedKeyring {
    fn seal(&mut self, subject: &SubjectId, text: &Opened) -> Result<Sealed, PersonalError> {
        self.keys().seal(subject, text)
    }

    fn open(&self, sealed: &Sealed) -> Result<Opened, PersonalError> {
        self.keys().open(sealed)
    }

    fn erase(&mut self, subject: &SubjectId) -> Result<(), PersonalError> {
        self.keys().erase(subject)
    }
}
