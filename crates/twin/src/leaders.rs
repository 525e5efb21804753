//! Who drives ahead of whom, and at what gap.
//!
//! # Units
//! Metres. A gap is the distance from a front to the rear of the vehicle ahead; negative when they
//! overlap.

use std::collections::BTreeMap;

use crate::layout::NONE;
use crate::state::flag;
use crate::step::Step;
use crate::units::WAITING_BELOW_MPS;

impl Step<'_> {
    /// Leaders and gaps of all vehicles, and what is known of every place at the end of a step.
    pub(crate) fn update_leaders(&mut self) {
        self.scratch.busy.clear();
        self.scratch.knows_busy = true;
        for place in 0..self.layout.length.len() as u32 {
            if self.update_place(place) {
                self.scratch.busy.push(place);
            }
        }
    }

    /// The same where somebody came or went between steps: on `places`, and for those who look onto
    /// them from before.
    pub(crate) fn update_around(&mut self, places: &[u32]) {
        self.scratch.knows_busy = false;
        let reach = self.state.kinds.iter().map(|kind| kind.look_ahead).fold(0.0, f64::max);
        let layout = self.layout;
        // Places with the distance from their start to the nearest of `places`.
        let mut nearest: BTreeMap<u32, f64> = BTreeMap::new();
        let mut open: Vec<(u32, f64)> = Vec::new();
        for &place in places {
            self.update_place(place);
            open.push((place, 0.0));
        }
        while let Some((place, between)) = open.pop() {
            let before: Vec<u32> = if layout.is_lane(place) {
                layout.incoming(place).iter().map(|link| layout.place_of(*link)).collect()
            } else {
                vec![layout.links[layout.link_at(place) as usize].from]
            };
            for place in before {
                let first = self.state.places.first[place as usize];
                if first != NONE {
                    self.look_ahead(first);
                }
                let between = between + layout.length[place as usize];
                let nearer = nearest.get(&place).is_none_or(|known| between < *known);
                if between <= reach && nearer {
                    nearest.insert(place, between);
                    open.push((place, between));
                }
            }
        }
    }

    /// Leaders and gaps on one place, and what is known of it; whether somebody is there.
    fn update_place(&mut self, place: u32) -> bool {
        let at = place as usize;
        let first = self.state.places.first[at];
        let (mut waiting, mut speed_sum) = (0, 0.0);
        if first != NONE {
            self.look_ahead(first);
        }
        let mut slot = first;
        while slot != NONE {
            let slots = &mut self.state.slots;
            let blocker = slots.blocker[slot as usize];
            if blocker != NONE && slots.place[blocker as usize] == NONE {
                slots.blocker[slot as usize] = NONE;
            }
            if slots.flags[slot as usize] & flag::OBSTACLE == 0 {
                let speed = slots.speed[slot as usize];
                waiting += u16::from(speed < WAITING_BELOW_MPS);
                speed_sum += speed;
            }
            let next = slots.behind[slot as usize];
            if next != NONE {
                self.follow_ahead(next);
            }
            slot = next;
        }
        self.state.places.waiting[at] = waiting;
        self.state.places.speed_sum[at] = speed_sum;
        first != NONE
    }

    /// Leaders of the first vehicles of all places.
    pub(crate) fn update_front_leaders(&mut self) {
        for index in 0..self.scratch.busy.len() {
            let place = self.scratch.busy[index] as usize;
            self.look_ahead(self.state.places.first[place]);
        }
    }

    /// Makes the vehicle ahead in the same list the leader.
    pub(crate) fn follow_ahead(&mut self, slot: u32) {
        let leader = self.state.slots.ahead[slot as usize];
        let length = self.state.kind(leader).length;
        let slots = &mut self.state.slots;
        slots.leader[slot as usize] = leader;
        slots.gap[slot as usize] =
            slots.position[leader as usize] - length - slots.position[slot as usize];
    }

    /// Finds the leader of the first vehicle of a place on the places it will come to, as far as
    /// its driver looks. Lane links from one lane lie over each other, so all of them count.
    pub(crate) fn look_ahead(&mut self, slot: u32) {
        let layout = self.layout;
        let at = slot as usize;
        let slots = &self.state.slots;
        let look_ahead = self.state.kind(slot).look_ahead;
        let mut place = slots.place[at];
        let mut distance = layout.length[place as usize] - slots.position[at];
        let (mut route_at, route_last) = (slots.route_at[at], slots.route_last[at]);
        let mut link = slots.next_link[at];
        let mut found = (NONE, f64::MAX);
        loop {
            if layout.is_lane(place) {
                if link == NONE {
                    break;
                }
                for &other in layout.out(place) {
                    let tail = self.state.places.last[layout.place_of(other) as usize];
                    if tail != NONE {
                        let gap = self.gap_to(distance, tail);
                        if gap < found.1 {
                            found = (tail, gap);
                        }
                    }
                }
                place = layout.place_of(link);
            } else {
                place = layout.links[layout.link_at(place) as usize].to;
                let tail = self.state.places.last[place as usize];
                if tail != NONE {
                    found = (tail, self.gap_to(distance, tail));
                }
                route_at += 1;
            }
            distance += layout.length[place as usize];
            if found.0 != NONE || distance > look_ahead {
                break;
            }
            if layout.is_lane(place) {
                link = self.state.link_from(layout, place, route_at, route_last);
            }
        }
        let slots = &mut self.state.slots;
        slots.leader[at] = found.0;
        if found.0 != NONE {
            slots.gap[at] = found.1;
        }
    }

    /// The gap to `leader` on a place that begins `distance` ahead.
    fn gap_to(&self, distance: f64, leader: u32) -> f64 {
        distance + self.state.slots.position[leader as usize] - self.state.kind(leader).length
    }
}
