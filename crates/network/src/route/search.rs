//! Searches over the graph under costs that may change: one pair, or from one road to all.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use urbis_core::Id;
use urbis_units::Seconds;

use super::graph::{Edge, Graph, seconds_of};
use super::landmarks::Bound;
use super::{Costs, Path};
use crate::RoadId;

/// No road: the start of a path has none before it.
const NONE: u32 = u32::MAX;

/// Which way [`spread`] looks.
pub(super) enum Direction<'a, C> {
    /// From one road to all, leaving at a time.
    From {
        /// When.
        depart: Seconds,
        /// At what costs.
        costs: &'a C,
    },
    /// From all roads to one, at the costs of one moment.
    To {
        /// Which moment.
        at: Seconds,
        /// At what costs.
        costs: &'a C,
    },
}

/// A* from the start of `from` to the end of the bound's target.
pub(super) fn path(
    graph: &Graph,
    from: RoadId,
    depart: Seconds,
    costs: &impl Costs,
    bound: &Bound<'_>,
) -> Option<Path> {
    let to = bound.target;
    let mut labels = Labels::new(graph.road_count());
    let ahead = |road: RoadId| bound.of(road).map(Graph::floor_weight);
    labels.improve(from, start(graph, from, depart, costs)?, NONE, ahead(from)?);
    while let Some((road, weight)) = labels.next() {
        if road == to {
            return Some(Path { roads: labels.roads_to(to), cost: seconds_of(weight) });
        }
        for edge in graph.leaving(road) {
            if let Some(step) = step(graph, edge, depart, weight, costs) {
                let reached = weight.saturating_add(step);
                if reached < labels.best[edge.to.index()]
                    && let Some(ahead) = ahead(edge.to)
                {
                    labels.improve(edge.to, reached, road.0, ahead);
                }
            }
        }
    }
    None
}

/// Dijkstra's search from or to one road, up to `limit`: a weight for every road reached.
pub(super) fn spread<C: Costs>(
    graph: &Graph,
    road: RoadId,
    direction: &Direction<'_, C>,
    limit: Option<Seconds>,
) -> Vec<Option<u64>> {
    let mut weights = vec![None; graph.road_count()];
    let mut labels = Labels::new(graph.road_count());
    let (when, costs) = match direction {
        Direction::From { depart, costs } => (*depart, *costs),
        Direction::To { at, costs } => (*at, *costs),
    };
    if let Some(begin) = start(graph, road, when, costs) {
        labels.improve(road, begin, NONE, 0);
    }
    while let Some((reached, weight)) = labels.next() {
        if limit.is_some_and(|limit| seconds_of(weight) > limit) {
            break;
        }
        weights[reached.index()] = Some(weight);
        match direction {
            Direction::From { .. } => {
                for edge in graph.leaving(reached) {
                    if let Some(step) = step(graph, edge, when, weight, costs) {
                        labels.improve(edge.to, weight.saturating_add(step), reached.0, 0);
                    }
                }
            }
            Direction::To { .. } => {
                for edge in graph.arriving(reached) {
                    if let Some(total) = step_back(graph, (edge, reached), when, weight, costs) {
                        labels.improve(edge.to, total, reached.0, 0);
                    }
                }
            }
        }
    }
    weights
}

/// Weight from the start of the road that `edge` comes from, when from `reached` on it is `weight`.
fn step_back(
    graph: &Graph,
    (edge, reached): (&Edge, RoadId),
    at: Seconds,
    weight: u64,
    costs: &impl Costs,
) -> Option<u64> {
    let drive = costs.road(reached, at)?;
    let turn = costs.movement(edge.movement, at)?;
    let before = start(graph, edge.to, at, costs)?;
    // The drive over `reached` stands in the weight as a start; as a step it comes with the turn.
    let started = graph.weight(drive, reached.index() as u64);
    let rest = weight.saturating_sub(started);
    Some(rest.saturating_add(graph.step(turn + drive, edge.movement)).saturating_add(before))
}

/// Weight of the first road.
pub(super) fn start(
    graph: &Graph,
    road: RoadId,
    depart: Seconds,
    costs: &impl Costs,
) -> Option<u64> {
    costs.road(road, depart).map(|time| graph.weight(time, road.index() as u64))
}

/// Weight of one edge when it is reached `weight` after `depart`.
pub(super) fn step(
    graph: &Graph,
    edge: &Edge,
    depart: Seconds,
    weight: u64,
    costs: &impl Costs,
) -> Option<u64> {
    let arrived = depart + seconds_of(weight);
    let turn = costs.movement(edge.movement, arrived)?;
    let drive = costs.road(edge.to, arrived + turn)?;
    Some(graph.step(turn + drive, edge.movement))
}

/// Best weights so far and the heap of what to look at next.
struct Labels {
    best: Vec<u64>,
    before: Vec<u32>,
    /// Weight plus bound, weight, road: ties go to the lower id.
    heap: BinaryHeap<Reverse<(u64, u64, u32)>>,
}

impl Labels {
    fn new(roads: usize) -> Self {
        Self { best: vec![u64::MAX; roads], before: vec![NONE; roads], heap: BinaryHeap::new() }
    }

    fn improve(&mut self, road: RoadId, weight: u64, before: u32, bound: u64) {
        if weight < self.best[road.index()] {
            self.best[road.index()] = weight;
            self.before[road.index()] = before;
            self.heap.push(Reverse((weight.saturating_add(bound), weight, road.0)));
        }
    }

    /// The next road whose label is not out of date.
    fn next(&mut self) -> Option<(RoadId, u64)> {
        while let Some(Reverse((_, weight, road))) = self.heap.pop() {
            if self.best[road as usize] == weight {
                return Some((RoadId(road), weight));
            }
        }
        None
    }

    fn roads_to(&self, to: RoadId) -> Vec<RoadId> {
        let mut roads = vec![to];
        let mut before = self.before[to.index()];
        while before != NONE {
            roads.push(RoadId(before));
            before = self.before[before as usize];
        }
        roads.reverse();
        roads
    }
}
