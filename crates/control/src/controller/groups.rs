//! The signal groups of a controller: ends and starts of green, each in its own time.
//!
//! # Units
//! Whole seconds since the Unix epoch. A green that ends at `t` shows until the end of `t - 1`.

use serde::{Deserialize, Serialize};
use urbis_core::{GroupIdx, GroupSet};

use crate::SignalTiming;
use crate::timing::members;

/// Red before which a vehicle group cannot come back to green.
const RED_MIN_S: i64 = 1;
/// Greens before the controller started count as ended this long ago.
const LONG_AGO_S: i64 = 86_400;

/// What the signal heads of a junction show in one second; what is in no set is red.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Aspects {
    /// Vehicle groups on green and pedestrian groups on walk.
    pub green: GroupSet,
    /// Vehicle groups on amber.
    pub amber: GroupSet,
    /// Pedestrian groups on flashing green: those on the crossing finish, nobody starts.
    pub clearing: GroupSet,
}

/// What is wanted of the groups this second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Groups that should be green.
    pub(super) target: GroupSet,
    /// Groups that should be green next, and the second at which they will be wanted.
    pub(super) next: Option<(GroupSet, i64)>,
    /// Whether pedestrians walk for their minimum only.
    pub(super) short_walk: bool,
}

impl Wish {
    /// A stage without a known end.
    pub(super) const fn at_rest(target: GroupSet, short_walk: bool) -> Self {
        Self { target, next: None, short_walk }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Groups {
    green: GroupSet,
    target: GroupSet,
    /// Pedestrian groups of the target whose walk is still to come.
    walk_due: GroupSet,
    began: Vec<i64>,
    ended: Vec<i64>,
}

impl Groups {
    /// Groups that turned green at `now` with nothing to clear.
    pub(super) fn new(timing: &SignalTiming, green: GroupSet, now: i64) -> Self {
        let count = timing.groups();
        Self {
            green,
            target: green,
            walk_due: GroupSet::EMPTY,
            began: vec![now; count],
            ended: vec![now - LONG_AGO_S; count],
        }
    }

    pub(super) fn aspects(&self, timing: &SignalTiming, now: i64) -> Aspects {
        let mut aspects = Aspects { green: self.green, ..Aspects::default() };
        for group in members(GroupSet(!self.green.0), timing.groups()) {
            if now - self.ended[at(group)] < i64::from(timing.change[at(group)]) {
                let set = if timing.pedestrians.contains(group) {
                    &mut aspects.clearing
                } else {
                    &mut aspects.amber
                };
                *set = set.with(group);
            }
        }
        aspects
    }

    /// Whether the vehicle groups of `stage` and no others are green.
    pub(super) fn shows(&self, timing: &SignalTiming, stage: GroupSet) -> bool {
        (self.green.0 ^ stage.0) & !timing.pedestrians.0 == 0
    }

    /// One second: sets the target, ends greens, starts greens.
    pub(super) fn step(&mut self, timing: &SignalTiming, now: i64, wish: &Wish) {
        self.aim(timing, now, wish.target);
        let ending: Vec<GroupIdx> = members(self.green, timing.groups())
            .filter(|group| self.must_end(timing, now, *group, wish))
            .collect();
        for group in ending {
            self.green.0 &= !(1 << group.0);
            self.ended[at(group)] = now;
        }
        for group in members(self.gaining(timing), timing.groups()) {
            let clear = self.green.0 & timing.conflicting[at(group)].0 == 0;
            if clear && self.earliest_start(timing, now, group) <= now {
                self.green = self.green.with(group);
                self.walk_due.0 &= !(1 << group.0);
                self.began[at(group)] = now;
            }
        }
    }

    /// Lets pedestrians walk again when the target is taken up next.
    pub(super) fn offer_walk(&mut self) {
        self.target = GroupSet::EMPTY;
    }

    fn aim(&mut self, timing: &SignalTiming, now: i64, target: GroupSet) {
        let walkers = GroupSet(target.0 & timing.pedestrians.0 & !self.green.0);
        if target == self.target {
            let starved = |group: &GroupIdx| {
                now - self.ended[at(*group)] >= i64::from(timing.max_red[at(*group)] / 2)
            };
            for group in members(walkers, timing.groups()).filter(starved) {
                self.walk_due = self.walk_due.with(group);
            }
        } else {
            self.target = target;
            self.walk_due = walkers;
        }
    }

    /// Groups that wait for their green.
    fn gaining(&self, timing: &SignalTiming) -> GroupSet {
        let resting = timing.pedestrians.0 & !self.walk_due.0;
        GroupSet(self.target.0 & !self.green.0 & !resting)
    }

    /// The soonest `group` can be green, if those in its way end as soon as they may.
    fn earliest_start(&self, timing: &SignalTiming, now: i64, group: GroupIdx) -> i64 {
        let own = self.ended[at(group)] + i64::from(timing.change[at(group)]) + RED_MIN_S;
        members(timing.conflicting[at(group)], timing.groups())
            .map(|other| {
                let end = if self.green.contains(other) {
                    self.earliest_end(timing, now, other)
                } else {
                    self.ended[at(other)]
                };
                end + i64::from(timing.need(other, group))
            })
            .fold(own, i64::max)
    }

    /// The soonest a green `group` may end.
    fn earliest_end(&self, timing: &SignalTiming, now: i64, group: GroupIdx) -> i64 {
        now.max(self.began[at(group)] + i64::from(timing.min_green[at(group)]))
    }

    fn must_end(&self, timing: &SignalTiming, now: i64, group: GroupIdx, wish: &Wish) -> bool {
        if self.earliest_end(timing, now, group) > now {
            return false;
        }
        if !self.target.contains(group) {
            return self.losing_must_end(timing, now, group);
        }
        if !timing.pedestrians.contains(group) {
            return false;
        }
        let walk_ends = wish.next.map(|next| self.walk_end(timing, group, next));
        wish.short_walk || walk_ends.is_some_and(|second| second <= now)
    }

    /// A losing group ends when staying green would hold up a gaining one, or nobody waits for it.
    fn losing_must_end(&self, timing: &SignalTiming, now: i64, group: GroupIdx) -> bool {
        let waiting = GroupSet(self.gaining(timing).0 & timing.conflicting[at(group)].0);
        members(waiting, timing.groups())
            .map(|gaining| {
                self.earliest_start(timing, now, gaining) - i64::from(timing.need(group, gaining))
            })
            .min()
            .is_none_or(|latest_end| latest_end <= now)
    }

    /// When the walk of `group` ends so that its clearance fits before the groups that are green
    /// next can start anyway; far in the future when nothing next is in its way.
    fn walk_end(
        &self,
        timing: &SignalTiming,
        group: GroupIdx,
        (next, switch): (GroupSet, i64),
    ) -> i64 {
        if next.contains(group) {
            return i64::MAX;
        }
        let losing = GroupSet(self.target.0 & !next.0 & !timing.pedestrians.0);
        let gaining = GroupSet(next.0 & !self.target.0 & timing.conflicting[at(group)].0);
        members(gaining, timing.groups())
            .map(|gaining| {
                let hindering = GroupSet(losing.0 & timing.conflicting[at(gaining)].0);
                let start = members(hindering, timing.groups())
                    .map(|losing| switch + i64::from(timing.need(losing, gaining)))
                    .fold(switch, i64::max);
                start - i64::from(timing.need(group, gaining))
            })
            .min()
            .unwrap_or(i64::MAX)
    }
}

const fn at(group: GroupIdx) -> usize {
    group.0 as usize
}
