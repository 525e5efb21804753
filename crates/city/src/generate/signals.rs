//! Signal groups, stages, crossings, conflicts and intergreens of a generated city.
//!
//! # Source
//! Stage structures follow RiLSA 2015 clause 2.4 and GB 25280 practice in China: opposing through
//! streams together, their protected left turns after them, pedestrians beside the through stream.
//! Wide streets are crossed in two halves with a refuge between (CJJ 37-2012, clause 6.3): the
//! clearance counts one half.

use urbis_core::Id;
use urbis_network::crossing::{self, CrossingParameters};
use urbis_network::{
    Conflict, GroupIdx, GroupKind, GroupSet, IntergreenSource, JunctionId, JunctionKind,
    MovementId, Network, Signal, SignalGroup, Stage, Turn, conflict, intergreen,
};
use urbis_units::{Meters, MetersPerSecond, Seconds};

use super::network::Built;

/// Streets wider than this are crossed in two halves.
const REFUGE_FROM: Meters = Meters::new(14.0);

/// What an approach's group carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Through traffic, with the turns that share its lanes.
    Through,
    /// Left turns from lanes of their own.
    Left,
    /// Right turns from lanes of their own.
    Right,
}

/// A group with the arm it comes from.
struct Planned {
    arm: usize,
    role: Role,
    movements: Vec<MovementId>,
}

/// Configures every signal; `slow` says where pedestrians walk slowly.
pub(crate) fn configure(built: &mut Built, slow: &dyn Fn(JunctionId) -> bool) {
    for junction in built.network.junctions.ids() {
        if built.network.junctions[junction].kind == JunctionKind::Signalized {
            configure_junction(built, junction, slow(junction));
        }
    }
}

fn configure_junction(built: &mut Built, junction: JunctionId, slow: bool) {
    let groups = groups(built, junction);
    let pairs = pairs(built, junction);
    let mut forms = vec![Form::Together; pairs.len()];
    loop {
        let staged = stages(&groups, &pairs, &forms);
        let members: Vec<Vec<usize>> = staged.iter().map(|(_, members)| members.clone()).collect();
        built.network.junctions[junction].signal = Some(signal(built, junction, &groups, &members));
        conflict_matrix(&mut built.network, junction);
        // Where streams of a stage conflict, its pair of approaches is taken further apart.
        let Some(stage) = conflicting_stage(&built.network, junction) else { break };
        let pair = staged[stage].0;
        match forms[pair].next() {
            Some(form) => forms[pair] = form,
            None => break,
        }
    }
    right_turns(&mut built.network, junction, &groups);
    add_pedestrians(&mut built.network, junction, &groups, slow);
}

/// The groups of a junction: movements of one approach that share lanes are one group.
fn groups(built: &Built, junction: JunctionId) -> Vec<Planned> {
    let network = &built.network;
    let mut groups: Vec<Planned> = Vec::new();
    for (arm, at) in built.arms[junction.index()].iter().enumerate() {
        let road = built.incoming(at);
        let mut of_arm: Vec<(Vec<MovementId>, Vec<u32>)> = Vec::new();
        for movement in network.movements_of(junction) {
            if network.movements[movement].from != road {
                continue;
            }
            let mut lanes: Vec<u32> = network
                .lane_links_of(movement)
                .map(|link| network.lane_links[link].from.0)
                .collect();
            let mut movements = vec![movement];
            of_arm.retain_mut(|(others, other_lanes)| {
                let shares = other_lanes.iter().any(|lane| lanes.contains(lane));
                if shares {
                    movements.append(others);
                    lanes.append(other_lanes);
                }
                !shares
            });
            of_arm.push((movements, lanes));
        }
        for (mut movements, _) in of_arm {
            movements.sort_unstable();
            let has = |turn| movements.iter().any(|id| network.movements[*id].turn == turn);
            let role = match (has(Turn::Left), has(Turn::Straight), has(Turn::Right)) {
                (true, false, false) => Role::Left,
                (false, false, true) => Role::Right,
                _ => Role::Through,
            };
            groups.push(Planned { arm, role, movements });
        }
    }
    groups
}

fn members(groups: &[Planned], accept: impl Fn(&Planned) -> bool) -> Vec<usize> {
    (0..groups.len()).filter(|index| accept(&groups[*index])).collect()
}

