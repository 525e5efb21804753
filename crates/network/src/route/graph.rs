//! The edge-based graph: roads as nodes, movements as edges, integer weights.
//!
//! # Units
//! Weights are milliseconds shifted left by [`SHIFT`] bits; the bits below hold a fixed term per
//! movement that decides ties and is too small to outweigh a millisecond on ordinary paths.

use urbis_core::{Id, IdVec};
use urbis_units::{Meters, MetersPerSecond, Seconds};

use super::RouteCosts;
use crate::{MovementId, Network, RoadId, Turn};

/// Bits of a weight below the millisecond.
const SHIFT: u32 = 20;
/// Bits of the term that decides ties.
const TIE_BITS: u32 = 14;
/// Largest sum of weights along any path without a repeated road: far below overflow, so that two
/// sums can be added.
const SUM_MAX: u64 = 1 << 61;
/// Roads are taken to be driven at least this fast: 0.1 m/s is standstill.
const SPEED_MIN: MetersPerSecond = MetersPerSecond::new(0.1);
/// Speed in a turn, as CityFlow has it.
const TURN_SPEED: MetersPerSecond = MetersPerSecond::new(8.333);

/// A movement as an edge of the graph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    /// The road at the other end.
    pub(super) to: RoadId,
    /// By which movement.
    pub(super) movement: MovementId,
    /// Time to turn and to drive `to`.
    pub(super) weight: u64,
}

/// Edges sorted by one end.
#[derive(Debug)]
struct Adjacency {
    first: Vec<u32>,
    edges: Vec<Edge>,
}

#[derive(Debug)]
pub(super) struct Graph {
    forward: Adjacency,
    /// Edges by the road they lead to; their `to` is the road they come from.
    backward: Adjacency,
    /// Time to drive each road.
    drive: IdVec<RoadId, u64>,
    /// Time to turn, by index of movement; `None` where no lane link exists.
    turn: Vec<Option<Seconds>>,
    /// Largest weight one step may have.
    weight_max: u64,
}

/// Whole seconds and milliseconds of a weight.
pub(super) fn seconds_of(weight: u64) -> Seconds {
    Seconds::new((weight >> SHIFT) as f64 / 1000.0)
}

/// Whole milliseconds of a weight; the largest number for none.
pub(super) fn millis_of(weight: Option<u64>) -> u32 {
    weight.map_or(u32::MAX, |weight| u32::try_from(weight >> SHIFT).unwrap_or(u32::MAX))
}

impl Graph {
    pub(super) fn new(network: &Network, costs: &RouteCosts) -> Self {
        let weight_max = (SUM_MAX / (network.roads.len() as u64 + 1)).min(1 << (24 + SHIFT));
        let mut graph = Self {
            forward: Adjacency { first: Vec::new(), edges: Vec::new() },
            backward: Adjacency { first: Vec::new(), edges: Vec::new() },
            drive: IdVec::new(),
            turn: network.movements.ids().map(|id| turn_time(network, costs, id)).collect(),
            weight_max,
        };
        graph.drive = network
            .roads
            .ids()
            .map(|road| graph.weight(drive_time(network, road), road.index() as u64))
            .collect();
        let mut edges = Vec::new();
        for (id, movement) in network.movements.iter_ids() {
            if let Some(turn) = graph.turn[id.index()] {
                let time = turn + seconds_of(graph.drive[movement.to]);
                let edge = Edge { to: movement.to, movement: id, weight: graph.step(time, id) };
                edges.push((movement.from, edge));
            }
        }
        let turned = edges.iter().map(|(from, edge)| (edge.to, Edge { to: *from, ..*edge }));
        graph.backward = Adjacency::new(turned.collect(), graph.drive.len());
        graph.forward = Adjacency::new(edges, graph.drive.len());
        graph
    }

    pub(super) fn road_count(&self) -> usize {
        self.drive.len()
    }

    pub(super) fn road_ids(&self) -> impl Iterator<Item = RoadId> + use<> {
        self.drive.ids()
    }

    pub(super) fn has(&self, road: RoadId) -> bool {
        road.index() < self.drive.len()
    }

    /// Edges that leave a road, by road and movement.
    pub(super) fn leaving(&self, road: RoadId) -> &[Edge] {
        self.forward.of(road)
    }

    /// Edges that lead to a road; their `to` is where they come from.
    pub(super) fn arriving(&self, road: RoadId) -> &[Edge] {
        self.backward.of(road)
    }

    /// Time to drive a road.
    pub(super) fn start_weight(&self, road: RoadId) -> u64 {
        self.drive[road]
    }

    pub(super) fn turn_time(&self, movement: usize) -> Option<Seconds> {
        self.turn.get(movement).copied().flatten()
    }

    /// Weight of a time spent on turning by `movement` and on the road after it.
    pub(super) fn step(&self, time: Seconds, movement: MovementId) -> u64 {
        // Movements have their terms apart from those of roads.
        self.weight(time, movement.index() as u64 | 1 << 32)
    }

    /// Weight of a time, with the tie term of `salt`.
    pub(super) fn weight(&self, time: Seconds, salt: u64) -> u64 {
        // A time that is not a number counts as the longest.
        let millis = if time.get() < 1e9 { libm::round(time.get() * 1000.0) } else { 1e12 };
        let weight = (millis.max(1.0) as u64) << SHIFT | mixed(salt) >> (64 - TIE_BITS);
        weight.min(self.weight_max)
    }

    /// A time as weight without a tie term, cut down.
    pub(super) fn floor_weight(time: Seconds) -> u64 {
        ((time.get() * 1000.0) as u64) << SHIFT
    }
}

impl Adjacency {
    fn new(mut edges: Vec<(RoadId, Edge)>, roads: usize) -> Self {
        edges.sort_by_key(|(at, edge)| (*at, edge.to, edge.weight, edge.movement));
        // Of parallel movements only the fastest counts.
        edges.dedup_by_key(|(at, edge)| (*at, edge.to));
        let mut first = vec![0_u32; roads + 1];
        for (at, _) in &edges {
            first[at.index() + 1] += 1;
        }
        for road in 0..roads {
            first[road + 1] += first[road];
        }
        Self { first, edges: edges.into_iter().map(|(_, edge)| edge).collect() }
    }

    fn of(&self, road: RoadId) -> &[Edge] {
        let range = self.first[road.index()] as usize..self.first[road.index() + 1] as usize;
        &self.edges[range]
    }
}

/// Free-flow time on a road: its length at its fastest lane's limit.
fn drive_time(network: &Network, road: RoadId) -> Seconds {
    let fastest = network
        .lanes_of(road)
        .map(|lane| network.lanes[lane].speed_limit)
        .fold(SPEED_MIN, MetersPerSecond::max);
    network.roads[road].length.max(Meters::ZERO) / fastest
}

/// Time over a junction; `None` for a movement without lane links.
fn turn_time(network: &Network, costs: &RouteCosts, id: MovementId) -> Option<Seconds> {
    let shortest = network
        .lane_links_of(id)
        .map(|link| network.lane_links[link].length.max(Meters::ZERO))
        .reduce(Meters::min)?;
    let movement = &network.movements[id];
    let limit = network
        .lanes_of(movement.from)
        .map(|lane| network.lanes[lane].speed_limit)
        .fold(SPEED_MIN, MetersPerSecond::max);
    let speed = if movement.turn == Turn::Straight { limit } else { limit.min(TURN_SPEED) };
    Some(shortest / speed + costs.of(network, id))
}

/// A fixed scramble of a number (the finalizer of SplitMix64, doi:10.1145/2714064.2660195).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
