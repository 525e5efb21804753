//! The folder a city pack is stored in, version 1.
//!
//! | file | what |
//! |---|---|
//! | `city.toml` | name, time zone, policy; written by people |
//! | `network.jsonl` | junctions, roads, lanes, movements and lane links, one a line |
//! | `demand.toml`, `roads.csv`, `turns.csv` | how trips are made; or |
//! | `trips.json` | recorded trips |
//! | `population.csv` | zones: people, jobs, schools, shops |
//! | `places.geojson` | areas and points of the map |
//! | `detectors.csv`, `stations.csv`, `assets.csv`, `addresses.csv` | what stands along roads |
//! | `organizations.toml` | who is responsible for what |
//!
//! `docs/city-pack.md` describes every field. Versions: a reader reads its own version and all
//! before it; new optional fields and files do not change the version, anything else does.
//!
//! # Errors
//! [`CityError`] names file, line and remedy; nothing here panics, whatever the bytes.

mod csv;
mod datum;
mod description;
mod features;
mod roadside;
#[cfg(test)]
mod tests;
mod trips;
mod zones;

mod network;

use std::collections::BTreeMap;
use std::path::Path;

use urbis_network::{LaneId, Network, RoadId};

use crate::demand::DemandSource;
use crate::{CityError, CityPack};
use csv::Row;
pub(crate) use network::check_stages;

/// The newest version of the format.
pub(crate) const VERSION: u64 = 1;

/// Reads the pack in a folder.
///
/// # Errors
/// [`CityError`] for the first fault found.
pub fn read_pack(folder: &Path) -> Result<CityPack, CityError> {
    decode(&|file| {
        let path = folder.join(file);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => {
                Err(CityError::Io { path: path.display().to_string(), action: "read", source })
            }
        }
    })
    .map_err(|error| error.in_folder(folder))
}

/// Writes a pack into a folder, which is made where it does not exist; files of the same names are
/// replaced.
///
/// # Errors
/// [`CityError::Io`] when the folder or a file cannot be written.
pub fn write_pack(pack: &CityPack, folder: &Path) -> Result<(), CityError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| CityError::Io { path, action: "written", source }
    };
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for (file, bytes) in encode(pack) {
        let path = folder.join(file);
        std::fs::write(&path, bytes).map_err(failed(&path))?;
    }
    Ok(())
}

/// The files of a pack: names and bytes.
pub fn encode(pack: &CityPack) -> Vec<(&'static str, Vec<u8>)> {
    let mut files = vec![
        ("city.toml", description::write_city(pack)),
        ("network.jsonl", network::write(&pack.network)),
        ("population.csv", zones::write(pack)),
        ("places.geojson", features::write(pack)),
        ("detectors.csv", roadside::write_detectors(pack)),
        ("stations.csv", roadside::write_stations(pack)),
        ("assets.csv", roadside::write_assets(pack)),
        ("addresses.csv", roadside::write_addresses(pack)),
        ("organizations.toml", description::write_organizations(pack)),
    ];
    match &pack.demand {
        DemandSource::Model(model) => {
            files.push(("demand.toml", description::write_demand(model)));
            files.push(("roads.csv", roadside::write_usual_times(pack, model)));
            files.push(("turns.csv", roadside::write_usual_turns(pack, model)));
        }
        DemandSource::Recorded(recorded) => {
            files.push(("trips.json", trips::write(&recorded.trips)));
        }
    }
    files
}

/// Answers the bytes of a file by its name, `None` where there is none.
pub type FileSource<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, CityError> + 'a;

