//! Tests of the generator.

use proptest::prelude::*;
use urbis_control::SignalTiming;
use urbis_core::Id;
use urbis_network::{GroupKind, JunctionKind, MovementId, Network, RoadId, check, geometry};
use urbis_units::{Meters, Point, Seconds};

use super::*;
use crate::pack::{Activity, Geometry, StationKind};
use crate::{demand_for, encode};

/// FNV-1a over the files of a pack, names and all.
fn fingerprint(pack: &CityPack) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for (name, bytes) in encode(pack) {
        for byte in name.bytes().chain(bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
    hash
}

fn embedded() -> &'static CityPack {
    static PACK: std::sync::OnceLock<CityPack> = std::sync::OnceLock::new();
    PACK.get_or_init(|| generate(&GenerateOptions::embedded()))
}

#[test]
fn the_embedded_city_is_the_one_it_was() {
    // Renew after a change that is meant: the number is in the message.
    let found = fingerprint(embedded());
    assert_eq!(found, 0x3CF8_FB7E_1D89_CAE9, "the embedded city changed: {found:#X}");
}

#[test]
fn the_embedded_city_has_about_150_signals() {
    let pack = embedded();
    let signals = pack.network.signalized().count();
    assert!((140..=160).contains(&signals), "{signals} signals");
    assert_eq!(pack.network.junctions.len(), 540);
    assert_eq!(pack.city.name.en, "Yunchuan");
}

#[test]
fn a_seed_gives_the_same_city_and_another_another() {
    let city = |seed| fingerprint(&generate(&GenerateOptions::new(seed, 80)));
    assert_eq!(city(4), city(4));
    assert_ne!(city(4), city(5));
}

#[test]
fn sizes_are_kept_exactly_and_within_bounds() {
    for junctions in [10, 11, 12, 17, 25, 49, 133, 251, 700] {
        let pack = generate(&GenerateOptions::new(junctions as u64, junctions));
        assert_eq!(pack.network.junctions.len(), junctions);
    }
    let small = generate(&GenerateOptions::new(1, 0));
    assert_eq!(small.network.junctions.len(), GenerateOptions::JUNCTIONS_MIN);
}

#[test]
fn arterials_and_expressways_carry_most_of_the_traffic() {
    let pack = embedded();
    let trips = demand_for(pack, 450, 480, 1);
    let mut driven = [0.0; 4];
    for trip in &trips.trips {
        for road in &trips.routes[trip.route] {
            let road = &pack.network.roads[*road];
            driven[road.class as usize] += road.length.get();
        }
    }
    let total: f64 = driven.iter().sum();
    assert!((driven[0] + driven[1]) / total > 0.65, "{driven:?}");
    assert!(driven[3] / total < 0.12, "{driven:?}");
}

#[test]
fn plans_differ_by_time_of_day_and_share_a_cycle_on_arterials() {
    let pack = embedded();
    let mut cycles = std::collections::BTreeMap::new();
    for (_, signal) in pack.network.signalized() {
        let names: Vec<&str> = signal.plans.iter().map(|plan| plan.name.as_str()).collect();
        assert_eq!(names, ["midday", "am-peak", "pm-peak", "night"]);
        assert!(!signal.schedule.is_empty());
        *cycles.entry(signal.plans[1].cycle().get() as u32).or_insert(0) += 1;
    }
    let most = cycles.values().max().copied().unwrap_or(0);
    assert!(most > pack.network.signalized().count() / 2, "{cycles:?}");
    let offsets: std::collections::BTreeSet<u32> =
        pack.network.signalized().map(|(_, signal)| signal.plans[1].offset.get() as u32).collect();
    assert!(offsets.len() > 20, "{offsets:?}");
}

/// What every city has.
const NEEDED: [PlaceKind; 12] = [
    PlaceKind::Water,
    PlaceKind::Bridge,
    PlaceKind::Park,
    PlaceKind::Homes,
    PlaceKind::Jobs,
    PlaceKind::Shops,
    PlaceKind::School,
    PlaceKind::Hospital,
    PlaceKind::FireStation,
    PlaceKind::AmbulanceStation,
    PlaceKind::CareHome,
    PlaceKind::District,
];

#[test]
fn the_city_has_a_river_with_few_bridges_and_what_people_need() {
    let pack = embedded();
    let count = |kind| pack.places.iter().filter(|place| place.kind == kind).count();
    assert!((3..=9).contains(&count(PlaceKind::Bridge)), "{} bridges", count(PlaceKind::Bridge));
    for kind in NEEDED {
        assert!(count(kind) > 1, "{kind:?}");
    }
    let residents: f64 = pack.zones.iter().map(|zone| zone.amount(Activity::Residents)).sum();
    assert!((100_000.0..600_000.0).contains(&residents), "{residents} residents");
}

#[test]
fn only_some_junctions_have_signals_whatever_the_seed() {
    for seed in 0..40 {
        let network = generate(&GenerateOptions::new(seed, 150)).network;
        let signals = network.signalized().count();
        assert!((25..75).contains(&signals), "seed {seed}: {signals} of 150");
    }
}

