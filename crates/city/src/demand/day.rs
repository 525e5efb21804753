//! The trips of one day.
//!
//! # Units
//! Trips are drawn in bins of five minutes of the day, each from its own random numbers, so that a
//! part of a day is the same whatever part is asked for.

use std::collections::BTreeMap;

use urbis_core::{Id, IdVec};
use urbis_network::{Demand, RoadId, RouteId, Trip, VehicleTypeId};
use urbis_units::Seconds;

use super::choice::{Choice, TripModel, road_id};
use super::model::share_between;
use crate::random::Stream;

/// Minutes in a bin.
const BIN: u32 = 5;

/// Routes drawn so far, each kept once.
#[derive(Default)]
struct Routes {
    ids: BTreeMap<(u32, u32), Option<RouteId>>,
    routes: IdVec<RouteId, Vec<RoadId>>,
}

impl TripModel<'_> {
    /// See [`crate::demand_for`].
    pub(crate) fn draw(&self, from: u32, to: u32, day_seed: u64) -> Demand {
        let day = Stream::new(day_seed, "day");
        let level = self.model.level * (1.0 + self.model.day_variation * day.normal(0)).max(0.0);
        let mut routes = Routes::default();
        let mut trips: Vec<Trip> = Vec::new();
        for (index, choice) in self.choices.iter().enumerate() {
            let types = self.types(choice.purpose.goods);
            for (direction, peaks) in [&choice.purpose.out, &choice.purpose.back].iter().enumerate()
            {
                let stream = day.fork(1 + index as u64 * 2 + direction as u64);
                for bin in from / BIN..to.div_ceil(BIN) {
                    let start = f64::from(bin * BIN % 1440);
                    let share = share_between(peaks, start, start + f64::from(BIN)) * level;
                    let window = (bin, from, to);
                    let bin_stream = stream.fork(u64::from(bin));
                    let outward = direction == 0;
                    for zone in 0..self.zones() {
                        let local = day.fork(1000 + index as u64).normal(zone as u64);
                        let vary = (1.0 + self.model.zone_variation * local).max(0.0);
                        let mean = choice.trips[zone] * share * vary;
                        if mean > 0.0 && choice.has_destination(zone, self.zones()) {
                            let draw = bin_stream.fork(zone as u64);
                            let who = (choice, zone, outward, types.as_slice());
                            self.draw_zone(who, mean, draw, window, (&mut routes, &mut trips));
                        }
                    }
                }
            }
        }
        trips.sort_by(|a, b| a.depart.get().total_cmp(&b.depart.get()));
        let vehicle_types = self.model.vehicles.iter().map(|share| share.vehicle).collect();
        Demand { vehicle_types, routes: routes.routes, trips }
    }

    /// The trips of one zone in one bin.
    fn draw_zone(
        &self,
        (choice, zone, outward, types): (&Choice<'_>, usize, bool, &[(VehicleTypeId, f64)]),
        mean: f64,
        draw: Stream,
        (bin, from, to): (u32, u32, u32),
        (routes, trips): (&mut Routes, &mut Vec<Trip>),
    ) {
        for trip in 0..u64::from(draw.poisson(0, mean)) {
            let draw = draw.fork(1 + trip);
            let other = self.destination(choice, zone, draw.unit(0));
            let (start, end) = if outward { (zone, other) } else { (other, zone) };
            let minute = f64::from(bin * BIN) + draw.unit(1) * f64::from(BIN);
            let depart = libm::floor(minute * 60.0) - f64::from(from) * 60.0;
            let inside = depart >= 0.0 && depart < f64::from(to - from) * 60.0;
            let Some(road) = self.starts[start].at(draw.unit(2)).filter(|_| inside) else {
                continue;
            };
            let tree = end * self.groups + draw.below(3, self.groups);
            let pick = draw.unit(4);
            let vehicle = types.iter().find(|(_, below)| pick < *below).or(types.last());
            if let (Some(route), Some((vehicle_type, _))) =
                (self.route(routes, road, tree), vehicle)
            {
                trips.push(Trip {
                    depart: Seconds::new(depart),
                    vehicle_type: *vehicle_type,
                    route,
                });
            }
        }
    }

    /// The route from a road along a tree; `None` when there is none worth driving.
    fn route(&self, routes: &mut Routes, road: u32, tree: usize) -> Option<RouteId> {
        let Routes { ids, routes } = routes;
        *ids.entry((road, tree as u32)).or_insert_with(|| {
            let roads = self.trees[tree].roads_from(&self.graph, road);
            (roads.len() > 1).then(|| routes.push(roads.into_iter().map(road_id).collect()))
        })
    }

    /// Vehicle types of a purpose, with cumulative shares.
    fn types(&self, goods: bool) -> Vec<(VehicleTypeId, f64)> {
        let mut types = Vec::new();
        let mut total = 0.0;
        for (index, vehicle) in self.model.vehicles.iter().enumerate() {
            if vehicle.serves(goods) {
                total += vehicle.share;
                types.push((VehicleTypeId::from_index(index), total));
            }
        }
        for (_, share) in &mut types {
            *share /= total.max(f64::MIN_POSITIVE);
        }
        types
    }
}
