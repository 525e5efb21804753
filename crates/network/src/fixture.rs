//! Small networks for tests: grids with three lanes a road (left, through, right), as in the public
//! CityFlow data sets.
//!
//! # Units
//! Metres and metres per second.

use std::f64::consts::FRAC_PI_4;

use urbis_core::{Id, ids_in};
use urbis_units::{Meters, MetersPerSecond, Point, Seconds};

use crate::{
    GroupIdx, GroupKind, GroupSet, IntergreenSource, Junction, JunctionId, JunctionKind, Label,
    Lane, LaneLink, LaneLinkId, Movement, MovementId, Network, Road, RoadClass, RoadId, Signal,
    SignalGroup, Stage, Turn, conflict, geometry, intergreen,
};

/// Names of the fixture's groups: arm of origin and turn.
const TURNS: [(Turn, &str, u8); 3] =
    [(Turn::Left, "L", 0), (Turn::Straight, "T", 1), (Turn::Right, "R", 2)];

/// A grid of signalized junctions 300 m apart with boundary junctions around it, complete with
/// stages (through and left turns of both axes), conflicts and intergreens.
pub(crate) fn grid(columns: i32, rows: i32) -> Network {
    let mut network = Network { name: "grid".to_owned(), ..Network::default() };
    let place = |x: i32, y: i32| Point::new(f64::from(x) * 300.0, f64::from(y) * 300.0);
    let mut at = std::collections::BTreeMap::new();
    for y in 0..=rows + 1 {
        for x in 0..=columns + 1 {
            let inside = (1..=columns).contains(&x) && (1..=rows).contains(&y);
            if inside || (1..=columns).contains(&x) || (1..=rows).contains(&y) {
                let kind = if inside { JunctionKind::Signalized } else { JunctionKind::Boundary };
                at.insert(
                    (x, y),
                    add_junction(&mut network, &format!("{x}_{y}"), place(x, y), kind),
                );
            }
        }
    }
    for (&(x, y), &from) in &at {
        for (dx, dy) in [(1, 0), (0, 1), (-1, 0), (0, -1)] {
            if let Some(&to) = at.get(&(x + dx, y + dy)) {
                let boundary =
                    |id: JunctionId| network.junctions[id].kind == JunctionKind::Boundary;
                if !(boundary(from) && boundary(to)) {
                    add_road(&mut network, from, to);
                }
            }
        }
    }
    finish(&mut network);
    network
}

/// Adds movements, signals and what follows from them.
pub(crate) fn finish(network: &mut Network) {
    for junction in network.junctions.ids() {
        add_movements(network, junction);
        if network.junctions[junction].kind == JunctionKind::Signalized {
            network.junctions[junction].signal = Some(signal(network, junction));
        }
    }
    conflict::complete(network);
    intergreen::complete(network, &intergreen::IntergreenParameters::RILSA);
}

pub(crate) fn add_junction(
    network: &mut Network,
    name: &str,
    center: Point,
    kind: JunctionKind,
) -> JunctionId {
    let start = network.movements.next_id();
    network.junctions.push(Junction {
        name: name.to_owned(),
        label: Label::default(),
        center,
        radius: Meters::new(if kind == JunctionKind::Boundary { 0.0 } else { 15.0 }),
        kind,
        incoming: Vec::new(),
        outgoing: Vec::new(),
        movements: start..start,
        conflict_areas: Vec::new(),
        signal: None,
    })
}

pub(crate) fn add_road(network: &mut Network, from: JunctionId, to: JunctionId) -> RoadId {
    let ends = [&network.junctions[from], &network.junctions[to]];
    let name = format!("{}-{}", ends[0].name, ends[1].name);
    let shape = vec![ends[0].center, ends[1].center];
    let length = geometry::length(&shape) - ends[0].radius - ends[1].radius;
    let first = network.lanes.next_id();
    let id = network.roads.next_id();
    for index in 0..3 {
        network.lanes.push(Lane {
            road: id,
            index,
            width: Meters::new(3.5),
            length,
            speed_limit: MetersPerSecond::new(50.0 / 3.6),
            links_out: Vec::new(),
            links_in: Vec::new(),
        });
    }
    network.junctions[from].outgoing.push(id);
    network.junctions[to].incoming.push(id);
    network.roads.push(Road {
        name,
        label: Label::default(),
        from,
        to,
        shape,
        length,
        class: RoadClass::Collector,
        lanes: first..network.lanes.next_id(),
    })
}

