//! What has been recorded so far, folded into what people see: events, proposals, decisions.

use std::collections::BTreeMap;

use urbis_core::{
    Decision, DecisionId, Event, EventId, Outcome, PersonId, Place, Prediction, Proposal,
    ProposalId, Rehearsal, Severity,
};
use urbis_units::{CityTime, Duration};

use crate::view::{DecisionView, EventView, ProposalStatus, ProposalView};

/// How long what is over stays in view.
const KEPT: Duration = Duration::from_minutes(10);
/// Decisions kept in view.
const DECISIONS_MAX: usize = 100;

/// Events, proposals and decisions by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    events: BTreeMap<EventId, (Event, Option<(PersonId, CityTime)>)>,
    proposals: BTreeMap<ProposalId, Pending>,
    decisions: BTreeMap<DecisionId, DecisionView>,
    /// Of those no longer in view: how many rested on a prediction, and whose outcome was known.
    forgotten: (u32, u32),
}

/// A proposal on its way.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    /// The proposal.
    pub proposal: Proposal,
    /// Where it stands.
    pub status: ProposalStatus,
    /// Since when.
    pub since: CityTime,
    /// Rehearsal of each option.
    pub rehearsals: Vec<Option<Rehearsal>>,
    /// The option with the best rehearsal.
    pub recommended: u8,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(PersonId, CityTime)>,
}

impl Ledger {
    /// Takes up an event or its new picture.
    pub(crate) fn event(&mut self, event: Event) {
        let acknowledged = self.events.get(&event.id).and_then(|(_, by)| by.clone());
        self.events.insert(event.id, (event, acknowledged));
    }

    /// An event by number.
    pub(crate) fn find_event(&self, id: EventId) -> Option<&Event> {
        self.events.get(&id).map(|(event, _)| event)
    }

    /// Someone acknowledged an event.
    pub(crate) fn acknowledge(&mut self, id: EventId, by: PersonId, at: CityTime) {
        if let Some((_, acknowledged)) = self.events.get_mut(&id) {
            acknowledged.get_or_insert((by, at));
        }
    }

    /// Takes up a proposal that is about to be rehearsed.
    pub(crate) fn propose(&mut self, proposal: Proposal) {
        let rehearsals = vec![None; proposal.options.len()];
        let pending = Pending {
            status: ProposalStatus::Rehearsing,
            since: proposal.at,
            recommended: proposal.preferred,
            rehearsals,
            acknowledged: None,
            proposal,
        };
        self.proposals.insert(pending.proposal.id, pending);
    }

    /// A proposal by number.
    pub(crate) fn proposal(&self, id: ProposalId) -> Option<&Pending> {
        self.proposals.get(&id)
    }

    /// Someone acknowledged a proposal.
    pub(crate) fn acknowledge_proposal(&mut self, id: ProposalId, by: PersonId, at: CityTime) {
        if let Some(pending) = self.proposals.get_mut(&id) {
            pending.acknowledged.get_or_insert((by, at));
        }
    }

    /// A rehearsal's results are in.
    pub(crate) fn rehearsed(&mut self, id: ProposalId, results: &[Rehearsal], recommended: u8) {
        let Some(pending) = self.proposals.get_mut(&id) else { return };
        for rehearsal in results {
            if let Some(slot) = pending.rehearsals.get_mut(rehearsal.option as usize) {
                *slot = Some(rehearsal.clone());
            }
        }
        pending.recommended = recommended;
        if pending.status == ProposalStatus::Rehearsing {
            pending.status = ProposalStatus::Open;
        }
    }

    /// A proposal is settled.
    pub(crate) fn settle(&mut self, id: ProposalId, status: ProposalStatus, at: CityTime) {
        if let Some(pending) = self.proposals.get_mut(&id) {
            pending.status = status;
            pending.since = at;
        }
    }

    /// Open proposals whose time has passed.
    pub(crate) fn expired(&self, now: CityTime) -> Vec<ProposalId> {
        self.proposals
            .values()
            .filter(|p| matches!(p.status, ProposalStatus::Open | ProposalStatus::Rehearsing))
            .filter(|p| p.proposal.expires <= now)
            .map(|p| p.proposal.id)
            .collect()
    }

