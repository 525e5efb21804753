//! Webster's method: cycle and splits for measured flows, and the delay they give.
//!
//! # Units
//! Flows are vehicles per hour, times are seconds; plans come out in whole seconds.
//!
//! # Source
//! F. V. Webster, *Traffic Signal Settings*, Road Research Technical Paper 39, HMSO, London 1958:
//! optimum cycle `C = (1.5 L + 5) / (1 - Y)`, greens in proportion to the critical flow ratios.
//! Saturation flows and delay beyond saturation after the Highway Capacity Manual; see
//! [`SaturationFlow`] and [`delay`].
//!
//! # Errors
//! [`SignalError`] when the junction has no signal or its configuration cannot be run.

pub mod delay;
mod flow;
mod split;

pub use flow::{MovementFlows, SaturationFlow};

use serde::{Deserialize, Serialize};
use urbis_core::{GroupSet, JunctionId, MovementId, Plan, Split, StageIdx};
use urbis_network::{Network, Signal};
use urbis_units::{Ratio, Seconds, VehiclesPerHour};

use crate::{SignalError, SignalTiming};
pub(crate) use flow::group_ratios;

/// Flow ratio that is treated as the most a junction can carry; Webster's cycle is infinite at 1.
const RATIO_MAX: f64 = 0.95;

/// Bounds and constants of the method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebsterParameters {
    /// Saturation flows.
    pub saturation: SaturationFlow,
    /// Time lost at the start of a green (HCM: 2 s).
    pub startup_lost: Seconds,
    /// Part of the intergreen that is still driven in (HCM: 2 s).
    pub end_gain: Seconds,
    /// Shortest cycle, unless minimum greens need more.
    pub cycle_min: Seconds,
    /// Longest cycle, unless minimum greens need more.
    pub cycle_max: Seconds,
    /// The cycle to use instead of the optimum, for junctions that are coordinated.
    pub cycle: Option<Seconds>,
    /// Stages in order; `None` takes the fewest of the signal's stages, in their order, that serve
    /// every group.
    pub sequence: Option<Vec<StageIdx>>,
}

impl WebsterParameters {
    /// Usual values: cycles of 40 to 150 s.
    pub const USUAL: Self = Self {
        saturation: SaturationFlow::HCM,
        startup_lost: Seconds::new(2.0),
        end_gain: Seconds::new(2.0),
        cycle_min: Seconds::new(40.0),
        cycle_max: Seconds::new(150.0),
        cycle: None,
        sequence: None,
    };
}

/// The plan for given flows: Webster's cycle within its bounds, greens by critical flow ratio,
/// minimum greens and pedestrians' walk and clearance honoured. Its offset is zero.
///
/// # Errors
/// [`SignalError`], see the module.
pub fn plan(
    network: &Network,
    junction: JunctionId,
    flows: &MovementFlows,
    parameters: &WebsterParameters,
) -> Result<Plan, SignalError> {
    let signal = signal_of(network, junction)?;
    let timing = SignalTiming::without_plans(signal)?;
    let sequence = match &parameters.sequence {
        Some(sequence) => sequence.clone(),
        None => covering_sequence(signal, &timing),
    };
    if sequence.is_empty() || sequence.iter().any(|s| s.0 as usize >= signal.stages.len()) {
        return Err(SignalError::Plan { plan: 0 });
    }
    let greens: Vec<GroupSet> = sequence.iter().map(|stage| timing.stage(*stage)).collect();
    let ratios = group_ratios(network, signal, &greens, flows, &parameters.saturation);
    let interstage_s = split::interstage_s(&timing, &greens);
    let green_min_s = split::green_min_s(&timing, &greens, interstage_s);
    let stage_ratios = split::stage_ratios(&greens, &ratios);
    let green_s = split::greens_s(&stage_ratios, &green_min_s, interstage_s, parameters);
    Ok(Plan {
        name: "webster".to_owned(),
        offset: Seconds::ZERO,
        splits: sequence
            .iter()
            .zip(green_s)
            .map(|(stage, green_s)| Split {
                stage: *stage,
                green: Seconds::new(f64::from(green_s)),
            })
            .collect(),
        interstage: Seconds::new(f64::from(interstage_s)),
    })
}

