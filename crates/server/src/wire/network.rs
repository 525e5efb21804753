//! The road network, which does not change while a city runs.

use serde::Serialize;
use urbis_core::{LaneId, MovementId, RoadId};
use urbis_network::geometry::trim;
use urbis_network::{
    DetectorKind, GroupKind, Junction, JunctionId, JunctionKind, Road, RoadClass, Turn,
};
use urbis_units::Point;
use utoipa::ToSchema;

use super::city::round;
use super::common::Name;
use crate::atlas::Atlas;

/// The road network.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NetworkDto {
    /// Version of this shape.
    pub version: u32,
    /// Roads by id.
    pub roads: Vec<RoadDto>,
    /// Lanes by id.
    pub lanes: Vec<LaneDto>,
    /// Junctions by id.
    pub junctions: Vec<JunctionDto>,
    /// Detectors by id.
    pub detectors: Vec<DetectorDto>,
}

/// A directed road.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RoadDto {
    /// Its id.
    pub id: u32,
    /// Name in the source file.
    pub name: String,
    /// Name for people.
    pub label: Name,
    /// `expressway`, `arterial`, `collector` or `local`.
    pub class: &'static str,
    /// Junction where it begins.
    pub from: u32,
    /// Junction where it ends.
    pub to: u32,
    /// Drivable length, m.
    pub length_m: f64,
    /// Highest limit of its lanes, m/s.
    pub speed_limit_mps: f64,
    /// Its lanes, innermost first.
    pub lanes: Vec<u32>,
    /// Line from stop line to stop line, longitude and latitude.
    pub shape: Vec<[f64; 2]>,
}

/// A lane.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LaneDto {
    /// Its id.
    pub id: u32,
    /// Its road.
    pub road: u32,
    /// Position on the road, 0 innermost.
    pub index: u8,
    /// Width, m.
    pub width_m: f64,
    /// Center line, longitude and latitude.
    pub shape: Vec<[f64; 2]>,
}

/// A junction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JunctionDto {
    /// Its id.
    pub id: u32,
    /// Name in the source file.
    pub name: String,
    /// Name for people.
    pub label: Name,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Distance from center to stop lines, m.
    pub radius_m: f64,
    /// `boundary`, `priority` or `signalized`.
    pub kind: &'static str,
    /// District it lies in, where known.
    pub district: Option<String>,
    /// Signal groups.
    pub groups: Vec<GroupDto>,
    /// Stages.
    pub stages: Vec<StageDto>,
    /// Fixed-time plans.
    pub plans: Vec<PlanDto>,
}

/// A signal group.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupDto {
    /// Name in the controller's configuration.
    pub name: String,
    /// `vehicle` or `pedestrian`.
    pub kind: &'static str,
    /// Movements that show this aspect.
    pub movements: Vec<MovementDto>,
}

/// A movement across a junction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MovementDto {
    /// Road it leaves.
    pub from: u32,
    /// Road it enters.
    pub to: u32,
    /// `straight`, `left`, `right` or `u_turn`.
    pub turn: &'static str,
    /// Path of its middle lane link, longitude and latitude.
    pub shape: Vec<[f64; 2]>,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageDto {
    /// Name in the controller's configuration.
    pub name: String,
    /// Indices of its green groups.
    pub green: Vec<u8>,
}

/// A fixed-time plan.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanDto {
    /// Name in the controller's configuration.
    pub name: String,
    /// Length of one round, s.
    pub cycle_s: f64,
    /// Start of the first stage after a multiple of the cycle since midnight, s.
    pub offset_s: f64,
}

/// A detector.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DetectorDto {
    /// Its id.
    pub id: u32,
    /// Lane it watches.
    pub lane: u32,
    /// Distance from the start of the lane, m.
    pub position_m: f64,
    /// `stop_line`, `advance` or `entry`.
    pub kind: &'static str,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

/// Word for a rank in the street hierarchy.
fn class(class: RoadClass) -> &'static str {
    match class {
        RoadClass::Expressway => "expressway",
        RoadClass::Arterial => "arterial",
        RoadClass::Collector => "collector",
        RoadClass::Local => "local",
    }
}

/// Word for a turn.
pub(super) fn turn(turn: Turn) -> &'static str {
    match turn {
        Turn::Straight => "straight",
        Turn::Left => "left",
        Turn::Right => "right",
        Turn::UTurn => "u_turn",
    }
}

