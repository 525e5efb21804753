//! Rehearsals and scenes' work under way: started beside the loop, finished at a set city time.

use std::collections::BTreeMap;
use std::sync::Arc;

use urbis_core::{ChoiceRehearsal, Proposal, ProposalId, Rehearsal, RehearsalId};
use urbis_scene::{Answer, Work};
use urbis_twin::VehicleId;
use urbis_units::{CityTime, Duration};

use crate::random::{Stream, bits};
use crate::rehearsal::choice::{HeldEffect, Hold};
use crate::rehearsal::interval::Calibration;
use crate::rehearsal::{DRAWS, Job, Tried, predictions, recommend};
use crate::workers::Workers;

/// Shortest and longest city time between a proposal and its rehearsal's result. What can wait
/// longer is rehearsed with less haste, so that the clock need not stand still for it.
const READY_AFTER_S: (i64, i64) = (10, 120);

/// One proposal being rehearsed; every option is a piece of work of its own.
#[derive(Debug, Clone, Copy)]
struct UnderWay {
    proposal: ProposalId,
    first: u64,
    options: u8,
    from: CityTime,
    ready: CityTime,
    horizon_s: u32,
    draws: u32,
}

/// How long after its choice a sampled one's rehearsal is ready.
const CHOICE_READY: Duration = Duration::from_seconds(20);
/// How far it looks, seconds.
const CHOICE_HORIZON_S: u32 = 60;

/// Work a scene asked for.
#[derive(Debug, Clone, Copy)]
struct Errand {
    seat: usize,
    number: u64,
    ready: CityTime,
}

/// The rehearsals under way.
#[derive(Debug)]
pub(crate) struct Rehearsals {
    workers: Box<dyn Workers>,
    under_way: Vec<UnderWay>,
    /// The one sampled choice being tried: its first piece of work, the kept stage; the chosen one's
    /// follows.
    choice: Option<(u64, ChoiceRehearsal)>,
    errands: Vec<Errand>,
    next_work: u64,
    next_rehearsal: u32,
    draws: u32,
}

/// A proposal's rehearsals, by option, and the option they recommend.
pub(crate) type Finished = (ProposalId, Vec<Rehearsal>, u8);

impl Rehearsals {
    /// Rehearsals that run on `workers`, numbered after the `given` one.
    pub(crate) fn new(workers: Box<dyn Workers>, given: u32) -> Self {
        Self {
            workers,
            under_way: Vec::new(),
            choice: None,
            errands: Vec::new(),
            next_work: 0,
            next_rehearsal: given + 1,
            draws: DRAWS,
        }
    }

    /// Starts to rehearse every option of `proposal` from what the brain believes now.
    pub(crate) fn start(
        &mut self,
        proposal: &Proposal,
        start: RehearsalStart,
        ambulance: Option<VehicleId>,
    ) {
        let options: Vec<_> =
            proposal.options.iter().map(|option| option.actions.clone()).collect();
        let under_way = UnderWay {
            proposal: proposal.id,
            first: self.next_work,
            options: options.len() as u8,
            from: start.from,
            ready: start.from + ready_after(proposal),
            horizon_s: proposal.horizon_s,
            draws: self.draws,
        };
        let seed = bits(start.seed, Stream::DrawDriving, u64::from(proposal.id.0));
        let act_after_s = (ready_after(proposal).millis() / 1000) as u32;
        let span_s = (act_after_s, proposal.horizon_s);
        let job = Arc::new(start.job(ambulance, span_s, self.draws, seed));
        for actions in options {
            let job = Arc::clone(&job);
            let work = Box::new(move || Box::new(job.run(&actions)) as _);
            self.workers.start(self.next_work, work);
            self.next_work += 1;
        }
        self.under_way.push(under_way);
    }

    /// Proposals being rehearsed, the oldest first.
    pub(crate) fn proposals(&self) -> Vec<ProposalId> {
        self.under_way.iter().map(|one| one.proposal).collect()
    }

    /// Whether a sampled choice is being tried; there is one at a time.
    pub(crate) fn tries_choice(&self) -> bool {
        self.choice.is_some()
    }

    /// Starts to rehearse a sampled choice and the stage it left.
    pub(crate) fn start_choice(&mut self, choice: ChoiceRehearsal, start: RehearsalStart) {
        let seed = bits(start.seed, Stream::SampledChoice, u64::from(choice.command.0));
        let job = Arc::new(start.job(None, (0, CHOICE_HORIZON_S), choice.draws, seed));
        let first = self.next_work;
        for stage in [choice.kept, choice.chosen] {
            let hold = Hold { junction: choice.junction, stage, hold_s: choice.horizon_s };
            let job = Arc::clone(&job);
            self.workers.start(self.next_work, Box::new(move || Box::new(job.run_held(hold)) as _));
            self.next_work += 1;
        }
        self.choice = Some((first, choice));
    }

    /// The sampled choice with what its rehearsal showed, when its time has come.
    pub(crate) fn choice_due(
        &mut self,
        now: CityTime,
        calibration: &Calibration,
    ) -> Option<ChoiceRehearsal> {
        let (first, mut choice) = self.choice.take_if(|(_, one)| one.at + CHOICE_READY <= now)?;
        let [kept, chosen] = [first, first + 1].map(|number| {
            let done = self.workers.finish(number);
            done.and_then(|done| done.downcast::<Vec<HeldEffect>>().ok())
                .map_or_else(Vec::new, |effects| *effects)
        });
        let change: Vec<f64> = chosen
            .iter()
            .zip(&kept)
            .map(|(chosen, kept)| chosen.time_spent_veh_h - kept.time_spent_veh_h)
            .collect();
        let mean = |value: fn(&HeldEffect) -> f64| {
            chosen.iter().map(value).sum::<f64>() / chosen.len().max(1) as f64
        };
        choice.rehearsed_veh = mean(|effect| effect.queue_veh);
        choice.waiting_veh_s = mean(|effect| effect.waiting_veh_s);
        choice.change = calibration.predict(&choice.change.measure, &change);
        Some(choice)
    }

