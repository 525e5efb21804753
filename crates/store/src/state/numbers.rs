//! The numbers given so far: a session that continues a journal goes on after them.

use serde::{Deserialize, Serialize};
use urbis_core::{Input, Intake, Record};

/// The highest number of each kind that was ever given; 0 before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// Of an event.
    pub event: u32,
    /// Of a case.
    pub case: u32,
    /// Of a proposal.
    pub proposal: u32,
    /// Of a rehearsal.
    pub rehearsal: u32,
    /// Of a decision.
    pub decision: u32,
    /// Of a command.
    pub command: u32,
}

impl Numbers {
    pub(super) fn take(&mut self, record: &Record) {
        let (highest, given) = match record {
            Record::Event(event) => (&mut self.event, event.id.0),
            Record::Input(Input {
                what: Intake::Call { event, .. } | Intake::CallNear { event, .. },
                ..
            }) => (&mut self.event, event.0),
            Record::Case(case) => (&mut self.case, case.id.0),
            Record::Proposal(proposal) => (&mut self.proposal, proposal.id.0),
            Record::Rehearsal(rehearsal) => (&mut self.rehearsal, rehearsal.id.0),
            Record::Decision(decision) => (&mut self.decision, decision.id.0),
            Record::Command { command, .. } => (&mut self.command, command.id.0),
            _ => return,
        };
        *highest = (*highest).max(given);
    }
}
