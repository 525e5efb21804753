//! Vehicles from outside: added, placed, removed and looked up.
//!
//! # Units
//! Metres, metres per second, seconds since the twin began.

use urbis_core::{LaneId, RoadId};
use urbis_network::VehicleType;
use urbis_units::{Meters, MetersPerSecond, Seconds};

use crate::error::number;
use crate::layout::NONE;
use crate::state::{Life, State, Trip, Trips, flag};
use crate::trip::{DEPART_MAX_S, Vehicle, VehicleId, VehicleState};
use crate::units::WAITING_BELOW_MPS;
use crate::{Twin, TwinError};

/// Farther than this nobody looks for a free place, metres.
const NEARBY_M: f64 = 30.0;

impl Twin {
    /// Adds a vehicle that departs with the next step; an emergency vehicle uses its siren.
    /// Shortest paths complete a route that names only some of its roads.
    ///
    /// # Errors
    /// [`TwinError`] when the route cannot be driven.
    pub fn add_vehicle(
        &mut self,
        of: VehicleType,
        route: &[RoadId],
    ) -> Result<VehicleId, TwinError> {
        self.add_vehicle_at(Seconds::new(f64::from(self.state.clock)), of, route)
    }

    /// Adds a vehicle that departs at a time of the twin's clock, or with the next step when that
    /// has passed.
    ///
    /// # Errors
    /// [`TwinError`] when the route cannot be driven or the time is none.
    pub fn add_vehicle_at(
        &mut self,
        depart: Seconds,
        of: VehicleType,
        route: &[RoadId],
    ) -> Result<VehicleId, TwinError> {
        let depart = number("depart", depart.get(), (0.0, DEPART_MAX_S), "0 to 4e9 s")?;
        let (route, kind) = self.state.for_vehicle(&self.layout, of, route)?;
        let depart = (libm::ceil(depart) as u32).max(self.state.clock);
        let vehicle = self.state.push_trip(Life::Pending, depart, kind, route);
        let Trips { all, pending } = &mut self.state.trips;
        let at = pending.partition_point(|other| (all[*other].depart, *other) > (depart, vehicle));
        pending.insert(at, vehicle);
        Ok(VehicleId(vehicle))
    }

    /// Puts a vehicle onto a lane, as near to `position` as there is room within 30 m; `route`
    /// begins with the lane's road. `None` when there is no room, or the lane or route is none.
    pub fn place_vehicle(
        &mut self,
        lane: LaneId,
        position: Meters,
        speed: MetersPerSecond,
        of: VehicleType,
        route: &[RoadId],
    ) -> Option<VehicleId> {
        let road = self.layout.network.lanes.get(lane)?.road;
        if route.first() != Some(&road) {
            return None;
        }
        let length = self.layout.length[lane.0 as usize];
        let position = number("position", position.get(), (0.0, length), "on the lane").ok()?;
        let nearby = ((position - NEARBY_M).max(0.0), (position + NEARBY_M).min(length));
        let position = self.state.free_spot(lane.0, position, nearby, of.length.get())?;
        let speed = number("speed", speed.get(), (0.0, 100.0), "0 to 100 m/s").ok()?;
        let (route, kind) = self.state.for_vehicle(&self.layout, of, route).ok()?;
        let clock = self.state.clock;
        let vehicle = self.state.push_trip(Life::Driving, clock, kind, route);
        let tally = &mut self.state.tally;
        tally.created += 1;
        tally.engine_present += 1;
        tally.engine_departures += u64::from(clock);
        self.state.trips[vehicle].free_flow = self.state.free_flow(
            &self.layout,
            &self.state.kinds[kind as usize],
            (lane.0, position),
            route,
        );
        let mut step = self.as_step();
        step.fit();
        step.insert(vehicle, lane.0, position);
        let slot = self.state.trips[vehicle].slot as usize;
        self.state.slots.speed[slot] = speed;
        if speed >= WAITING_BELOW_MPS {
            self.state.slots.still_since[slot] = NONE;
        }
        self.as_step().update_around(&[lane.0]);
        Some(VehicleId(vehicle))
    }

    /// Takes a vehicle out, wherever it is; answers whether there was one to take.
    pub fn remove_vehicle(&mut self, vehicle: VehicleId) -> bool {
        let Some(&Trip { life, depart, .. }) = self.state.trips.all.get(vehicle.0) else {
            return false;
        };
        let mut left = Vec::new();
        match life {
            Life::Arrived | Life::Removed => return false,
            Life::Pending => self.state.trips.pending.retain(|other| *other != vehicle.0),
            Life::Waiting => {
                self.state.leave_line(vehicle.0);
                self.state.tally.drop_present(depart);
                self.state.tally.removed += 1;
            }
            Life::Driving => {
                let slot = self.state.trips[vehicle.0].slot as usize;
                left.push(self.state.slots.place[slot]);
                let shadow = self.state.slots.partner[slot];
                if shadow != NONE {
                    left.push(self.state.slots.place[shadow as usize]);
                }
                self.as_step().take_out(vehicle.0);
                self.state.tally.removed += 1;
                self.state.tally.removed_driving += 1;
            }
        }
        let end = self.state.clock;
        let trip = &mut self.state.trips[vehicle.0];
        (trip.life, trip.end, trip.slot) = (Life::Removed, end, NONE);
        self.state.forget(vehicle.0);
        if !left.is_empty() {
            self.as_step().update_around(&left);
        }
        true
    }

