//! Opening a folder as a city: a city pack, or a folder of CityFlow files.
//!
//! A folder of CityFlow files says nothing of place, time, detectors or hospitals. What is missing
//! is assumed, and every assumption is said aloud.
//!
//! # Errors
//! [`CityError`], with file, element and remedy.

use std::path::{Path, PathBuf};

use urbis_core::IdVec;
use urbis_network::intergreen::{self, IntergreenParameters};
use urbis_network::route::Router;
use urbis_network::check::Diagnostic;
use urbis_network::conflict::{self, Rules};
use urbis_network::{
    Demand, Detector, DetectorId, DetectorKind, JunctionKind, Label, Network, RoadId, cityflow,
    geometry,
};
use urbis_units::{LocalFrame, Meters, Point, Wgs84};

use crate::demand::{DemandSource, RecordedDemand};
use crate::format::check_stages;
use crate::pack::{City, CityPack, Language, Policy, Station, StationKind};
use crate::{CityError, read_pack};

/// Where a city lies whose files do not say it.
const CENTER: Wgs84 = Wgs84::new(120.0, 30.0);
/// When its day begins: 07:00.
const START: u16 = 420;

/// Opens a folder as a city, and says what had to be assumed.
///
/// `flow` is a CityFlow flow that stands in for the city's own demand.
///
/// # Errors
/// [`CityError`] when the folder is neither a city pack nor a folder of CityFlow files, or a file in
/// it is at fault.
pub fn open_city(folder: &Path, flow: Option<&Path>) -> Result<(CityPack, Vec<String>), CityError> {
    if !folder.join("city.toml").exists() {
        return open_cityflow(folder, flow);
    }
    let mut pack = read_pack(folder)?;
    let mut assumptions = doubts(&pack.network);
    let lacks = |kind| pack.stations_of(kind).next().is_none();
    if lacks(StationKind::Ambulance) || lacks(StationKind::Hospital) {
        assumptions.push(
            "stations: stations.csv names no ambulance station or no hospital; ambulances cannot be \
             called"
                .to_owned(),
        );
    }
    if let Some(flow) = flow {
        let trips = read_flow(flow, &pack.network)?;
        assumptions.push(format!(
            "demand: {} with {} trips stands in for the city's own; it begins at {} and repeats",
            name_of(flow),
            trips.trips.len(),
            clock(pack.city.start_minute)
        ));
        let recorded = RecordedDemand::new(trips, pack.city.start_minute);
        pack.demand = DemandSource::Recorded(recorded);
    }
    Ok((pack, assumptions))
}

