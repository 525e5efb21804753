//! Car following: how fast one may go behind a leader, towards a stop line, to a crossing point.
//!
//! # Units
//! Metres, metres per second; the step is one second throughout.
//!
//! # Source
//! The modified Krauß model of H. Zhang et al., "CityFlow", WWW 2019, doi:10.1145/3308558.3314139,
//! section 3.2; S. Krauß, "Microscopic Modeling of Traffic Flow", 1998. Formulas and constants are
//! those of CityFlow's engine, so that travel times can be compared to the second.

use crate::kind::Kind;

/// Speed of something that cannot be avoided: brake as hard as possible.
const EMERGENCY: f64 = -100.0;
/// Keeps divisions by a speed finite.
const EPSILON: f64 = 1e-8;

/// A leader: its speed, its hardest and its usual braking, and the gap to its rear.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leader {
    pub(crate) speed: f64,
    pub(crate) max_deceleration: f64,
    pub(crate) usual_deceleration: f64,
    pub(crate) gap: f64,
}

/// The fastest speed of the next step from which a follower, braking at `deceleration`, still
/// stops `target_gap` behind a leader that brakes at `leader_deceleration`.
pub(crate) fn collision_free(
    (leader_speed, leader_deceleration): (f64, f64),
    (speed, deceleration): (f64, f64),
    gap: f64,
    target_gap: f64,
) -> f64 {
    let c =
        speed / 2.0 + target_gap - 0.5 * leader_speed * leader_speed / leader_deceleration - gap;
    let a = 0.5 / deceleration;
    let b = 0.5;
    if b * b < 4.0 * a * c {
        return EMERGENCY;
    }
    let stopping = 0.5 / a * ((b * b - 4.0 * a * c).sqrt() - b);
    let keeping = 2.0 * leader_speed - leader_deceleration + 2.0 * (gap - target_gap);
    lesser(stopping, keeping)
}

/// Speed behind a leader: free of collision, at ease, and at the desired headway.
pub(crate) fn behind(kind: &Kind, speed: f64, leader: &Leader) -> f64 {
    let hard = collision_free(
        (leader.speed, leader.max_deceleration),
        (speed, kind.max_deceleration),
        leader.gap,
        0.0,
    );
    let eased = collision_free(
        (leader.speed, leader.usual_deceleration),
        (speed, kind.usual_deceleration),
        leader.gap,
        kind.min_gap,
    );
    let closing = if speed > leader.speed { speed - leader.speed } else { 0.0 };
    let spaced = (leader.gap + (leader.speed + closing / 2.0) - speed / 2.0) / (kind.headway + 0.5);
    lesser(lesser(hard, eased), spaced)
}

/// Speed of a vehicle that is to stop after `distance`.
pub(crate) fn stopping(kind: &Kind, speed: f64, distance: f64) -> f64 {
    let next = speed + kind.usual_acceleration;
    let after = 0.5 * (speed + next) + next * next / kind.usual_deceleration / 2.0;
    if after < distance {
        return next;
    }
    let steps = 2.0 * distance / (speed + EPSILON);
    // Whole steps, as long as there is one left.
    let steps = if steps >= 1.0 { steps.floor() } else { steps };
    speed - speed / steps
}

/// Whole steps until a place `distance` ahead is reached when speeding up to `target`.
pub(crate) fn reach_steps(speed: f64, distance: f64, target: f64, acceleration: f64) -> f64 {
    if distance <= 0.0 {
        return 0.0;
    }
    if speed > target {
        return libm::ceil(distance / speed);
    }
    let until_target = distance_until(speed, target, acceleration);
    if until_target > distance {
        let reached = (speed * speed + 2.0 * acceleration * distance).sqrt();
        libm::ceil((reached - speed) / acceleration)
    } else {
        libm::ceil((target - speed) / acceleration) + libm::ceil((distance - until_target) / target)
    }
}

/// Distance covered until `target` is reached, the last step at less than full acceleration.
fn distance_until(speed: f64, target: f64, acceleration: f64) -> f64 {
    if target <= speed {
        return 0.0;
    }
    let steps = libm::floor((target - speed) / acceleration);
    let almost = speed + steps * acceleration;
    let rest = if almost < target { 0.5 * (almost + target) } else { 0.0 };
    (speed + almost) * steps / 2.0 + rest
}

/// The lesser of two numbers that are never NaN.
pub(crate) fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use urbis_network::VehicleType;

    use super::*;
    use crate::config::Driving;

    fn car() -> Kind {
        Kind::new(&VehicleType::CAR, Driving::default())
    }

    #[test]
    fn nobody_moves_into_a_standing_leader() {
        let car = car();
        for tenths in 0..1200 {
            let gap = f64::from(tenths) / 10.0;
            let leader = Leader { speed: 0.0, max_deceleration: 4.5, usual_deceleration: 4.5, gap };
            for speed in [0.0, 3.0, 11.111] {
                let next = behind(&car, speed, &leader);
                if next >= 0.0 && car.brake_distance(speed) <= gap {
                    let after = 0.5 * (speed + next);
                    assert!(after + car.brake_distance(next) <= gap + 1e-9, "{gap} m, {speed} m/s");
                }
            }
        }
    }

    #[test]
    fn beyond_the_free_gap_a_leader_does_not_matter() {
        let car = car();
        for deceleration in [0.5, 4.5, 9.0, 100.0] {
            for speed in [0.0, 5.0, 11.111] {
                let leader = Leader {
                    speed: 0.0,
                    max_deceleration: deceleration,
                    usual_deceleration: deceleration,
                    gap: car.free_gap,
                };
                assert!(behind(&car, speed, &leader) >= car.max_speed);
            }
        }
    }

    #[test]
    fn one_stops_before_the_line() {
        let car = car();
        for start in [20.0, 35.0, 60.0] {
            let (mut speed, mut rest) = (11.111, start);
            for _ in 0..60 {
                let next = stopping(&car, speed, rest).min(car.max_speed).max(speed - 4.5).max(0.0);
                rest -= 0.5 * (speed + next);
                speed = next;
            }
            assert!(speed < 0.1 && (0.0..6.0).contains(&rest), "{rest} m before it at {speed} m/s");
        }
    }

    #[test]
    fn the_faster_one_is_the_sooner_one_is_there() {
        assert_eq!(reach_steps(5.0, 0.0, 11.111, 2.0), 0.0);
        assert_eq!(reach_steps(10.0, 30.0, 8.0, 2.0), 3.0);
        let from_standstill = reach_steps(0.0, 30.0, 11.111, 2.0);
        assert_eq!(from_standstill, 6.0);
        assert!(reach_steps(11.111, 30.0, 11.111, 2.0) < from_standstill);
    }
}
