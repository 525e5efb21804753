//! A green corridor: junction by junction, green for an emergency vehicle by its expected time of
//! arrival, early enough to clear the queue ahead of it, and back to the plan after it.
//!
//! # Source
//! Preemption by expected time of arrival with queue clearance: FHWA, "Traffic Signal Timing
//! Manual" (FHWA-HOP-08-024), chapter 9; queue discharge at saturation headway after a start-up
//! loss: HCM 2016, chapter 19. The return to coordination is the controller's own transition.
//!
//! # Assumptions
//! A queue discharges at one vehicle per [`HEADWAY_S`] and lane after [`START_UP_S`]; the vehicle
//! drives at the higher of its present speed and [`CRUISE_SHARE`] of the limit.
//!
//! # Limits
//! Two corridors that meet at a junction are served in order of arrival there.

use serde::{Deserialize, Serialize};
use urbis_network::{
    GroupIdx, GroupKind, JunctionId, LaneId, MovementId, Network, RoadId, StageIdx,
};
use urbis_units::{Meters, MetersPerSecond, Seconds};

/// Saturation headway, seconds a vehicle.
pub const HEADWAY_S: f64 = 2.0;
/// Start-up lost time of a queue, seconds.
pub const START_UP_S: f64 = 2.0;
/// Share of the speed limit an emergency vehicle keeps over a corridor.
pub const CRUISE_SHARE: f64 = 0.9;
/// A corridor never asks for green earlier than this before arrival, however long the queue.
pub const LEAD_MAX_S: f64 = 90.0;

/// One signalized junction on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Which junction.
    pub junction: JunctionId,
    /// The movement the vehicle makes.
    pub movement: MovementId,
    /// Stages in which that movement is green, the one with most green groups first.
    pub stages: Vec<StageIdx>,
    /// Lanes of the approach that lead into the movement.
    pub lanes: Vec<LaneId>,
    /// Distance of its stop line from the start of the route.
    pub at: Meters,
    /// Where it stands.
    pub state: CrossingState,
}

/// Where a junction of a corridor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CrossingState {
    /// The vehicle is still far.
    Planned,
    /// Green is asked for, to clear the queue and let the vehicle through.
    Asked,
    /// The vehicle has passed.
    Passed,
}

/// What a corridor asks of a junction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ask {
    /// Show this stage, and hold it.
    Show {
        /// Which stage.
        stage: StageIdx,
        /// When the vehicle is expected.
        eta: Seconds,
        /// Vehicles queued ahead of it.
        queue_veh: f64,
    },
    /// Back to the plan.
    Release,
}

/// A corridor along a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Corridor {
    starts: Vec<Meters>,
    route: Vec<RoadId>,
    /// Junctions with signals along the route, in order.
    pub crossings: Vec<Crossing>,
    lead: Seconds,
    position: Meters,
}

impl Corridor {
    /// A corridor along `route` that asks for green `lead` before the vehicle could arrive, more
    /// where a queue must be cleared.
    pub fn new(network: &Network, route: &[RoadId], lead: Seconds) -> Self {
        let mut starts = Vec::with_capacity(route.len());
        let mut crossings = Vec::new();
        let mut along = Meters::ZERO;
        for (at, road) in route.iter().enumerate() {
            starts.push(along);
            along += network.roads[*road].length;
            let Some(next) = route.get(at + 1) else { break };
            let junction = network.roads[*road].to;
            let movement = network.movements_of(junction).find(|id| {
                let movement = &network.movements[*id];
                movement.from == *road && movement.to == *next
            });
            if let Some(crossing) =
                movement.and_then(|movement| crossing(network, junction, movement, along))
            {
                crossings.push(crossing);
            }
            along += network.junctions[junction].radius * 2.0;
        }
        Self { starts, route: route.to_vec(), crossings, lead, position: Meters::ZERO }
    }

