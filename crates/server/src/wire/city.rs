//! The city: name, place, counts, background.

use serde::Serialize;
use serde_json::{Value, json};
use urbis_city::{Geometry, PlaceKind};
use urbis_network::Label;
use urbis_units::{Mode, Wgs84};
use utoipa::ToSchema;

use super::common::Name;
use super::proposal::mode;
use crate::atlas::Atlas;
use crate::base_map::BaseMap;

/// The city.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CityDto {
    /// Its name.
    pub name: Name,
    /// IANA name of its time zone.
    #[schema(example = "Asia/Shanghai")]
    pub time_zone: String,
    /// `live`, `replay` or `simulated`.
    pub mode: &'static str,
    /// Its middle.
    pub center: CenterDto,
    /// West, south, east, north, degrees.
    pub bounds: [f64; 4],
    /// Seed of everything random about it.
    pub seed: u64,
    /// How much of everything it has.
    pub counts: CountsDto,
    /// What was assumed where its files say nothing.
    pub assumptions: Vec<Name>,
    /// A background map of its own.
    pub base_map: Option<BaseMap>,
}

/// A point of the earth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct CenterDto {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

/// How much of everything a city has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountsDto {
    /// Junctions.
    pub junctions: usize,
    /// Junctions with signals.
    pub signals: usize,
    /// Directed roads.
    pub roads: usize,
    /// Lanes.
    pub lanes: usize,
    /// Detectors.
    pub detectors: usize,
}

/// The city for the wire.
pub fn city(
    atlas: &Atlas,
    at_mode: Mode,
    assumptions: &[Label],
    base_map: Option<BaseMap>,
) -> CityDto {
    let (network, bounds, center) = (atlas.network(), atlas.bounds(), atlas.center());
    CityDto {
        name: atlas.city_name(),
        time_zone: atlas.pack().city.time_zone.clone(),
        mode: mode(at_mode),
        center: CenterDto { lon: center[0], lat: center[1] },
        bounds: [bounds.west, bounds.south, bounds.east, bounds.north],
        seed: atlas.pack().city.seed,
        counts: CountsDto {
            junctions: network.junctions.len(),
            signals: network.signalized().count(),
            roads: network.roads.len(),
            lanes: network.lanes.len(),
            detectors: atlas.pack().detectors.len(),
        },
        assumptions: assumptions.iter().map(Name::from).collect(),
        base_map,
    }
}

fn kind(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::Water => "water",
        PlaceKind::Park => "park",
        PlaceKind::Homes => "homes",
        PlaceKind::Jobs => "jobs",
        PlaceKind::Shops => "shops",
        PlaceKind::School => "school",
        PlaceKind::Hospital => "hospital",
        PlaceKind::FireStation => "fire_station",
        PlaceKind::AmbulanceStation => "ambulance_station",
        PlaceKind::District => "district",
        PlaceKind::Bridge => "bridge",
        PlaceKind::CareHome => "care_home",
        _ => "other",
    }
}

fn geometry(geometry: &Geometry) -> Value {
    let pair = |at: &Wgs84| json!([round(at.longitude_deg), round(at.latitude_deg)]);
    match geometry {
        Geometry::Point(at) => json!({"type": "Point", "coordinates": pair(at)}),
        Geometry::Line(line) => {
            let line: Vec<Value> = line.iter().map(pair).collect();
            json!({"type": "LineString", "coordinates": line})
        }
        Geometry::Area(outline) => {
            let ring: Vec<Value> = outline.iter().chain(outline.first()).map(pair).collect();
            json!({"type": "Polygon", "coordinates": [ring]})
        }
    }
}

/// A coordinate to a centimetre, so that JSON carries no noise.
pub fn round(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Background polygons, lines and points as GeoJSON (RFC 7946).
pub fn places(atlas: &Atlas) -> Value {
    let features: Vec<Value> = atlas
        .pack()
        .places
        .iter()
        .map(|place| {
            json!({
                "type": "Feature",
                "properties": {
                    "kind": kind(place.kind),
                    "name": Name::from(&place.label),
                    "road": place.road.map(|road| road.0),
                },
                "geometry": geometry(&place.geometry),
            })
        })
        .collect();
    json!({"type": "FeatureCollection", "features": features})
}
