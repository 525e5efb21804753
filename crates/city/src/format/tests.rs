//! Tests of the pack format.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{GenerateOptions, generate};

type Files = BTreeMap<&'static str, Vec<u8>>;

fn files() -> Files {
    encode(&generate(&GenerateOptions::new(3, 30))).into_iter().collect()
}

fn open(files: &Files) -> Result<CityPack, CityError> {
    decode(&|name| Ok(files.get(name).cloned()))
}

/// The complaint about a pack in which `from` was replaced by `to` in one file.
fn complaint(file: &'static str, from: &str, to: &str) -> String {
    let mut files = files();
    let text = String::from_utf8(files[file].clone()).unwrap();
    assert!(text.contains(from), "{file} does not contain {from}");
    files.insert(file, text.replacen(from, to, 1).into_bytes());
    open(&files).unwrap_err().to_string()
}

fn check(file: &'static str, (from, to): (&str, &str), expected: &[&str]) {
    let message = complaint(file, from, to);
    for part in [&[file], expected].concat() {
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
}

#[test]
fn a_pack_survives_the_round_trip() {
    for (seed, junctions) in [(1, 10), (3, 30), (9, 140)] {
        let pack = generate(&GenerateOptions::new(seed, junctions));
        let files: Files = encode(&pack).into_iter().collect();
        assert!(open(&files).unwrap() == pack, "seed {seed} changed");
    }
}

/// A pack as the first release of the format wrote it. Never renew it: later readers must go on
/// reading it.
#[test]
fn the_first_version_of_the_format_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pack-1");
    let pack = read_pack(Path::new(folder)).unwrap();
    assert_eq!(pack.city.name.zh, "银风市");
    assert_eq!(pack.city.start_minute, 420);
    assert_eq!(pack.network.junctions.len(), 10);
    assert_eq!(pack.network.roads.len(), 28);
    assert_eq!(pack.network.signalized().count(), 1);
    assert!(pack.network.junctions.iter().any(|junction| !junction.conflict_areas.is_empty()));
    assert_eq!((pack.zones.len(), pack.stations.len(), pack.detectors.len()), (7, 2, 85));
    assert_eq!((pack.assets.len(), pack.addresses.len(), pack.places.len()), (135, 136, 8));
    assert_eq!(pack.stations[1].label.en, "City No. 1 People's Hospital");
    assert!(!crate::demand_for(&pack, 450, 460, 1).trips.is_empty());
}

#[test]
fn a_pack_written_to_a_folder_reads_back() {
    let home = tempfile::tempdir().unwrap();
    let pack = generate(&GenerateOptions::new(2, 16));
    let folder = home.path().join("new/city");
    write_pack(&pack, &folder).unwrap();
    assert!(read_pack(&folder).unwrap() == pack);
}

#[test]
fn a_missing_file_is_named_with_its_folder() {
    let home = tempfile::tempdir().unwrap();
    write_pack(&generate(&GenerateOptions::new(2, 12)), home.path()).unwrap();
    std::fs::remove_file(home.path().join("network.jsonl")).unwrap();
    let message = read_pack(home.path()).unwrap_err().to_string();
    assert!(message.contains("network.jsonl"), "{message}");
    assert!(message.contains(&home.path().display().to_string()), "{message}");
}

#[test]
fn files_that_only_add_to_the_map_may_be_missing() {
    let mut files = files();
    for file in ["places.geojson", "assets.csv", "addresses.csv", "roads.csv", "organizations.toml"]
    {
        files.remove(file);
    }
    assert_eq!(open(&files).unwrap().places, []);
}

#[test]
fn other_versions_are_refused_with_a_remedy() {
    check("city.toml", ("format = 1", "format = 2"), &["format 2", "newer Urbis"]);
    check("city.toml", ("format = 1", "format = 0"), &["format 0", "begin with 1"]);
    check("city.toml", ("format = 1", "shape = 1"), &["format = 1"]);
    check("network.jsonl", ("\"format\":1", "\"format\":7"), &["format 7"]);
}

#[test]
fn broken_text_is_named_by_file_and_line() {
    check("city.toml", ("[city]", "[city"), &["line 4"]);
    check("demand.toml", ("level = ", "level = much"), &["line 2"]);
    check("network.jsonl", ("{\"junction\":{", "{\"junction\":["), &["line 2", "column"]);
    check("network.jsonl", ("\"center\":", "\"middle\":"), &["line 2", "center"]);
    check("places.geojson", ("\"Polygon\"", "\"Blob\""), &["line 2", "Blob"]);
    check("detectors.csv", ("name,road", "name,street"), &["line 1", "`road`"]);
    check("organizations.toml", ("role = ", "roll = "), &["line"]);
}

