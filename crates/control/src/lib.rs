//! Signal control laws as values and pure functions.
//!
//! The room exists apart because three parties must run the very same law: a scene that proposes
//! (and may not hold a twin), the twin that rehearses what was proposed, and the local controllers
//! of the simulated city. Nothing here reads a clock, a file or the network's wires; state is
//! plain data that can be copied, saved and compared.
//!
//! | part | question it answers |
//! |---|---|
//! | [`webster`] | which cycle and splits suit these flows, and what delay do they give? |
//! | [`progression`] | which offsets let platoons run through an arterial? |
//! | [`area`] | which offsets and splits of a whole area give these flows the least delay? |
//! | [`fixed`] | which stage does the schedule show now, and how does a controller get back in step? |
//! | [`max_pressure`] | which stage should be next, given these queues, and why? |
//! | [`controller`] | which aspects do the signal heads show this second? |
//!
//! # Units
//! Control runs on whole seconds; configured times are rounded up to the next one.

pub mod area;
pub mod controller;
pub mod corridor;
pub mod fixed;
pub mod max_pressure;
mod moment;
pub mod progression;
mod timing;
pub mod webster;

pub use moment::Moment;
pub use timing::{SignalError, SignalTiming};
