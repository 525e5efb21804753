//! Reader of the City Brain Challenge's road networks and flows.
//!
//! # Shape
//! Text, a record a line, fields parted by blanks. A network is the number of nodes and a line for
//! each (latitude, longitude, id, whether it has a signal); the number of roads and three lines for
//! each (the two nodes, length in metres, speed limit in m/s, lanes and id of either direction; then
//! for each direction and lane, innermost first, whether it may turn left, go straight on, turn
//! right); the number of signals and a line for each (the node, and the roads that leave it, clockwise
//! from the north, −1 where there is none). A flow is the number of records and three lines for each
//! (first and last departure and the seconds between; how many roads; the roads).
//!
//! # Units
//! Metres, metres per second and seconds, as in the files; degrees on WGS 84.
//!
//! # Errors
//! [`NetworkError`](crate::NetworkError) names file, line and remedy; nothing here panics, whatever
//! the bytes.
//!
//! # Source
//! KDD Cup 2021, City Brain Challenge: format pages of its documentation ("Roadnet file", "Flow
//! file", "Signal phase").

mod flow;
mod inside;
mod roadnet;
mod signal;
#[cfg(test)]
mod tests;
mod text;

pub use flow::read_flow;
pub use roadnet::read_roadnet;
