//! The words of the city brain: observation, event, proposal, decision, command, outcome.
//!
//! ```text
//! Observation -> Estimate -> Event -> Proposal -> Rehearsal -> Decision -> Command -> Outcome
//! ```
//!
//! **Invariant:** no I/O, no async, no clock, no randomness of its own. **Invariant:** every act
//! carries an [`Act`]: who, under what authority, why, in which mode. **Invariant:** a personal
//! field is a [`Sealed`] everywhere but in the hands of whoever may open it.

mod act;
mod decision;
mod estimate;
mod event;
pub mod id;
mod indicator;
mod message;
mod mission;
mod observation;
mod personal;
mod place;
mod policy;
mod proposal;
mod record;
mod signal;

pub use act::{Act, Actor, Authority, PersonId};
pub use decision::{
    ChoiceRehearsal, Command, CommandId, CommandResult, Decision, DecisionId, Measured, Order,
    Outcome,
};
pub use estimate::{Estimate, Forecast, LaneEstimate};
pub use event::{
    Case, CaseId, CaseStep, Event, EventId, EventType, Evidence, Severity, StepRecord,
};
pub use id::{Id, IdVec, ids_in};
pub use indicator::Indicators;
pub use message::{Arg, Message, Reason};
pub use mission::{Leg, Mission, Probe};
pub use observation::{
    Entity, EntityId, ObservationBatch, Property, Quality, Row, Sensitivity, SourceId,
};
pub use personal::{Keyring, Opened, PersonalError, Sealed, SubjectId};
pub use place::{DetectorId, JunctionId, LaneId, LaneLinkId, MovementId, Place, RoadId};
pub use policy::{AllowAll, AuditLine, Policy, Purpose, Verdict};
pub use proposal::{
    Action, ChoiceOption, Lapse, Law, OPERATOR, Prediction, Proposal, ProposalId, Rehearsal,
    RehearsalId,
};
pub use record::{Begun, Input, Intake, Record, SCHEMA};
pub use signal::{GROUPS_MAX, GroupIdx, GroupSet, Plan, SignalStatus, Split, StageIdx};
