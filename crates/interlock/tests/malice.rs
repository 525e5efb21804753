//! A malicious scene, for a simulated day, at several junctions: no unsafe second comes of it.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::cross::{self, CENTER, checker::Checker};
use support::{Small, Street, at, plan, policy, request, situation, small_signal};
use urbis_control::controller::{ControllerParameters, LocalController};
use urbis_control::{Moment, SignalTiming, controller};
use urbis_core::{Actor, Authority, GroupSet, JunctionId, Order, PersonId, Plan, StageIdx};
use urbis_interlock::{
    Action, Interlock, InterlockPolicy, Operation, Permit, Permitted, Report, Request, Rule,
    Situation,
};
use urbis_network::{Network, Signal};
use urbis_units::{CityTime, Duration, Mode, Seconds};

const DAY_S: i64 = 86_400;

/// A generator of its own, so that a seed means the same everywhere (SplitMix64).
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    fn number(&mut self) -> f64 {
        match self.below(8) {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => -5.0,
            3 => 1e300,
            _ => self.below(400) as f64 / 10.0,
        }
    }

    fn plan(&mut self) -> Plan {
        let count = self.below(6);
        let splits: Vec<(u8, f64)> =
            (0..count).map(|_| (self.below(5) as u8, self.number())).collect();
        plan(&splits, self.number(), self.number())
    }

    /// A plan that may well pass.
    fn decent_plan(&mut self) -> Plan {
        let splits: Vec<(u8, f64)> =
            (0..4).map(|stage| (stage, (16 + self.below(20)) as f64)).collect();
        plan(&splits, 5.0, self.below(100) as f64)
    }

    fn action(&mut self, now: i64) -> Action {
        match self.below(12) {
            0..=4 => Action::Stage(StageIdx(self.below(6) as u8)),
            5 | 6 => Action::Groups {
                green: GroupSet(if self.below(9) == 0 { self.roll() } else { self.below(64) }),
                from: match self.below(6) {
                    0 => CityTime::from_millis(self.roll() as i64),
                    1 => CityTime::from_millis(now * 1000 + self.below(30_000) as i64),
                    _ => at(now + self.below(30) as i64),
                },
            },
            7 => Action::Hold,
            8 => Action::Plan(self.plan()),
            9 => Action::Plan(self.decent_plan()),
            _ => Action::Release,
        }
    }

    fn request(&mut self, junction: JunctionId, now: i64) -> Request {
        let mut request = request(junction, self.action(now));
        match self.below(20) {
            0 => request.by = Actor::Scene("corridor".to_owned()),
            1 => request.by = Actor::Scene("nobody".to_owned()),
            2 => request.by = Actor::System,
            3 => {
                request.by = Actor::Person(PersonId("mallory".to_owned()));
                request.authority = Authority::Role("operator".to_owned());
            }
            4 => request.authority = Authority::Advise,
            5 => request.mode = Mode::Live,
            6 => request.junction = JunctionId(self.roll() as u32),
            _ => {}
        }
        request
    }
}

/// A junction with a controller of its own, and beside it the lamps that do as permitted.
struct Corner {
    junction: JunctionId,
    timing: SignalTiming,
    controller: LocalController,
    checker: Checker,
    /// Greens of the permit in force, while the controller follows stage requests.
    permit: Option<Permit>,
    manual: bool,
}

impl Corner {
    fn new(junction: JunctionId, signal: &Signal, start: i64) -> Self {
        let timing = SignalTiming::new(signal).unwrap();
        let controller = LocalController::new(&timing, moment(start), ControllerParameters::USUAL);
        let checker = Checker::new(signal);
        Self { junction, timing, controller, checker, permit: None, manual: false }
    }

    fn step(&mut self, now: i64) -> Report {
        let aspects = self.controller.step(&self.timing, moment(now));
        let between = GroupSet(aspects.amber.0 | aspects.clearing.0);
        self.checker.second(now, aspects.green, between).unwrap();
        let operation = match self.controller.operation() {
            controller::Operation::CentralStage => Operation::Stage,
            controller::Operation::Manual => Operation::Manual,
            _ => Operation::Plan,
        };
        if operation != Operation::Stage {
            self.permit = None;
        }
        self.compare(now, aspects.green);
        Report { at: at(now), operation, green: aspects.green }
    }

    /// What the permit says must be what the controller, which knows nothing of it, does.
    fn compare(&self, now: i64, green: GroupSet) {
        let Some(Permitted::Greens(times)) = self.permit.as_ref().map(|permit| &permit.what) else {
            return;
        };
        let lit = times
            .iter()
            .filter(|time| time.from <= at(now) && time.until.is_none_or(|end| at(now) < end))
            .fold(GroupSet::EMPTY, |set, time| set.with(time.group));
        // Walk may be repeated or skipped by the controller; it has its own judge.
        let vehicles = !self.timing.pedestrians().0;
        assert_eq!(
            lit.0 & vehicles,
            green.0 & vehicles,
            "{now} at {:?} {:?} {:?}",
            self.junction,
            self.permit,
            self.controller
        );
    }

