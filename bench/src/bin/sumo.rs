//! The twin beside SUMO on the same hour of Hangzhou: vehicle steps per second of processor time,
//! the two run in turn within one run of this program.
//!
//! # Method
//! Both play the 2,983 trips of the Gudang data set under the signals' own plans in steps of 1 s:
//! the twin from the CityFlow files, SUMO from the SUMO files made of them. A vehicle step is one
//! vehicle moved on by one step: the twin counts them; SUMO reports updates per second of its
//! simulation loop, which times the loop's duration is their number. Processor time is that of the
//! twin's loop, and of SUMO's whole process less what it takes to load the same network without
//! driving. One thread each.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use urbis_bench::{children_cpu_s, open, summarize, thread_cpu_s};
use urbis_city::{DemandSource, demand_for};
use urbis_twin::{ReferencePolicy, Signals, Twin, TwinConfig, run_reference};

const STEPS: u32 = 3600;

/// The twin beside SUMO.
#[derive(Debug, Parser)]
struct Args {
    /// SUMO's program; otherwise `sumo` is looked for on the PATH.
    #[arg(long, env = "URBIS_SUMO")]
    sumo: Option<PathBuf>,
    /// Folder of the public data.
    #[arg(long, env = "URBIS_DATA", default_value = "../shared/data")]
    data: PathBuf,
    /// How often both are run.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn main() -> Result<()> {
    let args = Args::parse();
    ensure!(args.rounds > 0, "--rounds must be at least 1");
    let sumo = args.sumo.clone().unwrap_or_else(|| PathBuf::from("sumo"));
    let traffic = args.data.join("traffic");
    let [ours, theirs] = ["hangzhou_4x4", "hangzhou_4x4_sumo"].map(|name| traffic.join(name));
    for folder in [&ours, &theirs] {
        if !folder.is_dir() {
            println!("skipped: {} is not there; name the data with URBIS_DATA", folder.display());
            return Ok(());
        }
    }
    let version = Command::new(&sumo).arg("--version").stderr(Stdio::null()).output();
    let Ok(version) = version else {
        println!(
            "skipped: {} cannot be started; install eclipse-sumo and name its program with URBIS_SUMO",
            sumo.display()
        );
        return Ok(());
    };
    let version = String::from_utf8_lossy(&version.stdout);
    println!("{}\n", version.lines().next().unwrap_or("SUMO of unknown version"));
    println!("| round | twin, vehicle steps | CPU s | SUMO, vehicle steps | CPU s | twin / SUMO |");
    println!("|---|---|---|---|---|---|");
    let mut ratios = Vec::new();
    for round in 1..=args.rounds {
        let (twin_steps, twin_cpu_s) = twin(&ours)?;
        let (_, loading_cpu_s) = drive(&sumo, &theirs, 0)?;
        let (sumo_steps, whole_cpu_s) = drive(&sumo, &theirs, STEPS)?;
        let sumo_cpu_s = whole_cpu_s - loading_cpu_s;
        let ratio = (twin_steps / twin_cpu_s) / (sumo_steps / sumo_cpu_s);
        println!(
            "| {round} | {twin_steps:.0} | {twin_cpu_s:.3} | {sumo_steps:.0} | {sumo_cpu_s:.2} | {ratio:.0} |"
        );
        ratios.push(ratio);
    }
    println!("\ntwin / SUMO, vehicle steps per CPU second: {:.0}", summarize(&ratios));
    Ok(())
}

/// Vehicle steps and processor seconds of the twin.
fn twin(folder: &Path) -> Result<(f64, f64)> {
    let stage = open(Some(folder), Some(&folder.join("anon_4_4_hangzhou_real.json")))?;
    ensure!(matches!(stage.pack.demand, DemandSource::Recorded(_)), "the flow is a recording");
    let minute = u32::from(stage.pack.city.start_minute);
    let demand = demand_for(&stage.pack, minute, minute + STEPS / 60, 0);
    let network = Arc::new(stage.pack.network.clone());
    let config = TwinConfig { signals: Signals::Builtin, ..TwinConfig::default() };
    let mut twin = Twin::new(network, &demand, config)?;
    let before = thread_cpu_s();
    run_reference(&mut twin, ReferencePolicy::Builtin, STEPS, |_, _, _| (), |_| ())?;
    Ok((twin.metrics().vehicle_steps as f64, thread_cpu_s() - before))
}

/// Vehicle steps and processor seconds of SUMO's process over the first `seconds`.
fn drive(sumo: &Path, folder: &Path, seconds: u32) -> Result<(f64, f64)> {
    let file = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "sumocfg"))
        .with_context(|| format!("{}: has no .sumocfg", folder.display()))?;
    let before = children_cpu_s();
    let output = Command::new(sumo)
        .arg("-c")
        .arg(&file)
        .args(["--end", &seconds.to_string(), "--threads", "1"])
        .args(["--no-step-log", "true", "--no-warnings", "true"])
        .args(["--duration-log.statistics", "true"])
        .output()
        .with_context(|| format!("{} cannot be started", sumo.display()))?;
    let cpu_s = children_cpu_s() - before;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("{}: {}", sumo.display(), String::from_utf8_lossy(&output.stderr));
    }
    let value = |name: &str| {
        let line = said.lines().find_map(|line| line.trim().strip_prefix(name))?;
        line.trim().trim_end_matches('s').parse::<f64>().ok()
    };
    // Nobody drives in no time.
    let updates = value("UPS:").zip(value("Duration:")).map_or(0.0, |(ups, loop_s)| ups * loop_s);
    ensure!(seconds == 0 || updates > 0.0, "SUMO reported no vehicle updates:\n{said}");
    Ok((updates, cpu_s))
}
