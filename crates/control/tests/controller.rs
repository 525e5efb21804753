//! The field controller under plans, requests, silence and a person at the cabinet.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use proptest::prelude::*;
use support::checker::Checker;
use support::{EW, EW_LEFT, NS, WALK_EW, set, signal};
use urbis_control::controller::{Aspects, ControllerParameters, LocalController, Operation};
use urbis_control::{Moment, SignalTiming};
use urbis_core::{GroupSet, Order, Plan, Split, StageIdx};
use urbis_network::{ScheduleEntry, Signal};
use urbis_units::{CityTime, Duration, Seconds};

fn moment(second: i64) -> Moment {
    Moment::new(CityTime::from_millis(second * 1000), Duration::ZERO)
}

/// A controller, its configuration and the judge, stepped together.
struct Cabinet {
    timing: SignalTiming,
    controller: LocalController,
    checker: Checker,
    second: i64,
}

impl Cabinet {
    fn new(signal: &Signal, second: i64) -> Self {
        let timing = SignalTiming::new(signal).unwrap();
        let controller = LocalController::new(&timing, moment(second), ControllerParameters::USUAL);
        let mut checker = Checker::new(signal);
        let first = controller.aspects(&timing);
        checker.second(second, first.green, GroupSet::EMPTY).unwrap();
        Self { timing, controller, checker, second }
    }

    fn step(&mut self) -> Aspects {
        self.second += 1;
        let aspects = self.controller.step(&self.timing, moment(self.second));
        let between = GroupSet(aspects.amber.0 | aspects.clearing.0);
        self.checker.second(self.second, aspects.green, between).unwrap();
        aspects
    }

    fn order(&mut self, order: &Order) {
        self.controller.order(&self.timing, order, moment(self.second)).unwrap();
    }

    /// Steps until `done`, and how many it took.
    fn until(&mut self, done: impl Fn(&Aspects) -> bool) -> i64 {
        let from = self.second;
        while !done(&self.step()) {
            assert!(self.second - from < 1000, "it never came");
        }
        self.second - from
    }
}

fn plan(splits: &[(u8, f64)], offset_s: f64) -> Plan {
    let split = |(stage, green_s): &(u8, f64)| Split {
        stage: StageIdx(*stage),
        green: Seconds::new(*green_s),
    };
    Plan {
        name: "test".to_owned(),
        offset: Seconds::new(offset_s),
        splits: splits.iter().map(split).collect(),
        interstage: Seconds::new(5.0),
    }
}

#[test]
fn the_plan_repeats_every_cycle_with_its_greens() {
    let mut cabinet = Cabinet::new(&signal(), 0);
    for _ in 0..200 {
        cabinet.step();
    }
    let cycle: Vec<Aspects> = (0..90).map(|_| cabinet.step()).collect();
    for aspects in &cycle {
        assert_eq!(cabinet.step(), *aspects);
    }
    let green = |group| cycle.iter().filter(|a| a.green.contains(group)).count();
    assert_eq!((green(EW), green(EW_LEFT), green(NS)), (30, 10, 20));
    // 30 s of green, 5 s of interstage and 14 s of clearance leave 21 s of walk.
    assert_eq!(green(WALK_EW), 21);
}

#[test]
fn green_begins_at_the_offset_after_midnight() {
    let mut signal = signal();
    signal.plans[0].offset = Seconds::new(17.0);
    let mut cabinet = Cabinet::new(&signal, 0);
    for _ in 0..300 {
        cabinet.step();
    }
    let before = cabinet.until(|a| !a.green.contains(EW));
    assert!(before >= 0);
    cabinet.until(|a| a.green.contains(EW));
    assert_eq!(cabinet.second % 90, 17);
}

#[test]
fn a_stage_request_ends_traffic_only_when_pedestrians_have_cleared() {
    let mut cabinet = Cabinet::new(&signal(), 0);
    cabinet.step();
    cabinet.order(&Order::ShowStage(StageIdx(1)));
    // Walk has its 7 s, then clears for 14 s; cars keep their green until 5 s before the left turn.
    let car_end = cabinet.until(|a| !a.green.contains(EW));
    let left = cabinet.until(|a| a.green.contains(EW_LEFT));
    assert_eq!(left, 5);
    assert_eq!(car_end, 1 + 14);
}

