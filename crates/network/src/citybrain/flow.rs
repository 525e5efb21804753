//! The flow file.

use std::collections::BTreeMap;

use urbis_core::RoadId;
use urbis_units::{MetersPerSecond, Seconds};

use super::text::Lines;
use crate::{Demand, Network, NetworkError, Trip, VehicleType};

/// Latest time a vehicle may depart.
const TIME_MAX_S: u32 = 31 * 86_400;
/// Most trips one file may make.
const TRIPS_MAX: usize = 20_000_000;
/// The files describe no vehicle: the car of the other public sets, as fast as its roads allow.
const CAR: VehicleType = VehicleType { max_speed: MetersPerSecond::new(25.0), ..VehicleType::CAR };

/// Reads a flow for `network`; `file` is the name to blame in errors. A record becomes one trip for
/// each of its departures.
///
/// # Errors
/// [`NetworkError`] when the file is not a flow, or not one that can be driven on `network`.
pub fn read_flow(bytes: &[u8], file: &str, network: &Network) -> Result<Demand, NetworkError> {
    let mut lines = Lines::new(bytes, file);
    let count = lines.count("number of flows")?;
    if count == 0 {
        return Err(NetworkError::Empty { file: file.to_owned(), what: "flows" });
    }
    let roads: BTreeMap<&str, RoadId> =
        network.roads.iter_ids().map(|(id, road)| (road.name.as_str(), id)).collect();
    let mut demand = Demand::default();
    let vehicle_type = demand.vehicle_types.push(CAR);
    let mut routes = BTreeMap::new();
    for _ in 0..count {
        let times = lines.next("first and last departure, seconds between", 3)?;
        let time = |index, field| times.number::<u32>(index, field, "whole seconds");
        let (first, last) = (time(0, "first departure")?, time(1, "last departure")?);
        let every = time(2, "seconds between")?;
        if last < first || last > TIME_MAX_S || every == 0 {
            return Err(times.place().misfit(
                format!("departures from {first} s to {last} s, one every {every} s"),
                "give a last departure not before the first, within 31 days, and at least 1 s",
            ));
        }
        let length = lines.count("number of roads of the route")?;
        let line = lines.next("the roads of the route", length)?;
        let mut route = Vec::with_capacity(length);
        for name in &line.fields {
            route.push(*roads.get(name).ok_or_else(|| {
                let remedy = "correct the route, or read the flow with its own network";
                line.place().unknown("roads", format!("road {name}"), remedy)
            })?);
        }
        if route.len() < 2 {
            return Err(line.place().route("the route needs at least two roads"));
        }
        if let Some(pair) = route.windows(2).find(|pair| !leads(network, pair[0], pair[1])) {
            let name = |road: RoadId| &network.roads[road].name;
            let (from, to) = (name(pair[0]), name(pair[1]));
            return Err(line.place().route(format!("road {from} does not lead to road {to}")));
        }
        let route =
            *routes.entry(route).or_insert_with_key(|route| demand.routes.push(route.clone()));
        for depart in (first..=last).step_by(every as usize) {
            let depart = Seconds::new(f64::from(depart));
            demand.trips.push(Trip { depart, vehicle_type, route });
        }
        if demand.trips.len() > TRIPS_MAX {
            let problem = format!("the file makes more than {TRIPS_MAX} trips");
            return Err(times.place().misfit(problem, "split the file"));
        }
    }
    demand.trips.sort_by(|a, b| a.depart.get().total_cmp(&b.depart.get()));
    Ok(demand)
}

/// Whether one can drive from the end of a road onto another.
fn leads(network: &Network, from: RoadId, to: RoadId) -> bool {
    network.movements_of(network.roads[from].to).any(|movement| {
        let movement = &network.movements[movement];
        movement.from == from && movement.to == to
    })
}
