//! Means and intervals over seeds.
//!
//! # Source
//! Student's t interval; quantiles of the t distribution for 95 % from its table. Interval of the
//! median by order statistics: W. J. Conover, "Practical Nonparametric Statistics", 3rd ed., 3.2.

use serde::Serialize;

/// Two-sided 95 % quantiles of Student's t by degrees of freedom, from 1.
const T_95: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];

/// Mean of a sample with its 95 % interval, and its median.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many values.
    pub n: usize,
    /// Mean.
    pub mean: f64,
    /// Half width of the 95 % interval of the mean.
    pub half: f64,
    /// Median.
    pub median: f64,
    /// The 95 % interval of the median; the whole range where a sample is too small for one.
    pub median_interval: (f64, f64),
}

/// A number drawn by its place in a sequence (SplitMix64: G. Steele et al., OOPSLA 2014).
pub fn split_mix(place: u64) -> u64 {
    let mut z = place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Summarizes `values`; all zero without any.
pub fn summarize(values: &[f64]) -> Summary {
    let n = values.len();
    if n == 0 {
        return Summary { n, mean: 0.0, half: 0.0, median: 0.0, median_interval: (0.0, 0.0) };
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let square = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
    let sd = (square / (n.max(2) - 1) as f64).sqrt();
    let t = T_95.get(n.max(2) - 2).copied().unwrap_or(1.96);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
    // Of n values a binomial number lies below the median.
    let reach = 1.96 * (n as f64).sqrt() / 2.0;
    let low = (n as f64 / 2.0 - reach).floor().max(0.0) as usize;
    let high = ((n as f64 / 2.0 + reach).ceil() as usize).min(n - 1);
    let median_interval = (sorted[low.min(n - 1)], sorted[high]);
    Summary { n, mean, half: t * sd / (n as f64).sqrt(), median, median_interval }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let places = f.precision().unwrap_or(2);
        if self.n < 2 {
            // One value has no interval.
            return write!(f, "{:.places$}", self.mean);
        }
        write!(f, "{:.places$} ± {:.places$}", self.mean, self.half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_a_small_sample_follows_student() {
        let summary = summarize(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((summary.n, summary.mean, summary.median), (5, 3.0, 3.0));
        assert!((summary.half - 2.776 * 2.5_f64.sqrt() / 5.0_f64.sqrt()).abs() < 1e-9);
    }

    #[test]
    fn interval_of_the_median_lies_between_order_statistics() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let summary = summarize(&hundred);
        assert_eq!((summary.median, summary.median_interval), (50.5, (41.0, 61.0)));
        assert_eq!(summarize(&[3.0, 1.0]).median_interval, (1.0, 3.0));
    }

    #[test]
    fn one_value_is_shown_without_an_interval() {
        assert_eq!(format!("{:.1}", summarize(&[2.0])), "2.0");
        assert_eq!(format!("{:.1}", summarize(&[2.0, 2.0])), "2.0 ± 0.0");
    }

    #[test]
    fn nothing_summarizes_to_nothing() {
        assert_eq!(summarize(&[]).n, 0);
    }
}
