//! Largest resident memory of `urbis run` over a quarter of an hour and over an hour of several cities,
//! as the system counts it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};
use clap::Parser;
use urbis_bench::run_watched;

/// Memory of `urbis run`.
#[derive(Debug, Parser)]
struct Args {
    /// The command.
    #[arg(long, default_value = "target/debug/urbis")]
    urbis: PathBuf,
    /// Folder of the public data; its cities are skipped without it.
    #[arg(long, env = "URBIS_DATA", default_value = "../shared/data")]
    data: PathBuf,
    /// Seconds of city time; may be given several times.
    #[arg(long, default_values_t = [900, 3600])]
    steps: Vec<u32>,
    /// Only the city of this name.
    #[arg(long)]
    city: Option<String>,
    /// Only this control, `builtin` or `brain`.
    #[arg(long)]
    control: Option<String>,
}

/// Name, folder and flow of the cities; the embedded one has neither.
const CITIES: [(&str, &str, &str); 3] = [
    ("HZ1", "hangzhou_4x4", "anon_4_4_hangzhou_real.json"),
    ("NY 28×7", "newyork_28x7", "anon_28_7_newyork_real_triple_rebuilt.json"),
    ("embedded", "", ""),
];

#[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
fn main() -> Result<()> {
    let args = Args::parse();
    let wanted = |of: &Option<String>, name: &str| of.as_ref().is_none_or(|only| only == name);
    println!("| city | control | city time, s | largest resident memory, MiB |");
    println!("|---|---|---|---|");
    for (name, folder, flow) in CITIES {
        let folder = args.data.join("traffic").join(folder);
        if !wanted(&args.city, name) {
            continue;
        }
        if !flow.is_empty() && !folder.is_dir() {
            println!("skipped: {name}: {} is not there", folder.display());
            continue;
        }
        for control in ["builtin", "brain"].into_iter().filter(|one| wanted(&args.control, one)) {
            for steps in &args.steps {
                let mut command = Command::new(&args.urbis);
                command.args(["run", "--json", "--control", control, "--steps"]);
                command.arg(steps.to_string());
                if !flow.is_empty() {
                    command.arg("--flow").arg(folder.join(flow)).arg("--city").arg(&folder);
                }
                let (status, peak_mib) = run_watched(&mut command)?;
                if !status.success() {
                    bail!("{command:?} ended with {status}");
                }
                println!("| {name} | {control} | {steps} | {peak_mib:.0} |");
            }
        }
    }
    Ok(())
}
