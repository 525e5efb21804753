//! The configuration: one file, the environment, flags; flags win.
//!
//! # Shape
//! Every setting is a [`Key`] with its kind, default and words; the file `urbis.toml` has a table
//! per section, the environment `URBIS_SECTION_NAME`. The reference in `docs/configuration.md` and
//! the sample in `packaging/urbis.toml` are written from the same table.
//!
//! # Errors
//! [`ConfigError`] names the file and line (or the variable, or the flag), the key, what was
//! expected and what to do.

mod error;
pub(crate) mod key;
mod people;
mod read;
mod show;
#[cfg(test)]
mod tests;

pub(crate) use error::ConfigError;
pub(crate) use key::{self as keys, ALL, Key, Value, minute_of};
pub(crate) use people::{PersonEntry, TOKEN_MIN};
#[cfg(test)]
pub(crate) use show::reference;
pub(crate) use show::{effective, sample};

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Built in.
    Default,
    /// A line of the file.
    File(PathBuf, usize),
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// What the configuration is read from.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// The file and its text, if there is one.
    pub file: Option<(PathBuf, String)>,
    /// Environment variables that begin with `URBIS_`.
    pub environment: Vec<(String, String)>,
    /// Flags that stand for keys: key, flag, text.
    pub flags: Vec<(&'static Key, &'static str, String)>,
}

/// The effective configuration.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    values: BTreeMap<&'static str, (Value, Origin)>,
    /// Accounts, from `[[access.people]]`.
    pub people: Vec<PersonEntry>,
}

impl Config {
    /// Reads all sources; a later one wins over an earlier one.
    ///
    /// # Errors
    /// [`ConfigError`] for anything that is not a known key with a value of its kind.
    pub(crate) fn load(sources: &Sources) -> Result<Self, ConfigError> {
        let mut values: BTreeMap<_, _> =
            ALL.iter().map(|key| (key.name, (key.default_value(), Origin::Default))).collect();
        let mut people = Vec::new();
        if let Some((path, text)) = &sources.file {
            for (key, value, line) in read::file(path, text, &mut people)? {
                values.insert(key.name, (value, Origin::File(path.clone(), line)));
            }
        }
        for (key, value, name) in read::environment(&sources.environment)? {
            values.insert(key.name, (value, Origin::Environment(name)));
        }
        for (key, flag, text) in &sources.flags {
            let origin = Origin::Flag((*flag).to_owned());
            let value = key.read(text).map_err(|found| ConfigError::bad(&origin, key, found))?;
            values.insert(key.name, (value, origin));
        }
        Ok(Self { values, people })
    }

    fn value(&self, key: &Key) -> &Value {
        &self.values.get(key.name).expect("every key of the table has a value").0
    }

    /// Where a value comes from.
    pub(crate) fn origin(&self, key: &Key) -> &Origin {
        &self.values.get(key.name).expect("every key of the table has a value").1
    }

    /// A text; empty when it is not set.
    pub(crate) fn text(&self, key: &Key) -> &str {
        match self.value(key) {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// A text, if it is set.
    pub(crate) fn some_text(&self, key: &Key) -> Option<&str> {
        Some(self.text(key)).filter(|text| !text.is_empty())
    }

    /// A number.
    pub(crate) fn real(&self, key: &Key) -> f64 {
        match self.value(key) {
            Value::Real(number) => *number,
            Value::Int(number) => *number as f64,
            _ => 0.0,
        }
    }

    /// A whole number, not negative.
    pub(crate) fn int(&self, key: &Key) -> u64 {
        match self.value(key) {
            Value::Int(number) => *number,
            _ => 0,
        }
    }

    /// Yes or no.
    pub(crate) fn yes(&self, key: &Key) -> bool {
        matches!(self.value(key), Value::Bool(true))
    }

    /// A list of texts.
    pub(crate) fn list(&self, key: &Key) -> &[String] {
        match self.value(key) {
            Value::List(items) => items,
            _ => &[],
        }
    }
}
