//! Offsets of all signals in step, from the flows the estimate believes.
//!
//! # Units
//! Vehicle hours an hour by the model of [`urbis_control::area`].

use urbis_control::area::{AreaParameters, in_step, optimize};
use urbis_control::webster::MovementFlows;
use urbis_core::{Estimate, JunctionId, Plan};
use urbis_network::Network;

use crate::junction::flow_of;
use crate::review::Finding;

/// Least saving that is worth changing many plans at once: this share of delay and stops.
const SAVING_SHARE: f64 = 0.03;

/// Offsets alone are changed. Splits that fit the flows of this quarter of an hour are too tight for
/// the next one when demand grows, and queues then lock up what the offsets had gained.
const PARAMETERS: AreaParameters = AreaParameters { split_step_s: 0, ..AreaParameters::USUAL };

/// What the search found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AreaFinding {
    /// Plans that differ from the ones in force.
    pub(crate) plans: Vec<(JunctionId, Plan)>,
    /// Delay they save by the model, vehicle hours an hour.
    pub(crate) saving_veh_h: f64,
}

/// Better plans for the signals that share the most frequent cycle, where they save enough.
pub(crate) fn find(
    network: &Network,
    findings: &[Finding],
    estimate: &Estimate,
) -> Option<AreaFinding> {
    let current: Vec<(JunctionId, Plan)> =
        findings.iter().map(|finding| (finding.junction, finding.current.clone())).collect();
    let in_step = in_step(network, &current);
    if in_step.len() < 2 {
        return None;
    }
    let flows: MovementFlows = network
        .movements
        .iter_ids()
        .map(|(movement, _)| (movement, flow_of(estimate, movement)))
        .collect();
    let found = optimize(network, &in_step, &flows, &PARAMETERS).ok()?;
    let (before, after) = (found.before, found.after);
    let saved = before.index_veh_h_per_h - after.index_veh_h_per_h;
    if saved <= before.index_veh_h_per_h * SAVING_SHARE {
        return None;
    }
    let changed = found.plans.into_iter().zip(&in_step).filter(|(new, old)| new.1 != old.1);
    let plans = changed
        .map(|((junction, plan), _)| (junction, Plan { name: "area".to_owned(), ..plan }))
        .collect();
    let saving_veh_h = before.delay_veh_h_per_h - after.delay_veh_h_per_h;
    Some(AreaFinding { plans, saving_veh_h })
}
