//! From draws to an interval that outcomes really fall into.
//!
//! The spread of the draws says how much demand and drivers matter; it says nothing of what the
//! mirror has wrong. So every measure keeps a factor on the width of its intervals, which learns
//! from outcomes: up when one falls outside, down a little when inside, so that in the long run
//! the stated share falls inside whatever the errors look like. A measure that is a level, not a
//! change, keeps a factor on its middle too: how much more there was than expected, on the mean.
//!
//! # Source
//! Adaptive conformal inference: I. Gibbs, E. Candès, "Adaptive conformal inference under
//! distribution shift", NeurIPS 2021, applied to the logarithm of the width (scale-free online
//! quantile tracking, A. Angelopoulos et al., "Conformal PID control", NeurIPS 2023).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use urbis_core::{Outcome, Prediction};

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
/// The same for an arrival and its change, and for what others spend beside a corridor, as outcomes
/// of eight days outside of every benchmark showed it, four of them with drivers who do not give way.
const FIRST_OF_ARRIVAL: f64 = 1.0;
const FIRST_OF_OTHERS: f64 = 1.4;
/// How the names of measures end that are changes.
const CHANGE: &str = "_change";

/// Floor of the half width, as a share of the level: two runs of one city that differ in a trifle
/// drift apart by about as much.
const HALF_WIDTH_MIN_RATIO: f64 = 0.01;
/// The same for what a corridor changes for all others: it touches few junctions, for minutes.
const HALF_WIDTH_MIN_RATIO_OF_OTHERS_CHANGE: f64 = 0.0035;
/// How the names of measures begin that leave emergency vehicles out.
const OTHERS: &str = "others";

/// What every draw of an arrival has wrong together, as a standard deviation relative to it: the
/// queues it meets and the moment it comes to each signal. A single red is a tenth of a usual leg.
const ARRIVAL_SD_RATIO: f64 = 0.19;
/// The same for what an option changes of it, relative to the arrival without it.
const ARRIVAL_CHANGE_SD_RATIO: f64 = 0.08;
/// And relative to the change itself: the more a corridor is worth, the more is uncertain of it.
const ARRIVAL_CHANGE_OWN_SD_RATIO: f64 = 0.4;
/// The same for what others spend: how much traffic there is at all.
const OTHERS_SD_RATIO: f64 = 0.025;
/// How the names of measures begin that are arrivals.
const ARRIVAL: &str = "arrival";

/// Outcomes that the belief in an unbiased mirror counts for.
const UNBIASED_N: f64 = 4.0;
/// Outcomes after which older ones begin to be forgotten.
const REMEMBERED_N: f64 = 50.0;
/// Bound on the logarithm of the factor on the middle, and on what one outcome says of it.
const LOG_RATIO_MAX: f64 = 0.5;

/// By how much a log width changes after so many hits and misses, when a miss widens it by `size`:
/// nothing on the mean where [`LEVEL`] of them are hits.
pub(crate) fn step(size: f64, hits: f64, misses: f64) -> f64 {
    size * (misses - hits * (1.0 - LEVEL) / LEVEL)
}

/// Turns draws into intervals and learns from outcomes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Calibration {
    log_width: BTreeMap<String, f64>,
    middle: BTreeMap<String, Middle>,
}

/// How much more of a measure there was than its draws said.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Middle {
    log_ratio: f64,
    /// Outcomes it rests on.
    n: f64,
}

fn is_change(measure: &str) -> bool {
    measure.ends_with(CHANGE)
}

impl Calibration {
    /// The interval for `measure` from the values its draws gave.
    pub(crate) fn predict(&self, measure: &str, draws: &[f64]) -> Prediction {
        self.predict_change(measure, draws, 0.0)
    }

