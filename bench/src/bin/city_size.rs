//! A city of a given size: time and memory of making it, and how fast paths are found in it.
//!
//! # Method
//! Pairs of roads are drawn over the whole network. Every path is searched twice: by A* with
//! landmarks, which is what the product uses because its costs change with the traffic, and by the
//! contraction hierarchy of fixed costs, whose making is timed apart. Both must find the same cost.
//! Times are processor time of the one thread that all of it runs on.

use anyhow::{Result, ensure};
use clap::Parser;
use urbis_bench::{peak_mib, split_mix, thread_cpu_s};
use urbis_city::{GenerateOptions, generate};
use urbis_network::route::{Path, Router};
use urbis_network::{JunctionKind, RoadId};

/// A city of a given size.
#[derive(Debug, Parser)]
struct Args {
    /// Junctions.
    #[arg(long, default_value_t = 20_000)]
    junctions: usize,
    /// Seed.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Paths to find.
    #[arg(long, default_value_t = 2_000)]
    paths: u64,
    /// Leave the contraction hierarchy out.
    #[arg(long)]
    no_hierarchy: bool,
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn main() -> Result<()> {
    let args = Args::parse();
    let begun = thread_cpu_s();
    let pack = generate(&GenerateOptions::new(args.seed, args.junctions));
    let network = &pack.network;
    println!("| what | value |");
    println!("|---|---|");
    println!(
        "| junctions, roads, signals | {}, {}, {} |",
        network.junctions.len(),
        network.roads.len(),
        network.signalized().count()
    );
    println!(
        "| making the city | {:.1} CPU s, at most {:.0} MiB |",
        thread_cpu_s() - begun,
        peak_mib()
    );
    let begun = thread_cpu_s();
    let router = Router::new(network);
    println!("| router | {:.2} CPU s |", thread_cpu_s() - begun);
    let roads = network.roads.len() as u64;
    let road = |draw: u64| RoadId((split_mix(draw) % roads) as u32);
    let pairs: Vec<(RoadId, RoadId)> =
        (0..args.paths).map(|pair| (road(2 * pair), road(2 * pair + 1))).collect();
    let search = |name: &str| {
        // What the first query makes for all later ones is no part of their time.
        let begun = thread_cpu_s();
        router.path(pairs[0].0, pairs[0].1);
        println!("| {name}: first path | {:.2} CPU s |", thread_cpu_s() - begun);
        let begun = thread_cpu_s();
        let paths: Vec<Option<Path>> = pairs.iter().map(|(a, b)| router.path(*a, *b)).collect();
        println!(
            "| {name} | {:.0} paths per CPU s |",
            paths.len() as f64 / (thread_cpu_s() - begun)
        );
        paths
    };
    ensure!(args.paths > 0, "--paths must be at least 1");
    let searched = search("A* with landmarks");
    let found = searched.iter().flatten().count();
    if !args.no_hierarchy {
        let begun = thread_cpu_s();
        router.prepare();
        println!("| preparing the hierarchy | {:.1} CPU s |", thread_cpu_s() - begun);
        let prepared = search("contraction hierarchy");
        for (one, other) in searched.iter().zip(&prepared) {
            let cost = |path: &Option<Path>| path.as_ref().map(|path| path.cost);
            ensure!(cost(one) == cost(other), "the two searches differ: {one:?}, {other:?}");
        }
    }
    println!("| pairs joined | {found} of {} |", pairs.len());
    let boundary = |junction| network.junctions[junction].kind == JunctionKind::Boundary;
    let at_the_edge = |(a, b): &(RoadId, RoadId)| {
        boundary(network.roads[*a].to) || boundary(network.roads[*b].from)
    };
    let apart = pairs.iter().zip(&searched).filter(|(_, path)| path.is_none());
    let unexplained = apart.filter(|(pair, _)| !at_the_edge(pair)).count();
    println!("| not joined, though neither leaves nor enters the city | {unexplained} |");
    println!("| largest resident memory | {:.0} MiB |", peak_mib());
    Ok(())
}
