//! The judge: the one place that sees reality and belief side by side.
//!
//! It keeps the counterfactual (the city without any of the brain's commands) and, for every
//! decision it measures, a branch (the city with that decision's commands alone withheld). What a
//! decision predicted is compared with what the city did, and with what the branch did.

use std::collections::VecDeque;

use urbis_core::{
    Decision, DecisionId, EventId, Intake, JunctionId, Leg, Measured, Order, Outcome,
};
use urbis_twin::TwinError;
use urbis_units::CityTime;

use crate::brain::ToMeasure;
use crate::city::SimulatedCity;
use crate::city::ambulance::{Ambulance, Progress};
use crate::history::Part;

/// Branches that run at once; further decisions are measured without a branch, by their absolute
/// predictions only, because every branch costs as much as the city.
const BRANCHES_MAX: usize = 3;

/// Seconds for which the time spent is remembered: longer than any rehearsal looks.
const SPENT_KEPT: usize = 4 * 3600;

/// A decision whose outcome is awaited.
#[derive(Debug, Clone)]
struct Trial {
    decision: Decision,
    /// The moment the rehearsal started from.
    from: CityTime,
    until: CityTime,
    /// The leg whose arrival was predicted.
    mission: Option<(EventId, Leg)>,
    branch: Option<Branch>,
    arrived: Option<CityTime>,
}

#[derive(Debug, Clone)]
struct Branch {
    city: SimulatedCity,
    spent: Spent,
    arrived: Option<CityTime>,
}

/// Time vehicles spent in the network or waiting to enter it, vehicle seconds.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    all: f64,
    /// Without emergency vehicles.
    others: f64,
}

impl Spent {
    /// With one more second of `city`.
    fn and(self, city: &SimulatedCity) -> Self {
        let present = f64::from(city.world.twin.driving() + city.world.twin.waiting_to_enter());
        let emergency = city.ambulances.iter().filter(|one| one.is_out(&city.world.twin)).count();
        Self { all: self.all + present, others: self.others + present - emergency as f64 }
    }

    /// Vehicle hours between two sums.
    fn since(self, before: Self) -> Self {
        let hours = |after: f64, before: f64| (after - before) / 3600.0;
        Self { all: hours(self.all, before.all), others: hours(self.others, before.others) }
    }
}

/// Counterfactual, branches and what they have shown.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    /// The city without any of the brain's commands.
    pub counterfactual: Option<SimulatedCity>,
    start: CityTime,
    /// Time spent in the city up to each of the last seconds.
    spent: VecDeque<Spent>,
    /// The second since the start that the first of them speaks of.
    spent_first: usize,
    trials: Vec<Trial>,
}

impl Judge {
    /// A judge from `start`, with a copy of the city as counterfactual.
    pub(crate) fn new(start: CityTime, counterfactual: Option<SimulatedCity>) -> Self {
        let spent = VecDeque::from([Spent::default()]);
        Self { counterfactual, start, spent, spent_first: 0, trials: Vec::new() }
    }

    /// One second has passed in the city.
    pub(crate) fn step(&mut self, city: &SimulatedCity) {
        let so_far = self.spent.back().copied().unwrap_or_default();
        self.spent.push_back(so_far.and(city));
        if self.spent.len() > SPENT_KEPT {
            self.spent.pop_front();
            self.spent_first += 1;
        }
        if let Some(counterfactual) = &mut self.counterfactual {
            counterfactual.step_unseen();
        }
        for trial in &mut self.trials {
            if trial.arrived.is_none() {
                trial.arrived = trial.mission.and_then(|mission| arrival(city, mission));
            }
            if let Some(branch) = &mut trial.branch {
                branch.city.step_unseen();
                branch.spent = branch.spent.and(&branch.city);
                if branch.arrived.is_none() {
                    branch.arrived =
                        trial.mission.and_then(|mission| arrival(&branch.city, mission));
                }
            }
        }
    }

    /// Something happened from outside: to every copy alike. What a decision did on the street is
    /// kept from that decision's branch.
    pub(crate) fn happen(&mut self, now: CityTime, what: &Intake, decision: Option<DecisionId>) {
        self.copies(decision, |city| city.happen(now, what));
    }

    /// The city's next hour begins soon: its trips, to every copy alike.
    ///
    /// # Errors
    /// [`TwinError`] when they are not of this network.
    pub(crate) fn supply(&mut self, part: &Part) -> Result<(), TwinError> {
        let mut taken = Ok(());
        self.copies(None, |city| {
            if taken.is_ok() {
                taken = city.supply(part);
            }
        });
        taken
    }

