//! What goes on after a restart, and what is named as dropped.

use urbis_core::{
    Action, Authority, Case, CaseId, ChoiceOption, Event, JunctionId, LaneId, Lapse, Law, Message,
    OPERATOR, PersonId, Place, Proposal, ProposalId, Record, Severity, StepRecord, SubjectId,
};
use urbis_store::{Journal, MemoryKeyring, fold, sealed_record};
use urbis_units::{Point, Ratio};

use super::*;

fn keys() -> MemoryKeyring {
    MemoryKeyring::seeded(1)
}

fn input(second: i64, what: Intake) -> Record {
    let act = Act {
        who: Actor::Person(PersonId("op-demo".into())),
        authority: Authority::Role("operator".into()),
        why: Message::new("server-reason"),
        mode: Mode::Simulated,
        at: CityTime::from_millis(second * 1000),
    };
    Record::Input(Input { act, what })
}

#[test]
fn what_people_left_set_goes_on_under_their_names() {
    let mut journal = Journal::in_memory();
    let (lane, other) = (LaneId(3), LaneId(4));
    let close = |lane| Intake::CloseLane { lane, reason: "works".into() };
    let junction = JunctionId(1);
    for (second, what) in [
        close(lane),
        close(other),
        Intake::OpenLane { lane: other },
        Intake::ChooseLaw { junction, law: Law::Webster },
        Intake::ChooseLaw { junction, law: Law::MaxPressure },
        Intake::Stop,
    ]
    .into_iter()
    .enumerate()
    {
        let at = CityTime::from_millis(second as i64 * 1000);
        journal.append(at, &input(second as i64, what)).unwrap();
    }
    journal.commit().unwrap();
    let state = fold(CityState::default(), journal.read_from(1)).unwrap();
    assert_eq!((state.sequence, state.at), (6, CityTime::from_millis(5000)));
    let now = CityTime::from_millis(9000);
    let again = again(&state, (now, Mode::Simulated), &keys());
    assert!(again.iter().all(|input| input.act.at == now));
    let what: Vec<Intake> = again.into_iter().map(|input| input.what).collect();
    let law = Intake::ChooseLaw { junction, law: Law::MaxPressure };
    assert_eq!(what, [close(lane), law, Intake::Stop]);
    let told = tell(&state, &Network::default(), &keys(), Lang::En);
    assert!(told[0].contains("closed lane on 3; chosen law at 1; the stop button"), "{told:?}");
}

#[test]
fn what_is_taken_and_what_stands_in_the_streets_goes_on() {
    let (lane, junction) = (LaneId(3), JunctionId(1));
    let at = |second: i64| CityTime::from_millis(second * 1000);
    let mut state = CityState::default();
    for (sequence, what) in [
        Intake::TakeControl { junction },
        Intake::RequestStage { junction, stage: urbis_core::StageIdx(2) },
        Intake::LocalManual { junction: JunctionId(4), on: true },
        Intake::Blockage { lane, position_m: 7.0, lasts_s: Some(60) },
        Intake::Blockage { lane: LaneId(5), position_m: 1.0, lasts_s: Some(2) },
        Intake::Weather { speed_ratio: 0.8, headway_ratio: 1.2 },
    ]
    .into_iter()
    .enumerate()
    {
        state.apply(sequence as u64 + 1, at(10), &input(10, what));
    }
    let what: Vec<Intake> = again(&state, (at(30), Mode::Simulated), &keys())
        .into_iter()
        .map(|input| input.what)
        .collect();
    let expected = [
        Intake::LocalManual { junction: JunctionId(4), on: true },
        Intake::Blockage { lane, position_m: 7.0, lasts_s: Some(40) },
        Intake::Weather { speed_ratio: 0.8, headway_ratio: 1.2 },
        Intake::TakeControl { junction },
        Intake::RequestStage { junction, stage: urbis_core::StageIdx(2) },
    ];
    assert_eq!(what, expected, "what is over does not come back");
}

