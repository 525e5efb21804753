//! Where in a file something stands, and the errors that blame it.

use crate::NetworkError;

/// Where in which file something stands, to blame in errors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) element: &'a str,
}

impl Place<'_> {
    /// `value`, if it lies from `low` to `high`.
    pub(crate) fn number(
        self,
        field: &'static str,
        value: f64,
        (low, high): (f64, f64),
        expected: &'static str,
    ) -> Result<f64, NetworkError> {
        // A NaN fails both comparisons and is refused with the rest.
        if value >= low && value <= high {
            return Ok(value);
        }
        Err(NetworkError::Number {
            file: self.file.to_owned(),
            element: self.element.to_owned(),
            field,
            value: format!("{value:?}"),
            expected,
        })
    }

    pub(crate) fn unknown(
        self,
        field: &'static str,
        target: impl Into<String>,
        remedy: &'static str,
    ) -> NetworkError {
        NetworkError::Unknown {
            file: self.file.to_owned(),
            element: self.element.to_owned(),
            field,
            target: target.into(),
            remedy,
        }
    }

    pub(crate) fn missing(self, field: &'static str) -> NetworkError {
        NetworkError::Missing {
            file: self.file.to_owned(),
            element: self.element.to_owned(),
            field,
        }
    }

    pub(crate) fn misfit(self, problem: impl Into<String>, remedy: &'static str) -> NetworkError {
        NetworkError::Misfit {
            file: self.file.to_owned(),
            element: self.element.to_owned(),
            problem: problem.into(),
            remedy,
        }
    }

    pub(crate) fn duplicate(self, what: &'static str) -> NetworkError {
        NetworkError::Duplicate {
            file: self.file.to_owned(),
            element: self.element.to_owned(),
            what,
        }
    }

    pub(crate) fn route(self, problem: impl Into<String>) -> NetworkError {
        NetworkError::Route {
            file: self.file.to_owned(),
            element: self.element.to_owned(),
            problem: problem.into(),
        }
    }
}
