//! What vehicles do when something is in their way, and what the city sees of them.

mod common;

use std::sync::Arc;

use urbis_network::{
    JunctionId, LaneId, MovementId, Network, RoadId, StageIdx, VehicleClass, VehicleType,
};
use urbis_twin::{Signals, Spot, Twin, TwinConfig, TwinError, VehicleId, VehicleState};
use urbis_units::{Meters, MetersPerSecond, Seconds};

const AMBULANCE: VehicleType = VehicleType {
    class: VehicleClass::Emergency,
    length: Meters::new(6.0),
    max_speed: MetersPerSecond::new(22.2),
    ..VehicleType::CAR
};

fn twin(network: &Arc<Network>, config: TwinConfig) -> Twin {
    Twin::new(Arc::clone(network), &urbis_network::Demand::default(), config)
        .expect("nobody drives")
}

fn builtin() -> TwinConfig {
    TwinConfig { signals: Signals::Builtin, ..TwinConfig::default() }
}

/// Roads straight along the first row of a grid.
fn along_row(network: &Network, columns: i32) -> Vec<RoadId> {
    (0..=columns).map(|x| common::road_id(network, x, 1, 0)).collect()
}

fn run_until_gone(twin: &mut Twin, vehicle: VehicleId, most: u32) -> u32 {
    for second in 0..most {
        if twin.is_gone(vehicle) {
            return second;
        }
        twin.step();
    }
    panic!("{vehicle:?} is still on the way after {most} s: {:?}", twin.vehicle(vehicle));
}

#[test]
fn a_lone_vehicle_drives_at_the_limit_through_green() {
    let network = common::grid(2, 1);
    let mut twin = twin(&network, TwinConfig::default());
    for junction in network.junctions.ids() {
        let _ = twin.set_stage(junction, StageIdx(1));
    }
    let vehicle = twin.add_vehicle(VehicleType::CAR, &along_row(&network, 2)).expect("a route");
    twin.follow(vehicle);
    let time = run_until_gone(&mut twin, vehicle, 200);
    let track = twin.track(vehicle);
    assert_eq!(track.len() as u32, time - 1, "one place a second, none after it arrived");
    assert!(track.iter().all(|point| point.speed.get() <= 11.111));
    // 900 m at 11.111 m/s and the time lost speeding up.
    assert!((81..=87).contains(&time), "took {time} s");
    let metrics = twin.metrics();
    assert!(metrics.mean_delay_s < 5.0, "{metrics:?}");
    assert_eq!((metrics.created, metrics.inserted, metrics.finished), (1, 1, 1));
    assert_eq!(metrics.stops, 0);
}

#[test]
fn a_vehicle_waits_at_red_and_goes_at_green() {
    let network = common::grid(1, 1);
    let mut twin = twin(&network, TwinConfig::default());
    let junction = network.signalized().next().expect("one").0;
    twin.set_stage(junction, StageIdx(2)).expect("a stage");
    let vehicle = twin.add_vehicle(VehicleType::CAR, &along_row(&network, 1)).expect("a route");
    (0..90).for_each(|_| twin.step());
    let lane = match twin.vehicle(vehicle) {
        Some(VehicleState::Driving { spot: Spot::Lane(lane), speed, position }) => {
            assert!(speed.get() < 0.1);
            assert!(position.get() > 280.0, "stands far from the line, at {position}");
            lane
        }
        other => panic!("not at the stop line: {other:?}"),
    };
    assert_eq!(twin.lane_waiting(lane), 1);
    assert_eq!(twin.metrics().stops, 1);
    assert!(twin.metrics().max_wait_s > 50);
    twin.set_stage(junction, StageIdx(1)).expect("a stage");
    run_until_gone(&mut twin, vehicle, 60);
}

