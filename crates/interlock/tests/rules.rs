//! Each rule by itself: what it refuses, what it says, what it lets through.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use support::cross::{self, CENTER, EW, EW_LEFT, NS, WALK_EW, set};
use support::{Stand, at, network_with, plan, policy, request, situation};
use urbis_core::{Actor, Authority, GroupSet, JunctionId, PersonId, StageIdx};
use urbis_interlock::{
    Action, Actuators, Interlock, InterlockPolicy, Operation, Permitted, Report, Request, Rule,
    Situation,
};
use urbis_network::{Conflict, Signal};
use urbis_units::{Mode, Seconds};

fn interlock() -> Interlock {
    Interlock::new(&cross::cross(), policy(1.0)).unwrap()
}

/// An interlock that has watched the junction show its first stage, walkers on red, for `since`.
fn watched(signal: &Signal, seconds: i64) -> Interlock {
    let mut interlock = Interlock::new(&network_with(signal), policy(1.0)).unwrap();
    for second in 0..=seconds {
        tell(&mut interlock, second, Operation::Plan, set(&[EW]));
    }
    interlock
}

fn tell(interlock: &mut Interlock, second: i64, operation: Operation, green: GroupSet) {
    interlock.observe(at(second), CENTER, &Report { at: at(second), operation, green });
}

fn rule(interlock: &mut Interlock, second: i64, request: &Request) -> Option<Rule> {
    interlock.check(request, &situation(second)).err().map(|refusal| refusal.rule)
}

fn ask(interlock: &mut Interlock, second: i64, action: Action) -> Option<Rule> {
    rule(interlock, second, &request(CENTER, action))
}

fn person(name: &str) -> PersonId {
    PersonId(name.to_owned())
}

fn operator() -> Authority {
    Authority::Role("operator".to_owned())
}

fn by_person(name: &str, action: Action) -> Request {
    Request { by: Actor::Person(person(name)), authority: operator(), ..request(CENTER, action) }
}

fn stage(index: u8) -> Action {
    Action::Stage(StageIdx(index))
}

#[test]
fn conflicting_greens_are_refused_by_name() {
    let mut interlock = watched(&cross::signal(), 60);
    let action = Action::Groups { green: set(&[EW, NS]), from: at(90) };
    let refusal = interlock.check(&request(CENTER, action), &situation(60)).unwrap_err();
    assert_eq!(refusal.rule, Rule::ConflictingGreens);
    assert_eq!(refusal.why.key, "interlock-conflicting-greens");
    assert_eq!(refusal.why.args.len(), 2);
}

#[test]
fn permitted_conflicts_pass_and_one_triangle_is_enough_to_forbid() {
    let mut signal = cross::signal();
    signal.conflicts[usize::from(EW.0) * 6 + usize::from(EW_LEFT.0)] = Conflict::Permitted;
    let both = |signal: &Signal| {
        let action = Action::Groups { green: set(&[EW, EW_LEFT]), from: at(90) };
        ask(&mut watched(signal, 60), 60, action)
    };
    assert_eq!(both(&signal), Some(Rule::ConflictingGreens));
    signal.conflicts[usize::from(EW_LEFT.0) * 6 + usize::from(EW.0)] = Conflict::Permitted;
    assert_eq!(both(&signal), None);
}

#[test]
fn a_green_is_not_cut_short() {
    let mut interlock = interlock();
    tell(&mut interlock, 0, Operation::Plan, GroupSet::EMPTY);
    tell(&mut interlock, 10, Operation::Plan, set(&[EW]));
    let refusal = interlock.check(&request(CENTER, stage(2)), &situation(10)).unwrap_err();
    assert_eq!(refusal.rule, Rule::MinimumGreen);
    // Six seconds of green from the tenth, less the second a command takes.
    assert_eq!(refusal.not_before, Some(at(16)));
    tell(&mut interlock, 15, Operation::Plan, set(&[EW]));
    assert_eq!(ask(&mut interlock, 15, stage(2)), None);
}

