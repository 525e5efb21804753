//! What is wrong with a configuration, where, and what to do.

use std::path::PathBuf;

use super::{Key, Origin};

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error(
        "{path}: cannot be read: {reason}; check --config, or leave it out to use the defaults"
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is not TOML.
    #[error("{path}, line {line}: not TOML: {reason}; correct the line")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the reader said.
        reason: String,
    },
    /// A key nobody knows.
    #[error("{origin}: unknown key {key:?}{suggestion}; see docs/configuration.md for all keys")]
    UnknownKey {
        /// Where.
        origin: Origin,
        /// The key as it stands there.
        key: String,
        /// A known key that looks like it, as text to append.
        suggestion: String,
    },
    /// A value that is not of the key's kind.
    #[error(
        "{origin}: {key}: expected {expected}, found {found}; correct it or take it out to use {default}"
    )]
    BadValue {
        /// Where.
        origin: Origin,
        /// The key.
        key: &'static str,
        /// What it may be.
        expected: String,
        /// What it was.
        found: String,
        /// What holds when it is taken out.
        default: String,
    },
    /// An account that lacks something.
    #[error("{path}, line {line}: access.people: {reason}")]
    Person {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what to do.
        reason: String,
    },
}

impl ConfigError {
    pub(super) fn bad(origin: &Origin, key: &'static Key, found: String) -> Self {
        let found = if key.secret { "something else".to_owned() } else { found };
        Self::BadValue {
            origin: origin.clone(),
            key: key.name,
            expected: key.kind.expected(),
            found,
            default: if key.default.is_empty() {
                "nothing".to_owned()
            } else {
                format!("the default {}", key.default)
            },
        }
    }

    pub(super) fn unknown(origin: Origin, key: &str, known: impl Iterator<Item = String>) -> Self {
        let near = known
            .map(|name| (distance(&name, key), name))
            .filter(|(distance, name)| *distance <= 2.max(name.len() / 4))
            .min();
        let suggestion =
            near.map_or_else(String::new, |(_, name)| format!(" (did you mean {name:?}?)"));
        Self::UnknownKey { origin, key: key.to_owned(), suggestion }
    }
}

/// How many letters must be changed, put in or taken out to make one word the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let change = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
