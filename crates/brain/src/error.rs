//! What can go wrong in a session.

use urbis_control::SignalError;
use urbis_core::{Message, Reason};
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
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// It names something that is not there.
    #[error("{0}; see /api/v1/network and /api/v1/state for what does")]
    Unknown(Reason),
    /// It makes no sense in the present state.
    #[error("{0}")]
    NotNow(Reason),
}

/// What an input may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Event,
    Proposal,
    Option,
    Stage,
    Lane,
    Road,
    Signal,
}

impl InputError {
    /// There is no such thing.
    pub(crate) fn unknown(what: Thing, id: u32) -> Self {
        let (message, name) = match what {
            Thing::Event => (Message::new("brain-no-event"), "event"),
            Thing::Proposal => (Message::new("brain-no-proposal"), "proposal"),
            Thing::Option => (Message::new("brain-no-option"), "option"),
            Thing::Stage => (Message::new("brain-no-stage"), "stage"),
            Thing::Lane => (Message::new("brain-no-lane"), "lane"),
            Thing::Road => (Message::new("brain-no-road"), "road"),
            Thing::Signal => (Message::new("brain-no-signal"), "signal at junction"),
        };
        let message = message.number("id", f64::from(id));
        Self::Unknown(Reason::new(message, format!("{name} {id} does not exist")))
    }

    /// The reason, in words.
    pub fn reason(&self) -> &Reason {
        match self {
            Self::Unknown(reason) | Self::NotNow(reason) => reason,
        }
    }
}

impl From<urbis_interlock::Fault> for BrainError {
    fn from(fault: urbis_interlock::Fault) -> Self {
        Self::Interlock(fault)
    }
}
