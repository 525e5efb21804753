//! From a finding to the event people read: place, words, confidence, evidence.

use urbis_core::{
    Actor, DetectorId, Event, EventId, EventType, Evidence, LaneId, Message, Place, RoadId,
    Severity,
};
use urbis_scene::SceneCtx;
use urbis_units::{CityTime, Duration, Ratio};

use crate::blockage::Test;
use crate::fault::Fault;
use crate::scene::{FAULTS_LISTED, ID, Incidents};
use crate::section::{self, Reading, Trouble};

impl Incidents {
    pub(crate) fn blocked_event(
        &self,
        ctx: &SceneCtx<'_>,
        lane: LaneId,
        test: &Test,
        stop_line_ratio: f64,
    ) -> Event {
        let road = self.network.lanes[lane].road;
        // With a free stop line the obstacle is upstream of it, else it stands on it.
        let length = self.network.lanes[lane].length;
        let position = if stop_line_ratio > 0.5 { length } else { length * 0.5 };
        let place = Place::Lane { lane, position };
        let evidence = vec![
            evidence("incidents-evidence-empty-green", "green_s", test.empty_green_s()),
            evidence(
                "incidents-evidence-upstream",
                "occupancy_ratio",
                self.upstream_occupancy(lane),
            ),
            evidence("incidents-evidence-stop-line", "occupancy_ratio", stop_line_ratio),
            evidence("incidents-evidence-usual", "flow_vph", test.usual_veh_per_s() * 3600.0),
        ];
        let text = Message::new("incidents-blocked-lane")
            .place("road", Place::Road(road))
            .number("lane", f64::from(self.network.lanes[lane].index) + 1.0)
            .number("green_s", test.empty_green_s());
        let since = ctx.now() - Duration::from_seconds(test.empty_green_s() as i64);
        new_event(ctx, EventType::BlockedLane, place, since, text).with(
            Severity::Severe,
            test.confidence(),
            evidence,
        )
    }

    pub(crate) fn section_event(
        ctx: &SceneCtx<'_>,
        road: RoadId,
        trouble: Trouble,
        since_s: u32,
        reading: &Reading,
    ) -> Event {
        let (kind, key, severity, limit) = match trouble {
            Trouble::Queue => (EventType::Queue, "incidents-queue", Severity::Minor, 0.6),
            Trouble::Spillback => {
                (EventType::Spillback, "incidents-spillback", Severity::Severe, 0.8)
            }
            Trouble::Breakdown => {
                (EventType::FlowBreakdown, "incidents-flow-breakdown", Severity::Moderate, 0.5)
            }
        };
        let mut found = vec![
            evidence("incidents-evidence-queue", "queue_ratio", reading.queue_ratio),
            evidence("incidents-evidence-speed", "speed_ratio", reading.speed_ratio),
            evidence("incidents-evidence-occupancy", "occupancy_ratio", reading.occupancy_ratio),
        ];
        if let Some(occupancy) = reading.entry_occupancy_ratio {
            found.push(evidence("incidents-evidence-entry", "occupancy_ratio", occupancy));
        }
        let text = Message::new(key)
            .place("road", Place::Road(road))
            .number("queue_ratio", reading.queue_ratio)
            .number("speed_ratio", reading.speed_ratio);
        let since = ctx.now() - Duration::from_seconds(i64::from(since_s));
        let confidence = section::confidence_ratio(reading, limit);
        new_event(ctx, kind, Place::Road(road), since, text).with(severity, confidence, found)
    }

    pub(crate) fn fault_event(&self, ctx: &SceneCtx<'_>, faults: &[(DetectorId, Fault)]) -> Event {
        let silent = faults.iter().filter(|(_, fault)| *fault == Fault::Silent).count();
        let text = Message::new("incidents-detectors")
            .number("silent", silent as f64)
            .number("stuck", (faults.len() - silent) as f64)
            .number("detectors", self.detectors.all().len() as f64);
        let found = faults
            .iter()
            .take(FAULTS_LISTED)
            .map(|(detector, fault)| {
                let (key, intervals) = match fault {
                    Fault::Silent => ("incidents-detector-silent", crate::fault::SILENT_INTERVALS),
                    Fault::Stuck => ("incidents-detector-stuck", crate::fault::STUCK_INTERVALS),
                };
                let watched = &self.detectors.all()[*detector];
                let road = self.network.lanes.get(watched.lane).map(|lane| Place::Road(lane.road));
                let lasting_s = f64::from(intervals * self.interval_s);
                let text = Message::new(key)
                    .text("detector", watched.name.clone())
                    .place("road", road.unwrap_or(Place::City))
                    .number("lasting_s", lasting_s);
                Evidence { text, value: lasting_s }
            })
            .collect();
        let lasting_s = crate::fault::SILENT_INTERVALS * self.interval_s;
        let since = ctx.now() - Duration::from_seconds(i64::from(lasting_s));
        new_event(ctx, EventType::DetectorFault, Place::City, since, text).with(
            Severity::Minor,
            0.95,
            found,
        )
    }
}

pub(crate) fn evidence(key: &str, name: &str, value: f64) -> Evidence {
    Evidence { text: Message::new(key).number(name, value), value }
}

pub(crate) fn new_event(
    ctx: &SceneCtx<'_>,
    kind: EventType,
    place: Place,
    since: CityTime,
    text: Message,
) -> Draft {
    Draft { kind, place, since, noticed: ctx.now(), text }
}

/// An event still without its weight.
pub(crate) struct Draft {
    kind: EventType,
    place: Place,
    since: CityTime,
    noticed: CityTime,
    text: Message,
}

impl Draft {
    pub(crate) fn with(
        self,
        severity: Severity,
        confidence: f64,
        evidence: Vec<Evidence>,
    ) -> Event {
        Event {
            id: EventId(0),
            kind: self.kind,
            place: self.place,
            since: self.since,
            noticed: self.noticed,
            until: None,
            severity,
            confidence: Ratio::new(confidence),
            text: self.text,
            evidence,
            source: Actor::Scene(ID.to_owned()),
        }
    }
}
