//! Where things are: ids of the network's parts and the places that events and acts name.
//!
//! Ids of the network's parts are indices into the city pack whose hash the journal's first record
//! names; they live here because events, proposals and commands speak of them.

use serde::{Deserialize, Serialize};
use urbis_units::{Meters, Point};

use crate::typed_id;

typed_id!(
    /// A junction (a node of the network).
    JunctionId,
    /// A directed road between two junctions.
    RoadId,
    /// A lane of a road.
    LaneId,
    /// A movement: the traffic from one road to another across a junction.
    MovementId,
    /// A lane link: the path from one lane to another that a movement offers.
    LaneLinkId,
    /// A detector on a lane.
    DetectorId,
);

/// A place an event, act or estimate speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A junction.
    Junction(JunctionId),
    /// A whole road.
    Road(RoadId),
    /// A point of a lane.
    Lane {
        /// Which lane.
        lane: LaneId,
        /// How far from its start.
        position: Meters,
    },
    /// A point of the network's plane.
    Point(Point),
    /// The whole city.
    City,
}
