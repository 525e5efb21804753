//! Coordinates that carry their datum.
//!
//! # Units
//! Geodetic coordinates are degrees, longitude east and latitude north; planar ones are metres.
//!
//! # Shape
//! Converting is explicit: a place says its datum in its type, and every way from one to another
//! is a function of its own. CGCS2000 and WGS-84 count as one at the centimetre (their ellipsoids
//! differ by 0.1 mm at the pole, their frames by the drift of the plates, a few centimetres).

mod china;
mod distance;
mod mercator;
mod projected;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use projected::{Projected, ProjectionError};

macro_rules! geodetic {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            /// Longitude in degrees, east positive.
            pub longitude_deg: f64,
            /// Latitude in degrees, north positive.
            pub latitude_deg: f64,
        }

        impl $name {
            /// The place at the given longitude and latitude, in degrees.
            pub const fn new(longitude_deg: f64, latitude_deg: f64) -> Self {
                Self { longitude_deg, latitude_deg }
            }

            /// Whether both numbers are in range: longitude -180 to 180, latitude -90 to 90.
            pub fn is_on_earth(&self) -> bool {
                (-180.0..=180.0).contains(&self.longitude_deg)
                    && (-90.0..=90.0).contains(&self.latitude_deg)
            }
        }
    };
}

geodetic!(
    /// WGS-84, the datum of GPS and OpenStreetMap.
    Wgs84
);
geodetic!(
    /// CGCS2000, China's national datum; within centimetres of WGS-84.
    Cgcs2000
);
geodetic!(
    /// GCJ-02, the shifted datum that Chinese web maps must use.
    Gcj02
);
geodetic!(
    /// BD-09, Baidu's further shift of GCJ-02.
    Bd09
);

/// A point on the plane of a network, metres east (`x`) and north (`y`) of its origin.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Point {
    /// Metres east of the origin.
    pub x: f64,
    /// Metres north of the origin.
    pub y: f64,
}

impl Point {
    /// The point `x` metres east and `y` metres north of the origin.
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }
}

/// A local plane: the transverse Mercator projection with its origin at a place and scale 1 along
/// its meridian.
///
/// Going there and back is exact to a micrometre within 1000 km. Distances on the plane are too
/// long by a share of `x²/2R²` at `x` metres east or west of the origin: 1 cm in 10 km at 9 km,
/// 31 cm in 10 km at 50 km.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalFrame {
    /// Where the plane's (0, 0) lies.
    pub origin: Wgs84,
}

impl LocalFrame {
    /// The plane with (0, 0) at `origin`.
    pub const fn new(origin: Wgs84) -> Self {
        Self { origin }
    }

    /// Longitude and latitude of a point of the plane.
    pub fn to_wgs84(self, point: Point) -> Wgs84 {
        let (longitude_deg, latitude_deg) = self.projection().inverse(point);
        Wgs84 { longitude_deg, latitude_deg }
    }

    /// The point of the plane at a longitude and latitude.
    pub fn to_plane(self, place: Wgs84) -> Point {
        self.projection().forward(place.longitude_deg, place.latitude_deg)
    }

    const fn projection(self) -> mercator::TransverseMercator {
        mercator::TransverseMercator {
            ellipsoid: mercator::Ellipsoid::WGS84,
            meridian_deg: self.origin.longitude_deg,
            latitude_deg: self.origin.latitude_deg,
            scale: 1.0,
            false_origin: Point::new(0.0, 0.0),
        }
    }
}
