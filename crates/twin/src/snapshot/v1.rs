//! States as version 1 of snapshots wrote them: every vehicle there ever was, and the roads of all
//! routes in one list.

use std::collections::BTreeMap;

use serde::Deserialize;
use urbis_core::{IdVec, MovementId};
use urbis_network::VehicleType;

use crate::config::Driving;
use crate::kind::Kind;
use crate::layout::NONE;
use crate::route::{RouteRoad, Routes};
use crate::state::{self, Life, Places, Slots, Tally, Trip};

#[derive(Debug, Deserialize)]
struct Trips {
    life: Vec<Life>,
    depart: Vec<u32>,
    end: Vec<u32>,
    kind: Vec<u16>,
    route: Vec<(u32, u32)>,
    slot: Vec<u32>,
    next_waiting: Vec<u32>,
    free_flow: Vec<f64>,
    site_since: Vec<u32>,
    siren: Vec<bool>,
    pending: Vec<u32>,
}

#[derive(Debug, Deserialize)]
struct Roads {
    roads: Vec<u32>,
    returns: Vec<bool>,
}

/// Everything that changes.
#[derive(Debug, Deserialize)]
pub(super) struct State {
    clock: u32,
    slots: Slots,
    trips: Trips,
    places: Places,
    routes: Roads,
    green: Vec<u64>,
    stage: Vec<u8>,
    types: Vec<VehicleType>,
    kinds: Vec<Kind>,
    driving: Driving,
    tally: Tally,
    active: u32,
    sirens: u32,
    obstacles: Vec<u8>,
    movements: IdVec<MovementId, u32>,
}

impl State {
    /// The same as a state of today; `None` when it does not add up.
    pub(super) fn today(self) -> Option<state::State> {
        let mut routes = Routes::default();
        let moved = self.routes.moved(&self.trips, &mut routes)?;
        let mut slots = self.slots;
        for (slot, &vehicle) in slots.vehicle.iter().enumerate() {
            if vehicle == NONE {
                continue;
            }
            let old = *self.trips.route.get(vehicle as usize)?;
            let (first, last) = *moved.get(&old)?;
            let at = slots.route_at.get_mut(slot)?;
            let end = slots.route_last.get_mut(slot)?;
            if *end != old.1 || !(old.0..=old.1).contains(at) {
                return None;
            }
            (*at, *end) = (first + (*at - old.0), last);
        }
        let mut state = state::State {
            clock: self.clock,
            slots,
            trips: state::Trips::default(),
            places: self.places,
            routes,
            green: self.green,
            stage: self.stage,
            types: self.types,
            kinds: self.kinds,
            driving: self.driving,
            tally: self.tally,
            active: self.active,
            sirens: self.sirens,
            obstacles: self.obstacles,
            movements: self.movements,
        };
        let vehicles = self.trips.life.len();
        for vehicle in 0..vehicles {
            let trip = self.trips.trip(vehicle, &moved)?;
            state.routes.hold(trip.route);
            state.trips.all.push(trip);
        }
        for route in moved.into_values() {
            state.routes.release(route);
        }
        state.trips.pending = self.trips.pending;
        for vehicle in 0..vehicles as u32 {
            if state.trips[vehicle].is_gone() {
                state.forget(vehicle);
            }
        }
        Some(state)
    }
}

/// Where routes stood, and where they stand now.
type Moved = BTreeMap<(u32, u32), (u32, u32)>;

impl Roads {
    /// Puts the routes of all trips into `routes`, each held once.
    fn moved(&self, trips: &Trips, routes: &mut Routes) -> Option<Moved> {
        let mut moved = Moved::new();
        let mut all = trips.route.clone();
        all.sort_unstable();
        all.dedup();
        for (first, last) in all {
            let range = first as usize..(last as usize).checked_add(1)?;
            let roads = self.roads.get(range.clone())?.iter();
            let with_returns = roads.zip(self.returns.get(range)?);
            let road =
                |(road, returns): (&u32, &bool)| RouteRoad { road: *road, returns: *returns };
            moved.insert((first, last), routes.push(with_returns.map(road))?);
        }
        Some(moved)
    }
}

impl Trips {
    fn trip(&self, vehicle: usize, moved: &Moved) -> Option<Trip> {
        Some(Trip {
            life: *self.life.get(vehicle)?,
            depart: *self.depart.get(vehicle)?,
            end: *self.end.get(vehicle)?,
            kind: *self.kind.get(vehicle)?,
            route: *moved.get(self.route.get(vehicle)?)?,
            slot: *self.slot.get(vehicle)?,
            next_waiting: *self.next_waiting.get(vehicle)?,
            free_flow: *self.free_flow.get(vehicle)?,
            site_since: *self.site_since.get(vehicle)?,
            siren: *self.siren.get(vehicle)?,
        })
    }
}
