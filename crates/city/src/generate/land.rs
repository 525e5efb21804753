//! What the blocks are used for: homes, jobs, shops, schools, hospitals, stations, parks, homes for
//! the aged.
//!
//! # Units
//! Metres and square metres.
//!
//! # Source
//! Shares of land after GB 50137-2011 (urban land use); facilities are spread by farthest-point
//! sampling: T. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical
//! Computer Science 38 (1985), doi:10.1016/0304-3975(85)90224-5.

use urbis_network::{RoadClass, geometry};
use urbis_units::Point;

use super::blocks::Block;
use super::streets::Streets;
use crate::pack::PlaceKind;
use crate::random::Stream;

/// What stands on the blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Uses<'a> {
    /// The use of every block.
    pub(crate) blocks: &'a [PlaceKind],
    /// What stands on a block besides its use.
    pub(crate) shared: &'a [(usize, PlaceKind)],
}

impl Uses<'_> {
    /// Pairs of block and use.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, PlaceKind)> + '_ {
        self.blocks.iter().copied().enumerate().chain(self.shared.iter().copied())
    }
}

/// The use of every block.
pub(crate) fn uses(blocks: &[Block], streets: &Streets, radius: f64, seed: u64) -> Vec<PlaceKind> {
    let stream = Stream::new(seed, "land");
    let count = blocks.len();
    let mut uses: Vec<Option<PlaceKind>> = vec![None; count];
    let best_class = |index: usize| {
        let classes = blocks[index].sides.iter().map(|(street, _)| streets.streets[*street].class);
        let served = classes.filter(|class| *class != RoadClass::Expressway).min();
        served.unwrap_or(RoadClass::Expressway)
    };
    let on_major =
        |index: usize| matches!(best_class(index), RoadClass::Arterial | RoadClass::Collector);
    let junctions = streets.nodes.len();
    let facilities = [
        (PlaceKind::Hospital, (junctions / 160).max(1), 5_000.0, 30_000.0),
        (PlaceKind::AmbulanceStation, (junctions / 110).max(1), 1_500.0, 9_000.0),
        (PlaceKind::FireStation, (junctions / 140).max(1), 1_500.0, 12_000.0),
        (PlaceKind::School, (count / 13).max(1), 4_000.0, 22_000.0),
        (PlaceKind::Park, (count / 11).max(1), 6_000.0, 90_000.0),
        (PlaceKind::CareHome, (junctions / 180).max(1), 2_000.0, 16_000.0),
    ];
    // A village keeps room for homes.
    let facilities = &facilities[..if count < 12 { 2 } else { facilities.len() }];
    for &(kind, wanted, least, most) in facilities {
        let off_major = matches!(kind, PlaceKind::Park | PlaceKind::School | PlaceKind::CareHome);
        let fits = |index: &usize| {
            let block = &blocks[*index];
            uses[*index].is_none()
                && (least..most).contains(&block.area)
                && (off_major || on_major(*index))
        };
        let mut candidates: Vec<usize> = (0..count).filter(fits).collect();
        if candidates.is_empty() {
            candidates = (0..count).filter(|index| uses[*index].is_none()).collect();
        }
        let start = stream.fork(kind as u64);
        for chosen in spread(blocks, &candidates, wanted, start) {
            uses[chosen] = Some(kind);
        }
    }
    for (index, chosen) in uses.iter_mut().enumerate() {
        if chosen.is_none() && is_green_belt(&blocks[index], streets) {
            *chosen = Some(PlaceKind::Park);
        }
    }
    let fill = |(index, chosen): (usize, Option<PlaceKind>)| {
        chosen.unwrap_or_else(|| {
            let center = blocks[index].center;
            let away = libm::hypot(center.x, center.y) / radius.max(300.0);
            let draw = stream.unit(10_000 + index as u64);
            // Offices and shops in the middle, homes around, works at the edge.
            let business =
                0.52 * libm::exp(-away * away / 0.09) + 0.14 + if away > 0.85 { 0.22 } else { 0.0 };
            let shops =
                0.2 * libm::exp(-away * away / 0.16) + if on_major(index) { 0.1 } else { 0.02 };
            if draw < business {
                PlaceKind::Jobs
            } else if draw < business + shops {
                PlaceKind::Shops
            } else {
                PlaceKind::Homes
            }
        })
    };
    uses.into_iter().enumerate().map(fill).collect()
}

