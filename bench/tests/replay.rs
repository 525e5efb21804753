//! A run played again from its journal and seed gives the same bytes.

use std::sync::Arc;

use urbis_bench::{Stage, scenes};
use urbis_brain::view::View;
use urbis_brain::{Difference, Recording, Session, SessionOptions, difference, simulated_start};
use urbis_city::{GenerateOptions, generate};
use urbis_core::{
    Act, Actor, Authority, CaseStep, CommandResult, EventId, EventType, Input, Intake, Keyring,
    LaneId, Law, Message, Opened, Order, PersonId, PersonalError, Record, RoadId, SubjectId,
};
use urbis_store::{CityState, Journal, JournalOptions, MemoryKeyring, fold};
use urbis_units::{CityTime, Duration, Mode};

const SECONDS: i64 = 420;

fn stage() -> Stage {
    Stage { pack: Arc::new(generate(&GenerateOptions::new(5, 40))) }
}

fn session(stage: &Stage) -> Session {
    stage.session(3, Law::LocalPlan, |options| options.minutes = 10).expect("the test city plays")
}

fn input(at: CityTime, what: Intake) -> Input {
    let who = Actor::Person(PersonId("op-test".to_owned()));
    let authority = Authority::Role("operator".to_owned());
    Input {
        act: Act { who, authority, why: Message::new("test"), mode: Mode::Simulated, at },
        what,
    }
}

/// What the operator and the world do, at which second.
fn happenings() -> Vec<(i64, Intake)> {
    vec![
        (30, Intake::CloseLane { lane: LaneId(4), reason: "works".to_owned() }),
        (
            60,
            Intake::Call {
                event: EventId(0),
                road: RoadId(9),
                hospital: None,
                patient: Vec::new(),
            },
        ),
        (90, Intake::Blockage { lane: LaneId(11), position_m: 20.0, lasts_s: Some(120) }),
        (200, Intake::OpenLane { lane: LaneId(4) }),
        (240, Intake::Stop),
        (300, Intake::ReleaseStop),
    ]
}

fn play(mut session: Session, inputs: &[(i64, Input)]) -> Session {
    let start = session.now();
    for second in 0..SECONDS {
        assert_eq!((session.now() - start).millis(), second * 1000);
        for (_, input) in inputs.iter().filter(|(at, _)| *at == second) {
            session.submit(input.clone()).expect("the test city plays");
        }
        session.tick().expect("the test city plays");
    }
    session.commit().expect("the test city plays");
    session
}

/// The last session of a journal, played again in `stage`'s city from what the journal says.
fn again(stage: &Stage, first: &Session) -> Session {
    let keyring = MemoryKeyring::seeded(7);
    let entries = first.journal().read_from(1);
    let recording = Recording::read(entries, &keyring).expect("it holds a session");
    assert!(!recording.until_erased);
    play_again(stage, &recording, keyring)
}

fn play_again(stage: &Stage, recording: &Recording, keyring: MemoryKeyring) -> Session {
    let (options, ids) = recording.options(&stage.pack).expect("it says its settings");
    assert_eq!(ids, ["signals", "incidents", "corridor"]);
    let pack = Arc::clone(&stage.pack);
    let mut second = Session::start(pack, scenes, Journal::in_memory(), Box::new(keyring), options)
        .expect("the test city plays");
    recording.play(&mut second, || {}).expect("the test city plays");
    second
}

/// The first difference between the journals of two sessions.
fn differ(first: &Session, second: &Session) -> Option<Difference> {
    difference(first.journal().read_from(1), second.journal().read_from(1)).expect("both read")
}

#[test]
fn a_journal_and_its_seed_give_the_same_bytes_again() {
    let stage = stage();
    let first = session(&stage);
    let start = first.now();
    let inputs: Vec<(i64, Input)> = happenings()
        .into_iter()
        .map(|(second, what)| {
            let at = start + Duration::from_seconds(second);
            (second, input(at, what))
        })
        .collect();
    let first = play(first, &inputs);
    let second = again(&stage, &first);
    assert_eq!(differ(&first, &second), None);
    assert_eq!(first.state_hash(), second.state_hash());
    assert_eq!(first.journal().last_sequence(), second.journal().last_sequence());
    assert_eq!(first.journal().last_hash(), second.journal().last_hash());
}

