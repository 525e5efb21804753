//! Calling scenes, and sorting what they ask for. A scene that fails or panics is taken out of
//! service and the loop goes on.

use urbis_core::{Act, Actor, Authority, Message, Record};
use urbis_scene::{Effect, Input as SceneInput, SceneCtx, Sight};
use urbis_units::CityTime;

use super::{Brain, Wanted};
use crate::random::{Stream, bits};
use crate::view::ProposalStatus;

impl Brain {
    pub(super) fn wake_scenes(
        &mut self,
        now: CityTime,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        for seat in 0..self.seats.len() {
            let wakes = &mut self.seats[seat].wakes;
            let before = wakes.len();
            wakes.retain(|at| *at > now);
            if wakes.len() < before {
                self.call_scenes(&SceneInput::Woken, Some(seat), log, wanted);
            }
        }
    }

    /// Gives scenes the answers they wait for.
    pub(super) fn finish_work(
        &mut self,
        now: CityTime,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        for (seat, answer) in self.rehearsals.answers_due(now) {
            if let Some(answer) = answer {
                self.call_scenes(&SceneInput::Worked(&*answer), Some(seat), log, wanted);
            } else {
                self.seats[seat].degraded = true;
                let id = self.seats[seat].scene.manifest().id;
                log.push(degraded(id, "its work panicked"));
            }
        }
    }

    /// Calls all scenes, or the one in `only`, and carries out what they ask for.
    pub(super) fn call_scenes(
        &mut self,
        input: &SceneInput<'_>,
        only: Option<usize>,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        let now = self.now();
        for at in 0..self.seats.len() {
            if only.is_some_and(|only| only != at) || self.seats[at].degraded {
                continue;
            }
            let sight = Sight {
                now,
                mode: self.mode,
                estimate: &self.estimate,
                forecast: &self.forecast,
                signals: &self.signals,
                missions: &self.missions,
                stopped: self.gate.stopped().is_some(),
            };
            self.calls += 1;
            let random = bits(self.seed, Stream::Scene, self.calls);
            let seat = &mut self.seats[at];
            let mut ctx =
                SceneCtx::new(sight, &mut self.next_event, &mut self.next_proposal, random);
            let scene = &mut seat.scene;
            let called = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let result = scene.handle(&mut ctx, input);
                (ctx.into_effects(), result)
            }));
            let id = seat.scene.manifest().id;
            let effects = match called {
                Ok((effects, Ok(()))) => effects,
                Ok((_, Err(error))) => {
                    seat.degraded = true;
                    log.push(degraded(id, &error.to_string()));
                    continue;
                }
                Err(_) => {
                    seat.degraded = true;
                    log.push(degraded(id, "it panicked"));
                    continue;
                }
            };
            for effect in effects {
                self.carry_out(at, effect, log, wanted);
            }
        }
    }

    pub(super) fn carry_out(
        &mut self,
        seat: usize,
        effect: Effect,
        log: &mut Vec<Record>,
        wanted: &mut Wanted,
    ) {
        let manifest = self.seats[seat].scene.manifest();
        let authority = self.seats[seat].authority.clone();
        match effect {
            Effect::Raise(event) if !manifest.raises.contains(&event.kind) => {
                log.push(undeclared(manifest.id, &format!("{:?}", event.kind)));
            }
            Effect::Raise(event) => self.record_event(&event, log, wanted),
            Effect::Propose(mut proposal) => {
                // However sure a scene is of itself, what it may do is not for it to say.
                proposal.needs_approval |= authority < Authority::Act;
                manifest.id.clone_into(&mut proposal.scene);
                self.propose(proposal, log);
            }
            Effect::Withdraw(id) => {
                let now = self.now();
                self.rehearsals.forget(id);
                self.ledger.settle(id, ProposalStatus::Withdrawn, now);
                let scene = manifest.id.to_owned();
                log.push(Record::Withdrawn { proposal: id, scene });
            }
            Effect::Order { junction, order, decision, why } => {
                let act = Act {
                    who: Actor::Scene(manifest.id.to_owned()),
                    authority,
                    why,
                    mode: self.mode,
                    at: self.now(),
                };
                // A decision that nobody took gives no leave.
                let decision = decision.filter(|decision| self.in_force.contains(decision));
                self.order(junction, order, decision, act, log, wanted);
            }
            Effect::WakeAt(at) => self.seats[seat].wakes.push(at),
            Effect::Work { ready, work } => self.rehearsals.start_work(seat, ready, work),
            Effect::Diagnose(text) => {
                log.push(Record::Diagnostic { scene: manifest.id.to_owned(), text });
            }
        }
    }
}

fn undeclared(scene: &str, event: &str) -> Record {
    let text = Message::new("brain-undeclared").text("scene", scene).text("event", event);
    Record::Diagnostic { scene: scene.to_owned(), text }
}

fn degraded(scene: &str, reason: &str) -> Record {
    let text = Message::new("brain-scene-degraded").text("scene", scene).text("reason", reason);
    Record::Diagnostic { scene: scene.to_owned(), text }
}