#[test]
fn commands_for_what_does_not_exist_are_refused() {
    let network = common::grid(1, 1);
    let mut twin = twin(&network, TwinConfig::default());
    let signalized = network.signalized().next().expect("one").0;
    let boundary = network.junctions.ids().find(|id| *id != signalized).expect("one");
    assert!(matches!(twin.set_stage(boundary, StageIdx(0)), Err(TwinError::NoSignal { .. })));
    assert!(matches!(
        twin.set_stage(JunctionId(999), StageIdx(0)),
        Err(TwinError::Unknown { what: "junction", index: 999, .. })
    ));
    assert!(matches!(
        twin.set_stage(signalized, StageIdx(9)),
        Err(TwinError::Unknown { what: "stage", index: 9, .. })
    ));
    assert_eq!(twin.add_vehicle(VehicleType::CAR, &[]), Err(TwinError::EmptyRoute));
    assert!(twin.add_vehicle(VehicleType::CAR, &[RoadId(999)]).is_err());
    let (out, back) = (common::road_id(&network, 1, 1, 0), common::road_id(&network, 0, 1, 0));
    assert!(matches!(
        twin.add_vehicle(VehicleType::CAR, &[out, back]),
        Err(TwinError::Route { .. })
    ));
    assert!(twin.add_vehicle_at(Seconds::new(-1.0), VehicleType::CAR, &[back, out]).is_err());
    assert!(!twin.remove_vehicle(VehicleId(5)));
    assert!(twin.vehicle(VehicleId(5)).is_none());
    let nowhere = LaneId(9999);
    twin.close_lane(nowhere);
    twin.block(nowhere, Meters::new(1.0));
    twin.unblock(nowhere);
    twin.open_lane(nowhere);
    assert_eq!(twin.lane_vehicles(nowhere), 0);
}

#[test]
fn routes_that_name_some_of_their_roads_are_completed() {
    let network = common::grid(3, 1);
    let mut twin = twin(&network, builtin());
    let row = along_row(&network, 3);
    let vehicle = twin.add_vehicle(VehicleType::CAR, &[row[0], row[3]]).expect("a route");
    run_until_gone(&mut twin, vehicle, 900);
    assert!(matches!(twin.vehicle(vehicle), Some(VehicleState::Arrived { .. })));
}

#[test]
fn vehicles_pass_what_stands_in_their_lane_or_queue_behind_it() {
    let network = common::grid(1, 1);
    let mut twin = twin(&network, TwinConfig::default());
    let junction = network.signalized().next().expect("one").0;
    twin.set_stage(junction, StageIdx(1)).expect("a stage");
    let route = along_row(&network, 1);
    let lanes: Vec<LaneId> = network.lanes_of(route[0]).collect();
    // Straight on is the middle lane.
    twin.block(lanes[1], Meters::new(150.0));
    let vehicles: Vec<VehicleId> = (0..5)
        .map(|index| {
            let depart = Seconds::new(f64::from(index) * 4.0);
            twin.add_vehicle_at(depart, VehicleType::CAR, &route).expect("a route")
        })
        .collect();
    for vehicle in &vehicles {
        run_until_gone(&mut twin, *vehicle, 400);
    }
    // With all lanes blocked at one place nobody passes, until one is cleared.
    for lane in &lanes {
        twin.block(*lane, Meters::new(200.0));
    }
    let vehicle = twin.add_vehicle(VehicleType::CAR, &route).expect("a route");
    (0..200).for_each(|_| twin.step());
    assert!(matches!(
        twin.vehicle(vehicle),
        Some(VehicleState::Driving { speed, .. }) if speed.get() < 0.1
    ));
    for lane in &lanes {
        twin.unblock(*lane);
    }
    run_until_gone(&mut twin, vehicle, 200);
}

