//! The loop: observe, estimate, notice, decide, rehearse, act, measure.
//!
//! ```text
//!   city ──observations──▶ belief (mirror twin, forecast) ──estimate──▶ scenes
//!     ▲                         │ copies                                  │ proposals
//!     └── interlock ◀─ orders ◀─┴──────── rehearsal ◀────────────────────┘
//! ```
//!
//! Reality and belief never mix: [`city`] is the city (in simulated mode a twin), readable only
//! through what its detectors and controllers report; [`belief`] is the brain's own mirror;
//! [`measure`] alone compares the two, to say how far belief was off.
//!
//! **Invariant:** no thread, no clock, no socket: whoever drives the session hands time down.

mod belief;
mod brain;
mod check;
mod city;
mod dispatch;
mod error;
mod gate;
mod history;
mod keyframes;
mod ledger;
mod local;
mod measure;
mod outside;
mod pictures;
mod random;
mod recording;
mod rehearsal;
mod rehearse;
mod session;
pub mod view;
mod views;
mod workers;
mod world;

pub use city::Sensing;
pub use error::{BrainError, InputError};
pub use local::{pack_hash, simulated_start};
pub use measure::kpi::Meter;
pub use recording::{Difference, Recording, ReplayError, difference};
pub use session::{SceneParts, Session, SessionOptions};
pub use workers::{Done, Inline, Work, Workers};
