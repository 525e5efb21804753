//! Fixed-time plans: which plan is in force, and where in its cycle it stands.
//!
//! # Units
//! Whole seconds. A *slot* of a plan is the interstage before a stage and that stage's green; the
//! signal is asked for the stage at the slot's start.
//!
//! # Source
//! Terms of NTCIP 1202 v03 (plan, split, offset, time-base schedule).

mod runner;

pub use runner::{PlanRunner, PlanStep, Transition};

use serde::{Deserialize, Serialize};
use urbis_network::{GroupIdx, Plan, ScheduleEntry, Signal, StageIdx};

use crate::timing::whole;
use crate::{Moment, SignalError, SignalTiming};

/// One slot of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The stage it shows.
    pub stage: StageIdx,
    /// Seconds from the end of the stage before to the start of this one.
    pub interstage_s: u32,
    /// Seconds of green after that.
    pub green_s: u32,
    /// Seconds of green below which shortening may not go.
    pub green_min_s: u32,
}

impl Slot {
    /// Seconds the slot lasts.
    pub const fn length_s(self) -> u32 {
        self.interstage_s + self.green_s
    }
}

/// A plan in whole seconds, with the interstages it really takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Second of the cycle, counted from midnight, at which the first slot begins.
    start_s: u32,
    slots: Vec<Slot>,
    cycle_s: u32,
}

/// Where a plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Index of the slot.
    pub slot: usize,
    /// Seconds since the slot began.
    pub elapsed_s: u32,
}

impl Timeline {
    pub(crate) fn new(timing: &SignalTiming, plan: &Plan) -> Result<Self, SignalError> {
        let stated = whole("interstage", plan.interstage)?;
        let count = plan.splits.len();
        let green_of = |index: usize| timing.stage(plan.splits[index % count].stage);
        let mut slots = Vec::with_capacity(count);
        for (index, split) in plan.splits.iter().enumerate() {
            let interstage_before = timing.interstage(green_of(index + count - 1), green_of(index));
            let interstage_after = timing.interstage(green_of(index), green_of(index + 1));
            slots.push(Slot {
                stage: split.stage,
                interstage_s: stated.max(interstage_before),
                green_s: whole("green", split.green)?,
                green_min_s: timing.stage_min_green(
                    green_of(index),
                    green_of(index + 1),
                    stated.max(interstage_after),
                ),
            });
        }
        let cycle_s = slots.iter().map(|slot| slot.length_s()).sum::<u32>();
        if cycle_s == 0 {
            return Err(SignalError::Time { field: "cycle", value_s: 0.0 });
        }
        // The offset states the start of the first green; its slot begins an interstage earlier.
        let offset = libm::fmod(plan.offset.get(), f64::from(cycle_s));
        let offset = if offset < 0.0 { offset + f64::from(cycle_s) } else { offset };
        let offset = whole("offset", urbis_units::Seconds::new(offset))?;
        let start_s = (offset + cycle_s - slots[0].interstage_s % cycle_s) % cycle_s;
        Ok(Self { start_s, slots, cycle_s })
    }

    /// Seconds of one round.
    pub const fn cycle_s(&self) -> u32 {
        self.cycle_s
    }

    /// The slots in order.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// Whether `group` is green, for every second of the cycle from the start of the first green.
    pub(crate) fn green_seconds(&self, timing: &SignalTiming, group: GroupIdx) -> Vec<bool> {
        let cycle_s = self.cycle_s as usize;
        let mut green = vec![false; cycle_s];
        // The first slot's interstage lies before zero.
        let mut second = cycle_s - self.slots[0].interstage_s as usize % cycle_s;
        let mut before = self.slots[self.slots.len() - 1];
        for slot in &self.slots {
            let shown = timing.stage(slot.stage).contains(group);
            let kept = shown && timing.stage(before.stage).contains(group);
            for elapsed_s in 0..slot.length_s() {
                green[second % cycle_s] = if elapsed_s < slot.interstage_s { kept } else { shown };
                second += 1;
            }
            before = *slot;
        }
        green
    }

    /// Where the plan stands at a second of the day when it is in step.
    pub fn position(&self, second_of_day: u32) -> Position {
        let mut elapsed_s = self.phase(second_of_day);
        for (slot, entry) in self.slots.iter().enumerate() {
            if elapsed_s < entry.length_s() {
                return Position { slot, elapsed_s };
            }
            elapsed_s -= entry.length_s();
        }
        Position { slot: 0, elapsed_s: 0 }
    }

    /// Seconds since the first slot began, when in step.
    fn phase(&self, second_of_day: u32) -> u32 {
        (second_of_day % self.cycle_s + self.cycle_s - self.start_s) % self.cycle_s
    }

    /// Seconds from the start of the cycle to the start of `slot`.
    fn slot_start(&self, slot: usize) -> u32 {
        self.slots[..slot].iter().map(|entry| entry.length_s()).sum()
    }
}

/// Index of the plan that `schedule` puts in force at `moment`; the first one without a schedule.
///
/// The last entry that began today holds; before the first one of the day, the last one of the
/// latest earlier day that has any.
pub fn scheduled_plan(schedule: &[ScheduleEntry], moment: Moment) -> u16 {
    (0..7_u8)
        .find_map(|days_ago| {
            let weekday = (moment.weekday + 7 - days_ago) % 7;
            schedule
                .iter()
                .filter(|entry| entry.weekdays >> weekday & 1 == 1)
                .filter(|entry| days_ago > 0 || entry.from_minute <= moment.minute_of_day())
                .max_by_key(|entry| entry.from_minute)
        })
        .map_or(0, |entry| entry.plan)
}

/// Which stage the schedule of `signal` shows at `moment` when everything is in step.
///
/// # Errors
/// [`SignalError`] when the configuration cannot be run.
pub fn stage_at(signal: &Signal, moment: Moment) -> Result<StageIdx, SignalError> {
    let timing = SignalTiming::new(signal)?;
    let timeline = &timing.timelines[scheduled_plan(&signal.schedule, moment) as usize];
    Ok(timeline.slots[timeline.position(moment.second_of_day).slot].stage)
}
