//! Tests of conflict areas and matrices on a four-arm junction.

use urbis_units::Meters;

use super::*;
use crate::fixture::grid;
use crate::{Stage, check};

/// The one junction of a 1 by 1 grid, and its group for an approach heading (degrees) and turn.
fn junction() -> (Network, JunctionId) {
    let network = grid(1, 1);
    let id = network.signalized().next().unwrap().0;
    (network, id)
}

fn group(network: &Network, junction: JunctionId, heading_deg: f64, turn: Turn) -> GroupIdx {
    let position = network.movements_of(junction).position(|id| {
        let movement = &network.movements[id];
        let heading = geometry::heading_at_end(&network.roads[movement.from].shape);
        movement.turn == turn && (heading.get().to_degrees() - heading_deg).abs() < 1.0
    });
    GroupIdx(position.unwrap() as u8)
}

fn value(a: (f64, Turn), b: (f64, Turn)) -> Conflict {
    let (network, id) = junction();
    let signal = network.junctions[id].signal.as_ref().unwrap();
    signal.conflict(group(&network, id, a.0, a.1), group(&network, id, b.0, b.1))
}

const EASTBOUND: f64 = 0.0;
const WESTBOUND: f64 = 180.0;
const NORTHBOUND: f64 = 90.0;

#[test]
fn crossing_through_streams_conflict() {
    let conflict = value((EASTBOUND, Turn::Straight), (NORTHBOUND, Turn::Straight));
    assert_eq!(conflict, Conflict::Conflicting);
}

#[test]
fn opposing_through_streams_and_opposing_left_turns_are_compatible() {
    for turn in [Turn::Straight, Turn::Left] {
        assert_eq!(value((EASTBOUND, turn), (WESTBOUND, turn)), Conflict::Compatible);
    }
}

#[test]
fn one_approach_is_compatible_with_itself() {
    for turn in [Turn::Straight, Turn::Right] {
        assert_eq!(value((EASTBOUND, Turn::Left), (EASTBOUND, turn)), Conflict::Compatible);
    }
}

#[test]
fn right_turn_merges_by_yielding() {
    let right = (NORTHBOUND, Turn::Right);
    assert_eq!(value(right, (EASTBOUND, Turn::Straight)), Conflict::Permitted);
    assert_eq!(value(right, (-90.0, Turn::Left)), Conflict::Permitted);
    assert_eq!(value(right, (WESTBOUND, Turn::Straight)), Conflict::Compatible);
}

#[test]
fn left_turn_merging_into_a_through_stream_conflicts() {
    let conflict = value((NORTHBOUND, Turn::Left), (WESTBOUND, Turn::Straight));
    assert_eq!(conflict, Conflict::Conflicting);
}

#[test]
fn opposing_left_turn_is_permitted_only_where_a_stage_shows_it() {
    let (mut network, id) = junction();
    let left = group(&network, id, EASTBOUND, Turn::Left);
    let through = group(&network, id, WESTBOUND, Turn::Straight);
    let at = |matrix: &[Conflict]| matrix[left.0 as usize * 12 + through.0 as usize];
    assert_eq!(at(&matrix(&network, id, &Rules::USUAL)), Conflict::Conflicting);

    let green = crate::GroupSet::EMPTY.with(left).with(through);
    let stage = Stage { name: "permissive".to_owned(), green };
    network.junctions[id].signal.as_mut().unwrap().stages.push(stage);
    assert_eq!(check::stages(&network).len(), 1);
    assert_eq!(at(&matrix(&network, id, &Rules::USUAL)), Conflict::Permitted);
    let never = Rules { permissive_left: Permission::Never, ..Rules::USUAL };
    assert_eq!(at(&matrix(&network, id, &never)), Conflict::Conflicting);
}

#[test]
fn a_left_turn_from_the_outer_lane_conflicts_with_the_through_lane_beside_it() {
    let (mut network, id) = junction();
    let left = group(&network, id, EASTBOUND, Turn::Left);
    let through = group(&network, id, EASTBOUND, Turn::Straight);
    let movement = network.movements_of(id).nth(left.0 as usize).unwrap();
    let outer = network.lanes_of(network.movements[movement].from).next_back().unwrap();
    for link in network.lane_links_of(movement) {
        network.lane_links[link].from = outer;
    }
    let conflicts = matrix(&network, id, &Rules::USUAL);
    assert_eq!(conflicts[left.0 as usize * 12 + through.0 as usize], Conflict::Conflicting);
}

#[test]
fn the_matrix_is_symmetric_with_a_compatible_diagonal() {
    let (network, id) = junction();
    let signal = network.junctions[id].signal.as_ref().unwrap();
    for a in (0..12).map(GroupIdx) {
        assert_eq!(signal.conflict(a, a), Conflict::Compatible);
        for b in (0..12).map(GroupIdx) {
            assert_eq!(signal.conflict(a, b), signal.conflict(b, a));
        }
    }
}

#[test]
fn stages_of_the_grid_show_no_conflict() {
    assert_eq!(check::stages(&grid(3, 2)), Vec::new());
}

#[test]
fn areas_lie_on_both_paths_at_one_place() {
    let (network, id) = junction();
    let areas = &network.junctions[id].conflict_areas;
    assert!(!areas.is_empty());
    for area in areas {
        let place =
            |link: LaneLinkId, along| geometry::point_along(&network.lane_links[link].shape, along);
        let gap = geometry::distance(place(area.a, area.along_a), place(area.b, area.along_b));
        assert!(area.a < area.b);
        assert!(gap < Meters::new(0.01), "{area:?} is {gap} apart");
    }
}
