//! What can go wrong in a session.

use urbis_control::SignalError;
use urbis_store::StoreError;
use urbis_twin::TwinError;

/// Why a session cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrainError {
    /// The demand or network cannot be played.
    #[error("the twin cannot play this city: {0}")]
    Twin(#[from] TwinError),
    /// A signal's configuration cannot be run.
    #[error("signal at junction {junction:?}: {source}")]
    Signal {
        /// Name of the junction.
        junction: String,
        /// What is wrong.
        source: SignalError,
    },
    /// The interlock's policy makes no sense.
    #[error("the interlock cannot be set up: {0:?}")]
    Interlock(urbis_interlock::Fault),
    /// The journal cannot be written.
    #[error(
        "the journal cannot be written: {0}; nothing acknowledged is lost, free space or repair the disk and start again"
    )]
    Journal(#[from] StoreError),
    /// The time zone is not known.
    #[error(
        "time zone {zone:?} is unknown; give an IANA name such as \"Asia/Shanghai\" in city.toml"
    )]
    TimeZone {
        /// As written in the pack.
        zone: String,
    },
    /// A mode that needs a connection to the field, which there is not yet.
    #[error(
        "a session cannot run in {mode} mode: nothing connects it to sensors and actuators in the \
         field yet; run it in simulated mode"
    )]
    NoField {
        /// The mode asked for.
        mode: &'static str,
    },
    /// A past moment that can no longer be shown.
    #[error("the past can be shown from {earliest_ms} to {latest_ms} ms on the city clock")]
    OutOfReach {
        /// Earliest moment.
        earliest_ms: i64,
        /// Latest moment.
        latest_ms: i64,
    },
}

/// Why an input is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// It names something that is not there.
    #[error("{what} {id} does not exist; see /api/v1/network and /api/v1/state for what does")]
    Unknown {
        /// Kind of thing.
        what: &'static str,
        /// Its number.
        id: u32,
    },
    /// It makes no sense in the present state.
    #[error("{problem}; {remedy}")]
    NotNow {
        /// What stands against it.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
}

impl From<urbis_interlock::Fault> for BrainError {
    fn from(fault: urbis_interlock::Fault) -> Self {
        Self::Interlock(fault)
    }
}
