//! A four-arm junction with left-turn lanes and two pairs of crossings, for tests.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "each test file uses a part of it"
)]

pub mod checker;

use urbis_core::{
    GroupIdx, GroupSet, Id, JunctionId, LaneId, LaneLinkId, MovementId, Plan, RoadId, Split,
    StageIdx,
};
use urbis_network::{
    Conflict, Crossing, GroupKind, IntergreenSource, Junction, JunctionKind, Label, Lane, LaneLink,
    Movement, Network, Road, RoadClass, Signal, SignalGroup, Stage, Turn,
};
use urbis_units::{Meters, MetersPerSecond, Point, Seconds};

/// The junction with the signal.
pub const CENTER: JunctionId = JunctionId(0);

/// Groups of the signal. Crossings are named by the traffic they walk beside.
pub const EW: GroupIdx = GroupIdx(0);
pub const EW_LEFT: GroupIdx = GroupIdx(1);
pub const NS: GroupIdx = GroupIdx(2);
pub const NS_LEFT: GroupIdx = GroupIdx(3);
pub const WALK_EW: GroupIdx = GroupIdx(4);
pub const WALK_NS: GroupIdx = GroupIdx(5);

const DIRECTIONS: [(f64, f64); 4] = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)];

pub fn set(groups: &[GroupIdx]) -> GroupSet {
    groups.iter().fold(GroupSet::EMPTY, |set, group| set.with(*group))
}

/// Roads 2k lead in from arm k (east, north, west, south), roads 2k + 1 out to it. Of the two
/// lanes leading in, the inner turns left, the outer goes on and right.
pub fn cross() -> Network {
    let mut network = Network { name: "cross".to_owned(), ..Network::default() };
    push_junction(&mut network, Point::new(0.0, 0.0), JunctionKind::Signalized);
    for (x, y) in DIRECTIONS {
        push_junction(&mut network, Point::new(300.0 * x, 300.0 * y), JunctionKind::Boundary);
    }
    for arm in 1..=4 {
        push_road(&mut network, JunctionId(arm), CENTER);
        push_road(&mut network, CENTER, JunctionId(arm));
    }
    for arm in 0..4 {
        for (turn, quarter, lane) in
            [(Turn::Left, 3, 0), (Turn::Straight, 2, 1), (Turn::Right, 1, 1)]
        {
            let (from, to) = (RoadId(2 * arm), RoadId(2 * ((arm + quarter) % 4) + 1));
            push_movement(&mut network, (from, to), turn, lane);
        }
    }
    network.junctions[CENTER].movements = MovementId(0)..MovementId(12);
    network.junctions[CENTER].signal = Some(signal());
    network
}

/// The movement from an arm (0 east, 1 north, 2 west, 3 south) with a turn.
pub fn movement(arm: u32, turn: Turn) -> MovementId {
    let offset = match turn {
        Turn::Left => 0,
        Turn::Straight => 1,
        _ => 2,
    };
    MovementId(arm * 3 + offset)
}

pub fn signal() -> Signal {
    let vehicles = |name: &str, movements: Vec<MovementId>| SignalGroup {
        name: name.to_owned(),
        kind: GroupKind::Vehicle { movements },
        min_green: Seconds::new(6.0),
        max_red: Seconds::new(120.0),
        max_red_is_hard: false,
    };
    let walkers = |name: &str, crossing: u8| SignalGroup {
        name: name.to_owned(),
        kind: GroupKind::Pedestrian { crossing },
        min_green: Seconds::new(7.0),
        max_red: Seconds::new(120.0),
        max_red_is_hard: false,
    };
    let ahead = |arms: [u32; 2]| {
        arms.iter()
            .flat_map(|arm| [movement(*arm, Turn::Straight), movement(*arm, Turn::Right)])
            .collect::<Vec<_>>()
    };
    let left = |arms: [u32; 2]| arms.iter().map(|arm| movement(*arm, Turn::Left)).collect();
    let groups = vec![
        vehicles("EW", ahead([0, 2])),
        vehicles("EW left", left([0, 2])),
        vehicles("NS", ahead([1, 3])),
        vehicles("NS left", left([1, 3])),
        walkers("walk EW", 0),
        walkers("walk NS", 1),
    ];
    let (conflicts, intergreens) = matrices();
    let stage = |name: &str, green: &[GroupIdx]| Stage { name: name.to_owned(), green: set(green) };
    let crossing = |arm: u32| Crossing {
        arm: RoadId(2 * arm),
        length: Meters::new(14.0),
        walking_speed: MetersPerSecond::new(1.0),
    };
    let split =
        |stage: u8, green_s: f64| Split { stage: StageIdx(stage), green: Seconds::new(green_s) };
    Signal {
        groups,
        crossings: vec![crossing(1), crossing(0)],
        stages: vec![
            stage("EW", &[EW, WALK_EW]),
            stage("EW left", &[EW_LEFT]),
            stage("NS", &[NS, WALK_NS]),
            stage("NS left", &[NS_LEFT]),
        ],
        conflicts,
        intergreens,
        intergreen_source: IntergreenSource::Controller,
        amber: Seconds::new(3.0),
        plans: vec![Plan {
            name: "day".to_owned(),
            offset: Seconds::ZERO,
            splits: vec![split(0, 30.0), split(1, 10.0), split(2, 20.0), split(3, 10.0)],
            interstage: Seconds::new(5.0),
        }],
        schedule: Vec::new(),
        clearance_stage: None,
    }
}