    /// Takes up a decision.
    pub(crate) fn decide(&mut self, decision: Decision, text: urbis_core::Message, place: Place) {
        let view =
            DecisionView { text, place, outcome: None, commands: 0, refused_commands: 0, decision };
        self.decisions.insert(view.decision.id, view);
    }

    /// A command was given under a decision.
    pub(crate) fn commanded(&mut self, decision: DecisionId, refused: bool) {
        if let Some(view) = self.decisions.get_mut(&decision) {
            if refused {
                view.refused_commands += 1;
            } else {
                view.commands += 1;
            }
        }
    }

    /// The prediction a decision rests on.
    pub(crate) fn predicted(&self, decision: DecisionId) -> &[Prediction] {
        self.decisions.get(&decision).map_or(&[], |view| &view.decision.predicted)
    }

    /// The outcome of a decision is known.
    pub(crate) fn outcome(&mut self, outcome: Outcome) {
        if let Some(view) = self.decisions.get_mut(&outcome.decision) {
            view.outcome = Some(outcome);
        }
    }

    /// How many decisions rest on a prediction, and how many outcomes are known.
    pub(crate) fn tally(&self) -> (u32, u32) {
        let predicted = self.decisions.values().filter(|d| !d.decision.predicted.is_empty());
        let known = self.decisions.values().filter(|d| d.outcome.is_some());
        let (predicted_before, known_before) = self.forgotten;
        (predicted_before + predicted.count() as u32, known_before + known.count() as u32)
    }

    /// Forgets what has been over for long.
    pub(crate) fn forget(&mut self, now: CityTime) {
        self.events.retain(|_, (event, _)| event.until.is_none_or(|until| now - until < KEPT));
        self.proposals.retain(|_, pending| {
            matches!(pending.status, ProposalStatus::Open | ProposalStatus::Rehearsing)
                || now - pending.since < KEPT
        });
        while self.decisions.len() > DECISIONS_MAX
            && let Some(oldest) = self.decisions.first_entry()
        {
            let view = oldest.get();
            let is_predicted = !view.decision.predicted.is_empty();
            if is_predicted && view.outcome.is_none() {
                break;
            }
            self.forgotten.0 += u32::from(is_predicted);
            self.forgotten.1 += u32::from(view.outcome.is_some());
            oldest.remove();
        }
    }

    /// Events for people, what matters most first.
    pub(crate) fn event_views(&self) -> Vec<EventView> {
        let mut views: Vec<EventView> = self
            .events
            .values()
            .map(|(event, acknowledged)| EventView {
                event: event.clone(),
                acknowledged: acknowledged.clone(),
                rank: 0,
            })
            .collect();
        views.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then(a.event.id.cmp(&b.event.id)));
        for (rank, view) in views.iter_mut().enumerate() {
            view.rank = rank as u32;
        }
        views
    }

    /// Proposals for people: those that wait for a decision first, the most urgent first.
    pub(crate) fn proposal_views(&self) -> Vec<ProposalView> {
        let mut pending: Vec<&Pending> = self.proposals.values().collect();
        pending.sort_by_key(|p| {
            let settled = !matches!(p.status, ProposalStatus::Open | ProposalStatus::Rehearsing);
            (settled, p.proposal.expires, p.proposal.id)
        });
        pending
            .into_iter()
            .enumerate()
            .map(|(rank, p)| ProposalView {
                proposal: p.proposal.clone(),
                status: p.status,
                rehearsals: p.rehearsals.clone(),
                recommended: p.recommended,
                acknowledged: p.acknowledged.clone(),
                rank: rank as u32,
            })
            .collect()
    }

    /// The newest decisions, newest first.
    pub(crate) fn decision_views(&self) -> Vec<DecisionView> {
        self.decisions.values().rev().take(DECISIONS_MAX).cloned().collect()
    }
}

/// What makes an event matter: severity by confidence; over or acknowledged counts less.
fn weight(view: &EventView) -> f64 {
    let severity = match view.event.severity {
        Severity::Minor => 1.0,
        Severity::Moderate => 2.0,
        Severity::Severe => 4.0,
        Severity::Extreme => 8.0,
    };
    let over = if view.event.until.is_some() { 0.05 } else { 1.0 };
    let seen = if view.acknowledged.is_some() { 0.5 } else { 1.0 };
    severity * view.event.confidence.get() * over * seen
}
