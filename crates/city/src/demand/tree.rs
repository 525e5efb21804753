//! The ways from everywhere to one destination, as one group of drivers perceives them.
//!
//! The router of `urbis-network` answers one trip at a time at true costs; here every road's way is
//! wanted at once, at costs that differ from driver to driver.
//!
//! # Source
//! E. W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1
//! (1959), doi:10.1007/BF01386390, run backwards from the destination.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::Graph;

/// No movement: the destination is reached, or cannot be.
pub(crate) const NONE: u32 = u32::MAX;

/// For every road the movement to take towards the destination.
#[derive(Debug)]
pub(crate) struct Tree {
    /// By road.
    pub(crate) next: Vec<u32>,
    /// Milliseconds from the start of each road to the destination; [`NONE`] where there is no way.
    pub(crate) cost_ms: Vec<u32>,
    /// Roads from the nearest to the farthest.
    pub(crate) order: Vec<u32>,
}

/// A heap entry: one number compares faster than a pair, and ties go to the lower road.
fn entry(cost_ms: u32, road: u32) -> Reverse<u64> {
    Reverse(u64::from(cost_ms) << 32 | u64::from(road))
}

impl Tree {
    /// Grows a tree from the destination's roads, each with what it costs to end there, over roads
    /// that are perceived to take `road_ms`.
    pub(crate) fn grow(graph: &Graph, road_ms: &[u32], roots: &[(u32, u32)]) -> Self {
        let count = graph.roads();
        let mut next = vec![NONE; count];
        let mut cost_ms = vec![NONE; count];
        let mut order = Vec::with_capacity(count);
        let mut open = BinaryHeap::with_capacity(count);
        for &(road, offset) in roots {
            let cost = offset.saturating_add(road_ms[road as usize]);
            if cost < cost_ms[road as usize] {
                cost_ms[road as usize] = cost;
                open.push(entry(cost, road));
            }
        }
        while let Some(Reverse(nearest)) = open.pop() {
            let (cost, road) = ((nearest >> 32) as u32, nearest as u32);
            if cost > cost_ms[road as usize] {
                continue;
            }
            order.push(road);
            for &(from, movement) in graph.arrivals(road) {
                let over = graph.turns_ms[movement as usize].saturating_add(road_ms[from as usize]);
                let total = cost.saturating_add(over);
                if total < cost_ms[from as usize] {
                    cost_ms[from as usize] = total;
                    next[from as usize] = movement;
                    open.push(entry(total, from));
                }
            }
        }
        Self { next, cost_ms, order }
    }

    /// The roads from `start` to the destination, both included; empty when there is no way.
    pub(crate) fn roads_from(&self, graph: &Graph, start: u32) -> Vec<u32> {
        if self.cost_ms[start as usize] == NONE {
            return Vec::new();
        }
        let mut roads = vec![start];
        let mut at = start;
        while self.next[at as usize] != NONE {
            at = graph.targets[self.next[at as usize] as usize];
            roads.push(at);
        }
        roads
    }
}
