//! Opens a journal: checks its end, drops what no commit finished, and says exactly what.
//!
//! # Shape
//! Only the last segment is walked; the one before it is linked by the hash in its footer, and
//! [`super::verify`] walks everything. A bad frame is a crash's doing when nothing after it proves
//! that it had been acknowledged, and is then dropped; when a later commit stands after it, it is
//! damage, and opening stops.
//!
//! # Source
//! The distinction between a torn end and damage follows Alagappan et al., "Protocol-Aware
//! Recovery for Consensus-Based Storage" (FAST 2018), section 3.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::cursor::Cursor;
use super::key::KeyWindow;
use super::pending::{Pending, Tail};
use super::segment::{
    Contents, DropReason, SEGMENT_HEADER, Scan, SegmentHeader, first_of, name_of,
    proves_acknowledged, scan,
};
use super::shared::{Catalog, Shared};
use super::{Journal, JournalOptions, io_error};
use crate::disk::{Access, Disk, DiskFile};
use crate::error::StoreError;
use crate::frame::{ChainHash, FORMAT};

/// What was found when a journal was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Records in the journal.
    pub records_kept: u64,
    /// Bytes at its end that were dropped.
    pub bytes_dropped: u64,
    /// The file they were in.
    pub file: Option<String>,
    /// Where in the file the dropped bytes began: the end of the last whole commit.
    pub dropped_from: Option<u64>,
    /// Where in the file the first frame stood that is not as it should be.
    pub first_bad_offset: Option<u64>,
    /// Why.
    pub reason: Option<DropReason>,
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records", self.records_kept)?;
        let (Some(file), Some(from), Some(bad), Some(reason)) =
            (&self.file, self.dropped_from, self.first_bad_offset, self.reason)
        else {
            return Ok(());
        };
        let bytes = self.bytes_dropped;
        write!(f, "; dropped {bytes} bytes of {file} from byte {from}: {reason} (at byte {bad})")
    }
}

/// What the end of a journal was found to be.
#[derive(Debug)]
struct End {
    catalog: Catalog,
    tail: Option<Tail>,
    hash: ChainHash,
    recovery: Recovery,
}

impl Journal {
    /// Opens the journal on `disk`.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(
        disk: Arc<dyn Disk>,
        options: JournalOptions,
    ) -> Result<(Self, Recovery), StoreError> {
        let lock = disk.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => StoreError::Locked { place: disk.name() },
            _ => StoreError::io(disk.name(), "locking it", error),
        })?;
        let end = Opener { disk: disk.as_ref(), options: &options, recovery: Recovery::default() }
            .find_end()?;
        let keys = recent_keys(disk.as_ref(), &end.catalog, options.key_window)?;
        let journal = Self {
            last: (end.catalog.durable, end.hash),
            durable_hash: end.hash,
            shared: Shared::new(end.catalog),
            tail: end.tail,
            pending: Pending::default(),
            keys,
            disk,
            options,
            _lock: lock,
        };
        Ok((journal, end.recovery))
    }
}

/// First sequences of the segments on `disk`, in order.
pub(crate) fn segments_on(disk: &dyn Disk) -> Result<Vec<u64>, StoreError> {
    let names = disk.list().map_err(|error| StoreError::io(disk.name(), "listing it", error))?;
    Ok(names.iter().filter_map(|name| first_of(name)).collect())
}

#[derive(Debug)]
struct Opener<'a> {
    disk: &'a dyn Disk,
    options: &'a JournalOptions,
    recovery: Recovery,
}

