//! From draws to an interval that outcomes really fall into.
//!
//! The spread of the draws says how much demand and drivers matter; it says nothing of what the
//! mirror has wrong. So every measure keeps a factor on the width of its intervals, which learns
//! from outcomes: up when one falls outside, down a little when inside, so that in the long run
//! the stated share falls inside whatever the errors look like.
//!
//! # Source
//! Adaptive conformal inference: I. Gibbs, E. Candès, "Adaptive conformal inference under
//! distribution shift", NeurIPS 2021, applied to the logarithm of the width (scale-free online
//! quantile tracking, A. Angelopoulos et al., "Conformal PID control", NeurIPS 2023).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use urbis_core::Prediction;

use crate::random::inverse_normal;

/// Share of outcomes that should fall inside a predicted interval.
pub(crate) const LEVEL: f64 = 0.9;

/// Step of the log width at a miss.
const STEP: f64 = 0.25;

/// Width before any outcome is known, over the spread of the draws, as outcomes of ten days of
/// Hangzhou showed it: the draws vary demand by more than it turned out to vary.
const FIRST: f64 = 0.75;
/// The same for a measure that is a change: that depends on what the mirror has wrong too.
const FIRST_OF_CHANGE: f64 = 1.1;
/// How the names of measures end that are changes.
const CHANGE: &str = "_change";

/// Floor of the half width, as a share of the level: two runs of one city that differ in a trifle
/// drift apart by about as much.
const HALF_WIDTH_MIN_RATIO: f64 = 0.01;

/// By how much a log width changes after so many hits and misses, when a miss widens it by `size`:
/// nothing on the mean where [`LEVEL`] of them are hits.
pub(crate) fn step(size: f64, hits: f64, misses: f64) -> f64 {
    size * (misses - hits * (1.0 - LEVEL) / LEVEL)
}

/// Turns draws into intervals and learns from outcomes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Calibration {
    log_width: BTreeMap<String, f64>,
}

impl Calibration {
    /// The interval for `measure` from the values its draws gave.
    pub(crate) fn predict(&self, measure: &str, draws: &[f64]) -> Prediction {
        self.predict_change(measure, draws, 0.0)
    }

    /// The same for a change of something that is about `level` without it.
    pub(crate) fn predict_change(&self, measure: &str, draws: &[f64], level: f64) -> Prediction {
        let n = draws.len().max(1) as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let square = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>();
        let sd = (square / (n - 1.0).max(1.0)).sqrt();
        // A new outcome differs from the draws' mean by its own spread and the mean's error.
        let z = inverse_normal(0.5 + LEVEL / 2.0);
        let spread = z * sd * (1.0 + 1.0 / n).sqrt();
        let floor = HALF_WIDTH_MIN_RATIO * mean.abs().max(level);
        let half = (spread * libm::exp(self.log_width(measure))).max(floor);
        Prediction {
            measure: measure.to_owned(),
            expected: mean,
            low: mean - half,
            high: mean + half,
            level: LEVEL,
        }
    }

    fn log_width(&self, measure: &str) -> f64 {
        let first = if measure.ends_with(CHANGE) { FIRST_OF_CHANGE } else { FIRST };
        self.log_width.get(measure).copied().unwrap_or_else(|| libm::log(first))
    }

    /// Learns from an outcome.
    pub(crate) fn learn(&mut self, measure: &str, inside: bool) {
        let (hits, misses) = if inside { (1.0, 0.0) } else { (0.0, 1.0) };
        let width = (self.log_width(measure) + step(STEP, hits, misses)).clamp(-2.0, 4.0);
        self.log_width.insert(measure.to_owned(), width);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Stream, normal};

    /// Share of outcomes inside when the mirror is off by `bias` and `spread` times too sure.
    fn coverage(bias: f64, spread: f64) -> f64 {
        let mut calibration = Calibration::default();
        let (warm_up, n) = (100, 1000);
        let mut inside = 0;
        for outcome in 0..warm_up + n {
            let draws: Vec<f64> = (0..12)
                .map(|d| 100.0 + 5.0 * normal(1, Stream::DrawDemand, outcome * 12 + d))
                .collect();
            let truth = 100.0 + bias + 5.0 * spread * normal(2, Stream::DrawDemand, outcome);
            let prediction = calibration.predict("delay", &draws);
            let hit = (prediction.low..=prediction.high).contains(&truth);
            calibration.learn("delay", hit);
            if outcome >= warm_up {
                inside += usize::from(hit);
            }
        }
        inside as f64 / n as f64
    }

    #[test]
    fn intervals_cover_what_they_say_whatever_the_mirror_has_wrong() {
        for (bias, spread) in [(0.0, 1.0), (6.0, 1.0), (0.0, 3.0), (-10.0, 2.0), (0.0, 0.3)] {
            let share = coverage(bias, spread);
            assert!((0.85..=0.95).contains(&share), "bias {bias}, spread {spread}: {share}");
        }
    }
}
