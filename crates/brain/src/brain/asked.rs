//! What a person asks for and the loop rehearses before it does it: a planned closure, another law.
//!
//! It becomes a proposal like any other. The person has decided already, so it is carried out in
//! their name as soon as its effect is predicted; until then anyone may still refuse it.

use urbis_control::webster::{self, WebsterParameters};
use urbis_core::{
    Act, Action, ChoiceOption, Input, Intake, JunctionId, Lapse, Law, Message, OPERATOR, Place,
    Plan, Proposal, ProposalId, Record,
};
use urbis_units::{Duration, VehiclesPerHour};

use super::Brain;

/// As urgent as a proposal can be: rehearsed in the shortest time.
const PATIENCE: Duration = Duration::from_seconds(120);
/// How far the rehearsal looks, seconds: ten cycles or so, in which queues find their new length.
const HORIZON_S: u32 = 600;

impl Brain {
    /// Rehearses what a person asks for, to be done in their name when its effect is predicted.
    /// What they asked for at the same place before and is not done yet is withdrawn.
    pub(crate) fn ask(&mut self, input: &Input, log: &mut Vec<Record>) {
        let Some((place, text, option)) = self.asked_in_words(&input.what) else { return };
        self.withdraw_asked(place, log);
        if option.actions.is_empty() {
            return;
        }
        let now = self.now();
        let none = ChoiceOption { text: Message::new("brain-option-none"), actions: Vec::new() };
        let proposal = Proposal {
            id: ProposalId(self.next_proposal),
            scene: OPERATOR.to_owned(),
            at: now,
            expires: now + PATIENCE,
            event: None,
            place,
            text,
            options: vec![none, option],
            preferred: 1,
            needs_approval: false,
            horizon_s: HORIZON_S,
        };
        self.next_proposal += 1;
        self.asked.insert(proposal.id, input.clone());
        self.propose(proposal, log);
    }

    /// The act by which what was asked for is done now, if `id` is something a person asked for.
    pub(super) fn asked_act(&self, id: ProposalId) -> Option<Act> {
        let input = self.asked.get(&id)?;
        Some(Act { at: self.now(), ..input.act.clone() })
    }

    /// The words in which a person asked for the closure that `id` is about.
    pub(super) fn asked_reason(&self, id: ProposalId) -> String {
        match self.asked.get(&id).map(|input| &input.what) {
            Some(Intake::CloseLane { reason, .. }) => reason.clone(),
            _ => String::new(),
        }
    }

    fn withdraw_asked(&mut self, place: Place, log: &mut Vec<Record>) {
        let same = |id: &&ProposalId| {
            self.ledger.proposal(**id).is_some_and(|pending| pending.proposal.place == place)
        };
        let Some(id) = self.asked.keys().find(same).copied() else { return };
        self.lapse(id, Lapse::Replaced, log);
    }

    /// Where, in which words and by which actions; no actions where it is so already.
    fn asked_in_words(&self, what: &Intake) -> Option<(Place, Message, ChoiceOption)> {
        match what {
            Intake::CloseLane { lane, .. } => {
                let closed = &self.network.lanes[*lane];
                let place = Place::Lane { lane: *lane, position: closed.length * 0.5 };
                let text = Message::new("brain-ask-close")
                    .place("road", Place::Road(closed.road))
                    .number("lane", f64::from(closed.index) + 1.0);
                let actions = vec![Action::CloseLane { lane: *lane }];
                Some((
                    place,
                    text,
                    ChoiceOption { text: Message::new("brain-option-close"), actions },
                ))
            }
            Intake::ChooseLaw { junction, law } => {
                let place = Place::Junction(*junction);
                let text = Message::new("brain-ask-law").place("place", place);
                let option = Message::new(match law {
                    Law::LocalPlan => "brain-option-local-plan",
                    Law::Webster => "brain-option-webster",
                    Law::MaxPressure => "brain-option-max-pressure",
                });
                let actions = self.law_actions(*junction, *law);
                Some((place, text, ChoiceOption { text: option, actions }))
            }
            _ => None,
        }
    }

    fn law_actions(&self, junction: JunctionId, law: Law) -> Vec<Action> {
        let in_force = self.signals.get(junction).and_then(|status| Some(status.as_ref()?.law));
        if in_force == Some(law) {
            return Vec::new();
        }
        let mut actions = vec![Action::UseLaw { junctions: vec![junction], law }];
        let plan = (law == Law::Webster).then(|| self.retimed(junction)).flatten();
        actions.extend(plan.map(|plan| Action::UsePlan { junction, plan }));
        actions
    }

    /// The plan in force with splits by the flows the brain believes in.
    fn retimed(&self, junction: JunctionId) -> Option<Plan> {
        let signal = self.network.junctions[junction].signal.as_ref()?;
        let status = self.signals.get(junction)?.as_ref()?;
        let current = signal.plans.get(status.plan as usize).or_else(|| signal.plans.first())?;
        let parameters = WebsterParameters {
            cycle: Some(current.cycle()),
            sequence: Some(current.splits.iter().map(|split| split.stage).collect()),
            ..WebsterParameters::USUAL
        };
        let flow = |movement| {
            let flow_vph = self.estimate.movement_flow_vph.get(movement).copied().unwrap_or(0.0);
            VehiclesPerHour::try_new(f64::from(flow_vph)).unwrap_or_default()
        };
        let movements = self.network.movements_of(junction);
        let flows = movements.map(|movement| (movement, flow(movement))).collect();
        let plan = webster::plan(&self.network, junction, &flows, &parameters).ok()?;
        Some(Plan { offset: current.offset, ..plan })
    }
}
