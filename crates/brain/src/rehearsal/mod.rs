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

/// Two arrivals closer than this, seconds, are as good as each other: what others lose decides then.
/// Every junction that is held costs others for many minutes after the vehicle has passed.
const ARRIVAL_MATTERS_S: f64 = 5.0;

/// 95 % quantile of Student's distribution with nine degrees of freedom, for ten draws.
const T_95: f64 = 1.833;

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
        laws.doubt(self.seed ^ draw);
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
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let before = spent(base);
        let spent_change = change(&spent(own), &before);
        all.push(calibration.predict_change(measure_change, &spent_change, mean(&before)));
        if !arrivals.is_empty() {
            let before = arrival(base);
            let later = change(&arrivals, &before);
            all.push(calibration.predict_change("arrival_s_change", &later, mean(&before)));
        }
    }
    all
}

/// What an option changes on the mean of all draws.
#[derive(Debug, Clone, Copy, Default)]
struct Gain {
    /// Seconds by which an emergency vehicle arrives later.
    arrival_s: f64,
    /// Vehicle hours that others spend more.
    spent_veh_h: f64,
    /// Whether the draws leave little doubt that it saves time: the 95 % bound of the mean does.
    sure: bool,
}

impl Gain {
    fn of(own: &Tried, base: &Tried) -> Self {
        let pairs = || own.effects.iter().zip(&base.effects);
        let n = pairs().count().max(1) as f64;
        let later = |(own, base): (&Effect, &Effect)| Some(own.arrival_s? - base.arrival_s?);
        let spent: Vec<f64> = pairs()
            .map(|(own, base)| match own.arrival_s {
                Some(_) => own.others_time_spent_veh_h - base.others_time_spent_veh_h,
                None => own.time_spent_veh_h - base.time_spent_veh_h,
            })
            .collect();
        let mean = spent.iter().sum::<f64>() / n;
        let square = spent.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>();
        let error = (square / (n - 1.0).max(1.0) / n).sqrt();
        Self {
            arrival_s: pairs().filter_map(later).sum::<f64>() / n,
            spent_veh_h: mean,
            sure: mean + T_95 * error < 0.0,
        }
    }
}

/// The option to recommend: for an emergency vehicle the earliest arrival, else the least time
/// spent. What is in force is left alone unless it is as good as sure that it can be bettered on
/// the mean; how a single afternoon turns out is for the interval of the prediction to say.
pub(crate) fn recommend(tried: &[Tried]) -> u8 {
    let Some((base, options)) = tried.split_first() else { return 0 };
    let mut best = (0, Gain::default());
    for (index, own) in options.iter().enumerate() {
        let gain = Gain::of(own, base);
        let (arrival, least) = (gain.arrival_s, best.1.arrival_s);
        let cheaper = gain.spent_veh_h < best.1.spent_veh_h;
        let better = if arrival < -ARRIVAL_MATTERS_S || least < -ARRIVAL_MATTERS_S {
            arrival < least - ARRIVAL_MATTERS_S || (arrival <= least + ARRIVAL_MATTERS_S && cheaper)
        } else {
            cheaper && gain.sure
        };
        if better {
            best = (index as u8 + 1, gain);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten draws of one option; `noise` alternates between them.
    fn tried(arrival_s: Option<f64>, spent: f64, noise: f64) -> Tried {
        let effects = (0..DRAWS).map(|draw| {
            let spent = spent + if draw.is_multiple_of(2) { noise } else { -noise };
            Effect { time_spent_veh_h: spent, others_time_spent_veh_h: spent, arrival_s }
        });
        Tried { effects: effects.collect(), vehicle_steps: 0 }
    }

    #[test]
    fn an_ambulance_takes_the_earliest_arrival_and_among_equals_the_cheapest() {
        let option = |later: f64, spent: f64| tried(Some(300.0 + later), 100.0 + spent, 0.0);
        let none = option(0.0, 0.0);
        assert_eq!(recommend(&[none.clone(), option(-40.0, 1.0), option(-90.0, 3.0)]), 2);
        assert_eq!(recommend(&[none.clone(), option(-90.0, 1.0), option(-90.5, 3.0)]), 1);
        assert_eq!(recommend(&[none.clone(), option(-20.0, 1.0), option(-23.0, 3.0)]), 1);
        assert_eq!(recommend(&[none.clone(), option(-4.0, 1.0), option(-30.0, 3.0)]), 2);
        assert_eq!(recommend(&[none.clone(), option(-3.0, 1.0), option(-4.0, 2.0)]), 0);
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
        let option = |change: f64| tried(None, 100.0 + change, 0.0);
        assert_eq!(recommend(&[option(0.0), option(-3.0), option(-5.0)]), 2);
        assert_eq!(recommend(&[option(0.0), option(0.5)]), 0);
        assert_eq!(recommend(&[]), 0);
    }

    #[test]
    fn a_plan_that_saves_time_by_chance_alone_is_not_recommended() {
        let none = tried(None, 100.0, 0.0);
        // Standard errors of 1.05 and 2.11: 4 saved are beyond doubt, or not.
        assert_eq!(recommend(&[none.clone(), tried(None, 96.0, 3.16)]), 1);
        assert_eq!(recommend(&[none, tried(None, 96.0, 6.7)]), 0);
    }
}
