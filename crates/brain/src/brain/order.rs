//! From an order to a command: corridors hold their junctions, the interlock judges, the journal
//! records.

use urbis_core::{
    Act, Action, Actor, Authority, Command, CommandId, CommandResult, Decision, DecisionId, Input,
    Intake, JunctionId, Law, Message, Order, Record,
};

use super::{Brain, Wanted};
use crate::view::ChoiceView;

impl Brain {
    /// Puts an order to the interlock, records what became of it, and answers whether it was sent.
    #[expect(clippy::too_many_arguments, reason = "an order is its six parts and two sinks")]
    pub(crate) fn order(
        &mut self,
        junction: JunctionId,
        order: Order,
        decision: Option<DecisionId>,
        act: Act,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) -> bool {
        // A corridor holds its junctions against stage-by-stage control, not against people.
        let is_scene = matches!(act.who, Actor::Scene(_));
        if is_scene && self.held.get(&junction).is_some_and(|holder| Some(*holder) != decision) {
            return false;
        }
        if is_scene && let Some(decision) = decision {
            if matches!(order, Order::ReturnToLocal) {
                self.held.remove(&junction);
            } else if matches!(&act.who, Actor::Scene(scene) if self.is_holding(scene)) {
                self.held.insert(junction, decision);
            }
        }
        let command = Command { id: CommandId(self.next_command), junction, order, decision, act };
        self.next_command += 1;
        let result = self.gate.check(&command, self.mirror.world.now(), log);
        if let Some(decision) = decision {
            self.ledger.commanded(decision, result != CommandResult::Sent);
        }
        let sent = result == CommandResult::Sent;
        if sent {
            if let Order::ShowStage(stage) = command.order {
                let choice = ChoiceView {
                    at: command.act.at,
                    stage,
                    text: command.act.why.clone(),
                    command: Some(command.id),
                };
                self.choices.insert(junction, choice);
                self.sample_choice(&command, stage);
            }
            if let Order::RunPlan(plan) = &command.order {
                self.laws.note_plan(junction, plan.clone());
            }
            self.mirror.command(junction, &command.order);
            wanted.commands.push(command.clone());
        }
        log.push(Record::Command { command, result });
        sent
    }

    /// Whether a scene keeps the junctions it commands until it lets go.
    fn is_holding(&self, scene: &str) -> bool {
        let mut manifests = self.seats.iter().map(|seat| seat.scene.manifest());
        manifests.any(|manifest| manifest.id == scene && manifest.holds_junctions)
    }

    /// The stop button: every junction returns to its local plan, and each order is recorded.
    pub(crate) fn stop(&mut self, act: &Act, log: &mut Vec<Record>, wanted: &mut Wanted) {
        for junction in self.gate.stop(act) {
            let id = CommandId(self.next_command);
            self.next_command += 1;
            let (order, decision) = (Order::ReturnToLocal, None);
            self.mirror.command(junction, &order);
            let command = Command { id, junction, order, decision, act: act.clone() };
            wanted.commands.push(command.clone());
            // The interlock itself gave the permits.
            log.push(Record::Command { command, result: CommandResult::Sent });
        }
    }

    /// A junction follows another law from now on, under a decision where there is one.
    pub(crate) fn use_law(
        &mut self,
        (junction, law): (JunctionId, Law),
        decision: Option<DecisionId>,
        act: &Act,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        let Some(Some(status)) = self.signals.get_mut(junction) else { return };
        if status.law == law {
            return;
        }
        status.law = law;
        let second = self.now().seconds();
        self.laws.use_law(&[junction], law, second);
        if law != Law::MaxPressure {
            self.order(junction, Order::ReturnToLocal, decision, act.clone(), log, wanted);
        }
    }

    /// A longest red that is hard was broken under the brain's control: back to the local plan.
    pub(super) fn return_to_local(
        &mut self,
        junction: JunctionId,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        let act = Act {
            who: Actor::System,
            authority: Authority::Act,
            why: Message::new("brain-longest-red"),
            mode: self.mode,
            at: self.now(),
        };
        self.use_law((junction, Law::LocalPlan), None, &act, log, wanted);
    }

    pub(super) fn put_in_force(
        &mut self,
        action: &Action,
        decision: &Decision,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        // Plans are sent and kept alive by their scene, under this decision; corridors are driven by
        // theirs.
        let what = match action {
            Action::UseLaw { junctions, law } => {
                for junction in junctions {
                    let act = &decision.act;
                    self.use_law((*junction, *law), Some(decision.id), act, log, wanted);
                }
                return;
            }
            Action::CloseLane { lane } => {
                Intake::CloseLane { lane: *lane, reason: self.asked_reason(decision.proposal) }
            }
            Action::OpenLane { lane } => Intake::OpenLane { lane: *lane },
            _ => return,
        };
        wanted.street.push((Input { act: decision.act.clone(), what }, decision.id));
    }
}
