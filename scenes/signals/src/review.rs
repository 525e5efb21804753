//! The review: how well the plans fit the traffic, and what would fit better.
//!
//! # Units
//! Delays are seconds a vehicle by the formula of [`urbis_control::webster`].

use urbis_control::webster::{self, WebsterParameters};
use urbis_core::{
    Action, ChoiceOption, Estimate, JunctionId, Law, Measured, Message, Place, Plan, Proposal,
    ProposalId, SignalStatus,
};
use urbis_network::{Network, Signal};
use urbis_units::{CityTime, Duration, Ratio, Seconds, VehiclesPerHour};

use crate::area::{self, AreaFinding};
use crate::junction::flows;

/// Least saving that is worth a new plan: this share of the delay and these seconds a vehicle.
const SAVING_SHARE: f64 = 0.08;
const SAVING_LEAST: Seconds = Seconds::new(1.5);
/// Below this flow there is nothing to gain.
const FLOW_LEAST: VehiclesPerHour = VehiclesPerHour::new(120.0);
/// Degree of saturation beyond which a fixed plan leaves vehicles behind every cycle.
const SATURATED: Ratio = Ratio::new(0.9);
/// Queue of one lane, vehicles, beyond which it did not clear in the last green.
const STANDING_QUEUE_VEH: f32 = 8.0;
/// How long a proposal waits for a decision.
const PATIENCE: Duration = Duration::from_minutes(10);
/// How far its rehearsal looks, seconds: plans must first get in step before they gain.
const HORIZON_S: u32 = 1200;

/// What the review found at one junction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) junction: JunctionId,
    /// The plan that would fit better, where one would.
    pub(crate) plan: Option<Plan>,
    /// The plan it runs now.
    pub(crate) current: Plan,
    /// Vehicle-hours an hour it saves by the formula.
    pub(crate) saving_veh_h: f64,
    /// Whether queues no longer clear.
    pub(crate) saturated: bool,
    /// Whether there is traffic enough for another law to matter.
    pub(crate) busy: bool,
}

/// Looks at one junction whose controller runs `current`.
fn look(
    network: &Network,
    junction: JunctionId,
    current: Plan,
    estimate: &Estimate,
) -> Option<Finding> {
    let flows = flows(network, junction, estimate);
    let parameters = WebsterParameters {
        cycle: Some(current.cycle()),
        sequence: Some(current.splits.iter().map(|split| split.stage).collect()),
        ..WebsterParameters::USUAL
    };
    let now = webster::evaluate(network, junction, &current, &flows, &parameters).ok()?;
    let flow: VehiclesPerHour = now.movements.iter().map(|movement| movement.flow).sum();
    let saturated = now.worst_saturation() > SATURATED && queue_stands(network, junction, estimate);
    let busy = flow >= FLOW_LEAST;
    let offset = current.offset;
    let mut finding = Finding { junction, plan: None, current, saving_veh_h: 0.0, saturated, busy };
    if !finding.busy {
        return Some(finding);
    }
    let better = webster::plan(network, junction, &flows, &parameters).ok()?;
    let better = Plan { name: "webster".to_owned(), offset, ..better };
    let then = webster::evaluate(network, junction, &better, &flows, &parameters).ok()?;
    let saving = now.mean_delay() - then.mean_delay();
    // Another cycle would fall out of step with the neighbors.
    let in_step = (then.cycle - now.cycle).get().abs() < 0.5;
    if in_step && saving > SAVING_LEAST && saving > now.mean_delay() * SAVING_SHARE {
        finding.plan = Some(better);
        finding.saving_veh_h = flow.get() * saving.get() / 3600.0;
    }
    Some(finding)
}

/// A plan with measured splits for a junction put under Webster by hand.
pub(crate) fn retimed(
    network: &Network,
    junction: JunctionId,
    current: &Plan,
    estimate: &Estimate,
) -> Plan {
    let parameters = WebsterParameters {
        cycle: Some(current.cycle()),
        sequence: Some(current.splits.iter().map(|split| split.stage).collect()),
        ..WebsterParameters::USUAL
    };
    let flows = flows(network, junction, estimate);
    webster::plan(network, junction, &flows, &parameters)
        .map(|plan| Plan { offset: current.offset, ..plan })
        .unwrap_or_else(|_unusable| current.clone())
}

/// The local plan the controller says it runs.
pub(crate) fn local_plan<'a>(signal: &'a Signal, status: &SignalStatus) -> Option<&'a Plan> {
    signal.plans.get(status.plan as usize).or_else(|| signal.plans.first())
}

/// Whether some lane's queue did not clear in its last green.
fn queue_stands(network: &Network, junction: JunctionId, estimate: &Estimate) -> bool {
    let roads = network.junctions[junction].incoming.iter();
    let mut lanes = roads.flat_map(|road| network.lanes_of(*road));
    lanes.any(|lane| {
        estimate.lanes.get(lane).is_some_and(|belief| belief.queue_veh > STANDING_QUEUE_VEH)
    })
}