#[test]
fn a_closed_road_is_driven_around_by_those_not_yet_on_it() {
    let network = common::grid(3, 2);
    let mut twin = twin(&network, builtin());
    let route = along_row(&network, 3);
    let on_the_way = twin.add_vehicle(VehicleType::CAR, &route).expect("a route");
    (0..10).for_each(|_| twin.step());
    let closed = route[2];
    let lanes: Vec<LaneId> = network.lanes_of(closed).collect();
    for lane in &lanes {
        twin.close_lane(*lane);
    }
    let later = twin.add_vehicle(VehicleType::CAR, &route).expect("a route");
    for vehicle in [on_the_way, later] {
        for _ in 0..2000 {
            twin.step();
            assert!(lanes.iter().all(|lane| twin.lane_vehicles(*lane) == 0));
            if twin.is_gone(vehicle) {
                break;
            }
        }
        assert!(matches!(twin.vehicle(vehicle), Some(VehicleState::Arrived { .. })));
    }
    for lane in &lanes {
        twin.open_lane(*lane);
    }
    let direct = twin.add_vehicle(VehicleType::CAR, &route).expect("a route");
    run_until_gone(&mut twin, direct, 900);
    assert!(lanes.iter().any(|lane| twin.lane_totals(*lane).0 > 0));
}

#[test]
fn detectors_count_what_passes_them() {
    let network = common::grid(2, 2);
    let demand = common::demand(&network, (2, 2), 8, 300);
    let mut twin = Twin::new(Arc::clone(&network), &demand, builtin()).expect("sound");
    let lane = |road: RoadId| network.lanes_of(road).nth(1).expect("three lanes");
    let road = common::road_id(&network, 0, 1, 0);
    let end = network.lanes[lane(road)].length;
    let zone = Meters::new(2.0);
    twin.watch([
        (lane(road), end - Meters::new(1.0), zone),
        (lane(road), Meters::new(100.0), zone),
        (LaneId(9999), Meters::new(1.0), zone),
    ]);
    let mut counts = [0_u32; 3];
    let (mut occupied, mut standing) = (0.0, false);
    for _ in 0..600 {
        twin.step();
        for (count, seen) in counts.iter_mut().zip(twin.detections()) {
            *count += u32::from(seen.count);
            assert!((0.0..=1.0).contains(&seen.occupied_ratio));
            assert!(seen.speed_sum_mps >= 0.0);
        }
        occupied += f64::from(twin.detections()[0].occupied_ratio);
        standing |= twin.detections()[0].occupied_ratio >= 1.0;
    }
    let (entered, left) = twin.lane_totals(lane(road));
    assert!(entered > 20);
    assert_eq!(counts, [left, entered, 0], "all of {entered} vehicles");
    assert!(standing, "somebody stood on the loop at red");
    assert!(occupied > f64::from(left) * 0.5, "each covers it for half a second at least");
    let movement = network
        .movements
        .iter_ids()
        .find(|(_, of)| of.from == road && of.to == common::road_id(&network, 1, 1, 0))
        .map(|(id, _): (MovementId, _)| id)
        .expect("straight on");
    assert_eq!(twin.movement_counts()[movement], left);
}

