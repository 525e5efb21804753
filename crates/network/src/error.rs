//! Why a file cannot be read as a network or a demand.
//!
//! # Errors
//! Each names the file, the element, what is wrong with it and what to do.

use thiserror::Error;

/// A fault of a file that describes a network or a demand.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Not JSON, or JSON of another shape.
    #[error("{file}: line {line}, column {column}, at `{path}`: {message}; {remedy}")]
    Json {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// Path of fields and indices to the fault.
        path: String,
        /// What the parser found and what it expected.
        message: String,
        /// What to do.
        remedy: &'static str,
    },
    /// Nothing to drive on.
    #[error("{file}: has no {what}; a city needs at least one, check that this is the right file")]
    Empty {
        /// The file.
        file: String,
        /// What it has none of.
        what: &'static str,
    },
    /// A field that this element needs is not there.
    #[error("{file}: {element}: field `{field}` is missing; add it")]
    Missing {
        /// The file.
        file: String,
        /// Which element.
        element: String,
        /// Which field.
        field: &'static str,
    },
    /// Two elements share an id.
    #[error("{file}: {element}: the id occurs twice; give each {what} its own id")]
    Duplicate {
        /// The file.
        file: String,
        /// Which element.
        element: String,
        /// What kind of element it is.
        what: &'static str,
    },
    /// A reference to something that does not exist.
    #[error("{file}: {element}: field `{field}` names {target}, which does not exist; {remedy}")]
    Unknown {
        /// The file.
        file: String,
        /// Which element.
        element: String,
        /// Which field.
        field: &'static str,
        /// What it names.
        target: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A number outside of what is possible.
    #[error("{file}: {element}: `{field}` is {value}, expected {expected}; correct it")]
    Number {
        /// The file.
        file: String,
        /// Which element.
        element: String,
        /// Which field.
        field: &'static str,
        /// What it is.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Elements that exist but do not fit each other.
    #[error("{file}: {element}: {problem}; {remedy}")]
    Misfit {
        /// The file.
        file: String,
        /// Which element.
        element: String,
        /// What does not fit.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A route that no vehicle can drive.
    #[error(
        "{file}: {element}: {problem}; correct the route, or read the flow with its own network"
    )]
    Route {
        /// The file.
        file: String,
        /// Which element.
        element: String,
        /// Why it cannot be driven.
        problem: String,
    },
}