/// How the streams of two facing approaches share the cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Both through streams, then both left turns.
    Together,
    /// Both through streams, then each left turn with the through stream beside it.
    LeftsApart,
    /// One approach, then the other.
    Apart,
}

impl Form {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Together => Some(Self::LeftsApart),
            Self::LeftsApart => Some(Self::Apart),
            Self::Apart => None,
        }
    }
}

/// Approaches that share stages: facing ones in pairs, others alone.
fn pairs(built: &Built, junction: JunctionId) -> Vec<Vec<usize>> {
    let network = &built.network;
    let arms = &built.arms[junction.index()];
    match arms.len() {
        4 => vec![vec![0, 2], vec![1, 3]],
        3 => {
            let straight = network
                .movements_of(junction)
                .map(|id| &network.movements[id])
                .find(|movement| movement.turn == Turn::Straight);
            let axis = straight.and_then(|movement| {
                let from = arms.iter().position(|arm| built.incoming(arm) == movement.from)?;
                let to = arms.iter().position(|arm| built.outgoing(arm) == movement.to)?;
                Some((from, to))
            });
            match axis {
                Some((a, b)) => vec![vec![a, b], vec![3 - a - b]],
                None => vec![vec![0], vec![1], vec![2]],
            }
        }
        count => (0..count).map(|arm| vec![arm]).collect(),
    }
}

/// The stages of all pairs in turn, each with the pair it is of.
fn stages(groups: &[Planned], pairs: &[Vec<usize>], forms: &[Form]) -> Vec<(usize, Vec<usize>)> {
    let of = |arms: &[usize], role: Role| {
        members(groups, |group| arms.contains(&group.arm) && group.role == role)
    };
    let mut all = Vec::new();
    for (pair, (arms, form)) in pairs.iter().zip(forms).enumerate() {
        let alone = |arm: &usize| members(groups, |group| group.arm == *arm);
        let beside = |arm: &usize| {
            let left = of(&[*arm], Role::Left);
            if left.is_empty() { left } else { [left, of(&[*arm], Role::Through)].concat() }
        };
        let both_turn = arms.iter().all(|arm| !of(&[*arm], Role::Left).is_empty());
        let stages = match (arms.as_slice(), form) {
            ([arm], _) => vec![alone(arm)],
            (_, Form::Together) if both_turn => vec![of(arms, Role::Through), of(arms, Role::Left)],
            (_, Form::Together | Form::LeftsApart) => {
                let mut stages = vec![of(arms, Role::Through)];
                stages.extend(arms.iter().map(beside));
                stages
            }
            (_, Form::Apart) => arms.iter().map(alone).collect(),
        };
        all.extend(stages.into_iter().filter(|stage| !stage.is_empty()).map(|stage| (pair, stage)));
    }
    all
}

fn signal(
    built: &Built,
    junction: JunctionId,
    groups: &[Planned],
    stages: &[Vec<usize>],
) -> Signal {
    let network = &built.network;
    let limit = network.junctions[junction]
        .incoming
        .iter()
        .map(|road| network.lanes[network.roads[*road].lanes.start].speed_limit)
        .fold(MetersPerSecond::ZERO, MetersPerSecond::max);
    let make_group = |planned: &Planned| SignalGroup {
        name: group_name(built, junction, planned),
        kind: GroupKind::Vehicle { movements: planned.movements.clone() },
        min_green: Seconds::new(if planned.role == Role::Through { 8.0 } else { 6.0 }),
        max_red: Seconds::new(180.0),
        max_red_is_hard: false,
    };
    let make_stage = |(index, members): (usize, &Vec<usize>)| Stage {
        name: char::from(b'A' + index as u8).to_string(),
        green: members
            .iter()
            .fold(GroupSet::EMPTY, |green, group| green.with(GroupIdx(*group as u8))),
    };
    Signal {
        groups: groups.iter().map(make_group).collect(),
        crossings: Vec::new(),
        stages: stages.iter().enumerate().map(make_stage).collect(),
        conflicts: Vec::new(),
        intergreens: Vec::new(),
        intergreen_source: IntergreenSource::Geometry,
        amber: intergreen::amber(limit),
        plans: Vec::new(),
        schedule: Vec::new(),
        clearance_stage: None,
    }
}

