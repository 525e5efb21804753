//! Detectors: what loops, radars and camera zones on lanes report each second.
//!
//! # Units
//! Metres, metres per second; occupancy is the share of the second from 0 to 1.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use urbis_core::LaneId;
use urbis_units::Meters;

use crate::Twin;
use crate::layout::NONE;
use crate::state::flag;
use crate::step::Step;

/// What one detector saw in the last second.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Detection {
    /// Vehicles whose front passed the downstream edge of the zone.
    pub count: u16,
    /// Share of the second in which the zone was covered.
    pub occupied_ratio: f32,
    /// Sum of the speeds of the vehicles counted, metres per second.
    pub speed_sum_mps: f32,
}

/// A zone of a detector on its lane.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Zone {
    detector: usize,
    start: f64,
    end: f64,
}

/// The detectors that a twin reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Detectors {
    /// Lanes that have zones, with their zones.
    lanes: Arc<[(u32, Vec<Zone>)]>,
    detections: Vec<Detection>,
}

/// The stretch a vehicle covered along a lane: its front before and after the step.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: f64,
    to: f64,
    length: f64,
    speed: f64,
    /// The slot to be counted when its front passes a zone, `NONE` for a rear.
    front: u32,
}

impl Detectors {
    /// Forgets what was seen.
    pub(crate) fn forget(&mut self) {
        self.detections.fill(Detection::default());
    }
}

impl Twin {
    /// Reads detectors from the next step on, in place of those read before: for each its lane, the
    /// distance of the downstream edge of its zone from the start of the lane, and the length of
    /// the zone. Those on lanes the network does not have never see anything.
    pub fn watch(&mut self, zones: impl IntoIterator<Item = (LaneId, Meters, Meters)>) {
        let mut lanes: Vec<(u32, Vec<Zone>)> = Vec::new();
        let mut count = 0;
        for (detector, (lane, position, length)) in zones.into_iter().enumerate() {
            count += 1;
            if lane.0 as usize >= self.layout.lanes {
                continue;
            }
            let end = position.get();
            let zone = Zone { detector, start: end - length.get(), end };
            match lanes.binary_search_by_key(&lane.0, |(lane, _)| *lane) {
                Ok(at) => lanes[at].1.push(zone),
                Err(at) => lanes.insert(at, (lane.0, vec![zone])),
            }
        }
        let detections = vec![Detection::default(); count];
        self.detectors = Detectors { lanes: lanes.into(), detections };
    }

    /// What the detectors given to [`Self::watch`] saw in the last step, in their order.
    pub fn detections(&self) -> &[Detection] {
        &self.detectors.detections
    }
}

impl Step<'_> {
    /// Reads all detectors: after everyone has decided where to go, before anyone is taken off the
    /// lists.
    pub(crate) fn detect(&mut self) {
        if self.detectors.lanes.is_empty() {
            return;
        }
        self.detectors.detections.fill(Detection::default());
        let lanes = Arc::clone(&self.detectors.lanes);
        for (lane, zones) in lanes.iter() {
            self.detect_on(*lane, zones);
        }
        // The fronts of those who have just come.
        for index in 0..self.scratch.movers.len() {
            let mover = self.scratch.movers[index];
            if let Ok(at) = lanes.binary_search_by_key(&mover.place, |(lane, _)| *lane) {
                let moved = self.scratch.moved[mover.slot as usize];
                let (from, to) = (mover.position - moved, mover.position);
                self.cover(&lanes[at].1, &Stretch { from, to, ..self.stretch(mover.slot, 0.0) });
            }
        }
    }

    fn detect_on(&mut self, lane: u32, zones: &[Zone]) {
        let layout = self.layout;
        let mut slot = self.state.places.first[lane as usize];
        while slot != NONE {
            self.cover(zones, &self.stretch(slot, 0.0));
            slot = self.state.slots.behind[slot as usize];
        }
        // The rears of those who have just left.
        let length = layout.length[lane as usize];
        for &link in layout.out(lane) {
            let place = layout.place_of(link) as usize;
            let mut slot = self.state.places.last[place];
            while slot != NONE {
                let stretch = self.stretch(slot, length);
                if stretch.from - stretch.length > length {
                    break;
                }
                self.cover(zones, &Stretch { front: NONE, ..stretch });
                slot = self.state.slots.ahead[slot as usize];
            }
        }
    }

    /// How far a vehicle came in this step, measured along a lane that lies `before` its place.
    fn stretch(&self, slot: u32, before: f64) -> Stretch {
        let at = slot as usize;
        let slots = &self.state.slots;
        let obstacle = slots.is(slot, flag::OBSTACLE);
        let moved = if obstacle { 0.0 } else { self.scratch.moved[at] };
        // Those who stay on their place stand where they came to, all others where they were.
        let leaves = self.scratch.leaves[at];
        let here = slots.position[at] + before;
        let (from, to) = if leaves { (here, here + moved) } else { (here - moved, here) };
        Stretch {
            from,
            to,
            length: self.state.kind(slot).length,
            speed: slots.speed[at],
            front: slot,
        }
    }

    /// Whether the front of a slot is that of a vehicle.
    fn counts(&self, front: u32) -> bool {
        front != NONE
            && !self.state.slots.is(front, flag::SHADOW | flag::OBSTACLE)
            && self.is_vehicle(front)
    }

    /// Whether a slot still is its vehicle: not one that has just handed over to its shadow, which
    /// would be counted on both lanes.
    fn is_vehicle(&self, slot: u32) -> bool {
        let vehicle = self.state.slots.vehicle[slot as usize];
        let holder = self.state.trips[vehicle].slot;
        holder == slot || holder == NONE
    }

    fn cover(&mut self, zones: &[Zone], stretch: &Stretch) {
        for zone in zones {
            if stretch.to <= zone.start || stretch.from - stretch.length >= zone.end {
                continue;
            }
            let passes = stretch.from <= zone.end && zone.end < stretch.to;
            let counts = passes && self.counts(stretch.front);
            let seen = &mut self.detectors.detections[zone.detector];
            if counts {
                seen.count += 1;
                seen.speed_sum_mps += stretch.speed as f32;
            }
            let share = covered_share(zone, stretch);
            seen.occupied_ratio = (seen.occupied_ratio + share as f32).min(1.0);
        }
    }
}

/// Share of the step in which a vehicle that moves evenly is over a zone.
fn covered_share(zone: &Zone, stretch: &Stretch) -> f64 {
    let moved = stretch.to - stretch.from;
    // The front reaches the zone's start, the rear passes its end.
    let (reach, pass) = (zone.start - stretch.from, zone.end + stretch.length - stretch.from);
    if moved <= 0.0 {
        return if reach < 0.0 && pass > 0.0 { 1.0 } else { 0.0 };
    }
    ((pass / moved).min(1.0) - (reach / moved).max(0.0)).max(0.0)
}
