//! A blockage that nobody reports is noticed from the detectors alone, and only where it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use urbis_brain::{Session, SessionOptions, simulated_start};
use urbis_city::{CityPack, GenerateOptions, generate};
use urbis_core::{
    Act, Actor, Authority, EventType, Input, Intake, LaneId, Message, PersonId, Place,
};
use urbis_scene::Scene;
use urbis_scene_incidents::Incidents;
use urbis_store::{Journal, MemoryKeyring};
use urbis_units::Mode;

/// Time for the lane's usual flow to be learned, seconds.
const BEFORE_S: u32 = 900;
/// Time within which the blockage must be noticed, seconds.
const AFTER_S: u32 = 420;

fn session(pack: &Arc<CityPack>) -> Session {
    let mut options = SessionOptions::simulated(simulated_start(pack).expect("it has a zone"));
    options.minutes = 30;
    options.counterfactual = false;
    let keyring = Box::new(MemoryKeyring::seeded(7));
    let scenes = |parts: &urbis_brain::SceneParts| -> Vec<Box<dyn Scene>> {
        let (network, detectors) = (Arc::clone(&parts.network), Arc::clone(&parts.detectors));
        vec![Box::new(Incidents::new(network, detectors, parts.interval_s))]
    };
    Session::start(Arc::clone(pack), scenes, Journal::in_memory(), keyring, options)
        .expect("the test city plays")
}

/// The lane before a signal on which most vehicles are, as the brain believes after a while.
fn busiest(session: &mut Session, pack: &CityPack) -> LaneId {
    let mut vehicles: BTreeMap<LaneId, f32> = BTreeMap::new();
    for second in 0..BEFORE_S {
        session.tick().expect("the test city plays");
        if second % 10 == 0 {
            for (junction, _) in pack.network.signalized() {
                let lanes = session.junction(junction).map_or(Vec::new(), |view| view.lanes);
                for (lane, belief) in lanes {
                    *vehicles.entry(lane).or_default() += belief.count_veh;
                }
            }
        }
    }
    let most = vehicles.iter().max_by(|a, b| a.1.total_cmp(b.1)).expect("there are signals");
    *most.0
}

/// Lanes for which a blocked lane was raised in the next `seconds`.
fn blocked(session: &mut Session, seconds: u32) -> Vec<LaneId> {
    let mut lanes = Vec::new();
    for _ in 0..seconds {
        session.tick().expect("the test city plays");
        for one in session.view().events {
            if let (EventType::BlockedLane, Place::Lane { lane, .. }) =
                (one.event.kind, one.event.place)
                && !lanes.contains(&lane)
            {
                lanes.push(lane);
            }
        }
    }
    lanes
}

#[test]
fn a_blockage_nobody_reports_is_noticed_where_it_is_and_a_quiet_city_raises_none() {
    let pack = Arc::new(generate(&GenerateOptions::embedded()));
    let mut quiet = session(&pack);
    let lane = busiest(&mut quiet, &pack);
    let mut struck = session(&pack);
    assert_eq!(busiest(&mut struck, &pack), lane);
    let act = Act {
        who: Actor::Person(PersonId("op-test".to_owned())),
        authority: Authority::Role("operator".to_owned()),
        why: Message::new("test"),
        mode: Mode::Simulated,
        at: struck.now(),
    };
    let position_m = pack.network.lanes[lane].length.get() - 12.0;
    let what = Intake::Blockage { lane, position_m, lasts_s: None };
    struck.submit(Input { act, what }).expect("the lane is there");
    assert!(blocked(&mut struck, AFTER_S).contains(&lane), "{lane:?} was not noticed");
    assert_eq!(blocked(&mut quiet, AFTER_S), []);
}
