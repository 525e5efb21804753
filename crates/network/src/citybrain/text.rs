//! Lines of numbers.

use std::str::FromStr;

use crate::NetworkError;
use crate::place::Place;

/// Longest line that is looked at.
const LINE_BYTES_MAX: usize = 1 << 20;

/// The lines of a file, one after the other; empty ones are passed over.
pub(super) struct Lines<'a> {
    file: &'a str,
    rest: Option<&'a [u8]>,
    number: usize,
}

/// The fields of one line.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    file: &'a str,
    /// `line N`, to blame in errors.
    pub(super) element: String,
    pub(super) fields: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8], file: &'a str) -> Self {
        Self { file, rest: Some(bytes), number: 0 }
    }

    /// The next line, which must have `count` fields; `what` it is.
    pub(super) fn next(
        &mut self,
        what: &'static str,
        count: usize,
    ) -> Result<Line<'a>, NetworkError> {
        let line = self.any(what)?;
        if line.fields.len() == count {
            return Ok(line);
        }
        let found = line.fields.len();
        Err(line.place().misfit(
            format!("has {found} fields, expected {count}: {what}"),
            "correct the line, or the count before it",
        ))
    }

    /// The next line, of any number of fields.
    pub(super) fn any(&mut self, what: &'static str) -> Result<Line<'a>, NetworkError> {
        while let Some(rest) = self.rest {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let bytes = &rest[..end.unwrap_or(rest.len())];
            self.rest = end.map(|end| &rest[end + 1..]);
            self.number += 1;
            let element = format!("line {}", self.number);
            let place = Place { file: self.file, element: &element };
            let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() < LINE_BYTES_MAX);
            let Some(text) = text else {
                return Err(place.misfit("is no text", "export the file again"));
            };
            let fields: Vec<&str> = text.split_ascii_whitespace().collect();
            if !fields.is_empty() {
                return Ok(Line { file: self.file, element, fields });
            }
        }
        let place = Place { file: self.file, element: "end of the file" };
        Err(place.misfit(
            format!("expected {what}"),
            "the file is cut off, or a count in it is too high; fetch or export it again",
        ))
    }

    /// A count that stands alone on its line.
    pub(super) fn count(&mut self, what: &'static str) -> Result<usize, NetworkError> {
        let line = self.next(what, 1)?;
        line.number::<u32>(0, what, "a count").map(|count| count as usize)
    }
}

impl<'a> Line<'a> {
    pub(super) fn place(&self) -> Place<'_> {
        Place { file: self.file, element: &self.element }
    }

    /// A field as it stands.
    pub(super) fn word(&self, index: usize) -> &'a str {
        self.fields[index]
    }

    /// A field as a number.
    pub(super) fn number<T: FromStr>(
        &self,
        index: usize,
        field: &'static str,
        expected: &'static str,
    ) -> Result<T, NetworkError> {
        self.fields[index].parse().map_err(|_other| NetworkError::Number {
            file: self.file.to_owned(),
            element: self.element.clone(),
            field,
            value: self.fields[index].chars().take(40).collect(),
            expected,
        })
    }

    /// A field as a number within bounds.
    pub(super) fn within(
        &self,
        index: usize,
        field: &'static str,
        bounds: (f64, f64),
        expected: &'static str,
    ) -> Result<f64, NetworkError> {
        self.place().number(field, self.number(index, field, expected)?, bounds, expected)
    }

    /// A field that is 0 or 1.
    pub(super) fn flag(&self, index: usize, field: &'static str) -> Result<bool, NetworkError> {
        match self.fields[index] {
            "0" => Ok(false),
            "1" => Ok(true),
            other => Err(NetworkError::Number {
                file: self.file.to_owned(),
                element: self.element.clone(),
                field,
                value: other.chars().take(40).collect(),
                expected: "0 or 1",
            }),
        }
    }
}
