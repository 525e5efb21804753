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
fn the_whole_of_nanchang_opens_with_its_signals_and_its_traffic() {
    let Some(folder) = data("citybrain_nanchang") else { return };
    let (pack, assumptions) = open_city(&folder, None).unwrap();
    let network = &pack.network;
    assert_eq!((network.junctions.len(), network.roads.len()), (2048, 6024));
    assert_eq!(network.signalized().count(), 859);
    let DemandSource::Recorded(recorded) = &pack.demand else { panic!("a recording") };
    assert_eq!(recorded.trips.trips.len(), 126_669);
    let said = in_words(&assumptions);
    assert!(said.contains("WGS 84") && said.contains("phases 1 to 4 in turn"), "{said}");
    let (center, about) = (pack.city.center, Wgs84::new(115.87, 28.67));
    assert!((center.longitude_deg - about.longitude_deg).abs() < 0.2, "{center:?}");
    assert!((center.latitude_deg - about.latitude_deg).abs() < 0.2, "{center:?}");
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

fn in_words(said: &[Label]) -> String {
    let lines: Vec<String> = said.iter().map(|one| format!("{}; {}", one.zh, one.en)).collect();
    lines.join("\n")
}

/// What is said of a generated city after `change`, written as a pack and opened.
fn said_of(change: impl FnOnce(&mut CityPack)) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut pack = crate::generate(&crate::GenerateOptions::new(3, 30));
    change(&mut pack);
    crate::write_pack(&pack, home.path()).unwrap();
    let (_, said) = open_city(home.path(), None).unwrap();
    in_words(&said)
}

#[test]
fn a_city_in_which_nothing_is_seen_or_nobody_drives_says_so() {
    type Change = fn(&mut crate::DemandModel);

    assert_eq!(said_of(|_| {}), "");
    let said = said_of(|pack| pack.detectors = IdVec::new());
    assert!(said.contains("detectors.csv names none"), "{said}");
    let changes: [Change; 3] = [
        |model| model.level = 0.0,
        |model| model.vehicles.iter_mut().for_each(|one| one.share = 0.0),
        |model| model.purposes.iter_mut().for_each(|one| one.trips = 0.0),
    ];
    for change in changes {
        let quieten = |pack: &mut CityPack| {
            let DemandSource::Model(model) = &mut pack.demand else { panic!("a model") };
            change(model);
            assert_eq!(crate::demand_for(pack, 420, 480, 1).trips.len(), 0);
        };
        let said = said_of(quieten);
        assert!(said.contains("nobody drives") && said.contains("没有人出行"), "{said}");
    }
}

/// A folder of CityFlow files: two roads in a line, a junction with `phases` between them, and a
/// vehicle at `start` seconds.
fn files(phases: &str, start: u32) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let road = |id: &str, from: &str, to: &str, x: [i32; 2]| {
        format!(
            r#"{{"id":"{id}","startIntersection":"{from}","endIntersection":"{to}",
            "points":[{{"x":{},"y":0}},{{"x":{},"y":0}}],"lanes":[{{"width":4,"maxSpeed":11}}]}}"#,
            x[0], x[1]
        )
    };
    let edge = |id: &str, x: i32| {
        format!(
            r#"{{"id":"{id}","point":{{"x":{x},"y":0}},"width":0,"roads":[],"roadLinks":[],"virtual":true}}"#
        )
    };
    let roadnet = format!(
        r#"{{"intersections":[{},{},{{"id":"middle","point":{{"x":0,"y":0}},"width":10,
        "virtual":false,"roads":["in","out"],"roadLinks":[{{"type":"go_straight","startRoad":"in",
        "endRoad":"out","laneLinks":[{{"startLaneIndex":0,"endLaneIndex":0}}]}}],
        "trafficLight":{{"lightphases":{phases}}}}}],"roads":[{},{}]}}"#,
        edge("west", -300),
        edge("east", 300),
        road("in", "west", "middle", [-300, 0]),
        road("out", "middle", "east", [0, 300]),
    );
    let flow = format!(
        r#"[{{"vehicle":{{"length":5,"width":2,"maxPosAcc":2,"maxNegAcc":4.5,"usualPosAcc":2,
        "usualNegAcc":4.5,"minGap":2.5,"maxSpeed":11,"headwayTime":1.5}},"route":["in","out"],
        "interval":1,"startTime":{start},"endTime":{start}}}]"#
    );
    std::fs::write(home.path().join("roadnet.json"), roadnet).unwrap();
    std::fs::write(home.path().join("flow.json"), flow).unwrap();
    home
}

#[test]
fn a_junction_without_phases_and_a_flow_that_begins_late_are_said_aloud() {
    let said = |phases, start| {
        let (_, said) = open_city(files(phases, start).path(), None).unwrap();
        in_words(&said)
    };
    let usual =
        said(r#"[{"time":30,"availableRoadLinks":[0]},{"time":30,"availableRoadLinks":[]}]"#, 0);
    assert!(!usual.contains("without signals") && !usual.contains("departs"), "{usual}");
    let free = said("[]", 5000);
    assert!(free.contains("1 junctions have no light phases that stop anyone (middle)"), "{free}");
    assert!(free.contains("the first vehicle departs 5000 s after the beginning"), "{free}");
}

#[test]
fn a_fault_is_named_with_its_folder() {
    let home = files("[]", 0);
    let roadnet = home.path().join("roadnet.json");
    let flow = home.path().join("flow.json");
    let named = |path: &Path| path.display().to_string();
    // Each taken for the other.
    let message = open_city(home.path(), Some(&roadnet)).unwrap_err().to_string();
    let expected = "found an object, expected a CityFlow flow (a list";
    assert!(message.starts_with(&named(&roadnet)) && message.contains(expected), "{message}");
    std::fs::copy(&flow, &roadnet).unwrap();
    let message = open_city(home.path(), None).unwrap_err().to_string();
    let expected = "found a list, expected a CityFlow road network (an object";
    assert!(message.starts_with(&named(&roadnet)) && message.contains(expected), "{message}");

    crate::write_pack(&crate::generate(&crate::GenerateOptions::new(3, 20)), home.path()).unwrap();
    let stations = home.path().join("stations.csv");
    std::fs::write(&stations, "kind\n").unwrap();
    let message = open_city(home.path(), None).unwrap_err().to_string();
    assert!(message.starts_with(&named(&stations)), "{message}");
}
