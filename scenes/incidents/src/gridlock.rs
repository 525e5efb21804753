//! Gridlock: roads that spill back into each other in a circle.

use urbis_core::{Id, RoadId};

/// The first circle among `spilling` roads, following `successors` (roads a road's traffic flows
/// into); the roads in driving order, beginning with the smallest id. `None` when there is none.
pub fn circle(
    spilling: &[bool],
    mut successors: impl FnMut(RoadId) -> Vec<RoadId>,
) -> Option<Vec<RoadId>> {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut mark = vec![NEW; spilling.len()];
    for start in 0..spilling.len() {
        if !spilling[start] || mark[start] != NEW {
            continue;
        }
        let mut path: Vec<(RoadId, Vec<RoadId>)> = Vec::new();
        let first = RoadId::from_index(start);
        mark[start] = OPEN;
        path.push((first, successors(first)));
        while let Some((road, next)) = path.last_mut() {
            let Some(candidate) = next.pop() else {
                mark[road.index()] = DONE;
                path.pop();
                continue;
            };
            if !spilling.get(candidate.index()).copied().unwrap_or(false) {
                continue;
            }
            match mark[candidate.index()] {
                OPEN => {
                    let mut roads: Vec<RoadId> = path.iter().map(|(road, _)| *road).collect();
                    let from = roads.iter().position(|road| *road == candidate).unwrap_or(0);
                    roads.drain(..from);
                    let least = (0..roads.len()).min_by_key(|at| roads[*at]).unwrap_or(0);
                    roads.rotate_left(least);
                    return Some(roads);
                }
                NEW => {
                    mark[candidate.index()] = OPEN;
                    path.push((candidate, successors(candidate)));
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(block: u32) -> impl FnMut(RoadId) -> Vec<RoadId> {
        move |road| {
            // Road number `block` leads out of it.
            if road.0 < block {
                vec![RoadId((road.0 + 1) % block), RoadId(block)]
            } else {
                Vec::new()
            }
        }
    }

    #[test]
    fn a_block_of_spilling_roads_is_a_gridlock() {
        let spilling = [true, true, true, true, false];
        let circle = circle(&spilling, around(4)).expect("a circle");
        assert_eq!(circle, [RoadId(0), RoadId(1), RoadId(2), RoadId(3)]);
    }

    #[test]
    fn one_free_road_breaks_the_circle() {
        assert_eq!(circle(&[true, true, false, true, true], around(4)), None);
    }
}
