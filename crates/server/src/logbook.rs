//! The newest records of the journal as people read them: without observations and bookkeeping.
//!
//! # Shape
//! A list in memory that follows the durable journal: whoever asks first reads what is new.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use urbis_core::{
    Actor, Arg, CaseStep, CommandResult, EventType, Input, Intake, JunctionId, LaneId, Message,
    Place, Record,
};
use urbis_store::{Entry, Reader, StoreError};
use urbis_units::{CityTime, Meters};

use crate::wire::common::speaks_of_patient;
use crate::wire::proposal::{REASON_KEY, reason};
use crate::wire::state::law;

/// Most lines kept in memory; older ones stand in the journal.
const LINES_MAX: usize = 20_000;

/// One record as people read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its place in the journal.
    pub sequence: u64,
    /// When, on the city clock.
    pub at: CityTime,
    /// What kind of record.
    pub kind: &'static str,
    /// Who.
    pub who: Actor,
    /// In words.
    pub text: Message,
    /// Whether it speaks of a patient.
    pub personal: bool,
}

impl Line {
    /// Whether it tells more of where a patient is than a square, as records of before did.
    pub fn tells_where(&self) -> bool {
        fn names(text: &Message) -> bool {
            text.args.values().any(|arg| match arg {
                Arg::Place(place) => !matches!(place, Place::Point(_) | Place::City),
                Arg::Message(inner) => names(inner),
                _ => false,
            })
        }
        self.personal && names(&self.text)
    }
}

/// The newest lines of the journal, for any number of readers.
#[derive(Debug, Clone)]
pub struct Logbook(Arc<Mutex<Pages>>);

#[derive(Debug)]
struct Pages {
    reader: Reader,
    lines: VecDeque<Line>,
}

impl Logbook {
    /// A logbook that follows `reader`.
    pub fn new(reader: Reader) -> Self {
        Self(Arc::new(Mutex::new(Pages { reader, lines: VecDeque::new() })))
    }

    /// The newest lines before sequence `before` (all, if `None`), newest first, at most `limit`.
    /// Reads files: not for a task that must not wait.
    ///
    /// # Errors
    /// [`StoreError`] when the journal cannot be read.
    pub fn newest(&self, before: Option<u64>, limit: usize) -> Result<Vec<Line>, StoreError> {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Pages { reader, lines } = &mut *pages;
        for entry in reader {
            lines.extend(line(entry?));
            while lines.len() > LINES_MAX {
                lines.pop_front();
            }
        }
        let end = before
            .map_or(lines.len(), |before| lines.partition_point(|line| line.sequence < before));
        Ok(lines.range(..end).rev().take(limit).cloned().collect())
    }
}

/// What a step of a case says: a report has the words of whoever reported.
fn case_step(step: CaseStep, why: Message) -> Message {
    if step == CaseStep::Report { Message::new("server-case-reported") } else { why }
}

/// The line for a record; `None` for what only programs read.
fn line(entry: Entry) -> Option<Line> {
    let (kind, who, text) = match entry.record {
        Record::Begun(begun) => {
            let text = Message::new("server-begun").text("city", begun.city);
            ("begun", Actor::System, text.number("seed", begun.seed as f64))
        }
        Record::Input(input) => ("input", input.act.who.clone(), intake(&input)),
        Record::Event(event) => {
            let personal = event.kind == EventType::EmergencyCall;
            return Some(Line {
                sequence: entry.sequence,
                at: entry.at,
                kind: "event",
                who: event.source,
                personal: personal || speaks_of_patient(&event.text),
                text: event.text,
            });
        }
        Record::Case(case) => {
            let last = case.steps.into_iter().last();
            let text = Message::new("server-case").number("case", f64::from(case.id.0));
            match last {
                Some(step) => {
                    ("case", step.act.who, text.message("step", case_step(step.step, step.act.why)))
                }
                None => ("case", case.owner, text.text("step", "")),
            }
        }
        Record::Proposal(proposal) => ("proposal", Actor::Scene(proposal.scene), proposal.text),
        Record::Decision(decision) => {
            let key = if decision.option.is_some() { "server-decided" } else { "server-refused" };
            let text = Message::new(key)
                .number("proposal", f64::from(decision.proposal.0))
                .number("option", f64::from(decision.option.unwrap_or_default()))
                .message("reason", decision.act.why);
            ("decision", decision.act.who, text)
        }
        Record::Command { command, result: CommandResult::Refused { rule, .. } } => {
            let text = Message::new("server-refused-command").text("rule", rule);
            ("command", command.act.who, text.place("place", Place::Junction(command.junction)))
        }
        Record::Erased { act, .. } => ("erased", act.who, act.why),
        Record::Lapsed { why, .. } => ("proposal", Actor::System, why),
        Record::NotTaken { why, .. } => ("command", Actor::System, why),
        Record::Outcome(outcome) => {
            let inside = outcome.measured.iter().filter(|one| one.inside).count();
            let text = Message::new("server-outcome")
                .number("decision", f64::from(outcome.decision.0))
                .number("inside", inside as f64)
                .number("measured", outcome.measured.len() as f64);
            ("outcome", Actor::System, text)
        }
        Record::Alarm { junction, text } => {
            let at = Message::new("server-alarm").place("place", Place::Junction(junction));
            ("alarm", Actor::System, at.message("what", text))
        }
        Record::Diagnostic { scene, text } => ("diagnostic", Actor::Scene(scene), text),
        _ => return None,
    };
    let personal = speaks_of_patient(&text);
    Some(Line { sequence: entry.sequence, at: entry.at, kind, who, text, personal })
}

