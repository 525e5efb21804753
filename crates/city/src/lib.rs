//! City packs: what a city is, how it is stored, made and imported.
//!
//! # Shape
//! ```text
//! generate(options) ──┐
//! read_pack(folder) ──┼──▶ CityPack ──▶ demand_for(pack, from, to, day) ──▶ Demand
//! open_city(folder) ──┘        └──────▶ write_pack(pack, folder)
//! ```
//! A [`CityPack`] is a city's name and place, its network and signals, its demand, its zones, the
//! areas and points of its map, detectors, stations, assets, addresses, organizations and policy.
//! [`generate`] makes one from a seed, [`read_pack`] and [`write_pack`] store it as a folder of text
//! files (`docs/city-pack.md`), [`open_city`] also opens a folder of CityFlow files.
//!
//! | word | meaning |
//! |---|---|
//! | zone | a part of the city, or a way into it, between which trips are made |
//! | purpose | why people drive: how often, when, from what to what |
//! | day | one draw of the city's demand around its mean |
//!
//! **Invariant:** the same options give the same city, and the same city and day the same trips, on
//! any machine. **Invariant:** a generated city passes `urbis_network::check` without a finding.
//! **Invariant:** a pack that was read is one that can be driven on: faults are refused at the door.

mod base_map;
mod demand;
mod error;
mod format;
mod generate;
mod open;
mod pack;
mod random;

pub use base_map::BaseMap;
pub use demand::{
    DemandModel, DemandSource, Drawing, Peak, Purpose, RecordedDemand, VehicleShare, demand_for,
};
pub use error::CityError;
pub use format::{FileSource, decode, encode, read_pack, write_pack};
pub use generate::{GenerateOptions, generate};
pub use open::open_city;
pub use pack::{
    Activity, Address, Asset, AssetKind, City, CityPack, Geometry, Grant, Language, Organization,
    Place, PlaceKind, Policy, Role, Station, StationKind, Zone, ZoneId,
};
