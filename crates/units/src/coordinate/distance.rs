//! Distances on the ellipsoid and on the sphere.
//!
//! # Units
//! Degrees in, metres out.
//!
//! # Source
//! T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid with application of
//! nested equations", Survey Review 23 (1975), doi:10.1179/sre.1975.23.176.88: half a millimetre.
//! Haversine formula on the sphere of the mean radius of the IUGG, 6 371 008.8 m: 0.6 %.

use super::Wgs84;
use super::mercator::{Ellipsoid, wrapped};
use crate::Meters;

/// Mean radius of the earth in metres (IUGG).
const EARTH_RADIUS: f64 = 6_371_008.8;
/// Rounds of Vincenty's iteration, which needs a handful unless the places are almost antipodal.
const ROUNDS: usize = 100;

impl Wgs84 {
    /// Length of the geodesic to `other`. Between almost antipodal places, where Vincenty's method
    /// fails, that of the great circle.
    pub fn distance(self, other: Self) -> Meters {
        vincenty(self, other).unwrap_or_else(|| self.great_circle_distance(other))
    }

    /// Length of the great circle to `other` on a sphere: several times faster than
    /// [`Self::distance`], and within 0.6 % of it.
    pub fn great_circle_distance(self, other: Self) -> Meters {
        let (lat_a, lat_b) = (self.latitude_deg.to_radians(), other.latitude_deg.to_radians());
        let half_latitude = libm::sin((lat_b - lat_a) / 2.0);
        let difference = (other.longitude_deg - self.longitude_deg).to_radians();
        let half_longitude = libm::sin(difference / 2.0);
        let square = half_latitude * half_latitude
            + libm::cos(lat_a) * libm::cos(lat_b) * half_longitude * half_longitude;
        Meters::new(2.0 * EARTH_RADIUS * libm::asin(square.sqrt().min(1.0)))
    }
}

/// Vincenty's inverse solution; `None` when it does not converge.
fn vincenty(from: Wgs84, to: Wgs84) -> Option<Meters> {
    let Ellipsoid { a, f } = Ellipsoid::WGS84;
    let b = a * (1.0 - f);
    let reduced = |latitude: f64| {
        let angle = libm::atan((1.0 - f) * libm::tan(latitude.to_radians()));
        (libm::sin(angle), libm::cos(angle))
    };
    let ((sin_a, cos_a), (sin_b, cos_b)) = (reduced(from.latitude_deg), reduced(to.latitude_deg));
    let difference = wrapped(to.longitude_deg - from.longitude_deg).to_radians();
    let mut lambda = difference;
    for _ in 0..ROUNDS {
        let (sin_l, cos_l) = (libm::sin(lambda), libm::cos(lambda));
        let (east, north) = (cos_b * sin_l, cos_a * sin_b - sin_a * cos_b * cos_l);
        let sin_sigma = (east * east + north * north).sqrt();
        if sin_sigma == 0.0 {
            return (from == to || difference == 0.0).then_some(Meters::ZERO);
        }
        let cos_sigma = sin_a * sin_b + cos_a * cos_b * cos_l;
        let sigma = libm::atan2(sin_sigma, cos_sigma);
        let sin_azimuth = cos_a * cos_b * sin_l / sin_sigma;
        let cos2 = 1.0 - sin_azimuth * sin_azimuth;
        // Along the equator the middle of the arc is anywhere.
        let middle = if cos2 > 0.0 { cos_sigma - 2.0 * sin_a * sin_b / cos2 } else { 0.0 };
        let c = f / 16.0 * cos2 * (4.0 + f * (4.0 - 3.0 * cos2));
        let inner = middle + c * cos_sigma * (2.0 * middle * middle - 1.0);
        let next = difference + (1.0 - c) * f * sin_azimuth * (sigma + c * sin_sigma * inner);
        if (next - lambda).abs() < 1e-13 {
            let u2 = cos2 * (a * a - b * b) / (b * b);
            return Some(Meters::new(b * arc(u2, sigma, (sin_sigma, cos_sigma), middle)));
        }
        lambda = next;
    }
    None
}

/// Length of the geodesic in units of the semi-minor axis.
fn arc(u2: f64, sigma: f64, (sin_sigma, cos_sigma): (f64, f64), middle: f64) -> f64 {
    let a = 1.0 + u2 / 16_384.0 * (4_096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)));
    let b = u2 / 1_024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)));
    let square = 2.0 * middle * middle - 1.0;
    let last = middle * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * middle * middle - 3.0);
    let correction = b * sin_sigma * (middle + b / 4.0 * (cos_sigma * square - b / 6.0 * last));
    a * (sigma - correction)
}
