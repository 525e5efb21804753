//! Scene `incidents`: notices queues, spillback, breakdown of flow, blocked lanes, gridlock and
//! detector faults, from detector reports and the brain's estimate alone.
//!
//! Each finding says where, since when, how sure, and on what evidence. The scene advises only.
//!
//! | event | noticed by | module |
//! |---|---|---|
//! | blocked lane | cumulative sum of log-likelihood ratios over counts in green | [`blockage`] |
//! | queue, spillback, flow breakdown | estimated queue against storage; occupancy and speed | [`section`] |
//! | gridlock | a circle of roads that spill back into each other | [`gridlock`] |
//! | detector fault | silence, or occupancy stuck | [`fault`] |

pub mod blockage;
pub mod fault;
pub mod gridlock;
mod report;
mod scene;
pub mod section;
mod watch;

pub use scene::Incidents;
