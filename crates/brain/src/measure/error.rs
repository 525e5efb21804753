//! How far belief was off: bias, absolute and square error, coverage and width of intervals.

use crate::view::ErrorView;
use urbis_units::Seconds;

/// Half width of a 90 % interval in standard deviations.
pub(crate) const Z_90: f64 = 1.645;

/// Running statistics of one kind of belief against the truth that came to light.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ErrorTally {
    n: u64,
    sum: f64,
    sum_abs: f64,
    sum_square: f64,
    with_interval: u64,
    inside: u64,
    sum_width: f64,
}

impl ErrorTally {
    /// Adds a belief without an interval.
    pub(crate) fn add(&mut self, believed: f64, truth: f64) {
        let error = believed - truth;
        self.n += 1;
        self.sum += error;
        self.sum_abs += error.abs();
        self.sum_square += error * error;
    }

    /// Adds a belief with its 90 % interval.
    pub(crate) fn add_interval(&mut self, believed: f64, low: f64, high: f64, truth: f64) {
        self.add(believed, truth);
        self.with_interval += 1;
        self.inside += u64::from((low..=high).contains(&truth));
        self.sum_width += high - low;
    }

    /// How many comparisons.
    pub(crate) fn count(&self) -> u64 {
        self.n
    }

    /// The statistics for people.
    pub(crate) fn view(&self, measure: &str, horizon: Option<Seconds>) -> ErrorView {
        let n = self.n.max(1) as f64;
        let share = |part: f64| (self.with_interval > 0).then(|| part / self.with_interval as f64);
        ErrorView {
            measure: measure.to_owned(),
            horizon,
            bias: self.sum / n,
            mae: self.sum_abs / n,
            rmse: (self.sum_square / n).sqrt(),
            coverage_90: share(self.inside as f64),
            mean_width: share(self.sum_width),
            n: self.n,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_falls_inside() {
        let mut tally = ErrorTally::default();
        for truth in 0..10 {
            tally.add_interval(4.5, 0.5, 8.5, f64::from(truth));
        }
        let view = tally.view("queue_veh", None);
        assert_eq!(view.coverage_90, Some(0.8));
        assert_eq!(view.mean_width, Some(8.0));
        assert_eq!(view.bias, 0.0);
        assert_eq!(view.mae, 2.5);
    }
}
