//! The scene itself: reports and seconds in, events out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use urbis_core::{
    Authority, DetectorId, Event, EventType, IdVec, LaneId, Message, ObservationBatch, Place,
    Property, Quality, RoadId, Row, Severity,
};
use urbis_network::{DetectorTable, Network};
use urbis_scene::{Input, Manifest, Scene, SceneCtx, SceneError, saved};

use crate::blockage::{self, Test};
use crate::fault::Check;
use crate::report::{evidence, new_event};
use crate::section::{Change, Reading, Section, Trouble};
use crate::watch::{GreenLog, LaneFacts, Latest, is_green, lane_facts};

pub(crate) const ID: &str = "incidents";
/// Version of what [`Scene::save`] writes: every change of [`State`] takes the next.
const STATE_VERSION: u16 = 1;

/// Faulty detectors named in the event; the rest are counted.
pub(crate) const FAULTS_LISTED: usize = 20;

static MANIFEST: Manifest = Manifest {
    id: ID,
    version: "1",
    reads: &[Property::CountVeh, Property::OccupancyRatio],
    raises: &[
        EventType::Queue,
        EventType::Spillback,
        EventType::FlowBreakdown,
        EventType::BlockedLane,
        EventType::Gridlock,
        EventType::DetectorFault,
    ],
    commands_signals: false,
    holds_junctions: false,
    authority: Authority::Advise,
    indicators: &[],
};

/// What an open event is about; at most one is open for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Subject {
    Section(RoadId, Trouble),
    Blocked(LaneId),
    Gridlock,
    Detectors,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct State {
    tests: IdVec<LaneId, Test>,
    greens: IdVec<LaneId, GreenLog>,
    sections: IdVec<RoadId, Section>,
    checks: IdVec<DetectorId, Check>,
    latest: IdVec<DetectorId, Latest>,
    open: BTreeMap<Subject, Event>,
    /// Lanes known to be closed: that nothing leaves them is no news.
    closed: BTreeSet<LaneId>,
}

/// Notices what goes wrong in the traffic.
#[derive(Debug)]
pub struct Incidents {
    pub(crate) network: Arc<Network>,
    pub(crate) detectors: Arc<DetectorTable>,
    facts: IdVec<LaneId, LaneFacts>,
    pub(crate) interval_s: u32,
    state: State,
}

impl Incidents {
    /// Watches `network` through `detectors`, which report every `interval_s` seconds.
    pub fn new(network: Arc<Network>, detectors: Arc<DetectorTable>, interval_s: u32) -> Self {
        let facts = lane_facts(&network, &detectors);
        let state = State {
            tests: IdVec::filled(Test::default(), network.lanes.len()),
            greens: IdVec::filled(GreenLog::default(), network.lanes.len()),
            sections: IdVec::filled(Section::default(), network.roads.len()),
            checks: IdVec::filled(Check::default(), detectors.all().len()),
            latest: IdVec::filled(Latest::default(), detectors.all().len()),
            open: BTreeMap::new(),
            closed: BTreeSet::new(),
        };
        Self { network, detectors, facts, interval_s: interval_s.max(1), state }
    }

    fn observed(&mut self, ctx: &mut SceneCtx<'_>, batch: &ObservationBatch) {
        for row in batch.rows().filter(|row| row.quality != Quality::Bad) {
            let Some((detector, _)) = self.detectors.of_entity(row.entity) else { continue };
            match row.property {
                Property::CountVeh => self.counted(detector, &row),
                Property::OccupancyRatio => self.covered(ctx, detector, &row),
                _ => {}
            }
        }
    }

    fn counted(&mut self, detector: DetectorId, row: &Row) {
        let latest = &mut self.state.latest[detector];
        if row.event_time >= latest.at {
            *latest = Latest { at: row.event_time, count_veh: row.value as f32, ..*latest };
        }
    }

    /// A report is whole once its occupancy is here (it follows the count).
    fn covered(&mut self, ctx: &mut SceneCtx<'_>, detector: DetectorId, row: &Row) {
        let latest = &mut self.state.latest[detector];
        if row.event_time < latest.at {
            return;
        }
        latest.at = row.event_time;
        latest.occupancy_ratio = row.value as f32;
        let report = *latest;
        let count_veh = f64::from(report.count_veh);
        self.state.checks[detector].report(count_veh, f64::from(report.occupancy_ratio));
        let lane = self.detectors.all()[detector].lane;
        if self.facts.get(lane).is_some_and(|fact| fact.stop_line == Some(detector)) {
            self.test_lane(ctx, lane, report);
        }
    }

