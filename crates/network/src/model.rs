//! The road network: junctions, roads, lanes, movements, lane links, conflicts.
//!
//! # Units
//! Metres and metres per second on the network's own plane (see [`Network::frame`]).
//!
//! # Shape
//! Everything is an [`IdVec`]; contiguous children are ranges of ids: the lanes of a road, the
//! movements of a junction and the lane links of a movement each stand side by side.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use urbis_core::{IdVec, JunctionId, LaneId, LaneLinkId, MovementId, RoadId};
use urbis_units::{LocalFrame, Meters, MetersPerSecond, Point};

use crate::signal::Signal;

/// A road network with its signals.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Network {
    /// Name for people.
    pub name: String,
    /// Where the plane lies on earth; `None` for an abstract plane.
    pub frame: Option<LocalFrame>,
    /// All junctions.
    pub junctions: IdVec<JunctionId, Junction>,
    /// All roads.
    pub roads: IdVec<RoadId, Road>,
    /// All lanes, those of one road side by side.
    pub lanes: IdVec<LaneId, Lane>,
    /// All movements, those of one junction side by side.
    pub movements: IdVec<MovementId, Movement>,
    /// All lane links, those of one movement side by side.
    pub lane_links: IdVec<LaneLinkId, LaneLink>,
}

/// How right of way is settled at a junction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JunctionKind {
    /// On the edge of the network: vehicles appear and vanish here.
    Boundary,
    /// No signal: priority rules.
    Priority,
    /// Signals.
    Signalized,
}

/// A junction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Junction {
    /// Identifier in the source file.
    pub name: String,
    /// Name for people: Chinese, English. Empty when unknown.
    pub label: Label,
    /// Center.
    pub center: Point,
    /// Distance from center to stop lines.
    pub radius: Meters,
    /// Right of way.
    pub kind: JunctionKind,
    /// Roads that end here.
    pub incoming: Vec<RoadId>,
    /// Roads that begin here.
    pub outgoing: Vec<RoadId>,
    /// Movements across it, in the order of the source file.
    pub movements: Range<MovementId>,
    /// Pairs of lane links that cross or merge inside it.
    pub conflict_areas: Vec<ConflictArea>,
    /// Signal groups, stages and plans, when [`JunctionKind::Signalized`].
    pub signal: Option<Signal>,
}

/// A name in the two languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Label {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// Rank of a road in the street hierarchy (CJJ 37 classes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoadClass {
    /// Expressway (快速路).
    Expressway,
    /// Arterial (主干路).
    Arterial,
    /// Collector (次干路).
    Collector,
    /// Local street (支路).
    Local,
}

/// A directed road.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Road {
    /// Identifier in the source file.
    pub name: String,
    /// Name for people.
    pub label: Label,
    /// Junction where it begins.
    pub from: JunctionId,
    /// Junction where it ends.
    pub to: JunctionId,
    /// Center line from junction center to junction center.
    pub shape: Vec<Point>,
    /// Drivable length between stop lines, junction radii already taken off.
    pub length: Meters,
    /// Rank in the hierarchy.
    pub class: RoadClass,
    /// Its lanes, innermost (next to the opposite direction) first.
    pub lanes: Range<LaneId>,
}

/// A lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// The road it is part of.
    pub road: RoadId,
    /// Position on the road, 0 innermost.
    pub index: u8,
    /// Width.
    pub width: Meters,
    /// Length (that of its road).
    pub length: Meters,
    /// Speed limit.
    pub speed_limit: MetersPerSecond,
    /// Lane links that leave it.
    pub links_out: Vec<LaneLinkId>,
    /// Lane links that enter it.
    pub links_in: Vec<LaneLinkId>,
}

/// Which way a movement turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Straight on.
    Straight,
    /// Left.
    Left,
    /// Right.
    Right,
    /// Back where it came from.
    UTurn,
}

/// A movement: traffic from one road to another across a junction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// Where.
    pub junction: JunctionId,
    /// From which road.
    pub from: RoadId,
    /// To which road.
    pub to: RoadId,
    /// Which way it turns.
    pub turn: Turn,
    /// Its lane links.
    pub lane_links: Range<LaneLinkId>,
}

/// The path of a movement from one lane to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaneLink {
    /// Its movement.
    pub movement: MovementId,
    /// Lane it leaves.
    pub from: LaneId,
    /// Lane it enters.
    pub to: LaneId,
    /// Path.
    pub shape: Vec<Point>,
    /// Length of the path.
    pub length: Meters,
}

/// A place inside a junction where two lane links cross or merge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ConflictArea {
    /// One lane link.
    pub a: LaneLinkId,
    /// The other, `a < b`.
    pub b: LaneLinkId,
    /// Distance of the crossing from the start of `a`.
    pub along_a: Meters,
    /// Distance of the crossing from the start of `b`.
    pub along_b: Meters,
    /// Angle between the two paths at the crossing, radians from 0 to pi.
    pub angle_rad: f64,
}

impl Network {
    /// Lanes of `road`, innermost first.
    pub fn lanes_of(&self, road: RoadId) -> impl DoubleEndedIterator<Item = LaneId> + use<> {
        urbis_core::ids_in(&self.roads[road].lanes)
    }

    /// Movements across `junction`.
    pub fn movements_of(
        &self,
        junction: JunctionId,
    ) -> impl DoubleEndedIterator<Item = MovementId> + use<> {
        urbis_core::ids_in(&self.junctions[junction].movements)
    }

    /// Lane links of `movement`.
    pub fn lane_links_of(
        &self,
        movement: MovementId,
    ) -> impl DoubleEndedIterator<Item = LaneLinkId> + use<> {
        urbis_core::ids_in(&self.movements[movement].lane_links)
    }

    /// Junctions with signals, in id order.
    pub fn signalized(&self) -> impl Iterator<Item = (JunctionId, &Signal)> {
        self.junctions.iter_ids().filter_map(|(id, junction)| Some((id, junction.signal.as_ref()?)))
    }
}
