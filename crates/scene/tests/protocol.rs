//! The messages of `docs/scene-protocol.md` are the words of the contract, as they serialize.
//!
//! `UPDATE_GOLDEN=1` writes the messages into the page. What is there changes only with the number
//! of the protocol; new fields may be added.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]

use serde_json::{Value, json};
use urbis_core::{
    Actor, Authority, DecisionId, EntityId, Estimate, Event, EventId, EventType, Evidence,
    Forecast, IdVec, JunctionId, LaneEstimate, LaneId, Law, Message, Mission, ObservationBatch,
    Order, Place, Property, Proposal, ProposalId, Quality, RoadId, Row, Sensitivity, Severity,
    SignalStatus, SourceId, StageIdx,
};
use urbis_scene::{Description, Effect, Input, Manifest, Sight};
use urbis_units::{CityTime, Meters, Mode, Ratio};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scene-protocol.md");

static MANIFEST: Manifest = Manifest {
    id: "parking",
    version: "0.1.0",
    reads: &[Property::CountVeh],
    raises: &[EventType::Queue],
    commands_signals: false,
    holds_junctions: false,
    authority: Authority::ActWithApproval,
    indicators: &[Description {
        name: "free_spaces_veh",
        unit_code: "C62",
        label: "parking-free-spaces",
    }],
};

fn at(second: i64) -> CityTime {
    CityTime::from_millis(1_788_735_600_000 + second * 1000)
}

fn value(word: &impl serde::Serialize) -> Value {
    serde_json::to_value(word).unwrap()
}

fn manifest(manifest: &Manifest) -> Value {
    let Manifest {
        id,
        version,
        reads,
        raises,
        commands_signals,
        holds_junctions,
        authority,
        indicators,
    } = manifest;
    let indicator = |one: &Description| {
        let Description { name, unit_code, label } = one;
        json!({"name": name, "unit_code": unit_code, "label": label})
    };
    json!({"manifest": {
        "protocol": 1, "id": id, "version": version, "reads": value(reads),
        "raises": value(raises), "commands_signals": commands_signals, "holds_junctions": holds_junctions,
        "authority": value(authority),
        "indicators": indicators.iter().map(indicator).collect::<Vec<_>>(),
    }})
}

/// A message to the scene. Every word of [`Sight`] and [`Input`] is named, so that a new one cannot
/// be forgotten here and on the page.
fn message(sight: &Sight<'_>, input: &Input<'_>) -> Value {
    let Sight { now, mode, estimate, forecast, signals, missions, stopped } = sight;
    let mut seen = json!({"now": value(now), "mode": value(mode), "stopped": stopped});
    let input = match input {
        Input::Tick => {
            seen["estimate"] = value(estimate);
            seen["forecast"] = value(forecast);
            seen["signals"] = value(signals);
            seen["missions"] = value(missions);
            json!("tick")
        }
        Input::Observed(batch) => json!({"observed": value(batch)}),
        Input::Woken => json!("woken"),
        Input::Happened(event) => json!({"happened": value(event)}),
        Input::Decided(proposal, decision) => {
            json!({"decided": [value(proposal), value(decision)]})
        }
        Input::Measured(outcome) => json!({"measured": value(outcome)}),
        Input::Worked(_) => panic!("a scene in its own process works in its own time"),
    };
    json!({"sight": seen, "input": input, "random": "9e3779b97f4a7c15"})
}

fn effect(effect: &Effect) -> Value {
    match effect {
        Effect::Raise(event) => json!({"raise": value(event)}),
        Effect::Propose(proposal) => json!({"propose": value(proposal)}),
        Effect::Withdraw(proposal) => json!({"withdraw": value(proposal)}),
        Effect::Order { junction, order, decision, why } => json!({"order": {
            "junction": value(junction), "order": value(order),
            "decision": value(decision), "why": value(why),
        }}),
        Effect::WakeAt(at) => json!({"wake_at": value(at)}),
        Effect::Work { .. } => panic!("a scene in its own process works in its own time"),
        Effect::Diagnose(text) => json!({"diagnose": value(text)}),
    }
}

fn event() -> Event {
    let place = Place::Lane { lane: LaneId(4), position: Meters::new(80.0) };
    Event {
        id: EventId(7),
        kind: EventType::Queue,
        place,
        since: at(-60),
        noticed: at(0),
        until: None,
        severity: Severity::Moderate,
        confidence: Ratio::new(0.75),
        text: Message::new("incidents-queue").place("road", Place::Road(RoadId(2))),
        evidence: vec![Evidence {
            text: Message::new("incidents-evidence").number("occupancy_ratio", 0.5),
            value: 0.5,
        }],
        source: Actor::Scene("incidents".to_owned()),
    }
}

fn batch() -> ObservationBatch {
    let row = Row {
        entity: EntityId(12),
        property: Property::CountVeh,
        event_time: at(-1),
        arrival_time: at(0),
        value: 3.0,
        quality: Quality::Good,
        source: SourceId(0),
        sensitivity: Sensitivity::Open,
    };
    [row].into_iter().collect()
}

