//! Opening a folder as a city: a city pack, or a folder of CityFlow files.
//!
//! A folder of CityFlow files says nothing of place, time, detectors or hospitals. What is missing
//! is assumed, and every assumption is said aloud.
//!
//! # Errors
//! [`CityError`], with file, element and remedy.

use std::path::{Path, PathBuf};

use urbis_core::IdVec;
use urbis_network::check::Diagnostic;
use urbis_network::conflict::{self, Rules};
use urbis_network::intergreen::{self, IntergreenParameters};
use urbis_network::route::Router;
use urbis_network::{
    Demand, Detector, DetectorId, DetectorKind, Junction, JunctionKind, Label, Network, RoadId,
    cityflow, geometry,
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
pub fn open_city(folder: &Path, flow: Option<&Path>) -> Result<(CityPack, Vec<Label>), CityError> {
    if !folder.join("city.toml").exists() {
        return open_cityflow(folder, flow);
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
        let trips = read_flow(flow, &pack.network)?;
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

fn open_cityflow(folder: &Path, flow: Option<&Path>) -> Result<(CityPack, Vec<Label>), CityError> {
    let mut assumptions = Vec::new();
    let (mut network, trips) = read_cityflow(folder, flow, &mut assumptions)?;
    network.frame = Some(LocalFrame { origin: CENTER });
    let name = folder_name(folder);
    let recorded = RecordedDemand::new(trips, START);
    let (east, north) = (CENTER.longitude_deg, CENTER.latitude_deg);
    let (begins, minutes) = (clock(START), recorded.minutes);
    assumptions.extend([
        said(
            format!("位置：文件未说明，路网原点放在东经 {east}、北纬 {north}"),
            format!("place: the files name none; the network's origin is put at {east} E, {north} N"),
        ),
        said(
            format!("时间：时区 Asia/Shanghai，车流从 {begins} 开始"),
            format!("time: zone Asia/Shanghai, the flow begins at {begins}"),
        ),
        said(
            format!("需求：车流的 {minutes} 分钟在一天中重复，其他日子围绕它抽取"),
            format!("demand: the flow's {minutes} minutes repeat over the day; other days are drawn around it"),
        ),
        said(
            "检测器：每条车道停止线前一个，入口一个",
            "detectors: one before the stop line of every lane and one at its entry",
        ),
        said(
            "信号：冲突、黄灯和绿间隔由几何推算，没有人行横道",
            "signals: conflicts, amber and intergreens follow from geometry; no pedestrian crossings",
        ),
    ]);
    assumptions.extend(unsignalized(&network));
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
            center: CENTER,
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

/// The network and the flow of a folder of CityFlow files, and which of several were taken.
fn read_cityflow(
    folder: &Path,
    flow: Option<&Path>,
    assumptions: &mut Vec<Label>,
) -> Result<(Network, Demand), CityError> {
    let (roadnets, others): (Vec<PathBuf>, Vec<PathBuf>) =
        json_files(folder)?.into_iter().partition(|path| name_of(path).starts_with("roadnet"));
    let missing = |file: &str, remedy| CityError::MissingFile {
        folder: folder.display().to_string(),
        file: file.to_owned(),
        remedy,
    };
    let mut chosen = |(zh, en): (&str, &str), path: &Path, all: &[PathBuf]| {
        let rest: Vec<String> = all.iter().filter(|p| *p != path).map(|p| name_of(p)).collect();
        let (file, rest) = (name_of(path), rest.join(", "));
        assumptions.push(if rest.is_empty() {
            said(format!("{zh}：{file}，唯一的一个"), format!("{en}: {file}, the only one"))
        } else {
            said(
                format!("{zh}：{file}，按名称第一个（不是 {rest}）"),
                format!("{en}: {file}, the first by name (not {rest})"),
            )
        });
    };
    let Some(roadnet) = roadnets.first() else {
        let remedy = "a city is a folder with a city.toml, or with CityFlow's roadnet*.json and a \
                      flow";
        return Err(missing("city.toml and no roadnet*.json", remedy));
    };
    chosen(("路网", "network"), roadnet, &roadnets);
    let network = cityflow::read_roadnet(&read(roadnet)?, &shown(roadnet))?;
    check_stages(&network, &shown(roadnet))?;
    let flow = match (flow, others.first()) {
        (Some(flow), _) => flow,
        (None, Some(first)) => {
            chosen(("车流", "flow"), first, &others);
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
fn doubts(network: &Network) -> Vec<Label> {
    let mut doubts = first_few(
        &intergreen::check(network, &IntergreenParameters::RILSA),
        ("绿间隔", "intergreens"),
    );
    doubts.extend(first_few(
        &conflict::check(network, &Rules::USUAL),
        ("冲突与人行横道", "conflicts and crossings"),
    ));
    doubts
}

/// Says which junctions are driven without a signal for want of light phases.
fn unsignalized(network: &Network) -> Option<Label> {
    const NAMED: usize = 5;
    let without = |junction: &&Junction| {
        junction.kind == JunctionKind::Priority && !junction.movements.is_empty()
    };
    let names: Vec<&str> =
        network.junctions.iter().filter(without).map(|one| one.name.as_str()).collect();
    let (count, few) = (names.len(), names[..names.len().min(NAMED)].join(", "));
    let more = if count > NAMED { ", …" } else { "" };
    (count > 0).then(|| {
        said(
            format!(
                "无信号路口：{count} 个没有让任何人停车的灯色阶段（{few}{more}），按无信号灯通行"
            ),
            format!(
                "without signals: {count} junctions have no light phases that stop anyone \
                 ({few}{more}) and are driven without a signal"
            ),
        )
    })
}

/// Says of a demand that nobody drives, or not at first.
fn quiet(demand: &DemandSource) -> Option<Label> {
    const SOON_S: f64 = 60.0;
    match demand {
        DemandSource::Model(model) if !model.makes_trips() => Some(said(
            "需求：demand.toml 中车辆份额、出行次数或总系数为 0，没有人出行",
            "demand: nobody drives, for in demand.toml the shares, the trips or the level are 0",
        )),
        DemandSource::Model(_) => None,
        DemandSource::Recorded(recorded) => {
            let first = recorded.trips.trips.first().map(|trip| trip.depart.get());
            match first {
                None => Some(said("需求：没有任何出行", "demand: there are no trips")),
                Some(first) if first > SOON_S => Some(said(
                    format!("需求：第一辆车在开始后 {first} 秒才出发"),
                    format!("demand: the first vehicle departs {first} s after the beginning"),
                )),
                Some(_) => None,
            }
        }
    }
}

/// The first few of many diagnostics, and how many more there are.
fn first_few(found: &[Diagnostic], (zh, en): (&str, &str)) -> Vec<Label> {
    const NAMED: usize = 5;
    let warning = |one: &Diagnostic| said(format!("警告：{one}"), format!("warning: {one}"));
    let mut few: Vec<Label> = found.iter().take(NAMED).map(warning).collect();
    if found.len() > NAMED {
        let more = found.len() - NAMED;
        few.push(said(
            format!("警告：还有 {more} 处{zh}需要检查"),
            format!("warning: {more} more {en} to look at"),
        ));
    }
    few
}

/// A sentence in both languages.
fn said(zh: impl Into<String>, en: impl Into<String>) -> Label {
    Label { zh: zh.into(), en: en.into() }
}

fn read(path: &Path) -> Result<Vec<u8>, CityError> {
    std::fs::read(path).map_err(|source| CityError::Io {
        path: path.display().to_string(),
        action: "read",
        source,
    })
}

fn read_flow(path: &Path, network: &Network) -> Result<Demand, CityError> {
    Ok(cityflow::read_flow(&read(path)?, &shown(path), network)?)
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

/// A path as errors name it.
fn shown(path: &Path) -> String {
    path.display().to_string()
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