#[test]
fn a_green_that_starts_late_counts_from_when_it_was_seen() {
    let mut interlock = watched(&cross::signal(), 60);
    assert_eq!(ask(&mut interlock, 60, stage(1)), None);
    // Permitted from the 66th second, at the controller two seconds later.
    for second in 61..=73 {
        let green = if second < 68 { GroupSet::EMPTY } else { set(&[EW_LEFT]) };
        tell(&mut interlock, second, Operation::Stage, green);
        if second >= 71 {
            let refused = ask(&mut interlock, second, stage(3));
            assert_eq!(refused, (second < 73).then_some(Rule::MinimumGreen), "{second}");
        }
    }
}

#[test]
fn an_intergreen_is_kept_and_a_start_too_early_is_refused() {
    let start = |from| Action::Groups { green: set(&[NS]), from: at(from) };
    let mut interlock = watched(&cross::signal(), 60);
    assert_eq!(ask(&mut interlock, 60, start(65)), Some(Rule::Intergreen));
    assert_eq!(ask(&mut interlock, 60, start(66)), None);
}

#[test]
fn pedestrians_are_given_time_to_walk_off() {
    let mut interlock = interlock();
    for second in 0..=60 {
        tell(&mut interlock, second, Operation::Plan, set(&[EW, WALK_EW]));
    }
    let start = |from| Action::Groups { green: set(&[NS]), from: at(from) };
    assert_eq!(ask(&mut interlock, 60, start(74)), Some(Rule::PedestrianClearance));
    assert_eq!(ask(&mut interlock, 60, start(75)), None);
}

#[test]
fn near_a_hospital_pedestrians_are_given_more() {
    let mut signal = cross::signal();
    signal.crossings[0].walking_speed = urbis_units::MetersPerSecond::new(0.8);
    let mut interlock = Interlock::new(&network_with(&signal), policy(1.0)).unwrap();
    for second in 0..=60 {
        tell(&mut interlock, second, Operation::Plan, set(&[EW, WALK_EW]));
    }
    // 14 m at 0.8 m/s are 17.5 s, so 18.
    let start = |from| Action::Groups { green: set(&[NS]), from: at(from) };
    assert_eq!(ask(&mut interlock, 60, start(78)), Some(Rule::PedestrianClearance));
    assert_eq!(ask(&mut interlock, 60, start(79)), None);
}

#[test]
fn a_losing_green_lasts_until_pedestrians_have_cleared() {
    let mut interlock = interlock();
    for second in 0..=60 {
        tell(&mut interlock, second, Operation::Plan, set(&[EW, WALK_EW]));
    }
    let permit = interlock.check(&request(CENTER, stage(1)), &situation(60)).unwrap();
    let Permitted::Greens(greens) = permit.what else { panic!("expected greens") };
    let until = |group| greens.iter().find(|time| time.group == group).unwrap().until;
    assert_eq!((until(WALK_EW), until(EW)), (Some(at(61)), Some(at(70))));
    assert_eq!(greens.iter().find(|time| time.group == EW_LEFT).unwrap().from, at(75));
}

#[test]
fn only_the_mode_that_belongs_to_the_actuators_commands() {
    for (actuators, allowed) in
        [(Actuators::Field, Mode::Live), (Actuators::CityTwin, Mode::Simulated)]
    {
        for mode in [Mode::Live, Mode::Replay, Mode::Simulated] {
            let mut interlock =
                Interlock::new(&cross::cross(), InterlockPolicy::usual(actuators)).unwrap();
            tell(&mut interlock, 5, Operation::Plan, set(&[EW]));
            let now = Situation { now: at(5), mode };
            let asked = |mode| Request { mode, ..request(CENTER, Action::Hold) };
            assert_eq!(interlock.check(&asked(mode), &now).is_ok(), mode == allowed);
            // A request that claims another mode than the clock's passes nowhere.
            for claimed in [Mode::Live, Mode::Replay, Mode::Simulated] {
                let passes = interlock.check(&asked(claimed), &now).is_ok();
                assert_eq!(passes, mode == allowed && claimed == mode);
            }
            assert_eq!(interlock.stop_all(&Actor::System, &now).is_empty(), mode != allowed);
        }
    }
}

