//! The port of the one permission check and the one audit record.
//!
//! Every read and every act asks [`Policy::check`] once and leaves one [`AuditLine`]; the real
//! policy engine stands behind the same trait.

use std::fmt;

use serde::{Deserialize, Serialize};
use urbis_units::CityTime;

use crate::{Actor, Message};

/// What someone wants to do, in the policy's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Purpose {
    /// See the state of the city.
    ViewCity,
    /// See personal data of a call.
    ViewPatient,
    /// Drive the clock of a simulated or replayed city.
    DriveClock,
    /// Decide on a proposal.
    Decide,
    /// Acknowledge an event.
    Acknowledge,
    /// Take, change or release a controller.
    ControlSignal,
    /// Close or open a lane.
    CloseLane,
    /// Send an ambulance.
    Dispatch,
    /// Stop the brain.
    Stop,
    /// Erase what is kept of a person.
    ErasePerson,
}

/// The answer to a check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Allowed.
    Allow,
    /// Denied, and why.
    Deny(Message),
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditLine {
    /// When, on the city clock.
    pub at: CityTime,
    /// Who.
    pub who: Actor,
    /// What for.
    pub purpose: Purpose,
    /// What was answered.
    pub verdict: Verdict,
}

/// The one permission check.
pub trait Policy: fmt::Debug + Send {
    /// May `who` do this?
    fn check(&self, who: &Actor, purpose: Purpose) -> Verdict;
}

/// Allows everything: the port's default until the real policy stands behind it.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowAll;

impl Policy for AllowAll {
    fn check(&self, _who: &Actor, _purpose: Purpose) -> Verdict {
        Verdict::Allow
    }
}
