//! Rehearsals: copies of the mirror in which a proposal is tried beside doing nothing.
//!
//! Every option is played over the same draws: the same demand and the same drivers, so that their
//! difference is the option's doing (common random numbers). A draw scales the demand of the
//! city and of every entry by itself within the forecast's uncertainty, and the drivers' speed and
//! headway.
//!
//! # Source
//! Common random numbers: A. Law, "Simulation Modeling and Analysis", 5th ed., 2015, section 11.2.

pub(crate) mod choice;
pub(crate) mod interval;
pub(crate) mod laws;

use std::collections::BTreeMap;
use std::sync::Arc;

use urbis_core::{Action, Prediction, RoadId};
use urbis_network::Network;
use urbis_twin::VehicleId;
use urbis_units::{CityTime, Duration};

use crate::belief::mirror::Mirror;
use crate::history::History;
use crate::random::{Stream, normal, uniform};
use crate::world::World;
use interval::Calibration;
use laws::Laws;

/// Draws of a rehearsal.
pub(crate) const DRAWS: u32 = 10;
/// Standard deviation between draws of drivers' desired speed.
const SPEED_SD_RATIO: f64 = 0.03;
/// Standard deviation between draws of drivers' headway.
const HEADWAY_SD_RATIO: f64 = 0.06;

/// Standard deviation between draws of the whole city's demand. What single entries are off evens
/// out; this is what they are off together.
const DAY_SD_RATIO: f64 = 0.04;

/// Time spent by all vehicles, vehicle hours.
const SPENT: &str = "time_spent_veh_h";
/// What an option changes of it.
const SPENT_CHANGE: &str = "time_spent_veh_h_change";
/// Time spent by all but emergency vehicles, vehicle hours.
const OTHERS: &str = "others_time_spent_veh_h";
/// What an option changes of it.
const OTHERS_CHANGE: &str = "others_time_spent_veh_h_change";

/// Everything one rehearsal needs; owns copies, so that it can run while the city goes on.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The mirror's world at the start.
    pub world: World,
    /// The laws in force at the start.
    pub laws: Laws,
    /// Network.
    pub network: Arc<Network>,
    /// Where future trips come from.
    pub historic: Arc<History>,
    /// Start of the historic demand.
    pub start: CityTime,
    /// Expected ratio of today's to the usual flow by entry road, with its standard deviation.
    pub ratios: BTreeMap<RoadId, (f64, f64)>,
    /// The emergency vehicle whose arrival matters, if any.
    pub ambulance: Option<VehicleId>,
    /// All emergency vehicles: what others lose is counted without them.
    pub emergency: Vec<VehicleId>,
    /// When the actions are done, seconds after the start: nobody can decide before the rehearsal
    /// is ready, and what happens until then is not the decision's doing.
    pub act_after_s: u32,
    /// How far to look, seconds.
    pub horizon_s: u32,
    /// Draws.
    pub draws: u32,
    /// Seed of the draws.
    pub seed: u64,
}

/// What one run of one option showed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Effect {
    /// Time all vehicles spent in the network or waiting to enter it, vehicle hours.
    pub time_spent_veh_h: f64,
    /// The same without emergency vehicles, vehicle hours.
    pub others_time_spent_veh_h: f64,
    /// Seconds until the emergency vehicle had arrived; the horizon if it had not.
    pub arrival_s: Option<f64>,
}

/// All runs of one option, by draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Tried {
    /// By draw.
    pub effects: Vec<Effect>,
    /// Vehicle steps it took.
    pub vehicle_steps: u64,
}

impl Job {
    /// Plays an option, which does `actions`, over every draw.
    pub(crate) fn run(&self, actions: &[Action]) -> Tried {
        let mut tried = Tried::default();
        for draw in 0..self.draws {
            let (effect, vehicle_steps) = self.run_draw(actions, u64::from(draw));
            tried.effects.push(effect);
            tried.vehicle_steps += vehicle_steps;
        }
        tried
    }

