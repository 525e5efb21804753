//! The city's geometry and names, laid on the earth once: what places are called and where they are.
//!
//! # Units
//! Longitude and latitude in degrees of WGS-84; lengths in metres.

use std::sync::Arc;

use urbis_city::CityPack;
use urbis_core::{IdVec, JunctionId, LaneId, Place, RoadId};
use urbis_network::cover::{Cover, square_middle};
use urbis_network::geometry::{lane_shape, length, point_along};
use urbis_network::{Label, Network};
use urbis_units::{LocalFrame, Meters, Point, Wgs84};

use crate::frame::Bounds;
use crate::wire::common::{Name, Spot};

/// The city laid on the earth.
#[derive(Debug)]
pub struct Atlas {
    pack: Arc<CityPack>,
    frame: LocalFrame,
    bounds: Bounds,
    center: Point,
    lanes: IdVec<LaneId, Vec<Point>>,
    junctions: IdVec<JunctionId, [f64; 2]>,
    square: Meters,
}

impl Atlas {
    /// Lays `pack` on the earth: by the network's own frame, else with its plane's origin at the
    /// city's center.
    pub fn new(pack: Arc<CityPack>) -> Self {
        let network = &pack.network;
        let frame = network.frame.unwrap_or(LocalFrame::new(pack.city.center));
        let corners = corners(network);
        let lon_lat = |point: Point| lon_lat(frame, point);
        let ([west, south], [east, north]) = (lon_lat(corners.0), lon_lat(corners.1));
        let center = Point::new(
            f64::midpoint(corners.0.x, corners.1.x),
            f64::midpoint(corners.0.y, corners.1.y),
        );
        Self {
            frame,
            bounds: Bounds { west, south, east, north },
            center,
            lanes: network.lanes.ids().map(|lane| lane_shape(network, lane)).collect(),
            junctions: network.junctions.iter().map(|one| lon_lat(one.center)).collect(),
            square: pack.policy.patient_square.max(Meters::new(1.0)),
            pack,
        }
    }

    /// The city pack.
    pub fn pack(&self) -> &CityPack {
        &self.pack
    }

    /// The road network.
    pub fn network(&self) -> &Network {
        &self.pack.network
    }

    /// The plane of the network.
    pub fn frame(&self) -> LocalFrame {
        self.frame
    }

    /// The box around everything.
    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Longitude and latitude of the middle.
    pub fn center(&self) -> [f64; 2] {
        self.lon_lat(self.center)
    }

    /// Longitude and latitude of a point of the plane.
    pub fn lon_lat(&self, point: Point) -> [f64; 2] {
        lon_lat(self.frame, point)
    }

    /// Center line of a lane on the plane; empty for a lane that is not there.
    pub fn lane_line(&self, lane: LaneId) -> &[Point] {
        self.lanes.get(lane).map_or(&[], Vec::as_slice)
    }

    /// Longitude and latitude of a junction.
    pub fn junction(&self, junction: JunctionId) -> Option<[f64; 2]> {
        self.junctions.get(junction).copied()
    }

    /// The road of a lane.
    pub fn road_of(&self, lane: LaneId) -> Option<RoadId> {
        self.network().lanes.get(lane).map(|lane| lane.road)
    }

    /// Name of a road.
    pub fn road_name(&self, road: RoadId) -> Name {
        self.network().roads.get(road).map_or_else(
            || Name { zh: String::new(), en: String::new() },
            |one| Name::or(&one.label, &one.name),
        )
    }

    /// Name of a junction.
    pub fn junction_name(&self, junction: JunctionId) -> Name {
        self.network().junctions.get(junction).map_or_else(
            || Name { zh: String::new(), en: String::new() },
            |one| Name::or(&one.label, &one.name),
        )
    }

    /// Where a place is on the plane; the city's middle for places that are not there.
    pub fn point(&self, place: &Place) -> Point {
        let network = self.network();
        let middle = |line: &[Point]| point_along(line, length(line) / 2.0);
        let found = match place {
            Place::Junction(id) => network.junctions.get(*id).map(|one| one.center),
            Place::Road(id) => network
                .roads
                .get(*id)
                .and_then(|road| (!road.shape.is_empty()).then(|| middle(&road.shape))),
            Place::Lane { lane, position } => {
                let line = self.lane_line(*lane);
                (!line.is_empty()).then(|| point_along(line, *position))
            }
            Place::Point(point) => Some(*point),
            Place::City => None,
        };
        found.unwrap_or(self.center)
    }

    /// A place as people see it.
    pub fn spot(&self, place: &Place) -> Spot {
        let [lon, lat] = self.lon_lat(self.point(place));
        let road = match place {
            Place::Road(road) => Some(*road),
            Place::Lane { lane, .. } => self.road_of(*lane),
            _ => None,
        };
        let label = match place {
            Place::Junction(junction) => self.junction_name(*junction),
            Place::Road(_) | Place::Lane { .. } => {
                road.map_or_else(|| self.city_name(), |road| self.road_name(road))
            }
            Place::Point(_) | Place::City => self.city_name(),
        };
        Spot {
            lon,
            lat,
            junction: if let Place::Junction(id) = place { Some(id.0) } else { None },
            road: road.map(|road| road.0),
            lane: if let Place::Lane { lane, .. } = place { Some(lane.0) } else { None },
            label,
        }
    }

    /// The middle of the square a place lies in: what those see who need not know where a patient
    /// is.
    pub fn square(&self, place: &Place) -> Spot {
        let [lon, lat] = self.lon_lat(square_middle(self.square, self.point(place)));
        let side = self.square.get().round();
        let label =
            Name { zh: format!("{side:.0} 米方格内"), en: format!("within {side:.0} m") };
        Spot { lon, lat, junction: None, road: None, lane: None, label }
    }

    /// What is hidden of a patient on `road` from those who need not know where that is.
    pub fn cover(&self, road: RoadId) -> Cover {
        Cover::over(self.network(), self.square, road)
    }

    /// Name of the city.
    pub fn city_name(&self) -> Name {
        let label: &Label = &self.pack.city.name;
        Name::from(label)
    }

    /// The point of the plane at a longitude and latitude.
    pub fn plane_point(&self, lon: f64, lat: f64) -> Point {
        self.frame.to_plane(Wgs84::new(lon, lat))
    }
}

fn lon_lat(frame: LocalFrame, point: Point) -> [f64; 2] {
    let place = frame.to_wgs84(point);
    [place.longitude_deg, place.latitude_deg]
}

/// South-western and north-eastern corner of all roads and junctions; a kilometre around the
/// origin for an empty network.
fn corners(network: &Network) -> (Point, Point) {
    let points = network
        .roads
        .iter()
        .flat_map(|road| &road.shape)
        .chain(network.junctions.iter().map(|junction| &junction.center));
    let mut corners: Option<(Point, Point)> = None;
    for point in points {
        let (low, high) = corners.get_or_insert((*point, *point));
        *low = Point::new(low.x.min(point.x), low.y.min(point.y));
        *high = Point::new(high.x.max(point.x), high.y.max(point.y));
    }
    let margin = 50.0;
    let (low, high) = corners.unwrap_or((Point::new(-450.0, -450.0), Point::new(450.0, 450.0)));
    (Point::new(low.x - margin, low.y - margin), Point::new(high.x + margin, high.y + margin))
}
