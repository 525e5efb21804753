//! Reports: what happened, what the brain did, with and without it.
//!
//! # Shape
//! [`Data`] is the whole report as plain values. It is written as `report.json` and drawn as
//! `report.html`, one file with its charts inside and nothing from elsewhere.

mod chart;
mod data;
mod fluent;
mod journal;
mod page;

pub(crate) use data::Data;
pub(crate) use journal::last_beginning;
pub(crate) use page::page;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;
use urbis_network::Label;
use urbis_server::{ReportFacts, Reporter};
use urbis_units::CityTime;

use crate::args::ReportArgs;
use crate::city::Opened;
use crate::config::Config;
use crate::exit::{Exit, Fault, OrExit};
use crate::say::{Lang, result};

/// Writes page and numbers into `folder`.
///
/// # Errors
/// When the folder cannot be used.
pub(crate) fn write(data: &Data, folder: &Path, lang: Lang) -> Result<()> {
    let failed = |path: &Path| format!("{}: cannot be written", path.display());
    std::fs::create_dir_all(folder).with_context(|| failed(folder))?;
    let numbers = folder.join("report.json");
    let text =
        serde_json::to_string_pretty(data).context("the report cannot be written as JSON")?;
    std::fs::write(&numbers, text + "\n").with_context(|| failed(&numbers))?;
    let html = folder.join("report.html");
    std::fs::write(&html, page(data, lang)).with_context(|| failed(&html))
}

/// `urbis report`: from the folder of a run, or of a journal.
///
/// # Errors
/// [`Fault`] when there is nothing to report on.
pub(crate) fn report(args: &ReportArgs, config: &Config, lang: Lang) -> Result<Exit, Fault> {
    let data = read(&args.from, config).or_exit(Exit::Input)?;
    if args.json {
        result(&(serde_json::to_string(&data)? + "\n"));
        return Ok(Exit::Done);
    }
    let folder: PathBuf = args.output.clone().unwrap_or_else(|| args.from.clone());
    write(&data, &folder, lang).or_exit(Exit::Place)?;
    result(&format!("{}\n", folder.join("report.html").display()));
    Ok(Exit::Done)
}

fn read(folder: &Path, config: &Config) -> Result<Data> {
    let numbers = folder.join("report.json");
    if numbers.is_file() {
        let text = std::fs::read_to_string(&numbers)
            .with_context(|| format!("{}: cannot be read", numbers.display()))?;
        let data: Data = serde_json::from_str(&text).map_err(|error| {
            let line = error.line();
            anyhow!(
                "{}, line {line}: is no report: {error}; run again with --report",
                numbers.display()
            )
        })?;
        if data.version != data::VERSION {
            let (found, known) = (data.version, data::VERSION);
            let path = numbers.display();
            return Err(anyhow!(
                "{path}: version {found} of the report, this program reads {known}"
            ));
        }
        return Ok(data);
    }
    journal::read(folder, config)
}

/// Makes reports of a running city for the server.
#[derive(Debug)]
pub(crate) struct ServerReporter {
    /// Name of the city in both languages.
    city: (String, String),
    /// Time zone of the city.
    time_zone: String,
    /// First instant of the session.
    start: CityTime,
    /// What was assumed.
    assumptions: Vec<Label>,
}

impl ServerReporter {
    /// Reports of a city that began at `start`.
    pub(crate) fn new(opened: &Opened, start: CityTime) -> Self {
        let city = &opened.pack.city;
        Self {
            city: (city.name.zh.clone(), city.name.en.clone()),
            time_zone: city.time_zone.clone(),
            start,
            assumptions: opened.assumptions.clone(),
        }
    }

    fn data(&self, facts: &ReportFacts) -> Data {
        let view = &facts.moment.view;
        let mut data = Data::begin(self.city.clone(), self.time_zone.clone(), self.start);
        data.assumptions.clone_from(&self.assumptions);
        data.note_view(view);
        data.note_history(&facts.history);
        data.note_accuracy(&facts.accuracy);
        data
    }
}

impl Reporter for ServerReporter {
    fn numbers(&self, facts: &ReportFacts) -> Value {
        serde_json::to_value(self.data(facts)).unwrap_or(Value::Null)
    }

    fn page(&self, facts: &ReportFacts, chinese: bool) -> String {
        page(&self.data(facts), if chinese { Lang::Zh } else { Lang::En })
    }
}

#[cfg(test)]
mod tests;
