//! Forecast of demand for the next hour: what the same hour brings on other days, scaled by how
//! today has been running against them.
//!
//! # Source
//! Historic profile with a persisting deviation that decays: the ratio of today's to the usual flow
//! follows a first-order autoregression, as in B. Williams, L. Hoel, "Modeling and forecasting
//! vehicular traffic flow as a seasonal ARIMA process", J. Transp. Eng. 129(6), 2003, reduced to
//! its seasonal difference and one lag; counts are Poisson around their rate. What that leaves out
//! (platoons of signals upstream, days unlike each other) the width of the intervals learns from
//! how earlier forecasts turned out, as the intervals of rehearsals do
//! ([`crate::rehearsal::interval`]).

use urbis_core::{Forecast, RoadId};
use urbis_network::{Demand, JunctionKind, Network};
use urbis_units::CityTime;

use crate::measure::error::{ErrorTally, Z_90};
use crate::rehearsal::interval::step;
use crate::view::ErrorView;
use urbis_units::Seconds;

/// Length of one interval of the forecast, seconds.
pub(crate) const INTERVAL_S: u32 = 300;
/// Intervals in a forecast: one hour.
const AHEAD: usize = 12;
/// Correlation of the deviation from one interval to the next.
const PERSISTENCE: f64 = 0.9;
/// Vehicles of prior evidence that today is like the usual day.
const PRIOR_VEH: f64 = 20.0;
/// Relative standard deviation between days that history shows at the entry roads.
const DAY_SD_RATIO: f64 = 0.12;
/// Intervals before and after one that tell of its usual flow too, where one day's count of one
/// interval is mostly chance. Where the same vehicles come every day it is not, and they do not:
/// which holds is learned.
const SMOOTHED: usize = 1;
/// Share that is kept of what was learned of it, from one interval to the next.
const KEPT: f64 = 0.95;
/// Step of the log width at a miss: small, since an interval brings a count of every entry.
const STEP: f64 = 0.05;

/// A forecast by interval ahead and entry: mean and standard deviation, vehicles per hour.
type Made = Vec<Vec<(f32, f32)>>;

/// Learns how today runs against history and says what the next hour brings.
#[derive(Debug, Clone)]
pub(crate) struct Forecaster {
    start: CityTime,
    entries: Vec<Entry>,
    /// The same for all watched entries together; serves the roads inside the city.
    city: Learned,
    errors: Vec<(u32, ErrorTally)>,
    /// By how much the square errors were greater that an interval's own usual count would have made
    /// than those of the smoothed ones, vehicles squared.
    smoothing_gains: f64,
    /// Log width of the intervals by interval ahead, over that of the model.
    log_width: [f64; AHEAD],
    /// Intervals ahead that were ever compared with what came.
    compared: usize,
    /// Forecasts made, and from which interval on.
    made: Vec<(usize, Made)>,
}

#[derive(Debug, Clone)]
struct Entry {
    road: RoadId,
    /// Whether all that its first detectors count begins its trip there: roads that come in from
    /// outside. Inside the city a detector counts through traffic too.
    watched: bool,
    usual_veh: Vec<f32>,
    seen_veh: Vec<f32>,
    learned: Learned,
}

/// Today's flow over the usual flow, with the evidence behind it.
#[derive(Debug, Clone, Copy)]
struct Learned {
    ratio: f64,
    weight_veh: f64,
}

impl Learned {
    const NOTHING: Self = Self { ratio: 1.0, weight_veh: PRIOR_VEH };

    /// Takes up an interval in which `seen` vehicles came where `usual` were usual.
    fn update(&mut self, usual: f64, seen: f64) {
        let kept = self.weight_veh * PERSISTENCE + (1.0 - PERSISTENCE) * PRIOR_VEH;
        let prior_ratio = 1.0 + (self.ratio - 1.0) * PERSISTENCE;
        self.ratio = (prior_ratio * kept + seen) / (kept + usual);
        self.weight_veh = kept + usual;
    }
}

impl Forecaster {
    /// Takes the historic demand, which starts at `start`, as the usual day.
    pub(crate) fn new(start: CityTime, historic: &Demand, network: &Network) -> Self {
        let errors = [1, 3, 6, 12].map(|ahead| (ahead, ErrorTally::default())).to_vec();
        let mut forecaster = Self {
            start,
            entries: Vec::new(),
            city: Learned::NOTHING,
            errors,
            smoothing_gains: 0.0,
            log_width: [0.0; AHEAD],
            compared: 0,
            made: Vec::new(),
        };
        forecaster.learn(historic, 0, network);
        forecaster
    }

