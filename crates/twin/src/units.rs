//! Constants of driving that belong to no vehicle type.

/// Slower counts as waiting, metres per second.
pub(crate) const WAITING_BELOW_MPS: f64 = 0.1;
/// Distance kept before a crossing point when yielding, metres.
pub(crate) const YIELD_DISTANCE_M: f64 = 5.0;
