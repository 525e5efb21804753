//! Lane changes: who wants to change, who lets them in, and how the change begins.
//!
//! A vehicle that changes lanes drives in both until it has moved over: its *shadow* on the new
//! lane holds its place there and moves at the same speed. When it has moved over, the shadow
//! becomes the vehicle.
//!
//! # Units
//! Metres, metres per second.
//!
//! # Source
//! The rules of CityFlow's engine (H. Zhang et al., WWW 2019): a driver wants another lane when the
//! gap there is longer by a vehicle's length, and changes when the gaps ahead and behind on it are
//! longer than the braking distances; a follower who has noticed makes room.

use crate::follow;
use crate::kind::Kind;
use crate::layout::NONE;
use crate::path;
use crate::random::{self, Purpose};
use crate::state::flag;
use crate::step::{Beside, Step};

/// Nobody changes to gain speed in the first seconds.
const QUIET_S: u32 = 3;
/// Distance to the end of a lane below which nobody changes to gain speed.
const LAST_CHANGE_M: f64 = 30.0;

impl Step<'_> {
    /// Lets vehicles want other lanes, tell those beside them, and begin to change.
    pub(crate) fn plan_lane_changes(&mut self) {
        self.scratch.forget_hearers();
        self.scratch.changers.clear();
        for index in 0..self.scratch.busy.len() {
            let place = self.scratch.busy[index];
            if self.layout.is_lane(place) {
                self.want_from(place);
            }
        }
        let changers = std::mem::take(&mut self.scratch.changers);
        for &slot in &changers {
            self.negotiate(slot);
        }
        self.scratch.changers = changers;
    }

    /// Finds those on `lane` who want another lane, front first.
    fn want_from(&mut self, lane: u32) {
        let (inner, outer) = (self.layout.inner[lane as usize], self.layout.outer[lane as usize]);
        let mut slot = self.state.places.first[lane as usize];
        if slot == NONE || inner & outer == NONE {
            return;
        }
        let start = |side: u32| match side {
            NONE => NONE,
            _ => self.state.places.first[side as usize],
        };
        let mut beside = [(inner, start(inner), NONE), (outer, start(outer), NONE)];
        // Rear of the nearest obstacle ahead.
        let mut obstacle = f64::INFINITY;
        while slot != NONE {
            let at = slot as usize;
            let flags = self.state.slots.flags[at];
            if flags & flag::CHANGING != 0 {
                // Looked at anew in every step: a copy knows nothing of the step it began in.
                self.scratch.needs[at] = self.needed(slot, lane, obstacle) != NONE;
                self.scratch.changers.push(slot);
            } else if flags & flag::OBSTACLE != 0 {
                obstacle = self.state.slots.position[at] - self.state.kind(slot).length;
            } else if flags & flag::SHADOW == 0 {
                let need = self.needed(slot, lane, obstacle);
                self.scratch.needs[at] = need != NONE;
                let target = if need == NONE { self.wanted(slot, lane, &mut beside) } else { need };
                self.state.slots.target[at] = target;
                if target != NONE {
                    self.scratch.changers.push(slot);
                }
            }
            slot = self.state.slots.behind[at];
        }
    }

    /// The neighboring lane a vehicle wants; [`NONE`] if its own will do.
    ///
    /// `beside` holds the neighboring lanes, inner and outer: the lane, a place in its list and the
    /// last vehicle before that, which move upstream as `slot` does.
    fn wanted(&self, slot: u32, lane: u32, beside: &mut [(u32, u32, u32); 2]) -> u32 {
        if !self.config.lane_change || self.state.clock < QUIET_S {
            return NONE;
        }
        let slots = &self.state.slots;
        let at = slot as usize;
        let (position, gap) = (slots.position[at], slots.gap[at]);
        let kind = self.state.kind(slot);
        if self.layout.length[lane as usize] - position < LAST_CHANGE_M {
            return NONE;
        }
        let enough = 2.0 * kind.length + 4.0 * kind.max_speed;
        if gap > enough || gap < 1.5 * kind.length {
            return NONE;
        }
        let [inner, outer] = beside;
        let (mut best, mut target) = (0.0, NONE);
        for side in [outer, inner] {
            if side.0 == NONE || !self.goes_on_from(slot, side.0) {
                continue;
            }
            while side.1 != NONE && slots.position[side.1 as usize] >= position {
                side.2 = side.1;
                side.1 = slots.behind[side.1 as usize];
            }
            let room = match side.2 {
                NONE => self.layout.length[side.0 as usize] - position,
                leader => {
                    slots.position[leader as usize] - position - self.state.kind(leader).length
                }
            };
            if room > gap + kind.length && room > best {
                target = side.0;
            }
            best = room;
        }
        target
    }

    /// Whether the route of a vehicle goes on from a lane of its road.
    pub(crate) fn goes_on_from(&self, slot: u32, lane: u32) -> bool {
        let slots = &self.state.slots;
        let closed = &self.state.places.closed;
        let at = slot as usize;
        !closed[lane as usize]
            && self
                .state
                .routes
                .onward(slots.route_at[at], slots.route_last[at])
                .is_none_or(|onward| path::next_link(self.layout, closed, lane, onward) != NONE)
    }

    /// Tells those beside a changing vehicle, and begins the change when there is room.
    fn negotiate(&mut self, slot: u32) {
        let at = slot as usize;
        let target = self.state.slots.target[at];
        let beside = self.look_beside(slot, target);
        self.scratch.beside[at] = beside;
        // A lane may be a little shorter than its neighbor around a bend.
        if self.state.slots.position[at] >= self.layout.length[target as usize] {
            return;
        }
        for other in [beside.leader, beside.follower] {
            if other != NONE {
                self.tell(other, slot);
            }
        }
        if self.state.slots.is(slot, flag::CHANGING) || self.scratch.heard[at] != NONE {
            return;
        }
        let brake =
            |slot: u32| self.state.kind(slot).brake_distance(self.state.slots.speed[slot as usize]);
        let room_behind = if beside.follower == NONE { 0.0 } else { brake(beside.follower) };
        if beside.leader_gap >= brake(slot) && beside.follower_gap >= room_behind {
            self.begin_change(slot, target, beside.follower);
        }
    }

    /// Who is ahead and behind on `target`, as seen from a vehicle beside it.
    fn look_beside(&self, slot: u32, target: u32) -> Beside {
        let slots = &self.state.slots;
        let position = slots.position[slot as usize];
        let length_of = |slot: u32| self.state.kind(slot).length;
        let mut follower = NONE;
        let mut leader = self.state.places.last[target as usize];
        while leader != NONE && slots.position[leader as usize] < position {
            follower = leader;
            leader = slots.ahead[leader as usize];
        }
        let mut beside = Beside { leader, follower, ..Beside::NOTHING };
        if leader != NONE {
            beside.leader_gap = slots.position[leader as usize] - position - length_of(leader);
        } else {
            // The rear of someone who has just left the lane may still be on it.
            let rest = self.layout.length[slots.place[slot as usize] as usize] - position;
            beside.leader_gap = rest;
            let mut nearest = f64::MAX;
            for &link in self.layout.out(target) {
                let tail = self.state.places.last[self.layout.place_of(link) as usize];
                if tail != NONE && slots.position[tail as usize] + rest < nearest {
                    nearest = slots.position[tail as usize] + rest;
                    if nearest < length_of(tail) {
                        beside.leader = tail;
                        beside.leader_gap = rest - (length_of(tail) - nearest);
                    }
                }
            }
        }
        if follower != NONE {
            beside.follower_gap = position - slots.position[follower as usize] - length_of(slot);
        }
        beside
    }

    /// Lets `other` hear that `sender` wants in, unless it has heard of, or itself is, a vehicle of
    /// higher priority.
    fn tell(&mut self, other: u32, sender: u32) {
        let slots = &self.state.slots;
        if slots.is(other, flag::CHANGING | flag::OBSTACLE) {
            return;
        }
        // Who must change goes before who wants to.
        let needs = |slot: u32| self.scratch.needs[slot as usize];
        let priority = |slot: u32| (needs(slot), slots.priority[slot as usize]);
        let heard = self.scratch.heard[other as usize];
        let outranks = heard == NONE || priority(heard) < priority(sender);
        if outranks && (slots.is(other, flag::SHADOW) || priority(other) < priority(sender)) {
            if heard == NONE {
                self.scratch.hearers.push(other);
            }
            self.scratch.heard[other as usize] = sender;
        }
    }

    /// Puts the shadow of a vehicle onto `target`, ahead of `follower`.
    fn begin_change(&mut self, slot: u32, target: u32, follower: u32) {
        let shadow = self.state.slots.copy(slot);
        self.fit();
        let (clock, seed) = (self.state.clock, self.config.seed);
        let slots = &mut self.state.slots;
        let at = shadow as usize;
        slots.flags[at] |= flag::SHADOW;
        slots.flags[slot as usize] |= flag::CHANGING;
        slots.offset[slot as usize] = 0.0;
        slots.partner[at] = slot;
        slots.partner[slot as usize] = shadow;
        slots.priority[at] =
            random::draw(seed, Purpose::Priority, slots.vehicle[at], clock + 1) as u32;
        self.scratch.heard[at] = NONE;
        self.scratch.needs[at] = false;
        let (route_at, route_last) = (slots.route_at[at], slots.route_last[at]);
        self.state.slots.next_link[at] =
            self.state.link_from(self.layout, target, route_at, route_last);
        if self.state.places.first[target as usize] == NONE {
            self.scratch.busy.push(target);
        }
        self.state.insert_ahead_of(target, shadow, follower);
        self.scratch.knows_tails &= follower != NONE;
        self.state.active += 1;
        let depart = self.state.trips[self.state.slots.vehicle[at]].depart;
        self.state.tally.engine_present += 1;
        self.state.tally.engine_departures += u64::from(depart);
        if self.state.slots.ahead[at] == NONE {
            self.look_ahead(shadow);
        } else {
            self.follow_ahead(shadow);
        }
        if follower != NONE {
            self.follow_ahead(follower);
        }
    }

    /// Speed at which one lets in the vehicle one has heard of.
    pub(crate) fn yield_to_changer(&self, slot: u32, kind: &Kind) -> f64 {
        let slots = &self.state.slots;
        let sender = self.scratch.heard[slot as usize];
        let beside = &self.scratch.beside[sender as usize];
        if beside.leader == slot {
            return f64::MAX;
        }
        let safe = match beside.follower {
            NONE => 0.0,
            follower => self.state.kind(follower).brake_distance(slots.speed[follower as usize]),
        };
        let speed = follow::collision_free(
            (slots.speed[sender as usize], self.state.kind(sender).max_deceleration),
            (slots.speed[slot as usize], kind.max_deceleration),
            beside.follower_gap - safe,
            0.0,
        );
        // Too fast to make room: the other waits.
        if speed < 0.0 { f64::MAX } else { speed }
    }
}
