//! A session: the city (simulated), the brain, the judge and the journal, driven second by second.
//!
//! It has no thread and no clock: whoever drives it calls [`Session::tick`] once per second of city
//! time. What people do comes in through [`Session::submit`], is journaled at once and takes effect
//! with the next tick; the stop button at once.

mod cases;
mod discreet;
mod inputs;
mod options;
mod persons;
mod settings;
mod start;
mod supply;

use std::sync::Arc;

use urbis_city::CityPack;
use urbis_core::{
    Act, Actor, Authority, Command, IdVec, Indicators, Input, Intake, Keyring, Message,
    ObservationBatch, Place, Record,
};
use urbis_network::Network;
use urbis_store::{CityState, Journal};
use urbis_units::{CityTime, Duration, Mode};

use crate::brain::{Brain, Wanted};
use crate::city::SimulatedCity;
use crate::error::{BrainError, InputError};
use crate::keyframes::{Keyframes, Scripted};
use crate::measure::accuracy::Accuracy;
use crate::measure::judge::Judge;
use crate::measure::kpi::Meter;
use crate::pictures::Pictures;
use crate::view::HistoryPoint;

pub(crate) use discreet::Hidden;
pub use options::SessionOptions;
pub(crate) use settings::Settings;
pub use start::SceneParts;
use supply::Supply;

/// How long an alarm stays in view.
const ALARMS_KEPT: Duration = Duration::from_minutes(10);

/// A running city with its brain.
#[derive(Debug)]
pub struct Session {
    pub(crate) pack: Arc<CityPack>,
    pub(crate) network: Arc<Network>,
    pub(crate) city: SimulatedCity,
    pub(crate) brain: Brain,
    pub(crate) judge: Judge,
    pub(crate) accuracy: Accuracy,
    pub(crate) meters: [Meter; 2],
    pub(crate) history: Vec<HistoryPoint>,
    pub(crate) keyframes: Keyframes,
    pub(crate) pictures: Pictures,
    pub(crate) outside: crate::outside::Outside,
    journal: Journal,
    state: CityState,
    keyring: Box<dyn Keyring>,
    mode: Mode,
    pub(crate) queued: Vec<Input>,
    supply: Supply,
    start: CityTime,
    interval_s: u32,
    pub(crate) alarms: std::collections::VecDeque<crate::view::AlarmView>,
    pub(crate) lane_shapes: IdVec<urbis_core::LaneId, Vec<urbis_units::Point>>,
}

impl Session {
    /// Takes in what a person did or what happened outside. It takes effect with the next tick; the
    /// stop button, and what was taken in before it, takes effect at once.
    ///
    /// # Errors
    /// [`InputError`] when it makes no sense now; nothing is recorded then.
    pub fn submit(&mut self, mut input: Input) -> Result<(), InputError> {
        self.check(&input)?;
        let next_event = self.brain.next_event_id();
        if let Intake::Call { event, .. } = &mut input.what {
            *event = next_event;
            self.hide(&input.what);
        }
        if let Err(error) = self.record(&[Record::Input(input.clone())]) {
            // The number was not given away: what takes it later hides nothing.
            if let Intake::Call { event, .. } = &input.what {
                self.outside.hidden.remove(event);
            }
            return Err(error);
        }
        // A number is given away with the record only: what was refused leaves no gap that a replay
        // would not have.
        if let Intake::Call { .. } = &input.what {
            self.brain.new_event_id();
        }
        let stops = input.what == Intake::Stop;
        self.queued.push(input);
        if stops {
            // The stop button waits for no second: none may come while a rehearsal is waited for.
            let mut log = Vec::new();
            self.apply_inputs(&mut log);
            self.brain.drop_rehearsals(&mut log);
            self.record(&log)?;
        }
        Ok(())
    }

    /// Whether the next [`Self::tick`] would wait for a rehearsal that is due; whoever drives the
    /// session may answer questions meanwhile.
    pub fn waits(&mut self) -> bool {
        let next = self.now() + Duration::from_seconds(1);
        self.brain.rehearsals.would_wait(next)
    }

    /// One second of city time.
    ///
    /// # Errors
    /// [`BrainError`] when the journal cannot be written.
    pub fn tick(&mut self) -> Result<(), BrainError> {
        self.supply()?;
        let mut log = Vec::new();
        self.apply_inputs(&mut log);
        let mut batch = ObservationBatch::default();
        self.city.step(&mut batch);
        self.judge.step(&self.city);
        if !batch.is_empty() {
            log.push(Record::Observed(batch.clone()));
        }
        self.follow_ambulances(&mut log);
        let wanted = self.brain.tick(&batch, &mut log);
        self.carry_out(wanted, &mut log);
        self.measure(&mut log);
        self.keyframes.note(&self.city);
        self.write(&log)?;
        self.remember();
        Ok(())
    }