    fn carry_out(&mut self, permit: Permit, action: &Action, now: i64) {
        let order = match action {
            Action::Stage(stage) => Order::ShowStage(*stage),
            Action::Hold => Order::Hold,
            Action::Plan(plan) => Order::RunPlan(plan.clone()),
            Action::Release => Order::ReturnToLocal,
            Action::Groups { .. } => unreachable!("controllers are not asked for groups"),
        };
        let taken = self.controller.order(&self.timing, &order, moment(now));
        assert!(taken.is_ok() || self.manual, "{taken:?}");
        match permit.what {
            Permitted::Greens(_) => self.permit = Some(permit),
            Permitted::Hold => {}
            Permitted::Plan(_) | Permitted::Local => self.permit = None,
        }
    }
}

fn moment(second: i64) -> Moment {
    Moment::new(at(second), Duration::ZERO)
}

/// Three four-arm junctions side by side in one network; the others are boundaries.
fn three_junctions() -> Network {
    let mut network = cross::cross();
    for junction in [1, 2] {
        network.junctions[JunctionId(junction)].signal = Some(cross::signal());
    }
    let mut late = cross::signal();
    late.crossings[0].walking_speed = urbis_units::MetersPerSecond::new(0.8);
    late.intergreens.iter_mut().filter(|time| **time == Seconds::new(5.0)).for_each(|time| {
        *time = Seconds::new(6.5);
    });
    late.plans[0].interstage = Seconds::new(0.0);
    network.junctions[JunctionId(2)].signal = Some(late);
    network
}

#[test]
fn a_day_of_malice_against_controllers() {
    let network = three_junctions();
    let usual = InterlockPolicy { burst: 1000, ..policy(1.0) };
    let mut interlock = Interlock::new(&network, usual).unwrap();
    let mut corners: Vec<Corner> =
        network.signalized().map(|(junction, signal)| Corner::new(junction, signal, 0)).collect();
    let mut dice = Dice(20_260_301);
    let mut outcome: BTreeMap<Option<Rule>, u64> = BTreeMap::new();
    let boss = (Actor::Person(PersonId("li".to_owned())), Authority::Role("operator".to_owned()));
    for now in 1..=DAY_S {
        for corner in &mut corners {
            let report = corner.step(now);
            interlock.observe(at(now), corner.junction, &report);
            match dice.below(3000) {
                0 => {
                    corner.controller.take_manually(&corner.timing, Some(StageIdx(2)));
                    corner.manual = true;
                }
                1..=20 => {
                    corner.controller.hand_back(&corner.timing, moment(now));
                    corner.manual = false;
                }
                _ => {}
            }
        }
        interlock.tick(&situation(now));
        // One request a second and junction at most changes what is shown: a second command in the
        // same second would make the permit's first one void before it worked.
        for index in 0..corners.len() {
            if dice.below(4) != 0 {
                continue;
            }
            let mut request = dice.request(corners[index].junction, now);
            while matches!(request.action, Action::Groups { .. }) {
                request.action = dice.action(now);
            }
            let result = interlock.check(&request, &situation(now));
            *outcome.entry(result.as_ref().err().map(|refusal| refusal.rule)).or_default() += 1;
            if let Ok(permit) = result {
                assert_eq!(permit.junction, request.junction);
                let corner = corners.iter_mut().find(|c| c.junction == permit.junction).unwrap();
                corner.carry_out(permit, &request.action, now);
            }
        }
        if dice.below(7200) == 0 {
            for permit in interlock.stop_all(&Actor::System, &situation(now)) {
                let corner = corners.iter_mut().find(|c| c.junction == permit.junction).unwrap();
                corner.carry_out(permit, &Action::Release, now);
            }
        } else if interlock.is_stopped() && dice.below(60) == 0 {
            interlock.resume(&boss.0, &boss.1).unwrap();
        }
    }
    let permitted = outcome[&None];
    let refused: u64 = outcome.iter().filter(|(rule, _)| rule.is_some()).map(|(_, n)| n).sum();
    assert!(permitted > 5000 && refused > 5000, "{outcome:?}");
    for rule in [
        Rule::Stopped,
        Rule::Mode,
        Rule::Unknown,
        Rule::Authority,
        Rule::LocalManual,
        Rule::MinimumGreen,
        Rule::PedestrianClearance,
    ] {
        assert!(outcome.contains_key(&Some(rule)), "{rule} was never needed: {outcome:?}");
    }
}

