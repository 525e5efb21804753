//! Tests of intergreens: one worked by hand, bounds, and the check of configured ones.

use urbis_units::Point;

use super::*;
use crate::crossing::{CrossingParameters, add_pedestrian_groups};
use crate::fixture::grid;
use crate::{Signal, geometry};

const RILSA: IntergreenParameters = IntergreenParameters::RILSA;

fn junction() -> (Network, JunctionId) {
    let network = grid(1, 1);
    let id = network.signalized().next().unwrap().0;
    (network, id)
}

fn signal(network: &Network, id: JunctionId) -> &Signal {
    network.junctions[id].signal.as_ref().unwrap()
}

/// The group of the through movement with a heading in degrees.
fn through(network: &Network, id: JunctionId, heading_deg: f64) -> GroupIdx {
    let position = network.movements_of(id).position(|movement| {
        let movement = &network.movements[movement];
        let heading = geometry::heading_at_end(&network.roads[movement.from].shape);
        movement.turn == Turn::Straight && (heading.get().to_degrees() - heading_deg).abs() < 1.0
    });
    GroupIdx(position.unwrap() as u8)
}

#[test]
fn amber_grows_with_the_speed_limit() {
    let amber_at = |limit_kmh: f64| amber(MetersPerSecond::new(limit_kmh / 3.6)).get();
    assert_eq!([30.0, 50.0, 60.0, 70.0].map(amber_at), [3.0, 3.0, 4.0, 5.0]);
    assert_eq!(amber(MetersPerSecond::new(11.111)), Seconds::new(3.0));
}

#[test]
fn crossing_through_streams_have_the_intergreen_worked_by_hand() {
    let (mut network, id) = junction();
    let (east, north) = (through(&network, id, 0.0), through(&network, id, 90.0));
    // One straight lane link each, 30 m long, meeting in the middle.
    for (group, from, to) in [(east, (-15.0, 0.0), (15.0, 0.0)), (north, (0.0, -15.0), (0.0, 15.0))]
    {
        let movement = network.movements_of(id).nth(group.0 as usize).unwrap();
        for link in network.lane_links_of(movement) {
            let link = &mut network.lane_links[link];
            link.shape = vec![Point::new(from.0, from.1), Point::new(to.0, to.1)];
            link.length = Meters::new(30.0);
        }
    }
    network.junctions[id].conflict_areas = crate::conflict::areas(&network, id);
    let times = from_geometry(&network, id, &RILSA);
    let size = signal(&network, id).groups.len();
    // 3 s crossing + (15 m + 6 m) / 10 m/s clearing - 15 m / 11.1 m/s entering = 3.75 s, so 4 s.
    assert_eq!(times[east.0 as usize * size + north.0 as usize], Seconds::new(4.0));
}

#[test]
fn only_conflicting_groups_have_an_intergreen_and_it_holds_the_amber() {
    let (network, id) = junction();
    let signal = signal(&network, id);
    for (conflict, time) in signal.conflicts.iter().zip(&signal.intergreens) {
        match conflict {
            Conflict::Conflicting => assert!(*time >= signal.amber),
            _ => assert_eq!(*time, Seconds::ZERO),
        }
    }
}

#[test]
fn pedestrians_get_the_time_to_walk_all_the_way() {
    let (mut network, id) = junction();
    let usual = network.clone();
    for (parameters, speed) in
        [(CrossingParameters::USUAL, 1.0), (CrossingParameters::SLOW_WALKERS, 0.8)]
    {
        network.clone_from(&usual);
        assert_eq!(add_pedestrian_groups(&mut network, id, &parameters), Ok(4));
        let signal = signal(&network, id);
        for (walking, group) in signal.groups.iter().enumerate().skip(12) {
            assert!(matches!(group.kind, GroupKind::Pedestrian { .. }));
            for vehicle in 0..12 {
                let pair = (GroupIdx(walking as u8), GroupIdx(vehicle));
                if signal.conflict(pair.0, pair.1) == Conflict::Conflicting {
                    // Six lanes of 3.5 m.
                    let walk = 21.0 / speed;
                    let time = signal.intergreen(pair.0, pair.1).get();
                    assert!((walk..walk + 1.0).contains(&time), "{time} s for {walk} s of walking");
                    assert!(signal.intergreen(pair.1, pair.0) >= signal.amber);
                }
            }
        }
    }
}

#[test]
fn a_shorter_configured_intergreen_is_named_with_both_values() {
    let (mut network, id) = junction();
    assert_eq!(check(&network, &RILSA), Vec::new());
    let configured = network.junctions[id].signal.as_mut().unwrap();
    configured.intergreen_source = IntergreenSource::Controller;
    let at = configured.conflicts.iter().position(|value| *value == Conflict::Conflicting).unwrap();
    configured.intergreens[at] = Seconds::new(1.0);
    let diagnostics = check(&network, &RILSA);
    assert_eq!(diagnostics.len(), 1);
    assert!(diagnostics[0].message.starts_with("intergreen is 1.0 s, geometry asks for"));
}

#[test]
fn what_a_controller_has_configured_stays() {
    let (mut network, id) = junction();
    let configured = network.junctions[id].signal.as_mut().unwrap();
    configured.intergreen_source = IntergreenSource::Controller;
    configured.intergreens.fill(Seconds::new(9.0));
    configured.amber = Seconds::new(4.0);
    let before = network.clone();
    complete(&mut network, &RILSA);
    assert_eq!(network, before);
}

#[test]
fn times_are_rounded_up_but_not_by_a_rounding_error() {
    let up = |time| round_up(Seconds::new(time), Seconds::new(1.0)).get();
    assert_eq!([3.75, 4.0, 4.000_000_000_1, 4.01].map(up), [4.0, 4.0, 4.0, 5.0]);
    assert_eq!(round_up(Seconds::new(3.75), Seconds::ZERO), Seconds::new(3.75));
}