fn push_junction(network: &mut Network, center: Point, kind: JunctionKind) {
    network.junctions.push(Junction {
        name: format!("junction {}", network.junctions.len()),
        label: Label::default(),
        center,
        radius: Meters::new(if kind == JunctionKind::Signalized { 15.0 } else { 0.0 }),
        kind,
        incoming: Vec::new(),
        outgoing: Vec::new(),
        movements: MovementId(0)..MovementId(0),
        conflict_areas: Vec::new(),
        signal: None,
    });
}

fn push_road(network: &mut Network, from: JunctionId, to: JunctionId) {
    let road = network.roads.next_id();
    let first = network.lanes.next_id();
    for index in 0..2 {
        network.lanes.push(Lane {
            road,
            index,
            width: Meters::new(3.25),
            length: Meters::new(285.0),
            speed_limit: MetersPerSecond::new(50.0 / 3.6),
            links_out: Vec::new(),
            links_in: Vec::new(),
        });
    }
    network.junctions[from].outgoing.push(road);
    network.junctions[to].incoming.push(road);
    let shape = vec![network.junctions[from].center, network.junctions[to].center];
    network.roads.push(Road {
        name: format!("road {}", road.0),
        label: Label::default(),
        from,
        to,
        shape,
        length: Meters::new(285.0),
        class: RoadClass::Arterial,
        lanes: first..network.lanes.next_id(),
    });
}

fn push_movement(network: &mut Network, (from, to): (RoadId, RoadId), turn: Turn, lane: usize) {
    let movement = network.movements.next_id();
    let first = network.lane_links.next_id();
    let lane = LaneId::from_index(network.roads[from].lanes.start.index() + lane);
    for target in network.lanes_of(to) {
        let link = network.lane_links.push(LaneLink {
            movement,
            from: lane,
            to: target,
            shape: Vec::new(),
            length: Meters::new(30.0),
        });
        network.lanes[lane].links_out.push(link);
        network.lanes[target].links_in.push(link);
    }
    let lane_links: std::ops::Range<LaneLinkId> = first..network.lane_links.next_id();
    network.movements.push(Movement { junction: CENTER, from, to, turn, lane_links });
}

fn matrices() -> (Vec<Conflict>, Vec<Seconds>) {
    let mut conflicts = vec![Conflict::Compatible; 36];
    let mut intergreens = vec![Seconds::ZERO; 36];
    let pairs = [
        (EW, EW_LEFT),
        (EW, NS),
        (EW, NS_LEFT),
        (EW_LEFT, NS),
        (EW_LEFT, NS_LEFT),
        (NS, NS_LEFT),
        (EW, WALK_NS),
        (NS, WALK_EW),
        (EW_LEFT, WALK_NS),
        (NS_LEFT, WALK_EW),
        (EW_LEFT, WALK_EW),
        (NS_LEFT, WALK_NS),
    ];
    for (a, b) in pairs {
        for (row, column) in [(a, b), (b, a)] {
            let at = row.0 as usize * 6 + column.0 as usize;
            conflicts[at] = Conflict::Conflicting;
            let walks = row == WALK_EW || row == WALK_NS;
            intergreens[at] = Seconds::new(if walks { 14.0 } else { 5.0 });
        }
    }
    (conflicts, intergreens)
}