    /// Takes a later part of the usual day, which begins `after_s` seconds after the first.
    pub(crate) fn learn(&mut self, historic: &Demand, after_s: u32, network: &Network) {
        for trip in &historic.trips {
            let Some(&road) = historic.routes[trip.route].first() else { continue };
            let found = self.entries.binary_search_by_key(&road, |entry| entry.road);
            let at = found.unwrap_or_else(|at| {
                self.entries.insert(at, Entry::new(road, network));
                // What was forecast before the road was known to be an entry: nothing.
                for mean in self.made.iter_mut().flat_map(|(_, intervals)| intervals) {
                    mean.insert(at, (0.0, 0.0));
                }
                at
            });
            let interval = interval_of(trip.depart.get() + f64::from(after_s));
            add(&mut self.entries[at].usual_veh, interval, 1.0);
        }
    }

    /// Counts vehicles seen entering by `road`; roads without historic demand are not forecast.
    pub(crate) fn seen(&mut self, at: CityTime, road: RoadId, vehicles: f64) {
        if let Ok(index) = self.entries.binary_search_by_key(&road, |entry| entry.road) {
            let interval = interval_of((at - self.start).to_seconds().get());
            add(&mut self.entries[index].seen_veh, interval, vehicles as f32);
        }
    }

    /// Closes the interval that ended at `now`, updates the ratios and forecasts the next hour.
    pub(crate) fn forecast(&mut self, now: CityTime) -> Forecast {
        let next = interval_of((now - self.start).to_seconds().get());
        if next > 0 {
            self.close(next - 1);
        }
        let per_hour = 3600.0 / f64::from(INTERVAL_S);
        let around = self.around();
        let mut entries = Vec::with_capacity(AHEAD);
        for ahead in 0..AHEAD {
            let decay = libm::pow(PERSISTENCE, ahead as f64 + 1.0);
            let width = self.width(ahead);
            entries.push(
                self.entries
                    .iter()
                    .map(|entry| {
                        let usual = f64::from(entry.usual(next + ahead, around));
                        let ratio = 1.0 + (self.ratio_of(entry) - 1.0) * decay;
                        let mean = usual * ratio;
                        let day = mean * DAY_SD_RATIO * (1.0 - decay * decay).max(0.1).sqrt();
                        let chance = mean.max(0.25) * (1.0 + 1.0 / (2 * around + 1) as f64);
                        let sd = width * (chance + day * day).sqrt();
                        (entry.road, (mean * per_hour) as f32, (sd * per_hour) as f32)
                    })
                    .collect(),
            );
        }
        self.remember(next, &entries);
        Forecast { at: now, interval_s: INTERVAL_S, entries }
    }

    /// Intervals before and after one that tell of its usual flow.
    fn around(&self) -> usize {
        if self.smoothing_gains < 0.0 { 0 } else { SMOOTHED }
    }

    /// How much wider than the model's the intervals are that begin `ahead` intervals from now.
    pub(crate) fn width(&self, ahead: usize) -> f64 {
        libm::exp(self.log_width[ahead])
    }

    /// Today's flow over the usual flow at `road`, as learned so far.
    pub(crate) fn ratio(&self, road: RoadId) -> f64 {
        self.entries
            .binary_search_by_key(&road, |entry| entry.road)
            .map_or(1.0, |index| self.ratio_of(&self.entries[index]))
    }

    fn ratio_of(&self, entry: &Entry) -> f64 {
        if entry.watched { entry.learned.ratio } else { self.city.ratio }
    }

    /// How far past forecasts were off, by horizon.
    pub(crate) fn errors(&self) -> Vec<ErrorView> {
        self.errors
            .iter()
            .filter(|(_, tally)| tally.count() > 0)
            .map(|(ahead, tally)| {
                let horizon = Seconds::new(f64::from(ahead * INTERVAL_S));
                tally.view("entry_flow_vph", Some(horizon))
            })
            .collect()
    }

