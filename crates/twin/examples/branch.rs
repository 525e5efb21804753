//! How long it takes to branch a twin, as rehearsals do, and to write and read its snapshot, at some
//! thousand and at some ten thousand vehicles.
//!
//! `cargo run -p urbis-twin --example branch`

#![allow(clippy::print_stdout, reason = "the table is the example's result")]

#[allow(dead_code, reason = "other examples use more of it")]
mod common;

use std::sync::Arc;

use urbis_twin::{Snapshot, Twin, TwinConfig};

/// How often each is done.
const TIMES: u32 = 100;

fn main() {
    println!(
        "| city | vehicles on the road | snapshot, ms | restore, ms | to bytes, ms | from bytes, ms | bytes |"
    );
    println!("|---|---|---|---|---|---|---|");
    let ny = common::SETS.into_iter().filter(|(name, ..)| *name == "NY 28x7");
    for ((name, folder, roadnet, flow), seconds) in
        ny.chain([common::NANCHANG]).zip([[700, 3600], [1200, 3600]])
    {
        let (network, demand) = match common::load(folder, roadnet, flow) {
            Ok(loaded) => loaded,
            Err(error) => {
                println!("skipped: {name}: {error}");
                continue;
            }
        };
        let mut twin = Twin::new(Arc::clone(&network), &demand, TwinConfig::default())
            .expect("a public flow is sound");
        for until in seconds {
            while twin.clock_s() < until {
                twin.step();
            }
            let kept = twin.snapshot();
            let take = mean(|| drop(std::hint::black_box(twin.snapshot())));
            let mut other = twin.clone();
            let restore = mean(|| other.restore(&kept).expect("its own snapshot"));
            let bytes = kept.to_bytes();
            let write = mean(|| drop(std::hint::black_box(kept.to_bytes())));
            let read = mean(|| {
                drop(Snapshot::from_bytes(&bytes, &network).expect("bytes just written"));
            });
            println!(
                "| {name} | {} | {take:.2} | {restore:.2} | {write:.1} | {read:.1} | {} |",
                twin.driving(),
                bytes.len()
            );
        }
    }
}

/// Processor milliseconds of one of many runs: the system counts in steps of some milliseconds.
fn mean(mut work: impl FnMut()) -> f64 {
    let start = common::cpu_s();
    for _ in 0..TIMES {
        work();
    }
    (common::cpu_s() - start) * 1000.0 / f64::from(TIMES)
}
