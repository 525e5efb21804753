//! The scene itself: a tick in, orders and proposals out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use urbis_control::max_pressure::PressureLaw;
use urbis_core::{
    Action, Authority, Decision, JunctionId, Law, Message, Outcome, Plan, Property, Proposal,
    ProposalId, SignalStatus,
};
use urbis_network::Network;
use urbis_scene::{Input, Manifest, Scene, SceneCtx, SceneError, Work, saved};
use urbis_units::{CityTime, Duration};

use crate::junction::{JunctionState, laws};
use crate::review::{self, Review, Reviewed, local_plan};

pub(crate) const ID: &str = "signals";
/// Version of what [`Scene::save`] writes: every change of [`State`] takes the next.
const STATE_VERSION: u16 = 2;

/// Time from the start to the first review: the estimate must have settled, and a city that starts
/// empty must have filled.
const FIRST: Duration = Duration::from_minutes(10);
/// Time between reviews.
const REVIEW: Duration = Duration::from_minutes(15);
/// City time a review may take: it runs beside the loop.
const REVIEWED_AFTER: Duration = Duration::from_seconds(10);
/// Rest after a proposal was decided: a change of many plans costs some cycles until all are in step
/// again, and its effect must be seen before the next one.
const REST: Duration = Duration::from_minutes(60);

static MANIFEST: Manifest = Manifest {
    id: ID,
    version: "1",
    reads: &[Property::SignalStage, Property::SignalPlan],
    raises: &[],
    commands_signals: true,
    holds_junctions: false,
    authority: Authority::Act,
    indicators: &[],
};

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct State {
    junctions: BTreeMap<JunctionId, JunctionState>,
    /// When the next review is due; `None` before the first second.
    review: Option<CityTime>,
    pending: Option<ProposalId>,
    /// Whether the want of an estimate has been said.
    blind: bool,
    /// When the review under way began.
    under_way: Option<CityTime>,
}

/// Signal timing by the law each junction is under.
#[derive(Debug)]
pub struct Signals {
    network: Arc<Network>,
    laws: Vec<(JunctionId, Arc<PressureLaw>)>,
    state: State,
}

impl Signals {
    /// Signal timing on `network`. Junctions whose signal cannot be run are left to themselves.
    pub fn new(network: Arc<Network>) -> Self {
        Self { laws: laws(&network), network, state: State::default() }
    }

    /// Whether the estimate speaks of this network; what is wrong is said once.
    fn sees(&mut self, ctx: &mut SceneCtx<'_>) -> bool {
        let estimate = ctx.estimate();
        let sees = estimate.lanes.len() == self.network.lanes.len()
            && estimate.movement_flow_vph.len() == self.network.movements.len();
        if !sees && !self.state.blind {
            ctx.diagnose(
                Message::new("signals-blind")
                    .number("lanes", estimate.lanes.len() as f64)
                    .number("expected", self.network.lanes.len() as f64),
            );
        }
        self.state.blind = !sees;
        sees
    }

    fn tick(&mut self, ctx: &mut SceneCtx<'_>) {
        if ctx.sight().stopped || !self.sees(ctx) {
            return;
        }
        let signals = ctx.sight().signals;
        for (junction, law) in &self.laws {
            let Some(Some(status)) = signals.get(*junction) else { continue };
            let state = self.state.junctions.entry(*junction).or_default();
            if status.manual || status.taken_by.is_some() || status.law == Law::LocalPlan {
                state.leave();
                continue;
            }
            match status.law {
                Law::MaxPressure => {
                    state.plan = None;
                    state.press(ctx, &self.network, (*junction, law), status);
                }
                Law::Webster | Law::LocalPlan => {
                    state.pressure = None;
                    if state.plan.is_none() {
                        state.plan = chosen_by_hand(ctx, &self.network, *junction, status);
                    }
                    state.keep_plan(ctx, *junction);
                }
            }
        }
        self.state.junctions.retain(|_, state| *state != JunctionState::default());
        self.review(ctx);
    }

    fn review(&mut self, ctx: &mut SceneCtx<'_>) {
        let now = ctx.now();
        let due = *self.state.review.get_or_insert(now + FIRST);
        if now < due {
            return;
        }
        self.begin_review(ctx, Vec::new());
    }

    /// What a decision of this scene did was measured: where it cost time, local plans are tried
    /// again beside whatever fits the traffic by now.
    fn measured(&mut self, ctx: &mut SceneCtx<'_>, outcome: &Outcome) {
        if ctx.sight().stopped || !outcome.measured.iter().any(review::cost_time) || !self.sees(ctx)
        {
            return;
        }
        let (signals, junctions) = (ctx.sight().signals, &self.state.junctions);
        let under_it = |junction: &JunctionId| {
            let status = signals.get(*junction).and_then(Option::as_ref);
            let free = status.is_some_and(|it| !it.manual && it.taken_by.is_none());
            free && junctions[junction].decision == Some(outcome.decision)
        };
        let doubted: Vec<JunctionId> = junctions.keys().copied().filter(under_it).collect();
        if !doubted.is_empty() {
            self.begin_review(ctx, doubted);
        }
    }

