//! The thread that owns the running city: it ticks it, takes questions and acts, and publishes.
//!
//! ```text
//! web tasks ──bounded queue──▶ driver ──owns──▶ city
//!     ▲                          │ every tick, at most ten times a wall second
//!     └────── watch (newest) ◀───┘
//! ```
//!
//! **Invariant:** a web task never blocks on the city: it asks through the queue (or is told at once
//! that the queue is full) and reads the newest published moment. **Invariant:** an act is answered
//! only after the journal has been committed. **Invariant:** when ticks take longer than they
//! should, the city clock slows down; seconds are never skipped. **Invariant:** while the city waits
//! for a rehearsal that is due, questions and acts are still answered.

mod handle;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use urbis_brain::view::Past;
use urbis_core::{Message, PersonId, Reason};
use urbis_units::CityTime;

use crate::chronicle::Chronicle;
use crate::live::{LiveCity, Refusal};
use crate::moment::{Clock, Moment, Moments};
use crate::pace::{Pace, SPEED_MAX, SPEED_MIN};
use handle::Ask;
pub use handle::{AskError, ClockAction, Handle};

/// Questions and acts that may wait; more are refused with [`AskError::Busy`].
const QUEUE: usize = 256;
/// Shortest wall time between two published moments.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);
/// Longest wall time what was journaled may stay in memory.
const COMMIT_EVERY: Duration = Duration::from_millis(250);
/// Wall time between two looks at whether a result the city waits for has come.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// Longest wall time the driver sleeps.
const SLEEP_MAX: Duration = Duration::from_millis(100);

/// How a city is driven from the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drive {
    /// City seconds per wall second.
    pub speed: f64,
    /// Whether the clock stands still until resumed.
    pub paused: bool,
    /// Up to this moment the city is played as fast as it goes, so that its streets are not empty.
    pub hurry_until: Option<CityTime>,
}

/// The running driver; [`Driver::end`] commits the journal and gives the city back.
pub struct Driver {
    thread: JoinHandle<Box<dyn LiveCity>>,
    asks: SyncSender<Ask>,
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver").finish_non_exhaustive()
    }
}

impl Driver {
    /// Starts to drive `city`.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(city: Box<dyn LiveCity>, drive: Drive) -> std::io::Result<(Self, Handle)> {
        let (asks, queue) = sync_channel(QUEUE);
        let pace = Pace::new(drive.speed, drive.paused, Instant::now());
        let first = Moment::new(0, city.view(), city.map(), clock(&*city, &pace, false, None));
        let first = Moments { now: Arc::new(first), past: BTreeMap::new() };
        let (publish, moments) = watch::channel(Arc::new(first));
        let wheel = Wheel {
            chronicle: Chronicle::new(city.follow()),
            city,
            pace,
            drive,
            publish,
            past: BTreeMap::new(),
            number: 0,
            waiting: false,
            journal_failed: false,
        };
        let thread =
            std::thread::Builder::new().name("city".to_owned()).spawn(move || wheel.run(&queue))?;
        Ok((Self { thread, asks: asks.clone() }, Handle { asks, moments }))
    }

    /// Ends the driver, the journal committed, and gives the city back; `None` when it had failed.
    pub fn end(self) -> Option<Box<dyn LiveCity>> {
        // A full queue is drained by the driver; a closed one means that it has ended already.
        let _ = self.asks.send(Ask::End);
        self.thread.join().ok()
    }
}

fn clock(city: &dyn LiveCity, pace: &Pace, waiting: bool, scrubbed: Option<CityTime>) -> Clock {
    Clock {
        paused: pace.is_paused(),
        speed: pace.speed(),
        scrubbed,
        earliest: city.earliest(),
        latest: city.now(),
        waiting,
        journal_failed: false,
        steps_per_wall_second: pace.measured(),
        tick_seconds: pace.tick_seconds(),
    }
}

/// What the driver's thread owns.
struct Wheel {
    city: Box<dyn LiveCity>,
    pace: Pace,
    drive: Drive,
    publish: watch::Sender<Arc<Moments>>,
    /// What people who look back look at.
    past: BTreeMap<PersonId, Arc<Moment>>,
    chronicle: Chronicle,
    number: u32,
    /// Whether the next second is due and waits for a rehearsal.
    waiting: bool,
    journal_failed: bool,
}

