//! Max pressure: show the stage whose queues press most against the roads they lead to.
//!
//! # Units
//! Queues and pressures are vehicles, times are whole seconds.
//!
//! # Source
//! P. Varaiya, "Max pressure control of a network of signalized intersections", *Transportation
//! Research Part C* 36 (2013), 177-195. The pressure against a movement is taken as the mean over
//! the lanes of its exit, as in Q. Wu, L. Zhang et al., "Efficient Pressure: Improving efficiency
//! for signalized intersections" (2021); [`Exits::Sum`] takes the sum instead. Added here for the
//! street: minimum greens, the loss of a change, evidence before a change (hysteresis and the
//! estimate's own uncertainty), no credit for movements into a full road, and a bound on waiting
//! by the earliest due time. The bound counts from the end of a stage: pedestrians, whose walk is
//! over sooner, rely on the controller to repeat it in a long stage.

mod choose;
mod explain;
mod outlook;

pub use choose::PressureState;
pub use explain::{Choice, Explanation, Reason, StagePressure, WaitingBound};
pub use outlook::Outlook;

use serde::{Deserialize, Serialize};
use urbis_core::{GroupIdx, GroupSet, JunctionId, LaneId, MovementId, StageIdx};
use urbis_network::{GroupKind, Network};
use urbis_units::{Meters, Vehicles, VehiclesPerHour};

use crate::webster::SaturationFlow;
use crate::{SignalError, SignalTiming};

/// Length of road one standing vehicle takes.
const VEHICLE_SPACING: Meters = Meters::new(7.5);
/// Share of an exit's storage from which it counts as full.
const FULL_SHARE: f64 = 0.9;

/// The queue of one lane.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Queue {
    /// Expected vehicles.
    pub mean_veh: f64,
    /// Standard deviation of that.
    pub sd_veh: f64,
}

impl Queue {
    /// Share of a vehicle that one still rolling counts: it will soon press as well, and a stage
    /// that lets it through saves it a stop.
    pub const ROLLING_SHARE: f64 = 0.25;

    /// The queue of a lane with `standing` vehicles among `present` ones.
    pub fn of(standing: Vehicles, present: Vehicles, sd: Vehicles) -> Self {
        let rolling = (present - standing).max(Vehicles::ZERO);
        let mean_veh = (standing + rolling * Self::ROLLING_SHARE).get();
        Self { mean_veh, sd_veh: sd.get() }
    }
}

/// What stands against a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exits {
    /// Mean queue of the exit's lanes.
    Mean,
    /// All of the exit's queues, as if every vehicle there stood in the way.
    Sum,
}

/// Settings of the law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PressureParameters {
    /// What stands against a movement.
    pub exits: Exits,
    /// Seconds between decisions.
    pub interval_s: u32,
    /// Seconds a stage is shown at least, beside its groups' minimum greens.
    pub stage_min_s: u32,
    /// Vehicles by which another stage must press more.
    pub hysteresis_veh: f64,
    /// Standard deviations of the difference by which it must press more.
    pub certainty: f64,
    /// Seconds over which a change must pay for the green it loses; 0 ignores the loss.
    pub horizon_s: u32,
    /// Longest red of any group, seconds; a group's own bound holds where it is shorter.
    pub waiting_max_s: u32,
}

impl PressureParameters {
    /// Decisions every 2 s, stages of 5 s at least, a red of three minutes at most. Of the values
    /// tried on Hangzhou and on a generated city these gave the least delay; slower decisions or more
    /// caution cost a tenth to a half more.
    pub const USUAL: Self = Self {
        exits: Exits::Mean,
        interval_s: 2,
        stage_min_s: 5,
        hysteresis_veh: 0.3,
        certainty: 0.25,
        horizon_s: 20,
        waiting_max_s: 180,
    };
}

/// One movement as the law sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PressureMovement {
    movement: MovementId,
    group: GroupIdx,
    /// Lanes it comes from, each with the share of its queue that is its own.
    entries: Vec<(LaneId, f64)>,
    exits: Vec<LaneId>,
    /// Vehicles per exit lane from which the exit is full.
    full_veh: f64,
    /// Saturation flow of its share of its lanes.
    saturation: VehiclesPerHour,
}

/// The law for one junction: what it needs of the network, compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PressureLaw {
    parameters: PressureParameters,
    movements: Vec<PressureMovement>,
    /// Stages to choose from.
    stages: Vec<(StageIdx, GroupSet)>,
    /// Seconds from one choice to another, row-major over `stages`.
    interstage_s: Vec<u32>,
    /// Seconds of green each choice needs.
    green_min_s: Vec<u32>,
    /// Longest red by group, seconds.
    waiting_max_s: Vec<u32>,
}

