//! The running city as the server needs it: a port, implemented by the brain's session.
//!
//! # Errors
//! [`Refusal`]: why an input or a question was not answered.

use urbis_brain::view::{AccuracyView, HistoryPoint, JunctionView, MapView, Past, View};
use urbis_core::{EventId, Input, JunctionId, Reason, SubjectId};
use urbis_store::Reader;
use urbis_units::CityTime;

/// Why the city refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It names something that is not there.
    #[error("{0}")]
    Unknown(Reason),
    /// It cannot be done; the text names the field and the remedy.
    #[error("{0}")]
    Input(Reason),
    /// It could not be made durable.
    #[error("{0}")]
    Journal(String),
}

/// A city that runs. It has no thread and no clock; [`crate::driver`] owns it and drives it.
pub trait LiveCity: Send {
    /// Takes an input in; it is journaled now and applied at the next tick.
    ///
    /// # Errors
    /// [`Refusal`] when it names something unknown or cannot be done.
    fn submit(&mut self, input: Input) -> Result<(), Refusal>;

    /// Whose data is kept of a call.
    fn persons_of(&self, call: EventId) -> Vec<SubjectId>;

    /// Whether [`Self::tick`] would wait for something computed elsewhere.
    fn waits(&mut self) -> bool {
        false
    }

    /// Lets one second of city time pass.
    ///
    /// # Errors
    /// [`Refusal::Journal`] when what happened cannot be recorded.
    fn tick(&mut self) -> Result<(), Refusal>;

    /// Makes everything journaled so far durable.
    ///
    /// # Errors
    /// [`Refusal::Journal`] when the disk fails.
    fn commit(&mut self) -> Result<(), Refusal>;

    /// Reads what is recorded from now on, once it is durable; `None` where nothing is.
    fn follow(&self) -> Option<Reader> {
        None
    }

    /// Now, on the city clock.
    fn now(&self) -> CityTime;

    /// How far back [`Self::past`] reaches.
    fn earliest(&self) -> CityTime;

    /// Everything that changes.
    fn view(&self) -> View;

    /// The map now.
    fn map(&self) -> MapView;

    /// The map and everything that changes as they were at a past moment.
    ///
    /// # Errors
    /// [`Refusal::Input`] when the moment is out of reach.
    fn past(&self, at: CityTime) -> Result<Past, Refusal>;

    /// One junction in depth.
    fn junction(&self, id: JunctionId) -> Option<JunctionView>;

    /// How far belief was off.
    fn accuracy(&self) -> AccuracyView;

    /// Series of the indicators.
    fn history(&self) -> Vec<HistoryPoint>;
}
