//! The driver against the toy city.

use urbis_core::{Act, Actor, Authority, Input, Intake, PersonId};
use urbis_units::Mode;

use super::*;
use crate::logbook::in_their_words;
use crate::toy::{START, STILL, Toy};

fn stop() -> Input {
    Input {
        act: Act {
            who: Actor::Person(PersonId("op".into())),
            authority: Authority::Role("operator".into()),
            why: in_their_words("drill"),
            mode: Mode::Simulated,
            at: START,
        },
        what: Intake::Stop,
    }
}

#[tokio::test]
async fn an_act_is_answered_with_its_sequence_once_it_is_durable() {
    let (driver, handle) = Driver::start(Box::new(Toy::new()), STILL).unwrap();
    for expected in 1..=3 {
        let sequence = handle.act(|city| city.submit(stop())).await.unwrap().unwrap();
        assert_eq!(sequence, expected);
        assert_eq!(handle.moment().view.sequence, expected, "what is answered is also shown");
    }
    driver.end().expect("the driver ends by itself");
    assert!(!handle.is_running());
    assert_eq!(handle.read(|city| city.now()).await, Err(AskError::Stopped));
}

#[tokio::test]
async fn a_failing_journal_acknowledges_nothing_and_stops_the_clock() {
    let mut toy = Toy::new();
    toy.disk_full = true;
    let (driver, handle) = Driver::start(Box::new(toy), STILL).unwrap();
    let refused = handle.act(|city| city.submit(stop())).await.unwrap().unwrap_err();
    assert_eq!(refused, Refusal::Journal("the disk is full".into()));
    let refused = handle.clock(ClockAction::Resume).await.unwrap().unwrap_err();
    assert!(matches!(refused, Refusal::Journal(_)));
    let clock = handle.moment().clock;
    assert!(clock.paused && clock.journal_failed);
    driver.end();
}

#[tokio::test]
async fn the_clock_is_paused_sped_up_and_scrubbed_while_the_city_goes_on() {
    let (driver, handle) = Driver::start(Box::new(Toy::new()), STILL).unwrap();
    handle.clock(ClockAction::Speed(60.0)).await.unwrap().unwrap();
    assert!(handle.clock(ClockAction::Speed(0.1)).await.unwrap().is_err());
    assert!(handle.clock(ClockAction::Speed(f64::NAN)).await.unwrap().is_err());
    handle.clock(ClockAction::Resume).await.unwrap().unwrap();
    let mut moments = handle.subscribe();
    let later = START + urbis_units::Duration::from_seconds(5);
    moments.wait_for(|moments| moments.now.clock.latest > later).await.unwrap();

    let me = PersonId("op".into());
    handle.clock(ClockAction::Scrub(me.clone(), START)).await.unwrap().unwrap();
    // A moment published before the order was carried out may still be the newest.
    moments.wait_for(|moments| moments.of(&me).clock.scrubbed == Some(START)).await.unwrap();
    let shown = handle.moment_of(&me);
    assert!(shown.map.scrubbed && shown.map.at == START);
    assert_eq!(shown.view.at, START, "lists and map are of one moment");
    let scrubbed_at = shown.clock.latest;
    moments.wait_for(|moments| moments.of(&me).clock.latest > scrubbed_at).await.unwrap();
    assert_eq!(handle.moment_of(&me).number, shown.number, "the past is not drawn again");
    let before = START - urbis_units::Duration::from_seconds(1);
    assert!(handle.clock(ClockAction::Scrub(me.clone(), before)).await.unwrap().is_err());
    let other = handle.moment_of(&PersonId("other".into()));
    assert!(other.clock.scrubbed.is_none() && !other.map.scrubbed, "others see now");

    handle.clock(ClockAction::Live(me.clone())).await.unwrap().unwrap();
    handle.clock(ClockAction::Pause).await.unwrap().unwrap();
    moments
        .wait_for(|moments| {
            let (moment, clock) = (moments.of(&me), &moments.of(&me).clock);
            clock.paused && clock.scrubbed.is_none() && moment.map.at == clock.latest
        })
        .await
        .unwrap();
    driver.end();
}

#[tokio::test]
async fn questions_read_the_city() {
    let (driver, handle) = Driver::start(Box::new(Toy::new()), STILL).unwrap();
    assert_eq!(handle.read(|city| city.now()).await, Ok(START));
    assert_eq!(handle.read(|city| city.junction(urbis_core::JunctionId(u32::MAX))).await, Ok(None));
    driver.end();
}

#[tokio::test]
async fn a_city_hurries_to_where_it_is_to_begin_and_then_stands_still() {
    let begin = START + urbis_units::Duration::from_seconds(300);
    let drive = Drive { hurry_until: Some(begin), ..STILL };
    let (driver, handle) = Driver::start(Box::new(Toy::new()), drive).unwrap();
    let mut moments = handle.subscribe();
    moments.wait_for(|moments| moments.now.clock.latest >= begin).await.unwrap();
    assert_eq!(handle.read(|city| city.now()).await, Ok(begin));
    driver.end();
}

#[tokio::test]
async fn after_hurrying_the_clock_runs_at_its_own_speed_at_once() {
    // At this speed the hurried seconds would take ten minutes; the next ones must not wait for them.
    let begin = START + urbis_units::Duration::from_seconds(300);
    let drive = Drive { speed: 0.5, paused: false, hurry_until: Some(begin) };
    let (driver, handle) = Driver::start(Box::new(Toy::new()), drive).unwrap();
    let mut moments = handle.subscribe();
    moments.wait_for(|moments| moments.now.clock.latest >= begin).await.unwrap();
    handle.clock(ClockAction::Speed(60.0)).await.unwrap().unwrap();
    let later = begin + urbis_units::Duration::from_seconds(3);
    moments.wait_for(|moments| moments.now.clock.latest >= later).await.unwrap();
    driver.end();
}
