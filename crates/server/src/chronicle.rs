//! Log lines for whoever runs the server: what was decided, what the interlock refused, alarms, slow
//! ticks. The loop itself logs nothing; this follows its journal.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use urbis_core::{Actor, CommandResult, Intake, JunctionId, Record};
use urbis_store::{Entry, Reader};
use urbis_units::CityTime;

/// Target of the lines that a control room follows: proposals, decisions, outcomes, stops. The log
/// shows them where it is quiet otherwise.
pub const DECISIONS: &str = "urbis::decisions";
/// Wall time of a tick from which a city in real time falls behind.
const SLOW: Duration = Duration::from_secs(1);
/// Shortest wall time between two lines about slow ticks.
const SLOW_EVERY: Duration = Duration::from_mins(1);
/// City time in which a rule that refuses commands at a junction is told once.
const REFUSED_EVERY: urbis_units::Duration = urbis_units::Duration::from_minutes(1);

/// Follows the journal and the ticks, and tells of them in the log.
#[derive(Debug)]
pub(crate) struct Chronicle {
    reader: Option<Reader>,
    refused: BTreeMap<(JunctionId, String), CityTime>,
    slow_ticks: u32,
    slowest: Duration,
    told_slow: Option<Instant>,
}

impl Chronicle {
    /// A chronicle of what `reader` reads from now on.
    pub(crate) fn new(reader: Option<Reader>) -> Self {
        Self {
            reader,
            refused: BTreeMap::new(),
            slow_ticks: 0,
            slowest: Duration::ZERO,
            told_slow: None,
        }
    }