#[test]
fn pedestrians_walk_for_their_minimum_under_stage_requests() {
    let mut cabinet = Cabinet::new(&signal(), 0);
    cabinet.order(&Order::ShowStage(StageIdx(2)));
    cabinet.until(|a| a.green == set(&[NS, support::WALK_NS]));
    cabinet.order(&Order::Hold);
    let walk = cabinet.until(|a| !a.green.contains(support::WALK_NS));
    assert_eq!(walk, 7);
    for _ in 0..14 {
        cabinet.step();
    }
    // Rested: the next change takes the vehicles' intergreen only.
    cabinet.order(&Order::ShowStage(StageIdx(3)));
    assert_eq!(cabinet.until(|a| a.green.contains(support::NS_LEFT)), 6);
}

#[test]
fn walk_is_repeated_when_a_stage_is_held_for_long() {
    let mut cabinet = Cabinet::new(&signal(), 0);
    cabinet.order(&Order::ShowStage(StageIdx(0)));
    let mut walks = 0;
    let mut before = true;
    for second in 0..300 {
        if second % 10 == 0 {
            cabinet.order(&Order::Hold);
        }
        let now = cabinet.step().green.contains(WALK_EW);
        walks += i32::from(now && !before);
        before = now;
    }
    assert_eq!(walks, 4);
}

#[test]
fn silence_returns_the_controller_to_its_plan() {
    let mut cabinet = Cabinet::new(&signal(), 0);
    cabinet.order(&Order::ShowStage(StageIdx(2)));
    for _ in 0..30 {
        cabinet.step();
        assert_eq!(cabinet.controller.operation(), Operation::CentralStage);
    }
    cabinet.step();
    assert_eq!(cabinet.controller.operation(), Operation::LocalPlan);
}

#[test]
fn a_plan_from_the_center_runs_and_lapses() {
    let mut cabinet = Cabinet::new(&signal(), 0);
    cabinet.order(&Order::RunPlan(plan(&[(0, 16.0), (2, 16.0)], 0.0)));
    for _ in 0..900 {
        let aspects = cabinet.step();
        assert!(cabinet.second < 120 || !aspects.green.contains(EW_LEFT));
    }
    cabinet.step();
    assert_eq!(cabinet.controller.operation(), Operation::LocalPlan);
}

#[test]
fn a_person_at_the_cabinet_is_respected() {
    let mut cabinet = Cabinet::new(&signal(), 0);
    cabinet.controller.take_manually(&cabinet.timing, Some(StageIdx(3)));
    let refused = cabinet.controller.order(
        &cabinet.timing,
        &Order::ShowStage(StageIdx(0)),
        moment(cabinet.second),
    );
    assert!(refused.is_err());
    cabinet.until(|a| a.green.contains(support::NS_LEFT));
    for _ in 0..200 {
        assert_eq!(cabinet.step().green, set(&[support::NS_LEFT]));
    }
    cabinet.controller.hand_back(&cabinet.timing, moment(cabinet.second));
    assert_eq!(cabinet.controller.operation(), Operation::LocalPlan);
    cabinet.until(|a| a.green.contains(EW));
}

#[test]
fn the_schedule_changes_plans_and_the_new_one_gets_in_step() {
    let mut signal = signal();
    signal.plans.push(plan(&[(0, 40.0), (1, 12.0), (2, 40.0), (3, 12.0)], 31.0));
    let entry = |from_minute, plan| ScheduleEntry { weekdays: 0x7f, from_minute, plan };
    signal.schedule = vec![entry(0, 0), entry(7 * 60, 1)];
    let mut cabinet = Cabinet::new(&signal, 6 * 3600 + 50 * 60);
    while cabinet.second < 7 * 3600 + 90 + 3 * 150 + 124 {
        cabinet.step();
    }
    assert_eq!((cabinet.controller.plan(), cabinet.controller.correction_s()), (1, 0));
    cabinet.until(|a| !a.green.contains(EW));
    cabinet.until(|a| a.green.contains(EW));
    assert_eq!(cabinet.second % 124, 31);
}

