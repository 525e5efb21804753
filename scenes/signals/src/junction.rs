//! One junction under the scene: what it needs to know, and its stage-by-stage choices.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use urbis_control::max_pressure::{Choice, PressureLaw, PressureParameters, PressureState, Queue};
use urbis_control::webster::MovementFlows;
use urbis_core::{
    DecisionId, Estimate, JunctionId, LaneId, Message, MovementId, Order, Plan, SignalStatus,
};
use urbis_network::Network;
use urbis_scene::SceneCtx;
use urbis_units::{CityTime, Duration, Seconds, Vehicles, VehiclesPerHour};

/// How long an unchanged choice is left unsaid; the controller's watchdog waits twice as long.
const REPEAT: Duration = Duration::from_seconds(15);
/// How long a stage that is asked for and not shown is waited for before it is asked for again: the
/// request may have been lost or refused.
const AGAIN: Duration = Duration::from_seconds(8);
/// How long a plan is left unsaid: soon enough after a corridor, far below the watchdog's quarter
/// of an hour.
const PLAN_REPEAT: Duration = Duration::from_seconds(60);
/// How far the forecast of a choice looks.
const OUTLOOK: Seconds = Seconds::new(30.0);

/// What the scene keeps of a junction.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct JunctionState {
    /// Memory of max pressure, while it is in force.
    pub(crate) pressure: Option<PressureState>,
    /// The plan in force under Webster.
    pub(crate) plan: Option<Plan>,
    /// The decision that put the law in force.
    pub(crate) decision: Option<DecisionId>,
    /// When the controller was last ordered something.
    pub(crate) ordered: Option<CityTime>,
}

impl JunctionState {
    fn is_silent_for(&self, now: CityTime, span: Duration) -> bool {
        self.ordered.is_none_or(|at| now - at >= span)
    }

    /// Forgets all that belongs to a law no longer in force.
    pub(crate) fn leave(&mut self) {
        *self = Self::default();
    }

    /// One second under max pressure.
    pub(crate) fn press(
        &mut self,
        ctx: &mut SceneCtx<'_>,
        network: &Network,
        (junction, law): (JunctionId, &PressureLaw),
        status: &SignalStatus,
    ) {
        let now = ctx.now();
        let estimate = ctx.estimate();
        let state = self.pressure.get_or_insert_with(|| PressureState::new(law, now.seconds()));
        let choice =
            law.decide(state, now.seconds(), status.stage, |lane| queue_of(estimate, lane));
        let Some(choice) = choice else { return };
        let patience = if status.stage == Some(choice.stage) { REPEAT } else { AGAIN };
        if choice.changes() || self.is_silent_for(now, patience) {
            let why = explain(network, junction, law, &choice, estimate);
            ctx.order(junction, Order::ShowStage(choice.stage), self.decision, why);
            self.ordered = Some(now);
        }
    }

    /// One second under Webster: keeps the plan in force.
    pub(crate) fn keep_plan(&mut self, ctx: &mut SceneCtx<'_>, junction: JunctionId) {
        let now = ctx.now();
        if let Some(plan) = &self.plan
            && self.is_silent_for(now, PLAN_REPEAT)
        {
            let why = Message::new("signals-plan").number("cycle_s", plan.cycle().get());
            ctx.order(junction, Order::RunPlan(plan.clone()), self.decision, why);
            self.ordered = Some(now);
        }
    }
}

/// The laws of every junction that has a signal they can run, by junction.
pub(crate) fn laws(network: &Network) -> Vec<(JunctionId, Arc<PressureLaw>)> {
    network
        .signalized()
        .filter_map(|(junction, _)| {
            let law = PressureLaw::new(network, junction, PressureParameters::USUAL).ok()?;
            Some((junction, Arc::new(law)))
        })
        .collect()
}

fn queue_of(estimate: &Estimate, lane: LaneId) -> Queue {
    let vehicles = |number: f32| Vehicles::new(f64::from(number));
    estimate.lanes.get(lane).map_or_else(Queue::default, |belief| {
        let (standing, present) = (vehicles(belief.queue_veh), vehicles(belief.count_veh));
        Queue::of(standing, present, vehicles(belief.queue_sd_veh))
    })
}

pub(crate) fn flow_of(estimate: &Estimate, movement: MovementId) -> VehiclesPerHour {
    let flow_vph = estimate.movement_flow_vph.get(movement).copied().unwrap_or(0.0);
    VehiclesPerHour::try_new(f64::from(flow_vph)).unwrap_or_default()
}

/// Measured flows of the movements across `junction`.
pub(crate) fn flows(network: &Network, junction: JunctionId, estimate: &Estimate) -> MovementFlows {
    network.movements_of(junction).map(|id| (id, flow_of(estimate, id))).collect()
}

/// The law's reason and what it expects of the queues.
fn explain(
    network: &Network,
    junction: JunctionId,
    law: &PressureLaw,
    choice: &Choice,
    estimate: &Estimate,
) -> Message {
    let Some(signal) = &network.junctions[junction].signal else {
        return Message::new(choice.explanation.reason.key());
    };
    let reason = choice.message(network, signal);
    let stages = (choice.explanation.from, choice.stage);
    let inflow = |movement| flow_of(estimate, movement);
    let outlook = law.outlook(stages, OUTLOOK, inflow, |lane| queue_of(estimate, lane));
    match outlook {
        None => reason,
        Some(outlook) => Message::new("signals-choice")
            .message("reason", reason)
            .number("horizon_s", outlook.horizon.get())
            .number("now_veh", outlook.now.get())
            .number("then_veh", outlook.then.get())
            .number("then_sd_veh", outlook.then_sd.get()),
    }
}
