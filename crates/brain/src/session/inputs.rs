//! What comes from outside: what people do, what happens, ambulances.

use urbis_core::{
    Act, Actor, CaseStep, DecisionId, Event, EventId, EventType, Input, Intake, Message, Mission,
    Place, Reason, Record, RoadId, Sealed, Severity,
};
use urbis_units::Ratio;

use super::Session;
use crate::brain::Wanted;
use crate::city::AMBULANCES_MAX;
use crate::city::ambulance::{Ambulance, Progress};
use crate::error::InputError;
use crate::keyframes::Scripted;

impl Session {
    /// Records what was taken in, or says why it could not be.
    pub(super) fn record(&mut self, log: &[Record]) -> Result<(), InputError> {
        self.write(log).map_err(|error| {
            let message = Message::new("brain-not-recorded").text("reason", error.to_string());
            let text = format!("{error}; free space on its disk and try again");
            InputError::NotNow(Reason::new(message, text))
        })
    }

    pub(super) fn apply_inputs(&mut self, log: &mut Vec<Record>) {
        for input in std::mem::take(&mut self.queued) {
            // A planned closure happens when it has been rehearsed.
            if !matches!(input.what, Intake::CloseLane { .. }) {
                self.happen(&input.what, None);
            }
            let wanted = self.act_on(&input, log);
            self.carry_out(wanted, log);
        }
    }

    /// What comes from outside happens to the city and to every copy of it alike; what a decision
    /// does, to all but the copy that goes without that decision.
    pub(super) fn happen(&mut self, what: &Intake, decision: Option<DecisionId>) {
        let now = self.now();
        self.city.happen(now, what);
        self.judge.happen(now, what, decision);
        self.keyframes.script(now, Scripted::Happening(what.clone()));
    }

    /// What the brain is told of an input, and what follows from it.
    pub(super) fn act_on(&mut self, input: &Input, log: &mut Vec<Record>) -> Wanted {
        let mut wanted = Wanted::default();
        let act = input.act.clone();
        match &input.what {
            Intake::CloseLane { .. } | Intake::ChooseLaw { .. } => self.brain.ask(input, log),
            Intake::OpenLane { .. } => return self.lane_changed(input, log),
            Intake::Call { event, road, hospital, patient } => {
                return self.call(*event, (*road, *hospital), patient, &act, log);
            }
            Intake::Weather { speed_ratio, headway_ratio } => {
                self.brain.mirror.world.twin.scale_driving(*speed_ratio, *headway_ratio);
            }
            Intake::Decide { proposal, option } => {
                self.brain.decide(*proposal, *option, act, log, &mut wanted);
            }
            Intake::Acknowledge { event } => {
                if let Actor::Person(person) = &act.who {
                    self.brain.ledger.acknowledge(*event, person.clone(), act.at);
                }
            }
            Intake::AcknowledgeProposal { proposal } => {
                if let Actor::Person(person) = &act.who {
                    self.brain.ledger.acknowledge_proposal(*proposal, person.clone(), act.at);
                }
            }
            Intake::TakeControl { junction } => self.brain.take(&[*junction], &act, log),
            Intake::TakeArea { junctions } => self.brain.take(junctions, &act, log),
            Intake::ReleaseControl { junction } => {
                self.brain.give_back(*junction, &act, log, &mut wanted);
            }
            Intake::ReleaseArea { junctions } => {
                for junction in junctions {
                    self.brain.give_back(*junction, &act, log, &mut wanted);
                }
            }
            Intake::RequestStage { junction, stage } => {
                self.brain.request(*junction, *stage, &act, log, &mut wanted);
            }
            Intake::Stop => {
                self.brain.requested.clear();
                self.brain.stop(&act, log, &mut wanted);
            }
            Intake::ErasePerson { subject } => {
                let why = Message::new("brain-erased-on-request");
                self.erase(subject, Act { why, ..act }, log);
            }
            Intake::ReleaseStop => self.brain.gate.release_stop(&act),
            _ => {}
        }
        wanted
    }

