//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::{self, Key};

/// An open city brain: watches, rehearses, decides, measures.
#[derive(Debug, Parser)]
#[command(name = "urbis", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Configuration file; `urbis.toml` in the working folder unless given
    #[arg(long, global = true, value_name = "FILE", env = "URBIS_CONFIG")]
    pub config: Option<PathBuf>,
    /// Lines of the log: `text` for people, `json` for programs
    #[arg(long, global = true, value_name = "FORMAT")]
    pub log: Option<String>,
    /// What is logged: error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// What to do; `serve` unless given
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a city with its command centre in the browser (the default)
    Serve(ServeArgs),
    /// Play hours of a city without a browser, faster than real time, and print what came of it
    Run(RunArgs),
    /// Make a believable city of any size
    Generate(GenerateArgs),
    /// Turn a folder of CityFlow's or the City Brain Challenge's files into a city pack
    Import(ImportArgs),
    /// Write the report of a run as a page with charts
    Report(ReportArgs),
    /// Check configuration, data folder, journal and port
    Doctor(DoctorArgs),
    /// Print the version
    Version,
}

/// Which city.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CityArgs {
    /// Folder of the city: a city pack, or a roadnet and a flow of CityFlow (json) or the City Brain
    /// Challenge (txt); the embedded city unless given
    #[arg(long, value_name = "DIR")]
    pub city: Option<PathBuf>,
    /// Flow that stands in for the city's own demand: CityFlow's (json) or the City Brain Challenge's
    /// (txt)
    #[arg(long, value_name = "FILE")]
    pub flow: Option<PathBuf>,
}

/// Arguments of `serve`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArgs {
    /// Which city
    #[command(flatten)]
    pub city: CityArgs,
    /// Address to listen on; any other than loopback needs a token
    #[arg(long, value_name = "IP")]
    pub address: Option<String>,
    /// Port to listen on; 0 takes any free one
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
    /// Token of the account `operator`
    #[arg(long, value_name = "TOKEN")]
    pub token: Option<String>,
    /// City seconds per second, 0.5 to 60
    #[arg(long, value_name = "SPEED")]
    pub speed: Option<String>,
    /// Local time at which the simulated day begins
    #[arg(long, value_name = "HH:MM")]
    pub start: Option<String>,
    /// Seed of everything random on the brain's side
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    /// Folder of journal, keys and audit log
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Role of whoever comes without a token on loopback: viewer, operator, dispatcher
    #[arg(long, value_name = "ROLE")]
    pub demo_role: Option<String>,
    /// Keep journal and keys in memory: nothing is left behind
    #[arg(long)]
    pub in_memory: bool,
}

/// Arguments of `run`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RunArgs {
    /// Which city
    #[command(flatten)]
    pub city: CityArgs,
    /// builtin, xftN, mpN, empN (published reference controllers), local_plan, webster,
    /// max_pressure (one law in the loop, with the counterfactual), or brain (all scenes)
    #[arg(long, value_name = "POLICY", default_value = "brain")]
    pub control: String,
    /// Seconds of city time to play
    #[arg(long, value_name = "N", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub steps: u32,
    /// Seed of everything random; 0 unless given or configured
    #[arg(long, value_name = "N")]
    pub seed: Option<String>,
    /// Day to play: 0 is the recording itself; others are drawn around it. A generated city has a
    /// day for every number
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub day: u64,
    /// Local time at which the day begins
    #[arg(long, value_name = "HH:MM")]
    pub start: Option<String>,
    /// Vehicles change lanes only where their route makes them
    #[arg(long)]
    pub no_lane_change: bool,
    /// Drivers do not give way to sirens
    #[arg(long)]
    pub no_give_way: bool,
    /// Run without the counterfactual: faster, and the report lacks the comparison
    #[arg(long)]
    pub no_counterfactual: bool,
    /// Print the result as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Write every change of stage as CSV: time_s,junction,stage. Stages are numbered in the order of
    /// the city pack (of a CityFlow file: its lightphases); an empty one is the interstage, during
    /// which amber and clearance are shown
    #[arg(long, value_name = "FILE")]
    pub signal_log: Option<PathBuf>,
    /// Write a report (page and numbers) into this folder
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Keep the journal in this folder
    #[arg(long, value_name = "DIR")]
    pub journal: Option<PathBuf>,
    /// Play the last session of this journal again, of a run or of a server, and compare record by
    /// record; exit code 6 when they differ
    #[arg(long, value_name = "DIR", conflicts_with_all = [
        "control", "steps", "seed", "day", "start", "no_lane_change", "no_give_way",
        "no_counterfactual", "signal_log", "report", "journal",
    ])]
    pub replay: Option<PathBuf>,
}

