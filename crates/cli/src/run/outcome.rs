//! The result of a run, as it is printed.
//!
//! # Units
//! Seconds, vehicles; every name ends in its unit where it has one.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize, Serializer};
use urbis_twin::Metrics;

use crate::say::Lang;

/// The result of a run: one flat JSON object.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Name of the city.
    pub city: String,
    /// What ran the signals.
    pub control: String,
    /// Seconds of city time.
    pub steps: u32,
    /// Seed.
    pub seed: u64,
    /// Day played.
    pub day: u64,
    /// Vehicles that departed.
    pub created: u32,
    /// Of them, those that found room on their first lane.
    pub inserted: u32,
    /// Of them, those that arrived.
    pub finished: u32,
    /// Mean travel time over all vehicles created, unfinished ones up to the end.
    pub att_engine_s: f64,
    /// Mean time on lanes that lead to signalized junctions.
    pub att_published_s: f64,
    /// Vehicles seen there.
    pub veh_seen: u32,
    /// Mean of travel time less free-flow time of the same route.
    pub mean_delay_s: f64,
    /// Falls below 0.1 m/s.
    pub stops: u64,
    /// Longest unbroken time of one vehicle below 0.1 m/s.
    pub max_wait_s: u32,
    /// Sum over the steps of the vehicles on the road.
    pub vehicle_steps: u64,
    /// Vehicles on the road at the end.
    pub left_at_end: u32,
    /// The same without the brain's commands, where a counterfactual ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub without: Option<Metrics>,
    /// What the brain did, where it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brain: Option<Brain>,
    /// CPU time of the run, city already open; to the millisecond.
    #[serde(serialize_with = "to_milliseconds")]
    pub cpu_s: f64,
    /// Wall time of the run, city already open; to the millisecond.
    #[serde(serialize_with = "to_milliseconds")]
    pub wall_s: f64,
}

/// What the brain did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Brain {
    /// Events it noticed or was told of.
    pub events: u64,
    /// Proposals of scenes.
    pub proposals: u64,
    /// Decisions.
    pub decisions: u64,
    /// Commands the interlock let pass.
    pub commands: u64,
    /// Commands the interlock refused.
    pub refused_commands: u64,
    /// Outcomes measured.
    pub outcomes: u64,
    /// Records in the journal.
    pub records: u64,
    /// Hash of the journal's last record, hexadecimal: the same for the same city, seed and acts.
    pub journal_hash: String,
}

impl Outcome {
    /// Takes over what the twin measured.
    pub(crate) fn measured(&mut self, metrics: &Metrics) {
        self.created = metrics.created;
        self.inserted = metrics.inserted;
        self.finished = metrics.finished;
        self.att_engine_s = metrics.att_engine_s;
        self.att_published_s = metrics.att_published_s;
        self.veh_seen = metrics.veh_seen;
        self.mean_delay_s = metrics.mean_delay_s;
        self.stops = metrics.stops;
        self.max_wait_s = metrics.max_wait_s;
        self.vehicle_steps = metrics.vehicle_steps;
        self.left_at_end = metrics.left_at_end;
    }

    /// The result for people.
    pub(crate) fn table(&self, lang: Lang) -> String {
        let mut text = format!("{}: {}, {} s\n\n", self.city, self.control, self.steps);
        let without = self.without.as_ref();
        let head = lang.pick("无城脑", "without");
        let _ = writeln!(
            text,
            "{:<34}{:>12}{}",
            "",
            if without.is_some() { lang.pick("有城脑", "with") } else { "" },
            without.map_or_else(String::new, |_| format!("{head:>12}"))
        );
        let mut row = |zh: &str, en: &str, value: f64, other: Option<f64>, places: usize| {
            let other = other.map_or_else(String::new, |value| format!("{value:>12.places$}"));
            let _ = writeln!(text, "{:<34}{value:>12.places$}{other}", lang.pick(zh, en));
        };
        let of = |read: fn(&Metrics) -> f64| without.map(read);
        row(
            "出发车辆",
            "vehicles that departed",
            f64::from(self.created),
            of(|m| f64::from(m.created)),
            0,
        );
        row(
            "驶入路网",
            "vehicles that entered",
            f64::from(self.inserted),
            of(|m| f64::from(m.inserted)),
            0,
        );
        row(
            "到达",
            "vehicles that arrived",
            f64::from(self.finished),
            of(|m| f64::from(m.finished)),
            0,
        );
        row("平均行程时间 s", "mean travel time, s", self.att_engine_s, of(|m| m.att_engine_s), 1);
        row(
            "同上,已发表口径 s",
            "the same as published, s",
            self.att_published_s,
            of(|m| m.att_published_s),
            1,
        );
        row("平均延误 s", "mean delay, s", self.mean_delay_s, of(|m| m.mean_delay_s), 1);
        row("停车次数", "stops", self.stops as f64, of(|m| m.stops as f64), 0);
        row(
            "最长等待 s",
            "longest wait, s",
            f64::from(self.max_wait_s),
            of(|m| f64::from(m.max_wait_s)),
            0,
        );
        row("车步", "vehicle steps", self.vehicle_steps as f64, of(|m| m.vehicle_steps as f64), 0);
        row("CPU 时间 s", "CPU time, s", self.cpu_s, None, 2);
        row("墙钟时间 s", "wall time, s", self.wall_s, None, 2);
        text
    }
}

/// CPU time this process has used, seconds, to a hundredth; not a number where the system does not
/// say, `null` in a result.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn to_milliseconds<S: Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((seconds * 1000.0).round() / 1000.0)
}

pub(super) fn cpu_seconds() -> f64 {
    // Linux counts in hundredths of a second there, whatever the kernel's own tick is.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    match (ticks(11), ticks(12)) {
        (Some(user), Some(system)) => (user + system) as f64 / 100.0,
        _ => f64::NAN,
    }
}
