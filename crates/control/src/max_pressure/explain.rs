//! Why a stage was chosen, in the field's terms.

use serde::{Deserialize, Serialize};
use urbis_core::{GroupIdx, Message, MovementId, StageIdx};
use urbis_network::{Network, Signal};

/// A decision of the law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The stage to show; the present one to hold.
    pub stage: StageIdx,
    /// Why.
    pub explanation: Explanation,
}

/// Pressure of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StagePressure {
    /// Which stage.
    pub stage: StageIdx,
    /// Queues of its movements less those of their exits.
    pub pressure_veh: f64,
    /// Standard deviation of that.
    pub sd_veh: f64,
}

/// A group whose waiting has become the law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingBound {
    /// Which group.
    pub group: GroupIdx,
    /// How long it has waited.
    pub waiting_s: u32,
    /// How long it may.
    pub bound_s: u32,
}

/// What settled the choice.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing was shown before.
    First,
    /// The stage has not had its minimum green.
    MinimumGreen {
        /// What is missing.
        left_s: u32,
    },
    /// The stage shown presses most.
    MostPressure,
    /// Another stage presses more, by enough to be worth the change.
    MorePressure {
        /// By how much, the loss of the change taken off.
        gain_veh: f64,
        /// How much was needed.
        needed_veh: f64,
    },
    /// Another stage presses more, but not by enough for what is known and a change costs.
    TooLittleGain {
        /// By how much, the loss of the change taken off.
        gain_veh: f64,
        /// How much was needed.
        needed_veh: f64,
    },
    /// A group must have its turn so that nobody waits longer than they may.
    WaitingBound,
}

impl Reason {
    /// Key of its sentence.
    pub const fn key(self) -> &'static str {
        match self {
            Self::First => "control-pressure-first",
            Self::MinimumGreen { .. } => "control-pressure-minimum-green",
            Self::MostPressure => "control-pressure-most",
            Self::MorePressure { .. } => "control-pressure-more",
            Self::TooLittleGain { .. } => "control-pressure-too-little",
            Self::WaitingBound => "control-pressure-waiting-bound",
        }
    }
}

/// Why a stage was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What settled it.
    pub reason: Reason,
    /// The stage before.
    pub from: Option<StageIdx>,
    /// Pressures of all stages to choose from, in their order.
    pub pressures: Vec<StagePressure>,
    /// The movement that presses most in the chosen stage.
    pub critical: Option<MovementId>,
    /// The group whose waiting settled it.
    pub bound: Option<WaitingBound>,
}

impl Choice {
    /// Whether the signal has to change.
    pub fn changes(&self) -> bool {
        self.explanation.from != Some(self.stage)
    }

    /// The explanation as a sentence for people, with the names of the signal's configuration.
    pub fn message(&self, network: &Network, signal: &Signal) -> Message {
        let name = |stage: StageIdx| {
            signal.stages.get(stage.0 as usize).map_or_else(String::new, |s| s.name.clone())
        };
        let of = |stage: StageIdx| {
            self.explanation.pressures.iter().find(|pressure| pressure.stage == stage)
        };
        let mut message =
            Message::new(self.explanation.reason.key()).text("stage", name(self.stage));
        if let Some(pressure) = of(self.stage) {
            message = message
                .number("pressure_veh", pressure.pressure_veh)
                .number("sd_veh", pressure.sd_veh);
        }
        if let Some(from) = self.explanation.from {
            message = message.text("from", name(from));
            if let Some(pressure) = of(from) {
                message = message.number("from_pressure_veh", pressure.pressure_veh);
            }
        }
        if let Some(movement) =
            self.explanation.critical.and_then(|movement| network.movements.get(movement))
        {
            message = message.text("critical_road", network.roads[movement.from].name.clone());
        }
        match self.explanation.reason {
            Reason::MinimumGreen { left_s } => {
                message = message.number("left_s", f64::from(left_s));
            }
            Reason::MorePressure { gain_veh, needed_veh }
            | Reason::TooLittleGain { gain_veh, needed_veh } => {
                message = message.number("gain_veh", gain_veh).number("needed_veh", needed_veh);
            }
            _ => {}
        }
        if let Some(bound) = self.explanation.bound {
            let group = signal.groups.get(bound.group.0 as usize);
            message = message
                .text("group", group.map_or_else(String::new, |group| group.name.clone()))
                .number("waiting_s", f64::from(bound.waiting_s))
                .number("bound_s", f64::from(bound.bound_s));
        }
        message
    }
}
