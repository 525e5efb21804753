//! Tables with a header line.
//!
//! # Source
//! RFC 4180; lines may end in LF alone and a field may hold no line break.

use std::fmt::Write;
use std::str::FromStr;

use crate::CityError;

/// A table that has been split into fields.
pub(super) struct Table<'a> {
    file: &'static str,
    columns: Vec<String>,
    rows: Vec<(usize, Vec<std::borrow::Cow<'a, str>>)>,
}

/// A row of a table.
pub(super) struct Row<'a> {
    table: &'a Table<'a>,
    line: usize,
    fields: &'a [std::borrow::Cow<'a, str>],
}

impl<'a> Table<'a> {
    /// Reads a table, which must have all of `columns`; no bytes are a table without rows.
    pub(super) fn read(
        file: &'static str,
        bytes: &'a [u8],
        columns: &[&str],
    ) -> Result<Self, CityError> {
        let text = super::utf8(file, bytes)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut table = Self { file, columns: Vec::new(), rows: Vec::new() };
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let fields = split(line).ok_or_else(|| {
                CityError::syntax(file, index + 1, "has a quotation mark that is not closed")
            })?;
            if table.columns.is_empty() {
                table.columns = fields.iter().map(|field| field.trim().to_owned()).collect();
                if let Some(missing) =
                    columns.iter().find(|name| !table.columns.iter().any(|own| own == *name))
                {
                    let message =
                        format!("the header lacks `{missing}`, expected {}", columns.join(","));
                    return Err(CityError::syntax(file, index + 1, message));
                }
            } else if fields.len() != table.columns.len() {
                let (found, expected) = (fields.len(), table.columns.len());
                let message = format!("has {found} fields, expected {expected} as in the header");
                return Err(CityError::syntax(file, index + 1, message));
            } else {
                table.rows.push((index + 1, fields));
            }
        }
        Ok(table)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row { table: self, line: *line, fields })
    }
}

impl Row<'_> {
    /// Line of the file, from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The text of a column, which the table was read with.
    pub(super) fn text(&self, column: &str) -> Result<&str, CityError> {
        let index = self.table.columns.iter().position(|name| name == column);
        match index.and_then(|index| self.fields.get(index)) {
            Some(field) => Ok(field.trim()),
            None => Err(self.bad(column, "a column of this name".to_owned())),
        }
    }

    /// The number in a column.
    pub(super) fn number<T: FromStr>(&self, column: &str, expected: &str) -> Result<T, CityError> {
        match self.text(column)?.parse() {
            Ok(number) => Ok(number),
            Err(_) => Err(self.bad(column, expected.to_owned())),
        }
    }

    /// A number of 0 to `most`.
    pub(super) fn amount(&self, column: &str, most: f64) -> Result<f64, CityError> {
        let expected = || format!("a number of 0 to {most}");
        let value: f64 = self.number(column, &expected())?;
        if (0.0..=most).contains(&value) { Ok(value) } else { Err(self.bad(column, expected())) }
    }

    /// One of the words of an enumeration.
    pub(super) fn word<T: serde::de::DeserializeOwned>(
        &self,
        column: &str,
        expected: &str,
    ) -> Result<T, CityError> {
        let text = self.text(column)?.to_owned();
        match serde_json::from_value(serde_json::Value::String(text)) {
            Ok(word) => Ok(word),
            Err(_) => Err(self.bad(column, expected.to_owned())),
        }
    }

    /// The complaint that a column does not hold what it should.
    pub(super) fn bad(&self, column: &str, expected: String) -> CityError {
        let index = self.table.columns.iter().position(|name| name == column);
        let value = index.and_then(|index| self.fields.get(index));
        CityError::Value {
            file: self.table.file.to_owned(),
            line: self.line,
            field: column.to_owned(),
            value: value.map(|field| field.trim().to_owned()).unwrap_or_default(),
            expected,
        }
    }

    /// The complaint that a column names what does not exist.
    pub(super) fn unknown(&self, column: &str, target: String) -> CityError {
        CityError::Unknown {
            file: self.table.file.to_owned(),
            line: self.line,
            field: column.to_owned(),
            target,
        }
    }

    /// The complaint that a name occurs twice.
    pub(super) fn twice(&self, element: String) -> CityError {
        CityError::Duplicate { file: self.table.file.to_owned(), line: self.line, element }
    }
}

/// The fields of a line; `None` where a quoted one does not end.
fn split(line: &str) -> Option<Vec<std::borrow::Cow<'_, str>>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut field = String::new();
            let mut left = quoted;
            loop {
                let (before, after) = left.split_once('"')?;
                field.push_str(before);
                if let Some(more) = after.strip_prefix('"') {
                    field.push('"');
                    left = more;
                } else {
                    left = after;
                    break;
                }
            }
            fields.push(field.into());
            match left.split_once(',') {
                Some((_, after)) => rest = after,
                None => return Some(fields),
            }
        } else {
            match rest.split_once(',') {
                Some((field, after)) => {
                    fields.push(field.into());
                    rest = after;
                }
                None => {
                    fields.push(rest.into());
                    return Some(fields);
                }
            }
        }
    }
}

/// Writes a table line by line.
pub(super) struct Writer {
    text: String,
    first: bool,
}

impl Writer {
    pub(super) fn new(columns: &[&str]) -> Self {
        Self { text: columns.join(",") + "\n", first: true }
    }

    /// Adds a field to the line.
    pub(super) fn field(&mut self, value: impl std::fmt::Display) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.text.push(',');
        }
        let start = self.text.len();
        write!(self.text, "{value}").expect("writing to a string cannot fail");
        if self.text[start..].contains([',', '"', '\n']) {
            let quoted = self.text[start..].replace('\n', " ").replace('"', "\"\"");
            self.text.truncate(start);
            write!(self.text, "\"{quoted}\"").expect("writing to a string cannot fail");
        }
        self
    }

    /// Adds a field that holds a word of an enumeration.
    pub(super) fn word(&mut self, value: impl serde::Serialize) -> &mut Self {
        let value = serde_json::to_value(value).expect("an enumeration of words has a JSON form");
        self.field(value.as_str().unwrap_or_default())
    }

    /// Ends the line.
    pub(super) fn end(&mut self) {
        self.text.push('\n');
        self.first = true;
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}
