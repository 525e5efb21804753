//! From a proposal to a decision and its outcome.

use std::collections::BTreeMap;
use std::sync::Arc;

use urbis_core::{
    Act, Actor, Authority, Decision, DecisionId, Lapse, Message, Proposal, ProposalId, Record,
    RoadId,
};
use urbis_scene::Input as SceneInput;
use urbis_units::{CityTime, Duration};

use super::{Brain, ToMeasure, Wanted};
use crate::rehearse::RehearsalStart;
use crate::view::ProposalStatus;

/// Intervals of the forecast that a usual rehearsal looks over.
const REHEARSED_INTERVALS: f64 = 4.0;

impl Brain {
    pub(super) fn propose(&mut self, proposal: Proposal, log: &mut Vec<Record>) {
        log.push(Record::Proposal(proposal.clone()));
        let ambulance = proposal
            .event
            .and_then(|call| self.missions.iter().find(|mission| mission.call == call))
            .and_then(|mission| self.mirror.ambulance(mission.vehicle));
        let start = self.rehearsal_start();
        self.rehearsals.start(&proposal, start, ambulance);
        self.ledger.propose(proposal);
    }

    /// What a rehearsal takes from the brain.
    pub(super) fn rehearsal_start(&self) -> RehearsalStart {
        RehearsalStart {
            world: self.mirror.world.clone(),
            laws: self.laws.clone(),
            network: Arc::clone(&self.network),
            historic: Arc::clone(&self.historic),
            start: self.start,
            from: self.now(),
            ratios: self.ratios(),
            emergency: self.mirror.emergency().collect(),
            seed: self.seed,
        }
    }

    /// Expected ratio of today's to the usual flow by entry road, with its standard deviation over
    /// the length of a rehearsal: the chance of single arrivals evens out over several intervals.
    pub(crate) fn ratios(&self) -> BTreeMap<RoadId, (f64, f64)> {
        let first = self.forecast.entries.first();
        let intervals_per_h = 3600.0 / f64::from(self.forecast.interval_s.max(1));
        // What the width has learned is mostly how counts come in platoons, which evens out too.
        let width = self.forecaster.width(0);
        first
            .into_iter()
            .flatten()
            .map(|(road, mean, sd)| {
                let relative = f64::from(*sd) / width / f64::from(mean.max(1.0));
                let arrivals = (f64::from(*mean) / intervals_per_h).max(0.25);
                let level = (relative * relative - 1.0 / arrivals).max(0.0);
                let variance = level + 1.0 / (REHEARSED_INTERVALS * arrivals);
                (*road, (self.forecaster.ratio(*road), variance.sqrt().min(0.5)))
            })
            .collect()
    }

    pub(super) fn finish_rehearsals(
        &mut self,
        now: CityTime,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        for (id, results, recommended) in self.rehearsals.due(now, &self.calibration) {
            for rehearsal in &results {
                log.push(Record::Rehearsal(rehearsal.clone()));
            }
            self.ledger.rehearsed(id, &results, recommended);
            let Some(pending) = self.ledger.proposal(id) else { continue };
            if pending.status != ProposalStatus::Open {
                continue;
            }
            if let Some(act) = self.asked_act(id) {
                let wanted_option = pending.proposal.preferred;
                self.decide(id, Some(wanted_option), act, log, wanted);
            } else if self.policy_approves(&pending.proposal) {
                let why = Message::new("brain-policy-approves");
                let act = Act {
                    who: Actor::Scene(pending.proposal.scene.clone()),
                    authority: Authority::Act,
                    why,
                    mode: self.mode,
                    at: now,
                };
                self.decide(id, Some(recommended), act, log, wanted);
            }
        }
    }

    /// Whether a scene's proposal is decided without a person: where the city lets it act, and in a
    /// run without an operator also where a person would have to approve.
    fn policy_approves(&self, proposal: &Proposal) -> bool {
        let mut seats = self.seats.iter();
        let seat = seats.find(|seat| seat.scene.manifest().id == proposal.scene);
        match seat.map(|seat| &seat.authority) {
            None | Some(Authority::Advise) => false,
            Some(_) => self.auto_approve || !proposal.needs_approval,
        }
    }

