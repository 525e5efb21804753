//! The flow file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use urbis_core::{Id, IdVec, RoadId};
use urbis_units::{Meters, MetersPerSecond, MetersPerSecondSquared, Seconds};

use super::file;
use crate::place::Place;
use crate::{
    Demand, Network, NetworkError, RouteId, Trip, VehicleClass, VehicleType, VehicleTypeId,
};

/// How long a flow without end is taken to last.
const OPEN_END_S: i64 = 86_399;
/// Latest time a vehicle may depart.
const TIME_MAX_S: i64 = 31 * 86_400;
/// Most trips one file may make.
const TRIPS_MAX: usize = 20_000_000;

/// Reads a CityFlow flow for `network`; `file` is the name to blame in errors.
///
/// A flow becomes one trip for each vehicle it makes in steps of one second; a flow without end
/// lasts a day. Routes that name only some of their roads are completed by the shortest paths
/// between them, as CityFlow does.
///
/// # Errors
/// [`NetworkError`] when the file is not a flow, or not one that can be driven on `network`.
pub fn read_flow(bytes: &[u8], file: &str, network: &Network) -> Result<Demand, NetworkError> {
    let flows: Vec<file::Flow> = file::parse(bytes, file, file::FLOW)?;
    if flows.is_empty() {
        return Err(NetworkError::Empty { file: file.to_owned(), what: "flows" });
    }
    let roads: BTreeMap<&str, RoadId> =
        network.roads.iter_ids().map(|(id, road)| (road.name.as_str(), id)).collect();
    let mut reader = Reader {
        network,
        neighbors: neighbors(network),
        routes: BTreeMap::new(),
        paths: BTreeMap::new(),
        demand: Demand::default(),
    };
    let mut sources = Vec::new();
    for (index, flow) in flows.iter().enumerate() {
        let element = format!("flow {index}");
        let place = Place { file, element: &element };
        let vehicle_type = reader.vehicle_type(place, &flow.vehicle, &mut sources)?;
        let mut anchors = Vec::with_capacity(flow.route.len());
        for name in &flow.route {
            anchors.push(*roads.get(name.as_str()).ok_or_else(|| {
                let remedy = "correct the route, or read the flow with its own network";
                place.unknown("route", format!("road {name}"), remedy)
            })?);
        }
        let route = reader.route(place, anchors)?;
        reader.trips(place, flow, (vehicle_type, route))?;
    }
    let mut demand = reader.demand;
    demand.trips.sort_by(|a, b| a.depart.get().total_cmp(&b.depart.get()));
    Ok(demand)
}

struct Reader<'a> {
    network: &'a Network,
    neighbors: IdVec<RoadId, Vec<RoadId>>,
    routes: BTreeMap<Vec<RoadId>, RouteId>,
    /// Completed paths between anchors that are not neighbors.
    paths: BTreeMap<(RoadId, RoadId), Option<Vec<RoadId>>>,
    demand: Demand,
}

/// The roads each road leads to.
fn neighbors(network: &Network) -> IdVec<RoadId, Vec<RoadId>> {
    let mut neighbors = IdVec::filled(Vec::new(), network.roads.len());
    for movement in &network.movements {
        if movement.lane_links.start < movement.lane_links.end {
            neighbors[movement.from].push(movement.to);
        }
    }
    neighbors
}

