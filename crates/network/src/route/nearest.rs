//! The road nearest to a point.
//!
//! # Units
//! Metres.
//!
//! # Source
//! R*-tree, bulk loaded: S. Leutenegger et al., "STR: a simple and efficient algorithm for R-tree
//! packing", 1997, doi:10.1109/ICDE.1997.582015.

use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};
use urbis_units::{Meters, Point};

use crate::{Network, RoadId, geometry};

/// A place on a road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// Which road.
    pub road: RoadId,
    /// How far from its start, 0 to its length.
    pub along: Meters,
    /// How far the point is from the middle of its carriageway.
    pub distance: Meters,
}

/// A piece of a carriageway's middle line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    road: RoadId,
    /// Distance of its start from the start of the road.
    along: f64,
    /// Length of the road.
    length: f64,
}

type Indexed = GeomWithData<Line<[f64; 2]>, Piece>;

pub(super) struct RoadIndex {
    tree: RTree<Indexed>,
}

impl RoadIndex {
    pub(super) fn new(network: &Network) -> Self {
        let mut pieces = Vec::new();
        for (id, road) in network.roads.iter_ids() {
            let width: Meters = network.lanes_of(id).map(|lane| network.lanes[lane].width).sum();
            let (start, end) =
                (network.junctions[road.from].radius, network.junctions[road.to].radius);
            // Both directions of a street share one center line: a point belongs to the one whose
            // own half it lies on.
            let middle = geometry::offset(&geometry::trim(&road.shape, start, end), width / 2.0);
            let mut along = 0.0;
            for pair in middle.windows(2) {
                let ends = pair.iter().all(|point| point.x.is_finite() && point.y.is_finite());
                if ends {
                    let line = Line::new([pair[0].x, pair[0].y], [pair[1].x, pair[1].y]);
                    let piece = Piece { road: id, along, length: road.length.get() };
                    pieces.push(GeomWithData::new(line, piece));
                }
                along += geometry::distance(pair[0], pair[1]).get();
            }
        }
        Self { tree: RTree::bulk_load(pieces) }
    }

    pub(super) fn nearest(&self, point: Point, accept: impl Fn(RoadId) -> bool) -> Option<Nearest> {
        if !(point.x.is_finite() && point.y.is_finite()) {
            return None;
        }
        let place = [point.x, point.y];
        let mut nearest: Option<(f64, &Indexed)> = None;
        for piece in self.tree.nearest_neighbor_iter(&place) {
            if !accept(piece.data.road) {
                continue;
            }
            let away = piece.distance_2(&place);
            match nearest {
                Some((least, _)) if away > least => break,
                // Pieces at one distance come in no order of ours: the lower road wins.
                Some((_, best)) if best.data.road <= piece.data.road => {}
                _ => nearest = Some((away, piece)),
            }
        }
        nearest.map(|(away, piece)| {
            let [from, to] = [piece.geom().from, piece.geom().to].map(|p| Point::new(p[0], p[1]));
            let on = geometry::project(&[from, to], point).map_or(0.0, |foot| foot.along.get());
            Nearest {
                road: piece.data.road,
                along: Meters::new((piece.data.along + on).min(piece.data.length)),
                distance: Meters::new(away.sqrt()),
            }
        })
    }
}
