//! What of an earlier session goes on in a new one.
//!
//! The journal keeps what happened, not where every vehicle was. A new session therefore goes on
//! where the last one's clock stood, with closed lanes, chosen laws, taken junctions and the stop
//! button as people left them, with blocked lanes and the weather as they were, and with empty
//! streets that fill again; what was under way is named as dropped, one by one.

use urbis_core::{
    Act, Actor, Authority, EventType, Input, Intake, JunctionId, Message, Place, RoadId,
};
use urbis_network::geometry::distance;
use urbis_network::{Junction, Label, Network};
use urbis_store::CityState;
use urbis_units::{CityTime, Mode};

use crate::say::Lang;

/// What was set in the city of `state`, to be submitted to a new session at `now`: what people set
/// under their names, what happened outside under none.
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
    let taken = controls.junctions.iter().flat_map(|(&junction, control)| {
        let of = |what| control.taken.as_ref().map(|act| (what, act));
        let stage = control.requested;
        let stage = stage.and_then(|stage| of(Intake::RequestStage { junction, stage }));
        of(Intake::TakeControl { junction }).into_iter().chain(stage)
    });
    let stop = controls.stopped.iter().map(|act| (Intake::Stop, act));
    let by_people = lanes
        .chain(laws)
        .chain(taken)
        .chain(stop)
        .filter(|(_, act)| matches!(act.who, Actor::Person(_)))
        .map(|(what, act)| Input { act: Act { at: now, mode, ..act.clone() }, what });
    let act = Act {
        who: Actor::System,
        authority: Authority::Act,
        why: Message::new("server-restored"),
        mode,
        at: now,
    };
    outside(state, now)
        .into_iter()
        .map(|what| Input { act: act.clone(), what })
        .chain(by_people)
        .collect()
}

/// What stands in the streets and in the weather, whoever put it there.
fn outside(state: &CityState, now: CityTime) -> Vec<Intake> {
    let manual = state.controls.junctions.iter().filter(|(_, control)| control.manual);
    let manual = manual.map(|(junction, _)| Intake::LocalManual { junction: *junction, on: true });
    let blocked = state.outside.blockages.iter().filter_map(|(lane, blockage)| {
        let lasts_s = match blockage.until {
            Some(until) if until <= now => return None,
            Some(until) => Some(((until - now).millis() / 1000) as u32),
            None => None,
        };
        Some(Intake::Blockage { lane: *lane, position_m: blockage.position_m, lasts_s })
    });
    let weather = state
        .outside
        .weather
        .map(|(speed_ratio, headway_ratio)| Intake::Weather { speed_ratio, headway_ratio });
    manual.chain(blocked).chain(weather).collect()
}

/// What goes on and what was dropped, for people.
pub(crate) fn tell(state: &CityState, network: &Network, lang: Lang) -> Vec<String> {
    let records = state.sequence;
    let goes_on = listed(&goes_on(state, network, lang), lang);
    let dropped = listed(&dropped(state, network, lang), lang);
    vec![
        lang.pick(
            format!("继续已有日志（{records} 条记录）：城市时钟接着走，按配置的速度；照旧：{goes_on}"),
            format!("Goes on with the journal of {records} records: the city clock continues, at the configured speed; as it was: {goes_on}"),
        ),
        lang.pick(format!("未保留：{dropped}"), format!("Dropped: {dropped}")),
    ]
}

fn listed(parts: &[String], lang: Lang) -> String {
    if parts.is_empty() {
        return lang.pick("无", "nothing").to_owned();
    }
    parts.join(lang.pick("；", "; "))
}

