//! Checks of a network: what is wrong, where, and what to do about it.
//!
//! # Errors
//! Checks never fail: they answer diagnostics, in the order of the network's elements.

mod reach;
mod signals;
mod structure;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Conflict, Network};

/// Something about a network that should be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Which element, by its name in the source.
    pub element: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl Diagnostic {
    pub(crate) fn new(
        element: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { element: element.into(), message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.element, self.message, self.remedy)
    }
}

/// Everything that makes a network unfit to drive on or to control: ids and ranges that lead
/// nowhere, sizes that cannot be, signals that never serve a movement, roads that lead nowhere.
///
/// Broken references come alone, because nothing else can be judged before they are mended.
pub fn network(network: &Network) -> Vec<Diagnostic> {
    let mut report = Report::default();
    structure::check(network, &mut report);
    if report.diagnostics.is_empty() {
        structure::sizes(network, &mut report);
        signals::check(network, &mut report);
        reach::check(network, &mut report);
    }
    report.diagnostics
}

/// Collects diagnostics of one element after another.
#[derive(Debug, Default)]
struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    fn add(&mut self, element: &str, message: impl Into<String>, remedy: &str) {
        self.diagnostics.push(Diagnostic::new(element, message, remedy));
    }

    /// Complains unless `fine`; the message is made only then.
    fn expect(&mut self, fine: bool, element: &str, message: impl Fn() -> String, remedy: &str) {
        if !fine {
            self.add(element, message(), remedy);
        }
    }
}

/// Stages that show two groups which must never be green at once.
pub fn stages(network: &Network) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (id, signal) in network.signalized() {
        if signal.conflicts.len() != signal.groups.len().pow(2) {
            continue;
        }
        for stage in &signal.stages {
            let green: Vec<_> = stage
                .green
                .iter()
                .filter(|group| (group.0 as usize) < signal.groups.len())
                .collect();
            for (position, &a) in green.iter().enumerate() {
                for &b in &green[position + 1..] {
                    if signal.conflict(a, b) == Conflict::Conflicting {
                        let name = |group: crate::GroupIdx| &signal.groups[group.0 as usize].name;
                        diagnostics.push(Diagnostic::new(
                            format!(
                                "junction {}, stage {}",
                                network.junctions[id].name, stage.name
                            ),
                            format!("shows the conflicting groups {} and {}", name(a), name(b)),
                            "take one of them out of the stage",
                        ));
                    }
                }
            }
        }
    }
    diagnostics
}
