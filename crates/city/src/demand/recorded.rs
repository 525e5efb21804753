//! Recorded trips as a city's demand.
//!
//! # Source
//! Days around the recorded one by the Poisson bootstrap: J. Hanley, B. MacGibbon, "Creating
//! non-parametric bootstrap samples using Poisson frequencies", Computer Methods and Programs in
//! Biomedicine 83 (2006), doi:10.1016/j.cmpb.2006.04.006.

use urbis_network::{Demand, Trip};
use urbis_units::Seconds;

use crate::random::Stream;

/// A departure of another day lies around the recorded one by so much, standard deviation.
const SHIFT_S: f64 = 60.0;

/// Trips recorded over a part of a day; the rest of the day repeats them.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedDemand {
    /// The trips, departures counted from `from_minute`.
    pub trips: Demand,
    /// Minute of the day at which the recording begins.
    pub from_minute: u16,
    /// How long it lasts; at least one minute.
    pub minutes: u16,
}

impl RecordedDemand {
    /// A recording that begins at `from_minute` and lasts to its last departure, in whole quarters
    /// of an hour.
    pub fn new(trips: Demand, from_minute: u16) -> Self {
        let last = trips.trips.last().map_or(0.0, |trip| trip.depart.get().max(0.0));
        let quarters = libm::floor((last / 900.0).min(96.0)) as u16 + 1;
        Self { trips, from_minute, minutes: (quarters * 15).min(1440) }
    }

    /// See [`crate::demand_for`].
    pub(crate) fn draw(&self, from: u32, to: u32, day_seed: u64) -> Demand {
        let round = f64::from(self.minutes.max(1)) * 60.0;
        let start = (f64::from(from) - f64::from(self.from_minute)) * 60.0;
        let length = f64::from(to.saturating_sub(from)) * 60.0;
        let mut trips = Vec::new();
        let mut lap = libm::floor(start / round);
        while lap * round < start + length {
            let offset = lap * round - start;
            for trip in self.lap(lap as i64, day_seed) {
                let depart = trip.depart.get() + offset;
                if (0.0..length).contains(&depart) {
                    trips.push(Trip { depart: Seconds::new(depart), ..trip });
                }
            }
            lap += 1.0;
        }
        // Stable, so that equal departures keep the order of the recording.
        trips.sort_by(|a: &Trip, b: &Trip| a.depart.get().total_cmp(&b.depart.get()));
        Demand { trips, ..self.trips.clone() }
    }

    /// The recording as it would have been on another day; as it was on day 0.
    fn lap(&self, lap: i64, day_seed: u64) -> Vec<Trip> {
        if day_seed == 0 {
            return self.trips.trips.clone();
        }
        let round = f64::from(self.minutes.max(1)) * 60.0;
        let stream = Stream::new(day_seed, "recorded day").fork(lap as u64);
        let mut trips = Vec::with_capacity(self.trips.trips.len());
        for (index, trip) in self.trips.trips.iter().enumerate() {
            let draw = stream.fork(index as u64);
            for copy in 0..u64::from(draw.poisson(0, 1.0)) {
                let shifted = trip.depart.get() + SHIFT_S * draw.normal(1 + copy);
                let depart = libm::round(shifted.clamp(0.0, round - 1.0));
                trips.push(Trip { depart: Seconds::new(depart), ..*trip });
            }
        }
        trips
    }
}