#[test]
fn values_that_do_not_fit_are_named_with_what_would() {
    check("city.toml", ("Asia/Shanghai", "Asia/Atlantis"), &["Asia/Atlantis", "IANA"]);
    check("city.toml", ("07:00", "27:00"), &["27:00", "07:00"]);
    check("city.toml", ("latitude_deg = 31.5", "latitude_deg = 99.0"), &["99", "latitude"]);
    check("city.toml", ("language = \"zh\"", "language = \"tlh\""), &["tlh"]);
    check("city.toml", ("seed = 3", "sead = 3"), &["sead"]);
    check("demand.toml", ("perception = 0.3", "perception = 3.0"), &["perception", "0 to 0.9"]);
    check("detectors.csv", (",entry,", ",exit,"), &["line 2"]);
    check("stations.csv", ("ambulance", "helipad"), &["helipad", "ambulance, fire or hospital"]);
}

/// The files of a pack whose demand is a recording.
fn recorded() -> Files {
    let mut pack = generate(&GenerateOptions::new(5, 10));
    let trips = crate::demand_for(&pack, 420, 425, 1);
    pack.demand = DemandSource::Recorded(crate::RecordedDemand::new(trips, 420));
    encode(&pack).into_iter().collect()
}

#[test]
fn vehicles_that_cannot_be_are_refused_in_every_demand() {
    check("demand.toml", ("\nlength = ", "\nlength = -"), &["`length` is `-", "0.5 to 60 metres"]);
    for (field, expected) in [
        ("length", "0.5 to 60 metres"),
        ("max_speed", "0.5 to 100 metres per second"),
        ("usual_deceleration", "0.1 to 50 metres per second squared"),
        ("headway", "0 to 30 seconds"),
    ] {
        let mut files = recorded();
        let text = String::from_utf8(files["trips.json"].clone()).unwrap();
        let (from, to) = (format!("\"{field}\":"), format!("\"{field}\":-1"));
        assert!(text.contains(&from), "{field} is not in trips.json");
        files.insert("trips.json", text.replacen(&from, &to, 1).into_bytes());
        let message = open(&files).unwrap_err().to_string();
        for part in ["trips.json", "vehicle type 0", field, expected] {
            assert!(message.contains(part), "`{message}` does not say `{part}`");
        }
    }
}

#[test]
fn places_in_another_datum_are_converted_at_the_door() {
    let pack = generate(&GenerateOptions::new(3, 30));
    let truth = pack.city.center;
    let text = String::from_utf8(files()["city.toml"].clone()).unwrap();
    let longitude = format!("longitude_deg = {:?}", truth.longitude_deg);
    let latitude = format!("latitude_deg = {:?}", truth.latitude_deg);
    assert!(text.contains(&longitude) && text.contains(&latitude), "{text}");
    let near = |found: urbis_units::Wgs84, expected: urbis_units::Wgs84| {
        (found.longitude_deg - expected.longitude_deg).abs() < 1e-7
            && (found.latitude_deg - expected.latitude_deg).abs() < 1e-7
    };
    let (gcj, bd) = (truth.to_gcj02(), truth.to_bd09());
    for (datum, given) in [
        ("wgs84", (truth.longitude_deg, truth.latitude_deg)),
        ("cgcs2000", (truth.longitude_deg, truth.latitude_deg)),
        ("gcj02", (gcj.longitude_deg, gcj.latitude_deg)),
        ("bd09", (bd.longitude_deg, bd.latitude_deg)),
    ] {
        let mut files = files();
        let text = text
            .replace("[city]\n", &format!("[city]\ndatum = \"{datum}\"\n"))
            .replace(&longitude, &format!("longitude_deg = {:?}", given.0))
            .replace(&latitude, &format!("latitude_deg = {:?}", given.1));
        files.insert("city.toml", text.into_bytes());
        let read = open(&files).unwrap();
        assert!(near(read.city.center, truth), "{datum}: {:?}", read.city.center);
        // The zones' numbers were left as they are, so in a shifted datum they are elsewhere.
        let moved = read.zones.iter().zip(&pack.zones).all(|(a, b)| !near(a.center, b.center));
        assert_eq!(moved, datum != "wgs84" && datum != "cgcs2000", "{datum}");
    }
    check("city.toml", ("[city]\n", "[city]\ndatum = \"mars\"\n"), &["mars", "gcj02"]);
}

#[test]
fn a_stage_with_conflicting_greens_is_refused() {
    let mut pack = generate(&GenerateOptions::new(3, 30));
    let id = pack.network.signalized().next().unwrap().0;
    let signal = pack.network.junctions[id].signal.as_mut().unwrap();
    let all = (0..signal.groups.len()).map(|group| urbis_core::GroupIdx(group as u8));
    signal.stages[0].green = all.fold(signal.stages[0].green, urbis_core::GroupSet::with);
    let stage = signal.stages[0].name.clone();
    let junction = pack.network.junctions[id].name.clone();
    let files: Files = encode(&pack).into_iter().collect();
    let message = open(&files).unwrap_err().to_string();
    for part in ["network.jsonl", &junction, &stage, "conflicting groups", "take one of them out"] {
        assert!(message.contains(part), "`{message}` does not say `{part}`");
    }
}

