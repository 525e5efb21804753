//! A scene's declaration: what it needs and what it may do.

use urbis_core::{Authority, EventType, Property};

/// What a scene is, reads, raises and commands, and the authority it asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Its id: the folder under `scenes/`, the prefix of its message keys.
    pub id: &'static str,
    /// Version of the scene.
    pub version: &'static str,
    /// Properties it reads.
    pub reads: &'static [Property],
    /// Event types it raises.
    pub raises: &'static [EventType],
    /// Whether it commands signal controllers.
    pub commands_signals: bool,
    /// Whether a junction it commands is held for it until it lets go, as a corridor must be.
    pub holds_junctions: bool,
    /// The authority it asks for.
    pub authority: Authority,
    /// Indicators it reports.
    pub indicators: &'static [Description],
}

/// A described indicator, so that interface, API and docs come from one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// Name with its unit as suffix.
    pub name: &'static str,
    /// UN/CEFACT Recommendation 20 code of the unit.
    pub unit_code: &'static str,
    /// Message key of its label.
    pub label: &'static str,
}