fn estimate() -> Estimate {
    let lane = LaneEstimate {
        count_veh: 4.0,
        queue_veh: 2.5,
        queue_sd_veh: 0.5,
        speed_mps: 3.0,
        speed_sd_mps: 1.0,
    };
    Estimate {
        at: at(0),
        lanes: IdVec::from(vec![lane]),
        movement_flow_vph: IdVec::from(vec![120.0]),
        movement_flow_sd_vph: IdVec::from(vec![30.0]),
    }
}

fn effects() -> Vec<Effect> {
    let proposal = Proposal {
        id: ProposalId(0),
        scene: "parking".to_owned(),
        at: at(0),
        expires: at(600),
        event: Some(EventId(7)),
        place: Place::Road(RoadId(2)),
        text: Message::new("parking-guide"),
        options: Vec::new(),
        preferred: 0,
        needs_approval: true,
        horizon_s: 900,
    };
    vec![
        Effect::Raise(Event { id: EventId(0), ..event() }),
        Effect::Propose(proposal),
        Effect::Withdraw(ProposalId(3)),
        Effect::Order {
            junction: JunctionId(1),
            order: Order::ShowStage(StageIdx(2)),
            decision: Some(DecisionId(5)),
            why: Message::new("parking-clear").number("queue_veh", 12.0),
        },
        Effect::WakeAt(at(30)),
        Effect::Diagnose(Message::new("parking-no-detector").text("detector", "D12")),
    ]
}

/// Every message of the page by its name.
fn messages() -> Vec<(&'static str, Value)> {
    let estimate = estimate();
    let forecast =
        Forecast { at: at(0), interval_s: 300, entries: vec![vec![(RoadId(0), 360.0, 60.0)]] };
    let status = SignalStatus {
        stage: Some(StageIdx(0)),
        since: at(-20),
        law: Law::LocalPlan,
        plan: 0,
        taken_by: None,
        manual: false,
    };
    let signals = IdVec::from(vec![None, Some(status)]);
    let missions: Vec<Mission> = Vec::new();
    let sight = Sight {
        now: at(0),
        mode: Mode::Simulated,
        estimate: &estimate,
        forecast: &forecast,
        signals: &signals,
        missions: &missions,
        stopped: false,
    };
    let pack = "5f1c0e7ab6d24b1f9a40c3d8e7f60512".repeat(2);
    let hello = json!({"hello": {
        "protocol": 1, "city": "Yunchuan", "pack": pack, "mode": value(&Mode::Simulated), "seed": 7,
    }});
    vec![
        ("hello", hello),
        ("manifest", manifest(&MANIFEST)),
        ("tick", message(&sight, &Input::Tick)),
        ("observed", message(&sight, &Input::Observed(&batch()))),
        ("happened", message(&sight, &Input::Happened(&event()))),
        ("effects", json!({"effects": effects().iter().map(effect).collect::<Vec<_>>()})),
    ]
}

/// Where the message of a name stands on the page.
fn block(page: &str, name: &str) -> std::ops::Range<usize> {
    let opening = format!("```json {name}\n");
    let from =
        page.find(&opening).unwrap_or_else(|| panic!("the page has no {name}")) + opening.len();
    from..from + page[from..].find("\n```").unwrap()
}

#[test]
fn the_page_shows_the_words_as_they_serialize() {
    let mut page = std::fs::read_to_string(PAGE).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        for (name, message) in messages() {
            page.replace_range(block(&page, name), &message.to_string());
        }
        std::fs::write(PAGE, &page).unwrap();
    }
    for (name, message) in messages() {
        let text = &page[block(&page, name)];
        assert!(!text.contains('\n'), "{name}: a message is one line");
        let shown: Value = serde_json::from_str(text).unwrap();
        assert_eq!(shown, message, "{name}");
    }
}

#[test]
fn words_are_read_back_from_the_page() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let read = |name: &str| -> Value { serde_json::from_str(&page[block(&page, name)]).unwrap() };
    let happened: Event =
        serde_json::from_value(read("happened")["input"]["happened"].clone()).unwrap();
    assert_eq!(happened, event());
    let observed: ObservationBatch =
        serde_json::from_value(read("observed")["input"]["observed"].clone()).unwrap();
    assert!(observed.is_well_formed());
    assert_eq!(observed, batch());
    let seen: Estimate = serde_json::from_value(read("tick")["sight"]["estimate"].clone()).unwrap();
    assert_eq!(seen, estimate());
    let order: Order =
        serde_json::from_value(read("effects")["effects"][3]["order"]["order"].clone()).unwrap();
    assert_eq!(order, Order::ShowStage(StageIdx(2)));
}

#[test]
fn a_frame_is_its_length_and_one_line() {
    let line = b"{}\n";
    let frame = [&(line.len() as u32).to_be_bytes()[..], line].concat();
    let shown: Vec<String> = frame.iter().map(|byte| format!("{byte:02x}")).collect();
    let page = std::fs::read_to_string(PAGE).unwrap();
    assert!(page.contains(&format!("`{}`", shown.join(" "))), "{}", shown.join(" "));
}
