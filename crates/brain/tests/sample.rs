//! Choices of stage that are rehearsed afterwards, and how belief is scored.

#![allow(dead_code, reason = "the stand serves other tests too")]

mod stand;

use stand::{Chooser, Stand, ticks};
use urbis_city::GenerateOptions;
use urbis_core::{ChoiceRehearsal, Record};

fn sampled(stand: &mut Stand) -> Vec<ChoiceRehearsal> {
    let records = stand.records();
    let choices = records.into_iter().filter_map(|record| match record {
        Record::ChoiceRehearsed(choice) => Some(choice),
        _ => None,
    });
    choices.collect()
}

#[test]
fn a_sample_of_choices_is_rehearsed_beside_keeping_the_stage() {
    let play = || {
        let mut stand = Stand::new(vec![Box::new(Chooser)]);
        ticks(&mut stand.session, 600);
        stand
    };
    let mut stand = play();
    let choices = sampled(&mut stand);
    assert!(!choices.is_empty());
    for choice in &choices {
        assert_ne!(choice.kept, choice.chosen);
        assert!(choice.draws >= 10);
        assert_eq!((choice.now_veh, choice.then_veh, choice.then_sd_veh), (6.0, 8.0, 3.0));
        let change = &choice.change;
        assert!(change.low <= change.expected && change.expected <= change.high);
        assert!(choice.rehearsed_veh >= 0.0 && choice.waiting_veh_s >= choice.rehearsed_veh);
    }
    assert!(choices.iter().any(|choice| choice.change.expected != 0.0), "{choices:?}");
    let accuracy = stand.session.accuracy();
    assert_eq!(accuracy.choices.sampled as usize, choices.len());
    assert!(accuracy.choices.better + accuracy.choices.worse <= accuracy.choices.sampled);
    let errors = accuracy.forecast.iter().find(|one| one.measure == "choice_queue_veh");
    assert_eq!(errors.map(|one| one.n as usize), Some(choices.len()));
    let newest = choices.last();
    let shown = newest.and_then(|choice| stand.session.junction(choice.junction)?.rehearsed);
    assert_eq!(shown.as_ref(), newest);

    assert_eq!(sampled(&mut play()), choices, "the same choices, whoever looks");
}

#[test]
fn belief_in_turning_flows_is_scored_with_its_interval() {
    let mut stand = Stand::new(Vec::new());
    ticks(&mut stand.session, 600);
    let estimate = stand.session.accuracy().estimate;
    let flows = estimate.iter().find(|one| one.measure == "movement_flow_vph");
    let inside = flows.and_then(|one| one.coverage_90);
    assert!(inside.is_some_and(|share| share > 0.3 && share < 1.0), "{estimate:?}");
    let forecast = stand.session.accuracy().forecast;
    assert!(
        forecast.iter().any(|one| one.measure == "entry_flow_vph" && one.coverage_90.is_some())
    );
}

#[test]
fn belief_holds_as_many_vehicles_as_the_city() {
    let mut stand = Stand::of(&GenerateOptions::new(7, 60), Vec::new(), |options| {
        options.counterfactual = false;
    });
    ticks(&mut stand.session, 900);
    let city = f64::from(stand.session.kpi().vehicles);
    assert!(city > 60.0, "{city} vehicles in the city");
    let estimate = stand.session.accuracy().estimate;
    let vehicles = estimate.iter().find(|one| one.measure == "vehicles");
    // Over 30 looks, so that what is a few seconds early or late evens out.
    assert!(vehicles.is_some_and(|one| one.bias.abs() < 0.1 * city), "{vehicles:?} of {city}");
}