/// Whether a decision was measured to cost time rather than save it.
pub(crate) fn cost_time(measured: &Measured) -> bool {
    measured.measure == "time_spent_veh_h_change" && measured.value > 0.0
}

/// A review to be made, with all it needs.
#[derive(Debug)]
pub(crate) struct Review {
    /// When it was asked for.
    pub(crate) asked: CityTime,
    /// The signals that may be given another plan, each with the one it runs.
    pub(crate) plans: Vec<(JunctionId, Plan)>,
    /// What was believed of the traffic.
    pub(crate) estimate: Estimate,
    /// Junctions that may go back to their local plans.
    pub(crate) doubted: Vec<JunctionId>,
}

/// What a review found.
#[derive(Debug)]
pub(crate) struct Reviewed {
    /// When it was asked for.
    pub(crate) asked: CityTime,
    findings: Vec<Finding>,
    in_step: Option<AreaFinding>,
    doubted: Vec<JunctionId>,
}

impl Review {
    /// Looks at every junction and at all of them together. Seconds, in a large city.
    pub(crate) fn look(self, network: &Network) -> Reviewed {
        let Self { asked, plans, estimate, doubted } = self;
        let findings: Vec<Finding> = plans
            .into_iter()
            .filter_map(|(junction, plan)| look(network, junction, plan, &estimate))
            .collect();
        let in_step = area::find(network, &findings, &estimate);
        Reviewed { asked, findings, in_step, doubted }
    }
}

impl Reviewed {
    /// The proposal the findings ask for, if they do.
    pub(crate) fn proposal(&self, now: CityTime) -> Option<Proposal> {
        let Self { findings, in_step, doubted, .. } = self;
        let saving_veh_h: f64 = findings.iter().map(|finding| finding.saving_veh_h).sum();
        let those = |wanted: fn(&Finding) -> bool| -> Vec<JunctionId> {
            findings.iter().filter(|f| wanted(f)).map(|finding| finding.junction).collect()
        };
        let (saturated, busy) = (those(|f| f.saturated), those(|f| f.busy));
        let counts = (saturated.len(), busy.len());
        let place = match busy[..] {
            [only] => Place::Junction(only),
            _ => Place::City,
        };
        let retimed: Vec<(JunctionId, Plan)> =
            findings.iter().filter_map(|f| Some((f.junction, f.plan.clone()?))).collect();
        let text = Message::new("signals-review")
            .number("retimed", retimed.len() as f64)
            .number("saturated", counts.0 as f64);
        let mut options =
            vec![ChoiceOption { text: Message::new("signals-option-none"), actions: Vec::new() }];
        if !retimed.is_empty() {
            let text = Message::new("signals-option-webster")
                .number("junctions", retimed.len() as f64)
                .number("saving_veh_h", saving_veh_h);
            options.push(plans_option(text, &retimed));
        }
        if counts.0 > 0 && counts.0 < counts.1 {
            options.push(pressure_option(saturated));
        }
        if counts.1 > 0 {
            // No formula says what stage-by-stage control gains over a fixed plan: the rehearsal does.
            options.push(pressure_option(busy));
        }
        if let Some(found) = in_step {
            let text = Message::new("signals-option-area")
                .number("junctions", found.plans.len() as f64)
                .number("saving_veh_h", found.saving_veh_h);
            options.push(plans_option(text, &found.plans));
        }
        if !doubted.is_empty() {
            let text =
                Message::new("signals-option-local").number("junctions", doubted.len() as f64);
            let back = Action::UseLaw { junctions: doubted.clone(), law: Law::LocalPlan };
            options.push(ChoiceOption { text, actions: vec![back] });
        }
        let preferred = options.len() as u8 - 1;
        (preferred > 0).then(|| Proposal {
            id: ProposalId(0),
            scene: crate::scene::ID.to_owned(),
            at: now,
            expires: now + PATIENCE,
            event: None,
            place,
            text,
            options,
            preferred,
            needs_approval: true,
            horizon_s: HORIZON_S,
        })
    }
}

fn pressure_option(junctions: Vec<JunctionId>) -> ChoiceOption {
    ChoiceOption {
        text: Message::new("signals-option-pressure").number("junctions", junctions.len() as f64),
        actions: vec![Action::UseLaw { junctions, law: Law::MaxPressure }],
    }
}

/// The option to run `plans`.
fn plans_option(text: Message, plans: &[(JunctionId, Plan)]) -> ChoiceOption {
    let junctions = plans.iter().map(|(junction, _)| *junction).collect();
    let mut actions = vec![Action::UseLaw { junctions, law: Law::Webster }];
    actions.extend(
        plans
            .iter()
            .map(|(junction, plan)| Action::UsePlan { junction: *junction, plan: plan.clone() }),
    );
    ChoiceOption { text, actions }
}
