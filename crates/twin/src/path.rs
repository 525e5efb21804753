//! Which lane link a vehicle takes next, and how long a route takes at free flow.
//!
//! # Units
//! Seconds, metres, metres per second.

use crate::kind::Kind;
use crate::layout::{Layout, NONE};
use crate::random::{self, Purpose};
use crate::route::Routes;
use crate::state::State;

/// The roads after a lane's own on a route.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Onward {
    pub(crate) next: u32,
    /// The one after it, if the route goes on.
    pub(crate) then: Option<u32>,
}

impl Routes {
    /// What follows the road at `at` on a route that ends at `last`.
    pub(crate) fn onward(&self, at: u32, last: u32) -> Option<Onward> {
        (at < last).then(|| Onward {
            next: self.road(at + 1),
            then: (at + 1 < last).then(|| self.road(at + 2)),
        })
    }
}

/// The lane link from `lane` to the next road that leads to the nearest lane from which the route
/// goes on; without such a one, to the nearest lane. [`NONE`] when no lane link leads there.
pub(crate) fn next_link(layout: &Layout, closed: &[bool], lane: u32, onward: Onward) -> u32 {
    let mut best = (NONE, (true, u32::MAX));
    for &link in layout.out(lane) {
        let of = &layout.links[link as usize];
        if of.road_to != onward.next || closed[of.to as usize] {
            continue;
        }
        let dead_end = onward.then.is_some_and(|then| !layout.leads(of.to, then));
        let index = &layout.index_on_road;
        let shift = index[of.to as usize].abs_diff(index[lane as usize]);
        if (dead_end, shift) < best.1 {
            best = (link, (dead_end, shift));
        }
    }
    best.0
}

impl State {
    /// The lane link a vehicle with the given route will take from `lane`.
    pub(crate) fn link_from(&self, layout: &Layout, lane: u32, at: u32, last: u32) -> u32 {
        self.routes
            .onward(at, last)
            .map_or(NONE, |onward| next_link(layout, &self.places.closed, lane, onward))
    }

    /// The lane on which a vehicle departs: one from which its route goes on, drawn by chance.
    pub(crate) fn first_lane(&self, layout: &Layout, seed: u64, vehicle: u32) -> u32 {
        let (at, last) = self.trips[vehicle].route;
        let lanes = layout.lanes_of(self.routes.road(at));
        let onward = self.routes.onward(at, last);
        let good = |lane: &u32| {
            onward
                .is_none_or(|onward| next_link(layout, &self.places.closed, *lane, onward) != NONE)
        };
        let draw = random::draw(seed, Purpose::Lane, vehicle, 0);
        let open = |lane: &u32| !self.places.closed[*lane as usize];
        let pick = |accept: &dyn Fn(&u32) -> bool| {
            let count = lanes.clone().filter(|lane| accept(lane)).count() as u64;
            (count > 0)
                .then(|| lanes.clone().filter(|lane| accept(lane)).nth((draw % count) as usize))?
        };
        pick(&|lane| good(lane) && open(lane))
            .or_else(|| pick(&|lane| open(lane)))
            .unwrap_or(lanes.start)
    }

    /// Time from `position` on `lane` to the end of the route at free flow.
    pub(crate) fn free_flow(
        &self,
        layout: &Layout,
        kind: &Kind,
        (lane, position): (u32, f64),
        (at, last): (u32, u32),
    ) -> f64 {
        let (mut lane, mut time, mut done) = (lane, 0.0, position);
        for road in at..=last {
            let place = lane as usize;
            time +=
                (layout.length[place] - done).max(0.0) / layout.limit[place].min(kind.max_speed);
            done = 0.0;
            let Some(onward) = self.routes.onward(road, last) else { break };
            let link = self.link_or_neighbor(layout, lane, onward);
            if link == NONE {
                break;
            }
            let of = &layout.links[link as usize];
            let place = layout.place_of(link) as usize;
            let top = if of.turns { kind.turn_speed } else { kind.max_speed };
            time += layout.length[place] / layout.limit[place].min(top);
            lane = of.to;
        }
        time
    }

    /// The lane link from `lane`, or else from the first lane of its road that has one.
    fn link_or_neighbor(&self, layout: &Layout, lane: u32, onward: Onward) -> u32 {
        let closed = &self.places.closed;
        std::iter::once(lane)
            .chain(layout.lanes_of(layout.road[lane as usize]))
            .map(|lane| next_link(layout, closed, lane, onward))
            .find(|link| *link != NONE)
            .unwrap_or(NONE)
    }
}
