//! The state of the city: a fold over the records of its journal.
//!
//! # Shape
//! [`CityState::apply`] takes one record in; the same records in the same order give the same
//! state and the same [`CityState::hash`], whether folded from the first one or from a snapshot.
//!
//! **Invariant:** a record is taken in once: one that is not newer than the state changes nothing.

mod control;
mod matter;
mod numbers;
mod observation;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use urbis_core::{
    Act, Begun, Entity, EntityId, EventId, Input, Intake, JunctionId, Lapse, Message, PersonId,
    Place, Record, RoadId, Sealed, SourceId, SubjectId,
};
use urbis_units::CityTime;

pub use control::{Blockage, ClosedLane, Controls, JunctionControl, Outside};
pub use matter::{Call, DecisionState, EventState, KEPT, Matters, ProposalState};
pub use numbers::Numbers;
pub use observation::{AHEAD_MAX, Latest, Observations};
pub use snapshot::{Restored, STATE_SCHEMA, Snapshots};

use crate::error::StoreError;
use crate::journal::Entry;

/// How many alarms and how many diagnostics stay in the state.
const NOTES_KEPT: usize = 1000;

/// What is kept of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Since when the newest of it.
    pub since: CityTime,
    /// The call it was given with.
    pub call: EventId,
}

/// A bound on service that was broken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// When.
    pub at: CityTime,
    /// Where.
    pub junction: JunctionId,
    /// What.
    pub text: Message,
}

/// What a scene could not make sense of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// When.
    pub at: CityTime,
    /// Which scene.
    pub scene: String,
    /// What.
    pub text: Message,
}

/// The state of the city after some record of its journal.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CityState {
    /// Sequence of the last record taken in.
    pub sequence: u64,
    /// The latest city time of any record.
    pub at: CityTime,
    /// How the journal began.
    pub begun: Option<Begun>,
    /// Entities.
    pub entities: BTreeMap<EntityId, Entity>,
    /// Sources of observations.
    pub sources: BTreeMap<SourceId, String>,
    /// Names of persons, sealed.
    pub persons: BTreeMap<PersonId, Sealed>,
    /// Whose data is kept.
    pub subjects: BTreeMap<SubjectId, Kept>,
    /// Whose data was erased, or is to be: someone asked for it.
    pub erased: BTreeSet<SubjectId>,
    /// The highest number of each kind that was ever given.
    pub numbers: Numbers,
    /// The latest observations.
    pub observations: Observations,
    /// Events, cases, proposals and what became of them.
    pub matters: Matters,
    /// What is closed, taken, chosen and stopped.
    pub controls: Controls,
    /// What happens outside and the brain is not told.
    pub outside: Outside,
    /// The last alarms, oldest first.
    pub alarms: VecDeque<Alarm>,
    /// The last diagnostics, oldest first.
    pub diagnostics: VecDeque<Diagnostic>,
}

/// Folds `entries` into `state`.
///
/// # Errors
/// The first error of the entries; the state then stands before it.
pub fn fold(
    mut state: CityState,
    entries: impl IntoIterator<Item = Result<Entry, StoreError>>,
) -> Result<CityState, StoreError> {
    for entry in entries {
        let entry = entry?;
        state.apply(entry.sequence, entry.at, &entry.record);
    }
    Ok(state)
}

