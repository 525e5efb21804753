//! One junction in depth.

use serde::Serialize;
use urbis_brain::view::{JunctionView, MapView};
use urbis_core::{GroupIdx, GroupSet};
use utoipa::ToSchema;

use super::common::{Name, Text, Writer, speaks_of_patient};
use super::network::turn;
use super::state::{Names, law};
use crate::moment::Moment;

/// One junction in depth.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JunctionDetailDto {
    /// Which.
    pub id: u32,
    /// Its name.
    pub label: Name,
    /// Law in force; null where there is no signal.
    pub law: Option<&'static str>,
    /// Local plan in force.
    pub plan: Option<String>,
    /// Stage shown; null between stages.
    pub stage: Option<u8>,
    /// Since when, city milliseconds.
    pub since_ms: Option<i64>,
    /// What each signal group shows.
    pub aspects: Vec<AspectDto>,
    /// Who has taken control.
    pub taken_by: Option<String>,
    /// Whether someone at the cabinet switched to local manual.
    pub manual: bool,
    /// The newest choice with its reason.
    pub choice: Option<ChoiceDto>,
    /// Lanes that lead to it with their estimate.
    pub lanes: Vec<LaneEstimateDto>,
    /// Turning flows; empty while looking back.
    pub turns: Vec<TurnFlowDto>,
    /// A choice rehearsed afterwards, where one was sampled.
    pub rehearsed_choice: Option<RehearsedChoiceDto>,
}

/// What one signal group shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AspectDto {
    /// Index of the group.
    pub group: u8,
    /// `green`, `amber` or `red`.
    pub aspect: &'static str,
}

/// Why a controller shows what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChoiceDto {
    /// When it was chosen, city milliseconds.
    pub at_ms: i64,
    /// The stage chosen.
    pub stage: u8,
    /// In the field's terms.
    pub text: Text,
}

/// What the brain believes of a lane.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LaneEstimateDto {
    /// Which lane.
    pub lane: u32,
    /// Of which road.
    pub road: u32,
    /// Vehicles standing.
    pub queue_veh: f32,
    /// Standard deviation of `queue_veh`.
    pub queue_sd_veh: f32,
    /// Vehicles on the lane.
    pub count_veh: f32,
    /// Mean speed, m/s.
    pub speed_mps: f32,
    /// Standard deviation of `speed_mps`.
    pub speed_sd_mps: f32,
}

/// What the brain believes of the flow from one road into another.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TurnFlowDto {
    /// Road it leaves.
    pub from: u32,
    /// Road it enters.
    pub to: u32,
    /// `straight`, `left`, `right` or `u_turn`.
    pub turn: &'static str,
    /// Vehicles an hour.
    pub flow_vph: f32,
    /// Standard deviation of `flow_vph`.
    pub flow_sd_vph: f32,
}

/// A choice of stage and what its rehearsal said afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RehearsedChoiceDto {
    /// Waiting the controller foresaw over its horizon, by queues that change evenly, vehicle seconds.
    pub predicted_veh_s: f64,
    /// Waiting over the same time in the mirror twin, vehicle seconds.
    pub rehearsed_veh_s: f64,
}

/// What each of `groups` groups shows.
fn aspects(groups: usize, green: GroupSet, amber: GroupSet) -> Vec<AspectDto> {
    (0..groups as u8)
        .map(|group| {
            let aspect = match GroupIdx(group) {
                group if green.contains(group) => "green",
                group if amber.contains(group) => "amber",
                _ => "red",
            };
            AspectDto { group, aspect }
        })
        .collect()
}

/// What was known of a junction at `moment`, of what is known of it now. What the brain believed
/// then is not kept.
pub fn as_of(now: JunctionView, moment: &Moment) -> JunctionView {
    let Some(at) = moment.clock.scrubbed else { return now };
    let status = moment.view.signals.get(now.id).cloned().flatten();
    JunctionView {
        law: status.as_ref().map_or(now.law, |status| status.law),
        status,
        choice: now.choice.filter(|choice| choice.at <= at),
        lanes: Vec::new(),
        turns: Vec::new(),
        ..now
    }
}

/// A junction for the wire.
pub fn junction(
    writer: Writer<'_>,
    names: &dyn Names,
    map: &MapView,
    view: &JunctionView,
) -> JunctionDetailDto {
    let signal = writer.atlas.network().junctions.get(view.id).and_then(|one| one.signal.as_ref());
    let heads = map.signals.iter().find(|one| one.0 == view.id);
    let status = view.status.as_ref();
    let plan = status
        .zip(signal)
        .and_then(|(status, signal)| signal.plans.get(status.plan as usize))
        .map(|plan| plan.name.clone());
    JunctionDetailDto {
        id: view.id.0,
        label: writer.atlas.junction_name(view.id),
        law: status.map(|_| law(view.law)),
        plan,
        stage: status.and_then(|status| status.stage).map(|stage| stage.0),
        since_ms: status.map(|status| status.since.millis()),
        aspects: heads.zip(signal).map_or_else(Vec::new, |(heads, signal)| {
            aspects(signal.groups.len(), GroupSet(heads.2), GroupSet(heads.3))
        }),
        taken_by: status
            .and_then(|status| status.taken_by.as_ref())
            .map(|person| names.person(person)),
        manual: status.is_some_and(|status| status.manual),
        choice: view.choice.as_ref().map(|choice| ChoiceDto {
            at_ms: choice.at.millis(),
            stage: choice.stage.0,
            text: writer.text(&choice.text, speaks_of_patient(&choice.text)),
        }),
        lanes: view
            .lanes
            .iter()
            .map(|(lane, estimate)| LaneEstimateDto {
                lane: lane.0,
                road: writer.atlas.road_of(*lane).map_or(0, |road| road.0),
                queue_veh: estimate.queue_veh,
                queue_sd_veh: estimate.queue_sd_veh,
                count_veh: estimate.count_veh,
                speed_mps: estimate.speed_mps,
                speed_sd_mps: estimate.speed_sd_mps,
            })
            .collect(),
        turns: view
            .turns
            .iter()
            .filter_map(|(id, flow_vph, flow_sd_vph)| {
                let movement = writer.atlas.network().movements.get(*id)?;
                Some(TurnFlowDto {
                    from: movement.from.0,
                    to: movement.to.0,
                    turn: turn(movement.turn),
                    flow_vph: *flow_vph,
                    flow_sd_vph: *flow_sd_vph,
                })
            })
            .collect(),
        rehearsed_choice: view.rehearsed.as_ref().map(|choice| RehearsedChoiceDto {
            predicted_veh_s: f64::midpoint(choice.now_veh, choice.then_veh)
                * f64::from(choice.horizon_s),
            rehearsed_veh_s: choice.waiting_veh_s,
        }),
    }
}
