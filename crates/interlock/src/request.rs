//! What the interlock is asked, what it is told, and what it permits.

use serde::{Deserialize, Serialize};
use urbis_core::{
    Actor, Authority, Command, GroupIdx, GroupSet, JunctionId, Order, Plan, StageIdx,
};
use urbis_units::{CityTime, Mode};

use crate::Alarm;

/// What is wanted of a controller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Go to a stage; the greens change as soon as they safely can.
    Stage(StageIdx),
    /// These groups and no others are green from the given second on.
    Groups {
        /// Which.
        green: GroupSet,
        /// The second at which those that are not green yet start.
        from: CityTime,
    },
    /// Keep what is shown.
    Hold,
    /// Run a plan.
    Plan(Plan),
    /// Return to the local plan.
    Release,
}

/// A request to one controller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Which controller.
    pub junction: JunctionId,
    /// What is wanted.
    pub action: Action,
    /// Who asks.
    pub by: Actor,
    /// Under what authority.
    pub authority: Authority,
    /// Whether a decision stands behind it.
    pub decided: bool,
    /// The mode in which it was made.
    pub mode: Mode,
}

impl Request {
    /// The request a command makes; `None` for an order the interlock does not know, which must
    /// then not be sent.
    pub fn of(command: &Command) -> Option<Self> {
        let action = match &command.order {
            Order::ShowStage(stage) => Action::Stage(*stage),
            Order::Hold => Action::Hold,
            Order::RunPlan(plan) => Action::Plan(plan.clone()),
            Order::ReturnToLocal => Action::Release,
            _ => return None,
        };
        Some(Self {
            junction: command.junction,
            action,
            by: command.act.who.clone(),
            authority: command.act.authority.clone(),
            decided: command.decision.is_some(),
            mode: command.act.mode,
        })
    }
}

/// When a request is judged. The loop says it, not whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// Now, on the city clock.
    pub now: CityTime,
    /// How the clock is driven.
    pub mode: Mode,
}

/// Who decides at a controller what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Its own plan, or one it was given.
    Plan,
    /// Stage requests from the center.
    Stage,
    /// A person at the cabinet.
    Manual,
    /// Nobody: flashing, dark or cut off by its conflict monitor.
    Fault,
}

/// What a controller says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The second it speaks of.
    pub at: CityTime,
    /// Who decides.
    pub operation: Operation,
    /// Groups that are green (walk) in that second.
    pub green: GroupSet,
}

/// When a group is green under a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GreenTime {
    /// Which group.
    pub group: GroupIdx,
    /// First instant of green; in the past for a group that is green already.
    pub from: CityTime,
    /// First instant after green; `None` until something else is permitted.
    pub until: Option<CityTime>,
}

/// What a permit allows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permitted {
    /// Exactly these greens from [`Permit::effective`] on; they replace those of earlier permits.
    Greens(Vec<GreenTime>),
    /// What earlier permits or the controller itself have under way goes on.
    Hold,
    /// The controller runs this plan with its own minimum greens and intergreens.
    Plan(Plan),
    /// The controller runs its local plan.
    Local,
}

/// Leave to send a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Permit {
    /// To which controller.
    pub junction: JunctionId,
    /// From when it counts.
    pub effective: CityTime,
    /// What it allows.
    pub what: Permitted,
    /// Bounds on service it breaks that are not hard.
    pub alarms: Vec<Alarm>,
}
