//! Signals of a junction: groups, stages, conflicts, intergreens, plans, crossings.
//!
//! # Source
//! Terms as in NTCIP 1202 v03 and RiLSA: a *signal group* is a set of movements that always show
//! the same aspect; a *stage* is a set of groups that are green together; a *plan* orders stages
//! in a *cycle* with an *offset*; *intergreen* is the time from the end of green of one group to
//! the start of green of a conflicting one.

use serde::{Deserialize, Serialize};
use urbis_core::{GroupIdx, GroupSet, MovementId, Plan, RoadId, StageIdx};
use urbis_units::{Meters, MetersPerSecond, Seconds};

/// Whether two signal groups may be green at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// Paths do not meet.
    Compatible,
    /// Paths meet and one side yields (permitted left turn, turn over a crossing).
    Permitted,
    /// Never green at once.
    Conflicting,
}

/// What a signal group serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Vehicles of these movements.
    Vehicle {
        /// Movements that show this aspect.
        movements: Vec<MovementId>,
    },
    /// Pedestrians over one crossing.
    Pedestrian {
        /// Index into [`Signal::crossings`].
        crossing: u8,
    },
}

/// Movements, or a crossing, that always show the same aspect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalGroup {
    /// Name in the controller's configuration.
    pub name: String,
    /// What it serves.
    pub kind: GroupKind,
    /// Shortest green once begun.
    pub min_green: Seconds,
    /// Longest red before the service alarm; hard only where `max_red_is_hard`.
    pub max_red: Seconds,
    /// Whether `max_red` is enforced rather than reported.
    pub max_red_is_hard: bool,
}

/// A pedestrian crossing over one arm of the junction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// One of the two directions of the arm it crosses (the road that enters the junction, where
    /// there is one).
    pub arm: RoadId,
    /// Length from curb to curb.
    pub length: Meters,
    /// Design walking speed: 1.0 m/s unless set, 0.8 near hospitals and homes for the aged.
    pub walking_speed: MetersPerSecond,
}

impl Crossing {
    /// Time a pedestrian who just stepped off needs to clear the crossing.
    pub fn clearance(&self) -> Seconds {
        self.length / self.walking_speed
    }
}

/// Groups that are green together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Name in the controller's configuration.
    pub name: String,
    /// Its green groups.
    pub green: GroupSet,
}

/// When a plan is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleEntry {
    /// Days of the week it holds on, bit 0 Monday to bit 6 Sunday.
    pub weekdays: u8,
    /// Minute of the day it begins.
    pub from_minute: u16,
    /// Index into [`Signal::plans`].
    pub plan: u16,
}

/// Where intergreens come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntergreenSource {
    /// The controller's own configuration; groups it does not have (crossings that were added)
    /// get theirs from geometry.
    Controller,
    /// Computed from geometry.
    Geometry,
}

/// All that a signal controller is configured with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Groups; at most [`urbis_core::GROUPS_MAX`].
    pub groups: Vec<SignalGroup>,
    /// Crossings.
    pub crossings: Vec<Crossing>,
    /// Stages the controller may show.
    pub stages: Vec<Stage>,
    /// Row-major square matrix over groups: may the two be green at once?
    pub conflicts: Vec<Conflict>,
    /// Row-major square matrix over groups: end of green of the row to start of green of the column.
    pub intergreens: Vec<Seconds>,
    /// Where `intergreens` come from.
    pub intergreen_source: IntergreenSource,
    /// Amber after green of a vehicle group.
    pub amber: Seconds,
    /// Fixed-time plans; the first is the default.
    pub plans: Vec<Plan>,
    /// Which plan when; empty means the first plan always.
    pub schedule: Vec<ScheduleEntry>,
    /// Stage that shows only movements without conflicts, used between stages in CityFlow files
    /// ("right turns only").
    pub clearance_stage: Option<StageIdx>,
}

impl Signal {
    /// Conflict of two groups.
    pub fn conflict(&self, a: GroupIdx, b: GroupIdx) -> Conflict {
        self.conflicts[a.0 as usize * self.groups.len() + b.0 as usize]
    }

    /// Time from end of green of `ending` to start of green of `starting`.
    pub fn intergreen(&self, ending: GroupIdx, starting: GroupIdx) -> Seconds {
        self.intergreens[ending.0 as usize * self.groups.len() + starting.0 as usize]
    }

    /// Time from the end of stage `from` to the start of stage `to`: the longest intergreen between
    /// a group that loses green and one that gains it.
    pub fn interstage(&self, from: StageIdx, to: StageIdx) -> Seconds {
        let (from, to) = (self.stages[from.0 as usize].green, self.stages[to.0 as usize].green);
        let ending = GroupSet(from.0 & !to.0);
        let starting = GroupSet(to.0 & !from.0);
        ending
            .iter()
            .flat_map(|e| starting.iter().map(move |s| self.intergreen(e, s)))
            .fold(Seconds::ZERO, Seconds::max)
    }
}
