//! Everything about a twin that changes, in flat arrays that copy cheaply.
//!
//! # Shape
//! A *slot* holds a vehicle that is on the road; a vehicle that changes lanes has a second slot,
//! its *shadow*, on the lane it moves to. Vehicles of a place form a list, front first, by the
//! slots `ahead` and `behind`. Trips are by vehicle id and outlive the slots; they and the routes
//! stand in pages that copies share and that go when all on them are gone.
//!
//! # Units
//! Metres, metres per second, seconds since the twin began.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use urbis_core::{IdVec, MovementId};
use urbis_network::VehicleType;

use crate::config::Driving;
use crate::kind::Kind;
use crate::layout::{Layout, NONE};
pub(crate) use crate::life::{Life, TRIPS_PAGE, Trip, Trips};
use crate::route::Routes;

/// What is special about a slot.
pub(crate) mod flag {
    /// The second slot of a vehicle that changes lanes.
    pub(crate) const SHADOW: u8 = 1;
    /// A vehicle with a shadow.
    pub(crate) const CHANGING: u8 = 1 << 1;
    /// Not a vehicle: something that stands on the lane.
    pub(crate) const OBSTACLE: u8 = 1 << 2;
    /// Uses its siren.
    pub(crate) const SIREN: u8 = 1 << 3;
    /// Has moved aside for a siren.
    pub(crate) const ASIDE: u8 = 1 << 4;
}

/// Vehicles on the road, by slot.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Slots {
    pub(crate) vehicle: Vec<u32>,
    /// Place; [`NONE`] for a free slot.
    pub(crate) place: Vec<u32>,
    /// Place before this one.
    pub(crate) before: Vec<u32>,
    /// Distance of the front from the start of the place.
    pub(crate) position: Vec<f64>,
    pub(crate) speed: Vec<f64>,
    /// Gap to the leader; without one, the last there was.
    pub(crate) gap: Vec<f64>,
    pub(crate) leader: Vec<u32>,
    pub(crate) ahead: Vec<u32>,
    pub(crate) behind: Vec<u32>,
    pub(crate) kind: Vec<u16>,
    /// Where in the roads of all routes its road stands.
    pub(crate) route_at: Vec<u32>,
    /// Where its last road stands.
    pub(crate) route_last: Vec<u32>,
    /// The lane link it will take from its lane; [`NONE`] on the last road and on wrong lanes.
    pub(crate) next_link: Vec<u32>,
    /// When it came onto its lane link; [`NONE`] on lanes.
    pub(crate) link_since: Vec<u32>,
    /// Who it yielded to in the last step.
    pub(crate) blocker: Vec<u32>,
    /// Its shadow, or the vehicle it is a shadow of.
    pub(crate) partner: Vec<u32>,
    pub(crate) flags: Vec<u8>,
    /// How far it has moved sideways.
    pub(crate) offset: Vec<f64>,
    /// The lane it moves to.
    pub(crate) target: Vec<u32>,
    pub(crate) priority: Vec<u32>,
    /// Since when it stands; [`NONE`] when it moves.
    pub(crate) still_since: Vec<u32>,
    pub(crate) free: Vec<u32>,
}

/// Lanes and lane links, by place, and waiting lines, by lane.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Places {
    pub(crate) first: Vec<u32>,
    pub(crate) last: Vec<u32>,
    /// Vehicles and shadows, without obstacles.
    pub(crate) count: Vec<u16>,
    /// Of them, those below the speed of waiting at the end of the last step.
    pub(crate) waiting: Vec<u16>,
    /// Sum of their speeds at the end of the last step.
    pub(crate) speed_sum: Vec<f64>,
    /// How many ever came and went.
    pub(crate) entered: Vec<u32>,
    pub(crate) left: Vec<u32>,
    pub(crate) line_first: Vec<u32>,
    pub(crate) line_last: Vec<u32>,
    /// Lanes that may not be entered.
    pub(crate) closed: Vec<bool>,
}

