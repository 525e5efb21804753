//! Records: everything the journal keeps, in one closed enum.
//!
//! State is a fold over these. What a replay needs to give the same bytes again is here: outside
//! happenings and what people did are input; everything else follows from them and the seed.
//!
//! **Version rule:** variants are only ever appended at the end of an enum; a change of meaning
//! makes a new variant. A released variant gets no further field, because its bytes name none: what
//! must be added stands in a new variant, or in a new schema with a reader for the old one.
//! [`SCHEMA`] grows by one with every release that changes any of these words; readers of all
//! earlier numbers stay (`store::Schemas`).

use serde::{Deserialize, Serialize};
use urbis_units::{CityTime, Mode, Point};

use crate::{
    Act, Case, ChoiceRehearsal, Command, CommandId, CommandResult, Decision, Entity, EntityId,
    Event, EventId, Indicators, JunctionId, LaneId, Lapse, Law, Message, ObservationBatch, Outcome,
    PersonId, Proposal, ProposalId, Rehearsal, RoadId, Sealed, SourceId, StageIdx, SubjectId,
};

/// Number of the record schema this program writes.
pub const SCHEMA: u16 = 1;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Record {
    /// The journal begins: what city, what seed, what software.
    Begun(Begun),
    /// An entity's URN got its number.
    EntityInterned {
        /// The number.
        id: EntityId,
        /// The entity.
        entity: Entity,
    },
    /// A source's name got its number.
    SourceInterned {
        /// The number.
        id: SourceId,
        /// The name.
        name: String,
    },
    /// A person was introduced; the name is sealed.
    Person {
        /// The account.
        person: PersonId,
        /// The name.
        name: Sealed,
    },
    /// Observations arrived.
    Observed(ObservationBatch),
    /// Something came from outside, or a person did something.
    Input(Input),
    /// A scene noticed something, or its picture of it changed.
    Event(Event),
    /// A case was opened or moved on.
    Case(Case),
    /// A scene proposed something.
    Proposal(Proposal),
    /// A rehearsal was finished.
    Rehearsal(Rehearsal),
    /// A proposal was decided.
    Decision(Decision),
    /// A command passed or failed the interlock.
    Command {
        /// The command.
        command: Command,
        /// What became of it.
        result: CommandResult,
    },
    /// The effect of a decision was measured.
    Outcome(Outcome),
    /// A bound on service was broken (longest red, detector silence).
    Alarm {
        /// Where.
        junction: JunctionId,
        /// What.
        text: Message,
    },
    /// A scene misbehaved: it failed, or was given bad data.
    Diagnostic {
        /// Which scene.
        scene: String,
        /// What.
        text: Message,
    },
    /// Checkpoint: a hash of the folded state, of the city's traffic and of the brain's belief just
    /// before the records of this second; a replay finds the same.
    StateHash {
        /// BLAKE3.
        hash: [u8; 32],
    },
    /// A sampled choice of stage was rehearsed afterwards.
    ChoiceRehearsed(ChoiceRehearsal),
    /// A scene took a proposal back.
    Withdrawn {
        /// Which.
        proposal: ProposalId,
        /// The scene.
        scene: String,
    },
    /// A controller did not take a command that the interlock had let pass.
    NotTaken {
        /// Which command.
        command: CommandId,
        /// The controller's junction.
        junction: JunctionId,
        /// Why.
        why: Message,
    },
    /// A person's key was destroyed: what was sealed with it is gone.
    Erased {
        /// Whose.
        subject: SubjectId,
        /// Who asked for it, or the city's policy, why and when.
        act: Act,
    },
    /// A proposal came to an end without a decision and not by its scene.
    Lapsed {
        /// Which.
        proposal: ProposalId,
        /// How.
        how: Lapse,
        /// In words.
        why: Message,
    },
    /// How the traffic fares, once a minute.
    Indicators {
        /// In the city.
        with: Indicators,
        /// In the counterfactual, where one runs.
        without: Option<Indicators>,
    },
    /// A record that says where a person is or was, under that person's key.
    Private {
        /// The whole record, sealed (`urbis_store::sealed_record`).
        exact: Sealed,
        /// Whether the record before this one says of the same what everyone may read; otherwise
        /// nothing is said of it in the clear.
        follows_coarse: bool,
    },
}

