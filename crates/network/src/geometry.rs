//! Plane geometry of roads, lanes and lane links.
//!
//! # Units
//! Points and lengths are metres on the network's plane; headings are radians counter-clockwise
//! from east; a positive offset lies to the right of the direction of travel.
//!
//! # Source
//! Traffic keeps to the right: lane 0 is the innermost, next to the center line of the street.

use std::f64::consts::PI;

use urbis_core::Id;
use urbis_units::{Meters, Point, Radians};

use crate::{LaneId, Network, Turn};

/// Segments of the curve that [`link_shape`] draws.
const CURVE_SEGMENTS: usize = 10;
/// How far a bend may throw an offset vertex out, as a multiple of the offset.
const MITER_MAX: f64 = 2.0;

/// Where two polylines meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meeting {
    /// Distance from the start of the first.
    pub along_a: Meters,
    /// Distance from the start of the second.
    pub along_b: Meters,
    /// Angle between the two directions of travel, 0 to pi.
    pub angle: Radians,
}

/// The place of a polyline nearest to a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Distance from the start of the polyline.
    pub along: Meters,
    /// Distance of the point from the polyline.
    pub distance: Meters,
    /// The place itself.
    pub point: Point,
}

/// Straight-line distance of two points.
pub fn distance(a: Point, b: Point) -> Meters {
    let (x, y) = (b.x - a.x, b.y - a.y);
    Meters::new((x * x + y * y).sqrt())
}

/// Length of a polyline.
pub fn length(shape: &[Point]) -> Meters {
    shape.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}

/// The point of a polyline at a distance from its start; its ends beyond them. The origin for an
/// empty polyline.
pub fn point_along(shape: &[Point], along: Meters) -> Point {
    let mut left = along.get().max(0.0);
    for pair in shape.windows(2) {
        let step = distance(pair[0], pair[1]).get();
        if left <= step && step > 0.0 {
            return between(pair[0], pair[1], left / step);
        }
        left -= step;
    }
    shape.last().copied().unwrap_or_default()
}

/// Direction in which a polyline begins; east when it has no extent.
pub fn heading_at_start(shape: &[Point]) -> Radians {
    let first = shape.windows(2).find(|pair| pair[0] != pair[1]);
    first.map_or(Radians::ZERO, |pair| heading(pair[0], pair[1]))
}

/// Direction in which a polyline ends; east when it has no extent.
pub fn heading_at_end(shape: &[Point]) -> Radians {
    let last = shape.windows(2).rfind(|pair| pair[0] != pair[1]);
    last.map_or(Radians::ZERO, |pair| heading(pair[0], pair[1]))
}

/// Direction from one point to another.
pub fn heading(from: Point, to: Point) -> Radians {
    Radians::new(libm::atan2(to.y - from.y, to.x - from.x))
}

/// By how much one turns from one heading to another, from -pi (excluded) to pi; left is positive.
pub fn turn_angle(from: Radians, to: Radians) -> Radians {
    let mut turn = libm::fmod(to.get() - from.get(), 2.0 * PI);
    if turn <= -PI {
        turn += 2.0 * PI;
    } else if turn > PI {
        turn -= 2.0 * PI;
    }
    Radians::new(turn)
}

/// The name of a turn by its angle: up to 45 degrees is straight on, from 150 on it is a U-turn.
pub fn turn_of(angle: Radians) -> Turn {
    let angle = angle.get();
    if angle.abs() <= PI / 4.0 {
        Turn::Straight
    } else if angle.abs() >= PI * 5.0 / 6.0 {
        Turn::UTurn
    } else if angle > 0.0 {
        Turn::Left
    } else {
        Turn::Right
    }
}

/// A polyline moved sideways by `offset`, to the right when positive.
pub fn offset(shape: &[Point], offset: Meters) -> Vec<Point> {
    let normals: Vec<Point> =
        shape.windows(2).filter_map(|pair| right_of(pair[0], pair[1])).collect();
    let kept = without_repeats(shape);
    let Some((first, last)) = normals.first().zip(normals.last()) else {
        return shape.to_vec();
    };
    kept.iter()
        .enumerate()
        .map(|(vertex, point)| {
            let before = vertex.checked_sub(1).map_or(first, |at| normals.get(at).unwrap_or(last));
            let after = normals.get(vertex).unwrap_or(last);
            let (x, y) = (before.x + after.x, before.y + after.y);
            // The miter is the sum of the normals scaled so that both sides keep their distance.
            let scale = (2.0 / (x * x + y * y).max(f64::MIN_POSITIVE)).min(MITER_MAX);
            let shift = offset.get() * scale;
            Point::new(point.x + x * shift, point.y + y * shift)
        })
        .collect()
}

/// A polyline without its first `start` and last `end` metres; a point in the middle of what would
/// be left when the two overlap.
pub fn trim(shape: &[Point], start: Meters, end: Meters) -> Vec<Point> {
    let total = length(shape).get();
    let (from, to) = (start.get().max(0.0), total - end.get().max(0.0));
    if from >= to {
        return vec![point_along(shape, Meters::new(f64::midpoint(from, to)))];
    }
    let mut kept = vec![point_along(shape, Meters::new(from))];
    let mut along = 0.0;
    for pair in shape.windows(2) {
        along += distance(pair[0], pair[1]).get();
        if along > from && along < to {
            kept.push(pair[1]);
        }
    }
    kept.push(point_along(shape, Meters::new(to)));
    without_repeats(&kept)
}