/// Reads a pack from its files.
///
/// # Errors
/// As [`read_pack`].
pub fn decode(file: &FileSource<'_>) -> Result<CityPack, CityError> {
    let needed = |name: &str| {
        let remedy = "a city pack needs it; export the pack again or write the file";
        file(name)?.ok_or(CityError::MissingFile {
            folder: "the pack".to_owned(),
            file: name.to_owned(),
            remedy,
        })
    };
    let optional = |name: &str| Ok::<_, CityError>(file(name)?.unwrap_or_default());
    let description = description::read_city(&needed("city.toml")?)?;
    let network = network::read(&needed("network.jsonl")?, description.city.center)?;
    let names = Names::new(&network)?;
    let mut zones = zones::read(&optional("population.csv")?, &names)?;
    let mut places = features::read(&optional("places.geojson")?, &names)?;
    description.datum.convert(&mut places, zones.iter_mut());
    let demand = match description.demand {
        description::Kind::Model => {
            if zones.is_empty() {
                let message = "names no zone; a city whose demand is a model needs people, name \
                               their zones or record trips (`demand = \"recorded\"` in city.toml)";
                return Err(CityError::syntax("population.csv", 1, message));
            }
            let mut model = description::read_demand(&needed("demand.toml")?)?;
            model.usual_times = roadside::read_usual_times(&optional("roads.csv")?, &names)?;
            model.usual_turns = roadside::read_usual_turns(&optional("turns.csv")?, &names)?;
            DemandSource::Model(model)
        }
        description::Kind::Recorded { from_minute, minutes } => {
            let trips = trips::read(&needed("trips.json")?, &network)?;
            DemandSource::Recorded(crate::RecordedDemand { trips, from_minute, minutes })
        }
    };
    Ok(CityPack {
        demand,
        zones,
        places,
        detectors: roadside::read_detectors(&optional("detectors.csv")?, &names)?,
        stations: roadside::read_stations(&optional("stations.csv")?, &names)?,
        assets: roadside::read_assets(&optional("assets.csv")?, &names)?,
        addresses: roadside::read_addresses(&optional("addresses.csv")?, &names)?,
        organizations: description::read_organizations(&optional("organizations.toml")?)?,
        city: description.city,
        policy: description.policy,
        network,
    })
}

/// The text of a file.
fn utf8<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, CityError> {
    std::str::from_utf8(bytes).map_err(|fault| {
        let line = bytes[..fault.valid_up_to()].split(|byte| *byte == b'\n').count();
        CityError::syntax(file, line, "is not UTF-8 text")
    })
}

/// Roads by the names other files know them by.
pub(crate) struct Names<'a> {
    network: &'a Network,
    roads: BTreeMap<&'a str, RoadId>,
}

impl<'a> Names<'a> {
    fn new(network: &'a Network) -> Result<Self, CityError> {
        let mut roads = BTreeMap::new();
        for (id, road) in network.roads.iter_ids() {
            if roads.insert(road.name.as_str(), id).is_some() {
                return Err(CityError::Network {
                    file: network::FILE.to_owned(),
                    element: format!("road {}", road.name),
                    message: "the name occurs twice".to_owned(),
                    remedy: "give each road its own name".to_owned(),
                    more: String::new(),
                });
            }
        }
        Ok(Self { network, roads })
    }

    /// The road of a name.
    fn road(&self, name: &str) -> Option<RoadId> {
        self.roads.get(name).copied()
    }

    /// The road that a field of a row names.
    fn road_in(&self, row: &Row<'_>, field: &'static str) -> Result<RoadId, CityError> {
        let name = row.text(field)?;
        self.road(name).ok_or_else(|| row.unknown(field, format!("road {name}")))
    }

    /// The lane that the fields `road` and `lane` of a row name.
    fn lane_in(&self, row: &Row<'_>) -> Result<LaneId, CityError> {
        let road = self.road_in(row, "road")?;
        let index: u32 = row.number("lane", "a lane of the road, 0 the innermost")?;
        let lanes = &self.network.roads[road].lanes;
        let lane = LaneId(lanes.start.0.saturating_add(index));
        if lane < lanes.end {
            Ok(lane)
        } else {
            let name = &self.network.roads[road].name;
            Err(row.unknown("lane", format!("lane {index} of road {name}")))
        }
    }

    /// A distance along a road that a field of a row states.
    fn position_in(
        &self,
        row: &Row<'_>,
        road: RoadId,
        field: &'static str,
    ) -> Result<urbis_units::Meters, CityError> {
        let length = self.network.roads[road].length;
        let value: f64 = row.number(field, "metres from the start of the road")?;
        if (0.0..=length.get()).contains(&value) {
            Ok(urbis_units::Meters::new(value))
        } else {
            Err(row.bad(field, format!("0 to {length}, the length of its road")))
        }
    }
}