#[test]
fn a_day_of_malice_against_bare_lamps() {
    let signal = cross::signal();
    let mut interlock = Interlock::new(
        &support::network_with(&signal),
        InterlockPolicy { burst: 1000, ..policy(1.0) },
    )
    .unwrap();
    let mut street = Street::new(&signal, 0, signal.stages[0].green);
    let mut dice = Dice(7);
    let mut changes = 0;
    for now in 1..=DAY_S {
        street.step().unwrap();
        let mut report = street.report();
        // Now and then the report is lost or lies about what is lit.
        match dice.below(20) {
            0 => {}
            1 => {
                report.green = GroupSet(dice.below(64));
                interlock.observe(at(now), CENTER, &report);
            }
            _ => {
                interlock.observe(at(now), CENTER, &report);
            }
        }
        for _ in 0..dice.below(3) {
            let mut request = dice.request(CENTER, now);
            if matches!(request.action, Action::Plan(_) | Action::Release) {
                // Lamps without a controller have no plan of their own.
                request.action = Action::Hold;
            }
            if let Ok(permit) = interlock.check(&request, &situation(now)) {
                changes += u32::from(matches!(permit.what, Permitted::Greens(_)));
                street.take(&permit);
            }
        }
    }
    assert!(changes > 3000, "{changes}");
}

#[test]
fn in_replay_and_live_the_twin_gets_nothing() {
    let signal = cross::signal();
    let mut interlock = Interlock::new(&support::network_with(&signal), policy(1.0)).unwrap();
    let mut dice = Dice(1);
    for now in 1..5000 {
        let report =
            Report { at: at(now), operation: Operation::Plan, green: signal.stages[0].green };
        interlock.observe(at(now), CENTER, &report);
        let mode = if now % 2 == 0 { Mode::Live } else { Mode::Replay };
        let request = dice.request(CENTER, now);
        assert!(interlock.check(&request, &Situation { now: at(now), mode }).is_err());
    }
}

/// A signal of random groups, conflicts, times and stages.
fn signals() -> impl Strategy<Value = Signal> {
    let group = (1_u8..8, proptest::option::weighted(0.3, 1_u8..12));
    (prop::collection::vec(group, 2..7), any::<u64>()).prop_map(|(groups, seed)| {
        let mut dice = Dice(seed);
        let groups: Vec<Small> = groups
            .iter()
            .map(|(min_green_s, walk_s)| Small {
                min_green_s: f64::from(*min_green_s),
                walk_s: walk_s.map(f64::from),
            })
            .collect();
        let count = groups.len() as u8;
        let mut pairs = Vec::new();
        for a in 0..count {
            for b in a + 1..count {
                if dice.below(2) == 0 {
                    pairs.push((a, b, dice.below(80) as f64 / 10.0));
                }
            }
        }
        // Stages take groups in random order as far as they go together.
        let mut stages = Vec::new();
        for _ in 0..4 {
            let mut stage: Vec<u8> = Vec::new();
            for _ in 0..2 * count {
                let group = dice.below(u64::from(count)) as u8;
                let clash = |other: &u8| {
                    pairs
                        .iter()
                        .any(|(a, b, _)| (*a == group && b == other) || (*b == group && a == other))
                };
                if !stage.contains(&group) && !stage.iter().any(clash) {
                    stage.push(group);
                }
            }
            stages.push(stage);
        }
        let stages: Vec<&[u8]> = stages.iter().map(Vec::as_slice).collect();
        small_signal(&groups, &pairs, &stages)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lamps_of_any_signal_stay_safe_under_any_requests(
        signal in signals(), seed in any::<u64>(), latency_s in 1_u8..5, delay_s in 0_i64..4,
    ) {
        let network = support::network_with(&signal);
        let mut interlock = Interlock::new(&network, policy(f64::from(latency_s))).unwrap();
        prop_assert!(interlock.faults().is_empty());
        let mut street = Street::new(&signal, 0, signal.stages[0].green);
        let mut dice = Dice(seed);
        let mut late = Vec::new();
        for now in 1..1500 {
            street.step().map_err(TestCaseError::fail)?;
            late.push(street.report());
            if late.len() as i64 > delay_s {
                interlock.observe(at(now), CENTER, &late.remove(0));
            }
            let mut request = dice.request(CENTER, now);
            if matches!(request.action, Action::Plan(_) | Action::Release) {
                request.action = Action::Hold;
            }
            if let Ok(permit) = interlock.check(&request, &situation(now)) {
                street.take(&permit);
            }
        }
    }

    #[test]
    fn a_permitted_plan_keeps_its_bounds_when_a_controller_runs_it(
        signal in signals(), seed in any::<u64>(),
    ) {
        let mut dice = Dice(seed);
        let count = 1 + dice.below(4);
        let splits: Vec<(u8, f64)> =
            (0..count).map(|_| (dice.below(4) as u8, (5 + dice.below(30)) as f64)).collect();
        let wanted = plan(&splits, dice.below(12) as f64, dice.below(60) as f64);
        let network = support::network_with(&signal);
        let mut interlock = Interlock::new(&network, policy(1.0)).unwrap();
        let mut corner = Corner::new(CENTER, &signal, 0);
        interlock.observe(at(1), CENTER, &corner.step(1));
        let asked = request(CENTER, Action::Plan(wanted));
        if let Ok(permit) = interlock.check(&asked, &situation(1)) {
            corner.carry_out(permit, &asked.action, 1);
            for now in 2..800 {
                corner.step(now);
            }
        }
    }
}
