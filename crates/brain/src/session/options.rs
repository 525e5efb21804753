//! How a session is run.

use urbis_core::Law;
use urbis_store::CityState;
use urbis_units::{CityTime, Mode};

use crate::city::Sensing;
use crate::workers::{Inline, Workers};

/// How a session is run.
#[derive(Debug)]
pub struct SessionOptions {
    /// How the clock is driven; field commands would leave in live mode only.
    pub mode: Mode,
    /// Seed of everything random on the brain's side and of the sensors.
    pub seed: u64,
    /// The day the city lives; days differ around the mean.
    pub today: u64,
    /// The day history remembers.
    pub history_day: u64,
    /// First instant of the city clock.
    pub start: CityTime,
    /// Minutes of demand drawn at the start; later ones are drawn as the clock comes to them.
    pub minutes: u32,
    /// Whether a counterfactual runs beside the city.
    pub counterfactual: bool,
    /// How well the detectors work.
    pub sensing: Sensing,
    /// Whether drivers give way to sirens.
    pub give_way: bool,
    /// Whether policy approves the recommended option at once, for runs without an operator.
    pub auto_approve: bool,
    /// The law every signal follows at the start.
    pub law: Law,
    /// What runs rehearsals.
    pub workers: Box<dyn Workers>,
    /// State of the journal so far, where the caller has folded it; otherwise the session does.
    pub state: Option<CityState>,
}

impl SessionOptions {
    /// A simulated session of two hours from `start`, rehearsals on the caller's thread.
    pub fn simulated(start: CityTime) -> Self {
        Self {
            mode: Mode::Simulated,
            seed: 1,
            today: 1,
            history_day: 0,
            start,
            minutes: 120,
            counterfactual: true,
            sensing: Sensing::default(),
            give_way: true,
            auto_approve: false,
            law: Law::LocalPlan,
            workers: Box::new(Inline::default()),
            state: None,
        }
    }
}
