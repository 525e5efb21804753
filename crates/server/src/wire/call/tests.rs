//! What those see of a call who need not know where the patient is.

use urbis_brain::view::{DecisionView, Kpi, ProposalStatus, ProposalView};
use urbis_core::{
    Act, Action, Actor, Authority, ChoiceOption, Decision, DecisionId, EventId, IdVec, JunctionId,
    LaneId, Message, Proposal, ProposalId, RoadId,
};
use urbis_network::geometry::distance;
use urbis_units::{MetersPerSecond, Mode};

use super::*;
use crate::atlas::Atlas;
use crate::toy;

/// A route through the toy's city that passes the patient's road in its middle: roads before it,
/// the road itself, roads after it.
fn route(atlas: &Atlas) -> (Vec<RoadId>, RoadId, Vec<RoadId>) {
    let network = atlas.network();
    let straight_on = |road: RoadId, back: bool| {
        network.movements.iter().find_map(|one| {
            let (here, there) = if back { (one.to, one.from) } else { (one.from, one.to) };
            let turns_back = network.roads[there].from == network.roads[here].to
                && network.roads[there].to == network.roads[here].from;
            (here == road && !turns_back).then_some(there)
        })
    };
    let chain = |start: RoadId, back: bool| {
        let mut roads = vec![start];
        while let Some(next) = straight_on(roads[roads.len() - 1], back) {
            if roads.contains(&next) || roads.len() > 12 {
                break;
            }
            roads.push(next);
        }
        roads.split_off(1)
    };
    let all = network.roads.ids().map(|road| (chain(road, true), road, chain(road, false)));
    let mut best = all.max_by_key(|(before, _, after)| before.len().min(after.len())).unwrap();
    best.0.reverse();
    best
}

fn call_on(road: RoadId, stage: CallStage) -> CallView {
    CallView {
        id: EventId(3),
        at: toy::START,
        road,
        patient: vec![],
        erased: false,
        stage,
        vehicle: None,
        route: vec![],
        corridor: vec![],
        eta: None,
        without: None,
    }
}

fn view(calls: Vec<CallView>) -> View {
    View {
        sequence: 1,
        at: toy::START,
        mode: Mode::Simulated,
        with: Kpi::default(),
        without: None,
        events: vec![],
        proposals: vec![],
        decisions: vec![],
        calls,
        closures: vec![],
        signals: IdVec::new(),
        alarms: vec![],
        stopped: None,
    }
}

fn writer(atlas: &Atlas, patients: Detail) -> Writer<'_> {
    Writer { atlas, patients }
}

#[test]
fn route_and_corridor_do_not_lead_to_the_patient() {
    let atlas = Atlas::new(toy::pack());
    let (before, road, after) = route(&atlas);
    let network = atlas.network();
    let whole: Vec<RoadId> = before.iter().copied().chain([road]).chain(after).collect();
    let mut from = call_on(road, CallStage::ToPatient);
    from.corridor = whole
        .iter()
        .map(|road| (network.roads[*road].to, toy::START, CorridorState::Planned))
        .collect();
    from.route.clone_from(&whole);
    let view = view(vec![from.clone()]);

    let exact = call(writer(&atlas, Detail::Exact), &view, &from);
    assert_eq!(
        (exact.route.len(), exact.corridor.unwrap().junctions.len()),
        (whole.len(), whole.len())
    );

    let coarse = call(writer(&atlas, Detail::Coarse), &view, &from);
    let patient = atlas.square(&Place::Road(road));
    let square = |point| atlas.square(&Place::Point(point));
    let ends = [network.roads[road].from, network.roads[road].to];
    let corridor = coarse.corridor.unwrap();
    assert!(!corridor.junctions.is_empty(), "what is far away is shown");
    for shown in &corridor.junctions {
        let id = JunctionId(shown.junction);
        assert!(!ends.contains(&id), "an end of the patient's road");
        assert_ne!(square(network.junctions[id].center), patient);
    }
    assert!(!coarse.route.is_empty(), "what is far away is shown");
    for shown in coarse.route.iter().map(|id| &network.roads[RoadId(*id)]) {
        assert!(!ends.contains(&shown.from) && !ends.contains(&shown.to), "a neighbour");
        assert!(shown.shape.iter().all(|point| square(*point) != patient));
    }
}

