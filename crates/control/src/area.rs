//! Offsets and splits of a whole area, for the least delay and stops of the flows that are there.
//!
//! Signals with one common cycle repeat the same second after second; what leaves one stop line
//! arrives at the next a little later and a little spread out. So one cycle of arrivals, queues and
//! departures at every stop line says what a set of plans costs, and plans are changed one signal
//! at a time as long as that cost falls.
//!
//! # Assumptions and limits
//! Flows are steady over the period; queues are vertical, so a queue that reaches back into the
//! junction before is charged for but does not block it; a movement that must yield is slower, but
//! keeps to its green; what comes from signals with another cycle arrives evenly. Hill climbing
//! finds a local optimum; the order of signals and steps is fixed, so the result is always the same.
//!
//! # Units
//! Seconds, vehicles; costs are vehicle seconds a cycle, in results vehicle hours an hour.
//!
//! # Source
//! Cyclic flow profiles, platoon dispersion and hill climbing over offsets and splits: D. I.
//! Robertson, *TRANSYT: A Traffic Network Study Tool*, Road Research Laboratory Report LR 253,
//! 1969. Random and oversaturation delay: see [`crate::webster::delay`].

mod climb;
mod profile;
mod streams;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use urbis_core::{JunctionId, Plan};
use urbis_network::Network;
use urbis_units::Seconds;

use crate::webster::MovementFlows;
use crate::{SignalError, SignalTiming};

/// Settings of the search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AreaParameters {
    /// Delay a stop counts as, beside the waiting itself: braking and starting again.
    pub stop_cost: Seconds,
    /// Robertson's platoon dispersion factor: 0.2 on clear roads to 0.5 on obstructed ones.
    pub dispersion: f64,
    /// Rounds over all signals at most.
    pub rounds_max: u32,
    /// Seconds by which splits move; 0 leaves them.
    pub split_step_s: u32,
}

impl AreaParameters {
    /// Usual values.
    pub const USUAL: Self =
        Self { stop_cost: Seconds::new(8.0), dispersion: 0.35, rounds_max: 6, split_step_s: 2 };
}

/// Why an area cannot be optimized.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AreaError {
    /// A signal or its plan cannot be run.
    #[error("junction {}: {error}", junction.0)]
    Signal {
        /// Where.
        junction: JunctionId,
        /// What is wrong.
        error: SignalError,
    },
    /// Two signals have different cycles.
    #[error(
        "junction {} has a cycle of {cycle_s} s, the area one of {expected_s} s; \
         leave it out or give it that cycle", junction.0
    )]
    Cycle {
        /// Where.
        junction: JunctionId,
        /// Its cycle.
        cycle_s: usize,
        /// That of the signals before it.
        expected_s: usize,
    },
}

/// What a set of plans costs by the model.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct AreaCost {
    /// Delay of all vehicles, vehicle hours an hour.
    pub delay_veh_h_per_h: f64,
    /// Stops of all vehicles an hour.
    pub stops_per_h: f64,
    /// What is minimized: delay, stops by their cost, overfull roads; vehicle hours an hour.
    pub index_veh_h_per_h: f64,
}

/// Plans for an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaPlans {
    /// The plans, in the order of the ones given.
    pub plans: Vec<(JunctionId, Plan)>,
    /// What the given plans cost.
    pub before: AreaCost,
    /// What these cost.
    pub after: AreaCost,
}

/// Better offsets and splits for `plans`, which share one cycle, under `flows` of all movements of
/// the network, those without signals included.
///
/// Minimum greens and pedestrians' clearances are kept; stages, their order and the cycle stay.
///
/// # Errors
/// [`AreaError`] when a plan cannot be run or has another cycle than the first.
pub fn optimize(
    network: &Network,
    plans: &[(JunctionId, Plan)],
    flows: &MovementFlows,
    parameters: &AreaParameters,
) -> Result<AreaPlans, AreaError> {
    let area = streams::Area::new(network, plans, flows, parameters)?;
    Ok(climb::Climb::new(area, *parameters).run())
}

/// Those of `plans` that share the most frequent cycle, as their controllers really run it; of
/// equally frequent ones the longest. Plans that cannot be run are left out.
pub fn in_step(network: &Network, plans: &[(JunctionId, Plan)]) -> Vec<(JunctionId, Plan)> {
    let cycle_s = |(junction, plan): &(JunctionId, Plan)| {
        let signal = network.junctions.get(*junction)?.signal.as_ref()?;
        let timing = SignalTiming::without_plans(signal).ok()?;
        Some(timing.timeline(plan, 0).ok()?.cycle_s())
    };
    let cycles: Vec<Option<u32>> = plans.iter().map(cycle_s).collect();
    let count = |cycle: u32| cycles.iter().filter(|one| **one == Some(cycle)).count();
    let common = cycles.iter().flatten().copied().max_by_key(|cycle| (count(*cycle), *cycle));
    plans
        .iter()
        .zip(&cycles)
        .filter(|(_, cycle)| cycle.is_some() && **cycle == common)
        .map(|(plan, _)| plan.clone())
        .collect()
}

#[cfg(test)]
mod tests;
