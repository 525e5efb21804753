//! Roads, lanes, movements, conflicts and signals; readers of the field's formats; routing.
//!
//! **Invariant:** no I/O here: readers are given bytes and the name to blame in errors.

pub mod check;
pub mod citybrain;
pub mod cityflow;
pub mod conflict;
pub mod cover;
pub mod crossing;
mod demand;
mod detector;
mod error;
#[cfg(test)]
mod fixture;
pub mod geometry;
pub mod intergreen;
mod model;
mod place;
pub mod route;
mod signal;

pub use check::Diagnostic;
pub use demand::{Demand, RouteId, Trip, VehicleClass, VehicleType, VehicleTypeId};
pub use detector::{Detector, DetectorKind, DetectorTable};
pub use error::NetworkError;
pub use model::{
    ConflictArea, Junction, JunctionKind, Label, Lane, LaneLink, Movement, Network, Road,
    RoadClass, Turn,
};
pub use signal::{
    Conflict, Crossing, GroupKind, IntergreenSource, ScheduleEntry, Signal, SignalGroup, Stage,
};
pub use urbis_core::{
    DetectorId, GROUPS_MAX, GroupIdx, GroupSet, JunctionId, LaneId, LaneLinkId, MovementId, Plan,
    RoadId, Split, StageIdx,
};
