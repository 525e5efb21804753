//! Intergreens from geometry, and a check of a controller's configured ones against it.
//!
//! # Units
//! Seconds, metres, metres per second.
//!
//! # Source
//! RiLSA 2015 (FGSV 321), intergreens (Zwischenzeiten): `t_z = t_ü + t_r - t_e`: crossing time
//! after the end of green, clearing time `(s_0 + l_Fz) / v_r` up to the conflict point, less the
//! entering time `s_e / v_e` of the first vehicle, rounded up to whole seconds. Clearing speeds
//! 10 m/s straight and 7 m/s turning, crossing times 3 s and 2 s, vehicle length 6 m and entering
//! speed 40 km/h are its values; amber by speed limit after VwV-StVO on § 37.
//!
//! Pedestrians get their whole walk, curb to curb, without an entering time taken off: longer than
//! RiLSA asks for, never shorter.

use urbis_units::{Meters, MetersPerSecond, Seconds};

use crate::check::Diagnostic;
use crate::{
    Conflict, GroupIdx, GroupKind, IntergreenSource, JunctionId, LaneLinkId, MovementId, Network,
    Signal, Turn,
};

/// Design values of the intergreen computation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntergreenParameters {
    /// Crossing time of through vehicles: how long after the end of green the last one passes.
    pub crossing_time_straight: Seconds,
    /// Crossing time of turning vehicles.
    pub crossing_time_turning: Seconds,
    /// Clearing speed of through vehicles; never above the speed limit.
    pub clearing_speed_straight: MetersPerSecond,
    /// Clearing speed of turning vehicles.
    pub clearing_speed_turning: MetersPerSecond,
    /// Speed of the first vehicle that enters without stopping.
    pub entering_speed: MetersPerSecond,
    /// Length of the clearing vehicle.
    pub vehicle_length: Meters,
    /// Depth of a pedestrian crossing, and its distance from the stop line.
    pub crossing_depth: Meters,
    /// Results are rounded up to a multiple of this.
    pub step: Seconds,
}

impl IntergreenParameters {
    /// Values of RiLSA 2015.
    pub const RILSA: Self = Self {
        crossing_time_straight: Seconds::new(3.0),
        crossing_time_turning: Seconds::new(2.0),
        clearing_speed_straight: MetersPerSecond::new(10.0),
        clearing_speed_turning: MetersPerSecond::new(7.0),
        entering_speed: MetersPerSecond::new(40.0 / 3.6),
        vehicle_length: Meters::new(6.0),
        crossing_depth: Meters::new(4.0),
        step: Seconds::new(1.0),
    };
}

/// Length of amber for a speed limit: 3 s up to 50 km/h, 4 s up to 60, 5 s above.
pub fn amber(speed_limit: MetersPerSecond) -> Seconds {
    let limit_kmh = speed_limit.get() * 3.6;
    // Half a km/h of room for limits that were rounded in metres per second.
    if limit_kmh <= 50.5 {
        Seconds::new(3.0)
    } else if limit_kmh <= 60.5 {
        Seconds::new(4.0)
    } else {
        Seconds::new(5.0)
    }
}

/// The intergreen matrix of a junction, row-major: end of green of the row to start of green of
/// the column. Zero between groups that may be green together; at least the amber where a vehicle
/// group ends; at least the walking time over the whole crossing where a pedestrian group ends.
/// Empty without a signal. Needs conflict areas and a conflict matrix (see [`crate::conflict`]).
pub fn from_geometry(
    network: &Network,
    junction: JunctionId,
    parameters: &IntergreenParameters,
) -> Vec<Seconds> {
    let Some(signal) = &network.junctions[junction].signal else {
        return Vec::new();
    };
    let size = signal.groups.len();
    let mut intergreens = vec![Seconds::ZERO; size * size];
    if signal.conflicts.len() != size * size {
        return intergreens;
    }
    for ending in 0..size {
        for starting in 0..size {
            let pair = (GroupIdx(ending as u8), GroupIdx(starting as u8));
            if signal.conflict(pair.0, pair.1) == Conflict::Conflicting {
                let needed = pair_intergreen(network, junction, signal, pair, parameters);
                intergreens[ending * size + starting] = round_up(needed, parameters.step);
            }
        }
    }
    intergreens
}

/// Fills amber and intergreens of signals that have none from geometry.
pub fn complete(network: &mut Network, parameters: &IntergreenParameters) {
    for junction in network.junctions.ids() {
        let Some(signal) = &network.junctions[junction].signal else { continue };
        let misfit = signal.intergreens.len() != signal.groups.len().pow(2);
        let amber = if signal.amber > Seconds::ZERO {
            signal.amber
        } else {
            junction_amber(network, junction)
        };
        if let Some(signal) = network.junctions[junction].signal.as_mut() {
            signal.amber = amber;
        }
        if misfit {
            let intergreens = from_geometry(network, junction, parameters);
            if let Some(signal) = network.junctions[junction].signal.as_mut() {
                signal.intergreens = intergreens;
                signal.intergreen_source = IntergreenSource::Geometry;
            }
        }
    }
}

