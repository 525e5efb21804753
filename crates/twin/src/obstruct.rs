//! Closures, things that stand in the way, and how everybody drives.
//!
//! # Units
//! Metres.

use urbis_core::LaneId;
use urbis_network::VehicleType;
use urbis_units::Meters;

use crate::Twin;
use crate::config::Driving;
use crate::kind::Kind;
use crate::layout::{Layout, NONE};
use crate::route;
use crate::state::{Life, State, flag};
use crate::step::Step;

/// Length of what stands on a lane after a crash.
const CRASH_LENGTH: Meters = Meters::new(7.5);

impl Twin {
    /// Closes a lane: nobody comes onto it any more, those on it leave it. Vehicles that would
    /// drive on a road whose lanes are now all closed find another way, where there is one. A lane
    /// the network does not have is ignored.
    pub fn close_lane(&mut self, lane: LaneId) {
        self.set_closed(lane, true);
    }

    /// Opens a lane that was closed, wholly or in part. Routes that were changed stay so.
    pub fn open_lane(&mut self, lane: LaneId) {
        self.clear(lane, true);
        self.set_closed(lane, false);
    }

    /// Closes a lane from one distance to another: those before it change lanes or queue.
    pub fn close_stretch(&mut self, lane: LaneId, from: Meters, to: Meters) {
        self.stand(lane, to, to - from, true);
    }

    /// Puts something onto a lane that stands there, its front at `position`: a crash, a breakdown.
    pub fn block(&mut self, lane: LaneId, position: Meters) {
        self.stand(lane, position, CRASH_LENGTH, false);
    }

    /// Takes away what [`Self::block`] put onto a lane.
    pub fn unblock(&mut self, lane: LaneId) {
        self.clear(lane, false);
    }

    /// Lets everybody drive by `speed_factor` of the usual speeds and keep `headway_factor` of the
    /// usual headways, both counted from what the vehicle types say. Factors are held between 0.1
    /// and 10.
    pub fn scale_driving(&mut self, speed_factor: f64, headway_factor: f64) {
        let held = |factor: f64| if factor.is_finite() { factor.clamp(0.1, 10.0) } else { 1.0 };
        let driving =
            Driving { speed_factor: held(speed_factor), headway_factor: held(headway_factor) };
        self.state.driving = driving;
        self.state.kinds = self.state.types.iter().map(|of| Kind::new(of, driving)).collect();
    }

    fn set_closed(&mut self, lane: LaneId, closed: bool) {
        let Some(known) = self.state.places.closed.get_mut(lane.0 as usize) else { return };
        if std::mem::replace(known, closed) != closed {
            let road = self.layout.road[lane.0 as usize];
            self.as_step().replan(road);
        }
    }

    fn stand(&mut self, lane: LaneId, front: Meters, length: Meters, planned: bool) {
        let Some(&most) = self.layout.length.get(lane.0 as usize) else { return };
        let front = front.get();
        if lane.0 as usize >= self.layout.lanes || !(0.0..=most).contains(&front) {
            return;
        }
        let length = length.get().clamp(0.1, front.max(0.1));
        let of = VehicleType { length: Meters::new(length), ..VehicleType::CAR };
        let Ok(kind) = self.state.type_of(of) else { return };
        let slot = self.state.slots.take();
        let at = slot as usize;
        let slots = &mut self.state.slots;
        slots.flags[at] = flag::OBSTACLE;
        slots.kind[at] = kind;
        slots.position[at] = front;
        slots.target[at] = if planned { lane.0 } else { NONE };
        let follower = self.state.first_behind(lane.0, front);
        self.state.insert_ahead_of(lane.0, slot, follower);
        self.state.obstacles[lane.0 as usize] += 1;
        let mut step = self.as_step();
        step.fit();
        step.update_leaders();
    }

    fn clear(&mut self, lane: LaneId, planned: bool) {
        if lane.0 as usize >= self.layout.lanes || self.state.obstacles[lane.0 as usize] == 0 {
            return;
        }
        let standing: Vec<u32> = self
            .state
            .list(lane.0)
            .filter(|slot| {
                self.state.slots.is(*slot, flag::OBSTACLE)
                    && (self.state.slots.target[*slot as usize] != NONE) == planned
            })
            .collect();
        for slot in standing {
            self.state.unlink(slot);
            self.state.slots.release(slot);
            self.state.obstacles[lane.0 as usize] -= 1;
        }
        self.as_step().update_leaders();
    }
}