/// Center line of a lane between the stop lines.
pub fn lane_shape(network: &Network, lane: LaneId) -> Vec<Point> {
    let road = &network.roads[network.lanes[lane].road];
    let inner: Meters = network
        .lanes_of(network.lanes[lane].road)
        .take_while(|other| other.index() < lane.index())
        .map(|other| network.lanes[other].width)
        .sum();
    let aside = inner + network.lanes[lane].width / 2.0;
    let (start, end) = (network.junctions[road.from].radius, network.junctions[road.to].radius);
    offset(&trim(&road.shape, start, end), aside)
}

/// A smooth path from the end of one polyline to the start of another, keeping both directions.
pub fn link_shape(from: &[Point], to: &[Point]) -> Vec<Point> {
    let (Some(&start), Some(&end)) = (from.last(), to.first()) else {
        return Vec::new();
    };
    let (leave, enter) = (heading_at_end(from).get(), heading_at_start(to).get());
    // 0.39 of the chord brings a right-angled Bézier curve closest to a circle's arc.
    let reach = distance(start, end).get() * 0.39;
    let first = Point::new(start.x + reach * libm::cos(leave), start.y + reach * libm::sin(leave));
    let second = Point::new(end.x - reach * libm::cos(enter), end.y - reach * libm::sin(enter));
    (0..=CURVE_SEGMENTS)
        .map(|step| {
            let t = step as f64 / CURVE_SEGMENTS as f64;
            let (a, b) = (between(start, first, t), between(first, second, t));
            let c = between(second, end, t);
            between(between(a, b, t), between(b, c, t), t)
        })
        .collect()
}

/// The first place along `a` where `b` crosses or touches it; parallel pieces do not count.
pub fn first_meeting(a: &[Point], b: &[Point]) -> Option<Meeting> {
    if !boxes_touch(a, b) {
        return None;
    }
    let mut along_a = Meters::ZERO;
    for pair_a in a.windows(2) {
        if boxes_touch(pair_a, b) {
            let mut along_b = Meters::ZERO;
            for pair_b in b.windows(2) {
                if let Some((ta, tb)) = segments_meet(pair_a, pair_b) {
                    let between =
                        turn_angle(heading(pair_a[0], pair_a[1]), heading(pair_b[0], pair_b[1]));
                    return Some(Meeting {
                        along_a: along_a + distance(pair_a[0], pair_a[1]) * ta,
                        along_b: along_b + distance(pair_b[0], pair_b[1]) * tb,
                        angle: Radians::new(between.get().abs()),
                    });
                }
                along_b += distance(pair_b[0], pair_b[1]);
            }
        }
        along_a += distance(pair_a[0], pair_a[1]);
    }
    None
}

/// The place of `shape` nearest to `point`; `None` for an empty polyline.
pub fn project(shape: &[Point], point: Point) -> Option<Projection> {
    let first = *shape.first()?;
    let mut best =
        Projection { along: Meters::ZERO, distance: distance(first, point), point: first };
    let mut along = Meters::ZERO;
    for pair in shape.windows(2) {
        let (x, y) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
        let square = x * x + y * y;
        if square > 0.0 {
            let share = ((point.x - pair[0].x) * x + (point.y - pair[0].y) * y) / square;
            let share = share.clamp(0.0, 1.0);
            let foot = between(pair[0], pair[1], share);
            let away = distance(foot, point);
            if away < best.distance {
                let along = along + distance(pair[0], pair[1]) * share;
                best = Projection { along, distance: away, point: foot };
            }
        }
        along += distance(pair[0], pair[1]);
    }
    Some(best)
}

fn between(a: Point, b: Point, share: f64) -> Point {
    Point::new(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share)
}

/// Unit vector to the right of a segment; `None` when it has no length.
fn right_of(a: Point, b: Point) -> Option<Point> {
    let step = distance(a, b).get();
    (step > 0.0).then(|| Point::new((b.y - a.y) / step, (a.x - b.x) / step))
}

fn without_repeats(shape: &[Point]) -> Vec<Point> {
    let mut kept = shape.to_vec();
    kept.dedup();
    kept
}

fn bounds(shape: &[Point]) -> [f64; 4] {
    let start = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    shape.iter().fold(start, |b, p| [b[0].min(p.x), b[1].min(p.y), b[2].max(p.x), b[3].max(p.y)])
}

fn boxes_touch(a: &[Point], b: &[Point]) -> bool {
    let (a, b) = (bounds(a), bounds(b));
    a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3]
}

/// Shares of two segments at which they meet, each from 0 to 1.
fn segments_meet(a: &[Point], b: &[Point]) -> Option<(f64, f64)> {
    let (ax, ay) = (a[1].x - a[0].x, a[1].y - a[0].y);
    let (bx, by) = (b[1].x - b[0].x, b[1].y - b[0].y);
    let cross = ax * by - ay * bx;
    if cross.abs() < 1e-9 {
        return None;
    }
    let (dx, dy) = (b[0].x - a[0].x, b[0].y - a[0].y);
    let ta = (dx * by - dy * bx) / cross;
    let tb = (dx * ay - dy * ax) / cross;
    // Ends count, with room for rounding: lanes that merge share their last point.
    let inside = |share: f64| (-1e-9..=1.0 + 1e-9).contains(&share);
    (inside(ta) && inside(tb)).then(|| (ta.clamp(0.0, 1.0), tb.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests;
