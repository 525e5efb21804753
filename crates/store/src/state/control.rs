//! Lanes and junctions under the hands of people and of decisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use urbis_core::{
    Act, Action, Command, CommandId, CommandResult, Decision, Intake, JunctionId, LaneId, Law,
    OPERATOR, Proposal, StageIdx,
};
use urbis_units::{CityTime, Duration};

/// A closed lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosedLane {
    /// Why, in the words of who closed it; empty when a decision did.
    pub reason: String,
    /// Who, when.
    pub act: Act,
}

/// Control of one junction.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct JunctionControl {
    /// The law chosen last, by whom; one that a person asked for, once that was decided.
    pub law: Option<(Law, Act)>,
    /// The law a person asked for that is not decided yet, or is in force already.
    pub asked: Option<(Law, Act)>,
    /// The person who has taken control, since when.
    pub taken: Option<Act>,
    /// The stage that person asks for.
    pub requested: Option<StageIdx>,
    /// Whether someone at the cabinet has switched to local manual.
    pub manual: bool,
    /// The last command that was sent.
    pub sent: Option<Command>,
    /// The last command that was refused, and why.
    pub refused: Option<(Command, CommandResult)>,
    /// Commands sent since the session began.
    pub sent_count: u64,
    /// Commands refused since the session began.
    pub refused_count: u64,
    /// The last command that was sent and that the controller did not take.
    pub not_taken: Option<CommandId>,
}

/// What is closed, taken, chosen and stopped.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Controls {
    /// Closed lanes; one whose closure a person asked for, once that was decided.
    pub closures: BTreeMap<LaneId, ClosedLane>,
    /// Lanes whose closure a person asked for and that is not decided yet.
    pub asked: BTreeMap<LaneId, ClosedLane>,
    /// Junctions that anyone or anything has ever touched.
    pub junctions: BTreeMap<JunctionId, JunctionControl>,
    /// Who stopped the brain, when; `None` while it may act.
    pub stopped: Option<Act>,
}

impl Controls {
    fn junction(&mut self, junction: JunctionId) -> &mut JunctionControl {
        self.junctions.entry(junction).or_default()
    }

    /// Takes in what a person did.
    pub(super) fn intake(&mut self, what: &Intake, act: &Act) {
        match what {
            Intake::CloseLane { lane, reason } => {
                let asked = ClosedLane { reason: reason.clone(), act: act.clone() };
                self.asked.insert(*lane, asked);
            }
            Intake::OpenLane { lane } => {
                self.closures.remove(lane);
                self.asked.remove(lane);
            }
            Intake::TakeControl { junction } => {
                self.junction(*junction).taken = Some(act.clone());
            }
            Intake::ReleaseControl { junction } => {
                let control = self.junction(*junction);
                (control.taken, control.requested) = (None, None);
            }
            Intake::TakeArea { junctions } => {
                for junction in junctions {
                    self.junction(*junction).taken = Some(act.clone());
                }
            }
            Intake::ReleaseArea { junctions } => {
                for junction in junctions {
                    let control = self.junction(*junction);
                    (control.taken, control.requested) = (None, None);
                }
            }
            Intake::RequestStage { junction, stage } => {
                self.junction(*junction).requested = Some(*stage);
            }
            Intake::ChooseLaw { junction, law } => {
                self.junction(*junction).asked = Some((*law, act.clone()));
            }
            Intake::LocalManual { junction, on } => self.junction(*junction).manual = *on,
            Intake::Stop => self.stopped = Some(act.clone()),
            Intake::ReleaseStop => self.stopped = None,
            _ => {}
        }
    }

    /// Takes in what was decided on `proposal`.
    pub(super) fn decided(&mut self, proposal: &Proposal, decision: &Decision) {
        let act = &decision.act;
        let chosen = decision.option.and_then(|option| proposal.options.get(usize::from(option)));
        for action in chosen.map_or(&[][..], |option| &option.actions) {
            match action {
                Action::UseLaw { junctions, law } => {
                    for junction in junctions {
                        self.junction(*junction).law = Some((*law, act.clone()));
                    }
                }
                Action::CloseLane { lane } => {
                    // Who asked for it has said why.
                    let asked = self.asked.get(lane).filter(|_| proposal.scene == OPERATOR);
                    let reason = asked.map(|asked| asked.reason.clone()).unwrap_or_default();
                    self.closures.insert(*lane, ClosedLane { reason, act: act.clone() });
                }
                Action::OpenLane { lane } => {
                    self.closures.remove(lane);
                }
                _ => {}
            }
        }
        self.settle(proposal);
    }

    /// Nothing is asked for any more by `proposal`.
    pub(super) fn settle(&mut self, proposal: &Proposal) {
        if proposal.scene != OPERATOR {
            return;
        }
        for action in proposal.options.iter().flat_map(|option| &option.actions) {
            match action {
                Action::CloseLane { lane } => {
                    self.asked.remove(lane);
                }
                Action::UseLaw { junctions, .. } => {
                    for junction in junctions {
                        self.junction(*junction).asked = None;
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn not_taken(&mut self, junction: JunctionId, command: CommandId) {
        self.junction(junction).not_taken = Some(command);
    }

    pub(super) fn command(&mut self, command: &Command, result: &CommandResult) {
        let control = self.junction(command.junction);
        match result {
            CommandResult::Sent => {
                control.sent = Some(command.clone());
                control.sent_count += 1;
            }
            CommandResult::Refused { .. } => {
                control.refused = Some((command.clone(), result.clone()));
                control.refused_count += 1;
            }
        }
    }
}

/// Something that blocks a lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Blockage {
    /// How far from the lane's start, metres.
    pub position_m: f64,
    /// Since when.
    pub since: CityTime,
    /// Until when, if that is known.
    pub until: Option<CityTime>,
}

/// What happens from outside and the brain is not told: readable by whoever plays the city and by
/// reports, never by a scene.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Outside {
    /// Blocked lanes; one that is over stays until it is removed or replaced.
    pub blockages: BTreeMap<LaneId, Blockage>,
    /// Factors on desired speed and on time headway; `None` in fair weather.
    pub weather: Option<(f64, f64)>,
}

impl Outside {
    pub(super) fn intake(&mut self, what: &Intake, at: CityTime) {
        match what {
            Intake::Blockage { lane, position_m, lasts_s } => {
                let until = lasts_s.map(|s| at + Duration::from_seconds(i64::from(s)));
                let blockage = Blockage { position_m: *position_m, since: at, until };
                self.blockages.insert(*lane, blockage);
            }
            Intake::Unblock { lane } => {
                self.blockages.remove(lane);
            }
            Intake::Weather { speed_ratio, headway_ratio } => {
                let factors = (*speed_ratio, *headway_ratio);
                self.weather = (factors != (1.0, 1.0)).then_some(factors);
            }
            _ => {}
        }
    }
}
