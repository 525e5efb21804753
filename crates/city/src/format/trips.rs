//! `trips.json`, recorded trips, and what a vehicle of any demand may be.
//!
//! # Units
//! Departures are seconds after the start of the recording.

use urbis_network::{Demand, Network, RoadId, VehicleType};

use crate::CityError;

const FILE: &str = "trips.json";

pub(super) fn write(trips: &Demand) -> Vec<u8> {
    serde_json::to_vec(trips).expect("trips have a JSON form")
}

pub(super) fn read(bytes: &[u8], network: &Network) -> Result<Demand, CityError> {
    let demand: Demand = serde_json::from_slice(bytes)
        .map_err(|fault| CityError::syntax(FILE, fault.line(), fault.to_string()))?;
    let fault = |element: String, message: &str, remedy: &str| CityError::Network {
        file: FILE.to_owned(),
        element,
        message: message.to_owned(),
        remedy: remedy.to_owned(),
        more: String::new(),
    };
    for (id, route) in demand.routes.iter_ids() {
        let element = || format!("route {}", id.0);
        if route.is_empty() || route.iter().any(|road| network.roads.get(*road).is_none()) {
            let message = "is empty or names a road that does not exist";
            return Err(fault(element(), message, "name roads of network.jsonl by their number"));
        }
        let joined = |pair: &[RoadId]| {
            network
                .movements_of(network.roads[pair[0]].to)
                .map(|movement| &network.movements[movement])
                .any(|movement| movement.from == pair[0] && movement.to == pair[1])
        };
        if !route.windows(2).all(joined) {
            let message = "has two roads in a row that no movement joins";
            return Err(fault(element(), message, "correct the route"));
        }
    }
    for (id, vehicle) in demand.vehicle_types.iter_ids() {
        if let Some((field, value, expected)) = misfit(vehicle) {
            let element = format!("vehicle type {}", id.0);
            let message = format!("`{field}` is {value}, expected {expected}");
            return Err(fault(element, &message, "correct it"));
        }
    }
    let mut before = 0.0;
    for (index, trip) in demand.trips.iter().enumerate() {
        let known = demand.routes.get(trip.route).is_some()
            && demand.vehicle_types.get(trip.vehicle_type).is_some();
        let depart = trip.depart.get();
        if !known || !depart.is_finite() || depart < before {
            let message = "names a route or vehicle type that does not exist, or departs before \
                           the trip above it";
            return Err(fault(
                format!("trip {index}"),
                message,
                "correct it and sort by departure",
            ));
        }
        before = depart;
    }
    Ok(demand)
}

/// The first value of a vehicle type that no vehicle has: field, value and what was expected.
pub(super) fn misfit(vehicle: &VehicleType) -> Option<(&'static str, f64, &'static str)> {
    const RATE: &str = "0.1 to 50 metres per second squared";
    let rates = 0.1..=50.0;
    [
        ("length", vehicle.length.get(), 0.5..=60.0, "0.5 to 60 metres"),
        ("width", vehicle.width.get(), 0.2..=6.0, "0.2 to 6 metres"),
        ("min_gap", vehicle.min_gap.get(), 0.0..=50.0, "0 to 50 metres"),
        ("max_acceleration", vehicle.max_acceleration.get(), rates.clone(), RATE),
        ("max_deceleration", vehicle.max_deceleration.get(), rates.clone(), RATE),
        ("usual_acceleration", vehicle.usual_acceleration.get(), rates.clone(), RATE),
        ("usual_deceleration", vehicle.usual_deceleration.get(), rates, RATE),
        ("max_speed", vehicle.max_speed.get(), 0.5..=100.0, "0.5 to 100 metres per second"),
        ("headway", vehicle.headway.get(), 0.0..=30.0, "0 to 30 seconds"),
    ]
    .into_iter()
    .find(|(_, value, fits, _)| !fits.contains(value))
    .map(|(field, value, _, expected)| (field, value, expected))
}
