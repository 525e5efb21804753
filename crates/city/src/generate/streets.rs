//! Streets and their junctions in the plane of the city, from the pieces of the lattice.
//!
//! Lattice points where only two pieces meet are dissolved into the street that runs through them;
//! their corners become curves.
//!
//! # Units
//! Metres east and north of the center.

use urbis_network::{RoadClass, geometry};
use urbis_units::{Meters, Point};

use super::grid::Grid;
use super::lattice::Lattice;
use super::planner::Planner;
use super::warp::Warp;
use crate::random::Stream;

/// Bends flatter than this are drawn straight, metres.
const FLAT: f64 = 0.3;
/// Where a street turns a corner, its curve begins this far before it, metres.
const CORNER: f64 = 38.0;

/// A place where streets meet or end.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) at: Point,
    /// Traffic enters and leaves the city here.
    pub(crate) boundary: bool,
}

/// A street between two nodes.
#[derive(Debug, Clone)]
pub(crate) struct Street {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) class: RoadClass,
    pub(crate) shape: Vec<Point>,
    /// The lattice line it runs on: columns even, rows odd.
    pub(crate) line: u32,
    /// Superblock of its first piece: column and row.
    pub(crate) superblock: (i32, i32),
    pub(crate) bridge: bool,
    /// The blocks beside it, as cells that stand for them.
    pub(crate) left: usize,
    pub(crate) right: usize,
}

/// All streets of a city.
#[derive(Debug, Clone)]
pub(crate) struct Streets {
    pub(crate) nodes: Vec<Node>,
    pub(crate) streets: Vec<Street>,
    /// The cell that stands for the land around the city.
    pub(crate) around: usize,
    /// Cells that stand for blocks of water.
    pub(crate) water: Vec<usize>,
    pub(crate) grid: Grid,
}

/// A run of pieces through lattice points where nothing else meets.
struct Chain {
    points: Vec<usize>,
    pieces: Vec<usize>,
}

