//! What the brain believes of what it cannot see, with its uncertainty.
//!
//! **Version rule:** these are words of the scene contract and are kept nowhere. As JSON they follow
//! the rule of `docs/scene-protocol.md`: fields are only added. As bytes they name no fields, so
//! whoever keeps them must keep a version beside them. `crates/scene/fixtures/estimate-v1.txt` holds
//! both forms of version 1; a change of them writes the next one and leaves it.
//!
//! # Units
//! Vehicles, metres per second, vehicles per hour; standard deviations in the unit of their value.

use serde::{Deserialize, Serialize};
use urbis_units::CityTime;

use crate::{IdVec, LaneId, MovementId, RoadId};

/// Belief about one lane.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct LaneEstimate {
    /// Vehicles on the lane.
    pub count_veh: f32,
    /// Vehicles standing in the queue.
    pub queue_veh: f32,
    /// Standard deviation of `queue_veh`.
    pub queue_sd_veh: f32,
    /// Mean speed of the vehicles on the lane; the limit when it is empty.
    pub speed_mps: f32,
    /// Standard deviation of `speed_mps`.
    pub speed_sd_mps: f32,
}

/// Belief about the traffic of the whole network at one moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Estimate {
    /// When.
    pub at: CityTime,
    /// By lane.
    pub lanes: IdVec<LaneId, LaneEstimate>,
    /// Flow of every movement, vehicles per hour.
    pub movement_flow_vph: IdVec<MovementId, f32>,
    /// Standard deviation of `movement_flow_vph`.
    pub movement_flow_sd_vph: IdVec<MovementId, f32>,
}

/// Forecast of demand: vehicles that will enter the network by their first road.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Forecast {
    /// When it was made.
    pub at: CityTime,
    /// Length of one interval, seconds.
    pub interval_s: u32,
    /// For every interval from `at` on: flow into each entry road, vehicles per hour, with its
    /// standard deviation.
    pub entries: Vec<Vec<(RoadId, f32, f32)>>,
}