#[test]
fn the_ambulance_is_hidden_until_it_has_left_the_square() {
    let atlas = Atlas::new(toy::pack());
    let (_, road, _) = route(&atlas);
    let network = atlas.network();
    let lane_of = |road: RoadId| LaneId(network.roads[road].lanes.start.0);
    let seen = |stage, road_driven: RoadId| {
        let mut from = call_on(road, stage);
        from.vehicle = Some((lane_of(road_driven), Meters::new(1.0), MetersPerSecond::new(8.0)));
        let view = view(vec![from.clone()]);
        assert!(call(writer(&atlas, Detail::Exact), &view, &from).vehicle.is_some());
        call(writer(&atlas, Detail::Coarse), &view, &from).vehicle.is_some()
    };
    for stage in [CallStage::ToPatient, CallStage::AtPatient, CallStage::ToHospital] {
        assert!(!seen(stage, road), "{stage:?} on the patient's road");
    }
    let away = |other: &RoadId| {
        let [a, b] = [road, *other].map(|one| atlas.point(&Place::Road(one)));
        distance(a, b).get()
    };
    let far = network.roads.ids().max_by(|a, b| away(a).total_cmp(&away(b))).unwrap();
    assert!(seen(CallStage::ToHospital, far), "far away it is seen again");
}

#[test]
fn a_call_covers_its_square_until_the_hospital_is_reached() {
    let atlas = Atlas::new(toy::pack());
    let road = RoadId(5);
    let patient = atlas.point(&Place::Road(road));
    for (stage, covered) in [
        (CallStage::ToPatient, true),
        (CallStage::AtPatient, true),
        (CallStage::ToHospital, true),
        (CallStage::Arrived, false),
    ] {
        let view = view(vec![call_on(road, stage)]);
        let covers = covers(writer(&atlas, Detail::Coarse), &view);
        assert_eq!(covers.iter().any(|cover| cover.hides(patient)), covered, "{stage:?}");
        assert_eq!(super::covers(writer(&atlas, Detail::Exact), &view), []);
    }
}

#[test]
fn the_second_leg_names_its_own_decision() {
    let decided = |number: u32, seconds: i64| {
        let at = toy::START + urbis_units::Duration::from_seconds(seconds);
        let act = Act {
            who: Actor::System,
            authority: Authority::Act,
            why: Message::new("brain-policy-approves"),
            mode: Mode::Simulated,
            at,
        };
        let text = Message::new("corridor-proposal");
        let proposal = Proposal {
            id: ProposalId(number),
            scene: "corridor".into(),
            at,
            expires: at,
            event: Some(EventId(3)),
            place: Place::City,
            text: text.clone(),
            options: vec![ChoiceOption { text: text.clone(), actions: Vec::<Action>::new() }],
            preferred: 0,
            needs_approval: true,
            horizon_s: 60,
        };
        let decision = Decision {
            id: DecisionId(number),
            proposal: proposal.id,
            option: Some(1),
            rehearsal: None,
            predicted: vec![],
            act,
        };
        let proposal = ProposalView {
            proposal,
            status: ProposalStatus::Approved,
            rehearsals: vec![],
            recommended: 1,
            acknowledged: None,
            rank: 0,
        };
        let decision = DecisionView {
            decision,
            text,
            place: Place::City,
            outcome: None,
            commands: 0,
            refused_commands: 0,
        };
        (proposal, decision)
    };
    let atlas = Atlas::new(toy::pack());
    let mut from = call_on(RoadId(5), CallStage::ToHospital);
    from.corridor = vec![(JunctionId(0), toy::START, CorridorState::Planned)];
    let (first, second) = (decided(1, 0), decided(2, 900));
    let mut view = view(vec![from.clone()]);
    view.proposals = vec![first.0, second.0];
    view.decisions = vec![second.1, first.1];
    let dto = call(writer(&atlas, Detail::Exact), &view, &from);
    assert_eq!(dto.corridor.unwrap().decision, Some(2));
}
