//! Hill climbing: one signal after another takes the offset and the splits that cost least.
//!
//! # Units
//! Vehicle seconds a cycle.

use urbis_core::{JunctionId, Plan};
use urbis_units::{Seconds, VehiclesPerHour};

use super::profile::{Cost, discharge};
use super::streams::{Area, offset_s};
use super::{AreaCost, AreaParameters, AreaPlans};
use crate::webster::delay::incremental;
use urbis_units::Ratio;

/// Rounds in which profiles are passed on before the search, so that they fit the plans given.
const SETTLING: usize = 4;
/// Offsets tried: all round the cycle in coarse steps, then about the best one.
const COARSE_S: usize = 5;
/// What a change must save to be made, share of the cost looked at.
const WORTH: f32 = 1e-4;
/// Seconds of the cycle that every vehicle beyond a road's room costs.
const OVERFULL_COST: f32 = 1.0;

pub(super) struct Climb {
    area: Area,
    parameters: AreaParameters,
    greens: Vec<Vec<bool>>,
    arrivals: Vec<Vec<f32>>,
    departures: Vec<Vec<f32>>,
}

impl Climb {
    pub(super) fn new(area: Area, parameters: AreaParameters) -> Self {
        let count = area.streams.len();
        let greens = (0..count)
            .map(|index| area.green(index, &area.nodes[area.streams[index].node].plan))
            .collect();
        let even = |index: usize| vec![area.streams[index].flow; area.cycle_s];
        let arrivals: Vec<Vec<f32>> = (0..count).map(even).collect();
        let departures = arrivals.clone();
        let mut climb = Self { area, parameters, greens, arrivals, departures };
        climb.settle();
        climb
    }

    /// Passes profiles on until they no longer depend on how they began.
    fn settle(&mut self) {
        for _ in 0..SETTLING {
            for index in 0..self.area.streams.len() {
                self.arrivals[index] = self.arriving(index, None);
            }
            for index in 0..self.area.streams.len() {
                let saturation = self.area.streams[index].saturation;
                let (arrivals, greens) = (&self.arrivals[index], &self.greens[index]);
                discharge(arrivals, greens, saturation, &mut self.departures[index]);
            }
        }
    }

    /// Arrivals of a stream; those that come from the node of `trial` from its departures there.
    fn arriving(&self, index: usize, trial: Option<&Trial>) -> Vec<f32> {
        let stream = &self.area.streams[index];
        let mut arrivals = vec![stream.even; self.area.cycle_s];
        for feeder in &stream.feeders {
            let tried = trial.and_then(|trial| trial.departures(self, feeder.from));
            let departures = tried.unwrap_or(&self.departures[feeder.from]);
            feeder.way.carry(departures, feeder.share, &mut arrivals);
        }
        arrivals
    }

    pub(super) fn run(mut self) -> AreaPlans {
        let before = self.cost();
        let mut order: Vec<usize> = (0..self.area.nodes.len()).collect();
        let flow = |node: &usize| -> f32 {
            self.area.nodes[*node].streams.iter().map(|s| self.area.streams[*s].flow).sum()
        };
        order.sort_by(|a, b| flow(b).total_cmp(&flow(a)).then(a.cmp(b)));
        let given: Vec<(JunctionId, Plan)> = self.plans();
        for _ in 0..self.parameters.rounds_max {
            let mut changed = false;
            for node in &order {
                changed |= self.improve(*node);
            }
            if !changed {
                break;
            }
        }
        self.settle();
        let after = self.cost();
        if after.index_veh_h_per_h >= before.index_veh_h_per_h {
            return AreaPlans { plans: given, before, after: before };
        }
        AreaPlans { plans: self.plans(), before, after }
    }

    fn plans(&self) -> Vec<(JunctionId, Plan)> {
        self.area.nodes.iter().map(|node| (node.junction, node.plan.clone())).collect()
    }

    /// Gives a signal the best plan among its neighbors in the search; whether it changed.
    fn improve(&mut self, node: usize) -> bool {
        let mut best = self.attempt(node, self.area.nodes[node].plan.clone());
        let first = best.cost;
        let mut plans = Vec::new();
        for offset_s in (0..self.area.cycle_s).step_by(COARSE_S) {
            plans.push(with_offset(&best.plan, offset_s));
        }
        self.take_best(node, plans, &mut best);
        let around = offset_s(&best.plan, self.area.cycle_s);
        let near = [1, 2, self.area.cycle_s - 1, self.area.cycle_s - 2];
        let plans = near
            .iter()
            .map(|step| with_offset(&best.plan, (around + step) % self.area.cycle_s))
            .collect();
        self.take_best(node, plans, &mut best);
        let plans = self.split_steps(node, &best.plan);
        self.take_best(node, plans, &mut best);
        let changed = best.cost < first - WORTH * first.abs();
        if changed {
            self.adopt(node, best);
        }
        changed
    }

    fn take_best(&self, node: usize, plans: Vec<Plan>, best: &mut Trial) {
        for plan in plans {
            let trial = self.attempt(node, plan);
            if trial.cost < best.cost {
                *best = trial;
            }
        }
    }

