//! Events: something happening; cases: the work on them.
//!
//! # Source
//! Severity and certainty as in CAP 1.2 (OASIS); the seven steps of a case as in CJJ/T 106.

use serde::{Deserialize, Serialize};
use urbis_units::{CityTime, Ratio};

use crate::{Act, Actor, Message, Place, typed_id};

typed_id!(
    /// An event.
    EventId,
    /// A case.
    CaseId,
);

/// What kind of thing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventType {
    /// A standing queue longer than usual.
    Queue,
    /// A queue that reaches back into the junction upstream.
    Spillback,
    /// Flow broke down: high occupancy, low speed, falling flow.
    FlowBreakdown,
    /// A lane is blocked.
    BlockedLane,
    /// A lane was closed by a person.
    Closure,
    /// Someone called an ambulance.
    EmergencyCall,
    /// Vehicles block each other in a circle.
    Gridlock,
    /// A detector reports what cannot be.
    DetectorFault,
}

/// How bad, by CAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Minimal to no threat.
    Minor,
    /// Possible threat.
    Moderate,
    /// Significant threat.
    Severe,
    /// Extraordinary threat.
    Extreme,
}

/// One thing an event rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was seen, by which detector.
    pub text: Message,
    /// The value, in the unit its message names.
    pub value: f64,
}

/// Something happening.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Given by the loop when the event is raised; scenes leave it at 0.
    pub id: EventId,
    /// What kind.
    pub kind: EventType,
    /// Where.
    pub place: Place,
    /// Since when, as far as the evidence tells.
    pub since: CityTime,
    /// When the brain noticed.
    pub noticed: CityTime,
    /// Since when it is over.
    pub until: Option<CityTime>,
    /// How bad.
    pub severity: Severity,
    /// How sure, 0 to 1.
    pub confidence: Ratio,
    /// In words.
    pub text: Message,
    /// On what it rests.
    pub evidence: Vec<Evidence>,
    /// Who noticed.
    pub source: Actor,
}

/// A step of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseStep {
    /// Reported.
    Report,
    /// Verified.
    Verify,
    /// Filed.
    File,
    /// Handed to whoever is responsible.
    Dispatch,
    /// Being handled.
    Handle,
    /// Checked.
    Check,
    /// Closed.
    Close,
}

/// A step taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Which.
    pub step: CaseStep,
    /// By whom, why, when.
    pub act: Act,
}

/// Work on an event or on a citizen's report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// The event it is about, where there is one.
    pub event: Option<EventId>,
    /// Where.
    pub place: Place,
    /// Who is responsible.
    pub owner: Actor,
    /// By when it should be closed.
    pub deadline: CityTime,
    /// Cases about the same thing.
    pub duplicates: Vec<CaseId>,
    /// Steps so far, in order.
    pub steps: Vec<StepRecord>,
}
