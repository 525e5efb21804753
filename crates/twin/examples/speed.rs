//! Vehicle steps per second of processor time on HZ1, New York 28×7 and the whole city of Nanchang,
//! beside CityFlow's figures.
//!
//! `cargo run -p urbis-twin --example speed`

#![allow(clippy::print_stdout, reason = "the table is the example's result")]

mod common;

use urbis_twin::ReferencePolicy;

fn main() {
    let results = common::cityflow_results();
    println!(
        "| set | policy | vehicle steps | CPU s | million vehicle steps per CPU s | CityFlow's, read through Python |"
    );
    println!("|---|---|---|---|---|---|");
    let wanted = common::SETS.into_iter().filter(|(name, ..)| *name == "HZ1" || *name == "NY 28x7");
    for (name, folder, roadnet, flow) in wanted.chain([common::NANCHANG]) {
        let (network, demand) = match common::load(folder, roadnet, flow) {
            Ok(loaded) => loaded,
            Err(error) => {
                println!("skipped: {name}: {error}");
                continue;
            }
        };
        for policy in ["builtin", "mp15"] {
            let parsed = ReferencePolicy::parse(policy).expect("a reference policy");
            let (ours, cpu_s) = common::run(&network, &demand, parsed);
            let theirs = results
                .iter()
                .find(|line| {
                    line["flow"] == flow && line["policy"] == policy && line["lane_change"] == 1
                })
                .and_then(|line| line["vehicle_steps_per_cpu_s"].as_f64());
            println!(
                "| {name} | {policy} | {} | {cpu_s:.2} | {:.2} | {} |",
                ours.vehicle_steps,
                ours.vehicle_steps as f64 / cpu_s / 1e6,
                theirs.map_or("–".to_owned(), |theirs| format!("{:.2}", theirs / 1e6))
            );
        }
    }
}