    /// The same for a change of something that is about `level` without it.
    pub(crate) fn predict_change(&self, measure: &str, draws: &[f64], level: f64) -> Prediction {
        let n = draws.len().max(1) as f64;
        let ratio = self.middle.get(measure).map_or(1.0, |middle| libm::exp(middle.log_ratio));
        let mean = ratio * draws.iter().sum::<f64>() / n;
        let apart = |draw: &f64| ratio * draw - mean;
        let square = draws.iter().map(|draw| apart(draw) * apart(draw)).sum::<f64>();
        let variance = square / (n - 1.0).max(1.0);
        let size = mean.abs().max(level);
        let unseen = match (measure.starts_with(ARRIVAL), is_change(measure)) {
            (true, true) => libm::hypot(
                size * ARRIVAL_CHANGE_SD_RATIO,
                mean.abs() * ARRIVAL_CHANGE_OWN_SD_RATIO,
            ),
            (true, false) => size * ARRIVAL_SD_RATIO,
            (false, false) if measure.starts_with(OTHERS) => size * OTHERS_SD_RATIO,
            (false, _) => 0.0,
        };
        // A new outcome differs from the draws' mean by its own spread and the mean's error.
        let z = inverse_normal(0.5 + LEVEL / 2.0);
        let spread = z * (variance * (1.0 + 1.0 / n) + unseen * unseen).sqrt();
        let least = if measure.starts_with(OTHERS) && is_change(measure) {
            HALF_WIDTH_MIN_RATIO_OF_OTHERS_CHANGE
        } else {
            HALF_WIDTH_MIN_RATIO
        };
        let floor = least * size;
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
        let first = match (measure.starts_with(ARRIVAL), is_change(measure)) {
            (true, _) => FIRST_OF_ARRIVAL,
            (false, true) => FIRST_OF_CHANGE,
            (false, false) if measure.starts_with(OTHERS) => FIRST_OF_OTHERS,
            (false, false) => FIRST,
        };
        self.log_width.get(measure).copied().unwrap_or_else(|| libm::log(first))
    }

    /// Learns from the outcome of a decision, measure by measure.
    pub(crate) fn learn_all(&mut self, predicted: &[Prediction], outcome: &Outcome) {
        for measured in &outcome.measured {
            if let Some(one) = predicted.iter().find(|one| one.measure == measured.measure) {
                self.learn(one, measured.value);
            }
        }
    }

    /// Learns from what came of a prediction.
    pub(crate) fn learn(&mut self, predicted: &Prediction, value: f64) {
        let measure = &predicted.measure;
        let inside = (predicted.low..=predicted.high).contains(&value);
        let (hits, misses) = if inside { (1.0, 0.0) } else { (0.0, 1.0) };
        let width = (self.log_width(measure) + step(STEP, hits, misses)).clamp(-2.0, 4.0);
        self.log_width.insert(measure.clone(), width);
        if !is_change(measure) && value > 0.0 && predicted.expected > 0.0 {
            let bounded = |log: f64| log.clamp(-LOG_RATIO_MAX, LOG_RATIO_MAX);
            let off = bounded(libm::log(value / predicted.expected));
            let middle = self.middle.entry(measure.clone()).or_default();
            middle.n = (middle.n + 1.0).min(REMEMBERED_N);
            middle.log_ratio = bounded(middle.log_ratio + off / (middle.n + UNBIASED_N));
        }
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
            calibration.learn(&prediction, truth);
            if outcome >= warm_up {
                inside += usize::from(hit);
            }
        }
        inside as f64 / n as f64
    }

    #[test]
    fn what_always_comes_later_is_expected_later() {
        let mut calibration = Calibration::default();
        let draws = [95.0, 100.0, 105.0];
        let first = calibration.predict("arrival_s", &draws);
        for _ in 0..20 {
            let predicted = calibration.predict("arrival_s", &draws);
            calibration.learn(&predicted, 115.0);
        }
        let later = calibration.predict("arrival_s", &draws);
        assert!((first.expected - 100.0).abs() < 1e-9, "{first:?}");
        assert!((112.0..=115.0).contains(&later.expected), "{later:?}");
        // A change is a difference already: its middle stays.
        let change = calibration.predict("arrival_s_change", &[-20.0, -10.0]);
        calibration.learn(&change, -40.0);
        assert_eq!(calibration.predict("arrival_s_change", &[-20.0, -10.0]).expected, -15.0);
    }

    #[test]
    fn intervals_cover_what_they_say_whatever_the_mirror_has_wrong() {
        for (bias, spread) in [(0.0, 1.0), (6.0, 1.0), (0.0, 3.0), (-10.0, 2.0), (0.0, 0.3)] {
            let share = coverage(bias, spread);
            assert!((0.85..=0.95).contains(&share), "bias {bias}, spread {spread}: {share}");
        }
    }
}
