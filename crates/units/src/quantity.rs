//! Physical quantities as newtypes over `f64`.
//!
//! # Units
//! Each type names its unit, its UCUM symbol and its UN/CEFACT Recommendation 20 code (which
//! NGSI-LD's `unitCode` wants). Only operators with a physical meaning exist.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// A number that cannot be a quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantityError {
    /// The number that was refused: NaN or an infinity.
    pub value: f64,
    /// UCUM symbol of the unit it was offered for.
    pub symbol: &'static str,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a finite number of {}", self.value, self.symbol)
    }
}

impl std::error::Error for QuantityError {}

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $symbol:literal, $code:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(f64);

        impl $name {
            /// Nothing of it.
            pub const ZERO: Self = Self(0.0);
            /// UCUM symbol of the unit.
            pub const SYMBOL: &'static str = $symbol;
            /// UN/CEFACT Recommendation 20 code of the unit.
            pub const UNIT_CODE: &'static str = $code;

            /// The quantity of `value` units, for values known to be finite (literals, results of
            /// checked arithmetic). Values from outside go through [`Self::try_new`].
            pub const fn new(value: f64) -> Self {
                Self(value)
            }

            /// The quantity of `value` units.
            ///
            /// # Errors
            /// [`QuantityError`] when `value` is NaN or infinite.
            pub fn try_new(value: f64) -> Result<Self, QuantityError> {
                if value.is_finite() {
                    Ok(Self(value))
                } else {
                    Err(QuantityError { value, symbol: $symbol })
                }
            }

            /// The bare number, in the unit of the type.
            pub const fn get(self) -> f64 {
                self.0
            }

            /// The smaller of two.
            pub fn min(self, other: Self) -> Self {
                if other.0 < self.0 { other } else { self }
            }

            /// The larger of two.
            pub fn max(self, other: Self) -> Self {
                if other.0 > self.0 { other } else { self }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)?;
                write!(f, " {}", $symbol)
            }
        }
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }
        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }
        impl Div<f64> for $name {
            type Output = Self;
            fn div(self, divisor: f64) -> Self {
                Self(self.0 / divisor)
            }
        }
        impl Div for $name {
            type Output = f64;
            fn div(self, other: Self) -> f64 {
                self.0 / other.0
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
                Self(parts.map(|part| part.0).sum())
            }
        }
    };
}

quantity!(
    /// Length in metres.
    Meters, "m", "MTR"
);
quantity!(
    /// Span of time in seconds, for control and simulation; calendar spans are `Duration`.
    Seconds, "s", "SEC"
);
quantity!(
    /// Speed in metres per second.
    MetersPerSecond, "m/s", "MTS"
);
quantity!(
    /// Acceleration in metres per second squared.
    MetersPerSecondSquared, "m/s2", "MSK"
);
quantity!(
    /// Flow of vehicles in vehicles per hour.
    VehiclesPerHour, "{vehicle}/h", "E50"
);
quantity!(
    /// A number of vehicles; fractional in estimates.
    Vehicles, "{vehicle}", "C62"
);
quantity!(
    /// A share or quotient without dimension.
    Ratio, "1", "C62"
);
quantity!(
    /// Mass in kilograms.
    Kilograms, "kg", "KGM"
);
quantity!(
    /// Plane angle in radians.
    Radians, "rad", "C81"
);

impl Div<Seconds> for Meters {
    type Output = MetersPerSecond;
    fn div(self, time: Seconds) -> MetersPerSecond {
        MetersPerSecond::new(self.0 / time.0)
    }
}
impl Div<MetersPerSecond> for Meters {
    type Output = Seconds;
    fn div(self, speed: MetersPerSecond) -> Seconds {
        Seconds::new(self.0 / speed.0)
    }
}
impl Mul<Seconds> for MetersPerSecond {
    type Output = Meters;
    fn mul(self, time: Seconds) -> Meters {
        Meters::new(self.0 * time.0)
    }
}
impl Mul<Seconds> for MetersPerSecondSquared {
    type Output = MetersPerSecond;
    fn mul(self, time: Seconds) -> MetersPerSecond {
        MetersPerSecond::new(self.0 * time.0)
    }
}
impl Mul<Seconds> for VehiclesPerHour {
    type Output = Vehicles;
    fn mul(self, time: Seconds) -> Vehicles {
        Vehicles::new(self.0 * time.0 / 3600.0)
    }
}
impl Div<Seconds> for Vehicles {
    type Output = VehiclesPerHour;
    fn div(self, time: Seconds) -> VehiclesPerHour {
        VehiclesPerHour::new(self.0 * 3600.0 / time.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_number() {
        assert!(Meters::try_new(f64::NAN).is_err());
        assert!(Meters::try_new(f64::INFINITY).is_err());
        assert_eq!(Meters::try_new(2.5), Ok(Meters::new(2.5)));
    }

    #[test]
    fn flow_times_time_is_vehicles_and_back() {
        let flow = VehiclesPerHour::new(1800.0);
        assert_eq!(flow * Seconds::new(2.0), Vehicles::new(1.0));
        assert_eq!(Vehicles::new(1.0) / Seconds::new(2.0), flow);
    }

    #[test]
    fn shows_the_unit() {
        assert_eq!(format!("{:.1}", MetersPerSecond::new(11.111)), "11.1 m/s");
    }
}
