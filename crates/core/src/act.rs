//! Who did something, under what authority, why, and in which mode.

use serde::{Deserialize, Serialize};
use urbis_units::{CityTime, Mode};

use crate::Message;

/// A person known to the city, by the id their account has; the name is personal and stays in the
/// configuration of accounts, never in the clear in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub String);

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    Person(PersonId),
    /// A scene, by the id in its manifest.
    Scene(String),
    /// The loop itself (the clock, the watchdog).
    System,
}

/// What gives the right to act.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// May only advise.
    Advise,
    /// May act once a person has approved.
    ActWithApproval,
    /// May act on its own within the city's policy.
    Act,
    /// A person's own authority by role.
    Role(String),
}

/// The signature under every act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// Who.
    pub who: Actor,
    /// Under what authority.
    pub authority: Authority,
    /// Why.
    pub why: Message,
    /// In which mode of the city clock.
    pub mode: Mode,
    /// When, on the city clock.
    pub at: CityTime,
}
