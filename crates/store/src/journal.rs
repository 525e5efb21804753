//! The journal: every record of the city in one append-only, hash-chained, durable log.
//!
//! # Shape
//! A directory of segment files named after their first sequence. [`Journal::append`] puts a
//! record into memory and gives it its sequence; [`Journal::commit`] makes everything appended so
//! far durable with one sync, and only then is it acknowledged. A commit is kept whole or dropped
//! whole: its first and last frame are flagged.
//!
//! **Invariant:** what was acknowledged is there after any crash; what was not acknowledged is
//! there whole or not at all, and [`Recovery`] says what was dropped. **Invariant:** the hashed
//! part of every frame depends on the records and their order alone, so a replay gives the same
//! [`Journal::last_hash`].
//!
//! # Errors
//! A failed commit loses nothing: the records stay in memory, and the next commit cuts the file
//! back to what is durable and writes them again.

mod cursor;
mod key;
mod open;
mod peek;
mod pending;
mod reader;
mod segment;
mod shared;
mod verify;

use std::path::Path;
use std::sync::Arc;

use urbis_core::{Record, SCHEMA};
use urbis_units::CityTime;

pub use open::Recovery;
pub use peek::{read, read_on};
pub use reader::{Entry, Reader};
pub use segment::DropReason;
pub use verify::{Verified, verify, verify_on};

use crate::disk::{Access, Disk, DiskLock, MemoryDisk, RealDisk};
use crate::error::StoreError;
use crate::frame::{self, ChainHash, FORMAT, HEADER, Header, IdempotencyKey, LENGTH_MAX};
use crate::migrate::Schemas;
use key::KeyWindow;
use pending::{Pending, Tail};
use segment::{Contents, SegmentHeader, name_of};
use shared::Shared;

/// How a journal is kept.
#[derive(Debug, Clone)]
pub struct JournalOptions {
    /// A segment is sealed once it has this many bytes.
    pub segment_bytes: u64,
    /// The most bytes that may wait for a commit.
    pub pending_bytes_max: usize,
    /// How many idempotency keys are remembered.
    pub key_window: usize,
    /// Readers of the schemas that may stand in the journal.
    pub schemas: Schemas,
    /// Where wall time comes from, in milliseconds since the Unix epoch.
    pub wall_clock: fn() -> i64,
    /// Whether to go on after acknowledged records at the end were damaged, losing them.
    pub accept_loss: bool,
}

impl Default for JournalOptions {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            pending_bytes_max: 256 << 20,
            key_window: 1 << 16,
            schemas: Schemas::current(),
            wall_clock: wall_clock_ms,
            accept_loss: false,
        }
    }
}

/// The machine's clock in milliseconds since the Unix epoch; 0 when it stands before that.
fn wall_clock_ms() -> i64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}

/// A record to be appended, with what its frame says of it.
#[derive(Debug, Clone, Copy)]
pub struct NewRecord<'a> {
    /// City time.
    pub at: CityTime,
    /// The record.
    pub record: &'a Record,
    /// District it belongs to.
    pub district: u16,
    /// Key by which a repetition is known.
    pub key: Option<IdempotencyKey>,
}

/// What became of a record that was to be appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It stands at this sequence now.
    New(u64),
    /// A record with the same key already stood at this sequence; nothing was appended.
    Known(u64),
}

impl Appended {
    /// The sequence at which the record stands.
    pub const fn sequence(self) -> u64 {
        match self {
            Self::New(sequence) | Self::Known(sequence) => sequence,
        }
    }
}

/// The one journal of a city, open for writing.
#[derive(Debug)]
pub struct Journal {
    disk: Arc<dyn Disk>,
    options: JournalOptions,
    shared: Shared,
    tail: Option<Tail>,
    pending: Pending,
    keys: KeyWindow,
    /// Sequence and hash of the last record appended, durable or not.
    last: (u64, ChainHash),
    /// Hash of the last durable record.
    durable_hash: ChainHash,
    _lock: Box<dyn DiskLock>,
}

