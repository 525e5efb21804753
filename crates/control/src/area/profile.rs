//! What one movement's vehicles meet at its stop line over a cycle: arrivals, queue, departures.
//!
//! # Units
//! Vehicles a second, by second of the cycle.
//!
//! # Source
//! Platoon dispersion: D. I. Robertson, *TRANSYT: A Traffic Network Study Tool*, Road Research
//! Laboratory Report LR 253, 1969: `q'(t + 0.8 T) = F q(t) + (1 - F) q'(t + 0.8 T - 1)` with
//! `F = 1 / (1 + 0.8 a T)`. The queue is vertical, as there.

/// Shares of the cycle that flow is repeated until it no longer depends on where it began.
const ROUNDS: usize = 2;

/// How a platoon changes on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    /// Seconds until its head arrives.
    pub lag_s: usize,
    /// Smoothing factor, 1 for a platoon that stays together.
    pub smoothing: f32,
}

impl Way {
    /// The way of `time_s` seconds with dispersion factor `dispersion`.
    pub(super) fn new(time_s: f64, dispersion: f64) -> Self {
        let lag = 0.8 * time_s.max(0.0);
        // What rounding takes off the lag, the mean of the smoothed platoon must give back.
        Self { lag_s: lag as usize, smoothing: (1.0 / (1.0 + dispersion * lag)) as f32 }
    }

    /// Adds `share` of what departs to what arrives.
    pub(super) fn carry(self, departures: &[f32], share: f32, arrivals: &mut [f32]) {
        let cycle_s = arrivals.len();
        let mut smooth = departures.iter().sum::<f32>() / cycle_s as f32;
        for round in 0..ROUNDS {
            for (second, flow) in departures.iter().enumerate() {
                smooth += self.smoothing * (flow - smooth);
                if round + 1 == ROUNDS {
                    arrivals[(second + self.lag_s) % cycle_s] += share * smooth;
                }
            }
        }
    }
}

/// What a movement costs in one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Cost {
    /// Waiting in the queue, vehicle seconds.
    pub delay_veh_s: f32,
    /// Vehicles that must stop.
    pub stops_veh: f32,
    /// Longest queue, vehicles.
    pub queue_veh: f32,
}

/// Lets `arrivals` through the `green` seconds at `saturation` vehicles a second; fills
/// `departures`. Arrivals beyond 98 % of what green carries are left out: the formula for
/// oversaturation speaks of them, and they would fill the queue without end.
pub(super) fn discharge(
    arrivals: &[f32],
    green: &[bool],
    saturation: f32,
    departures: &mut [f32],
) -> Cost {
    let arriving: f32 = arrivals.iter().sum();
    let carried = 0.98 * saturation * green.iter().filter(|green| **green).count() as f32;
    let scale = if arriving > carried { carried / arriving } else { 1.0 };
    let mut queue = 0.0_f32;
    let mut cost = Cost::default();
    for round in 0..ROUNDS {
        cost = Cost::default();
        for (second, arrival) in arrivals.iter().enumerate() {
            let arrival = arrival * scale;
            let waits = queue > 0.01 || !green[second];
            queue += arrival;
            let out = if green[second] { queue.min(saturation) } else { 0.0 };
            queue -= out;
            if round + 1 == ROUNDS {
                departures[second] = out;
            }
            cost.delay_veh_s += queue;
            cost.queue_veh = cost.queue_veh.max(queue);
            if waits {
                cost.stops_veh += arrival;
            }
        }
    }
    cost
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_grows_in_red_and_clears_in_green_waits_as_worked_by_hand() {
        // Red 5 s, green 5 s, 0.2 veh/s arriving, 1 veh/s leaving: Webster's uniform delay
        // q r^2 / (2 (1 - q/s)) = 0.2 * 25 / (2 * 0.8) = 3.1 vehicle seconds, in whole seconds 3.4.
        let green = [false, false, false, false, false, true, true, true, true, true];
        let mut departures = [0.0; 10];
        let cost = discharge(&[0.2; 10], &green, 1.0, &mut departures);
        assert!((cost.delay_veh_s - 3.2).abs() < 0.3, "{cost:?}");
        assert!((departures.iter().sum::<f32>() - 2.0).abs() < 1e-4);
        assert!((cost.stops_veh - 1.4).abs() < 0.21, "{cost:?}");
    }

    #[test]
    fn a_platoon_keeps_its_vehicles_and_its_mean_time() {
        let mut departures = [0.0; 60];
        departures[0] = 1.0;
        let mut arrivals = [0.0; 60];
        Way::new(20.0, 0.35).carry(&departures, 0.5, &mut arrivals);
        let sum: f32 = arrivals.iter().sum();
        assert!((sum - 0.5).abs() < 0.01, "{sum}");
        let head = arrivals.iter().position(|flow| *flow > 0.02);
        assert_eq!(head, Some(16));
    }

    #[test]
    fn more_than_green_carries_does_not_grow_without_end() {
        let mut departures = [0.0; 4];
        let cost = discharge(&[1.0; 4], &[true, false, false, false], 0.5, &mut departures);
        assert!(cost.queue_veh < 0.5, "{cost:?}");
    }
}
