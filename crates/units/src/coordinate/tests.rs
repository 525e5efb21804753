//! Tests of datums and projections: published reference points and round trips.
//!
//! # Source
//! GCJ-02 and BD-09: the reference points of the coordtransform project. Projections and geodesics:
//! PROJ 9.5.1.

use proptest::prelude::*;

use super::*;

const CENTIMETER: f64 = 0.01;

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b} within {tolerance}");
}

#[test]
fn published_points_of_the_chinese_datums_come_out() {
    let gcj = Wgs84::new(116.404, 39.915).to_gcj02();
    close(gcj.longitude_deg, 116.410_244_499_169_38, 1e-12);
    close(gcj.latitude_deg, 39.916_404_281_501_64, 1e-12);
    let bd = Gcj02::new(116.404, 39.915).to_bd09();
    close(bd.longitude_deg, 116.410_369_493_710_29, 1e-12);
    close(bd.latitude_deg, 39.921_336_993_510_21, 1e-12);
    // The published inverses are approximate; ours solve the forward formulae.
    let back = Bd09::new(116.404, 39.915).to_gcj02();
    close(back.longitude_deg, 116.397_627_291_193_15, 1e-5);
    close(back.latitude_deg, 39.908_656_739_576_31, 1e-5);
}

#[test]
fn outside_china_gcj02_is_wgs84() {
    for (longitude, latitude) in [(2.35, 48.86), (-74.0, 40.7), (151.2, -33.9), (140.0, 36.0)] {
        let place = Wgs84::new(longitude, latitude);
        assert_eq!(place.to_gcj02(), Gcj02::new(longitude, latitude));
        assert_eq!(Gcj02::new(longitude, latitude).to_wgs84(), place);
    }
}

#[test]
fn cgcs2000_is_wgs84_at_the_centimeter() {
    let place = Wgs84::new(120.13, 30.27);
    assert_eq!(place.to_cgcs2000().to_wgs84(), place);
}

#[test]
fn projections_agree_with_proj() {
    let cases = [
        (32_650, 120.13, 30.27, 801_134.904_430, 3_352_852.935_805),
        (32_651, 121.5, 31.2, 357_093.025_818, 3_452_736.485_011),
        (32_633, 14.5, 52.1, 465_751.371_064, 5_772_278.512_497),
        (32_756, 151.2, -33.87, 333_510.650_081, 6_250_800.241_184),
        (4_549, 120.13, 30.27, 512_509.127_916, 3_350_051.326_162),
        (4_528, 120.13, 30.27, 40_512_509.127_916, 3_350_051.326_162),
        (4_498, 116.39, 39.91, 20_447_841.248_056, 4_419_714.133_230),
        (4_509, 116.39, 39.91, 447_841.248_056, 4_419_714.133_230),
        (4_513, 74.2, 40.0, 25_431_684.523_883, 4_429_835.607_121),
        (4_554, 134.1, 48.2, 433_097.488_305, 5_341_057.775_311),
        (3_857, 116.39, 39.91, 12_956_475.533_429, 4_852_872.330_967),
    ];
    for (epsg, longitude, latitude, x, y) in cases {
        let place = Wgs84::new(longitude, latitude);
        let point = Projected::from_wgs84(place, epsg).unwrap();
        close(point.x, x, 2e-6);
        close(point.y, y, 2e-6);
        let back = point.to_wgs84().unwrap();
        close(back.longitude_deg, longitude, 1e-11);
        close(back.latitude_deg, latitude, 1e-11);
    }
}

#[test]
fn the_local_frame_agrees_with_proj() {
    let frame = LocalFrame::new(Wgs84::new(120.13, 30.27));
    let cases = [
        (120.13, 30.27, 0.0, 0.0),
        (120.65, 30.7, 49_817.337_005, 47_785.500_651),
        (119.6, 29.8, -51_240.330_589, -51_983.145_411),
        (121.2, 31.2, 101_978.429_590, 103_597.701_513),
    ];
    for (longitude, latitude, x, y) in cases {
        let point = frame.to_plane(Wgs84::new(longitude, latitude));
        close(point.x, x, 2e-6);
        close(point.y, y, 2e-6);
    }
}

#[test]
fn a_kilometer_is_as_long_as_geodesy_says() {
    let frame = LocalFrame::new(Wgs84::new(120.13, 30.27));
    let place = frame.to_wgs84(Point::new(1000.0, 1000.0));
    close(Wgs84::new(120.13, 30.27).distance(place).get(), 1000.0 * 2.0_f64.sqrt(), 1e-4);
}

#[test]
fn a_place_has_its_own_utm_zone() {
    let zone = |longitude, latitude| Projected::utm(Wgs84::new(longitude, latitude)).unwrap().epsg;
    assert_eq!(zone(120.13, 30.27), 32_651);
    assert_eq!(zone(-180.0, 10.0), 32_601);
    assert_eq!(zone(180.0, 10.0), 32_660);
    assert_eq!(zone(151.2, -33.87), 32_756);
}

