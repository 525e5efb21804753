//! Tests of the demand.

use super::model::share_between;
use super::*;
use crate::{GenerateOptions, generate};

#[test]
fn a_day_has_all_its_trips_and_no_more() {
    for purpose in DemandModel::usual().purposes {
        for peaks in [&purpose.out, &purpose.back] {
            let total = share_between(peaks, 0.0, 1440.0);
            let expected = if peaks.is_empty() { 0.0 } else { 1.0 };
            assert!((total - expected).abs() < 1e-3, "{}: {total}", purpose.id);
        }
    }
}

#[test]
fn the_morning_is_busier_than_the_night() {
    let pack = generate(&GenerateOptions::new(6, 120));
    let count = |from| demand_for(&pack, from, from + 30, 1).trips.len();
    let (night, morning, noon, evening) = (count(180), count(460), count(780), count(1070));
    assert!(morning > 2 * noon && evening > noon && noon > 5 * night, "{night} {morning} {noon}");
}

#[test]
fn days_vary_around_the_mean_day() {
    let pack = generate(&GenerateOptions::new(6, 120));
    let counts: Vec<f64> =
        (0..24).map(|day| demand_for(&pack, 450, 510, day).trips.len() as f64).collect();
    let mean = counts.iter().sum::<f64>() / counts.len() as f64;
    let spread = (counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>()
        / counts.len() as f64)
        .sqrt();
    assert!((0.01..0.1).contains(&(spread / mean)), "{spread} around {mean}");
}

#[test]
fn the_mean_flows_are_what_the_days_come_to() {
    let pack = generate(&GenerateOptions::new(6, 120));
    let DemandSource::Model(model) = &pack.demand else { panic!("a model") };
    let trips = TripModel::new(&pack, model);
    let (_, roads) = trips.mean_flows([(450, 510)]);
    let expected: f64 = roads.iter().map(|[flow]| flow).sum();
    let drawn = |day| {
        let demand = trips.draw(450, 510, day);
        demand.trips.iter().map(|trip| demand.routes[trip.route].len()).sum::<usize>() as f64
    };
    let mean = (0..12).map(drawn).sum::<f64>() / 12.0;
    // Trips within one road are in the flows but not worth driving.
    assert!((mean / expected - 1.0).abs() < 0.06, "{mean} driven, {expected} expected");
}

#[test]
fn a_night_that_passes_midnight_goes_on() {
    let pack = generate(&GenerateOptions::new(6, 40));
    let night = demand_for(&pack, 1380, 1500, 2);
    assert!(night.trips.iter().any(|trip| trip.depart.get() > 3600.0));
    assert!(night.trips.iter().all(|trip| trip.depart.get() < 7200.0));
}
