//! Every vehicle's speed at the end of the second, from the state at its start.
//!
//! # Source
//! As `follow`: the speed is the least of what vehicle, lane, leader, junction and lane change
//! allow, and never less than hardest braking gives.

use crate::follow::{self, Leader, lesser};
use crate::kind::Kind;
use crate::layout::NONE;
use crate::siren;
use crate::state::flag;
use crate::step::Step;
use crate::units::YIELD_DISTANCE_M;

/// A speed, and the vehicle one yields to.
pub(crate) type Choice = (f64, u32);

impl Step<'_> {
    /// Fills the next speeds and blockers of all vehicles.
    pub(crate) fn decide(&mut self) {
        for index in 0..self.scratch.busy.len() {
            let place = self.scratch.busy[index] as usize;
            let mut slot = self.state.places.first[place];
            while slot != NONE {
                if !self.state.slots.is(slot, flag::OBSTACLE) {
                    let (speed, blocker) = self.choose(slot);
                    self.scratch.next_speed[slot as usize] = speed;
                    self.scratch.blocker[slot as usize] = blocker;
                }
                slot = self.state.slots.behind[slot as usize];
            }
        }
    }

    fn choose(&self, slot: u32) -> Choice {
        let at = slot as usize;
        let slots = &self.state.slots;
        let kind = self.state.kind(slot);
        let (place, speed) = (slots.place[at], slots.speed[at]);
        let mut limit = self.layout.limit[place as usize] * self.state.driving.speed_factor;
        if slots.flags[at] & (flag::SIREN | flag::ASIDE) != 0 {
            limit = self.limit_for(slot, limit);
        }
        let mut next = lesser(kind.max_speed, speed + kind.max_acceleration);
        next = lesser(next, limit);
        next = lesser(next, self.behind_leader(slot, kind));
        let mut blocker = NONE;
        if self.near_junction(slot, kind) {
            let (allowed, yielded_to) = self.at_junction(slot, kind);
            next = lesser(next, allowed);
            blocker = yielded_to;
        }
        if self.scratch.heard[at] != NONE {
            next = lesser(next, self.yield_to_changer(slot, kind));
        }
        if self.is_on_wrong_lane(slot) {
            let rest = self.layout.length[place as usize] - slots.position[at];
            let stop = follow::collision_free(
                (0.0, 1.0),
                (speed, kind.max_deceleration),
                rest,
                kind.min_gap,
            );
            next = lesser(next, stop);
        }
        let hardest = speed - kind.max_deceleration;
        (if next > hardest { next } else { hardest }, blocker)
    }

    fn behind_leader(&self, slot: u32, kind: &Kind) -> f64 {
        let slots = &self.state.slots;
        let ahead = slots.ahead[slot as usize];
        if ahead != NONE && slots.is(slot, flag::SIREN) && slots.is(ahead, flag::ASIDE) {
            return self.behind_those_in_the_way(slot, kind);
        }
        let (leader, gap) = (slots.leader[slot as usize], slots.gap[slot as usize]);
        if leader == NONE || gap > kind.free_gap {
            return kind.max_speed;
        }
        let of = self.state.kind(leader);
        let leader = Leader {
            speed: slots.speed[leader as usize],
            max_deceleration: of.max_deceleration,
            usual_deceleration: of.usual_deceleration,
            gap,
        };
        follow::behind(kind, slots.speed[slot as usize], &leader)
    }

    /// Whether a vehicle stands on a lane from which its route does not go on.
    pub(crate) fn is_on_wrong_lane(&self, slot: u32) -> bool {
        let slots = &self.state.slots;
        let at = slot as usize;
        slots.next_link[at] == NONE
            && slots.route_at[at] < slots.route_last[at]
            && self.layout.is_lane(slots.place[at])
    }

    fn near_junction(&self, slot: u32, kind: &Kind) -> bool {
        let slots = &self.state.slots;
        let at = slot as usize;
        let place = slots.place[at];
        if !self.layout.is_lane(place) {
            return true;
        }
        slots.next_link[at] != NONE
            && self.layout.length[place as usize] - slots.position[at] <= kind.look_ahead
    }

    /// Speed that signals, room beyond the junction, turns and crossing traffic allow.
    fn at_junction(&self, slot: u32, kind: &Kind) -> Choice {
        let slots = &self.state.slots;
        let at = slot as usize;
        let (place, speed) = (slots.place[at], slots.speed[at]);
        let mut next = kind.max_speed;
        // Distance already covered on the lane link; negative before it.
        let (link, covered) = if self.layout.is_lane(place) {
            let link = slots.next_link[at];
            let rest = self.layout.length[place as usize] - slots.position[at];
            let can_stop = kind.brake_distance(speed) <= rest;
            let open = self.is_open(link) || slots.is(slot, flag::SIREN);
            if can_stop && !(open && self.can_enter(link, kind)) {
                return (lesser(next, follow::stopping(kind, speed, rest)), NONE);
            }
            if slots.is(slot, flag::SIREN) && !self.is_open(link) {
                next = lesser(next, siren::through_red(kind, rest));
                if can_stop && self.is_red_blocked(link, speed, rest) {
                    return (lesser(next, follow::stopping(kind, speed, rest)), NONE);
                }
            }
            if self.layout.links[link as usize].turns {
                next = lesser(next, kind.turn_speed);
            }
            (link, -rest)
        } else {
            (self.layout.link_at(place), slots.position[at])
        };
        for crossing in self.layout.crossings(link) {
            if crossing.distance < covered || !self.scratch.is_approached(crossing.foe) {
                continue;
            }
            if let Some(foe) = self.must_yield(slot, kind, link, crossing, covered) {
                let rest = crossing.distance - covered - YIELD_DISTANCE_M;
                return (lesser(next, follow::stopping(kind, speed, rest)), foe);
            }
        }
        (next, NONE)
    }

    /// Whether an emergency vehicle must wait at a red light for others.
    fn is_red_blocked(&self, link: u32, speed: f64, rest: f64) -> bool {
        let pace = speed.max(MOVES_ON_MPS);
        self.layout
            .crossings(link)
            .iter()
            .any(|crossing| self.is_crossed(crossing, (rest + crossing.distance) / pace))
    }

    /// Whether the signal lets vehicles onto a lane link.
    pub(crate) fn is_open(&self, link: u32) -> bool {
        let link = &self.layout.links[link as usize];
        link.groups == u64::MAX || self.state.green[link.junction as usize] & link.groups != 0
    }

    /// Whether there is room on the lane behind a lane link.
    fn can_enter(&self, link: u32, kind: &Kind) -> bool {
        let tail = self.state.places.last[self.layout.links[link as usize].to as usize];
        tail == NONE || {
            let slots = &self.state.slots;
            slots.position[tail as usize] > self.state.kind(tail).length + kind.length
                || slots.speed[tail as usize] >= MOVES_ON_MPS
        }
    }
}

/// A vehicle this fast will have made room, metres per second.
const MOVES_ON_MPS: f64 = 2.0;
