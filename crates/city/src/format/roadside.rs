//! `detectors.csv`, `stations.csv`, `assets.csv`, `addresses.csv` and `roads.csv`.
//!
//! # Units
//! Columns name theirs: `_m` metres, `_s` seconds.

use urbis_core::{Id, IdVec};
use urbis_network::{Detector, DetectorId, Label, MovementId, Network, RoadId};
use urbis_units::{Meters, Seconds};

use super::Names;
use super::csv::{Row, Table, Writer};
use crate::CityError;
use crate::demand::DemandModel;
use crate::pack::{Address, Asset, CityPack, Station};

const DETECTORS: [&str; 6] = ["name", "road", "lane", "position_m", "length_m", "kind"];
const STATIONS: [&str; 6] = ["kind", "name_zh", "name_en", "road", "position_m", "capacity"];
const ASSETS: [&str; 6] = ["kind", "road", "from_m", "to_m", "size", "year"];
const ADDRESSES: [&str; 3] = ["road", "position_m", "number"];
const TIMES: [&str; 2] = ["road", "usual_time_s"];
const TURNS: [&str; 3] = ["from", "to", "usual_time_s"];

/// Longest detector: an area covered by one camera.
const DETECTOR_MAX_M: f64 = 1000.0;
/// Longest usual time: a day.
const USUAL_TIME_MAX_S: f64 = 86_400.0;

pub(super) fn write_detectors(pack: &CityPack) -> Vec<u8> {
    // The last column is for readers of the file; it follows from the network.
    let columns = [&DETECTORS[..], &["movements"]].concat();
    let mut table = Writer::new(&columns);
    for detector in &pack.detectors {
        let lane = &pack.network.lanes[detector.lane];
        table.field(&detector.name).field(&pack.network.roads[lane.road].name).field(lane.index);
        table.field(detector.position.get()).field(detector.length.get()).word(detector.kind);
        table.field(movements(&pack.network, detector)).end();
    }
    table.finish()
}

/// The roads that the lane of a detector leads to.
fn movements(network: &Network, detector: &Detector) -> String {
    let to =
        |link: &urbis_network::LaneLinkId| network.movements[network.lane_links[*link].movement].to;
    let mut roads: Vec<RoadId> = network.lanes[detector.lane].links_out.iter().map(to).collect();
    roads.sort_unstable();
    roads.dedup();
    roads.iter().map(|road| network.roads[*road].name.as_str()).collect::<Vec<_>>().join(";")
}

pub(super) fn read_detectors(
    bytes: &[u8],
    names: &Names<'_>,
) -> Result<IdVec<DetectorId, Detector>, CityError> {
    let table = Table::read("detectors.csv", bytes, &DETECTORS)?;
    let mut seen = std::collections::BTreeSet::new();
    let mut detectors = IdVec::new();
    for row in table.rows() {
        let name = row.text("name")?.to_owned();
        if !seen.insert(name.clone()) {
            return Err(row.twice(format!("detector {name}")));
        }
        let lane = names.lane_in(&row)?;
        let road = names.network.lanes[lane].road;
        detectors.push(Detector {
            name,
            lane,
            position: names.position_in(&row, road, "position_m")?,
            length: Meters::new(row.amount("length_m", DETECTOR_MAX_M)?),
            kind: row.word("kind", "stop_line, advance or entry")?,
        });
    }
    Ok(detectors)
}

pub(super) fn write_stations(pack: &CityPack) -> Vec<u8> {
    let mut table = Writer::new(&STATIONS);
    for station in &pack.stations {
        table.word(station.kind).field(&station.label.zh).field(&station.label.en);
        table.field(&pack.network.roads[station.road].name);
        table.field(station.position.get()).field(station.capacity).end();
    }
    table.finish()
}

pub(super) fn read_stations(bytes: &[u8], names: &Names<'_>) -> Result<Vec<Station>, CityError> {
    let table = Table::read("stations.csv", bytes, &STATIONS)?;
    let station = |row: Row<'_>| {
        let road = names.road_in(&row, "road")?;
        let label =
            Label { zh: row.text("name_zh")?.to_owned(), en: row.text("name_en")?.to_owned() };
        Ok(Station {
            kind: row.word("kind", "ambulance, fire or hospital")?,
            label,
            road,
            position: names.position_in(&row, road, "position_m")?,
            capacity: row.number("capacity", "a whole number of 0 to 65535")?,
        })
    };
    table.rows().map(station).collect()
}

pub(super) fn write_assets(pack: &CityPack) -> Vec<u8> {
    let mut table = Writer::new(&ASSETS);
    for asset in &pack.assets {
        table.word(asset.kind).field(&pack.network.roads[asset.road].name);
        table.field(asset.from.get()).field(asset.to.get());
        table.field(asset.size).field(asset.year).end();
    }
    table.finish()
}

