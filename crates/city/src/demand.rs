//! Who drives when: the description of a city's demand, and the trips of a day drawn from it.
//!
//! # Shape
//! Trips are made for *purposes* between *zones*: so many a day per person or gate, spread over
//! the day by *peaks*, to destinations by a gravity model, along routes by perceived travel times.
//!
//! # Source
//! Gravity model, constrained at the origin: A. G. Wilson, "A family of spatial interaction models",
//! Environment and Planning 3 (1971), doi:10.1068/a030001. Route choice by randomly perceived times
//! (probit): C. Daganzo, Y. Sheffi, "On stochastic models of traffic assignment", Transportation
//! Science 11 (1977), doi:10.1287/trsc.11.3.253. Congested times: BPR function and method of
//! successive averages as in Y. Sheffi, Urban Transportation Networks, 1985, chapters 5 and 12.

mod choice;
mod day;
mod graph;
mod model;
mod recorded;
#[cfg(test)]
mod tests;
mod tree;

use urbis_network::Demand;

pub use model::{DemandModel, Peak, Purpose, VehicleShare};
pub use recorded::RecordedDemand;

use crate::CityPack;

pub(crate) use choice::TripModel;
pub(crate) use graph::{Times, congested_times};

/// Where a city's demand comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum DemandSource {
    /// Drawn from a description.
    Model(DemandModel),
    /// Recorded trips.
    Recorded(RecordedDemand),
}

/// The trips of the part of a day from minute `from` (included) to minute `to` (excluded), which
/// may pass midnight; departures are seconds after `from`.
///
/// Days differ: each `day_seed` draws another day around the mean, and the same seed always the
/// same day, whatever part of it is asked for. A recording is played as it is on day 0.
pub fn demand_for(pack: &CityPack, from: u32, to: u32, day_seed: u64) -> Demand {
    Drawing::of(pack).draw(from, to, day_seed)
}

/// A city's demand ready to be drawn from, for those who draw more than one part of it.
#[derive(Debug)]
pub struct Drawing<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Model(Box<TripModel<'a>>),
    Recorded(&'a RecordedDemand),
}

impl<'a> Drawing<'a> {
    /// The demand of `pack`.
    pub fn of(pack: &'a CityPack) -> Self {
        Self(match &pack.demand {
            DemandSource::Model(model) => Source::Model(Box::new(TripModel::new(pack, model))),
            DemandSource::Recorded(recorded) => Source::Recorded(recorded),
        })
    }

    /// A part of a day, as [`demand_for`] says it.
    pub fn draw(&self, from: u32, to: u32, day_seed: u64) -> Demand {
        match &self.0 {
            Source::Model(model) => model.draw(from, to, day_seed),
            Source::Recorded(recorded) => recorded.draw(from, to, day_seed),
        }
    }
}
