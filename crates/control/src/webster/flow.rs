//! Flows, saturation flows and flow ratios of movements and signal groups.
//!
//! # Source
//! Base saturation flow 1 900 passenger cars per hour and lane and the factors for lane width and
//! turns: Highway Capacity Manual 2010, exhibits 18-11 and 18-13. Left turns through gaps of the
//! opposing stream: the gap-acceptance formula of its chapter 31 with critical gap 4.5 s and
//! follow-up headway 2.5 s.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use urbis_core::{GroupIdx, GroupSet, LaneId, MovementId};
use urbis_network::{Conflict, GroupKind, Network, Signal, Turn};
use urbis_units::{Meters, VehiclesPerHour};

/// Portions in which a movement's flow is dealt out to its lanes.
const PORTIONS: u32 = 40;
/// Vehicles per cycle that turn at the end of green, as a rate; the least a yielding turn gets.
const SNEAKERS_VPH: f64 = 90.0;

/// Flow of every movement; those not named have none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct MovementFlows(BTreeMap<MovementId, VehiclesPerHour>);

impl MovementFlows {
    /// Flow of `movement`.
    pub fn get(&self, movement: MovementId) -> VehiclesPerHour {
        self.0.get(&movement).copied().unwrap_or_default()
    }

    /// Sets the flow of `movement`; what is negative or not a number counts as none.
    pub fn set(&mut self, movement: MovementId, flow: VehiclesPerHour) {
        let usable = flow.get() > 0.0 && flow.get().is_finite();
        self.0.insert(movement, if usable { flow } else { VehiclesPerHour::ZERO });
    }
}

impl FromIterator<(MovementId, VehiclesPerHour)> for MovementFlows {
    fn from_iter<I: IntoIterator<Item = (MovementId, VehiclesPerHour)>>(flows: I) -> Self {
        let mut all = Self::default();
        flows.into_iter().for_each(|(movement, flow)| all.set(movement, flow));
        all
    }
}

/// Saturation flow of a lane: a base and factors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SaturationFlow {
    /// Of a through lane of usual width.
    pub base: VehiclesPerHour,
    /// Factor of a protected left turn.
    pub left: f64,
    /// Factor of a right turn.
    pub right: f64,
    /// Factor of a U-turn.
    pub u_turn: f64,
}

impl SaturationFlow {
    /// Values of the Highway Capacity Manual; U-turns, which it does not give, at 0.8.
    pub const HCM: Self =
        Self { base: VehiclesPerHour::new(1900.0), left: 0.95, right: 0.85, u_turn: 0.8 };

    /// Of one lane of `width` for a movement that turns `turn` unhindered.
    pub fn of_lane(&self, width: Meters, turn: Turn) -> VehiclesPerHour {
        let width_factor = match width.get() {
            narrow if narrow < 3.0 => 0.96,
            wide if wide > 3.9 => 1.04,
            _ => 1.0,
        };
        let turn_factor = match turn {
            Turn::Straight => 1.0,
            Turn::Left => self.left,
            Turn::Right => self.right,
            Turn::UTurn => self.u_turn,
        };
        self.base * (width_factor * turn_factor)
    }
}

/// Flow ratio of one movement through its critical lane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MovementRatio {
    pub(crate) movement: MovementId,
    pub(crate) group: GroupIdx,
    pub(crate) ratio: f64,
    /// Of all its lanes together.
    pub(crate) saturation_flow: VehiclesPerHour,
}

/// Flow ratios of a junction.
#[derive(Debug)]
pub(crate) struct Ratios {
    pub(crate) movements: Vec<MovementRatio>,
    /// By group; zero for pedestrians.
    pub(crate) groups: Vec<f64>,
}

/// Flow ratios of the movements and groups of `signal` when stages of `greens` follow each other.
pub(crate) fn group_ratios(
    network: &Network,
    signal: &Signal,
    greens: &[GroupSet],
    flows: &MovementFlows,
    saturation: &SaturationFlow,
) -> Ratios {
    let mut served = Vec::new();
    for (index, group) in signal.groups.iter().enumerate() {
        if let GroupKind::Vehicle { movements } = &group.kind {
            let known = movements.iter().filter(|id| network.movements.get(**id).is_some());
            served.extend(known.map(|id| (*id, GroupIdx(index as u8))));
        }
    }
    let rate_of = |(movement, group): (MovementId, GroupIdx), lane: LaneId| {
        let unhindered =
            saturation.of_lane(network.lanes[lane].width, network.movements[movement].turn);
        match opposing_flow(network, signal, greens, flows, (movement, group)) {
            Some(opposing) => unhindered.min(through_gaps(&opposing)),
            None => unhindered,
        }
    };
    let load = lane_loads(network, &served, flows, &rate_of);
    let mut groups = vec![0.0_f64; signal.groups.len()];
    let mut ratios = Vec::with_capacity(served.len());
    for (movement, group) in served {
        let lanes = lanes_of(network, movement);
        let ratio = lanes.iter().map(|lane| load[lane]).fold(0.0, f64::max);
        let saturation_flow = lanes.iter().map(|lane| rate_of((movement, group), *lane)).sum();
        groups[group.0 as usize] = groups[group.0 as usize].max(ratio);
        ratios.push(MovementRatio { movement, group, ratio, saturation_flow });
    }
    Ratios { movements: ratios, groups }
}

