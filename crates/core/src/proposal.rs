//! Proposals: what a scene wants to do, the options it weighed, and how each fared in rehearsal.

use serde::{Deserialize, Serialize};
use urbis_units::CityTime;

use crate::{EventId, JunctionId, LaneId, Message, Place, Plan, RoadId, typed_id};

typed_id!(
    /// A proposal.
    ProposalId,
    /// A rehearsal.
    RehearsalId,
);

/// Who proposes what a person at the desk asked for, where other proposals name their scene.
pub const OPERATOR: &str = "operator";

/// How a proposal came to an end without a decision and not by its scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Lapse {
    /// Its time passed.
    Expired,
    /// The stop button was pressed while it was rehearsed.
    Stopped,
    /// Something newer was asked for at its place.
    Replaced,
}

/// The control law a junction follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Law {
    /// The controller's own plan with its schedule.
    LocalPlan,
    /// Fixed-time plan of the center, re-timed from measured flows: splits by Webster's method, or
    /// offsets and splits of a whole area.
    Webster,
    /// Max pressure, stage by stage.
    MaxPressure,
}

/// Something that can be done in the city, and therefore rehearsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Junctions follow another law.
    UseLaw {
        /// Which junctions.
        junctions: Vec<JunctionId>,
        /// Which law.
        law: Law,
    },
    /// A junction runs a new fixed-time plan.
    UsePlan {
        /// Which junction.
        junction: JunctionId,
        /// The plan.
        plan: Plan,
    },
    /// A green corridor for an emergency vehicle.
    Corridor {
        /// The call it serves.
        call: EventId,
        /// Roads the vehicle will drive, from where it is to where it goes.
        route: Vec<RoadId>,
        /// How long before its arrival a junction turns green for it, seconds.
        lead_s: f64,
    },
    /// A lane is closed to traffic, from now on.
    CloseLane {
        /// Which lane.
        lane: LaneId,
    },
    /// A closed lane is opened.
    OpenLane {
        /// Which lane.
        lane: LaneId,
    },
}

/// One way of dealing with a matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// In words.
    pub text: Message,
    /// What would be done; empty for doing nothing.
    pub actions: Vec<Action>,
}

/// What a scene wants to do.
///
/// **Invariant:** option 0 is to do nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Given by the loop when the proposal is made; scenes leave it at 0.
    pub id: ProposalId,
    /// The scene.
    pub scene: String,
    /// When.
    pub at: CityTime,
    /// When it is no longer worth doing.
    pub expires: CityTime,
    /// The event it answers, where there is one.
    pub event: Option<EventId>,
    /// Where.
    pub place: Place,
    /// In words.
    pub text: Message,
    /// The ways weighed.
    pub options: Vec<ChoiceOption>,
    /// The option the scene would take, before rehearsal.
    pub preferred: u8,
    /// Whether a person must approve; `false` where policy lets the scene act.
    pub needs_approval: bool,
    /// How far into the future a rehearsal should look, seconds.
    pub horizon_s: u32,
}

/// A predicted value with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// What is predicted, with its unit as suffix (`network_delay_veh_h`); differences from doing
    /// nothing end in `_change`.
    pub measure: String,
    /// Middle of the prediction.
    pub expected: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
    /// Share of outcomes that should fall between the bounds.
    pub level: f64,
}

/// A proposal's option run in the mirror twin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// Its number.
    pub id: RehearsalId,
    /// Of which proposal.
    pub proposal: ProposalId,
    /// Of which of its options.
    pub option: u8,
    /// The moment it starts from.
    pub from: CityTime,
    /// City time at which its result is known.
    pub ready: CityTime,
    /// How far it looks, seconds.
    pub horizon_s: u32,
    /// Draws of demand and driver parameters.
    pub draws: u32,
    /// Work done, in vehicle steps.
    pub vehicle_steps: u64,
    /// What it predicts.
    pub predictions: Vec<Prediction>,
}
