//! Demand as the clock goes on: the city's and history's next hour is drawn before the present one
//! ends, so that a city lives as long as it runs.
//!
//! **Invariant:** what is drawn is a function of the pack, the day and the minute, and is drawn at a
//! set city time: a replay draws the same.

use std::sync::Arc;

use urbis_city::{CityPack, Drawing};

use super::Session;
use crate::error::BrainError;
use crate::history::Part;
use crate::keyframes::Scripted;

/// Minutes in a day.
const DAY_MIN: u32 = 1440;
/// Minutes drawn at a time.
const PART_MIN: u32 = 60;
/// The city's trips are there so many minutes before their time.
const CITY_AHEAD_MIN: u32 = 1;
/// History reaches at least so many minutes ahead: forecasts and rehearsals look an hour ahead.
const HISTORY_AHEAD_MIN: u32 = 90;
/// Between the seeds of two days of one session: farther apart than seeds people choose.
const DAYS_APART: u64 = 1 << 32;

/// A run of days, drawn part by part.
#[derive(Debug, Clone)]
struct Days {
    /// Seed of the first day.
    seed: u64,
    /// Minutes drawn so far.
    drawn_min: u32,
}

/// Draws what the city and history bring.
#[derive(Debug, Clone)]
pub(crate) struct Supply {
    pack: Arc<CityPack>,
    /// Minute of the local day at which the session began.
    minute: u32,
    city: Days,
    history: Days,
}

impl Supply {
    /// Nothing drawn yet, from `minute` of the first day on.
    pub(super) fn new(pack: Arc<CityPack>, minute: u32, (city, history): (u64, u64)) -> Self {
        let days = |seed| Days { seed, drawn_min: 0 };
        Self { pack, minute, city: days(city), history: days(history) }
    }

    /// What the city and history begin with: the first `minutes`, and as far as anyone looks ahead.
    pub(super) fn first(&mut self, minutes: u32) -> (Vec<Part>, Vec<Part>) {
        let ahead = minutes.max(HISTORY_AHEAD_MIN + PART_MIN);
        let Self { pack, minute, city, history } = self;
        let drawing = Drawing::of(pack);
        (city.draw(&drawing, *minute, minutes), history.draw(&drawing, *minute, ahead))
    }

    /// What the city and history need besides when `minutes` of the session have passed.
    fn next(&mut self, minutes: u32) -> (Vec<Part>, Vec<Part>) {
        let Self { pack, minute, city, history } = self;
        let is_short = |days: &Days, ahead| days.drawn_min <= minutes + ahead;
        let wanted = (is_short(city, CITY_AHEAD_MIN), is_short(history, HISTORY_AHEAD_MIN));
        if wanted == (false, false) {
            return (Vec::new(), Vec::new());
        }
        let drawing = Drawing::of(pack);
        let draw = |days: &mut Days, wanted| {
            let until = days.drawn_min + if wanted { PART_MIN } else { 0 };
            days.draw(&drawing, *minute, until)
        };
        (draw(city, wanted.0), draw(history, wanted.1))
    }
}

impl Days {
    /// What is not drawn yet up to `until_min` after the session's beginning, in parts that follow
    /// one another and do not pass midnight.
    fn draw(&mut self, drawing: &Drawing<'_>, minute: u32, until_min: u32) -> Vec<Part> {
        let mut parts = Vec::new();
        while self.drawn_min < until_min {
            let (day, from) =
                ((minute + self.drawn_min) / DAY_MIN, (minute + self.drawn_min) % DAY_MIN);
            let length = (until_min - self.drawn_min).min(DAY_MIN - from);
            let seed = self.seed.wrapping_add(u64::from(day) * DAYS_APART);
            let demand = drawing.draw(from, from + length, seed);
            parts.push(Part { demand, after_s: self.drawn_min * 60 });
            self.drawn_min += length;
        }
        parts
    }
}

impl Session {
    /// Draws what is soon to depart, in the city and every copy of it alike, and in history.
    pub(super) fn supply(&mut self) -> Result<(), BrainError> {
        let now = self.now();
        let minutes = ((now - self.start).millis() / 60_000) as u32;
        let (city, history) = self.supply.next(minutes);
        for part in city {
            self.city.supply(&part)?;
            self.judge.supply(&part)?;
            self.keyframes.script(now, Scripted::Supply(Arc::new(part)));
        }
        for part in history {
            self.brain.learn(&part, now);
        }
        Ok(())
    }
}
