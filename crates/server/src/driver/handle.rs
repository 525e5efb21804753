//! The web tasks' end of the driver: what can be asked, and how.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use tokio::sync::{oneshot, watch};
use urbis_core::PersonId;
use urbis_units::CityTime;

use crate::live::{LiveCity, Refusal};
use crate::moment::{Moment, Moments};

/// Why a question got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Too many wait.
    #[error("the city is busy")]
    Busy,
    /// The driver has ended.
    #[error("the city has stopped")]
    Stopped,
}

/// What the clock can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum ClockAction {
    /// Stand still.
    Pause,
    /// Go on.
    Resume,
    /// City seconds per wall second.
    Speed(f64),
    /// Show a person a past moment; the city goes on, and so do the others.
    Scrub(PersonId, CityTime),
    /// Show a person now.
    Live(PersonId),
}

/// Answers an act with the sequence of the newest record, once that is durable.
pub(super) type Reply = Box<dyn FnOnce(Result<u64, Refusal>) + Send>;
pub(super) type Question = Box<dyn FnOnce(&dyn LiveCity) + Send>;
pub(super) type Act = Box<dyn FnOnce(&mut dyn LiveCity) -> Reply + Send>;

/// What waits in the queue.
pub(super) enum Ask {
    /// A question; answers itself.
    Read(Question),
    /// An act; the function it returns is called once the journal is committed.
    Act(Act),
    /// For the clock.
    Clock(ClockAction, oneshot::Sender<Result<u64, Refusal>>),
    /// The end.
    End,
}

/// The web tasks' end of the driver.
#[derive(Clone)]
pub struct Handle {
    pub(super) asks: SyncSender<Ask>,
    pub(super) moments: watch::Receiver<Arc<Moments>>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

impl Handle {
    /// The newest published moment.
    pub fn moment(&self) -> Arc<Moment> {
        Arc::clone(&self.moments.borrow().now)
    }

    /// The moment `person` looks at: the newest, or a past one.
    pub fn moment_of(&self, person: &PersonId) -> Arc<Moment> {
        Arc::clone(self.moments.borrow().of(person))
    }

    /// A receiver that wakes with every newly published moment.
    pub fn subscribe(&self) -> watch::Receiver<Arc<Moments>> {
        self.moments.clone()
    }

    /// Whether the driver still runs.
    pub fn is_running(&self) -> bool {
        self.moments.has_changed().is_ok()
    }

    /// Asks the city something.
    ///
    /// # Errors
    /// [`AskError`] when too many wait already or the city has stopped.
    pub async fn read<T, F>(&self, question: F) -> Result<T, AskError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn LiveCity) -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.put(Ask::Read(Box::new(move |city| {
            // Whoever asked may have gone; then nobody misses the answer.
            let _ = answer.send(question(city));
        })))?;
        answered.await.map_err(|_gone| AskError::Stopped)
    }

    /// Has the city do something; the answer comes once it is durable, with the sequence of the
    /// newest record.
    ///
    /// # Errors
    /// [`AskError`] as for [`Self::read`]; the inner [`Refusal`] is the city's own.
    pub async fn act<F>(&self, act: F) -> Result<Result<u64, Refusal>, AskError>
    where
        F: FnOnce(&mut dyn LiveCity) -> Result<(), Refusal> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.put(Ask::Act(Box::new(move |city| {
            let done = act(city);
            Box::new(move |sequence| {
                let _ = answer.send(done.and(sequence));
            })
        })))?;
        answered.await.map_err(|_gone| AskError::Stopped)
    }

    /// Tells the clock something.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn clock(&self, action: ClockAction) -> Result<Result<u64, Refusal>, AskError> {
        let (answer, answered) = oneshot::channel();
        self.put(Ask::Clock(action, answer))?;
        answered.await.map_err(|_gone| AskError::Stopped)
    }

    fn put(&self, ask: Ask) -> Result<(), AskError> {
        self.asks.try_send(ask).map_err(|error| match error {
            TrySendError::Full(_) => AskError::Busy,
            TrySendError::Disconnected(_) => AskError::Stopped,
        })
    }
}
