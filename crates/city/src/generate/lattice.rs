//! The irregular lattice that streets are laid on, in the parameter plane.
//!
//! Arterials bound superblocks of three to five blocks a side; within them run collectors and local
//! streets; blocks grow outward; the river takes the place of one row of blocks.
//!
//! # Units
//! Metres east and north of the center, in the parameter plane of [`super::warp`].
//!
//! # Source
//! Parish, Müller: Procedural modeling of cities, SIGGRAPH 2001, doi:10.1145/383259.383292: a
//! hierarchy of streets fills the blocks of the one above it.

use std::f64::consts::TAU;

use urbis_network::RoadClass;
use urbis_units::Point;

use super::warp::smooth;
use crate::random::Stream;

/// Water and both banks together, metres.
const RIVER_WIDTH: f64 = 262.0;

/// A line of the lattice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    /// Where it crosses the other axis.
    pub(crate) at: f64,
    /// Rank of the street on it.
    pub(crate) class: RoadClass,
    /// The number of arterials up to here, zero at the center: numbers arterials and superblocks.
    pub(crate) block: i32,
}

/// The lattice.
#[derive(Debug, Clone)]
pub(crate) struct Lattice {
    /// Lines that run north, from west to east.
    pub(crate) columns: Vec<Line>,
    /// Lines that run east, from south to north.
    pub(crate) rows: Vec<Line>,
    /// The river runs north of this row and south of the next.
    pub(crate) river: usize,
    /// Expected radius of the city.
    pub(crate) radius: f64,
    /// Numbers of the arterials that carry expressways.
    pub(crate) expressways: Expressways,
    outline: Outline,
}

/// Which arterials are expressways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expressways {
    /// Too small a town.
    None,
    /// One that passes the town.
    Spine {
        /// Number of the column.
        column: i32,
    },
    /// Rings, and four ways out from the outermost.
    Rings {
        /// West column, east column, south row, north row of each ring, from the inside.
        rings: Vec<[i32; 4]>,
    },
}

/// How far the city reaches in each direction.
#[derive(Debug, Clone, Copy)]
struct Outline {
    phases: [f64; 3],
    amplitudes: [f64; 3],
}

impl Outline {
    fn reach(&self, at: Point) -> f64 {
        let angle = libm::atan2(at.y, at.x);
        let lobe = |wave: usize| {
            let turns = [2.0, 3.0, 5.0][wave];
            self.amplitudes[wave] * libm::cos(turns * angle + self.phases[wave])
        };
        1.0 + lobe(0) + lobe(1) + lobe(2)
    }
}

impl Lattice {
    /// The lattice of a city of about `junctions` junctions.
    pub(crate) fn new(seed: u64, junctions: usize) -> Self {
        let stream = Stream::new(seed, "lattice");
        // A junction takes about 0.044 km² where streets end in others as often as they cross.
        let radius = (junctions as f64 * 44_000.0 / std::f64::consts::PI).sqrt();
        let reach = radius * 1.6 + 900.0;
        let river_block = libm::floor((0.33 * radius - 200.0).max(0.0) / 650.0) as usize;
        let columns = axis(stream.fork(1), radius, reach, None);
        let rows = axis(stream.fork(2), radius, reach, Some(river_block));
        // No block is as wide as the river.
        let width = |pair: &[Line]| pair[1].at - pair[0].at;
        let river = (0..rows.len() - 1)
            .max_by(|a, b| width(&rows[*a..*a + 2]).total_cmp(&width(&rows[*b..*b + 2])))
            .unwrap_or_default();
        let outline = Outline {
            phases: [0, 1, 2].map(|wave| stream.within(10 + wave, 0.0, TAU)),
            amplitudes: [0.11, 0.08, 0.05].map(|most| most * stream.within(20, 0.6, 1.0)),
        };
        let expressways = expressways(&columns, &rows, radius, junctions);
        Self { columns, rows, river, radius, expressways, outline }
    }

    /// Where a point of the lattice lies.
    pub(crate) fn at(&self, column: usize, row: usize) -> Point {
        Point::new(self.columns[column].at, self.rows[row].at)
    }

    /// The river's center line, north of the center in the parameter plane.
    pub(crate) fn river_at(&self) -> f64 {
        f64::midpoint(self.rows[self.river].at, self.rows[self.river + 1].at)
    }

