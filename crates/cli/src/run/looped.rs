//! Runs in the loop: the city, the brain, the judge and the journal, second by second.

use std::sync::Arc;
use std::time::Instant;

use urbis_brain::{Session, SessionOptions, simulated_start};
use urbis_core::{CommandResult, Keyring, Law, Record};
use urbis_store::{Journal, JournalOptions, MemoryKeyring};
use urbis_units::{CityTime, Duration};

use super::outcome::{Brain, Outcome, cpu_seconds};
use super::signal_log::SignalLog;
use super::{Control, Finished, progress, seed};
use crate::args::RunArgs;
use crate::city::Opened;
use crate::config::{Config, keys, minute_of};
use crate::exit::{Exit, Fault, OrExit};
use crate::{report, scenes, settings};

/// Seconds of city time between commits of the journal.
const COMMIT_EVERY: u32 = 60;

/// The instant a run begins: at `start` (`HH:MM`), else when the city's own day begins.
///
/// # Errors
/// When the city's time zone is unknown.
pub(crate) fn begin(opened: &Opened, start: Option<&str>) -> Result<CityTime, Fault> {
    let usual = simulated_start(&opened.pack).or_exit(Exit::Input)?;
    let own = i64::from(opened.pack.city.start_minute);
    let wanted = start.and_then(minute_of).map_or(own, i64::from);
    Ok(usual + Duration::from_minutes(wanted - own))
}

/// Runs.
///
/// # Errors
/// [`Fault`] with the exit code.
pub(super) fn run(
    args: &RunArgs,
    opened: &Opened,
    config: &Config,
    control: Control,
) -> Result<Finished, Fault> {
    let mut session = start(args, opened, config, control)?;
    let network = Arc::new(opened.pack.network.clone());
    let mut log = SignalLog::create(args.signal_log.as_deref()).or_exit(Exit::Place)?;
    let mut shown = vec![None; network.junctions.len()];
    let bar = progress::bar(args.steps);
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    for second in 0..args.steps {
        session.tick().or_exit(Exit::Place)?;
        if log.is_wanted() {
            for (junction, stage, ..) in session.map().signals {
                let before = &mut shown[junction.0 as usize];
                if second == 0 || *before != stage {
                    log.note(&network, second, junction, stage);
                    *before = stage;
                }
            }
        }
        if second % COMMIT_EVERY == 0 {
            session.commit().or_exit(Exit::Place)?;
        }
        bar.inc(1);
    }
    session.commit().or_exit(Exit::Place)?;
    let (cpu_s, wall_s) = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    bar.finish_and_clear();
    log.finish().or_exit(Exit::Place)?;
    let (with, without) = session.metrics();
    let mut outcome = Outcome {
        city: opened.pack.city.name.en.clone(),
        control: args.control.clone(),
        steps: args.steps,
        seed: seed(config),
        day: args.day,
        without,
        brain: Some(count(session.journal()).or_exit(Exit::Place)?),
        cpu_s,
        wall_s,
        ..Outcome::default()
    };
    outcome.measured(&with);
    let report = report::Data::of_session(&session, &opened.assumptions, Some(outcome.clone()));
    Ok(Finished { outcome, report })
}

fn start(
    args: &RunArgs,
    opened: &Opened,
    config: &Config,
    control: Control,
) -> Result<Session, Fault> {
    let journal = match &args.journal {
        Some(folder) => {
            let opened = Journal::open(folder, JournalOptions::default());
            let (journal, recovery) = opened.or_exit(Exit::Place)?;
            if recovery.records_kept > 0 {
                let found = format!(
                    "{}: holds a journal of {recovery}; give the run an empty folder",
                    folder.display()
                );
                return Err(anyhow::Error::msg(found)).or_exit(Exit::Place);
            }
            journal
        }
        None => Journal::in_memory(),
    };
    let begin = begin(opened, config.some_text(&keys::START))?;
    let options = SessionOptions {
        seed: seed(config),
        today: args.day,
        history_day: args.day + 1,
        minutes: args.steps.div_ceil(60) + 60,
        counterfactual: config.yes(&keys::COUNTERFACTUAL),
        sensing: settings::sensing(config),
        give_way: config.yes(&keys::GIVE_WAY),
        // A law that is compared with others must not be exchanged for another on the way.
        auto_approve: control == Control::Brain,
        workers: settings::workers(config).or_exit(Exit::Failed)?,
        law: if let Control::Law(law) = control { law } else { Law::LocalPlan },
        ..SessionOptions::simulated(begin)
    };
    let scenes = if control == Control::Brain { scenes::all } else { scenes::law_only };
    let keyring: Box<dyn Keyring> = Box::new(MemoryKeyring::seeded(seed(config)));
    Session::start(Arc::clone(&opened.pack), scenes, journal, keyring, options).or_exit(Exit::Input)
}

/// What the brain did, from the journal.
fn count(journal: &Journal) -> Result<Brain, urbis_store::StoreError> {
    let mut brain = Brain::default();
    for entry in journal.read_from(1) {
        match entry?.record {
            Record::Event(_) => brain.events += 1,
            Record::Proposal(_) => brain.proposals += 1,
            Record::Decision(_) => brain.decisions += 1,
            Record::Command { result: CommandResult::Sent, .. } => brain.commands += 1,
            Record::Command { .. } => brain.refused_commands += 1,
            Record::Outcome(_) => brain.outcomes += 1,
            _ => {}
        }
    }
    brain.records = journal.last_sequence();
    brain.journal_hash = blake3::Hash::from_bytes(journal.last_hash()).to_string();
    Ok(brain)
}
