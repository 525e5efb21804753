//! Generated cities: their signals can be judged, their plans pass, and their lamps stay safe.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod support;

use support::{Street, at, policy, request, situation};
use urbis_city::{GenerateOptions, generate};
use urbis_control::webster::{self, MovementFlows, WebsterParameters};
use urbis_core::{GroupSet, JunctionId, StageIdx};
use urbis_interlock::{Action, Interlock, Operation, Permitted, Report};
use urbis_network::Network;
use urbis_units::VehiclesPerHour;

fn city(seed: u64) -> Network {
    generate(&GenerateOptions::new(seed, 120)).network
}

/// An interlock that has heard of every junction that it shows its first stage.
fn interlock(network: &Network, second: i64) -> Interlock {
    let mut interlock = Interlock::new(network, policy(1.0)).unwrap();
    assert_eq!(interlock.faults(), []);
    for (junction, signal) in network.signalized() {
        let green = signal.stages[0].green;
        let report = Report { at: at(second), operation: Operation::Plan, green };
        assert_eq!(interlock.observe(at(second), junction, &report), None);
    }
    interlock
}

#[test]
fn every_plan_of_a_generated_city_is_safe() {
    for seed in 1..=3 {
        let network = city(seed);
        let mut interlock = interlock(&network, 0);
        for (junction, signal) in network.signalized() {
            for plan in &signal.plans {
                let asked = request(junction, Action::Plan(plan.clone()));
                let result = interlock.check(&asked, &situation(0));
                assert!(
                    result.is_ok(),
                    "{} {plan:?}: {result:?}",
                    network.junctions[junction].name
                );
            }
        }
    }
}

#[test]
fn every_plan_by_webster_is_safe_whatever_the_flows() {
    let network = city(4);
    let mut random = 88_172_645_463_325_252_u64;
    let mut below = |bound: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % bound
    };
    let mut interlock = interlock(&network, 0);
    let mut judged = 0;
    for (junction, _) in network.signalized() {
        for _ in 0..20 {
            let flows: MovementFlows = network
                .movements_of(junction)
                .map(|id| (id, VehiclesPerHour::new(below(900) as f64)))
                .collect();
            let plan =
                webster::plan(&network, junction, &flows, &WebsterParameters::USUAL).unwrap();
            let asked = request(junction, Action::Plan(plan));
            let result = interlock.check(&asked, &situation(0));
            assert!(result.is_ok(), "{}: {result:?}", network.junctions[junction].name);
            judged += 1;
        }
    }
    assert!(judged > 500, "{judged}");
}

#[test]
fn lamps_of_a_generated_city_stay_safe_under_random_requests() {
    let network = city(5);
    let mut interlock = interlock(&network, 0);
    let mut corners: Vec<(JunctionId, usize, usize, Street)> = network
        .signalized()
        .map(|(junction, signal)| {
            let street = Street::new(signal, 0, signal.stages[0].green);
            (junction, signal.groups.len(), signal.stages.len(), street)
        })
        .collect();
    let mut random = 1_u64;
    let mut below = |bound: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    let mut changes = 0;
    for now in 1..2400 {
        for (junction, groups, stages, street) in &mut corners {
            street.step().unwrap();
            interlock.observe(at(now), *junction, &street.report());
            if below(4) != 0 {
                continue;
            }
            let action = match below(4) {
                0 => Action::Groups {
                    green: GroupSet(below(1 << (*groups).min(20)) & below(1 << (*groups).min(20))),
                    from: at(now + 1 + below(25) as i64),
                },
                1 => Action::Hold,
                _ => Action::Stage(StageIdx(below(*stages as u64) as u8)),
            };
            if let Ok(permit) = interlock.check(&request(*junction, action), &situation(now)) {
                changes += u32::from(matches!(permit.what, Permitted::Greens(_)));
                street.take(&permit);
            }
        }
    }
    assert!(changes > 1000, "{changes}");
}
