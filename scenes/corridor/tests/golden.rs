//! Golden scenarios: what the scene asks for on the drives in `scenarios/*.md`.
//!
//! `UPDATE_GOLDEN=1` writes what it asks for now into the files.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../../crates/control/tests/support/mod.rs"]
mod cross;
#[path = "../../../crates/scene/tests/golden/mod.rs"]
mod golden;

use std::fmt::Write as _;
use std::sync::Arc;

use cross::CENTER;
use golden::{
    Seen, at, decision, mutated, rows, saved_state_holds, scenarios_hold, shown, takes_or_refuses,
    text,
};
use proptest::prelude::*;
use urbis_core::{
    Estimate, EventId, IdVec, LaneEstimate, LaneId, Leg, Mission, Order, Probe, Proposal, RoadId,
};
use urbis_network::Network;
use urbis_scene::{Effect, Input, Scene};
use urbis_scene_corridor::Corridors;
use urbis_units::{Meters, MetersPerSecond};

/// From the east to the west, straight over the junction.
const ROUTE: [RoadId; 2] = [RoadId(0), RoadId(5)];

/// The four-arm junction of the control room's tests and an ambulance on its way.
struct Stand {
    network: Arc<Network>,
    scene: Corridors,
    seen: Seen,
}

impl Stand {
    fn new() -> Self {
        let network = Arc::new(cross::cross());
        Self {
            scene: Corridors::new(Arc::clone(&network)),
            seen: Seen {
                estimate: Estimate {
                    lanes: IdVec::filled(LaneEstimate::default(), network.lanes.len()),
                    ..Estimate::default()
                },
                signals: IdVec::filled(None, network.junctions.len()),
                ..Seen::default()
            },
            network,
        }
    }

    /// The ambulance reports from `road`; no road when it has arrived.
    fn report(&mut self, at_s: i64, road: Option<u32>, position_m: f64, speed_mps: f64) {
        let mission = road.map(|road| Mission {
            call: EventId(9),
            vehicle: 0,
            leg: Leg::ToPatient,
            since: at(0),
            route: ROUTE.to_vec(),
            probe: Some(Probe {
                at: at(at_s),
                lane: LaneId(road * 2 + 1),
                position: Meters::new(position_m),
                speed: MetersPerSecond::new(speed_mps),
            }),
        });
        self.seen.missions = mission.into_iter().collect();
    }

    fn call(&mut self, at_s: i64, input: &Input<'_>) -> Vec<Effect> {
        self.seen.call(&mut self.scene, at_s, input)
    }

    fn tick(&mut self, at_s: i64) -> Vec<Effect> {
        self.call(at_s, &Input::Tick)
    }

    fn decide(&mut self, at_s: i64, proposal: &Proposal, option: Option<u8>) -> Vec<Effect> {
        let decision = decision(at_s, proposal, option);
        self.call(at_s, &Input::Decided(proposal, &decision))
    }

    /// One second; a proposal is answered at once with `option`.
    fn answered(&mut self, at_s: i64, option: Option<u8>) -> Vec<Effect> {
        let effects = self.tick(at_s);
        for effect in &effects {
            if let Effect::Propose(proposal) = effect {
                let more = self.decide(at_s, proposal, option);
                assert!(more.is_empty(), "orders are given by the second");
            }
        }
        effects
    }
}

#[test]
fn golden_scenarios_hold() {
    scenarios_hold("csv steps", play);
}

/// What the scene asks for, a line each. Every row holds until the next, the ambulance driving on at
/// its speed; the corridor with the shorter lead is approved at once.
fn play(csv: &str) -> String {
    let mut stand = Stand::new();
    let mut said = String::new();
    for row in rows(csv) {
        stand.seen.estimate.lanes[LaneId(1)].queue_veh = row.number(4) as f32;
        for at_s in row.seconds() {
            let driven_m = row.number(3) * (at_s - row.from_s) as f64;
            let road = row.fields[1].parse().ok();
            stand.report(at_s, road, row.number(2) + driven_m, row.number(3));
            for effect in stand.answered(at_s, Some(1)) {
                writeln!(said, "{at_s} {}", in_words(&stand.network, &effect)).unwrap();
            }
        }
    }
    said
}

fn in_words(network: &Network, effect: &Effect) -> String {
    let signal = network.junctions[CENTER].signal.as_ref().unwrap();
    match effect {
        Effect::Order { order: Order::ShowStage(stage), decision, why, .. } => {
            let name = &signal.stages[stage.0 as usize].name;
            format!("show {name} under {decision:?}: {}", text(why))
        }
        Effect::Order { order: Order::ReturnToLocal, why, .. } => format!("release: {}", text(why)),
        Effect::Propose(proposal) => {
            let options: Vec<String> = proposal.options.iter().map(|o| text(&o.text)).collect();
            format!("propose {}: {}", text(&proposal.text), options.join("; "))
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn a_refused_corridor_orders_nothing() {
    let mut stand = Stand::new();
    stand.report(0, Some(0), 200.0, 12.0);
    let first = stand.answered(0, None);
    assert!(matches!(first[..], [Effect::Propose(_)]));
    assert!((1..60).all(|at_s| stand.tick(at_s).is_empty()));
}

#[test]
fn an_ask_is_repeated_by_the_clock_whatever_the_expected_arrival() {
    let mut stand = Stand::new();
    // Standing in its own queue the ambulance is always 23 s away.
    stand.report(0, Some(0), 0.0, 0.0);
    stand.seen.estimate.lanes[LaneId(1)].queue_veh = 20.0;
    stand.answered(0, Some(1));
    let asked: Vec<i64> = (1..31).filter(|at_s| !stand.tick(*at_s).is_empty()).collect();
    assert_eq!(asked, [1, 6, 11, 16, 21, 26]);
}

/// An ambulance on its way in its corridor.
fn under_way() -> Stand {
    let mut stand = Stand::new();
    for at_s in 0..12 {
        stand.report(at_s, Some(0), 12.0 * at_s as f64, 12.0);
        stand.answered(at_s, Some(1));
    }
    stand
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_saved_scene_goes_on_where_it_was(
        speeds in prop::collection::vec(0.0_f64..20.0, 1..20),
        option in prop::option::of(0_u8..3),
    ) {
        let mut stand = Stand::new();
        let mut position_m = 0.0;
        for (at_s, speed_mps) in (0..).zip(&speeds) {
            position_m += speed_mps;
            stand.report(at_s, Some(0), position_m, *speed_mps);
            stand.answered(at_s, option);
        }
        let bytes = stand.scene.save();
        let mut copy = Stand::new();
        copy.scene.load(&bytes).unwrap();
        prop_assert_eq!(copy.scene.save(), bytes);
        copy.seen = stand.seen.copy();
        for at_s in 20..60 {
            prop_assert_eq!(shown(&copy.tick(at_s)), shown(&stand.tick(at_s)));
        }
    }

    #[test]
    fn whatever_bytes_are_loaded_make_a_state_or_are_refused(
        anything in prop::collection::vec(any::<u8>(), 0..200),
        keep in prop::option::of(any::<usize>()),
        edits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let saved = under_way().scene.save();
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
    saved_state_holds(&under_way().scene, &mut Stand::new().scene);
}