    /// A copy of the world with the drivers and the demand of a draw.
    fn begin(&self, draw: u64) -> World {
        let mut world = self.world.clone();
        let now = world.now();
        // Antithetic pairs: draw 2k+1 mirrors draw 2k, which halves the noise of the mean.
        let sign = if draw.is_multiple_of(2) { 1.0 } else { -1.0 };
        let deviate = |index| sign * normal(self.seed, Stream::DrawDriving, draw / 2 * 8 + index);
        world.twin.scale_driving(
            1.0 + SPEED_SD_RATIO * deviate(0),
            (1.0 + HEADWAY_SD_RATIO * deviate(1)).max(0.5),
        );
        let day = 1.0 + DAY_SD_RATIO * deviate(2);
        let entry = |road: RoadId| {
            let index = (draw / 2) << 32 | u64::from(road.0);
            sign * normal(self.seed, Stream::DrawDemand, index)
        };
        let span = Duration::from_seconds(i64::from(self.horizon_s));
        Mirror::expect(&mut world, &self.historic, self.start, (now, span), |trip, road| {
            let (ratio, sd) = self.ratios.get(&road).copied().unwrap_or((1.0, 0.1));
            let wanted = (ratio * day + sd * entry(road)).max(0.0);
            let share = uniform(self.seed ^ draw, Stream::DrawDemand, trip);
            (wanted + share).floor() as u32
        });
        world
    }

    fn run_draw(&self, actions: &[Action], draw: u64) -> (Effect, u64) {
        let mut world = self.begin(draw);
        let mut laws = self.laws.clone();
        let before = world.twin.vehicle_steps();
        let (mut vehicle_seconds, mut others_seconds) = (0.0, 0.0);
        let mut arrival_s = None;
        for second in 1..=self.horizon_s {
            if second == self.act_after_s + 1 {
                laws.apply(&self.network, &mut world, actions, self.ambulance);
            }
            laws.step(&self.network, &mut world);
            world.step();
            let present = f64::from(world.twin.driving() + world.twin.waiting_to_enter());
            let emergency = self.emergency.iter().filter(|one| !world.twin.is_gone(**one)).count();
            vehicle_seconds += present;
            others_seconds += present - emergency as f64;
            if let Some(vehicle) = self.ambulance
                && arrival_s.is_none()
                && world.twin.is_gone(vehicle)
            {
                arrival_s = Some(f64::from(second));
            }
        }
        if self.ambulance.is_some() && arrival_s.is_none() {
            arrival_s = Some(f64::from(self.horizon_s));
        }
        let effect = Effect {
            time_spent_veh_h: vehicle_seconds / 3600.0,
            others_time_spent_veh_h: others_seconds / 3600.0,
            arrival_s,
        };
        (effect, world.twin.vehicle_steps() - before)
    }
}

/// The predictions of `option` beside doing nothing.
pub(crate) fn predictions(
    calibration: &Calibration,
    tried: &[Tried],
    option: usize,
) -> Vec<Prediction> {
    let (Some(base), Some(own)) = (tried.first(), tried.get(option)) else { return Vec::new() };
    // An emergency vehicle's own gain must not hide what the others lose.
    let for_ambulance = own.effects.iter().any(|effect| effect.arrival_s.is_some());
    let (measure, measure_change) =
        if for_ambulance { (OTHERS, OTHERS_CHANGE) } else { (SPENT, SPENT_CHANGE) };
    let spent = |tried: &Tried| -> Vec<f64> {
        let one = |effect: &Effect| {
            if for_ambulance { effect.others_time_spent_veh_h } else { effect.time_spent_veh_h }
        };
        tried.effects.iter().map(one).collect()
    };
    let arrival = |tried: &Tried| -> Vec<f64> {
        tried.effects.iter().filter_map(|effect| effect.arrival_s).collect()
    };
    let change = |own: &[f64], base: &[f64]| -> Vec<f64> {
        own.iter().zip(base).map(|(own, base)| own - base).collect()
    };
    let mut all = vec![calibration.predict(measure, &spent(own))];
    let arrivals = arrival(own);
    if !arrivals.is_empty() {
        all.push(calibration.predict("arrival_s", &arrivals));
    }
    if option > 0 {
        let spent_change = change(&spent(own), &spent(base));
        all.push(calibration.predict(measure_change, &spent_change));
        if !arrivals.is_empty() {
            let arrival_change = change(&arrivals, &arrival(base));
            all.push(calibration.predict("arrival_s_change", &arrival_change));
        }
    }
    all
}

