//! A plan that runs second by second and gets back in step smoothly.
//!
//! # Source
//! Offset correction by stretching or shortening greens over a few cycles ("smooth transition" or
//! "shortway"), as described in the FHWA Traffic Signal Timing Manual, 2nd edition (NCHRP Report
//! 812), section 7.5; the bounds are this project's.

use serde::{Deserialize, Serialize};
use urbis_network::StageIdx;

use super::Timeline;

/// How fast a plan may be brought back in step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// Largest share of a green that may be cut, never below what minimum green needs.
    pub shorten_share: f64,
    /// Share of a green that may be added, unless the bound on cycles asks for more.
    pub lengthen_share: f64,
    /// Cycles after which the plan is in step.
    pub cycles: u8,
}

impl Transition {
    /// Cut at most 20 %, add at most 30 %, in step after three cycles.
    pub const SMOOTH: Self = Self { shorten_share: 0.2, lengthen_share: 0.3, cycles: 3 };
}

/// What a plan wants this second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanStep {
    /// The stage it shows or is going to.
    pub stage: StageIdx,
    /// The stage that follows.
    pub next: StageIdx,
    /// Seconds until it asks for that.
    pub switch_in_s: u32,
}

/// The state of a running plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanRunner {
    slot: u16,
    elapsed_s: u32,
    /// Seconds this slot will last, correction included.
    length_s: u32,
    /// Seconds still to be added (positive) or cut (negative).
    correction_s: i32,
    /// Slots within which the correction must be done.
    slots_left: u16,
}

impl PlanRunner {
    /// A plan in step at `second_of_day`.
    pub fn in_step(timeline: &Timeline, second_of_day: u32) -> Self {
        let position = timeline.position(second_of_day);
        Self {
            slot: position.slot as u16,
            elapsed_s: position.elapsed_s,
            length_s: timeline.slots[position.slot].length_s(),
            correction_s: 0,
            slots_left: 0,
        }
    }

    /// A plan that begins with the slot of `stage`, which the signal shows or goes to, and then
    /// gets in step; in step at once when the plan does not have that stage.
    pub fn from_stage(
        timeline: &Timeline,
        stage: Option<StageIdx>,
        second_of_day: u32,
        transition: Transition,
    ) -> Self {
        let found = timeline.slots.iter().position(|slot| Some(slot.stage) == stage);
        let Some(slot) = found else { return Self::in_step(timeline, second_of_day) };
        let mut runner =
            Self { slot: slot as u16, elapsed_s: 0, length_s: 0, correction_s: 0, slots_left: 0 };
        runner.begin_slot(timeline, second_of_day, transition);
        runner
    }

    /// What the plan wants now.
    pub fn now(&self, timeline: &Timeline) -> PlanStep {
        let slots = &timeline.slots;
        let slot = self.slot as usize % slots.len();
        PlanStep {
            stage: slots[slot].stage,
            next: slots[(slot + 1) % slots.len()].stage,
            switch_in_s: self.length_s.saturating_sub(self.elapsed_s),
        }
    }

    /// Whether this second is the last of a slot, so that another plan may take over after it.
    pub const fn at_slot_end(&self) -> bool {
        self.elapsed_s + 1 >= self.length_s
    }

    /// Seconds the plan is still out of step: positive to be added, negative to be cut.
    pub const fn correction_s(&self) -> i32 {
        self.correction_s
    }

    /// Goes on by one second; `second_of_day` is the new one.
    pub fn advance(&mut self, timeline: &Timeline, second_of_day: u32, transition: Transition) {
        self.elapsed_s += 1;
        if self.elapsed_s >= self.length_s {
            self.slot = (self.slot + 1) % timeline.slots.len() as u16;
            self.elapsed_s = 0;
            self.begin_slot(timeline, second_of_day, transition);
        }
    }

    /// Sets this slot's length, some of the correction included.
    fn begin_slot(&mut self, timeline: &Timeline, second_of_day: u32, transition: Transition) {
        let slot = timeline.slots[self.slot as usize];
        self.correct(timeline, second_of_day, transition);
        let spare_s = slot.green_s.saturating_sub(slot.green_min_s);
        let cut_max_s = spare_s.min(share(slot.green_s, transition.shorten_share)) as i32;
        let change_s = if self.correction_s < 0 {
            -cut_max_s.min(-self.correction_s)
        } else {
            let slots_left = i32::from(self.slots_left.max(1));
            let evenly_s = (self.correction_s + slots_left - 1) / slots_left;
            let add_max_s = share(slot.green_s, transition.lengthen_share) as i32;
            add_max_s.min(self.correction_s).max(evenly_s)
        };
        self.correction_s -= change_s;
        self.slots_left = self.slots_left.saturating_sub(1);
        self.length_s = (slot.length_s() as i32 + change_s).max(1) as u32;
    }

    /// Settles how far out of step the plan is and which way to correct it.
    fn correct(&mut self, timeline: &Timeline, second_of_day: u32, transition: Transition) {
        let cycle_s = timeline.cycle_s;
        let ahead_s = timeline.phase(second_of_day) + cycle_s;
        let behind_s = (ahead_s - timeline.slot_start(self.slot as usize)) % cycle_s;
        let missing_s = cycle_s - behind_s;
        if behind_s == 0 {
            self.correction_s = 0;
            return;
        }
        let on_course = self.slots_left > 0
            && (self.correction_s == -(behind_s as i32) || self.correction_s == missing_s as i32);
        if on_course {
            return;
        }
        let cut_per_cycle_s: u32 = timeline
            .slots
            .iter()
            .map(|slot| {
                let spare_s = slot.green_s.saturating_sub(slot.green_min_s);
                spare_s.min(share(slot.green_s, transition.shorten_share))
            })
            .sum();
        let can_cut = cut_per_cycle_s * u32::from(transition.cycles) >= behind_s;
        self.correction_s =
            if can_cut && behind_s <= missing_s { -(behind_s as i32) } else { missing_s as i32 };
        self.slots_left = u16::from(transition.cycles.max(1)) * timeline.slots.len() as u16;
    }
}

/// The whole seconds in `part` of `whole_s`.
fn share(whole_s: u32, part: f64) -> u32 {
    (f64::from(whole_s) * part) as u32
}
