//! Tables of what the map shows: every road and every signal at one moment.

use serde::Serialize;
use urbis_core::{GroupIdx, JunctionId, SignalStatus};
use utoipa::ToSchema;

use super::state::{Names, law};
use crate::atlas::Atlas;
use crate::moment::Moment;

/// All roads at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadsNowDto {
    /// The moment, city milliseconds.
    pub at_ms: i64,
    /// By road, in id order.
    pub roads: Vec<RoadNowDto>,
}

/// How a road fares.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct RoadNowDto {
    /// Which road.
    pub id: u32,
    /// Vehicles on it.
    pub vehicles: u16,
    /// Vehicles standing on it.
    pub queue_veh: u16,
    /// Mean speed over the limit; null when the road is empty.
    pub speed_ratio: Option<f32>,
}

/// All signals at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignalsNowDto {
    /// The moment, city milliseconds.
    pub at_ms: i64,
    /// By junction with a signal, in id order.
    pub junctions: Vec<SignalNowDto>,
}

/// What a signal shows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SignalNowDto {
    /// Its junction.
    pub id: u32,
    /// Law in force.
    pub law: &'static str,
    /// Index of the stage shown; null between stages.
    pub stage: Option<u8>,
    /// Name of the stage shown, as the controller's configuration has it; null between stages.
    pub stage_name: Option<String>,
    /// Names of the groups that are green.
    pub green: Vec<String>,
    /// Since when the stage is shown, city milliseconds.
    pub since_ms: i64,
    /// Name of the local plan in force.
    pub plan: Option<String>,
    /// Who has taken control.
    pub taken_by: Option<String>,
    /// Whether someone at the cabinet switched to local manual.
    pub manual: bool,
}

/// The roads at `moment`.
pub fn roads(moment: &Moment) -> RoadsNowDto {
    let roads = moment.map.roads.iter().enumerate().map(|(id, road)| RoadNowDto {
        id: id as u32,
        vehicles: road.vehicles,
        queue_veh: road.queued,
        speed_ratio: road.speed_ratio,
    });
    RoadsNowDto { at_ms: moment.map.at.millis(), roads: roads.collect() }
}

/// The signals at `moment`.
pub fn signals(atlas: &Atlas, names: &dyn Names, moment: &Moment) -> SignalsNowDto {
    let all = moment.view.signals.iter_ids();
    let junctions = all.filter_map(|(id, status)| Some(signal(atlas, names, id, status.as_ref()?)));
    SignalsNowDto { at_ms: moment.view.at.millis(), junctions: junctions.collect() }
}

fn signal(
    atlas: &Atlas,
    names: &dyn Names,
    junction: JunctionId,
    status: &SignalStatus,
) -> SignalNowDto {
    let signal = atlas.network().junctions.get(junction).and_then(|one| one.signal.as_ref());
    let stage = signal.zip(status.stage).and_then(|(signal, stage)| {
        let shown = signal.stages.get(usize::from(stage.0))?;
        let group = |index: GroupIdx| signal.groups.get(usize::from(index.0));
        let green = shown.green.iter().filter_map(group).map(|group| group.name.clone());
        Some((shown.name.clone(), green.collect()))
    });
    let (stage_name, green) = stage.map_or((None, Vec::new()), |(name, green)| (Some(name), green));
    SignalNowDto {
        id: junction.0,
        law: law(status.law),
        stage: status.stage.map(|stage| stage.0),
        stage_name,
        green,
        since_ms: status.since.millis(),
        plan: signal
            .and_then(|signal| signal.plans.get(usize::from(status.plan)))
            .map(|plan| plan.name.clone()),
        taken_by: status.taken_by.as_ref().map(|person| names.person(person)),
        manual: status.manual,
    }
}
