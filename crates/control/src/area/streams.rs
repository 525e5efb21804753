//! The area as streams: every movement at a signal, and what reaches it from the signals before.
//!
//! # Units
//! Vehicles a second; whole seconds of one common cycle.

use std::collections::BTreeMap;

use urbis_core::{GroupIdx, GroupSet, JunctionId, MovementId, Plan, RoadId};
use urbis_network::{GroupKind, Network};
use urbis_units::{Meters, MetersPerSecond, Seconds};

use super::profile::Way;
use super::{AreaError, AreaParameters};
use crate::SignalTiming;
use crate::webster::{MovementFlows, SaturationFlow, group_ratios};

/// Length of road one standing vehicle takes.
const VEHICLE_SPACING: Meters = Meters::new(7.5);
/// Shares of a stream below this are not followed past junctions without signals.
const SHARE_LEAST: f64 = 0.03;
/// Roads and seconds after which a platoon is one no longer.
const FOLLOWED: (usize, f64) = (10, 120.0);
/// Green starts later by the start-up loss and ends later by the amber that is driven in.
pub(super) const GREEN_SHIFT_S: usize = 2;

/// One signal.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub junction: JunctionId,
    pub timing: SignalTiming,
    pub plan: Plan,
    /// Its streams, indices.
    pub streams: Vec<usize>,
    /// Streams of other signals that its streams feed, indices.
    pub fed: Vec<usize>,
}

/// A part of another stream that arrives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Feeder {
    /// Index of the other stream.
    pub from: usize,
    /// Part of its departures.
    pub share: f32,
    pub way: Way,
}

/// One movement at one signal.
#[derive(Debug, Clone)]
pub(super) struct Stream {
    pub movement: MovementId,
    pub node: usize,
    /// Its signal group; `None` where nothing holds it.
    pub group: Option<GroupIdx>,
    /// Vehicles a second.
    pub flow: f32,
    /// Vehicles a second of green.
    pub saturation: f32,
    /// Vehicles its lanes have room for.
    pub storage_veh: f32,
    /// What it gets from other streams.
    pub feeders: Vec<Feeder>,
    /// What it gets besides, evenly, vehicles a second.
    pub even: f32,
}

/// Signals with one common cycle, their streams and the ways between them.
#[derive(Debug, Clone)]
pub(super) struct Area {
    pub cycle_s: usize,
    pub nodes: Vec<Node>,
    pub streams: Vec<Stream>,
}

impl Area {
    pub(super) fn new(
        network: &Network,
        plans: &[(JunctionId, Plan)],
        flows: &MovementFlows,
        parameters: &AreaParameters,
    ) -> Result<Self, AreaError> {
        let mut area = Self { cycle_s: 0, nodes: Vec::new(), streams: Vec::new() };
        for (junction, plan) in plans {
            area.add(network, *junction, plan, flows)?;
        }
        let known: BTreeMap<MovementId, usize> =
            area.streams.iter().enumerate().map(|(index, s)| (s.movement, index)).collect();
        for from in 0..area.streams.len() {
            for (to, share, time_s) in reached(network, area.streams[from].movement, flows, &known)
            {
                let way = Way::new(time_s, parameters.dispersion);
                area.streams[to].feeders.push(Feeder { from, share: share as f32, way });
            }
        }
        area.settle();
        Ok(area)
    }

    fn add(
        &mut self,
        network: &Network,
        junction: JunctionId,
        plan: &Plan,
        flows: &MovementFlows,
    ) -> Result<(), AreaError> {
        let bad = |error| AreaError::Signal { junction, error };
        let signal = network.junctions.get(junction).and_then(|node| node.signal.as_ref());
        let signal = signal.ok_or(bad(crate::SignalError::NoSignal { junction: junction.0 }))?;
        let timing = SignalTiming::without_plans(signal).map_err(bad)?;
        let cycle_s = timing.timeline(plan, 0).map_err(bad)?.cycle_s() as usize;
        if self.cycle_s != 0 && self.cycle_s != cycle_s {
            return Err(AreaError::Cycle { junction, cycle_s, expected_s: self.cycle_s });
        }
        self.cycle_s = cycle_s;
        let greens: Vec<GroupSet> = plan.splits.iter().map(|s| timing.stage(s.stage)).collect();
        let ratios = group_ratios(network, signal, &greens, flows, &SaturationFlow::HCM);
        let node = self.nodes.len();
        let mut streams = Vec::new();
        for movement in network.movements_of(junction) {
            let group = signal.groups.iter().position(|group| match &group.kind {
                GroupKind::Vehicle { movements } => movements.contains(&movement),
                GroupKind::Pedestrian { .. } => false,
            });
            let flow = flows.get(movement).get() / 3600.0;
            let known = ratios.movements.iter().find(|ratio| ratio.movement == movement);
            // Shared lanes count in the flow ratio, so the rate that belongs to it does too.
            let saturation = match known {
                Some(known) if known.ratio > 1e-6 && flow > 0.0 => flow / known.ratio,
                Some(known) => known.saturation_flow.get() / 3600.0,
                None => SaturationFlow::HCM.base.get() / 3600.0,
            };
            let lanes = network.lane_links_of(movement).map(|link| network.lane_links[link].from);
            let mut lanes: Vec<_> = lanes.collect();
            lanes.sort_unstable();
            lanes.dedup();
            let room = network.roads[network.movements[movement].from].length / VEHICLE_SPACING;
            streams.push(self.streams.len());
            self.streams.push(Stream {
                movement,
                node,
                group: group.map(|index| GroupIdx(index as u8)),
                flow: flow as f32,
                saturation: saturation as f32,
                storage_veh: (room * lanes.len().max(1) as f64) as f32,
                feeders: Vec::new(),
                even: 0.0,
            });
        }
        let plan = plan.clone();
        self.nodes.push(Node { junction, timing, plan, streams, fed: Vec::new() });
        Ok(())
    }

