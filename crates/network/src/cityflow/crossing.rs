//! Crossing points of lane links inside a junction, computed as CityFlow does.
//!
//! # Units
//! Metres and radians.
//!
//! # Source
//! As the parent module: the first pair of segments that meet counts, parallel ones never do, and
//! links of one approach meet where they part.

use urbis_core::LaneLinkId;
use urbis_units::{Meters, Point};

use super::lanes::{minus, norm};
use crate::ConflictArea;

/// Below this, a product of lengths counts as zero.
const EPSILON: f64 = 1e-8;

fn cross(a: Point, b: Point) -> f64 {
    a.x * b.y - a.y * b.x
}

fn dot(a: Point, b: Point) -> f64 {
    a.x * b.x + a.y * b.y
}

fn on_segment(a: Point, b: Point, point: Point) -> bool {
    cross(minus(b, a), minus(point, a)).abs() < EPSILON
        && dot(minus(point, a), minus(point, b)) < EPSILON
}

/// All pairs among `links` whose paths meet, in the order of the links.
pub(super) fn areas(links: &[(LaneLinkId, &[Point])]) -> Vec<ConflictArea> {
    let mut areas = Vec::new();
    for (index, (a, shape_a)) in links.iter().enumerate() {
        for (b, shape_b) in &links[index + 1..] {
            if apart(shape_a, shape_b) {
                continue;
            }
            if let Some((along_a, along_b, angle_rad)) = meeting(shape_a, shape_b) {
                let (along_a, along_b) = (Meters::new(along_a), Meters::new(along_b));
                areas.push(ConflictArea { a: *a, b: *b, along_a, along_b, angle_rad });
            }
        }
    }
    areas
}

/// Whether the bounding boxes of two paths do not touch, which spares the search.
fn apart(a: &[Point], b: &[Point]) -> bool {
    let bounds = |shape: &[Point]| {
        shape.iter().fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |bound, point| {
            [
                bound[0].min(point.x),
                bound[1].min(point.y),
                bound[2].max(point.x),
                bound[3].max(point.y),
            ]
        })
    };
    let (a, b) = (bounds(a), bounds(b));
    let far = 1e-3;
    a[2] + far < b[0] || b[2] + far < a[0] || a[3] + far < b[1] || b[3] + far < a[1]
}

fn meeting(a: &[Point], b: &[Point]) -> Option<(f64, f64, f64)> {
    let mut along_a = 0.0;
    for pair_a in a.windows(2) {
        let (start_a, step_a) = (pair_a[0], minus(pair_a[1], pair_a[0]));
        let mut along_b = 0.0;
        for pair_b in b.windows(2) {
            let (start_b, step_b) = (pair_b[0], minus(pair_b[1], pair_b[0]));
            let sine = cross(step_a, step_b);
            if sine.abs() >= EPSILON {
                let part = cross(minus(start_b, start_a), step_b) / sine;
                let point = Point::new(start_a.x + step_a.x * part, start_a.y + step_a.y * part);
                if on_segment(start_a, pair_a[1], point) && on_segment(start_b, pair_b[1], point) {
                    let angle = libm::atan2(sine.abs(), dot(step_a, step_b));
                    let reach_a = along_a + norm(minus(point, start_a));
                    return Some((reach_a, along_b + norm(minus(point, start_b)), angle));
                }
            }
            along_b += norm(step_b);
        }
        along_a += norm(step_a);
    }
    None
}
