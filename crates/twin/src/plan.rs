//! Signals: aspects set from outside, and the configured plans where nobody sets them.
//!
//! # Units
//! Seconds.

use urbis_core::{GroupSet, JunctionId, Plan, StageIdx};
use urbis_network::Signal;

use crate::config::{Signals, TwinConfig};
use crate::layout::Layout;
use crate::state::State;
use crate::step::Step;

/// Marks that a set of groups is shown that is no stage.
pub(crate) const NO_STAGE: u8 = u8::MAX;

const DAY_S: u32 = 86_400;
const WEEK_S: u32 = 7 * DAY_S;

impl Step<'_> {
    /// Sets the aspects of the second that begins.
    pub(crate) fn run_plans(&mut self) {
        if self.config.signals == Signals::Builtin {
            self.state.run_plans(self.layout, self.config);
        }
    }
}

impl State {
    /// Sets the aspects that the configured plans show now.
    pub(crate) fn run_plans(&mut self, layout: &Layout, config: &TwinConfig) {
        let second = (config.start_second_of_week + self.clock) % WEEK_S;
        for (id, signal) in layout.network.signalized() {
            if let Some((green, stage)) = shown(signal, second) {
                self.green[id.0 as usize] = green.0;
                self.stage[id.0 as usize] = stage.map_or(NO_STAGE, |stage| stage.0);
            }
        }
    }

    /// Sets the aspects that hold before anyone has set any: all free without a signal, the first
    /// stage with one.
    pub(crate) fn first_aspects(layout: &Layout) -> (Vec<u64>, Vec<u8>) {
        let junctions = layout.network.junctions.ids();
        let first = |junction: JunctionId| {
            let signal = layout.network.junctions[junction].signal.as_ref();
            signal.map_or((u64::MAX, NO_STAGE), |signal| {
                signal.stages.first().map_or((0, NO_STAGE), |stage| (stage.green.0, 0))
            })
        };
        junctions.map(first).unzip()
    }
}

/// What a signal shows at a second of the week by its own plans: the green groups, and the stage
/// unless it is between stages. `None` when it has no plan that could run.
fn shown(signal: &Signal, second_of_week: u32) -> Option<(GroupSet, Option<StageIdx>)> {
    let plan = signal.plans.get(plan_in_force(signal, second_of_week))?;
    let cycle = plan.cycle().get();
    let stage_green = |index: usize| {
        let split = &plan.splits[index % plan.splits.len()];
        signal.stages.get(split.stage.0 as usize).map(|stage| (stage.green, split.stage))
    };
    if plan.splits.is_empty() || cycle <= 0.0 {
        return None;
    }
    let mut rest = phase(plan, cycle, second_of_week % DAY_S);
    for (index, split) in plan.splits.iter().enumerate() {
        let (green, stage) = stage_green(index)?;
        if rest < split.green.get() {
            return Some((green, Some(stage)));
        }
        rest -= split.green.get();
        if rest < plan.interstage.get() {
            // Between stages only what stays green is green.
            return Some((GroupSet(green.0 & stage_green(index + 1)?.0.0), None));
        }
        rest -= plan.interstage.get();
    }
    stage_green(0).map(|(green, stage)| (green, Some(stage)))
}

/// Seconds since the first stage of a plan began.
fn phase(plan: &Plan, cycle: f64, second_of_day: u32) -> f64 {
    let phase = libm::fmod(f64::from(second_of_day) - plan.offset.get(), cycle);
    if phase < 0.0 { phase + cycle } else { phase }
}

/// Index of the plan that the schedule puts in force: the entry that began last.
fn plan_in_force(signal: &Signal, second_of_week: u32) -> usize {
    let (weekday, minute) = (second_of_week / DAY_S, second_of_week % DAY_S / 60);
    (0..7)
        .find_map(|days_ago| {
            let day = (weekday + 7 - days_ago) % 7;
            let began = |from: u16| days_ago > 0 || u32::from(from) <= minute;
            signal
                .schedule
                .iter()
                .filter(|entry| entry.weekdays >> day & 1 == 1 && began(entry.from_minute))
                .max_by_key(|entry| entry.from_minute)
        })
        .map_or(0, |entry| entry.plan as usize)
}
