//! Webster's method on a four-arm junction.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use support::{CENTER, EW, EW_LEFT, NS, NS_LEFT, cross, movement, set};
use urbis_control::webster::{self, MovementFlows, WebsterParameters};
use urbis_core::Plan;
use urbis_network::{Conflict, Network, Turn};
use urbis_units::{Ratio, Seconds, VehiclesPerHour};

fn flows(ew: f64, ns: f64, left: f64) -> MovementFlows {
    let flow = VehiclesPerHour::new;
    let mut all = MovementFlows::default();
    for arm in 0..4 {
        let ahead = if arm % 2 == 0 { ew } else { ns };
        all.set(movement(arm, Turn::Straight), flow(ahead));
        all.set(movement(arm, Turn::Left), flow(left));
    }
    all
}

fn greens(plan: &Plan) -> Vec<f64> {
    plan.splits.iter().map(|split| split.green.get()).collect()
}

#[test]
fn greens_follow_the_flow_ratios_and_fill_the_cycle() {
    let parameters =
        WebsterParameters { cycle: Some(Seconds::new(120.0)), ..WebsterParameters::USUAL };
    let plan = webster::plan(&cross(), CENTER, &flows(700.0, 350.0, 160.0), &parameters).unwrap();
    assert_eq!(plan.cycle(), Seconds::new(120.0));
    assert_eq!(plan.interstage, Seconds::new(5.0));
    let greens = greens(&plan);
    // 100 s of green; through lanes carry 1900, left-turn lanes 1805 vehicles an hour.
    let ratios = [700.0 / 1900.0, 160.0 / 1805.0, 350.0 / 1900.0, 160.0 / 1805.0];
    let critical: f64 = ratios.iter().sum();
    for (green, ratio) in greens.iter().zip(ratios) {
        assert!((green - 100.0 * ratio / critical).abs() <= 1.0, "{greens:?}");
    }
}

#[test]
fn the_cycle_is_websters_optimum() {
    let plan =
        webster::plan(&cross(), CENTER, &flows(500.0, 400.0, 100.0), &WebsterParameters::USUAL)
            .unwrap();
    let critical = 500.0 / 1900.0 + 400.0 / 1900.0 + 200.0 / 1805.0;
    let optimum = webster::optimum_cycle(Seconds::new(20.0), Ratio::new(critical));
    assert!((plan.cycle() - optimum).get().abs() <= 0.5, "{} against {optimum}", plan.cycle());
}

#[test]
fn pedestrians_get_walk_and_clearance_even_without_traffic() {
    let plan =
        webster::plan(&cross(), CENTER, &flows(1.0, 1.0, 1.0), &WebsterParameters::USUAL).unwrap();
    // Walk 7 s and clearance 14 s, of which the 5 s interstage may serve.
    for index in [0, 2] {
        assert!(plan.splits[index].green >= Seconds::new(16.0), "{:?}", plan.splits);
    }
}

#[test]
fn overload_stays_within_the_longest_cycle() {
    let plan =
        webster::plan(&cross(), CENTER, &flows(1500.0, 1500.0, 600.0), &WebsterParameters::USUAL)
            .unwrap();
    assert_eq!(plan.cycle(), WebsterParameters::USUAL.cycle_max);
}

#[test]
fn the_optimum_gives_less_delay_than_other_cycles() {
    let (network, flows) = (cross(), flows(520.0, 420.0, 130.0));
    let delay = |cycle: Option<f64>| {
        let parameters =
            WebsterParameters { cycle: cycle.map(Seconds::new), ..WebsterParameters::USUAL };
        let plan = webster::plan(&network, CENTER, &flows, &parameters).unwrap();
        webster::evaluate(&network, CENTER, &plan, &flows, &parameters).unwrap().mean_delay().get()
    };
    let best = delay(None);
    for cycle in [60.0, 130.0, 150.0] {
        assert!(best <= delay(Some(cycle)) + 0.5, "{cycle}: {} < {best}", delay(Some(cycle)));
    }
}

#[test]
fn saturation_is_the_same_on_all_critical_movements() {
    let (network, flows) = (cross(), flows(700.0, 350.0, 160.0));
    let parameters =
        WebsterParameters { cycle: Some(Seconds::new(120.0)), ..WebsterParameters::USUAL };
    let plan = webster::plan(&network, CENTER, &flows, &parameters).unwrap();
    let performance = webster::evaluate(&network, CENTER, &plan, &flows, &parameters).unwrap();
    for movement in &performance.movements {
        if movement.flow > VehiclesPerHour::ZERO {
            let off = (movement.saturation - performance.worst_saturation()).get().abs();
            assert!(off < 0.05, "{movement:?}");
        }
    }
}

#[test]
fn a_left_turn_that_must_yield_gets_less_through() {
    let flows = flows(600.0, 300.0, 150.0);
    let saturation_of_left = |conflict| {
        let mut network = cross();
        left_turns_run_with_through_traffic(&mut network, conflict);
        let parameters = WebsterParameters::USUAL;
        let plan = webster::plan(&network, CENTER, &flows, &parameters).unwrap();
        let all = webster::evaluate(&network, CENTER, &plan, &flows, &parameters).unwrap();
        let left = movement(0, Turn::Left);
        all.movements.iter().find(|m| m.movement == left).unwrap().saturation.get()
    };
    let free = saturation_of_left(Conflict::Compatible);
    let yielding = saturation_of_left(Conflict::Permitted);
    assert!(yielding > 2.0 * free, "{yielding} against {free}");
}

fn left_turns_run_with_through_traffic(network: &mut Network, conflict: Conflict) {
    let signal = network.junctions[CENTER].signal.as_mut().unwrap();
    for (a, b) in [(EW, EW_LEFT), (NS, NS_LEFT)] {
        for (row, column) in [(a, b), (b, a)] {
            signal.conflicts[row.0 as usize * 6 + column.0 as usize] = conflict;
        }
    }
    signal.stages.truncate(2);
    signal.stages[0].green = set(&[EW, EW_LEFT]);
    signal.stages[1].green = set(&[NS, NS_LEFT]);
}

#[test]
fn a_junction_without_a_signal_is_named() {
    let error = webster::plan(
        &cross(),
        urbis_core::JunctionId(3),
        &MovementFlows::default(),
        &WebsterParameters::USUAL,
    )
    .unwrap_err();
    assert!(error.to_string().contains("junction 3 has no signal"), "{error}");
}
