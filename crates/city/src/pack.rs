//! What a city pack holds.
//!
//! # Units
//! Coordinates of places are WGS-84 degrees; everything on the network is in metres along a road.

use serde::{Deserialize, Serialize};
use urbis_core::{Id, IdVec, typed_id};
use urbis_network::{Detector, DetectorId, Label, Network, RoadId};
use urbis_units::{Meters, Wgs84};

use crate::base_map::BaseMap;
use crate::demand::DemandSource;

typed_id!(
    /// A zone of the demand.
    ZoneId,
);

/// A city: everything Urbis knows of it before the first observation.
#[derive(Debug, Clone, PartialEq)]
pub struct CityPack {
    /// Name, place, time.
    pub city: City,
    /// Streets and signals.
    pub network: Network,
    /// Who drives when.
    pub demand: DemandSource,
    /// Areas and points of interest, for the map.
    pub places: Vec<Place>,
    /// Where people live and what draws them.
    pub zones: IdVec<ZoneId, Zone>,
    /// Where the city can see traffic.
    pub detectors: IdVec<DetectorId, Detector>,
    /// Ambulance and fire stations, hospitals.
    pub stations: Vec<Station>,
    /// Pipes, cables and what belongs to them.
    pub assets: Vec<Asset>,
    /// Addresses along the streets.
    pub addresses: Vec<Address>,
    /// Who is responsible for what.
    pub organizations: Vec<Organization>,
    /// What the city allows the brain to do.
    pub policy: Policy,
}

/// Name, place and time of a city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    /// Name in both languages.
    pub name: Label,
    /// IANA name of its time zone.
    pub time_zone: String,
    /// The language its people read first.
    pub language: Language,
    /// Seed of everything random about it.
    pub seed: u64,
    /// Minute of the day at which a simulated day begins unless told otherwise.
    pub start_minute: u16,
    /// Where the network's plane touches the earth.
    pub center: Wgs84,
    /// A background map that the city brings.
    pub base_map: Option<BaseMap>,
}

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// Chinese.
    #[serde(rename = "zh")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlaceKind {
    /// River, lake.
    Water,
    /// Park, river bank, square.
    Park,
    /// Housing.
    Homes,
    /// Offices, works.
    Jobs,
    /// Shops and markets.
    Shops,
    /// School or kindergarten.
    School,
    /// Hospital.
    Hospital,
    /// Fire station.
    FireStation,
    /// Ambulance station.
    AmbulanceStation,
    /// District, labeled at its middle.
    District,
    /// Bridge, along its center line.
    Bridge,
    /// Home for the aged.
    CareHome,
}

/// An area, line or point of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// Its name; empty for areas nobody names.
    pub label: Label,
    /// Where it is.
    pub geometry: Geometry,
    /// The road one reaches it by.
    pub road: Option<RoadId>,
}

/// Where a place is.
#[derive(Debug, Clone, PartialEq)]
pub enum Geometry {
    /// A point.
    Point(Wgs84),
    /// A line.
    Line(Vec<Wgs84>),
    /// An area: its outline counter-clockwise, the first point not repeated.
    Area(Vec<Wgs84>),
}

/// What a zone has of people and of what draws them; each is a column of `population.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// People who live there.
    Residents,
    /// Residents who work.
    Workers,
    /// Residents who go to school.
    Pupils,
    /// Places of work.
    Jobs,
    /// Places in schools.
    SchoolPlaces,
    /// Attraction of shops, in jobs there.
    Shopping,
    /// Attraction of parks, restaurants, sights.
    Leisure,
    /// Vehicles that enter the city there in a day; zero inside the city.
    Gate,
}

impl Activity {
    /// All activities, in the order of the columns.
    pub const ALL: [Self; 8] = [
        Self::Residents,
        Self::Workers,
        Self::Pupils,
        Self::Jobs,
        Self::SchoolPlaces,
        Self::Shopping,
        Self::Leisure,
        Self::Gate,
    ];

    /// The name of its column.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Workers => "workers",
            Self::Pupils => "pupils",
            Self::Jobs => "jobs",
            Self::SchoolPlaces => "school_places",
            Self::Shopping => "shopping",
            Self::Leisure => "leisure",
            Self::Gate => "gate",
        }
    }
}

/// A part of the city, or a way into it, between which trips are made.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    /// Name for people.
    pub label: Label,
    /// The district it is part of; empty for ways into the city.
    pub district: Label,
    /// Its middle.
    pub center: Wgs84,
    /// How much of each [`Activity`], in the order of [`Activity::ALL`].
    pub amounts: [f64; 8],
    /// Roads where its trips begin and end, with their share.
    pub roads: Vec<(RoadId, f64)>,
}

