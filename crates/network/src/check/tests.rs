//! Tests of the checks: a sound grid passes, each kind of damage is named, none panics.

use proptest::prelude::*;
use urbis_core::{GroupSet, Id, Plan, Split, StageIdx};
use urbis_units::{Meters, Seconds};

use super::*;
use crate::fixture::grid;
use crate::{JunctionId, JunctionKind, LaneId, LaneLinkId, MovementId, RoadId, Signal};

/// The messages about a 2 by 2 grid after some damage.
fn complaints(damage: impl Fn(&mut Network)) -> Vec<String> {
    let mut damaged = grid(2, 2);
    damage(&mut damaged);
    network(&damaged).iter().map(ToString::to_string).collect()
}

fn signal(network: &mut Network) -> &mut Signal {
    network.junctions.iter_mut().find_map(|junction| junction.signal.as_mut()).unwrap()
}

fn expect(damage: impl Fn(&mut Network), words: &str) {
    let complaints = complaints(damage);
    assert!(complaints.iter().any(|line| line.contains(words)), "{complaints:?}");
}

#[test]
fn a_sound_network_passes() {
    assert_eq!(complaints(|_| {}), Vec::<String>::new());
}

#[test]
fn an_empty_network_is_told() {
    assert_eq!(network(&Network::default()).len(), 1);
}

#[test]
fn references_that_lead_nowhere_are_named() {
    expect(|network| network.roads[RoadId(3)].to = JunctionId(99), "does not enter junction 99");
    expect(|network| network.lanes[LaneId(4)].road = RoadId(0), "is not a lane of road 0");
    expect(
        |network| network.movements[MovementId(5)].from = RoadId(999),
        "does not join two roads",
    );
    expect(|network| network.lane_links[LaneLinkId(7)].to = LaneId(9999), "does not join lanes");
    expect(|network| network.roads[RoadId(1)].lanes = LaneId(9)..LaneId(2), "no lanes of its own");
}

#[test]
fn impossible_sizes_are_named() {
    expect(|network| network.roads[RoadId(0)].length = Meters::new(-3.0), "is -3 m long");
    expect(|network| network.lanes[LaneId(0)].width = Meters::ZERO, "is 0 m wide");
    expect(|network| network.roads[RoadId(0)].shape.truncate(1), "fewer than two finite points");
    expect(|network| network.lanes[LaneId(1)].index = 7, "says it is lane 7");
}

#[test]
fn signals_that_do_not_fit_are_named() {
    let never = "is shown by no stage";
    expect(|network| signal(network).stages.retain(|stage| !stage.name.starts_with("left")), never);
    expect(
        |network| signal(network).stages[0].green = GroupSet(u64::MAX),
        "groups that do not exist",
    );
    expect(|network| signal(network).conflicts.truncate(5), "has 5 conflicts");
    expect(|network| signal(network).clearance_stage = Some(StageIdx(200)), "clearance stage");
    expect(|network| drop(signal(network).groups.pop()), "in 0 signal groups");
    let splits = vec![Split { stage: StageIdx(77), green: Seconds::new(30.0) }];
    let plan =
        Plan { name: "p".to_owned(), offset: Seconds::ZERO, splits, interstage: Seconds::ZERO };
    expect(|network| signal(network).plans.push(plan.clone()), "names stage 77 of 5");
    expect(
        |network| {
            let signalized = network.signalized().next().unwrap().0;
            network.junctions[signalized].kind = JunctionKind::Priority;
        },
        "has a signal but is not signalized",
    );
}

#[test]
fn a_conflict_one_way_only_is_named() {
    expect(
        |network| {
            let signal = signal(network);
            let at = signal.conflicts.iter().position(|value| *value == Conflict::Conflicting);
            signal.conflicts[at.unwrap()] = Conflict::Compatible;
        },
        "conflict one way only",
    );
}

#[test]
fn dead_ends_are_named() {
    expect(
        |network| {
            let boundary = network
                .junctions
                .ids()
                .find(|id| network.junctions[*id].kind == JunctionKind::Boundary);
            network.junctions[boundary.unwrap()].kind = JunctionKind::Priority;
        },
        "cannot be left",
    );
}

#[test]
fn a_stage_with_conflicting_greens_is_named() {
    let mut network = grid(1, 1);
    let all = signal(&mut network).stages.iter().fold(0, |all, stage| all | stage.green.0);
    signal(&mut network).stages[1].green = GroupSet(all);
    let diagnostics = stages(&network);
    assert!(!diagnostics.is_empty());
    assert!(diagnostics[0].element.ends_with("stage through east-west"), "{}", diagnostics[0]);
}

proptest! {
    #[test]
    fn no_damaged_reference_goes_unnoticed_or_panics(
        what in 0_usize..8,
        place in any::<prop::sample::Index>(),
        id in any::<u32>(),
    ) {
        let mut damaged = grid(2, 1);
        let sound = damaged.clone();
        let road = RoadId::from_index(place.index(damaged.roads.len()));
        let movement = MovementId::from_index(place.index(damaged.movements.len()));
        let link = LaneLinkId::from_index(place.index(damaged.lane_links.len()));
        let junction = JunctionId::from_index(place.index(damaged.junctions.len()));
        match what {
            0 => damaged.roads[road].from = JunctionId(id),
            1 => damaged.roads[road].lanes.end = LaneId(id),
            2 => damaged.movements[movement].to = RoadId(id),
            3 => damaged.movements[movement].lane_links.start = LaneLinkId(id),
            4 => damaged.lane_links[link].from = LaneId(id),
            5 => damaged.lane_links[link].movement = MovementId(id),
            6 => damaged.junctions[junction].movements.end = MovementId(id),
            _ => damaged.junctions[junction].incoming.push(RoadId(id)),
        }
        let noticed = !network(&damaged).is_empty();
        // A lane link may be moved to another lane of its own approach and stay sound.
        let harmless = damaged == sound || what == 4 && damaged.lanes.get(LaneId(id)).is_some();
        prop_assert!(noticed || harmless || (what == 7 && sound.junctions[junction].incoming.contains(&RoadId(id))));
    }
}
