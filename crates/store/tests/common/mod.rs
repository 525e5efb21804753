//! One sample of every word a journal carries, made without chance.
#![allow(dead_code, reason = "every test takes the samples it needs")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod intake;

use std::path::PathBuf;

use urbis_core::{
    Act, Action, Actor, Authority, Begun, Case, CaseId, CaseStep, ChoiceOption, ChoiceRehearsal,
    Command, CommandId, CommandResult, Decision, DecisionId, Entity, EntityId, Event, EventId,
    EventType, Evidence, Indicators, JunctionId, Keyring, LaneId, Lapse, Law, Measured, Message,
    ObservationBatch, Opened, Order, Outcome, PersonId, Place, Plan, Prediction, Property,
    Proposal, ProposalId, Quality, Record, Rehearsal, RehearsalId, RoadId, Row, Sealed,
    Sensitivity, Severity, SourceId, Split, StageIdx, StepRecord, SubjectId,
};
use urbis_store::MemoryKeyring;
use urbis_units::{CityTime, Meters, Mode, Ratio, Seconds};

pub(crate) use intake::intakes;

/// Folder of the golden files.
pub(crate) fn fixtures() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures"))
}

/// Whether golden files are to be written anew.
pub(crate) fn renew() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

pub(crate) fn at(second: i64) -> CityTime {
    CityTime::from_millis(1_735_689_600_000 + second * 1000)
}

pub(crate) fn act(who: &str, second: i64) -> Act {
    Act {
        who: Actor::Person(PersonId(who.to_owned())),
        authority: Authority::Role("operator".to_owned()),
        why: Message::new("sample-why").text("reason", "道路施工"),
        mode: Mode::Simulated,
        at: at(second),
    }
}

fn scene_act(second: i64) -> Act {
    Act {
        who: Actor::Scene("corridor".to_owned()),
        authority: Authority::ActWithApproval,
        why: Message::new("sample-why"),
        mode: Mode::Live,
        at: at(second),
    }
}

pub(crate) fn sealed(subject: &str, text: &str) -> Sealed {
    MemoryKeyring::seeded(1)
        .seal(&SubjectId(subject.to_owned()), &Opened::new(text))
        .expect("nobody was erased")
}

pub(crate) fn row(entity: u32, property: Property, second: i64, value: f64) -> Row {
    Row {
        entity: EntityId(entity),
        property,
        event_time: at(second),
        arrival_time: at(second + 1),
        value,
        quality: Quality::Good,
        source: SourceId(0),
        sensitivity: Sensitivity::Internal,
    }
}

pub(crate) fn batch() -> ObservationBatch {
    let suspect = Row {
        quality: Quality::Suspect,
        sensitivity: Sensitivity::Personal,
        ..row(1, Property::ProbeSpeedMps, 61, 13.25)
    };
    [row(0, Property::CountVeh, 60, 7.0), row(0, Property::OccupancyRatio, 60, 0.125), suspect]
        .into_iter()
        .collect()
}

pub(crate) fn event(id: u32) -> Event {
    Event {
        id: EventId(id),
        kind: EventType::BlockedLane,
        place: Place::Lane { lane: LaneId(12), position: Meters::new(87.5) },
        since: at(50),
        noticed: at(65),
        until: None,
        severity: Severity::Severe,
        confidence: Ratio::new(0.9),
        text: Message::new("incidents-blocked-lane").place("where", Place::Road(RoadId(4))),
        evidence: vec![Evidence { text: Message::new("incidents-occupancy"), value: 0.95 }],
        source: Actor::Scene("incidents".to_owned()),
    }
}

fn case() -> Case {
    Case {
        id: CaseId(1),
        event: Some(EventId(1)),
        place: Place::Junction(JunctionId(3)),
        owner: Actor::System,
        deadline: at(3600),
        duplicates: vec![CaseId(2)],
        steps: vec![StepRecord { step: CaseStep::Dispatch, act: act("ada", 70) }],
    }
}

pub(crate) fn plan() -> Plan {
    Plan {
        name: "am-peak".to_owned(),
        offset: Seconds::new(17.0),
        splits: vec![
            Split { stage: StageIdx(0), green: Seconds::new(30.0) },
            Split { stage: StageIdx(1), green: Seconds::new(25.5) },
        ],
        interstage: Seconds::new(5.0),
    }
}

pub(crate) fn proposal(id: u32) -> Proposal {
    let actions = vec![
        Action::UseLaw { junctions: vec![JunctionId(3), JunctionId(4)], law: Law::MaxPressure },
        Action::UsePlan { junction: JunctionId(5), plan: plan() },
        Action::Corridor { call: EventId(2), route: vec![RoadId(1), RoadId(2)], lead_s: 12.5 },
        Action::CloseLane { lane: LaneId(12) },
        Action::OpenLane { lane: LaneId(13) },
    ];
    Proposal {
        id: ProposalId(id),
        scene: "corridor".to_owned(),
        at: at(71),
        expires: at(131),
        event: Some(EventId(1)),
        place: Place::City,
        text: Message::new("corridor-proposal"),
        options: vec![
            ChoiceOption { text: Message::new("do-nothing"), actions: Vec::new() },
            ChoiceOption { text: Message::new("corridor-open"), actions },
        ],
        preferred: 1,
        needs_approval: true,
        horizon_s: 900,
    }
}