/// What a frame says of its payload.
#[derive(Debug, Clone, Copy)]
struct Stamp {
    at: CityTime,
    district: u16,
    key: [u8; 16],
    schema: u16,
}

impl Journal {
    /// Opens the journal in the directory `dir`, making it when it is not there, and says what was
    /// found.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process writes it, [`StoreError::Damaged`] when
    /// acknowledged records at its end are no longer what was written, [`StoreError::Newer`] when
    /// a newer program wrote it.
    pub fn open(
        dir: impl AsRef<Path>,
        options: JournalOptions,
    ) -> Result<(Self, Recovery), StoreError> {
        let dir = dir.as_ref();
        let disk = RealDisk::new(dir)
            .map_err(|error| StoreError::io(dir.display().to_string(), "making it", error))?;
        Self::open_on(Arc::new(disk), options)
    }

    /// A journal in memory, for runs that need no durability; its wall time is 0.
    pub fn in_memory() -> Self {
        let options = JournalOptions { wall_clock: || 0, ..JournalOptions::default() };
        Self::open_on(Arc::new(MemoryDisk::new()), options)
            .expect("a new directory in memory can be locked and has nothing to recover")
            .0
    }

    /// Appends a record and returns its sequence. It is durable after the next successful
    /// [`Self::commit`].
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] and [`StoreError::Backlog`]; the journal is then as before.
    pub fn append(&mut self, at: CityTime, record: &Record) -> Result<u64, StoreError> {
        self.append_new(NewRecord { at, record, district: 0, key: None }).map(Appended::sequence)
    }

    /// Appends a record with its district and key, unless its key is known.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn append_new(&mut self, new: NewRecord<'_>) -> Result<Appended, StoreError> {
        let key = new.key.map_or([0; 16], |key| key.0);
        if let Some(sequence) = self.keys.find(key) {
            return Ok(Appended::Known(sequence));
        }
        let mut payload = std::mem::take(&mut self.pending.scratch);
        payload.clear();
        let payload = postcard::to_extend(new.record, payload).map_err(|error| {
            let (sequence, reason) = (self.last.0 + 1, error.to_string());
            StoreError::Payload { sequence, schema: SCHEMA, reason }
        })?;
        let stamp = Stamp { at: new.at, district: new.district, key, schema: SCHEMA };
        let appended = self.append_payload(stamp, &payload);
        self.pending.scratch = payload;
        appended.map(Appended::New)
    }

    /// Appends a payload that is already encoded, under the schema it was encoded by: for copying
    /// a journal that an earlier program wrote.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub fn append_encoded(
        &mut self,
        at: CityTime,
        schema: u16,
        payload: &[u8],
    ) -> Result<u64, StoreError> {
        self.append_payload(Stamp { at, district: 0, key: [0; 16], schema }, payload)
    }

    fn append_payload(&mut self, stamp: Stamp, payload: &[u8]) -> Result<u64, StoreError> {
        let length = HEADER + payload.len();
        if length > LENGTH_MAX {
            return Err(StoreError::TooLarge { bytes: payload.len(), max: LENGTH_MAX - HEADER });
        }
        let offset = self.pending.bytes.len();
        if offset + length > self.options.pending_bytes_max {
            return Err(StoreError::Backlog { bytes: offset, max: self.options.pending_bytes_max });
        }
        let sequence = self.last.0 + 1;
        let header = Header {
            wall_ms: (self.options.wall_clock)(),
            flags: 0,
            schema: stamp.schema,
            district: stamp.district,
            sequence,
            at: stamp.at,
            key: stamp.key,
            previous: self.last.1,
        };
        let hash = frame::encode(&header, payload, &mut self.pending.bytes);
        self.pending.frames.push((sequence, offset, stamp.key));
        self.keys.remember(stamp.key, sequence);
        self.last = (sequence, hash);
        Ok(sequence)
    }

    /// Makes everything appended so far durable; returns the sequence of the last durable record.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Io`]. Nothing of what was appended since the last
    /// successful commit is acknowledged then, and nothing of it is lost: it stays in memory for
    /// the next commit.
    pub fn commit(&mut self) -> Result<u64, StoreError> {
        if self.pending.frames.is_empty() {
            return Ok(self.last.0);
        }
        self.pending.flag();
        let end = self.shared.get().tail.as_ref().map_or(0, |tail| tail.end);
        let used = end.saturating_sub(segment::SEGMENT_HEADER);
        if used > 0 && end + self.pending.bytes.len() as u64 > self.options.segment_bytes {
            self.seal()?;
        }
        if self.tail.is_none() {
            self.begin_segment()?;
        }
        let tail = self.tail.as_mut().expect("a segment was begun when there was none");
        let end = self.shared.get().tail.as_ref().map_or(segment::SEGMENT_HEADER, |it| it.end);
        tail.write(end, &self.pending.bytes)
            .map_err(|error| io_error(self.disk.as_ref(), &tail.name, "writing", error))?;

        self.durable_hash = self.last.1;
        let mut catalog = self.shared.get();
        catalog.durable = self.last.0;
        if let Some(contents) = &mut catalog.tail {
            for (sequence, offset, key) in &self.pending.frames {
                contents.note(*sequence, end + *offset as u64, *key);
            }
            contents.hash = self.last.1;
            contents.end = end + self.pending.bytes.len() as u64;
        }
        drop(catalog);
        self.pending.clear();
        Ok(self.last.0)
    }

    /// Reads durable records from `sequence` on; the reader goes on when more was committed, and
    /// may be used on another thread.
    pub fn read_from(&self, sequence: u64) -> Reader {
        let schemas = self.options.schemas.clone();
        Reader::new(Arc::clone(&self.disk), self.shared.clone(), schemas, sequence)
    }

    /// Sequence of the last record appended, durable or not; 0 when there is none.
    pub const fn last_sequence(&self) -> u64 {
        self.last.0
    }

    /// Hash of the last record appended, durable or not; zeros when there is none.
    pub const fn last_hash(&self) -> ChainHash {
        self.last.1
    }

    /// Sequence of the last durable record; 0 when there is none.
    pub fn durable_sequence(&self) -> u64 {
        self.shared.get().durable
    }

    /// Seals the last segment with its footer.
    fn seal(&mut self) -> Result<(), StoreError> {
        let Some(tail) = &mut self.tail else { return Ok(()) };
        let Some(contents) = self.shared.get().tail.clone() else { return Ok(()) };
        tail.write(contents.end, &contents.to_footer())
            .map_err(|error| io_error(self.disk.as_ref(), &tail.name, "sealing it", error))?;
        self.tail = None;
        self.shared.get().tail = None;
        Ok(())
    }

    /// Begins the segment for the pending records.
    fn begin_segment(&mut self) -> Result<(), StoreError> {
        let first = self.pending.frames.first().map_or(self.last.0 + 1, |(first, _, _)| *first);
        let header = SegmentHeader { format: FORMAT, first, previous: self.durable_hash };
        let name = name_of(first);
        let made = (|| {
            let mut file = self.disk.open(&name, Access::Create)?;
            file.write_at(0, &header.to_bytes())?;
            file.sync()?;
            self.disk.sync_dir()?;
            Ok(file)
        })();
        let file = made.map_err(|error| io_error(self.disk.as_ref(), &name, "making it", error))?;
        self.tail = Some(Tail { name, file, dirty: false });
        let mut catalog = self.shared.get();
        catalog.segments.push(first);
        catalog.tail = Some(Contents::empty(&header));
        Ok(())
    }
}

/// The error for what the operating system said of the file `name`.
fn io_error(
    disk: &dyn Disk,
    name: &str,
    doing: &'static str,
    source: std::io::Error,
) -> StoreError {
    StoreError::io(format!("{}/{name}", disk.name()), doing, source)
}
