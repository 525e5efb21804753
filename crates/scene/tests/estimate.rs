//! Bytes and JSON of what scenes see of the traffic: those of a version never change.
//!
//! `UPDATE_GOLDEN=1` writes the file, once, when there is a new version.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]

use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use urbis_core::{Estimate, Forecast, IdVec, LaneEstimate, RoadId};
use urbis_units::CityTime;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/estimate-v1.txt");

fn estimate() -> Estimate {
    let lane = LaneEstimate {
        count_veh: 4.0,
        queue_veh: 2.5,
        queue_sd_veh: 0.5,
        speed_mps: 3.25,
        speed_sd_mps: 1.0,
    };
    Estimate {
        at: CityTime::from_millis(1_788_735_600_000),
        lanes: IdVec::from(vec![lane, LaneEstimate::default()]),
        movement_flow_vph: IdVec::from(vec![120.0, 0.0]),
        movement_flow_sd_vph: IdVec::from(vec![30.0, 12.5]),
    }
}

fn forecast() -> Forecast {
    Forecast {
        at: CityTime::from_millis(1_788_735_600_000),
        interval_s: 300,
        entries: vec![vec![(RoadId(0), 360.0, 60.0), (RoadId(7), 12.5, 4.0)], vec![]],
    }
}

/// The line of a word: its name, postcard in hexadecimal digits, JSON.
fn line(name: &str, word: &impl Serialize) -> String {
    let bytes = postcard::to_stdvec(word).unwrap();
    let hex = bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    format!("{name}\t{hex}\t{}\n", serde_json::to_string(word).unwrap())
}

fn reads_back<T: DeserializeOwned + PartialEq + Debug>(line: &str, word: &T) {
    let [_, hex, json] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    assert_eq!(&postcard::from_bytes::<T>(&bytes).unwrap(), word);
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), word);
}

#[test]
fn estimate_and_forecast_are_those_of_version_1() {
    let words = line("Estimate", &estimate()) + &line("Forecast", &forecast());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(FIXTURE, &words).unwrap();
    }
    let golden = std::fs::read_to_string(FIXTURE).unwrap();
    assert_eq!(words, golden);
    let lines: Vec<&str> = golden.lines().collect();
    reads_back(lines[0], &estimate());
    reads_back(lines[1], &forecast());
}
