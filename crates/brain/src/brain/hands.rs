//! Junctions under the hands of a person: taken, asked for a stage, given back.

use urbis_core::{Act, Actor, Command, CommandId, JunctionId, Message, Order, Record, StageIdx};
use urbis_units::Duration;

use super::{Brain, Wanted};

/// How often a stage asked for is said again: the controller's watchdog waits thrice as long.
const REPEAT: Duration = Duration::from_seconds(10);

/// The stage a person asks for.
#[derive(Debug, Clone)]
pub(crate) struct StageWish {
    stage: StageIdx,
    act: Act,
    /// Whether the interlock has let it pass.
    sent: bool,
}

impl Brain {
    /// A person takes junctions, all or none.
    pub(crate) fn take(&mut self, junctions: &[JunctionId], act: &Act, log: &mut Vec<Record>) {
        let Actor::Person(person) = &act.who else { return };
        if !self.gate.take(junctions, person, act) {
            // Somebody else was quicker within this very second.
            let text =
                Message::new("brain-take-refused").number("junctions", junctions.len() as f64);
            log.push(Record::Diagnostic { scene: "brain".to_owned(), text });
            return;
        }
        for junction in junctions {
            if let Some(Some(status)) = self.signals.get_mut(*junction) {
                status.taken_by = Some(person.clone());
            }
        }
    }

    /// A person gives a junction back: it returns to its local plan.
    pub(crate) fn give_back(
        &mut self,
        junction: JunctionId,
        act: &Act,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        let Actor::Person(person) = &act.who else { return };
        self.order(junction, Order::ReturnToLocal, None, act.clone(), log, wanted);
        self.gate.give_back(&[junction], person);
        if let Some(Some(status)) = self.signals.get_mut(junction)
            && status.taken_by.as_ref() == Some(person)
        {
            status.taken_by = None;
            self.requested.remove(&junction);
        }
    }

    /// A person asks for a stage at a junction they have; it is shown as soon as the interlock lets
    /// it pass, and until they ask for another or give the junction back.
    pub(crate) fn request(
        &mut self,
        junction: JunctionId,
        stage: StageIdx,
        act: &Act,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        let sent = self.order(junction, Order::ShowStage(stage), None, act.clone(), log, wanted);
        self.requested.insert(junction, StageWish { stage, act: act.clone(), sent });
    }

    /// Says again what persons ask for: what was refused once it would pass, what was sent before a
    /// controller's watchdog takes the brain for dead.
    pub(super) fn repeat_requests(&mut self, log: &mut Vec<Record>, wanted: &mut Wanted) {
        let now = self.now();
        let due = self.requested.iter().filter(|(junction, wish)| {
            if wish.sent { now - wish.act.at >= REPEAT } else { self.would_pass(**junction, wish) }
        });
        let due: Vec<(JunctionId, StageIdx, Act)> = due
            .map(|(junction, wish)| (*junction, wish.stage, Act { at: now, ..wish.act.clone() }))
            .collect();
        for (junction, stage, act) in due {
            self.request(junction, stage, &act, log, wanted);
        }
    }

    /// Whether the interlock would let a wish pass now; nothing is recorded of the question.
    fn would_pass(&self, junction: JunctionId, wish: &StageWish) -> bool {
        let command = Command {
            id: CommandId(self.next_command),
            junction,
            order: Order::ShowStage(wish.stage),
            decision: None,
            act: wish.act.clone(),
        };
        self.gate.would_pass(&command, self.now())
    }
}