#[test]
fn whom_no_ambulance_reached_is_sent_one_again_from_what_is_sealed() {
    let (event, subject) = (EventId(2), SubjectId("s".into()));
    let at = |second: i64| CityTime::from_millis(second * 1000);
    let Record::Input(Input { act, .. }) = input(10, Intake::Stop) else { panic!("it is one") };
    let call = Intake::Call { event, road: RoadId(9), hospital: None, patient: Vec::new() };
    let near = Point::new(250.0, 250.0);
    let what =
        Intake::CallNear { event, near, subject: subject.clone(), hospital: None, patient: vec![] };
    let whole = Record::Input(Input { act: act.clone(), what: call.clone() });
    let exact = sealed_record(&mut keys(), &subject, &whole).unwrap();
    let noticed = Event {
        id: event,
        kind: EventType::EmergencyCall,
        place: Place::Point(near),
        since: at(10),
        noticed: at(10),
        until: None,
        severity: Severity::Severe,
        confidence: Ratio::new(1.0),
        text: Message::new("brain-emergency-call"),
        evidence: Vec::new(),
        source: act.who.clone(),
    };
    let case = |step| Case {
        id: CaseId(1),
        event: Some(event),
        place: Place::Point(near),
        owner: act.who.clone(),
        deadline: at(3600),
        duplicates: Vec::new(),
        steps: vec![StepRecord { step, act: act.clone() }],
    };
    let mut state = CityState::default();
    for (sequence, record) in [
        Record::Input(Input { act: act.clone(), what }),
        Record::Private { exact, follows_coarse: true },
        Record::Event(noticed),
        Record::Case(case(CaseStep::Dispatch)),
    ]
    .iter()
    .enumerate()
    {
        state.apply(sequence as u64 + 1, at(10), record);
    }
    let sent = |state: &CityState, keyring: &MemoryKeyring| -> Vec<Intake> {
        let again = again(state, (at(30), Mode::Simulated), keyring);
        again.into_iter().map(|input| input.what).collect()
    };
    assert_eq!(sent(&state, &keys()), [call]);
    let told = tell(&state, &Network::default(), &keys(), Lang::En);
    assert!(told[0].contains("call 2 (an ambulance is sent again)"), "{told:?}");
    assert!(!told[1].contains("emergency call"), "{told:?}");
    let mut erased = keys();
    erased.erase(&subject).unwrap();
    assert_eq!(sent(&state, &erased), [], "where they were is gone");
    state.apply(5, at(20), &Record::Case(case(CaseStep::Handle)));
    assert_eq!(sent(&state, &keys()), [], "the ambulance was there");
    let told = tell(&state, &Network::default(), &keys(), Lang::En);
    assert!(told[1].contains("emergency call 2"), "{told:?}");
}

#[test]
fn a_closure_that_was_asked_for_and_dropped_does_not_come_back() {
    let (lane, at) = (LaneId(3), CityTime::from_millis(0));
    let option = |actions| ChoiceOption { text: Message::new("brain-option-close"), actions };
    let proposal = Proposal {
        id: ProposalId(1),
        scene: OPERATOR.into(),
        at,
        expires: CityTime::from_millis(120_000),
        event: None,
        place: Place::City,
        text: Message::new("brain-ask-close"),
        options: vec![option(vec![]), option(vec![Action::CloseLane { lane }])],
        preferred: 1,
        needs_approval: false,
        horizon_s: 600,
    };
    let lapsed = Record::Lapsed {
        proposal: proposal.id,
        how: Lapse::Stopped,
        why: Message::new("brain-proposal-stopped"),
    };
    let ask = input(0, Intake::CloseLane { lane, reason: "works".into() });
    let mut state = CityState::default();
    for (sequence, record) in [ask, Record::Proposal(proposal)].iter().enumerate() {
        state.apply(sequence as u64 + 1, at, record);
    }
    assert_eq!(again(&state, (at, Mode::Simulated), &keys()).len(), 1, "it is still asked for");
    let told = |state: &CityState| tell(state, &Network::default(), &keys(), Lang::En)[1].clone();
    assert!(told(&state).contains("open proposal 1"), "{}", told(&state));
    state.apply(3, at, &lapsed);
    assert_eq!(again(&state, (at, Mode::Simulated), &keys()), []);
    assert!(!told(&state).contains("proposal"), "{}", told(&state));
}
