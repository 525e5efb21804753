//! Why the twin refuses.
//!
//! # Errors
//! Each names the element, what was expected and what to do; the twin is unchanged after one.

use thiserror::Error;

/// What a caller asked for that cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum TwinError {
    /// An id that the network or the twin does not have.
    #[error("{what} {index} does not exist, there are {count}; use an id of this network or twin")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// Its index.
        index: u32,
        /// How many there are.
        count: usize,
    },
    /// A signal command for a junction without signal.
    #[error("junction {name} has no signal; choose a signalized junction")]
    NoSignal {
        /// Its name.
        name: String,
    },
    /// Two roads of a route are not joined and no way leads from one to the other.
    #[error(
        "route cannot be driven from road {from} to road {to}; choose roads that are connected"
    )]
    Route {
        /// Where it breaks off.
        from: String,
        /// Where it should go on.
        to: String,
    },
    /// A route needs roads.
    #[error("route is empty; name at least one road")]
    EmptyRoute,
    /// A number out of range.
    #[error("{field} is {value}, expected {expected}; correct it")]
    Number {
        /// Which one.
        field: &'static str,
        /// What it is.
        value: f64,
        /// What it should be.
        expected: &'static str,
    },
    /// A place on a lane that is taken.
    #[error("lane {lane} is occupied at {position_m} m; choose a free place or remove the vehicle")]
    Occupied {
        /// Index of the lane.
        lane: u32,
        /// Distance along it, metres.
        position_m: f64,
    },
    /// A snapshot of another network, another version, or broken bytes.
    #[error("snapshot {problem}; take a new one from this version and network")]
    Snapshot {
        /// What is wrong with it.
        problem: String,
    },
    /// A network that the twin cannot represent.
    #[error("network has {found} {what}, at most {most} can be simulated; split it")]
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How many.
        found: usize,
        /// How many can be.
        most: usize,
    },
}

/// `value`, if it is a number from `low` to `high`.
pub(crate) fn number(
    field: &'static str,
    value: f64,
    (low, high): (f64, f64),
    expected: &'static str,
) -> Result<f64, TwinError> {
    // A NaN fails both comparisons and is refused with the rest.
    if value >= low && value <= high {
        Ok(value)
    } else {
        Err(TwinError::Number { field, value, expected })
    }
}
