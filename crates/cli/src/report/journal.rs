//! A report from a journal: what the detectors reported, events, proposals, decisions with what
//! they predicted and what came of it, as they were recorded.
//!
//! The indicators with and without the brain are not in the journal; a report made while the city
//! ran has them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow};
use urbis_brain::pack_hash;
use urbis_core::{Begun, Event, ObservationBatch, Property, Proposal, ProposalId, Record};
use urbis_network::{Label, Network};
use urbis_store::{Entry, Journal, JournalOptions, StoreError};
use urbis_units::CityTime;

use super::data::{Data, Decided, Observed, Point, done, measures, noticed, readable, who};
use crate::city;
use crate::config::Config;

/// Length of a minute.
const MINUTE_MS: i64 = 60_000;

/// Reads the last session of the journal in `folder`. The journal names its city by a hash; `city`
/// (the configured one, else the embedded one) gives names, time zone and streets when it is the
/// same.
///
/// # Errors
/// When it holds no journal, or one that cannot be read, or `city` cannot be opened.
pub(super) fn read(folder: &Path, city: &Config) -> Result<Data> {
    let nothing = || {
        anyhow!(
            "{}: holds neither report.json nor a journal; give the folder of a run \
             (--report, --journal) or of a city's journal",
            folder.display()
        )
    };
    let has_segments = std::fs::read_dir(folder).map_err(|_not_there| nothing())?.count() > 0;
    if !has_segments {
        return Err(nothing());
    }
    let (journal, recovery) = Journal::open(folder, JournalOptions::default())?;
    if recovery.records_kept == 0 {
        return Err(nothing());
    }
    let begun = last_beginning(journal.read_from(1))?;
    let opened = city::configured(city)?;
    if begun.as_ref().is_some_and(|begun| begun.pack == pack_hash(&opened.pack)) {
        let mut data = Data::of_pack(&opened.pack, &opened.assumptions, CityTime::default());
        fold(&mut data, journal.read_from(1), Some(&opened.pack.network))?;
        return Ok(data);
    }
    let name = begun.map_or_else(String::new, |begun| begun.city);
    let mut data = Data::begin((name.clone(), name.clone()), "UTC".to_owned(), <_>::default());
    data.assumptions.push(Label {
        zh: format!("日志属于城市 {name:?}，不是手边的这一座：时间为 UTC，街道用编号；请用 --city 给出它的文件夹"),
        en: format!(
            "the journal is of the city {name:?}, which is not the one at hand: times are UTC, \
             streets are numbers; give its folder with --city"
        ),
    });
    fold(&mut data, journal.read_from(1), None)?;
    Ok(data)
}

/// The beginning of the last session of a journal.
///
/// # Errors
/// [`StoreError`] when it cannot be read.
pub(crate) fn last_beginning(
    entries: impl Iterator<Item = Result<Entry, StoreError>>,
) -> Result<Option<Begun>, StoreError> {
    let mut last = None;
    for entry in entries {
        if let Record::Begun(begun) = entry?.record {
            last = Some(begun);
        }
    }
    Ok(last)
}

/// Sums of what the detectors reported, minute by minute.
#[derive(Debug, Default)]
struct Minutes(BTreeMap<i64, (f64, f64, f64)>);

impl Minutes {
    fn add(&mut self, batch: &ObservationBatch) {
        // Bytes of a journal may hold a batch whose columns do not fit together.
        if !batch.is_well_formed() {
            return;
        }
        for row in batch.rows().filter(|row| row.value.is_finite()) {
            let minute = row.event_time.millis().div_euclid(MINUTE_MS);
            match row.property {
                Property::CountVeh => self.0.entry(minute).or_default().0 += row.value,
                Property::SpeedMps => {
                    let (_, sum, n) = self.0.entry(minute).or_default();
                    (*sum, *n) = (*sum + row.value, *n + 1.0);
                }
                _ => {}
            }
        }
    }

    fn points(&self) -> Vec<Observed> {
        let point = |(minute, (count_veh, sum, n)): (&i64, &(f64, f64, f64))| Observed {
            at_ms: minute.saturating_mul(MINUTE_MS),
            count_veh: *count_veh,
            speed_mps: (*n > 0.0).then(|| sum / n),
        };
        self.0.iter().map(point).collect()
    }
}

/// Takes records into a report; a new beginning starts it afresh.
///
/// # Errors
/// [`StoreError`] when a record cannot be read.
pub(super) fn fold(
    data: &mut Data,
    records: impl Iterator<Item = Result<Entry, StoreError>>,
    network: Option<&Network>,
) -> Result<(), StoreError> {
    let mut events: BTreeMap<u32, Event> = BTreeMap::new();
    let mut proposals: BTreeMap<ProposalId, Proposal> = BTreeMap::new();
    let mut decisions = BTreeMap::new();
    let mut effects = BTreeMap::new();
    let mut minutes = Minutes::default();
    for entry in records {
        let entry = entry?;
        data.end_ms = entry.at.millis();
        match entry.record {
            Record::Begun(begun) => {
                data.start_ms = begun.start.millis();
                minutes = Minutes::default();
                events.clear();
                decisions.clear();
                effects.clear();
                data.history.clear();
            }
            Record::Observed(batch) => minutes.add(&batch),
            Record::Event(event) => {
                events.insert(event.id.0, event);
            }
            Record::Proposal(proposal) => {
                proposals.insert(proposal.id, proposal);
            }
            Record::Decision(decision) => {
                decisions.insert(decision.id, decision);
            }
            Record::Outcome(effect) => {
                effects.insert(effect.decision, effect);
            }
            Record::Indicators { with, without } => {
                data.history.push(Point { at_ms: entry.at.millis(), with, without });
            }
            _ => {}
        }
    }
    data.observed = minutes.points();
    data.events = events.values().map(|event| noticed(event, network)).collect();
    data.decisions = decisions
        .values()
        .map(|decision| Decided {
            id: decision.id.0,
            at_ms: decision.act.at.millis(),
            who: who(&decision.act.who),
            why: Some(readable(&decision.act.why, network)),
            option: decision.option,
            text: readable(
                proposals.get(&decision.proposal).map_or(&decision.act.why, |one| &one.text),
                network,
            ),
            done: done(
                decision.option,
                proposals.get(&decision.proposal).into_iter(),
                decision.proposal,
            )
            .map(|text| readable(text, network)),
            measures: measures(&decision.predicted, effects.get(&decision.id)),
        })
        .collect();
    Ok(())
}
