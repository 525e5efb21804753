//! The network of a city from its streets: roads both ways, lanes, movements, lane links.
//!
//! # Units
//! Metres on the city's plane, metres per second.
//!
//! # Source
//! Lane widths and design speeds: CJJ 37-2012 (urban road engineering), tables 3.2.1 and 5.3.1.

use std::collections::BTreeMap;

use urbis_core::{Id, IdVec};
use urbis_network::{
    Junction, JunctionId, JunctionKind, Label, Lane, LaneId, LaneLink, LaneLinkId, Movement,
    MovementId, Network, Road, RoadClass, RoadId, Turn, conflict, geometry,
};
use urbis_units::{LocalFrame, Meters, MetersPerSecond, Point};

use super::cut_off::cut_off;
use super::junction::{self, Arm};
use super::streets::{Streets, rounded};

/// Lanes in each direction of a street.
pub(crate) fn lane_count(class: RoadClass, main_avenue: bool) -> u8 {
    match class {
        RoadClass::Expressway => 5,
        RoadClass::Arterial if main_avenue => 5,
        RoadClass::Arterial => 4,
        RoadClass::Collector => 2,
        RoadClass::Local => 1,
    }
}

/// Width of one lane.
pub(crate) fn lane_width(class: RoadClass) -> Meters {
    match class {
        RoadClass::Expressway => Meters::new(3.5),
        RoadClass::Arterial | RoadClass::Collector => Meters::new(3.25),
        RoadClass::Local => Meters::new(3.5),
    }
}

/// Speed limit: 70, 60, 40 and 30 km/h.
pub(crate) fn speed_limit(class: RoadClass) -> MetersPerSecond {
    match class {
        RoadClass::Expressway => MetersPerSecond::new(19.444),
        RoadClass::Arterial => MetersPerSecond::new(16.667),
        RoadClass::Collector => MetersPerSecond::new(11.111),
        RoadClass::Local => MetersPerSecond::new(8.333),
    }
}

/// A network, and how it hangs together with the streets it was made from.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) network: Network,
    /// Roads along each street and against it.
    pub(crate) roads: Vec<(RoadId, RoadId)>,
    /// Arms of each junction, counter-clockwise.
    pub(crate) arms: Vec<Vec<Arm>>,
}

impl Built {
    /// The road of an arm that leads to the junction.
    pub(crate) fn incoming(&self, arm: &Arm) -> RoadId {
        let (along, against) = self.roads[arm.street];
        if arm.begins { against } else { along }
    }

    /// The road of an arm that leads away from the junction.
    pub(crate) fn outgoing(&self, arm: &Arm) -> RoadId {
        let (along, against) = self.roads[arm.street];
        if arm.begins { along } else { against }
    }
}

/// Builds the network; signals are named as [`JunctionKind::Signalized`] but not yet configured.
pub(crate) fn build(
    streets: &Streets,
    labels: &[Label],
    seed: u64,
    frame: LocalFrame,
    is_main: &dyn Fn(usize) -> bool,
) -> Built {
    let arms = junction::arms(streets);
    let lanes_of: Vec<u8> = (0..streets.streets.len())
        .map(|street| lane_count(streets.streets[street].class, is_main(street)))
        .collect();
    let mut network = Network { frame: Some(frame), ..Network::default() };
    network.junctions = junctions(streets, &arms, &lanes_of, labels, seed);
    let mut built = Built { network, roads: Vec::new(), arms };
    add_roads(&mut built, streets, &lanes_of, labels);
    let mut right_only: Vec<bool> = built
        .arms
        .iter()
        .zip(built.network.junctions.iter())
        .map(|(arms, junction)| {
            junction.kind == JunctionKind::Priority && junction::right_in_right_out(arms)
        })
        .collect();
    // Where right turns alone would cut streets off, a junction is opened to all turns, which takes
    // a signal on such a street.
    loop {
        let turns = turns(&built, &right_only);
        let opened = openings(&built, &right_only, &cut_off(&built.network, &turns));
        if opened.is_empty() {
            add_movements(&mut built, &turns);
            conflict::complete(&mut built.network);
            return built;
        }
        for junction in opened {
            right_only[junction.index()] = false;
            built.network.junctions[junction].kind = JunctionKind::Signalized;
        }
    }
}

