//! A blocked lane: traffic wants to leave it, the signal lets it, and nothing comes.
//!
//! Two hypotheses compete over every reporting interval in which the lane had green:
//! the lane discharges (counts are Poisson at its usual rate), or it is blocked (only false counts).
//! The log-likelihood ratio is summed, never below zero; the lane is called blocked when the sum
//! passes a threshold. With a queue behind, the usual rate is the saturation rate and three empty
//! intervals of green suffice; without one, it is the lane's own mean flow and more are needed.
//!
//! # Source
//! E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954 (CUSUM); as a test for
//! incidents on streets with signals: J. Luk, "Arterial incident detection", ARRB 1992.
//!
//! # Limits
//! A lane that nobody wants (no queue, almost no usual flow) cannot be told from a blocked one.

use serde::{Deserialize, Serialize};

/// Rate at which a queue discharges, vehicles per second of green and lane; half the saturation
/// flow of 1,800 veh/h, so that a slow start or a truck does not count as a blockage.
const DISCHARGE_VEH_PER_S: f64 = 0.25;

/// Rate of counts on a blocked lane: vehicles that squeeze by, and false counts.
const BLOCKED_VEH_PER_S: f64 = 0.01;

/// Usual flows below this say nothing, vehicles per second of green.
const USUAL_MIN_VEH_PER_S: f64 = 0.02;

/// The sum at which a lane is called blocked. By Wald's bound the chance of passing it in error is
/// below exp(-7) = 0.1 % per attempt.
pub const THRESHOLD: f64 = 7.0;

/// The sum up to which intervals still teach the usual flow: one or two empty ones are chance.
const CALM: f64 = 2.0;

/// Green time after which a lane's own usual flow is known well enough to be missed, seconds.
const KNOWN_GREEN_S: f64 = 150.0;

/// Green of an interval from which its count says something, seconds: most of a platoon passes in
/// the first seconds of green, in an interval that is only partly green.
const GREEN_LEAST_S: f64 = 2.0;

/// Weight of one interval in the usual flow.
const USUAL_WEIGHT: f64 = 0.02;

/// What one interval of a lane showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Length, seconds.
    pub length_s: f64,
    /// How long the lane had green in it, seconds.
    pub green_s: f64,
    /// Vehicles counted at the stop line.
    pub count_veh: f64,
    /// Share of the interval the stop line was covered.
    pub occupancy_ratio: f64,
    /// Whether a queue stands behind: the upstream detector is covered or the estimate says so.
    pub queue_behind: bool,
    /// Whether the way out is full: then nothing can leave, and that is spillback.
    pub exit_full: bool,
}

/// The running test of one lane.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Test {
    sum: f64,
    empty_green_s: f64,
    usual_veh_per_s: f64,
    seen_green_s: f64,
}

impl Test {
    /// Takes up one interval and returns the sum after it.
    pub fn update(&mut self, interval: Interval) -> f64 {
        let whole = interval.green_s >= interval.length_s;
        if interval.green_s < GREEN_LEAST_S || (interval.queue_behind && !whole) {
            // A queue that is about to start proves nothing yet; a count proves that the lane moves.
            if interval.count_veh >= 1.0 {
                self.flows(interval.count_veh);
                self.learn(interval);
            }
            return self.sum;
        }
        if interval.exit_full {
            return self.sum;
        }
        let expected = if interval.queue_behind {
            DISCHARGE_VEH_PER_S.max(self.usual_veh_per_s)
        } else if self.usual_veh_per_s >= USUAL_MIN_VEH_PER_S && self.seen_green_s > KNOWN_GREEN_S {
            self.usual_veh_per_s * 0.5
        } else {
            BLOCKED_VEH_PER_S
        };
        let ratio = (expected - BLOCKED_VEH_PER_S) * interval.green_s
            - interval.count_veh * libm::log((expected / BLOCKED_VEH_PER_S).max(1.0));
        self.sum = (self.sum + ratio).max(0.0);
        self.empty_green_s =
            if interval.count_veh < 1.0 { self.empty_green_s + interval.green_s } else { 0.0 };
        // What looks like a blockage must not teach that nothing is usual here.
        if self.sum < CALM {
            self.learn(interval);
        }
        self.sum
    }