#[test]
fn a_journal_with_personal_data_is_played_again_from_its_own_beginning() {
    let stage = stage();
    let mut first = session(&stage);
    let began = first.now();
    let person = PersonId("op-test".to_owned());
    first.introduce(&person, &Opened::new("Wang Wei")).expect("it can be sealed");
    let subject = SubjectId("patient-1".to_owned());
    let sealed = first.seal(&subject, &Opened::new("Li Na, 13800001234")).expect("it is sealed");
    let call =
        Intake::Call { event: EventId(0), road: RoadId(9), hospital: None, patient: vec![sealed] };
    let at = |second: i64| began + Duration::from_seconds(second);
    let inputs = [
        (60, input(at(60), call)),
        (300, input(at(300), Intake::ErasePerson { subject: subject.clone() })),
    ];
    let first = play(first, &inputs);
    let second = again(&stage, &first);
    assert_eq!(differ(&first, &second), None);
    assert_eq!(first.journal().last_hash(), second.journal().last_hash());
    assert!(first.state().erased.contains(&subject));
    let held = second.state().matters.calls.values().find_map(|call| call.patient.first());
    let held = held.expect("the journal keeps the sealed bytes");
    assert!(matches!(first.personal(held), Err(PersonalError::Erased(_))));
    // Without the key the place of the call is gone, and with it what followed from it.
    let mut keys = MemoryKeyring::seeded(7);
    keys.erase(&subject).expect("it is in memory");
    let begins = Recording::read(first.journal().read_from(1), &keys).expect("it reads");
    assert!(begins.until_erased && begins.end == at(60), "{begins:?}");
    let second = play_again(&stage, &begins, keys);
    let whole = |session: &Session| session.journal().read_from(1).take(begins.last as usize);
    assert_eq!(difference(whole(&first), whole(&second)).expect("both read"), None);
}

#[test]
fn another_day_gives_another_city() {
    let stage = stage();
    let one = play(session(&stage), &[]);
    let other = stage
        .session(4, Law::LocalPlan, |options| options.minutes = 10)
        .expect("the test city plays");
    let other = play(other, &[]);
    assert_ne!(one.state_hash(), other.state_hash());
}

#[test]
fn a_past_second_is_shown_as_it_was() {
    let stage = stage();
    let mut session = session(&stage);
    let start = session.now();
    let mut seen = Vec::new();
    for (second, what) in [(70, LaneId(4)), (130, LaneId(7))] {
        while (session.now() - start).millis() / 1000 < second {
            session.tick().expect("the test city plays");
        }
        let reason = "works".to_owned();
        session
            .submit(input(session.now(), Intake::CloseLane { lane: what, reason }))
            .expect("the test city plays");
    }
    while (session.now() - start).millis() / 1000 < 200 {
        session.tick().expect("the test city plays");
        seen.push((session.now(), session.map()));
    }
    for (at, then) in seen.iter().step_by(17) {
        let again = session.map_at(*at).expect("the test city plays");
        assert_eq!((&again.vehicles, &again.roads), (&then.vehicles, &then.roads), "{at:?}");
    }
    assert!(session.map_at(start - Duration::from_seconds(1)).is_err());
}

#[test]
fn looking_back_shows_the_lists_as_they_were_and_nothing_that_came_later() {
    let stage = stage();
    let mut session = session(&stage);
    let start = session.now();
    let mut seen = Vec::new();
    for second in 0..150 {
        if second == 70 {
            let reason = "works".to_owned();
            let what = Intake::CloseLane { lane: LaneId(4), reason };
            session.submit(input(session.now(), what)).expect("the test city plays");
        }
        session.tick().expect("the test city plays");
        seen.push(session.view());
    }
    for then in seen.iter().step_by(7) {
        let past = session.past(then.at).expect("the test city plays");
        assert_eq!((past.view.at, past.map.at), (then.at, then.at));
        let lists = |view: &View| (view.events.clone(), view.closures.clone(), view.calls.clone());
        assert_eq!(lists(&past.view), lists(then), "{:?}", then.at);
        assert!(past.view.events.iter().all(|one| one.event.noticed <= then.at));
        // Stages of the past are those the heads showed; the list of then has the last report.
        let laws =
            |view: &View| -> Vec<_> { view.signals.iter().flatten().map(|one| one.law).collect() };
        assert_eq!(laws(&past.view), laws(then), "{:?}", then.at);
        assert!(past.view.signals.iter().flatten().all(|one| one.since <= then.at));
    }
    let closures_at = |second| {
        let past = session.past(start + Duration::from_seconds(second)).expect("within reach").view;
        let noticed = past.events.iter().filter(|one| one.event.kind == EventType::Closure);
        (noticed.count(), past.closures.len())
    };
    assert_eq!((closures_at(60), closures_at(100)), ((0, 0), (1, 1)));
    assert!(session.past(start - Duration::from_seconds(1)).is_err());
}

#[test]
fn a_session_without_a_field_runs_in_simulated_mode_only() {
    for mode in [Mode::Live, Mode::Replay] {
        let refused = stage().session(1, Law::LocalPlan, |options| options.mode = mode);
        let said = refused.expect_err("nothing connects it to the field").to_string();
        assert!(said.contains("simulated"), "{said}");
    }
}

/// A session that continues `journal`.
fn continued(stage: &Stage, journal: Journal) -> Session {
    let options = SessionOptions {
        minutes: 10,
        auto_approve: true,
        ..SessionOptions::simulated(simulated_start(&stage.pack).expect("the test city plays"))
    };
    let keyring = Box::new(MemoryKeyring::seeded(7));
    let pack = Arc::clone(&stage.pack);
    Session::start(pack, scenes, journal, keyring, options).expect("the test city plays")
}

