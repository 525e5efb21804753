//! China's datums: CGCS2000, the shifted GCJ-02 and BD-09.
//!
//! # Units
//! Degrees.
//!
//! # Source
//! The state's algorithm is not public. The formulae are those published since 2010 and used by
//! every open map tool (for instance the coordtransform and eviltransform projects): a shift of
//! 100 to 700 m in polynomials and sines of the place on Krasovsky's ellipsoid, inside a box around
//! China; against the map services they hold to a metre or two. BD-09 is Baidu's shift of that.
//! The inverses solve the forward formulae by iteration, to better than a millimetre.

use std::f64::consts::PI;

use super::{Bd09, Cgcs2000, Gcj02, Wgs84};

/// Semi-major axis of Krasovsky's ellipsoid (1940), metres.
const KRASOVSKY_A: f64 = 6_378_245.0;
/// Its first eccentricity squared, as published with the shift.
const KRASOVSKY_E2: f64 = 0.006_693_421_622_965_943;
/// Where the shift applies: longitudes and latitudes in degrees.
const BOX: ([f64; 2], [f64; 2]) = ([72.004, 137.8347], [0.8293, 55.8271]);
/// What Baidu adds, in degrees.
const BAIDU_SHIFT: (f64, f64) = (0.0065, 0.006);
/// Frequency of Baidu's ripple.
const BAIDU_PI: f64 = PI * 3000.0 / 180.0;
/// Rounds of the inverses; each gains two digits or more.
const ROUNDS: usize = 12;

impl Wgs84 {
    /// The same place in CGCS2000: the same numbers, to a few centimetres.
    pub const fn to_cgcs2000(self) -> Cgcs2000 {
        Cgcs2000::new(self.longitude_deg, self.latitude_deg)
    }

    /// The same place in GCJ-02: shifted inside the box around China, the same numbers outside.
    pub fn to_gcj02(self) -> Gcj02 {
        let (longitude, latitude) = (self.longitude_deg, self.latitude_deg);
        if !in_box(longitude, latitude) {
            return Gcj02::new(longitude, latitude);
        }
        let (east, north) = shift(longitude, latitude);
        Gcj02::new(longitude + east, latitude + north)
    }

    /// The same place in BD-09.
    pub fn to_bd09(self) -> Bd09 {
        self.to_gcj02().to_bd09()
    }
}

impl Cgcs2000 {
    /// The same place in WGS-84: the same numbers, to a few centimetres.
    pub const fn to_wgs84(self) -> Wgs84 {
        Wgs84::new(self.longitude_deg, self.latitude_deg)
    }
}

impl Gcj02 {
    /// The same place in WGS-84.
    pub fn to_wgs84(self) -> Wgs84 {
        let (mut longitude, mut latitude) = (self.longitude_deg, self.latitude_deg);
        for _ in 0..ROUNDS {
            let (east, north) = shift(longitude, latitude);
            (longitude, latitude) = (self.longitude_deg - east, self.latitude_deg - north);
        }
        if in_box(longitude, latitude) {
            Wgs84::new(longitude, latitude)
        } else {
            Wgs84::new(self.longitude_deg, self.latitude_deg)
        }
    }

    /// The same place in BD-09.
    pub fn to_bd09(self) -> Bd09 {
        let (x, y) = ripple(self.longitude_deg, self.latitude_deg);
        Bd09::new(x + BAIDU_SHIFT.0, y + BAIDU_SHIFT.1)
    }
}

impl Bd09 {
    /// The same place in GCJ-02.
    pub fn to_gcj02(self) -> Gcj02 {
        let (x, y) = (self.longitude_deg - BAIDU_SHIFT.0, self.latitude_deg - BAIDU_SHIFT.1);
        let (mut longitude, mut latitude) = (x, y);
        for _ in 0..ROUNDS {
            let (east, north) = ripple(longitude, latitude);
            (longitude, latitude) = (longitude + x - east, latitude + y - north);
        }
        Gcj02::new(longitude, latitude)
    }

    /// The same place in WGS-84.
    pub fn to_wgs84(self) -> Wgs84 {
        self.to_gcj02().to_wgs84()
    }
}

fn in_box(longitude: f64, latitude: f64) -> bool {
    (BOX.0[0]..=BOX.0[1]).contains(&longitude) && (BOX.1[0]..=BOX.1[1]).contains(&latitude)
}

/// By how much GCJ-02 lies east and north of WGS-84, in degrees.
fn shift(longitude: f64, latitude: f64) -> (f64, f64) {
    let (x, y) = (longitude - 105.0, latitude - 35.0);
    let sine = |argument: f64| libm::sin(argument * PI);
    let wave = (20.0 * sine(6.0 * x) + 20.0 * sine(2.0 * x)) * 2.0 / 3.0;
    let root = x.abs().sqrt();

    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + wave
        + (20.0 * sine(y) + 40.0 * sine(y / 3.0)) * 2.0 / 3.0
        + (160.0 * sine(y / 12.0) + 320.0 * sine(y / 30.0)) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + wave
        + (20.0 * sine(x) + 40.0 * sine(x / 3.0)) * 2.0 / 3.0
        + (150.0 * sine(x / 12.0) + 300.0 * sine(x / 30.0)) * 2.0 / 3.0;

    let angle = latitude.to_radians();
    let square = 1.0 - KRASOVSKY_E2 * libm::sin(angle) * libm::sin(angle);
    let along_parallel = KRASOVSKY_A / square.sqrt() * libm::cos(angle);
    let along_meridian = KRASOVSKY_A * (1.0 - KRASOVSKY_E2) / (square * square.sqrt());
    ((east / along_parallel).to_degrees(), (north / along_meridian).to_degrees())
}

/// Baidu's ripple of a GCJ-02 place, in degrees, before its constant shift.
fn ripple(x: f64, y: f64) -> (f64, f64) {
    let radius = (x * x + y * y).sqrt() + 0.000_02 * libm::sin(y * BAIDU_PI);
    let angle = libm::atan2(y, x) + 0.000_003 * libm::cos(x * BAIDU_PI);
    (radius * libm::cos(angle), radius * libm::sin(angle))
}
