//! The port by which rehearsals and scenes' work leave the loop's thread.
//!
//! The loop starts a piece of work and asks for its result at a set city time; whether it runs at
//! once, on a thread or on another machine is the driver's business and changes no result.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A piece of work; its result is opaque to whoever runs it.
pub type Work = Box<dyn FnOnce() -> Done + Send>;

/// The result of a piece of work.
pub type Done = Box<dyn Any + Send>;

/// Runs work beside the loop.
pub trait Workers: fmt::Debug + Send {
    /// Starts `work` under a number the caller chose.
    fn start(&mut self, number: u64, work: Work);

    /// Whether [`Self::finish`] would answer without waiting.
    fn is_done(&mut self, number: u64) -> bool;

    /// The result of work started before; waits for it if need be. `None` when the work panicked.
    fn finish(&mut self, number: u64) -> Option<Done>;

    /// The result of work started before is no longer wanted. Never waits.
    fn forget(&mut self, number: u64);
}

/// Runs everything at once, on the caller's thread.
#[derive(Default)]
pub struct Inline {
    done: Vec<(u64, Option<Done>)>,
}

impl fmt::Debug for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inline").field("waiting", &self.done.len()).finish()
    }
}

impl Workers for Inline {
    fn start(&mut self, number: u64, work: Work) {
        self.done.push((number, catch_unwind(AssertUnwindSafe(work)).ok()));
    }

    fn is_done(&mut self, _number: u64) -> bool {
        true
    }

    fn finish(&mut self, number: u64) -> Option<Done> {
        let at = self.done.iter().position(|(other, _)| *other == number)?;
        self.done.swap_remove(at).1
    }

    fn forget(&mut self, number: u64) {
        self.done.retain(|(other, _)| *other != number);
    }
}
