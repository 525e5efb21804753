//! Opening a folder as a city: a city pack, or a folder of CityFlow's or the City Brain Challenge's
//! files.
//!
//! Such files say nothing of time, detectors or hospitals. What is missing is assumed, and every
//! assumption is said aloud.
//!
//! # Errors
//! [`CityError`], with file, element and remedy.

mod files;
mod said;

use std::path::Path;

use urbis_core::IdVec;
use urbis_network::route::Router;
use urbis_network::{
    Detector, DetectorId, DetectorKind, JunctionKind, Label, Network, RoadId, geometry,
};
use urbis_units::{LocalFrame, Meters, Point, Wgs84};

use crate::demand::{DemandSource, RecordedDemand};
use crate::pack::{City, CityPack, Language, Policy, Station, StationKind};
use crate::{CityError, read_pack};
use files::{Format, name_of, read_files};
use said::{assumed, clock, doubts, quiet, said};

/// Where a city lies whose files do not say it.
const CENTER: Wgs84 = Wgs84::new(120.0, 30.0);
/// When its day begins: 07:00.
const START: u16 = 420;

/// Opens a folder as a city, and says what had to be assumed.
///
/// `flow` is a flow that stands in for the city's own demand.
///
/// # Errors
/// [`CityError`] when the folder is neither a city pack nor a folder of such files, or a file in
/// it is at fault.
pub fn open_city(folder: &Path, flow: Option<&Path>) -> Result<(CityPack, Vec<Label>), CityError> {
    if !folder.join("city.toml").exists() {
        return open_files(folder, flow);
    }
    let mut pack = read_pack(folder)?;
    let mut assumptions = doubts(&pack.network);
    if pack.detectors.is_empty() {
        assumptions.push(said(
            "检测器：detectors.csv 中没有，除救护车的位置外什么也看不到",
            "detectors: detectors.csv names none; nothing is seen but where ambulances are",
        ));
    }
    let lacks = |kind| pack.stations_of(kind).next().is_none();
    if lacks(StationKind::Ambulance) || lacks(StationKind::Hospital) {
        assumptions.push(said(
            "站点：stations.csv 中没有急救站或没有医院，无法呼叫救护车",
            "stations: stations.csv names no ambulance station or no hospital; ambulances cannot be \
             called",
        ));
    }
    if let Some(flow) = flow {
        let trips = Format::of(flow).flow(flow, &pack.network)?;
        let (file, count) = (name_of(flow), trips.trips.len());
        let begins = clock(pack.city.start_minute);
        assumptions.push(said(
            format!("需求：用 {file}（{count} 次出行）代替城市自己的需求，从 {begins} 开始并重复"),
            format!(
                "demand: {file} with {count} trips stands in for the city's own; it begins at \
                 {begins} and repeats"
            ),
        ));
        let recorded = RecordedDemand::new(trips, pack.city.start_minute);
        pack.demand = DemandSource::Recorded(recorded);
    }
    assumptions.extend(quiet(&pack.demand));
    Ok((pack, assumptions))
}

fn open_files(folder: &Path, flow: Option<&Path>) -> Result<(CityPack, Vec<Label>), CityError> {
    let mut assumptions = Vec::new();
    let (format, mut network, trips) = read_files(folder, flow, &mut assumptions)?;
    let recorded = RecordedDemand::new(trips, START);
    assumptions.extend(assumed(format, &network, recorded.minutes));
    let center = network.frame.map_or(CENTER, |frame| frame.origin);
    network.frame = Some(LocalFrame { origin: center });
    let name = folder_name(folder);
    let demand = DemandSource::Recorded(recorded);
    assumptions.extend(quiet(&demand));
    let stations = stations(&network, &mut assumptions);
    let pack = CityPack {
        city: City {
            name: Label { zh: name.clone(), en: name },
            time_zone: "Asia/Shanghai".to_owned(),
            language: Language::Chinese,
            seed: 0,
            start_minute: START,
            center,
            base_map: None,
        },
        demand,
        places: Vec::new(),
        zones: IdVec::new(),
        detectors: detectors(&network),
        stations,
        assets: Vec::new(),
        addresses: Vec::new(),
        organizations: Vec::new(),
        policy: Policy::default(),
        network,
    };
    Ok((pack, assumptions))
}