    /// Where a vehicle is; `None` for an id this twin never gave, and for one whose vehicle has gone
    /// and is forgotten: that may be as soon as it has gone, since no twin keeps them for ever.
    pub fn vehicle(&self, vehicle: VehicleId) -> Option<VehicleState> {
        self.state.vehicle(&self.layout, vehicle)
    }

    /// Whether a vehicle has arrived or was removed; also of an id this twin does not have.
    pub fn is_gone(&self, vehicle: VehicleId) -> bool {
        self.state.trips.all.get(vehicle.0).is_none_or(Trip::is_gone)
    }

    /// Switches the siren of a vehicle that has not arrived on or off.
    pub fn set_siren(&mut self, vehicle: VehicleId, on: bool) {
        if self.is_gone(vehicle) || self.state.trips[vehicle.0].siren == on {
            return;
        }
        let trip = &mut self.state.trips[vehicle.0];
        trip.siren = on;
        if trip.life == Life::Driving {
            let slot = trip.slot as usize;
            self.state.slots.flags[slot] ^= flag::SIREN;
            self.state.sirens = if on { self.state.sirens + 1 } else { self.state.sirens - 1 };
        }
    }

    /// The vehicles on the road, lane by lane, then lane link by lane link, each front first.
    pub fn vehicles(&self) -> impl Iterator<Item = Vehicle> + '_ {
        (0..self.layout.length.len() as u32).flat_map(|place| self.vehicles_at(place))
    }

    /// The vehicles on one lane, front first.
    pub fn vehicles_on(&self, lane: LaneId) -> impl Iterator<Item = Vehicle> + '_ {
        let inside = (lane.0 as usize) < self.layout.lanes;
        inside.then(|| self.vehicles_at(lane.0)).into_iter().flatten()
    }

    fn vehicles_at(&self, place: u32) -> impl Iterator<Item = Vehicle> + '_ {
        let spot = self.layout.spot(place);
        let slots = &self.state.slots;
        self.state.list(place).filter(|slot| !slots.is(*slot, flag::SHADOW | flag::OBSTACLE)).map(
            move |slot| {
                let (at, kind) = (slot as usize, self.state.kind(slot));
                Vehicle {
                    id: VehicleId(slots.vehicle[at]),
                    class: kind.class,
                    siren: slots.is(slot, flag::SIREN),
                    spot,
                    position: Meters::new(slots.position[at]),
                    offset: Meters::new(slots.offset[at]),
                    speed: MetersPerSecond::new(slots.speed[at]),
                    length: Meters::new(kind.length),
                    width: Meters::new(kind.width),
                }
            },
        )
    }
}

impl State {
    /// The slots of a place, front first.
    pub(crate) fn list(&self, place: u32) -> impl Iterator<Item = u32> + '_ {
        let some = |slot: u32| (slot != NONE).then_some(slot);
        let first = some(self.places.first[place as usize]);
        std::iter::successors(first, move |slot| some(self.slots.behind[*slot as usize]))
    }

    /// The position nearest to `position`, from `start` to `end`, at which a vehicle of `length`
    /// fits between the others on `lane` with a little room.
    fn free_spot(
        &self,
        lane: u32,
        position: f64,
        (start, end): (f64, f64),
        length: f64,
    ) -> Option<f64> {
        // Between a front bound (the rear of the one ahead) and a rear bound (the front of the one
        // behind) the nearest place is the nearest end of what remains.
        let room = SPOT_GAP_M;
        let mut best: Option<f64> = None;
        let mut front = f64::INFINITY;
        let mut consider = |low: f64, high: f64| {
            if low <= high {
                let spot = position.clamp(low, high);
                let nearer = |best: f64| (spot - position).abs() < (best - position).abs();
                if best.is_none_or(nearer) {
                    best = Some(spot);
                }
            }
        };
        for slot in self.list(lane) {
            let rear_bound = self.slots.position[slot as usize] + length + room;
            consider(rear_bound.max(start), (front - room).min(end));
            front = self.slots.position[slot as usize] - self.kind(slot).length;
        }
        consider(start, (front - room).min(end));
        best
    }

    /// Takes a vehicle out of its waiting line.
    fn leave_line(&mut self, vehicle: u32) {
        let lane = self.trips[vehicle].slot as usize;
        let line: Vec<u32> = self
            .line_from(self.places.line_first[lane])
            .filter(|other| *other != vehicle)
            .collect();
        self.set_line(lane as u32, &line);
    }

    /// Makes `line` the waiting line of a lane.
    pub(crate) fn set_line(&mut self, lane: u32, line: &[u32]) {
        self.places.line_first[lane as usize] = line.first().copied().unwrap_or(NONE);
        self.places.line_last[lane as usize] = line.last().copied().unwrap_or(NONE);
        for (index, &vehicle) in line.iter().enumerate() {
            let next_waiting = line.get(index + 1).copied().unwrap_or(NONE);
            let trip = &mut self.trips[vehicle];
            (trip.slot, trip.next_waiting) = (lane, next_waiting);
        }
    }
}

/// Room left to others when a vehicle is put onto a lane, metres.
const SPOT_GAP_M: f64 = 1.0;
