//! Personal data: sealed at rest under a key per person, opened only by who may.
//!
//! A [`Sealed`] field is what journal, state and wire carry. Destroying the person's key erases
//! the person everywhere at once, without touching a byte of the append-only log. The keys live
//! behind the [`Keyring`] port; `store` keeps them apart from the journal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A person whose data is kept, by a random name that says nothing of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubjectId(pub String);

/// A personal field, encrypted under its subject's key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Whose.
    pub subject: SubjectId,
    /// Version of the sealing format.
    pub version: u8,
    /// Nonce and ciphertext with its tag.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({}, {} bytes)", self.subject.0, self.bytes.len())
    }
}

/// A personal text in the clear. It cannot be serialized and does not show itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened(String);

impl Opened {
    /// Takes a personal text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Shows the text, to someone who may see it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opened(…)")
    }
}

/// Why a personal field could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PersonalError {
    /// The person's key was destroyed: the data is gone for good.
    #[error("the key of {0:?} was destroyed: this data has been erased")]
    Erased(SubjectId),
    /// The bytes are not what was sealed.
    #[error("a sealed field of {0:?} was altered or belongs to another key")]
    Altered(SubjectId),
    /// The sealing format is newer than this program.
    #[error("a sealed field has format version {found}, this program reads up to {known}")]
    NewerVersion {
        /// Version found.
        found: u8,
        /// Newest version known.
        known: u8,
    },
    /// The record that was sealed is of a later program.
    #[error("a sealed record has schema {found}, this program reads up to {known}")]
    NewerSchema {
        /// Schema found.
        found: u16,
        /// Newest schema known.
        known: u16,
    },
    /// The keys could not be read or written.
    #[error("the key store failed: {0}")]
    Store(String),
}

/// Where the keys are kept, one per person.
pub trait Keyring: fmt::Debug + Send {
    /// Seals `text` under the key of `subject`, making the key if there is none yet.
    ///
    /// # Errors
    /// [`PersonalError::Erased`] when the subject was erased; a key is never made twice.
    fn seal(&mut self, subject: &SubjectId, text: &Opened) -> Result<Sealed, PersonalError>;

    /// Opens a sealed field.
    ///
    /// # Errors
    /// [`PersonalError::Erased`] when the key was destroyed, [`PersonalError::Altered`] when the
    /// bytes do not authenticate.
    fn open(&self, sealed: &Sealed) -> Result<Opened, PersonalError>;

    /// Destroys the key of `subject`, durably.
    ///
    /// # Errors
    /// [`PersonalError::Store`] when the destruction could not be made durable.
    fn erase(&mut self, subject: &SubjectId) -> Result<(), PersonalError>;
}