    /// Whether the sum has passed the threshold.
    pub fn is_blocked(&self) -> bool {
        self.sum >= THRESHOLD
    }

    /// Forgets the suspicion and keeps the usual flow.
    pub fn rest(&mut self) {
        (self.sum, self.empty_green_s) = (0.0, 0.0);
    }

    /// How sure, 0 to 1, from the sum and even prior odds.
    pub fn confidence(&self) -> f64 {
        // exp of a bounded number: std's differs in the last bit between machines, so a rational
        // bound serves: 1 - 1/(1 + s + s^2/2 + s^3/6).
        let s = self.sum;
        1.0 - 1.0 / (1.0 + s + s * s / 2.0 + s * s * s / 6.0)
    }

    /// Green time without a vehicle since the last count, seconds.
    pub fn empty_green_s(&self) -> f64 {
        self.empty_green_s
    }

    /// Usual flow in green, vehicles per second.
    pub fn usual_veh_per_s(&self) -> f64 {
        self.usual_veh_per_s
    }

    fn flows(&mut self, count_veh: f64) {
        self.sum = (self.sum - 2.0 * count_veh).max(0.0);
        self.empty_green_s = 0.0;
    }

    fn learn(&mut self, interval: Interval) {
        if interval.green_s < GREEN_LEAST_S {
            return;
        }
        self.seen_green_s += interval.green_s;
        let share = interval.green_s / interval.length_s.max(1.0);
        let weight = (USUAL_WEIGHT * share).max(interval.green_s / self.seen_green_s.max(1.0));
        let rate = interval.count_veh / interval.green_s.max(1.0);
        self.usual_veh_per_s += weight.min(1.0) * (rate - self.usual_veh_per_s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn interval(count_veh: f64, queue_behind: bool) -> Interval {
        Interval {
            length_s: 5.0,
            green_s: 5.0,
            count_veh,
            occupancy_ratio: 0.2,
            queue_behind,
            exit_full: false,
        }
    }

    #[test]
    fn a_queue_that_does_not_move_in_green_is_a_blockage() {
        let mut test = Test::default();
        let needed = (1..20).find(|_| test.update(interval(0.0, true)) >= THRESHOLD);
        assert_eq!(needed, Some(6), "30 s of green without a vehicle");
        assert!(test.confidence() > 0.98);
    }

    #[test]
    fn a_queue_that_discharges_is_none() {
        let mut test = Test::default();
        for _ in 0..1000 {
            test.update(interval(2.0, true));
            assert!(!test.is_blocked());
        }
    }

    #[test]
    fn red_and_a_full_exit_prove_nothing() {
        let mut test = Test::default();
        for _ in 0..100 {
            test.update(Interval { green_s: 0.0, ..interval(0.0, true) });
            test.update(Interval { exit_full: true, ..interval(0.0, true) });
        }
        assert_eq!(test.confidence(), 0.0);
    }

    #[test]
    fn a_lane_with_steady_flow_that_falls_silent_is_noticed_without_a_queue() {
        let mut test = Test::default();
        for _ in 0..200 {
            test.update(interval(1.0, false));
        }
        let needed = (1..60).find(|_| test.update(interval(0.0, false)) >= THRESHOLD);
        assert!(needed.is_some_and(|n| n <= 20), "{needed:?}");
    }

    #[test]
    fn vehicles_after_a_blockage_clear_it() {
        let mut test = Test::default();
        for _ in 0..10 {
            test.update(interval(0.0, true));
        }
        assert!(test.is_blocked());
        for _ in 0..4 {
            test.update(interval(2.0, true));
        }
        assert!(!test.is_blocked());
    }

    proptest! {
        #[test]
        fn the_sum_stays_finite_and_positive(counts in prop::collection::vec(0.0..40.0f64, 0..200)) {
            let mut test = Test::default();
            for count in counts {
                let sum = test.update(interval(count.floor(), true));
                prop_assert!(sum.is_finite() && sum >= 0.0);
                prop_assert!((0.0..=1.0).contains(&test.confidence()));
            }
        }
    }
}