impl Streets {
    /// Streets with exactly `junctions` nodes.
    pub(crate) fn grow(lattice: &Lattice, warp: &Warp, seed: u64, junctions: usize) -> Self {
        let planner = Planner::new(lattice, seed, junctions);
        let count = |take: usize| node_count(&planner.lay(take));
        let (mut low, mut high) = (planner.cells().start, planner.cells().end - 1);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if count(middle) <= junctions {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        // The count falls now and then as cells are added: a larger city may fit as well.
        let fits = |take: &usize| planner.cells().contains(take) && count(*take) <= junctions;
        let take = (low..low + 4).rev().find(fits).unwrap_or(low);
        let mut streets = Self::draw(lattice, warp, seed, planner.lay(take));
        while streets.nodes.len() < junctions {
            streets.split_longest();
        }
        streets
    }

    fn draw(lattice: &Lattice, warp: &Warp, seed: u64, grid: Grid) -> Self {
        let canvas = Canvas::new(lattice, warp, seed, grid.width);
        let mut ids = vec![usize::MAX; grid.degree.len()];
        let mut nodes = Vec::new();
        let mut node = |point: usize| {
            if ids[point] == usize::MAX {
                ids[point] = nodes.len();
                let boundary = grid.boundary[point];
                nodes.push(Node { at: rounded(canvas.points[point]), boundary });
            }
            ids[point]
        };
        let mut streets = Vec::new();
        for chain in chains(&grid) {
            let ends = (chain.points[0], chain.points[chain.points.len() - 1]);
            let (from, to) = (node(ends.0), node(ends.1));
            streets.push(canvas.street(lattice, &grid, &chain, (from, to)));
        }
        let start = lattice.river * grid.width;
        let mut water: Vec<usize> =
            (start..start + grid.width).map(|cell| grid.blocks.find(cell)).collect();
        water.sort_unstable();
        water.dedup();
        let around = grid.blocks.find(grid.degree.len());
        Self { nodes, streets, around, water, grid }
    }

    /// Puts a node in the middle of the longest street that does not leave the city.
    fn split_longest(&mut self) {
        let open = |street: &Street| {
            self.nodes[street.from].boundary || self.nodes[street.to].boundary || street.bridge
        };
        let longest = (0..self.streets.len()).max_by(|a, b| {
            let length = |index: usize| {
                let street = &self.streets[index];
                (!open(street), geometry::length(&street.shape).get())
            };
            let (a, b) = (length(*a), length(*b));
            a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        let Some(index) = longest else { return };
        let shape = self.streets[index].shape.clone();
        let half = geometry::length(&shape) / 2.0;
        let middle = rounded(geometry::point_along(&shape, half));
        self.nodes.push(Node { at: middle, boundary: false });
        let mut second = self.streets[index].clone();
        second.from = self.nodes.len() - 1;
        second.shape = geometry::trim(&shape, half, Meters::ZERO);
        second.shape[0] = middle;
        let first = &mut self.streets[index];
        first.to = second.from;
        first.shape = geometry::trim(&shape, Meters::ZERO, half);
        if let Some(last) = first.shape.last_mut() {
            *last = middle;
        }
        self.streets.push(second);
    }
}

/// To the centimetre, so that files stay short and read back the same.
pub(crate) fn rounded(point: Point) -> Point {
    Point::new(libm::round(point.x * 100.0) / 100.0, libm::round(point.y * 100.0) / 100.0)
}

fn is_node(grid: &Grid, point: usize) -> bool {
    grid.degree[point] > 0 && (grid.degree[point] != 2 || grid.boundary[point])
}

fn node_count(grid: &Grid) -> usize {
    let points = (0..grid.degree.len()).filter(|point| is_node(grid, *point)).count();
    // A street that would come back to where it began is cut in two by a node of its own.
    let is_half_loop = |pair: &[Chain]| {
        pair[0].points.last() == pair[1].points.first()
            && pair[0].points[0] == pair[1].points[pair[1].points.len() - 1]
            && !is_node(grid, pair[1].points[0])
    };
    points + chains(grid).windows(2).filter(|pair| is_half_loop(pair)).count()
}

/// The pieces of a grid as runs between nodes.
fn chains(grid: &Grid) -> Vec<Chain> {
    let mut seen = vec![false; grid.pieces.len()];
    let mut chains = Vec::new();
    for start in (0..grid.degree.len()).filter(|point| is_node(grid, *point)) {
        for (first, second) in grid.streets_at(start) {
            if seen[first] {
                continue;
            }
            let mut chain = Chain { points: vec![start, second], pieces: vec![first] };
            seen[first] = true;
            let mut at = second;
            while !is_node(grid, at) {
                let Some((piece, next)) = grid.streets_at(at).find(|(piece, _)| !seen[*piece])
                else {
                    break;
                };
                seen[piece] = true;
                chain.pieces.push(piece);
                chain.points.push(next);
                at = next;
            }
            if at == start {
                let middle = chain.points.len() / 2;
                let points = chain.points.split_off(middle);
                let pieces = chain.pieces.split_off(middle);
                chain.points.push(points[0]);
                chains.push(chain);
                chains.push(Chain { points, pieces });
            } else {
                chains.push(chain);
            }
        }
    }
    chains
}

/// Lattice points in the city, and the directions of the lines through them.
struct Canvas {
    width: usize,
    points: Vec<Point>,
    /// Unit vectors eastward along rows and northward along columns.
    east: Vec<Point>,
    north: Vec<Point>,
}

impl Canvas {
    fn new(lattice: &Lattice, warp: &Warp, seed: u64, width: usize) -> Self {
        let stream = Stream::new(seed, "jitter");
        let height = lattice.rows.len();
        let play = |class: RoadClass| match class {
            RoadClass::Local => 0.15,
            RoadClass::Collector => 0.06,
            RoadClass::Arterial | RoadClass::Expressway => 0.025,
        };
        let room = |at: f64, other: f64| (at - other).abs().min(160.0);
        let mut points = Vec::with_capacity(width * height);
        for row in 0..height {
            for column in 0..width {
                let draw = stream.fork((row * width + column) as u64);
                let (x, y) = (&lattice.columns, &lattice.rows);
                let room_x = room(x[column].at, x[column.saturating_sub(1)].at)
                    .min(room(x[column].at, x[(column + 1).min(width - 1)].at));
                let room_y = room(y[row].at, y[row.saturating_sub(1)].at)
                    .min(room(y[row].at, y[(row + 1).min(height - 1)].at));
                let mut point = lattice.at(column, row);
                point.x += room_x * play(x[column].class) * draw.within(0, -1.0, 1.0);
                point.y += room_y * play(y[row].class) * draw.within(1, -1.0, 1.0);
                points.push(warp.map(point));
            }
        }
        let unit = |a: Point, b: Point| {
            let length = geometry::distance(a, b).get().max(f64::MIN_POSITIVE);
            Point::new((b.x - a.x) / length, (b.y - a.y) / length)
        };
        let direction = |row: usize, column: usize, upright: bool| {
            let at = |row: usize, column: usize| points[row * width + column];
            if upright {
                unit(at(row.saturating_sub(1), column), at((row + 1).min(height - 1), column))
            } else {
                unit(at(row, column.saturating_sub(1)), at(row, (column + 1).min(width - 1)))
            }
        };
        let all = |upright: bool| {
            (0..width * height).map(|p| direction(p / width, p % width, upright)).collect()
        };
        let (east, north) = (all(false), all(true));
        Self { width, points, east, north }
    }

    fn street(
        &self,
        lattice: &Lattice,
        grid: &Grid,
        chain: &Chain,
        (from, to): (usize, usize),
    ) -> Street {
        let count = self.points.len();
        // Where ranks meet in one street, it is the lower: a corner ends an arterial.
        let class = chain.pieces.iter().filter_map(|piece| grid.pieces[*piece]).max();
        let first = chain.pieces[0];
        let (left, right) = grid.sides(first);
        let forward = grid.ends(first).0 == chain.points[0];
        let (left, right) = if forward { (left, right) } else { (right, left) };
        let middle = chain.pieces[chain.pieces.len() / 2];
        let upright = middle >= count;
        let point = if upright { middle - count } else { middle };
        let (column, row) = (point % self.width, point / self.width);
        Street {
            from,
            to,
            class: class.unwrap_or(RoadClass::Local),
            shape: self.shape(grid, chain),
            line: if upright { 2 * column as u32 } else { 2 * row as u32 + 1 },
            superblock: (lattice.columns[column].block, lattice.rows[row].block),
            bridge: chain
                .pieces
                .iter()
                .any(|piece| *piece >= count && (*piece - count) / self.width == lattice.river),
            left: grid.blocks.find(left),
            right: grid.blocks.find(right),
        }
    }

    fn shape(&self, grid: &Grid, chain: &Chain) -> Vec<Point> {
        let count = self.points.len();
        let mut pieces: Vec<Vec<Point>> = chain
            .points
            .windows(2)
            .zip(&chain.pieces)
            .map(|(ends, piece)| self.curve(ends[0], ends[1], *piece >= count))
            .collect();
        let mut shape = Vec::new();
        for next in 1..pieces.len() {
            let turns = (chain.pieces[next - 1] >= count) != (chain.pieces[next] >= count);
            if turns {
                let corner = self.points[chain.points[next]];
                let (before, after) = (&pieces[next - 1], &pieces[next]);
                let room = |shape: &[Point]| geometry::length(shape) * 0.45;
                let cut = Meters::new(CORNER).min(room(before)).min(room(after));
                let before = geometry::trim(before, Meters::ZERO, cut);
                let after = geometry::trim(after, cut, Meters::ZERO);
                let bend = corner_curve(before[before.len() - 1], corner, after[0]);
                pieces[next - 1] = before.into_iter().chain(bend).collect();
                pieces[next] = after;
            }
        }
        for piece in pieces {
            shape.extend(piece.into_iter().map(rounded));
        }
        shape.dedup();
        debug_assert!(grid.degree[chain.points[0]] > 0, "a chain begins at a street");
        shape
    }

    /// The street between two neighboring lattice points, tangent to the lines through them.
    fn curve(&self, from: usize, to: usize, upright: bool) -> Vec<Point> {
        let (start, end) = (self.points[from], self.points[to]);
        let directions = if upright { &self.north } else { &self.east };
        let sign = if to > from { 1.0 } else { -1.0 };
        let reach = geometry::distance(start, end).get() / 3.0 * sign;
        let (t0, t1) = (directions[from], directions[to]);
        let first = Point::new(start.x + t0.x * reach, start.y + t0.y * reach);
        let second = Point::new(end.x - t1.x * reach, end.y - t1.y * reach);
        let off = |control: Point| {
            geometry::project(&[start, end], control).map_or(0.0, |foot| foot.distance.get())
        };
        if off(first).max(off(second)) < FLAT {
            return vec![start, end];
        }
        let steps = 5;
        (0..=steps)
            .map(|step| {
                let t = f64::from(step) / f64::from(steps);
                let s = 1.0 - t;
                let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
                let sum = |axis: fn(Point) -> f64| {
                    weights[0] * axis(start)
                        + weights[1] * axis(first)
                        + weights[2] * axis(second)
                        + weights[3] * axis(end)
                };
                Point::new(sum(|point| point.x), sum(|point| point.y))
            })
            .collect()
    }
}

/// Points between two that follow the corner between them.
fn corner_curve(from: Point, corner: Point, to: Point) -> Vec<Point> {
    let steps = 5;
    (1..steps)
        .map(|step| {
            let t = f64::from(step) / f64::from(steps);
            let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            Point::new(a * from.x + b * corner.x + c * to.x, a * from.y + b * corner.y + c * to.y)
        })
        .collect()
}
