//! What stands along the streets: detectors, pipes and cables, house numbers.
//!
//! # Units
//! Metres along roads; sizes in the unit of their kind.
//!
//! # Source
//! Diameters and spacings after GB 50013 (water: hydrants at most 120 m apart, GB 50974), GB 50014
//! (drains) and GB 50293 (power).

use std::collections::BTreeMap;

use urbis_core::IdVec;
use urbis_network::{Detector, DetectorId, DetectorKind, JunctionKind, Network, RoadClass, RoadId};
use urbis_units::Meters;

use super::network::Built;
use super::streets::Streets;
use crate::pack::{Address, Asset, AssetKind};
use crate::random::Stream;

/// Distance of advance detectors from the stop line.
const ADVANCE: f64 = 60.0;
/// Street front of one house number.
const FRONT: f64 = 36.0;

/// Detectors on every lane that leads to a signal (stop line; on arterials also in advance) and at
/// the start of every lane that leads away from one or into the city.
pub(crate) fn detectors(network: &Network) -> IdVec<DetectorId, Detector> {
    let mut detectors = IdVec::new();
    for (id, road) in network.roads.iter_ids() {
        let (from, to) = (network.junctions[road.from].kind, network.junctions[road.to].kind);
        let length = road.length.get();
        for lane in network.lanes_of(id) {
            let mut add = |kind: DetectorKind, suffix: &str, position: f64, zone: f64| {
                let index = network.lanes[lane].index;
                detectors.push(Detector {
                    name: format!("{}.{index}.{suffix}", road.name),
                    lane,
                    position: Meters::new(libm::floor(position * 10.0) / 10.0),
                    length: Meters::new(zone),
                    kind,
                });
            };
            if from != JunctionKind::Priority || to == JunctionKind::Signalized {
                add(DetectorKind::Entry, "entry", 10.0_f64.min(length / 3.0), 2.0);
            }
            if to == JunctionKind::Signalized {
                if road.class <= RoadClass::Arterial && length > 2.0 * ADVANCE {
                    add(DetectorKind::Advance, "advance", length - ADVANCE, 2.0);
                }
                add(DetectorKind::StopLine, "stop", length - 1.0, 2.0);
            }
        }
    }
    detectors
}

/// Pipes and cables under every street and what belongs to them.
pub(crate) fn assets(
    network: &Network,
    streets: &Streets,
    built: &[(RoadId, RoadId)],
    seed: u64,
) -> Vec<Asset> {
    let stream = Stream::new(seed, "assets");
    let mut assets = Vec::new();
    for (index, street) in streets.streets.iter().enumerate() {
        let road = built[index].0;
        let length = network.roads[road].length;
        let draw = stream.fork(index as u64);
        let year = 1985 + draw.below(0, 38) as u16;
        let mut add = |kind, from: f64, to: f64, size: u32| {
            let short = |at: f64| Meters::new(libm::floor(at * 10.0) / 10.0);
            assets.push(Asset { kind, road, from: short(from), to: short(to), size, year });
        };
        let end = length.get();
        let (water, drain, volts) = match street.class {
            RoadClass::Expressway => (1000, 1500, 110_000),
            RoadClass::Arterial => (600, 1200, 10_000),
            RoadClass::Collector => (300, 800, 10_000),
            RoadClass::Local => (150, 500, 400),
        };
        add(AssetKind::WaterMain, 0.0, end, water);
        add(AssetKind::Drain, 0.0, end, drain);
        add(AssetKind::PowerCable, 0.0, end, volts);
        for (kind, spacing, size) in
            [(AssetKind::Hydrant, 110.0, 100), (AssetKind::Manhole, 60.0, 1800)]
        {
            let count = libm::round(end / spacing).max(1.0);
            for place in 0..count as u32 {
                let at = end * (f64::from(place) + 0.5) / count;
                add(kind, at, at, size);
            }
        }
        if draw.unit(1) < 0.3 && street.class >= RoadClass::Collector {
            let size = [315, 500, 630, 800][draw.below(2, 4)];
            add(AssetKind::Transformer, end / 2.0, end / 2.0, size);
        }
        if street.bridge {
            add(AssetKind::PumpingStation, 0.0, 0.0, 1200);
        }
    }
    assets
}

/// House numbers: odd on the side that follows the street's direction, even on the other.
pub(crate) fn addresses(built: &Built, streets: &Streets) -> Vec<Address> {
    let mut next: BTreeMap<&str, u16> = BTreeMap::new();
    let mut addresses = Vec::new();
    for (index, street) in streets.streets.iter().enumerate() {
        let boundary = streets.nodes[street.from].boundary || streets.nodes[street.to].boundary;
        if street.class == RoadClass::Expressway || street.bridge || boundary {
            continue;
        }
        let (along, against) = built.roads[index];
        let road = &built.network.roads[along];
        let length = road.length.get();
        let count = (length / FRONT) as u16;
        let first = next.entry(road.label.zh.as_str()).or_insert(0);
        for house in 0..count {
            let at = length * (f64::from(house) + 0.5) / f64::from(count);
            let number = first.saturating_add(house).saturating_mul(2);
            for (road, at, number) in [
                (along, at, number.saturating_add(1)),
                (against, length - at, number.saturating_add(2)),
            ] {
                let position = Meters::new(libm::floor(at * 10.0) / 10.0);
                addresses.push(Address { road, position, number });
            }
        }
        *first = first.saturating_add(count);
    }
    addresses
}