#[test]
fn scenes_need_a_grant_and_an_approval_where_they_act_with_one() {
    let mut interlock = watched(&cross::signal(), 60);
    let scene = |id: &str, authority, decided| Request {
        by: Actor::Scene(id.to_owned()),
        authority,
        decided,
        ..request(CENTER, Action::Hold)
    };
    let authority = Some(Rule::Authority);
    assert_eq!(rule(&mut interlock, 60, &scene("incidents", Authority::Act, true)), authority);
    assert_eq!(rule(&mut interlock, 60, &scene("signals", Authority::Advise, true)), authority);
    let approval = |decided| scene("signals", Authority::ActWithApproval, decided);
    assert_eq!(rule(&mut interlock, 60, &approval(false)), authority);
    assert_eq!(rule(&mut interlock, 60, &approval(true)), None);
}

#[test]
fn the_corridor_displaces_signals_until_its_lease_is_over() {
    let mut interlock = watched(&cross::signal(), 60);
    let corridor =
        Request { by: Actor::Scene("corridor".to_owned()), ..request(CENTER, Action::Hold) };
    let signals = request(CENTER, Action::Hold);
    assert_eq!(rule(&mut interlock, 60, &signals), None);
    assert_eq!(rule(&mut interlock, 61, &corridor), None);
    assert_eq!(rule(&mut interlock, 62, &signals), Some(Rule::Authority));
    tell(&mut interlock, 91, Operation::Stage, set(&[EW]));
    assert_eq!(rule(&mut interlock, 91, &signals), None);
    assert_eq!(rule(&mut interlock, 92, &corridor), None);
    // Giving the junction back ends the lease at once.
    let back = Request { action: Action::Release, ..corridor };
    assert_eq!(rule(&mut interlock, 93, &back), None);
    assert_eq!(rule(&mut interlock, 93, &signals), None);
}

#[test]
fn a_person_takes_a_junction_and_gives_it_back() {
    let mut interlock = watched(&cross::signal(), 60);
    assert_eq!(rule(&mut interlock, 60, &by_person("li", Action::Hold)), Some(Rule::Authority));
    interlock.take(&[CENTER], &person("li"), &operator()).unwrap();
    assert_eq!(interlock.taken_by(CENTER), Some(&person("li")));
    assert_eq!(rule(&mut interlock, 60, &by_person("li", Action::Hold)), None);
    assert_eq!(rule(&mut interlock, 60, &by_person("wu", Action::Hold)), Some(Rule::Authority));
    assert_eq!(ask(&mut interlock, 60, Action::Hold), Some(Rule::Authority));
    assert!(interlock.take(&[CENTER], &person("wu"), &operator()).is_err());
    interlock.give_back(&[CENTER], &person("wu"));
    assert_eq!(interlock.taken_by(CENTER), Some(&person("li")));
    interlock.give_back(&[CENTER], &person("li"));
    // What is left of the person's lease ends with the junction's return to its local plan.
    assert_eq!(rule(&mut interlock, 61, &by_person("li", Action::Release)), None);
    assert_eq!(ask(&mut interlock, 61, Action::Hold), None);
}

#[test]
fn taking_an_area_is_all_or_nothing() {
    let mut interlock = interlock();
    interlock.take(&[JunctionId(1)], &person("wu"), &operator()).unwrap();
    assert!(interlock.take(&[CENTER, JunctionId(1)], &person("li"), &operator()).is_err());
    assert!(interlock.take(&[CENTER, JunctionId(99)], &person("li"), &operator()).is_err());
    assert!(interlock.take(&[CENTER], &person("li"), &Authority::Role("guest".into())).is_err());
    assert_eq!(interlock.taken_by(CENTER), None);
}

#[test]
fn a_person_at_the_cabinet_is_left_alone() {
    let mut interlock = watched(&cross::signal(), 60);
    tell(&mut interlock, 61, Operation::Manual, set(&[EW]));
    assert_eq!(ask(&mut interlock, 61, stage(2)), Some(Rule::LocalManual));
    tell(&mut interlock, 62, Operation::Fault, GroupSet::EMPTY);
    assert_eq!(ask(&mut interlock, 62, stage(2)), Some(Rule::ControllerFault));
    // Letting go is always safe.
    assert_eq!(ask(&mut interlock, 62, Action::Release), None);
}

