//! Max pressure on a four-arm junction.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::checker::Checker;
use support::{CENTER, cross, movement, signal};
use urbis_control::controller::{ControllerParameters, LocalController};
use urbis_control::max_pressure::{
    Exits, PressureLaw, PressureParameters, PressureState, Queue, Reason,
};
use urbis_control::{Moment, SignalTiming};
use urbis_core::{GroupIdx, GroupSet, LaneId, MovementId, Order, StageIdx};
use urbis_network::Turn;
use urbis_units::{CityTime, Duration, Seconds, VehiclesPerHour};

/// Decides at once and without caution: what the published law does.
const BARE: PressureParameters = PressureParameters {
    exits: Exits::Mean,
    interval_s: 1,
    stage_min_s: 0,
    hysteresis_veh: 0.0,
    certainty: 0.0,
    horizon_s: 0,
    waiting_max_s: 3600,
};

fn law(parameters: PressureParameters) -> PressureLaw {
    PressureLaw::new(&cross(), CENTER, parameters).unwrap()
}

fn exact(queues: &BTreeMap<LaneId, f64>) -> impl Fn(LaneId) -> Queue {
    |lane| Queue { mean_veh: queues.get(&lane).copied().unwrap_or(0.0), sd_veh: 0.0 }
}

/// Inner (left turns) and outer lane leading in from an arm.
fn lane_in(arm: u32, inner: bool) -> LaneId {
    LaneId(arm * 4 + u32::from(!inner))
}

fn lane_out(arm: u32, inner: bool) -> LaneId {
    LaneId(arm * 4 + 2 + u32::from(!inner))
}

#[test]
fn the_longest_queues_win() {
    let queues = BTreeMap::from([(lane_in(1, false), 9.0), (lane_in(0, false), 4.0)]);
    let law = law(BARE);
    let choice = law.decide(&mut PressureState::new(&law, 0), 0, None, exact(&queues)).unwrap();
    assert_eq!(choice.stage, StageIdx(2));
    assert_eq!(choice.explanation.reason, Reason::First);
}

#[test]
fn pressure_is_the_queue_less_the_mean_of_the_exit() {
    // East to west: 6 wait, 2 and 4 stand in the exit. The lane serves two movements, so each
    // counts half of it; nobody stands where the right turns go.
    let queues = BTreeMap::from([
        (lane_in(0, false), 6.0),
        (lane_out(2, true), 2.0),
        (lane_out(2, false), 4.0),
    ]);
    let law = law(BARE);
    let choice = law.decide(&mut PressureState::new(&law, 0), 0, None, exact(&queues)).unwrap();
    let pressure = choice.explanation.pressures[0].pressure_veh;
    assert!((pressure - (6.0 - 3.0)).abs() < 1e-9, "{pressure}");
    assert_eq!(choice.explanation.critical, Some(movement(0, Turn::Right)));
}

#[test]
fn a_full_exit_gets_no_credit() {
    let storage = 285.0 / 7.5;
    let queues = BTreeMap::from([
        (lane_in(1, true), 38.0),
        (lane_out(0, true), storage),
        (lane_out(0, false), storage),
        (lane_in(0, true), 2.0),
    ]);
    let law = law(BARE);
    let choice = law.decide(&mut PressureState::new(&law, 0), 0, None, exact(&queues)).unwrap();
    assert_eq!(choice.stage, StageIdx(1));
}

#[test]
fn a_small_or_doubtful_gain_is_not_worth_a_change() {
    let law = law(PressureParameters { interval_s: 1, ..PressureParameters::USUAL });
    let decide = |gain_veh: f64, sd_veh: f64| {
        let mut state = PressureState::new(&law, 0);
        let queue = |lane| match lane {
            lane if lane == lane_in(0, false) => Queue { mean_veh: 4.0, sd_veh },
            lane if lane == lane_in(1, false) => Queue { mean_veh: 4.0 + gain_veh, sd_veh },
            _ => Queue::default(),
        };
        law.decide(&mut state, 0, Some(StageIdx(0)), queue);
        law.decide(&mut state, 60, Some(StageIdx(0)), queue).unwrap()
    };
    assert_eq!(decide(0.2, 0.0).stage, StageIdx(0));
    assert!(matches!(decide(2.4, 0.0).explanation.reason, Reason::TooLittleGain { .. }));
    assert_eq!(decide(5.0, 0.0).stage, StageIdx(2));
    assert!(matches!(decide(5.0, 12.0).explanation.reason, Reason::TooLittleGain { .. }));
}

#[test]
fn minimum_green_holds_against_any_pressure() {
    let law = law(PressureParameters { stage_min_s: 10, ..BARE });
    let mut state = PressureState::new(&law, 0);
    let queues = BTreeMap::from([(lane_in(1, false), 30.0)]);
    law.decide(&mut state, 0, Some(StageIdx(1)), |_| Queue::default());
    for now in 1..10 {
        let choice = law.decide(&mut state, now, Some(StageIdx(1)), exact(&queues)).unwrap();
        let left_s = 10 - now as u32;
        assert_eq!(choice.explanation.reason, Reason::MinimumGreen { left_s });
    }
    let choice = law.decide(&mut state, 10, Some(StageIdx(1)), exact(&queues)).unwrap();
    assert_eq!(choice.stage, StageIdx(2));
}