impl PressureLaw {
    /// The law for the signal of `junction`. It chooses among all stages but the clearance stage
    /// and those that show no more than another one does.
    ///
    /// # Errors
    /// [`SignalError`] when the junction has no signal or its configuration cannot be run.
    pub fn new(
        network: &Network,
        junction: JunctionId,
        parameters: PressureParameters,
    ) -> Result<Self, SignalError> {
        let node = network.junctions.get(junction);
        let signal = node
            .and_then(|node| node.signal.as_ref())
            .ok_or(SignalError::NoSignal { junction: junction.0 })?;
        let timing = SignalTiming::without_plans(signal)?;
        let all: Vec<(StageIdx, GroupSet)> = (0..signal.stages.len())
            .map(|index| StageIdx(index as u8))
            .filter(|stage| Some(*stage) != signal.clearance_stage)
            .map(|stage| (stage, timing.stage(stage)))
            .collect();
        let less = |a: GroupSet, b: GroupSet| a.0 & !b.0 == 0 && a != b;
        let stages: Vec<_> =
            all.iter().copied().filter(|(_, g)| !all.iter().any(|(_, h)| less(*g, *h))).collect();
        if stages.is_empty() {
            return Err(SignalError::Plan { plan: 0 });
        }
        let pairs =
            stages.iter().flat_map(|(_, from)| stages.iter().map(move |(_, to)| (from, to)));
        let always = stages.iter().fold(u64::MAX, |set, (_, green)| set & green.0);
        let cap = |group| timing.max_red_s(GroupIdx(group)).min(parameters.waiting_max_s);
        Ok(Self {
            parameters,
            movements: movements(network, signal, GroupSet(always)),
            interstage_s: pairs.map(|(from, to)| timing.interstage(*from, *to)).collect(),
            green_min_s: stages
                .iter()
                .map(|(_, green)| stage_need_s(&timing, *green, &stages))
                .collect(),
            waiting_max_s: (0..timing.groups() as u8).map(cap).collect(),
            stages,
        })
    }

    /// The stages it chooses from.
    pub fn stages(&self) -> impl Iterator<Item = StageIdx> + '_ {
        self.stages.iter().map(|(stage, _)| *stage)
    }

    fn position(&self, stage: StageIdx) -> Option<usize> {
        self.stages.iter().position(|(known, _)| *known == stage)
    }

    fn interstage_s(&self, from: Option<usize>, to: usize) -> u32 {
        from.map_or(0, |from| self.interstage_s[from * self.stages.len() + to])
    }

    /// Pressure of a movement: its queue less what stands in its exit.
    fn pressure(&self, movement: &PressureMovement, queue: &impl Fn(LaneId) -> Queue) -> Queue {
        let (mut mean_veh, mut variance) = (0.0, 0.0);
        for (lane, share) in &movement.entries {
            let queue = sane(queue(*lane));
            mean_veh += share * queue.mean_veh;
            variance += (share * queue.sd_veh) * (share * queue.sd_veh);
        }
        let lanes = movement.exits.len().max(1) as f64;
        let weight = match self.parameters.exits {
            Exits::Mean => 1.0 / lanes,
            Exits::Sum => 1.0,
        };
        let mut against_veh = 0.0;
        for lane in &movement.exits {
            let queue = sane(queue(*lane));
            against_veh += queue.mean_veh;
            variance += (weight * queue.sd_veh) * (weight * queue.sd_veh);
        }
        let full = !movement.exits.is_empty() && against_veh / lanes >= movement.full_veh;
        // Nothing can drive into a full road, however long the queue.
        let own_veh = if full { 0.0 } else { mean_veh };
        Queue { mean_veh: own_veh - weight * against_veh, sd_veh: variance.sqrt() }
    }
}

/// A queue without the values an estimator must not give.
fn sane(queue: Queue) -> Queue {
    let positive = |value: f64| if value.is_finite() && value > 0.0 { value } else { 0.0 };
    Queue { mean_veh: positive(queue.mean_veh), sd_veh: positive(queue.sd_veh) }
}

/// The shortest green after which every other stage may follow.
fn stage_need_s(timing: &SignalTiming, green: GroupSet, stages: &[(StageIdx, GroupSet)]) -> u32 {
    let after =
        |next: GroupSet| timing.stage_min_green(green, next, timing.interstage(green, next));
    stages.iter().map(|(_, next)| after(*next)).max().unwrap_or(0)
}

/// Movements that some stage serves and some does not; those of `always` cannot tell stages apart.
fn movements(
    network: &Network,
    signal: &urbis_network::Signal,
    always: GroupSet,
) -> Vec<PressureMovement> {
    let mut found = Vec::new();
    for (index, group) in signal.groups.iter().enumerate() {
        let group_idx = GroupIdx(index as u8);
        let GroupKind::Vehicle { movements } = &group.kind else { continue };
        if always.contains(group_idx) {
            continue;
        }
        for id in movements.iter().filter(|id| network.movements.get(**id).is_some()) {
            let mut lanes: Vec<LaneId> =
                network.lane_links_of(*id).map(|link| network.lane_links[link].from).collect();
            lanes.sort_unstable();
            lanes.dedup();
            let (exit, turn) = (network.movements[*id].to, network.movements[*id].turn);
            let rate = |lane: &LaneId| {
                let full = SaturationFlow::HCM.of_lane(network.lanes[*lane].width, turn);
                full * lane_share(network, *lane)
            };
            found.push(PressureMovement {
                movement: *id,
                group: group_idx,
                entries: lanes.iter().map(|lane| (*lane, lane_share(network, *lane))).collect(),
                exits: network.lanes_of(exit).collect(),
                full_veh: FULL_SHARE * (network.roads[exit].length / VEHICLE_SPACING).max(1.0),
                saturation: lanes.iter().map(rate).sum(),
            });
        }
    }
    found
}

/// Share of a lane's queue that one of the movements it serves may count as its own.
fn lane_share(network: &Network, lane: LaneId) -> f64 {
    let links = network.lanes[lane].links_out.iter();
    let mut movements: Vec<_> = links.map(|link| network.lane_links[*link].movement).collect();
    movements.sort_unstable();
    movements.dedup();
    1.0 / movements.len().max(1) as f64
}