    /// An ambulance left: in every copy alike.
    pub(crate) fn send_ambulance(&mut self, ambulance: &Ambulance) {
        self.copies(None, |city| city.send_ambulance(ambulance.clone()));
    }

    /// A command was given to the city: branches get it unless it carries out their decision.
    pub(crate) fn command(
        &mut self,
        junction: JunctionId,
        order: &Order,
        decision: Option<DecisionId>,
    ) {
        for trial in &mut self.trials {
            if Some(trial.decision.id) == decision {
                continue;
            }
            if let Some(branch) = &mut trial.branch {
                // What the branch's controller cannot take now (local manual) the city's could not.
                let _ = branch.city.command(junction, order);
            }
        }
    }

    /// Begins to measure a decision.
    pub(crate) fn try_decision(&mut self, wanted: ToMeasure, city: &SimulatedCity) {
        let acts = wanted.decision.option.is_some_and(|option| option > 0);
        let running = self.trials.iter().filter(|trial| trial.branch.is_some()).count();
        let branch = (acts && running < BRANCHES_MAX).then(|| Branch {
            city: city.clone(),
            spent: self.spent.back().copied().unwrap_or_default(),
            arrived: None,
        });
        self.trials.push(Trial {
            until: wanted.from + wanted.horizon,
            from: wanted.from,
            decision: wanted.decision,
            mission: wanted.mission,
            branch,
            arrived: None,
        });
    }

    /// Outcomes whose time has come.
    pub(crate) fn outcomes(&mut self, now: CityTime) -> Vec<Outcome> {
        let (due, waiting): (Vec<Trial>, Vec<Trial>) =
            std::mem::take(&mut self.trials).into_iter().partition(|trial| trial.until <= now);
        self.trials = waiting;
        due.iter().map(|trial| self.outcome(trial, now)).collect()
    }

    fn outcome(&self, trial: &Trial, now: CityTime) -> Outcome {
        let before = self.spent_at(trial.from);
        let spent = self.spent_at(now).since(before);
        let branch_spent = trial.branch.as_ref().map(|branch| branch.spent.since(before));
        let horizon = (trial.until - trial.from).to_seconds().get();
        let since = |at: Option<CityTime>| {
            at.map_or(horizon, |at| (at - trial.from).to_seconds().get().min(horizon))
        };
        let mut measured = Vec::new();
        for prediction in &trial.decision.predicted {
            let value = match prediction.measure.as_str() {
                "time_spent_veh_h" => Some(spent.all),
                "time_spent_veh_h_change" => branch_spent.map(|branch| spent.all - branch.all),
                "others_time_spent_veh_h" => Some(spent.others),
                "others_time_spent_veh_h_change" => {
                    branch_spent.map(|branch| spent.others - branch.others)
                }
                "arrival_s" => trial.mission.map(|_| since(trial.arrived)),
                "arrival_s_change" => trial
                    .branch
                    .as_ref()
                    .filter(|_| trial.mission.is_some())
                    .map(|branch| since(trial.arrived) - since(branch.arrived)),
                _ => None,
            };
            if let Some(value) = value {
                let inside = (prediction.low..=prediction.high).contains(&value);
                measured.push(Measured { measure: prediction.measure.clone(), value, inside });
            }
        }
        Outcome { decision: trial.decision.id, at: now, measured }
    }

    fn spent_at(&self, at: CityTime) -> Spent {
        let second = (at - self.start).to_seconds().get().max(0.0) as usize;
        let spent = self.spent.get(second.saturating_sub(self.spent_first));
        spent.or(self.spent.back()).copied().unwrap_or_default()
    }

    /// Changes every copy but the branch of `without`.
    fn copies(&mut self, without: Option<DecisionId>, mut change: impl FnMut(&mut SimulatedCity)) {
        if let Some(counterfactual) = &mut self.counterfactual {
            change(counterfactual);
        }
        for trial in &mut self.trials {
            if Some(trial.decision.id) == without {
                continue;
            }
            if let Some(branch) = &mut trial.branch {
                change(&mut branch.city);
            }
        }
    }
}

/// When the ambulance of a call finished a leg, if it has.
fn arrival(city: &SimulatedCity, (call, leg): (EventId, Leg)) -> Option<CityTime> {
    let ambulance = city.ambulances.iter().find(|ambulance| ambulance.call == call)?;
    match (leg, ambulance.progress) {
        (Leg::ToPatient, _) => ambulance.reached_patient,
        (Leg::ToHospital, Progress::Done(at)) => Some(at),
        (Leg::ToHospital, _) => None,
    }
}
