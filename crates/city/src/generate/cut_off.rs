//! Which roads of a network under construction are cut off from the rest of the city.
//!
//! # Source
//! Strongly connected components: M. Sharir, "A strong-connectivity algorithm and its applications
//! in data flow analysis", Computers & Mathematics with Applications 7 (1981),
//! doi:10.1016/0898-1221(81)90008-0 (Kosaraju's algorithm).

use urbis_core::Id;
use urbis_network::{JunctionKind, Network, RoadId};

use super::network::Turns;

/// Roads by what one comes to from them, or by what one comes from.
type Next = Vec<Vec<usize>>;

/// Roads within the city that cannot be reached from most others, or cannot reach them; ways out
/// need only be reached, ways in only reach.
pub(super) fn cut_off(network: &Network, turns: &Turns) -> Vec<RoadId> {
    let count = network.roads.len();
    let (mut after, mut before): (Next, Next) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (_, _, from, to, _) in turns.iter().flatten() {
        after[from.index()].push(to.index());
        before[to.index()].push(from.index());
    }
    // Most of the city, wherever it lies: seen from an island everything else would be cut off.
    let Some(start) = in_largest_part(&after, &before) else { return Vec::new() };
    let reach = |next: &Next| {
        let mut seen = vec![false; count];
        walk(next, start, &mut seen, &mut Vec::new());
        seen
    };
    let (forward, backward) = (reach(&after), reach(&before));
    let boundary = |junction| network.junctions[junction].kind == JunctionKind::Boundary;
    let lost = |road: &RoadId| {
        let leaves = boundary(network.roads[*road].to);
        let enters = boundary(network.roads[*road].from);
        !(forward[road.index()] || enters) || !(backward[road.index()] || leaves)
    };
    network.roads.ids().filter(lost).collect()
}

/// A road of the largest group that reach each other; the first of the largest.
fn in_largest_part(after: &Next, before: &Next) -> Option<usize> {
    let mut seen = vec![false; after.len()];
    let mut order = Vec::with_capacity(after.len());
    for road in 0..after.len() {
        walk(after, road, &mut seen, &mut order);
    }
    let mut seen = vec![false; after.len()];
    let mut largest: Option<(usize, usize)> = None;
    for &road in order.iter().rev() {
        let mut part = Vec::new();
        walk(before, road, &mut seen, &mut part);
        if largest.is_none_or(|(size, _)| part.len() > size) {
            largest = Some((part.len(), road));
        }
    }
    largest.map(|(_, road)| road)
}

/// Adds to `left` every road that `start` comes to and that was not `seen` before, as it is left for
/// good: depth first.
fn walk(next: &Next, start: usize, seen: &mut [bool], left: &mut Vec<usize>) {
    if std::mem::replace(&mut seen[start], true) {
        return;
    }
    let mut path = vec![(start, 0)];
    while let Some((road, tried)) = path.last_mut() {
        match next[*road].get(*tried) {
            Some(&other) => {
                *tried += 1;
                if !std::mem::replace(&mut seen[other], true) {
                    path.push((other, 0));
                }
            }
            None => {
                left.push(*road);
                path.pop();
            }
        }
    }
}