    /// Begins to look for what fits the traffic better; at `doubted` junctions, going back as well.
    fn begin_review(&mut self, ctx: &mut SceneCtx<'_>, doubted: Vec<JunctionId>) {
        let now = ctx.now();
        self.state.review = Some(now + REVIEW);
        self.state.under_way = Some(now);
        let signals = ctx.sight().signals;
        let plans = self
            .laws
            .iter()
            .filter_map(|(junction, _)| {
                let status = signals.get(*junction)?.as_ref()?;
                let free = !status.manual && status.taken_by.is_none();
                (free && status.law != Law::MaxPressure).then_some(())?;
                let own = self.state.junctions.get(junction).and_then(|s| s.plan.as_ref());
                let signal = self.network.junctions[*junction].signal.as_ref()?;
                let current = own.or_else(|| local_plan(signal, status))?;
                Some((*junction, current.clone()))
            })
            .collect();
        let network = Arc::clone(&self.network);
        let review = Review { asked: now, plans, estimate: ctx.estimate().clone(), doubted };
        ctx.work(now + REVIEWED_AFTER, Work::new(move || review.look(&network)));
    }

    /// Proposes what a review found, in place of what it proposed before.
    fn reviewed(&mut self, ctx: &mut SceneCtx<'_>, found: &Reviewed) {
        // What was decided meanwhile must first show its effect.
        if self.state.under_way != Some(found.asked) {
            return;
        }
        self.state.under_way = None;
        if let Some(unanswered) = self.state.pending.take() {
            ctx.withdraw(unanswered);
        }
        if let Some(proposal) = found.proposal(ctx.now()) {
            self.state.pending = Some(ctx.propose(proposal));
        }
    }

    fn decided(&mut self, ctx: &mut SceneCtx<'_>, proposal: &Proposal, decision: &Decision) {
        let own = self.state.pending == Some(proposal.id);
        if own {
            self.state.pending = None;
            self.state.under_way = None;
        }
        let chosen = decision.option.and_then(|option| proposal.options.get(option as usize));
        let actions = chosen.map_or(&[][..], |option| &option.actions);
        if own {
            self.state.review = Some(ctx.now() + REST);
        }
        for action in actions {
            match action {
                Action::UseLaw { junctions, .. } => {
                    for junction in junctions {
                        let state = self.state.junctions.entry(*junction).or_default();
                        state.leave();
                        state.decision = Some(decision.id);
                    }
                }
                Action::UsePlan { junction, plan } => {
                    let state = self.state.junctions.entry(*junction).or_default();
                    state.plan = Some(plan.clone());
                    state.decision = Some(decision.id);
                    state.ordered = None;
                }
                _ => {}
            }
        }
    }
}

/// The plan for a junction that a person put under Webster without naming one.
fn chosen_by_hand(
    ctx: &SceneCtx<'_>,
    network: &Network,
    junction: JunctionId,
    status: &SignalStatus,
) -> Option<Plan> {
    let signal = network.junctions[junction].signal.as_ref()?;
    let current = local_plan(signal, status)?;
    Some(review::retimed(network, junction, current, ctx.estimate()))
}

/// The bytes of a state of version 1 as those of version 2.
fn renewed(bytes: &[u8]) -> Vec<u8> {
    let none = 0;
    [&STATE_VERSION.to_le_bytes(), &bytes[2..], &[none]].concat()
}

impl Scene for Signals {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn handle(&mut self, ctx: &mut SceneCtx<'_>, input: &Input<'_>) -> Result<(), SceneError> {
        match input {
            Input::Tick => self.tick(ctx),
            Input::Decided(proposal, decision) => self.decided(ctx, proposal, decision),
            Input::Measured(outcome) => self.measured(ctx, outcome),
            Input::Worked(answer) => {
                if let Some(found) = answer.downcast_ref() {
                    self.reviewed(ctx, found);
                }
            }
            Input::Observed(_) | Input::Woken | Input::Happened(_) => {}
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        saved::save(STATE_VERSION, &self.state)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), SceneError> {
        self.state = match saved::version(bytes) {
            // The first version ended before the review under way; none was.
            Some(1) => saved::load(ID, STATE_VERSION, &renewed(bytes))?,
            _ => saved::load(ID, STATE_VERSION, bytes)?,
        };
        Ok(())
    }
}
