//! The rules, and a refusal that names one.

use std::fmt;

use serde::{Deserialize, Serialize};
use urbis_core::Message;
use urbis_units::CityTime;

/// A rule a request can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// The stop button is in.
    Stopped,
    /// No field command outside live mode; no command at all in replay.
    Mode,
    /// The clock went backwards or the request lies outside the time that can be judged.
    Time,
    /// There is no such junction, stage, group or plan.
    Unknown,
    /// The junction's configuration contradicts itself, so nothing can be judged.
    Configuration,
    /// Whoever asks may not command this junction, or somebody else has it.
    Authority,
    /// A person at the cabinet has the controller.
    LocalManual,
    /// The controller reports a fault or what must not be.
    ControllerFault,
    /// The controller has not reported, or not lately.
    StaleReport,
    /// Two groups that must never be green at once.
    ConflictingGreens,
    /// A green would end before its minimum.
    MinimumGreen,
    /// A green would start too soon after a conflicting one.
    Intergreen,
    /// Pedestrians would not have time to walk off, or to walk at all.
    PedestrianClearance,
    /// A group whose longest red is hard would wait beyond it.
    LongestRed,
    /// Too many commands to one controller.
    Rate,
}

impl Rule {
    /// Its name in records and message keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Mode => "mode",
            Self::Time => "time",
            Self::Unknown => "unknown",
            Self::Configuration => "configuration",
            Self::Authority => "authority",
            Self::LocalManual => "local-manual",
            Self::ControllerFault => "controller-fault",
            Self::StaleReport => "stale-report",
            Self::ConflictingGreens => "conflicting-greens",
            Self::MinimumGreen => "minimum-green",
            Self::Intergreen => "intergreen",
            Self::PedestrianClearance => "pedestrian-clearance",
            Self::LongestRed => "longest-red",
            Self::Rate => "rate",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A request that was not let through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// The rule it breaks.
    pub rule: Rule,
    /// Why, for people: key `interlock-RULE` and what it is about.
    pub why: Message,
    /// When the same request would pass this rule, where time alone settles it.
    pub not_before: Option<CityTime>,
}

impl Refusal {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, why: Message::new(format!("interlock-{rule}")), not_before: None }
    }

    pub(crate) fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.why = self.why.text(name, value);
        self
    }

    pub(crate) fn seconds(mut self, name: &str, millis: i64) -> Self {
        self.why = self.why.number(name, millis as f64 / 1000.0);
        self
    }

    pub(crate) fn until(mut self, instant_ms: i64) -> Self {
        self.not_before = Some(CityTime::from_millis(instant_ms));
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused by rule {}", self.rule)
    }
}

impl std::error::Error for Refusal {}
