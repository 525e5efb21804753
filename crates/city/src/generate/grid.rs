//! The lattice with the pieces that are streets, and the blocks between them.
//!
//! **Invariant:** a piece is taken away only where it parts two different blocks and both its ends
//! keep two streets, so that the streets stay connected and none ends dead.

use urbis_network::RoadClass;

/// The lattice with the pieces that are streets.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    /// Lattice points in a row.
    pub(crate) width: usize,
    /// Rank of the street from each lattice point eastward, then of those northward.
    pub(crate) pieces: Vec<Option<RoadClass>>,
    /// How many streets meet at each lattice point.
    pub(crate) degree: Vec<u8>,
    /// Lattice points where ways out end.
    pub(crate) boundary: Vec<bool>,
    /// Cells merged into blocks.
    pub(crate) blocks: Blocks,
}

/// Cells merged into blocks; the cell after the last stands for the land around the city.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    parent: Vec<u32>,
    size: Vec<u16>,
}

impl Blocks {
    /// Every cell a block of its own.
    pub(crate) fn new(cells: usize) -> Self {
        Self { parent: (0..=cells as u32).collect(), size: vec![1; cells + 1] }
    }

    /// The cell that stands for the block of `cell`.
    pub(crate) fn find(&self, cell: usize) -> usize {
        let mut cell = cell;
        while self.parent[cell] as usize != cell {
            cell = self.parent[cell] as usize;
        }
        cell
    }

    pub(crate) fn merge(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        let (small, large) = if self.size[a] < self.size[b] { (a, b) } else { (b, a) };
        if small != large {
            self.parent[small] = large as u32;
            self.size[large] = self.size[large].saturating_add(self.size[small]);
        }
    }
}

impl Grid {
    /// The piece from a lattice point northward.
    pub(crate) fn north(&self, point: usize) -> usize {
        self.degree.len() + point
    }

    /// The lattice points at the ends of a piece: south or west first.
    pub(crate) fn ends(&self, piece: usize) -> (usize, usize) {
        let points = self.degree.len();
        if piece < points {
            (piece, piece + 1)
        } else {
            (piece - points, piece - points + self.width)
        }
    }

    /// As [`Self::ends`], kept within the lattice for pieces that stick out of it.
    pub(crate) fn ends_checked(&self, piece: usize) -> (usize, usize) {
        let (from, to) = self.ends(piece);
        (from, to.min(self.degree.len() - 1))
    }

    /// The cells to the left and to the right of a piece, seen eastward or northward.
    pub(crate) fn sides(&self, piece: usize) -> (usize, usize) {
        let (points, around) = (self.degree.len(), self.degree.len());
        if piece < points {
            (piece, piece.checked_sub(self.width).unwrap_or(around))
        } else {
            let point = piece - points;
            (point.checked_sub(1).unwrap_or(around), point)
        }
    }

    /// Pieces at a lattice point, whether streets or not.
    pub(crate) fn around(&self, point: usize) -> impl Iterator<Item = usize> + use<> {
        let points = self.degree.len();
        let (west, south) = (point.checked_sub(1), point.checked_sub(self.width));
        [Some(point), west, Some(points + point), south.map(|south| points + south)]
            .into_iter()
            .flatten()
    }

    /// The streets at a lattice point, with the point at their other end.
    pub(crate) fn streets_at(&self, point: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.around(point).filter(|piece| self.pieces[*piece].is_some()).map(move |piece| {
            let (from, to) = self.ends(piece);
            (piece, if from == point { to } else { from })
        })
    }

    pub(crate) fn add(&mut self, piece: usize, class: RoadClass) {
        if self.pieces[piece].replace(class).is_none() {
            let (from, to) = self.ends(piece);
            self.degree[from] += 1;
            self.degree[to] += 1;
        }
    }

    pub(crate) fn remove(&mut self, piece: usize) {
        if self.pieces[piece].take().is_some() {
            let (from, to) = self.ends(piece);
            self.degree[from] -= 1;
            self.degree[to] -= 1;
        }
    }

    /// Takes a street away and merges the blocks beside it, where that leaves everything connected
    /// and no block of more than `cells_max` cells.
    pub(crate) fn try_remove(&mut self, piece: usize, cells_max: u16) {
        let (from, to) = self.ends(piece);
        if self.degree[from] < 3 || self.degree[to] < 3 {
            return;
        }
        let (left, right) = self.sides(piece);
        let (left, right) = (self.blocks.find(left), self.blocks.find(right));
        let around = self.blocks.find(self.degree.len());
        let merged = self.blocks.size[left].saturating_add(self.blocks.size[right]);
        if left != right && left != around && right != around && merged <= cells_max {
            self.remove(piece);
            self.blocks.merge(left, right);
        }
    }
}

/// Drops streets that are not connected with the most others.
pub(crate) fn keep_largest_part(grid: &mut Grid) {
    let mut part = vec![0_u32; grid.degree.len()];
    let (mut parts, mut best) = (0, (0, 0));
    for start in 0..grid.degree.len() {
        if grid.degree[start] == 0 || part[start] != 0 {
            continue;
        }
        parts += 1;
        part[start] = parts;
        let (mut open, mut size) = (vec![start], 0);
        while let Some(point) = open.pop() {
            size += 1;
            for (_, next) in grid.streets_at(point) {
                if part[next] == 0 {
                    part[next] = parts;
                    open.push(next);
                }
            }
        }
        if size > best.0 {
            best = (size, parts);
        }
    }
    for piece in 0..grid.pieces.len() {
        if grid.pieces[piece].is_some() && part[grid.ends(piece).0] != best.1 {
            grid.remove(piece);
        }
    }
}