/// Arguments of `generate`.
#[derive(Debug, Clone, Args)]
pub(crate) struct GenerateArgs {
    /// Seed: the same seed and size always give the same city
    #[arg(long, value_name = "S", default_value_t = 7)]
    pub seed: u64,
    /// Number of junctions
    #[arg(long, value_name = "N", default_value_t = 540, value_parser = clap::value_parser!(u32).range(10..=20_000))]
    pub junctions: u32,
    /// Folder to write the city pack into; must be empty or not be there
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Print what was made as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `import`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ImportArgs {
    /// Folder with a roadnet*.json and a flow of CityFlow, or a roadnet*.txt and a flow of the City
    /// Brain Challenge
    #[arg(value_name = "FOLDER")]
    pub from: PathBuf,
    /// The flow, where the folder has several
    #[arg(long, value_name = "FILE")]
    pub flow: Option<PathBuf>,
    /// Folder to write the city pack into; must be empty or not be there
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

/// Arguments of `report`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReportArgs {
    /// Folder of a run's report (report.json), or of a journal
    #[arg(value_name = "FOLDER")]
    pub from: PathBuf,
    /// Folder of the city a journal is of, for names, streets and time zone; the embedded city
    /// unless given
    #[arg(long, value_name = "DIR")]
    pub city: Option<PathBuf>,
    /// Folder to write the page into; the same unless given
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Print the numbers as JSON instead of writing a page
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `doctor`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DoctorArgs {
    /// Show the configuration in force and where each value comes from
    #[arg(long)]
    pub print_config: bool,
    /// Print a configuration file with every key at its default, commented out
    #[arg(long)]
    pub sample_config: bool,
    /// Folder of journal, keys and audit log
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Port to check
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
    /// Print what was found as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// A flag that stands for a key of the configuration.
pub(crate) type KeyFlag = (&'static Key, &'static str, String);

impl Cli {
    /// The flags that stand for keys of the configuration.
    pub(crate) fn key_flags(&self) -> Vec<KeyFlag> {
        let path = |path: &PathBuf| path.display().to_string();
        let no = |given: bool| given.then(|| "false".to_owned());
        let mut flags: Vec<(&'static Key, &'static str, Option<String>)> = vec![
            (&config::keys::LOG_FORMAT, "--log", self.log.clone()),
            (&config::keys::LOG_LEVEL, "--log-level", self.log_level.clone()),
        ];
        match &self.command {
            Some(Command::Serve(serve)) => flags.extend([
                (&config::keys::CITY_DIR, "--city", serve.city.city.as_ref().map(path)),
                (&config::keys::CITY_FLOW, "--flow", serve.city.flow.as_ref().map(path)),
                (&config::keys::ADDRESS, "--address", serve.address.clone()),
                (&config::keys::PORT, "--port", serve.port.clone()),
                (&config::keys::TOKEN, "--token", serve.token.clone()),
                (&config::keys::SPEED, "--speed", serve.speed.clone()),
                (&config::keys::START, "--start", serve.start.clone()),
                (&config::keys::SEED, "--seed", serve.seed.clone()),
                (&config::keys::DATA_DIR, "--data", serve.data.as_ref().map(path)),
                (&config::keys::DEMO_ROLE, "--demo-role", serve.demo_role.clone()),
            ]),
            Some(Command::Run(run)) => flags.extend([
                (&config::keys::CITY_DIR, "--city", run.city.city.as_ref().map(path)),
                (&config::keys::CITY_FLOW, "--flow", run.city.flow.as_ref().map(path)),
                (&config::keys::START, "--start", run.start.clone()),
                (&config::keys::SEED, "--seed", run.seed.clone()),
                (&config::keys::GIVE_WAY, "--no-give-way", no(run.no_give_way)),
                (&config::keys::COUNTERFACTUAL, "--no-counterfactual", no(run.no_counterfactual)),
            ]),
            Some(Command::Report(report)) => {
                flags.extend([(&config::keys::CITY_DIR, "--city", report.city.as_ref().map(path))]);
            }
            Some(Command::Doctor(doctor)) => flags.extend([
                (&config::keys::DATA_DIR, "--data", doctor.data.as_ref().map(path)),
                (&config::keys::PORT, "--port", doctor.port.clone()),
            ]),
            _ => {}
        }
        flags.into_iter().filter_map(|(key, flag, text)| Some((key, flag, text?))).collect()
    }
}
