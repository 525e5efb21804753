//! A signal's configuration compiled to whole seconds and bit sets, and checked on the way.
//!
//! # Units
//! Whole seconds, rounded up: a time that is kept a little longer is still kept.
//!
//! # Errors
//! [`SignalError`] names the element that makes a configuration unusable.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use urbis_network::{
    Conflict, GROUPS_MAX, GroupIdx, GroupKind, GroupSet, Plan, ScheduleEntry, Signal, StageIdx,
};
use urbis_units::Seconds;

use crate::fixed::Timeline;

/// Longest time any entry of a signal's configuration may state.
const TIME_MAX_S: f64 = 3600.0;

/// Why a signal's configuration cannot be run.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SignalError {
    /// There is no signal here.
    #[error("junction {junction} has no signal; choose a signalized junction")]
    NoSignal {
        /// Index of the junction.
        junction: u32,
    },
    /// A signal needs groups, and at most [`GROUPS_MAX`].
    #[error("signal has {found} groups, expected 1 to {GROUPS_MAX}; split the junction")]
    GroupCount {
        /// How many it has.
        found: usize,
    },
    /// A square matrix over groups has the wrong size.
    #[error("matrix `{matrix}` has {found} entries, expected {expected}; give one per pair")]
    MatrixSize {
        /// Which matrix.
        matrix: &'static str,
        /// Groups squared.
        expected: usize,
        /// What it has.
        found: usize,
    },
    /// A time is negative, not a number or longer than an hour.
    #[error("`{field}` is {value_s} s, expected 0 to 3600; correct it")]
    Time {
        /// Which field.
        field: &'static str,
        /// Its value in seconds.
        value_s: f64,
    },
    /// A pedestrian group names a crossing that is missing or cannot be walked over.
    #[error("group {group} needs crossing {crossing} with a length and a walking speed; add it")]
    Crossing {
        /// Index of the group.
        group: u8,
        /// Index of the crossing.
        crossing: u8,
    },
    /// A stage shows a group the signal does not have.
    #[error("stage {stage} shows a group beyond the last; remove it")]
    UnknownGroup {
        /// Index of the stage.
        stage: usize,
    },
    /// A stage shows two groups that must never be green at once.
    #[error("stage {stage} shows groups {a} and {b}, which conflict; take one out")]
    ConflictInStage {
        /// Index of the stage.
        stage: usize,
        /// One group.
        a: u8,
        /// The other.
        b: u8,
    },
    /// A plan is missing, empty or names a stage that is missing.
    #[error("plan {plan} is missing, empty or names a stage beyond the last; correct it")]
    Plan {
        /// Index of the plan.
        plan: usize,
    },
}

/// A signal's times in whole seconds, its conflicts as bit sets and its plans as timelines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalTiming {
    pub(crate) pedestrians: GroupSet,
    pub(crate) min_green: Vec<u32>,
    pub(crate) max_red: Vec<u32>,
    /// Amber of a vehicle group, clearance of a pedestrian group.
    pub(crate) change: Vec<u32>,
    need: Vec<u32>,
    pub(crate) conflicting: Vec<GroupSet>,
    pub(crate) stages: Vec<GroupSet>,
    pub(crate) timelines: Vec<Timeline>,
    pub(crate) schedule: Vec<ScheduleEntry>,
}

impl SignalTiming {
    /// Compiles and checks `signal`.
    ///
    /// # Errors
    /// [`SignalError`] when the configuration contradicts itself or cannot be run.
    pub fn new(signal: &Signal) -> Result<Self, SignalError> {
        let mut timing = Self::without_plans(signal)?;
        if signal.plans.is_empty() {
            return Err(SignalError::Plan { plan: 0 });
        }
        for (index, plan) in signal.plans.iter().enumerate() {
            timing.timelines.push(timing.timeline(plan, index)?);
        }
        match signal.schedule.iter().find(|entry| entry.plan as usize >= signal.plans.len()) {
            Some(entry) => Err(SignalError::Plan { plan: entry.plan as usize }),
            None => {
                timing.schedule.clone_from(&signal.schedule);
                Ok(timing)
            }
        }
    }

