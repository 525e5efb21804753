//! Golden scenarios: what the scene says to the traffic in `scenarios/*.md`.
//!
//! `UPDATE_GOLDEN=1` writes what it says now into the files.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../../crates/control/tests/support/mod.rs"]
mod cross;
#[path = "../../../crates/scene/tests/golden/mod.rs"]
mod golden;

use std::fmt::Write as _;
use std::sync::Arc;

use cross::CENTER;
use golden::{
    Seen, decision, mutated, rows, saved_state_holds, scenarios_hold, shown, takes_or_refuses, text,
};
use proptest::prelude::*;
use urbis_core::{
    Action, DecisionId, Estimate, IdVec, LaneEstimate, LaneId, Law, Measured, Order, Outcome, Plan,
    Proposal, SignalStatus, StageIdx,
};
use urbis_network::{Network, Turn};
use urbis_scene::{Effect, Input, Scene};
use urbis_scene_signals::Signals;
use urbis_units::CityTime;

/// The four-arm junction of the control room's tests and what the brain believes of it.
struct Stand {
    network: Arc<Network>,
    scene: Signals,
    seen: Seen,
}

impl Stand {
    fn new() -> Self {
        let network = Arc::new(cross::cross());
        let mut stand = Self {
            scene: Signals::new(Arc::clone(&network)),
            seen: Seen {
                estimate: Estimate {
                    lanes: IdVec::filled(LaneEstimate::default(), network.lanes.len()),
                    movement_flow_vph: IdVec::filled(0.0, network.movements.len()),
                    movement_flow_sd_vph: IdVec::filled(0.0, network.movements.len()),
                    ..Estimate::default()
                },
                signals: IdVec::filled(None, network.junctions.len()),
                ..Seen::default()
            },
            network,
        };
        stand.seen.signals[CENTER] = Some(SignalStatus {
            stage: Some(StageIdx(0)),
            since: CityTime::from_millis(0),
            law: Law::LocalPlan,
            plan: 0,
            taken_by: None,
            manual: false,
        });
        stand
    }

    fn status(&mut self) -> &mut SignalStatus {
        self.seen.signals[CENTER].as_mut().unwrap()
    }

    /// Sets queues of the through lanes and flows of the through movements of both axes.
    fn believe(&mut self, queue_veh: [f32; 2], flow_vph: [f32; 2]) {
        for arm in 0..4_u32 {
            let axis = (arm % 2) as usize;
            let lane = &mut self.seen.estimate.lanes[LaneId(arm * 4 + 1)];
            (lane.queue_veh, lane.count_veh) = (queue_veh[axis], queue_veh[axis] + 1.0);
            let through = cross::movement(arm, Turn::Straight);
            self.seen.estimate.movement_flow_vph[through] = flow_vph[axis];
        }
    }

    fn call(&mut self, at_s: i64, input: &Input<'_>) -> Vec<Effect> {
        self.seen.call(&mut self.scene, at_s, input)
    }

    fn tick(&mut self, at_s: i64) -> Vec<Effect> {
        self.call(at_s, &Input::Tick)
    }

    /// What follows within a review's time from what was measured.
    fn measured(&mut self, at_s: i64, outcome: &Outcome) -> Vec<Effect> {
        let mut effects = self.call(at_s, &Input::Measured(outcome));
        effects.extend((at_s + 1..at_s + 11).flat_map(|at_s| self.tick(at_s)));
        effects.retain(|effect| matches!(effect, Effect::Propose(_) | Effect::Withdraw(_)));
        effects
    }

    fn decide(&mut self, at_s: i64, proposal: &Proposal, option: Option<u8>) -> Vec<Effect> {
        let decision = decision(at_s, proposal, option);
        self.call(at_s, &Input::Decided(proposal, &decision))
    }
}

#[test]
fn golden_scenarios_hold() {
    scenarios_hold("csv steps", play);
}

/// What the scene says, a line each, when every row holds until the next. A proposal is answered
/// with its first option that does something, new splits.
fn play(csv: &str) -> String {
    let mut stand = Stand::new();
    let mut said = String::new();
    for row in rows(csv) {
        stand.status().law = match row.fields[1] {
            "max_pressure" => Law::MaxPressure,
            "webster" => Law::Webster,
            _ => Law::LocalPlan,
        };
        let stages = &stand.network.junctions[CENTER].signal.as_ref().unwrap().stages;
        let shown = stages.iter().position(|stage| stage.name == row.fields[2]);
        stand.status().stage = shown.map(|index| StageIdx(index as u8));
        let [ew, ns, ew_flow, ns_flow] = [3, 4, 5, 6].map(|column| row.number(column) as f32);
        stand.believe([ew, ns], [ew_flow, ns_flow]);
        for at_s in row.seconds() {
            for effect in stand.tick(at_s) {
                writeln!(said, "{at_s} {}", in_words(&stand.network, &effect)).unwrap();
                if let Effect::Propose(proposal) = effect {
                    // The loop puts the law in force before it tells the scene.
                    stand.status().law = Law::Webster;
                    stand.decide(at_s, &proposal, Some(1));
                }
            }
        }
    }
    said
}

