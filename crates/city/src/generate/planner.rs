//! Which pieces of the lattice become streets: the city's area, rings, bridges, ways out, merged
//! blocks.

use std::ops::Range;

use urbis_network::RoadClass;

use super::grid::{Blocks, Grid, keep_largest_part};
use super::lattice::{Expressways, Lattice, Line};
use crate::random::Stream;

/// Lattice points from the city's edge to where its ways out end.
const WAY_OUT_STEPS: usize = 2;

/// What does not change between attempts at a city of the right size.
#[derive(Debug)]
pub(crate) struct Planner<'a> {
    lattice: &'a Lattice,
    cells: Vec<u32>,
    /// Pieces in the order in which their removal is tried.
    removal: Vec<u32>,
    stream: Stream,
    ways_out_max: usize,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(lattice: &'a Lattice, seed: u64, junctions: usize) -> Self {
        let stream = Stream::new(seed, "grid");
        let points = lattice.columns.len() * lattice.rows.len();
        let mut removal: Vec<u32> = (0..2 * points as u32).collect();
        removal.sort_by_key(|piece| (stream.bits(u64::from(*piece)), *piece));
        let ways_out_max = (junctions / 14).clamp(4, 90);
        Self { lattice, cells: lattice.cells_outward(), removal, stream, ways_out_max }
    }

    /// How many cells a city may take.
    pub(crate) fn cells(&self) -> Range<usize> {
        2..self.cells.len()
    }

    /// The streets of a city that takes the first `take` cells.
    pub(crate) fn lay(&self, take: usize) -> Grid {
        let (width, height) = (self.lattice.columns.len(), self.lattice.rows.len());
        let points = width * height;
        let mut inside = vec![false; points];
        for cell in &self.cells[..take] {
            inside[*cell as usize] = true;
        }
        let mut grid = Grid {
            width,
            pieces: vec![None; 2 * points],
            degree: vec![0; points],
            boundary: vec![false; points],
            blocks: Blocks::new(points),
        };
        self.streets_around(&mut grid, &inside);
        self.rings(&mut grid);
        self.bridges(&mut grid);
        keep_largest_part(&mut grid);
        self.ways_out(&mut grid);
        self.way_over(&mut grid);
        self.note_land_around(&mut grid, &inside);
        self.limit_access(&mut grid);
        self.merge_blocks(&mut grid);
        grid
    }

    fn streets_around(&self, grid: &mut Grid, inside: &[bool]) {
        let width = grid.width;
        for cell in (0..inside.len()).filter(|cell| inside[*cell]) {
            let (column, row) = (cell % width, cell / width);
            for piece in [cell, cell + width] {
                grid.add(piece, self.lattice.class_east(column, piece / width));
            }
            for point in [cell, cell + 1] {
                grid.add(grid.north(point), self.lattice.class_north(point % width, row));
            }
        }
    }

    /// Rings are closed where they leave the built-up area.
    fn rings(&self, grid: &mut Grid) {
        let Expressways::Rings { rings } = &self.lattice.expressways else { return };
        let find = |lines: &[Line], block: i32| {
            lines
                .iter()
                .position(|line| line.block == block && line.class == RoadClass::Arterial)
                .unwrap_or_default()
        };
        for [west, east, south, north] in rings {
            let (columns, rows) = (&self.lattice.columns, &self.lattice.rows);
            let (west, east) = (find(columns, *west), find(columns, *east));
            let (south, north) = (find(rows, *south), find(rows, *north));
            for column in west..east {
                for row in [south, north] {
                    grid.add(row * grid.width + column, RoadClass::Expressway);
                }
            }
            for row in south..north {
                for column in [west, east] {
                    grid.add(grid.north(row * grid.width + column), RoadClass::Expressway);
                }
            }
        }
    }

    /// Expressways and every other arterial cross the river where both banks are built on.
    fn bridges(&self, grid: &mut Grid) {
        let row = self.lattice.river;
        for (column, line) in self.lattice.columns.iter().enumerate() {
            let class = self.lattice.class_north(column, row);
            let crosses = class == RoadClass::Expressway
                || class == RoadClass::Arterial && line.block.rem_euclid(2) == 0;
            let south = row * grid.width + column;
            if crosses && grid.degree[south] > 1 && grid.degree[south + grid.width] > 1 {
                grid.add(grid.north(south), class);
            }
        }
    }

    /// Expressways and some arterials go on into the country.
    fn ways_out(&self, grid: &mut Grid) {
        let mut ends: Vec<(u64, bool, usize)> = Vec::new();
        for (upright, lines) in [(true, &self.lattice.columns), (false, &self.lattice.rows)] {
            for (index, line) in lines.iter().enumerate() {
                if line.class == RoadClass::Arterial {
                    let order = if line.block == 0 {
                        0
                    } else {
                        1 + self.stream.bits(1 << 40 | (index as u64) << 1 | u64::from(upright)) / 2
                    };
                    ends.push((order, upright, index));
                }
            }
        }
        ends.sort_unstable();
        let mut left = self.ways_out_max;
        let built: Vec<bool> = grid.degree.iter().map(|degree| *degree > 0).collect();
        for (_, upright, index) in ends {
            for outward in [true, false] {
                if left > 0 && self.way_out(grid, &built, (upright, index), outward) {
                    left -= 1;
                }
            }
        }
    }

    /// A village on one bank has its way out over the river.
    fn way_over(&self, grid: &mut Grid) {
        let (width, south) = (grid.width, self.lattice.river);
        let crossed = |column: usize| grid.pieces[grid.north(south * width + column)].is_some();
        if (0..width).any(crossed) {
            return;
        }
        let middle = |line: &Line| line.class == RoadClass::Arterial && line.block == 0;
        let Some(column) = self.lattice.columns.iter().position(middle) else { return };
        let built = |row: &usize| grid.degree[row * width + column] > 0;
        // The village lies on the north bank: the river runs below the center.
        let Some(edge) = (south + 1..self.lattice.rows.len()).find(built) else { return };
        for row in south..edge {
            grid.add(grid.north(row * width + column), self.lattice.class_north(column, row));
        }
        // A way out that ended before the river goes on over it.
        for row in south..=edge {
            grid.boundary[row * width + column] = row == south;
        }
    }

    fn way_out(
        &self,
        grid: &mut Grid,
        built: &[bool],
        (upright, index): (bool, usize),
        outward: bool,
    ) -> bool {
        let (width, height) = (grid.width, self.lattice.rows.len());
        let (stride, count) = if upright { (width, height) } else { (1, width) };
        let first = if upright { index } else { index * width };
        let on_line = |step: usize| first + step * stride;
        let built = |step: &usize| built[on_line(*step)];
        let edge = if outward { (0..count).rev().find(built) } else { (0..count).find(built) };
        let Some(edge) = edge else { return false };
        // A way out over the river would be a bridge to nowhere.
        let past_river =
            |step: usize| upright && (step == self.lattice.river + usize::from(!outward));
        let mut path = Vec::new();
        let mut at = edge;
        for _ in 0..WAY_OUT_STEPS {
            let next = if outward { at + 1 } else { at.wrapping_sub(1) };
            if next >= count || past_river(at) || grid.degree[on_line(next)] > 0 {
                return false;
            }
            path.push((on_line(at.min(next)), on_line(next)));
            at = next;
        }
        for (low, _) in &path {
            let (column, row) = (low % width, low / width);
            let (piece, class) = if upright {
                (grid.north(*low), self.lattice.class_north(column, row))
            } else {
                (*low, self.lattice.class_east(column, row))
            };
            grid.add(piece, class);
        }
        grid.boundary[on_line(at)] = true;
        true
    }

    /// Cells that are not built on are one block with the land around; so is the river outside the
    /// bridges at both ends.
    fn note_land_around(&self, grid: &mut Grid, inside: &[bool]) {
        let (width, around) = (grid.width, inside.len());
        for (cell, inside) in inside.iter().enumerate() {
            if !inside && cell / width != self.lattice.river {
                grid.blocks.merge(cell, around);
            }
        }
        let start = self.lattice.river * width;
        for point in start..start + width {
            if grid.pieces[grid.north(point)].is_none() && point > start {
                grid.blocks.merge(point - 1, point);
            }
            for (bank, land) in [(point, point.wrapping_sub(width)), (point + width, point + width)]
            {
                if grid.pieces[bank].is_none() {
                    grid.blocks.merge(point, land.min(around));
                }
            }
        }
        // The first column has no street to the west of it.
        grid.blocks.merge(start, around);
    }

    /// Only arterials meet an expressway.
    fn limit_access(&self, grid: &mut Grid) {
        let express: Vec<bool> = (0..grid.degree.len())
            .map(|point| {
                grid.around(point).any(|piece| grid.pieces[piece] == Some(RoadClass::Expressway))
            })
            .collect();
        for &piece in &self.removal {
            let piece = piece as usize;
            if matches!(grid.pieces[piece], Some(RoadClass::Local | RoadClass::Collector)) {
                let (from, to) = grid.ends(piece);
                if express[from] || express[to] {
                    grid.try_remove(piece, 9);
                }
            }
        }
    }

    fn on_bank(&self, grid: &Grid, piece: usize) -> bool {
        (self.lattice.river..self.lattice.river + 2).contains(&(piece / grid.width))
    }

    /// Takes away local streets here and there, more often those that reach an arterial.
    fn merge_blocks(&self, grid: &mut Grid) {
        for &piece in &self.removal {
            let piece = piece as usize;
            let (from, to) = grid.ends_checked(piece);
            let share = match grid.pieces[piece] {
                Some(RoadClass::Local) => {
                    let reaches_arterial = [from, to].into_iter().any(|point| {
                        grid.around(point).any(|other| {
                            grid.pieces[other].is_some_and(|class| class <= RoadClass::Arterial)
                        })
                    });
                    if reaches_arterial { 0.75 } else { 0.42 }
                }
                Some(RoadClass::Collector) if !self.on_bank(grid, piece) => 0.06,
                _ => continue,
            };
            if self.stream.unit(1 << 41 | piece as u64) < share {
                grid.try_remove(piece, 4);
            }
        }
    }
}