/// What no block was given to and people need all the same: it stands on a block of another use,
/// as in a village whose school is among its houses. Pairs of block and use.
pub(crate) fn shared(blocks: &[Block], uses: &[PlaceKind]) -> Vec<(usize, PlaceKind)> {
    let needed = [
        PlaceKind::Homes,
        PlaceKind::Jobs,
        PlaceKind::Shops,
        PlaceKind::School,
        PlaceKind::FireStation,
        PlaceKind::Park,
        PlaceKind::CareHome,
    ];
    let missing = needed.into_iter().filter(|kind| !uses.contains(kind));
    let mut hosts: Vec<usize> = (0..blocks.len()).collect();
    let rank = |block: &usize| (uses[*block] != PlaceKind::Homes, -blocks[*block].area);
    hosts.sort_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))
    });
    hosts.iter().copied().cycle().zip(missing).collect()
}

/// Whether an expressway makes much of a block's edge: nobody builds there.
fn is_green_belt(block: &Block, streets: &Streets) -> bool {
    let (mut express, mut total) = (0.0, 0.0);
    for (street, _) in &block.sides {
        let street = &streets.streets[*street];
        let length = geometry::length(&street.shape).get();
        total += length;
        if street.class == RoadClass::Expressway {
            express += length;
        }
    }
    express > 0.3 * total
}

/// Up to `wanted` of the candidates, each as far as may be from those before it.
fn spread(blocks: &[Block], candidates: &[usize], wanted: usize, start: Stream) -> Vec<usize> {
    let mut chosen = Vec::new();
    if candidates.is_empty() {
        return chosen;
    }
    let mut away = vec![f64::INFINITY; candidates.len()];
    let mut next = start.below(0, candidates.len());
    while chosen.len() < wanted.min(candidates.len()) {
        chosen.push(candidates[next]);
        let at = blocks[candidates[next]].center;
        for (slot, candidate) in candidates.iter().enumerate() {
            // A little chance keeps facilities from lining the edge of the city.
            let jitter = 0.55 + 0.45 * start.unit(1 + *candidate as u64);
            let distance = geometry::distance(at, blocks[*candidate].center).get() * jitter;
            away[slot] = away[slot].min(distance);
        }
        away[next] = -1.0;
        next = (0..away.len()).max_by(|a, b| away[*a].total_cmp(&away[*b])).unwrap_or(0);
    }
    chosen
}

/// The side of a block to enter it from: the highest street that is no expressway, if asked for,
/// otherwise the lowest; the longest of equals.
pub(crate) fn entrance(block: &Block, streets: &Streets, major: bool) -> Option<(usize, bool)> {
    let usable = block.sides.iter().copied().filter(|(street, _)| {
        let street = &streets.streets[*street];
        let open = |node: usize| !streets.nodes[node].boundary;
        street.class != RoadClass::Expressway && open(street.from) && open(street.to)
    });
    usable.max_by(|a, b| {
        let key = |side: &(usize, bool)| {
            let street = &streets.streets[side.0];
            let rank = street.class as u8;
            let length = geometry::length(&street.shape).get();
            // Streets too short to stop on come last.
            (length > 60.0, if major { 3 - rank } else { rank }, length)
        };
        let (a, b) = (key(a), key(b));
        (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
    })
}

/// Whether a point lies within an outline.
pub(crate) fn contains(outline: &[Point], point: Point) -> bool {
    let count = outline.len();
    let crossings = (0..count).filter(|index| {
        let (a, b) = (outline[*index], outline[(index + 1) % count]);
        (a.y > point.y) != (b.y > point.y)
            && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
    });
    crossings.count() % 2 == 1
}
