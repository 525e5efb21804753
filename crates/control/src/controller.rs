//! A field controller: turns plans and stage requests into aspects, second by second.
//!
//! The controller is the last but one guard on the street. Whatever it is asked for, it ends no
//! green before its minimum, starts none before every conflicting group has been off for its
//! intergreen (for pedestrians: their clearance), and returns to its own plan when nobody speaks to
//! it. Behind it stands the conflict monitor, a device of its own that this model leaves out.
//!
//! How a change of stage runs:
//! - groups in both stages stay green;
//! - a losing group ends as late as it can without delaying a gaining one, so that traffic still
//!   moves while pedestrians clear;
//! - a gaining group starts after its own intergreens, not after the longest of the stage;
//! - pedestrians walk early in a stage: under a plan until clearance just fits before the next
//!   stage, under stage requests for their minimum, so that the next change is not held up. Their
//!   walk is repeated when a stage lasts half their longest red beyond it.
//!
//! # Units
//! Whole seconds; times are seconds since the Unix epoch.

mod groups;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use urbis_core::{GroupSet, Order, StageIdx};

use crate::fixed::{PlanRunner, Timeline, Transition, scheduled_plan};
use crate::{Moment, SignalError, SignalTiming};
pub use groups::Aspects;
use groups::{Groups, Wish};

/// Who decides which stage is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// The controller's own plan and schedule.
    LocalPlan,
    /// A plan from the center.
    CentralPlan,
    /// Stage requests from the center.
    CentralStage,
    /// A person at the cabinet.
    Manual,
}

/// Settings of a controller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ControllerParameters {
    /// Seconds without an order after which stage requests no longer hold.
    pub stage_watchdog_s: u32,
    /// Seconds without an order after which a plan from the center no longer holds.
    pub plan_watchdog_s: u32,
    /// How it gets back in step.
    pub transition: Transition,
}

impl ControllerParameters {
    /// Stage requests hold for 30 s, plans for a quarter of an hour.
    pub const USUAL: Self =
        Self { stage_watchdog_s: 30, plan_watchdog_s: 900, transition: Transition::SMOOTH };
}

/// Why a controller does not take an order.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum OrderError {
    /// A person at the cabinet has the controller.
    #[error("controller is in local manual; wait until the person at the cabinet hands it back")]
    Manual,
    /// The signal has no such stage.
    #[error("stage {0} is not configured; choose one of the signal's stages")]
    UnknownStage(u8),
    /// The plan cannot be run.
    #[error(transparent)]
    Plan(#[from] SignalError),
    /// A kind of order this controller does not know.
    #[error("this controller does not know such an order; send a stage, a plan or a release")]
    Unsupported,
}

/// The state of one controller; its configuration is handed in as [`SignalTiming`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalController {
    parameters: ControllerParameters,
    operation: Operation,
    groups: Groups,
    /// The stage shown or aimed at.
    stage: StageIdx,
    /// The stage requested last, while requests hold.
    requested: Option<StageIdx>,
    /// Since when all of `stage` and nothing else is green; `None` between stages.
    shown_since: Option<i64>,
    second: i64,
    ordered: i64,
    /// Index of the local plan in force.
    plan: u16,
    runner: PlanRunner,
    central: Option<Timeline>,
}

impl LocalController {
    /// A controller that starts in step with its schedule, its first stage green at once.
    pub fn new(timing: &SignalTiming, moment: Moment, parameters: ControllerParameters) -> Self {
        let plan = scheduled_plan(&timing.schedule, moment);
        let timeline = &timing.timelines[plan as usize];
        let runner = PlanRunner::in_step(timeline, moment.second_of_day);
        let stage = runner.now(timeline).stage;
        let second = moment.second();
        Self {
            parameters,
            operation: Operation::LocalPlan,
            groups: Groups::new(timing, timing.stage(stage), second),
            stage,
            requested: None,
            shown_since: Some(second),
            second,
            ordered: second,
            plan,
            runner,
            central: None,
        }
    }

    /// Who decides.
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// The stage shown or aimed at.
    pub const fn stage(&self) -> StageIdx {
        self.stage
    }

    /// Since which second the stage is fully shown; `None` between stages.
    pub const fn shown_since(&self) -> Option<i64> {
        self.shown_since
    }

    /// Index of the local plan in force.
    pub const fn plan(&self) -> u16 {
        self.plan
    }

    /// Seconds the running plan is out of step: positive to be added, negative to be cut.
    pub const fn correction_s(&self) -> i32 {
        self.runner.correction_s()
    }

    /// What the heads show.
    pub fn aspects(&self, timing: &SignalTiming) -> Aspects {
        self.groups.aspects(timing, self.second)
    }