/// The option to recommend: for an emergency vehicle the earliest arrival, else the least time
/// spent. A plan must be better than doing nothing with all of its interval: what is in force is
/// left alone unless it is as good as sure that it can be bettered.
pub(crate) fn recommend(rehearsed: &[Vec<Prediction>]) -> u8 {
    let score = |predictions: &[Prediction]| -> (f64, f64) {
        let expected =
            |name: &str| predictions.iter().find(|p| p.measure == name).map_or(0.0, |p| p.expected);
        (expected("arrival_s_change"), expected(SPENT_CHANGE) + expected(OTHERS_CHANGE))
    };
    let mut best = (0, (0.0, 0.0));
    for (index, predictions) in rehearsed.iter().enumerate().skip(1) {
        let (arrival, spent) = score(predictions);
        let better = if arrival < -1.0 || best.1.0 < -1.0 {
            arrival < best.1.0 - 1.0 || (arrival <= best.1.0 + 1.0 && spent < best.1.1)
        } else {
            let change = predictions.iter().find(|p| p.measure == SPENT_CHANGE);
            spent < best.1.1 && change.is_some_and(|change| change.high <= 0.0)
        };
        if better {
            best = (index as u8, (arrival, spent));
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(measure: &str, expected: f64) -> Prediction {
        Prediction { measure: measure.to_owned(), expected, low: 0.0, high: 0.0, level: 0.9 }
    }

    fn option(arrival: f64, spent: f64) -> Vec<Prediction> {
        vec![prediction("arrival_s_change", arrival), prediction("time_spent_veh_h_change", spent)]
    }

    #[test]
    fn an_ambulance_takes_the_earliest_arrival_and_among_equals_the_cheapest() {
        let none = vec![prediction("time_spent_veh_h", 100.0)];
        assert_eq!(recommend(&[none.clone(), option(-40.0, 1.0), option(-90.0, 3.0)]), 2);
        assert_eq!(recommend(&[none.clone(), option(-90.0, 1.0), option(-90.5, 3.0)]), 1);
        assert_eq!(recommend(&[none, option(5.0, 1.0), option(8.0, 2.0)]), 0);
    }

    #[test]
    fn what_an_ambulance_gains_is_not_counted_as_gained_by_others() {
        let tried = |arrival_s: f64, others: f64| Tried {
            effects: vec![
                Effect {
                    time_spent_veh_h: others + arrival_s / 3600.0,
                    others_time_spent_veh_h: others,
                    arrival_s: Some(arrival_s),
                };
                4
            ],
            vehicle_steps: 0,
        };
        let all = [tried(360.0, 50.0), tried(180.0, 50.5)];
        let predictions = predictions(&Calibration::default(), &all, 1);
        let expected =
            |name: &str| predictions.iter().find(|p| p.measure == name).map(|p| p.expected);
        assert_eq!(expected("others_time_spent_veh_h_change"), Some(0.5));
        assert_eq!(expected("arrival_s_change"), Some(-180.0));
        assert_eq!(expected("time_spent_veh_h"), None);
    }

    #[test]
    fn a_plan_must_save_time() {
        let none = vec![prediction("time_spent_veh_h", 100.0)];
        assert_eq!(recommend(&[none.clone(), option(0.0, -3.0), option(0.0, -5.0)]), 2);
        assert_eq!(recommend(&[none, option(0.0, 0.5)]), 0);
    }

    #[test]
    fn a_plan_that_may_cost_time_is_not_recommended() {
        let none = vec![prediction("time_spent_veh_h", 100.0)];
        let doubtful =
            Prediction { low: -9.0, high: 1.0, ..prediction("time_spent_veh_h_change", -4.0) };
        assert_eq!(recommend(&[none, vec![doubtful]]), 0);
    }
}