fn add_movements(network: &mut Network, junction: JunctionId) {
    let first = network.movements.next_id();
    let node = network.junctions[junction].clone();
    for &from in &node.incoming {
        for &to in &node.outgoing {
            let angle = geometry::turn_angle(
                geometry::heading_at_end(&network.roads[from].shape),
                geometry::heading_at_start(&network.roads[to].shape),
            );
            let turn = geometry::turn_of(angle);
            if turn != Turn::UTurn {
                add_movement(network, junction, (from, to), turn);
            }
        }
    }
    network.junctions[junction].movements = first..network.movements.next_id();
}

/// A movement from the lane of its turn to every lane of the exit.
fn add_movement(
    network: &mut Network,
    junction: JunctionId,
    (from, to): (RoadId, RoadId),
    turn: Turn,
) {
    let movement = network.movements.next_id();
    let first = network.lane_links.next_id();
    let index = TURNS.iter().find(|row| row.0 == turn).unwrap().2;
    let lane = network.lanes_of(from).nth(index as usize).unwrap();
    for target in network.lanes_of(to) {
        let shape = geometry::link_shape(
            &geometry::lane_shape(network, lane),
            &geometry::lane_shape(network, target),
        );
        let length = geometry::length(&shape);
        let link =
            network.lane_links.push(LaneLink { movement, from: lane, to: target, shape, length });
        network.lanes[lane].links_out.push(link);
        network.lanes[target].links_in.push(link);
    }
    let lane_links: std::ops::Range<LaneLinkId> = first..network.lane_links.next_id();
    network.movements.push(Movement { junction, from, to, turn, lane_links });
}

/// A group per movement; stages: right turns only, then through and left turns of both axes.
fn signal(network: &Network, junction: JunctionId) -> Signal {
    let movements: Vec<MovementId> = ids_in(&network.junctions[junction].movements).collect();
    let eastwest = |movement: MovementId| {
        let heading =
            geometry::heading_at_end(&network.roads[network.movements[movement].from].shape);
        libm::cos(heading.get()).abs() > libm::cos(FRAC_PI_4)
    };
    let stage = |name: &str, shows: &dyn Fn(MovementId) -> bool| Stage {
        name: name.to_owned(),
        green: movements
            .iter()
            .enumerate()
            .filter(|(_, id)| network.movements[**id].turn == Turn::Right || shows(**id))
            .fold(GroupSet::EMPTY, |set, (group, _)| set.with(GroupIdx(group as u8))),
    };
    let turn = |id: MovementId, turn: Turn| network.movements[id].turn == turn;
    Signal {
        groups: movements
            .iter()
            .map(|&id| SignalGroup {
                name: format!("K{}", id.index()),
                kind: GroupKind::Vehicle { movements: vec![id] },
                min_green: Seconds::new(5.0),
                max_red: Seconds::new(120.0),
                max_red_is_hard: false,
            })
            .collect(),
        crossings: Vec::new(),
        stages: vec![
            stage("right turns", &|_| false),
            stage("through east-west", &|id| turn(id, Turn::Straight) && eastwest(id)),
            stage("through north-south", &|id| turn(id, Turn::Straight) && !eastwest(id)),
            stage("left east-west", &|id| turn(id, Turn::Left) && eastwest(id)),
            stage("left north-south", &|id| turn(id, Turn::Left) && !eastwest(id)),
        ],
        conflicts: Vec::new(),
        intergreens: Vec::new(),
        intergreen_source: IntergreenSource::Geometry,
        amber: Seconds::ZERO,
        plans: Vec::new(),
        schedule: Vec::new(),
        clearance_stage: None,
    }
}
