//! Reader of CityFlow's road networks and flows.
//!
//! One light phase becomes one [`Stage`](crate::Stage), one road link one
//! [`Movement`](crate::Movement) with a vehicle signal group of its own, and the phase times the
//! plan `builtin`. Phase 0 becomes the clearance stage where it shows right turns only, as in the
//! public data sets.
//!
//! # Units
//! Metres, metres per second and seconds, as in the files.
//!
//! # Errors
//! [`NetworkError`](crate::NetworkError) names file, element and remedy; nothing here panics,
//! whatever the bytes.
//!
//! # Source
//! H. Zhang et al., "CityFlow: A Multi-Agent Reinforcement Learning Environment for Large Scale City
//! Traffic Scenario", WWW 2019, doi:10.1145/3308558.3314139, and the format pages of its
//! documentation. Lengths and crossing points are computed as its engine does, so that travel
//! times can be compared to the second.

mod crossing;
mod file;
mod flow;
mod lanes;
mod roadnet;
mod signal;
#[cfg(test)]
mod tests;

pub use flow::read_flow;
pub use roadnet::read_roadnet;
