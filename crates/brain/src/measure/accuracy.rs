//! How far estimate and predictions were off, kept since the start.

use std::collections::BTreeMap;

use urbis_core::{Estimate, IdVec, MovementId, Outcome, Prediction};
use urbis_network::Network;
use urbis_twin::Twin;

use super::error::{ErrorTally, Z_90};
use super::flows::Flows;
use crate::view::ErrorView;

/// Flows below this are nobody, vehicles per hour.
const FLOW_MIN_VPH: f64 = 1.0;

/// Running errors of belief.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accuracy {
    /// Vehicles on all lanes together.
    vehicles: ErrorTally,
    queue: ErrorTally,
    section_queue: ErrorTally,
    count: ErrorTally,
    speed: ErrorTally,
    flow: ErrorTally,
    true_flows: Flows,
    predictions: BTreeMap<String, ErrorTally>,
}

impl Accuracy {
    /// Compares the estimate with the city, lane by lane and section by section. Empty lanes that
    /// are believed empty are left out: they would flatter every figure.
    pub(crate) fn compare(&mut self, network: &Network, estimate: &Estimate, city: &Twin) {
        let on_lanes: usize = network.lanes.ids().map(|lane| city.lane_vehicles(lane)).sum();
        let believed = estimate.lanes.iter().map(|belief| f64::from(belief.count_veh)).sum();
        self.vehicles.add(believed, on_lanes as f64);
        for road in network.roads.ids() {
            let (mut believed, mut variance, mut truth) = (0.0, 0.0, 0.0);
            for lane in network.lanes_of(road) {
                let belief = &estimate.lanes[lane];
                let (count, queue) = (city.lane_vehicles(lane), city.lane_waiting(lane));
                let queue_veh = f64::from(belief.queue_veh);
                believed += queue_veh;
                variance += f64::from(belief.queue_sd_veh) * f64::from(belief.queue_sd_veh);
                truth += queue as f64;
                if count == 0 && belief.count_veh == 0.0 {
                    continue;
                }
                let half = Z_90 * f64::from(belief.queue_sd_veh);
                let low = queue_veh - half;
                self.queue.add_interval(queue_veh, low, queue_veh + half, queue as f64);
                self.count.add(f64::from(belief.count_veh), count as f64);
                if count > 0 && belief.count_veh > 0.0 {
                    let speed = f64::from(belief.speed_mps);
                    let half = Z_90 * f64::from(belief.speed_sd_mps);
                    let truth = city.lane_mean_speed(lane).get();
                    self.speed.add_interval(speed, speed - half, speed + half, truth);
                }
            }
            if believed > 0.0 || truth > 0.0 {
                let half = Z_90 * variance.sqrt();
                self.section_queue.add_interval(believed, believed - half, believed + half, truth);
            }
        }
        self.compare_flows(estimate);
    }

    /// Takes up the movements of the last `interval_s` seconds of the city.
    pub(crate) fn count_flows(&mut self, city: &Twin, interval_s: u32) {
        self.true_flows.count(city, interval_s);
    }

    /// Movements that nobody drives and nobody is believed to drive are left out.
    fn compare_flows(&mut self, estimate: &Estimate) {
        for (movement, truth) in self.true_flows.flow_vph().iter_ids() {
            let belief = |values: &IdVec<MovementId, f32>| {
                values.get(movement).map_or(0.0, |value| f64::from(*value))
            };
            let flow_vph = belief(&estimate.movement_flow_vph);
            let half = Z_90 * belief(&estimate.movement_flow_sd_vph);
            if *truth >= FLOW_MIN_VPH || flow_vph >= FLOW_MIN_VPH {
                self.flow.add_interval(flow_vph, flow_vph - half, flow_vph + half, *truth);
            }
        }
    }

    /// Compares what a decision predicted with its outcome.
    pub(crate) fn outcome(&mut self, predicted: &[Prediction], outcome: &Outcome) {
        for measured in &outcome.measured {
            let Some(prediction) = predicted.iter().find(|p| p.measure == measured.measure) else {
                continue;
            };
            self.predictions.entry(measured.measure.clone()).or_default().add_interval(
                prediction.expected,
                prediction.low,
                prediction.high,
                measured.value,
            );
        }
    }

    /// Errors of the estimate.
    pub(crate) fn estimate_errors(&self) -> Vec<ErrorView> {
        [
            ("vehicles", &self.vehicles),
            ("lane_queue_veh", &self.queue),
            ("section_queue_veh", &self.section_queue),
            ("lane_count_veh", &self.count),
            ("lane_speed_mps", &self.speed),
            ("movement_flow_vph", &self.flow),
        ]
        .into_iter()
        .filter(|(_, tally)| tally.count() > 0)
        .map(|(measure, tally)| tally.view(measure, None))
        .collect()
    }

    /// Errors of predictions, by measure.
    pub(crate) fn prediction_errors(&self) -> Vec<ErrorView> {
        self.predictions.iter().map(|(measure, tally)| tally.view(measure, None)).collect()
    }
}