fn in_words(network: &Network, effect: &Effect) -> String {
    let signal = network.junctions[CENTER].signal.as_ref().unwrap();
    match effect {
        Effect::Order { order: Order::ShowStage(stage), why, .. } => {
            format!("show {}: {}", signal.stages[stage.0 as usize].name, text(why))
        }
        Effect::Order { order: Order::RunPlan(plan), decision, why, .. } => {
            format!("run {} under {decision:?}: {}", splits(plan), text(why))
        }
        Effect::Propose(proposal) => {
            let options: Vec<String> = proposal.options.iter().map(|o| text(&o.text)).collect();
            format!("propose {}: {}", text(&proposal.text), options.join("; "))
        }
        Effect::Diagnose(why) => format!("diagnose {}", text(why)),
        other => format!("{other:?}"),
    }
}

fn splits(plan: &Plan) -> String {
    let greens: Vec<String> = plan.splits.iter().map(|s| s.green.get().to_string()).collect();
    format!("{} of {} s", greens.join("+"), plan.cycle().get())
}

#[test]
fn what_a_person_or_the_cabinet_has_is_left_alone() {
    let mut stand = Stand::new();
    stand.believe([0.0, 20.0], [300.0, 900.0]);
    stand.status().law = Law::MaxPressure;
    assert!(!stand.tick(0).is_empty());
    stand.status().manual = true;
    assert!((1..40).all(|at_s| stand.tick(at_s).is_empty()));
    stand.status().manual = false;
    stand.status().taken_by = Some(urbis_core::PersonId("li".to_owned()));
    assert!((40..80).all(|at_s| stand.tick(at_s).is_empty()));
    stand.status().taken_by = None;
    stand.seen.stopped = true;
    assert!((80..120).all(|at_s| stand.tick(at_s).is_empty()));
    stand.seen.stopped = false;
    assert!(!stand.tick(120).is_empty());
}

#[test]
fn a_refused_proposal_is_not_made_again_for_an_hour() {
    let mut stand = Stand::new();
    stand.believe([2.0, 14.0], [200.0, 650.0]);
    let mut proposed = Vec::new();
    for at_s in 0..3 * 3600 {
        for effect in stand.tick(at_s) {
            if let Effect::Propose(proposal) = effect {
                assert_eq!(proposal.options[0].actions, []);
                proposed.push(at_s);
                stand.decide(at_s, &proposal, None);
            }
        }
    }
    assert_eq!(proposed, [610, 4220, 7830]);
}

#[test]
fn an_unanswered_proposal_is_withdrawn_at_the_next_review() {
    let mut stand = Stand::new();
    stand.believe([2.0, 14.0], [200.0, 650.0]);
    let effects: Vec<Effect> = (0..1511).flat_map(|at_s| stand.tick(at_s)).collect();
    assert!(matches!(effects[..], [Effect::Propose(_), Effect::Withdraw(_), Effect::Propose(_)]));
}

#[test]
fn what_a_review_finds_after_a_decision_is_left_out() {
    let mut stand = Stand::new();
    stand.believe([2.0, 14.0], [200.0, 650.0]);
    let first = (0..611).flat_map(|at_s| stand.tick(at_s)).next();
    let Some(Effect::Propose(proposal)) = first else { panic!("{first:?}") };
    // The next review begins at 1510 s; the first proposal is decided while it looks.
    assert!((611..1505).all(|at_s| stand.tick(at_s).is_empty()));
    stand.decide(1505, &proposal, None);
    assert!((1506..5105).all(|at_s| stand.tick(at_s).is_empty()));
    let next: Vec<Effect> = (5105..5120).flat_map(|at_s| stand.tick(at_s)).collect();
    assert!(matches!(next[..], [Effect::Propose(_)]), "{next:?}");
}

#[test]
fn a_state_of_the_version_before_is_taken_up() {
    let bytes = std::fs::read("fixtures/state-1.bin").unwrap();
    let mut stand = Stand::new();
    stand.scene.load(&bytes).unwrap();
    let mut saved = stand.scene.save();
    // It ends with what the first version did not know: whether a review is under way.
    assert_eq!(saved.pop(), Some(0));
    assert_eq!(saved[2..], bytes[2..]);
}

