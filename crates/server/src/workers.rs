//! Threads that run rehearsals beside the city, the newest first: an ambulance does not wait for the
//! review of an area.
//!
//! **Invariant:** where and when work runs changes no result: the loop asks for each result at a
//! set city time and waits for it if need be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

use urbis_brain::{Done, Work, Workers};

/// A result, or nothing when the work panicked.
type Result = (u64, Option<Done>);
type Job = (u64, Work);

/// Work that waits, and whether more can come.
#[derive(Default)]
struct Waiting {
    jobs: Vec<Job>,
    ended: bool,
}

/// The pile of work, and its bell.
#[derive(Default)]
struct Pile {
    waiting: Mutex<Waiting>,
    bell: Condvar,
}

impl Pile {
    fn open(&self) -> MutexGuard<'_, Waiting> {
        // Every change is one push or pop; work runs outside of the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest work; waits for some, and answers nothing when there will be none.
    fn take(&self) -> Option<Job> {
        let mut waiting = self.open();
        loop {
            if waiting.ended {
                return None;
            }
            if let Some(job) = waiting.jobs.pop() {
                return Some(job);
            }
            waiting = self.bell.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A fixed number of threads that take work from one pile.
pub struct Threads {
    pile: Arc<Pile>,
    results: Receiver<Result>,
    /// Results that came before they were asked for.
    early: BTreeMap<u64, Option<Done>>,
    /// Work whose result nobody wants when it comes.
    forgotten: BTreeSet<u64>,
    /// Work that was started and not yet finished.
    running: usize,
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").field("running", &self.running).finish_non_exhaustive()
    }
}

impl Threads {
    /// Starts `count` threads; they end with this value.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(count: usize) -> std::io::Result<Self> {
        let pile = Arc::new(Pile::default());
        let (give, results): (Sender<Result>, _) = channel();
        for number in 0..count.max(1) {
            let (pile, give) = (Arc::clone(&pile), give.clone());
            Builder::new().name(format!("rehearsal-{number}")).spawn(move || {
                while let Some((number, work)) = pile.take() {
                    let done = catch_unwind(AssertUnwindSafe(work)).ok();
                    if give.send((number, done)).is_err() {
                        return;
                    }
                }
            })?;
        }
        Ok(Self { pile, results, early: BTreeMap::new(), forgotten: BTreeSet::new(), running: 0 })
    }
}

impl Threads {
    fn take_in(&mut self, (number, done): Result) {
        self.running -= 1;
        if !self.forgotten.remove(&number) {
            self.early.insert(number, done);
        }
    }
}

impl Drop for Threads {
    /// Work that has begun ends by itself; what waits is dropped.
    fn drop(&mut self) {
        self.pile.open().ended = true;
        self.pile.bell.notify_all();
    }
}

impl Workers for Threads {
    fn start(&mut self, number: u64, work: Work) {
        self.pile.open().jobs.push((number, work));
        self.pile.bell.notify_one();
        self.running += 1;
    }

    fn is_done(&mut self, number: u64) -> bool {
        while let Ok(result) = self.results.try_recv() {
            self.take_in(result);
        }
        self.early.contains_key(&number) || self.running == 0
    }

    fn finish(&mut self, number: u64) -> Option<Done> {
        while !self.early.contains_key(&number) && self.running > 0 {
            let result = self.results.recv().ok()?;
            self.take_in(result);
        }
        self.early.remove(&number).flatten()
    }

    fn forget(&mut self, number: u64) {
        if self.early.remove(&number).is_some() {
            return;
        }
        let mut waiting = self.pile.open();
        let before = waiting.jobs.len();
        waiting.jobs.retain(|(other, _)| *other != number);
        if waiting.jobs.len() < before {
            self.running -= 1;
        } else if self.running > 0 {
            self.forgotten.insert(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_by_number_whatever_order_they_were_done_in() {
        let mut threads = Threads::start(2).unwrap();
        for number in 0..20_u64 {
            threads.start(number, Box::new(move || Box::new(number * number)));
        }
        for number in (0..20_u64).rev() {
            let done = threads.finish(number).unwrap();
            assert_eq!(*done.downcast::<u64>().unwrap(), number * number);
        }
        assert!(threads.is_done(99), "nobody started that, so nobody waits");
        assert!(threads.finish(99).is_none());
    }

    #[test]
    fn what_is_forgotten_is_not_waited_for() {
        let mut threads = Threads::start(1).unwrap();
        let ((begun, begins), (go, gate)) = (channel::<()>(), channel::<()>());
        threads.start(
            1,
            Box::new(move || {
                begun.send(()).unwrap();
                Box::new(gate.recv().is_ok())
            }),
        );
        begins.recv().unwrap();
        // The only thread is held up; what waits behind it is taken off the pile.
        for number in [2_u64, 3] {
            threads.start(number, Box::new(move || Box::new(number)));
        }
        threads.forget(1);
        threads.forget(2);
        go.send(()).unwrap();
        assert_eq!(*threads.finish(3).unwrap().downcast::<u64>().unwrap(), 3);
        assert!(threads.finish(1).is_none() && threads.finish(2).is_none());
    }

    #[test]
    fn work_that_panics_has_no_result_and_stops_nobody() {
        let mut threads = Threads::start(1).unwrap();
        threads.start(1, Box::new(|| panic!("a rehearsal failed, as this test wants")));
        threads.start(2, Box::new(|| Box::new(7_u8)));
        assert!(threads.finish(1).is_none());
        assert_eq!(*threads.finish(2).unwrap().downcast::<u8>().unwrap(), 7);
    }
}
