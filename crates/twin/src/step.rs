//! One second of traffic: the order in which things happen.
//!
//! Speeds follow from the state at the start of the second only, so that the order of vehicles
//! does not matter: first all decide, then all move.
//!
//! # Source
//! The order is that of CityFlow's engine (H. Zhang et al., WWW 2019): departures, insertion, lane
//! changes, right of way, speeds, moves, leaders and gaps, signals.

use crate::config::TwinConfig;
use crate::detect::Detectors;
use crate::layout::{Layout, NONE};
use crate::state::State;

/// What a vehicle that considers changing lanes finds beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    pub(crate) leader: u32,
    pub(crate) follower: u32,
    pub(crate) leader_gap: f64,
    pub(crate) follower_gap: f64,
}

impl Beside {
    pub(crate) const NOTHING: Self =
        Self { leader: NONE, follower: NONE, leader_gap: f64::MAX, follower_gap: f64::MAX };
}

/// Who announces itself at the crossing points of a lane link.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Approach {
    /// Last vehicle of the lane behind it, when it came from here.
    pub(crate) gone: u32,
    /// First vehicle on it.
    pub(crate) on: u32,
    /// First vehicle of the lane before it, when it may come.
    pub(crate) coming: u32,
}

impl Approach {
    pub(crate) const NOBODY: Self = Self { gone: NONE, on: NONE, coming: NONE };
}

/// Work space of a step; means nothing between steps.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Places with somebody on them, in order; those that somebody came onto in this step last.
    pub(crate) busy: Vec<u32>,
    /// Whether `busy` is what it should be: not after a copy.
    pub(crate) knows_busy: bool,
    /// By slot.
    pub(crate) next_speed: Vec<f64>,
    /// By slot.
    pub(crate) blocker: Vec<u32>,
    /// By slot: distance of the last move.
    pub(crate) moved: Vec<f64>,
    /// By slot: whether it leaves its place in this step.
    pub(crate) leaves: Vec<bool>,
    /// By slot: the vehicle whose lane change it heard of.
    pub(crate) heard: Vec<u32>,
    /// By slot: whether it must change lanes.
    pub(crate) needs: Vec<bool>,
    /// By slot.
    pub(crate) beside: Vec<Beside>,
    /// Places with a siren or with somebody who makes way, in order.
    pub(crate) siren_places: Vec<u32>,
    /// Slots whose `heard` is set.
    pub(crate) hearers: Vec<u32>,
    /// Vehicles that want to change lanes, or do.
    pub(crate) changers: Vec<u32>,
    /// By lane link; means something only where `approached` says so.
    pub(crate) approaches: Vec<Approach>,
    /// Lane links that somebody announces itself on, a bit each: most crossing points are passed
    /// without a look at who that is.
    pub(crate) approached: Vec<u64>,
    /// Whether no lane that is looked into from before it has a new last vehicle: not after a copy,
    /// since what was placed between steps is still to be looked at.
    pub(crate) knows_tails: bool,
    /// Vehicles that change place, with the place, its route index and the position there.
    pub(crate) movers: Vec<Mover>,
    /// Shadows that have become vehicles.
    pub(crate) risen: Vec<u32>,
    /// Slots to be freed.
    pub(crate) ended: Vec<u32>,
    /// Vehicles that have arrived.
    pub(crate) gone: Vec<u32>,
}

/// A vehicle that comes onto another place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mover {
    pub(crate) slot: u32,
    pub(crate) place: u32,
    pub(crate) route_at: u32,
    pub(crate) position: f64,
}

impl Clone for Scratch {
    /// A new work space: what is in it need not be copied.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Scratch {
    pub(crate) fn fit(&mut self, layout: &Layout, slots: usize) {
        if self.next_speed.len() < slots {
            self.next_speed.resize(slots, 0.0);
            self.blocker.resize(slots, NONE);
            self.moved.resize(slots, 0.0);
            self.leaves.resize(slots, false);
            self.needs.resize(slots, false);
            self.heard.resize(slots, NONE);
            self.beside.resize(slots, Beside::NOTHING);
        }
        self.approaches.resize(layout.links.len(), Approach::NOBODY);
        self.approached.resize(layout.links.len().div_ceil(64), 0);
    }

    /// Forgets who heard of lane changes in the step before.
    pub(crate) fn forget_hearers(&mut self) {
        for hearer in self.hearers.drain(..) {
            self.heard[hearer as usize] = NONE;
        }
    }

    /// Whether somebody announces itself on a lane link.
    pub(crate) fn is_approached(&self, link: u32) -> bool {
        self.approached[link as usize / 64] >> (link % 64) & 1 != 0
    }

    /// Who announces itself on a lane link, to be filled in.
    pub(crate) fn approach(&mut self, link: u32) -> &mut Approach {
        if !self.is_approached(link) {
            self.approached[link as usize / 64] |= 1 << (link % 64);
            self.approaches[link as usize] = Approach::NOBODY;
        }
        &mut self.approaches[link as usize]
    }
}

/// One step of a twin, taken apart over the files of this room.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) layout: &'a Layout,
    pub(crate) config: &'a TwinConfig,
    pub(crate) state: &'a mut State,
    pub(crate) scratch: &'a mut Scratch,
    pub(crate) detectors: &'a mut Detectors,
}

impl Step<'_> {
    pub(crate) fn run(&mut self) {
        if !self.scratch.knows_busy {
            self.find_busy();
        }
        if self.state.arrange_when_due() {
            self.scratch.forget_hearers();
        }
        self.depart();
        self.insert_waiting();
        self.scratch.fit(self.layout, self.state.slots.place.len());
        self.make_way();
        self.plan_lane_changes();
        if !std::mem::replace(&mut self.scratch.knows_tails, true) {
            self.update_front_leaders();
        }
        self.gather_approaches();
        self.decide();
        self.advance();
        self.overtake_aside();
        self.find_ways_out();
        self.update_leaders();
        self.state.clock += 1;
        self.run_plans();
        self.state.tally.vehicle_steps += u64::from(self.state.active);
    }

    /// Lists the places with somebody on them.
    fn find_busy(&mut self) {
        let first = &self.state.places.first;
        let places = 0..first.len() as u32;
        self.scratch.busy.clear();
        self.scratch.busy.extend(places.filter(|place| first[*place as usize] != NONE));
        self.scratch.knows_busy = true;
    }

    /// Makes room for one more slot.
    pub(crate) fn fit(&mut self) {
        self.scratch.fit(self.layout, self.state.slots.place.len());
    }
}
