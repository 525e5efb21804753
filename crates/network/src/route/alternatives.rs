//! Paths that differ from the fastest but are not much slower.
//!
//! # Source
//! Penalty method: R. Bader et al., "Alternative Route Graphs in Road Networks", 2011,
//! doi:10.1007/978-3-642-19754-3_5: roads of paths already found cost more in the next search.

use urbis_core::IdVec;
use urbis_units::{Ratio, Seconds};

use super::costs::Floor;
use super::graph::{Graph, seconds_of};
use super::landmarks::Bound;
use super::{Costs, Path, search};
use crate::{MovementId, RoadId};

/// Searches tried for every path wanted.
const TRIES: usize = 4;

/// How many alternatives, and how good they must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alternatives {
    /// At most so many, the fastest included.
    pub count: usize,
    /// Factor on roads of paths already found.
    pub penalty: Ratio,
    /// Slowest acceptable path, as a multiple of the fastest.
    pub stretch_max: Ratio,
    /// Share of a path's time that it may have in common with any one before it.
    pub shared_max: Ratio,
}

impl Alternatives {
    /// Usual values: penalty 1.4, at most half again as long, at most 70 % in common.
    pub const fn new(count: usize) -> Self {
        Self {
            count,
            penalty: Ratio::new(1.4),
            stretch_max: Ratio::new(1.5),
            shared_max: Ratio::new(0.7),
        }
    }
}

/// Costs with a factor on each road, never below one.
struct Penalized<'a, C> {
    costs: &'a C,
    factors: IdVec<RoadId, f64>,
}

impl<C: Costs> Costs for Penalized<'_, C> {
    fn road(&self, road: RoadId, entered: Seconds) -> Option<Seconds> {
        self.costs.road(road, entered).map(|time| time * self.factors[road])
    }

    fn movement(&self, movement: MovementId, arrived: Seconds) -> Option<Seconds> {
        self.costs.movement(movement, arrived)
    }

    fn floor(&self) -> Floor {
        self.costs.floor()
    }

    fn speed_factor(&self) -> Ratio {
        self.costs.speed_factor()
    }
}

pub(super) fn find(
    graph: &Graph,
    (from, bound): (RoadId, &Bound<'_>),
    depart: Seconds,
    costs: &impl Costs,
    wanted: &Alternatives,
) -> Vec<Path> {
    let Some(fastest) = search::path(graph, from, depart, costs, bound) else {
        return Vec::new();
    };
    let mut penalized = Penalized { costs, factors: IdVec::filled(1.0, graph.road_count()) };
    let slowest = fastest.cost * wanted.stretch_max.get();
    let mut last = fastest.clone();
    let mut found = vec![fastest];
    for _ in 0..wanted.count.saturating_mul(TRIES) {
        if found.len() >= wanted.count {
            break;
        }
        for &road in &last.roads {
            penalized.factors[road] *= wanted.penalty.get().max(1.0);
        }
        let Some(path) = search::path(graph, from, depart, &penalized, bound) else { break };
        last = path;
        let Some(drives) = drives(graph, &last.roads, depart, costs) else { continue };
        let total: u64 = drives.iter().sum();
        let differs = found.iter().all(|other| {
            let shared: u64 = last
                .roads
                .iter()
                .zip(&drives)
                .filter(|(road, _)| other.roads.contains(road))
                .map(|(_, weight)| weight)
                .sum();
            shared as f64 <= total as f64 * wanted.shared_max.get()
        });
        let cost = seconds_of(total);
        if differs && cost <= slowest {
            found.push(Path { roads: last.roads.clone(), cost });
        }
    }
    found.truncate(wanted.count);
    found.sort_by(|a, b| a.cost.get().total_cmp(&b.cost.get()));
    found
}

/// Weight of each road of a path with the turn before it, at true costs.
fn drives(
    graph: &Graph,
    roads: &[RoadId],
    depart: Seconds,
    costs: &impl Costs,
) -> Option<Vec<u64>> {
    let first = search::start(graph, *roads.first()?, depart, costs)?;
    let mut weights = vec![first];
    let mut total = first;
    for pair in roads.windows(2) {
        let edge = graph.leaving(pair[0]).iter().find(|edge| edge.to == pair[1])?;
        let weight = search::step(graph, edge, depart, total, costs)?;
        weights.push(weight);
        total = total.saturating_add(weight);
    }
    Some(weights)
}
