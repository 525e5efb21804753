//! One segment file: its header, its frames, and the footer that seals it.
//!
//! # Shape
//! ```text
//! header  64  magic "URBISJNL", u16 format, u16 64, u32 0, u64 first sequence,
//!             32 hash of the frame before, u32 CRC-32C, u32 0
//! frames      see `frame`
//! footer      u32 count, u32 count, index entries (u64 sequence, u64 offset),
//!             keys (16 key, u64 sequence),
//!             trailer 64: magic "URBISEND", u64 bytes of the footer before the trailer,
//!             u64 last sequence, 32 hash of the last frame, u32 CRC-32C of all the footer, u32 0
//! ```
//!
//! **Invariant:** a segment is sealed and synced before the next one is made, so only the last one
//! can be without footer.

use std::io;

use super::cursor::Cursor;
use crate::disk::DiskFile;
use crate::frame::{
    self, ChainHash, FIRST_OF_COMMIT, FORMAT, Fault, HEADER, LAST_OF_COMMIT, LENGTH_MAX, array,
    u16_at, u32_at, u64_at,
};

/// Bytes before the first frame.
pub(crate) const SEGMENT_HEADER: u64 = 64;
const TRAILER: usize = 64;
const HEADER_MAGIC: [u8; 8] = *b"URBISJNL";
const TRAILER_MAGIC: [u8; 8] = *b"URBISEND";
/// File bytes between two entries of the sparse index.
const INDEX_SPACING: u64 = 64 * 1024;

/// Name of the segment whose first record has sequence `first`.
pub(crate) fn name_of(first: u64) -> String {
    format!("{first:020}.journal")
}

/// First sequence of the segment `name`, if it is the name of one.
pub(crate) fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".journal")?;
    let first = (digits.len() == 20).then(|| digits.parse().ok())??;
    (first > 0).then_some(first)
}

/// What a segment file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) format: u16,
    pub(crate) first: u64,
    pub(crate) previous: ChainHash,
}

impl SegmentHeader {
    pub(crate) fn to_bytes(self) -> [u8; SEGMENT_HEADER as usize] {
        let mut out = [0; SEGMENT_HEADER as usize];
        out[..8].copy_from_slice(&HEADER_MAGIC);
        out[8..10].copy_from_slice(&self.format.to_le_bytes());
        out[10..12].copy_from_slice(&(SEGMENT_HEADER as u16).to_le_bytes());
        out[16..24].copy_from_slice(&self.first.to_le_bytes());
        out[24..56].copy_from_slice(&self.previous);
        let checksum = crc32c::crc32c(&out[..56]);
        out[56..60].copy_from_slice(&checksum.to_le_bytes());
        out
    }

    /// The header at the beginning of `file`; `None` when it is not a whole one.
    pub(crate) fn read(file: &mut dyn DiskFile) -> io::Result<Option<Self>> {
        let mut bytes = [0; SEGMENT_HEADER as usize];
        let read = file.read_at(0, &mut bytes)?;
        let whole = read == bytes.len()
            && bytes[..8] == HEADER_MAGIC
            && crc32c::crc32c(&bytes[..56]) == u32_at(&bytes, 56);
        Ok(whole.then(|| Self {
            format: u16_at(&bytes, 8),
            first: u64_at(&bytes, 16),
            previous: array(&bytes, 24),
        }))
    }
}

/// What a segment holds, as its footer says it or as a scan found it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Contents {
    /// Where the frames end.
    pub(crate) end: u64,
    /// Sequence of the last frame; one less than the first when there is none.
    pub(crate) last: u64,
    /// Hash of the last frame.
    pub(crate) hash: ChainHash,
    /// Sequence and offset of some frames, in order.
    pub(crate) index: Vec<(u64, u64)>,
    /// Idempotency keys with their sequence, in order.
    pub(crate) keys: Vec<([u8; 16], u64)>,
}

impl Contents {
    /// Of a segment without frames.
    pub(crate) fn empty(header: &SegmentHeader) -> Self {
        Self {
            end: SEGMENT_HEADER,
            last: header.first.saturating_sub(1),
            hash: header.previous,
            ..Self::default()
        }
    }

