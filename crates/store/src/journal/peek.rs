//! Reads a journal without taking it: for reports and checks beside a running writer.

use std::path::Path;
use std::sync::Arc;

use super::cursor::Cursor;
use super::io_error;
use super::open::segments_on;
use super::reader::Reader;
use super::segment::{Contents, SEGMENT_HEADER, SegmentHeader, name_of, scan};
use super::shared::{Catalog, Shared};
use crate::disk::{Access, Disk, RealDisk};
use crate::error::StoreError;
use crate::migrate::Schemas;

/// Reads the journal in `dir` from `sequence` on, up to the last whole commit there is now. Writes
/// nothing and needs no lock.
///
/// # Errors
/// [`StoreError::Io`] when there is no such directory or it cannot be read.
pub fn read(dir: impl AsRef<Path>, sequence: u64) -> Result<Reader, StoreError> {
    let dir = dir.as_ref();
    let disk = RealDisk::existing(dir)
        .map_err(|error| StoreError::io(dir.display().to_string(), "opening it", error))?;
    read_on(Arc::new(disk), Schemas::current(), sequence)
}

/// Reads the journal on `disk` as [`read`] does, with the readers of `schemas`.
///
/// # Errors
/// As [`read`].
pub fn read_on(disk: Arc<dyn Disk>, schemas: Schemas, sequence: u64) -> Result<Reader, StoreError> {
    let mut segments = segments_on(disk.as_ref())?;
    let mut tail = None;
    while let Some(first) = segments.last().copied() {
        tail = contents_of(disk.as_ref(), first)?;
        if tail.is_some() {
            break;
        }
        segments.pop();
    }
    let durable = tail.as_ref().map_or(0, |contents| contents.last);
    let shared = Shared::new(Catalog { segments, tail, durable });
    Ok(Reader::new(disk, shared, schemas, sequence))
}

/// What the whole commits of a segment hold; `None` when not even its header is there.
fn contents_of(disk: &dyn Disk, first: u64) -> Result<Option<Contents>, StoreError> {
    let name = name_of(first);
    let io = |error| io_error(disk, &name, "reading the journal", error);
    let mut file = disk.open(&name, Access::Read).map_err(io)?;
    let Some(header) = SegmentHeader::read(file.as_mut()).map_err(io)? else {
        return Ok(None);
    };
    let size = file.size().map_err(io)?;
    let mut cursor = Cursor::new(file, SEGMENT_HEADER);
    Ok(Some(scan(&mut cursor, &header, size).map_err(io)?.contents))
}