    fn close(&mut self, interval: usize) {
        let around = self.around();
        self.smoothing_gains *= KEPT;
        let (mut usual_sum, mut seen_sum) = (0.0, 0.0);
        for entry in self.entries.iter_mut().filter(|entry| entry.watched) {
            let usual = f64::from(entry.usual(interval, around));
            let seen = f64::from(entry.seen_veh.get(interval).copied().unwrap_or(0.0));
            let [own, smoothed] = [0, SMOOTHED].map(|around| {
                let error = f64::from(entry.usual(interval, around)) * entry.learned.ratio - seen;
                error * error
            });
            self.smoothing_gains += own - smoothed;
            entry.learned.update(usual, seen);
            usual_sum += usual;
            seen_sum += seen;
        }
        self.city.update(usual_sum, seen_sum);
        self.score(interval);
    }

    fn score(&mut self, interval: usize) {
        let per_hour = 3600.0 / f64::from(INTERVAL_S);
        let mut farthest = 0;
        for (made_for, means) in &self.made {
            let ahead = interval + 1 - made_for.min(&(interval + 1));
            let Some(believed) = ahead.checked_sub(1).and_then(|index| means.get(index)) else {
                continue;
            };
            let horizon = self.errors.iter().position(|(horizon, _)| *horizon as usize == ahead);
            let (mut hits, mut misses) = (0.0, 0.0);
            let watched = self.entries.iter().zip(believed).filter(|(entry, _)| entry.watched);
            for (entry, (mean, sd)) in watched {
                let seen = f64::from(entry.seen_veh.get(interval).copied().unwrap_or(0.0));
                let (mean, half) = (f64::from(*mean), Z_90 * f64::from(*sd));
                let seen = seen * per_hour;
                *if (seen - mean).abs() <= half { &mut hits } else { &mut misses } += 1.0;
                if let Some(horizon) = horizon {
                    self.errors[horizon].1.add_interval(mean, mean - half, mean + half, seen);
                }
            }
            let step = step(STEP, hits, misses);
            // Those farther ahead than anything compared so far are like the farthest compared.
            let last = if ahead > self.compared { AHEAD } else { ahead };
            for width in &mut self.log_width[ahead - 1..last] {
                *width = (*width + step).clamp(-1.0, 2.0);
            }
            farthest = farthest.max(ahead);
        }
        self.compared = self.compared.max(farthest);
    }

    fn remember(&mut self, made_for: usize, entries: &[Vec<(RoadId, f32, f32)>]) {
        if self.made.last().is_some_and(|(last, _)| *last == made_for) {
            return;
        }
        let of = |interval: &Vec<(RoadId, f32, f32)>| {
            interval.iter().map(|(_, mean, sd)| (*mean, *sd)).collect()
        };
        self.made.push((made_for, entries.iter().map(of).collect()));
        if self.made.len() > AHEAD {
            self.made.remove(0);
        }
    }
}

impl Entry {
    /// An entry by `road` of which nothing is known.
    fn new(road: RoadId, network: &Network) -> Self {
        Self {
            road,
            watched: comes_from_outside(network, road),
            usual_veh: Vec::new(),
            seen_veh: Vec::new(),
            learned: Learned::NOTHING,
        }
    }

    /// Usual vehicles of an interval, from so many before and after it as well; past the end of
    /// history, as at its end.
    fn usual(&self, interval: usize, around: usize) -> f32 {
        let Some(end) = self.usual_veh.len().checked_sub(1) else { return 0.0 };
        let at = interval.min(end);
        let those = &self.usual_veh[at.saturating_sub(around)..=(at + around).min(end)];
        those.iter().sum::<f32>() / those.len() as f32
    }
}

/// Whether `road` begins at the edge of the network.
fn comes_from_outside(network: &Network, road: RoadId) -> bool {
    let junction = network.roads.get(road).map(|road| &network.junctions[road.from]);
    junction.is_some_and(|junction| junction.kind == JunctionKind::Boundary)
}

fn interval_of(seconds: f64) -> usize {
    (seconds.max(0.0) / f64::from(INTERVAL_S)) as usize
}

fn add(counts: &mut Vec<f32>, interval: usize, vehicles: f32) {
    if counts.len() <= interval {
        counts.resize(interval + 1, 0.0);
    }
    counts[interval] += vehicles;
}

#[cfg(test)]
mod tests {
    use super::*;
    use urbis_network::{Trip, VehicleType};
    use urbis_units::Duration;

