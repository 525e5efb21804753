//! Departures: vehicles appear, wait for room, and enter their first lane.

use crate::layout::NONE;
use crate::random::{self, Purpose};
use crate::state::{Life, flag};
use crate::step::Step;

/// What a vehicle takes for the gap to its leader until it has had one.
///
/// It decides only whether a vehicle without leader looks for a better lane. CityFlow leaves it
/// unset and finds there, now and then, the usual gap of another vehicle.
const FIRST_GAP_M: f64 = 20.0;

impl Step<'_> {
    /// Lets all vehicles appear whose time has come; each joins the waiting line of a lane.
    pub(crate) fn depart(&mut self) {
        while let Some(&vehicle) = self.state.trips.pending.last() {
            if self.state.trips[vehicle].depart > self.state.clock {
                break;
            }
            self.state.trips.pending.pop();
            self.state.reroute_departing(self.layout, vehicle);
            let lane = self.state.first_lane(self.layout, self.config.seed, vehicle);
            let (trips, tally) = (&mut self.state.trips, &mut self.state.tally);
            let trip = &mut trips[vehicle];
            (trip.depart, trip.life) = (self.state.clock, Life::Waiting);
            let (kind, route) = (self.state.kinds[trip.kind as usize], trip.route);
            tally.created += 1;
            tally.engine_present += 1;
            tally.engine_departures += u64::from(self.state.clock);
            self.state.trips[vehicle].free_flow =
                self.state.free_flow(self.layout, &kind, (lane, 0.0), route);
            self.state.join_line(lane, vehicle);
        }
    }

    /// Lets the first of every waiting line onto its lane where there is room.
    pub(crate) fn insert_waiting(&mut self) {
        if self.state.waiting_to_enter() == 0 {
            return;
        }
        for lane in 0..self.layout.lanes as u32 {
            let vehicle = self.state.places.line_first[lane as usize];
            if vehicle == NONE || self.state.places.closed[lane as usize] {
                continue;
            }
            let slots = &self.state.slots;
            let tail = self.state.places.last[lane as usize];
            let kind = &self.state.kinds[self.state.trips[vehicle].kind as usize];
            let room = tail == NONE
                || slots.position[tail as usize] > self.state.kind(tail).length + kind.min_gap;
            if room {
                let places = &mut self.state.places;
                let next = self.state.trips[vehicle].next_waiting;
                places.line_first[lane as usize] = next;
                if next == NONE {
                    places.line_last[lane as usize] = NONE;
                }
                self.insert(vehicle, lane, 0.0);
                self.scratch.knows_tails &= self.layout.incoming(lane).is_empty();
            }
        }
    }

    /// Puts a vehicle onto `lane`, standing, ahead of all who have not come as far.
    pub(crate) fn insert(&mut self, vehicle: u32, lane: u32, position: f64) {
        let slot = self.state.slots.take();
        let at = slot as usize;
        let trip = self.state.trips[vehicle];
        let (route_at, route_last) = trip.route;
        let clock = self.state.clock;
        let slots = &mut self.state.slots;
        slots.vehicle[at] = vehicle;
        slots.position[at] = position;
        slots.kind[at] = trip.kind;
        slots.route_at[at] = route_at;
        slots.route_last[at] = route_last;
        slots.still_since[at] = clock;
        slots.gap[at] = FIRST_GAP_M;
        slots.priority[at] = random::draw(self.config.seed, Purpose::Priority, vehicle, 0) as u32;
        if trip.siren {
            slots.flags[at] |= flag::SIREN;
            self.state.sirens += 1;
        }
        self.state.slots.next_link[at] =
            self.state.link_from(self.layout, lane, route_at, route_last);
        if self.state.places.first[lane as usize] == NONE {
            self.scratch.busy.push(lane);
        }
        let follower = self.state.first_behind(lane, position);
        self.state.insert_ahead_of(lane, slot, follower);
        if self.state.slots.ahead[at] == NONE {
            self.look_ahead(slot);
        } else {
            self.follow_ahead(slot);
        }
        let trip = &mut self.state.trips[vehicle];
        (trip.life, trip.slot) = (Life::Driving, slot);
        self.state.active += 1;
        self.state.tally.inserted += 1;
        self.enter_site(vehicle, lane);
    }

    /// Takes a vehicle off the road, with its shadow.
    pub(crate) fn take_out(&mut self, vehicle: u32) {
        let slot = self.state.trips[vehicle].slot;
        if self.state.slots.is(slot, flag::SIREN) {
            self.state.sirens -= 1;
        }
        let place = self.state.slots.place[slot as usize];
        if self.layout.is_lane(place) {
            self.leave_site(vehicle, place);
        }
        let depart = self.state.trips[vehicle].depart;
        for slot in [slot, self.state.slots.partner[slot as usize]] {
            if slot != NONE {
                self.state.tally.drop_present(depart);
                self.state.unlink(slot);
                self.state.slots.release(slot);
                self.state.active -= 1;
            }
        }
    }
}
