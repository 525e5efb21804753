//! What holds in every run: nobody is lost, nobody is doubled, nobody drives through another,
//! snapshots and copies go on alike.

mod common;

use std::sync::Arc;

use proptest::prelude::*;
use urbis_network::{Demand, LaneId, Network, StageIdx, VehicleType};
use urbis_twin::{Metrics, Signals, Snapshot, Twin, TwinConfig, VehicleId, VehicleState};
use urbis_units::{Meters, MetersPerSecond};

const SIZE: (i32, i32) = (2, 2);
/// Fewer things than this happen to a twin from outside.
const ACTS_MAX: usize = 60;

/// What happens to a twin from outside.
#[derive(Debug, Clone)]
enum Act {
    Stage(u32, u8),
    Close(u32),
    Open(u32),
    Block(u32, f64),
    Unblock(u32),
    Remove(u32),
    Place(u32, f64, f64),
    Scale(f64, f64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..40_u32, 0..5_u8).prop_map(|(junction, stage)| Act::Stage(junction, stage)),
        1 => (0..80_u32).prop_map(Act::Close),
        1 => (0..80_u32).prop_map(Act::Open),
        1 => (0..80_u32, 0.0..300.0).prop_map(|(lane, at)| Act::Block(lane, at)),
        1 => (0..80_u32).prop_map(Act::Unblock),
        1 => (0..300_u32).prop_map(Act::Remove),
        2 => (0..80_u32, 0.0..300.0, 0.0..12.0)
            .prop_map(|(lane, at, speed)| Act::Place(lane, at, speed)),
        1 => (0.7..1.3, 0.7..1.5).prop_map(|(speed, headway)| Act::Scale(speed, headway)),
    ]
}

fn apply(twin: &mut Twin, network: &Network, act: &Act) {
    match *act {
        Act::Stage(junction, stage) => {
            // A junction without signal refuses, which is no matter here.
            let _ = twin.set_stage(urbis_network::JunctionId(junction), StageIdx(stage));
        }
        Act::Close(lane) => twin.close_lane(LaneId(lane)),
        Act::Open(lane) => twin.open_lane(LaneId(lane)),
        Act::Block(lane, at) => twin.block(LaneId(lane), Meters::new(at)),
        Act::Unblock(lane) => twin.unblock(LaneId(lane)),
        Act::Remove(vehicle) => {
            twin.remove_vehicle(VehicleId(vehicle));
        }
        Act::Place(lane, at, speed) => {
            let Some(lane_of) = network.lanes.get(LaneId(lane)) else { return };
            let route = [lane_of.road];
            twin.place_vehicle(
                LaneId(lane),
                Meters::new(at),
                MetersPerSecond::new(speed),
                VehicleType::CAR,
                &route,
            );
        }
        Act::Scale(speed, headway) => twin.scale_driving(speed, headway),
    }
}

fn city() -> (Arc<Network>, Demand) {
    let network = common::grid(SIZE.0, SIZE.1);
    let demand = common::demand(&network, SIZE, 6, 200);
    (network, demand)
}

fn twin(network: &Arc<Network>, demand: &Demand, seed: u64) -> Twin {
    Twin::new(Arc::clone(network), demand, TwinConfig { seed, ..TwinConfig::default() })
        .expect("the demand is of this network")
}

