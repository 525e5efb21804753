//! Missions of emergency vehicles: who drives where, and where the vehicle says it is.

use serde::{Deserialize, Serialize};
use urbis_units::{CityTime, Meters, MetersPerSecond};

use crate::{EventId, LaneId, RoadId};

/// Which way an ambulance is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// From its station to the patient.
    ToPatient,
    /// From the patient to the hospital.
    ToHospital,
}

/// A vehicle's own report of where it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// When it was there.
    pub at: CityTime,
    /// On which lane; the last one while it crosses a junction.
    pub lane: LaneId,
    /// How far from the start of the lane.
    pub position: Meters,
    /// How fast.
    pub speed: MetersPerSecond,
}

/// One leg of an emergency vehicle's work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mission {
    /// The call it serves.
    pub call: EventId,
    /// Number of the vehicle among the city's emergency vehicles.
    pub vehicle: u32,
    /// Which leg.
    pub leg: Leg,
    /// When the leg began.
    pub since: CityTime,
    /// The roads of the leg, in order.
    pub route: Vec<RoadId>,
    /// The newest report of the vehicle; `None` until it has started.
    pub probe: Option<Probe>,
}