#[test]
fn geodesics_agree_with_proj() {
    let cases = [
        (120.13, 30.27, 116.39, 39.91, 1_122_242.138_371),
        (0.0, 0.0, 1.0, 1.0, 156_899.568_291),
        (-73.78, 40.64, 103.99, 1.36, 15_347_512.940_513),
        (179.9, 10.0, -179.9, 10.0, 21_927.872_478),
    ];
    for (lon_a, lat_a, lon_b, lat_b, meters) in cases {
        let (a, b) = (Wgs84::new(lon_a, lat_a), Wgs84::new(lon_b, lat_b));
        close(a.distance(b).get(), meters, 1e-3);
        close(b.distance(a).get(), meters, 1e-3);
        let sphere = a.great_circle_distance(b).get();
        assert!((sphere - meters).abs() < 0.006 * meters, "{sphere} is far from {meters}");
    }
    assert_eq!(Wgs84::new(5.0, 6.0).distance(Wgs84::new(5.0, 6.0)).get(), 0.0);
}

#[test]
fn almost_antipodal_places_still_have_a_distance() {
    let near = Wgs84::new(0.0, 0.0).distance(Wgs84::new(179.5, 0.5)).get();
    close(near, 19_936_288.6, 0.006 * near);
    let far = Wgs84::new(174.81, -41.32).distance(Wgs84::new(-5.5, 40.96)).get();
    close(far, 19_959_679.3, 0.006 * far);
    let opposite = Wgs84::new(0.0, 0.0).distance(Wgs84::new(180.0, 0.0)).get();
    close(opposite, 20_003_931.5, 0.006 * opposite);
}

#[test]
fn what_cannot_be_projected_is_refused() {
    let place = Wgs84::new(120.0, 30.0);
    let unknown = ProjectionError::UnknownProjection { epsg: 2_154 };
    assert_eq!(Projected::from_wgs84(place, 2_154), Err(unknown));
    let out = |epsg| Err(ProjectionError::OutOfArea { epsg });
    assert_eq!(Projected::from_wgs84(place, 32_601), out(32_601));
    assert_eq!(Projected::from_wgs84(Wgs84::new(f64::NAN, 0.0), 3_857), out(3_857));
    assert_eq!(Projected::from_wgs84(Wgs84::new(0.0, 89.0), 3_857), out(3_857));
    let far = Projected { epsg: 32_650, x: f64::INFINITY, y: 0.0 };
    assert_eq!(far.to_wgs84(), Err(ProjectionError::OutOfArea { epsg: 32_650 }));
    assert!(Projected::utm(Wgs84::new(f64::NAN, f64::NAN)).is_err());
}

proptest! {
    #[test]
    fn chinese_datums_come_back_within_a_centimeter(
        longitude in 73.0_f64..137.0,
        latitude in 2.0_f64..54.0,
    ) {
        let place = Wgs84::new(longitude, latitude);
        let apart = |back: Wgs84| place.great_circle_distance(back).get();
        prop_assert!(apart(place.to_gcj02().to_wgs84()) < CENTIMETER);
        prop_assert!(apart(place.to_bd09().to_wgs84()) < CENTIMETER);
        let shifted = place.to_gcj02();
        let shift = place.great_circle_distance(Wgs84::new(shifted.longitude_deg, shifted.latitude_deg));
        // Both of its waves pass through zero somewhere: only the upper bound holds everywhere.
        prop_assert!(shift.get() < 2000.0, "shifted by {}", shift);
    }

    #[test]
    fn the_local_frame_comes_back_within_a_micrometer(
        longitude in -180.0_f64..180.0,
        latitude in -80.0_f64..80.0,
        x in -1e5_f64..1e5,
        y in -1e5_f64..1e5,
    ) {
        let frame = LocalFrame::new(Wgs84::new(longitude, latitude));
        let point = Point::new(x, y);
        let back = frame.to_plane(frame.to_wgs84(point));
        prop_assert!((back.x - x).abs() < 1e-6 && (back.y - y).abs() < 1e-6, "{:?}", back);
    }

    #[test]
    fn the_local_frame_keeps_distances_to_a_centimeter_in_a_town(
        longitude in -180.0_f64..180.0,
        latitude in -70.0_f64..70.0,
        ends in prop::array::uniform4(-5e3_f64..5e3),
    ) {
        let frame = LocalFrame::new(Wgs84::new(longitude, latitude));
        let (a, b) = (Point::new(ends[0], ends[1]), Point::new(ends[2], ends[3]));
        let plane = ((a.x - b.x).powi(2) + (a.y - b.y).powi(2)).sqrt();
        let earth = frame.to_wgs84(a).distance(frame.to_wgs84(b)).get();
        prop_assert!((plane - earth).abs() < CENTIMETER, "{} is not {}", plane, earth);
    }

    #[test]
    fn any_place_comes_back_from_its_utm_zone(
        longitude in -180.0_f64..180.0,
        latitude in -80.0_f64..84.0,
    ) {
        let place = Wgs84::new(longitude, latitude);
        let back = Projected::utm(place).unwrap().to_wgs84().unwrap();
        prop_assert!(place.great_circle_distance(back).get() < 1e-6);
    }
}