/// What came in, in words.
fn intake(input: &Input) -> Message {
    let why = reason(&input.act.why);
    let lane_place =
        |lane: LaneId, position_m: f64| Place::Lane { lane, position: Meters::new(position_m) };
    let at_junction = |key: &str, junction: JunctionId| {
        Message::new(key).place("place", Place::Junction(junction))
    };
    let at_lane = |key: &str, lane: LaneId| Message::new(key).place("place", lane_place(lane, 0.0));
    match &input.what {
        Intake::CloseLane { lane, reason } => {
            at_lane("server-close-lane", *lane).text("reason", reason)
        }
        Intake::OpenLane { lane } => at_lane("server-open-lane", *lane),
        Intake::Blockage { lane, position_m, .. } => {
            Message::new("server-blockage").place("place", lane_place(*lane, *position_m))
        }
        Intake::Unblock { lane } => at_lane("server-unblock", *lane),
        Intake::Call { road, .. } => Message::new("server-call").place("place", Place::Road(*road)),
        Intake::CallNear { near, .. } => {
            Message::new("server-call").place("place", Place::Point(*near))
        }
        Intake::Weather { speed_ratio, headway_ratio } => Message::new("server-weather")
            .number("speed_ratio", *speed_ratio)
            .number("headway_ratio", *headway_ratio),
        Intake::Decide { proposal, option: Some(option) } => Message::new("server-approve")
            .number("proposal", f64::from(proposal.0))
            .number("option", f64::from(*option))
            .text("reason", why),
        Intake::Decide { proposal, option: None } => Message::new("server-refuse")
            .number("proposal", f64::from(proposal.0))
            .text("reason", why),
        Intake::Acknowledge { event } => {
            Message::new("server-acknowledge").number("event", f64::from(event.0))
        }
        Intake::AcknowledgeProposal { proposal } => {
            Message::new("server-acknowledge-proposal").number("proposal", f64::from(proposal.0))
        }
        Intake::TakeControl { junction } => at_junction("server-take", *junction),
        Intake::ReleaseControl { junction } => at_junction("server-release", *junction),
        Intake::TakeArea { junctions } => {
            Message::new("server-take-area").number("junctions", junctions.len() as f64)
        }
        Intake::ReleaseArea { junctions } => {
            Message::new("server-release-area").number("junctions", junctions.len() as f64)
        }
        Intake::RequestStage { junction, stage } => {
            at_junction("server-stage", *junction).number("stage", f64::from(stage.0))
        }
        Intake::ChooseLaw { junction, law: chosen } => {
            at_junction("server-law", *junction).text("law", law(*chosen))
        }
        Intake::LocalManual { junction, .. } => at_junction("server-manual", *junction),
        Intake::Stop => Message::new("server-stop").text("reason", why),
        Intake::ReleaseStop => Message::new("server-release-stop"),
        Intake::ErasePerson { .. } => Message::new("server-erase").text("reason", why),
        _ => Message::new("server-other-input"),
    }
}

/// A person's own words as the reason of an act; that they gave none is said too.
pub(crate) fn in_their_words(words: &str) -> Message {
    if words.is_empty() {
        return Message::new("server-no-reason");
    }
    Message::new(REASON_KEY).text("reason", words)
}

#[cfg(test)]
mod tests {
    use urbis_core::{Act, Authority, PersonId};
    use urbis_store::Journal;
    use urbis_units::Mode;

    use super::*;

    fn stop(at: CityTime) -> Record {
        let act = Act {
            who: Actor::Person(PersonId("op-demo".into())),
            authority: Authority::Role("operator".into()),
            why: in_their_words("drill"),
            mode: Mode::Simulated,
            at,
        };
        Record::Input(Input { act, what: Intake::Stop })
    }

    #[test]
    fn people_read_the_newest_acts_first_and_no_bookkeeping() {
        let mut journal = Journal::in_memory();
        let logbook = Logbook::new(journal.read_from(1));
        for second in 0..5 {
            let at = CityTime::from_millis(second * 1000);
            journal.append(at, &stop(at)).unwrap();
            journal.append(at, &Record::StateHash { hash: [0; 32] }).unwrap();
        }
        assert_eq!(logbook.newest(None, 10).unwrap(), [], "nothing is durable yet");
        journal.commit().unwrap();
        let lines = logbook.newest(None, 2).unwrap();
        assert_eq!(lines.iter().map(|line| line.sequence).collect::<Vec<_>>(), [9, 7]);
        assert_eq!(lines[0].text, Message::new("server-stop").text("reason", "drill"));
        let earlier = logbook.newest(Some(7), 10).unwrap();
        assert_eq!(earlier.iter().map(|line| line.sequence).collect::<Vec<_>>(), [5, 3, 1]);
    }
}
