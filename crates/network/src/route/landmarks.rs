//! Lower bounds on the way that is left, from distances to a few landmarks.
//!
//! # Units
//! Milliseconds.
//!
//! # Source
//! A. Goldberg, C. Harrelson, "Computing the shortest path: A* search meets graph theory", SODA
//! 2005 (ALT): by the triangle inequality the way from `v` to `t` is at least as long as the
//! difference of their distances from, or to, any landmark.

use urbis_core::Id;
use urbis_units::{Ratio, Seconds};

use super::costs::Floor;
use super::graph::{Graph, millis_of};
use super::search::{self, Direction};
use super::{Costs, Planned};
use crate::{MovementId, RoadId};

/// How many landmarks; more make bounds tighter and each step dearer.
const COUNT: usize = 8;
/// No way.
const NEVER: u32 = u32::MAX;

/// Distances of every road from and to the landmarks.
#[derive(Debug)]
pub(super) struct Landmarks {
    /// By road: milliseconds from the start of each landmark to the end of the road.
    from: Vec<[u32; COUNT]>,
    /// By road: milliseconds from the end of the road to the end of each landmark.
    to: Vec<[u32; COUNT]>,
}

/// Nothing but driving at the limit: what no live costs undercut.
struct DriveOnly<'a>(Planned<'a>);

impl Costs for DriveOnly<'_> {
    fn road(&self, road: RoadId, entered: Seconds) -> Option<Seconds> {
        self.0.road(road, entered)
    }

    fn movement(&self, movement: MovementId, arrived: Seconds) -> Option<Seconds> {
        self.0.movement(movement, arrived).map(|_| Seconds::ZERO)
    }
}

impl Landmarks {
    pub(super) fn new(graph: &Graph, floor: Floor) -> Self {
        let planned = Planned { graph };
        match floor {
            Floor::Planned => Self::at(graph, &planned),
            Floor::Drive => Self::at(graph, &DriveOnly(planned)),
        }
    }

    fn at(graph: &Graph, costs: &impl Costs) -> Self {
        let count = graph.road_count();
        let mut landmarks =
            Self { from: vec![[NEVER; COUNT]; count], to: vec![[NEVER; COUNT]; count] };
        let mut nearest = vec![NEVER; count];
        let mut next = (count > 0).then_some(RoadId(0));
        for slot in 0..COUNT {
            let Some(landmark) = next else { break };
            let depart = Seconds::ZERO;
            let away = search::spread(graph, landmark, &Direction::From { depart, costs }, None);
            let back = search::spread(graph, landmark, &Direction::To { at: depart, costs }, None);
            for road in graph.road_ids() {
                let index = road.index();
                let (away, back) = (millis_of(away[index]), millis_of(back[index]));
                let drive = millis_of(Some(graph.start_weight(road)));
                landmarks.from[index][slot] = away;
                landmarks.to[index][slot] =
                    if back == NEVER { NEVER } else { back.saturating_sub(drive) };
                nearest[index] = nearest[index].min(away);
            }
            nearest[landmark.index()] = 0;
            next = farthest(&nearest);
        }
        landmarks
    }

    /// Lower bound of the milliseconds from the end of `road` to the end of `target`; `None` when
    /// there is no way.
    pub(super) fn bound(&self, road: RoadId, target: RoadId) -> Option<u32> {
        let (from_road, from_target) = (&self.from[road.index()], &self.from[target.index()]);
        let (to_road, to_target) = (&self.to[road.index()], &self.to[target.index()]);
        let mut bound = 0;
        for slot in 0..COUNT {
            let cut_off = (from_road[slot] != NEVER && from_target[slot] == NEVER)
                || (to_road[slot] == NEVER && to_target[slot] != NEVER);
            if cut_off {
                return None;
            }
            if from_road[slot] != NEVER {
                bound = bound.max(from_target[slot].saturating_sub(from_road[slot]));
            }
            if to_target[slot] != NEVER {
                bound = bound.max(to_road[slot].saturating_sub(to_target[slot]));
            }
        }
        Some(bound)
    }
}

/// The bounds of one search: towards one target, under costs with a floor.
pub(super) struct Bound<'a> {
    pub(super) landmarks: &'a Landmarks,
    pub(super) target: RoadId,
    /// How much faster than the floor anyone may be.
    pub(super) speed_factor: Ratio,
}

impl Bound<'_> {
    /// Lower bound from the end of `road` to the end of the target; `None` when there is no way.
    pub(super) fn of(&self, road: RoadId) -> Option<Seconds> {
        let millis = self.landmarks.bound(road, self.target)?;
        // Two distances, each cut to whole milliseconds, may differ by one too much.
        let seconds = f64::from(millis.saturating_sub(1)) / 1000.0;
        Some(Seconds::new(seconds / self.speed_factor.get().max(1.0)))
    }
}

/// The road farthest from all landmarks so far, the first of equals; unreachable ones do not count.
fn farthest(nearest: &[u32]) -> Option<RoadId> {
    let mut best: Option<(u32, usize)> = None;
    for (index, &away) in nearest.iter().enumerate() {
        if away != NEVER && away > best.map_or(0, |(farthest, _)| farthest) {
            best = Some((away, index));
        }
    }
    best.map(|(_, index)| RoadId::from_index(index))
}