fn open_cityflow(folder: &Path, flow: Option<&Path>) -> Result<(CityPack, Vec<String>), CityError> {
    let mut assumptions = Vec::new();
    let (mut network, trips) = read_cityflow(folder, flow, &mut assumptions)?;
    network.frame = Some(LocalFrame { origin: CENTER });
    let name = folder_name(folder);
    let recorded = RecordedDemand::new(trips, START);
    assumptions.extend([
        format!(
            "place: the files name none; the network's origin is put at {} E, {} N",
            CENTER.longitude_deg, CENTER.latitude_deg
        ),
        format!("time: zone Asia/Shanghai, the flow begins at {}", clock(START)),
        format!(
            "demand: the flow's {} minutes repeat over the day; other days are drawn around it",
            recorded.minutes
        ),
        "detectors: one before the stop line of every lane and one at its entry".to_owned(),
        "signals: conflicts, amber and intergreens follow from geometry; no pedestrian crossings"
            .to_owned(),
    ]);
    let stations = stations(&network, &mut assumptions);
    let pack = CityPack {
        city: City {
            name: Label { zh: name.clone(), en: name },
            time_zone: "Asia/Shanghai".to_owned(),
            language: Language::Chinese,
            seed: 0,
            start_minute: START,
            center: CENTER,
            base_map: None,
        },
        demand: DemandSource::Recorded(recorded),
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

/// The network and the flow of a folder of CityFlow files, and which of several were taken.
fn read_cityflow(
    folder: &Path,
    flow: Option<&Path>,
    assumptions: &mut Vec<String>,
) -> Result<(Network, Demand), CityError> {
    let (roadnets, others): (Vec<PathBuf>, Vec<PathBuf>) =
        json_files(folder)?.into_iter().partition(|path| name_of(path).starts_with("roadnet"));
    let missing = |file: &str, remedy| CityError::MissingFile {
        folder: folder.display().to_string(),
        file: file.to_owned(),
        remedy,
    };
    let mut chosen = |what: &str, path: &Path, all: &[PathBuf]| {
        let rest: Vec<String> = all.iter().filter(|p| *p != path).map(|p| name_of(p)).collect();
        let which = if rest.is_empty() {
            "the only one".to_owned()
        } else {
            format!("the first by name (not {})", rest.join(", "))
        };
        assumptions.push(format!("{what}: {}, {which}", name_of(path)));
    };
    let Some(roadnet) = roadnets.first() else {
        let remedy = "a city is a folder with a city.toml, or with CityFlow's roadnet*.json and a \
                      flow";
        return Err(missing("city.toml and no roadnet*.json", remedy));
    };
    chosen("network", roadnet, &roadnets);
    let network = cityflow::read_roadnet(&read(roadnet)?, &name_of(roadnet))?;
    check_stages(&network, &name_of(roadnet))?;
    let flow = match (flow, others.first()) {
        (Some(flow), _) => flow,
        (None, Some(first)) => {
            chosen("flow", first, &others);
            first
        }
        (None, None) => {
            let remedy = "put a CityFlow flow beside the roadnet, or name one";
            return Err(missing("flow (*.json)", remedy));
        }
    };
    let trips = read_flow(flow, &network)?;
    Ok((network, trips))
}

/// Says where geometry doubts the configuration of a signal: intergreens shorter than it asks for,
/// groups that are called compatible although their paths meet, crossings shorter than their road.
/// The configuration is kept: the controller runs it, and only its owner can change it.
fn doubts(network: &Network) -> Vec<String> {
    let mut said = first_few(&intergreen::check(network, &IntergreenParameters::RILSA), "intergreens");
    said.extend(first_few(&conflict::check(network, &Rules::USUAL), "conflicts and crossings"));
    said
}

/// The first few of many diagnostics, and how many more there are.
fn first_few(found: &[Diagnostic], what: &str) -> Vec<String> {
    const NAMED: usize = 5;
    let mut said: Vec<String> =
        found.iter().take(NAMED).map(|one| format!("warning: {one}")).collect();
    if found.len() > NAMED {
        said.push(format!("warning: {} more {what} to look at", found.len() - NAMED));
    }
    said
}

fn read(path: &Path) -> Result<Vec<u8>, CityError> {
    std::fs::read(path).map_err(|source| CityError::Io {
        path: path.display().to_string(),
        action: "read",
        source,
    })
}

fn read_flow(path: &Path, network: &Network) -> Result<Demand, CityError> {
    Ok(cityflow::read_flow(&read(path)?, &name_of(path), network)?)
}

/// JSON files of a folder, by name.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, CityError> {
    let failed =
        |source| CityError::Io { path: folder.display().to_string(), action: "listed", source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn folder_name(folder: &Path) -> String {
    let resolved = folder.canonicalize();
    let name = name_of(resolved.as_deref().unwrap_or(folder));
    if name.is_empty() { "city".to_owned() } else { name }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
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
fn stations(network: &Network, assumptions: &mut Vec<String>) -> Vec<Station> {
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
        assumptions.push(
            "stations: none, for no two roads of the network are joined both ways; ambulances \
             cannot be called"
                .to_owned(),
        );
        return Vec::new();
    };
    let name = |road: RoadId| network.roads[road].name.as_str();
    assumptions.push(format!(
        "stations: an ambulance station on road {}, a hospital on road {}",
        name(station),
        name(hospital)
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