/// What was counted on the way.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) created: u32,
    pub(crate) inserted: u32,
    pub(crate) finished: u32,
    pub(crate) removed: u32,
    /// Of them, those that were on the road.
    pub(crate) removed_driving: u32,
    /// Finished vehicles as CityFlow counts them: shadows of broken-off lane changes are counted.
    pub(crate) engine_finished: u32,
    /// Sum of their travel times.
    pub(crate) engine_time: u64,
    /// Vehicles and shadows that are waiting or driving, and the sum of their departures.
    pub(crate) engine_present: u32,
    pub(crate) engine_departures: u64,
    /// Vehicles that have been on a lane that counts for the published travel time.
    pub(crate) seen: u32,
    /// Sum of their times there, except for those there now.
    pub(crate) site_time: i64,
    pub(crate) site_present: u32,
    pub(crate) site_entries: i64,
    /// When vehicles whose routes return to a junction last left it.
    pub(crate) site_left: BTreeMap<(u32, u32), u32>,
    pub(crate) delay: f64,
    pub(crate) stops: u64,
    pub(crate) wait_max: u32,
    pub(crate) vehicle_steps: u64,
}

/// Everything that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) clock: u32,
    pub(crate) slots: Slots,
    pub(crate) trips: Trips,
    pub(crate) places: Places,
    pub(crate) routes: Routes,
    /// Green groups, by junction.
    pub(crate) green: Vec<u64>,
    /// Stage last set, by junction; [`u8::MAX`] after an arbitrary set of groups.
    pub(crate) stage: Vec<u8>,
    pub(crate) types: Vec<VehicleType>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) driving: Driving,
    pub(crate) tally: Tally,
    /// Vehicles and shadows on the road.
    pub(crate) active: u32,
    /// Vehicles with a siren on the road.
    pub(crate) sirens: u32,
    /// Obstacles on every lane.
    pub(crate) obstacles: Vec<u8>,
    /// Vehicles that have begun each movement.
    pub(crate) movements: IdVec<MovementId, u32>,
}

impl Slots {
    /// A free slot, made if there is none, with everything unset.
    pub(crate) fn take(&mut self) -> u32 {
        if let Some(slot) = self.free.pop() {
            return slot;
        }
        self.vehicle.push(NONE);
        self.place.push(NONE);
        self.before.push(NONE);
        self.position.push(0.0);
        self.speed.push(0.0);
        self.gap.push(0.0);
        self.leader.push(NONE);
        self.ahead.push(NONE);
        self.behind.push(NONE);
        self.kind.push(0);
        self.route_at.push(0);
        self.route_last.push(0);
        self.next_link.push(NONE);
        self.link_since.push(NONE);
        self.blocker.push(NONE);
        self.partner.push(NONE);
        self.flags.push(0);
        self.offset.push(0.0);
        self.target.push(NONE);
        self.priority.push(0);
        self.still_since.push(NONE);
        (self.vehicle.len() - 1) as u32
    }

    /// Frees a slot and unsets everything in it.
    pub(crate) fn release(&mut self, slot: u32) {
        let at = slot as usize;
        self.vehicle[at] = NONE;
        self.place[at] = NONE;
        self.before[at] = NONE;
        self.position[at] = 0.0;
        self.speed[at] = 0.0;
        self.gap[at] = 0.0;
        self.leader[at] = NONE;
        self.ahead[at] = NONE;
        self.behind[at] = NONE;
        self.kind[at] = 0;
        self.route_at[at] = 0;
        self.route_last[at] = 0;
        self.next_link[at] = NONE;
        self.link_since[at] = NONE;
        self.blocker[at] = NONE;
        self.partner[at] = NONE;
        self.flags[at] = 0;
        self.offset[at] = 0.0;
        self.target[at] = NONE;
        self.priority[at] = 0;
        self.still_since[at] = NONE;
        self.free.push(slot);
    }