    /// Takes note of the frame at `offset`.
    pub(crate) fn note(&mut self, sequence: u64, offset: u64, key: [u8; 16]) {
        let indexed = self.index.last().map_or(0, |(_, last)| *last);
        if self.index.is_empty() || offset >= indexed + INDEX_SPACING {
            self.index.push((sequence, offset));
        }
        if key != [0; 16] {
            self.keys.push((key, sequence));
        }
        self.last = sequence;
    }

    /// Offset of the last indexed frame at or before `sequence`.
    pub(crate) fn seek(&self, sequence: u64) -> u64 {
        let after = self.index.partition_point(|(indexed, _)| *indexed <= sequence);
        after.checked_sub(1).map_or(SEGMENT_HEADER, |position| self.index[position].1)
    }

    /// The footer that seals a segment with these contents.
    pub(crate) fn to_footer(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(&(self.index.len() as u32).to_le_bytes());
        out.extend_from_slice(&(self.keys.len() as u32).to_le_bytes());
        for (sequence, offset) in &self.index {
            out.extend_from_slice(&sequence.to_le_bytes());
            out.extend_from_slice(&offset.to_le_bytes());
        }
        for (key, sequence) in &self.keys {
            out.extend_from_slice(key);
            out.extend_from_slice(&sequence.to_le_bytes());
        }
        let body = out.len() as u64;
        out.extend_from_slice(&TRAILER_MAGIC);
        out.extend_from_slice(&body.to_le_bytes());
        out.extend_from_slice(&self.last.to_le_bytes());
        out.extend_from_slice(&self.hash);
        let checksum = crc32c::crc32c(&out);
        out.extend_from_slice(&checksum.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out
    }

    /// The contents a sealed segment's footer states; `None` when there is no whole footer.
    pub(crate) fn read_footer(file: &mut dyn DiskFile) -> io::Result<Option<Self>> {
        let size = file.size()?;
        let mut trailer = [0; TRAILER];
        let Some(trailer_at) = size.checked_sub(TRAILER as u64) else { return Ok(None) };
        if file.read_at(trailer_at, &mut trailer)? < TRAILER || trailer[..8] != TRAILER_MAGIC {
            return Ok(None);
        }
        let Some(end) = trailer_at.checked_sub(u64_at(&trailer, 8)) else { return Ok(None) };
        let mut footer = vec![0; (size - end) as usize];
        if end < SEGMENT_HEADER || file.read_at(end, &mut footer)? < footer.len() {
            return Ok(None);
        }
        let checked = footer.len() - 8;
        if crc32c::crc32c(&footer[..checked]) != u32_at(&footer, checked) {
            return Ok(None);
        }
        Ok(Self::from_body(&footer[..footer.len() - TRAILER]).map(|(index, keys)| Self {
            end,
            last: u64_at(&trailer, 16),
            hash: array(&trailer, 24),
            index,
            keys,
        }))
    }

    #[expect(clippy::type_complexity, reason = "the two lists of a footer, used once")]
    fn from_body(body: &[u8]) -> Option<(Vec<(u64, u64)>, Vec<([u8; 16], u64)>)> {
        let counts = body.get(..8)?;
        let (entries, keys) = (u32_at(counts, 0) as usize, u32_at(counts, 4) as usize);
        let (index, rest) = body[8..].split_at_checked(entries.checked_mul(16)?)?;
        if rest.len() != keys.checked_mul(24)? {
            return None;
        }
        let index = index.chunks_exact(16).map(|entry| (u64_at(entry, 0), u64_at(entry, 8)));
        let keys = rest.chunks_exact(24).map(|entry| (array(entry, 0), u64_at(entry, 16)));
        Some((index.collect(), keys.collect()))
    }
}

/// Why bytes at the end of a journal were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DropReason {
    /// The last frame is cut off.
    #[error("the last write is cut off")]
    CutOff,
    /// The bytes are not those of a frame.
    #[error("the last write is torn: its checksum does not match")]
    Torn,
    /// Whole frames, but the commit they belong to was never finished.
    #[error("the last commit was not finished")]
    Unfinished,
    /// The frame does not follow the one before it.
    #[error("a frame does not continue the chain")]
    Unchained,
    /// A new file was begun and nothing was acknowledged in it.
    #[error("a new file had only been begun")]
    Begun,
    /// Acknowledged records were damaged, and the caller accepted their loss.
    #[error("acknowledged records are damaged, and their loss was accepted")]
    Damaged,
}

