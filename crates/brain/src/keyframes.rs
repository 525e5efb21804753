//! Looking back: keyframes of the city and what was done to it since, from which any past second
//! is played again.
//!
//! The older they are, the farther apart keyframes stand: what is asked for most, the last minutes,
//! is quickest to show, and hours of them fit in memory.

use std::collections::VecDeque;
use std::sync::Arc;

use urbis_core::{Intake, JunctionId, Order};
use urbis_units::CityTime;

use crate::city::SimulatedCity;
use crate::city::ambulance::Ambulance;
use crate::history::Part;

/// Seconds between new keyframes.
const EVERY_S: i64 = 60;
/// Seconds between keyframes by their age in seconds: those older than this stand so far apart.
const APART_S: [(i64, i64); 2] = [(15 * 60, 120), (45 * 60, 240)];
/// How far back one can look, seconds.
const REACH_S: i64 = 4 * 3600;

/// Something done to the city.
#[derive(Debug, Clone)]
pub(crate) enum Scripted {
    /// From outside.
    Happening(Intake),
    /// A command.
    Command(JunctionId, Order),
    /// An ambulance left.
    Ambulance(Box<Ambulance>),
    /// The next hour's trips.
    Supply(Arc<Part>),
}

/// Keyframes and script of the city.
#[derive(Debug, Clone)]
pub(crate) struct Keyframes {
    frames: VecDeque<(CityTime, SimulatedCity)>,
    script: VecDeque<(CityTime, Scripted)>,
}

impl Keyframes {
    /// Begins with `city` as it is.
    pub(crate) fn new(city: &SimulatedCity) -> Self {
        let frames = VecDeque::from([(city.world.now(), city.clone())]);
        Self { frames, script: VecDeque::new() }
    }

    /// Notes something done at `at`, before the second that begins there.
    pub(crate) fn script(&mut self, at: CityTime, what: Scripted) {
        self.script.push_back((at, what));
    }

    /// Takes a keyframe when one is due; call it between seconds, before anything is scripted for
    /// the next.
    pub(crate) fn note(&mut self, city: &SimulatedCity) {
        let now = city.world.now();
        if now.seconds() % EVERY_S != 0 {
            return;
        }
        // What this second's commands did to the controllers is in the copy already.
        self.script.retain(|(at, _)| *at < now || self.frames.is_empty());
        self.frames.push_back((now, city.clone()));
        thin(&mut self.frames, now);
        let first = self.frames.front().map_or(now, |(at, _)| *at);
        self.script.retain(|(at, _)| *at >= first);
    }

    /// The earliest moment that can be shown.
    pub(crate) fn earliest(&self) -> CityTime {
        self.frames.front().map_or(CityTime::default(), |(at, _)| *at)
    }

    /// The city as it was at `at`; `None` before the first keyframe.
    pub(crate) fn play(&self, at: CityTime) -> Option<SimulatedCity> {
        let (from, frame) = self.frames.iter().rev().find(|(from, _)| *from <= at)?;
        let mut city = frame.clone();
        let mut script = self.script.iter().skip_while(|(when, _)| when < from).peekable();
        loop {
            let now = city.world.now();
            while let Some((_, what)) = script.next_if(|(when, _)| *when <= now) {
                match what {
                    Scripted::Happening(intake) => city.happen(now, intake),
                    Scripted::Command(junction, order) => {
                        // As in the city: what its controller refused then, it refuses again.
                        let _ = city.command(*junction, order);
                    }
                    Scripted::Ambulance(ambulance) => city.send_ambulance((**ambulance).clone()),
                    Scripted::Supply(part) => {
                        city.supply(part).expect("a copy takes the trips that the city took");
                    }
                }
            }
            if now >= at {
                return Some(city);
            }
            city.step_unseen();
        }
    }
}

/// Drops keyframes that are too old, or too close to others for their age.
fn thin<T>(frames: &mut VecDeque<(CityTime, T)>, now: CityTime) {
    let age_s = |at: CityTime| now.seconds() - at.seconds();
    while frames.front().is_some_and(|(at, _)| age_s(*at) > REACH_S) {
        frames.pop_front();
    }
    let first = frames.front().map_or(now, |(at, _)| *at);
    frames.retain(|(at, _)| {
        let apart = APART_S.iter().rev().find(|(older_s, _)| age_s(*at) > *older_s);
        *at == first || apart.is_none_or(|(_, apart_s)| at.seconds() % apart_s == 0)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_kept_by_few_keyframes_and_the_last_minutes_by_many() {
        let mut frames = VecDeque::new();
        let at = |second: i64| CityTime::from_millis(second * 1000);
        // It begins between two minutes.
        frames.push_back((at(25_230), ()));
        let mut most = 0;
        for second in (25_260..25_260 + 10 * 3600).step_by(60) {
            let now = at(second);
            frames.push_back((now, ()));
            thin(&mut frames, now);
            let ages: Vec<i64> = frames.iter().map(|(at, ())| second - at.seconds()).collect();
            let reach = (second - 25_230).min(REACH_S);
            assert!((reach - 240..=reach).contains(&ages[0]), "{ages:?}");
            for pair in ages.windows(2) {
                let apart = if pair[0] <= 900 { 60 } else { 240 };
                assert!(pair[0] - pair[1] <= apart, "{ages:?}");
            }
            most = most.max(frames.len());
        }
        assert!((60..=80).contains(&most), "{most} keyframes");
    }
}
