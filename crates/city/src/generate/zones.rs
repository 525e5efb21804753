//! Zones of the demand: superblocks with their people, and the ways into the city.

use std::collections::BTreeMap;

use urbis_core::IdVec;
use urbis_network::{JunctionKind, Label, RoadClass, RoadId, geometry};
use urbis_units::{LocalFrame, Point};

use super::blocks::Block;
use super::land::Uses;
use super::lattice::Lattice;
use super::names::{Stems, named};
use super::network::Built;
use super::streets::Streets;
use crate::pack::{Activity, PlaceKind, Zone, ZoneId};

/// Most zones inside a city: superblocks are put together until there are fewer.
const ZONES_MAX: usize = 380;
/// Built-on land of what has no block of its own, hectares.
const SHARED_HECTARES: f64 = 0.5;

/// Zones and districts.
#[derive(Debug)]
pub(crate) struct Zoning {
    pub(crate) zones: IdVec<ZoneId, Zone>,
    /// Districts with their middles.
    pub(crate) districts: Vec<(Label, Point)>,
}

/// What a zone is put together from.
#[derive(Default)]
struct Draft {
    amounts: [f64; 8],
    roads: BTreeMap<RoadId, f64>,
    moment: Point,
    area: f64,
}

/// Makes the zones.
pub(crate) fn make(
    built: &Built,
    streets: &Streets,
    lattice: &Lattice,
    (blocks, uses): (&[Block], Uses<'_>),
    frame: LocalFrame,
    seed: u64,
) -> Zoning {
    let width = streets.grid.width;
    let mut step = 1;
    let keys = loop {
        let key = |block: &Block| {
            let (column, row) = (block.cell % width, block.cell / width);
            (
                lattice.rows[row].block.div_euclid(step),
                lattice.columns[column].block.div_euclid(step),
            )
        };
        let keys: Vec<(i32, i32)> = blocks.iter().map(key).collect();
        let mut distinct = keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() <= ZONES_MAX {
            break keys;
        }
        step += 1;
    };
    let mut drafts: BTreeMap<(i32, i32), Draft> = BTreeMap::new();
    for (index, block) in blocks.iter().enumerate() {
        let draft = drafts.entry(keys[index]).or_default();
        add_block(draft, built, streets, block, (uses.blocks[index], lattice.radius));
    }
    for &(index, kind) in uses.shared {
        let draft = drafts.entry(keys[index]).or_default();
        for (activity, per_hectare) in people(kind).0 {
            draft.amounts[*activity as usize] += per_hectare * SHARED_HECTARES;
        }
    }
    // A zone without a street to stop on cannot make trips; its blocks draw none.
    drafts.retain(|_, draft| !draft.roads.is_empty());
    let mut stems = Stems::new(seed, "zone names");
    let mut zones = IdVec::new();
    let mut centers = Vec::new();
    for draft in drafts.into_values() {
        let area = draft.area.max(1.0);
        let center = Point::new(draft.moment.x / area, draft.moment.y / area);
        centers.push(center);
        zones.push(Zone {
            label: named(&stems.take(), "片区", "Quarter"),
            district: Label::default(),
            center: super::places::wgs84(frame, center),
            amounts: draft.amounts.map(libm::round),
            roads: shares(draft.roads),
        });
    }
    let districts = districts(&mut zones, &centers, &mut stems);
    add_gates(built, frame, &mut zones);
    Zoning { zones, districts }
}

/// Groups zones around middles that lie far apart; each zone belongs to the nearest.
fn districts(
    zones: &mut IdVec<ZoneId, Zone>,
    centers: &[Point],
    stems: &mut Stems,
) -> Vec<(Label, Point)> {
    let wanted = (centers.len() / 7).clamp(2, 12).min(centers.len());
    let apart = |a: Point, b: Point| geometry::distance(a, b).get();
    let mut seats: Vec<Point> = Vec::new();
    // The first district is the one around the center of the city.
    let mut next = Point::new(0.0, 0.0);
    while seats.len() < wanted {
        seats.push(next);
        let nearest =
            |at: &Point| seats.iter().map(|seat| apart(*seat, *at)).fold(f64::INFINITY, f64::min);
        let farthest = centers.iter().max_by(|a, b| nearest(a).total_cmp(&nearest(b)));
        next = farthest.copied().unwrap_or_default();
    }
    let seat_of = |at: Point| {
        (0..seats.len())
            .min_by(|a, b| apart(seats[*a], at).total_cmp(&apart(seats[*b], at)))
            .unwrap_or(0)
    };
    let labels: Vec<Label> = seats.iter().map(|_| named(&stems.take(), "区", "District")).collect();
    let mut sums = vec![(0.0, 0.0, 0.0); seats.len()];
    for (zone, at) in zones.iter_mut().zip(centers) {
        let seat = seat_of(*at);
        zone.district = labels[seat].clone();
        sums[seat] = (sums[seat].0 + at.x, sums[seat].1 + at.y, sums[seat].2 + 1.0);
    }
    labels
        .into_iter()
        .zip(sums)
        .filter(|(_, sum)| sum.2 > 0.0)
        .map(|(label, (x, y, count))| (label, Point::new(x / count, y / count)))
        .collect()
}

/// People and places of activity a hectare of built-on land, and how many trips it draws.
fn people(kind: PlaceKind) -> (&'static [(Activity, f64)], f64) {
    use Activity::{Jobs, Leisure, Pupils, Residents, SchoolPlaces, Shopping, Workers};
    match kind {
        PlaceKind::Homes => (
            &[
                (Residents, 620.0),
                (Workers, 340.0),
                (Pupils, 75.0),
                (Jobs, 18.0),
                (Shopping, 6.0),
                (Leisure, 6.0),
            ],
            1.0,
        ),
        PlaceKind::Jobs => (&[(Jobs, 900.0), (Shopping, 12.0), (Leisure, 10.0)], 1.4),
        PlaceKind::Shops => (&[(Jobs, 380.0), (Shopping, 340.0), (Leisure, 110.0)], 1.3),
        PlaceKind::School => (&[(SchoolPlaces, 700.0), (Jobs, 60.0)], 0.9),
        PlaceKind::Hospital => (&[(Jobs, 620.0), (Shopping, 120.0)], 1.5),
        PlaceKind::Park => (&[(Leisure, 60.0)], 0.3),
        _ => (&[(Jobs, 80.0)], 0.4),
    }
}

fn add_block(
    draft: &mut Draft,
    built: &Built,
    streets: &Streets,
    block: &Block,
    (kind, radius): (PlaceKind, f64),
) {
    draft.area += block.area;
    draft.moment.x += block.center.x * block.area;
    draft.moment.y += block.center.y * block.area;
    let away = libm::hypot(block.center.x, block.center.y) / radius.max(300.0);
    let density = 0.5 + 0.9 * libm::exp(-away * away / 0.35);
    let built_on = block.area.min(120_000.0) * density;
    let (activities, trips) = people(kind);
    for (activity, per_hectare) in activities {
        draft.amounts[*activity as usize] += per_hectare * built_on / 10_000.0;
    }
    let usable: Vec<(RoadId, f64)> = block
        .sides
        .iter()
        .filter_map(|(street, left)| access(built, streets, *street, *left))
        .collect();
    let total: f64 = usable.iter().map(|(_, weight)| weight).sum();
    for (road, weight) in usable {
        *draft.roads.entry(road).or_default() += trips * built_on * weight / total;
    }
}

/// The road along a side of a block from which it is entered, with the draw of that side.
fn access(built: &Built, streets: &Streets, index: usize, left: bool) -> Option<(RoadId, f64)> {
    let street = &streets.streets[index];
    let boundary = streets.nodes[street.from].boundary || streets.nodes[street.to].boundary;
    let length = geometry::length(&street.shape).get();
    let draw = match street.class {
        RoadClass::Expressway => return None,
        RoadClass::Arterial => 0.25,
        RoadClass::Collector => 0.8,
        RoadClass::Local => 1.0,
    };
    // The block lies on the right of the direction that has it beside its outer lane.
    let (along, against) = built.roads[index];
    let road = if left { against } else { along };
    let drivable = built.network.roads[road].length.get() > 35.0;
    (!boundary && drivable).then_some((road, draw * length))
}

fn shares(roads: BTreeMap<RoadId, f64>) -> Vec<(RoadId, f64)> {
    let total: f64 = roads.values().sum();
    roads
        .into_iter()
        .map(|(road, weight)| (road, libm::round(weight / total * 1e5) / 1e5))
        .filter(|(_, share)| *share > 0.0)
        .collect()
}

/// Every way into the city is a zone of its own.
fn add_gates(built: &Built, frame: LocalFrame, zones: &mut IdVec<ZoneId, Zone>) {
    for junction in &built.network.junctions {
        if junction.kind != JunctionKind::Boundary {
            continue;
        }
        let (Some(&entry), Some(&exit)) = (junction.outgoing.first(), junction.incoming.first())
        else {
            continue;
        };
        let road = &built.network.roads[entry];
        let vehicles = match road.class {
            RoadClass::Expressway => 16_000.0,
            RoadClass::Arterial => 7_000.0,
            RoadClass::Collector | RoadClass::Local => 1_500.0,
        };
        let mut amounts = [0.0; 8];
        amounts[Activity::Gate as usize] = vehicles;
        let stem = &road.label;
        zones.push(Zone {
            label: Label {
                zh: format!("{}出入口", stem.zh), en: format!("{} gateway", stem.en)
            },
            district: Label::default(),
            center: super::places::wgs84(frame, junction.center),
            amounts,
            roads: vec![(entry, 0.5), (exit, 0.5)],
        });
    }
}
