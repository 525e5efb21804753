//! The longest red: a bound on service that raises an alarm, and is a rule only where configured.
//!
//! # Units
//! Milliseconds of city time.

use serde::{Deserialize, Serialize};
use urbis_core::{GroupIdx, GroupSet, JunctionId, Message};

use crate::belief::Belief;
use crate::rule::{Refusal, Rule};
use crate::safety::Safety;
use crate::stage::{Change, Green};

/// A bound on service that is broken, or a controller that shows what it must not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Where.
    pub junction: JunctionId,
    /// Which group.
    pub group: GroupIdx,
    /// Whether the bound is configured as hard.
    pub hard: bool,
    /// In words.
    pub text: Message,
}

impl Alarm {
    pub(crate) fn longest_red(
        junction: JunctionId,
        safety: &Safety,
        group: GroupIdx,
        red_ms: i64,
    ) -> Self {
        let bound_ms = safety.max_red_ms[group.0 as usize];
        Self {
            junction,
            group,
            hard: safety.max_red_is_hard.contains(group),
            text: Message::new("interlock-alarm-longest-red")
                .text("group", safety.name(group))
                .number("red_s", red_ms as f64 / 1000.0)
                .number("bound_s", bound_ms as f64 / 1000.0),
        }
    }

    pub(crate) fn left_out(junction: JunctionId, safety: &Safety, group: GroupIdx) -> Self {
        Self {
            junction,
            group,
            hard: safety.max_red_is_hard.contains(group),
            text: Message::new("interlock-alarm-left-out").text("group", safety.name(group)),
        }
    }

    pub(crate) fn conflicting_report(
        junction: JunctionId,
        safety: &Safety,
        a: GroupIdx,
        b: GroupIdx,
    ) -> Self {
        Self {
            junction,
            group: a,
            hard: true,
            text: Message::new("interlock-alarm-conflicting-report")
                .text("a", safety.name(a))
                .text("b", safety.name(b)),
        }
    }
}

/// Which groups of a junction have raised their alarm since their last green.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Service {
    alarmed: GroupSet,
    /// Instant from which red counts for groups without a green so far.
    watched: Vec<Option<i64>>,
}

impl Service {
    pub(crate) fn new(count: usize) -> Self {
        Self { alarmed: GroupSet::EMPTY, watched: vec![None; count] }
    }

    /// Alarms that are new at `now`.
    pub(crate) fn tick(
        &mut self,
        junction: JunctionId,
        safety: &Safety,
        belief: &Belief,
        now: i64,
    ) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        if belief.report().is_none() {
            return alarms;
        }
        for group in safety.groups() {
            let since = self.watched[group.0 as usize].get_or_insert(now);
            if belief.green_at(group, now) {
                *since = now;
                self.alarmed.0 &= !(1 << group.0);
                continue;
            }
            let red_ms = now - (*since).max(belief.ended_by(group, now));
            let late = red_ms > safety.max_red_ms[group.0 as usize];
            if late && !self.alarmed.contains(group) {
                self.alarmed.0 |= 1 << group.0;
                alarms.push(Alarm::longest_red(junction, safety, group, red_ms));
            }
        }
        alarms
    }

    /// Instant by which a hard group that is red at `instant` must be green.
    fn deadline(
        &self,
        safety: &Safety,
        belief: &Belief,
        group: GroupIdx,
        instant: i64,
    ) -> Option<i64> {
        let bound_ms = safety.max_red_ms[group.0 as usize];
        let hard = safety.max_red_is_hard.contains(group) && !belief.green_at(group, instant);
        let ended = belief.ended_by(group, instant);
        // Of a group never seen green the red counts from the first look at it.
        let since = ended.max(self.watched[group.0 as usize].unwrap_or(ended));
        hard.then(|| since.saturating_add(bound_ms))
    }

    /// Refuses a change after which a hard group could not be green in time.
    pub(crate) fn check_change(
        &self,
        safety: &Safety,
        belief: &Belief,
        wanted: &Change,
        greens: &[Green],
    ) -> Result<(), Refusal> {
        for group in safety.groups().filter(|group| !wanted.target.contains(*group)) {
            let Some(deadline) = self.deadline(safety, belief, group, wanted.before()) else {
                continue;
            };
            let possible = greens
                .iter()
                .filter(|green| safety.conflicting[group.0 as usize].contains(green.0))
                .map(|(other, start, _)| {
                    let end = start.saturating_add(safety.min_green_ms[other.0 as usize]);
                    end.max(wanted.effective) + safety.need_ms(*other, group)
                })
                .fold(wanted.effective, i64::max);
            if possible > deadline {
                return Err(overdue(safety, group));
            }
        }
        Ok(())
    }

    /// Refuses to hold while a hard group runs out of time.
    pub(crate) fn check_hold(
        &self,
        safety: &Safety,
        belief: &Belief,
        effective: i64,
    ) -> Result<(), Refusal> {
        for group in safety.groups() {
            let Some(deadline) = self.deadline(safety, belief, group, effective) else { continue };
            let possible = safety
                .members(safety.conflicting[group.0 as usize])
                .filter(|other| belief.green_at(*other, effective))
                .map(|other| effective + safety.need_ms(other, group))
                .fold(effective, i64::max);
            if possible > deadline && !belief.pending(group, effective) {
                return Err(overdue(safety, group));
            }
        }
        Ok(())
    }
}

fn overdue(safety: &Safety, group: GroupIdx) -> Refusal {
    Refusal::new(Rule::LongestRed)
        .text("group", safety.name(group))
        .seconds("bound_s", safety.max_red_ms[group.0 as usize])
}
