//! Quantities with their unit, coordinates with their datum, and city time.
//!
//! The lowest room of the house: everything may import it, it imports nothing of ours.
//!
//! **Invariant:** no public function of the project takes or returns a bare number for a physical
//! quantity where one of these types would do; where a bare number crosses a wire, its unit is in
//! the field's name (`speed_mps`).

mod coordinate;
mod quantity;
mod time;

pub use coordinate::{Bd09, Cgcs2000, Gcj02, LocalFrame, Point, Projected, ProjectionError, Wgs84};
pub use quantity::{
    Kilograms, Meters, MetersPerSecond, MetersPerSecondSquared, QuantityError, Radians, Ratio,
    Seconds, Vehicles, VehiclesPerHour,
};
pub use time::{CityTime, Duration, Mode};