    /// Tells of what became durable since the last call.
    pub(crate) fn follow(&mut self) {
        let Some(mut reader) = self.reader.take() else { return };
        for entry in reader.by_ref() {
            match entry {
                Ok(entry) => self.tell(&entry),
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be followed; its records are no longer logged");
                    return;
                }
            }
        }
        self.reader = Some(reader);
    }

    /// A tick took `took`; says so when ticks are too slow, at most once a minute.
    pub(crate) fn ticked(&mut self, took: Duration, at: CityTime, now: Instant) {
        if took < SLOW {
            return;
        }
        self.slow_ticks += 1;
        self.slowest = self.slowest.max(took);
        if self.told_slow.is_none_or(|told| now - told >= SLOW_EVERY) {
            let (ticks, slowest_s) = (self.slow_ticks, self.slowest.as_secs_f64());
            tracing::warn!(
                at_ms = at.millis(),
                ticks,
                slowest_s,
                "slow ticks: the city clock falls behind"
            );
            (self.slow_ticks, self.slowest, self.told_slow) = (0, Duration::ZERO, Some(now));
        }
    }

    fn tell(&mut self, entry: &Entry) {
        let (sequence, at_ms) = (entry.sequence, entry.at.millis());
        match &entry.record {
            Record::Proposal(proposal) => tracing::info!(
                target: DECISIONS,
                sequence,
                at_ms,
                proposal = proposal.id.0,
                scene = proposal.scene,
                what = proposal.text.key,
                options = proposal.options.len(),
                "proposal"
            ),
            Record::Decision(decision) => tracing::info!(
                target: DECISIONS,
                sequence,
                at_ms,
                decision = decision.id.0,
                proposal = decision.proposal.0,
                option = decision.option,
                who = name(&decision.act.who),
                "decision"
            ),
            Record::Outcome(outcome) => tracing::info!(
                target: DECISIONS,
                sequence,
                at_ms,
                decision = outcome.decision.0,
                measured = outcome.measured.len(),
                inside = outcome.measured.iter().filter(|one| one.inside).count(),
                "outcome"
            ),
            Record::Command { command, result: CommandResult::Refused { rule, .. } } => {
                let key = (command.junction, rule.clone());
                let told = self.refused.get(&key);
                if told.is_none_or(|told| entry.at - *told >= REFUSED_EVERY) {
                    self.refused.insert(key, entry.at);
                    tracing::warn!(
                        sequence,
                        at_ms,
                        junction = command.junction.0,
                        rule,
                        decision = command.decision.map(|id| id.0),
                        who = name(&command.act.who),
                        "the interlock refused a command"
                    );
                }
            }
            Record::Alarm { junction, text } => {
                tracing::warn!(sequence, at_ms, junction = junction.0, alarm = text.key, "alarm");
            }
            Record::Diagnostic { scene, text } => {
                tracing::info!(sequence, at_ms, scene, diagnostic = text.key, "diagnostic");
            }
            Record::Input(input) => match input.what {
                Intake::Stop => {
                    tracing::warn!(sequence, at_ms, who = name(&input.act.who), "stop button");
                }
                Intake::ReleaseStop => {
                    tracing::info!(target: DECISIONS, sequence, at_ms, who = name(&input.act.who), "stop released");
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn name(actor: &Actor) -> &str {
    match actor {
        Actor::Person(person) => &person.0,
        Actor::Scene(scene) => scene,
        Actor::System => "system",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use urbis_core::{
        Act, Authority, Command, CommandId, Decision, DecisionId, Message, Order, PersonId, Place,
        Proposal, ProposalId,
    };
    use urbis_store::Journal;
    use urbis_units::Mode;

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What `talk` logs, line by line.
    fn logged(talk: impl FnOnce()) -> Vec<String> {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .without_time()
            .finish();
        tracing::subscriber::with_default(subscriber, talk);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    fn act() -> Act {
        Act {
            who: Actor::Person(PersonId("op-demo".into())),
            authority: Authority::Role("operator".into()),
            why: Message::new("server-reason"),
            mode: Mode::Simulated,
            at: CityTime::from_millis(5000),
        }
    }

    #[test]
    fn decisions_refusals_and_alarms_are_told_with_their_fields() {
        let mut journal = Journal::in_memory();
        let mut chronicle = Chronicle::new(Some(journal.read_from(1)));
        let decision = Decision {
            id: DecisionId(4),
            proposal: ProposalId(9),
            option: Some(1),
            rehearsal: None,
            predicted: vec![],
            act: act(),
        };
        let refused = |number| Record::Command {
            command: Command {
                id: CommandId(number),
                junction: JunctionId(7),
                order: Order::ReturnToLocal,
                decision: Some(DecisionId(4)),
                act: act(),
            },
            result: CommandResult::Refused {
                rule: "minimum_green".into(),
                why: Message::new("interlock-minimum-green"),
            },
        };
        let text = Message::new("interlock-longest-red");
        let alarm = Record::Alarm { junction: JunctionId(7), text };
        let proposal = Record::Proposal(Proposal {
            id: ProposalId(9),
            scene: "signals".into(),
            at: CityTime::default(),
            expires: CityTime::default(),
            event: None,
            place: Place::Junction(JunctionId(7)),
            text: Message::new("signals-review"),
            options: vec![],
            preferred: 0,
            needs_approval: true,
            horizon_s: 900,
        });
        for (second, record) in
            [proposal, Record::Decision(decision), refused(1), refused(2), alarm].iter().enumerate()
        {
            journal.append(CityTime::from_millis(second as i64 * 1000), record).unwrap();
        }
        assert_eq!(logged(|| chronicle.follow()), Vec::<String>::new(), "nothing is durable yet");
        journal.commit().unwrap();
        let lines = logged(|| chronicle.follow());
        assert_eq!(lines.len(), 4, "a rule that refuses again and again is told once: {lines:?}");
        for (line, parts) in lines.iter().zip([
            &["INFO", DECISIONS, "proposal=9", "scene=\"signals\"", "signals-review"][..],
            &["INFO", DECISIONS, "decision=4", "proposal=9", "option=1", "who=\"op-demo\""],
            &["WARN", "junction=7", "rule=\"minimum_green\"", "refused"],
            &["WARN", "alarm", "junction=7", "interlock-longest-red", "at_ms=4000"],
        ]) {
            assert!(parts.iter().all(|part| line.contains(part)), "{parts:?} in {line}");
        }
        assert_eq!(logged(|| chronicle.follow()), Vec::<String>::new(), "each is told once");
    }

    #[test]
    fn slow_ticks_are_told_once_a_minute_with_their_number() {
        let mut chronicle = Chronicle::new(None);
        let (at, begin) = (CityTime::default(), Instant::now());
        let lines = logged(|| {
            for second in 0..=90 {
                let took = Duration::from_millis(if second % 2 == 0 { 1500 } else { 20 });
                chronicle.ticked(took, at, begin + Duration::from_secs(second));
            }
        });
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("ticks=1") && lines[1].contains("ticks=30"), "{lines:?}");
    }
}
