//! `urbis run`: hours of a city without a browser, faster than real time.

mod looped;
mod outcome;
mod progress;
mod reference;
mod replay;
mod signal_log;

pub(crate) use looped::begin;
pub(crate) use outcome::Outcome;

use urbis_city::{CityPack, DemandSource};
use urbis_core::Law;
use urbis_twin::ReferencePolicy;

use crate::args::RunArgs;
use crate::city;
use crate::config::{Config, Origin, keys};
use crate::exit::{Exit, Fault, OrExit};
use crate::report;
use crate::say::{Lang, result};

/// What runs the signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// A published reference controller, without the loop.
    Reference(ReferencePolicy),
    /// One law in the loop.
    Law(Law),
    /// The loop with all scenes.
    Brain,
}

impl Control {
    /// The control of a name.
    ///
    /// # Errors
    /// The names there are.
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        match name {
            "local_plan" => Ok(Self::Law(Law::LocalPlan)),
            "webster" => Ok(Self::Law(Law::Webster)),
            "max_pressure" => Ok(Self::Law(Law::MaxPressure)),
            "brain" => Ok(Self::Brain),
            _ => ReferencePolicy::parse(name).map(Self::Reference).ok_or_else(|| {
                format!(
                    "control {name:?} is unknown; choose builtin, xftN, mpN or empN with 6 to \
                     3600 seconds (xft15), local_plan, webster, max_pressure or brain"
                )
            }),
        }
    }
}

/// Runs and prints.
///
/// # Errors
/// [`Fault`] with the exit code.
pub(crate) fn run(args: &RunArgs, config: &Config, lang: Lang) -> Result<Exit, Fault> {
    let control = Control::parse(&args.control).map_err(anyhow::Error::msg).or_exit(Exit::Usage)?;
    let opened = city::configured(config).or_exit(Exit::Input)?;
    city::say_assumptions(&opened, lang);
    if let Some(folder) = &args.replay {
        return replay::replay(folder, &opened, config, (args.json, lang));
    }
    let finished = match control {
        Control::Reference(policy) => reference::run(args, &opened, config, policy)?,
        Control::Law(_) | Control::Brain => looped::run(args, &opened, config, control)?,
    };
    if finished.outcome.created == 0 {
        say_nobody_departs(&opened.pack, args.steps, lang);
    }
    if let Some(folder) = &args.report {
        report::write(&finished.report, folder, lang).or_exit(Exit::Place)?;
        eprintln!("{} {}", lang.pick("报告:", "Report:"), folder.join("report.html").display());
    }
    if args.json {
        result(&(serde_json::to_string(&finished.outcome)? + "\n"));
    } else {
        result(&finished.outcome.table(lang));
    }
    Ok(Exit::Done)
}

/// Says that a run had no traffic, and when there would be some.
fn say_nobody_departs(pack: &CityPack, steps: u32, lang: Lang) {
    let first = match &pack.demand {
        DemandSource::Recorded(recorded) => recorded.trips.trips.first(),
        DemandSource::Model(_) => None,
    };
    let (zh, en) = first.map_or_else(
        || (String::new(), String::new()),
        |trip| {
            let first = trip.depart.get();
            (
                format!("，车流中第一辆车在第 {first} 秒出发"),
                format!("; the first of the flow departs after {first} s"),
            )
        },
    );
    eprintln!(
        "{}",
        lang.pick(
            &format!("注意：在这 {steps} 秒内没有车辆出发{zh}"),
            &format!("Note: nobody departs within these {steps} s{en}"),
        )
    );
}

/// The seed of a run: as configured, else 0, with which the published figures were measured.
fn seed(config: &Config) -> u64 {
    if *config.origin(&keys::SEED) == Origin::Default { 0 } else { config.int(&keys::SEED) }
}

/// What a run leaves behind.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The result.
    pub outcome: Outcome,
    /// What its report is made of.
    pub report: report::Data,
}
