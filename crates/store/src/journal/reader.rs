//! Reads records back, from any sequence, while the journal grows.

use std::sync::Arc;

use urbis_core::Record;
use urbis_units::CityTime;

use super::cursor::Cursor;
use super::segment::{Contents, SEGMENT_HEADER, name_of};
use super::shared::Shared;
use crate::disk::{Access, Disk};
use crate::error::StoreError;
use crate::frame::{ChainHash, IdempotencyKey};
use crate::migrate::Schemas;

/// One record with what its frame says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place in the journal, from 1.
    pub sequence: u64,
    /// City time.
    pub at: CityTime,
    /// District it belongs to.
    pub district: u16,
    /// The key its sender gave it.
    pub key: Option<IdempotencyKey>,
    /// Wall time of the append, milliseconds since the Unix epoch; outside the hash.
    pub wall_ms: i64,
    /// Hash of the frame, which the next one repeats.
    pub hash: ChainHash,
    /// The record, in today's schema.
    pub record: Record,
}

/// An iterator over durable records in order.
///
/// It ends where the durable records end; after more was committed, `next` goes on from there, so
/// a subscriber keeps one reader and asks again.
#[derive(Debug)]
pub struct Reader {
    disk: Arc<dyn Disk>,
    shared: Shared,
    schemas: Schemas,
    /// Sequence to be read next.
    next: u64,
    /// Where it is, with the first sequence of that segment.
    place: Option<(u64, Cursor)>,
}

impl Reader {
    pub(crate) fn new(disk: Arc<dyn Disk>, shared: Shared, schemas: Schemas, from: u64) -> Self {
        Self { disk, shared, schemas, next: from, place: None }
    }

    /// Sequence of the record that comes next.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// The durable record that comes next, if there is one already.
    fn read(&mut self) -> Result<Option<Entry>, StoreError> {
        let (segment, limit) = {
            let catalog = self.shared.get();
            let Some(first) = catalog.segments.first() else { return Ok(None) };
            self.next = self.next.max(*first);
            if self.next > catalog.durable {
                return Ok(None);
            }
            let after = catalog.segments.partition_point(|first| *first <= self.next);
            let is_tail = after == catalog.segments.len();
            let limit = catalog.tail.as_ref().filter(|_| is_tail).map(|tail| tail.end);
            (catalog.segments[after - 1], limit)
        };
        if self.place.as_ref().is_none_or(|(first, _)| *first != segment) {
            self.place = Some((segment, self.seek(segment, limit.is_some())?));
        }
        let Some((_, cursor)) = &mut self.place else { return Ok(None) };
        loop {
            let offset = cursor.offset();
            let found = cursor
                .next(limit.unwrap_or(u64::MAX))
                .map_err(|error| StoreError::io(name_of(segment), "reading", error))?;
            let damaged = |expected: &str| StoreError::Damaged {
                place: format!("{}/{}", self.disk.name(), name_of(segment)),
                offset,
                expected: format!("{expected} of record {}", self.next),
                records_before: self.next - 1,
            };
            let frame = found.map_err(|_fault| damaged("the frame"))?;
            if frame.header.sequence < self.next {
                continue;
            }
            if frame.header.sequence > self.next {
                return Err(damaged("the frame"));
            }
            let (header, hash) = (frame.header, frame.hash());
            let record = self.schemas.read(&header, frame.payload)?;
            self.next += 1;
            return Ok(Some(Entry {
                sequence: header.sequence,
                at: header.at,
                district: header.district,
                key: (header.key != [0; 16]).then_some(IdempotencyKey(header.key)),
                wall_ms: header.wall_ms,
                hash,
                record,
            }));
        }
    }

    /// A cursor in `segment` at or before the next sequence.
    fn seek(&self, segment: u64, is_tail: bool) -> Result<Cursor, StoreError> {
        let name = name_of(segment);
        let failed = |error| StoreError::io(name.clone(), "opening", error);
        let mut file = self.disk.open(&name, Access::Read).map_err(failed)?;
        let offset = if is_tail {
            self.shared.get().tail.as_ref().map(|tail| tail.seek(self.next))
        } else {
            Contents::read_footer(file.as_mut()).map_err(failed)?.map(|it| it.seek(self.next))
        };
        Ok(Cursor::new(file, offset.unwrap_or(SEGMENT_HEADER)))
    }
}

impl Iterator for Reader {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
