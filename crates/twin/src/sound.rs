//! Checks of a state that came from outside.

use std::collections::BTreeMap;

use crate::layout::{Layout, NONE};
use crate::route::ROADS_MAX;
use crate::state::{Life, State, TRIPS_PAGE, Trip};

impl State {
    /// Whether all that the state refers to is there: for bytes from outside.
    pub(crate) fn fits(&self, layout: &Layout) -> bool {
        let (slots, places) = (&self.slots, &self.places);
        let count = slots.vehicle.len();
        let (lanes, all) = (layout.lanes, layout.length.len());
        let junctions = layout.network.junctions.len();
        let lengths = [
            (slots.place.len(), count),
            (slots.before.len(), count),
            (slots.position.len(), count),
            (slots.speed.len(), count),
            (slots.gap.len(), count),
            (slots.leader.len(), count),
            (slots.ahead.len(), count),
            (slots.behind.len(), count),
            (slots.kind.len(), count),
            (slots.route_at.len(), count),
            (slots.route_last.len(), count),
            (slots.next_link.len(), count),
            (slots.link_since.len(), count),
            (slots.blocker.len(), count),
            (slots.partner.len(), count),
            (slots.flags.len(), count),
            (slots.offset.len(), count),
            (slots.target.len(), count),
            (slots.priority.len(), count),
            (slots.still_since.len(), count),
            (places.first.len(), all),
            (places.last.len(), all),
            (places.count.len(), all),
            (places.waiting.len(), all),
            (places.speed_sum.len(), all),
            (places.entered.len(), all),
            (places.left.len(), all),
            (places.line_first.len(), lanes),
            (places.line_last.len(), lanes),
            (places.closed.len(), lanes),
            (self.obstacles.len(), lanes),
            (self.green.len(), junctions),
            (self.stage.len(), junctions),
            (self.movements.len(), layout.network.movements.len()),
            (self.kinds.len(), self.types.len()),
        ];
        lengths.iter().all(|(have, want)| have == want)
            && self.refers(layout)
            && self.holds_what_it_needs()
    }

    /// Whether every index points at something.
    fn refers(&self, layout: &Layout) -> bool {
        let (slots, trips, places) = (&self.slots, &self.trips, &self.places);
        let within = |of: &[u32], count: usize| {
            of.iter().all(|index| *index == NONE || (*index as usize) < count)
        };
        let count = slots.vehicle.len();
        let (lanes, all) = (layout.lanes, layout.length.len());
        let road_count = layout.network.roads.len();
        let known = |of: &[u32]| of.iter().all(|one| *one == NONE || trips.all.get(*one).is_some());
        let on_route = |at: u32, last: u32| {
            last < NONE
                && self.routes.0.has(&(at..last + 1))
                && self.routes.roads(at, last).iter().all(|of| (of.road as usize) < road_count)
        };
        known(&slots.vehicle)
            && within(&slots.place, all)
            && within(&slots.before, all)
            && [&slots.leader, &slots.ahead, &slots.behind, &slots.blocker, &slots.partner]
                .iter()
                .all(|of| within(of, count))
            && within(&slots.free, count)
            && within(&slots.next_link, layout.links.len())
            && within(&slots.target, lanes)
            && within(&places.first, count)
            && within(&places.last, count)
            && known(&places.line_first)
            && known(&places.line_last)
            && trips.pending.iter().all(|one| trips.all.get(*one).is_some())
            && slots.kind.iter().all(|kind| (*kind as usize) < self.kinds.len().max(1))
            && (0..count).all(|slot| {
                slots.vehicle[slot] == NONE
                    || on_route(slots.route_at[slot], slots.route_last[slot])
            })
            && self.present().all(|trip| {
                let on = match trip.life {
                    Life::Driving => (trip.slot as usize) < count,
                    Life::Waiting => (trip.slot as usize) < lanes && known(&[trip.next_waiting]),
                    _ => true,
                };
                on && (trip.kind as usize) < self.kinds.len()
                    && on_route(trip.route.0, trip.route.1)
            })
    }

    /// Vehicles that have not gone.
    fn present(&self) -> impl Iterator<Item = &Trip> {
        let trips = self.trips.all.indices().map(|vehicle| &self.trips[vehicle]);
        trips.filter(|trip| !trip.is_gone())
    }

    /// Whether pages are held as often as vehicles need them, so that none goes too early.
    fn holds_what_it_needs(&self) -> bool {
        let (mut trips, mut routes) = (BTreeMap::new(), BTreeMap::new());
        for vehicle in self.trips.all.indices() {
            let trip = &self.trips[vehicle];
            if !trip.is_gone() {
                *trips.entry(vehicle / TRIPS_PAGE as u32).or_insert(0) += 1;
                *routes.entry(trip.route.0 / ROADS_MAX as u32).or_insert(0) += 1;
            }
        }
        let need = |of: &BTreeMap<u32, u32>, page| of.get(&page).copied().unwrap_or(0);
        self.trips.all.holds().all(|(page, held)| held == need(&trips, page))
            && self.routes.0.holds().all(|(page, held)| held == need(&routes, page))
    }
}
