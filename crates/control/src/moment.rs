//! An instant together with what the calendar on the cabinet's wall says.
//!
//! # Units
//! Seconds of the day count from local midnight; weekdays from Monday, 0.

use serde::{Deserialize, Serialize};
use urbis_units::{CityTime, Duration};

const DAY_S: i64 = 86_400;
/// 1970-01-01 was a Thursday.
const EPOCH_WEEKDAY: i64 = 3;

/// An instant on the city clock with its local weekday and second of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The instant.
    pub at: CityTime,
    /// Day of the week, Monday 0 to Sunday 6.
    pub weekday: u8,
    /// Seconds since local midnight, 0 to 86 399.
    pub second_of_day: u32,
}

impl Moment {
    /// The moment of `at` in a place whose clocks are `utc_offset` ahead of UTC (China: 8 h).
    pub fn new(at: CityTime, utc_offset: Duration) -> Self {
        let local_s = (at + utc_offset).seconds();
        Self {
            at,
            weekday: (local_s.div_euclid(DAY_S) + EPOCH_WEEKDAY).rem_euclid(7) as u8,
            second_of_day: local_s.rem_euclid(DAY_S) as u32,
        }
    }

    /// Whole seconds since the Unix epoch.
    pub const fn second(self) -> i64 {
        self.at.seconds()
    }

    /// Minutes since local midnight, 0 to 1439.
    pub const fn minute_of_day(self) -> u16 {
        (self.second_of_day / 60) as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_weekday_and_time_in_china() {
        // 2024-03-04T23:30:00Z is Tuesday 07:30 in Shanghai.
        let at = CityTime::from_millis(1_709_595_000_000);
        let moment = Moment::new(at, Duration::from_minutes(8 * 60));
        assert_eq!((moment.weekday, moment.minute_of_day()), (1, 7 * 60 + 30));
    }

    #[test]
    fn holds_before_the_epoch() {
        let moment = Moment::new(CityTime::from_millis(-1), Duration::ZERO);
        assert_eq!((moment.weekday, moment.second_of_day), (2, 86_399));
    }
}
