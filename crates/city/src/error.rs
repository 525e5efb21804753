//! Why a city cannot be read or written.
//!
//! # Errors
//! Each names the file, the element, what is wrong with it and what to do.

use std::path::Path;

use thiserror::Error;
use urbis_network::NetworkError;

/// A fault of a city pack, or of the folder it lies in.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CityError {
    /// A flow was given without the city it is of.
    #[error(
        "{flow}: is a flow without a city; give the folder of its network with --city (city.dir), \
         or leave the flow out"
    )]
    FlowWithoutCity {
        /// The flow.
        flow: String,
    },
    /// The pack grants something to a scene there is not.
    #[error("city.toml: policy.scenes.{id}: there is no such scene; name one of {known}")]
    UnknownScene {
        /// As written in the pack.
        id: String,
        /// The scenes there are.
        known: String,
    },
    /// A file that a pack must have is not there.
    #[error("{folder}: has no {file}; {remedy}")]
    MissingFile {
        /// The folder.
        folder: String,
        /// The file.
        file: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The operating system refused.
    #[error("{path}: cannot be {action}: {source}; check that it exists and may be used")]
    Io {
        /// The path.
        path: String,
        /// What was tried.
        action: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Text of another format or shape than the file's.
    #[error("{file}: line {line}: {message}; correct the file there")]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// A version of the format that this program does not know.
    #[error("{file}: format {found} is not known, expected 1 to {newest}; {remedy}")]
    Version {
        /// The file.
        file: String,
        /// The version it states.
        found: u64,
        /// The newest one known.
        newest: u64,
        /// What to do.
        remedy: &'static str,
    },
    /// A value that does not fit its field.
    #[error("{file}: line {line}: `{field}` is `{value}`, expected {expected}; correct it")]
    Value {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Which field.
        field: String,
        /// What it is.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// A reference to something that does not exist.
    #[error(
        "{file}: line {line}: `{field}` names {target}, which does not exist; \
         name one that does or add it"
    )]
    Unknown {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Which field.
        field: String,
        /// What it names.
        target: String,
    },
    /// Two elements share a name.
    #[error("{file}: line {line}: {element} occurs twice; give each its own name")]
    Duplicate {
        /// The file.
        file: String,
        /// Line of the second, from 1.
        line: usize,
        /// Which element.
        element: String,
    },
    /// A network on which nobody can drive.
    #[error("{file}: {element}: {message}; {remedy}{more}")]
    Network {
        /// The file.
        file: String,
        /// Which element.
        element: String,
        /// What is wrong.
        message: String,
        /// What to do.
        remedy: String,
        /// How many more faults there are, as words; empty for none.
        more: String,
    },
    /// A file of another format that a city is read from.
    #[error(transparent)]
    Source(#[from] NetworkError),
}

impl CityError {
    /// The same of a pack in `folder`: its files are named with their folder.
    pub(crate) fn in_folder(mut self, folder: &Path) -> Self {
        match &mut self {
            Self::MissingFile { folder: name, .. } => *name = folder.display().to_string(),
            Self::Syntax { file, .. }
            | Self::Version { file, .. }
            | Self::Value { file, .. }
            | Self::Unknown { file, .. }
            | Self::Duplicate { file, .. }
            | Self::Network { file, .. } => *file = folder.join(&*file).display().to_string(),
            Self::FlowWithoutCity { .. }
            | Self::UnknownScene { .. }
            | Self::Io { .. }
            | Self::Source(_) => {}
        }
        self
    }

    /// A fault of a file's text.
    pub(crate) fn syntax(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self::Syntax { file: file.to_owned(), line, message: message.into() }
    }
}
