//! What may be driven at a junction: arms, turns, signals, the use of lanes.
//!
//! # Source
//! Lane use follows GB 51038 (signs and markings): turning lanes at the side they turn to, a lane of
//! its own for left turns wherever an approach has three lanes or more. Streets that meet
//! an arterial between its signals are joined right-in, right-out, as behind a median barrier
//! (CJJ 152-2010, clause 3.3).

use std::f64::consts::{PI, TAU};

use urbis_network::{RoadClass, Turn, geometry};
use urbis_units::Meters;

use super::streets::{Street, Streets};
use crate::random::Stream;

/// One street at a junction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arm {
    pub(crate) street: usize,
    /// Whether the street begins here.
    pub(crate) begins: bool,
    /// Direction away from the junction, radians counter-clockwise from east.
    pub(crate) bearing: f64,
    pub(crate) class: RoadClass,
}

/// The arms of every node, counter-clockwise.
pub(crate) fn arms(streets: &Streets) -> Vec<Vec<Arm>> {
    let mut arms = vec![Vec::new(); streets.nodes.len()];
    for (index, street) in streets.streets.iter().enumerate() {
        for begins in [true, false] {
            let node = if begins { street.from } else { street.to };
            let bearing = bearing(street, begins);
            arms[node].push(Arm { street: index, begins, bearing, class: street.class });
        }
    }
    for arms in &mut arms {
        arms.sort_by(|a: &Arm, b: &Arm| {
            a.bearing.total_cmp(&b.bearing).then(a.street.cmp(&b.street))
        });
    }
    arms
}

/// Direction in which a street leaves one of its ends, taken some way off the junction.
fn bearing(street: &Street, begins: bool) -> f64 {
    let length = geometry::length(&street.shape);
    let off = Meters::new(20.0).min(length * 0.4);
    let (end, at) = if begins {
        (street.shape[0], off)
    } else {
        (street.shape[street.shape.len() - 1], length - off)
    };
    geometry::heading(end, geometry::point_along(&street.shape, at)).get()
}

/// How one turns from arm `from` into arm `to` of a junction.
pub(crate) fn turn(arms: &[Arm], from: usize, to: usize) -> Turn {
    let count = arms.len();
    let by_angle = || {
        let angle = geometry::turn_angle(
            urbis_units::Radians::new(arms[from].bearing + PI),
            urbis_units::Radians::new(arms[to].bearing),
        );
        if angle.get() > 0.0 { Turn::Left } else { Turn::Right }
    };
    match count {
        2 => Turn::Straight,
        3 => {
            let (a, b) = through_pair(arms);
            if (from, to) == (a, b) || (from, to) == (b, a) { Turn::Straight } else { by_angle() }
        }
        4 => match (to + count - from) % count {
            1 => Turn::Right,
            2 => Turn::Straight,
            _ => Turn::Left,
        },
        _ => {
            let across = (to + count - from) % count;
            match across * 2 {
                twice if twice < count - 1 => Turn::Right,
                twice if twice > count + 1 => Turn::Left,
                _ => Turn::Straight,
            }
        }
    }
}

/// The two of three arms that are closest to a straight line.
fn through_pair(arms: &[Arm]) -> (usize, usize) {
    let bend = |(a, b): &(usize, usize)| {
        let apart = (arms[*a].bearing - arms[*b].bearing).rem_euclid(TAU);
        (apart - PI).abs()
    };
    [(0, 1), (1, 2), (0, 2)]
        .into_iter()
        .min_by(|a, b| bend(a).total_cmp(&bend(b)))
        .unwrap_or((0, 1))
}

/// Whether a junction has signals.
pub(crate) fn signalized(arms: &[Arm], node: usize, seed: u64) -> bool {
    let major = arms.iter().filter(|arm| arm.class <= RoadClass::Collector).count();
    let arterial = arms.iter().any(|arm| arm.class <= RoadClass::Arterial);
    let share = match (arms.len(), major, arterial) {
        (3.., 3.., true) => 1.0,
        (4.., 4.., false) => 0.75,
        (3.., 3.., false) => 0.3,
        _ => 0.0,
    };
    Stream::new(seed, "signals").unit(node as u64) < share
}

/// Whether only right turns join and leave the main street of a junction without signals.
pub(crate) fn right_in_right_out(arms: &[Arm]) -> bool {
    let main = arms.iter().filter(|arm| arm.class < RoadClass::Local).count();
    let local = arms.iter().filter(|arm| arm.class == RoadClass::Local).count();
    main == 2 && local > 0 && main + local == arms.len()
}

/// Whether a turn is allowed where only right turns join and leave the main street.
pub(crate) fn allowed_right_only(arms: &[Arm], from: usize, to: usize) -> bool {
    let main = |arm: usize| arms[arm].class < RoadClass::Local;
    main(from) && main(to) || turn(arms, from, to) == Turn::Right
}

/// The turns each lane serves, innermost first, of an approach with the given turns.
pub(crate) fn lane_use(lanes: u8, turns: &[Turn]) -> Vec<Vec<Turn>> {
    let has = |turn| turns.contains(&turn);
    let (left, straight, right) = (has(Turn::Left), has(Turn::Straight), has(Turn::Right));
    let mut uses: Vec<Vec<Turn>> = vec![Vec::new(); lanes as usize];
    if lanes == 1 {
        uses[0] = turns.to_vec();
        uses[0].sort_by_key(|turn| *turn as u8);
        uses[0].dedup();
        return uses;
    }
    let last = lanes as usize - 1;
    if !straight {
        // Lanes are shared out between left and right, the middle one to the left.
        for (lane, use_of) in uses.iter_mut().enumerate() {
            let to_left = left && (!right || 2 * lane < lanes as usize - 1 || lane == 0);
            use_of.push(if to_left { Turn::Left } else { Turn::Right });
        }
        return uses;
    }
    for use_of in &mut uses {
        use_of.push(Turn::Straight);
    }
    if left {
        // With two lanes, one of its own would leave a single lane for the main stream.
        if lanes > 2 {
            uses[0] = vec![Turn::Left];
        } else {
            uses[0].push(Turn::Left);
        }
    }
    if right {
        if lanes > 3 {
            uses[last] = vec![Turn::Right];
        } else {
            uses[last].push(Turn::Right);
        }
    }
    uses
}

/// Lanes that a movement links: every lane it leaves with every lane it enters, so that drivers
/// choose the lane of their next turn while they cross, as in the public CityFlow networks.
pub(crate) fn links(from_lanes: &[u8], lanes_out: u8) -> Vec<(u8, u8)> {
    from_lanes.iter().flat_map(|from| (0..lanes_out).map(|to| (*from, to))).collect()
}

/// Distance of the stop lines from the center: far enough that no two arms overlap.
pub(crate) fn radius(arms: &[Arm], half_widths: &[f64], room: f64, signal: bool) -> f64 {
    let count = arms.len();
    if count <= 2 {
        return room.min(2.0);
    }
    let corner = if signal { 6.0 } else { 3.0 };
    let mut radius: f64 = 0.0;
    for first in 0..count {
        let second = (first + 1) % count;
        let apart = (arms[second].bearing - arms[first].bearing).rem_euclid(TAU);
        let (a, b) = (half_widths[first], half_widths[second]);
        let meet = if apart > 2.7 {
            0.0
        } else {
            let (sin, cos) = (libm::sin(apart).max(0.2), libm::cos(apart));
            ((a + b * cos) / sin).max((b + a * cos) / sin)
        };
        radius = radius.max(meet).max(a.max(b) * 0.6);
    }
    (radius + corner).min(36.0).min(room)
}
