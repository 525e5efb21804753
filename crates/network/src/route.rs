//! Fastest paths over a network: prepared for fixed costs, searched for live ones.
//!
//! # Shape
//! The graph is edge-based: its nodes are roads and its edges movements, so that turns can cost
//! and be forbidden. A path's cost is the time from the start of its first road to the end of its
//! last one, at free flow with the usual turn costs ([`RouteCosts`]), or by a [`Costs`] of the
//! caller's: closures, measured speeds, time of day.
//!
//! # Units
//! Seconds. Inside, milliseconds with a fixed small term per movement below them that decides
//! between paths of equal time, so that the same network always gives the same paths.
//!
//! # Source
//! Contraction hierarchies: R. Geisberger et al., "Exact Routing in Large Road Networks Using
//! Contraction Hierarchies", Transportation Science 46 (2012), doi:10.1287/trsc.1110.0401. A*
//! with landmarks: A. Goldberg, C. Harrelson, SODA 2005. Alternatives by penalty:
//! R. Bader et al., "Alternative Route Graphs in Road Networks", 2011,
//! doi:10.1007/978-3-642-19754-3_5.

mod alternatives;
mod costs;
mod graph;
mod landmarks;
mod nearest;
mod search;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use fast_paths::{FastGraph, InputGraph, PathCalculator};
use urbis_core::{Id, IdVec};
use urbis_units::{Point, Seconds};

use crate::{Network, RoadId};
pub use alternatives::Alternatives;
pub use costs::{Costs, Floor, Planned, RouteCosts, WithClosures};
use graph::{Graph, seconds_of};
use landmarks::{Bound, Landmarks};
pub use nearest::Nearest;
use nearest::RoadIndex;
use search::Direction;

/// A drive from the start of its first road to the end of its last.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Roads in the order of driving, each joined to the next by a movement.
    pub roads: Vec<RoadId>,
    /// Time it takes.
    pub cost: Seconds,
}

/// Answers questions about paths in one network.
pub struct Router {
    graph: Graph,
    index: RoadIndex,
    hierarchy: OnceLock<FastGraph>,
    planned_landmarks: OnceLock<Landmarks>,
    drive_landmarks: OnceLock<Landmarks>,
    /// Work space of finished queries, for the next ones.
    calculators: Mutex<Vec<PathCalculator>>,
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("roads", &self.graph.road_count()).finish_non_exhaustive()
    }
}

impl Router {
    /// A router with [`RouteCosts::USUAL`].
    pub fn new(network: &Network) -> Self {
        Self::with_costs(network, &RouteCosts::USUAL)
    }

    /// A router whose turns cost what `costs` says.
    pub fn with_costs(network: &Network, costs: &RouteCosts) -> Self {
        Self {
            graph: Graph::new(network, costs),
            index: RoadIndex::new(network),
            hierarchy: OnceLock::new(),
            planned_landmarks: OnceLock::new(),
            drive_landmarks: OnceLock::new(),
            calculators: Mutex::new(Vec::new()),
        }
    }

    /// Prepares a contraction hierarchy, which [`Self::path`] uses from then on. Worth its time
    /// where a city has main roads and many paths are asked for; on a plain grid it is slow to
    /// make and gains little.
    pub fn prepare(&self) {
        self.hierarchy.get_or_init(|| prepared(&self.graph));
    }

    /// The fastest path from the start of `from` to the end of `to` at fixed costs; `None` when no
    /// chain of movements leads there or an id is not of this network.
    pub fn path(&self, from: RoadId, to: RoadId) -> Option<Path> {
        match self.hierarchy.get() {
            Some(hierarchy) => self.prepared_path(hierarchy, from, to),
            None => self.live_path(from, to, Seconds::ZERO, &self.planned()),
        }
    }

    /// The fastest path when leaving at `depart` under live costs.
    pub fn live_path(
        &self,
        from: RoadId,
        to: RoadId,
        depart: Seconds,
        costs: &impl Costs,
    ) -> Option<Path> {
        let bound = self.bound(from, to, costs)?;
        search::path(&self.graph, from, depart, costs, &bound)
    }

