//! Conflict areas of a junction and the conflict matrix of its signal groups.
//!
//! # Units
//! Distances are metres from the stop line along the lane link.
//!
//! # Source
//! The three values are those of RiLSA 2015 (FGSV 321): streams are *verträglich*
//! (compatible), *bedingt verträglich* (permitted: one yields) or *unverträglich* (conflicting);
//! HCM 7th ed. chapter 19 and NEMA TS 2-2021 call the latter two *permitted* and *conflicting
//! phases*. The rules, for traffic that keeps right:
//!
//! | pair | value |
//! |---|---|
//! | same approach | compatible; conflicting where a lane turns across its neighbour (a left turn right of a through lane) |
//! | paths do not meet | compatible |
//! | paths merge into one road, one of them a right turn or U-turn | permitted: the turn yields |
//! | paths merge otherwise | conflicting |
//! | left turn or U-turn across an opposing stream | permitted where [`Rules::permissive_left`] says so, else conflicting |
//! | other crossings | conflicting |
//! | crossing at the exit, turning vehicles | permitted where [`Rules::turn_over_crossing`] says so |
//! | crossing at the exit, through vehicles | conflicting |
//! | crossing at the entry, right turn | permitted where [`Rules::right_over_near_crossing`] says so (right turn on red) |
//! | crossing at the entry, all others | conflicting |
//! | two crossings | compatible |
//!
//! A group that serves several movements takes the worst value of any pair.

use urbis_core::Id;
use urbis_units::Meters;

use crate::check::Diagnostic;
use crate::crossing::{self, Arm};
use crate::geometry::{self, Meeting};
use crate::{
    Conflict, ConflictArea, GroupIdx, GroupKind, JunctionId, LaneLinkId, Movement, MovementId,
    Network, RoadId, Signal, SignalGroup, Turn,
};

/// Headings at least this far apart face each other, radians (120 degrees).
const OPPOSING_MIN: f64 = 2.0 * std::f64::consts::FRAC_PI_3;

/// When two streams that meet may be green together, one of them yielding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Never.
    Never,
    /// Where a configured stage shows both.
    WhereConfigured,
    /// Always.
    Always,
}

/// What the traffic law and the city's practice permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Left turns and U-turns that yield to opposing vehicles.
    pub permissive_left: Permission,
    /// Turning vehicles that yield to pedestrians on the crossing of their exit.
    pub turn_over_crossing: Permission,
    /// Right turns over the crossing before their own stop line (right turn on red).
    pub right_over_near_crossing: Permission,
}

impl Rules {
    /// Practice of China and North America: permissive left turns where the controller has them,
    /// turns yield to pedestrians, right turn on red.
    pub const USUAL: Self = Self {
        permissive_left: Permission::WhereConfigured,
        turn_over_crossing: Permission::Always,
        right_over_near_crossing: Permission::Always,
    };
}

impl Permission {
    const fn value(self, configured: bool) -> Conflict {
        match self {
            Self::Always => Conflict::Permitted,
            Self::WhereConfigured if configured => Conflict::Permitted,
            Self::WhereConfigured | Self::Never => Conflict::Conflicting,
        }
    }
}

/// Fills what is missing: conflict areas of junctions that have none, and conflict matrices that
/// do not fit the groups, by [`Rules::USUAL`]. What a reader found in its source stays.
pub fn complete(network: &mut Network) {
    for junction in network.junctions.ids() {
        complete_junction(network, junction, &Rules::USUAL);
    }
}

/// As [`complete`], for one junction and given rules.
pub fn complete_junction(network: &mut Network, junction: JunctionId, rules: &Rules) {
    if network.junctions[junction].conflict_areas.is_empty() {
        network.junctions[junction].conflict_areas = areas(network, junction);
    }
    let misfit = |signal: &Signal| signal.conflicts.len() != signal.groups.len().pow(2);
    if network.junctions[junction].signal.as_ref().is_some_and(misfit) {
        let conflicts = matrix(network, junction, rules);
        if let Some(signal) = network.junctions[junction].signal.as_mut() {
            signal.conflicts = conflicts;
        }
    }
}

/// Pairs of lane links of a junction, from different approaches, that cross or merge.
pub fn areas(network: &Network, junction: JunctionId) -> Vec<ConflictArea> {
    let links: Vec<LaneLinkId> = network
        .movements_of(junction)
        .flat_map(|movement| network.lane_links_of(movement))
        .collect();
    let mut areas = Vec::new();
    for (position, &a) in links.iter().enumerate() {
        for &b in &links[position + 1..] {
            areas.extend(area(network, a, b));
        }
    }
    areas
}