/// Median time of an ambulance through a city full of cars.
fn ambulance_time(config: TwinConfig, of: VehicleType) -> f64 {
    let network = common::grid(4, 2);
    let demand = common::demand(&network, (4, 2), 14, 1500);
    let mut twin = Twin::new(Arc::clone(&network), &demand, config).expect("sound");
    let route = along_row(&network, 4);
    let mut times = Vec::new();
    for start in [300, 500, 700, 900, 1100] {
        while twin.clock_s() < start {
            twin.step();
        }
        let vehicle = twin.add_vehicle(of, &route).expect("a route");
        times.push(f64::from(run_until_gone(&mut twin, vehicle, 1500)));
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

#[test]
fn a_siren_saves_time_and_more_when_drivers_give_way() {
    let quiet = VehicleType { class: VehicleClass::Car, ..AMBULANCE };
    let without = ambulance_time(builtin(), quiet);
    let alone = ambulance_time(TwinConfig { give_way: false, ..builtin() }, AMBULANCE);
    let both = ambulance_time(builtin(), AMBULANCE);
    println!("without {without} s, siren {alone} s, siren and rescue lane {both} s");
    assert!(alone < without, "siren {alone} s, without {without} s");
    assert!(both < 0.7 * without, "siren and rescue lane {both} s, without {without} s");
}

#[test]
fn everybody_goes_on_after_a_siren_has_passed() {
    let network = common::grid(3, 2);
    let demand = common::demand(&network, (3, 2), 6, 400);
    let mut twin = Twin::new(Arc::clone(&network), &demand, builtin()).expect("sound");
    for _ in 0..4 {
        (0..80).for_each(|_| twin.step());
        twin.add_vehicle(AMBULANCE, &along_row(&network, 3)).expect("a route");
    }
    (0..2500).for_each(|_| twin.step());
    let metrics = twin.metrics();
    assert_eq!(metrics.finished, metrics.created);
}

#[test]
fn whoever_made_way_drives_on_when_the_last_siren_is_gone() {
    let network = common::grid(1, 1);
    let mut twin = twin(&network, builtin());
    let route = along_row(&network, 1);
    let lane = network.lanes_of(route[0]).next().expect("three lanes");
    let fast = MetersPerSecond::new(9.0);
    let place = |twin: &mut Twin, at: f64, of: VehicleType| {
        twin.place_vehicle(lane, Meters::new(at), fast, of, &route).expect("room")
    };
    let cars = [60.0, 75.0, 90.0].map(|at| place(&mut twin, at, VehicleType::CAR));
    let ambulance = place(&mut twin, 40.0, AMBULANCE);
    let slow = |twin: &Twin| {
        let of_cars = twin.vehicles().filter(|vehicle| cars.contains(&vehicle.id));
        of_cars.filter(|vehicle| vehicle.speed < MetersPerSecond::new(5.6)).count()
    };
    (0..30).find(|_| {
        twin.step();
        slow(&twin) > 0
    });
    assert!(slow(&twin) > 0, "somebody makes way");
    assert!(twin.remove_vehicle(ambulance));
    (0..4).for_each(|_| twin.step());
    assert_eq!(slow(&twin), 0, "all drive on");
}

#[test]
fn no_vehicle_is_placed_beyond_the_end_of_its_lane() {
    let network = common::grid(1, 1);
    let mut twin = twin(&network, TwinConfig::default());
    let road = along_row(&network, 1)[0];
    let lane = network.lanes_of(road).next().expect("three lanes");
    let end = network.lanes[lane].length;
    // The second finds the first less than its own length from the end.
    for at in [end - Meters::new(3.0), end] {
        let speed = MetersPerSecond::ZERO;
        assert!(twin.place_vehicle(lane, at, speed, VehicleType::CAR, &[road]).is_some());
    }
    assert_eq!(twin.lane_vehicles(lane), 2);
    assert!(twin.vehicles_on(lane).all(|vehicle| vehicle.position <= end));
}

#[test]
fn a_vehicle_is_placed_where_there_is_room() {
    let network = common::grid(1, 1);
    let mut twin = twin(&network, TwinConfig::default());
    let road = along_row(&network, 1)[0];
    let lane = network.lanes_of(road).next().expect("three lanes");
    let route = [road];
    let mut place = |at: f64| {
        let speed = MetersPerSecond::new(5.0);
        twin.place_vehicle(lane, Meters::new(at), speed, VehicleType::CAR, &route)
    };
    let placed: Vec<_> = (0..12).filter_map(|_| place(100.0)).collect();
    assert!((9..=11).contains(&placed.len()), "{} vehicles within 30 m", placed.len());
    assert!(place(-1.0).is_none());
    assert!(place(f64::NAN).is_none());
    let vehicles: Vec<_> = twin.vehicles_on(lane).collect();
    for pair in vehicles.windows(2) {
        assert!((pair[0].position - pair[0].length - pair[1].position).get() > 0.5);
    }
    for id in placed {
        assert!(twin.remove_vehicle(id));
    }
    assert_eq!(twin.lane_vehicles(lane), 0);
    assert_eq!(twin.driving(), 0);
}
