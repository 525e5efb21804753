//! Logs of single vehicles: where they were, second by second.
//!
//! # Units
//! Metres, metres per second, seconds since the twin began.

use serde::{Deserialize, Serialize};
use urbis_units::{Meters, MetersPerSecond};

use crate::Twin;
use crate::trip::{Spot, VehicleId, VehicleState};

/// Where a vehicle was at the end of a second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrackPoint {
    /// When, seconds since the twin began.
    pub at_s: u32,
    /// Where.
    pub spot: Spot,
    /// Distance of its front from the start of the lane or lane link.
    pub position: Meters,
    /// Speed.
    pub speed: MetersPerSecond,
}

/// The log of one vehicle.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    vehicle: VehicleId,
    points: Vec<TrackPoint>,
}

impl Twin {
    /// Logs where a vehicle is from the next step on, as long as it drives.
    pub fn follow(&mut self, vehicle: VehicleId) {
        if self.tracks.iter().all(|track| track.vehicle != vehicle) {
            self.tracks.push(Track { vehicle, points: Vec::new() });
        }
    }

    /// The log of a vehicle that is followed; empty for others.
    pub fn track(&self, vehicle: VehicleId) -> &[TrackPoint] {
        let track = self.tracks.iter().find(|track| track.vehicle == vehicle);
        track.map_or(&[], |track| &track.points)
    }

    /// Adds this second to all logs.
    pub(crate) fn log(&mut self) {
        let at_s = self.state.clock;
        for track in &mut self.tracks {
            let state = self.state.vehicle(&self.layout, track.vehicle);
            if let Some(VehicleState::Driving { spot, position, speed }) = state {
                track.points.push(TrackPoint { at_s, spot, position, speed });
            }
        }
    }
}
