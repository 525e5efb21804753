//! The brain: belief, scenes, rehearsals and decisions. It never sees the city's inside.
//!
//! Once a second it takes up what the city reported, brings its belief up to date, calls the
//! scenes, and turns what they ask for into records, rehearsals and commands.

mod asked;
mod decide;
mod hands;
mod order;
mod sample;
mod scenes;
mod seat;
mod take_up;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use urbis_core::{
    Command, Decision, DecisionId, Estimate, Event, EventId, Forecast, IdVec, Input, JunctionId,
    LaneId, Law, Leg, Mission, ObservationBatch, ProposalId, Record, RoadId, SignalStatus,
};
use urbis_network::route::Router;
use urbis_network::{DetectorTable, Network};
use urbis_scene::Input as SceneInput;
use urbis_store::Numbers;
use urbis_units::{CityTime, Duration, Mode};

use crate::belief::forecast::{Forecaster, INTERVAL_S};
use crate::belief::mirror::Mirror;
use crate::city::EntityNumbers;
use crate::gate::Gate;
use crate::history::{History, Part};
use crate::ledger::Ledger;
use crate::measure::choices::Choices;
use crate::random::Stream;
use crate::rehearsal::interval::Calibration;
use crate::rehearsal::laws::Laws;
use crate::rehearse::Rehearsals;
use crate::view::ChoiceView;
use hands::StageWish;
pub(crate) use seat::Seat;

/// How often the mirror is fed with expected trips, seconds.
const FEED_S: i64 = 60;

/// A decision and what its rehearsal looked at.
#[derive(Debug, Clone)]
pub(crate) struct ToMeasure {
    /// The decision.
    pub decision: Decision,
    /// The moment the rehearsal started from.
    pub from: CityTime,
    /// How far it looked.
    pub horizon: Duration,
    /// The leg of an emergency vehicle it concerns.
    pub mission: Option<(EventId, Leg)>,
}

/// What the brain wants done after a second.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// Commands that passed the interlock.
    pub commands: Vec<Command>,
    /// Decisions just made whose effect is to be measured.
    pub decisions: Vec<ToMeasure>,
    /// What decisions have done on the street: lanes closed and opened.
    pub street: Vec<(Input, DecisionId)>,
}

/// Belief, scenes, rehearsals and decisions.
#[derive(Debug)]
pub(crate) struct Brain {
    pub(crate) network: Arc<Network>,
    pub(crate) table: Arc<DetectorTable>,
    pub numbers: EntityNumbers,
    historic: Arc<History>,
    router: Router,
    start: CityTime,
    mode: Mode,
    seed: u64,
    auto_approve: bool,
    seats: Vec<Seat>,
    pub(crate) mirror: Mirror,
    pub(crate) forecaster: Forecaster,
    forecast: Forecast,
    pub(crate) estimate: Estimate,
    pub(crate) signals: IdVec<JunctionId, Option<SignalStatus>>,
    /// The moment each controller's newest message speaks of.
    heard: IdVec<JunctionId, CityTime>,
    pub(crate) choices: BTreeMap<JunctionId, ChoiceView>,
    pub(crate) missions: Vec<Mission>,
    pub(crate) closed: Vec<LaneId>,
    /// Decisions to do something.
    in_force: BTreeSet<DecisionId>,
    pub(crate) ledger: Ledger,
    /// What people asked for that is being rehearsed.
    asked: BTreeMap<ProposalId, Input>,
    /// Stages persons ask for, with the act that said so last.
    pub(crate) requested: BTreeMap<JunctionId, StageWish>,
    /// Choices of stage rehearsed afterwards.
    pub(crate) sampled: Choices,
    pub(crate) calibration: Calibration,
    laws: Laws,
    /// Junctions a corridor holds, with the decision that holds them.
    held: BTreeMap<JunctionId, DecisionId>,
    pub(crate) gate: Gate,
    pub rehearsals: Rehearsals,
    next_event: u32,
    next_proposal: u32,
    next_decision: u32,
    next_command: u32,
    calls: u64,
}

/// What a brain is made of.
#[derive(Debug)]
pub(crate) struct BrainParts {
    pub network: Arc<Network>,
    pub table: Arc<DetectorTable>,
    pub numbers: EntityNumbers,
    pub historic: Arc<History>,
    pub mirror: Mirror,
    pub seats: Vec<Seat>,
    pub gate: Gate,
    pub rehearsals: Rehearsals,
    /// Numbers the journal's earlier sessions gave.
    pub given: Numbers,
    /// What the outcomes of earlier sessions taught.
    pub calibration: Calibration,
    pub start: CityTime,
    pub mode: Mode,
    pub seed: u64,
    pub auto_approve: bool,
}

impl Brain {
    /// A brain that knows nothing yet but the network and history.
    pub(crate) fn new(parts: BrainParts) -> Self {
        let network = parts.network;
        let mut forecaster = Forecaster::new(parts.start, &parts.historic.demand, &network);
        let forecast = forecaster.forecast(parts.start);
        let signals = network
            .junctions
            .iter()
            .map(|junction| {
                junction.signal.as_ref().map(|_| SignalStatus {
                    stage: None,
                    since: parts.start,
                    law: Law::LocalPlan,
                    plan: 0,
                    taken_by: None,
                    manual: false,
                })
            })
            .collect();
        Self {
            heard: IdVec::filled(parts.start, network.junctions.len()),
            laws: Laws::new(&network),
            router: Router::new(&network),
            table: parts.table,
            numbers: parts.numbers,
            historic: parts.historic,
            start: parts.start,
            mode: parts.mode,
            seed: parts.seed,
            auto_approve: parts.auto_approve,
            seats: parts.seats,
            estimate: parts.mirror.estimate(),
            mirror: parts.mirror,
            forecaster,
            forecast,
            signals,
            choices: BTreeMap::new(),
            missions: Vec::new(),
            closed: Vec::new(),
            ledger: Ledger::default(),
            in_force: BTreeSet::new(),
            asked: BTreeMap::new(),
            requested: BTreeMap::new(),
            sampled: Choices::default(),
            calibration: parts.calibration,
            held: BTreeMap::new(),
            gate: parts.gate,
            rehearsals: parts.rehearsals,
            next_event: parts.given.event + 1,
            next_proposal: parts.given.proposal + 1,
            next_decision: parts.given.decision + 1,
            next_command: parts.given.command + 1,
            calls: 0,
            network,
        }
    }

