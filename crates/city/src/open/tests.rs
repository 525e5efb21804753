//! Tests of opening folders.

use std::path::PathBuf;

use urbis_network::IntergreenSource;
use urbis_units::Seconds;

use super::*;

/// The folder of real data, or `None` after saying that the test is skipped.
fn data(name: &str) -> Option<PathBuf> {
    let base = std::env::var("URBIS_DATA").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let folder = base.join("traffic").join(name);
    if folder.exists() {
        return Some(folder);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", folder.display());
    println!("skipped: {name}: {} is missing", folder.display());
    None
}

#[test]
fn hangzhou_opens_with_its_assumptions_said_aloud() {
    let Some(folder) = data("hangzhou_4x4") else { return };
    let (pack, assumptions) = open_city(&folder, None).unwrap();
    assert_eq!(pack.network.signalized().count(), 16);
    let said: Vec<&str> = assumptions.iter().map(|one| one.en.as_str()).collect();
    let said = said.join("\n");
    assert!(assumptions.iter().all(|one| !one.zh.is_empty()));
    assert!(said.contains("anon_4_4_hangzhou_real.json, the first by name"), "{said}");
    for word in ["place:", "time:", "detectors:", "signals:", "stations:"] {
        assert!(said.contains(word), "{word} is not said in {said}");
    }
    let DemandSource::Recorded(recorded) = &pack.demand else { panic!("a recording") };
    assert_eq!(recorded.trips.trips.len(), 2983);
    assert_eq!(recorded.minutes, 60);
    assert_eq!(pack.stations_of(StationKind::Ambulance).count(), 1);
    assert_eq!(pack.stations_of(StationKind::Hospital).count(), 1);
}

#[test]
fn the_flow_named_is_the_flow_used_as_it_is() {
    let Some(folder) = data("hangzhou_4x4") else { return };
    let flow = folder.join("anon_4_4_hangzhou_real_5816.json");
    let (pack, _) = open_city(&folder, Some(&flow)).unwrap();
    let today = crate::demand_for(&pack, 420, 480, 0);
    assert_eq!(today.trips.len(), 6984);
    let DemandSource::Recorded(recorded) = &pack.demand else { panic!("a recording") };
    assert!(today.trips == recorded.trips.trips);
    let other = crate::demand_for(&pack, 420, 480, 5);
    assert!(other.trips != today.trips);
    assert!((other.trips.len() as f64 - 6984.0).abs() < 400.0, "{}", other.trips.len());
    assert_eq!(crate::demand_for(&pack, 480, 540, 0).trips.len(), 6984);
}

#[test]
fn a_city_of_files_survives_being_written_as_a_pack() {
    let Some(folder) = data("jinan_3x4") else { return };
    let (pack, _) = open_city(&folder, None).unwrap();
    let home = tempfile::tempdir().unwrap();
    crate::write_pack(&pack, home.path()).unwrap();
    let (again, assumptions) = open_city(home.path(), None).unwrap();
    assert!(again == pack);
    assert_eq!(assumptions, Vec::<Label>::new());
}

#[test]
fn a_folder_without_a_city_says_what_it_lacks() {
    let home = tempfile::tempdir().unwrap();
    let message = open_city(home.path(), None).unwrap_err().to_string();
    assert!(message.contains("roadnet*.json") && message.contains("city.toml"), "{message}");
    let message = open_city(&home.path().join("nowhere"), None).unwrap_err().to_string();
    assert!(message.contains("nowhere"), "{message}");
}

#[test]
fn a_roadnet_without_a_flow_asks_for_one() {
    let Some(folder) = data("hangzhou_4x4") else { return };
    let home = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("roadnet_4_4.json"), home.path().join("roadnet.json")).unwrap();
    let message = open_city(home.path(), None).unwrap_err().to_string();
    assert!(message.contains("flow"), "{message}");
}

#[test]
fn a_configured_intergreen_shorter_than_geometry_asks_is_said_aloud() {
    let home = tempfile::tempdir().unwrap();
    let mut pack = crate::generate(&crate::GenerateOptions::new(3, 30));
    let (id, signal) = pack.network.signalized().next().unwrap();
    let longest = signal.intergreens.iter().copied().fold(Seconds::ZERO, Seconds::max);
    let at = signal.intergreens.iter().position(|time| *time == longest).unwrap();
    let name = pack.network.junctions[id].name.clone();
    let signal = pack.network.junctions[id].signal.as_mut().unwrap();
    signal.intergreen_source = IntergreenSource::Controller;
    signal.intergreens[at] = Seconds::new(0.5);
    crate::write_pack(&pack, home.path()).unwrap();
    let (opened, said) = open_city(home.path(), None).unwrap();
    assert!(opened == pack, "the controller's value is kept");
    assert_eq!(said.len(), 1, "{said:?}");
    for part in ["warning", &name, "intergreen is 0.5 s", "geometry asks for", "lengthen"] {
        assert!(said[0].en.contains(part), "{said:?} does not say {part}");
    }
}
