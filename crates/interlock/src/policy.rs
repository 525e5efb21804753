//! Who may command what, and the limits the rules use.

use serde::{Deserialize, Serialize};
use urbis_core::{JunctionId, PersonId};
use urbis_units::Seconds;

/// Which actuators stand behind an interlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actuators {
    /// Controllers on the street: commanded in live mode only.
    Field,
    /// Controllers of the city twin: commanded in simulated mode only.
    CityTwin,
}

/// Junctions a grant is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// All of the city.
    City,
    /// These, in ascending order.
    Junctions(Vec<JunctionId>),
}

impl Scope {
    /// Whether `junction` is in it.
    pub fn contains(&self, junction: JunctionId) -> bool {
        match self {
            Self::City => true,
            Self::Junctions(junctions) => junctions.contains(&junction),
        }
    }
}

/// To whom a grant is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grantee {
    /// A scene, by its id.
    Scene(String),
    /// A person.
    Person(PersonId),
    /// Everybody in a role.
    Role(String),
}

/// Leave to command junctions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// To whom.
    pub to: Grantee,
    /// Where.
    pub scope: Scope,
    /// Who goes first: a higher rank displaces a lower one, an equal one does not.
    pub rank: u8,
}

/// Policy of an interlock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InterlockPolicy {
    /// What stands behind it.
    pub actuators: Actuators,
    /// Who may command what.
    pub grants: Vec<Grant>,
    /// Time from a permit until its command works at the controller.
    pub latency: Seconds,
    /// Oldest report on which a request is judged.
    pub report_age_max: Seconds,
    /// Time after its last command during which a scene keeps a junction from others of equal or
    /// lower rank.
    pub lease: Seconds,
    /// Commands a controller takes at once after a rest.
    pub burst: u32,
    /// Time after which it takes one more.
    pub command_interval: Seconds,
}

impl InterlockPolicy {
    /// The usual policy: scene `signals` may command the city, scene `corridor` displaces it, and
    /// persons in the roles `operator` and `dispatcher` displace both.
    pub fn usual(actuators: Actuators) -> Self {
        let grant = |to, rank| Grant { to, scope: Scope::City, rank };
        Self {
            actuators,
            grants: vec![
                grant(Grantee::Scene("signals".to_owned()), 1),
                grant(Grantee::Scene("corridor".to_owned()), 2),
                grant(Grantee::Role("operator".to_owned()), 3),
                grant(Grantee::Role("dispatcher".to_owned()), 3),
            ],
            latency: Seconds::new(1.0),
            report_age_max: Seconds::new(5.0),
            lease: Seconds::new(30.0),
            burst: 10,
            command_interval: Seconds::new(1.5),
        }
    }
}
