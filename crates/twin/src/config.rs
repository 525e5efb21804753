//! How a twin is set up.

use serde::{Deserialize, Serialize};

/// Who drives the signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signals {
    /// Only [`crate::Twin::set_stage`] and [`crate::Twin::set_green`].
    #[default]
    External,
    /// Every signal runs its configured plans by its schedule, as written: no interstage is added
    /// to what the plan states.
    Builtin,
}

/// How a twin is set up. Fixed for its life.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TwinConfig {
    /// Seed of everything random: lane of departure, ties of priority, reactions of drivers.
    pub seed: u64,
    /// Whether vehicles change lanes to gain speed. Lane changes that a route or a closure makes
    /// necessary happen in any case.
    pub lane_change: bool,
    /// Who drives the signals.
    pub signals: Signals,
    /// Second of the week, from Monday 00:00, at which the twin's clock stands at zero; decides
    /// which plan a schedule puts in force.
    pub start_second_of_week: u32,
    /// Whether drivers give way to a siren behind them.
    pub give_way: bool,
}

impl Default for TwinConfig {
    fn default() -> Self {
        Self {
            seed: 0,
            lane_change: true,
            signals: Signals::External,
            start_second_of_week: 0,
            give_way: true,
        }
    }
}

/// How driving differs from what the vehicle types say, for all vehicles.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Driving {
    pub(crate) speed_factor: f64,
    pub(crate) headway_factor: f64,
}

impl Default for Driving {
    fn default() -> Self {
        Self { speed_factor: 1.0, headway_factor: 1.0 }
    }
}
