//! Routes: checked, completed where they name only some of their roads, and kept side by side as
//! long as someone drives them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};
use urbis_core::RoadId;

use crate::TwinError;
use crate::layout::{Layout, NONE};
use crate::pages::Pages;
use crate::state::State;

/// Most roads one route has.
pub(crate) const ROADS_MAX: usize = 4096;

/// A road of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct RouteRoad {
    pub(crate) road: u32,
    /// Whether the junction it leads to occurs again in the same route.
    pub(crate) returns: bool,
}

/// Roads of all routes; each route is held once for every vehicle that drives it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Routes(pub(crate) Pages<RouteRoad, ROADS_MAX>);

impl Routes {
    /// Adds a drivable sequence of roads, held once; answers where its first and last road stand.
    /// `None` when it is too long.
    pub(crate) fn add(&mut self, layout: &Layout, roads: &[u32]) -> Option<(u32, u32)> {
        let to = |road: u32| layout.network.roads[RoadId(road)].to;
        let returns = |index: usize| {
            let junction = to(roads[index]);
            roads.iter().enumerate().any(|(at, road)| at != index && to(*road) == junction)
        };
        let with_returns = |(at, &road)| RouteRoad { road, returns: returns(at) };
        self.push(roads.iter().enumerate().map(with_returns))
    }

    /// The same with what is known of its roads.
    pub(crate) fn push(
        &mut self,
        roads: impl ExactSizeIterator<Item = RouteRoad>,
    ) -> Option<(u32, u32)> {
        let has_room = self.0.len() < u32::MAX - 2 * ROADS_MAX as u32;
        if roads.len() > ROADS_MAX || roads.len() == 0 || !has_room {
            return None;
        }
        let range = self.0.extend(roads);
        Some((range.start, range.end - 1))
    }

    /// One more vehicle drives a route.
    pub(crate) fn hold(&mut self, (first, _): (u32, u32)) {
        self.0.hold(first);
    }

    /// One vehicle less drives a route.
    pub(crate) fn release(&mut self, (first, _): (u32, u32)) {
        self.0.release(first);
    }

    /// The road at a place of a route.
    pub(crate) fn road(&self, at: u32) -> u32 {
        self.0[at].road
    }

    /// The roads from one place of a route to another.
    pub(crate) fn roads(&self, first: u32, last: u32) -> &[RouteRoad] {
        self.0.slice(first..last + 1)
    }
}

/// The roads of a route that passes all of `anchors`: shortest paths join those that no movement
/// joins.
pub(crate) fn complete(
    layout: &Layout,
    state: &State,
    anchors: &[RoadId],
) -> Result<Vec<u32>, TwinError> {
    let count = layout.network.roads.len();
    if let Some(unknown) = anchors.iter().find(|road| road.0 as usize >= count) {
        return Err(TwinError::Unknown { what: "road", index: unknown.0, count });
    }
    let first = anchors.first().ok_or(TwinError::EmptyRoute)?;
    let mut roads = vec![first.0];
    for pair in anchors.windows(2) {
        let (from, to) = (pair[0].0, pair[1].0);
        if from == to {
            continue;
        }
        if layout.joined(from, to) {
            roads.push(to);
        } else {
            let path = shortest(layout, from, to, |road| is_closed(layout, state, road))
                .or_else(|| shortest(layout, from, to, |_| false));
            let name = |road: u32| layout.network.roads[RoadId(road)].name.clone();
            roads.extend(path.ok_or_else(|| TwinError::Route { from: name(from), to: name(to) })?);
        }
    }
    Ok(roads)
}

/// Whether all lanes of a road are closed.
pub(crate) fn is_closed(layout: &Layout, state: &State, road: u32) -> bool {
    layout.lanes_of(road).all(|lane| state.places.closed[lane as usize])
}

/// The roads after `from` of the shortest path to `to`, by length, that avoids some roads.
pub(crate) fn shortest(
    layout: &Layout,
    from: u32,
    to: u32,
    avoid: impl Fn(u32) -> bool,
) -> Option<Vec<u32>> {
    let count = layout.network.roads.len();
    let (mut best, mut before) = (vec![f64::INFINITY; count], vec![NONE; count]);
    let mut done = vec![false; count];
    // Lengths are not negative, so their bits order as they do.
    let mut open = BinaryHeap::from([Reverse((0.0_f64.to_bits(), from))]);
    best[from as usize] = 0.0;
    while let Some(Reverse((bits, road))) = open.pop() {
        if road == to {
            let mut path = Vec::new();
            let mut at = to;
            while at != from {
                path.push(at);
                at = before[at as usize];
            }
            path.reverse();
            return Some(path);
        }
        if std::mem::replace(&mut done[road as usize], true) {
            continue;
        }
        for lane in layout.lanes_of(road) {
            for &link in layout.out(lane) {
                let next = layout.links[link as usize].road_to;
                let length = f64::from_bits(bits) + layout.network.roads[RoadId(next)].length.get();
                if length < best[next as usize] && !avoid(next) {
                    best[next as usize] = length;
                    before[next as usize] = road;
                    open.push(Reverse((length.to_bits(), next)));
                }
            }
        }
    }
    None
}
