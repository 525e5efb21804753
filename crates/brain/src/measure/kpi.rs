//! Indicators of how the traffic fares, over moving windows.

use std::collections::VecDeque;

use urbis_twin::Twin;
use urbis_units::{MetersPerSecond, Seconds};

use crate::view::Kpi;

/// Seconds between samples.
const EVERY_S: u32 = 10;
/// Samples over which the mean speed is taken: five minutes.
const SPEED_SAMPLES: usize = 30;
/// Samples over which delay is taken: fifteen minutes.
const DELAY_SAMPLES: usize = 90;

#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    speed_sum_mps: f64,
    vehicles: f64,
    created: u32,
    /// Delay of all vehicles since the start.
    delay_sum_s: f64,
}

/// Keeps the windows of one city.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    samples: VecDeque<Sample>,
    queue_veh: u32,
}

impl Meter {
    /// One second passed.
    pub fn step(&mut self, twin: &Twin) {
        if !twin.clock_s().is_multiple_of(EVERY_S) {
            return;
        }
        let (mut speed_sum_mps, mut vehicles, mut queue_veh) = (0.0, 0.0, 0);
        for vehicle in twin.vehicles() {
            speed_sum_mps += vehicle.speed.get();
            vehicles += 1.0;
            queue_veh += u32::from(vehicle.speed.get() < 0.1);
        }
        self.queue_veh = queue_veh;
        let metrics = twin.metrics();
        let delay_sum_s = metrics.mean_delay_s * f64::from(metrics.created);
        let created = metrics.created;
        self.samples.push_back(Sample { speed_sum_mps, vehicles, created, delay_sum_s });
        if self.samples.len() > DELAY_SAMPLES {
            self.samples.pop_front();
        }
    }

    /// The indicators now.
    pub fn kpi(&self, twin: &Twin) -> Kpi {
        let metrics = twin.metrics();
        let recent = self.samples.iter().rev().take(SPEED_SAMPLES);
        let (speed, vehicles) = recent.fold((0.0, 0.0), |(speed, vehicles), sample| {
            (speed + sample.speed_sum_mps, vehicles + sample.vehicles)
        });
        let first = self.samples.front().copied().unwrap_or_default();
        let delay_sum_s = metrics.mean_delay_s * f64::from(metrics.created);
        let under_way = first.vehicles + f64::from(metrics.created - first.created);
        let mean = |sum: f64, n: f64| if n > 0.0 { sum / n } else { 0.0 };
        Kpi {
            vehicles: twin.driving(),
            waiting_to_enter: twin.waiting_to_enter(),
            mean_speed: MetersPerSecond::new(mean(speed, vehicles)),
            mean_delay: Seconds::new(mean(delay_sum_s - first.delay_sum_s, under_way)),
            total_delay_veh_h: delay_sum_s / 3600.0,
            stops_per_vehicle: mean(metrics.stops as f64, f64::from(metrics.created)),
            finished: metrics.finished,
            queue_veh: self.queue_veh,
        }
    }
}
