//! What the examples share: the public data sets and CityFlow's results on them.

use std::path::PathBuf;
use std::sync::Arc;

use urbis_network::{Demand, Network, citybrain, cityflow};
use urbis_twin::{Metrics, ReferencePolicy, Signals, Twin, TwinConfig, run_reference};

/// Short name, folder, road network and flow of the public data sets.
pub(crate) const SETS: [(&str, &str, &str, &str); 6] = [
    ("JN1", "jinan_3x4", "roadnet_3_4.json", "anon_3_4_jinan_real.json"),
    ("JN2", "jinan_3x4", "roadnet_3_4.json", "anon_3_4_jinan_real_2000.json"),
    ("HZ1", "hangzhou_4x4", "roadnet_4_4.json", "anon_4_4_hangzhou_real.json"),
    ("HZ2", "hangzhou_4x4", "roadnet_4_4.json", "anon_4_4_hangzhou_real_5816.json"),
    ("NY 16x3", "newyork_16x3", "roadnet_16_3.json", "anon_16_3_newyork_real.json"),
    (
        "NY 28x7",
        "newyork_28x7",
        "roadnet_28_7_rebuilt.json",
        "anon_28_7_newyork_real_triple_rebuilt.json",
    ),
];

/// The whole city of Nanchang, in the format of the City Brain Challenge.
#[allow(dead_code, reason = "not every example plays it")]
pub(crate) const NANCHANG: (&str, &str, &str, &str) =
    ("Nanchang", "citybrain_nanchang", "roadnet_round2.txt", "flow_round2.txt");

/// The folder of test data.
pub(crate) fn data() -> PathBuf {
    std::env::var_os("URBIS_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    )
}

/// Network and demand of a data set, or why they cannot be had.
pub(crate) fn load(
    folder: &str,
    roadnet: &str,
    flow: &str,
) -> Result<(Arc<Network>, Demand), String> {
    let read = |file: &str| {
        let path = data().join("traffic").join(folder).join(file);
        std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let (net, trips) = (read(roadnet)?, read(flow)?);
    let (network, demand) = if folder.starts_with("citybrain") {
        citybrain::read_roadnet(&net, roadnet)
            .and_then(|network| Ok((citybrain::read_flow(&trips, flow, &network)?, network)))
    } else {
        cityflow::read_roadnet(&net, roadnet)
            .and_then(|network| Ok((cityflow::read_flow(&trips, flow, &network)?, network)))
    }
    .map(|(demand, network)| (network, demand))
    .map_err(|error| error.to_string())?;
    Ok((Arc::new(network), demand))
}

/// CityFlow's results, one JSON object each; empty when they are not at hand.
pub(crate) fn cityflow_results() -> Vec<serde_json::Value> {
    let path = data().join("../peers/cityflow_results.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Seconds of processor time this thread has used; zero where the system does not say.
pub(crate) fn cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e9
}

/// Runs a data set for an hour under a policy; answers metrics and processor seconds.
pub(crate) fn run(
    network: &Arc<Network>,
    demand: &Demand,
    policy: ReferencePolicy,
) -> (Metrics, f64) {
    let signals = match policy {
        ReferencePolicy::Builtin => Signals::Builtin,
        _ => Signals::External,
    };
    let config = TwinConfig { signals, ..TwinConfig::default() };
    let mut twin = Twin::new(Arc::clone(network), demand, config).expect("a public flow is sound");
    let start = cpu_s();
    run_reference(&mut twin, policy, 3600, |_, _, _| (), |_| ())
        .expect("a public network is sound");
    (twin.metrics(), cpu_s() - start)
}
