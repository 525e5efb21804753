//! How the traffic of a city fares, in a few numbers.

use serde::{Deserialize, Serialize};

/// Indicators at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Indicators {
    /// Vehicles in the network.
    pub vehicles: u32,
    /// Vehicles that wait to enter it.
    #[serde(default)]
    pub waiting_to_enter: u32,
    /// Mean speed over five minutes, m/s.
    pub mean_speed_mps: f64,
    /// Delay in the last fifteen minutes, per vehicle that was under way in them, s.
    pub mean_delay_s: f64,
    /// Delay of all vehicles since the start, vehicle hours.
    pub total_delay_veh_h: f64,
    /// Stops per vehicle since the start.
    #[serde(default)]
    pub stops_per_vehicle: f64,
    /// Trips finished since the start.
    pub finished: u32,
    /// Vehicles standing.
    pub queue_veh: u32,
}
