//! The usual day: trips that history brings around now, as the mirror, forecasts and rehearsals use
//! them.
//!
//! It is a window that moves with the clock: later parts are added, what has long passed is dropped.

use std::collections::BTreeMap;

use urbis_network::{Demand, RouteId, Trip};
use urbis_units::Seconds;

/// How long trips stay after their departure, seconds: they show where vehicles go just now.
const KEPT_S: f64 = 1800.0;

/// The trips of a part of a session.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The trips, departures counted from the part's beginning.
    pub demand: Demand,
    /// When the part begins, seconds since the session did.
    pub after_s: u32,
}

/// Trips of another day, departures in seconds since the session began.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// The trips in the window.
    pub demand: Demand,
    /// Number of the first of them: a trip keeps its number, by which it is drawn.
    pub first: u64,
}

impl History {
    /// The window with `part` added, from half an hour before `now_s` seconds of the session on.
    pub(crate) fn with(&self, part: &Part, now_s: f64) -> Self {
        let gone = self.demand.trips.partition_point(|trip| trip.depart.get() < now_s - KEPT_S);
        let mut demand =
            Demand { vehicle_types: part.demand.vehicle_types.clone(), ..Demand::default() };
        let mut routes: BTreeMap<RouteId, RouteId> = BTreeMap::new();
        for trip in &self.demand.trips[gone..] {
            let route = *routes
                .entry(trip.route)
                .or_insert_with(|| demand.routes.push(self.demand.routes[trip.route].clone()));
            demand.trips.push(Trip { route, ..*trip });
        }
        routes.clear();
        for trip in &part.demand.trips {
            let route = *routes
                .entry(trip.route)
                .or_insert_with(|| demand.routes.push(part.demand.routes[trip.route].clone()));
            let depart = Seconds::new(trip.depart.get() + f64::from(part.after_s));
            demand.trips.push(Trip { depart, route, ..*trip });
        }
        Self { demand, first: self.first + gone as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use urbis_core::RoadId;
    use urbis_network::VehicleType;

    fn part(after_s: u32, road: u32) -> Part {
        let mut demand = Demand::default();
        let vehicle_type = demand.vehicle_types.push(VehicleType::CAR);
        let route = demand.routes.push(vec![RoadId(road), RoadId(road + 1)]);
        for minute in 0..60 {
            let depart = Seconds::new(f64::from(minute) * 60.0);
            demand.trips.push(Trip { depart, vehicle_type, route });
        }
        Part { demand, after_s }
    }

    #[test]
    fn the_window_moves_on_and_every_trip_keeps_its_number() {
        let first = History::default().with(&part(0, 1), 0.0);
        assert_eq!((first.first, first.demand.trips.len()), (0, 60));
        let later = first.with(&part(3600, 7), 3600.0);
        // Those of the first half hour are gone.
        assert_eq!((later.first, later.demand.trips.len()), (30, 90));
        let (old, new) = (later.demand.trips[29], later.demand.trips[30]);
        assert_eq!((old.depart.get(), new.depart.get()), (3540.0, 3600.0));
        assert_eq!(later.demand.routes[old.route][0], RoadId(1));
        assert_eq!(later.demand.routes[new.route][0], RoadId(7));
    }
}