/// The side an approach comes from and what it serves: `N`, `NL` for its left turn, `NR`.
fn group_name(built: &Built, junction: JunctionId, planned: &Planned) -> String {
    let arms = &built.arms[junction.index()];
    let side = |arm: usize| {
        let eighth = libm::round(arms[arm].bearing / std::f64::consts::FRAC_PI_4);
        ["E", "NE", "N", "NW", "W", "SW", "S", "SE"][(eighth as i64).rem_euclid(8) as usize]
    };
    let own = side(planned.arm);
    let twins = (0..planned.arm).filter(|other| side(*other) == own).count();
    let number = if twins > 0 { (twins + 1).to_string() } else { String::new() };
    let suffix = match planned.role {
        Role::Through => "",
        Role::Left => "-L",
        Role::Right => "-R",
    };
    format!("{own}{number}{suffix}")
}

fn conflict_matrix(network: &mut Network, junction: JunctionId) {
    let conflicts = conflict::matrix(network, junction, &conflict::Rules::USUAL);
    if let Some(signal) = network.junctions[junction].signal.as_mut() {
        signal.conflicts = conflicts;
    }
}

/// The first stage that shows two conflicting groups.
fn conflicting_stage(network: &Network, junction: JunctionId) -> Option<usize> {
    let signal = network.junctions[junction].signal.as_ref()?;
    signal.stages.iter().position(|stage| {
        let green: Vec<GroupIdx> = stage.green.iter().collect();
        green.iter().any(|a| {
            green.iter().any(|b| a != b && signal.conflict(*a, *b) == Conflict::Conflicting)
        })
    })
}

/// Right turns from lanes of their own go in every stage in which they meet no other vehicles: a
/// steady stream of them would keep those who start from standing out of the junction. Where
/// there is no such stage, they go wherever they may.
fn right_turns(network: &mut Network, junction: JunctionId, groups: &[Planned]) {
    let Some(signal) = network.junctions[junction].signal.as_mut() else { return };
    for group in members(groups, |group| group.role == Role::Right) {
        let group = GroupIdx(group as u8);
        for most in [Conflict::Compatible, Conflict::Permitted] {
            if signal.stages.iter().any(|stage| stage.green.contains(group)) {
                break;
            }
            for stage in 0..signal.stages.len() {
                let green = signal.stages[stage].green;
                if green.iter().all(|other| signal.conflict(group, other) <= most) {
                    signal.stages[stage].green = green.with(group);
                }
            }
        }
    }
}

/// A crossing over every arm, shown beside through traffic but not in the stages of left turns, so
/// that pedestrians have cleared before the cross street starts.
fn add_pedestrians(network: &mut Network, junction: JunctionId, groups: &[Planned], slow: bool) {
    let parameters =
        if slow { CrossingParameters::SLOW_WALKERS } else { CrossingParameters::USUAL };
    crossing::add_pedestrian_groups(network, junction, &parameters)
        .expect("the junction has a signal and at most five arms with three groups each");
    let Some(signal) = network.junctions[junction].signal.as_mut() else { return };
    let is_left = |group: GroupIdx| {
        groups.get(group.0 as usize).is_some_and(|group| group.role == Role::Left)
    };
    let vehicles = GroupSet((1 << groups.len()) - 1);
    let served_elsewhere = |signal: &Signal, stage: usize| {
        let others: u64 = (0..signal.stages.len())
            .filter(|other| *other != stage)
            .fold(0, |all, other| all | signal.stages[other].green.0);
        signal.stages[stage].green.0 & !vehicles.0 & !others == 0
    };
    for stage in 0..signal.stages.len() {
        let green = signal.stages[stage].green;
        if green.iter().any(is_left) && served_elsewhere(signal, stage) {
            signal.stages[stage].green = GroupSet(green.0 & vehicles.0);
        }
    }
    for crossing in &mut signal.crossings {
        if crossing.length > REFUGE_FROM {
            crossing.length = crossing.length / 2.0;
        }
    }
    let intergreens = intergreen::from_geometry(network, junction, &parameters.intergreens);
    if let Some(signal) = network.junctions[junction].signal.as_mut() {
        signal.intergreens = intergreens;
    }
}