    /// Decides on a proposal that waits for it.
    pub(crate) fn decide(
        &mut self,
        id: ProposalId,
        option: Option<u8>,
        act: Act,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        let Some(pending) = self.ledger.proposal(id) else { return };
        // It may have lapsed, or policy been quicker, since a person's answer was accepted.
        if !matches!(pending.status, ProposalStatus::Open | ProposalStatus::Rehearsing) {
            let text = Message::new("brain-decided-too-late").number("proposal", f64::from(id.0));
            log.push(Record::Diagnostic { scene: pending.proposal.scene.clone(), text });
            return;
        }
        let proposal = pending.proposal.clone();
        let taken = option.unwrap_or(0) as usize;
        let rehearsal = pending.rehearsals.get(taken).and_then(Clone::clone);
        let decision = Decision {
            id: DecisionId(self.next_decision),
            proposal: id,
            option,
            rehearsal: rehearsal.as_ref().map(|rehearsal| rehearsal.id),
            predicted: rehearsal.as_ref().map_or(Vec::new(), |r| r.predictions.clone()),
            act,
        };
        self.next_decision += 1;
        let now = self.now();
        log.push(Record::Decision(decision.clone()));
        let acts = option.is_some_and(|option| option > 0);
        let status = if acts { ProposalStatus::Approved } else { ProposalStatus::Refused };
        self.ledger.settle(id, status, now);
        if acts {
            self.in_force.insert(decision.id);
        }
        self.ledger.decide(decision.clone(), proposal.text.clone(), proposal.place);
        if acts && let Some(chosen) = proposal.options.get(taken) {
            for action in &chosen.actions {
                self.put_in_force(action, &decision, log, wanted);
            }
        }
        if let Some(rehearsal) = &rehearsal {
            let horizon = Duration::from_seconds(i64::from(rehearsal.horizon_s));
            let mission = proposal
                .event
                .and_then(|call| self.missions.iter().find(|mission| mission.call == call))
                .map(|mission| (mission.call, mission.leg));
            wanted.decisions.push(ToMeasure {
                decision: decision.clone(),
                from: rehearsal.from,
                horizon,
                mission,
            });
        }
        // What a person asked for concerns every scene that acts on such things.
        let seat = self.seats.iter().position(|s| s.scene.manifest().id == proposal.scene);
        self.asked.remove(&id);
        self.call_scenes(&SceneInput::Decided(&proposal, &decision), seat, log, wanted);
    }

    pub(super) fn expire(&mut self, now: CityTime, log: &mut Vec<Record>) {
        for id in self.ledger.expired(now) {
            self.lapse(id, Lapse::Expired, log);
        }
    }

    /// The stop button is in: what is still being rehearsed or worked out will not be done.
    pub(crate) fn drop_rehearsals(&mut self, log: &mut Vec<Record>) {
        self.rehearsals.forget_work();
        for id in self.rehearsals.proposals() {
            let status = self.ledger.proposal(id).map(|pending| pending.status);
            if status == Some(ProposalStatus::Rehearsing) {
                self.lapse(id, Lapse::Stopped, log);
            } else {
                self.rehearsals.forget(id);
            }
        }
    }

    /// A proposal ends without a decision.
    pub(super) fn lapse(&mut self, id: ProposalId, how: Lapse, log: &mut Vec<Record>) {
        self.rehearsals.forget(id);
        self.asked.remove(&id);
        let (status, key) = match how {
            Lapse::Expired => (ProposalStatus::Expired, "brain-proposal-expired"),
            Lapse::Stopped => (ProposalStatus::Withdrawn, "brain-proposal-stopped"),
            _ => (ProposalStatus::Withdrawn, "brain-asked-anew"),
        };
        self.ledger.settle(id, status, self.mirror.world.now());
        let why = Message::new(key).number("proposal", f64::from(id.0));
        log.push(Record::Lapsed { proposal: id, how, why });
    }

    /// The effect of a decision was measured: learn from it and tell the scene.
    pub(crate) fn measured(
        &mut self,
        outcome: &urbis_core::Outcome,
        log: &mut Vec<Record>,
    ) -> Wanted {
        let mut wanted = Wanted::default();
        self.calibration.learn_all(self.ledger.predicted(outcome.decision), outcome);
        log.push(Record::Outcome(outcome.clone()));
        self.ledger.outcome(outcome.clone());
        self.call_scenes(&SceneInput::Measured(outcome), None, log, &mut wanted);
        wanted
    }
}