impl Opener<'_> {
    fn find_end(mut self) -> Result<End, StoreError> {
        let mut segments = segments_on(self.disk)?;
        while let Some(first) = segments.last().copied() {
            let name = name_of(first);
            let before = segments.len().checked_sub(2).map(|position| segments[position]);
            let mut file = self.open_file(&name)?;
            let header = SegmentHeader::read(file.as_mut()).map_err(|e| self.io(&name, e))?;
            let Some(header) = header else {
                self.drop_begun(&name, file, first)?;
                segments.pop();
                continue;
            };
            self.check_link(&name, first, &header, before)?;
            let (tail, contents) = self.check_segment(&name, file, &header)?;
            let oldest = segments[0];
            self.recovery.records_kept = contents.last + 1 - oldest;
            let catalog = Catalog {
                segments,
                durable: contents.last,
                tail: tail.is_some().then(|| contents.clone()),
            };
            return Ok(End { catalog, tail, hash: contents.hash, recovery: self.recovery });
        }
        let catalog = Catalog::default();
        Ok(End { catalog, tail: None, hash: [0; 32], recovery: self.recovery })
    }

    /// Removes a last file whose header was never made durable.
    fn drop_begun(
        &mut self,
        name: &str,
        mut file: Box<dyn DiskFile>,
        first: u64,
    ) -> Result<(), StoreError> {
        let size = file.size().map_err(|error| self.io(name, error))?;
        let rest = self.read_rest(name, file.as_mut(), SEGMENT_HEADER.min(size))?;
        if proves_acknowledged(&rest, first.saturating_sub(2)) && !self.options.accept_loss {
            return Err(self.damaged(name, 0, "the header of the segment", first - 1));
        }
        drop(file);
        self.disk
            .remove(name)
            .and_then(|()| self.disk.sync_dir())
            .map_err(|error| self.io(name, error))?;
        self.note_drop(name, (0, 0), size, DropReason::Begun);
        Ok(())
    }

    /// Checks that the segment continues the one before it.
    fn check_link(
        &self,
        name: &str,
        first: u64,
        header: &SegmentHeader,
        before: Option<u64>,
    ) -> Result<(), StoreError> {
        if header.format > FORMAT {
            return Err(self.newer(name, "segment format", header.format, FORMAT));
        }
        if header.first != first {
            return Err(self.damaged(name, 16, "the sequence the file is named after", first - 1));
        }
        let Some(before) = before else { return Ok(()) };
        let before = name_of(before);
        let mut file = self.open_file(&before)?;
        let footer = Contents::read_footer(file.as_mut()).map_err(|e| self.io(&before, e))?;
        let linked = footer.is_some_and(|it| it.last == first - 1 && it.hash == header.previous);
        if linked {
            Ok(())
        } else {
            Err(self.damaged(&before, 0, "a footer that the next segment continues", first - 1))
        }
    }

    /// Walks the last segment and drops what no commit finished.
    fn check_segment(
        &mut self,
        name: &str,
        file: Box<dyn DiskFile>,
        header: &SegmentHeader,
    ) -> Result<(Option<Tail>, Contents), StoreError> {
        let size = file.size().map_err(|error| self.io(name, error))?;
        let mut cursor = Cursor::new(file, SEGMENT_HEADER);
        let Scan { contents, last_commit, stop, newer, schema } =
            scan(&mut cursor, header, size).map_err(|error| self.io(name, error))?;
        if let Some((what, found)) = newer {
            return Err(self.newer(name, what, found, FORMAT));
        }
        if schema > self.options.schemas.newest() {
            let known = self.options.schemas.newest();
            return Err(self.newer(name, "record schema", schema, known));
        }
        let footer = Contents::read_footer(cursor.file()).map_err(|e| self.io(name, e))?;
        let (sealed, contents) = match footer {
            Some(footer) if footer == contents => (true, footer),
            Some(_) if !self.options.accept_loss => {
                let offset = stop.map_or(contents.end, |(offset, _)| offset);
                return Err(self.damaged(name, offset, "the next frame", contents.last));
            }
            _ => (false, contents),
        };
        let mut file = self.open_file(name)?;
        if let Some((offset, reason)) = stop.filter(|_| !sealed) {
            self.drop_tail(name, file.as_mut(), &contents, (offset, size, reason))?;
        }
        self.write_again(name, file.as_mut(), last_commit)?;
        let tail = Tail { name: name.to_owned(), file, dirty: false };
        Ok(((!sealed).then_some(tail), contents))
    }

    /// Writes the last commit again, with the header before it where it is the first and with the
    /// footer behind it, and makes the file's name durable.
    ///
    /// When a sync failed and the program was started again, the system may show bytes that never
    /// reached the medium and that it will not write by itself. The last commit is the only one
    /// that this can be true of: a commit begins only after the one before it is durable.
    fn write_again(
        &self,
        name: &str,
        file: &mut dyn DiskFile,
        last_commit: u64,
    ) -> Result<(), StoreError> {
        let from = if last_commit == SEGMENT_HEADER { 0 } else { last_commit };
        let bytes = self.read_rest(name, file, from)?;
        file.write_at(from, &bytes)
            .and_then(|()| file.sync())
            .and_then(|()| self.disk.sync_dir())
            .map_err(|error| self.io(name, error))
    }

    /// Cuts the last segment after its last whole commit.
    fn drop_tail(
        &mut self,
        name: &str,
        file: &mut dyn DiskFile,
        contents: &Contents,
        (offset, size, reason): (u64, u64, DropReason),
    ) -> Result<(), StoreError> {
        let rest = self.read_rest(name, file, contents.end)?;
        let damaged = proves_acknowledged(&rest, contents.last);
        if damaged && !self.options.accept_loss {
            return Err(self.damaged(name, offset, "the next frame", contents.last));
        }
        file.truncate(contents.end)
            .and_then(|()| file.sync())
            .map_err(|error| self.io(name, error))?;
        let reason = if damaged { DropReason::Damaged } else { reason };
        let bytes = size.saturating_sub(contents.end);
        self.note_drop(name, (contents.end, offset), bytes, reason);
        Ok(())
    }

    fn note_drop(&mut self, name: &str, (from, bad): (u64, u64), bytes: u64, reason: DropReason) {
        self.recovery.bytes_dropped += bytes;
        self.recovery.file = Some(name.to_owned());
        self.recovery.dropped_from = Some(from);
        self.recovery.first_bad_offset = Some(bad);
        self.recovery.reason = Some(reason);
    }

    fn open_file(&self, name: &str) -> Result<Box<dyn DiskFile>, StoreError> {
        self.disk.open(name, Access::Write).map_err(|error| self.io(name, error))
    }

    fn read_rest(
        &self,
        name: &str,
        file: &mut dyn DiskFile,
        from: u64,
    ) -> Result<Vec<u8>, StoreError> {
        let size = file.size().map_err(|error| self.io(name, error))?;
        let mut rest = vec![0; size.saturating_sub(from) as usize];
        let read = file.read_at(from, &mut rest).map_err(|error| self.io(name, error))?;
        rest.truncate(read);
        Ok(rest)
    }

    fn io(&self, name: &str, error: io::Error) -> StoreError {
        io_error(self.disk, name, "opening the journal", error)
    }

    fn newer(&self, name: &str, what: &'static str, found: u16, known: u16) -> StoreError {
        StoreError::Newer { place: format!("{}/{name}", self.disk.name()), what, found, known }
    }

    fn damaged(&self, name: &str, offset: u64, expected: &str, before: u64) -> StoreError {
        StoreError::Damaged {
            place: format!("{}/{name}", self.disk.name()),
            offset,
            expected: expected.to_owned(),
            records_before: before,
        }
    }
}

/// The last keys of the journal, from the footers of as few segments as hold them.
fn recent_keys(
    disk: &dyn Disk,
    catalog: &Catalog,
    capacity: usize,
) -> Result<KeyWindow, StoreError> {
    let mut lists: Vec<Vec<([u8; 16], u64)>> = Vec::new();
    let mut count = 0;
    let mut sealed = catalog.segments.as_slice();
    if let Some(tail) = &catalog.tail {
        count += tail.keys.len();
        lists.push(tail.keys.clone());
        sealed = &sealed[..sealed.len().saturating_sub(1)];
    }
    for first in sealed.iter().rev() {
        if count >= capacity {
            break;
        }
        let name = name_of(*first);
        let footer = disk
            .open(&name, Access::Read)
            .and_then(|mut file| Contents::read_footer(file.as_mut()))
            .map_err(|error| io_error(disk, &name, "reading its keys", error))?;
        let keys = footer.map(|footer| footer.keys).unwrap_or_default();
        count += keys.len();
        lists.push(keys);
    }
    let mut window = KeyWindow::new(capacity);
    for (key, sequence) in lists.iter().rev().flatten() {
        window.remember(*key, *sequence);
    }
    Ok(window)
}