    /// As [`Self::new`] for a signal whose plans are still to be made.
    ///
    /// # Errors
    /// [`SignalError`] when the configuration contradicts itself or cannot be run.
    pub fn without_plans(signal: &Signal) -> Result<Self, SignalError> {
        let count = signal.groups.len();
        if count == 0 || count > GROUPS_MAX {
            return Err(SignalError::GroupCount { found: count });
        }
        for (matrix, found) in
            [("conflicts", signal.conflicts.len()), ("intergreens", signal.intergreens.len())]
        {
            if found != count * count {
                return Err(SignalError::MatrixSize { matrix, expected: count * count, found });
            }
        }
        let mut timing = Self {
            pedestrians: GroupSet::EMPTY,
            min_green: Vec::with_capacity(count),
            max_red: Vec::with_capacity(count),
            change: Vec::with_capacity(count),
            need: vec![0; count * count],
            conflicting: vec![GroupSet::EMPTY; count],
            stages: Vec::with_capacity(signal.stages.len()),
            timelines: Vec::with_capacity(signal.plans.len()),
            schedule: Vec::new(),
        };
        timing.compile_groups(signal)?;
        timing.compile_conflicts(signal)?;
        timing.compile_stages(signal)?;
        Ok(timing)
    }

    fn compile_groups(&mut self, signal: &Signal) -> Result<(), SignalError> {
        let amber = whole("amber", signal.amber)?;
        for (index, group) in signal.groups.iter().enumerate() {
            self.min_green.push(whole("min_green", group.min_green)?);
            // A missing bound may be written as a very long one.
            let max_red = Seconds::new(TIME_MAX_S).min(group.max_red);
            self.max_red.push(whole("max_red", max_red)?);
            self.change.push(match group.kind {
                GroupKind::Vehicle { .. } => amber,
                GroupKind::Pedestrian { crossing } => {
                    self.pedestrians = self.pedestrians.with(GroupIdx(index as u8));
                    let missing = SignalError::Crossing { group: index as u8, crossing };
                    let crossing =
                        signal.crossings.get(crossing as usize).ok_or(missing.clone())?;
                    if crossing.length.get() <= 0.0 || crossing.walking_speed.get() <= 0.0 {
                        return Err(missing);
                    }
                    whole("crossing clearance", crossing.clearance())?
                }
            });
        }
        Ok(())
    }

    fn compile_conflicts(&mut self, signal: &Signal) -> Result<(), SignalError> {
        let count = signal.groups.len();
        for row in 0..count {
            for column in 0..count {
                let (ending, starting) = (GroupIdx(row as u8), GroupIdx(column as u8));
                let intergreen = whole("intergreens", signal.intergreen(ending, starting))?;
                // Either triangle of the matrix may say that two groups conflict.
                let conflict =
                    signal.conflict(ending, starting).max(signal.conflict(starting, ending));
                if row != column && conflict == Conflict::Conflicting {
                    self.conflicting[row] = self.conflicting[row].with(starting);
                    self.need[row * count + column] = intergreen.max(self.change[row]);
                }
            }
        }
        Ok(())
    }

    fn compile_stages(&mut self, signal: &Signal) -> Result<(), SignalError> {
        let known = all_groups(signal.groups.len());
        for (index, stage) in signal.stages.iter().enumerate() {
            if stage.green.0 & !known.0 != 0 {
                return Err(SignalError::UnknownGroup { stage: index });
            }
            if let Some((a, b)) = self.conflict_in(stage.green) {
                return Err(SignalError::ConflictInStage { stage: index, a: a.0, b: b.0 });
            }
            self.stages.push(stage.green);
        }
        Ok(())
    }

    /// The timeline of `plan`; `index` is only for the message.
    ///
    /// # Errors
    /// [`SignalError::Plan`] when it is empty or names a missing stage, [`SignalError::Time`].
    pub fn timeline(&self, plan: &Plan, index: usize) -> Result<Timeline, SignalError> {
        let known = |stage: StageIdx| (stage.0 as usize) < self.stages.len();
        if plan.splits.is_empty() || !plan.splits.iter().all(|split| known(split.stage)) {
            return Err(SignalError::Plan { plan: index });
        }
        Timeline::new(self, plan)
    }

