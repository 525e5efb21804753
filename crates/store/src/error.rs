//! What can go wrong in the store, and what to do then.

use std::io;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full. Nothing acknowledged is lost; what was appended stays in memory.
    #[error("{place}: the disk is full while {doing}; free some space and commit again")]
    Full {
        /// Directory and file.
        place: String,
        /// What was being done.
        doing: &'static str,
    },
    /// The operating system refused.
    #[error("{place}: {source} while {doing}")]
    Io {
        /// Directory and file.
        place: String,
        /// What was being done.
        doing: &'static str,
        /// What it said.
        source: io::Error,
    },
    /// Another process writes here.
    #[error("{place}: another process is writing here; stop it or choose another directory")]
    Locked {
        /// The directory.
        place: String,
    },
    /// Bytes that were acknowledged are no longer what was written.
    #[error(
        "{place}: damaged at byte {offset}: expected {expected}; restore the file from a copy, or, \
         where this is the journal's last file, accept the loss of what follows record \
         {records_before}"
    )]
    Damaged {
        /// Directory and file.
        place: String,
        /// Where in the file.
        offset: u64,
        /// What should have been there.
        expected: String,
        /// Sequence of the last record before the damage.
        records_before: u64,
    },
    /// Written by a newer program.
    #[error("{place}: {what} {found} is newer than this program knows ({known}); update it")]
    Newer {
        /// Directory and file.
        place: String,
        /// Format or schema of what.
        what: &'static str,
        /// Number found.
        found: u16,
        /// Newest number known.
        known: u16,
    },
    /// A whole frame whose payload is not a record of the schema it names.
    #[error("record {sequence}: its payload is no record of schema {schema}: {reason}")]
    Payload {
        /// Sequence of the record.
        sequence: u64,
        /// Schema the frame names.
        schema: u16,
        /// What was wrong.
        reason: String,
    },
    /// One record is too large.
    #[error("a record of {bytes} bytes is too large; a record may have up to {max} bytes")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The most.
        max: usize,
    },
    /// Too much was appended without a successful commit.
    #[error(
        "{bytes} bytes wait to be committed, the most is {max}; commit, or shed load until the disk \
         takes them"
    )]
    Backlog {
        /// Bytes waiting.
        bytes: usize,
        /// The most.
        max: usize,
    },
}

impl StoreError {
    /// The error for what the operating system said of `place` while `doing` something.
    pub(crate) fn io(place: String, doing: &'static str, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { place, doing }
            }
            _ => Self::Io { place, doing, source },
        }
    }
}
