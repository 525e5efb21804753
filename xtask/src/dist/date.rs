//! Dates of the calendar from seconds since 1970.
//!
//! # Source
//! The civil-from-days method of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.

/// `epoch_s` seconds since 1970 as `2026-11-22T03:05:07Z`.
pub(crate) fn iso(epoch_s: i64) -> String {
    let (day, second) = (epoch_s.div_euclid(86_400), epoch_s.rem_euclid(86_400));
    // Days since 1 March of year 0, so that the leap day is the last of its year.
    let since = day + 719_468;
    let era = since.div_euclid(146_097);
    let of_era = since.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_around_leap_years_are_right() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(iso(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(iso(1_798_761_599), "2026-12-31T23:59:59Z");
        assert_eq!(iso(-1), "1969-12-31T23:59:59Z");
    }
}
