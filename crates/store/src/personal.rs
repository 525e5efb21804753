//! Whole records under a person's key.
//!
//! # Shape
//! The sealed text is JSON, `{"schema": 1, "record": …}`: unlike the journal's own bytes it names
//! its fields, so that a person who asks what is kept of them can be shown it as it is.

use serde::{Deserialize, Serialize};
use urbis_core::{Keyring, Opened, PersonalError, Record, SCHEMA, Sealed, SubjectId};

/// What is sealed of a record.
#[derive(Debug, Serialize, Deserialize)]
struct Whole<R> {
    schema: u16,
    record: R,
}

/// Seals `record` under the key of `subject`.
///
/// # Errors
/// [`PersonalError::Erased`] when the subject was erased, [`PersonalError::Store`] when the keys
/// cannot be written.
pub fn sealed_record(
    keyring: &mut dyn Keyring,
    subject: &SubjectId,
    record: &Record,
) -> Result<Sealed, PersonalError> {
    let text = serde_json::to_string(&Whole { schema: SCHEMA, record })
        .map_err(|error| PersonalError::Store(format!("a record cannot be written: {error}")))?;
    keyring.seal(subject, &Opened::new(text))
}

/// The record that [`sealed_record`] sealed.
///
/// # Errors
/// Those of [`Keyring::open`]; [`PersonalError::NewerVersion`] when a later program sealed it,
/// [`PersonalError::Altered`] when it is no record.
pub fn opened_record(keyring: &dyn Keyring, exact: &Sealed) -> Result<Record, PersonalError> {
    let altered = |_not_a_record| PersonalError::Altered(exact.subject.clone());
    let text = keyring.open(exact)?;
    let text = text.reveal();
    let Whole { schema, .. } =
        serde_json::from_str::<Whole<serde::de::IgnoredAny>>(text).map_err(altered)?;
    if schema > SCHEMA {
        return Err(PersonalError::NewerSchema { found: schema, known: SCHEMA });
    }
    let whole: Whole<Record> = serde_json::from_str(text).map_err(altered)?;
    match whole.record {
        Record::Observed(batch) if !batch.is_well_formed() => {
            Err(PersonalError::Altered(exact.subject.clone()))
        }
        record => Ok(record),
    }
}
