//! What of an earlier session goes on in a new one.
//!
//! The journal keeps what happened, not where every vehicle was. A new session therefore goes on
//! where the last one's clock stood, with closed lanes, chosen laws and the stop button as people
//! left them, and with empty streets that fill again; what was under way is named as dropped.

use urbis_core::{Act, Actor, EventType, Input, Intake};
use urbis_store::CityState;
use urbis_units::{CityTime, Mode};

use crate::say::Lang;

/// What people had set in the city of `state`, to be submitted to a new session at `now`, each under
/// the name of whoever set it.
pub(crate) fn again(state: &CityState, now: CityTime, mode: Mode) -> Vec<Input> {
    let controls = &state.controls;
    // What was asked for and not decided yet is asked for again.
    let asked = controls.asked.iter().filter(|(lane, _)| !controls.closures.contains_key(lane));
    let lanes = controls.closures.iter().chain(asked).map(|(lane, closed)| {
        let what = Intake::CloseLane { lane: *lane, reason: closed.reason.clone() };
        (what, &closed.act)
    });
    let laws = controls.junctions.iter().filter_map(|(junction, control)| {
        let (law, act) = control.asked.as_ref().or(control.law.as_ref())?;
        Some((Intake::ChooseLaw { junction: *junction, law: *law }, act))
    });
    let stop = controls.stopped.iter().map(|act| (Intake::Stop, act));
    lanes
        .chain(laws)
        .chain(stop)
        .filter(|(_, act)| matches!(act.who, Actor::Person(_)))
        .map(|(what, act)| Input { act: Act { at: now, mode, ..act.clone() }, what })
        .collect()
}

/// What goes on and what was dropped, for people.
pub(crate) fn tell(state: &CityState, lang: Lang) -> Vec<String> {
    let set = again(state, state.at, Mode::Simulated);
    let count = |of: fn(&Intake) -> bool| set.iter().filter(|input| of(&input.what)).count();
    let lanes = count(|what| matches!(what, Intake::CloseLane { .. }));
    let laws = count(|what| matches!(what, Intake::ChooseLaw { .. }));
    let stopped = match state.controls.stopped {
        Some(_) => lang.pick("停止按钮仍按下", "the stop button is still in"),
        None => lang.pick("停止按钮未按下", "the stop button is out"),
    };
    let records = state.sequence;
    let calls = state
        .matters
        .events
        .values()
        .filter(|it| it.event.kind == EventType::EmergencyCall && it.event.until.is_none())
        .count();
    let proposals = state.matters.proposals.values().filter(|it| it.is_open(state.at)).count();
    vec![
        lang.pick(
            format!("继续已有日志（{records} 条记录）：城市时钟接着走；{lanes} 条关闭的车道和 {laws} 处选定的控制方法照旧；{stopped}"),
            format!("Goes on with the journal of {records} records: the city clock continues; {lanes} closed lanes and {laws} chosen laws stay; {stopped}"),
        ),
        lang.pick(
            format!("未保留：路上的车辆（街道从空开始）、{calls} 个进行中的急救呼叫、{proposals} 个未决建议"),
            format!("Dropped: the vehicles that were under way (streets start empty), {calls} emergency calls under way, {proposals} open proposals"),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use urbis_core::{
        Action, Authority, ChoiceOption, JunctionId, LaneId, Lapse, Law, Message, OPERATOR,
        PersonId, Place, Proposal, ProposalId, Record,
    };
    use urbis_store::{Journal, fold};

    use super::*;

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
        let again = again(&state, now, Mode::Simulated);
        assert!(again.iter().all(|input| input.act.at == now));
        let what: Vec<Intake> = again.into_iter().map(|input| input.what).collect();
        let law = Intake::ChooseLaw { junction, law: Law::MaxPressure };
        assert_eq!(what, [close(lane), law, Intake::Stop]);
        assert!(tell(&state, Lang::En)[0].contains("1 closed lanes and 1 chosen laws"));
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
        assert_eq!(again(&state, at, Mode::Simulated).len(), 1, "it is still asked for");
        assert!(tell(&state, Lang::En)[1].contains("1 open proposals"));
        state.apply(3, at, &lapsed);
        assert_eq!(again(&state, at, Mode::Simulated), []);
        assert!(tell(&state, Lang::En)[1].contains("0 open proposals"));
    }
}