    /// Takes up where the vehicle is (road of the route, distance along it, speed) and calls `ask`
    /// for every junction that must do something new or keep doing it.
    ///
    /// `queue_veh` gives the estimated queue of a lane, `limit` the speed limit of a road.
    pub fn update(
        &mut self,
        (road, distance, speed): (RoadId, Meters, MetersPerSecond),
        limit: impl Fn(RoadId) -> MetersPerSecond,
        queue_veh: impl Fn(LaneId) -> f64,
        mut ask: impl FnMut(JunctionId, Ask),
    ) {
        if let Some(at) = self.route.iter().position(|candidate| *candidate == road) {
            // A late report never moves the vehicle back.
            self.position = self.position.max(self.starts[at] + distance);
        }
        let cruise = speed.max(limit(road) * CRUISE_SHARE).max(MetersPerSecond::new(3.0));
        let road_start =
            self.route.iter().position(|candidate| *candidate == road).map(|at| self.starts[at]);
        for crossing in &mut self.crossings {
            if crossing.state == CrossingState::Passed {
                continue;
            }
            let passed = road_start.is_some_and(|start| start > crossing.at);
            if passed {
                if crossing.state == CrossingState::Asked {
                    ask(crossing.junction, Ask::Release);
                }
                crossing.state = CrossingState::Passed;
                continue;
            }
            let eta = (crossing.at - self.position).max(Meters::ZERO) / cruise;
            let queue = crossing.lanes.iter().map(|lane| queue_veh(*lane)).fold(0.0, f64::max);
            let clear = Seconds::new(START_UP_S + queue * HEADWAY_S);
            let needed = (self.lead + clear).min(Seconds::new(LEAD_MAX_S));
            if crossing.state == CrossingState::Asked || eta <= needed {
                crossing.state = CrossingState::Asked;
                if let Some(stage) = crossing.stages.first() {
                    ask(crossing.junction, Ask::Show { stage: *stage, eta, queue_veh: queue });
                }
            }
        }
    }

    /// Releases every junction still asked, when the vehicle has arrived or the corridor is called
    /// off.
    pub fn finish(&mut self, mut ask: impl FnMut(JunctionId, Ask)) {
        for crossing in &mut self.crossings {
            if crossing.state == CrossingState::Asked {
                ask(crossing.junction, Ask::Release);
            }
            crossing.state = CrossingState::Passed;
        }
    }

    /// Expected time until the vehicle reaches each junction not yet passed.
    pub fn etas(&self, cruise: MetersPerSecond) -> Vec<(JunctionId, Seconds, CrossingState)> {
        self.crossings
            .iter()
            .map(|crossing| {
                let left = (crossing.at - self.position).max(Meters::ZERO);
                (crossing.junction, left / cruise.max(MetersPerSecond::new(1.0)), crossing.state)
            })
            .collect()
    }
}

fn crossing(
    network: &Network,
    junction: JunctionId,
    movement: MovementId,
    at: Meters,
) -> Option<Crossing> {
    let signal = network.junctions[junction].signal.as_ref()?;
    let group = signal.groups.iter().position(|group| {
        matches!(&group.kind, GroupKind::Vehicle { movements } if movements.contains(&movement))
    })?;
    let group = GroupIdx(group as u8);
    let mut stages: Vec<StageIdx> = (0..signal.stages.len() as u8)
        .map(StageIdx)
        .filter(|stage| signal.stages[stage.0 as usize].green.contains(group))
        .filter(|stage| Some(*stage) != signal.clearance_stage)
        .collect();
    stages.sort_by_key(|stage| {
        (std::cmp::Reverse(signal.stages[stage.0 as usize].green.0.count_ones()), *stage)
    });
    let mut lanes: Vec<LaneId> =
        network.lane_links_of(movement).map(|link| network.lane_links[link].from).collect();
    lanes.sort_unstable();
    lanes.dedup();
    Some(Crossing { junction, movement, stages, lanes, at, state: CrossingState::Planned })
}