impl Reader<'_> {
    fn vehicle_type(
        &mut self,
        place: Place<'_>,
        source: &file::Vehicle,
        known: &mut Vec<file::Vehicle>,
    ) -> Result<VehicleTypeId, NetworkError> {
        if let Some(index) = known.iter().position(|known| known == source) {
            return Ok(VehicleTypeId::from_index(index));
        }
        let field = |field, value, range, expected| place.number(field, value, range, expected);
        let rate = |name, value| field(name, value, (0.01, 100.0), "0.01 to 100 m/s2");
        let new = VehicleType {
            class: VehicleClass::Car,
            length: Meters::new(field(
                "vehicle.length",
                source.length,
                (0.1, 100.0),
                "0.1 to 100 m",
            )?),
            width: Meters::new(field("vehicle.width", source.width, (0.1, 10.0), "0.1 to 10 m")?),
            min_gap: Meters::new(field(
                "vehicle.minGap",
                source.min_gap,
                (0.0, 100.0),
                "0 to 100 m",
            )?),
            max_acceleration: MetersPerSecondSquared::new(rate(
                "vehicle.maxPosAcc",
                source.max_acceleration,
            )?),
            max_deceleration: MetersPerSecondSquared::new(rate(
                "vehicle.maxNegAcc",
                source.max_deceleration,
            )?),
            usual_acceleration: MetersPerSecondSquared::new(rate(
                "vehicle.usualPosAcc",
                source.usual_acceleration,
            )?),
            usual_deceleration: MetersPerSecondSquared::new(rate(
                "vehicle.usualNegAcc",
                source.usual_deceleration,
            )?),
            max_speed: MetersPerSecond::new(field(
                "vehicle.maxSpeed",
                source.max_speed,
                (0.1, 100.0),
                "0.1 to 100 m/s",
            )?),
            headway: Seconds::new(field(
                "vehicle.headwayTime",
                source.headway,
                (0.0, 60.0),
                "0 to 60 s",
            )?),
        };
        known.push(*source);
        Ok(self.demand.vehicle_types.push(new))
    }

    fn route(&mut self, place: Place<'_>, anchors: Vec<RoadId>) -> Result<RouteId, NetworkError> {
        if let Some(route) = self.routes.get(&anchors) {
            return Ok(*route);
        }
        let mut route = Vec::with_capacity(anchors.len());
        route.extend(anchors.first());
        for pair in anchors.windows(2) {
            if pair[0] == pair[1] {
                continue;
            }
            if self.neighbors[pair[0]].contains(&pair[1]) {
                route.push(pair[1]);
                continue;
            }
            let path = self
                .paths
                .entry((pair[0], pair[1]))
                .or_insert_with(|| shortest(self.network, &self.neighbors, (pair[0], pair[1])));
            let Some(path) = path else {
                let name = |road: RoadId| &self.network.roads[road].name;
                return Err(place.route(format!(
                    "no way leads from road {} to road {}",
                    name(pair[0]),
                    name(pair[1])
                )));
            };
            route.extend_from_slice(path);
        }
        if route.len() < 2 {
            return Err(place.route("the route needs at least two different roads"));
        }
        let id = self.demand.routes.push(route);
        self.routes.insert(anchors, id);
        Ok(id)
    }

    /// One trip for each vehicle the flow makes.
    fn trips(
        &mut self,
        place: Place<'_>,
        flow: &file::Flow,
        (vehicle_type, route): (VehicleTypeId, RouteId),
    ) -> Result<(), NetworkError> {
        let interval = place.number("interval", flow.interval, (1e-3, 1e9), "more than 0 s")?;
        let time = |field, value: i64, low| {
            place.number(field, value as f64, (low, TIME_MAX_S as f64), "0 to 31 days in seconds")
        };
        time("startTime", flow.start, 0.0)?;
        let end = if flow.end == -1 { flow.start.max(OPEN_END_S) } else { flow.end };
        time("endTime", end, flow.start as f64)?;
        if interval < 1.0 && flow.start != end {
            place.number("interval", interval, (1.0, 1e9), "at least 1 s in a flow that lasts")?;
        }
        let mut credit = interval;
        for second in flow.start..=end {
            while credit >= interval {
                let depart = Seconds::new(second as f64);
                self.demand.trips.push(Trip { depart, vehicle_type, route });
                credit -= interval;
            }
            if self.demand.trips.len() > TRIPS_MAX {
                return Err(place.misfit(
                    format!("the file makes more than {TRIPS_MAX} trips"),
                    "give flows an `endTime`, or split the file",
                ));
            }
            credit += 1.0;
        }
        Ok(())
    }
}

/// The roads after the first of the shortest path between two roads, by length.
fn shortest(
    network: &Network,
    neighbors: &IdVec<RoadId, Vec<RoadId>>,
    (from, to): (RoadId, RoadId),
) -> Option<Vec<RoadId>> {
    let mut reached: IdVec<RoadId, Option<(f64, RoadId)>> =
        IdVec::filled(None, network.roads.len());
    // Lengths are positive, so their bits order as they do.
    let mut open = BinaryHeap::from([Reverse((0.0_f64.to_bits(), from))]);
    let mut done = IdVec::filled(false, network.roads.len());
    while let Some(Reverse((bits, road))) = open.pop() {
        if road == to {
            let mut path = vec![to];
            let mut at = to;
            while let Some((_, before)) = reached[at].filter(|(_, before)| *before != from) {
                path.push(before);
                at = before;
            }
            path.reverse();
            return Some(path);
        }
        if std::mem::replace(&mut done[road], true) {
            continue;
        }
        for &next in &neighbors[road] {
            let length = f64::from_bits(bits) + network.roads[next].length.get();
            if reached[next].is_none_or(|(best, _)| length < best) {
                reached[next] = Some((length, road));
                open.push(Reverse((length.to_bits(), next)));
            }
        }
    }
    None
}
