//! Connection: can every road be reached and left?

use std::collections::BTreeMap;

use urbis_core::Id;

use super::Report;
use crate::{JunctionKind, Network, RoadId};

pub(super) fn check(network: &Network, report: &mut Report) {
    let count = network.roads.len();
    let (mut entered, mut left) = (vec![false; count], vec![false; count]);
    let mut island: Vec<usize> = (0..count).collect();
    for movement in network.movements.iter().filter(|movement| !movement.lane_links.is_empty()) {
        left[movement.from.index()] = true;
        entered[movement.to.index()] = true;
        join(&mut island, movement.from.index(), movement.to.index());
    }
    for (id, road) in network.roads.iter_ids() {
        let element = format!("road {}", road.name);
        let boundary = |junction| network.junctions[junction].kind == JunctionKind::Boundary;
        report.expect(
            left[id.index()] || boundary(road.to),
            &element,
            || format!("cannot be left at junction {}", network.junctions[road.to].name),
            "add a movement from it, or make the junction a boundary",
        );
        report.expect(
            entered[id.index()] || boundary(road.from),
            &element,
            || format!("cannot be reached from junction {}", network.junctions[road.from].name),
            "add a movement to it, or make the junction a boundary",
        );
    }
    check_islands(network, &mut island, report);
}

/// Complains about every part of the network that no movement joins to the largest part.
fn check_islands(network: &Network, island: &mut [usize], report: &mut Report) {
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for road in 0..island.len() {
        *sizes.entry(root(island, road)).or_default() += 1;
    }
    // Of equal parts the one with the first road is the main one.
    let main = sizes.iter().max_by_key(|(first, size)| (**size, std::cmp::Reverse(**first)));
    let Some(main) = main.map(|(first, _)| *first) else { return };
    for (first, size) in sizes {
        report.expect(
            first == main,
            &format!("road {}", network.roads[RoadId::from_index(first)].name),
            || format!("belongs to {size} roads that nothing joins to the rest"),
            "add movements between the parts, or take the smaller one out",
        );
    }
}

/// The first road of the part that `road` belongs to.
fn root(island: &mut [usize], road: usize) -> usize {
    let mut at = road;
    while island[at] != at {
        island[at] = island[island[at]];
        at = island[at];
    }
    at
}

fn join(island: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(island, a), root(island, b));
    island[a.max(b)] = a.min(b);
}
