//! Proposals, rehearsals, decisions and outcomes.

use serde::Serialize;
use urbis_brain::view::{DecisionView, ProposalStatus, ProposalView};
use urbis_core::{Authority, Message, Outcome, Prediction, Rehearsal};
use utoipa::ToSchema;

use super::common::{Spot, Text, Writer, speaks_of_patient, unit_of};
use super::event::{AcknowledgedDto, acknowledged};
use super::state::Names;

/// Key of the message that carries a person's own words as its argument `reason`.
pub const REASON_KEY: &str = "server-reason";

/// The words a person gave as reason; empty when the reason is a message of the brain.
pub fn reason(why: &Message) -> String {
    match why.args.get("reason") {
        Some(urbis_core::Arg::Text(words)) if why.key == REASON_KEY => words.clone(),
        _ => String::new(),
    }
}

/// What a scene wants to do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProposalDto {
    /// Its number.
    pub id: u32,
    /// The scene.
    pub scene: String,
    /// When, city milliseconds.
    pub at_ms: i64,
    /// When it is no longer worth doing.
    pub expires_ms: i64,
    /// In words.
    pub text: Text,
    /// Where.
    pub place: Spot,
    /// The event it answers.
    pub event: Option<u32>,
    /// Whether a person must approve.
    pub needs_approval: bool,
    /// `rehearsing`, `open`, `approved`, `refused`, `expired` or `withdrawn`.
    pub status: &'static str,
    /// The ways weighed; the first is to do nothing.
    pub options: Vec<OptionDto>,
    /// Index of the option with the best rehearsal.
    pub recommended: u8,
    /// Who acknowledged it.
    pub acknowledged: Option<AcknowledgedDto>,
    /// Rank among what matters now, 0 first.
    pub rank: u32,
}

/// One way of dealing with a matter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OptionDto {
    /// Its index.
    pub index: u8,
    /// In words.
    pub text: Text,
    /// How it fared in the mirror twin, once rehearsed.
    pub rehearsal: Option<RehearsalDto>,
}

/// An option run in the mirror twin.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RehearsalDto {
    /// Draws of demand and driver parameters.
    pub draws: u32,
    /// How far it looks, seconds.
    pub horizon_s: u32,
    /// Work done, vehicle steps.
    pub vehicle_steps: u64,
    /// What it predicts.
    pub predictions: Vec<PredictionDto>,
}

/// A predicted value with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PredictionDto {
    /// What, with its unit as suffix.
    pub measure: String,
    /// The measure in words.
    pub text: Text,
    /// Its unit.
    pub unit: &'static str,
    /// Middle of the prediction.
    pub expected: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
    /// `lower` or `higher`: which is better.
    pub better: &'static str,
    /// Share of outcomes that should fall between the bounds.
    pub level: f64,
}

/// A proposal accepted or refused.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DecisionDto {
    /// Its number.
    pub id: u32,
    /// About which proposal.
    pub proposal: u32,
    /// The option taken; null when refused.
    pub option: Option<u8>,
    /// Who decided.
    pub who: String,
    /// The role of whoever decided, or `policy`.
    pub authority: String,
    /// The reason a person gave.
    pub why: String,
    /// The reason in full, as a message.
    pub why_text: Text,
    /// `live`, `replay` or `simulated`.
    pub mode: &'static str,
    /// When, city milliseconds.
    pub at_ms: i64,
    /// What was decided on.
    pub text: Text,
    /// Where.
    pub place: Spot,
    /// What it rests on.
    pub predicted: Vec<PredictionDto>,
    /// What it really did, once measured.
    pub outcome: Option<OutcomeDto>,
    /// Commands given under it.
    pub commands: u32,
    /// Commands the interlock refused.
    pub refused_commands: u32,
}

/// What a decision really did.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OutcomeDto {
    /// When it was measured, city milliseconds.
    pub at_ms: i64,
    /// Values beside what was predicted of them.
    pub measured: Vec<MeasuredDto>,
}

