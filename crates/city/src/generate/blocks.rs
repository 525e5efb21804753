//! Blocks: the land between streets.
//!
//! # Units
//! Metres on the city's plane; areas are square metres.
//!
//! # Source
//! Faces of a planar subdivision by walking half-edges: M. de Berg et al., Computational Geometry,
//! 3rd ed., chapter 2.

use urbis_network::geometry;
use urbis_units::Point;

use super::junction::Arm;
use super::network::{lane_count, lane_width};
use super::streets::{Streets, rounded};

/// Between the outer lane and the lots: sidewalk and trees.
const SIDEWALK: f64 = 4.5;
/// Land smaller than this is part of the street.
const LOT_MIN: f64 = 250.0;

/// A block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// Its outline within the streets around it, counter-clockwise.
    pub(crate) outline: Vec<Point>,
    pub(crate) area: f64,
    pub(crate) center: Point,
    /// The cell of the lattice that stands for it.
    pub(crate) cell: usize,
    /// Streets around it, each with whether the block lies to the left of its direction.
    pub(crate) sides: Vec<(usize, bool)>,
}

/// All blocks, water and open land left out.
pub(crate) fn find(streets: &Streets, arms: &[Vec<Arm>]) -> Vec<Block> {
    let mut seen = vec![false; 2 * streets.streets.len()];
    let mut blocks = Vec::new();
    for start in 0..seen.len() {
        if seen[start] {
            continue;
        }
        let mut sides = Vec::new();
        let mut at = start;
        while !seen[at] {
            seen[at] = true;
            sides.push((at / 2, at.is_multiple_of(2)));
            at = next(streets, arms, at);
        }
        let (street, forward) = sides[0];
        let street = &streets.streets[street];
        let cell = if forward { street.left } else { street.right };
        if cell != streets.around && streets.water.binary_search(&cell).is_err() {
            blocks.extend(block(streets, cell, sides));
        }
    }
    blocks
}

/// The half-edge that follows one around the land to its left.
fn next(streets: &Streets, arms: &[Vec<Arm>], half_edge: usize) -> usize {
    let (street, forward) = (half_edge / 2, half_edge.is_multiple_of(2));
    let node = if forward { streets.streets[street].to } else { streets.streets[street].from };
    let around = &arms[node];
    // Arriving forward one stands at the street's end.
    let own = around
        .iter()
        .position(|arm| arm.street == street && arm.begins != forward)
        .expect("a street is an arm of the junctions at its ends");
    let turn = around[(own + around.len() - 1) % around.len()];
    2 * turn.street + usize::from(!turn.begins)
}

fn block(streets: &Streets, cell: usize, sides: Vec<(usize, bool)>) -> Option<Block> {
    let mut ring: Vec<(Point, f64)> = Vec::new();
    for &(index, forward) in &sides {
        let street = &streets.streets[index];
        let lanes = f64::from(lane_count(street.class, false));
        let inset = lanes * lane_width(street.class).get() + SIDEWALK;
        let count = street.shape.len();
        let along = (0..count - 1)
            .map(|vertex| if forward { vertex } else { count - 1 - vertex })
            .map(|vertex| (street.shape[vertex], inset));
        ring.extend(along);
    }
    let ring = simplified(&ring);
    let outline: Vec<Point> = inset(&ring)?.into_iter().map(rounded).collect();
    let area = area(&outline);
    (area > LOT_MIN && ring.len() > 2).then(|| Block {
        center: rounded(center(&outline)),
        outline,
        area,
        cell,
        sides,
    })
}

/// Drops vertices where the outline hardly bends and the width stays.
fn simplified(ring: &[(Point, f64)]) -> Vec<(Point, f64)> {
    let count = ring.len();
    let bends = |index: &usize| {
        let (before, after) = (ring[(index + count - 1) % count], ring[(index + 1) % count]);
        let (point, width) = ring[*index];
        let off =
            geometry::project(&[before.0, after.0], point).map_or(0.0, |foot| foot.distance.get());
        off > 0.6 || width != before.1
    };
    (0..count).filter(bends).map(|index| ring[index]).collect()
}

/// The outline moved inward, each side by its own distance; `None` where nothing is left.
fn inset(ring: &[(Point, f64)]) -> Option<Vec<Point>> {
    let count = ring.len();
    if count < 3 {
        return None;
    }
    let side = |index: usize| {
        let ((a, width), (b, _)) = (ring[index % count], ring[(index + 1) % count]);
        let length = geometry::distance(a, b).get().max(0.01);
        let left = Point::new((a.y - b.y) / length, (b.x - a.x) / length);
        (a, b, left, width)
    };
    let mut outline = Vec::with_capacity(count);
    for index in 0..count {
        let (a0, b0, left0, w0) = side(index + count - 1);
        let (a1, _, left1, w1) = side(index);
        let direction0 = Point::new(left0.y, -left0.x);
        let direction1 = Point::new(left1.y, -left1.x);
        let cross = direction0.x * direction1.y - direction0.y * direction1.x;
        let start0 = Point::new(a0.x + left0.x * w0, a0.y + left0.y * w0);
        let start1 = Point::new(a1.x + left1.x * w1, a1.y + left1.y * w1);
        let moved = if cross.abs() < 0.2 {
            let width = w0.max(w1);
            Point::new(b0.x + left0.x * width, b0.y + left0.y * width)
        } else {
            let (dx, dy) = (start1.x - start0.x, start1.y - start0.y);
            let along = (dx * direction1.y - dy * direction1.x) / cross;
            Point::new(start0.x + direction0.x * along, start0.y + direction0.y * along)
        };
        outline.push(moved);
    }
    is_simple(&outline).then_some(outline)
}

/// Whether no two sides of an outline cross: sides are few, so all pairs are looked at.
fn is_simple(outline: &[Point]) -> bool {
    let count = outline.len();
    let side = |index: usize| [outline[index % count], outline[(index + 1) % count]];
    (0..count).all(|first| {
        (first + 2..count)
            .filter(|second| !(first == 0 && *second == count - 1))
            .all(|second| geometry::first_meeting(&side(first), &side(second)).is_none())
    })
}

/// Area within an outline, positive when it runs counter-clockwise.
pub(crate) fn area(outline: &[Point]) -> f64 {
    let count = outline.len();
    let cross = |index: usize| {
        let (a, b) = (outline[index], outline[(index + 1) % count]);
        a.x * b.y - b.x * a.y
    };
    (0..count).map(cross).sum::<f64>() / 2.0
}

/// Center of gravity of an outline.
fn center(outline: &[Point]) -> Point {
    let count = outline.len();
    let (mut x, mut y, mut total) = (0.0, 0.0, 0.0);
    for index in 0..count {
        let (a, b) = (outline[index], outline[(index + 1) % count]);
        let cross = a.x * b.y - b.x * a.y;
        x += (a.x + b.x) * cross;
        y += (a.y + b.y) * cross;
        total += 3.0 * cross;
    }
    if total.abs() < 1e-6 { outline[0] } else { Point::new(x / total, y / total) }
}