    /// Now, by the mirror's clock, which runs with the city's.
    pub(crate) fn now(&self) -> CityTime {
        self.mirror.world.now()
    }

    /// One second: belief moves on, reports are taken up, scenes act.
    pub(crate) fn tick(&mut self, batch: &ObservationBatch, log: &mut Vec<Record>) -> Wanted {
        let mut wanted = Wanted::default();
        self.feed_mirror();
        self.mirror.step();
        let now = self.now();
        self.take_up(batch, log);
        self.mirror.observe(batch);
        if (now - self.start).millis() / 1000 % i64::from(INTERVAL_S) == 0 {
            self.forecast = self.forecaster.forecast(now);
        }
        self.estimate = self.mirror.estimate();
        if !batch.is_empty() {
            self.call_scenes(&SceneInput::Observed(batch), None, log, &mut wanted);
        }
        self.wake_scenes(now, log, &mut wanted);
        self.finish_work(now, log, &mut wanted);
        self.call_scenes(&SceneInput::Tick, None, log, &mut wanted);
        self.finish_rehearsals(now, log, &mut wanted);
        self.finish_sample(now, log);
        self.repeat_requests(log, &mut wanted);
        self.expire(now, log);
        for junction in self.gate.tick(now, log) {
            self.return_to_local(junction, log, &mut wanted);
        }
        self.ledger.forget(now);
        wanted
    }

    /// Takes history's next hour.
    pub(crate) fn learn(&mut self, part: &Part, now: CityTime) {
        let passed = (now - self.start).to_seconds();
        self.historic = Arc::new(self.historic.with(part, passed.get()));
        self.mirror.learn(&self.historic.demand);
        self.forecaster.learn(&part.demand, part.after_s, &self.network);
    }

    /// Gives the mirror the trips expected in the next minute.
    fn feed_mirror(&mut self) {
        let now = self.now();
        if (now - self.start).millis() / 1000 % FEED_S != 0 {
            return;
        }
        let forecaster = &self.forecaster;
        let seed = self.seed;
        let span = Duration::from_seconds(FEED_S);
        let historic = Arc::clone(&self.historic);
        Mirror::expect(&mut self.mirror.world, &historic, self.start, (now, span), |trip, road| {
            let share = crate::random::uniform(seed, Stream::DrawDemand, trip);
            (forecaster.ratio(road) + share).floor() as u32
        });
    }

    /// Routes for an ambulance to a patient on `road`: to the patient, to the hospital.
    pub(crate) fn dispatch(
        &self,
        (stations, hospitals): (&[RoadId], &[RoadId]),
        patient: RoadId,
    ) -> Option<[Vec<RoadId>; 2]> {
        crate::dispatch::routes(
            (&self.router, &self.network),
            &self.estimate,
            &self.closed,
            (stations, hospitals),
            patient,
        )
    }

    /// An ambulance begins a leg.
    pub(crate) fn begin_mission(&mut self, mission: Mission) {
        self.mirror.add_ambulance(mission.vehicle, &mission.route);
        self.missions.retain(|other| other.call != mission.call);
        self.missions.push(mission);
    }

    /// An ambulance finished its leg.
    pub(crate) fn end_mission(&mut self, call: EventId) {
        for mission in self.missions.iter().filter(|mission| mission.call == call) {
            self.mirror.remove_ambulance(mission.vehicle);
        }
        self.missions.retain(|mission| mission.call != call);
    }

    /// Whether a corridor holds `junction`.
    pub(crate) fn holds(&self, junction: JunctionId) -> bool {
        self.held.contains_key(&junction)
    }

    /// The number the next event gets.
    pub(crate) fn next_event_id(&self) -> EventId {
        EventId(self.next_event)
    }

    /// The number the next event gets, for events raised from outside; it is given away.
    pub(crate) fn new_event_id(&mut self) -> EventId {
        self.next_event += 1;
        EventId(self.next_event - 1)
    }

    /// Records an event and tells the scenes.
    pub(crate) fn happened(&mut self, event: &Event, log: &mut Vec<Record>) -> Wanted {
        let mut wanted = Wanted::default();
        self.record_event(event, log, &mut wanted);
        wanted
    }

    fn record_event(&mut self, event: &Event, log: &mut Vec<Record>, wanted: &mut Wanted) {
        log.push(Record::Event(event.clone()));
        if let urbis_core::Place::Lane { lane, position } = event.place
            && event.kind == urbis_core::EventType::BlockedLane
        {
            // Belief follows what was noticed: the mirror's lane is blocked too.
            if event.until.is_none() {
                self.mirror.world.twin.block(lane, position);
            } else {
                self.mirror.world.twin.unblock(lane);
            }
        }
        self.ledger.event(event.clone());
        self.call_scenes(&SceneInput::Happened(event), None, log, wanted);
    }
}