/// For every group of roads that are cut off together, the junction around it to open: on the
/// street of lowest rank, with the most arms.
fn openings(built: &Built, right_only: &[bool], cut_off: &[RoadId]) -> Vec<JunctionId> {
    let network = &built.network;
    let mut group: BTreeMap<JunctionId, JunctionId> = BTreeMap::new();
    let root = |group: &BTreeMap<JunctionId, JunctionId>, start: JunctionId| {
        let mut at = start;
        while let Some(next) = group.get(&at).filter(|next| **next != at) {
            at = *next;
        }
        at
    };
    for road in cut_off {
        let ends = [network.roads[*road].from, network.roads[*road].to];
        let [a, b] = ends.map(|end| {
            group.entry(end).or_insert(end);
            root(&group, end)
        });
        group.insert(a, b);
    }
    let mut best: BTreeMap<JunctionId, (RoadClass, usize, JunctionId)> = BTreeMap::new();
    let members: Vec<JunctionId> = group.keys().copied().collect();
    for junction in members.into_iter().filter(|junction| right_only[junction.index()]) {
        let arms = &built.arms[junction.index()];
        let main = arms.iter().map(|arm| arm.class).min().unwrap_or(RoadClass::Local);
        let found = (main, arms.len(), junction);
        let entry = best.entry(root(&group, junction)).or_insert(found);
        *entry = (*entry).max(found);
    }
    best.into_values().map(|(_, _, junction)| junction).collect()
}

fn junctions(
    streets: &Streets,
    arms: &[Vec<Arm>],
    lanes_of: &[u8],
    labels: &[Label],
    seed: u64,
) -> IdVec<JunctionId, Junction> {
    let half_width = |arm: &Arm| f64::from(lanes_of[arm.street]) * lane_width(arm.class).get();
    let make = |(index, node): (usize, &super::streets::Node)| {
        let arms = &arms[index];
        let signal = !node.boundary && junction::signalized(arms, index, seed);
        let kind = match (node.boundary, signal) {
            (true, _) => JunctionKind::Boundary,
            (_, true) => JunctionKind::Signalized,
            (_, false) => JunctionKind::Priority,
        };
        let half_widths: Vec<f64> = arms.iter().map(half_width).collect();
        let room = arms
            .iter()
            .map(|arm| geometry::length(&streets.streets[arm.street].shape).get() * 0.36)
            .fold(f64::INFINITY, f64::min);
        let radius = junction::radius(arms, &half_widths, room, signal);
        let radius = if node.boundary { 0.0 } else { libm::round(radius * 10.0) / 10.0 };
        Junction {
            name: format!("j{index}"),
            label: junction_label(arms, labels),
            center: node.at,
            radius: Meters::new(radius),
            kind,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            movements: MovementId(0)..MovementId(0),
            conflict_areas: Vec::new(),
            signal: None,
        }
    };
    streets.nodes.iter().enumerate().map(make).collect()
}

/// Named after the two streets of highest rank that meet there.
fn junction_label(arms: &[Arm], labels: &[Label]) -> Label {
    let mut names: Vec<(RoadClass, usize, &Label)> =
        arms.iter().map(|arm| (arm.class, arm.street, &labels[arm.street])).collect();
    names.sort_by_key(|(class, street, _)| (*class, *street));
    let Some((_, _, first)) = names.first() else { return Label::default() };
    match names.iter().find(|(_, _, name)| name != first) {
        Some((_, _, second)) => Label {
            zh: format!("{}{}路口", first.zh, second.zh),
            en: format!("{} and {}", first.en, second.en),
        },
        None => (*first).clone(),
    }
}

fn add_roads(built: &mut Built, streets: &Streets, lanes_of: &[u8], labels: &[Label]) {
    for (index, street) in streets.streets.iter().enumerate() {
        let ends = (JunctionId::from_index(street.from), JunctionId::from_index(street.to));
        let back: Vec<Point> = street.shape.iter().rev().copied().collect();
        let (class, lanes) = (street.class, lanes_of[index]);
        let sides = [
            (format!("r{index}a"), ends, street.shape.clone()),
            (format!("r{index}b"), (ends.1, ends.0), back),
        ];
        let [along, against] =
            sides.map(|side| add_road(&mut built.network, side, &labels[index], (class, lanes)));
        built.roads.push((along, against));
    }
}

fn add_road(
    network: &mut Network,
    (name, (from, to), shape): (String, (JunctionId, JunctionId), Vec<Point>),
    label: &Label,
    (class, lane_count): (RoadClass, u8),
) -> RoadId {
    let id = network.roads.next_id();
    let radii = network.junctions[from].radius + network.junctions[to].radius;
    let length = geometry::length(&shape) - radii;
    let length = Meters::new(libm::round(length.get() * 100.0) / 100.0);
    let first = network.lanes.next_id();
    for index in 0..lane_count {
        network.lanes.push(Lane {
            road: id,
            index,
            width: lane_width(class),
            length,
            speed_limit: speed_limit(class),
            links_out: Vec::new(),
            links_in: Vec::new(),
        });
    }
    let lanes = first..network.lanes.next_id();
    network.junctions[from].outgoing.push(id);
    network.junctions[to].incoming.push(id);
    let label = label.clone();
    network.roads.push(Road { name, label, from, to, shape, length, class, lanes })
}

