//! Golden scenarios: what the scene notices in the reports of `scenarios/*.md`.
//!
//! `UPDATE_GOLDEN=1` writes what it notices now into the files.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../../crates/control/tests/support/mod.rs"]
mod cross;
#[path = "../../../crates/scene/tests/golden/mod.rs"]
mod golden;

use std::fmt::Write as _;
use std::sync::Arc;

use cross::CENTER;
use golden::{
    Seen, at, mutated, rows, saved_state_holds, scenarios_hold, shown, takes_or_refuses, text,
};
use proptest::prelude::*;
use urbis_core::{
    Actor, EntityId, Estimate, Event, EventId, EventType, IdVec, LaneEstimate, LaneId, Law,
    Message, ObservationBatch, Place, Property, Quality, Row, Sensitivity, Severity, SignalStatus,
    SourceId, StageIdx,
};
use urbis_network::{Detector, DetectorKind, DetectorTable, Network};
use urbis_scene::{Effect, Input, Scene};
use urbis_scene_incidents::Incidents;
use urbis_units::{Meters, Ratio};

const INTERVAL_S: i64 = 5;
/// The lane of the scenarios: from the east, straight on and to the right.
const LANE: LaneId = LaneId(1);

/// The four-arm junction of the control room's tests, two detectors on every lane that leads in.
struct Stand {
    network: Arc<Network>,
    detectors: Arc<DetectorTable>,
    scene: Incidents,
    seen: Seen,
}

/// What the detectors of [`LANE`] say of an interval: vehicles at the stop line, how long it was
/// covered, and how long the one upstream was.
#[derive(Debug, Clone, Copy)]
struct Said {
    count_veh: f64,
    stop_ratio: f64,
    upstream_ratio: f64,
}

impl Stand {
    fn new() -> Self {
        let network = Arc::new(cross::cross());
        let mut detectors = IdVec::new();
        for lane in network.lanes.ids().filter(|lane| lane.0 % 4 < 2) {
            for (kind, position) in
                [(DetectorKind::StopLine, 283.0), (DetectorKind::Advance, 240.0)]
            {
                detectors.push(Detector {
                    name: format!("{kind:?} {}", lane.0),
                    lane,
                    position: Meters::new(position),
                    length: Meters::new(2.0),
                    kind,
                });
            }
        }
        let detectors = DetectorTable::new(detectors, EntityId(0), network.lanes.len());
        let detectors = Arc::new(detectors);
        let lanes = IdVec::filled(LaneEstimate::default(), network.lanes.len());
        let mut signals = IdVec::filled(None, network.junctions.len());
        signals[CENTER] = Some(SignalStatus {
            stage: Some(StageIdx(0)),
            since: at(0),
            law: Law::LocalPlan,
            plan: 0,
            taken_by: None,
            manual: false,
        });
        Self {
            scene: Incidents::new(Arc::clone(&network), Arc::clone(&detectors), INTERVAL_S as u32),
            seen: Seen {
                estimate: Estimate { lanes, ..Estimate::default() },
                signals,
                ..Seen::default()
            },
            network,
            detectors,
        }
    }

    fn call(&mut self, at_s: i64, input: &Input<'_>) -> Vec<Effect> {
        self.seen.call(&mut self.scene, at_s, input)
    }

    /// One second in which the lane's detectors say `said` and all others see light traffic.
    fn second(&mut self, at_s: i64, stage: Option<u8>, said: Said) -> Vec<Effect> {
        if let Some(status) = &mut self.seen.signals[CENTER] {
            status.stage = stage.map(StageIdx);
        }
        let mut effects = Vec::new();
        if at_s % INTERVAL_S == 0 {
            let batch = self.reports(at_s, said);
            effects = self.call(at_s, &Input::Observed(&batch));
        }
        effects.extend(self.call(at_s, &Input::Tick));
        effects
    }

    fn reports(&self, at_s: i64, said: Said) -> ObservationBatch {
        let mut batch = ObservationBatch::default();
        for (id, detector) in self.detectors.all().iter_ids() {
            let (count_veh, ratio) = match (detector.lane == LANE, detector.kind) {
                (false, _) => (1.0, 0.2),
                (true, DetectorKind::StopLine) => (said.count_veh, said.stop_ratio),
                (true, _) => (said.count_veh, said.upstream_ratio),
            };
            for (property, value) in
                [(Property::CountVeh, count_veh), (Property::OccupancyRatio, ratio)]
            {
                batch.push(Row {
                    entity: self.detectors.entity(id),
                    property,
                    event_time: at(at_s),
                    arrival_time: at(at_s),
                    value,
                    quality: Quality::Good,
                    source: SourceId(0),
                    sensitivity: Sensitivity::Internal,
                });
            }
        }
        batch
    }