fn area(network: &Network, a: LaneLinkId, b: LaneLinkId) -> Option<ConflictArea> {
    let (link_a, link_b) = (&network.lane_links[a], &network.lane_links[b]);
    if network.movements[link_a.movement].from == network.movements[link_b.movement].from {
        return None;
    }
    let meeting = geometry::first_meeting(&link_a.shape, &link_b.shape).or_else(|| {
        // Links into one lane meet at its start even where rounding keeps their ends apart.
        (link_a.to == link_b.to).then(|| Meeting {
            along_a: geometry::length(&link_a.shape),
            along_b: geometry::length(&link_b.shape),
            angle: urbis_units::Radians::ZERO,
        })
    })?;
    Some(ConflictArea {
        a,
        b,
        along_a: meeting.along_a,
        along_b: meeting.along_b,
        angle_rad: meeting.angle.get(),
    })
}

/// The conflict matrix of a junction's signal groups, row-major, from its conflict areas as they
/// stand; empty without a signal.
pub fn matrix(network: &Network, junction: JunctionId, rules: &Rules) -> Vec<Conflict> {
    let Some(signal) = &network.junctions[junction].signal else {
        return Vec::new();
    };
    let context = Context {
        network,
        signal,
        rules,
        first: network.junctions[junction].movements.start.index(),
        meets: meets(network, junction),
        arms: crossing::arms(network, junction),
    };
    let size = signal.groups.len();
    let mut conflicts = vec![Conflict::Compatible; size * size];
    for a in 0..size {
        for b in a + 1..size {
            let configured = shown_together(signal, GroupIdx(a as u8), GroupIdx(b as u8));
            let value = context.groups(&signal.groups[a], &signal.groups[b], configured);
            conflicts[a * size + b] = value;
            conflicts[b * size + a] = value;
        }
    }
    conflicts
}

/// Says which pairs of groups a controller's configuration calls compatible although their paths
/// meet, and which crossings it has shorter than the lanes they lead over.
pub fn check(network: &Network, rules: &Rules) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (id, signal) in network.signalized() {
        let (size, junction) = (signal.groups.len(), &network.junctions[id].name);
        let found = matrix(network, id, rules);
        if signal.conflicts.len() != found.len() {
            continue;
        }
        for (pair, (have, found)) in signal.conflicts.iter().zip(&found).enumerate() {
            let (a, b) = (pair / size, pair % size);
            if a < b && *have == Conflict::Compatible && *found != Conflict::Compatible {
                let (a, b) = (&signal.groups[a].name, &signal.groups[b].name);
                diagnostics.push(Diagnostic::new(
                    format!("junction {junction}, groups {a} and {b}"),
                    "are compatible by configuration, but their paths meet",
                    "call them permitted or conflicting, or correct the network's geometry",
                ));
            }
        }
        let arms = crossing::arms(network, id);
        for one in &signal.crossings {
            // An island may part a crossing in two: each leads over one direction at least.
            let roads = arms.iter().find(|arm| arm.has(one.arm)).into_iter();
            let roads = roads.flat_map(|arm| [arm.incoming, arm.outgoing]).flatten();
            let least = roads.map(|road| lanes_width(network, road)).reduce(Meters::min);
            if let Some(least) = least.filter(|least| one.length < *least) {
                diagnostics.push(Diagnostic::new(
                    format!("junction {junction}, crossing of {}", network.roads[one.arm].name),
                    format!(
                        "is {:.1} long, the lanes it leads over are {least:.1} wide",
                        one.length
                    ),
                    "give its length from curb to curb",
                ));
            }
        }
    }
    diagnostics
}

fn lanes_width(network: &Network, road: RoadId) -> Meters {
    network.lanes_of(road).map(|lane| network.lanes[lane].width).sum()
}

/// Whether some stage shows both groups.
fn shown_together(signal: &Signal, a: GroupIdx, b: GroupIdx) -> bool {
    signal.stages.iter().any(|stage| stage.green.contains(a) && stage.green.contains(b))
}

/// Square table over the movements of a junction: do any of their lane links meet?
fn meets(network: &Network, junction: JunctionId) -> Vec<bool> {
    let range = &network.junctions[junction].movements;
    let (first, size) = (range.start.index(), range.end.index() - range.start.index());
    let mut meets = vec![false; size * size];
    for area in &network.junctions[junction].conflict_areas {
        let a = network.lane_links[area.a].movement.index() - first;
        let b = network.lane_links[area.b].movement.index() - first;
        meets[a * size + b] = true;
        meets[b * size + a] = true;
    }
    meets
}

