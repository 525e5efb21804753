//! From a proposal to a decision and its effect, in a small city with a scene that proposes.

#![allow(dead_code, reason = "the stand serves other tests too")]

mod stand;

use stand::{Stand, ticks};
use urbis_brain::InputError;
use urbis_brain::view::ProposalStatus;
use urbis_core::{Action, Actor, EventType, Intake, LaneId, Lapse, Law, PersonId, Record};
use urbis_store::{CityState, fold};

#[test]
fn what_is_still_rehearsed_can_be_refused_but_not_approved() {
    let mut stand = Stand::proposing_to_close(LaneId(3));
    ticks(&mut stand.session, 3);
    let proposal = stand.proposal();
    assert_eq!(proposal.status, ProposalStatus::Rehearsing);
    let id = proposal.proposal.id;
    let approval = Intake::Decide { proposal: id, option: Some(1) };
    let refused = stand.submit(approval.clone()).unwrap_err();
    assert!(matches!(&refused, InputError::NotNow(_)), "{refused}");
    assert!(refused.to_string().contains("rehearsed"), "{refused}");
    assert!(!stand.records().iter().any(|record| matches!(record, Record::Input(_))));

    ticks(&mut stand.session, 12);
    assert_eq!(stand.proposal().status, ProposalStatus::Open);
    stand.submit(approval).unwrap();
    ticks(&mut stand.session, 1);
    assert_eq!(stand.proposal().status, ProposalStatus::Approved);

    let mut other = Stand::proposing_to_close(LaneId(3));
    ticks(&mut other.session, 3);
    other.submit(Intake::Decide { proposal: id, option: None }).unwrap();
    ticks(&mut other.session, 1);
    assert_eq!(other.proposal().status, ProposalStatus::Refused);
}

fn close(lane: LaneId) -> Intake {
    Intake::CloseLane { lane, reason: "water main".to_owned() }
}

#[test]
fn a_planned_closure_is_rehearsed_then_done_in_the_name_of_who_asked_and_measured() {
    let mut stand = Stand::new(Vec::new());
    ticks(&mut stand.session, 300);
    let lane = stand.busiest_lane();
    stand.submit(close(lane)).unwrap();
    ticks(&mut stand.session, 5);
    assert_eq!(stand.proposal().status, ProposalStatus::Rehearsing);
    assert_eq!(stand.session.view().closures, [], "nothing is done before it is rehearsed");

    ticks(&mut stand.session, 10);
    let view = stand.session.view();
    assert_eq!(stand.proposal().status, ProposalStatus::Approved);
    assert_eq!((view.closures[0].lane, view.closures[0].reason.as_str()), (lane, "water main"));
    assert!(view.events.iter().any(|event| event.event.kind == EventType::Closure));
    let decision = &view.decisions[0].decision;
    assert_eq!(decision.act.who, Actor::Person(PersonId("op-test".to_owned())));
    assert!(decision.predicted.iter().any(|p| p.measure == "time_spent_veh_h_change"));
    assert!(stand.submit(close(lane)).is_err(), "it is closed already");

    ticks(&mut stand.session, 600);
    let outcome = stand.session.view().decisions[0].outcome.clone().unwrap();
    let change = outcome.measured.iter().find(|one| one.measure == "time_spent_veh_h_change");
    assert!(change.is_some_and(|one| one.value != 0.0), "{outcome:?}");

    stand.submit(Intake::OpenLane { lane }).unwrap();
    ticks(&mut stand.session, 1);
    assert_eq!(stand.session.view().closures, [], "opening waits for nothing");
}

#[test]
fn a_law_a_person_chooses_is_rehearsed_and_a_newer_choice_takes_its_place() {
    let mut stand = Stand::new(Vec::new());
    ticks(&mut stand.session, 60);
    let junction = stand.signalized()[0];
    let law = |stand: &Stand| stand.session.view().signals[junction].clone().unwrap().law;
    stand.submit(Intake::ChooseLaw { junction, law: Law::Webster }).unwrap();
    ticks(&mut stand.session, 2);
    stand.submit(Intake::ChooseLaw { junction, law: Law::MaxPressure }).unwrap();
    ticks(&mut stand.session, 2);
    assert_eq!(law(&stand), Law::LocalPlan);
    ticks(&mut stand.session, 12);
    assert_eq!(law(&stand), Law::MaxPressure);
    let view = stand.session.view();
    let mut status: Vec<_> = view.proposals.iter().map(|one| one.status).collect();
    status.sort_by_key(|status| *status != ProposalStatus::Approved);
    assert_eq!(status, [ProposalStatus::Approved, ProposalStatus::Withdrawn]);
    assert!(!view.decisions[0].decision.predicted.is_empty());
}

#[test]
fn what_a_person_asked_for_is_not_done_when_it_is_refused_in_time() {
    let mut stand = Stand::new(Vec::new());
    stand.submit(close(LaneId(3))).unwrap();
    ticks(&mut stand.session, 2);
    let id = stand.proposal().proposal.id;
    stand.submit(Intake::Decide { proposal: id, option: None }).unwrap();
    ticks(&mut stand.session, 20);
    assert_eq!(stand.proposal().status, ProposalStatus::Refused);
    assert_eq!(stand.session.view().closures, []);
}

