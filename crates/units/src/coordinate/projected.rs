//! Places on the planes of national and world-wide projections, named by their EPSG code.
//!
//! # Units
//! Metres of easting (`x`) and northing (`y`).
//!
//! # Source
//! EPSG Geodetic Parameter Dataset: UTM zones (326zz north, 327zz south), the Gauss-Krüger zones of
//! CGCS2000 (4491 to 4512 of 6 degrees, 4513 to 4554 of 3 degrees, GB/T 17278), Web Mercator (3857,
//! guidance note 7-2, method 1024).

use std::f64::consts::PI;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::mercator::{Ellipsoid, TransverseMercator, wrapped};
use super::{Point, Wgs84};

/// Farthest from its central meridian that a projection is used, degrees.
const APART_MAX: f64 = 30.0;
/// Web Mercator ends here, degrees of latitude.
const WEB_LATITUDE_MAX: f64 = 85.06;

/// A point on the plane of a projection.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Projected {
    /// EPSG code of the projection.
    pub epsg: u32,
    /// Easting in metres.
    pub x: f64,
    /// Northing in metres.
    pub y: f64,
}

/// Why a place has no coordinates in a projection, or coordinates are no place.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ProjectionError {
    /// A projection that is not known here.
    UnknownProjection {
        /// Its EPSG code.
        epsg: u32,
    },
    /// A place or point outside the area that the projection is good for.
    OutOfArea {
        /// EPSG code of the projection.
        epsg: u32,
    },
}

impl fmt::Display for ProjectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownProjection { epsg } => write!(
                f,
                "projection EPSG:{epsg} is not known: expected a UTM zone (32601 to 32660, 32701 \
                 to 32760), a CGCS2000 Gauss-Krüger zone (4491 to 4554) or 3857"
            ),
            Self::OutOfArea { epsg } => write!(
                f,
                "the place lies outside the area of projection EPSG:{epsg}: choose a zone whose \
                 central meridian is nearer"
            ),
        }
    }
}

impl std::error::Error for ProjectionError {}

impl Projected {
    /// A place in the projection with an EPSG code.
    ///
    /// # Errors
    /// [`ProjectionError`] when the code is not known or the place is more than 30 degrees from
    /// the central meridian (beyond 85.06 degrees of latitude for 3857).
    pub fn from_wgs84(place: Wgs84, epsg: u32) -> Result<Self, ProjectionError> {
        let out = ProjectionError::OutOfArea { epsg };
        if !place.is_on_earth() {
            return Err(out);
        }
        let point = match method(epsg)? {
            Method::WebMercator if place.latitude_deg.abs() > WEB_LATITUDE_MAX => return Err(out),
            Method::WebMercator => web_forward(place),
            Method::Transverse(projection) => {
                let apart = wrapped(place.longitude_deg - projection.meridian_deg);
                if apart.abs() > APART_MAX {
                    return Err(out);
                }
                projection.forward(place.longitude_deg, place.latitude_deg)
            }
        };
        Ok(Self { epsg, x: point.x, y: point.y })
    }

    /// A place in its own UTM zone, north or south; without the exceptions for Norway and
    /// Svalbard.
    ///
    /// # Errors
    /// [`ProjectionError::OutOfArea`] when the numbers are no place on earth.
    pub fn utm(place: Wgs84) -> Result<Self, ProjectionError> {
        // Written so that what is not a number falls into the first zone and is refused below.
        let zone = ((place.longitude_deg + 180.0) / 6.0).clamp(0.0, 59.0) as u32 + 1;
        let series = if place.latitude_deg < 0.0 { 32_700 } else { 32_600 };
        Self::from_wgs84(place, series + zone)
    }

    /// The place of a projected point.
    ///
    /// # Errors
    /// [`ProjectionError`] when the code is not known or the point lies outside the projection.
    pub fn to_wgs84(self) -> Result<Wgs84, ProjectionError> {
        let out = ProjectionError::OutOfArea { epsg: self.epsg };
        let point = Point::new(self.x, self.y);
        let place = match method(self.epsg)? {
            Method::WebMercator => web_inverse(point),
            Method::Transverse(projection) => {
                let east = point.x - projection.false_origin.x;
                // A quarter of the earth's circumference: beyond it the series has no meaning.
                if !(east.abs() < 4e6 && (point.y - projection.false_origin.y).abs() < 1.1e7) {
                    return Err(out);
                }
                let (longitude_deg, latitude_deg) = projection.inverse(point);
                Wgs84 { longitude_deg, latitude_deg }
            }
        };
        if place.is_on_earth() { Ok(place) } else { Err(out) }
    }
}

enum Method {
    Transverse(TransverseMercator),
    WebMercator,
}

fn method(epsg: u32) -> Result<Method, ProjectionError> {
    let utm = |zone: u32, false_northing: f64| TransverseMercator {
        ellipsoid: Ellipsoid::WGS84,
        meridian_deg: f64::from(zone) * 6.0 - 183.0,
        latitude_deg: 0.0,
        scale: 0.9996,
        false_origin: Point::new(500_000.0, false_northing),
    };
    // Chinese zones: with the zone's number before the easting, or without.
    let chinese = |meridian: u32, zone: u32| TransverseMercator {
        ellipsoid: Ellipsoid::CGCS2000,
        meridian_deg: f64::from(meridian),
        latitude_deg: 0.0,
        scale: 1.0,
        false_origin: Point::new(f64::from(zone) * 1e6 + 500_000.0, 0.0),
    };
    Ok(Method::Transverse(match epsg {
        32_601..=32_660 => utm(epsg - 32_600, 0.0),
        32_701..=32_760 => utm(epsg - 32_700, 1e7),
        4_491..=4_501 => chinese(75 + (epsg - 4_491) * 6, 13 + (epsg - 4_491)),
        4_502..=4_512 => chinese(75 + (epsg - 4_502) * 6, 0),
        4_513..=4_533 => chinese(75 + (epsg - 4_513) * 3, 25 + (epsg - 4_513)),
        4_534..=4_554 => chinese(75 + (epsg - 4_534) * 3, 0),
        3_857 => return Ok(Method::WebMercator),
        _ => return Err(ProjectionError::UnknownProjection { epsg }),
    }))
}

fn web_forward(place: Wgs84) -> Point {
    let radius = Ellipsoid::WGS84.a;
    let half = PI / 4.0 + place.latitude_deg.to_radians() / 2.0;
    Point::new(radius * place.longitude_deg.to_radians(), radius * libm::log(libm::tan(half)))
}

fn web_inverse(point: Point) -> Wgs84 {
    let radius = Ellipsoid::WGS84.a;
    let latitude = PI / 2.0 - 2.0 * libm::atan(libm::exp(-point.y / radius));
    Wgs84::new((point.x / radius).to_degrees(), latitude.to_degrees())
}
