//! Right of way where lane links cross or merge.
//!
//! # Source
//! The rules of CityFlow's engine (H. Zhang et al., WWW 2019, section 3.4): straight goes before
//! left, left before right, unless the other comes so much later that both can pass; between equals
//! the first to reach the point goes first. A circle of vehicles that wait for each other is
//! broken.

use crate::follow;
use crate::kind::Kind;
use crate::layout::{Crossing, NONE};
use crate::state::flag;
use crate::step::Step;
use crate::units::YIELD_DISTANCE_M;

/// Someone who announced itself at a crossing point, and its distance to it.
type Announced = (u32, f64);

impl Step<'_> {
    /// Notes for every lane link who announces itself at its crossing points.
    pub(crate) fn gather_approaches(&mut self) {
        let layout = self.layout;
        self.scratch.approached.fill(0);
        for index in 0..self.scratch.busy.len() {
            let place = self.scratch.busy[index];
            let (slots, places) = (&self.state.slots, &self.state.places);
            let first = places.first[place as usize];
            if !layout.is_lane(place) {
                self.scratch.approach(layout.link_at(place)).on = first;
                continue;
            }
            let tail = places.last[place as usize];
            let before = slots.before[tail as usize];
            // A shadow came from a lane link that leads to the neighboring lane.
            let from_link = before != NONE
                && !layout.is_lane(before)
                && layout.links[layout.link_at(before) as usize].to == place;
            let link = slots.next_link[first as usize];
            let comes = link != NONE && (self.is_open(link) || slots.is(first, flag::SIREN));
            if from_link {
                self.scratch.approach(layout.link_at(before)).gone = tail;
            }
            if comes {
                self.scratch.approach(link).coming = first;
            }
        }
    }

    /// The vehicle that announced itself on `link` at the crossing point `along` it.
    pub(crate) fn announced(&self, link: u32, along: f64) -> Option<Announced> {
        if !self.scratch.is_approached(link) {
            return None;
        }
        let slots = &self.state.slots;
        let approach = self.scratch.approaches[link as usize];
        let length = self.layout.length[self.layout.place_of(link) as usize];
        if approach.gone != NONE {
            let (slot, after) = (approach.gone, length - along);
            let position = slots.position[slot as usize];
            if after + (position - self.state.kind(slot).length) < 0.0 {
                return Some((slot, -(position + after)));
            }
        }
        let mut slot = approach.on;
        while slot != NONE {
            let position = slots.position[slot as usize];
            if position <= along || position - along - self.state.kind(slot).length <= 0.0 {
                return Some((slot, along - position));
            }
            slot = slots.behind[slot as usize];
        }
        let slot = approach.coming;
        (slot != NONE).then(|| {
            let lane = self.layout.links[link as usize].from;
            let rest = self.layout.length[lane as usize] - slots.position[slot as usize];
            (slot, rest + along)
        })
    }

    /// The vehicle to which `slot`, `covered` metres along `link`, must yield at `crossing`.
    pub(crate) fn must_yield(
        &self,
        slot: u32,
        kind: &Kind,
        link: u32,
        crossing: &Crossing,
        covered: f64,
    ) -> Option<u32> {
        let (foe, foe_distance) = self.announced(crossing.foe, crossing.foe_distance)?;
        let distance = crossing.distance - covered;
        let slots = &self.state.slots;
        if !can_yield(kind, slots.speed[slot as usize], distance) {
            return None;
        }
        if self.makes_way_for(slot, foe) {
            return Some(foe);
        }
        let foe_kind = self.state.kind(foe);
        if self.makes_way_for(foe, slot)
            && can_yield(foe_kind, slots.speed[foe as usize], foe_distance)
        {
            return None;
        }
        let foe_goes = !can_yield(foe_kind, slots.speed[foe as usize], foe_distance)
            || !self.goes_before((slot, link, distance), (foe, crossing.foe, foe_distance));
        (foe_goes && !self.waits_in_circle(foe)).then_some(foe)
    }

    /// Whether the first of two vehicles, both able to stop before a crossing point, goes first.
    fn goes_before(&self, own: (u32, u32, f64), foe: (u32, u32, f64)) -> bool {
        let slots = &self.state.slots;
        let rank = |link: u32| self.layout.links[link as usize].rank;
        let (slot, link, distance) = own;
        let (foe_slot, foe_link, foe_distance) = foe;
        if rank(link) > rank(foe_link) {
            return true;
        }
        if foe_distance <= 0.0 {
            return foe_distance + self.state.kind(foe_slot).length < 0.0;
        }
        let (steps, foe_steps) = (self.steps_to(own), self.steps_to(foe));
        if rank(link) < rank(foe_link) || steps != foe_steps {
            return foe_steps > steps;
        }
        let since = |slot: u32| slots.link_since[slot as usize];
        let first = |slot: u32| slots.priority[slot as usize];
        if since(slot) != since(foe_slot) {
            since(slot) < since(foe_slot)
        } else if distance != foe_distance {
            distance < foe_distance
        } else {
            first(slot) > first(foe_slot)
        }
    }

    /// Steps in which a vehicle reaches a point `distance` ahead on or before its lane link.
    fn steps_to(&self, (slot, link, distance): (u32, u32, f64)) -> f64 {
        let kind = self.state.kind(slot);
        let turns = self.layout.links[link as usize].turns;
        let top = if turns { kind.turn_speed } else { kind.max_speed };
        let speed = self.state.slots.speed[slot as usize];
        follow::reach_steps(speed, distance, top, kind.usual_acceleration)
    }

    /// Whether `slot` waits for others that wait, in the end, for each other.
    fn waits_in_circle(&self, slot: u32) -> bool {
        let blocker = |slot: u32| self.state.slots.blocker[slot as usize];
        let (mut slow, mut fast) = (slot, slot);
        while fast != NONE && blocker(fast) != NONE {
            slow = blocker(slow);
            fast = blocker(blocker(fast));
            if slow == fast {
                return true;
            }
        }
        false
    }
}

/// Whether a vehicle can still stop before a point `distance` ahead, or has left it behind.
fn can_yield(kind: &Kind, speed: f64, distance: f64) -> bool {
    (distance > 0.0 && kind.brake_distance(speed) < distance - YIELD_DISTANCE_M)
        || (distance < 0.0 && distance + kind.length < 0.0)
}
