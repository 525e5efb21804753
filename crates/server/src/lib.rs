//! HTTP and WebSocket interface of the command centre.
//!
//! ```text
//! browser ──HTTP──▶ guard ──▶ handler ──asks──▶ driver (owns the city, one thread)
//!    ▲                          │ newest moment     │
//!    └──WebSocket── stream ◀────┴────── watch ◀─────┘
//! ```
//!
//! *Moment*: the city as published, at most ten times a wall second. *Viewer*: one WebSocket.
//! *Problem*: why a request was not served (RFC 9457).
//!
//! **Invariant:** only this crate knows the wire types of our interface. **Invariant:** every read
//! and every act asks policy once and leaves one audit line. **Invariant:** no web task ever waits
//! for the city's thread but through a bounded queue.

pub mod access;
mod app;
mod assets;
mod atlas;
pub mod audit;
mod base_map;
mod chronicle;
mod driver;
pub mod frame;
mod guard;
mod keys;
pub mod live;
mod logbook;
mod metrics;
mod moment;
mod pace;
mod problem;
mod routes;
mod serve;
mod session;
mod stream;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod toy;
pub mod wire;
mod workers;

pub use app::{App, BODY_BYTES_MAX, Parts, ReportFacts, Reporter, VIEWERS_MAX, router};
pub use atlas::Atlas;
pub use base_map::{BaseMap, BaseMapError};
pub use chronicle::DECISIONS;
pub use driver::{AskError, ClockAction, Drive, Driver, Handle};
pub use guard::{Doors, Entrance, TOKEN_PROTOCOL};
pub use keys::SharedKeyring;
pub use logbook::{Line, Logbook};
pub use metrics::Metrics;
pub use moment::{Clock, Moment, Moments};
pub use pace::{SPEED_MAX, SPEED_MIN};
pub use problem::{Problem, ProblemDetails};
pub use serve::{Opener, Server};
pub use workers::Threads;

/// Whether the command centre was built before this program was.
pub fn has_command_centre() -> bool {
    urbis_web::is_built()
}
