//! Arms of a junction and the pedestrian crossings over them.
//!
//! # Units
//! Metres, metres per second and seconds.
//!
//! # Source
//! Walking speed 1.0 m/s is the slow end of what RiLSA 2015 (FGSV 321) allows, the shortest
//! pedestrian green of 5 s its least value; 0.8 m/s serves places where many old or sick people
//! walk.

use thiserror::Error;
use urbis_units::{Meters, MetersPerSecond, Radians, Seconds};

use crate::conflict::{self, Rules};
use crate::intergreen::{self, IntergreenParameters};
use crate::{
    Conflict, Crossing, GROUPS_MAX, GroupIdx, GroupKind, IntergreenSource, JunctionId, Network,
    RoadId, Signal, SignalGroup, geometry,
};

/// Roads whose bearings differ by less are the two directions of one arm, radians.
const SAME_ARM_MAX: f64 = 0.6;
/// What a pair of roads to different neighbours must be closer by to be taken for one arm, radians.
const OTHER_NEIGHBOR: f64 = 0.4;

/// One arm of a junction: the road that enters, the road that leaves, or both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    /// The road that ends at the junction.
    pub incoming: Option<RoadId>,
    /// The road that begins at the junction.
    pub outgoing: Option<RoadId>,
    /// Direction from the junction out along the arm.
    pub bearing: Radians,
}

impl Arm {
    /// Whether `road` is one of its two directions.
    pub fn has(&self, road: RoadId) -> bool {
        self.incoming == Some(road) || self.outgoing == Some(road)
    }

    /// The road that names the arm: the one that enters, where there is one.
    pub fn road(&self) -> Option<RoadId> {
        self.incoming.or(self.outgoing)
    }

    /// Width of all its lanes together.
    pub fn width(&self, network: &Network) -> Meters {
        [self.incoming, self.outgoing]
            .into_iter()
            .flatten()
            .flat_map(|road| network.lanes_of(road))
            .map(|lane| network.lanes[lane].width)
            .sum()
    }
}

/// How [`add_pedestrian_groups`] lays crossings out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrossingParameters {
    /// Design walking speed.
    pub walking_speed: MetersPerSecond,
    /// Shortest green.
    pub min_green: Seconds,
    /// Longest red before the service alarm.
    pub max_red: Seconds,
    /// Width of the median between the two directions of an arm, where it has both.
    pub median: Meters,
    /// What may be green together.
    pub rules: Rules,
    /// How the intergreens are computed.
    pub intergreens: IntergreenParameters,
}

impl CrossingParameters {
    /// Usual values: 1.0 m/s, 5 s shortest green, alarm after 120 s, no median.
    pub const USUAL: Self = Self {
        walking_speed: MetersPerSecond::new(1.0),
        min_green: Seconds::new(5.0),
        max_red: Seconds::new(120.0),
        median: Meters::ZERO,
        rules: Rules::USUAL,
        intergreens: IntergreenParameters::RILSA,
    };

    /// As usual, for a junction near a hospital or a home for the aged: 0.8 m/s.
    pub const SLOW_WALKERS: Self = Self { walking_speed: MetersPerSecond::new(0.8), ..Self::USUAL };
}

/// Why crossings could not be added.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CrossingError {
    /// The junction has no signal.
    #[error(
        "junction {junction} has no signal: only a signalized junction can take pedestrian groups"
    )]
    NoSignal {
        /// Name of the junction.
        junction: String,
    },
    /// More groups than a stage can hold.
    #[error(
        "junction {junction} would have {groups} signal groups, expected at most {GROUPS_MAX}: \
         merge vehicle groups that always show the same aspect"
    )]
    TooManyGroups {
        /// Name of the junction.
        junction: String,
        /// How many there would be.
        groups: usize,
    },
}