fn shape(atlas: &Atlas, line: &[Point]) -> Vec<[f64; 2]> {
    line.iter().map(|point| atlas.lon_lat(*point).map(round)).collect()
}

fn road(atlas: &Atlas, id: RoadId, road: &Road) -> RoadDto {
    let network = atlas.network();
    let radius = |junction: JunctionId| network.junctions[junction].radius;
    RoadDto {
        id: id.0,
        name: road.name.clone(),
        label: Name::or(&road.label, &road.name),
        class: class(road.class),
        from: road.from.0,
        to: road.to.0,
        length_m: road.length.get(),
        speed_limit_mps: network
            .lanes_of(id)
            .map(|lane| network.lanes[lane].speed_limit.get())
            .fold(0.0, f64::max),
        lanes: network.lanes_of(id).map(|lane| lane.0).collect(),
        shape: shape(atlas, &trim(&road.shape, radius(road.from), radius(road.to))),
    }
}

fn movement(atlas: &Atlas, id: MovementId) -> MovementDto {
    let network = atlas.network();
    let one = &network.movements[id];
    let links: Vec<_> = network.lane_links_of(id).collect();
    let middle = links.get(links.len() / 2);
    MovementDto {
        from: one.from.0,
        to: one.to.0,
        turn: turn(one.turn),
        shape: middle.map_or_else(Vec::new, |link| shape(atlas, &network.lane_links[*link].shape)),
    }
}

fn junction(atlas: &Atlas, id: JunctionId, junction: &Junction) -> JunctionDto {
    let [lon, lat] = atlas.lon_lat(junction.center).map(round);
    let mut dto = JunctionDto {
        id: id.0,
        name: junction.name.clone(),
        label: Name::or(&junction.label, &junction.name),
        lon,
        lat,
        radius_m: junction.radius.get(),
        kind: match junction.kind {
            JunctionKind::Boundary => "boundary",
            JunctionKind::Priority => "priority",
            JunctionKind::Signalized => "signalized",
        },
        district: None,
        groups: Vec::new(),
        stages: Vec::new(),
        plans: Vec::new(),
    };
    let Some(signal) = &junction.signal else { return dto };
    dto.groups = signal
        .groups
        .iter()
        .map(|group| {
            let (kind, movements) = match &group.kind {
                GroupKind::Vehicle { movements } => ("vehicle", movements.as_slice()),
                GroupKind::Pedestrian { .. } => ("pedestrian", [].as_slice()),
            };
            let movements = movements.iter().map(|id| movement(atlas, *id)).collect();
            GroupDto { name: group.name.clone(), kind, movements }
        })
        .collect();
    dto.stages = signal
        .stages
        .iter()
        .map(|stage| StageDto {
            name: stage.name.clone(),
            green: stage.green.iter().map(|group| group.0).collect(),
        })
        .collect();
    dto.plans = signal
        .plans
        .iter()
        .map(|plan| PlanDto {
            name: plan.name.clone(),
            cycle_s: plan.cycle().get(),
            offset_s: plan.offset.get(),
        })
        .collect();
    dto
}

fn detectors(atlas: &Atlas) -> Vec<DetectorDto> {
    let place = |lane: LaneId, position| {
        let line = atlas.lane_line(lane);
        atlas.lon_lat(urbis_network::geometry::point_along(line, position)).map(round)
    };
    atlas
        .pack()
        .detectors
        .iter_ids()
        .map(|(id, detector)| {
            let [lon, lat] = place(detector.lane, detector.position);
            DetectorDto {
                id: id.0,
                lane: detector.lane.0,
                position_m: detector.position.get(),
                kind: match detector.kind {
                    DetectorKind::StopLine => "stop_line",
                    DetectorKind::Advance => "advance",
                    DetectorKind::Entry => "entry",
                },
                lon,
                lat,
            }
        })
        .collect()
}

/// The network for the wire.
pub fn network(atlas: &Atlas) -> NetworkDto {
    let network = atlas.network();
    NetworkDto {
        version: 1,
        roads: network.roads.iter_ids().map(|(id, one)| road(atlas, id, one)).collect(),
        lanes: network
            .lanes
            .iter_ids()
            .map(|(id, lane)| LaneDto {
                id: id.0,
                road: lane.road.0,
                index: lane.index,
                width_m: lane.width.get(),
                shape: shape(atlas, atlas.lane_line(id)),
            })
            .collect(),
        junctions: network.junctions.iter_ids().map(|(id, one)| junction(atlas, id, one)).collect(),
        detectors: detectors(atlas),
    }
}
