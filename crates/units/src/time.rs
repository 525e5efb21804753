//! City time: one clock for live, replayed and simulated operation.
//!
//! # Units
//! Instants are milliseconds since 1970-01-01T00:00:00Z, spans are milliseconds. Nothing here
//! reads the machine's clock: time is handed down by whoever drives the city clock.

use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Serialize};

use crate::Seconds;

/// How the city clock is driven. Field commands leave only in [`Mode::Live`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Real sensors, real actuators, wall time.
    Live,
    /// Recorded data at any speed; nothing is commanded.
    Replay,
    /// The twin is the city.
    Simulated,
}

/// An instant on the city clock, in milliseconds since the Unix epoch (UTC).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CityTime(i64);

/// A span of city time in milliseconds; may be negative.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Duration(i64);

impl CityTime {
    /// The instant `millis` after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of `millis` milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// A span of `seconds` whole seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    /// A span of `minutes` whole minutes.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes * 60_000)
    }

    /// The span in milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The span as a quantity of seconds.
    pub fn to_seconds(self) -> Seconds {
        Seconds::new(self.0 as f64 / 1000.0)
    }
}

impl Add<Duration> for CityTime {
    type Output = Self;
    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}
impl AddAssign<Duration> for CityTime {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}
impl Sub<Duration> for CityTime {
    type Output = Self;
    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}
impl Sub for CityTime {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}
impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_and_spans_are_consistent() {
        let noon = CityTime::from_millis(43_200_000);
        let later = noon + Duration::from_minutes(5);
        assert_eq!(later - noon, Duration::from_seconds(300));
        assert_eq!(later - Duration::from_minutes(5), noon);
        assert_eq!((later - noon).to_seconds(), Seconds::new(300.0));
    }
}
