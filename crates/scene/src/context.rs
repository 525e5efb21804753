//! What a scene sees of the city, and what it asks to be done.

use urbis_core::{
    DecisionId, Estimate, Event, EventId, Forecast, IdVec, JunctionId, Message, Mission, Order,
    Proposal, ProposalId, SignalStatus,
};
use urbis_units::{CityTime, Mode};

use crate::Work;

/// What every scene may see, the same for all within one second of city time.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    /// Now.
    pub now: CityTime,
    /// How the clock is driven.
    pub mode: Mode,
    /// What the brain believes of the traffic.
    pub estimate: &'a Estimate,
    /// What it expects of the next hour.
    pub forecast: &'a Forecast,
    /// Signal controllers, `None` where a junction has none.
    pub signals: &'a IdVec<JunctionId, Option<SignalStatus>>,
    /// Emergency vehicles on their way.
    pub missions: &'a [Mission],
    /// Whether the stop button is in: orders will be refused.
    pub stopped: bool,
}

/// Something a scene asks for.
#[derive(Debug)]
pub enum Effect {
    /// Record this event, or its new picture when its id is known.
    Raise(Event),
    /// Record this proposal and rehearse it.
    Propose(Proposal),
    /// A proposal no longer makes sense.
    Withdraw(ProposalId),
    /// Order something of a signal controller; the interlock stands between.
    Order {
        /// Which controller.
        junction: JunctionId,
        /// What.
        order: Order,
        /// The decision it carries out, where there is one.
        decision: Option<DecisionId>,
        /// Why, in the field's terms.
        why: Message,
    },
    /// Call me at this moment.
    WakeAt(CityTime),
    /// Do this beside the loop, and call me with its answer at this moment.
    Work {
        /// When the answer is wanted.
        ready: CityTime,
        /// What to do.
        work: Work,
    },
    /// Something is wrong with the data, or worth a line in the log.
    Diagnose(Message),
}

/// What a scene sees and may do during one call.
#[derive(Debug)]
pub struct SceneCtx<'a> {
    sight: Sight<'a>,
    next_event: &'a mut u32,
    next_proposal: &'a mut u32,
    random: u64,
    effects: Vec<Effect>,
}

impl<'a> SceneCtx<'a> {
    /// A context for one call. `next_event` and `next_proposal` are the loop's counters, `random`
    /// is the start of this call's random numbers.
    pub fn new(
        sight: Sight<'a>,
        next_event: &'a mut u32,
        next_proposal: &'a mut u32,
        random: u64,
    ) -> Self {
        Self { sight, next_event, next_proposal, random, effects: Vec::new() }
    }

    /// Now, on the city clock.
    pub fn now(&self) -> CityTime {
        self.sight.now
    }

    /// What the scene may see.
    pub fn sight(&self) -> Sight<'a> {
        self.sight
    }

    /// What the brain believes of the traffic.
    pub fn estimate(&self) -> &'a Estimate {
        self.sight.estimate
    }

    /// A random number, from the loop's seed, the scene and the moment (SplitMix64).
    pub fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Raises a new event and returns its id.
    pub fn raise(&mut self, mut event: Event) -> EventId {
        event.id = EventId(*self.next_event);
        *self.next_event += 1;
        let id = event.id;
        self.effects.push(Effect::Raise(event));
        id
    }

    /// Changes the picture of an event raised before.
    pub fn update(&mut self, event: Event) {
        self.effects.push(Effect::Raise(event));
    }

    /// Makes a proposal and returns its id.
    pub fn propose(&mut self, mut proposal: Proposal) -> ProposalId {
        proposal.id = ProposalId(*self.next_proposal);
        *self.next_proposal += 1;
        let id = proposal.id;
        self.effects.push(Effect::Propose(proposal));
        id
    }

    /// Withdraws a proposal.
    pub fn withdraw(&mut self, proposal: ProposalId) {
        self.effects.push(Effect::Withdraw(proposal));
    }

    /// Orders something of a signal controller.
    pub fn order(
        &mut self,
        junction: JunctionId,
        order: Order,
        decision: Option<DecisionId>,
        why: Message,
    ) {
        self.effects.push(Effect::Order { junction, order, decision, why });
    }

    /// Asks to be called at `at`.
    pub fn wake_at(&mut self, at: CityTime) {
        self.effects.push(Effect::WakeAt(at));
    }

    /// Asks for `work` to be done beside the loop; its answer comes at `ready`, unless the stop button
    /// is pressed before.
    pub fn work(&mut self, ready: CityTime, work: Work) {
        self.effects.push(Effect::Work { ready, work });
    }

    /// Reports something wrong with the data.
    pub fn diagnose(&mut self, text: Message) {
        self.effects.push(Effect::Diagnose(text));
    }

    /// What the scene asked for, in order.
    pub fn into_effects(self) -> Vec<Effect> {
        self.effects
    }
}