/// Lanes a movement starts from, each once.
fn lanes_of(network: &Network, movement: MovementId) -> Vec<LaneId> {
    let mut lanes: Vec<_> =
        network.lane_links_of(movement).map(|link| network.lane_links[link].from).collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

/// Flow ratio of every lane. Drivers spread over the lanes they may use: movements with the least
/// choice go first, each portion takes the lane with the lowest ratio so far.
fn lane_loads(
    network: &Network,
    served: &[(MovementId, GroupIdx)],
    flows: &MovementFlows,
    rate_of: &dyn Fn((MovementId, GroupIdx), LaneId) -> VehiclesPerHour,
) -> BTreeMap<LaneId, f64> {
    let mut load = BTreeMap::new();
    let mut by_choice: Vec<_> = served.iter().map(|s| (lanes_of(network, s.0), *s)).collect();
    by_choice.sort_by_key(|(lanes, (movement, _))| (lanes.len(), *movement));
    for (lanes, who) in &by_choice {
        let portion = flows.get(who.0) / f64::from(PORTIONS);
        let costs: Vec<_> = lanes.iter().map(|lane| portion / rate_of(*who, *lane)).collect();
        for lane in lanes {
            load.entry(*lane).or_insert(0.0);
        }
        for _ in 0..PORTIONS {
            let after = |index: usize| load[&lanes[index]] + costs[index];
            let best = (0..lanes.len()).min_by(|a, b| after(*a).total_cmp(&after(*b)));
            if let Some(best) = best {
                let total = after(best);
                load.insert(lanes[best], total);
            }
        }
    }
    load
}

/// The stream a yielding left turn must cross.
struct Opposing {
    flow: VehiclesPerHour,
    lanes: usize,
}

/// Stream a left turn must yield to: opposing movements that are green with it and conflict in the
/// permitted way. `None` when it is protected.
fn opposing_flow(
    network: &Network,
    signal: &Signal,
    greens: &[GroupSet],
    flows: &MovementFlows,
    (movement, group): (MovementId, GroupIdx),
) -> Option<Opposing> {
    let own = &network.movements[movement];
    if !matches!(own.turn, Turn::Left | Turn::UTurn) {
        return None;
    }
    let mut opposing: Option<Opposing> = None;
    for (index, other) in signal.groups.iter().enumerate() {
        let other_group = GroupIdx(index as u8);
        let together = greens.iter().any(|g| g.contains(group) && g.contains(other_group));
        let GroupKind::Vehicle { movements } = &other.kind else { continue };
        if other_group == group
            || !together
            || signal.conflict(group, other_group) != Conflict::Permitted
        {
            continue;
        }
        for id in movements {
            let Some(other) = network.movements.get(*id) else { continue };
            if other.from != own.from && other.turn == Turn::Straight {
                let sum =
                    opposing.get_or_insert(Opposing { flow: VehiclesPerHour::ZERO, lanes: 0 });
                sum.flow += flows.get(*id);
                sum.lanes += lanes_of(network, *id).len();
            }
        }
    }
    opposing
}

/// Saturation flow of a turn through the gaps of an opposing stream: none while the queue of that
/// stream clears, gap acceptance for the rest of the green.
fn through_gaps(opposing: &Opposing) -> VehiclesPerHour {
    let (critical_s, follow_up_s) = (4.5, 2.5);
    let per_s = opposing.flow.get() / 3600.0;
    if per_s <= 0.0 {
        return VehiclesPerHour::new(3600.0 / follow_up_s);
    }
    let accepted = opposing.flow.get() * libm::exp(-per_s * critical_s)
        / (1.0 - libm::exp(-per_s * follow_up_s));
    let carried = SaturationFlow::HCM.base.get() * opposing.lanes.max(1) as f64;
    let ratio = (opposing.flow.get() / carried).min(0.85);
    // Splits are not known yet: the usual green share, or what 85 % saturation needs.
    let lambda = (ratio / 0.85).max(0.4);
    let clearing = ratio * (1.0 - lambda) / (lambda * (1.0 - ratio));
    VehiclesPerHour::new((accepted * (1.0 - clearing)).max(SNEAKERS_VPH))
}
