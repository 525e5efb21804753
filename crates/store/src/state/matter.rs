//! Events, cases, proposals and what became of them.
//!
//! # Shape
//! A matter that is finished (an event that is over, a proposal that was refused, expired or
//! measured) stays for [`KEPT`] and is then left to the journal, so that the state of a city that
//! runs for years stays small.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use urbis_core::{
    Act, Case, CaseId, CaseStep, Decision, DecisionId, Event, EventId, Lapse, Outcome, Place,
    Proposal, ProposalId, Rehearsal, RehearsalId, RoadId, Sealed,
};
use urbis_units::{CityTime, Duration};

/// How long a finished matter stays in the state.
pub const KEPT: Duration = Duration::from_minutes(48 * 60);

/// An event and whether someone has seen it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventState {
    /// As last reported.
    pub event: Event,
    /// Who acknowledged it, when.
    pub acknowledged: Option<Act>,
}

/// A proposal and how far it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProposalState {
    /// The proposal.
    pub proposal: Proposal,
    /// Its rehearsals, in the order they were finished.
    pub rehearsals: Vec<RehearsalId>,
    /// The decision on it.
    pub decision: Option<DecisionId>,
    /// Whether its scene took it back.
    pub withdrawn: bool,
    /// How it came to an end without a decision and not by its scene.
    pub lapsed: Option<Lapse>,
    /// Who acknowledged it, when.
    pub acknowledged: Option<Act>,
}

impl ProposalState {
    /// Whether a decision on it is still to come at `now`.
    pub fn is_open(&self, now: CityTime) -> bool {
        let ended = self.withdrawn || self.lapsed.is_some() || self.decision.is_some();
        !ended && self.proposal.expires > now
    }
}

/// A decision and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecisionState {
    /// The decision.
    pub decision: Decision,
    /// Its measured effect.
    pub outcome: Option<Outcome>,
}

/// A call for an ambulance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Where the patient is, as far as the journal says it in the clear.
    pub place: Place,
    /// Hospital asked for, by its road.
    pub hospital: Option<RoadId>,
    /// The whole call, sealed, where the place is not told in the clear.
    pub exact: Option<Sealed>,
    /// Name, phone and address, sealed.
    pub patient: Vec<Sealed>,
    /// Who took the call, when.
    pub act: Act,
}

/// All matters, by number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Matters {
    /// Events.
    pub events: BTreeMap<EventId, EventState>,
    /// Calls, by the event they became.
    pub calls: BTreeMap<EventId, Call>,
    /// Cases.
    pub cases: BTreeMap<CaseId, Case>,
    /// Proposals.
    pub proposals: BTreeMap<ProposalId, ProposalState>,
    /// Rehearsals.
    pub rehearsals: BTreeMap<RehearsalId, Rehearsal>,
    /// Decisions.
    pub decisions: BTreeMap<DecisionId, DecisionState>,
}

impl Matters {
    pub(super) fn event(&mut self, event: &Event) {
        let acknowledged = self.events.get(&event.id).and_then(|it| it.acknowledged.clone());
        self.events.insert(event.id, EventState { event: event.clone(), acknowledged });
    }

    pub(super) fn acknowledge(&mut self, event: EventId, act: &Act) {
        if let Some(state) = self.events.get_mut(&event) {
            state.acknowledged.get_or_insert_with(|| act.clone());
        }
    }

    pub(super) fn proposal(&mut self, proposal: &Proposal) {
        let known = self.proposals.get(&proposal.id);
        let state = ProposalState {
            proposal: proposal.clone(),
            rehearsals: known.map(|it| it.rehearsals.clone()).unwrap_or_default(),
            decision: known.and_then(|it| it.decision),
            withdrawn: false,
            lapsed: None,
            acknowledged: known.and_then(|it| it.acknowledged.clone()),
        };
        self.proposals.insert(proposal.id, state);
    }

    pub(super) fn withdrawn(&mut self, proposal: ProposalId) {
        if let Some(state) = self.proposals.get_mut(&proposal) {
            state.withdrawn = true;
        }
    }

    pub(super) fn lapsed(&mut self, proposal: ProposalId, how: Lapse) {
        if let Some(state) = self.proposals.get_mut(&proposal) {
            state.lapsed = Some(how);
        }
    }

    pub(super) fn acknowledge_proposal(&mut self, proposal: ProposalId, act: &Act) {
        if let Some(state) = self.proposals.get_mut(&proposal) {
            state.acknowledged.get_or_insert_with(|| act.clone());
        }
    }

    pub(super) fn rehearsal(&mut self, rehearsal: &Rehearsal) {
        if let Some(state) = self.proposals.get_mut(&rehearsal.proposal)
            && !state.rehearsals.contains(&rehearsal.id)
        {
            state.rehearsals.push(rehearsal.id);
        }
        self.rehearsals.insert(rehearsal.id, rehearsal.clone());
    }

    pub(super) fn decision(&mut self, decision: &Decision) {
        if let Some(state) = self.proposals.get_mut(&decision.proposal) {
            state.decision = Some(decision.id);
        }
        let state = DecisionState { decision: decision.clone(), outcome: None };
        self.decisions.insert(decision.id, state);
    }

    pub(super) fn outcome(&mut self, outcome: &Outcome) {
        if let Some(state) = self.decisions.get_mut(&outcome.decision) {
            state.outcome = Some(outcome.clone());
        }
    }

    /// Leaves to the journal what was finished longer than [`KEPT`] before `now`.
    pub(super) fn forget(&mut self, now: CityTime) {
        let old = |time: CityTime| time + KEPT < now;
        self.events.retain(|_, state| !state.event.until.is_some_and(old));
        let events = &self.events;
        self.calls.retain(|event, call| events.contains_key(event) || !old(call.act.at));
        self.cases.retain(|_, case| {
            !case.steps.last().is_some_and(|last| last.step == CaseStep::Close && old(last.act.at))
        });
        let decisions = &mut self.decisions;
        let rehearsals = &mut self.rehearsals;
        self.proposals.retain(|_, state| {
            let decision = state.decision.and_then(|id| decisions.get(&id));
            let finished = decision.is_none_or(|it| match &it.outcome {
                Some(outcome) => old(outcome.at),
                None => it.decision.option.is_none(),
            });
            if !(finished && old(state.proposal.expires)) {
                return true;
            }
            for id in &state.rehearsals {
                rehearsals.remove(id);
            }
            if let Some(id) = state.decision {
                decisions.remove(&id);
            }
            false
        });
    }
}