pub(super) fn read_assets(bytes: &[u8], names: &Names<'_>) -> Result<Vec<Asset>, CityError> {
    let table = Table::read("assets.csv", bytes, &ASSETS)?;
    let kinds = "water_main, hydrant, power_cable, transformer, drain, manhole or pumping_station";
    let asset = |row: Row<'_>| {
        let road = names.road_in(&row, "road")?;
        Ok(Asset {
            kind: row.word("kind", kinds)?,
            road,
            from: names.position_in(&row, road, "from_m")?,
            to: names.position_in(&row, road, "to_m")?,
            size: row.number("size", "a whole number in the unit of its kind")?,
            year: row.number("year", "a year")?,
        })
    };
    table.rows().map(asset).collect()
}

pub(super) fn write_addresses(pack: &CityPack) -> Vec<u8> {
    let columns = [&ADDRESSES[..], &["zh", "en"]].concat();
    let mut table = Writer::new(&columns);
    for address in &pack.addresses {
        let label = address.label(&pack.network);
        table.field(&pack.network.roads[address.road].name).field(address.position.get());
        table.field(address.number).field(label.zh).field(label.en).end();
    }
    table.finish()
}

pub(super) fn read_addresses(bytes: &[u8], names: &Names<'_>) -> Result<Vec<Address>, CityError> {
    let table = Table::read("addresses.csv", bytes, &ADDRESSES)?;
    let address = |row: Row<'_>| {
        let road = names.road_in(&row, "road")?;
        Ok(Address {
            road,
            position: names.position_in(&row, road, "position_m")?,
            number: row.number("number", "a whole number of 0 to 65535")?,
        })
    };
    table.rows().map(address).collect()
}

pub(super) fn write_usual_times(pack: &CityPack, model: &DemandModel) -> Vec<u8> {
    let mut table = Writer::new(&TIMES);
    for (id, time) in model.usual_times.iter_ids() {
        if let Some(road) = pack.network.roads.get(id) {
            table.field(&road.name).field(time.get()).end();
        }
    }
    table.finish()
}

pub(super) fn write_usual_turns(pack: &CityPack, model: &DemandModel) -> Vec<u8> {
    let mut table = Writer::new(&TURNS);
    let name = |road: RoadId| &pack.network.roads[road].name;
    for (id, time) in model.usual_turns.iter_ids() {
        if let Some(movement) = pack.network.movements.get(id) {
            table.field(name(movement.from)).field(name(movement.to)).field(time.get()).end();
        }
    }
    table.finish()
}

/// Usual times of all roads; of none where the table is empty.
pub(super) fn read_usual_times(
    bytes: &[u8],
    names: &Names<'_>,
) -> Result<IdVec<RoadId, Seconds>, CityError> {
    let roads = &names.network.roads;
    times("roads.csv", bytes, &TIMES, roads.len(), |row| names.road_in(row, "road"))
}

/// Usual times of all turns; of none where the table is empty.
pub(super) fn read_usual_turns(
    bytes: &[u8],
    names: &Names<'_>,
) -> Result<IdVec<MovementId, Seconds>, CityError> {
    let network = names.network;
    times("turns.csv", bytes, &TURNS, network.movements.len(), |row| {
        let (from, to) = (names.road_in(row, "from")?, names.road_in(row, "to")?);
        let joins = |id: &MovementId| {
            network.movements[*id].from == from && network.movements[*id].to == to
        };
        network.movements_of(network.roads[from].to).find(joins).ok_or_else(|| {
            let (from, to) = (&network.roads[from].name, &network.roads[to].name);
            row.unknown("to", format!("a turn from {from} into {to}"))
        })
    })
}

/// What a row is about: all of its columns but the last.
fn key(row: &Row<'_>, columns: &[&str]) -> Result<String, CityError> {
    let named = columns[..columns.len() - 1].iter();
    let parts: Result<Vec<String>, CityError> =
        named.map(|column| Ok(format!("{column} {}", row.text(column)?))).collect();
    Ok(parts?.join(" "))
}

/// The column `usual_time_s` of a table, which must have a row for each of `count` things or none.
fn times<I: Id>(
    file: &'static str,
    bytes: &[u8],
    columns: &[&str],
    count: usize,
    id_of: impl Fn(&Row<'_>) -> Result<I, CityError>,
) -> Result<IdVec<I, Seconds>, CityError> {
    let table = Table::read(file, bytes, columns)?;
    let mut times: IdVec<I, Option<Seconds>> = IdVec::filled(None, count);
    let mut rows = 0;
    for row in table.rows() {
        let id = id_of(&row)?;
        let time = Seconds::new(row.amount("usual_time_s", USUAL_TIME_MAX_S)?);
        if times[id].replace(time).is_some() {
            let message = "is there a second time; keep one row of each";
            return Err(CityError::syntax(
                file,
                row.line(),
                format!("{} {message}", key(&row, columns)?),
            ));
        }
        rows += 1;
    }
    if rows == 0 {
        Ok(IdVec::new())
    } else if rows == count {
        Ok(times.iter().map(|time| time.unwrap_or_default()).collect())
    } else {
        let message = format!("has {rows} rows, expected {count}, one for each, or none");
        Err(CityError::syntax(file, 1, message))
    }
}