#[test]
fn the_state_of_a_session_is_the_fold_of_its_journal() {
    let stage = stage();
    let start = session(&stage).now();
    let inputs: Vec<_> =
        happenings().into_iter().map(|(second, what)| (second, input(start, what))).collect();
    let session = play(session(&stage), &inputs);
    let folded = fold(CityState::default(), session.journal().read_from(1)).expect("it reads");
    assert_eq!(folded.hash(), session.state().hash());
    assert_eq!(&folded, session.state());
    assert!(session.state().numbers.command > 0 && session.state().numbers.event > 0);
}

#[test]
fn a_continued_journal_never_gives_a_number_twice() {
    let stage = stage();
    let folder = tempfile::tempdir().expect("a folder for the test");
    let open = || Journal::open(folder.path(), JournalOptions::default()).expect("it opens").0;
    let mut first = continued(&stage, open());
    let lane = Intake::CloseLane { lane: LaneId(4), reason: "works".to_owned() };
    first.submit(input(first.now(), lane)).expect("the lane is there");
    first.submit(input(first.now(), Intake::Stop)).expect("anyone may stop it");
    let first = play(first, &[]);
    let given = first.state().numbers;
    assert!(given.event > 0 && given.command > 0);
    drop(first);
    let mut second = continued(&stage, open());
    let call =
        Intake::Call { event: EventId(0), road: RoadId(9), hospital: None, patient: Vec::new() };
    second.submit(input(second.now(), call)).expect("the road is there");
    second.submit(input(second.now(), Intake::Stop)).expect("anyone may stop it");
    let second = play(second, &[]);
    let mut seen = std::collections::BTreeSet::new();
    let (mut sessions, mut calls) = (0, Vec::new());
    for entry in second.journal().read_from(1) {
        match entry.expect("it reads").record {
            Record::Begun(_) => sessions += 1,
            Record::Command { command, .. } => {
                assert!(seen.insert(command.id), "{:?} was given twice", command.id);
            }
            Record::Input(Input { what: Intake::CallNear { event, .. }, .. }) => calls.push(event),
            _ => {}
        }
    }
    assert_eq!(sessions, 2);
    assert_eq!(calls, [EventId(given.event + 1)]);
}

#[test]
fn a_call_is_a_case_from_its_report_to_its_end() {
    use CaseStep::{Close, Dispatch, Handle, Report};
    let stage = stage();
    let mut session = session(&stage);
    let call =
        Intake::Call { event: EventId(0), road: RoadId(9), hospital: None, patient: Vec::new() };
    session.submit(input(session.now(), call)).expect("the road is there");
    let steps = |session: &Session| -> Vec<CaseStep> {
        let cases = &session.state().matters.cases;
        assert!(cases.len() <= 1, "{cases:?}");
        cases.values().flat_map(|case| case.steps.iter().map(|step| step.step)).collect()
    };
    let mut seen = Vec::new();
    for _ in 0..3600 {
        session.tick().expect("the test city plays");
        let now = steps(&session);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        if seen.last().is_some_and(|steps| steps.last() == Some(&Close)) {
            break;
        }
    }
    let whole = [Report, Dispatch, Handle, Close];
    assert_eq!(seen.last().map(Vec::as_slice), Some(&whole[..]), "{seen:?}");
    assert!(seen.iter().all(|steps| whole.starts_with(steps)), "{seen:?}");
}

#[test]
fn a_refused_call_leaves_no_gap_in_the_numbers() {
    let stage = stage();
    let mut session = session(&stage);
    let call = |road| Intake::Call {
        event: EventId(0),
        road: RoadId(road),
        hospital: None,
        patient: Vec::new(),
    };
    assert!(session.submit(input(session.now(), call(1_000_000))).is_err());
    session.submit(input(session.now(), call(9))).expect("the road is there");
    let calls = session.state().matters.calls.keys().copied().collect::<Vec<_>>();
    assert_eq!(calls, [EventId(1)]);
}

#[test]
fn the_stop_button_leaves_a_record_of_every_order_it_sends() {
    let stage = stage();
    let mut session = session(&stage);
    session.tick().expect("the test city plays");
    session.submit(input(session.now(), Intake::Stop)).expect("anyone may stop it");
    session.tick().expect("the test city plays");
    session.commit().expect("the test city plays");
    let stopped = |record: &Record| match record {
        Record::Command { command, result: CommandResult::Sent } => {
            command.act.why.key == "test" && command.order == Order::ReturnToLocal
        }
        _ => false,
    };
    let orders = session
        .journal()
        .read_from(1)
        .filter(|entry| stopped(&entry.as_ref().expect("it reads").record))
        .count();
    let signals = stage.pack.network.junctions.iter().filter(|j| j.signal.is_some()).count();
    assert_eq!(orders, signals);
}
