//! How fast the city clock runs against the wall clock.
//!
//! # Units
//! Speed is city seconds per wall second.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Slowest speed.
pub const SPEED_MIN: f64 = 0.5;
/// Fastest speed.
pub const SPEED_MAX: f64 = 60.0;
/// Over how much wall time the true speed is measured.
const WINDOW: Duration = Duration::from_secs(3);

/// Says when the next tick is due and how fast ticks really come.
#[derive(Debug)]
pub(crate) struct Pace {
    speed: f64,
    paused: bool,
    due: Instant,
    ticks: VecDeque<Instant>,
    tick_seconds: f64,
}

impl Pace {
    /// A pace whose first tick is due at `now`.
    pub(crate) fn new(speed: f64, paused: bool, now: Instant) -> Self {
        let speed = speed.clamp(SPEED_MIN, SPEED_MAX);
        Self { speed, paused, due: now, ticks: VecDeque::new(), tick_seconds: 0.0 }
    }

    /// Speed asked for.
    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    /// Whether the clock stands still.
    pub(crate) fn is_paused(&self) -> bool {
        self.paused
    }

    /// Stands still.
    pub(crate) fn pause(&mut self) {
        self.paused = true;
        self.ticks.clear();
    }

    /// Goes on.
    pub(crate) fn resume(&mut self, now: Instant) {
        if self.paused {
            self.paused = false;
            self.due = now;
        }
    }

    /// Another speed.
    pub(crate) fn set_speed(&mut self, speed: f64, now: Instant) {
        self.speed = speed.clamp(SPEED_MIN, SPEED_MAX);
        self.due = self.due.min(now + self.step());
        self.ticks.clear();
    }

    /// How long until the next tick is due; `None` while paused.
    pub(crate) fn until_next(&self, now: Instant) -> Option<Duration> {
        (!self.paused).then(|| self.due.saturating_duration_since(now))
    }

    /// A tick ran from `began` to `ended`. Lost time is not made up for: the clock slows down.
    pub(crate) fn ticked(&mut self, began: Instant, ended: Instant) {
        self.due = (self.due + self.step()).max(began);
        self.ticks.push_back(ended);
        while self.ticks.front().is_some_and(|first| ended - *first > WINDOW) {
            self.ticks.pop_front();
        }
        let took = (ended - began).as_secs_f64();
        self.tick_seconds += (took - self.tick_seconds) * 0.1;
    }

    /// A tick outside the rhythm ran from `began` to `ended`. The next one leaves as much time to
    /// others: whoever opens a page then has half of a processor at least.
    pub(crate) fn hurried(&mut self, began: Instant, ended: Instant) {
        self.due = ended + (ended - began);
    }

    /// How long until the next tick is due, paused or not.
    pub(crate) fn until_due(&self, now: Instant) -> Duration {
        self.due.saturating_duration_since(now)
    }

    /// City seconds per wall second over the last few seconds; 0 while paused.
    pub(crate) fn measured(&self) -> f64 {
        match (self.ticks.front(), self.ticks.back()) {
            (Some(first), Some(last)) if last > first => {
                (self.ticks.len() - 1) as f64 / (*last - *first).as_secs_f64()
            }
            _ => 0.0,
        }
    }

    /// Smoothed wall time of one tick, seconds.
    pub(crate) fn tick_seconds(&self) -> f64 {
        self.tick_seconds
    }

    fn step(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticks for `span` with ticks that take `cost`, on a made-up wall clock.
    fn drive(pace: &mut Pace, start: Instant, span: Duration, cost: Duration) -> u32 {
        let (mut now, mut ticks) = (start, 0);
        while now < start + span {
            let Some(left) = pace.until_next(now) else { break };
            now += left;
            pace.ticked(now, now + cost);
            now += cost;
            ticks += 1;
        }
        ticks
    }

    #[test]
    fn ten_city_seconds_a_second_are_ten_ticks() {
        let start = Instant::now();
        let mut pace = Pace::new(10.0, false, start);
        let ticks = drive(&mut pace, start, Duration::from_secs(10), Duration::from_millis(5));
        assert!((99..=101).contains(&ticks), "{ticks}");
        assert!((pace.measured() - 10.0).abs() < 0.2, "{}", pace.measured());
    }

    #[test]
    fn ticks_that_take_too_long_slow_the_clock_and_are_not_made_up_for() {
        let start = Instant::now();
        let mut pace = Pace::new(60.0, false, start);
        let slow = drive(&mut pace, start, Duration::from_secs(10), Duration::from_millis(100));
        assert!((99..=101).contains(&slow), "{slow}");
        assert!((pace.measured() - 10.0).abs() < 0.2, "{}", pace.measured());
        let later = start + Duration::from_secs(10);
        let fast = drive(&mut pace, later, Duration::from_secs(10), Duration::ZERO);
        assert!((598..=608).contains(&fast), "{fast}");
    }

    #[test]
    fn a_paused_clock_has_no_next_tick() {
        let start = Instant::now();
        let mut pace = Pace::new(1.0, true, start);
        assert_eq!(pace.until_next(start), None);
        assert_eq!(pace.measured(), 0.0);
        pace.resume(start + Duration::from_mins(1));
        assert_eq!(pace.until_next(start + Duration::from_mins(1)), Some(Duration::ZERO));
        pace.ticked(start + Duration::from_mins(1), start + Duration::from_mins(1));
        assert_eq!(
            pace.until_next(start + Duration::from_mins(1)),
            Some(Duration::from_secs(1)),
            "the minute of standing still is not caught up"
        );
    }
}
