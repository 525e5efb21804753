//! Runs under a published reference controller, without the loop: what benchmarks compare with.

use std::sync::Arc;
use std::time::Instant;

use urbis_brain::Meter;
use urbis_brain::view::HistoryPoint;
use urbis_city::demand_for;
use urbis_twin::{ReferencePolicy, Signals, Twin, TwinConfig, run_reference};
use urbis_units::Duration;

use super::outcome::{Outcome, cpu_seconds};
use super::signal_log::SignalLog;
use super::{Finished, begin, progress, seed};
use crate::args::RunArgs;
use crate::city::{Opened, is_recorded};
use crate::config::{Config, keys, minute_of};
use crate::exit::{Exit, Fault, OrExit};
use crate::report;

/// Seconds between two points of the report's charts.
const SAMPLE_S: u32 = 60;

/// Runs.
///
/// # Errors
/// [`Fault`] with the exit code.
pub(super) fn run(
    args: &RunArgs,
    opened: &Opened,
    config: &Config,
    policy: ReferencePolicy,
) -> Result<Finished, Fault> {
    let pack = &opened.pack;
    let start = config.some_text(&keys::START).and_then(minute_of);
    let minute = u32::from(start.unwrap_or(pack.city.start_minute));
    let demand = demand_for(pack, minute, minute + args.steps.div_ceil(60), args.day);
    // The plans in a recording's files begin with it, not with midnight.
    let twin_config = TwinConfig {
        seed: seed(config),
        lane_change: !args.no_lane_change,
        signals: match policy {
            ReferencePolicy::Builtin => Signals::Builtin,
            _ => Signals::External,
        },
        start_second_of_week: if is_recorded(pack) && start.is_none() { 0 } else { minute * 60 },
        give_way: config.yes(&keys::GIVE_WAY),
    };
    let network = Arc::new(pack.network.clone());
    let mut twin = Twin::new(Arc::clone(&network), &demand, twin_config).or_exit(Exit::Input)?;
    let mut log = SignalLog::create(args.signal_log.as_deref()).or_exit(Exit::Place)?;
    let bar = progress::bar(args.steps);
    let begin = begin(opened, config.some_text(&keys::START))?;
    let (mut meter, mut history) = (Meter::default(), Vec::new());
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let note = |second, junction, stage| log.note(&network, second, junction, Some(stage));
    let sample = |twin: &Twin| {
        meter.step(twin);
        let second = twin.clock_s();
        if second.is_multiple_of(SAMPLE_S) {
            bar.set_position(u64::from(second));
            let at = begin + Duration::from_seconds(i64::from(second));
            history.push(HistoryPoint { at, with: meter.kpi(twin), without: None });
        }
    };
    run_reference(&mut twin, policy, args.steps, note, sample).or_exit(Exit::Input)?;
    let mut outcome = Outcome {
        city: pack.city.name.en.clone(),
        control: policy.to_string(),
        steps: args.steps,
        seed: seed(config),
        day: args.day,
        cpu_s: cpu_seconds() - cpu,
        wall_s: wall.elapsed().as_secs_f64(),
        ..Outcome::default()
    };
    bar.finish_and_clear();
    log.finish().or_exit(Exit::Place)?;
    outcome.measured(&twin.metrics());
    let mut report = report::Data::of_reference(pack, &opened.assumptions, begin, outcome.clone());
    report.note_history(&history);
    Ok(Finished { outcome, report })
}
