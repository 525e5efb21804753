//! Metrics, kept as the traffic moves.
//!
//! # Units
//! Seconds, metres per second, vehicles.
//!
//! # Source
//! Two meanings of travel time are in use for the public data sets: the mean over all vehicles
//! that CityFlow's engine reports, and the mean time on lanes that lead to signalized junctions of
//! the CoLight line of papers (H. Wei et al., CIKM 2019, doi:10.1145/3357384.3357902).

use serde::{Deserialize, Serialize};

use crate::layout::{Layout, NONE};
use crate::state::{State, flag};
use crate::step::Step;

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Metrics {
    /// Vehicles that departed.
    pub created: u32,
    /// Of them, those that found room on their first lane.
    pub inserted: u32,
    /// Of them, those that arrived.
    pub finished: u32,
    /// Mean travel time from departure to arrival over all vehicles created; those that wait to
    /// enter or still drive count up to now, and lane changes in progress or broken off count as
    /// CityFlow counts them.
    pub att_engine_s: f64,
    /// Mean time on lanes that lead to signalized junctions, over the vehicles seen there.
    pub att_published_s: f64,
    /// Vehicles seen there.
    pub veh_seen: u32,
    /// Mean of travel time less the time of the same route at free flow, over all vehicles created;
    /// vehicles on their way count for the part they have driven, waiting to enter counts whole.
    pub mean_delay_s: f64,
    /// How often a vehicle's speed fell below 0.1 m/s.
    pub stops: u64,
    /// Longest unbroken time one vehicle on the road was below 0.1 m/s.
    pub max_wait_s: u32,
    /// Sum over the steps of the vehicles on the road; a vehicle that changes lanes counts on both.
    pub vehicle_steps: u64,
    /// Vehicles on the road now, counted in the same way.
    pub left_at_end: u32,
}

impl Step<'_> {
    /// Notes that a vehicle came onto a lane, for the published travel time.
    pub(crate) fn enter_site(&mut self, vehicle: u32, lane: u32) {
        let site = self.layout.site[lane as usize];
        if site == NONE {
            return;
        }
        let now = self.state.clock + 1;
        let since = &mut self.state.trips[vehicle].site_since;
        let tally = &mut self.state.tally;
        if *since == NONE {
            tally.seen += 1;
        }
        // On return to a junction the time between counts as well, as the published metric has
        // it, but only once the vehicle has left again.
        *since = match tally.site_left.get(&(vehicle, site)) {
            Some(left) => *left | RETURNED,
            None => now,
        };
        if *since & RETURNED == 0 {
            tally.site_present += 1;
            tally.site_entries += i64::from(now);
        }
    }

    /// Notes that a vehicle left a lane, for the published travel time.
    pub(crate) fn leave_site(&mut self, vehicle: u32, lane: u32) {
        let site = self.layout.site[lane as usize];
        if site == NONE {
            return;
        }
        let now = self.state.clock + 1;
        let since = std::mem::replace(&mut self.state.trips[vehicle].site_since, LEFT);
        if since == LEFT || since == NONE {
            // Its shadow, left behind on the lane when the vehicle drove on, has become it.
            return;
        }
        let tally = &mut self.state.tally;
        tally.site_time += i64::from(now) - i64::from(since & !RETURNED);
        if since & RETURNED == 0 {
            tally.site_present -= 1;
            tally.site_entries -= i64::from(since);
        }
        let (first, last) = self.state.trips[vehicle].route;
        if self.state.routes.roads(first, last).iter().any(|of| of.returns) {
            tally.site_left.insert((vehicle, site), now);
        }
    }
}

/// Marks a time at which a vehicle last left a junction it has come back to.
const RETURNED: u32 = 1 << 30;

/// In place of a time: the vehicle has left the junction it last came to.
const LEFT: u32 = NONE - 1;

impl State {
    pub(crate) fn metrics(&self, layout: &Layout) -> Metrics {
        let tally = &self.tally;
        let now = u64::from(self.clock);
        let present = u64::from(tally.engine_present) * now - tally.engine_departures;
        let counted = tally.engine_finished + tally.engine_present;
        let on_site = i64::from(tally.site_present) * i64::from(self.clock) - tally.site_entries;
        let mean = |sum: f64, count: u32| if count == 0 { 0.0 } else { sum / f64::from(count) };
        Metrics {
            created: tally.created,
            inserted: tally.inserted,
            finished: tally.finished,
            att_engine_s: mean((tally.engine_time + present) as f64, counted),
            att_published_s: mean((tally.site_time + on_site) as f64, tally.seen),
            veh_seen: tally.seen,
            mean_delay_s: mean(tally.delay + self.delay_so_far(layout), tally.created),
            stops: tally.stops,
            max_wait_s: tally.wait_max,
            vehicle_steps: tally.vehicle_steps,
            left_at_end: self.active,
        }
    }

    /// Delay up to now of the vehicles that have not arrived.
    fn delay_so_far(&self, layout: &Layout) -> f64 {
        let since = |vehicle: u32| f64::from(self.clock - self.trips[vehicle].depart);
        let lines: f64 =
            self.places.line_first.iter().flat_map(|first| self.line_from(*first)).map(since).sum();
        let driving: f64 = (0..self.slots.place.len() as u32)
            .filter(|slot| {
                self.slots.place[*slot as usize] != NONE
                    && !self.slots.is(*slot, flag::SHADOW | flag::OBSTACLE)
            })
            .map(|slot| {
                let vehicle = self.slots.vehicle[slot as usize];
                since(vehicle) - (self.trips[vehicle].free_flow - self.free_flow_left(layout, slot))
            })
            .sum();
        lines + driving
    }

    /// Time from where a vehicle is to the end of its route at free flow.
    fn free_flow_left(&self, layout: &Layout, slot: u32) -> f64 {
        let at = slot as usize;
        let (slots, kind) = (&self.slots, self.kind(slot));
        let (place, position) = (slots.place[at], slots.position[at]);
        let (route_at, last) = (slots.route_at[at], slots.route_last[at]);
        if layout.is_lane(place) {
            return self.free_flow(layout, kind, (place, position), (route_at, last));
        }
        let link = &layout.links[layout.link_at(place) as usize];
        let top = if link.turns { kind.turn_speed } else { kind.max_speed };
        let rest = layout.length[place as usize] - position;
        rest / layout.limit[place as usize].min(top)
            + self.free_flow(layout, kind, (link.to, 0.0), (route_at + 1, last))
    }

    /// The vehicles of a waiting line from `first` on.
    pub(crate) fn line_from(&self, first: u32) -> impl Iterator<Item = u32> {
        let some = |vehicle: u32| (vehicle != NONE).then_some(vehicle);
        std::iter::successors(some(first), move |vehicle| some(self.trips[*vehicle].next_waiting))
    }
}
