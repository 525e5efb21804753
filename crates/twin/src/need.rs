//! Lane changes that are needed: around what stands in the way, to the lane a route goes on from,
//! out of the way of a siren.
//!
//! # Units
//! Metres, seconds.

use urbis_core::Id;
use urbis_core::RoadId;

use crate::layout::NONE;
use crate::route;
use crate::state::flag;
use crate::step::Step;

/// Distance from which an obstacle is seen.
const SEEN_FROM_M: f64 = 150.0;
/// Free length a lane needs beside a vehicle and ahead of it to be worth changing to.
const CLEAR_M: f64 = 40.0;
/// How long a vehicle stands at the end of a lane its route does not go on from before its driver
/// takes another way.
const PATIENCE_S: u32 = 60;
/// What counts as the end of the lane.
const END_M: f64 = 30.0;
/// How often drivers look for another way.
const LOOK_EVERY_S: u32 = 10;

impl Step<'_> {
    /// The neighboring lane a vehicle must change to; [`NONE`] if it need not or cannot.
    /// `obstacle` is the rear of the nearest obstacle ahead on its lane.
    pub(crate) fn needed(&self, slot: u32, lane: u32, obstacle: f64) -> u32 {
        let at = slot as usize;
        let position = self.state.slots.position[at];
        let (inner, outer) = (self.layout.inner[lane as usize], self.layout.outer[lane as usize]);
        let usable = |side: u32| side != NONE && self.is_clear(side, position, slot);
        if obstacle - position < SEEN_FROM_M {
            // Past it on a lane the route goes on from, or on any.
            let onward = |side: u32| usable(side) && self.goes_on_from(slot, side);
            let sides = [outer, inner];
            return *sides
                .iter()
                .find(|side| onward(**side))
                .or_else(|| sides.iter().find(|side| usable(**side)))
                .unwrap_or(&NONE);
        }
        if self.is_on_wrong_lane(slot) {
            let toward = self.toward_onward(slot, lane);
            return if usable(toward) { toward } else { NONE };
        }
        if self.state.slots.is(slot, flag::ASIDE) {
            let onward = |side: &&u32| usable(**side) && self.goes_on_from(slot, **side);
            return *[outer, inner].iter().find(onward).unwrap_or(&NONE);
        }
        NONE
    }

    /// The neighbor of `lane` on the side of the nearest lane from which the route goes on.
    fn toward_onward(&self, slot: u32, lane: u32) -> u32 {
        let nearest = self
            .layout
            .lanes_of(self.layout.road[lane as usize])
            .filter(|other| *other != lane && self.goes_on_from(slot, *other))
            .min_by_key(|other| (other.abs_diff(lane), *other));
        match nearest {
            Some(other) if other > lane => lane + 1,
            Some(_) => lane - 1,
            None => NONE,
        }
    }

    /// Whether a lane is open and free of obstacles beside and just ahead of a vehicle.
    fn is_clear(&self, lane: u32, position: f64, slot: u32) -> bool {
        let rear = position - self.state.kind(slot).length - self.state.kind(slot).min_gap;
        let blocks = |other: u32| {
            self.state.slots.is(other, flag::OBSTACLE) && {
                let front = self.state.slots.position[other as usize];
                front > rear && front - self.state.kind(other).length < position + CLEAR_M
            }
        };
        !self.state.places.closed[lane as usize]
            && (self.state.obstacles[lane as usize] == 0 || !self.state.list(lane).any(blocks))
    }

    /// Lets drivers who have stood long at the end of a lane that does not lead where they want to
    /// go take another way.
    pub(crate) fn find_ways_out(&mut self) {
        if !self.state.clock.is_multiple_of(LOOK_EVERY_S) {
            return;
        }
        for lane in 0..self.layout.lanes as u32 {
            let first = self.state.places.first[lane as usize];
            if first == NONE || !self.is_on_wrong_lane(first) {
                continue;
            }
            let slots = &self.state.slots;
            let at = first as usize;
            let since = slots.still_since[at];
            let stuck = since != NONE
                && self.state.clock - since >= PATIENCE_S
                && slots.flags[at] & (flag::SHADOW | flag::CHANGING | flag::OBSTACLE) == 0
                && self.layout.length[lane as usize] - slots.position[at] < END_M;
            if stuck {
                self.take_another_way(first, lane);
            }
        }
    }

    /// Gives a vehicle the shortest route to its destination that its lane allows.
    fn take_another_way(&mut self, slot: u32, lane: u32) {
        let layout = self.layout;
        let at = slot as usize;
        let here = self.state.routes.road(self.state.slots.route_at[at]);
        let to = self.state.routes.road(self.state.slots.route_last[at]);
        let closed = |road: u32| route::is_closed(layout, self.state, road);
        let length = |path: &[u32]| -> f64 {
            path.iter()
                .map(|road| layout.network.roads[RoadId::from_index(*road as usize)].length.get())
                .sum()
        };
        let mut best: Option<Vec<u32>> = None;
        for &link in layout.out(lane) {
            let next = layout.links[link as usize].road_to;
            if closed(next) {
                continue;
            }
            let Some(mut path) = route::shortest(layout, next, to, closed) else { continue };
            path.insert(0, next);
            if best.as_ref().is_none_or(|best| length(&path) < length(best)) {
                best = Some(path);
            }
        }
        let Some(mut path) = best else { return };
        path.insert(0, here);
        let Some((first, last)) = self.state.routes.add(layout, &path) else { return };
        self.state.slots.route_at[at] = first;
        self.state.slots.route_last[at] = last;
        self.state.take_route(self.state.slots.vehicle[at], (first, last));
        self.state.slots.next_link[at] = self.state.link_from(layout, lane, first, last);
    }
}