    /// Starts work that the scene in `seat` asked for; its answer is due at `ready`.
    pub(crate) fn start_work(&mut self, seat: usize, ready: CityTime, work: Work) {
        let number = self.next_work;
        self.next_work += 1;
        self.workers.start(number, Box::new(move || work.run()));
        self.errands.push(Errand { seat, number, ready });
    }

    /// Answers whose time has come, by the seat that asked; `None` where the work panicked.
    pub(crate) fn answers_due(&mut self, now: CityTime) -> Vec<(usize, Option<Answer>)> {
        let Self { workers, errands, .. } = self;
        let due = errands.extract_if(.., |errand| errand.ready <= now);
        due.map(|errand| (errand.seat, workers.finish(errand.number))).collect()
    }

    /// No scene's work is wanted any more.
    pub(crate) fn forget_work(&mut self) {
        for errand in self.errands.drain(..) {
            self.workers.forget(errand.number);
        }
    }

    /// A proposal is settled: its result is no longer wanted.
    pub(crate) fn forget(&mut self, proposal: ProposalId) {
        let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.under_way)
            .into_iter()
            .partition(|under_way| under_way.proposal == proposal);
        self.under_way = kept;
        for under_way in gone {
            for number in under_way.first..under_way.first + u64::from(under_way.options) {
                self.workers.forget(number);
            }
        }
    }

    /// Whether a result that is wanted at `now` is not finished yet.
    pub(crate) fn would_wait(&mut self, now: CityTime) -> bool {
        let Self { workers, under_way, choice, errands, .. } = self;
        if errands.iter().any(|one| one.ready <= now && !workers.is_done(one.number)) {
            return true;
        }
        let choice = choice.as_ref().filter(|(_, one)| one.at + CHOICE_READY <= now);
        if choice.is_some_and(|(first, _)| (*first..first + 2).any(|one| !workers.is_done(one))) {
            return true;
        }
        under_way.iter().filter(|one| one.ready <= now).any(|one| {
            (one.first..one.first + u64::from(one.options)).any(|number| !workers.is_done(number))
        })
    }

    /// Results whose time has come; waits for those that are not finished.
    pub(crate) fn due(&mut self, now: CityTime, calibration: &Calibration) -> Vec<Finished> {
        let (due, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.under_way)
            .into_iter()
            .partition(|under_way| under_way.ready <= now);
        self.under_way = waiting;
        due.into_iter().map(|under_way| self.collect(&under_way, calibration)).collect()
    }

    fn collect(&mut self, under_way: &UnderWay, calibration: &Calibration) -> Finished {
        let last = under_way.first + u64::from(under_way.options);
        let tried: Vec<Tried> = (under_way.first..last)
            .map(|number| {
                self.workers
                    .finish(number)
                    .and_then(|done| done.downcast::<Tried>().ok())
                    .map_or_else(Tried::default, |tried| *tried)
            })
            .collect();
        let all: Vec<_> =
            (0..tried.len()).map(|option| predictions(calibration, &tried, option)).collect();
        let recommended = recommend(&tried);
        let rehearsals = all
            .into_iter()
            .enumerate()
            .map(|(option, predictions)| {
                self.next_rehearsal += 1;
                Rehearsal {
                    id: RehearsalId(self.next_rehearsal - 1),
                    proposal: under_way.proposal,
                    option: option as u8,
                    from: under_way.from,
                    ready: under_way.ready,
                    horizon_s: under_way.horizon_s,
                    draws: under_way.draws,
                    vehicle_steps: tried[option].vehicle_steps,
                    predictions,
                }
            })
            .collect();
        (under_way.proposal, rehearsals, recommended)
    }
}

/// City time a rehearsal of `proposal` may take: a quarter of the time it can be decided in beyond
/// the two minutes that urgent ones have.
fn ready_after(proposal: &Proposal) -> Duration {
    let (low, high) = READY_AFTER_S;
    let patience_s = (proposal.expires - proposal.at).millis() / 1000;
    Duration::from_seconds(((patience_s - 120) / 4).clamp(low, high))
}

/// What a rehearsal takes from the brain at its start.
#[derive(Debug)]
pub(crate) struct RehearsalStart {
    pub world: crate::world::World,
    pub laws: crate::rehearsal::laws::Laws,
    pub network: Arc<urbis_network::Network>,
    pub historic: Arc<crate::history::History>,
    pub start: CityTime,
    pub from: CityTime,
    pub ratios: BTreeMap<urbis_core::RoadId, (f64, f64)>,
    pub emergency: Vec<VehicleId>,
    pub seed: u64,
}

impl RehearsalStart {
    fn job(
        mut self,
        ambulance: Option<VehicleId>,
        (act_after_s, horizon_s): (u32, u32),
        draws: u32,
        seed: u64,
    ) -> Job {
        // A rehearsal is counted, not observed.
        self.world.twin.watch([]);
        Job {
            world: self.world,
            laws: self.laws,
            network: self.network,
            historic: self.historic,
            start: self.start,
            ratios: self.ratios,
            ambulance,
            emergency: self.emergency,
            act_after_s,
            horizon_s,
            draws,
            seed,
        }
    }
}
