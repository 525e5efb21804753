//! Whether an input makes sense now, before it is recorded.

use urbis_core::{Actor, Intake, JunctionId, LaneId, Message, PersonId, Reason, RoadId, StageIdx};
use urbis_interlock::Refusal;

use crate::error::{InputError, Thing};
use crate::session::Session;
use crate::view::ProposalStatus;

/// Bounds of weather factors that the twin plays sensibly.
const WEATHER: std::ops::RangeInclusive<f64> = 0.3..=3.0;

impl Session {
    /// Checks an input against the network and the present state.
    pub(crate) fn check(&self, input: &urbis_core::Input) -> Result<(), InputError> {
        match &input.what {
            Intake::CloseLane { lane, .. } => self.may_close(*lane),
            Intake::OpenLane { lane } => self.may_open(*lane),
            Intake::Unblock { lane } => self.has_lane(*lane),
            Intake::Blockage { lane, position_m, .. } => self.may_block(*lane, *position_m),
            Intake::Call { road, hospital, .. } => {
                self.has_road(*road)?;
                hospital.map_or(Ok(()), |hospital| self.has_road(hospital))
            }
            Intake::CallNear { .. } => Err(not_now(
                Message::new("brain-no-place-to-drive-to"),
                "a square is not a place to drive to; give the patient's road",
            )),
            Intake::Weather { speed_ratio, headway_ratio } => {
                if WEATHER.contains(speed_ratio) && WEATHER.contains(headway_ratio) {
                    Ok(())
                } else {
                    Err(not_now(
                        Message::new("brain-weather-out-of-range"),
                        "weather factors must lie between 0.3 and 3; give such factors",
                    ))
                }
            }
            Intake::Decide { proposal, option } => self.check_decision(*proposal, *option),
            Intake::Acknowledge { event } => self
                .brain
                .ledger
                .find_event(*event)
                .map(|_| ())
                .ok_or(InputError::unknown(Thing::Event, event.0)),
            Intake::AcknowledgeProposal { proposal } => self
                .brain
                .ledger
                .proposal(*proposal)
                .map(|_| ())
                .ok_or(InputError::unknown(Thing::Proposal, proposal.0)),
            Intake::TakeControl { junction } => self.may_take(&[*junction], input),
            Intake::TakeArea { junctions } => self.may_take(junctions, input),
            Intake::ReleaseArea { junctions } => {
                junctions.iter().try_for_each(|junction| self.has_signal(*junction))
            }
            Intake::ReleaseControl { junction }
            | Intake::ChooseLaw { junction, .. }
            | Intake::LocalManual { junction, .. } => self.has_signal(*junction),
            Intake::RequestStage { junction, stage } => self.may_request(*junction, *stage, input),
            Intake::ReleaseStop => {
                self.brain.gate.may_release_stop(&input.act).map_err(|why| refused(&why))
            }
            _ => Ok(()),
        }
    }

    fn may_close(&self, lane: LaneId) -> Result<(), InputError> {
        self.has_lane(lane)?;
        let asked = self.queued.iter().any(
            |input| matches!(&input.what, Intake::CloseLane { lane: other, .. } if *other == lane),
        );
        if self.is_closed(lane) || asked {
            let text = "the lane is closed already; open it first";
            return Err(not_now(Message::new("brain-lane-closed-already"), text));
        }
        Ok(())
    }

    fn may_open(&self, lane: LaneId) -> Result<(), InputError> {
        self.has_lane(lane)?;
        if !self.is_closed(lane) {
            let text = "the lane is not closed; close it first";
            return Err(not_now(Message::new("brain-lane-not-closed"), text));
        }
        Ok(())
    }

    fn may_block(&self, lane: LaneId, position_m: f64) -> Result<(), InputError> {
        self.has_lane(lane)?;
        let length = self.network.lanes[lane].length.get();
        if (0.0..=length).contains(&position_m) {
            return Ok(());
        }
        let message = Message::new("brain-beyond-the-lane")
            .number("position_m", position_m)
            .number("length_m", length);
        let text = format!(
            "position_m is {position_m}, the lane is {length:.1} m long; give a position on the lane"
        );
        Err(not_now(message, &text))
    }