    /// Four roads that begin at a junction on the edge.
    fn edge_network() -> Network {
        use urbis_core::JunctionId;
        use urbis_network::{Junction, Label, Road, RoadClass};
        use urbis_units::{Meters, Point};
        let mut network = Network::default();
        let junction = network.junctions.push(Junction {
            name: "edge".to_owned(),
            label: Label::default(),
            center: Point::new(0.0, 0.0),
            radius: Meters::new(10.0),
            kind: JunctionKind::Boundary,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            movements: urbis_core::MovementId(0)..urbis_core::MovementId(0),
            conflict_areas: Vec::new(),
            signal: None,
        });
        assert_eq!(junction, JunctionId(0));
        for name in ["a", "b", "c", "d"] {
            network.roads.push(Road {
                name: name.to_owned(),
                label: Label::default(),
                from: junction,
                to: junction,
                shape: Vec::new(),
                length: Meters::new(100.0),
                class: RoadClass::Local,
                lanes: urbis_core::LaneId(0)..urbis_core::LaneId(0),
            });
        }
        network
    }

    /// One entry road with `per_interval` vehicles in each of 24 intervals.
    fn history(per_interval: u32) -> Demand {
        let mut demand = Demand::default();
        let vehicle_type = demand.vehicle_types.push(VehicleType::CAR);
        let route = demand.routes.push(vec![RoadId(3)]);
        for interval in 0..24 {
            for vehicle in 0..per_interval {
                let share = f64::from(vehicle) / f64::from(per_interval);
                let depart = Seconds::new((f64::from(interval) + share) * f64::from(INTERVAL_S));
                demand.trips.push(Trip { depart, vehicle_type, route });
            }
        }
        demand
    }

    fn after_an_hour(usual: u32, today: f64) -> Forecaster {
        let start = CityTime::from_millis(0);
        let mut forecaster = Forecaster::new(start, &history(usual), &edge_network());
        for interval in 0..12 {
            let begin = start + Duration::from_seconds(interval * i64::from(INTERVAL_S));
            forecaster.forecast(begin);
            forecaster.seen(begin + Duration::from_seconds(10), RoadId(3), today);
        }
        forecaster
    }

    #[test]
    fn a_usual_day_is_forecast_as_usual() {
        let mut forecaster = after_an_hour(30, 30.0);
        let forecast = forecaster.forecast(CityTime::from_millis(3_600_000));
        let (road, mean, sd) = forecast.entries[0][0];
        assert_eq!(road, RoadId(3));
        assert!((mean - 360.0).abs() < 1.0, "{mean}");
        assert!(sd > 30.0 && sd < 120.0, "{sd}");
    }

    #[test]
    fn a_busier_day_raises_the_near_future_more_than_the_far() {
        let mut forecaster = after_an_hour(30, 45.0);
        let forecast = forecaster.forecast(CityTime::from_millis(3_600_000));
        let near = forecast.entries[0][0].1;
        let far = forecast.entries[11][0].1;
        assert!(near > 430.0, "{near}");
        assert!(far < near && far > 360.0, "{far}");
    }

    #[test]
    fn it_learns_whether_an_interval_is_like_the_same_one_of_the_usual_day() {
        // Every other interval brings twice as many vehicles as the one before.
        let mut forecaster = after_an_hour(30, 30.0);
        let entry = &mut forecaster.entries[0];
        entry.usual_veh =
            (0..24).map(|interval| if interval % 2 == 0 { 20.0 } else { 40.0 }).collect();
        assert_eq!(forecaster.around(), SMOOTHED);
        let start = CityTime::from_millis(0);
        for interval in 12..20_i64 {
            let begin = start + Duration::from_seconds(interval * i64::from(INTERVAL_S));
            forecaster.forecast(begin);
            let came = if interval % 2 == 0 { 20.0 } else { 40.0 };
            forecaster.seen(begin + Duration::from_seconds(10), RoadId(3), came);
        }
        let forecast = forecaster.forecast(CityTime::from_millis(6_000_000));
        assert_eq!(forecaster.around(), 0);
        let (next, then) = (forecast.entries[0][0].1, forecast.entries[1][0].1);
        assert!(then > 1.5 * next, "{next}, {then}");
    }

    #[test]
    fn its_errors_are_kept_by_horizon() {
        let forecaster = after_an_hour(30, 33.0);
        let errors = forecaster.errors();
        assert!(errors.iter().any(|error| error.horizon == Some(Seconds::new(300.0))));
        for error in errors {
            assert!(error.bias <= 0.0, "a busier day is underestimated: {error:?}");
            assert_eq!(error.coverage_90, Some(1.0), "a tenth more is within its spread");
        }
    }
}