    /// The lane is closed by a person, or opened again.
    fn close(&mut self, at_s: i64, closed: bool) -> Vec<Effect> {
        let now = at(at_s);
        let event = Event {
            id: EventId(1000),
            kind: EventType::Closure,
            place: Place::Lane { lane: LANE, position: Meters::new(100.0) },
            since: now,
            noticed: now,
            until: (!closed).then_some(now),
            severity: Severity::Moderate,
            confidence: Ratio::new(1.0),
            text: Message::new("test"),
            evidence: Vec::new(),
            source: Actor::System,
        };
        self.call(at_s, &Input::Happened(&event))
    }
}

#[test]
fn golden_scenarios_hold() {
    scenarios_hold("csv steps", play);
}

/// What the scene says, a line each, when every row holds until the next.
fn play(csv: &str) -> String {
    let mut stand = Stand::new();
    let mut said = String::new();
    let mut closed = false;
    for row in rows(csv) {
        let stages = &stand.network.junctions[CENTER].signal.as_ref().unwrap().stages;
        let stage = stages.iter().position(|stage| stage.name == row.fields[1]);
        let stage = stage.map(|index| index as u8);
        let reports = Said {
            count_veh: row.number(2),
            stop_ratio: row.number(3),
            upstream_ratio: row.number(4),
        };
        let mut effects = Vec::new();
        if closed != (row.fields[5] == "yes") {
            closed = !closed;
            effects = stand.close(row.from_s, closed);
        }
        for at_s in row.seconds() {
            effects.extend(stand.second(at_s, stage, reports));
            for effect in effects.drain(..) {
                writeln!(said, "{at_s} {}", in_words(&effect)).unwrap();
            }
        }
    }
    said
}

fn in_words(effect: &Effect) -> String {
    match effect {
        Effect::Raise(event) if event.until.is_some() => format!("over: {:?}", event.kind),
        Effect::Raise(event) => {
            let evidence: Vec<String> = event.evidence.iter().map(|one| text(&one.text)).collect();
            format!(
                "raise {:?} at {:?} since {} s, {:?}, confidence {:.3}: {}\n    {}",
                event.kind,
                event.place,
                event.since.seconds(),
                event.severity,
                event.confidence.get(),
                text(&event.text),
                evidence.join("\n    "),
            )
        }
        other => format!("{other:?}"),
    }
}

/// A scene that has noticed that a lane is blocked.
fn watching() -> Stand {
    let mut stand = Stand::new();
    for at_s in 0..120 {
        let said = Said { count_veh: 2.0, stop_ratio: 0.4, upstream_ratio: 0.4 };
        stand.second(at_s, Some(0), said);
    }
    for at_s in 120..300 {
        let said = Said { count_veh: 0.0, stop_ratio: 0.0, upstream_ratio: 1.0 };
        stand.second(at_s, Some(0), said);
    }
    stand.close(300, true);
    stand
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_saved_scene_goes_on_where_it_was(
        counts in prop::collection::vec((0_u8..3, 0.0_f64..1.0, prop::option::of(0_u8..4)), 1..24),
        closed in any::<bool>(),
    ) {
        let mut stand = Stand::new();
        let reports = |(count, ratio): (u8, f64)| Said {
            count_veh: f64::from(count), stop_ratio: ratio, upstream_ratio: 1.0 - ratio,
        };
        for (at_s, (count, ratio, stage)) in (0..).step_by(5).zip(&counts) {
            for second in at_s..at_s + 5 {
                stand.second(second, *stage, reports((*count, *ratio)));
            }
        }
        stand.close(120, closed);
        let bytes = stand.scene.save();
        let mut copy = Stand::new();
        copy.scene.load(&bytes).unwrap();
        prop_assert_eq!(copy.scene.save(), bytes);
        copy.seen = stand.seen.copy();
        for at_s in 120..200 {
            let said = reports((0, 0.9));
            prop_assert_eq!(shown(&copy.second(at_s, Some(0), said)), shown(&stand.second(at_s, Some(0), said)));
        }
    }

    #[test]
    fn whatever_bytes_are_loaded_make_a_state_or_are_refused(
        anything in prop::collection::vec(any::<u8>(), 0..200),
        keep in prop::option::of(any::<usize>()),
        edits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4),
    ) {
        let saved = watching().scene.save();
        // Behind the right version, and in what a scene really saved.
        let versioned = [&saved[..2], &anything].concat();
        let mutated = mutated(&saved, keep.unwrap_or(saved.len()), &edits);
        for bytes in [&anything, &versioned, &mutated] {
            let mut stand = Stand::new();
            if takes_or_refuses(&mut stand.scene, bytes) {
                let said = Said { count_veh: 0.0, stop_ratio: 1.0, upstream_ratio: 0.5 };
                stand.second(0, Some(0), said);
            }
        }
    }
}

#[test]
fn what_is_saved_are_the_bytes_of_its_version() {
    saved_state_holds(&watching().scene, &mut Stand::new().scene);
}