/// The arms of a junction, in the order of its incoming roads, then of outgoing roads without a
/// partner.
pub fn arms(network: &Network, junction: JunctionId) -> Vec<Arm> {
    let node = &network.junctions[junction];
    let bearing_in = |road: RoadId| {
        let back = geometry::heading_at_end(&network.roads[road].shape).get();
        geometry::turn_angle(Radians::new(std::f64::consts::PI), Radians::new(back))
    };
    let bearing_out = |road: RoadId| geometry::heading_at_start(&network.roads[road].shape);

    let mut pairs: Vec<(f64, RoadId, RoadId)> = Vec::new();
    for &incoming in &node.incoming {
        for &outgoing in &node.outgoing {
            let apart = geometry::turn_angle(bearing_in(incoming), bearing_out(outgoing)).get();
            let same = network.roads[incoming].from == network.roads[outgoing].to;
            if apart.abs() < SAME_ARM_MAX {
                let score = apart.abs() + if same { 0.0 } else { OTHER_NEIGHBOR };
                pairs.push((score, incoming, outgoing));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));

    let mut arms: Vec<Arm> = node
        .incoming
        .iter()
        .map(|&road| Arm { incoming: Some(road), outgoing: None, bearing: bearing_in(road) })
        .collect();
    for (_, incoming, outgoing) in pairs {
        if arms.iter().any(|arm| arm.outgoing == Some(outgoing)) {
            continue;
        }
        if let Some(arm) =
            arms.iter_mut().find(|arm| arm.incoming == Some(incoming) && arm.outgoing.is_none())
        {
            arm.outgoing = Some(outgoing);
        }
    }
    let alone = |road: &RoadId| !arms.iter().any(|arm| arm.outgoing == Some(*road));
    let rest: Vec<RoadId> = node.outgoing.iter().copied().filter(alone).collect();
    arms.extend(rest.into_iter().map(|road| Arm {
        incoming: None,
        outgoing: Some(road),
        bearing: bearing_out(road),
    }));
    arms
}

/// Adds a crossing and a pedestrian group over every arm that has none, shows each group in every
/// stage whose groups allow it, and recomputes conflicts and intergreens; intergreens that the
/// controller is configured with are kept. Answers how many crossings were added.
///
/// # Errors
/// [`CrossingError`] when the junction has no signal or would have too many groups; the network is
/// then as before.
pub fn add_pedestrian_groups(
    network: &mut Network,
    junction: JunctionId,
    parameters: &CrossingParameters,
) -> Result<usize, CrossingError> {
    let name = || network.junctions[junction].name.clone();
    let Some(mut signal) = network.junctions[junction].signal.clone() else {
        return Err(CrossingError::NoSignal { junction: name() });
    };
    let first = signal.groups.len();
    for arm in arms(network, junction) {
        let Some(road) = arm.road() else { continue };
        if signal.crossings.iter().any(|crossing| arm.has(crossing.arm)) {
            continue;
        }
        let both = arm.incoming.is_some() && arm.outgoing.is_some();
        let median = if both { parameters.median } else { Meters::ZERO };
        signal.groups.push(SignalGroup {
            name: format!("F{}", signal.crossings.len() + 1),
            kind: GroupKind::Pedestrian { crossing: signal.crossings.len() as u8 },
            min_green: parameters.min_green,
            max_red: parameters.max_red,
            max_red_is_hard: false,
        });
        signal.crossings.push(Crossing {
            arm: road,
            length: arm.width(network) + median,
            walking_speed: parameters.walking_speed,
        });
    }
    let added = signal.groups.len() - first;
    if signal.groups.len() > GROUPS_MAX {
        return Err(CrossingError::TooManyGroups { junction: name(), groups: signal.groups.len() });
    }
    if network.junctions[junction].conflict_areas.is_empty() {
        network.junctions[junction].conflict_areas = conflict::areas(network, junction);
    }
    network.junctions[junction].signal = Some(signal);
    refresh(network, junction, parameters, first);
    Ok(added)
}

/// Recomputes the matrices of a junction and shows the groups from `first` on where they may be.
fn refresh(
    network: &mut Network,
    junction: JunctionId,
    parameters: &CrossingParameters,
    first: usize,
) {
    let conflicts = conflict::matrix(network, junction, &parameters.rules);
    if let Some(signal) = network.junctions[junction].signal.as_mut() {
        signal.conflicts = conflicts;
        show_where_allowed(signal, first);
    }
    let mut intergreens = intergreen::from_geometry(network, junction, &parameters.intergreens);
    if let Some(signal) = network.junctions[junction].signal.as_mut() {
        let own = std::mem::take(&mut signal.intergreens);
        let configured = signal.intergreen_source == IntergreenSource::Controller;
        if configured && own.len() == first * first {
            let size = signal.groups.len();
            for (pair, time) in own.into_iter().enumerate() {
                intergreens[pair / first * size + pair % first] = time;
            }
        } else {
            signal.intergreen_source = IntergreenSource::Geometry;
        }
        signal.intergreens = intergreens;
    }
}

fn show_where_allowed(signal: &mut Signal, first: usize) {
    for group in (first..signal.groups.len()).map(|group| GroupIdx(group as u8)) {
        for stage in 0..signal.stages.len() {
            let green = signal.stages[stage].green;
            if green.iter().all(|other| signal.conflict(group, other) != Conflict::Conflicting) {
                signal.stages[stage].green = green.with(group);
            }
        }
    }
}

#[cfg(test)]
mod tests;