    /// Up to `wanted.count` paths that differ, fastest first, when leaving at `depart`.
    pub fn alternatives(
        &self,
        from: RoadId,
        to: RoadId,
        depart: Seconds,
        costs: &impl Costs,
        wanted: &Alternatives,
    ) -> Vec<Path> {
        let bound = self.bound(from, to, costs);
        bound.map_or_else(Vec::new, |bound| {
            alternatives::find(&self.graph, (from, &bound), depart, costs, wanted)
        })
    }

    /// The costs this router was made with, for live searches with closures on top.
    pub fn planned(&self) -> Planned<'_> {
        Planned { graph: &self.graph }
    }

    /// Time from the start of `from` to the end of every road that is reached within `limit`, when
    /// leaving at `depart`.
    pub fn one_to_many(
        &self,
        from: RoadId,
        limit: Seconds,
        depart: Seconds,
        costs: &impl Costs,
    ) -> IdVec<RoadId, Option<Seconds>> {
        self.spread(from, limit, &Direction::From { depart, costs })
    }

    /// Time from the start of every road to the end of `to`, where it is within `limit`, at the
    /// costs of the moment `at`.
    pub fn many_to_one(
        &self,
        to: RoadId,
        limit: Seconds,
        at: Seconds,
        costs: &impl Costs,
    ) -> IdVec<RoadId, Option<Seconds>> {
        self.spread(to, limit, &Direction::To { at, costs })
    }

    /// The road nearest to a point, by the middle of its own carriageway.
    pub fn nearest(&self, point: Point) -> Option<Nearest> {
        self.index.nearest(point, |_| true)
    }

    /// The nearest road that `accept` takes.
    pub fn nearest_where(&self, point: Point, accept: impl Fn(RoadId) -> bool) -> Option<Nearest> {
        self.index.nearest(point, accept)
    }

    fn prepared_path(&self, hierarchy: &FastGraph, from: RoadId, to: RoadId) -> Option<Path> {
        if !self.graph.has(from) || !self.graph.has(to) {
            return None;
        }
        let mut calculator =
            self.lock().pop().unwrap_or_else(|| PathCalculator::new(hierarchy.get_num_nodes()));
        let start = self.graph.start_weight(from) as usize;
        let found = calculator.calc_path_multiple_sources_and_targets(
            hierarchy,
            vec![(from.index(), start)],
            vec![(to.index(), 0)],
        );
        self.lock().push(calculator);
        found.map(|path| Path {
            roads: path.get_nodes().iter().map(|node| RoadId::from_index(*node)).collect(),
            cost: seconds_of(path.get_weight() as u64),
        })
    }

    fn bound(&self, from: RoadId, to: RoadId, costs: &impl Costs) -> Option<Bound<'_>> {
        if !self.graph.has(from) || !self.graph.has(to) {
            return None;
        }
        let floor = costs.floor();
        let landmarks = match floor {
            Floor::Planned => &self.planned_landmarks,
            Floor::Drive => &self.drive_landmarks,
        };
        Some(Bound {
            landmarks: landmarks.get_or_init(|| Landmarks::new(&self.graph, floor)),
            target: to,
            speed_factor: costs.speed_factor(),
        })
    }

    fn spread<C: Costs>(
        &self,
        road: RoadId,
        limit: Seconds,
        direction: &Direction<'_, C>,
    ) -> IdVec<RoadId, Option<Seconds>> {
        if !self.graph.has(road) {
            return IdVec::filled(None, self.graph.road_count());
        }
        let weights = search::spread(&self.graph, road, direction, Some(limit));
        weights.into_iter().map(|weight| weight.map(seconds_of)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<PathCalculator>> {
        // A calculator holds no state between queries, so one left by a panic is as good.
        self.calculators.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The contraction hierarchy of a graph.
fn prepared(graph: &Graph) -> FastGraph {
    let mut input = InputGraph::new();
    for from in graph.road_ids() {
        for edge in graph.leaving(from) {
            input.add_edge(from.index(), edge.to.index(), edge.weight as usize);
        }
    }
    // The hierarchy counts only nodes with edges: an island of two behind the last road makes it
    // know every road.
    input.add_edge(graph.road_count(), graph.road_count() + 1, 1);
    input.freeze();
    // Few steps while neighbors are ranked: half the time of the default for the same queries.
    fast_paths::prepare_with_params(&input, &fast_paths::Params::new(0.1, 500, 10, 500))
}