/// The stand after new splits were taken ten minutes in.
fn retimed() -> (Stand, DecisionId) {
    let mut stand = Stand::new();
    stand.believe([2.0, 14.0], [200.0, 650.0]);
    let proposed = (0..611).flat_map(|at_s| stand.tick(at_s)).find_map(|effect| match effect {
        Effect::Propose(proposal) => Some(proposal),
        _ => None,
    });
    let proposal = proposed.unwrap();
    let decision = decision(610, &proposal, Some(1));
    stand.status().law = Law::Webster;
    stand.call(610, &Input::Decided(&proposal, &decision));
    (stand, decision.id)
}

#[test]
fn a_decision_that_cost_time_may_be_taken_back() {
    let outcome = |decision, value| Outcome {
        decision,
        at: CityTime::from_millis(1_800_000),
        measured: vec![Measured {
            measure: "time_spent_veh_h_change".to_owned(),
            value,
            inside: false,
        }],
    };
    let (mut stand, taken) = retimed();
    assert!(stand.measured(1800, &outcome(taken, -3.0)).is_empty());
    assert!(stand.measured(1820, &outcome(DecisionId(99), 3.0)).is_empty());
    let effects = stand.measured(1840, &outcome(taken, 3.0));
    let [Effect::Propose(proposal)] = &effects[..] else { panic!("{effects:?}") };
    let back = Action::UseLaw { junctions: vec![CENTER], law: Law::LocalPlan };
    assert_eq!(proposal.options.last().unwrap().actions, [back]);
    // What a person has taken is not offered.
    let (mut stand, taken) = retimed();
    stand.status().taken_by = Some(urbis_core::PersonId("li".to_owned()));
    assert!(stand.measured(1800, &outcome(taken, 3.0)).is_empty());
}

#[test]
fn an_estimate_of_another_network_is_said_once_and_nothing_is_ordered() {
    let mut stand = Stand::new();
    stand.status().law = Law::MaxPressure;
    stand.seen.estimate.lanes = IdVec::new();
    let effects: Vec<Effect> = (0..100).flat_map(|at_s| stand.tick(at_s)).collect();
    assert!(matches!(&effects[..], [Effect::Diagnose(why)] if why.key == "signals-blind"));
}

#[test]
fn a_person_may_choose_webster_without_naming_a_plan() {
    let mut stand = Stand::new();
    stand.believe([2.0, 9.0], [200.0, 650.0]);
    stand.status().law = Law::Webster;
    let effects = stand.tick(0);
    let [Effect::Order { order: Order::RunPlan(plan), .. }] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert!(plan.splits[2].green > plan.splits[0].green);
    assert_eq!(plan.cycle().get(), 90.0);
}

fn scene_after(rows: &[(u8, f32, f32, f32)]) -> Stand {
    let mut stand = Stand::new();
    let mut at_s = 0;
    for (law, ew, ns, flow) in rows {
        stand.status().law = [Law::LocalPlan, Law::Webster, Law::MaxPressure][*law as usize % 3];
        stand.believe([*ew, *ns], [*flow, 700.0 - *flow]);
        for _ in 0..200 {
            let effects = stand.tick(at_s);
            at_s += 1;
            for effect in effects {
                if let Effect::Propose(proposal) = effect {
                    stand.decide(at_s, &proposal, Some(law % 3));
                }
            }
        }
    }
    stand
}

/// A scene with a junction under each law it may be under, in turn.
fn busy() -> Stand {
    scene_after(&[(2, 3.0, 9.0, 300.0), (1, 6.0, 14.0, 500.0)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_saved_scene_goes_on_where_it_was(
        rows in prop::collection::vec((0_u8..3, 0.0_f32..20.0, 0.0_f32..20.0, 0.0_f32..700.0), 0..12),
    ) {
        let mut stand = scene_after(&rows);
        let bytes = stand.scene.save();
        let mut copy = Stand::new();
        copy.scene.load(&bytes).unwrap();
        prop_assert_eq!(copy.scene.save(), bytes);
        copy.seen = stand.seen.copy();
        let from = rows.len() as i64 * 200;
        for at_s in from..from + 100 {
            prop_assert_eq!(shown(&copy.tick(at_s)), shown(&stand.tick(at_s)));
        }
    }

    #[test]
    fn whatever_bytes_are_loaded_make_a_state_or_are_refused(
        anything in prop::collection::vec(any::<u8>(), 0..200),
        keep in prop::option::of(any::<usize>()),
        edits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let saved = busy().scene.save();
        // Behind the right version, and in what a scene really saved.
        let versioned = [&saved[..2], &anything].concat();
        let mutated = mutated(&saved, keep.unwrap_or(saved.len()), &edits);
        for bytes in [&anything, &versioned, &mutated] {
            let mut stand = Stand::new();
            if takes_or_refuses(&mut stand.scene, bytes) {
                stand.tick(0);
            }
        }
    }
}

#[test]
fn what_is_saved_are_the_bytes_of_its_version() {
    saved_state_holds(&busy().scene, &mut Stand::new().scene);
}
