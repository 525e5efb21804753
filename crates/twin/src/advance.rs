//! Moves: every vehicle covers its distance, changes place, arrives.
//!
//! # Units
//! Metres, metres per second, seconds.

use urbis_core::MovementId;

use crate::layout::NONE;
use crate::state::{Life, flag};
use crate::step::{Mover, Step};
use crate::units::WAITING_BELOW_MPS;

/// Slowest sideways speed of a lane change.
const SIDEWAYS_MIN_MPS: f64 = 1.0;
/// Sideways speed as a share of speed.
const SIDEWAYS_SHARE: f64 = 0.2;

/// Where a move ends.
enum End {
    /// On the place where it began, or on another.
    At(Mover),
    /// Beyond the end of the route.
    Arrived,
}

impl Step<'_> {
    /// Moves all vehicles as they decided.
    pub(crate) fn advance(&mut self) {
        self.scratch.movers.clear();
        self.scratch.ended.clear();
        for index in 0..self.scratch.busy.len() {
            let place = self.scratch.busy[index] as usize;
            let mut slot = self.state.places.first[place];
            while slot != NONE {
                if !self.state.slots.is(slot, flag::SHADOW | flag::OBSTACLE) {
                    self.move_vehicle(slot);
                }
                slot = self.state.slots.behind[slot as usize];
            }
        }
        // Only now, so that the loop did not meet them as vehicles that had not moved.
        while let Some(slot) = self.scratch.risen.pop() {
            self.state.slots.flags[slot as usize] &= !flag::SHADOW;
        }
        self.detect();
        self.settle();
    }

    /// Moves a vehicle, with its shadow if it changes lanes.
    fn move_vehicle(&mut self, slot: u32) {
        let shadow = self.state.slots.partner[slot as usize];
        if shadow == NONE {
            let end = self.drive(slot, self.scratch.next_speed[slot as usize]);
            self.end_move(slot, &end);
            return;
        }
        let speed =
            self.scratch.next_speed[slot as usize].min(self.scratch.next_speed[shadow as usize]);
        let end = self.drive(slot, speed);
        let shadow_end = self.drive(shadow, speed);
        let both_stay = self.stays(slot, &end) && self.stays(shadow, &shadow_end);
        if self.shift(slot) {
            self.hand_over(slot, shadow);
            self.end_move(shadow, &shadow_end);
        } else if both_stay {
            self.end_move(slot, &end);
            self.end_move(shadow, &shadow_end);
        } else {
            self.break_off(slot);
            self.end_move(slot, &end);
        }
    }

    fn stays(&self, slot: u32, end: &End) -> bool {
        match end {
            End::At(mover) => mover.place == self.state.slots.place[slot as usize],
            End::Arrived => false,
        }
    }

    /// Sets a vehicle's speed and answers where it comes to.
    fn drive(&mut self, slot: u32, speed: f64) -> End {
        let layout = self.layout;
        let at = slot as usize;
        let slots = &self.state.slots;
        let old = slots.speed[at];
        let (speed, moved) = if speed < 0.0 {
            (0.0, 0.5 * old * old / self.state.kind(slot).max_deceleration)
        } else {
            (speed, 0.5 * (old + speed))
        };
        let (mut place, mut link) = (slots.place[at], slots.next_link[at]);
        let (mut route_at, route_last) = (slots.route_at[at], slots.route_last[at]);
        let mut position = moved + slots.position[at];
        let mut arrived = false;
        while position > layout.length[place as usize] {
            if !layout.is_lane(place) {
                position -= layout.length[place as usize];
                place = layout.links[layout.link_at(place) as usize].to;
                route_at += 1;
                link = self.state.link_from(layout, place, route_at, route_last);
            } else if link != NONE {
                position -= layout.length[place as usize];
                place = layout.place_of(link);
            } else if route_at == route_last {
                arrived = true;
                break;
            } else {
                // At the end of a lane from which no way leads on.
                position = layout.length[place as usize];
            }
        }
        self.scratch.moved[at] = moved;
        self.note_speed(slot, speed);
        self.state.slots.speed[at] = speed;
        self.state.slots.blocker[at] = self.scratch.blocker[at];
        if arrived { End::Arrived } else { End::At(Mover { slot, place, route_at, position }) }
    }

    fn note_speed(&mut self, slot: u32, speed: f64) {
        let at = slot as usize;
        let slots = &mut self.state.slots;
        if speed >= WAITING_BELOW_MPS {
            slots.still_since[at] = NONE;
            return;
        }
        let real = slots.flags[at] & flag::SHADOW == 0;
        if slots.still_since[at] == NONE {
            slots.still_since[at] = self.state.clock;
            self.state.tally.stops += u64::from(real);
        }
        let waited = self.state.clock + 1 - slots.still_since[at];
        if real && waited > self.state.tally.wait_max {
            self.state.tally.wait_max = waited;
        }
    }

    /// Moves a changing vehicle sideways; answers whether it has moved over.
    fn shift(&mut self, slot: u32) -> bool {
        let at = slot as usize;
        let slots = &mut self.state.slots;
        let (lane, target) = (slots.place[at] as usize, slots.target[at] as usize);
        let direction = if target > lane { 1.0 } else { -1.0 };
        let step = (SIDEWAYS_SHARE * slots.speed[at]).max(SIDEWAYS_MIN_MPS);
        let across = 0.5 * (self.layout.width[target] + self.layout.width[lane]);
        let offset = (slots.offset[at] + step * direction).abs().min(across);
        slots.offset[at] = offset * direction;
        offset >= across
    }

    /// Makes the shadow the vehicle.
    fn hand_over(&mut self, slot: u32, shadow: u32) {
        let slots = &mut self.state.slots;
        let at = shadow as usize;
        self.scratch.risen.push(shadow);
        slots.partner[at] = NONE;
        slots.offset[at] = 0.0;
        slots.target[at] = NONE;
        let vehicle = slots.vehicle[at];
        self.state.trips[vehicle].slot = shadow;
        let depart = self.state.trips[vehicle].depart;
        self.state.tally.drop_present(depart);
        self.scratch.leaves[slot as usize] = true;
        self.scratch.ended.push(slot);
    }

    /// Ends a lane change where it stands: the shadow goes.
    pub(crate) fn break_off(&mut self, slot: u32) {
        let slots = &mut self.state.slots;
        let at = slot as usize;
        let shadow = slots.partner[at];
        slots.flags[at] &= !flag::CHANGING;
        slots.partner[at] = NONE;
        slots.offset[at] = 0.0;
        slots.target[at] = NONE;
        let vehicle = slots.vehicle[at];
        let depart = self.state.trips[vehicle].depart;
        self.state.tally.drop_present(depart);
        self.state.tally.engine_finished += 1;
        self.state.tally.engine_time +=
            u64::from(self.state.clock - self.state.trips[vehicle].depart);
        self.scratch.leaves[shadow as usize] = true;
        self.scratch.ended.push(shadow);
    }

    fn end_move(&mut self, slot: u32, end: &End) {
        self.scratch.leaves[slot as usize] = true;
        match end {
            End::Arrived => self.arrive(slot),
            End::At(mover) if mover.place == self.state.slots.place[slot as usize] => {
                self.scratch.leaves[slot as usize] = false;
                self.state.slots.position[slot as usize] = mover.position;
            }
            End::At(mover) => self.scratch.movers.push(*mover),
        }
    }

    fn arrive(&mut self, slot: u32) {
        let clock = self.state.clock;
        let vehicle = self.state.slots.vehicle[slot as usize];
        let trip = &mut self.state.trips[vehicle];
        (trip.life, trip.end, trip.slot) = (Life::Arrived, clock, NONE);
        let (depart, free_flow) = (trip.depart, trip.free_flow);
        let time = clock - depart;
        self.state.tally.drop_present(depart);
        self.scratch.gone.push(vehicle);
        let tally = &mut self.state.tally;
        tally.finished += 1;
        tally.engine_finished += 1;
        tally.engine_time += u64::from(time);
        tally.delay += f64::from(time) - free_flow;
        self.scratch.ended.push(slot);
    }

    /// Takes those who left off the lists and puts those who moved on to their new ones.
    fn settle(&mut self) {
        let ended = std::mem::take(&mut self.scratch.ended);
        for &slot in &ended {
            let place = self.state.slots.place[slot as usize];
            if self.layout.is_lane(place) && !self.state.slots.is(slot, flag::SHADOW) {
                let vehicle = self.state.slots.vehicle[slot as usize];
                if self.state.trips[vehicle].life != Life::Driving {
                    self.leave_site(vehicle, place);
                }
            }
            if self.state.slots.is(slot, flag::SIREN)
                && !self.state.slots.is(slot, flag::SHADOW)
                && self.state.slots.partner[slot as usize] == NONE
            {
                self.state.sirens -= 1;
            }
            self.state.unlink(slot);
            self.state.slots.release(slot);
            self.state.active -= 1;
        }
        self.scratch.ended = ended;
        let mut movers = std::mem::take(&mut self.scratch.movers);
        for mover in &movers {
            self.state.unlink(mover.slot);
        }
        // The farthest first, as they stand on the road; which slot a vehicle has means nothing.
        let slots = &self.state.slots;
        let name = |mover: &Mover| {
            let at = mover.slot as usize;
            (slots.vehicle[at], slots.flags[at] & flag::SHADOW)
        };
        movers.sort_unstable_by(|a, b| {
            b.position.total_cmp(&a.position).then_with(|| name(a).cmp(&name(b)))
        });
        for mover in &movers {
            self.place(mover);
        }
        self.scratch.movers = movers;
        while let Some(vehicle) = self.scratch.gone.pop() {
            self.state.forget(vehicle);
        }
    }

    /// Puts a vehicle that changed place where it came to.
    fn place(&mut self, mover: &Mover) {
        let layout = self.layout;
        let at = mover.slot as usize;
        let old = self.state.slots.place[at];
        let vehicle = self.state.slots.vehicle[at];
        // A vehicle and its shadow are one for the published travel time.
        let counts = !self.state.slots.is(mover.slot, flag::SHADOW);
        if counts && layout.is_lane(old) {
            self.leave_site(vehicle, old);
        }
        let slots = &mut self.state.slots;
        slots.before[at] = old;
        slots.position[at] = mover.position;
        slots.route_at[at] = mover.route_at;
        self.state.insert_ahead_of(mover.place, mover.slot, NONE);
        if layout.is_lane(mover.place) {
            let link = self.state.link_from(
                layout,
                mover.place,
                mover.route_at,
                self.state.slots.route_last[at],
            );
            self.state.slots.next_link[at] = link;
            self.state.slots.link_since[at] = NONE;
            if counts {
                self.enter_site(vehicle, mover.place);
            }
        } else {
            self.state.slots.link_since[at] = self.state.clock;
            let movement = layout.links[layout.link_at(mover.place) as usize].movement;
            self.state.movements[MovementId(movement)] += 1;
        }
    }
}