/// A measured value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MeasuredDto {
    /// What.
    pub measure: String,
    /// Its unit.
    pub unit: &'static str,
    /// The value.
    pub value: f64,
    /// Whether it fell inside the predicted interval.
    pub inside: bool,
}

/// Word for a mode of the city clock.
pub fn mode(mode: urbis_units::Mode) -> &'static str {
    match mode {
        urbis_units::Mode::Live => "live",
        urbis_units::Mode::Replay => "replay",
        urbis_units::Mode::Simulated => "simulated",
    }
}

fn status(status: ProposalStatus) -> &'static str {
    match status {
        ProposalStatus::Rehearsing => "rehearsing",
        ProposalStatus::Open => "open",
        ProposalStatus::Approved => "approved",
        ProposalStatus::Refused => "refused",
        ProposalStatus::Expired => "expired",
        ProposalStatus::Withdrawn => "withdrawn",
    }
}

fn prediction(from: &Prediction) -> PredictionDto {
    let more_is_better = ["speed", "finished", "throughput", "flow"];
    let better = more_is_better.iter().any(|word| from.measure.contains(word));
    PredictionDto {
        text: Text {
            key: format!("measure-{}", from.measure.replace('_', "-")),
            args: std::collections::BTreeMap::new(),
        },
        measure: from.measure.clone(),
        unit: unit_of(&from.measure),
        expected: from.expected,
        low: from.low,
        high: from.high,
        better: if better { "higher" } else { "lower" },
        level: from.level,
    }
}

fn rehearsal(from: &Rehearsal) -> RehearsalDto {
    RehearsalDto {
        draws: from.draws,
        horizon_s: from.horizon_s,
        vehicle_steps: from.vehicle_steps,
        predictions: from.predictions.iter().map(prediction).collect(),
    }
}

fn outcome(from: &Outcome) -> OutcomeDto {
    let measured = from.measured.iter().map(|one| MeasuredDto {
        measure: one.measure.clone(),
        unit: unit_of(&one.measure),
        value: one.value,
        inside: one.inside,
    });
    OutcomeDto { at_ms: from.at.millis(), measured: measured.collect() }
}

/// A proposal for the wire.
pub fn proposal(writer: Writer<'_>, names: &dyn Names, view: &ProposalView) -> ProposalDto {
    let from = &view.proposal;
    let personal = speaks_of_patient(&from.text) || from.scene == "corridor";
    let options = from.options.iter().enumerate().map(|(index, option)| OptionDto {
        index: index as u8,
        text: writer.text(&option.text, personal),
        rehearsal: view.rehearsals.get(index).and_then(Option::as_ref).map(rehearsal),
    });
    ProposalDto {
        id: from.id.0,
        scene: from.scene.clone(),
        at_ms: from.at.millis(),
        expires_ms: from.expires.millis(),
        text: writer.text(&from.text, personal),
        place: writer.place_of(&from.place, personal),
        event: from.event.map(|event| event.0),
        needs_approval: from.needs_approval,
        status: status(view.status),
        options: options.collect(),
        recommended: view.recommended,
        acknowledged: acknowledged(names, view.acknowledged.as_ref()),
        rank: view.rank,
    }
}

/// A decision for the wire.
pub fn decision(writer: Writer<'_>, names: &dyn Names, view: &DecisionView) -> DecisionDto {
    let from = &view.decision;
    let personal = speaks_of_patient(&view.text);
    DecisionDto {
        id: from.id.0,
        proposal: from.proposal.0,
        option: from.option,
        who: names.actor(&from.act.who),
        authority: match &from.act.authority {
            Authority::Role(role) => role.clone(),
            _ => "policy".to_owned(),
        },
        why: reason(&from.act.why),
        why_text: writer.text(&from.act.why, personal),
        mode: mode(from.act.mode),
        at_ms: from.act.at.millis(),
        text: writer.text(&view.text, personal),
        place: writer.place_of(&view.place, personal),
        predicted: from.predicted.iter().map(prediction).collect(),
        outcome: view.outcome.as_ref().map(outcome),
        commands: view.commands,
        refused_commands: view.refused_commands,
    }
}
