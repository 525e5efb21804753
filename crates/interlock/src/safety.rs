//! A signal's configuration as the rules need it, checked.
//!
//! # Units
//! Milliseconds, rounded up to whole seconds.
//!
//! # Errors
//! [`Fault`] says what makes a configuration impossible to judge.

use thiserror::Error;
use urbis_core::{GROUPS_MAX, GroupIdx, GroupSet};
use urbis_network::{Conflict, GroupKind, Signal};
use urbis_units::Seconds;

/// Why a junction's configuration cannot be judged; every request to it is refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// It has no groups or too many.
    #[error("signal has {0} groups, expected 1 to {GROUPS_MAX}; correct the configuration")]
    Groups(usize),
    /// A matrix does not fit the groups.
    #[error("matrix `{0}` does not have one entry per pair of groups; complete it")]
    Matrix(&'static str),
    /// A time is negative, not a number or beyond an hour.
    #[error("`{field}` is {value_s} s, expected 0 to 3600; correct it")]
    Time {
        /// Which field.
        field: &'static str,
        /// Its value in seconds.
        value_s: f64,
    },
    /// A pedestrian group without a crossing that can be walked over.
    #[error("group {0} has no crossing with a length and a walking speed; add it")]
    Crossing(u8),
    /// A stage that shows unknown or conflicting groups.
    #[error("stage {0} shows unknown or conflicting groups; correct it")]
    Stage(usize),
}

/// Configuration of one signal for the rules.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Safety {
    pub(crate) names: Vec<String>,
    pub(crate) pedestrians: GroupSet,
    pub(crate) min_green_ms: Vec<i64>,
    pub(crate) max_red_ms: Vec<i64>,
    pub(crate) max_red_is_hard: GroupSet,
    /// Amber of vehicle groups, walking time over the crossing of pedestrian groups.
    pub(crate) change_ms: Vec<i64>,
    /// Row-major: end of green of the row to start of green of the column; 0 where the two may be
    /// green together.
    need_ms: Vec<i64>,
    pub(crate) conflicting: Vec<GroupSet>,
    pub(crate) stages: Vec<GroupSet>,
}

impl Safety {
    pub(crate) fn new(signal: &Signal) -> Result<Self, Fault> {
        let count = signal.groups.len();
        if count == 0 || count > GROUPS_MAX {
            return Err(Fault::Groups(count));
        }
        if signal.conflicts.len() != count * count {
            return Err(Fault::Matrix("conflicts"));
        }
        if signal.intergreens.len() != count * count {
            return Err(Fault::Matrix("intergreens"));
        }
        let mut safety = Self {
            names: signal.groups.iter().map(|group| group.name.clone()).collect(),
            pedestrians: GroupSet::EMPTY,
            min_green_ms: Vec::with_capacity(count),
            max_red_ms: Vec::with_capacity(count),
            max_red_is_hard: GroupSet::EMPTY,
            change_ms: Vec::with_capacity(count),
            need_ms: vec![0; count * count],
            conflicting: vec![GroupSet::EMPTY; count],
            stages: signal.stages.iter().map(|stage| stage.green).collect(),
        };
        for index in 0..count {
            safety.add_group(signal, index)?;
        }
        for row in 0..count {
            for column in (0..count).filter(|column| *column != row) {
                let conflicts =
                    |a: usize, b: usize| signal.conflicts[a * count + b] == Conflict::Conflicting;
                let at = row * count + column;
                let intergreen_ms = millis("intergreens", signal.intergreens[at])?;
                // One triangle of the matrix is enough to forbid.
                if conflicts(row, column) || conflicts(column, row) {
                    safety.conflicting[row].0 |= 1 << column;
                    safety.need_ms[at] = intergreen_ms.max(safety.change_ms[row]);
                }
            }
        }
        for (index, green) in safety.stages.iter().enumerate() {
            if !safety.knows(*green) || safety.conflict_in(*green).is_some() {
                return Err(Fault::Stage(index));
            }
        }
        Ok(safety)
    }

    fn add_group(&mut self, signal: &Signal, index: usize) -> Result<(), Fault> {
        let group = &signal.groups[index];
        self.min_green_ms.push(millis("min_green", group.min_green)?);
        // A missing bound may be written as a very long one.
        self.max_red_ms.push(millis("max_red", group.max_red.min(Seconds::new(3600.0)))?);
        if group.max_red_is_hard {
            self.max_red_is_hard.0 |= 1 << index;
        }
        self.change_ms.push(match group.kind {
            GroupKind::Vehicle { .. } => millis("amber", signal.amber)?,
            GroupKind::Pedestrian { crossing } => {
                self.pedestrians.0 |= 1 << index;
                let fault = Fault::Crossing(index as u8);
                let crossing = signal.crossings.get(crossing as usize).ok_or(fault.clone())?;
                let (length_m, speed_mps) = (crossing.length.get(), crossing.walking_speed.get());
                if !(length_m > 0.0 && speed_mps > 0.0) {
                    return Err(fault);
                }
                millis("clearance", Seconds::new(length_m / speed_mps))?
            }
        });
        Ok(())
    }

    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    /// All groups in order.
    pub(crate) fn groups(&self) -> impl Iterator<Item = GroupIdx> + use<> {
        (0..self.count() as u8).map(GroupIdx)
    }

    /// The members of `set`.
    pub(crate) fn members(&self, set: GroupSet) -> impl Iterator<Item = GroupIdx> + use<> {
        self.groups().filter(move |group| set.contains(*group))
    }

    /// Whether the signal has all groups of `set`.
    pub(crate) fn knows(&self, set: GroupSet) -> bool {
        self.count() == GROUPS_MAX || set.0 >> self.count() == 0
    }

    pub(crate) fn conflict_in(&self, green: GroupSet) -> Option<(GroupIdx, GroupIdx)> {
        self.members(green).find_map(|a| {
            let others = GroupSet(self.conflicting[a.0 as usize].0 & green.0);
            self.members(others).next().map(|b| (a, b))
        })
    }

    pub(crate) fn need_ms(&self, ending: GroupIdx, starting: GroupIdx) -> i64 {
        self.need_ms[ending.0 as usize * self.count() + starting.0 as usize]
    }

    pub(crate) fn name(&self, group: GroupIdx) -> &str {
        &self.names[group.0 as usize]
    }
}

/// A configured time in milliseconds, up to the next whole second but for a microsecond.
pub(crate) fn millis(field: &'static str, time: Seconds) -> Result<i64, Fault> {
    let value_s = time.get();
    if !(0.0..=3600.0).contains(&value_s) {
        return Err(Fault::Time { field, value_s });
    }
    let floor_s = value_s as i64;
    let whole_s = if value_s - floor_s as f64 > 1e-6 { floor_s + 1 } else { floor_s };
    Ok(whole_s * 1000)
}