/// Every vehicle is in exactly one state, and the counts agree with one another.
fn nobody_is_lost(twin: &Twin, network: &Network) {
    let metrics = twin.metrics();
    let (mut waiting, mut driving, mut arrived, mut removed) = (0, 0, 0, 0);
    for state in (0..10_000).filter_map(|id| twin.vehicle(VehicleId(id))) {
        match state {
            VehicleState::Pending { .. } => {}
            VehicleState::Waiting { .. } => waiting += 1,
            VehicleState::Driving { .. } => driving += 1,
            VehicleState::Arrived { .. } => arrived += 1,
            VehicleState::Removed { .. } => removed += 1,
        }
    }
    assert_eq!(driving, twin.driving());
    assert_eq!(waiting, twin.waiting_to_enter());
    // Those who have gone may be forgotten; vehicles removed before their departure were never
    // created.
    assert!(arrived <= metrics.finished);
    let taken_out = metrics.created - (waiting + driving + metrics.finished);
    assert!((taken_out as usize) < ACTS_MAX, "{taken_out} of {removed} were taken out");
    let mut seen: Vec<u32> = twin.vehicles().map(|vehicle| vehicle.id.0).collect();
    assert_eq!(seen.len() as u32, driving);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len() as u32, driving, "a vehicle is in two places");
    for lane in network.lanes.ids() {
        let (entered, left) = twin.lane_totals(lane);
        assert_eq!((entered - left) as usize, twin.lane_vehicles(lane));
        assert!(twin.lane_waiting(lane) <= twin.lane_vehicles(lane));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nobody_is_lost_or_doubled_whatever_happens(
        seed in any::<u64>(),
        acts in prop::collection::vec((0..300_u32, act()), 0..ACTS_MAX),
    ) {
        let (network, demand) = city();
        let mut twin = twin(&network, &demand, seed);
        for second in 0..300 {
            for (_, act) in acts.iter().filter(|(at, _)| *at == second) {
                apply(&mut twin, &network, act);
            }
            twin.step();
            if second % 20 == 0 {
                nobody_is_lost(&twin, &network);
            }
        }
        nobody_is_lost(&twin, &network);
    }

    #[test]
    fn a_restored_snapshot_goes_on_as_the_twin_did(
        seed in any::<u64>(),
        acts in prop::collection::vec((0..200_u32, act()), 0..30),
        cut in 1..150_u32,
    ) {
        let (network, demand) = city();
        let mut first = twin(&network, &demand, seed);
        let run = |twin: &mut Twin, seconds: std::ops::Range<u32>| {
            for second in seconds {
                for (_, act) in acts.iter().filter(|(at, _)| *at == second) {
                    apply(twin, &network, act);
                }
                twin.step();
            }
        };
        run(&mut first, 0..cut);
        let bytes = first.snapshot().to_bytes();
        let snapshot = Snapshot::from_bytes(&bytes, &network).expect("just written");
        let mut second = Twin::from_snapshot(&network, snapshot.clone()).expect("same network");
        let mut third = twin(&network, &demand, seed.wrapping_add(1));
        third.restore(&snapshot).expect("same network");
        let mut fourth = first.clone();
        run(&mut first, cut..200);
        for other in [&mut second, &mut third, &mut fourth] {
            run(other, cut..200);
            prop_assert_eq!(first.state_hash(), other.state_hash());
        }
    }

    #[test]
    fn where_vehicles_lie_in_memory_means_nothing(
        seed in any::<u64>(),
        acts in prop::collection::vec((0..300_u32, act()), 0..ACTS_MAX),
        arranged in prop::collection::vec(0..300_u32, 1..20),
    ) {
        let (network, demand) = city();
        let (mut twin, mut other) = (twin(&network, &demand, seed), twin(&network, &demand, seed));
        for second in 0..300 {
            for (_, act) in acts.iter().filter(|(at, _)| *at == second) {
                apply(&mut twin, &network, act);
                apply(&mut other, &network, act);
            }
            if arranged.contains(&second) {
                other.arrange();
            }
            twin.step();
            other.step();
        }
        let all = |twin: &Twin| twin.vehicles().collect::<Vec<_>>();
        prop_assert_eq!(all(&twin), all(&other));
        prop_assert_eq!(twin.lane_queues(), other.lane_queues());
        let (a, b) = (twin.metrics(), other.metrics());
        // A sum over vehicles is rounded in their order.
        prop_assert!((a.mean_delay_s - b.mean_delay_s).abs() < 1e-6);
        prop_assert_eq!(Metrics { mean_delay_s: 0.0, ..a }, Metrics { mean_delay_s: 0.0, ..b });
    }

    #[test]
    fn broken_snapshots_are_refused(at in 0..4000_usize, value in any::<u8>(), cut in 0..4000_usize) {
        let (network, demand) = city();
        let mut twin = twin(&network, &demand, 1);
        for _ in 0..30 {
            twin.step();
        }
        let bytes = twin.snapshot().to_bytes();
        let mut changed = bytes.clone();
        let at = at % changed.len();
        changed[at] = changed[at].wrapping_add(value.max(1));
        prop_assert!(Snapshot::from_bytes(&changed, &network).is_err());
        prop_assert!(Snapshot::from_bytes(&bytes[..cut % bytes.len()], &network).is_err());
    }
}

