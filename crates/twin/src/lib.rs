//! The digital twin of traffic: microscopic, one second a step, deterministic.
//!
//! [`Twin`] plays a network and a demand. It is used three ways and knows of none of them: as the
//! city, as the brain's belief that is corrected from observations, and as a branch that rehearses.
//!
//! | word | meaning here |
//! |---|---|
//! | place | a lane or a lane link |
//! | slot | where a vehicle on the road keeps its state; one that changes lanes has two |
//! | shadow | the second slot of a vehicle that changes lanes, on the lane it moves to |
//! | leader | the vehicle ahead, on the same place or on one that will be driven next |
//! | approach | who announces itself at the crossing points of a lane link |
//! | reference policy | a controller the published benchmark tables were made with |
//!
//! One step: departures, insertion, lane changes, right of way, speeds, moves, leaders, signals.
//! All vehicles decide from the state at the start of the second and only then move. With the
//! public CityFlow files and lane change on, travel times agree with CityFlow's to the second.
//!
//! **Invariant:** the same network, demand, configuration and calls give the same bytes, on any
//! machine: no wall clock, no platform maths, random numbers by counter.
//!
//! **Invariant:** a vehicle created is waiting, driving, arrived or removed, never two of them.
//!
//! **Invariant:** a step allocates nothing once the work space has grown to its size.

mod advance;
mod arrange;
mod change;
mod config;
mod decide;
mod depart;
mod detect;
mod error;
mod follow;
mod junction;
mod kind;
mod layout;
mod leaders;
mod life;
mod need;
mod obstruct;
mod pages;
mod path;
mod plan;
mod random;
mod reference;
mod route;
mod siren;
mod snapshot;
mod sound;
mod state;
mod step;
mod tally;
mod track;
mod trip;
mod twin;
mod units;
mod vehicles;

pub use config::{Signals, TwinConfig};
pub use detect::Detection;
pub use error::TwinError;
pub use reference::{ReferencePolicy, run_reference};
pub use snapshot::{SNAPSHOT_VERSION, Snapshot};
pub use tally::Metrics;
pub use track::TrackPoint;
pub use trip::{Spot, Vehicle, VehicleId, VehicleState};
pub use twin::Twin;