    fn may_request(
        &self,
        junction: JunctionId,
        stage: StageIdx,
        input: &urbis_core::Input,
    ) -> Result<(), InputError> {
        self.has_signal(junction)?;
        let holder = self.holder_of(junction);
        if !matches!(&input.act.who, Actor::Person(person) if holder == Some(person)) {
            return Err(not_now(
                Message::new("brain-not-under-your-control"),
                "the junction is not under your control; take it first",
            ));
        }
        let signal = self.network.junctions[junction].signal.as_ref();
        let stages = signal.map_or(0, |signal| signal.stages.len());
        if (stage.0 as usize) < stages {
            Ok(())
        } else {
            Err(InputError::unknown(Thing::Stage, u32::from(stage.0)))
        }
    }

    /// Who has control of a junction, or will have when all is done that was accepted before.
    fn holder_of(&self, junction: JunctionId) -> Option<&PersonId> {
        let mut holder = self.brain.signals[junction].as_ref().and_then(|s| s.taken_by.as_ref());
        for input in &self.queued {
            let (taken, released) = match &input.what {
                Intake::TakeControl { junction: one } => (*one == junction, false),
                Intake::TakeArea { junctions } => (junctions.contains(&junction), false),
                Intake::ReleaseControl { junction: one } => (false, *one == junction),
                Intake::ReleaseArea { junctions } => (false, junctions.contains(&junction)),
                _ => (false, false),
            };
            match &input.act.who {
                Actor::Person(person) if taken && holder.is_none() => holder = Some(person),
                Actor::Person(person) if released && holder == Some(person) => holder = None,
                _ => {}
            }
        }
        holder
    }

    fn may_take(
        &self,
        junctions: &[JunctionId],
        input: &urbis_core::Input,
    ) -> Result<(), InputError> {
        junctions.iter().try_for_each(|junction| self.has_signal(*junction))?;
        let Actor::Person(person) = &input.act.who else {
            return Err(not_now(
                Message::new("brain-only-a-person"),
                "only a person takes control; sign in as one",
            ));
        };
        if junctions.is_empty() {
            return Err(not_now(
                Message::new("brain-no-junction-named"),
                "no junction is named; name at least one",
            ));
        }
        self.brain.gate.may_take(junctions, person, &input.act).map_err(|why| refused(&why))
    }

    fn check_decision(
        &self,
        id: urbis_core::ProposalId,
        option: Option<u8>,
    ) -> Result<(), InputError> {
        let pending =
            self.brain.ledger.proposal(id).ok_or(InputError::unknown(Thing::Proposal, id.0))?;
        let decided = self
            .queued
            .iter()
            .any(|input| matches!(&input.what, Intake::Decide { proposal, .. } if *proposal == id));
        let waits = matches!(pending.status, ProposalStatus::Open | ProposalStatus::Rehearsing);
        if decided || !waits {
            return Err(not_now(
                Message::new("brain-settled-already"),
                "the proposal is settled already; see its decision",
            ));
        }
        match option {
            Some(option) if option as usize >= pending.proposal.options.len() => {
                Err(InputError::unknown(Thing::Option, u32::from(option)))
            }
            // Nothing is done that was not rehearsed; not doing it needs no rehearsal.
            Some(1..) if pending.status == ProposalStatus::Rehearsing => Err(not_now(
                Message::new("brain-still-rehearsed"),
                "the proposal is still being rehearsed; approve it when its rehearsal is ready, or \
                 refuse it now",
            )),
            _ => Ok(()),
        }
    }

    fn is_closed(&self, lane: LaneId) -> bool {
        self.outside.closures.iter().any(|closure| closure.lane == lane)
    }

    fn has_lane(&self, lane: LaneId) -> Result<(), InputError> {
        let found = self.network.lanes.get(lane).map(|_| ());
        found.ok_or(InputError::unknown(Thing::Lane, lane.0))
    }

    fn has_road(&self, road: RoadId) -> Result<(), InputError> {
        let found = self.network.roads.get(road).map(|_| ());
        found.ok_or(InputError::unknown(Thing::Road, road.0))
    }

    fn has_signal(&self, junction: JunctionId) -> Result<(), InputError> {
        let found = self.network.junctions.get(junction).and_then(|j| j.signal.as_ref());
        found.map(|_| ()).ok_or(InputError::unknown(Thing::Signal, junction.0))
    }
}

/// The interlock's answer to a person.
fn refused(refusal: &Refusal) -> InputError {
    let rule = refusal.rule.name();
    let text = format!(
        "the interlock refuses it by rule {rule}; see who has control there, and your own authority"
    );
    not_now(Message::new("brain-interlock-refuses").text("rule", rule), &text)
}

fn not_now(message: Message, text: &str) -> InputError {
    InputError::NotNow(Reason::new(message, text))
}