    /// Plans in which one stage gives a step of its green to another, at the same moment of the
    /// cycle.
    fn split_steps(&self, node: usize, plan: &Plan) -> Vec<Plan> {
        let step_s = self.parameters.split_step_s;
        let Ok(timeline) = self.area.nodes[node].timing.timeline(plan, 0) else {
            return Vec::new();
        };
        let mut plans = Vec::new();
        for (giver, slot) in timeline.slots().iter().enumerate() {
            if step_s == 0 || slot.green_s < slot.green_min_s + step_s {
                continue;
            }
            for taker in (0..plan.splits.len()).filter(|taker| *taker != giver) {
                let mut changed = plan.clone();
                let step = Seconds::new(f64::from(step_s));
                changed.splits[giver].green -= step;
                changed.splits[taker].green += step;
                let around = offset_s(plan, self.area.cycle_s) + self.area.cycle_s;
                plans.push(with_offset(&changed, (around - step_s as usize) % self.area.cycle_s));
                plans.push(changed);
            }
        }
        plans
    }

    /// What `plan` costs at a signal and at those it feeds.
    fn attempt(&self, node: usize, plan: Plan) -> Trial {
        let streams = &self.area.nodes[node].streams;
        let mut trial = Trial { node, plan, cost: 0.0, own: Vec::with_capacity(streams.len()) };
        for index in streams {
            let green = self.area.green(*index, &trial.plan);
            let mut departures = vec![0.0; self.area.cycle_s];
            let saturation = self.area.streams[*index].saturation;
            let cost = discharge(&self.arrivals[*index], &green, saturation, &mut departures);
            trial.cost += self.weigh(*index, &green, cost).0;
            trial.own.push((green, departures));
        }
        let mut departures = vec![0.0; self.area.cycle_s];
        for index in &self.area.nodes[node].fed {
            let arrivals = self.arriving(*index, Some(&trial));
            let green = &self.greens[*index];
            let saturation = self.area.streams[*index].saturation;
            let cost = discharge(&arrivals, green, saturation, &mut departures);
            trial.cost += self.weigh(*index, green, cost).0;
        }
        trial
    }

    fn adopt(&mut self, node: usize, trial: Trial) {
        let streams = self.area.nodes[node].streams.clone();
        for (index, (green, departures)) in streams.into_iter().zip(trial.own) {
            self.greens[index] = green;
            self.departures[index] = departures;
        }
        self.area.nodes[node].plan = trial.plan;
        for index in self.area.nodes[node].fed.clone() {
            self.arrivals[index] = self.arriving(index, None);
            let saturation = self.area.streams[index].saturation;
            let (arrivals, greens) = (&self.arrivals[index], &self.greens[index]);
            discharge(arrivals, greens, saturation, &mut self.departures[index]);
        }
    }

    /// A stream's cost in what is minimized, and its delay alone.
    fn weigh(&self, index: usize, green: &[bool], cost: Cost) -> (f32, f32) {
        let stream = &self.area.streams[index];
        let served = green.iter().filter(|green| **green).count() as f32;
        let cycle_s = self.area.cycle_s as f32;
        let capacity = stream.saturation * served / cycle_s;
        let mut delay = cost.delay_veh_s;
        if served < cycle_s && stream.flow > 0.0 {
            let saturation = if capacity > 0.0 { stream.flow / capacity } else { 10.0 };
            let capacity = VehiclesPerHour::new(f64::from(capacity) * 3600.0);
            let beyond = incremental(capacity, Ratio::new(f64::from(saturation)));
            delay += beyond.get() as f32 * stream.flow * cycle_s;
        }
        let stops = self.parameters.stop_cost.get() as f32 * cost.stops_veh;
        let overfull = (cost.queue_veh - stream.storage_veh).max(0.0) * cycle_s * OVERFULL_COST;
        (delay + stops + overfull, delay)
    }

    /// What the plans in force cost.
    fn cost(&self) -> AreaCost {
        let mut sum = AreaCost::default();
        let mut departures = vec![0.0; self.area.cycle_s];
        for index in 0..self.area.streams.len() {
            let green = &self.greens[index];
            let saturation = self.area.streams[index].saturation;
            let cost = discharge(&self.arrivals[index], green, saturation, &mut departures);
            let (minimized, delay) = self.weigh(index, green, cost);
            sum.index_veh_h_per_h += f64::from(minimized);
            sum.delay_veh_h_per_h += f64::from(delay);
            sum.stops_per_h += f64::from(cost.stops_veh);
        }
        let cycles_per_h = 3600.0 / self.area.cycle_s as f64;
        sum.index_veh_h_per_h *= cycles_per_h / 3600.0;
        sum.delay_veh_h_per_h *= cycles_per_h / 3600.0;
        sum.stops_per_h *= cycles_per_h;
        sum
    }
}

/// A plan tried at a signal.
struct Trial {
    node: usize,
    plan: Plan,
    cost: f32,
    /// Green and departures of the signal's streams, in their order.
    own: Vec<(Vec<bool>, Vec<f32>)>,
}

impl Trial {
    fn departures(&self, climb: &Climb, stream: usize) -> Option<&Vec<f32>> {
        let streams = &climb.area.nodes[self.node].streams;
        let place = streams.iter().position(|own| *own == stream)?;
        self.own.get(place).map(|(_, departures)| departures)
    }
}

fn with_offset(plan: &Plan, offset_s: usize) -> Plan {
    Plan { offset: Seconds::new(offset_s as f64), ..plan.clone() }
}
