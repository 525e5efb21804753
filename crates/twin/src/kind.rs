//! Vehicle types as the step needs them.
//!
//! # Units
//! Metres, metres per second (squared), seconds.

use serde::{Deserialize, Serialize};
use urbis_network::{VehicleClass, VehicleType};

use crate::config::Driving;

/// Speed on turning lane links.
const TURN_SPEED_MPS: f64 = 8.3333;
/// Seconds of travel at top speed that a driver looks ahead beyond the braking distance.
const LOOK_AHEAD_S: f64 = 2.0;

/// Driving parameters of a vehicle type, with what follows from them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kind {
    pub(crate) length: f64,
    pub(crate) min_gap: f64,
    pub(crate) max_acceleration: f64,
    pub(crate) max_deceleration: f64,
    pub(crate) usual_acceleration: f64,
    pub(crate) usual_deceleration: f64,
    pub(crate) max_speed: f64,
    pub(crate) headway: f64,
    pub(crate) turn_speed: f64,
    /// How far ahead a driver looks for leaders and junctions.
    pub(crate) look_ahead: f64,
    /// Gap beyond which no leader, however slow, limits the speed.
    pub(crate) free_gap: f64,
    /// Width, for drawing.
    pub(crate) width: f64,
    pub(crate) class: VehicleClass,
}

impl Kind {
    pub(crate) fn new(of: &VehicleType, driving: Driving) -> Self {
        let max_speed = of.max_speed.get() * driving.speed_factor;
        let usual_deceleration = of.usual_deceleration.get();
        let max_deceleration = of.max_deceleration.get();
        let headway = of.headway.get() * driving.headway_factor;
        let min_gap = of.min_gap.get();
        let braking = max_speed * max_speed / usual_deceleration.min(max_deceleration) / 2.0;
        Self {
            length: of.length.get(),
            min_gap,
            max_acceleration: of.max_acceleration.get(),
            max_deceleration,
            usual_acceleration: of.usual_acceleration.get(),
            usual_deceleration,
            max_speed,
            headway,
            turn_speed: TURN_SPEED_MPS * driving.speed_factor,
            look_ahead: max_speed * max_speed / usual_deceleration / 2.0 + max_speed * LOOK_AHEAD_S,
            // Above each of the bounds that the rules of `follow` put on the gap at top speed
            // behind a standing leader.
            free_gap: (braking + max_speed + min_gap)
                .max(max_speed * (headway + 1.0))
                .max(min_gap + 0.5 * (max_speed + LEADER_DECELERATION_MAX))
                + 1.0,
            width: of.width.get(),
            class: of.class,
        }
    }

    /// Distance in which it stops from `speed` when it brakes as hard as it can.
    pub(crate) fn brake_distance(&self, speed: f64) -> f64 {
        0.5 * speed * speed / self.max_deceleration
    }
}

/// No leader brakes harder.
const LEADER_DECELERATION_MAX: f64 = 100.0;