impl Zone {
    /// How much of an activity.
    pub const fn amount(&self, activity: Activity) -> f64 {
        self.amounts[activity as usize]
    }
}

/// What a station is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StationKind {
    /// Ambulances wait there.
    Ambulance,
    /// Fire engines wait there.
    Fire,
    /// Patients are brought there.
    Hospital,
}

/// Where emergency vehicles wait or go.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// What it is.
    pub kind: StationKind,
    /// Name in both languages.
    pub label: Label,
    /// The road its gate is on.
    pub road: RoadId,
    /// Distance of the gate from the start of the road.
    pub position: Meters,
    /// Vehicles stationed there; beds for a hospital.
    pub capacity: u16,
}

/// What an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AssetKind {
    /// Water main; size is its diameter in millimetres.
    WaterMain,
    /// Fire hydrant; size is its outlet in millimetres.
    Hydrant,
    /// Power cable; size is its voltage in volts.
    PowerCable,
    /// Transformer; size is its power in kilovolt-amperes.
    Transformer,
    /// Drain; size is its diameter in millimetres.
    Drain,
    /// Manhole; size is its depth in millimetres.
    Manhole,
    /// Pumping station; size is its discharge in litres a second.
    PumpingStation,
}

/// A pipe or cable along a piece of road, or something at a point of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asset {
    /// What it is.
    pub kind: AssetKind,
    /// The road it follows or stands at.
    pub road: RoadId,
    /// Where it begins on the road.
    pub from: Meters,
    /// Where it ends; the same as `from` for something at a point.
    pub to: Meters,
    /// Size, in the unit of its kind.
    pub size: u32,
    /// Year it was laid.
    pub year: u16,
}

/// A house number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Address {
    /// The road it is on, on its right side.
    pub road: RoadId,
    /// Distance from the start of the road.
    pub position: Meters,
    /// The number.
    pub number: u16,
}

impl Address {
    /// The address as people write it.
    pub fn label(&self, network: &Network) -> Label {
        let street = &network.roads[self.road].label;
        Label {
            zh: format!("{}{}号", street.zh, self.number),
            en: format!("{} {}", self.number, street.en),
        }
    }
}

/// Who is responsible for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// Short name that other files refer to.
    pub id: String,
    /// Name in both languages.
    pub name: Label,
    /// What it does.
    pub role: Role,
    /// The organization it answers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    /// The district it serves; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub district: Option<Label>,
}

/// What an organization does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Government of the city or of a district.
    Government,
    /// Signals, traffic law, crashes.
    TrafficPolice,
    /// Ambulances.
    EmergencyMedical,
    /// Fire and rescue.
    FireRescue,
    /// Streets, cleaning, street trade.
    UrbanManagement,
    /// Water supply.
    Water,
    /// Drains and floods.
    Drainage,
    /// Power supply.
    Power,
    /// Buses, taxis, roads.
    Transport,
    /// Air, noise.
    Environment,
    /// Hospitals.
    Health,
    /// Parks and trees.
    Parks,
    /// Data of all of them.
    Data,
}

/// How far a scene may go by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// It may show what it would do.
    Advise,
    /// It may act once a person approved.
    ActWithApproval,
    /// It may act.
    Act,
}

/// What the city allows the brain to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How far each scene may go, by its id; scenes not named may only advise.
    pub scenes: std::collections::BTreeMap<String, Grant>,
    /// Side of the square in which a patient's place is shown to those who need not know it.
    pub patient_square: Meters,
    /// Days after which personal data of a call is erased.
    pub personal_data_days: u16,
}

impl Default for Policy {
    /// Signals by themselves, corridors with a person's approval, the rest as advice.
    fn default() -> Self {
        let scenes = [
            ("signals", Grant::Act),
            ("corridor", Grant::ActWithApproval),
            ("incidents", Grant::Advise),
        ];
        Self {
            scenes: scenes.map(|(scene, grant)| (scene.to_owned(), grant)).into(),
            patient_square: Meters::new(500.0),
            personal_data_days: 30,
        }
    }
}

impl CityPack {
    /// The zone with the most of an activity.
    pub fn zone_with_most(&self, activity: Activity) -> Option<ZoneId> {
        let amount = |index: &usize| self.zones.as_slice()[*index].amount(activity);
        let best = (0..self.zones.len()).max_by(|a, b| amount(a).total_cmp(&amount(b)));
        best.map(ZoneId::from_index)
    }

    /// Stations of one kind.
    pub fn stations_of(&self, kind: StationKind) -> impl Iterator<Item = &Station> {
        self.stations.iter().filter(move |station| station.kind == kind)
    }
}