#[test]
fn references_to_nowhere_are_named() {
    check("population.csv", (";r", ";x"), &["road x", "does not exist"]);
    check("places.geojson", ("\"road\":\"r", "\"road\":\"x"), &["road", "does not exist"]);
    check("organizations.toml", ("\"government\"", "\"governor\""), &["government"]);
    check("network.jsonl", ("\"to\":", "\"to\":9999"), &["9999", "correct the reference"]);
}

#[test]
fn a_network_without_roads_is_refused() {
    let mut files = files();
    files.insert("network.jsonl", b"{\"network\":{\"format\":1,\"name\":\"empty\"}}\n".to_vec());
    let message = open(&files).unwrap_err().to_string();
    assert!(message.contains("has no road"), "{message}");
    files.insert("network.jsonl", Vec::new());
    assert!(open(&files).is_err());
}

#[test]
fn names_with_commas_and_quotes_survive() {
    let mut pack = generate(&GenerateOptions::new(2, 12));
    pack.stations[0].label.en = "The \"old\" station, north".to_owned();
    let files: Files = encode(&pack).into_iter().collect();
    assert_eq!(open(&files).unwrap().stations, pack.stations);
}

#[test]
fn a_city_may_bring_its_own_base_map() {
    let mut pack = generate(&GenerateOptions::new(2, 12));
    assert_eq!(pack.city.base_map, None);
    let map = |attribution: &str| crate::BaseMap {
        kind: "pmtiles".to_owned(),
        url: "city.pmtiles".to_owned(),
        attribution: attribution.to_owned(),
    };
    pack.city.base_map = Some(map("© the survey"));
    let mut files: Files = encode(&pack).into_iter().collect();
    assert_eq!(open(&files).unwrap().city.base_map, Some(map("© the survey")));
    let text = String::from_utf8(files["city.toml"].clone()).unwrap();
    let without = text.replace("attribution = \"© the survey\"\n", "");
    files.insert("city.toml", without.into_bytes());
    assert_eq!(open(&files).unwrap().city.base_map, Some(map("")));
    files.insert("city.toml", text.replace("url = ", "uri = ").into_bytes());
    assert!(open(&files).unwrap_err().to_string().contains("uri"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics_whatever_happened_to_a_file(
        file in 0..FILES, at in 0.0..1.0_f64, bytes in proptest::collection::vec(any::<u8>(), 0..6), cut: bool,
    ) {
        // The last one stands for a recording; every other for a file of a generated city.
        let (mut files, name) = if file + 1 == FILES {
            (small_recorded(), "trips.json")
        } else {
            let files = small();
            let name = *files.keys().nth(file).unwrap();
            (files, name)
        };
        let whole = files[name].clone();
        let at = (whole.len() as f64 * at) as usize;
        let rest = if cut { &[][..] } else { &whole[(at + bytes.len()).min(whole.len())..] };
        files.insert(name, [&whole[..at], &bytes, rest].concat());
        // Either it reads, or it says which file is at fault.
        if let Err(error) = open(&files) {
            let message = error.to_string();
            prop_assert!(files.keys().any(|file| message.contains(file)), "{}", message);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn whatever_number_stands_in_a_table_trips_are_drawn_or_it_is_named(
        file in 0..TABLES.len(), which in any::<prop::sample::Index>(), number in prop::sample::select(&NUMBERS[..]),
    ) {
        let mut files = small();
        let text = String::from_utf8(files[TABLES[file]].clone()).unwrap();
        let numbers: Vec<(usize, &str)> = text
            .split([',', '\n', ' ', ':', ';'])
            .filter(|part| part.parse::<f64>().is_ok())
            .map(|part| (part.as_ptr() as usize - text.as_ptr() as usize, part))
            .collect();
        let (at, part) = numbers[which.index(numbers.len())];
        let changed = format!("{}{number}{}", &text[..at], &text[at + part.len()..]);
        files.insert(TABLES[file], changed.into_bytes());
        match open(&files) {
            Ok(pack) => {
                crate::demand_for(&pack, 450, 452, 1);
            }
            Err(error) => {
                let message = error.to_string();
                prop_assert!(message.contains(TABLES[file]), "{}", message);
            }
        }
    }
}

/// Tables of numbers, and what is put in the place of one.
const TABLES: [&str; 5] =
    ["population.csv", "roads.csv", "turns.csv", "demand.toml", "network.jsonl"];
const NUMBERS: [&str; 9] =
    ["0", "-1", "1", "0.5", "999999", "4294967295", "1e308", "1e-308", "18446744073709551616"];

/// Files a pack may consist of: twelve of a generated city and `trips.json`.
const FILES: usize = 13;

#[test]
fn every_file_is_among_those_that_are_damaged() {
    assert_eq!(small().len() + 1, FILES);
    assert!(small_recorded().contains_key("trips.json"));
}

fn small_recorded() -> Files {
    static RECORDED: std::sync::OnceLock<Files> = std::sync::OnceLock::new();
    RECORDED.get_or_init(recorded).clone()
}

fn small() -> Files {
    static FILES: std::sync::OnceLock<Files> = std::sync::OnceLock::new();
    FILES
        .get_or_init(|| encode(&generate(&GenerateOptions::new(5, 10))).into_iter().collect())
        .clone()
}
