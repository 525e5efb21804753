//! Emergency vehicles with their siren on, and drivers who make way for them.
//!
//! With a siren one may exceed the limit, and pass a red light slowly when nobody is in the way.
//! Drivers who make way move to another lane or aside on their own, so that a rescue lane opens
//! between them, through which the emergency vehicle passes at reduced speed.
//!
//! # Units
//! Metres, metres per second, seconds.
//!
//! # Source
//! L. Bieker-Walz, M. Behrisch, M. Junghans, "Analysis of the traffic behavior of emergency
//! vehicles in a microscopic traffic simulation", SUMO 2018, EPiC Series in Engineering 2,
//! doi:10.29007/rkdp: speeds up to 1.5 times the limit, other drivers react at up to 25 m with a
//! probability of 0.577 a second for the left lane and 0.189 for the others.

use crate::follow::{self, Leader, lesser};
use crate::kind::Kind;
use crate::layout::{Crossing, NONE};
use crate::random::{self, Purpose};
use crate::state::flag;
use crate::step::Step;

/// By how much a siren allows to exceed the limit.
const LIMIT_FACTOR: f64 = 1.5;
/// Fastest speed over a stop line at red.
const RED_MPS: f64 = 5.5;
/// Fastest speed past vehicles that have moved aside, on roads of several lanes and of one.
const PASSING_MPS: [f64; 2] = [8.5, 5.5];
/// Fastest speed of those who have moved aside.
const ASIDE_MPS: f64 = 5.5;
/// Distance at which a siren is noticed, and beyond which it no longer matters.
const NOTICED_M: f64 = 60.0;
/// Distance behind the siren's rear after which one drives on.
const PASSED_M: f64 = 2.0;
/// Share of drivers who notice each second: on the innermost lane, and on others.
const NOTICING: [f64; 2] = [0.577, 0.189];
/// Time an emergency vehicle leaves between itself and others at a crossing point.
const MARGIN_S: f64 = 3.0;