#[test]
fn pedestrians_have_more_time_near_a_home_for_the_aged() {
    let pack = embedded();
    let frame = pack.network.frame.expect("a generated city is laid on the earth");
    let homes: Vec<Point> = pack
        .places
        .iter()
        .filter(|place| place.kind == PlaceKind::CareHome)
        .filter_map(|place| match &place.geometry {
            Geometry::Area(outline) => Some(frame.to_plane(outline[0])),
            _ => None,
        })
        .collect();
    let near = pack.network.signalized().filter(|(junction, _)| {
        let at = pack.network.junctions[*junction].center;
        homes.iter().any(|home| geometry::distance(at, *home) < Meters::new(120.0))
    });
    let speeds: Vec<f64> = near
        .flat_map(|(_, signal)| &signal.crossings)
        .map(|crossing| crossing.walking_speed.get())
        .collect();
    assert!(!speeds.is_empty(), "there are crossings near it");
    assert!(speeds.iter().all(|speed| (*speed - 0.8).abs() < 1e-9), "{speeds:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn any_city_is_sound(seed in 0..10_000_u64, junctions in 10..320_usize) {
        let pack = generate(&GenerateOptions::new(seed, junctions));
        prop_assert_eq!(pack.network.junctions.len(), junctions);
        let faults = check::network(&pack.network);
        prop_assert!(faults.is_empty(), "{}", faults[0]);
        prop_assert!(check::stages(&pack.network).is_empty());
        check_connected(&pack.network)?;
        check_crossings(&pack.network)?;
        check_sizes(&pack.network)?;
        check_signals(&pack.network)?;
        check_names(&pack)?;
        check_roadside(&pack)?;
        check_places(&pack)?;
        check_trips(&pack, seed)?;
    }
}

/// Every road within the city reaches every other; ways in reach all, all reach the ways out.
fn check_connected(network: &Network) -> Result<(), TestCaseError> {
    let boundary = |junction| network.junctions[junction].kind == JunctionKind::Boundary;
    let inside =
        |road: &RoadId| !boundary(network.roads[*road].from) && !boundary(network.roads[*road].to);
    let start = network.roads.ids().find(inside).expect("a city has inner roads");
    let reach = |forward: bool| {
        let mut seen = vec![false; network.roads.len()];
        let mut open = vec![start];
        seen[start.index()] = true;
        while let Some(road) = open.pop() {
            for movement in &network.movements {
                let (from, to) = (movement.from, movement.to);
                let (near, far) = if forward { (from, to) } else { (to, from) };
                if near == road && !std::mem::replace(&mut seen[far.index()], true) {
                    open.push(far);
                }
            }
        }
        seen
    };
    let (forward, backward) = (reach(true), reach(false));
    for (id, road) in network.roads.iter_ids() {
        let leaves = boundary(road.to);
        let enters = boundary(road.from);
        prop_assert!(forward[id.index()] || enters, "{} cannot be reached", road.name);
        prop_assert!(backward[id.index()] || leaves, "{} leads nowhere", road.name);
    }
    Ok(())
}

/// No two streets meet but at a junction they share.
fn check_crossings(network: &Network) -> Result<(), TestCaseError> {
    let one_way = |(id, _): &(RoadId, &urbis_network::Road)| id.0.is_multiple_of(2);
    let streets: Vec<(&str, Vec<Point>)> = network
        .roads
        .iter_ids()
        .filter(one_way)
        .map(|(_, road)| {
            let end = Meters::new(1.0);
            (road.name.as_str(), geometry::trim(&road.shape, end, end))
        })
        .collect();
    for (index, (name, shape)) in streets.iter().enumerate() {
        for (other, other_shape) in &streets[index + 1..] {
            let meeting = geometry::first_meeting(shape, other_shape);
            prop_assert!(meeting.is_none(), "{name} crosses {other} without a junction");
        }
    }
    Ok(())
}

fn check_sizes(network: &Network) -> Result<(), TestCaseError> {
    for road in &network.roads {
        prop_assert!(road.length > Meters::new(15.0), "{} is {}", road.name, road.length);
        let drawn = geometry::length(&road.shape);
        let radii = network.junctions[road.from].radius + network.junctions[road.to].radius;
        let gap = (road.length + radii - drawn).get().abs();
        prop_assert!(gap < 0.02, "{}: stop lines do not fit the shape", road.name);
    }
    for (id, lane) in network.lanes.iter_ids() {
        let road = &network.roads[lane.road];
        let leaves = network.junctions[road.to].kind == JunctionKind::Boundary;
        let enters = network.junctions[road.from].kind == JunctionKind::Boundary;
        prop_assert!(leaves || !lane.links_out.is_empty(), "lane {} of {}", id.0, road.name);
        prop_assert!(enters || !lane.links_in.is_empty(), "lane {} of {}", id.0, road.name);
    }
    Ok(())
}