fn prediction() -> Prediction {
    Prediction {
        measure: "network_delay_veh_h_change".to_owned(),
        expected: -1.5,
        low: -2.25,
        high: -0.5,
        level: 0.9,
    }
}

fn rehearsal() -> Rehearsal {
    Rehearsal {
        id: RehearsalId(1),
        proposal: ProposalId(1),
        option: 1,
        from: at(71),
        ready: at(76),
        horizon_s: 900,
        draws: 10,
        vehicle_steps: 123_456,
        predictions: vec![prediction()],
    }
}

pub(crate) fn decision(option: Option<u8>) -> Decision {
    Decision {
        id: DecisionId(1),
        proposal: ProposalId(1),
        option,
        rehearsal: Some(RehearsalId(1)),
        predicted: vec![prediction()],
        act: act("ada", 80),
    }
}

pub(crate) fn command(junction: u32) -> Command {
    Command {
        id: CommandId(9),
        junction: JunctionId(junction),
        order: Order::ShowStage(StageIdx(1)),
        decision: Some(DecisionId(1)),
        act: scene_act(81),
    }
}

pub(crate) fn outcome() -> Outcome {
    let measure = prediction().measure;
    Outcome {
        decision: DecisionId(1),
        at: at(980),
        measured: vec![Measured { measure, value: -1.25, inside: true }],
    }
}

fn choice() -> ChoiceRehearsal {
    ChoiceRehearsal {
        command: CommandId(3),
        junction: JunctionId(3),
        at: at(50),
        kept: StageIdx(1),
        chosen: StageIdx(2),
        horizon_s: 30,
        now_veh: 12.5,
        then_veh: 9.25,
        then_sd_veh: 2.5,
        rehearsed_veh: 10.0,
        waiting_veh_s: 330.0,
        draws: 10,
        change: prediction(),
    }
}

fn begun() -> Begun {
    Begun {
        mode: Mode::Simulated,
        city: "杭州 sample".to_owned(),
        pack: [7; 32],
        seed: 42,
        settings: "[clock]\nspeed = 10\n".to_owned(),
        start: at(0),
    }
}

/// One record of every kind, in an order that makes a small story; every intake is among them.
pub(crate) fn records() -> Vec<Record> {
    let refused =
        CommandResult::Refused { rule: "minimum-green".to_owned(), why: Message::new("too-early") };
    let entity = Entity {
        urn: "urn:ngsi-ld:TrafficFlowObserved:d0".to_owned(),
        kind: "TrafficFlowObserved".to_owned(),
    };
    let mut records = vec![
        Record::Begun(begun()),
        Record::EntityInterned { id: EntityId(0), entity },
        Record::SourceInterned { id: SourceId(0), name: "gateway-1".to_owned() },
        Record::Person { person: PersonId("ada".to_owned()), name: sealed("s-ada", "Ada L.") },
        Record::Observed(batch()),
        Record::Event(event(1)),
        Record::Case(case()),
        Record::Proposal(proposal(1)),
        Record::Rehearsal(rehearsal()),
        Record::Decision(decision(Some(1))),
        Record::Command { command: command(3), result: CommandResult::Sent },
        Record::Command { command: command(4), result: refused },
        Record::Outcome(outcome()),
        Record::Alarm { junction: JunctionId(3), text: Message::new("longest-red") },
        Record::Diagnostic { scene: "signals".to_owned(), text: Message::new("bad-data") },
        Record::StateHash { hash: [9; 32] },
    ];
    records.extend(intakes().into_iter().map(Record::Input));
    records.push(Record::ChoiceRehearsed(choice()));
    // Words that came later stand after those that were there before.
    let why = Message::new("sample-why");
    records.extend([
        Record::Withdrawn { proposal: ProposalId(1), scene: "corridor".to_owned() },
        Record::NotTaken { command: CommandId(9), junction: JunctionId(3), why: why.clone() },
        Record::Erased { subject: SubjectId("s-patient".to_owned()), act: act("ada", 990) },
        Record::Lapsed { proposal: ProposalId(1), how: Lapse::Expired, why },
        Record::Indicators {
            with: Indicators { vehicles: 7, mean_speed_mps: 8.5, ..Indicators::default() },
            without: Some(Indicators::default()),
        },
        Record::Private { exact: sealed("s-patient", "whole"), follows_coarse: true },
    ]);
    records
}