    /// Begins to measure decisions, and does what they want: closes and opens lanes, sends commands
    /// to the city and its copies.
    fn carry_out(&mut self, wanted: Wanted, log: &mut Vec<Record>) {
        for decision in wanted.decisions {
            self.judge.try_decision(decision, &self.city);
        }
        for (input, decision) in wanted.street {
            self.happen(&input.what, Some(decision));
            let follows = self.lane_changed(&input, log);
            self.carry_out(follows, log);
        }
        for command in wanted.commands {
            let Command { id, junction, order, decision, .. } = command;
            if let Err(reason) = self.city.command(junction, &order) {
                let why = Message::new("brain-not-taken")
                    .place("place", Place::Junction(junction))
                    .text("reason", reason);
                log.push(Record::NotTaken { command: id, junction, why });
            }
            self.judge.command(junction, &order, decision);
            self.keyframes.script(self.now(), Scripted::Command(junction, order));
        }
    }

    /// Outcomes, errors of belief, indicators.
    fn measure(&mut self, log: &mut Vec<Record>) {
        let now = self.now();
        for outcome in self.judge.outcomes(now) {
            self.accuracy.outcome(self.brain.ledger.predicted(outcome.decision), &outcome);
            let wanted = self.brain.measured(&outcome, log);
            self.carry_out(wanted, log);
        }
        let second = (now - self.start).millis() / 1000;
        if now.seconds() % i64::from(self.interval_s) == 0 {
            self.accuracy.count_flows(&self.city.world.twin, self.interval_s);
        }
        if second % 30 == 0 {
            self.accuracy.compare(&self.network, &self.brain.estimate, &self.city.world.twin);
        }
        self.meters[0].step(&self.city.world.twin);
        if let Some(counterfactual) = &self.judge.counterfactual {
            self.meters[1].step(&counterfactual.world.twin);
        }
        if second % 60 == 0 {
            let point = HistoryPoint { at: now, with: self.kpi(), without: self.kpi_without() };
            log.push(Record::Indicators {
                with: Indicators::from(&point.with),
                without: point.without.as_ref().map(Indicators::from),
            });
            self.history.push(point);
        }
        if second % 3600 == 0 {
            self.erase_expired(log);
        }
        if second % 600 == 0 {
            log.push(Record::StateHash { hash: self.state_hash() });
        }
    }

    fn write(&mut self, log: &[Record]) -> Result<(), BrainError> {
        let now = self.now();
        self.pictures.note(log);
        for record in log {
            match self.discreet(record) {
                Some(kept) => kept.iter().try_for_each(|record| self.keep(now, record))?,
                None => self.keep(now, record)?,
            }
        }
        while self.alarms.front().is_some_and(|alarm| now - alarm.at > ALARMS_KEPT) {
            self.alarms.pop_front();
        }
        Ok(())
    }

    /// Appends a record and folds it into the state.
    fn keep(&mut self, now: CityTime, record: &Record) -> Result<(), BrainError> {
        let sequence = self.journal.append(now, record)?;
        self.state.apply(sequence, now, record);
        if let Record::Alarm { junction, text } = record {
            let (junction, text) = (*junction, text.clone());
            self.alarms.push_back(crate::view::AlarmView { sequence, at: now, junction, text });
        }
        Ok(())
    }

    /// Makes everything recorded so far durable.
    ///
    /// # Errors
    /// [`BrainError`] when the disk refuses.
    pub fn commit(&mut self) -> Result<(), BrainError> {
        self.journal.commit()?;
        Ok(())
    }

    /// Now, on the city clock.
    pub fn now(&self) -> CityTime {
        self.city.world.now()
    }

    /// The journal, for reading.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What the journal's records come to: [`urbis_store::fold`] of it gives the same.
    pub fn state(&self) -> &CityState {
        &self.state
    }

    /// The city pack.
    pub fn pack(&self) -> &Arc<CityPack> {
        &self.pack
    }

    /// How the clock is driven.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Hash of the folded state and of the city's and the mirror's traffic: equal after a replay of
    /// the same journal.
    pub fn state_hash(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.state.hash());
        hasher.update(&self.city.world.twin.state_hash());
        hasher.update(&self.brain.mirror.world.twin.state_hash());
        *hasher.finalize().as_bytes()
    }

    fn system_act(&self, why: &str) -> Act {
        Act {
            who: Actor::System,
            authority: Authority::Act,
            why: Message::new(why),
            mode: self.mode,
            at: self.now(),
        }
    }
}

#[cfg(test)]
mod tests;
