//! What decisions predicted beside what came.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use urbis_brain::Session;

/// A prediction of a decision and its outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Foretold {
    /// What was predicted, with its unit.
    pub measure: String,
    /// Middle of the prediction.
    pub expected: f64,
    /// Lower bound of the 90 % interval.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
    /// What came.
    pub was: f64,
}

impl Foretold {
    /// Whether it came as predicted.
    pub fn is_inside(&self) -> bool {
        (self.low..=self.high).contains(&self.was)
    }
}

/// All predictions of a session whose outcomes are known.
pub fn foretold(session: &Session) -> Vec<Foretold> {
    let mut all = Vec::new();
    for view in session.view().decisions {
        for measured in view.outcome.iter().flat_map(|outcome| &outcome.measured) {
            let predicted = view.decision.predicted.iter();
            all.extend(predicted.filter(|one| one.measure == measured.measure).map(|one| {
                Foretold {
                    measure: one.measure.clone(),
                    expected: one.expected,
                    low: one.low,
                    high: one.high,
                    was: measured.value,
                }
            }));
        }
    }
    all
}

/// A table of how often outcomes fell inside, by measure.
pub fn coverage_table<'a>(all: impl IntoIterator<Item = &'a Foretold>) -> String {
    let mut by_measure: BTreeMap<&str, Vec<&Foretold>> = BTreeMap::new();
    for one in all {
        by_measure.entry(&one.measure).or_default().push(one);
    }
    let mut table = String::from(
        "| predicted | inside 90 % | of | mean of outcome less middle | mean half width |\n\
         |---|---|---|---|---|\n",
    );
    for (measure, all) in by_measure {
        let n = all.len() as f64;
        let inside = all.iter().filter(|one| one.is_inside()).count();
        let off = all.iter().map(|one| one.was - one.expected).sum::<f64>() / n;
        let half = all.iter().map(|one| (one.high - one.low) / 2.0).sum::<f64>() / n;
        let share = inside as f64 / n * 100.0;
        let _ =
            writeln!(table, "| {measure} | {inside} ({share:.0} %) | {n} | {off:.1} | {half:.1} |");
    }
    table
}