fn folder_name(folder: &Path) -> String {
    let resolved = folder.canonicalize();
    let name = name_of(resolved.as_deref().unwrap_or(folder));
    if name.is_empty() { "city".to_owned() } else { name }
}

/// One detector before the stop line of every lane that leads to a junction, and one at the entry
/// of every lane.
fn detectors(network: &Network) -> IdVec<DetectorId, Detector> {
    let mut detectors = IdVec::new();
    for (id, road) in network.roads.iter_ids() {
        let leaves = network.junctions[road.to].kind == JunctionKind::Boundary;
        for lane in network.lanes_of(id) {
            let index = network.lanes[lane].index;
            let length = road.length.get();
            let mut add = |suffix: &str, position: f64, kind| {
                detectors.push(Detector {
                    name: format!("{}.{index}.{suffix}", road.name),
                    lane,
                    position: Meters::new(position),
                    length: Meters::new(2.0),
                    kind,
                });
            };
            add("entry", 10.0_f64.min(length / 3.0), DetectorKind::Entry);
            if !leaves {
                add("stop", (length - 1.0).max(0.0), DetectorKind::StopLine);
            }
        }
    }
    detectors
}

/// An ambulance station and a hospital at opposite corners of the network, on roads within it that
/// are joined by a path both ways.
fn stations(network: &Network, assumptions: &mut Vec<Label>) -> Vec<Station> {
    let inside = |road: RoadId| {
        let road = &network.roads[road];
        [road.from, road.to]
            .iter()
            .all(|junction| network.junctions[*junction].kind != JunctionKind::Boundary)
    };
    let middle = |road: RoadId| {
        let shape = &network.roads[road].shape;
        geometry::point_along(shape, geometry::length(shape) / 2.0)
    };
    let roads: Vec<RoadId> = network.roads.ids().filter(|road| inside(*road)).collect();
    let low = |axis: fn(Point) -> f64| {
        roads.iter().map(|road| axis(middle(*road))).fold(f64::INFINITY, f64::min)
    };
    let corner = Point::new(low(|point| point.x), low(|point| point.y));
    let away = |road: &RoadId| geometry::distance(middle(*road), corner).get();
    let mut by_distance = roads.clone();
    by_distance.sort_by(|a, b| away(a).total_cmp(&away(b)).then(a.cmp(b)));
    let router = Router::new(network);
    let joined =
        |a: RoadId, b: RoadId| a != b && router.path(a, b).is_some() && router.path(b, a).is_some();
    let pair = by_distance.first().and_then(|&station| {
        let hospital = by_distance.iter().rev().copied().find(|road| joined(station, *road))?;
        Some((station, hospital))
    });
    let Some((station, hospital)) = pair else {
        assumptions.push(said(
            "站点：没有，路网中没有两条道路双向可达，无法呼叫救护车",
            "stations: none, for no two roads of the network are joined both ways; ambulances \
             cannot be called",
        ));
        return Vec::new();
    };
    let name = |road: RoadId| network.roads[road].name.as_str();
    let (from, to) = (name(station), name(hospital));
    assumptions.push(said(
        format!("站点：道路 {from} 上的急救站，道路 {to} 上的医院"),
        format!("stations: an ambulance station on road {from}, a hospital on road {to}"),
    ));
    let make = |kind, road: RoadId, zh: &str, en: &str, capacity| Station {
        kind,
        label: Label { zh: zh.to_owned(), en: en.to_owned() },
        road,
        position: network.roads[road].length / 2.0,
        capacity,
    };
    vec![
        make(StationKind::Ambulance, station, "急救站", "Ambulance Station", 3),
        make(StationKind::Hospital, hospital, "医院", "Hospital", 300),
    ]
}

#[cfg(test)]
mod tests;
