//! What of an earlier session goes on in a new one.
//!
//! The journal keeps what happened, not where every vehicle was. A new session therefore goes on
//! where the last one's clock stood, with closed lanes, chosen laws, taken junctions and the stop
//! button as people left them, with blocked lanes and the weather as they were, and with empty
//! streets that fill again; what was under way is named as dropped, one by one.

use urbis_core::{
    Act, Actor, Authority, CaseStep, EventId, EventType, Input, Intake, JunctionId, Keyring,
    Message, Place, Record, RoadId,
};
use urbis_network::geometry::distance;
use urbis_network::{Junction, Label, Network};
use urbis_store::{CityState, opened_record};
use urbis_units::{CityTime, Mode};

use crate::say::Lang;

/// What was set in the city of `state`, to be submitted to a new session at `now`: what people set
/// under their names, what happened outside under none.
pub(crate) fn again(
    state: &CityState,
    (now, mode): (CityTime, Mode),
    keyring: &dyn Keyring,
) -> Vec<Input> {
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
    let calls = called(state, keyring);
    let by_people = lanes
        .chain(calls)
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

/// Calls whose patients no ambulance had reached: one is sent again. Where they are is sealed.
fn called<'a>(state: &'a CityState, keyring: &dyn Keyring) -> Vec<(Intake, &'a Act)> {
    let reached = |event: EventId| {
        let mut cases = state.matters.cases.values().filter(|case| case.event == Some(event));
        cases.any(|case| case.steps.last().is_some_and(|last| last.step >= CaseStep::Handle))
    };
    let open = |event: EventId| {
        state.matters.events.get(&event).is_some_and(|one| one.event.until.is_none())
    };
    let waiting =
        state.matters.calls.iter().filter(|(event, _)| open(**event) && !reached(**event));
    let call = |(_, call): (&EventId, &'a urbis_store::Call)| match opened_record(
        keyring,
        call.exact.as_ref()?,
    ) {
        Ok(Record::Input(Input { what: what @ Intake::Call { .. }, .. })) => {
            Some((what, &call.act))
        }
        _ => None,
    };
    waiting.filter_map(call).collect()
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
pub(crate) fn tell(
    state: &CityState,
    network: &Network,
    keyring: &dyn Keyring,
    lang: Lang,
) -> Vec<String> {
    let records = state.sequence;
    let again = again(state, (state.at, Mode::Simulated), keyring);
    let goes_on = listed(&goes_on(&again, network, lang), lang);
    let sent = again.iter().filter_map(|input| match input.what {
        Intake::Call { event, .. } => Some(event),
        _ => None,
    });
    let dropped = listed(&dropped(state, &sent.collect::<Vec<_>>(), network, lang), lang);
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

fn goes_on(again: &[Input], network: &Network, lang: Lang) -> Vec<String> {
    let junction = |id: JunctionId| {
        network
            .junctions
            .get(id)
            .map_or_else(|| id.0.to_string(), |one| name(&one.label, &one.name, lang))
    };
    let said = |input: &Input| {
        Some(match &input.what {
            Intake::CloseLane { lane, .. } => {
                let road = network.lanes.get(*lane).map(|lane| lane.road);
                let road =
                    road.map_or_else(|| lane.0.to_string(), |road| road_name(network, road, lang));
                lang.pick(format!("{road}关闭的车道"), format!("closed lane on {road}"))
            }
            Intake::ChooseLaw { junction: at, .. } => {
                let at = junction(*at);
                lang.pick(format!("{at}选定的控制方法"), format!("chosen law at {at}"))
            }
            Intake::TakeControl { junction: at } => {
                let at = junction(*at);
                lang.pick(format!("{at}由人控制"), format!("{at} under a person's control"))
            }
            Intake::LocalManual { junction: at, .. } => {
                let at = junction(*at);
                lang.pick(format!("{at}就地手动"), format!("{at} in local manual"))
            }
            Intake::Blockage { lane, .. } => {
                lang.pick(format!("车道 {} 受阻", lane.0), format!("lane {} blocked", lane.0))
            }
            Intake::Call { event, .. } => lang.pick(
                format!("急救呼叫 {}（再次派车）", event.0),
                format!("emergency call {} (an ambulance is sent again)", event.0),
            ),
            Intake::Weather { .. } => lang.pick("天气", "the weather").to_owned(),
            Intake::Stop => lang.pick("停止按钮仍按下", "the stop button is pressed").to_owned(),
            _ => return None,
        })
    };
    again.iter().filter_map(said).collect()
}

fn dropped(state: &CityState, sent: &[EventId], network: &Network, lang: Lang) -> Vec<String> {
    let vehicles = "the vehicles that were under way (streets start empty)";
    let mut dropped = vec![lang.pick("路上的车辆（街道从空开始）", vehicles).to_owned()];
    let open =
        |it: &&urbis_store::EventState| it.event.until.is_none() && !sent.contains(&it.event.id);
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
mod tests;
