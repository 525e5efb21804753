//! The brain's session as the live city.

use urbis_brain::view::{AccuracyView, HistoryPoint, JunctionView, MapView, Past, View};
use urbis_brain::{BrainError, InputError, Session};
use urbis_core::{EventId, Input, JunctionId, Message, Reason, SubjectId};
use urbis_store::Reader;
use urbis_units::CityTime;

use crate::live::{LiveCity, Refusal};

impl From<InputError> for Refusal {
    fn from(error: InputError) -> Self {
        let reason = Reason::new(error.reason().message.clone(), error.to_string());
        match error {
            InputError::Unknown(_) => Self::Unknown(reason),
            _ => Self::Input(reason),
        }
    }
}

impl From<BrainError> for Refusal {
    fn from(error: BrainError) -> Self {
        match error {
            BrainError::OutOfReach { .. } => {
                Self::Input(Reason::new(Message::new("server-out-of-reach"), error.to_string()))
            }
            _ => Self::Journal(error.to_string()),
        }
    }
}

impl LiveCity for Session {
    fn submit(&mut self, input: Input) -> Result<(), Refusal> {
        Ok(Self::submit(self, input)?)
    }

    fn persons_of(&self, call: EventId) -> Vec<SubjectId> {
        Self::persons_of(self, call)
    }

    fn waits(&mut self) -> bool {
        Self::waits(self)
    }

    fn tick(&mut self) -> Result<(), Refusal> {
        Ok(Self::tick(self)?)
    }

    fn commit(&mut self) -> Result<(), Refusal> {
        Ok(Self::commit(self)?)
    }

    fn follow(&self) -> Option<Reader> {
        Some(self.journal().read_from(self.journal().last_sequence() + 1))
    }

    fn now(&self) -> CityTime {
        Self::now(self)
    }

    fn earliest(&self) -> CityTime {
        Self::earliest(self)
    }

    fn view(&self) -> View {
        Self::view(self)
    }

    fn map(&self) -> MapView {
        Self::map(self)
    }

    fn past(&self, at: CityTime) -> Result<Past, Refusal> {
        Ok(Self::past(self, at)?)
    }

    fn junction(&self, id: JunctionId) -> Option<JunctionView> {
        Self::junction(self, id)
    }

    fn accuracy(&self) -> AccuracyView {
        Self::accuracy(self)
    }

    fn history(&self) -> Vec<HistoryPoint> {
        Self::history(self).to_vec()
    }
}
