//! The public CityFlow networks through conflicts, intergreens, checks, routing and crossings.

use std::path::PathBuf;

use urbis_network::conflict::{self, Rules};
use urbis_network::crossing::{self, CrossingParameters};
use urbis_network::intergreen::{self, IntergreenParameters};
use urbis_network::route::Router;
use urbis_network::{Conflict, GroupKind, Network, Turn, check, cityflow};
use urbis_units::Seconds;

const FILES: [&str; 4] = [
    "hangzhou_4x4/roadnet_4_4.json",
    "jinan_3x4/roadnet_3_4.json",
    "newyork_16x3/roadnet_16_3.json",
    "newyork_28x7/roadnet_28_7_rebuilt.json",
];

/// The networks that are at hand; those that are not are named, and must be there in CI.
fn networks(test: &str) -> Vec<Network> {
    let folder = std::env::var_os("URBIS_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let mut networks = Vec::new();
    for file in FILES {
        let path = folder.join("traffic").join(file);
        match std::fs::read(&path) {
            Ok(bytes) => networks
                .push(cityflow::read_roadnet(&bytes, file).expect("a public network is sound")),
            Err(error) => {
                let missing = format!("{test}: {}: {error}", path.display());
                assert!(std::env::var("CI").as_deref() != Ok("true"), "{missing}");
                println!("skipped: {missing}");
            }
        }
    }
    networks
}

#[test]
fn configured_stages_show_no_conflicting_groups() {
    for network in networks("configured_stages_show_no_conflicting_groups") {
        assert_eq!(check::stages(&network), Vec::new(), "{}", network.name);
    }
}

#[test]
fn conflicts_are_those_of_a_four_arm_junction() {
    for network in networks("conflicts_are_those_of_a_four_arm_junction") {
        for (id, signal) in network.signalized() {
            let turn = |group: usize| match &signal.groups[group].kind {
                GroupKind::Vehicle { movements } => network.movements[movements[0]].turn,
                GroupKind::Pedestrian { .. } => unreachable!("the files have no crossings"),
            };
            let size = signal.groups.len();
            let right =
                |at: usize| turn(at / size) == Turn::Right || turn(at % size) == Turn::Right;
            let count = |value: Conflict, with_right: bool| {
                (0..size * size)
                    .filter(|at| at / size < at % size && signal.conflicts[*at] == value)
                    .filter(|at| right(*at) == with_right)
                    .count()
            };
            let name = &network.junctions[id].name;
            // Through with through 4, through with left from the sides 8 and from opposite 4, left
            // with left from the sides 4; every right turn merges with one through and one left.
            assert_eq!(count(Conflict::Conflicting, false), 20, "{name}");
            assert_eq!(count(Conflict::Conflicting, true), 0, "{name}");
            assert_eq!(count(Conflict::Permitted, true), 8, "{name}");
            assert_eq!(count(Conflict::Permitted, false), 0, "{name}");
        }
    }
}

#[test]
fn intergreens_lie_between_amber_and_ten_seconds() {
    for network in networks("intergreens_lie_between_amber_and_ten_seconds") {
        for (_, signal) in network.signalized() {
            assert_eq!(signal.amber, Seconds::new(3.0));
            for (conflict, time) in signal.conflicts.iter().zip(&signal.intergreens) {
                if *conflict == Conflict::Conflicting {
                    assert!(signal.amber <= *time && *time <= Seconds::new(10.0), "{time}");
                } else {
                    assert_eq!(*time, Seconds::ZERO);
                }
            }
        }
        assert_eq!(intergreen::check(&network, &IntergreenParameters::RILSA), Vec::new());
    }
}

#[test]
fn the_networks_pass_the_check() {
    for network in networks("the_networks_pass_the_check") {
        assert_eq!(check::network(&network), Vec::new(), "{}", network.name);
    }
}

#[test]
fn pedestrian_groups_walk_with_the_through_stage_beside_them() {
    for mut network in networks("pedestrian_groups_walk_with_the_through_stage_beside_them") {
        for id in network.junctions.ids() {
            let Some(before) = network.junctions[id].signal.clone() else { continue };
            let added =
                crossing::add_pedestrian_groups(&mut network, id, &CrossingParameters::USUAL);
            assert_eq!(added, Ok(crossing::arms(&network, id).len()));
            let signal = network.junctions[id].signal.as_ref().unwrap();
            let vehicles = before.groups.len();
            let walking = |stage: usize| {
                let green = signal.stages[stage].green.iter();
                green.filter(|group| group.0 as usize >= vehicles).count()
            };
            // Right turns only: all four may walk. Both throughs of one street: the two beside it.
            assert_eq!((walking(0), walking(1), walking(2)), (4, 2, 2));
            assert_eq!(signal.conflicts, conflict::matrix(&network, id, &Rules::USUAL));
        }
        assert_eq!(check::stages(&network), Vec::new());
        assert_eq!(check::network(&network), Vec::new());
    }
}

#[test]
fn every_pair_of_roads_has_one_cost_by_every_search() {
    for network in networks("every_pair_of_roads_has_one_cost_by_every_search") {
        let router = Router::new(&network);
        let limit = Seconds::new(1e6);
        for from in network.roads.ids().step_by(97) {
            let spread = router.one_to_many(from, limit, Seconds::ZERO, &router.planned());
            for to in network.roads.ids() {
                let path = router.path(from, to);
                assert_eq!(path.map(|path| path.cost), spread[to]);
            }
        }
    }
}
