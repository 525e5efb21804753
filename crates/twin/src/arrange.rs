//! Slots in the order in which vehicles stand on the road, so that a step walks through memory
//! instead of jumping about in it.
//!
//! Slots are given away as vehicles come and go, so that after a while neighbors on a lane lie far
//! apart in memory. With some thousand vehicles everything is in the processor's near memory
//! whatever its order; with tens of thousands most of a step is waiting for memory. Where a vehicle's
//! slot is means nothing: nothing that happens depends on it.

use crate::Twin;
use crate::layout::NONE;
use crate::state::{Slots, State};

/// Fewer vehicles are left as they are.
const VEHICLES_MIN: u32 = 4096;
/// Seconds between two arrangements: as long as a vehicle takes for a road or two.
const EVERY_S: u32 = 32;

/// `items` in a new order: what stood at `order[k]` stands at `k`.
fn reorder<T: Copy>(items: &mut Vec<T>, order: &[u32]) {
    *items = order.iter().map(|from| items[*from as usize]).collect();
}

impl Twin {
    /// Puts the vehicles into the order in memory in which they stand on the road. Nothing that can
    /// be seen changes; a twin of many vehicles does so by itself now and then.
    pub fn arrange(&mut self) {
        self.state.arrange();
        self.scratch.forget_hearers();
    }
}

impl State {
    /// Arranges the slots now and then, where there are many; whether it did.
    pub(crate) fn arrange_when_due(&mut self) -> bool {
        let due = self.active >= VEHICLES_MIN && self.clock.is_multiple_of(EVERY_S);
        if due {
            self.arrange();
        }
        due
    }

    /// Puts the slots into the order of places, those of one place front first; free slots go.
    pub(crate) fn arrange(&mut self) {
        let mut order = Vec::with_capacity(self.slots.place.len());
        for &first in &self.places.first {
            let mut slot = first;
            while slot != NONE {
                order.push(slot);
                slot = self.slots.behind[slot as usize];
            }
        }
        let mut moved_to = vec![NONE; self.slots.place.len()];
        for (to, from) in order.iter().enumerate() {
            moved_to[*from as usize] = to as u32;
        }
        let moved = |slot: &mut u32| {
            if *slot != NONE {
                *slot = moved_to[*slot as usize];
            }
        };
        for slot in &order {
            let vehicle = self.slots.vehicle[*slot as usize];
            // An obstacle is no vehicle's, and a shadow is not where its vehicle is.
            if vehicle != NONE && self.trips[vehicle].slot == *slot {
                self.trips[vehicle].slot = moved_to[*slot as usize];
            }
        }
        self.places.first.iter_mut().for_each(moved);
        self.places.last.iter_mut().for_each(moved);
        self.slots.reorder(&order);
        let Slots { leader, ahead, behind, blocker, partner, .. } = &mut self.slots;
        for refers in [leader, ahead, behind, blocker, partner] {
            refers.iter_mut().for_each(moved);
        }
    }
}

impl Slots {
    /// Takes the slots into a new order; those that are not in it go.
    fn reorder(&mut self, order: &[u32]) {
        let Self {
            vehicle,
            place,
            before,
            position,
            speed,
            gap,
            leader,
            ahead,
            behind,
            kind,
            route_at,
            route_last,
            next_link,
            link_since,
            blocker,
            partner,
            flags,
            offset,
            target,
            priority,
            still_since,
            free,
        } = self;
        for of in [
            vehicle,
            place,
            before,
            leader,
            ahead,
            behind,
            route_at,
            route_last,
            next_link,
            link_since,
            blocker,
            partner,
            target,
            priority,
            still_since,
        ] {
            reorder(of, order);
        }
        for of in [position, speed, gap, offset] {
            reorder(of, order);
        }
        reorder(kind, order);
        reorder(flags, order);
        free.clear();
    }
}
