//! Times on roads and turns, free of traffic and congested.
//!
//! # Units
//! Seconds; inside, milliseconds.
//!
//! # Source
//! BPR function: Bureau of Public Roads, Traffic Assignment Manual, 1964, with the exponent 4.

use urbis_core::{Id, IdVec};
use urbis_network::{JunctionKind, MovementId, Network, RoadClass, RoadId, Turn};
use urbis_units::Seconds;

/// What a driver sees of the network, laid out for searches towards a destination.
#[derive(Debug)]
pub(crate) struct Graph {
    first: Vec<u32>,
    arrivals: Vec<(u32, u32)>,
    /// Milliseconds of each movement.
    pub(crate) turns_ms: Vec<u32>,
    /// Where each movement leads.
    pub(crate) targets: Vec<u32>,
}

impl Graph {
    /// The graph with usual times of the turns; without traffic where they do not fit.
    pub(crate) fn new(network: &Network, turns: &IdVec<MovementId, Seconds>) -> Self {
        let roads = network.roads.len();
        let mut first = vec![0_u32; roads + 1];
        for movement in &network.movements {
            first[movement.to.index() + 1] += 1;
        }
        for road in 0..roads {
            first[road + 1] += first[road];
        }
        let mut at = first.clone();
        let mut arrivals = vec![(0, 0); network.movements.len()];
        for (id, movement) in network.movements.iter_ids() {
            let slot = &mut at[movement.to.index()];
            arrivals[*slot as usize] = (movement.from.0, id.0);
            *slot += 1;
        }
        let usual = turns.len() == network.movements.len();
        let turn_ms = |id| {
            let time = if usual { turns[id] } else { turn_time(network, id) };
            libm::round(time.get().clamp(0.0, 3600.0) * 1000.0) as u32
        };
        let turns_ms = network.movements.ids().map(turn_ms).collect();
        let targets = network.movements.iter().map(|movement| movement.to.0).collect();
        Self { first, arrivals, turns_ms, targets }
    }

    pub(crate) fn roads(&self) -> usize {
        self.first.len() - 1
    }

    /// Roads and movements that lead to a road.
    pub(crate) fn arrivals(&self, road: u32) -> &[(u32, u32)] {
        let road = road as usize;
        &self.arrivals[self.first[road] as usize..self.first[road + 1] as usize]
    }
}

/// What a driver reckons a turn costs, waiting included.
fn turn_time(network: &Network, movement: MovementId) -> Seconds {
    let movement = &network.movements[movement];
    let waiting = match (network.junctions[movement.junction].kind, movement.turn) {
        (JunctionKind::Signalized, Turn::Straight) => 14.0,
        (JunctionKind::Signalized, Turn::Left | Turn::UTurn) => 24.0,
        (JunctionKind::Signalized, Turn::Right) => 8.0,
        (_, Turn::Straight) => 1.0,
        (_, Turn::Left | Turn::UTurn) => 14.0,
        (_, Turn::Right) => 3.0,
    };
    Seconds::new(waiting + 2.0 * network.junctions[movement.junction].radius.get() / 9.0)
}

/// Time to drive each road without traffic.
pub(crate) fn base_times(network: &Network) -> IdVec<RoadId, Seconds> {
    network
        .roads
        .iter()
        .map(|road| {
            let limit = network.lanes.get(road.lanes.start).map(|lane| lane.speed_limit.get());
            Seconds::new(road.length.get() / limit.unwrap_or(10.0).max(1.0))
        })
        .collect()
}

/// Time to drive each road and to make each turn when they carry `flows`, vehicles per hour.
pub(crate) fn congested_times(network: &Network, roads: &[f64], turns: &[f64]) -> Times {
    let base = base_times(network);
    let road_time = |(id, road): (RoadId, &urbis_network::Road)| {
        let lanes = f64::from(road.lanes.end.0 - road.lanes.start.0);
        let per_lane = if road.class == RoadClass::Local { 500.0 } else { 1400.0 };
        let load = (roads[id.index()] / (lanes * per_lane)).min(1.6);
        base[id] * (1.0 + 0.5 * load * load)
    };
    let turn_time = |(id, movement): (MovementId, &urbis_network::Movement)| {
        let mut lanes: Vec<_> =
            network.lane_links_of(id).map(|link| network.lane_links[link].from).collect();
        lanes.dedup();
        // What a lane carries of the hour's green: through streams get most of it.
        let per_lane = match (network.junctions[movement.junction].kind, movement.turn) {
            (JunctionKind::Signalized, Turn::Straight) => 520.0,
            (JunctionKind::Signalized, _) => 230.0,
            (_, Turn::Straight) => 1200.0,
            (_, _) => 200.0,
        };
        let load = (turns[id.index()] / (lanes.len().max(1) as f64 * per_lane)).min(1.8);
        turn_time(network, id) + Seconds::new(30.0 * load * load * load * load)
    };
    Times {
        roads: network.roads.iter_ids().map(road_time).map(tenths).collect(),
        turns: network.movements.iter_ids().map(turn_time).map(tenths).collect(),
    }
}

/// To a tenth of a second, so that files stay short.
fn tenths(time: Seconds) -> Seconds {
    Seconds::new(libm::round(time.get() * 10.0) / 10.0)
}

/// How long everything usually takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Times {
    pub(crate) roads: IdVec<RoadId, Seconds>,
    pub(crate) turns: IdVec<MovementId, Seconds>,
}

impl Times {
    /// Without traffic.
    pub(crate) fn free(network: &Network) -> Self {
        let turns = network.movements.ids().map(|id| tenths(turn_time(network, id))).collect();
        Self { roads: base_times(network).iter().map(|time| tenths(*time)).collect(), turns }
    }

    /// Moves a share of the way to other times.
    pub(crate) fn approach(&mut self, other: &Self, share: f64) {
        let mix = |own: &mut Seconds, other: &Seconds| {
            *own = tenths(*own * (1.0 - share) + *other * share);
        };
        self.roads.iter_mut().zip(other.roads.iter()).for_each(|(own, other)| mix(own, other));
        self.turns.iter_mut().zip(other.turns.iter()).for_each(|(own, other)| mix(own, other));
    }
}