    /// A copy of a slot's vehicle in another slot, in no list.
    pub(crate) fn copy(&mut self, from: u32) -> u32 {
        let slot = self.take();
        let (from, to) = (from as usize, slot as usize);
        self.vehicle[to] = self.vehicle[from];
        self.place[to] = self.place[from];
        self.before[to] = self.before[from];
        self.position[to] = self.position[from];
        self.speed[to] = self.speed[from];
        self.gap[to] = self.gap[from];
        self.leader[to] = self.leader[from];
        self.kind[to] = self.kind[from];
        self.route_at[to] = self.route_at[from];
        self.route_last[to] = self.route_last[from];
        self.next_link[to] = self.next_link[from];
        self.link_since[to] = self.link_since[from];
        self.flags[to] = self.flags[from];
        self.still_since[to] = self.still_since[from];
        slot
    }

    pub(crate) fn is(&self, slot: u32, flag: u8) -> bool {
        self.flags[slot as usize] & flag != 0
    }
}

impl Tally {
    /// Takes a vehicle or shadow out of those that CityFlow's mean travel time counts as present.
    pub(crate) fn drop_present(&mut self, depart: u32) {
        self.engine_present -= 1;
        self.engine_departures -= u64::from(depart);
    }
}

impl Places {
    pub(crate) fn new(layout: &Layout) -> Self {
        let (lanes, places) = (layout.lanes, layout.length.len());
        Self {
            first: vec![NONE; places],
            last: vec![NONE; places],
            count: vec![0; places],
            waiting: vec![0; places],
            speed_sum: vec![0.0; places],
            entered: vec![0; places],
            left: vec![0; places],
            line_first: vec![NONE; lanes],
            line_last: vec![NONE; lanes],
            closed: vec![false; lanes],
        }
    }
}

impl State {
    /// Lets go of a vehicle that has gone: nothing refers to it any more.
    pub(crate) fn forget(&mut self, vehicle: u32) {
        self.routes.release(self.trips[vehicle].route);
        let left = &mut self.tally.site_left;
        while let Some((&junction, _)) = left.range((vehicle, 0)..=(vehicle, u32::MAX)).next() {
            left.remove(&junction);
        }
        self.trips.all.release(vehicle);
    }

    /// The kind of a slot's vehicle.
    pub(crate) fn kind(&self, slot: u32) -> &Kind {
        &self.kinds[self.slots.kind[slot as usize] as usize]
    }

    /// Puts a slot into the list of `place` just ahead of `follower`, or last.
    pub(crate) fn insert_ahead_of(&mut self, place: u32, slot: u32, follower: u32) {
        let (places, slots) = (&mut self.places, &mut self.slots);
        let at = place as usize;
        let leader =
            if follower == NONE { places.last[at] } else { slots.ahead[follower as usize] };
        slots.ahead[slot as usize] = leader;
        slots.behind[slot as usize] = follower;
        match leader {
            NONE => places.first[at] = slot,
            _ => slots.behind[leader as usize] = slot,
        }
        match follower {
            NONE => places.last[at] = slot,
            _ => slots.ahead[follower as usize] = slot,
        }
        slots.place[slot as usize] = place;
        if !slots.is(slot, flag::OBSTACLE) {
            places.count[at] += 1;
            places.entered[at] += 1;
        }
    }

    /// The first slot on `lane` that has not come as far as `position`.
    pub(crate) fn first_behind(&self, lane: u32, position: f64) -> u32 {
        // From the tail, where those who enter stand.
        let mut behind = NONE;
        let mut slot = self.places.last[lane as usize];
        while slot != NONE && self.slots.position[slot as usize] < position {
            behind = slot;
            slot = self.slots.ahead[slot as usize];
        }
        behind
    }

    /// Takes a slot out of the list of its place.
    pub(crate) fn unlink(&mut self, slot: u32) {
        let (places, slots) = (&mut self.places, &mut self.slots);
        let at = slots.place[slot as usize] as usize;
        let (ahead, behind) = (slots.ahead[slot as usize], slots.behind[slot as usize]);
        match ahead {
            NONE => places.first[at] = behind,
            _ => slots.behind[ahead as usize] = behind,
        }
        match behind {
            NONE => places.last[at] = ahead,
            _ => slots.ahead[behind as usize] = ahead,
        }
        slots.ahead[slot as usize] = NONE;
        slots.behind[slot as usize] = NONE;
        if !slots.is(slot, flag::OBSTACLE) {
            places.count[at] -= 1;
            places.left[at] += 1;
        }
    }
}
