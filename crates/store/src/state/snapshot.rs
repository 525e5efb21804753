//! Snapshots of the state, so that a start folds only the end of the journal.
//!
//! # Shape
//! One file each, written whole under another name and renamed; the last two are kept.
//!
//! ```text
//! magic "URBISNAP", u16 state schema, u16 0, u32 0, u64 sequence, 32 hash of the journal's frame
//! at that sequence, 32 BLAKE3 of the bytes before and after this field, state (postcard)
//! ```
//!
//! **Version rule:** a snapshot holds nothing that the journal does not; one of another schema is
//! not migrated but passed over, and the journal is folded again.

use std::io;
use std::sync::Arc;

use super::{CityState, fold};
use crate::disk::{Disk, read_all, write_atomically};
use crate::error::StoreError;
use crate::frame::{ChainHash, array, u16_at, u64_at};
use crate::journal::Journal;

/// Number of the state schema this program writes; grows with every change of [`CityState`].
pub const STATE_SCHEMA: u16 = 4;

const MAGIC: [u8; 8] = *b"URBISNAP";
const HEADER: usize = 88;
const CHECKED: usize = 56;
/// How many snapshots stay: a damaged one still leaves the one before.
const KEPT: usize = 2;

/// A directory of snapshots.
#[derive(Debug, Clone)]
pub struct Snapshots {
    disk: Arc<dyn Disk>,
}

/// A state brought back, and from what.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// The state after the last durable record.
    pub state: CityState,
    /// Sequence of the snapshot it came from; `None` when all of the journal was folded.
    pub from_snapshot: Option<u64>,
    /// Records folded after that.
    pub folded: u64,
    /// Snapshots passed over, and why.
    pub passed_over: Vec<(String, &'static str)>,
}

fn name_of(sequence: u64) -> String {
    format!("{sequence:020}.snapshot")
}

impl Snapshots {
    /// The snapshots on `disk`.
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk }
    }

    /// Writes a snapshot of `state`, whose last record the journal must have made durable with
    /// the frame hash `frame`, and removes all but the last two.
    ///
    /// # Errors
    /// [`StoreError::Full`] and [`StoreError::Io`]; earlier snapshots stand as before.
    pub fn save(&self, state: &CityState, frame: ChainHash) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&STATE_SCHEMA.to_le_bytes());
        bytes.extend_from_slice(&[0; 6]);
        bytes.extend_from_slice(&state.sequence.to_le_bytes());
        bytes.extend_from_slice(&frame);
        bytes.extend_from_slice(&[0; 32]);
        bytes.extend_from_slice(&state.to_bytes());
        let checksum = checksum_of(&bytes);
        bytes[CHECKED..HEADER].copy_from_slice(&checksum);
        let name = name_of(state.sequence);
        write_atomically(self.disk.as_ref(), &name, &bytes)
            .map_err(|error| self.io(&name, "writing the snapshot", error))?;
        let names = self.names()?;
        for old in names.iter().rev().skip(KEPT) {
            self.disk.remove(old).map_err(|error| self.io(old, "removing it", error))?;
        }
        Ok(())
    }

    /// The state after the last durable record of `journal`: from the newest snapshot that is
    /// whole and belongs to this journal, and the records after it.
    ///
    /// # Errors
    /// Those of reading the journal and the directory; a snapshot that cannot be used is none.
    pub fn restore(&self, journal: &Journal) -> Result<Restored, StoreError> {
        let mut passed_over = Vec::new();
        let mut found = CityState::default();
        for name in self.names()?.into_iter().rev() {
            match self.load(&name, journal)? {
                Ok(state) => {
                    found = state;
                    break;
                }
                Err(reason) => passed_over.push((name, reason)),
            }
        }
        let from = found.sequence;
        let state = fold(found, journal.read_from(from + 1))?;
        let folded = state.sequence - from;
        Ok(Restored { state, from_snapshot: (from > 0).then_some(from), folded, passed_over })
    }

    /// The state in the file `name`, or why it cannot be used.
    fn load(
        &self,
        name: &str,
        journal: &Journal,
    ) -> Result<Result<CityState, &'static str>, StoreError> {
        let bytes = read_all(self.disk.as_ref(), name)
            .map_err(|error| self.io(name, "reading the snapshot", error))?;
        if bytes.len() < HEADER || bytes[..8] != MAGIC {
            return Ok(Err("it is not a whole snapshot"));
        }
        if u16_at(&bytes, 8) != STATE_SCHEMA {
            return Ok(Err("it was written by another version"));
        }
        if bytes[CHECKED..HEADER] != checksum_of(&bytes) {
            return Ok(Err("it is damaged"));
        }
        let (sequence, frame): (u64, ChainHash) = (u64_at(&bytes, 16), array(&bytes, 24));
        if sequence == 0 || sequence > journal.durable_sequence() {
            return Ok(Err("the journal does not reach it"));
        }
        match journal.read_from(sequence).next().transpose()? {
            Some(entry) if entry.sequence == sequence && entry.hash == frame => {}
            _ => return Ok(Err("it belongs to another journal")),
        }
        let state = postcard::from_bytes::<CityState>(&bytes[HEADER..]);
        Ok(state.ok().filter(|state| state.sequence == sequence).ok_or("it does not read"))
    }

    /// Names of the snapshots, oldest first.
    fn names(&self) -> Result<Vec<String>, StoreError> {
        let names =
            self.disk.list().map_err(|error| self.io("", "listing the snapshots", error))?;
        Ok(names.into_iter().filter(|name| name.ends_with(".snapshot")).collect())
    }

    fn io(&self, name: &str, doing: &'static str, error: io::Error) -> StoreError {
        StoreError::io(format!("{}/{name}", self.disk.name()), doing, error)
    }
}

/// BLAKE3 of everything but the checksum's own place.
fn checksum_of(bytes: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[..CHECKED]);
    hasher.update(&bytes[HEADER..]);
    *hasher.finalize().as_bytes()
}