fn goes_on(state: &CityState, network: &Network, lang: Lang) -> Vec<String> {
    let junction = |id: JunctionId| {
        network
            .junctions
            .get(id)
            .map_or_else(|| id.0.to_string(), |one| name(&one.label, &one.name, lang))
    };
    let said = |input: Input| {
        Some(match input.what {
            Intake::CloseLane { lane, .. } => {
                let road = network.lanes.get(lane).map(|lane| lane.road);
                let road =
                    road.map_or_else(|| lane.0.to_string(), |road| road_name(network, road, lang));
                lang.pick(format!("{road}关闭的车道"), format!("closed lane on {road}"))
            }
            Intake::ChooseLaw { junction: at, .. } => {
                let at = junction(at);
                lang.pick(format!("{at}选定的控制方法"), format!("chosen law at {at}"))
            }
            Intake::TakeControl { junction: at } => {
                let at = junction(at);
                lang.pick(format!("{at}由人控制"), format!("{at} under a person's control"))
            }
            Intake::LocalManual { junction: at, .. } => {
                let at = junction(at);
                lang.pick(format!("{at}就地手动"), format!("{at} in local manual"))
            }
            Intake::Blockage { lane, .. } => {
                lang.pick(format!("车道 {} 受阻", lane.0), format!("lane {} blocked", lane.0))
            }
            Intake::Weather { .. } => lang.pick("天气", "the weather").to_owned(),
            Intake::Stop => lang.pick("停止按钮仍按下", "the stop button is pressed").to_owned(),
            _ => return None,
        })
    };
    again(state, state.at, Mode::Simulated).into_iter().filter_map(said).collect()
}

fn dropped(state: &CityState, network: &Network, lang: Lang) -> Vec<String> {
    let vehicles = "the vehicles that were under way (streets start empty)";
    let mut dropped = vec![lang.pick("路上的车辆（街道从空开始）", vehicles).to_owned()];
    let open = |it: &&urbis_store::EventState| it.event.until.is_none();
    for it in state.matters.events.values().filter(open) {
        let id = it.event.id.0;
        match (it.event.kind == EventType::EmergencyCall, state.matters.calls.get(&it.event.id)) {
            (true, Some(call)) => {
                let place = near(network, &call.place, lang);
                dropped.push(lang.pick(
                    format!("{place}附近的急救呼叫 {id}（请重新派车）"),
                    format!("emergency call {id} near {place} (send an ambulance again)"),
                ));
            }
            _ if it.acknowledged.is_some() => dropped.push(lang.pick(
                format!("事件 {id} 的确认（仍存在时会重新发现）"),
                format!("the acknowledgement of event {id} (noticed again if it still stands)"),
            )),
            _ => {}
        }
    }
    for it in state.matters.proposals.values().filter(|it| it.is_open(state.at)) {
        let (id, scene) = (it.proposal.id.0, &it.proposal.scene);
        dropped.push(
            lang.pick(format!("未决建议 {id}（{scene}）"), format!("open proposal {id} ({scene})")),
        );
    }
    dropped
}

/// The junction nearest to a place of which no more than its square is told.
fn near(network: &Network, place: &Place, lang: Lang) -> String {
    let Place::Point(point) = place else {
        return lang.pick("某处", "a place that is not told").to_owned();
    };
    let away = |one: &Junction| distance(one.center, *point).get();
    let nearest = network.junctions.iter().min_by(|a, b| away(a).total_cmp(&away(b)));
    nearest.map_or_else(String::new, |one| name(&one.label, &one.name, lang))
}

fn road_name(network: &Network, road: RoadId, lang: Lang) -> String {
    network
        .roads
        .get(road)
        .map_or_else(|| road.0.to_string(), |one| name(&one.label, &one.name, lang))
}

fn name(label: &Label, name: &str, lang: Lang) -> String {
    let own = lang.pick(&label.zh, &label.en);
    if own.is_empty() { name.to_owned() } else { own.clone() }
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
        let told = tell(&state, &Network::default(), Lang::En);
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
        let what: Vec<Intake> =
            again(&state, at(30), Mode::Simulated).into_iter().map(|input| input.what).collect();
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
        let told = |state: &CityState| tell(state, &Network::default(), Lang::En)[1].clone();
        assert!(told(&state).contains("open proposal 1"), "{}", told(&state));
        state.apply(3, at, &lapsed);
        assert_eq!(again(&state, at, Mode::Simulated), []);
        assert!(!told(&state).contains("proposal"), "{}", told(&state));
    }
}