/// Every turn that may be driven: by junction, from arm, to arm.
pub(super) type Turns = Vec<Vec<(usize, usize, RoadId, RoadId, Turn)>>;

fn turns(built: &Built, right_only: &[bool]) -> Turns {
    let of_junction = |(index, arms): (usize, &Vec<Arm>)| {
        let mut turns = Vec::new();
        if built.network.junctions[JunctionId::from_index(index)].kind == JunctionKind::Boundary {
            return turns;
        }
        for from in 0..arms.len() {
            for to in (0..arms.len()).filter(|to| *to != from) {
                if !right_only[index] || junction::allowed_right_only(arms, from, to) {
                    let turn = junction::turn(arms, from, to);
                    let roads = (built.incoming(&arms[from]), built.outgoing(&arms[to]));
                    turns.push((from, to, roads.0, roads.1, turn));
                }
            }
        }
        turns
    };
    built.arms.iter().enumerate().map(of_junction).collect()
}

fn add_movements(built: &mut Built, turns: &Turns) {
    let shapes: IdVec<LaneId, Vec<Point>> =
        built.network.lanes.ids().map(|lane| geometry::lane_shape(&built.network, lane)).collect();
    for (index, turns) in turns.iter().enumerate() {
        let junction = JunctionId::from_index(index);
        let first = built.network.movements.next_id();
        let plans = lane_plans(&built.network, turns);
        for ((_, _, from, to, turn), plan) in turns.iter().zip(plans) {
            let movement = built.network.movements.next_id();
            let first_link = built.network.lane_links.next_id();
            for (lane_from, lane_to) in plan {
                let from = nth_lane(&built.network, *from, lane_from);
                let to = nth_lane(&built.network, *to, lane_to);
                add_link(&mut built.network, movement, (from, to), (&shapes[from], &shapes[to]));
            }
            let lane_links = first_link..built.network.lane_links.next_id();
            built.network.movements.push(Movement {
                junction,
                from: *from,
                to: *to,
                turn: *turn,
                lane_links,
            });
        }
        built.network.junctions[junction].movements = first..built.network.movements.next_id();
    }
}

fn lane_total(network: &Network, road: RoadId) -> u8 {
    network.lanes_of(road).count() as u8
}

fn nth_lane(network: &Network, road: RoadId, lane: u8) -> LaneId {
    LaneId(network.roads[road].lanes.start.0 + u32::from(lane))
}

/// Lane pairs of every turn of a junction.
fn lane_plans(
    network: &Network,
    turns: &[(usize, usize, RoadId, RoadId, Turn)],
) -> Vec<Vec<(u8, u8)>> {
    turns
        .iter()
        .map(|(from_arm, _, from, to, turn)| {
            let of_approach: Vec<Turn> =
                turns.iter().filter(|other| other.0 == *from_arm).map(|other| other.4).collect();
            let lanes_in = lane_total(network, *from);
            let uses = junction::lane_use(lanes_in, &of_approach);
            let lanes: Vec<u8> =
                (0..lanes_in).filter(|lane| uses[*lane as usize].contains(turn)).collect();
            junction::links(&lanes, lane_total(network, *to))
        })
        .collect()
}

fn add_link(
    network: &mut Network,
    movement: MovementId,
    (from, to): (LaneId, LaneId),
    (leaves, enters): (&[Point], &[Point]),
) {
    let shape = geometry::link_shape(leaves, enters);
    let ends = [shape[0], shape[shape.len() - 1]];
    let bent = shape
        .iter()
        .filter_map(|point| geometry::project(&ends, *point))
        .any(|foot| foot.distance > Meters::new(0.15));
    let shape: Vec<Point> = if bent {
        shape.into_iter().step_by(2).map(rounded).collect()
    } else {
        ends.into_iter().map(rounded).collect()
    };
    let length = Meters::new(libm::round(geometry::length(&shape).get() * 100.0) / 100.0);
    let id: LaneLinkId = network.lane_links.push(LaneLink { movement, from, to, shape, length });
    network.lanes[from].links_out.push(id);
    network.lanes[to].links_in.push(id);
}