#[test]
fn a_proposal_is_answered_once_however_quickly_answers_follow() {
    let mut stand = Stand::proposing_to_close(LaneId(3));
    ticks(&mut stand.session, 15);
    let id = stand.proposal().proposal.id;
    // As while the clock stands still: no second passes between the answers.
    stand.submit(Intake::Decide { proposal: id, option: Some(1) }).unwrap();
    for option in [None, Some(1), Some(0)] {
        let again = stand.submit(Intake::Decide { proposal: id, option }).unwrap_err();
        assert!(again.to_string().contains("settled already"), "{again}");
    }
    ticks(&mut stand.session, 2);
    assert_eq!(stand.proposal().status, ProposalStatus::Approved);
    assert_eq!(stand.session.view().decisions.len(), 1);
}

#[test]
fn a_lane_is_not_asked_to_be_closed_twice_within_a_second() {
    let mut stand = Stand::new(Vec::new());
    stand.submit(close(LaneId(3))).unwrap();
    assert!(stand.submit(close(LaneId(3))).is_err());
}

/// Closures, proposals and acknowledgements as people see them are what the journal comes to.
fn agrees_with_its_journal(stand: &mut Stand) {
    stand.session.commit().expect("a journal in memory takes everything");
    let folded = fold(CityState::default(), stand.session.journal().read_from(1));
    let folded = folded.expect("what was written reads");
    assert_eq!(&folded, stand.session.state());
    let view = stand.session.view();
    let mut closed: Vec<_> =
        view.closures.iter().map(|one| (one.lane, one.reason.clone(), one.since)).collect();
    closed.sort();
    let closures = folded.controls.closures.iter();
    let in_fold: Vec<_> =
        closures.map(|(lane, it)| (*lane, it.reason.clone(), it.act.at)).collect();
    assert_eq!(closed, in_fold);
    for one in &view.proposals {
        let state = &folded.matters.proposals[&one.proposal.id];
        let decided = state.decision.map(|id| folded.matters.decisions[&id].decision.option);
        let status = match (decided, state.lapsed, state.withdrawn) {
            (Some(Some(1..)), ..) => ProposalStatus::Approved,
            (Some(_), ..) => ProposalStatus::Refused,
            (None, Some(Lapse::Expired), _) => ProposalStatus::Expired,
            (None, Some(_), _) | (None, None, true) => ProposalStatus::Withdrawn,
            (None, None, false) if state.rehearsals.is_empty() => ProposalStatus::Rehearsing,
            (None, None, false) => ProposalStatus::Open,
        };
        assert_eq!(one.status, status, "{:?}", one.proposal.id);
        let person = |act: &urbis_core::Act| match &act.who {
            Actor::Person(person) => (person.clone(), act.at),
            other => panic!("{other:?} acknowledged"),
        };
        assert_eq!(one.acknowledged, state.acknowledged.as_ref().map(person));
    }
}

#[test]
fn what_people_see_is_what_the_journal_comes_to() {
    let mut stand = Stand::proposing_to_close(LaneId(3));
    ticks(&mut stand.session, 2);
    agrees_with_its_journal(&mut stand);
    let first = stand.proposal().proposal.id;
    for who in ["op-first", "op-second"] {
        stand.submit_as(who, Intake::AcknowledgeProposal { proposal: first }).unwrap();
        ticks(&mut stand.session, 1);
    }
    agrees_with_its_journal(&mut stand);
    assert_eq!(stand.proposal().acknowledged.unwrap().0, PersonId("op-first".to_owned()));

    stand.submit(close(LaneId(5))).unwrap();
    stand.submit(close(LaneId(6))).unwrap();
    ticks(&mut stand.session, 2);
    let view = stand.session.view();
    let asked = view.proposals.iter().find(|one| {
        one.proposal.options[1].actions.contains(&Action::CloseLane { lane: LaneId(6) })
    });
    let refusal = Intake::Decide { proposal: asked.unwrap().proposal.id, option: None };
    stand.submit(refusal).unwrap();
    agrees_with_its_journal(&mut stand);
    ticks(&mut stand.session, 20);
    agrees_with_its_journal(&mut stand);
    let closed: Vec<_> = stand.session.view().closures.iter().map(|one| one.lane).collect();
    assert_eq!(closed, [LaneId(5)], "6 was refused");

    ticks(&mut stand.session, 110);
    agrees_with_its_journal(&mut stand);
    let expired = |record: &Record| matches!(record, Record::Lapsed { proposal, how: Lapse::Expired, .. } if *proposal == first);
    assert_eq!(stand.records().iter().filter(|record| expired(record)).count(), 1);

    stand.submit(close(LaneId(7))).unwrap();
    ticks(&mut stand.session, 1);
    stand.submit(close(LaneId(7))).unwrap();
    ticks(&mut stand.session, 1);
    stand.submit(Intake::Stop).unwrap();
    ticks(&mut stand.session, 20);
    agrees_with_its_journal(&mut stand);
    let how: Vec<Lapse> = stand
        .records()
        .into_iter()
        .filter_map(|record| match record {
            Record::Lapsed { how, .. } => Some(how),
            _ => None,
        })
        .collect();
    assert_eq!(how, [Lapse::Expired, Lapse::Replaced, Lapse::Stopped]);
}