    /// Cells (by their south-west corner, row by row) from the center outward, without the river's.
    pub(crate) fn cells_outward(&self) -> Vec<u32> {
        let width = self.columns.len();
        let mut cells: Vec<(f64, u32)> = Vec::new();
        for row in (0..self.rows.len() - 1).filter(|row| *row != self.river) {
            for column in 0..width - 1 {
                let (low, high) = (self.at(column, row), self.at(column + 1, row + 1));
                let middle = Point::new(f64::midpoint(low.x, high.x), f64::midpoint(low.y, high.y));
                let away = (middle.x * middle.x + middle.y * middle.y).sqrt();
                cells.push((away / self.outline.reach(middle), (row * width + column) as u32));
            }
        }
        cells.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    /// Rank of the street from a lattice point eastward.
    pub(crate) fn class_east(&self, column: usize, row: usize) -> RoadClass {
        let line = self.rows[row];
        let express = line.class == RoadClass::Arterial
            && match &self.expressways {
                Expressways::None | Expressways::Spine { .. } => false,
                Expressways::Rings { rings } => {
                    let block = self.columns[column].block;
                    rings.iter().any(|[west, east, south, north]| {
                        (line.block == *south || line.block == *north)
                            && (*west..*east).contains(&block)
                    }) || rings.last().is_some_and(|[west, east, _, _]| {
                        line.block == 0 && !(*west..*east).contains(&block)
                    })
                }
            };
        if express { RoadClass::Expressway } else { line.class }
    }

    /// Rank of the street from a lattice point northward.
    pub(crate) fn class_north(&self, column: usize, row: usize) -> RoadClass {
        let line = self.columns[column];
        let express = line.class == RoadClass::Arterial
            && match &self.expressways {
                Expressways::None => false,
                Expressways::Spine { column } => line.block == *column,
                Expressways::Rings { rings } => {
                    let block = self.rows[row].block;
                    rings.iter().any(|[west, east, south, north]| {
                        (line.block == *west || line.block == *east)
                            && (*south..*north).contains(&block)
                    }) || rings.last().is_some_and(|[_, _, south, north]| {
                        line.block == 0 && !(*south..*north).contains(&block)
                    })
                }
            };
        if express { RoadClass::Expressway } else { line.class }
    }
}

/// The lines of one axis, from the lowest coordinate to the highest; the river flows through the
/// given superblock below the center.
fn axis(stream: Stream, radius: f64, reach: f64, river: Option<usize>) -> Vec<Line> {
    let above = side(stream.fork(0), radius, reach, None);
    let below = side(stream.fork(1), radius, reach, river);
    let mut lines: Vec<Line> = below[1..]
        .iter()
        .rev()
        .map(|(at, class)| Line { at: -at, class: *class, block: 0 })
        .chain(above.iter().map(|(at, class)| Line { at: *at, class: *class, block: 0 }))
        .collect();
    let is_arterial = |line: &Line| line.class == RoadClass::Arterial;
    let below_center = lines.iter().filter(|line| is_arterial(line) && line.at < 0.0).count();
    let mut block = -(below_center as i32) - 1;
    for line in &mut lines {
        if is_arterial(line) {
            block += 1;
        }
        line.block = block;
    }
    lines
}

/// The lines of half an axis, from the center outward.
fn side(stream: Stream, radius: f64, reach: f64, river: Option<usize>) -> Vec<(f64, RoadClass)> {
    use RoadClass::{Arterial, Collector, Local};
    let mut lines = Vec::new();
    let (mut at, mut block, mut draw) = (0.0, 0, 0);
    while at <= reach {
        let start = lines.len();
        let inner: &[RoadClass] = if river == Some(block) {
            &[Local, Collector, Collector, Local]
        } else {
            match stream.below(1000 + block as u64, 8) {
                0 => &[Local, Collector],
                1 | 2 => &[Local, Collector, Local, Local],
                3 => &[Local, Local, Collector, Local],
                _ => &[Local, Collector, Local],
            }
        };
        lines.push((at, Arterial));
        for class in inner.iter().copied().chain([Arterial]) {
            let outward = smooth(at / radius.clamp(900.0, 6000.0));
            at += (138.0 + 70.0 * outward) * stream.within(draw, 0.84, 1.2);
            draw += 1;
            if river == Some(block) && lines.len() == start + 3 {
                at = lines[start + 2].0 + RIVER_WIDTH;
            }
            if class != Arterial {
                lines.push((at, class));
            }
        }
        block += 1;
    }
    lines.push((at, Arterial));
    lines
}

fn expressways(columns: &[Line], rows: &[Line], radius: f64, junctions: usize) -> Expressways {
    // The arterial nearest to a coordinate, at least one away from the center.
    let nearest = |lines: &[Line], at: f64| {
        lines
            .iter()
            .filter(|line| line.class == RoadClass::Arterial && line.at * at > 0.0)
            .min_by(|a, b| (a.at - at).abs().total_cmp(&(b.at - at).abs()))
            .map_or(0, |line| line.block)
    };
    match junctions {
        0..130 => Expressways::None,
        130..250 => Expressways::Spine { column: nearest(columns, radius * 0.45) },
        _ => {
            let shares: &[f64] = match junctions {
                0..2500 => &[0.56],
                2500..9000 => &[0.34, 0.7],
                _ => &[0.24, 0.48, 0.75],
            };
            let ring = |share: &f64| {
                let away = radius * share;
                [
                    nearest(columns, -away),
                    nearest(columns, away),
                    nearest(rows, -away),
                    nearest(rows, away),
                ]
            };
            Expressways::Rings { rings: shares.iter().map(ring).collect() }
        }
    }
}