    /// Makes what feeds a stream agree with its own flow, and notes who feeds whom.
    fn settle(&mut self) {
        for index in 0..self.streams.len() {
            let fed: f32 = self.streams[index]
                .feeders
                .iter()
                .map(|feeder| feeder.share * self.streams[feeder.from].flow)
                .sum();
            let stream = &mut self.streams[index];
            let scale = if fed > stream.flow { stream.flow / fed } else { 1.0 };
            for feeder in &mut stream.feeders {
                feeder.share *= scale;
            }
            stream.even = (stream.flow - fed * scale).max(0.0);
            let sources: Vec<usize> = stream.feeders.iter().map(|feeder| feeder.from).collect();
            let own = stream.node;
            for source in sources {
                let node = self.streams[source].node;
                if node != own && !self.nodes[node].fed.contains(&index) {
                    self.nodes[node].fed.push(index);
                }
            }
        }
    }

    /// Seconds of the common cycle in which stream `index` is served under `plan` of its signal.
    pub(super) fn green(&self, index: usize, plan: &Plan) -> Vec<bool> {
        let stream = &self.streams[index];
        let node = &self.nodes[stream.node];
        let (Some(group), Ok(timeline)) = (stream.group, node.timing.timeline(plan, 0)) else {
            return vec![true; self.cycle_s];
        };
        let relative = timeline.green_seconds(&node.timing, group);
        let offset_s = offset_s(plan, self.cycle_s);
        let mut green = vec![false; self.cycle_s];
        let always = relative.iter().all(|green| *green);
        for (second, shown) in relative.iter().enumerate() {
            green[(second + offset_s + GREEN_SHIFT_S) % self.cycle_s] = *shown || always;
        }
        green
    }
}

/// A plan's offset within the cycle, whole seconds.
pub(super) fn offset_s(plan: &Plan, cycle_s: usize) -> usize {
    libm::round(plan.offset.get()).max(0.0) as usize % cycle_s
}

/// Streams that vehicles of `movement` reach next: which, what part of them, after what time.
fn reached(
    network: &Network,
    movement: MovementId,
    flows: &MovementFlows,
    known: &BTreeMap<MovementId, usize>,
) -> Vec<(usize, f64, f64)> {
    let mut found: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    let mut open = vec![(network.movements[movement].to, 1.0, 0.0, 0)];
    while let Some((road, share, time_s, depth)) = open.pop() {
        let time_s = time_s + time_on(network, road).get();
        if depth > FOLLOWED.0 || time_s > FOLLOWED.1 {
            continue;
        }
        let next: Vec<MovementId> = network
            .movements_of(network.roads[road].to)
            .filter(|id| network.movements[*id].from == road)
            .collect();
        let total: f64 = next.iter().map(|id| flows.get(*id).get()).sum();
        if total <= 0.0 {
            continue;
        }
        for id in next {
            let part = share * flows.get(id).get() / total;
            if part < SHARE_LEAST {
                continue;
            }
            if let Some(stream) = known.get(&id) {
                let entry = found.entry(*stream).or_insert((0.0, 0.0));
                *entry = (entry.0 + part, entry.1 + part * time_s);
            } else if network.junctions[network.roads[road].to].signal.is_none() {
                open.push((network.movements[id].to, part, time_s, depth + 1));
            }
        }
    }
    found.into_iter().map(|(stream, (share, time))| (stream, share, time / share)).collect()
}

/// Time on a road, its share of the junction behind included, for vehicles nobody holds up.
fn time_on(network: &Network, road: RoadId) -> Seconds {
    let road = &network.roads[road];
    let limits = network.lanes.range(road.lanes.clone()).iter().map(|lane| lane.speed_limit);
    let limit = limits.fold(MetersPerSecond::new(1.0), MetersPerSecond::max);
    let radii = network.junctions[road.from].radius + network.junctions[road.to].radius;
    (road.length + radii) / (limit * crate::progression::PLATOON_SPEED_SHARE)
}
