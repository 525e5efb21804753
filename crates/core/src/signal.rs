//! Words of signal control that commands and proposals carry: groups, stages, plans.
//!
//! # Source
//! NTCIP 1202 v03 and RiLSA 2015 for the terms.

use serde::{Deserialize, Serialize};
use urbis_units::{CityTime, Seconds};

use crate::{Law, PersonId};

/// Index of a signal group within its junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupIdx(pub u8);

/// Index of a stage within its junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageIdx(pub u8);

/// The most signal groups one junction may have (a stage is a bit set over them).
pub const GROUPS_MAX: usize = 64;

/// A set of signal groups of one junction, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupSet(pub u64);

impl GroupSet {
    /// No group.
    pub const EMPTY: Self = Self(0);

    /// Whether `group` is in the set.
    pub const fn contains(self, group: GroupIdx) -> bool {
        self.0 >> group.0 & 1 == 1
    }

    /// The set with `group` in it.
    pub const fn with(self, group: GroupIdx) -> Self {
        Self(self.0 | 1 << group.0)
    }

    /// The members in order.
    pub fn iter(self) -> impl Iterator<Item = GroupIdx> {
        (0..GROUPS_MAX as u8).map(GroupIdx).filter(move |group| self.contains(*group))
    }
}

/// One entry of a plan: a stage and how long it holds, the following interstage not included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// Which stage.
    pub stage: StageIdx,
    /// How long.
    pub green: Seconds,
}

/// A fixed-time plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name in the controller's configuration.
    pub name: String,
    /// When the first stage begins, after a multiple of the cycle since midnight.
    pub offset: Seconds,
    /// Stages in order.
    pub splits: Vec<Split>,
    /// Time between the end of one stage and the start of the next, where the plan states it; the
    /// intergreen matrix rules where it is longer.
    pub interstage: Seconds,
}

impl Plan {
    /// Length of one round of the plan.
    pub fn cycle(&self) -> Seconds {
        self.splits.iter().map(|split| split.green + self.interstage).sum()
    }
}

/// What the brain knows of one signal controller, from what it reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalStatus {
    /// Stage shown; `None` between stages.
    pub stage: Option<StageIdx>,
    /// Since when.
    pub since: CityTime,
    /// Law in force.
    pub law: Law,
    /// Index of the local plan in force.
    pub plan: u16,
    /// The person who has taken control, if any.
    pub taken_by: Option<PersonId>,
    /// Whether someone at the cabinet has switched to local manual.
    pub manual: bool,
}
