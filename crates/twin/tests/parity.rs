//! Agreement with CityFlow on the public data sets, lane change on: the acceptance of the
//! compatible mode is 0.5 %.

use std::path::PathBuf;
use std::sync::Arc;

use urbis_network::cityflow;
use urbis_twin::{ReferencePolicy, Signals, Twin, TwinConfig, run_reference};

const TOLERANCE: f64 = 0.005;

/// The folder of test data.
fn data() -> PathBuf {
    std::env::var_os("URBIS_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    )
}

/// The bytes of a file, or `None` after saying that it is missing, which CI does not accept.
fn read(test: &str, path: &PathBuf) -> Option<Vec<u8>> {
    match std::fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "{test}: {}: {error}",
                path.display()
            );
            println!("skipped: {test}: {}: {error}", path.display());
            None
        }
    }
}

fn agrees(folder: &str, roadnet: &str, flow: &str, policy: &str) {
    let test = format!("{flow} under {policy}");
    let traffic = data().join("traffic").join(folder);
    let (Some(net), Some(trips), Some(results)) = (
        read(&test, &traffic.join(roadnet)),
        read(&test, &traffic.join(flow)),
        read(&test, &data().join("../peers/cityflow_results.jsonl")),
    ) else {
        return;
    };
    let network = Arc::new(cityflow::read_roadnet(&net, roadnet).expect("a public network"));
    let demand = cityflow::read_flow(&trips, flow, &network).expect("a public flow");
    let parsed = ReferencePolicy::parse(policy).expect("a reference policy");
    let signals = match parsed {
        ReferencePolicy::Builtin => Signals::Builtin,
        _ => Signals::External,
    };
    let mut twin = Twin::new(network, &demand, TwinConfig { signals, ..TwinConfig::default() })
        .expect("the flow is of this network");
    run_reference(&mut twin, parsed, 3600, |_, _, _| (), |_| ())
        .expect("the network's stages exist");
    let ours = twin.metrics();
    let theirs: serde_json::Value = String::from_utf8(results)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a result a line"))
        .find(|line: &serde_json::Value| {
            line["flow"] == flow && line["policy"] == policy && line["lane_change"] == 1
        })
        .expect("CityFlow was run on it");
    for (field, value) in [
        ("att_engine", ours.att_engine_s),
        ("att_xlight", ours.att_published_s),
        ("veh_seen", f64::from(ours.veh_seen)),
        ("vehicle_steps", ours.vehicle_steps as f64),
        ("left_at_end", f64::from(ours.left_at_end)),
    ] {
        let peer = theirs[field].as_f64().expect("a number");
        let off = (value - peer).abs() / peer;
        assert!(off <= TOLERANCE, "{test}: {field} is {value}, CityFlow's {peer}");
    }
}

/// A test for every reference policy on one data set.
macro_rules! agrees_with_cityflow {
    ($set:ident, $folder:literal, $roadnet:literal, $flow:literal) => {
        agrees_with_cityflow!(
            $set, $folder, $roadnet, $flow: builtin xft15 xft30 mp15 mp30 emp15 emp30
        );
    };
    ($set:ident, $folder:literal, $roadnet:literal, $flow:literal: $($policy:ident)+) => {
        mod $set {
            $(
                #[test]
                fn $policy() {
                    super::agrees($folder, $roadnet, $flow, stringify!($policy));
                }
            )+
        }
    };
}

agrees_with_cityflow!(jinan_1, "jinan_3x4", "roadnet_3_4.json", "anon_3_4_jinan_real.json");
agrees_with_cityflow!(jinan_2, "jinan_3x4", "roadnet_3_4.json", "anon_3_4_jinan_real_2000.json");
agrees_with_cityflow!(
    hangzhou_1,
    "hangzhou_4x4",
    "roadnet_4_4.json",
    "anon_4_4_hangzhou_real.json"
);
agrees_with_cityflow!(
    hangzhou_2,
    "hangzhou_4x4",
    "roadnet_4_4.json",
    "anon_4_4_hangzhou_real_5816.json"
);
agrees_with_cityflow!(
    new_york_16x3,
    "newyork_16x3",
    "roadnet_16_3.json",
    "anon_16_3_newyork_real.json"
);
