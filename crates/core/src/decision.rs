//! Decisions, the commands they give, and what they really did.

use serde::{Deserialize, Serialize};
use urbis_units::CityTime;

use crate::typed_id;
use crate::{Act, JunctionId, Message, Plan, Prediction, ProposalId, RehearsalId, StageIdx};

typed_id!(
    /// A decision.
    DecisionId,
    /// A command.
    CommandId,
);

/// A proposal accepted or refused, by policy or by a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Its number.
    pub id: DecisionId,
    /// About which proposal.
    pub proposal: ProposalId,
    /// The option taken; `None` when the proposal was refused.
    pub option: Option<u8>,
    /// On what rehearsal.
    pub rehearsal: Option<RehearsalId>,
    /// The prediction it rests on.
    pub predicted: Vec<Prediction>,
    /// Who, under what authority, why, when, in which mode.
    pub act: Act,
}

/// What an actuator is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Order {
    /// Go to a stage as soon as the controller safely can.
    ShowStage(StageIdx),
    /// Keep the present stage until further notice or until the watchdog returns the local plan.
    Hold,
    /// Run this plan.
    RunPlan(Plan),
    /// Return to the local plan.
    ReturnToLocal,
}

/// One order to one signal controller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// Its number.
    pub id: CommandId,
    /// Which controller.
    pub junction: JunctionId,
    /// What to do.
    pub order: Order,
    /// The decision it carries out, where there is one; stage-by-stage control under a law acts
    /// under the decision that put the law in force.
    pub decision: Option<DecisionId>,
    /// Who, under what authority, why, when, in which mode.
    pub act: Act,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandResult {
    /// The interlock let it pass and it was sent; what its controller did not take is said by
    /// [`crate::Record::NotTaken`].
    Sent,
    /// The interlock refused it.
    Refused {
        /// Which rule.
        rule: String,
        /// Why, in words.
        why: Message,
    },
}

/// A choice of stage, rehearsed afterwards beside keeping the stage that was shown.
///
/// Both stages are held for the time the controller's forecast looked ahead; then the laws in force
/// go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChoiceRehearsal {
    /// The command that carried the choice.
    pub command: CommandId,
    /// Which controller.
    pub junction: JunctionId,
    /// When it was chosen.
    pub at: CityTime,
    /// The stage that was shown.
    pub kept: StageIdx,
    /// The stage chosen.
    pub chosen: StageIdx,
    /// How far the controller's forecast looked, seconds.
    pub horizon_s: u32,
    /// Queues before the junction when it chose, vehicles, as the controller weighs them.
    pub now_veh: f64,
    /// The controller's forecast of them at the horizon, vehicles.
    pub then_veh: f64,
    /// Standard deviation of that forecast, vehicles.
    pub then_sd_veh: f64,
    /// The same queues in the rehearsal, vehicles: mean of the draws.
    pub rehearsed_veh: f64,
    /// Waiting in these queues until the horizon in the rehearsal, vehicle seconds.
    pub waiting_veh_s: f64,
    /// Draws of demand and driver parameters.
    pub draws: u32,
    /// Time spent by all vehicles after the choice, less that after keeping the stage.
    pub change: Prediction,
}

/// A measured value beside what was predicted of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// As in [`Prediction::measure`].
    pub measure: String,
    /// The value.
    pub value: f64,
    /// Whether it fell inside the predicted interval.
    pub inside: bool,
}

/// What a decision really did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Of which decision.
    pub decision: DecisionId,
    /// When it was measured.
    pub at: CityTime,
    /// Measured values, in the order of the predictions.
    pub measured: Vec<Measured>,
}
