//! The transverse Mercator (Gauss-Krüger) projection.
//!
//! # Units
//! Degrees and metres.
//!
//! # Source
//! L. Krüger's series in the third flattening to the sixth order: C. Karney, "Transverse Mercator
//! with an accuracy of a few nanometers", Journal of Geodesy 85 (2011),
//! doi:10.1007/s00190-011-0445-3, equations 7 to 36; errors below 5 nm within 3900 km of the
//! central meridian.

use super::Point;

/// An ellipsoid of revolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ellipsoid {
    /// Semi-major axis in metres.
    pub(super) a: f64,
    /// Flattening.
    pub(super) f: f64,
}

impl Ellipsoid {
    pub(super) const WGS84: Self = Self { a: 6_378_137.0, f: 1.0 / 298.257_223_563 };
    pub(super) const CGCS2000: Self = Self { a: 6_378_137.0, f: 1.0 / 298.257_222_101 };

    /// First eccentricity.
    fn e(self) -> f64 {
        (self.f * (2.0 - self.f)).sqrt()
    }

    /// Third flattening.
    fn n(self) -> f64 {
        self.f / (2.0 - self.f)
    }

    /// Radius of the circle as long as a meridian.
    fn rectifying_radius(self) -> f64 {
        let n2 = self.n() * self.n();
        self.a / (1.0 + self.n()) * (1.0 + n2 / 4.0 + n2 * n2 / 64.0 + n2 * n2 * n2 / 256.0)
    }
}

/// One transverse Mercator projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TransverseMercator {
    pub(super) ellipsoid: Ellipsoid,
    /// Central meridian.
    pub(super) meridian_deg: f64,
    /// Latitude of the natural origin.
    pub(super) latitude_deg: f64,
    /// Scale along the central meridian.
    pub(super) scale: f64,
    /// Easting and northing of the natural origin.
    pub(super) false_origin: Point,
}

impl TransverseMercator {
    /// Easting and northing of a place.
    pub(super) fn forward(&self, longitude_deg: f64, latitude_deg: f64) -> Point {
        let (xi, eta) = self.sphere(longitude_deg, latitude_deg);
        let (origin, _) = self.sphere(self.meridian_deg, self.latitude_deg);
        let radius = self.scale * self.ellipsoid.rectifying_radius();
        Point::new(self.false_origin.x + radius * eta, self.false_origin.y + radius * (xi - origin))
    }

    /// Longitude and latitude, in degrees, of an easting and northing.
    pub(super) fn inverse(&self, point: Point) -> (f64, f64) {
        let (origin, _) = self.sphere(self.meridian_deg, self.latitude_deg);
        let radius = self.scale * self.ellipsoid.rectifying_radius();
        let xi = (point.y - self.false_origin.y) / radius + origin;
        let eta = (point.x - self.false_origin.x) / radius;

        let (north, east) = sine_series(beta(self.ellipsoid.n()), xi, eta);
        let (xi_prime, eta_prime) = (xi - north, eta - east);
        let (sinh, cos) = (libm::sinh(eta_prime), libm::cos(xi_prime));
        let tau_prime = libm::sin(xi_prime) / (sinh * sinh + cos * cos).sqrt();
        let longitude = self.meridian_deg + libm::atan2(sinh, cos).to_degrees();
        let tau = geodetic_tangent(tau_prime, self.ellipsoid.e());
        (wrapped(longitude), libm::atan(tau).to_degrees())
    }

    /// The place on the plane of a sphere of radius one, north and east.
    fn sphere(&self, longitude_deg: f64, latitude_deg: f64) -> (f64, f64) {
        let lambda = wrapped(longitude_deg - self.meridian_deg).to_radians();
        let tau = libm::tan(latitude_deg.to_radians());
        let tau_prime = conformal_tangent(tau, self.ellipsoid.e());
        let (sin, cos) = (libm::sin(lambda), libm::cos(lambda));
        let xi_prime = libm::atan2(tau_prime, cos);
        let eta_prime = libm::asinh(sin / (tau_prime * tau_prime + cos * cos).sqrt());
        let (north, east) = sine_series(alpha(self.ellipsoid.n()), xi_prime, eta_prime);
        (xi_prime + north, eta_prime + east)
    }
}