struct Context<'a> {
    network: &'a Network,
    signal: &'a Signal,
    rules: &'a Rules,
    /// Index of the junction's first movement.
    first: usize,
    meets: Vec<bool>,
    arms: Vec<Arm>,
}

impl Context<'_> {
    fn groups(&self, a: &SignalGroup, b: &SignalGroup, configured: bool) -> Conflict {
        match (&a.kind, &b.kind) {
            (GroupKind::Vehicle { movements: a }, GroupKind::Vehicle { movements: b }) => a
                .iter()
                .flat_map(|a| b.iter().map(move |b| (*a, *b)))
                .map(|(a, b)| self.vehicles(a, b, configured))
                .max()
                .unwrap_or(Conflict::Compatible),
            (GroupKind::Vehicle { movements }, GroupKind::Pedestrian { crossing })
            | (GroupKind::Pedestrian { crossing }, GroupKind::Vehicle { movements }) => movements
                .iter()
                .map(|movement| self.pedestrians(*crossing, *movement, configured))
                .max()
                .unwrap_or(Conflict::Compatible),
            (GroupKind::Pedestrian { .. }, GroupKind::Pedestrian { .. }) => Conflict::Compatible,
        }
    }

    fn vehicles(&self, a: MovementId, b: MovementId, configured: bool) -> Conflict {
        let (one, other) = (&self.network.movements[a], &self.network.movements[b]);
        if one.from == other.from {
            return if turns_across(self.network, one, other) {
                Conflict::Conflicting
            } else {
                Conflict::Compatible
            };
        }
        let size = self.meets.len().isqrt();
        if !self.meets[(a.index() - self.first) * size + b.index() - self.first] {
            return Conflict::Compatible;
        }
        let yields = |turn| matches!(turn, Turn::Right | Turn::UTurn);
        if one.to == other.to {
            return if yields(one.turn) || yields(other.turn) {
                Conflict::Permitted
            } else {
                Conflict::Conflicting
            };
        }
        match (one.turn, other.turn) {
            (Turn::Left | Turn::UTurn, Turn::Straight | Turn::Right | Turn::UTurn)
            | (Turn::Straight | Turn::Right, Turn::Left | Turn::UTurn)
                if opposing(self.network, one, other) =>
            {
                self.rules.permissive_left.value(configured)
            }
            _ => Conflict::Conflicting,
        }
    }

    fn pedestrians(&self, crossing: u8, movement: MovementId, configured: bool) -> Conflict {
        let Some(crossing) = self.signal.crossings.get(crossing as usize) else {
            return Conflict::Compatible;
        };
        let movement = &self.network.movements[movement];
        let arm = self.arms.iter().find(|arm| arm.has(crossing.arm));
        let (entry, exit) = arm
            .map_or((Some(crossing.arm), Some(crossing.arm)), |arm| (arm.incoming, arm.outgoing));
        if entry == Some(movement.from) {
            return match movement.turn {
                Turn::Right => self.rules.right_over_near_crossing.value(configured),
                _ => Conflict::Conflicting,
            };
        }
        match movement.turn {
            _ if exit != Some(movement.to) => Conflict::Compatible,
            Turn::Straight => Conflict::Conflicting,
            _ => self.rules.turn_over_crossing.value(configured),
        }
    }
}

/// Whether two movements come from arms that face each other.
fn opposing(network: &Network, a: &Movement, b: &Movement) -> bool {
    let heading =
        |movement: &Movement| geometry::heading_at_end(&network.roads[movement.from].shape);
    geometry::turn_angle(heading(a), heading(b)).get().abs() >= OPPOSING_MIN
}

/// Whether a lane of one movement must turn across a lane of the other, both from one approach.
fn turns_across(network: &Network, a: &Movement, b: &Movement) -> bool {
    let rank = |turn| match turn {
        Turn::UTurn => 0,
        Turn::Left => 1,
        Turn::Straight => 2,
        Turn::Right => 3,
    };
    let (left, right) = if rank(a.turn) < rank(b.turn) { (a, b) } else { (b, a) };
    if rank(left.turn) == rank(right.turn) {
        return false;
    }
    let lanes = |movement: &Movement| {
        urbis_core::ids_in(&movement.lane_links).map(|link| network.lane_links[link].from)
    };
    lanes(left).max().zip(lanes(right).min()).is_some_and(|(left, right)| left > right)
}

#[cfg(test)]
mod tests;