impl Wheel {
    fn run(mut self, queue: &Receiver<Ask>) -> Box<dyn LiveCity> {
        let mut published = Instant::now();
        let mut committed = published;
        let mut dirty = false;
        loop {
            let now = Instant::now();
            let until_publish = (published + PUBLISH_EVERY).saturating_duration_since(now);
            let mut wait = self.until_next(now).unwrap_or(SLEEP_MAX).min(SLEEP_MAX);
            if wait.is_zero() && self.city.waits() {
                wait = LOOK_AGAIN;
            }
            if dirty {
                wait = wait.min(until_publish);
            }
            match queue.recv_timeout(wait) {
                Ok(first) => {
                    if !self.answer(first, queue) {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let due = self.until_next(Instant::now()).is_some_and(|left| left.is_zero());
            let waiting = due && self.city.waits();
            dirty |= waiting != self.waiting;
            self.waiting = waiting;
            if due && !waiting {
                let began = Instant::now();
                let ticked = self.city.tick();
                let ended = Instant::now();
                self.chronicle.ticked(ended - began, self.city.now(), ended);
                if self.hurries() {
                    self.pace.hurried(began, ended);
                } else {
                    self.pace.ticked(began, ended);
                }
                self.check_journal(&ticked);
                dirty = true;
            }
            let now = Instant::now();
            if now >= committed + COMMIT_EVERY {
                // A failure is logged, stops the clock and is shown.
                dirty |= self.commit().is_err();
                committed = now;
            }
            if dirty && now >= published + PUBLISH_EVERY {
                self.show();
                published = now;
                dirty = false;
            }
        }
        // A failure has been logged; there is nobody left to answer.
        let _ = self.commit();
        self.city
    }

    /// How long until the next tick is due; `None` while paused.
    fn until_next(&self, now: Instant) -> Option<Duration> {
        if self.hurries() { Some(self.pace.until_due(now)) } else { self.pace.until_next(now) }
    }

    /// Whether the city is played as fast as it goes.
    fn hurries(&self) -> bool {
        let early = self.drive.hurry_until.is_some_and(|until| self.city.now() < until);
        early && !self.journal_failed
    }

    /// Answers `first` and all that waits behind it; acts are answered after one commit.
    fn answer(&mut self, first: Ask, queue: &Receiver<Ask>) -> bool {
        let mut replies = Vec::new();
        // What was done to the clock is answered when it can be seen.
        let mut clock_replies = Vec::new();
        let mut scrubs = BTreeMap::new();
        let mut go_on = true;
        for ask in std::iter::once(first).chain(queue.try_iter().take(QUEUE)) {
            match ask {
                Ask::Read(question) => question(&*self.city),
                Ask::Act(act) => replies.push(act(&mut *self.city)),
                Ask::Clock(ClockAction::Scrub(person, at), reply) => {
                    // A dragged slider asks faster than the past can be computed: only the newest
                    // wish is granted, the earlier ones are already overtaken.
                    if let Some((_, earlier)) = scrubs.insert(person, (at, reply)) {
                        clock_replies.push((earlier, Ok(self.sequence())));
                    }
                }
                Ask::Clock(action, reply) => {
                    clock_replies.push((reply, self.set_clock(action)));
                }
                Ask::End => go_on = false,
            }
        }
        for (person, (at, reply)) in scrubs {
            clock_replies.push((reply, self.look_back(person, at)));
        }
        let committed = if replies.is_empty() { Ok(()) } else { self.commit() };
        self.show();
        for (reply, done) in clock_replies {
            let _ = reply.send(done);
        }
        let sequence = committed.map(|()| self.sequence());
        for reply in replies {
            reply(sequence.clone());
        }
        go_on
    }

    fn set_clock(&mut self, action: ClockAction) -> Result<u64, Refusal> {
        let now = Instant::now();
        match action {
            ClockAction::Pause => self.pace.pause(),
            ClockAction::Resume if self.journal_failed => {
                return Err(Refusal::Journal("the journal cannot be written; see the log".into()));
            }
            ClockAction::Resume => self.pace.resume(now),
            ClockAction::Speed(speed) if (SPEED_MIN..=SPEED_MAX).contains(&speed) => {
                self.pace.set_speed(speed, now);
            }
            ClockAction::Speed(speed) => {
                let message = Message::new("server-speed-out-of-range")
                    .number("speed", speed)
                    .number("least", SPEED_MIN)
                    .number("most", SPEED_MAX);
                let text = format!(
                    "speed is {speed}; choose {SPEED_MIN} to {SPEED_MAX} city seconds per second"
                );
                return Err(Refusal::Input(Reason::new(message, text)));
            }
            ClockAction::Live(person) => {
                self.past.remove(&person);
            }
            ClockAction::Scrub(person, at) => return self.look_back(person, at),
        }
        Ok(self.sequence())
    }

    /// Shows `person` the city as it was at `at`.
    fn look_back(&mut self, person: PersonId, at: CityTime) -> Result<u64, Refusal> {
        let Past { view, map } = self.city.past(at)?;
        self.number = self.number.wrapping_add(1);
        let clock = clock(&*self.city, &self.pace, self.waiting, Some(map.at));
        self.past.insert(person, Arc::new(Moment::new(self.number, view, map, clock)));
        Ok(self.sequence())
    }

    /// Sequence of the newest record that has been published.
    fn sequence(&self) -> u64 {
        self.publish.borrow().now.view.sequence
    }

    fn commit(&mut self) -> Result<(), Refusal> {
        let committed = self.city.commit();
        self.check_journal(&committed);
        if committed.is_ok() {
            self.chronicle.follow();
        }
        committed
    }

    /// When the journal fails the clock stops, for what happens then could be lost.
    fn check_journal(&mut self, result: &Result<(), Refusal>) {
        match result {
            Ok(()) => self.journal_failed = false,
            Err(error) => {
                if !self.journal_failed {
                    tracing::error!(%error, "the journal cannot be written; the clock stands still");
                }
                self.journal_failed = true;
                self.pace.pause();
            }
        }
    }

    fn show(&mut self) {
        self.number = self.number.wrapping_add(1);
        let (city, pace) = (&*self.city, &self.pace);
        let now = Moment::new(
            self.number,
            city.view(),
            city.map(),
            Clock { journal_failed: self.journal_failed, ..clock(city, pace, self.waiting, None) },
        );
        for moment in self.past.values_mut() {
            let clock = clock(city, pace, self.waiting, Some(moment.map.at));
            let clock = Clock { journal_failed: self.journal_failed, ..clock };
            *moment = Arc::new(moment.with_clock(clock));
        }
        let moments = Moments { now: Arc::new(now), past: self.past.clone() };
        self.publish.send_replace(Arc::new(moments));
    }
}

#[cfg(test)]
mod tests;
