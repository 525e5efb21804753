//! Work that a scene has done beside the loop.
//!
//! A call of a scene holds up the whole city, the stop button with it: a call takes milliseconds.
//! What takes longer, a search over all plans of a city say, is handed to the loop as [`Work`] with
//! the moment at which its answer is wanted, and comes back as `Input::Worked`. Where and when it is
//! computed changes no result: it sees only what it was given.

use std::any::Any;
use std::fmt;

/// The answer of a piece of work, which only the scene that asked understands.
pub type Answer = Box<dyn Any + Send>;

/// A piece of work.
pub struct Work(Box<dyn FnOnce() -> Answer + Send>);

impl Work {
    /// The work `compute` does. It must depend on nothing but what it holds.
    pub fn new<T: Any + Send>(compute: impl FnOnce() -> T + Send + 'static) -> Self {
        Self(Box::new(move || Box::new(compute())))
    }

    /// Does it.
    pub fn run(self) -> Answer {
        (self.0)()
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Work(…)")
    }
}
