//! Records of the journal for people.

use serde::Serialize;
use utoipa::ToSchema;

use super::common::{Text, Writer};
use super::state::Names;
use crate::logbook::Line;

/// The newest records.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JournalDto {
    /// Newest first.
    pub records: Vec<RecordDto>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecordDto {
    /// Its place in the journal.
    pub sequence: u64,
    /// When, city milliseconds.
    pub at_ms: i64,
    /// What kind of record.
    #[schema(example = "decision")]
    pub kind: &'static str,
    /// Who.
    pub who: String,
    /// In words.
    pub text: Text,
}

/// Lines for the wire.
pub fn journal(writer: Writer<'_>, names: &dyn Names, lines: &[Line]) -> JournalDto {
    let records = lines.iter().map(|line| RecordDto {
        sequence: line.sequence,
        at_ms: line.at.millis(),
        kind: line.kind,
        who: names.actor(&line.who),
        text: writer.text(&line.text, line.personal),
    });
    JournalDto { records: records.collect() }
}