/// The first record of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// Mode of the city clock.
    pub mode: Mode,
    /// Name of the city.
    pub city: String,
    /// BLAKE3 of network, detectors and name of the city: ids of the network's parts are indices
    /// into these. The settings hold a hash of the rest.
    pub pack: [u8; 32],
    /// Seed of everything random.
    pub seed: u64,
    /// What else the session depends on, as JSON (`urbis_brain`'s settings).
    pub settings: String,
    /// First instant of the city clock.
    pub start: CityTime,
}

/// Input from outside the loop, signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Who, why, when.
    pub act: Act,
    /// What.
    pub what: Intake,
}

/// What can come from outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Intake {
    /// A lane is closed as planned work; the brain is told.
    CloseLane {
        /// Which.
        lane: LaneId,
        /// Why, in the words of who closed it.
        reason: String,
    },
    /// A lane is open again.
    OpenLane {
        /// Which.
        lane: LaneId,
    },
    /// Something blocks a lane; the brain is not told, it must notice.
    Blockage {
        /// Which.
        lane: LaneId,
        /// How far from the lane's start, metres.
        position_m: f64,
        /// How long, seconds; `None` until removed.
        lasts_s: Option<u32>,
    },
    /// A blockage is removed.
    Unblock {
        /// Which lane.
        lane: LaneId,
    },
    /// Someone needs an ambulance. It says where a person is: the journal keeps it as
    /// [`Record::Private`] behind [`Intake::CallNear`].
    Call {
        /// Number of the event this becomes.
        event: EventId,
        /// Road where the patient is.
        road: RoadId,
        /// Hospital to go to, by the road it is on; the nearest when `None`.
        hospital: Option<RoadId>,
        /// Name, phone and address of the patient, sealed, as given.
        patient: Vec<Sealed>,
    },
    /// Weather: factors on speed and headway, 1 in fair weather.
    Weather {
        /// Factor on desired speed.
        speed_ratio: f64,
        /// Factor on time headway.
        headway_ratio: f64,
    },
    /// A person decides on a proposal.
    Decide {
        /// Which.
        proposal: ProposalId,
        /// The option taken, `None` to refuse.
        option: Option<u8>,
    },
    /// A person acknowledges an event.
    Acknowledge {
        /// Which.
        event: EventId,
    },
    /// A person takes control of a junction.
    TakeControl {
        /// Which.
        junction: JunctionId,
    },
    /// A person returns a junction.
    ReleaseControl {
        /// Which.
        junction: JunctionId,
    },
    /// A person asks for a stage at a junction under their control.
    RequestStage {
        /// Which junction.
        junction: JunctionId,
        /// Which stage.
        stage: StageIdx,
    },
    /// A person chooses the law of a junction.
    ChooseLaw {
        /// Which junction.
        junction: JunctionId,
        /// Which law.
        law: Law,
    },
    /// Someone at the cabinet switches local manual on or off.
    LocalManual {
        /// Which junction.
        junction: JunctionId,
        /// On or off.
        on: bool,
    },
    /// Every junction back to its local plan; the brain commands nothing.
    Stop,
    /// The brain may act again.
    ReleaseStop,
    /// A person's data is erased: their key is destroyed, and what was sealed with it is gone.
    ErasePerson {
        /// Whose.
        subject: SubjectId,
    },
    /// A person acknowledges a proposal: it has been seen, and by whom.
    AcknowledgeProposal {
        /// Which.
        proposal: ProposalId,
    },
    /// A person takes control of several junctions at once: all of them or none.
    TakeArea {
        /// Which.
        junctions: Vec<JunctionId>,
    },
    /// A person returns several junctions.
    ReleaseArea {
        /// Which.
        junctions: Vec<JunctionId>,
    },
    /// A [`Intake::Call`] as everyone may read it: somewhere in a square.
    CallNear {
        /// Number of the event this becomes.
        event: EventId,
        /// Middle of the square.
        near: Point,
        /// Under whose key the place is sealed.
        subject: SubjectId,
        /// Hospital to go to, by the road it is on; the nearest when `None`.
        hospital: Option<RoadId>,
        /// Name, phone and address of the patient, sealed, as given.
        patient: Vec<Sealed>,
    },
}