/// The smallest gap between neighbors on a lane over a run, away from the lane's start where
/// streams merge.
fn smallest_gap(twin: &mut Twin, network: &Network, seconds: u32) -> f64 {
    let mut smallest = f64::INFINITY;
    for _ in 0..seconds {
        twin.step();
        for lane in network.lanes.ids() {
            let vehicles: Vec<_> = twin.vehicles_on(lane).collect();
            for pair in vehicles.windows(2) {
                let gap = (pair[0].position - pair[0].length - pair[1].position).get();
                smallest = smallest.min(gap);
            }
        }
    }
    smallest
}

#[test]
fn nobody_drives_through_another() {
    let (network, demand) = city();
    for (seed, signals) in [(1, Signals::Builtin), (2, Signals::Builtin), (3, Signals::Builtin)] {
        let config = TwinConfig { seed, signals, ..TwinConfig::default() };
        let mut twin = Twin::new(Arc::clone(&network), &demand, config).expect("sound");
        let smallest = smallest_gap(&mut twin, &network, 600);
        assert!(twin.metrics().finished > 100, "the run has traffic");
        assert!(smallest >= 0.0, "two vehicles overlap by {} m", -smallest);
    }
}

#[test]
fn a_twin_that_runs_on_keeps_only_who_is_on_the_way() {
    let (network, demand) = city();
    let config = TwinConfig { signals: Signals::Builtin, ..TwinConfig::default() };
    let mut twin = Twin::new(Arc::clone(&network), &Demand::default(), config).expect("sound");
    let mut sizes = Vec::new();
    for round in 0..24_u32 {
        twin.extend(&demand, round * 600).expect("the demand is of this network");
        (0..600).for_each(|_| twin.step());
        sizes.push(twin.snapshot().to_bytes().len());
    }
    let metrics = twin.metrics();
    assert!(metrics.finished > 20 * demand.trips.len() as u32, "{metrics:?}");
    let most = sizes[4..12].iter().max();
    assert!(sizes[16..].iter().max() <= most.map(|size| size * 11 / 10).as_ref(), "{sizes:?}");
    assert!(twin.is_gone(VehicleId(0)) && twin.vehicle(VehicleId(0)).is_none());
    let last = VehicleId(24 * demand.trips.len() as u32 - 1);
    assert!(twin.vehicle(last).is_some(), "ids go on");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (network, demand) = city();
    let run = || {
        let mut twin = twin(&network, &demand, 7);
        for second in 0..400 {
            for junction in network.junctions.ids() {
                let _ = twin.set_stage(junction, StageIdx((second / 30 % 4 + 1) as u8));
            }
            twin.step();
        }
        (twin.state_hash(), twin.metrics())
    };
    assert_eq!(run(), run());
}

#[test]
fn the_order_in_which_routes_and_types_are_listed_does_not_matter() {
    let (network, demand) = city();
    let mut other = Demand::default();
    let types = demand.vehicle_types.iter().rev().copied();
    other.vehicle_types = types.collect();
    other.routes = demand.routes.iter().rev().cloned().collect();
    let (types, routes) = (demand.vehicle_types.len() as u32, demand.routes.len() as u32);
    other.trips = demand
        .trips
        .iter()
        .map(|trip| {
            let mut trip = *trip;
            trip.vehicle_type.0 = types - 1 - trip.vehicle_type.0;
            trip.route.0 = routes - 1 - trip.route.0;
            trip
        })
        .collect();
    let run = |demand: &Demand| -> Metrics {
        let config = TwinConfig { signals: Signals::Builtin, ..TwinConfig::default() };
        let mut twin = Twin::new(Arc::clone(&network), demand, config).expect("sound");
        (0..500).for_each(|_| twin.step());
        twin.metrics()
    };
    assert_eq!(run(&demand), run(&other));
}
