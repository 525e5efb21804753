//! Events, each with the evidence it rests on.

use serde::Serialize;
use urbis_brain::view::EventView;
use urbis_core::{EventType, PersonId, Severity};
use urbis_units::CityTime;
use utoipa::ToSchema;

use super::common::{Spot, Text, Writer, unit_of};
use super::state::Names;

/// Something happening.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventDto {
    /// Its number.
    pub id: u32,
    /// What kind.
    #[serde(rename = "type")]
    pub kind: EventTypeDto,
    /// Who noticed.
    pub source: String,
    /// Where.
    pub place: Spot,
    /// Since when, city milliseconds.
    pub since_ms: i64,
    /// When it was over.
    pub until_ms: Option<i64>,
    /// When the brain noticed.
    pub noticed_ms: i64,
    /// How bad.
    pub severity: SeverityDto,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// In words.
    pub text: Text,
    /// On what it rests.
    pub evidence: Vec<EvidenceDto>,
    /// Who acknowledged it.
    pub acknowledged: Option<AcknowledgedDto>,
    /// Rank among what matters now, 0 first.
    pub rank: u32,
}

/// Kind of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventTypeDto {
    /// A standing queue longer than usual.
    Queue,
    /// A queue that reaches back into the junction upstream.
    Spillback,
    /// Flow broke down.
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
    /// A kind that this version of the interface has no name for.
    Other,
}

impl From<EventType> for EventTypeDto {
    fn from(kind: EventType) -> Self {
        match kind {
            EventType::Queue => Self::Queue,
            EventType::Spillback => Self::Spillback,
            EventType::FlowBreakdown => Self::FlowBreakdown,
            EventType::BlockedLane => Self::BlockedLane,
            EventType::Closure => Self::Closure,
            EventType::EmergencyCall => Self::EmergencyCall,
            EventType::Gridlock => Self::Gridlock,
            EventType::DetectorFault => Self::DetectorFault,
            _ => Self::Other,
        }
    }
}

/// How bad, by CAP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeverityDto {
    /// Minimal to no threat.
    Minor,
    /// Possible threat.
    Moderate,
    /// Significant threat.
    Severe,
    /// Extraordinary threat.
    Extreme,
}

impl From<Severity> for SeverityDto {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Minor => Self::Minor,
            Severity::Moderate => Self::Moderate,
            Severity::Severe => Self::Severe,
            Severity::Extreme => Self::Extreme,
        }
    }
}

/// One thing an event rests on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvidenceDto {
    /// What was seen.
    pub text: Text,
    /// The value.
    pub value: f64,
    /// Its unit.
    pub unit: &'static str,
}

/// Who acknowledged an event or a proposal.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AcknowledgedDto {
    /// Name.
    pub by: String,
    /// When, city milliseconds.
    pub at_ms: i64,
}

/// An acknowledgement for the wire.
pub fn acknowledged(
    names: &dyn Names,
    by: Option<&(PersonId, CityTime)>,
) -> Option<AcknowledgedDto> {
    by.map(|(by, at)| AcknowledgedDto { by: names.person(by), at_ms: at.millis() })
}

/// An event for the wire.
pub fn event(writer: Writer<'_>, names: &dyn Names, view: &EventView) -> EventDto {
    let from = &view.event;
    let personal = from.kind == EventType::EmergencyCall;
    let evidence = from.evidence.iter().map(|one| EvidenceDto {
        text: writer.text(&one.text, personal),
        value: one.value,
        unit: one
            .text
            .args
            .iter()
            .find(|(_, arg)| **arg == urbis_core::Arg::Number(one.value))
            .map_or("", |(name, _)| unit_of(name)),
    });
    EventDto {
        id: from.id.0,
        kind: from.kind.into(),
        source: names.actor(&from.source),
        place: writer.place_of(&from.place, personal),
        since_ms: from.since.millis(),
        until_ms: from.until.map(CityTime::millis),
        noticed_ms: from.noticed.millis(),
        severity: from.severity.into(),
        confidence: from.confidence.get(),
        text: writer.text(&from.text, personal),
        evidence: evidence.collect(),
        acknowledged: acknowledged(names, view.acknowledged.as_ref()),
        rank: view.rank,
    }
}