#[test]
fn nothing_is_judged_without_a_recent_report() {
    let mut interlock = interlock();
    assert_eq!(ask(&mut interlock, 0, stage(2)), Some(Rule::StaleReport));
    tell(&mut interlock, 10, Operation::Plan, set(&[EW]));
    assert_eq!(ask(&mut interlock, 16, Action::Hold), Some(Rule::StaleReport));
    assert_eq!(rule(&mut interlock, 15, &request(CENTER, Action::Hold)), Some(Rule::Time));
    tell(&mut interlock, 16, Operation::Plan, set(&[EW]));
    assert_eq!(ask(&mut interlock, 16, Action::Hold), None);
}

#[test]
fn a_report_of_conflicting_greens_raises_an_alarm_and_stops_commands() {
    let mut interlock = watched(&cross::signal(), 60);
    let report = Report { at: at(61), operation: Operation::Plan, green: set(&[EW, NS]) };
    assert!(interlock.observe(at(61), CENTER, &report).unwrap().hard);
    assert_eq!(ask(&mut interlock, 61, stage(2)), Some(Rule::ControllerFault));
}

#[test]
fn a_controller_is_not_flooded() {
    let usual = InterlockPolicy {
        latency: Seconds::new(1.0),
        ..InterlockPolicy::usual(Actuators::CityTwin)
    };
    let mut interlock = Interlock::new(&cross::cross(), usual).unwrap();
    tell(&mut interlock, 5, Operation::Plan, set(&[EW]));
    for _ in 0..10 {
        assert_eq!(ask(&mut interlock, 5, Action::Hold), None);
    }
    assert_eq!(ask(&mut interlock, 5, Action::Hold), Some(Rule::Rate));
    assert_eq!(ask(&mut interlock, 7, Action::Hold), None);
}

#[test]
fn the_stop_button_returns_every_junction_and_only_a_person_resumes() {
    let mut interlock = watched(&cross::signal(), 60);
    assert_eq!(ask(&mut interlock, 60, stage(2)), None);
    let permits = interlock.stop_all(&Actor::Scene("anyone".to_owned()), &situation(60));
    assert_eq!(permits.len(), 1);
    assert_eq!((permits[0].junction, &permits[0].what), (CENTER, &Permitted::Local));
    assert_eq!(permits[0].effective, at(61));
    assert_eq!(ask(&mut interlock, 61, stage(2)), Some(Rule::Stopped));
    interlock.take(&[CENTER], &person("li"), &operator()).unwrap();
    assert_eq!(rule(&mut interlock, 61, &by_person("li", stage(2))), Some(Rule::Stopped));
    for by in [Actor::System, Actor::Scene("signals".to_owned())] {
        assert!(interlock.resume(&by, &Authority::Act).is_err());
    }
    assert!(interlock.resume(&Actor::Person(person("li")), &Authority::Act).is_err());
    assert!(interlock.is_stopped());
    interlock.resume(&Actor::Person(person("li")), &operator()).unwrap();
    assert_eq!(rule(&mut interlock, 62, &by_person("li", Action::Hold)), None);
}

#[test]
fn the_longest_red_is_an_alarm_unless_it_is_hard() {
    let mut signal = cross::signal();
    signal.groups[usize::from(NS.0)].max_red = Seconds::new(60.0);
    let run = |signal: &Signal| {
        let mut interlock = watched(signal, 5);
        assert_eq!(ask(&mut interlock, 5, stage(0)), None);
        let mut found = None;
        for second in 6..=60 {
            tell(&mut interlock, second, Operation::Stage, set(&[EW]));
            let (alarms, permits) = interlock.tick(&situation(second));
            if let Some(alarm) = alarms.into_iter().find(|alarm| alarm.group == NS) {
                assert!(found.is_none(), "one alarm a red is enough");
                found = Some((second, alarm.hard, permits.len()));
            }
        }
        (found, ask(&mut interlock, 60, stage(1)))
    };
    // The red is watched from the first tick on.
    assert_eq!(run(&signal).0, None);
    signal.groups[usize::from(NS.0)].max_red = Seconds::new(45.0);
    assert_eq!(run(&signal), (Some((52, false, 0)), None));
    signal.groups[usize::from(NS.0)].max_red_is_hard = true;
    assert_eq!(run(&signal), (Some((52, true, 1)), Some(Rule::LongestRed)));
}

