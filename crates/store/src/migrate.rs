//! From every schema ever released to the words of today.
//!
//! # Shape
//! A frame names the schema its payload was written under. [`Schemas`] holds one reader for each;
//! a reader turns old bytes into today's [`Record`] and is never removed. To release schema *n*+1:
//! copy the types that change into a module named after schema *n*, write its reader as an upcast
//! from them, add it to [`Schemas::current`], keep the golden bytes of schema *n* and let a test
//! read them. `tests/migration.rs` shows it with a schema 0 made for the purpose.
//!
//! **Version rule:** postcard does not name fields: a field added to a struct or a variant changes
//! its bytes and needs a new schema; a variant added at the end of an enum does not change old
//! bytes, but old programs cannot read it, so it too makes a new schema.

use std::collections::BTreeMap;
use std::fmt;

use urbis_core::{Record, SCHEMA};

use crate::error::StoreError;
use crate::frame::Header;

/// Turns the payload of one schema into a record of today, or says what is wrong with it.
pub type SchemaReader = fn(&[u8]) -> Result<Record, String>;

/// The readers of all schemas.
#[derive(Clone)]
pub struct Schemas {
    readers: BTreeMap<u16, SchemaReader>,
}

impl Schemas {
    /// Every schema released so far.
    pub fn current() -> Self {
        Self { readers: BTreeMap::from([(SCHEMA, read_current as SchemaReader)]) }
    }

    /// With one more reader.
    #[must_use]
    pub fn with(mut self, schema: u16, reader: SchemaReader) -> Self {
        self.readers.insert(schema, reader);
        self
    }

    /// The newest schema known.
    pub fn newest(&self) -> u16 {
        self.readers.keys().next_back().copied().unwrap_or(0)
    }

    /// The record in `payload`, by the schema its frame names.
    pub(crate) fn read(&self, header: &Header, payload: &[u8]) -> Result<Record, StoreError> {
        let Header { schema, sequence, .. } = *header;
        let fault = |reason| StoreError::Payload { sequence, schema, reason };
        match self.readers.get(&schema) {
            Some(reader) => reader(payload).map_err(fault),
            None if schema > self.newest() => Err(StoreError::Newer {
                place: format!("record {sequence}"),
                what: "record schema",
                found: schema,
                known: self.newest(),
            }),
            None => Err(fault("no reader for this schema".to_owned())),
        }
    }
}

impl Default for Schemas {
    fn default() -> Self {
        Self::current()
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.readers.keys()).finish()
    }
}

/// Reads a payload of today's schema.
fn read_current(bytes: &[u8]) -> Result<Record, String> {
    let (record, rest) =
        postcard::take_from_bytes::<Record>(bytes).map_err(|error| error.to_string())?;
    if !rest.is_empty() {
        return Err(format!("{} bytes are left over", rest.len()));
    }
    match &record {
        Record::Observed(batch) if !batch.is_well_formed() => {
            Err("the columns of the observation batch differ in length".to_owned())
        }
        _ => Ok(record),
    }
}
