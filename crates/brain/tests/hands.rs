//! Junctions under the hands of people.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(dead_code, reason = "the stand serves other tests too")]

mod stand;

use stand::{Stand, ticks};
use urbis_brain::InputError;
use urbis_core::{
    CommandResult, Intake, JunctionId, Order, PersonId, Record, SignalStatus, StageIdx,
};

fn status(stand: &Stand, junction: JunctionId) -> SignalStatus {
    stand.session.view().signals[junction].clone().unwrap()
}

#[test]
fn a_stage_a_person_asks_for_stays_until_they_give_the_junction_back() {
    let mut stand = Stand::new(Vec::new());
    ticks(&mut stand.session, 30);
    let junction = stand.signalized()[0];
    let stage = StageIdx(1);
    let asked = Intake::RequestStage { junction, stage };
    let refused = stand.submit(asked.clone()).unwrap_err();
    assert!(refused.to_string().contains("take it first"), "{refused}");

    stand.submit(Intake::TakeControl { junction }).unwrap();
    ticks(&mut stand.session, 1);
    stand.submit(asked).unwrap();
    ticks(&mut stand.session, 40);
    for _ in 0..60 {
        ticks(&mut stand.session, 1);
        assert_eq!(status(&stand, junction).stage, Some(stage), "longer than any watchdog");
    }
    stand.submit(Intake::ReleaseControl { junction }).unwrap();
    ticks(&mut stand.session, 1);
    let said = |record: &Record| {
        matches!(record, Record::Command { command, result: CommandResult::Sent }
            if command.junction == junction && command.order == Order::ShowStage(stage))
    };
    let before = stand.records().iter().filter(|record| said(record)).count();
    assert!((8..=12).contains(&before), "once every ten seconds: {before}");
    ticks(&mut stand.session, 60);
    assert_eq!(stand.records().iter().filter(|record| said(record)).count(), before);
    assert_eq!(status(&stand, junction).taken_by, None);
}

#[test]
fn a_stage_that_cannot_come_yet_comes_as_soon_as_it_may() {
    let mut stand = Stand::new(Vec::new());
    ticks(&mut stand.session, 30);
    let junction = stand.signalized()[0];
    stand.submit(Intake::TakeControl { junction }).unwrap();
    ticks(&mut stand.session, 1);
    stand.submit(Intake::RequestStage { junction, stage: StageIdx(0) }).unwrap();
    ticks(&mut stand.session, 60);
    // The other stage has hardly begun when the first one is asked for again.
    stand.submit(Intake::RequestStage { junction, stage: StageIdx(1) }).unwrap();
    while status(&stand, junction).stage != Some(StageIdx(1)) {
        ticks(&mut stand.session, 1);
    }
    let refused = |record: &Record| {
        matches!(record, Record::Command { command, result: CommandResult::Refused { .. } }
            if command.junction == junction)
    };
    let refusals = |stand: &mut Stand| stand.records().iter().filter(|one| refused(one)).count();
    let before = refusals(&mut stand);
    stand.submit(Intake::RequestStage { junction, stage: StageIdx(0) }).unwrap();
    ticks(&mut stand.session, 1);
    assert_eq!(refusals(&mut stand), before + 1, "minimum green stands against it");
    ticks(&mut stand.session, 60);
    assert_eq!(status(&stand, junction).stage, Some(StageIdx(0)), "it was not forgotten");
    assert_eq!(refusals(&mut stand), before + 1, "waiting leaves no records");
}

#[test]
fn operators_and_dispatchers_command_and_release_and_nobody_else_does() {
    for (role, may) in [("operator", true), ("dispatcher", true), ("viewer", false)] {
        let mut stand = Stand::new(Vec::new());
        let junction = stand.signalized()[0];
        let take = stand.submit_in(role, Intake::TakeControl { junction });
        assert_eq!(take.is_ok(), may, "{role} takes a junction");
        stand.submit_in(role, Intake::Stop).unwrap();
        ticks(&mut stand.session, 1);
        assert!(stand.session.view().stopped.is_some(), "everyone may stop");
        let release = stand.submit_in(role, Intake::ReleaseStop);
        assert_eq!(release.is_ok(), may, "{role} releases the stop");
        ticks(&mut stand.session, 1);
        assert_eq!(stand.session.view().stopped.is_none(), may, "what was accepted is done");
    }
}

#[test]
fn a_stage_may_be_asked_for_in_the_second_control_is_taken() {
    let mut stand = Stand::new(Vec::new());
    let junction = stand.signalized()[0];
    let ask = Intake::RequestStage { junction, stage: StageIdx(1) };
    assert!(stand.submit(ask.clone()).is_err(), "nobody has control yet");
    stand.submit(Intake::TakeControl { junction }).unwrap();
    stand.submit(ask.clone()).unwrap();
    assert!(stand.submit_as("somebody", ask.clone()).is_err(), "another has it");
    stand.submit(Intake::ReleaseControl { junction }).unwrap();
    assert!(stand.submit(ask).is_err(), "it is given back");
}

#[test]
fn an_area_is_taken_as_a_whole_or_not_at_all() {
    let mut stand = Stand::new(Vec::new());
    let all = stand.signalized();
    let (one, area) = (all[1], all[..3].to_vec());
    stand.submit_as("somebody", Intake::TakeControl { junction: one }).unwrap();
    ticks(&mut stand.session, 1);
    let take = Intake::TakeArea { junctions: area.clone() };
    let refused = stand.submit(take.clone()).unwrap_err();
    assert!(matches!(&refused, InputError::NotNow(_)), "{refused}");
    ticks(&mut stand.session, 1);
    let holder = |stand: &Stand| -> Vec<Option<PersonId>> {
        area.iter().map(|junction| status(stand, *junction).taken_by).collect()
    };
    assert_eq!(holder(&stand), [None, Some(PersonId("somebody".to_owned())), None]);

    stand.submit_as("somebody", Intake::ReleaseControl { junction: one }).unwrap();
    ticks(&mut stand.session, 1);
    stand.submit(take).unwrap();
    ticks(&mut stand.session, 1);
    assert!(holder(&stand).iter().all(|who| *who == Some(PersonId("op-test".to_owned()))));
    stand.submit(Intake::ReleaseArea { junctions: area.clone() }).unwrap();
    ticks(&mut stand.session, 1);
    assert_eq!(holder(&stand), [None, None, None]);

    let nowhere = Intake::TakeArea { junctions: vec![area[0], JunctionId(9999)] };
    assert!(matches!(stand.submit(nowhere), Err(InputError::Unknown(_))));
    assert!(stand.submit(Intake::TakeArea { junctions: Vec::new() }).is_err());
}
