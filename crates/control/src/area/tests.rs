//! Two signals on a one-way street with a side street each.

use urbis_core::{GroupIdx, GroupSet, MovementId, Split, StageIdx};
use urbis_network::{Conflict, GroupKind, IntergreenSource, Signal, SignalGroup, Stage};

use super::climb::Climb;
use super::profile::Way;
use super::streams::{Area, Feeder, Node, Stream, offset_s};
use super::*;

const CYCLE_S: usize = 60;
const TRAVEL_S: f64 = 25.0;

fn signal() -> Signal {
    let group = |name: &str, movement: u32| SignalGroup {
        name: name.to_owned(),
        kind: GroupKind::Vehicle { movements: vec![MovementId(movement)] },
        min_green: Seconds::new(8.0),
        max_red: Seconds::new(120.0),
        max_red_is_hard: false,
    };
    let stage =
        |index: u8| Stage { name: index.to_string(), green: GroupSet::EMPTY.with(GroupIdx(index)) };
    let (none, crossing) = (Conflict::Compatible, Conflict::Conflicting);
    Signal {
        groups: vec![group("street", 0), group("side", 1)],
        crossings: Vec::new(),
        stages: vec![stage(0), stage(1)],
        conflicts: vec![none, crossing, crossing, none],
        intergreens: vec![Seconds::new(5.0); 4],
        intergreen_source: IntergreenSource::Controller,
        amber: Seconds::new(3.0),
        plans: Vec::new(),
        schedule: Vec::new(),
        clearance_stage: None,
    }
}

fn plan(offset_s: f64, greens_s: [f64; 2]) -> Plan {
    let split =
        |stage: u8| Split { stage: StageIdx(stage), green: Seconds::new(greens_s[stage as usize]) };
    Plan {
        name: "day".to_owned(),
        offset: Seconds::new(offset_s),
        splits: vec![split(0), split(1)],
        interstage: Seconds::new(5.0),
    }
}

/// Street streams 0 and 2, of which the first feeds the second, and side streams 1 and 3.
fn area(street: f32, side: f32, second: Plan) -> Area {
    let timing = SignalTiming::without_plans(&signal()).expect("a sound signal");
    let node = |junction: u32, plan: Plan, first: usize| Node {
        junction: JunctionId(junction),
        timing: timing.clone(),
        plan,
        streams: vec![first, first + 1],
        fed: if junction == 0 { vec![2] } else { Vec::new() },
    };
    let stream = |index: usize, flow: f32| Stream {
        movement: MovementId(index as u32),
        node: index / 2,
        group: Some(GroupIdx((index % 2) as u8)),
        flow,
        saturation: 0.5,
        storage_veh: 60.0,
        feeders: Vec::new(),
        even: flow,
    };
    let mut streams: Vec<Stream> =
        [street, side, street, side].into_iter().enumerate().map(|(i, f)| stream(i, f)).collect();
    streams[2].even = 0.0;
    streams[2].feeders.push(Feeder { from: 0, share: 1.0, way: Way::new(TRAVEL_S, 0.1) });
    let first = plan(0.0, [25.0, 25.0]);
    Area { cycle_s: CYCLE_S, nodes: vec![node(0, first, 0), node(1, second, 2)], streams }
}

fn climb(area: Area, split_step_s: u32) -> AreaPlans {
    Climb::new(area, AreaParameters { split_step_s, ..AreaParameters::USUAL }).run()
}

#[test]
fn a_platoon_meets_green_at_the_next_signal() {
    // The second signal begins its green as far out of step as can be.
    let found = climb(area(0.15, 0.15, plan(TRAVEL_S + 30.0, [25.0, 25.0])), 0);
    let offset = |index: usize| offset_s(&found.plans[index].1, CYCLE_S);
    let ahead = (offset(1) + CYCLE_S - offset(0)) % CYCLE_S;
    assert!((18..=26).contains(&ahead), "{ahead} s for {TRAVEL_S} s of travel");
    assert!(found.after.index_veh_h_per_h < 0.8 * found.before.index_veh_h_per_h, "{found:?}");
    assert!(found.after.stops_per_h < found.before.stops_per_h, "{found:?}");
}

#[test]
fn green_goes_to_the_stream_that_lacks_it_and_none_below_its_least() {
    let found = climb(area(0.3, 0.02, plan(20.0, [25.0, 25.0])), 2);
    for (_, plan) in &found.plans {
        let greens: Vec<f64> = plan.splits.iter().map(|split| split.green.get()).collect();
        assert!(greens[0] > 33.0 && greens[1] >= 8.0, "{greens:?}");
        assert_eq!(plan.cycle(), Seconds::new(60.0));
    }
}

#[test]
fn what_is_best_already_is_left_alone() {
    let once = climb(area(0.15, 0.15, plan(55.0, [25.0, 25.0])), 2);
    let mut again = area(0.15, 0.15, once.plans[1].1.clone());
    again.nodes[0].plan = once.plans[0].1.clone();
    let twice = climb(again, 2);
    assert!(twice.after.index_veh_h_per_h >= 0.97 * once.after.index_veh_h_per_h);
    assert_eq!(climb(area(0.15, 0.15, plan(55.0, [25.0, 25.0])), 2), once);
}