impl CityState {
    /// Takes in the record at `sequence`; returns whether it was new.
    pub fn apply(&mut self, sequence: u64, at: CityTime, record: &Record) -> bool {
        if sequence <= self.sequence {
            return false;
        }
        self.sequence = sequence;
        self.advance(at);
        self.numbers.take(record);
        match record {
            Record::Begun(begun) => self.begin(begun),
            Record::EntityInterned { id, entity } => {
                self.entities.insert(*id, entity.clone());
            }
            Record::SourceInterned { id, name } => {
                self.sources.insert(*id, name.clone());
            }
            Record::Person { person, name } => {
                self.persons.insert(person.clone(), name.clone());
            }
            Record::Observed(batch) => {
                for row in batch.rows() {
                    self.observations.apply(&row);
                }
            }
            Record::Input(input) => self.input(input, at),
            Record::Event(event) => self.matters.event(event),
            Record::Case(case) => {
                self.matters.cases.insert(case.id, case.clone());
            }
            Record::Proposal(proposal) => self.matters.proposal(proposal),
            Record::Rehearsal(rehearsal) => self.matters.rehearsal(rehearsal),
            Record::Decision(decision) => {
                self.matters.decision(decision);
                if let Some(state) = self.matters.proposals.get(&decision.proposal) {
                    self.controls.decided(&state.proposal, decision);
                }
            }
            Record::Command { command, result } => self.controls.command(command, result),
            Record::Outcome(outcome) => self.matters.outcome(outcome),
            Record::Alarm { junction, text } => {
                let alarm = Alarm { at, junction: *junction, text: text.clone() };
                keep_last(&mut self.alarms, alarm);
            }
            Record::Diagnostic { scene, text } => {
                let note = Diagnostic { at, scene: scene.clone(), text: text.clone() };
                keep_last(&mut self.diagnostics, note);
            }
            Record::Withdrawn { proposal, .. } => self.matters.withdrawn(*proposal),
            Record::NotTaken { command, junction, .. } => {
                self.controls.not_taken(*junction, *command);
            }
            Record::Erased { subject, .. } => self.erase(subject),
            Record::Lapsed { proposal, how, .. } => {
                self.matters.lapsed(*proposal, *how);
                // What replaced it has been asked for already and stands.
                if *how != Lapse::Replaced
                    && let Some(state) = self.matters.proposals.get(proposal)
                {
                    self.controls.settle(&state.proposal);
                }
            }
            // The first that follows a call's coarse record is the call.
            Record::Private { exact, follows_coarse: true } => {
                let newest = self.matters.calls.values_mut().next_back();
                if let Some(call) = newest.filter(|call| call.exact.is_none())
                    && self.subjects.contains_key(&exact.subject)
                {
                    call.exact = Some(exact.clone());
                }
            }
            // A checkpoint says what the state is; later words are added here with their schema.
            _ => {}
        }
        true
    }

    /// BLAKE3 of the canonical bytes of the state.
    pub fn hash(&self) -> [u8; 32] {
        blake3::derive_key("urbis store v1 city state", &self.to_bytes())
    }

    /// The canonical bytes: postcard, with every map in the order of its keys.
    fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("a state is made of maps and lists of known length")
    }

    /// Moves city time on, and once an hour leaves old matters to the journal.
    fn advance(&mut self, at: CityTime) {
        let before = self.at.seconds().div_euclid(3600);
        self.at = self.at.max(at);
        if self.at.seconds().div_euclid(3600) != before {
            self.matters.forget(self.at);
        }
    }

    /// A session begins: the streets start empty, nothing is closed, taken, chosen or stopped, and
    /// what was under way is dropped; whoever restores an earlier session's settings submits them.
    fn begin(&mut self, begun: &Begun) {
        self.begun = Some(begun.clone());
        self.entities.clear();
        self.sources.clear();
        self.observations = Observations::default();
        self.controls = Controls::default();
        self.outside = Outside::default();
        self.matters = Matters { cases: std::mem::take(&mut self.matters.cases), ..<_>::default() };
    }

    fn erase(&mut self, subject: &SubjectId) {
        self.subjects.remove(subject);
        self.erased.insert(subject.clone());
    }

    fn input(&mut self, input: &Input, at: CityTime) {
        self.controls.intake(&input.what, &input.act);
        self.outside.intake(&input.what, at);
        match &input.what {
            Intake::Acknowledge { event } => self.matters.acknowledge(*event, &input.act),
            Intake::AcknowledgeProposal { proposal } => {
                self.matters.acknowledge_proposal(*proposal, &input.act);
            }
            Intake::Call { event, road, hospital, patient } => {
                self.called(*event, at, Place::Road(*road), (*hospital, patient, &input.act));
            }
            Intake::CallNear { event, near, subject, hospital, patient } => {
                self.called(*event, at, Place::Point(*near), (*hospital, patient, &input.act));
                self.subjects.insert(subject.clone(), Kept { since: at, call: *event });
            }
            Intake::ErasePerson { subject } => self.erase(subject),
            _ => {}
        }
    }
}

impl CityState {
    fn called(
        &mut self,
        event: EventId,
        at: CityTime,
        place: Place,
        (hospital, patient, act): (Option<RoadId>, &[Sealed], &Act),
    ) {
        for sealed in patient {
            self.subjects.insert(sealed.subject.clone(), Kept { since: at, call: event });
        }
        let (patient, act) = (patient.to_vec(), act.clone());
        let call = Call { place, hospital, exact: None, patient, act };
        self.matters.calls.insert(event, call);
    }
}

fn keep_last<T>(notes: &mut VecDeque<T>, note: T) {
    if notes.len() == NOTES_KEPT {
        notes.pop_front();
    }
    notes.push_back(note);
}