    /// A lane was closed or opened: belief follows, and the scenes are told.
    pub(super) fn lane_changed(&mut self, input: &Input, log: &mut Vec<Record>) -> Wanted {
        self.outside.note(input);
        let event = match &input.what {
            Intake::CloseLane { lane, .. } => {
                self.brain.closed.push(*lane);
                self.brain.mirror.world.twin.close_lane(*lane);
                Some(self.outside.closure(&self.network, *lane, &input.act, &mut self.brain))
            }
            Intake::OpenLane { lane } => {
                self.brain.closed.retain(|closed| closed != lane);
                self.brain.mirror.world.twin.open_lane(*lane);
                self.outside.opened(*lane, input.act.at)
            }
            _ => None,
        };
        event.map_or_else(Wanted::default, |event| self.brain.happened(&event, log))
    }

    /// Someone calls an ambulance: it is sent at once, in the city and in every copy alike.
    pub(super) fn call(
        &mut self,
        id: EventId,
        (road, hospital): (RoadId, Option<RoadId>),
        patient: &[Sealed],
        act: &Act,
        log: &mut Vec<Record>,
    ) -> Wanted {
        let hospitals = match hospital {
            Some(hospital) => vec![hospital],
            None => self.outside.hospitals().to_vec(),
        };
        let event = Event {
            id,
            kind: EventType::EmergencyCall,
            place: Place::Road(road),
            since: act.at,
            noticed: act.at,
            until: None,
            severity: Severity::Severe,
            confidence: Ratio::new(1.0),
            text: Message::new("brain-emergency-call").place("road", Place::Road(road)),
            evidence: Vec::new(),
            source: act.who.clone(),
        };
        self.outside.calls.push(crate::outside::Call::new(&event, road, patient.to_vec()));
        self.open_case(&event, act, log);
        let stations = self.outside.ambulances();
        if let Some(routes) = self.brain.dispatch((stations, &hospitals), road) {
            let number = (self.outside.calls.len() as u32 - 1) % AMBULANCES_MAX;
            let ambulance = Ambulance::new(number, id, routes, self.now());
            self.city.send_ambulance(ambulance.clone());
            self.judge.send_ambulance(&ambulance);
            let now = self.now();
            self.keyframes.script(now, Scripted::Ambulance(Box::new(ambulance)));
            self.move_case(id, (CaseStep::Dispatch, "brain-case-sent"), log);
        } else {
            // The journal keeps this as it is.
            let near = self.outside.hidden.get(&id).map_or(Place::City, |one| one.cover.instead());
            let text = Message::new("brain-no-ambulance").place("road", near);
            log.push(Record::Diagnostic { scene: "brain".to_owned(), text });
        }
        self.brain.happened(&event, log)
    }

    /// Crews press a button when they leave and when they have arrived; the brain knows that much.
    pub(super) fn follow_ambulances(&mut self, log: &mut Vec<Record>) {
        let now = self.now();
        let (mut arrived, mut over) = (Vec::new(), Vec::new());
        for ambulance in &self.city.ambulances {
            let mission = ambulance.leg().map(|(leg, since)| Mission {
                call: ambulance.call,
                vehicle: ambulance.number,
                leg,
                since,
                route: ambulance.route(leg).to_vec(),
                probe: None,
            });
            let known = self.brain.missions.iter().find(|m| m.call == ambulance.call);
            match (mission, known) {
                (Some(mission), known) if known.is_none_or(|k| k.leg != mission.leg) => {
                    self.brain.begin_mission(mission);
                }
                (None, Some(_)) => {
                    self.brain.end_mission(ambulance.call);
                    arrived.push(ambulance.call);
                }
                _ => {}
            }
            if let Progress::Done(at) = ambulance.progress
                && at == now
            {
                over.push(ambulance.call);
            }
        }
        for call in arrived {
            self.move_case(call, (CaseStep::Handle, "brain-case-arrived"), log);
        }
        for call in over {
            self.move_case(call, (CaseStep::Close, "brain-case-delivered"), log);
            let Some(mut event) = self.brain.ledger.find_event(call).cloned() else { continue };
            event.until = Some(now);
            let wanted = self.brain.happened(&event, log);
            self.carry_out(wanted, log);
        }
    }
}