/// Every movement at a signal has green in some stage of every plan; plans can be run.
fn check_signals(network: &Network) -> Result<(), TestCaseError> {
    for (id, signal) in network.signalized() {
        let name = &network.junctions[id].name;
        let served = |movement: MovementId, stages: &[u8]| {
            signal.groups.iter().enumerate().any(|(index, group)| {
                matches!(&group.kind, GroupKind::Vehicle { movements } if movements.contains(&movement))
                    && stages.iter().any(|stage| {
                        let green = signal.stages[*stage as usize].green;
                        green.contains(urbis_network::GroupIdx(index as u8))
                    })
            })
        };
        let timing = SignalTiming::new(signal);
        prop_assert!(timing.is_ok(), "{name}: {:?}", timing.err());
        for plan in &signal.plans {
            let stages: Vec<u8> = plan.splits.iter().map(|split| split.stage.0).collect();
            for movement in network.movements_of(id) {
                prop_assert!(served(movement, &stages), "{name}: {} serves not all", plan.name);
            }
            let cycle = plan.cycle();
            let sane = cycle >= Seconds::new(30.0) && cycle <= Seconds::new(150.0);
            prop_assert!(sane, "{name}: {} has a cycle of {cycle}", plan.name);
            prop_assert!(plan.offset >= Seconds::ZERO && plan.offset < cycle, "{name}");
        }
        for (index, group) in signal.groups.iter().enumerate() {
            let shown = signal
                .stages
                .iter()
                .any(|stage| stage.green.contains(urbis_network::GroupIdx(index as u8)));
            prop_assert!(shown, "{name}: group {} is never green", group.name);
        }
    }
    Ok(())
}

fn check_names(pack: &CityPack) -> Result<(), TestCaseError> {
    let both = |label: &Label| !label.zh.is_empty() && !label.en.is_empty();
    prop_assert!(both(&pack.city.name));
    prop_assert!(pack.network.roads.iter().all(|road| both(&road.label)));
    prop_assert!(pack.network.junctions.iter().all(|junction| both(&junction.label)));
    prop_assert!(pack.zones.iter().all(|zone| both(&zone.label)));
    prop_assert!(pack.stations.iter().all(|station| both(&station.label)));
    prop_assert!(pack.organizations.iter().all(|organization| both(&organization.name)));
    let named =
        |kind| matches!(kind, PlaceKind::School | PlaceKind::Hospital | PlaceKind::District);
    prop_assert!(
        pack.places.iter().filter(|place| named(place.kind)).all(|place| both(&place.label))
    );
    Ok(())
}

fn check_roadside(pack: &CityPack) -> Result<(), TestCaseError> {
    let length = |road: RoadId| pack.network.roads[road].length;
    for detector in &pack.detectors {
        let road = pack.network.lanes[detector.lane].road;
        let inside = detector.position >= Meters::ZERO && detector.position <= length(road);
        prop_assert!(inside, "{}", detector.name);
    }
    prop_assert!(pack.assets.iter().all(|asset| asset.to <= length(asset.road)));
    prop_assert!(pack.addresses.iter().all(|address| address.position <= length(address.road)));
    prop_assert!(pack.stations_of(StationKind::Ambulance).count() > 0);
    prop_assert!(pack.stations_of(StationKind::Hospital).count() > 0);
    for place in &pack.places {
        if let Geometry::Area(outline) = &place.geometry {
            prop_assert!(outline.len() > 2, "{:?} has no area", place.kind);
        }
    }
    Ok(())
}

/// Whatever its size, a city has what people need, a river, a way over it, and a center.
fn check_places(pack: &CityPack) -> Result<(), TestCaseError> {
    for kind in NEEDED {
        prop_assert!(pack.places.iter().any(|place| place.kind == kind), "no {kind:?}");
    }
    for kind in [StationKind::Ambulance, StationKind::Hospital, StationKind::Fire] {
        prop_assert!(pack.stations_of(kind).count() > 0, "no station: {kind:?}");
    }
    for activity in [Activity::Residents, Activity::Jobs, Activity::SchoolPlaces, Activity::Gate] {
        let amount: f64 = pack.zones.iter().map(|zone| zone.amount(activity)).sum();
        prop_assert!(amount > 0.0, "no {activity:?}");
    }
    Ok(())
}

/// Trips can be driven, and a part of a day is the same whatever part is asked for.
fn check_trips(pack: &CityPack, seed: u64) -> Result<(), TestCaseError> {
    let whole = demand_for(pack, 450, 480, seed);
    prop_assert!(!whole.trips.is_empty());
    for route in &whole.routes {
        prop_assert!(route.len() > 1);
        for pair in route.windows(2) {
            let joined = pack
                .network
                .movements_of(pack.network.roads[pair[0]].to)
                .map(|id| &pack.network.movements[id])
                .any(|movement| movement.from == pair[0] && movement.to == pair[1]);
            prop_assert!(joined, "a route jumps");
        }
    }
    let part = demand_for(pack, 460, 470, seed);
    let late = whole.trips.iter().filter(|trip| (600.0..1200.0).contains(&trip.depart.get()));
    prop_assert_eq!(late.count(), part.trips.len());
    prop_assert!(whole.trips.windows(2).all(|pair| pair[0].depart <= pair[1].depart));
    Ok(())
}