impl Step<'_> {
    /// Lets drivers notice sirens behind them and move aside, and drive on when they have passed.
    pub(crate) fn make_way(&mut self) {
        if self.state.sirens == 0 || !self.config.give_way {
            return;
        }
        self.find_sirens();
        for index in 0..self.scratch.siren_places.len() {
            let place = self.scratch.siren_places[index];
            if self.layout.is_lane(place) {
                self.make_way_on(place);
            }
        }
    }

    /// Lists the places with a siren or with somebody who makes way.
    fn find_sirens(&mut self) {
        let slots = &self.state.slots;
        let those = slots.flags.iter().zip(&slots.place);
        let those = those.filter(|(flags, _)| **flags & (flag::SIREN | flag::ASIDE) != 0);
        let places = &mut self.scratch.siren_places;
        places.clear();
        places.extend(those.map(|(_, place)| *place));
        places.sort_unstable();
        places.dedup();
    }

    fn make_way_on(&mut self, lane: u32) {
        let innermost = self.layout.inner[lane as usize] == NONE;
        let noticing = NOTICING[usize::from(!innermost)];
        let (seed, clock) = (self.config.seed, self.state.clock);
        // From the tail, so that the nearest siren behind is known.
        let mut siren = f64::NEG_INFINITY;
        let mut slot = self.state.places.last[lane as usize];
        while slot != NONE {
            let at = slot as usize;
            let position = self.state.slots.position[at];
            let flags = self.state.slots.flags[at];
            if flags & flag::SIREN != 0 {
                siren = position;
            } else if flags & flag::OBSTACLE == 0 {
                let rear = position - self.state.kind(slot).length;
                if rear - siren > NOTICED_M {
                    self.state.slots.flags[at] &= !flag::ASIDE;
                } else if flags & flag::ASIDE == 0 {
                    let vehicle = self.state.slots.vehicle[at];
                    if random::unit(seed, Purpose::Notice, vehicle, clock) < noticing {
                        self.state.slots.flags[at] |= flag::ASIDE;
                    }
                }
            }
            slot = self.state.slots.ahead[at];
        }
    }

    /// The limit as it holds for a vehicle.
    pub(crate) fn limit_for(&self, slot: u32, limit: f64) -> f64 {
        let flags = self.state.slots.flags[slot as usize];
        if flags & flag::SIREN != 0 {
            limit * LIMIT_FACTOR
        } else if flags & flag::ASIDE != 0 {
            lesser(limit, ASIDE_MPS)
        } else {
            limit
        }
    }

    /// Speed of an emergency vehicle behind those who have not moved aside, and past those who
    /// have.
    pub(crate) fn behind_those_in_the_way(&self, slot: u32, kind: &Kind) -> f64 {
        let slots = &self.state.slots;
        let at = slot as usize;
        let mut passes = false;
        let mut other = slots.ahead[at];
        while other != NONE && slots.is(other, flag::ASIDE) {
            let rear = slots.position[other as usize] - self.state.kind(other).length;
            passes |= rear - slots.position[at] < kind.look_ahead;
            other = slots.ahead[other as usize];
        }
        let mut next = kind.max_speed;
        if passes {
            let place = slots.place[at];
            let single = !self.layout.is_lane(place)
                || self.layout.inner[place as usize] & self.layout.outer[place as usize] == NONE;
            next = PASSING_MPS[usize::from(single)];
        }
        if other != NONE {
            let of = self.state.kind(other);
            let leader = Leader {
                speed: slots.speed[other as usize],
                max_deceleration: of.max_deceleration,
                usual_deceleration: of.usual_deceleration,
                gap: slots.position[other as usize] - of.length - slots.position[at],
            };
            next = lesser(next, follow::behind(kind, slots.speed[at], &leader));
        }
        next
    }

    /// Whether somebody is about to use a crossing point that an emergency vehicle wants to pass
    /// at red.
    pub(crate) fn is_crossed(&self, crossing: &Crossing, own_time: f64) -> bool {
        let Some((foe, distance)) = self.announced(crossing.foe, crossing.foe_distance) else {
            return false;
        };
        let slots = &self.state.slots;
        let kind = self.state.kind(foe);
        let speed = slots.speed[foe as usize];
        if distance <= 0.0 {
            // On the point, or just behind it.
            return distance + kind.length > 0.0;
        }
        let stops = self.config.give_way
            && !slots.is(foe, flag::SIREN)
            && kind.brake_distance(speed) < distance - kind.length;
        !stops && distance < speed.max(1.0) * (own_time + MARGIN_S)
    }

    /// Whether a vehicle makes way for one it meets at a crossing point.
    pub(crate) fn makes_way_for(&self, slot: u32, foe: u32) -> bool {
        self.config.give_way
            && self.state.slots.is(foe, flag::SIREN)
            && !self.state.slots.is(slot, flag::SIREN)
    }

    /// Puts emergency vehicles that have passed others ahead of them in their lists.
    pub(crate) fn overtake_aside(&mut self) {
        self.find_sirens();
        for index in 0..self.scratch.siren_places.len() {
            let place = self.scratch.siren_places[index];
            let mut slot = self.state.places.first[place as usize];
            while slot != NONE {
                let behind = self.state.slots.behind[slot as usize];
                if behind != NONE && self.has_passed(behind, slot) {
                    self.swap(place, slot, behind);
                    // The same vehicle may have passed the next one ahead as well.
                    let ahead = self.state.slots.ahead[behind as usize];
                    slot = if ahead == NONE { behind } else { ahead };
                } else {
                    slot = behind;
                }
            }
        }
        self.drive_on();
    }

    fn has_passed(&self, slot: u32, other: u32) -> bool {
        let slots = &self.state.slots;
        slots.is(slot, flag::SIREN)
            && slots.is(other, flag::ASIDE)
            && slots.position[slot as usize] > slots.position[other as usize]
    }

    /// Swaps two neighbors of a list.
    fn swap(&mut self, place: u32, ahead: u32, behind: u32) {
        let (slots, places) = (&mut self.state.slots, &mut self.state.places);
        let (before, after) = (slots.ahead[ahead as usize], slots.behind[behind as usize]);
        slots.ahead[behind as usize] = before;
        slots.behind[behind as usize] = ahead;
        slots.ahead[ahead as usize] = behind;
        slots.behind[ahead as usize] = after;
        match before {
            NONE => places.first[place as usize] = behind,
            _ => slots.behind[before as usize] = behind,
        }
        match after {
            NONE => places.last[place as usize] = ahead,
            _ => slots.ahead[after as usize] = ahead,
        }
    }

    /// Lets those drive on whom no siren is behind any more.
    fn drive_on(&mut self) {
        for index in 0..self.scratch.siren_places.len() {
            let place = self.scratch.siren_places[index] as usize;
            let mut siren = f64::NEG_INFINITY;
            let mut slot = self.state.places.last[place];
            while slot != NONE {
                let at = slot as usize;
                let position = self.state.slots.position[at];
                if self.state.slots.is(slot, flag::SIREN) {
                    siren = position - self.state.kind(slot).length;
                } else if self.state.slots.is(slot, flag::ASIDE)
                    && siren == f64::NEG_INFINITY
                    && !self.is_beside_siren(slot)
                {
                    self.state.slots.flags[at] &= !flag::ASIDE;
                }
                slot = self.state.slots.ahead[at];
            }
        }
    }

    /// Whether a siren is just ahead or beside, not yet past.
    fn is_beside_siren(&self, slot: u32) -> bool {
        let slots = &self.state.slots;
        let ahead = slots.ahead[slot as usize];
        ahead != NONE && slots.is(ahead, flag::SIREN) && {
            let rear = slots.position[ahead as usize] - self.state.kind(ahead).length;
            rear < slots.position[slot as usize] + PASSED_M
        }
    }
}

/// Speed of an emergency vehicle that comes to a red light `rest` ahead: it passes the stop line
/// slowly.
pub(crate) fn through_red(kind: &Kind, rest: f64) -> f64 {
    // A little less than usual braking, which leaves room for whole steps.
    let braking = 0.8 * kind.usual_deceleration;
    (RED_MPS * RED_MPS + 2.0 * braking * rest.max(0.0)).sqrt()
}
