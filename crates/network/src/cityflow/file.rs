//! The files as they are written.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use urbis_units::Point;

use crate::NetworkError;

#[derive(Debug, Deserialize)]
#[serde(expecting = "a roadnet, an object with `intersections` and `roads`")]
pub(super) struct Roadnet {
    pub(super) intersections: Vec<Intersection>,
    pub(super) roads: Vec<Road>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Intersection {
    pub(super) id: String,
    pub(super) point: Point,
    #[serde(default)]
    pub(super) width: Option<f64>,
    #[serde(default)]
    pub(super) roads: Vec<String>,
    #[serde(default, rename = "roadLinks")]
    pub(super) road_links: Option<Vec<RoadLink>>,
    #[serde(default, rename = "trafficLight")]
    pub(super) traffic_light: Option<TrafficLight>,
    #[serde(rename = "virtual")]
    pub(super) is_virtual: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct RoadLink {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(rename = "startRoad")]
    pub(super) start_road: String,
    #[serde(rename = "endRoad")]
    pub(super) end_road: String,
    #[serde(rename = "laneLinks")]
    pub(super) lane_links: Vec<LaneLink>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LaneLink {
    #[serde(rename = "startLaneIndex")]
    pub(super) start_lane: i64,
    #[serde(rename = "endLaneIndex")]
    pub(super) end_lane: i64,
    #[serde(default)]
    pub(super) points: Vec<Point>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TrafficLight {
    #[serde(rename = "lightphases")]
    pub(super) phases: Vec<LightPhase>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LightPhase {
    pub(super) time: f64,
    #[serde(rename = "availableRoadLinks")]
    pub(super) available: Vec<i64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Road {
    pub(super) id: String,
    pub(super) points: Vec<Point>,
    pub(super) lanes: Vec<Lane>,
    #[serde(rename = "startIntersection")]
    pub(super) start: String,
    #[serde(rename = "endIntersection")]
    pub(super) end: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Lane {
    pub(super) width: f64,
    #[serde(rename = "maxSpeed")]
    pub(super) max_speed: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Flow {
    pub(super) vehicle: Vehicle,
    pub(super) route: Vec<String>,
    pub(super) interval: f64,
    #[serde(default, rename = "startTime")]
    pub(super) start: i64,
    #[serde(default = "open_end", rename = "endTime")]
    pub(super) end: i64,
}

/// What CityFlow takes a missing `endTime` for.
const fn open_end() -> i64 {
    -1
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Vehicle {
    pub(super) length: f64,
    pub(super) width: f64,
    #[serde(rename = "maxPosAcc")]
    pub(super) max_acceleration: f64,
    #[serde(rename = "maxNegAcc")]
    pub(super) max_deceleration: f64,
    #[serde(rename = "usualPosAcc")]
    pub(super) usual_acceleration: f64,
    #[serde(rename = "usualNegAcc")]
    pub(super) usual_deceleration: f64,
    #[serde(rename = "minGap")]
    pub(super) min_gap: f64,
    #[serde(rename = "maxSpeed")]
    pub(super) max_speed: f64,
    #[serde(rename = "headwayTime")]
    pub(super) headway: f64,
}

/// What to do about JSON that does not read.
fn remedy(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        Category::Eof => "the file is cut off, fetch or export it again",
        Category::Io | Category::Syntax => "it is no JSON there, correct it",
        Category::Data if error.to_string().starts_with("missing field") => "add the field",
        Category::Data => "write there what is expected",
    }
}

/// A kind of file: the bracket it opens with, and what it is.
pub(super) type Kind = (u8, &'static str);
/// A road network.
pub(super) const ROADNET: Kind =
    (b'{', "a CityFlow road network (an object with `intersections` and `roads`)");
/// A flow.
pub(super) const FLOW: Kind = (b'[', "a CityFlow flow (a list of vehicles with their routes)");

/// Parses `bytes`, with line and path of the fault where they are not what they should be.
pub(super) fn parse<T: DeserializeOwned>(
    bytes: &[u8],
    file: &str,
    (opens, expected): Kind,
) -> Result<T, NetworkError> {
    let first = bytes.iter().position(|byte| !byte.is_ascii_whitespace());
    if let Some((at, found)) = first.map(|at| (at, bytes[at]))
        && matches!(found, b'{' | b'[')
        && found != opens
    {
        let lines: Vec<&[u8]> = bytes[..at].split(|byte| *byte == b'\n').collect();
        let found = if found == b'[' { "a list" } else { "an object" };
        return Err(NetworkError::Json {
            file: file.to_owned(),
            line: lines.len(),
            column: 1 + lines.last().map_or(0, |line| line.len()),
            path: "the top".to_owned(),
            message: format!("found {found}, expected {expected}"),
            remedy: "name the file that is one",
        });
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let fault = |path: String, error: &serde_json::Error| {
        let message = error.to_string();
        // Line and column stand at the head already.
        let place = message.rfind(" at line ").unwrap_or(message.len());
        NetworkError::Json {
            file: file.to_owned(),
            line: error.line(),
            column: error.column(),
            path: if path == "." { "the top".to_owned() } else { path },
            remedy: remedy(error),
            message: message[..place].to_owned(),
        }
    };
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| fault(error.path().to_string(), error.inner()))?;
    json.end().map_err(|error| fault(".".to_owned(), &error))?;
    Ok(value)
}