/// The sum of `factors[k - 1] sin(2 k z)` over `k` for the complex `z = xi + i eta`, by Clenshaw's
/// recurrence.
fn sine_series(factors: [f64; 6], xi: f64, eta: f64) -> (f64, f64) {
    let (sin, cos) = (libm::sin(2.0 * xi), libm::cos(2.0 * xi));
    let (sinh, cosh) = (libm::sinh(2.0 * eta), libm::cosh(2.0 * eta));
    let times = |a: (f64, f64), b: (f64, f64)| (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0);
    let twice_cosine = (2.0 * cos * cosh, -2.0 * sin * sinh);
    let (mut last, mut before) = ((0.0, 0.0), (0.0, 0.0));
    for factor in factors.into_iter().rev() {
        let product = times(twice_cosine, last);
        (last, before) = ((product.0 - before.0 + factor, product.1 - before.1), last);
    }
    times(last, (sin * cosh, cos * sinh))
}

/// Tangent of the conformal latitude, from that of the geodetic one.
fn conformal_tangent(tau: f64, e: f64) -> f64 {
    let secant = (1.0 + tau * tau).sqrt();
    let sigma = libm::sinh(e * libm::atanh(e * tau / secant));
    tau * (1.0 + sigma * sigma).sqrt() - sigma * secant
}

/// Tangent of the geodetic latitude, from that of the conformal one, by Newton's method.
fn geodetic_tangent(tau_prime: f64, e: f64) -> f64 {
    let mut tau = tau_prime / (1.0 - e * e);
    // Converges in three rounds at any latitude; two more cost nothing.
    for _ in 0..5 {
        let reached = conformal_tangent(tau, e);
        let secant = (1.0 + tau * tau) * (1.0 + reached * reached);
        let slope = (1.0 - e * e) * secant.sqrt() / (1.0 + (1.0 - e * e) * tau * tau);
        tau += (tau_prime - reached) / slope;
    }
    tau
}

/// A longitude, or difference of two, from -180 to 180 degrees.
pub(super) fn wrapped(longitude_deg: f64) -> f64 {
    if (-180.0..=180.0).contains(&longitude_deg) {
        longitude_deg
    } else {
        longitude_deg - 360.0 * libm::floor((longitude_deg + 180.0) / 360.0)
    }
}

/// Value of a polynomial, lowest coefficient first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |value, coefficient| value * x + coefficient)
}

/// Coefficients of the series from the sphere (Karney 35).
fn alpha(n: f64) -> [f64; 6] {
    let rows: [&[f64]; 6] = [
        &[1. / 2., -2. / 3., 5. / 16., 41. / 180., -127. / 288., 7_891. / 37_800.],
        &[13. / 48., -3. / 5., 557. / 1_440., 281. / 630., -1_983_433. / 1_935_360.],
        &[61. / 240., -103. / 140., 15_061. / 26_880., 167_603. / 181_440.],
        &[49_561. / 161_280., -179. / 168., 6_601_661. / 7_257_600.],
        &[34_729. / 80_640., -3_418_889. / 1_995_840.],
        &[212_378_941. / 319_334_400.],
    ];
    series(rows, n)
}

/// Coefficients of the series to the sphere (Karney 36).
fn beta(n: f64) -> [f64; 6] {
    let rows: [&[f64]; 6] = [
        &[1. / 2., -2. / 3., 37. / 96., -1. / 360., -81. / 512., 96_199. / 604_800.],
        &[1. / 48., 1. / 15., -437. / 1_440., 46. / 105., -1_118_711. / 3_870_720.],
        &[17. / 480., -37. / 840., -209. / 4_480., 5_569. / 90_720.],
        &[4_397. / 161_280., -11. / 504., -830_251. / 7_257_600.],
        &[4_583. / 161_280., -108_847. / 3_991_680.],
        &[20_648_693. / 638_668_800.],
    ];
    series(rows, n)
}

/// Row `k` is a polynomial times `n` to the power `k + 1`.
fn series(rows: [&[f64]; 6], n: f64) -> [f64; 6] {
    let mut power = 1.0;
    rows.map(|row| {
        power *= n;
        power * polynomial(row, n)
    })
}