/// What a scan of a segment's frames found.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    /// All whole commits.
    pub(crate) contents: Contents,
    /// Where the last of them begins.
    pub(crate) last_commit: u64,
    /// Where and why the scan stopped before `limit`.
    pub(crate) stop: Option<(u64, DropReason)>,
    /// A whole frame that only a newer program can read.
    pub(crate) newer: Option<(&'static str, u16)>,
    /// The newest schema met.
    pub(crate) schema: u16,
}

/// Walks the frames of a segment up to `limit`, checking checksums, chain and commits.
pub(crate) fn scan(cursor: &mut Cursor, header: &SegmentHeader, limit: u64) -> io::Result<Scan> {
    let mut contents = Contents::empty(header);
    let mut whole = Mark::of(&contents);
    let mut scan = Scan {
        contents: Contents::default(),
        last_commit: whole.end,
        stop: None,
        newer: None,
        schema: 0,
    };
    while cursor.offset() < limit {
        let offset = cursor.offset();
        let frame = match cursor.next(limit)? {
            Ok(frame) => frame,
            Err(fault) => {
                scan.stop = Some((offset, scan.reason_of(fault)));
                break;
            }
        };
        let begins = contents.last == whole.last;
        let chained = frame.header.sequence == contents.last + 1
            && frame.header.previous == contents.hash
            && begins == (frame.header.flags & FIRST_OF_COMMIT != 0);
        if !chained {
            scan.stop = Some((offset, DropReason::Unchained));
            break;
        }
        let (hash, header) = (frame.hash(), frame.header);
        contents.note(header.sequence, offset, header.key);
        contents.hash = hash;
        contents.end = cursor.offset();
        scan.schema = scan.schema.max(header.schema);
        if header.flags & LAST_OF_COMMIT != 0 {
            scan.last_commit = whole.end;
            whole = Mark::of(&contents);
        }
    }
    if scan.stop.is_none() && contents.last != whole.last {
        scan.stop = Some((whole.end, DropReason::Unfinished));
    }
    whole.cut(&mut contents);
    scan.contents = contents;
    Ok(scan)
}

impl Scan {
    /// The reason a fault gives; takes note of what only a newer program can read.
    fn reason_of(&mut self, fault: Fault) -> DropReason {
        match fault {
            Fault::Short { .. } => return DropReason::CutOff,
            Fault::Length | Fault::Checksum => {}
            Fault::Newer { format, .. } if format != FORMAT => {
                self.newer = Some(("frame format", format));
            }
            Fault::Newer { kind, .. } => self.newer = Some(("kind of payload", kind)),
        }
        DropReason::Torn
    }
}

/// The state of [`Contents`] after a whole commit.
#[derive(Debug, Clone, Copy)]
struct Mark {
    end: u64,
    last: u64,
    hash: ChainHash,
    index: usize,
    keys: usize,
}

impl Mark {
    fn of(contents: &Contents) -> Self {
        Self {
            end: contents.end,
            last: contents.last,
            hash: contents.hash,
            index: contents.index.len(),
            keys: contents.keys.len(),
        }
    }

    fn cut(self, contents: &mut Contents) {
        (contents.end, contents.last, contents.hash) = (self.end, self.last, self.hash);
        contents.index.truncate(self.index);
        contents.keys.truncate(self.keys);
    }
}

/// Whether `bytes`, which follow the last good frame of a segment, hold a frame that proves that
/// records after `last` had been acknowledged: the first of a later commit.
pub(crate) fn proves_acknowledged(bytes: &[u8], last: u64) -> bool {
    (0..bytes.len().saturating_sub(HEADER)).step_by(8).any(|offset| {
        let here = &bytes[offset..];
        // Cheap tests first: this walks every 8 bytes of what may be 64 MiB of anything.
        let plausible = (HEADER..=LENGTH_MAX).contains(&(u32_at(here, 0) as usize))
            && u16_at(here, 20) == FORMAT
            && u32_at(here, 16) & FIRST_OF_COMMIT != 0
            && u64_at(here, 28) > last + 1;
        plausible && frame::decode(here).is_ok()
    })
}