    /// Takes an order at `moment`; it takes effect with the next [`Self::step`].
    ///
    /// # Errors
    /// [`OrderError`] when the order cannot be carried out; the controller goes on as it was.
    pub fn order(
        &mut self,
        timing: &SignalTiming,
        order: &Order,
        moment: Moment,
    ) -> Result<(), OrderError> {
        if self.operation == Operation::Manual {
            return Err(OrderError::Manual);
        }
        match order {
            Order::ShowStage(stage) if (stage.0 as usize) < timing.stages.len() => {
                let green = |stage: StageIdx| timing.stage(stage);
                if self.requested.map(green) != Some(green(*stage)) {
                    // Pedestrians may have walked already; whoever asks cannot know.
                    self.groups.offer_walk();
                }
                self.operation = Operation::CentralStage;
                self.requested = Some(*stage);
                self.stage = *stage;
            }
            Order::ShowStage(stage) => return Err(OrderError::UnknownStage(stage.0)),
            Order::Hold => self.operation = Operation::CentralStage,
            Order::RunPlan(plan) => {
                let timeline = timing.timeline(plan, 0)?;
                let running = self.operation == Operation::CentralPlan
                    && self.central.as_ref() == Some(&timeline);
                if !running {
                    self.runner = self.join(&timeline, moment);
                    self.central = Some(timeline);
                    self.operation = Operation::CentralPlan;
                }
            }
            Order::ReturnToLocal => self.return_to_local(timing, moment),
            _ => return Err(OrderError::Unsupported),
        }
        if self.operation != Operation::CentralPlan {
            self.central = None;
        }
        if self.operation != Operation::CentralStage {
            self.requested = None;
        }
        self.ordered = moment.second();
        Ok(())
    }

    /// A person at the cabinet takes the controller and, with a stage, turns to it. Stages that are
    /// not configured are ignored: the panel has no such key.
    pub fn take_manually(&mut self, timing: &SignalTiming, stage: Option<StageIdx>) {
        self.operation = Operation::Manual;
        self.central = None;
        self.requested = None;
        if let Some(stage) = stage.filter(|stage| (stage.0 as usize) < timing.stages.len()) {
            self.stage = stage;
        }
    }

    /// The person at the cabinet hands the controller back to its local plan.
    pub fn hand_back(&mut self, timing: &SignalTiming, moment: Moment) {
        if self.operation == Operation::Manual {
            self.return_to_local(timing, moment);
        }
    }

    fn return_to_local(&mut self, timing: &SignalTiming, moment: Moment) {
        if self.operation == Operation::LocalPlan {
            return;
        }
        self.operation = Operation::LocalPlan;
        self.central = None;
        self.requested = None;
        self.plan = scheduled_plan(&timing.schedule, moment);
        self.runner = self.join(&timing.timelines[self.plan as usize], moment);
    }

    /// The running state of a plan that takes over from the stage shown now.
    fn join(&self, timeline: &Timeline, moment: Moment) -> PlanRunner {
        let transition = self.parameters.transition;
        PlanRunner::from_stage(timeline, Some(self.stage), moment.second_of_day, transition)
    }

    /// Goes on to `moment` and says what the heads show in the second that begins there. Times up
    /// to the present one are ignored.
    pub fn step(&mut self, timing: &SignalTiming, moment: Moment) -> Aspects {
        let now = moment.second();
        if now > self.second {
            let silent_s = now - self.ordered;
            let watchdog_s = match self.operation {
                Operation::CentralStage => Some(self.parameters.stage_watchdog_s),
                Operation::CentralPlan => Some(self.parameters.plan_watchdog_s),
                Operation::LocalPlan | Operation::Manual => None,
            };
            if watchdog_s.is_some_and(|limit_s| silent_s > i64::from(limit_s)) {
                self.return_to_local(timing, moment);
            }
            let wish = self.wish(timing, moment, now - self.second);
            self.second = now;
            self.groups.step(timing, now, &wish);
            let complete = self.groups.shows(timing, timing.stage(self.stage));
            self.shown_since = complete.then(|| self.shown_since.unwrap_or(now));
        }
        self.aspects(timing)
    }

    /// What the one in charge wants shown.
    fn wish(&mut self, timing: &SignalTiming, moment: Moment, elapsed_s: i64) -> Wish {
        let now = moment.second();
        let stage_before = self.stage;
        let wish = match self.operation {
            Operation::Manual => Wish::at_rest(timing.stage(self.stage), false),
            Operation::CentralStage => Wish::at_rest(timing.stage(self.stage), true),
            Operation::LocalPlan | Operation::CentralPlan => {
                self.advance(timing, moment, elapsed_s);
                let timeline = self.timeline(timing);
                let step = self.runner.now(timeline);
                self.stage = step.stage;
                Wish {
                    target: timing.stage(step.stage),
                    next: Some((timing.stage(step.next), now + i64::from(step.switch_in_s))),
                    short_walk: false,
                }
            }
        };
        if self.stage != stage_before {
            self.shown_since = None;
        }
        wish
    }

    fn timeline<'a>(&'a self, timing: &'a SignalTiming) -> &'a Timeline {
        self.central.as_ref().unwrap_or(&timing.timelines[self.plan as usize])
    }

    /// Moves the running plan on; a plan that the schedule puts in force takes over between slots.
    fn advance(&mut self, timing: &SignalTiming, moment: Moment, elapsed_s: i64) {
        let transition = self.parameters.transition;
        let scheduled = scheduled_plan(&timing.schedule, moment);
        let mut runner = self.runner;
        if elapsed_s > 1 {
            // Asleep for a while: no way to know where the plan was.
            self.plan = if self.central.is_none() { scheduled } else { self.plan };
            runner = PlanRunner::in_step(self.timeline(timing), moment.second_of_day);
        } else if self.central.is_none() && scheduled != self.plan && runner.at_slot_end() {
            let next = runner.now(self.timeline(timing)).next;
            self.plan = scheduled;
            let timeline = self.timeline(timing);
            runner = PlanRunner::from_stage(timeline, Some(next), moment.second_of_day, transition);
        } else {
            runner.advance(self.timeline(timing), moment.second_of_day, transition);
        }
        self.runner = runner;
    }

    /// Green groups of the stage shown or aimed at.
    pub fn target(&self, timing: &SignalTiming) -> GroupSet {
        timing.stage(self.stage)
    }
}
