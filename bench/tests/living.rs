//! A city lives as long as it runs: its demand does not end where the first part was drawn.

use std::sync::Arc;

use urbis_bench::Stage;
use urbis_brain::Session;
use urbis_city::{GenerateOptions, generate};
use urbis_core::Law;

fn session(start_minute: Option<u16>) -> Session {
    let mut pack = generate(&GenerateOptions::new(5, 40));
    pack.city.start_minute = start_minute.unwrap_or(pack.city.start_minute);
    let stage = Stage { pack: Arc::new(pack) };
    let change = |options: &mut urbis_brain::SessionOptions| options.minutes = 10;
    stage.session(3, Law::LocalPlan, change).expect("the test city plays")
}

fn play(session: &mut Session, minutes: u32) {
    for _ in 0..minutes * 60 {
        session.tick().expect("the test city plays");
    }
}

/// Vehicles that have departed in the city and in the counterfactual.
fn departed(session: &Session) -> [u32; 2] {
    let (city, without) = session.metrics();
    [city.created, without.expect("a counterfactual runs").created]
}

#[test]
fn vehicles_still_depart_long_after_the_first_part_of_the_demand() {
    let mut session = session(None);
    play(&mut session, 24);
    let before = departed(&session);
    play(&mut session, 1);
    let after = departed(&session);
    assert!(after[0] > before[0] + 5 && after[1] > before[1] + 5, "{before:?} {after:?}");
    // What happens to the city happens to the counterfactual: the same trips.
    assert_eq!(after[0], after[1]);
}

#[test]
fn a_past_second_of_a_later_part_is_shown_as_it_was() {
    let mut session = session(None);
    play(&mut session, 11);
    let (at, seen) = (session.now(), session.map());
    play(&mut session, 2);
    let again = session.map_at(at).expect("two hours can be shown");
    assert_eq!(again.vehicles, seen.vehicles);
}

#[test]
fn the_night_goes_over_into_another_day() {
    let mut session = session(Some(23 * 60 + 55));
    play(&mut session, 12);
    let midnight = departed(&session);
    play(&mut session, 20);
    assert!(departed(&session)[0] > midnight[0], "{midnight:?}");
}
