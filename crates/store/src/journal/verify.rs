//! Checks a whole journal, from its first byte: checksums, chain, commits and payloads.

use std::path::Path;

use super::cursor::Cursor;
use super::io_error;
use super::open::segments_on;
use super::segment::{Contents, SEGMENT_HEADER, SegmentHeader, name_of, proves_acknowledged, scan};
use crate::disk::{Access, Disk, RealDisk};
use crate::error::StoreError;
use crate::frame::{ChainHash, FORMAT};

/// What a full check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Segment files.
    pub segments: usize,
    /// Records.
    pub records: u64,
    /// Sequence of the last record; 0 when there is none.
    pub last_sequence: u64,
    /// Hash of the last record; zeros when there is none.
    pub last_hash: ChainHash,
    /// Bytes after the last whole commit: a write in progress, or the leavings of a crash that the
    /// next opening drops.
    pub bytes_unfinished: u64,
}

/// Checks the journal in `dir`; it need not be closed.
///
/// # Errors
/// [`StoreError::Damaged`] at the first byte that is not as it was written.
pub fn verify(dir: impl AsRef<Path>) -> Result<Verified, StoreError> {
    let dir = dir.as_ref();
    let disk = RealDisk::existing(dir)
        .map_err(|error| StoreError::io(dir.display().to_string(), "opening it", error))?;
    verify_on(&disk)
}

/// Checks the journal on `disk`.
///
/// # Errors
/// As [`verify`].
pub fn verify_on(disk: &dyn Disk) -> Result<Verified, StoreError> {
    let segments = segments_on(disk)?;
    let mut found = Verified {
        segments: segments.len(),
        records: 0,
        last_sequence: segments.first().map_or(0, |first| first.saturating_sub(1)),
        last_hash: [0; 32],
        bytes_unfinished: 0,
    };
    for (position, first) in segments.iter().enumerate() {
        let is_last = position + 1 == segments.len();
        check_segment(disk, *first, (position == 0, is_last), &mut found)?;
    }
    Ok(found)
}

fn check_segment(
    disk: &dyn Disk,
    first: u64,
    (is_first, is_last): (bool, bool),
    found: &mut Verified,
) -> Result<(), StoreError> {
    let name = name_of(first);
    let io = |error| io_error(disk, &name, "checking the journal", error);
    let damaged = |offset: u64, expected: &str, before: u64| StoreError::Damaged {
        place: format!("{}/{name}", disk.name()),
        offset,
        expected: expected.to_owned(),
        records_before: before,
    };
    let mut file = disk.open(&name, Access::Read).map_err(io)?;
    let size = file.size().map_err(io)?;
    let Some(header) = SegmentHeader::read(file.as_mut()).map_err(io)? else {
        let mut rest = vec![0; size.saturating_sub(SEGMENT_HEADER) as usize];
        let read = file.read_at(SEGMENT_HEADER, &mut rest).map_err(io)?;
        if is_last && !proves_acknowledged(&rest[..read], first.saturating_sub(2)) {
            found.bytes_unfinished += size;
            return Ok(());
        }
        return Err(damaged(0, "the header of the segment", found.records));
    };
    if header.format > FORMAT {
        let place = format!("{}/{name}", disk.name());
        let what = "segment format";
        return Err(StoreError::Newer { place, what, found: header.format, known: FORMAT });
    }
    if is_first && first > 1 {
        // Earlier segments were moved away; the chain begins with what this one says.
        found.last_hash = header.previous;
    }
    if header.first != found.last_sequence + 1 || header.previous != found.last_hash {
        return Err(damaged(16, "a header that continues the segment before", found.records));
    }
    let footer = Contents::read_footer(file.as_mut()).map_err(io)?;
    let limit = footer.as_ref().map_or(size, |footer| footer.end);
    let mut cursor = Cursor::new(file, SEGMENT_HEADER);
    let scan = scan(&mut cursor, &header, limit).map_err(io)?;
    let before = found.records + (scan.contents.last + 1 - header.first);
    match (scan.stop, &footer) {
        (Some((offset, _)), Some(_)) => {
            return Err(damaged(offset, "the next frame", before));
        }
        (None, Some(footer)) if *footer != scan.contents => {
            return Err(damaged(limit, "a footer that agrees with the frames", before));
        }
        (_, None) if !is_last => {
            return Err(damaged(scan.contents.end, "a frame or the footer", before));
        }
        _ => {}
    }
    if let (Some((offset, _)), None) = (scan.stop, &footer) {
        let mut rest = vec![0; size.saturating_sub(scan.contents.end) as usize];
        let read = cursor.file().read_at(scan.contents.end, &mut rest).map_err(io)?;
        if proves_acknowledged(&rest[..read], scan.contents.last) {
            return Err(damaged(offset, "the next frame", before));
        }
        found.bytes_unfinished += size.saturating_sub(scan.contents.end);
    }
    found.records = before;
    found.last_sequence = scan.contents.last;
    found.last_hash = scan.contents.hash;
    Ok(())
}
