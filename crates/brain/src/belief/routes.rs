//! Where vehicles that pass a road usually go: the routes of historic demand, by road.
//!
//! When the mirror must gain a vehicle that the city has and it has not, the vehicle is one of
//! those that history brings there: of its type, with the rest of its route.

use urbis_core::{IdVec, LaneId, RoadId};
use urbis_network::{Demand, Network, RouteId, VehicleType, VehicleTypeId};

use crate::random::{Stream, bits};

/// Routes by the roads they pass.
#[derive(Debug, Clone)]
pub(crate) struct RoutePool {
    routes: IdVec<RouteId, Vec<RoadId>>,
    /// By road: the historic trips that pass it, capped.
    through: IdVec<RoadId, Vec<Passing>>,
    vehicle_types: IdVec<VehicleTypeId, VehicleType>,
}

/// A historic trip on one of its roads.
#[derive(Debug, Clone, Copy)]
struct Passing {
    route: RouteId,
    /// Position of the road within the route.
    at: u16,
    vehicle_type: VehicleTypeId,
}

/// A vehicle that passes somewhere: what it is, and its roads from there on.
pub(crate) type Passer = (VehicleType, Vec<RoadId>);

/// Trips remembered per road; more would not change the shares noticeably.
const REMEMBERED: usize = 400;
/// Draws before a vehicle gets any way its lane allows.
const TRIES: u64 = 12;

impl RoutePool {
    /// The routes of `historic` on `network`.
    pub(crate) fn new(network: &Network, historic: &Demand) -> Self {
        let mut through = IdVec::filled(Vec::new(), network.roads.len());
        for trip in &historic.trips {
            for (at, road) in historic.routes[trip.route].iter().enumerate() {
                let list: &mut Vec<Passing> = &mut through[*road];
                if list.len() < REMEMBERED {
                    let vehicle_type = trip.vehicle_type;
                    list.push(Passing { route: trip.route, at: at as u16, vehicle_type });
                }
            }
        }
        let vehicle_types = historic.vehicle_types.clone();
        Self { routes: historic.routes.clone(), through, vehicle_types }
    }

    /// A vehicle that goes on from `lane`, whose road is its first; drawn by number `draw`.
    pub(crate) fn onward(
        &self,
        network: &Network,
        lane: LaneId,
        seed: u64,
        draw: u64,
    ) -> Option<Passer> {
        let road = network.lanes[lane].road;
        let exits: Vec<RoadId> = network.lanes[lane]
            .links_out
            .iter()
            .map(|link| network.lanes[network.lane_links[*link].to].road)
            .collect();
        for attempt in 0..TRIES {
            let drawn = self.drawn(road, seed, draw * TRIES + attempt);
            let Some((of, rest)) = drawn else { break };
            if rest.get(1).is_none_or(|next| exits.contains(next)) {
                return Some((of, rest.to_vec()));
            }
        }
        let next = *exits.get(pick(exits.len(), seed, draw)?)?;
        let (of, rest) = self.drawn(next, seed, draw).unwrap_or((VehicleType::CAR, &[]));
        let mut onward = vec![road, next];
        onward.extend(rest.iter().skip(1));
        Some((of, onward))
    }

    fn drawn(&self, road: RoadId, seed: u64, draw: u64) -> Option<(VehicleType, &[RoadId])> {
        let list = &self.through[road];
        let Passing { route, at, vehicle_type } = list[pick(list.len(), seed, draw)?];
        let of = self.vehicle_types.get(vehicle_type).copied().unwrap_or(VehicleType::CAR);
        Some((of, self.routes[route].get(at as usize..)?))
    }
}

fn pick(len: usize, seed: u64, draw: u64) -> Option<usize> {
    (len > 0).then(|| (bits(seed, Stream::MirrorRoute, draw) % len as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use urbis_city::{GenerateOptions, demand_for, generate};
    use urbis_network::Trip;

    #[test]
    fn whoever_is_added_is_of_a_type_that_drives_there() {
        let pack = generate(&GenerateOptions::new(3, 30));
        let demand = demand_for(&pack, 480, 500, 1);
        let pool = RoutePool::new(&pack.network, &demand);
        let of_road = |road: RoadId| -> Vec<VehicleType> {
            let passes = |trip: &&Trip| demand.routes[trip.route].contains(&road);
            let trips = demand.trips.iter().filter(passes);
            trips.map(|trip| demand.vehicle_types[trip.vehicle_type]).collect()
        };
        let mut seen = Vec::new();
        for lane in pack.network.lanes.ids() {
            let types = of_road(pack.network.lanes[lane].road);
            if types.is_empty() {
                continue;
            }
            for draw in 0..4 {
                let Some((of, roads)) = pool.onward(&pack.network, lane, 1, draw) else { continue };
                assert_eq!(roads[0], pack.network.lanes[lane].road);
                let next = roads.get(1).map_or(&[][..], std::slice::from_ref);
                let near = next.iter().flat_map(|road| of_road(*road)).collect::<Vec<_>>();
                let nobody_goes_on = near.is_empty() && of == VehicleType::CAR;
                assert!(types.contains(&of) || near.contains(&of) || nobody_goes_on, "{of:?}");
                seen.push(of);
            }
        }
        assert!(seen.iter().any(|of| *of != seen[0]), "more than one type drives in a city");
    }

    #[test]
    fn an_empty_list_gives_nothing() {
        assert_eq!(pick(0, 1, 2), None);
        assert!(pick(3, 1, 2).is_some_and(|at| at < 3));
    }
}