#[test]
fn the_explanation_names_stage_road_and_bound() {
    let network = cross();
    let law = law(PressureParameters { waiting_max_s: 60, ..BARE });
    let mut state = PressureState::new(&law, 0);
    let queues = BTreeMap::from([(lane_in(0, false), 30.0)]);
    law.decide(&mut state, 0, Some(StageIdx(0)), exact(&queues));
    let mut choice = None;
    for now in 1..60 {
        choice = law.decide(&mut state, now, Some(StageIdx(0)), exact(&queues));
        if choice.as_ref().unwrap().changes() {
            break;
        }
    }
    let message =
        choice.unwrap().message(&network, network.junctions[CENTER].signal.as_ref().unwrap());
    assert_eq!(message.key, "control-pressure-waiting-bound");
    for argument in ["stage", "from", "group", "waiting_s", "bound_s", "critical_road"] {
        assert!(message.args.contains_key(argument), "{message:?} lacks {argument}");
    }
}

#[test]
fn the_outlook_serves_green_queues_at_saturation_and_lets_red_ones_grow() {
    let law = law(PressureParameters::USUAL);
    let queues = BTreeMap::from([(lane_in(0, false), 10.0), (lane_in(1, false), 6.0)]);
    let inflow = |id: MovementId| {
        let grows = id == movement(1, Turn::Straight);
        VehiclesPerHour::new(if grows { 720.0 } else { 0.0 })
    };
    let look = |from: u8, horizon_s: f64| {
        let stages = (Some(StageIdx(from)), StageIdx(0));
        law.outlook(stages, Seconds::new(horizon_s), inflow, exact(&queues)).unwrap()
    };
    // The lane's two movements each have half of it: 1900 and 0.85 * 1900 vehicles an hour.
    let served = (10.0_f64 / 3600.0) * (1900.0 + 1615.0) / 2.0;
    let kept = look(0, 10.0);
    assert!((kept.now.get() - 16.0).abs() < 1e-9);
    assert!((kept.then.get() - (16.0 - served + 2.0)).abs() < 1e-9, "{kept:?}");
    // A change loses the 5 s interstage and 2 s of starting.
    assert!((look(1, 7.0).then.get() - (16.0 + 1.4)).abs() < 1e-9);
    assert!(kept.then_sd.get() > 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The law, the controller and the judge together, under queues that try to starve somebody.
    #[test]
    fn nobody_waits_longer_than_the_bound(
        seeds in prop::collection::vec((0..40_u32, 0.0..40.0_f64, 0.0..10.0_f64), 8), swap in 5..200_i64,
    ) {
        let signal = signal();
        let timing = SignalTiming::new(&signal).unwrap();
        let law = law(PressureParameters { waiting_max_s: 110, ..PressureParameters::USUAL });
        let at = |second: i64| Moment::new(CityTime::from_millis(second * 1000), Duration::ZERO);
        let parameters = ControllerParameters::USUAL;
        let mut controller = LocalController::new(&timing, at(0), parameters);
        let mut state = PressureState::new(&law, 0);
        let mut checker = Checker::new(&signal);
        let mut red_since = vec![0_i64; signal.groups.len()];
        for now in 1..3600 {
            let aspects = controller.step(&timing, at(now));
            let between = GroupSet(aspects.amber.0 | aspects.clearing.0);
            checker.second(now, aspects.green, between).map_err(TestCaseError::fail)?;
            let shown = controller.shown_since().map(|_| controller.stage());
            let queue = |lane: LaneId| {
                let (busy, mean_veh, sd_veh) = seeds[(lane.0 as usize + (now / swap) as usize) % 8];
                let busy = !(busy + lane.0).is_multiple_of(3);
                Queue { mean_veh: if busy { mean_veh } else { 0.0 }, sd_veh }
            };
            if let Some(choice) = law.decide(&mut state, now, shown, queue) {
                controller.order(&timing, &Order::ShowStage(choice.stage), at(now)).unwrap();
            }
            for (group, since) in red_since.iter_mut().enumerate() {
                if aspects.green.contains(GroupIdx(group as u8)) {
                    *since = now;
                }
                let red_s = now - *since;
                // The 2 s are the second of the order and that of its effect. Pedestrians may have
                // rested for half of their 120 s while their stage went on.
                let resting_s = if group < 4 { 0 } else { 60 };
                prop_assert!(red_s <= 112 + resting_s, "{} red for {red_s} s", signal.groups[group].name);
            }
        }
    }

    #[test]
    fn state_and_law_survive_being_saved(queue_veh in 0.0..30.0_f64, seconds in 1..200_i64) {
        let law = law(PressureParameters::USUAL);
        let mut state = PressureState::new(&law, 0);
        let queue = |lane: LaneId| Queue { mean_veh: queue_veh * f64::from(lane.0 % 5), sd_veh: 1.0 };
        for now in 0..seconds {
            law.decide(&mut state, now, Some(StageIdx((now / 40 % 4) as u8)), queue);
        }
        let bytes = postcard::to_allocvec(&(&law, &state)).unwrap();
        let (law_copy, state_copy): (PressureLaw, PressureState) = postcard::from_bytes(&bytes).unwrap();
        prop_assert_eq!((law_copy, state_copy), (law, state));
    }

    #[test]
    fn nonsense_from_an_estimator_does_no_harm(values in prop::collection::vec(any::<f64>(), 16)) {
        let law = law(PressureParameters::USUAL);
        let mut state = PressureState::new(&law, 0);
        for now in 0..100 {
            let queue = |lane: LaneId| Queue {
                mean_veh: values[lane.0 as usize % 16],
                sd_veh: values[(lane.0 as usize + 5) % 16],
            };
            if let Some(choice) = law.decide(&mut state, now, Some(StageIdx(0)), queue) {
                prop_assert!(choice.stage.0 < 4);
                prop_assert!(choice.explanation.pressures.iter().all(|p| p.pressure_veh.is_finite()));
            }
        }
    }
}
