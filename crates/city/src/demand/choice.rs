//! Destination and route choice of a city's demand.

use urbis_core::{Id, IdVec};
use urbis_network::{JunctionKind, MovementId, Network, RoadClass, RoadId};
use urbis_units::Seconds;

use super::graph::{Graph, base_times};
use super::model::{DemandModel, Purpose, share_between};
use super::tree::{NONE, Tree};
use crate::CityPack;
use crate::random::Stream;

/// Roads settled over all trees together: bounds the time a city of any size takes.
const WORK: usize = 12_000_000;
/// Most groups of drivers with their own view of the network, by destination zone.
const GROUPS_MAX: usize = 6;

/// Roads of a zone with cumulative shares.
#[derive(Debug)]
pub(crate) struct Ends {
    roads: Vec<(u32, f64)>,
}

impl Ends {
    fn new(roads: impl Iterator<Item = (RoadId, f64)>) -> Self {
        let mut total = 0.0;
        let cumulated = |(road, share): (RoadId, f64)| {
            total += share;
            (road.0, total)
        };
        let mut roads: Vec<(u32, f64)> = roads.map(cumulated).collect();
        for (_, share) in &mut roads {
            *share /= total.max(f64::MIN_POSITIVE);
        }
        Self { roads }
    }

    /// The road at a share from 0 to 1.
    pub(crate) fn at(&self, share: f64) -> Option<u32> {
        let index = self.roads.partition_point(|(_, cumulated)| *cumulated <= share);
        self.roads.get(index).or(self.roads.last()).map(|(road, _)| *road)
    }

    fn shares(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        let mut before = 0.0;
        self.roads.iter().map(move |(road, cumulated)| {
            let share = cumulated - before;
            before = *cumulated;
            (*road, share)
        })
    }
}

/// A purpose with its choice of destinations.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) purpose: &'a Purpose,
    /// Trips out of each zone in a day.
    pub(crate) trips: Vec<f64>,
    /// Cumulative shares of destinations, a row for each zone.
    cumulated: Vec<f64>,
}

/// A demand description put to work on its network.
#[derive(Debug)]
pub(crate) struct TripModel<'a> {
    pub(crate) model: &'a DemandModel,
    pub(crate) graph: Graph,
    pub(crate) starts: Vec<Ends>,
    /// Groups of drivers by destination zone.
    pub(crate) groups: usize,
    /// Trees by destination zone, then by group.
    pub(crate) trees: Vec<Tree>,
    pub(crate) choices: Vec<Choice<'a>>,
    zones: usize,
}

impl<'a> TripModel<'a> {
    pub(crate) fn new(pack: &'a CityPack, model: &'a DemandModel) -> Self {
        Self::with_times(pack, model, (&model.usual_times, &model.usual_turns), GROUPS_MAX)
    }

    /// As [`Self::new`] at given times (free of traffic where they do not fit) and with at most so
    /// many groups of drivers.
    pub(crate) fn with_times(
        pack: &'a CityPack,
        model: &'a DemandModel,
        (times, turns): (&IdVec<RoadId, Seconds>, &IdVec<MovementId, Seconds>),
        groups_max: usize,
    ) -> Self {
        let network = &pack.network;
        let graph = Graph::new(network, turns);
        let zones = pack.zones.len();
        let groups = (WORK / (zones * graph.roads()).max(1)).clamp(1, groups_max);
        let base = base_times(network);
        let times = if times.len() == base.len() { times } else { &base };
        let boundary = |junction| network.junctions[junction].kind == JunctionKind::Boundary;
        let ends = |fits: &dyn Fn(RoadId) -> bool| -> Vec<Ends> {
            let of_zone = |zone: &crate::Zone| {
                Ends::new(zone.roads.iter().copied().filter(|(road, _)| fits(*road)))
            };
            pack.zones.iter().map(of_zone).collect()
        };
        let starts = ends(&|road| !boundary(network.roads[road].to));
        let targets = ends(&|road| !boundary(network.roads[road].from));
        let trees =
            grow_all(network, &graph, times, (&targets, groups), model.perception, pack.city.seed);
        let mut trips = Self { model, graph, starts, groups, trees, choices: Vec::new(), zones };
        let costs = trips.zone_costs();
        trips.choices =
            model.purposes.iter().map(|purpose| choice(pack, purpose, &costs)).collect();
        trips
    }

    /// Seconds from zone to zone, by rows of the origin; infinite where there is no way.
    fn zone_costs(&self) -> Vec<f64> {
        let mut costs = vec![f64::INFINITY; self.zones * self.zones];
        for to in 0..self.zones {
            let tree = &self.trees[to * self.groups];
            for from in 0..self.zones {
                let (mut sum, mut weight) = (0.0, 0.0);
                for (road, share) in self.starts[from].shares() {
                    let cost = tree.cost_ms[road as usize];
                    if cost != NONE {
                        sum += share * f64::from(cost) / 1000.0;
                        weight += share;
                    }
                }
                if weight > 0.0 {
                    costs[from * self.zones + to] = sum / weight;
                }
            }
        }
        costs
    }

    /// The destination of a trip out of `from`, at a share from 0 to 1.
    pub(crate) fn destination(&self, choice: &Choice<'_>, from: usize, share: f64) -> usize {
        let row = &choice.cumulated[from * self.zones..(from + 1) * self.zones];
        row.partition_point(|cumulated| *cumulated <= share).min(self.zones - 1)
    }

