//! Every sequence of requests up to a depth, on small junctions, judged second by second.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use support::{Small, Stand, at, small_signal};
use urbis_core::{GroupSet, StageIdx};
use urbis_interlock::{Action, Rule};
use urbis_network::Signal;

const CAR: Small = Small { min_green_s: 2.0, walk_s: None };
const QUICK: Small = Small { min_green_s: 1.0, walk_s: None };
const WALKER: Small = Small { min_green_s: 1.0, walk_s: Some(3.0) };

/// What came of an enumeration.
#[derive(Debug, Default)]
struct Count {
    sequences: u64,
    permitted: u64,
    refused: std::collections::BTreeMap<Rule, u64>,
}

/// Everything that can be asked at `second` of a signal of `groups` groups; `None` is to wait.
fn actions(groups: usize, stages: usize, second: i64, ahead: &[i64]) -> Vec<Option<Action>> {
    let mut all = vec![None];
    for stage in 0..=stages as u8 {
        all.push(Some(Action::Stage(StageIdx(stage))));
    }
    for green in 0..1_u64 << groups {
        for ahead_s in ahead {
            let from = at(second + ahead_s);
            all.push(Some(Action::Groups { green: GroupSet(green), from }));
        }
    }
    all
}

fn explore(stand: &Stand, signal: &Signal, depth: u32, ahead: &[i64], count: &mut Count) {
    if depth == 0 {
        let mut tail = stand.clone();
        for _ in 0..8 {
            tail.step().unwrap();
        }
        count.sequences += 1;
        return;
    }
    for action in actions(signal.groups.len(), signal.stages.len(), stand.now(), ahead) {
        let mut next = stand.clone();
        if let Some(action) = action {
            match next.ask(action) {
                Ok(_) => count.permitted += 1,
                // A refused request leaves no trace: waiting is explored already.
                Err(refusal) => {
                    *count.refused.entry(refusal.rule).or_default() += 1;
                    continue;
                }
            }
        }
        next.step().unwrap();
        explore(&next, signal, depth - 1, ahead, count);
    }
}

fn run(signal: &Signal, latency_s: f64, depth: u32, ahead: &[i64]) -> Count {
    let mut count = Count::default();
    explore(&Stand::new(signal, latency_s), signal, depth, ahead, &mut count);
    assert!(count.permitted > 0);
    assert!(count.refused.contains_key(&Rule::Unknown));
    count
}

#[test]
fn two_groups_that_conflict() {
    let signal = small_signal(&[CAR, QUICK], &[(0, 1, 2.0)], &[&[0], &[1]]);
    for (latency_s, depth) in [(0.0, 5), (1.0, 6)] {
        let count = run(&signal, latency_s, depth, &[1, 2, 4]);
        assert!(count.refused.contains_key(&Rule::ConflictingGreens));
        assert!(count.refused.contains_key(&Rule::Intergreen));
        assert!(count.refused.contains_key(&Rule::MinimumGreen));
        assert!(count.sequences > 10_000, "{count:?}");
    }
}

#[test]
fn a_car_and_a_pedestrian_group() {
    let signal = small_signal(&[WALKER, CAR], &[(0, 1, 1.0)], &[&[0], &[1]]);
    let count = run(&signal, 1.0, 6, &[1, 4]);
    assert!(count.refused.contains_key(&Rule::PedestrianClearance));
}

#[test]
fn three_groups_with_intergreens_of_their_own() {
    let signal =
        small_signal(&[CAR, QUICK, WALKER], &[(0, 1, 3.0), (1, 2, 1.0)], &[&[0, 2], &[1], &[0]]);
    run(&signal, 1.0, 5, &[1, 4]);
    run(&signal, 0.0, 4, &[0, 2]);
}

#[test]
fn four_groups_crosswise() {
    let signal = small_signal(
        &[CAR, QUICK, WALKER, QUICK],
        &[(0, 1, 2.0), (1, 2, 1.0), (0, 3, 1.0), (2, 3, 2.0)],
        &[&[0, 2], &[1, 3], &[2]],
    );
    run(&signal, 1.0, 4, &[1, 3]);
}

#[test]
fn every_stage_can_be_had_from_every_other() {
    let signal = small_signal(
        &[CAR, QUICK, WALKER, QUICK],
        &[(0, 1, 2.0), (1, 2, 1.0), (0, 3, 1.0), (2, 3, 2.0)],
        &[&[0, 2], &[1, 3], &[2]],
    );
    for latency_s in [0.0, 1.0, 3.0] {
        let mut stand = Stand::new(&signal, latency_s);
        for (from, to) in [(0, 1), (1, 0), (0, 2), (2, 1), (1, 2), (2, 0)] {
            let mut asked = 0;
            while stand.ask(Action::Stage(StageIdx(to))).is_err() {
                stand.step().unwrap();
                asked += 1;
                assert!(asked < 20, "{from} to {to} with latency {latency_s}");
            }
            for _ in 0..12 {
                stand.step().unwrap();
            }
            let wanted = signal.stages[usize::from(to)].green.0 & !0b100;
            assert_eq!(stand.street.green.0 & !0b100, wanted, "{from} to {to}");
        }
    }
}
