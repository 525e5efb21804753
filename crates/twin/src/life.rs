//! Vehicles from before their departure to after their arrival.
//!
//! # Units
//! Seconds since the twin began.

use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

use crate::layout::NONE;
use crate::pages::Pages;

/// Where a vehicle is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Life {
    /// Not yet departed.
    Pending,
    /// Departed, waiting for room on its first lane.
    Waiting,
    Driving,
    Arrived,
    Removed,
}

/// A vehicle, from before its departure to after its arrival.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trip {
    pub(crate) life: Life,
    /// When it departs or departed.
    pub(crate) depart: u32,
    /// When its life ended.
    pub(crate) end: u32,
    pub(crate) kind: u16,
    /// First and last road of its route among the roads of all routes.
    pub(crate) route: (u32, u32),
    /// Its slot while it drives, its first lane while it waits.
    pub(crate) slot: u32,
    /// The next in its waiting line.
    pub(crate) next_waiting: u32,
    /// Time its route takes at free flow.
    pub(crate) free_flow: f64,
    /// When it first came onto a lane that counts for the published travel time at its present
    /// junction.
    pub(crate) site_since: u32,
    pub(crate) siren: bool,
}

impl Default for Trip {
    /// Nobody.
    fn default() -> Self {
        Self {
            life: Life::Removed,
            depart: 0,
            end: NONE,
            kind: 0,
            route: (0, 0),
            slot: NONE,
            next_waiting: NONE,
            free_flow: 0.0,
            site_since: NONE,
            siren: false,
        }
    }
}

impl Trip {
    /// Whether it has arrived or was removed.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.life, Life::Arrived | Life::Removed)
    }
}

/// Trips on one page.
pub(crate) const TRIPS_PAGE: usize = 256;

/// Vehicles, by vehicle id; those long gone are forgotten, what they came to is in the tally.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Trips {
    /// Held until they are gone.
    pub(crate) all: Pages<Trip, TRIPS_PAGE>,
    /// Pending vehicles, latest departure first.
    pub(crate) pending: Vec<u32>,
}

impl Index<u32> for Trips {
    type Output = Trip;

    fn index(&self, vehicle: u32) -> &Trip {
        &self.all[vehicle]
    }
}

impl IndexMut<u32> for Trips {
    fn index_mut(&mut self, vehicle: u32) -> &mut Trip {
        &mut self.all[vehicle]
    }
}