#[test]
fn a_plan_is_checked_as_a_whole() {
    let run = |splits: &[(u8, f64)], interstage_s: f64| {
        let mut interlock = watched(&cross::signal(), 60);
        ask(&mut interlock, 60, Action::Plan(plan(splits, interstage_s, 0.0)))
    };
    let all = [(0, 30.0), (1, 10.0), (2, 30.0), (3, 10.0)];
    assert_eq!(run(&all, 5.0), None);
    assert_eq!(run(&all, 0.0), None, "an open interstage is the controller's to fill");
    assert_eq!(run(&all, 4.0), Some(Rule::Intergreen));
    assert_eq!(run(&[(0, 30.0), (1, 5.0), (2, 30.0)], 5.0), Some(Rule::MinimumGreen));
    // Walk 7 s and clearance 14 s do not fit into 15 s of green and 5 s of interstage.
    assert_eq!(run(&[(0, 15.0), (2, 30.0)], 5.0), Some(Rule::PedestrianClearance));
    assert_eq!(run(&[(0, 16.0), (2, 30.0)], 5.0), None);
    for nonsense in [&[][..], &[(9, 30.0)], &[(0, -1.0)], &[(0, f64::NAN)], &[(0, 1e9)]] {
        assert_eq!(run(nonsense, 5.0), Some(Rule::Unknown), "{nonsense:?}");
    }
    assert_eq!(run(&all, f64::INFINITY), Some(Rule::Unknown));
    assert_eq!(run(&all, -5.0), Some(Rule::Unknown));
}

#[test]
fn a_plan_that_leaves_a_group_out_raises_an_alarm_or_is_refused() {
    let mut signal = cross::signal();
    let two = Action::Plan(plan(&[(0, 30.0), (2, 30.0)], 5.0, 0.0));
    let asked = request(CENTER, two);
    let permit = watched(&signal, 60).check(&asked, &situation(60)).unwrap();
    assert_eq!(permit.alarms.len(), 2);
    signal.groups[usize::from(EW_LEFT.0)].max_red_is_hard = true;
    assert_eq!(rule(&mut watched(&signal, 60), 60, &asked), Some(Rule::LongestRed));
}

#[test]
fn a_junction_with_a_contradictory_configuration_gets_its_local_plan_and_nothing_else() {
    let mut signal = cross::signal();
    signal.stages[0].green = set(&[EW, NS]);
    let mut interlock = Interlock::new(&network_with(&signal), policy(1.0)).unwrap();
    assert_eq!(interlock.faults().len(), 1);
    tell(&mut interlock, 0, Operation::Plan, set(&[EW]));
    assert_eq!(ask(&mut interlock, 0, stage(1)), Some(Rule::Configuration));
    assert_eq!(ask(&mut interlock, 0, Action::Release), None);
}

#[test]
fn unknown_places_and_stages_are_named() {
    let mut interlock = watched(&cross::signal(), 60);
    for junction in [JunctionId(1), JunctionId(77), JunctionId(u32::MAX)] {
        assert_eq!(rule(&mut interlock, 60, &request(junction, Action::Hold)), Some(Rule::Unknown));
    }
    assert_eq!(ask(&mut interlock, 60, stage(200)), Some(Rule::Unknown));
    let ghosts = Action::Groups { green: GroupSet(u64::MAX), from: at(70) };
    assert_eq!(ask(&mut interlock, 60, ghosts), Some(Rule::Unknown));
}

#[test]
fn holding_a_stage_again_does_not_put_off_what_is_under_way() {
    let mut stand = Stand::new(&cross::signal(), 1.0);
    while stand.ask(stage(2)).is_err() {
        stand.step().unwrap();
    }
    let asked = stand.street.second;
    while !stand.street.green.contains(NS) {
        stand.step().unwrap();
        stand.ask(stage(2)).unwrap();
        assert!(stand.street.second < asked + 20);
    }
    // A second of latency and 14 s of clearance.
    assert_eq!(stand.street.second, asked + 15);
}