/// Webster's optimum cycle for a lost time per cycle and the sum of critical flow ratios.
pub fn optimum_cycle(lost: Seconds, critical_ratio: Ratio) -> Seconds {
    let ratio = critical_ratio.get().clamp(0.0, RATIO_MAX);
    (lost * 1.5 + Seconds::new(5.0)) / (1.0 - ratio)
}

/// How one movement fares under a plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MovementPerformance {
    /// Which movement.
    pub movement: MovementId,
    /// Its flow.
    pub flow: VehiclesPerHour,
    /// Flow over capacity; above 1 the queue grows.
    pub saturation: Ratio,
    /// Mean control delay of a vehicle.
    pub delay: Seconds,
}

/// How a junction fares under a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// Length of the cycle, interstages as they really are.
    pub cycle: Seconds,
    /// Movements that the plan's signal groups serve.
    pub movements: Vec<MovementPerformance>,
}

impl Performance {
    /// Mean delay of all vehicles; zero without any.
    pub fn mean_delay(&self) -> Seconds {
        let flow: VehiclesPerHour = self.movements.iter().map(|m| m.flow).sum();
        if flow <= VehiclesPerHour::ZERO {
            return Seconds::ZERO;
        }
        self.movements.iter().map(|m| m.delay * (m.flow / flow)).sum()
    }

    /// The highest degree of saturation.
    pub fn worst_saturation(&self) -> Ratio {
        self.movements.iter().map(|m| m.saturation).fold(Ratio::ZERO, Ratio::max)
    }
}

/// The delay that `plan` gives to `flows` that last a quarter of an hour.
///
/// # Errors
/// [`SignalError`], see the module.
pub fn evaluate(
    network: &Network,
    junction: JunctionId,
    plan: &Plan,
    flows: &MovementFlows,
    parameters: &WebsterParameters,
) -> Result<Performance, SignalError> {
    let signal = signal_of(network, junction)?;
    let timing = SignalTiming::without_plans(signal)?;
    let timeline = timing.timeline(plan, 0)?;
    let greens: Vec<GroupSet> = timeline.slots().iter().map(|s| timing.stage(s.stage)).collect();
    let ratios = group_ratios(network, signal, &greens, flows, &parameters.saturation);
    let cycle = Seconds::new(f64::from(timeline.cycle_s()));
    let mut movements = Vec::new();
    for ratio in ratios.movements {
        let slots = timeline.slots();
        let shown = |index: usize| greens[index % greens.len()].contains(ratio.group);
        let green_s: u32 = (0..slots.len())
            .filter(|index| shown(*index))
            .map(|index| {
                // A group that stays green through the interstage before this stage has it too.
                let kept = shown(index + slots.len() - 1);
                slots[index].green_s + if kept { slots[index].interstage_s } else { 0 }
            })
            .sum();
        let always = (0..slots.len()).all(shown);
        let effective = if always {
            cycle
        } else {
            let gained = parameters.end_gain - parameters.startup_lost;
            (Seconds::new(f64::from(green_s)) + gained).max(Seconds::ZERO).min(cycle)
        };
        let share = Ratio::new(effective / cycle);
        let capacity = ratio.saturation_flow * share.get();
        movements.push(MovementPerformance {
            movement: ratio.movement,
            flow: flows.get(ratio.movement),
            saturation: Ratio::new(if share.get() > 0.0 {
                ratio.ratio / share.get()
            } else {
                10.0
            }),
            delay: delay::control_delay(cycle, share, capacity, ratio.ratio),
        });
    }
    Ok(Performance { cycle, movements })
}

fn signal_of(network: &Network, junction: JunctionId) -> Result<&Signal, SignalError> {
    let signal = network.junctions.get(junction).and_then(|junction| junction.signal.as_ref());
    signal.ok_or(SignalError::NoSignal { junction: junction.0 })
}

/// The fewest stages in configured order, each adding a group, that together serve every group
/// any stage serves. The clearance stage is left out.
pub fn covering_sequence(signal: &Signal, timing: &SignalTiming) -> Vec<StageIdx> {
    let mut covered = GroupSet::EMPTY;
    let mut sequence = Vec::new();
    for index in 0..signal.stages.len() {
        let stage = StageIdx(index as u8);
        let green = timing.stage(stage);
        if Some(stage) != signal.clearance_stage && green.0 & !covered.0 != 0 {
            covered.0 |= green.0;
            sequence.push(stage);
        }
    }
    sequence
}
