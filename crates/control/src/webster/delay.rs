//! Delay of vehicles at a signal.
//!
//! # Units
//! Seconds a vehicle, over an analysis period of a quarter of an hour.
//!
//! # Source
//! Uniform and random term: Webster 1958. Beyond saturation: incremental delay of the Highway
//! Capacity Manual 2000, equation 16-12 (`k` 0.5 for fixed time, `I` 1 for isolated signals).

use urbis_units::{Ratio, Seconds, VehiclesPerHour};

const PERIOD_H: f64 = 0.25;

/// Delay of vehicles that arrive evenly, for a green share `lambda` of the cycle and a degree of
/// saturation, which counts as 1 at most.
pub fn uniform(cycle: Seconds, lambda: Ratio, saturation: Ratio) -> Seconds {
    let (lambda, x) = (lambda.get().clamp(0.0, 1.0), saturation.get().clamp(0.0, 1.0));
    if lambda * x >= 1.0 {
        return Seconds::ZERO;
    }
    cycle * ((1.0 - lambda) * (1.0 - lambda) / (2.0 * (1.0 - lambda * x)))
}

/// Webster's random term for a degree of saturation below 1; infinite above.
pub fn random(flow: VehiclesPerHour, saturation: Ratio) -> Seconds {
    let (q_per_s, x) = (flow.get() / 3600.0, saturation.get());
    if q_per_s <= 0.0 {
        Seconds::ZERO
    } else if x < 1.0 {
        Seconds::new(x * x / (2.0 * q_per_s * (1.0 - x)))
    } else {
        Seconds::new(f64::INFINITY)
    }
}

/// Random delay and that of a queue that grows over the period, finite at any saturation.
pub fn incremental(capacity: VehiclesPerHour, saturation: Ratio) -> Seconds {
    let (c, x) = (capacity.get(), saturation.get());
    if c <= 0.0 {
        // Nothing is served: all of the period on average half.
        return Seconds::new(if x > 0.0 { 1800.0 * PERIOD_H } else { 0.0 });
    }
    let excess = x - 1.0;
    let root = (excess * excess + 4.0 * x / (c * PERIOD_H)).sqrt();
    Seconds::new(900.0 * PERIOD_H * (excess + root))
}

/// Mean control delay of a movement with flow ratio `flow_ratio` (flow over saturation flow).
pub fn control_delay(
    cycle: Seconds,
    lambda: Ratio,
    capacity: VehiclesPerHour,
    flow_ratio: f64,
) -> Seconds {
    let saturation = Ratio::new(if lambda.get() > 0.0 { flow_ratio / lambda.get() } else { 10.0 });
    if flow_ratio <= 0.0 {
        return uniform(cycle, lambda, Ratio::ZERO);
    }
    uniform(cycle, lambda, saturation) + incremental(capacity, saturation)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Webster 1958's worked case by hand: C 60 s, green share 0.5, x 0.8, q 600 veh/h.
    #[test]
    fn matches_a_case_worked_by_hand() {
        let d1 = uniform(Seconds::new(60.0), Ratio::new(0.5), Ratio::new(0.8));
        assert!((d1.get() - 12.5).abs() < 1e-9, "{d1}");
        let d2 = random(VehiclesPerHour::new(600.0), Ratio::new(0.8));
        assert!((d2.get() - 9.6).abs() < 1e-9, "{d2}");
    }

    #[test]
    fn incremental_delay_grows_through_saturation_without_a_jump() {
        let at = |x: f64| incremental(VehiclesPerHour::new(900.0), Ratio::new(x)).get();
        assert!(at(0.9) < at(0.99) && at(0.99) < at(1.01) && at(1.01) < at(1.2));
        assert!(at(1.01) - at(0.99) < 5.0);
    }
}
