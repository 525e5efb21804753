//! A small city under a session, and a scene that makes one proposal.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use urbis_brain::view::ProposalView;
use urbis_brain::{InputError, Session, SessionOptions, simulated_start};
use urbis_city::{CityPack, GenerateOptions, generate};
use urbis_core::{
    Act, Action, Actor, Authority, ChoiceOption, Input, Intake, JunctionId, LaneId, Message, Order,
    PersonId, Place, Proposal, ProposalId, Record, StageIdx,
};
use urbis_scene::{Manifest, Scene, SceneCtx, SceneError};
use urbis_store::{Journal, MemoryKeyring};
use urbis_units::{Duration, Mode};

/// A running session and what a person does in it.
pub(crate) struct Stand {
    pub(crate) session: Session,
}

/// Proposes to close a lane at the first second, once.
#[derive(Debug)]
struct Closer {
    lane: LaneId,
    done: bool,
}

/// Changes the stage of every signal every twenty seconds, as stage-by-stage control does, and says
/// what it expects of the queues.
#[derive(Debug)]
pub(crate) struct Chooser;

static SIGNALS: Manifest = Manifest {
    id: "signals",
    version: "1",
    reads: &[],
    raises: &[],
    commands_signals: true,
    holds_junctions: false,
    authority: Authority::Act,
    indicators: &[],
};

impl Scene for Chooser {
    fn manifest(&self) -> &'static Manifest {
        &SIGNALS
    }

    fn handle(
        &mut self,
        ctx: &mut SceneCtx<'_>,
        input: &urbis_scene::Input<'_>,
    ) -> Result<(), SceneError> {
        if !matches!(input, urbis_scene::Input::Tick) {
            return Ok(());
        }
        let signals = ctx.sight().signals;
        let wanted = StageIdx((ctx.now().seconds() / 20 % 2) as u8);
        for (junction, status) in signals.iter_ids() {
            if status.as_ref().is_some_and(|status| status.stage != Some(wanted)) {
                let why = Message::new("test-choice")
                    .number("horizon_s", 30.0)
                    .number("now_veh", 6.0)
                    .number("then_veh", 8.0)
                    .number("then_sd_veh", 3.0);
                ctx.order(junction, Order::ShowStage(wanted), None, why);
            }
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(&mut self, _: &[u8]) -> Result<(), SceneError> {
        Ok(())
    }
}

static MANIFEST: Manifest = Manifest {
    id: "closer",
    version: "1",
    reads: &[],
    raises: &[],
    commands_signals: false,
    holds_junctions: false,
    authority: Authority::ActWithApproval,
    indicators: &[],
};

impl Scene for Closer {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn handle(
        &mut self,
        ctx: &mut SceneCtx<'_>,
        _: &urbis_scene::Input<'_>,
    ) -> Result<(), SceneError> {
        if !std::mem::replace(&mut self.done, true) {
            let option = |key: &str, actions| ChoiceOption { text: Message::new(key), actions };
            ctx.propose(Proposal {
                id: ProposalId(0),
                scene: MANIFEST.id.to_owned(),
                at: ctx.now(),
                expires: ctx.now() + Duration::from_minutes(2),
                event: None,
                place: Place::City,
                text: Message::new("test"),
                options: vec![
                    option("none", Vec::new()),
                    option("close", vec![Action::CloseLane { lane: self.lane }]),
                ],
                preferred: 1,
                needs_approval: true,
                horizon_s: 60,
            });
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        vec![u8::from(self.done)]
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), SceneError> {
        self.done = bytes == [1];
        Ok(())
    }
}

impl Stand {
    /// A city of twenty junctions with the scenes given.
    pub(crate) fn new(scenes: Vec<Box<dyn Scene>>) -> Self {
        Self::with(scenes, |_| {})
    }

    /// The same, run as `change` says.
    pub(crate) fn with(
        scenes: Vec<Box<dyn Scene>>,
        change: impl FnOnce(&mut SessionOptions),
    ) -> Self {
        Self::of(&GenerateOptions::new(5, 20), scenes, change)
    }

    /// Another city with scenes, run as `change` says.
    pub(crate) fn of(
        city: &GenerateOptions,
        scenes: Vec<Box<dyn Scene>>,
        change: impl FnOnce(&mut SessionOptions),
    ) -> Self {
        Self::in_city(generate(city), scenes, change)
    }

    /// The same in the city of `pack`.
    pub(crate) fn in_city(
        pack: CityPack,
        scenes: Vec<Box<dyn Scene>>,
        change: impl FnOnce(&mut SessionOptions),
    ) -> Self {
        let pack = Arc::new(pack);
        let mut options = SessionOptions::simulated(simulated_start(&pack).unwrap());
        options.minutes = 30;
        change(&mut options);
        let keyring = Box::new(MemoryKeyring::seeded(7));
        let session =
            Session::start(pack, |_| scenes, Journal::in_memory(), keyring, options).unwrap();
        Self { session }
    }

    /// A city in which a scene proposes to close `lane`.
    pub(crate) fn proposing_to_close(lane: LaneId) -> Self {
        Self::new(vec![Box::new(Closer { lane, done: false })])
    }

    /// The one proposal there is.
    pub(crate) fn proposal(&self) -> ProposalView {
        let mut proposals = self.session.view().proposals;
        assert_eq!(proposals.len(), 1);
        proposals.remove(0)
    }

    /// The rightmost lane of the road most vehicles are on.
    pub(crate) fn busiest_lane(&self) -> LaneId {
        let network = &self.session.pack().network;
        let vehicles = self.session.map().roads;
        let road =
            network.roads.ids().max_by_key(|road| vehicles[road.0 as usize].vehicles).unwrap();
        network.lanes_of(road).last().unwrap()
    }

    /// Junctions with a signal.
    pub(crate) fn signalized(&self) -> Vec<JunctionId> {
        self.session.pack().network.signalized().map(|(junction, _)| junction).collect()
    }

    /// The operator does `what`.
    pub(crate) fn submit(&mut self, what: Intake) -> Result<(), InputError> {
        self.submit_as("op-test", what)
    }

    /// Somebody does `what`.
    pub(crate) fn submit_as(&mut self, who: &str, what: Intake) -> Result<(), InputError> {
        self.submit_by((who, "operator"), what)
    }

    /// Somebody in `role` does `what`.
    pub(crate) fn submit_in(&mut self, role: &str, what: Intake) -> Result<(), InputError> {
        self.submit_by(("op-test", role), what)
    }

    fn submit_by(&mut self, (who, role): (&str, &str), what: Intake) -> Result<(), InputError> {
        let act = Act {
            who: Actor::Person(PersonId(who.to_owned())),
            authority: Authority::Role(role.to_owned()),
            why: Message::new("test-why"),
            mode: Mode::Simulated,
            at: self.session.now(),
        };
        self.session.submit(Input { act, what })
    }

    /// Everything recorded so far.
    pub(crate) fn records(&mut self) -> Vec<Record> {
        self.session.commit().unwrap();
        self.session.journal().read_from(1).map(|entry| entry.unwrap().record).collect()
    }
}

/// Lets `seconds` of city time pass.
pub(crate) fn ticks(session: &mut Session, seconds: u32) {
    for _ in 0..seconds {
        session.tick().unwrap();
    }
}