#[test]
fn state_survives_being_saved() {
    let mut cabinet = Cabinet::new(&signal(), 100);
    for _ in 0..37 {
        cabinet.step();
    }
    let bytes = postcard::to_allocvec(&cabinet.controller).unwrap();
    let mut copy: LocalController = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(copy, cabinet.controller);
    for _ in 0..200 {
        let aspects = cabinet.step();
        assert_eq!(copy.step(&cabinet.timing, moment(cabinet.second)), aspects);
    }
}

#[derive(Debug, Clone)]
enum Deed {
    Show(u8),
    Hold,
    Run(Vec<(u8, f64)>, f64),
    Local,
    Manual(Option<u8>),
    HandBack,
}

fn deeds() -> impl Strategy<Value = Vec<(u8, Deed)>> {
    let deed = prop_oneof![
        6 => (0..6_u8).prop_map(Deed::Show),
        1 => Just(Deed::Hold),
        2 => (prop::collection::vec((0..5_u8, 0.0..40.0), 0..5), -50.0..500.0)
            .prop_map(|(splits, offset)| Deed::Run(splits, offset)),
        1 => Just(Deed::Local),
        1 => proptest::option::of(0..6_u8).prop_map(Deed::Manual),
        2 => Just(Deed::HandBack),
    ];
    prop::collection::vec((0..25_u8, deed), 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_asked_every_second_is_safe(deeds in deeds(), start in 0..200_000_i64) {
        let mut cabinet = Cabinet::new(&signal(), start);
        for (pause, deed) in deeds {
            let now = moment(cabinet.second);
            let order = match deed {
                Deed::Show(stage) => Some(Order::ShowStage(StageIdx(stage))),
                Deed::Hold => Some(Order::Hold),
                Deed::Run(splits, offset) => Some(Order::RunPlan(plan(&splits, offset))),
                Deed::Local => Some(Order::ReturnToLocal),
                Deed::Manual(stage) => {
                    cabinet.controller.take_manually(&cabinet.timing, stage.map(StageIdx));
                    None
                }
                Deed::HandBack => {
                    cabinet.controller.hand_back(&cabinet.timing, now);
                    None
                }
            };
            if let Some(order) = order {
                let known = matches!(&order, Order::ShowStage(stage) if stage.0 < 4)
                    || matches!(order, Order::Hold | Order::ReturnToLocal);
                let manual = cabinet.controller.operation() == Operation::Manual;
                let taken = cabinet.controller.order(&cabinet.timing, &order, now);
                prop_assert_eq!(taken.is_ok() && known, known && !manual);
            }
            for _ in 0..pause {
                cabinet.step();
            }
        }
    }

    #[test]
    fn a_plan_is_in_step_after_its_cycles(
        start in 0..86_400_i64, greens in prop::collection::vec(16..60_u32, 4), offset in 0..300_u32,
    ) {
        let mut signal = signal();
        let splits: Vec<_> = greens.iter().enumerate().map(|(i, g)| (i as u8, f64::from(*g))).collect();
        let central = plan(&splits, f64::from(offset));
        let cycle = i64::from(greens.iter().sum::<u32>() + 20);
        // Twelve hours on, the correction at midnight is far away.
        let start = start % 40_000;
        signal.plans.push(central.clone());
        let mut cabinet = Cabinet::new(&signal, start);
        cabinet.order(&Order::RunPlan(central.clone()));
        for second in 0..cycle * 9 / 2 {
            if second % 300 == 0 {
                cabinet.order(&Order::RunPlan(central.clone()));
            }
            cabinet.step();
        }
        cabinet.order(&Order::RunPlan(central));
        prop_assert_eq!(cabinet.controller.correction_s(), 0);
        cabinet.until(|a| !a.green.contains(EW));
        cabinet.until(|a| a.green.contains(EW));
        prop_assert_eq!(cabinet.second.rem_euclid(86_400) % cycle, i64::from(offset) % cycle);
    }
}