/// Compares the intergreens a controller is configured with to what geometry asks for.
pub fn check(network: &Network, parameters: &IntergreenParameters) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (id, signal) in network.signalized() {
        let size = signal.groups.len();
        let junction = &network.junctions[id].name;
        if signal.intergreens.len() != size * size || signal.conflicts.len() != size * size {
            diagnostics.push(Diagnostic::new(
                format!("junction {junction}"),
                format!("its matrices do not fit its {size} signal groups"),
                "give conflicts and intergreens for every pair of groups",
            ));
            continue;
        }
        let needed = from_geometry(network, id, parameters);
        for (pair, (have, need)) in signal.intergreens.iter().zip(&needed).enumerate() {
            if have < need {
                let (ending, starting) = (&signal.groups[pair / size], &signal.groups[pair % size]);
                diagnostics.push(Diagnostic::new(
                    format!("junction {junction}, groups {} to {}", ending.name, starting.name),
                    format!("intergreen is {have:.1}, geometry asks for {need:.1}"),
                    "lengthen the intergreen in the controller, or correct the network's geometry",
                ));
            }
        }
    }
    diagnostics
}

/// Amber of a junction: that of its fastest approach.
fn junction_amber(network: &Network, junction: JunctionId) -> Seconds {
    let fastest = network.junctions[junction]
        .incoming
        .iter()
        .flat_map(|road| network.lanes_of(*road))
        .map(|lane| network.lanes[lane].speed_limit)
        .fold(MetersPerSecond::ZERO, MetersPerSecond::max);
    amber(fastest)
}

fn pair_intergreen(
    network: &Network,
    junction: JunctionId,
    signal: &Signal,
    (ending, starting): (GroupIdx, GroupIdx),
    parameters: &IntergreenParameters,
) -> Seconds {
    let group = |idx: GroupIdx| &signal.groups[idx.0 as usize].kind;
    match (group(ending), group(starting)) {
        (GroupKind::Pedestrian { crossing }, _) => signal
            .crossings
            .get(*crossing as usize)
            .map_or(Seconds::ZERO, crate::Crossing::clearance),
        (GroupKind::Vehicle { movements }, GroupKind::Pedestrian { crossing }) => {
            let arm = signal.crossings.get(*crossing as usize).map(|crossing| crossing.arm);
            let arms = crate::crossing::arms(network, junction);
            let arm = arms.iter().find(|candidate| arm.is_some_and(|road| candidate.has(road)));
            let entry = |movement: MovementId| {
                arm.is_some_and(|arm| arm.incoming == Some(network.movements[movement].from))
            };
            let times = movements.iter().flat_map(|movement| {
                let near = entry(*movement);
                network.lane_links_of(*movement).map(move |link| {
                    let path = if near { Meters::ZERO } else { network.lane_links[link].length };
                    clearing(network, link, path + parameters.crossing_depth, parameters)
                })
            });
            times.fold(vehicle_floor(network, junction, signal), Seconds::max)
        }
        (GroupKind::Vehicle { movements: ending }, GroupKind::Vehicle { movements: starting }) => {
            let times = network.junctions[junction].conflict_areas.iter().filter_map(|area| {
                let a = (area.a, area.along_a);
                let b = (area.b, area.along_b);
                let of = |side: (LaneLinkId, Meters), movements: &[MovementId]| {
                    movements.contains(&network.lane_links[side.0].movement)
                };
                let (clears, enters) = if of(a, ending) && of(b, starting) {
                    (a, b)
                } else if of(b, ending) && of(a, starting) {
                    (b, a)
                } else {
                    return None;
                };
                let gone = clearing(network, clears.0, clears.1, parameters);
                Some(gone - enters.1 / parameters.entering_speed)
            });
            times.fold(vehicle_floor(network, junction, signal), Seconds::max)
        }
    }
}

/// The shortest time after a vehicle group's green: its amber.
fn vehicle_floor(network: &Network, junction: JunctionId, signal: &Signal) -> Seconds {
    if signal.amber > Seconds::ZERO { signal.amber } else { junction_amber(network, junction) }
}

/// Crossing time plus clearing time of the last vehicle of a lane link over `path`.
fn clearing(
    network: &Network,
    link: LaneLinkId,
    path: Meters,
    parameters: &IntergreenParameters,
) -> Seconds {
    let link = &network.lane_links[link];
    let (crossing_time, speed) = match network.movements[link.movement].turn {
        Turn::Straight => (parameters.crossing_time_straight, parameters.clearing_speed_straight),
        _ => (parameters.crossing_time_turning, parameters.clearing_speed_turning),
    };
    let limit = network.lanes[link.from].speed_limit;
    let speed = if limit > MetersPerSecond::ZERO { speed.min(limit) } else { speed };
    crossing_time + (path + parameters.vehicle_length) / speed
}

fn round_up(time: Seconds, step: Seconds) -> Seconds {
    if step <= Seconds::ZERO {
        return time;
    }
    // A hair less, so that 6.000000001 from rounding does not become 7.
    step * libm::ceil(time / step - 1e-6)
}

#[cfg(test)]
mod tests;