    fn test_lane(&mut self, ctx: &mut SceneCtx<'_>, lane: LaneId, report: Latest) {
        let fact = &self.facts[lane];
        if fact.junction.is_none() || self.state.closed.contains(&lane) {
            return;
        }
        let age_s = (ctx.now() - report.at).to_seconds().get().max(0.0) as u32;
        let occupancy_ratio = f64::from(report.occupancy_ratio);
        let interval = blockage::Interval {
            length_s: f64::from(self.interval_s),
            green_s: f64::from(self.state.greens[lane].green_s(age_s, self.interval_s)),
            count_veh: f64::from(report.count_veh),
            occupancy_ratio,
            queue_behind: occupancy_ratio > 0.8 || self.upstream_occupancy(lane) > 0.4,
            exit_full: fact.exits.iter().any(|exit| self.fill_ratio(ctx, *exit) > 0.8),
        };
        self.state.tests[lane].update(interval);
        let test = self.state.tests[lane];
        let subject = Subject::Blocked(lane);
        if !test.is_blocked() {
            self.end(ctx, subject);
        } else if !self.state.open.contains_key(&subject) {
            let event = self.blocked_event(ctx, lane, &test, occupancy_ratio);
            self.raise(ctx, subject, event);
        }
    }

    /// A lane was closed or opened: its test begins anew.
    fn happened(&mut self, ctx: &mut SceneCtx<'_>, event: &Event) {
        let (EventType::Closure, Place::Lane { lane, .. }) = (event.kind, event.place) else {
            return;
        };
        let Some(test) = self.state.tests.get_mut(lane) else { return };
        test.rest();
        if event.until.is_none() {
            self.state.closed.insert(lane);
            self.end(ctx, Subject::Blocked(lane));
        } else {
            self.state.closed.remove(&lane);
        }
    }

    fn tick(&mut self, ctx: &mut SceneCtx<'_>) {
        for (lane, fact) in self.facts.iter_ids() {
            let status =
                fact.junction.and_then(|junction| ctx.sight().signals.get(junction)?.as_ref());
            self.state.greens[lane].push(is_green(&self.network, fact, status));
        }
        for road in self.network.roads.ids() {
            self.watch_section(ctx, road);
        }
        let second = ctx.now().seconds();
        if second % 10 == 0 {
            self.look_for_gridlock(ctx);
        }
        if second % i64::from(self.interval_s) == 0 {
            self.look_for_faults(ctx);
        }
    }

    fn watch_section(&mut self, ctx: &mut SceneCtx<'_>, road: RoadId) {
        let reading = self.reading(ctx, road);
        let mut changes = [None; 3];
        let mut count = 0;
        self.state.sections[road].update(&reading, |change| {
            changes[count] = Some(change);
            count += 1;
        });
        for change in changes.into_iter().flatten() {
            match change {
                Change::Begins(trouble, since_s) => {
                    let event = Self::section_event(ctx, road, trouble, since_s, &reading);
                    self.raise(ctx, Subject::Section(road, trouble), event);
                }
                Change::Ends(trouble) => self.end(ctx, Subject::Section(road, trouble)),
            }
        }
    }

    fn reading(&self, ctx: &SceneCtx<'_>, road: RoadId) -> Reading {
        let estimate = ctx.estimate();
        let mut reading = Reading {
            queue_ratio: 0.0,
            queue_sd_ratio: 0.0,
            entry_occupancy_ratio: None,
            speed_ratio: 1.0,
            occupancy_ratio: 0.0,
        };
        let (mut vehicles, mut speed) = (0.0, 0.0);
        let (mut entries, mut entry_sum, mut all, mut all_sum) = (0.0, 0.0, 0.0, 0.0);
        for lane in self.network.lanes_of(road) {
            let Some(belief) = estimate.lanes.get(lane) else { continue };
            let fact = &self.facts[lane];
            let ratio = f64::from(belief.queue_veh) / fact.storage_veh;
            if ratio > reading.queue_ratio {
                reading.queue_ratio = ratio;
                reading.queue_sd_ratio = f64::from(belief.queue_sd_veh) / fact.storage_veh;
            }
            let count = f64::from(belief.count_veh);
            vehicles += count;
            let limit = self.network.lanes[lane].speed_limit.get().max(1.0);
            speed += count * f64::from(belief.speed_mps) / limit;
            for detector in self.detectors.on_lane(lane) {
                let occupancy = f64::from(self.state.latest[*detector].occupancy_ratio);
                all += 1.0;
                all_sum += occupancy;
                if fact.entry == Some(*detector) {
                    entries += 1.0;
                    entry_sum += occupancy;
                }
            }
        }
        if vehicles > 0.0 {
            reading.speed_ratio = speed / vehicles;
        }
        if entries > 0.0 {
            reading.entry_occupancy_ratio = Some(entry_sum / entries);
        }
        if all > 0.0 {
            reading.occupancy_ratio = all_sum / all;
        }
        reading
    }

