//! Work that scenes have done beside the loop: its answer comes when it was asked for, never holds
//! up whoever drives the city, and is dropped by the stop button.

#![allow(dead_code, reason = "the stand serves other tests too")]

mod stand;

use stand::{Stand, ticks};
use urbis_core::{Authority, Intake, Message, Record};
use urbis_scene::{Input, Manifest, Scene, SceneCtx, SceneError, Work};
use urbis_units::Duration;

static MANIFEST: Manifest = Manifest {
    id: "thinker",
    version: "1",
    reads: &[],
    raises: &[],
    commands_signals: false,
    holds_junctions: false,
    authority: Authority::Advise,
    indicators: &[],
};

/// Asks at its first tick, and says what came of it.
#[derive(Debug, Default)]
struct Thinker {
    asked: bool,
    panics: bool,
}

impl Scene for Thinker {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn handle(&mut self, ctx: &mut SceneCtx<'_>, input: &Input<'_>) -> Result<(), SceneError> {
        match input {
            Input::Tick if !self.asked => {
                self.asked = true;
                let panics = self.panics;
                let work = Work::new(move || {
                    assert!(!panics, "on purpose");
                    42_u32
                });
                ctx.work(ctx.now() + Duration::from_seconds(10), work);
            }
            Input::Worked(answer) => {
                let answer = answer.downcast_ref::<u32>().copied().unwrap_or(0);
                ctx.diagnose(Message::new("answer").number("is", f64::from(answer)));
            }
            _ => {}
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

fn stand(scene: Thinker) -> Stand {
    Stand::new(vec![Box::new(scene)])
}

/// What the scene, or the loop of it, said.
fn said(stand: &mut Stand) -> Vec<Message> {
    let records = stand.records().into_iter();
    records
        .filter_map(|record| match record {
            Record::Diagnostic { scene, text } if scene == "thinker" => Some(text),
            _ => None,
        })
        .collect()
}

#[test]
fn an_answer_comes_at_the_second_it_was_asked_for() {
    let mut stand = stand(Thinker::default());
    ticks(&mut stand.session, 10);
    assert_eq!(said(&mut stand), []);
    ticks(&mut stand.session, 1);
    assert_eq!(said(&mut stand), [Message::new("answer").number("is", 42.0)]);
}

#[test]
fn the_stop_button_drops_what_is_being_worked_out() {
    let mut stand = stand(Thinker::default());
    ticks(&mut stand.session, 5);
    stand.submit(Intake::Stop).unwrap();
    ticks(&mut stand.session, 20);
    assert_eq!(said(&mut stand), []);
}

#[test]
fn a_scene_whose_work_panics_is_out_of_service_and_the_city_goes_on() {
    let mut stand = stand(Thinker { panics: true, ..Thinker::default() });
    ticks(&mut stand.session, 30);
    let said = said(&mut stand);
    let [degraded] = &said[..] else { panic!("{said:?}") };
    assert_eq!(degraded.key, "brain-scene-degraded");
}