impl Step<'_> {
    /// Finds new lane links, lanes of departure and routes after a lane of `road` was closed or
    /// opened.
    fn replan(&mut self, road: u32) {
        let layout = self.layout;
        if route::is_closed(layout, self.state, road) {
            let vehicles: Vec<u32> = self.state.trips.all.indices().collect();
            for vehicle in vehicles {
                if self.state.trips[vehicle].life == Life::Driving {
                    self.state.reroute_driving(layout, vehicle, road);
                }
            }
        }
        for slot in 0..self.state.slots.place.len() {
            let slots = &self.state.slots;
            if slots.place[slot] != NONE
                && layout.is_lane(slots.place[slot])
                && slots.flags[slot] & flag::OBSTACLE == 0
            {
                let (lane, at, last) =
                    (slots.place[slot], slots.route_at[slot], slots.route_last[slot]);
                self.state.slots.next_link[slot] = self.state.link_from(layout, lane, at, last);
            }
        }
        for lane in layout.lanes_of(road) {
            if self.state.places.closed[lane as usize] {
                self.leave_lines(lane);
            }
        }
        self.update_leaders();
    }

    /// Moves those who wait before a closed lane to other lanes of its road.
    fn leave_lines(&mut self, lane: u32) {
        let line: Vec<u32> =
            self.state.line_from(self.state.places.line_first[lane as usize]).collect();
        self.state.set_line(lane, &[]);
        for vehicle in line {
            let to = self.state.first_lane(self.layout, self.config.seed, vehicle);
            self.state.join_line(to, vehicle);
        }
    }
}

impl State {
    /// Gives a driving vehicle a way around a road, if it would come to it and there is one. Where
    /// the way only ends there, it ends before.
    fn reroute_driving(&mut self, layout: &Layout, vehicle: u32, around: u32) {
        let slot = self.trips[vehicle].slot as usize;
        let on_link = !layout.is_lane(self.slots.place[slot]);
        // Inside a junction the next road is settled.
        let at = self.slots.route_at[slot] + u32::from(on_link);
        let last = self.slots.route_last[slot];
        if at >= last {
            return;
        }
        let rest = self.routes.roads(at, last);
        if !rest[1..].iter().any(|of| of.road == around) {
            return;
        }
        let ends = (rest[0].road, rest[rest.len() - 1].road);
        let Some(mut roads) = way_around(layout, self, ends.0, ends.1) else { return };
        if on_link {
            roads.insert(0, self.routes.road(at - 1));
        }
        let Some((first, last)) = self.routes.add(layout, &roads) else { return };
        for slot in [slot as u32, self.slots.partner[slot]] {
            if slot != NONE {
                self.slots.route_at[slot as usize] = first;
                self.slots.route_last[slot as usize] = last;
            }
        }
        self.take_route(vehicle, (first, last));
    }

    /// Gives a vehicle another route, just added, in place of the one it holds.
    pub(crate) fn take_route(&mut self, vehicle: u32, route: (u32, u32)) {
        let old = std::mem::replace(&mut self.trips[vehicle].route, route);
        self.routes.release(old);
    }

    /// Gives a vehicle that departs a way around closed roads, if its route has any and there is
    /// one.
    pub(crate) fn reroute_departing(&mut self, layout: &Layout, vehicle: u32) {
        let (at, last) = self.trips[vehicle].route;
        let rest = self.routes.roads(at, last);
        if !rest[1..].iter().any(|of| route::is_closed(layout, self, of.road)) {
            return;
        }
        let ends = (rest[0].road, rest[rest.len() - 1].road);
        let Some(roads) = way_around(layout, self, ends.0, ends.1) else { return };
        if let Some(route) = self.routes.add(layout, &roads) {
            self.take_route(vehicle, route);
        }
    }

    /// Appends a vehicle to the waiting line of a lane.
    pub(crate) fn join_line(&mut self, lane: u32, vehicle: u32) {
        self.trips[vehicle].slot = lane;
        self.trips[vehicle].next_waiting = NONE;
        match self.places.line_last[lane as usize] {
            NONE => self.places.line_first[lane as usize] = vehicle,
            last => self.trips[last].next_waiting = vehicle,
        }
        self.places.line_last[lane as usize] = vehicle;
    }
}

/// A way that avoids closed roads, from its first road on; one that ends before a closed last road.
pub(crate) fn way_around(layout: &Layout, state: &State, from: u32, to: u32) -> Option<Vec<u32>> {
    let closed = |road: u32| route::is_closed(layout, state, road);
    let mut path = route::shortest(layout, from, to, |road| road != to && closed(road))?;
    if closed(to) {
        path.pop();
    }
    path.insert(0, from);
    Some(path)
}
