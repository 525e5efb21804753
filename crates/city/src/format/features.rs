//! `places.geojson`: areas, lines and points of the map.
//!
//! # Source
//! RFC 7946 (GeoJSON): longitude before latitude, outlines counter-clockwise, the first point
//! repeated as the last.

use serde::{Deserialize, Serialize};
use urbis_network::Label;
use urbis_units::Wgs84;

use super::Names;
use crate::CityError;
use crate::pack::{CityPack, Geometry, Place, PlaceKind};

const FILE: &str = "places.geojson";

#[derive(Serialize, Deserialize)]
struct Collection {
    r#type: CollectionType,
    features: Vec<Feature>,
}

#[derive(Serialize, Deserialize)]
enum CollectionType {
    FeatureCollection,
}

#[derive(Serialize, Deserialize)]
enum FeatureType {
    Feature,
}

#[derive(Serialize, Deserialize)]
struct Feature {
    r#type: FeatureType,
    properties: Properties,
    geometry: Shape,
}

#[derive(Serialize, Deserialize)]
struct Properties {
    kind: PlaceKind,
    #[serde(default, skip_serializing_if = "is_empty")]
    name: Label,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    road: Option<String>,
}

fn is_empty(label: &Label) -> bool {
    label.zh.is_empty() && label.en.is_empty()
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Shape {
    Point([f64; 2]),
    LineString(Vec<[f64; 2]>),
    Polygon(Vec<Vec<[f64; 2]>>),
}

pub(super) fn write(pack: &CityPack) -> Vec<u8> {
    let pair = |place: &Wgs84| [place.longitude_deg, place.latitude_deg];
    let feature = |place: &Place| Feature {
        r#type: FeatureType::Feature,
        properties: Properties {
            kind: place.kind,
            name: place.label.clone(),
            road: place.road.map(|road| pack.network.roads[road].name.clone()),
        },
        geometry: match &place.geometry {
            Geometry::Point(at) => Shape::Point(pair(at)),
            Geometry::Line(line) => Shape::LineString(line.iter().map(pair).collect()),
            Geometry::Area(outline) => {
                Shape::Polygon(vec![outline.iter().chain(outline.first()).map(pair).collect()])
            }
        },
    };
    // A feature a line keeps differences between two versions readable.
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[\n");
    for (index, place) in pack.places.iter().enumerate() {
        if index > 0 {
            text.push_str(",\n");
        }
        text.push_str(&serde_json::to_string(&feature(place)).expect("a place has a GeoJSON form"));
    }
    text.push_str("\n]}\n");
    text.into_bytes()
}

pub(super) fn read(bytes: &[u8], names: &Names<'_>) -> Result<Vec<Place>, CityError> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let collection: Collection = serde_json::from_slice(bytes)
        .map_err(|fault| CityError::syntax(FILE, fault.line(), fault.to_string()))?;
    collection
        .features
        .into_iter()
        .enumerate()
        .map(|(index, feature)| place(index, feature, names))
        .collect()
}

fn place(index: usize, feature: Feature, names: &Names<'_>) -> Result<Place, CityError> {
    let road = match &feature.properties.road {
        None => None,
        Some(name) => Some(names.road(name).ok_or_else(|| CityError::Unknown {
            file: FILE.to_owned(),
            line: index + 2,
            field: "road".to_owned(),
            target: format!("road {name}"),
        })?),
    };
    let at = |[lon, lat]: [f64; 2]| Wgs84::new(lon, lat);
    let misshaped = |message: &str| {
        let element = format!("feature {} ", index + 1);
        CityError::syntax(FILE, index + 2, element + message)
    };
    let geometry = match feature.geometry {
        Shape::Point(point) => Geometry::Point(at(point)),
        Shape::LineString(line) => Geometry::Line(line.into_iter().map(at).collect()),
        Shape::Polygon(mut rings) => {
            if rings.len() != 1 {
                return Err(misshaped("has holes or no outline, expected one outline"));
            }
            let mut outline = rings.remove(0);
            if outline.len() < 4 || outline.first() != outline.last() {
                return Err(misshaped("is not closed, expected its first point again as the last"));
            }
            outline.pop();
            Geometry::Area(outline.into_iter().map(at).collect())
        }
    };
    Ok(Place { kind: feature.properties.kind, label: feature.properties.name, geometry, road })
}