    fn look_for_gridlock(&mut self, ctx: &mut SceneCtx<'_>) {
        let spilling: Vec<bool> =
            self.state.sections.iter().map(|section| section.has(Trouble::Spillback)).collect();
        let network = &self.network;
        let circle = crate::gridlock::circle(&spilling, |road| {
            let end = network.roads[road].to;
            network
                .movements_of(end)
                .filter(|movement| network.movements[*movement].from == road)
                .map(|movement| network.movements[movement].to)
                .collect()
        });
        match circle {
            None => self.end(ctx, Subject::Gridlock),
            Some(_) if self.state.open.contains_key(&Subject::Gridlock) => {}
            Some(roads) => {
                let text = Message::new("incidents-gridlock")
                    .place("road", Place::Road(roads[0]))
                    .number("roads", roads.len() as f64);
                let found =
                    vec![evidence("incidents-evidence-circle", "roads", roads.len() as f64)];
                let event =
                    new_event(ctx, EventType::Gridlock, Place::Road(roads[0]), ctx.now(), text)
                        .with(Severity::Extreme, 0.9, found);
                self.raise(ctx, Subject::Gridlock, event);
            }
        }
    }

    /// All faults stand in one event, or the few that matter would drown in them.
    fn look_for_faults(&mut self, ctx: &mut SceneCtx<'_>) {
        let mut faults = Vec::new();
        for detector in self.detectors.all().ids() {
            self.state.checks[detector].interval();
            if let Some(fault) = self.state.checks[detector].fault() {
                faults.push((detector, fault));
            }
        }
        let known = self.state.open.get(&Subject::Detectors);
        let said = known.map_or(0, |event| event.evidence.len());
        let listed = faults.len().min(FAULTS_LISTED);
        if faults.is_empty() {
            self.end(ctx, Subject::Detectors);
        } else if known.is_none() {
            let event = self.fault_event(ctx, &faults);
            self.raise(ctx, Subject::Detectors, event);
        } else if said != listed {
            let mut event = self.fault_event(ctx, &faults);
            if let Some(known) = known {
                (event.id, event.since, event.noticed) = (known.id, known.since, known.noticed);
            }
            self.state.open.insert(Subject::Detectors, event.clone());
            ctx.update(event);
        }
    }

    pub(crate) fn upstream_occupancy(&self, lane: LaneId) -> f64 {
        self.facts[lane]
            .upstream
            .iter()
            .map(|detector| f64::from(self.state.latest[*detector].occupancy_ratio))
            .fold(0.0, f64::max)
    }

    fn fill_ratio(&self, ctx: &SceneCtx<'_>, lane: LaneId) -> f64 {
        let count =
            ctx.estimate().lanes.get(lane).map_or(0.0, |belief| f64::from(belief.count_veh));
        count / self.facts[lane].storage_veh
    }

    fn raise(&mut self, ctx: &mut SceneCtx<'_>, subject: Subject, mut event: Event) {
        event.id = ctx.raise(event.clone());
        self.state.open.insert(subject, event);
    }

    fn end(&mut self, ctx: &mut SceneCtx<'_>, subject: Subject) {
        if let Some(mut event) = self.state.open.remove(&subject) {
            event.until = Some(ctx.now());
            ctx.update(event);
        }
    }
}

impl Scene for Incidents {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn handle(&mut self, ctx: &mut SceneCtx<'_>, input: &Input<'_>) -> Result<(), SceneError> {
        match input {
            Input::Observed(batch) => self.observed(ctx, batch),
            Input::Tick => self.tick(ctx),
            Input::Happened(event) => self.happened(ctx, event),
            Input::Woken | Input::Decided(..) | Input::Measured(_) | Input::Worked(_) => {}
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        saved::save(STATE_VERSION, &self.state)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), SceneError> {
        let bad = |reason: String| SceneError::BadState { scene: ID, reason };
        let state: State = saved::load(ID, STATE_VERSION, bytes)?;
        let fits = state.tests.len() == self.network.lanes.len()
            && state.greens.len() == self.network.lanes.len()
            && state.sections.len() == self.network.roads.len()
            && state.checks.len() == self.detectors.all().len()
            && state.latest.len() == self.detectors.all().len();
        if !fits {
            return Err(bad("it was saved for another network".to_owned()));
        }
        self.state = state;
        Ok(())
    }
}
