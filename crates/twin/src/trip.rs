//! Vehicles and their trips: what there is to know of each.
//!
//! # Units
//! Metres, metres per second, seconds since the twin began.

use serde::{Deserialize, Serialize};
use urbis_core::{LaneId, LaneLinkId, RoadId, typed_id};
use urbis_network::{Demand, VehicleClass};
use urbis_units::{Meters, MetersPerSecond};

use crate::TwinError;
use crate::error::number;
use crate::layout::Layout;
use crate::route::{self, ROADS_MAX};
use crate::state::{Life, State, Trip, Trips};

typed_id!(
    /// A vehicle of a twin, from before its departure to after its arrival; never used again.
    VehicleId,
);

/// Where a vehicle on the road is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// On a lane.
    Lane(LaneId),
    /// Inside a junction.
    LaneLink(LaneLinkId),
}

/// Where a vehicle is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleState {
    /// Will depart.
    Pending {
        /// When, seconds since the twin began.
        depart_s: u32,
    },
    /// Departed, waiting for room on its first lane.
    Waiting {
        /// Since when, seconds since the twin began.
        since_s: u32,
    },
    /// On the road.
    Driving {
        /// Where.
        spot: Spot,
        /// Distance of its front from the start of the lane or lane link.
        position: Meters,
        /// Speed.
        speed: MetersPerSecond,
    },
    /// At the end of its route.
    Arrived {
        /// When, seconds since the twin began.
        at_s: u32,
    },
    /// Taken out from outside.
    Removed {
        /// When, seconds since the twin began.
        at_s: u32,
    },
}

/// A vehicle on the road.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Vehicle {
    /// Its id.
    pub id: VehicleId,
    /// Kind of road user.
    pub class: VehicleClass,
    /// Whether it uses its siren.
    pub siren: bool,
    /// Where it is.
    pub spot: Spot,
    /// Distance of its front from the start of the lane or lane link.
    pub position: Meters,
    /// How far it has moved towards the lane it changes to: to the right when positive.
    pub offset: Meters,
    /// Speed.
    pub speed: MetersPerSecond,
    /// Length.
    pub length: Meters,
    /// Width.
    pub width: Meters,
}

impl State {
    /// Adds all trips of a demand that begins `after_s` seconds after the twin did; vehicle ids
    /// follow the order of its trips.
    pub(crate) fn add_demand(
        &mut self,
        layout: &Layout,
        demand: &Demand,
        after_s: u32,
    ) -> Result<(), TwinError> {
        let mut kinds = Vec::with_capacity(demand.vehicle_types.len());
        for of in &demand.vehicle_types {
            kinds.push(self.type_of(*of)?);
        }
        let mut routes = Vec::with_capacity(demand.routes.len());
        for roads in &demand.routes {
            routes.push(self.add_route(layout, roads)?);
        }
        for trip in &demand.trips {
            let kind = *kinds.get(trip.vehicle_type.0 as usize).ok_or(TwinError::Unknown {
                what: "vehicle type",
                index: trip.vehicle_type.0,
                count: kinds.len(),
            })?;
            let route = *routes.get(trip.route.0 as usize).ok_or(TwinError::Unknown {
                what: "route",
                index: trip.route.0,
                count: routes.len(),
            })?;
            let depart = trip.depart.get() + f64::from(after_s);
            let depart = number("depart", depart, (0.0, DEPART_MAX_S), "0 to 4e9 s")?;
            self.routes.hold(route);
            let vehicle = self.push_trip(Life::Pending, libm::ceil(depart) as u32, kind, route);
            self.trips.pending.push(vehicle);
        }
        for route in routes {
            self.routes.release(route);
        }
        let Trips { all, pending } = &mut self.trips;
        pending.sort_by_key(|vehicle| std::cmp::Reverse((all[*vehicle].depart, *vehicle)));
        Ok(())
    }

    pub(crate) fn add_route(
        &mut self,
        layout: &Layout,
        anchors: &[RoadId],
    ) -> Result<(u32, u32), TwinError> {
        let roads = route::complete(layout, self, anchors)?;
        self.add_roads(layout, &roads)
    }

    pub(crate) fn add_roads(
        &mut self,
        layout: &Layout,
        roads: &[u32],
    ) -> Result<(u32, u32), TwinError> {
        let found = roads.len();
        let too_long = TwinError::TooLarge { what: "roads in a route", found, most: ROADS_MAX };
        self.routes.add(layout, roads).ok_or(too_long)
    }

    /// A new vehicle that takes over the hold on its route, in no list.
    pub(crate) fn push_trip(
        &mut self,
        life: Life,
        depart: u32,
        kind: u16,
        route: (u32, u32),
    ) -> u32 {
        let siren = self.types[kind as usize].class == VehicleClass::Emergency;
        self.trips.all.push(Trip { life, depart, kind, route, siren, ..Trip::default() })
    }

    /// Where a vehicle is; `None` for an id never given, and for one whose vehicle has gone and is
    /// forgotten.
    pub(crate) fn vehicle(&self, layout: &Layout, vehicle: VehicleId) -> Option<VehicleState> {
        let trip = self.trips.all.get(vehicle.0)?;
        Some(match trip.life {
            Life::Pending => VehicleState::Pending { depart_s: trip.depart },
            Life::Waiting => VehicleState::Waiting { since_s: trip.depart },
            Life::Arrived => VehicleState::Arrived { at_s: trip.end },
            Life::Removed => VehicleState::Removed { at_s: trip.end },
            Life::Driving => {
                let slot = trip.slot as usize;
                VehicleState::Driving {
                    spot: layout.spot(self.slots.place[slot]),
                    position: Meters::new(self.slots.position[slot]),
                    speed: MetersPerSecond::new(self.slots.speed[slot]),
                }
            }
        })
    }
}

impl Layout {
    /// The lane or lane link at a place.
    pub(crate) fn spot(&self, place: u32) -> Spot {
        if self.is_lane(place) {
            Spot::Lane(LaneId(place))
        } else {
            Spot::LaneLink(LaneLinkId(self.link_at(place)))
        }
    }
}

/// Latest departure.
pub(crate) const DEPART_MAX_S: f64 = 4e9;