    /// How many groups there are.
    pub fn groups(&self) -> usize {
        self.min_green.len()
    }

    /// Green groups of `stage`; none when the stage is unknown.
    pub fn stage(&self, stage: StageIdx) -> GroupSet {
        self.stages.get(stage.0 as usize).copied().unwrap_or_default()
    }

    /// Green groups of every stage, in order.
    pub fn stages(&self) -> &[GroupSet] {
        &self.stages
    }

    /// Shortest green of `group`, seconds; walk of a pedestrian group.
    pub fn min_green_s(&self, group: GroupIdx) -> u32 {
        self.min_green[group.0 as usize]
    }

    /// Longest red of `group` before the service alarm, seconds.
    pub fn max_red_s(&self, group: GroupIdx) -> u32 {
        self.max_red[group.0 as usize]
    }

    /// The pedestrian groups.
    pub fn pedestrians(&self) -> GroupSet {
        self.pedestrians
    }

    /// Two groups of `green` that must never be green at once, if there are such.
    pub fn conflict_in(&self, green: GroupSet) -> Option<(GroupIdx, GroupIdx)> {
        members(green, self.groups()).find_map(|a| {
            let others = GroupSet(self.conflicting[a.0 as usize].0 & green.0);
            members(others, self.groups()).next().map(|b| (a, b))
        })
    }

    /// Seconds from end of green of `ending` to start of green of a conflicting `starting`: the
    /// configured intergreen, but never less than amber or the pedestrians' clearance.
    pub fn need(&self, ending: GroupIdx, starting: GroupIdx) -> u32 {
        self.need[ending.0 as usize * self.groups() + starting.0 as usize]
    }

    /// Seconds between two sets of green vehicle groups. Pedestrian groups are left out: their walk
    /// ends early enough inside the stage that clearance does not hold traffic up.
    pub fn interstage(&self, from: GroupSet, to: GroupSet) -> u32 {
        let ending = GroupSet(from.0 & !to.0 & !self.pedestrians.0);
        let starting = GroupSet(to.0 & !from.0);
        let pairs = members(ending, self.groups())
            .flat_map(|e| members(starting, self.groups()).map(move |s| (e, s)));
        pairs.map(|(e, s)| self.need(e, s)).max().unwrap_or(0)
    }

    /// Shortest green a stage of `green` groups needs before a stage of `next` may follow after
    /// `interstage_s`: minimum greens, and walk plus clearance of pedestrians it serves.
    pub fn stage_min_green(&self, green: GroupSet, next: GroupSet, interstage_s: u32) -> u32 {
        let ending = GroupSet(green.0 & !next.0);
        members(ending, self.groups())
            .map(|group| {
                let min_green = self.min_green[group.0 as usize];
                if !self.pedestrians.contains(group) {
                    return min_green;
                }
                let starting = GroupSet(next.0 & !green.0);
                let clearance = members(starting, self.groups())
                    .map(|s| self.need(group, s))
                    .max()
                    .unwrap_or(0);
                min_green + clearance.saturating_sub(interstage_s)
            })
            .max()
            .unwrap_or(0)
    }
}

/// The set of the first `count` groups.
fn all_groups(count: usize) -> GroupSet {
    GroupSet(if count >= GROUPS_MAX { u64::MAX } else { (1 << count) - 1 })
}

/// The members of `set` among the first `count` groups, lowest first.
pub(crate) fn members(set: GroupSet, count: usize) -> impl Iterator<Item = GroupIdx> {
    let mut left = set.0 & all_groups(count).0;
    std::iter::from_fn(move || {
        let group = left.trailing_zeros();
        (group < GROUPS_MAX as u32).then(|| {
            left &= left - 1;
            GroupIdx(group as u8)
        })
    })
}

/// `time` in whole seconds, rounded up but for a microsecond of rounding error.
pub(crate) fn whole(field: &'static str, time: Seconds) -> Result<u32, SignalError> {
    let value_s = time.get();
    if (0.0..=TIME_MAX_S).contains(&value_s) {
        Ok(libm::ceil(value_s - 1e-6) as u32)
    } else {
        Err(SignalError::Time { field, value_s })
    }
}
