//! What driving and turning cost.
//!
//! # Units
//! Seconds.

use std::collections::BTreeSet;

use urbis_core::Id;
use urbis_units::{Ratio, Seconds};

use super::graph::{Graph, seconds_of};
use crate::{JunctionKind, MovementId, Network, RoadId, Turn};

/// Fixed costs of turns, on top of the time to drive the path across the junction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RouteCosts {
    /// Added where a signal governs the movement; right turns take half of it.
    pub signal: Seconds,
    /// Added to a left turn.
    pub left: Seconds,
    /// Added to a right turn.
    pub right: Seconds,
    /// Added to a U-turn.
    pub u_turn: Seconds,
}

impl RouteCosts {
    /// Design values: half of an ordinary red at a signal, and what a turn loses to yielding.
    pub const USUAL: Self = Self {
        signal: Seconds::new(12.0),
        left: Seconds::new(4.0),
        right: Seconds::new(2.0),
        u_turn: Seconds::new(20.0),
    };

    /// Nothing but driving.
    pub const FREE_FLOW: Self = Self {
        signal: Seconds::ZERO,
        left: Seconds::ZERO,
        right: Seconds::ZERO,
        u_turn: Seconds::ZERO,
    };

    /// What `movement` costs on top of driving.
    pub(super) fn of(&self, network: &Network, movement: MovementId) -> Seconds {
        let movement = &network.movements[movement];
        let signal = match network.junctions[movement.junction].kind {
            JunctionKind::Signalized => self.signal,
            JunctionKind::Priority | JunctionKind::Boundary => Seconds::ZERO,
        };
        match movement.turn {
            Turn::Straight => signal,
            Turn::Left => signal + self.left,
            Turn::Right => signal / 2.0 + self.right,
            Turn::UTurn => signal + self.u_turn,
        }
    }
}

/// Costs that may change with time: measured speeds, forecasts, closures.
///
/// Times are on one scale that the caller chooses; they must not let one who enters later leave
/// earlier (first in, first out), or the paths found may not be the fastest.
pub trait Costs {
    /// Time to drive `road` when entering it at `entered`; `None` when it is closed.
    fn road(&self, road: RoadId, entered: Seconds) -> Option<Seconds>;

    /// Time to pass the junction by `movement` when arriving at `arrived`; `None` when forbidden.
    fn movement(&self, movement: MovementId, arrived: Seconds) -> Option<Seconds>;

    /// What these costs never undercut; the higher the floor, the faster the search. A floor that
    /// is too high yields paths that may not be the fastest.
    fn floor(&self) -> Floor {
        Floor::Drive
    }

    /// How much faster than the floor anyone is under these costs; above 1 for vehicles with
    /// sirens.
    fn speed_factor(&self) -> Ratio {
        Ratio::new(1.0)
    }
}

/// Costs that others never undercut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// Driving at the speed limit, turns for nothing.
    Drive,
    /// The fixed costs the router was made with.
    Planned,
}

/// The fixed costs a router was made with.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    pub(super) graph: &'a Graph,
}

impl Costs for Planned<'_> {
    fn road(&self, road: RoadId, _entered: Seconds) -> Option<Seconds> {
        self.graph.has(road).then(|| seconds_of(self.graph.start_weight(road)))
    }

    fn movement(&self, movement: MovementId, _arrived: Seconds) -> Option<Seconds> {
        self.graph.turn_time(movement.index())
    }

    fn floor(&self) -> Floor {
        Floor::Planned
    }
}

/// Costs with some roads closed.
#[derive(Debug, Clone, Copy)]
pub struct WithClosures<'a, C> {
    /// What the open roads cost.
    pub costs: &'a C,
    /// Roads that cannot be entered.
    pub closed: &'a BTreeSet<RoadId>,
}

impl<C: Costs> Costs for WithClosures<'_, C> {
    fn road(&self, road: RoadId, entered: Seconds) -> Option<Seconds> {
        if self.closed.contains(&road) { None } else { self.costs.road(road, entered) }
    }

    fn movement(&self, movement: MovementId, arrived: Seconds) -> Option<Seconds> {
        self.costs.movement(movement, arrived)
    }

    fn floor(&self) -> Floor {
        self.costs.floor()
    }

    fn speed_factor(&self) -> Ratio {
        self.costs.speed_factor()
    }
}
