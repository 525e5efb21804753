//! Prints the metrics of the public data sets under the reference policies beside CityFlow's.
//!
//! `cargo run -p urbis-twin --example parity [SET]...`

#![allow(clippy::print_stdout, reason = "the table is the example's result")]

mod common;

use urbis_twin::ReferencePolicy;

const POLICIES: [&str; 7] = ["builtin", "xft15", "xft30", "mp15", "mp30", "emp15", "emp30"];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let results = common::cityflow_results();
    println!(
        "| set | policy | travel time, engine (s) | travel time, published (s) | vehicles seen | vehicle steps | left at end | largest deviation |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (name, folder, roadnet, flow) in common::SETS {
        if name == "NY 28x7" && wanted.is_empty()
            || !wanted.is_empty() && !wanted.iter().any(|w| w.as_str() == name)
        {
            continue;
        }
        let (network, demand) = match common::load(folder, roadnet, flow) {
            Ok(loaded) => loaded,
            Err(error) => {
                println!("skipped: {name}: {error}");
                continue;
            }
        };
        for policy_name in POLICIES {
            let policy = ReferencePolicy::parse(policy_name).expect("a reference policy");
            let (ours, _) = common::run(&network, &demand, policy);
            let theirs = results.iter().find(|line| {
                line["flow"] == flow && line["policy"] == policy_name && line["lane_change"] == 1
            });
            let pairs = [
                (ours.att_engine_s, "att_engine", 2),
                (ours.att_published_s, "att_xlight", 2),
                (f64::from(ours.veh_seen), "veh_seen", 0),
                (ours.vehicle_steps as f64, "vehicle_steps", 0),
                (f64::from(ours.left_at_end), "left_at_end", 0),
            ];
            let mut worst = 0.0_f64;
            print!("| {name} | {policy_name} ");
            for (value, field, digits) in pairs {
                match theirs.and_then(|line| line[field].as_f64()) {
                    Some(peer) => {
                        let off = 100.0 * (value - peer) / peer;
                        worst = worst.max(off.abs());
                        print!("| {value:.digits$} / {peer:.digits$} ({off:+.3} %) ");
                    }
                    None => print!("| {value:.digits$} / – "),
                }
            }
            println!("| {worst:.3} % |");
        }
    }
}
