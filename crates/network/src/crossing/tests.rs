//! Tests of arms and of the crossings over them.

use super::*;
use crate::fixture::{add_junction, add_road, finish, grid};
use crate::{JunctionKind, check};
use urbis_units::Point;

fn signalized(network: &Network) -> JunctionId {
    network.signalized().next().unwrap().0
}

#[test]
fn a_crossroads_has_four_arms_of_two_directions() {
    let network = grid(1, 1);
    let arms = arms(&network, signalized(&network));
    assert_eq!(arms.len(), 4);
    for arm in &arms {
        let (incoming, outgoing) = (arm.incoming.unwrap(), arm.outgoing.unwrap());
        assert_eq!(network.roads[incoming].from, network.roads[outgoing].to);
        assert!((arm.width(&network).get() - 21.0).abs() < 1e-9);
        assert!(arm.has(incoming) && arm.has(outgoing));
    }
}

#[test]
fn one_way_roads_are_arms_of_their_own() {
    let mut network = Network::default();
    let mut node = |x: f64, y: f64, kind| {
        add_junction(&mut network, &format!("{x} {y}"), Point::new(x, y), kind)
    };
    let center = node(0.0, 0.0, JunctionKind::Signalized);
    let west = node(-200.0, 0.0, JunctionKind::Boundary);
    let east = node(200.0, 0.0, JunctionKind::Boundary);
    let south = node(0.0, -200.0, JunctionKind::Boundary);
    let enters = add_road(&mut network, west, center);
    let leaves = add_road(&mut network, center, east);
    let both = [add_road(&mut network, south, center), add_road(&mut network, center, south)];
    finish(&mut network);
    let arms = arms(&network, center);
    assert_eq!(arms.len(), 3);
    assert_eq!((arms[0].incoming, arms[0].outgoing), (Some(enters), None));
    assert_eq!((arms[1].incoming, arms[1].outgoing), (Some(both[0]), Some(both[1])));
    assert_eq!((arms[2].incoming, arms[2].outgoing), (None, Some(leaves)));
    assert_eq!(arms[2].road(), Some(leaves));
}

#[test]
fn crossings_are_added_once_and_leave_a_sound_network() {
    let mut network = grid(2, 1);
    let id = signalized(&network);
    let parameters = CrossingParameters { median: Meters::new(2.0), ..CrossingParameters::USUAL };
    assert_eq!(add_pedestrian_groups(&mut network, id, &parameters), Ok(4));
    let once = network.clone();
    assert_eq!(add_pedestrian_groups(&mut network, id, &parameters), Ok(0));
    assert_eq!(network, once);
    let signal = network.junctions[id].signal.as_ref().unwrap();
    assert_eq!((signal.groups.len(), signal.crossings.len()), (16, 4));
    assert!(signal.crossings.iter().all(|crossing| crossing.length == Meters::new(23.0)));
    assert_eq!(check::network(&network), Vec::new());
    assert_eq!(check::stages(&network), Vec::new());
}

#[test]
fn intergreens_of_the_controller_stay_when_crossings_are_added() {
    let mut network = grid(1, 1);
    let id = signalized(&network);
    let signal = network.junctions[id].signal.as_mut().unwrap();
    signal.intergreen_source = IntergreenSource::Controller;
    signal.intergreens.fill(Seconds::new(9.0));
    add_pedestrian_groups(&mut network, id, &CrossingParameters::USUAL).unwrap();
    let signal = network.junctions[id].signal.as_ref().unwrap();
    assert_eq!(signal.intergreen_source, IntergreenSource::Controller);
    assert_eq!(signal.intergreen(GroupIdx(3), GroupIdx(11)), Seconds::new(9.0));
    // Six lanes of 3.5 m at 1 m/s, which no configuration knew of.
    let walking = (0..12).map(|vehicle| signal.intergreen(GroupIdx(12), GroupIdx(vehicle)));
    assert_eq!(walking.fold(Seconds::ZERO, Seconds::max), Seconds::new(21.0));
}

#[test]
fn recomputed_intergreens_say_that_they_are_from_geometry() {
    let mut network = grid(1, 1);
    let id = signalized(&network);
    let signal = network.junctions[id].signal.as_mut().unwrap();
    signal.intergreen_source = IntergreenSource::Controller;
    signal.intergreens.clear();
    add_pedestrian_groups(&mut network, id, &CrossingParameters::USUAL).unwrap();
    let signal = network.junctions[id].signal.as_ref().unwrap();
    assert_eq!(signal.intergreen_source, IntergreenSource::Geometry);
}

#[test]
fn through_vehicles_never_meet_walking_pedestrians() {
    let mut network = grid(1, 1);
    let id = signalized(&network);
    add_pedestrian_groups(&mut network, id, &CrossingParameters::USUAL).unwrap();
    let signal = network.junctions[id].signal.as_ref().unwrap();
    for (position, movement) in network.movements_of(id).enumerate() {
        let movement = &network.movements[movement];
        let vehicle = GroupIdx(position as u8);
        for (index, crossing) in signal.crossings.iter().enumerate() {
            let arms = arms(&network, id);
            let arm = arms.iter().find(|arm| arm.has(crossing.arm)).unwrap();
            let expected = match (arm.has(movement.from), arm.has(movement.to), movement.turn) {
                (true, _, crate::Turn::Right) => Conflict::Permitted,
                (true, ..) | (_, true, crate::Turn::Straight) => Conflict::Conflicting,
                (_, true, _) => Conflict::Permitted,
                _ => Conflict::Compatible,
            };
            assert_eq!(signal.conflict(vehicle, GroupIdx(12 + index as u8)), expected);
        }
    }
}

#[test]
fn without_a_signal_or_room_nothing_changes() {
    let mut network = grid(1, 1);
    let id = signalized(&network);
    let boundary = network
        .junctions
        .ids()
        .find(|id| network.junctions[*id].kind == JunctionKind::Boundary)
        .unwrap();
    let before = network.clone();
    let refused = add_pedestrian_groups(&mut network, boundary, &CrossingParameters::USUAL);
    assert!(matches!(refused, Err(CrossingError::NoSignal { .. })));
    assert_eq!(network, before);

    let signal = network.junctions[id].signal.as_mut().unwrap();
    let group = signal.groups[0].clone();
    signal.groups.resize(62, group);
    let before = network.clone();
    let refused = add_pedestrian_groups(&mut network, id, &CrossingParameters::USUAL);
    assert!(matches!(refused, Err(CrossingError::TooManyGroups { groups: 66, .. })));
    assert_eq!(network, before);
}
