//! The stop button while the loop waits.

use urbis_city::{GenerateOptions, generate};
use urbis_control::controller::Operation;
use urbis_core::{ChoiceOption, Order, PersonId, Place, Proposal, ProposalId};
use urbis_scene::{Input as SceneInput, Manifest, Scene, SceneCtx, SceneError, Work as SceneWork};
use urbis_store::MemoryKeyring;

use super::*;
use crate::view::ProposalStatus;
use crate::workers::{Done, Work, Workers};

/// Workers that never finish anything.
#[derive(Debug)]
struct Stuck;

impl Workers for Stuck {
    fn start(&mut self, _number: u64, _work: Work) {}

    fn is_done(&mut self, _number: u64) -> bool {
        false
    }

    fn finish(&mut self, _number: u64) -> Option<Done> {
        None
    }

    fn forget(&mut self, _number: u64) {}
}

/// A scene that proposes once, and may have something worked out, and keeps every signal at the
/// stage it shows.
#[derive(Debug, Default)]
struct Holder {
    proposed: bool,
    works: bool,
}

const HOLDER: Manifest = Manifest {
    // A name to which the interlock grants commands.
    id: "signals",
    version: "1",
    reads: &[],
    raises: &[],
    commands_signals: true,
    holds_junctions: false,
    authority: Authority::Act,
    indicators: &[],
};

impl Scene for Holder {
    fn manifest(&self) -> &'static Manifest {
        &HOLDER
    }

    fn handle(&mut self, ctx: &mut SceneCtx<'_>, input: &SceneInput<'_>) -> Result<(), SceneError> {
        if !matches!(input, SceneInput::Tick) {
            return Ok(());
        }
        let why = || Message::new("signals-hold");
        for (junction, status) in ctx.sight().signals.iter_ids() {
            if let Some(stage) = status.as_ref().and_then(|status| status.stage) {
                ctx.order(junction, Order::ShowStage(stage), None, why());
            }
        }
        if !std::mem::replace(&mut self.proposed, true) {
            if self.works {
                ctx.work(ctx.now() + Duration::from_seconds(5), SceneWork::new(|| ()));
            }
            let nothing = ChoiceOption { text: why(), actions: Vec::new() };
            ctx.propose(Proposal {
                id: ProposalId(0),
                scene: HOLDER.id.to_owned(),
                at: ctx.now(),
                expires: ctx.now() + Duration::from_minutes(2),
                event: None,
                place: Place::City,
                text: why(),
                options: vec![nothing.clone(), nothing],
                preferred: 1,
                needs_approval: true,
                horizon_s: 60,
            });
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }

    fn load(&mut self, _bytes: &[u8]) -> Result<(), SceneError> {
        Ok(())
    }
}

/// Controllers that follow the center.
fn central(session: &Session) -> usize {
    let signals = session.city.world.signals.iter().flatten();
    signals.filter(|one| one.controller.operation() == Operation::CentralStage).count()
}

fn stop(session: &Session) -> Input {
    let act = Act {
        who: Actor::Person(PersonId("op".to_owned())),
        authority: Authority::Role("operator".to_owned()),
        why: Message::new("test"),
        mode: Mode::Simulated,
        at: session.now(),
    };
    Input { act, what: Intake::Stop }
}

#[test]
fn the_stop_button_needs_no_tick_while_a_rehearsal_is_waited_for() {
    stop_while_waiting(Holder::default());
}

#[test]
fn nor_while_the_work_of_a_scene_is() {
    stop_while_waiting(Holder { works: true, ..Holder::default() });
}

fn stop_while_waiting(holder: Holder) {
    let pack = Arc::new(generate(&GenerateOptions::new(5, 20)));
    let mut options = SessionOptions::simulated(crate::simulated_start(&pack).unwrap());
    options.minutes = 5;
    options.workers = Box::new(Stuck);
    let scenes = |_: &SceneParts| -> Vec<Box<dyn Scene>> { vec![Box::new(holder)] };
    let keyring = Box::new(MemoryKeyring::seeded(7));
    let mut session = Session::start(pack, scenes, Journal::in_memory(), keyring, options).unwrap();
    for _ in 0..60 {
        if session.waits() {
            break;
        }
        session.tick().unwrap();
    }
    assert!(session.waits() && central(&session) > 0, "the loop waits and holds signals");

    let at = session.now();
    let button = stop(&session);
    session.submit(button).unwrap();
    assert_eq!((session.now(), central(&session)), (at, 0), "every signal is local at once");
    let view = session.view();
    assert_eq!(view.stopped.map(|stopped| stopped.at), Some(at));
    assert_eq!(view.proposals[0].status, ProposalStatus::Withdrawn);
    assert!(!session.waits(), "nothing is waited for any more");
    session.tick().unwrap();
    assert_eq!(central(&session), 0, "and stays local");
}