    /// Mean flow of every movement in each period (minutes of the day), and of every road.
    pub(crate) fn mean_flows<const N: usize>(
        &self,
        periods: [(u16, u16); N],
    ) -> (Vec<[f64; N]>, Vec<[f64; N]>) {
        let pairs = self.pairs(periods);
        let mut by_movement = vec![[0.0; N]; self.graph.targets.len()];
        let mut by_road = vec![[0.0; N]; self.graph.roads()];
        let mut load = vec![[0.0; N]; self.graph.roads()];
        for (index, tree) in self.trees.iter().enumerate() {
            let to = index / self.groups;
            load.fill([0.0; N]);
            for from in 0..self.zones {
                let flow = pairs[from * self.zones + to];
                for (road, share) in self.starts[from].shares() {
                    for period in 0..N {
                        load[road as usize][period] += flow[period] * share / self.groups as f64;
                    }
                }
            }
            for &road in tree.order.iter().rev() {
                let flow = load[road as usize];
                let movement = tree.next[road as usize];
                for period in 0..N {
                    by_road[road as usize][period] += flow[period];
                    if movement != NONE {
                        by_movement[movement as usize][period] += flow[period];
                        load[self.graph.targets[movement as usize] as usize][period] +=
                            flow[period];
                    }
                }
            }
        }
        (by_movement, by_road)
    }

    /// Vehicles per hour from zone to zone in each period.
    fn pairs<const N: usize>(&self, periods: [(u16, u16); N]) -> Vec<[f64; N]> {
        let mut pairs = vec![[0.0; N]; self.zones * self.zones];
        for choice in &self.choices {
            let rates = |peaks| {
                periods.map(|(from, to)| {
                    let hours = f64::from(to - from) / 60.0;
                    share_between(peaks, f64::from(from), f64::from(to)) / hours
                })
            };
            let (out, back) = (rates(&choice.purpose.out), rates(&choice.purpose.back));
            for from in 0..self.zones {
                let trips = choice.trips[from] * self.model.level;
                let mut before = 0.0;
                for to in 0..self.zones {
                    let cumulated = choice.cumulated[from * self.zones + to];
                    let share = trips * (cumulated - before);
                    before = cumulated;
                    for period in 0..N {
                        pairs[from * self.zones + to][period] += share * out[period];
                        pairs[to * self.zones + from][period] += share * back[period];
                    }
                }
            }
        }
        pairs
    }
}

fn grow_all(
    network: &Network,
    graph: &Graph,
    times: &IdVec<RoadId, Seconds>,
    (targets, groups): (&[Ends], usize),
    perception: f64,
    seed: u64,
) -> Vec<Tree> {
    let stream = Stream::new(seed, "perception");
    // Drivers keep off local streets that are not their own, as residents wish and maps advise.
    let reckoned = |(id, time): (RoadId, &Seconds)| {
        let factor = if network.roads[id].class == RoadClass::Local { 2.0 } else { 1.0 };
        time.get() * factor * 1000.0
    };
    let known: Vec<f64> = times.iter_ids().map(reckoned).collect();
    let mut perceived = vec![0; known.len()];
    let mut trees = Vec::with_capacity(targets.len() * groups);
    for (zone, ends) in targets.iter().enumerate() {
        for group in 0..groups {
            let draw = stream.fork((zone * groups + group) as u64);
            for (road, time) in known.iter().enumerate() {
                let factor = 1.0 + perception * (2.0 * draw.unit(road as u64) - 1.0);
                perceived[road] = (time * factor) as u32;
            }
            // A driver's own goal is one of the zone's roads: to end at another costs a walk.
            let walk = draw.fork(1);
            let roots: Vec<(u32, u32)> = ends
                .shares()
                .map(|(road, share)| {
                    let near = -libm::log(1.0 - walk.unit(u64::from(road)));
                    (road, (near * 8000.0 / share.max(0.005).sqrt()) as u32)
                })
                .collect();
            trees.push(Tree::grow(graph, &perceived, &roots));
        }
    }
    trees
}

fn choice<'a>(pack: &CityPack, purpose: &'a Purpose, costs: &[f64]) -> Choice<'a> {
    let zones = pack.zones.len();
    let trips = pack.zones.iter().map(|zone| zone.amount(purpose.from) * purpose.trips).collect();
    let draws: Vec<f64> = pack.zones.iter().map(|zone| zone.amount(purpose.to)).collect();
    let reach = purpose.reach_s.max(1.0);
    let mut cumulated = vec![0.0; zones * zones];
    for from in 0..zones {
        let row = &mut cumulated[from * zones..(from + 1) * zones];
        let mut total = 0.0;
        for to in 0..zones {
            // A way out of the city leads on, not back into it by the same gate.
            if !(purpose.from == purpose.to && from == to) && draws[to] > 0.0 {
                total += draws[to] * libm::exp(-costs[from * zones + to] / reach);
            }
            row[to] = total;
        }
        for share in row {
            *share /= total.max(f64::MIN_POSITIVE);
        }
    }
    Choice { purpose, trips, cumulated }
}

impl Choice<'_> {
    /// Whether any destination draws trips out of `from`.
    pub(crate) fn has_destination(&self, from: usize, zones: usize) -> bool {
        self.cumulated[(from + 1) * zones - 1] > 0.0
    }
}

impl TripModel<'_> {
    /// How many zones there are.
    pub(crate) const fn zones(&self) -> usize {
        self.zones
    }
}

/// Index of a road.
pub(crate) fn road_id(road: u32) -> RoadId {
    RoadId::from_index(road as usize)
}
