//! The scene itself: missions and vehicle reports in, proposals and orders out.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use urbis_control::corridor::{Ask, Corridor};
use urbis_core::{
    Action, Authority, ChoiceOption, DecisionId, EventId, JunctionId, Leg, Message, Mission, Order,
    Place, Property, Proposal, ProposalId, RoadId,
};
use urbis_network::Network;
use urbis_scene::{Input, Manifest, Scene, SceneCtx, SceneError, saved};
use urbis_units::{CityTime, Duration, Meters, MetersPerSecond, Seconds};

const ID: &str = "corridor";
/// Version of what [`Scene::save`] writes: every change of [`State`] takes the next.
const STATE_VERSION: u16 = 1;

/// Leads offered, seconds before the vehicle could arrive.
const LEADS_S: [f64; 2] = [8.0, 20.0];

/// How far a rehearsal looks, seconds: the usual leg and the recovery after it.
const HORIZON_S: u32 = 600;

/// How long a proposal waits for a decision.
const PATIENCE: Duration = Duration::from_seconds(120);

/// How long an unchanged ask is left unsaid; the controller's watchdog waits six times as long.
const REPEAT: Duration = Duration::from_seconds(5);

static MANIFEST: Manifest = Manifest {
    id: ID,
    version: "1",
    reads: &[Property::ProbeLane, Property::ProbePositionM, Property::ProbeSpeedMps],
    raises: &[],
    commands_signals: true,
    holds_junctions: true,
    authority: Authority::ActWithApproval,
    indicators: &[],
};

type Key = (EventId, Leg);

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct State {
    proposed: BTreeMap<Key, ProposalId>,
    active: BTreeMap<Key, Active>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Active {
    decision: DecisionId,
    corridor: Corridor,
    /// What each junction was asked for last, and when.
    shown: BTreeMap<JunctionId, (u8, CityTime)>,
}

/// Green corridors for emergency vehicles.
#[derive(Debug)]
pub struct Corridors {
    network: Arc<Network>,
    state: State,
}

impl Corridors {
    /// Corridors on `network`.
    pub fn new(network: Arc<Network>) -> Self {
        Self { network, state: State::default() }
    }

    fn propose(&mut self, ctx: &mut SceneCtx<'_>, mission: &Mission) {
        let key = (mission.call, mission.leg);
        let junctions = Corridor::new(&self.network, &mission.route, Seconds::ZERO).crossings.len();
        if self.state.proposed.contains_key(&key) || junctions == 0 {
            return;
        }
        let mut options =
            vec![ChoiceOption { text: Message::new("corridor-option-none"), actions: Vec::new() }];
        options.extend(LEADS_S.map(|lead_s| ChoiceOption {
            text: Message::new("corridor-option-lead").number("lead_s", lead_s),
            actions: vec![Action::Corridor {
                call: mission.call,
                route: mission.route.clone(),
                lead_s,
            }],
        }));
        let goal = mission.route.last().map_or(Place::City, |road| Place::Road(*road));
        let key_text = match mission.leg {
            Leg::ToPatient => "corridor-to-patient",
            Leg::ToHospital => "corridor-to-hospital",
        };
        let proposal = ctx.propose(Proposal {
            id: ProposalId(0),
            scene: ID.to_owned(),
            at: ctx.now(),
            expires: ctx.now() + PATIENCE,
            event: Some(mission.call),
            place: goal,
            text: Message::new(key_text).place("place", goal).number("junctions", junctions as f64),
            options,
            preferred: LEADS_S.len() as u8,
            needs_approval: true,
            horizon_s: HORIZON_S,
        });
        self.state.proposed.insert(key, proposal);
    }

    fn decided(&mut self, proposal: &Proposal, decision: &urbis_core::Decision) {
        let Some(option) = decision.option.and_then(|at| proposal.options.get(at as usize)) else {
            return;
        };
        let key = self.state.proposed.iter().find(|(_, id)| **id == proposal.id);
        let Some((&key, _)) = key else { return };
        for action in &option.actions {
            if let Action::Corridor { route, lead_s, .. } = action {
                let corridor = Corridor::new(&self.network, route, Seconds::new(*lead_s));
                let active = Active { decision: decision.id, corridor, shown: BTreeMap::new() };
                self.state.active.insert(key, active);
            }
        }
    }

    fn drive(&mut self, ctx: &mut SceneCtx<'_>) {
        let network = Arc::clone(&self.network);
        let (now, estimate) = (ctx.now(), ctx.estimate());
        let missions = ctx.sight().missions;
        let mut orders = Vec::new();
        for (key, active) in &mut self.state.active {
            let decision = active.decision;
            let shown = &mut active.shown;
            let mut ask = |junction: JunctionId, ask: Ask| {
                orders.extend(order(now, shown, decision, junction, ask));
            };
            let mission = missions.iter().find(|mission| (mission.call, mission.leg) == *key);
            match mission {
                None => active.corridor.finish(ask),
                Some(mission) => {
                    active.corridor.update(
                        whereabouts(&network, mission),
                        |road| limit(&network, road),
                        |lane| estimate.lanes.get(lane).map_or(0.0, |l| f64::from(l.queue_veh)),
                        &mut ask,
                    );
                }
            }
        }
        let under_way =
            |key: &Key| missions.iter().any(|mission| (mission.call, mission.leg) == *key);
        self.state.active.retain(|key, _| under_way(key));
        self.state.proposed.retain(|key, _| under_way(key));
        for (junction, what, decision, why) in orders {
            ctx.order(junction, what, Some(decision), why);
        }
    }
}

/// The order that carries out `ask`, if the junction has not been given it lately.
fn order(
    now: CityTime,
    shown: &mut BTreeMap<JunctionId, (u8, CityTime)>,
    decision: DecisionId,
    junction: JunctionId,
    ask: Ask,
) -> Option<(JunctionId, Order, DecisionId, Message)> {
    match ask {
        Ask::Show { stage, eta, queue_veh } => {
            let said = shown.get(&junction);
            let due = said.is_none_or(|(last, at)| *last != stage.0 || now - *at >= REPEAT);
            due.then(|| {
                shown.insert(junction, (stage.0, now));
                let why = Message::new("corridor-ask")
                    .number("eta_s", eta.get())
                    .number("queue_veh", queue_veh);
                (junction, Order::ShowStage(stage), decision, why)
            })
        }
        Ask::Release => shown
            .remove(&junction)
            .map(|_| (junction, Order::ReturnToLocal, decision, Message::new("corridor-release"))),
    }
}

/// Road, distance along it and speed, by the newest report, or the start of the route.
fn whereabouts(network: &Network, mission: &Mission) -> (RoadId, Meters, MetersPerSecond) {
    let start = mission.route.first().copied().unwrap_or(RoadId(0));
    match &mission.probe {
        None => (start, Meters::ZERO, MetersPerSecond::ZERO),
        Some(probe) => {
            let road = network.lanes.get(probe.lane).map_or(start, |lane| lane.road);
            (road, probe.position, probe.speed)
        }
    }
}

fn limit(network: &Network, road: RoadId) -> MetersPerSecond {
    network
        .lanes_of(road)
        .next()
        .map_or(MetersPerSecond::new(11.0), |lane| network.lanes[lane].speed_limit)
}

impl Scene for Corridors {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn handle(&mut self, ctx: &mut SceneCtx<'_>, input: &Input<'_>) -> Result<(), SceneError> {
        match input {
            Input::Tick => {
                for mission in ctx.sight().missions {
                    self.propose(ctx, mission);
                }
                self.drive(ctx);
            }
            Input::Decided(proposal, decision) => self.decided(proposal, decision),
            Input::Observed(_)
            | Input::Woken
            | Input::Happened(_)
            | Input::Measured(_)
            | Input::Worked(_) => {}
        }
        Ok(())
    }

    fn save(&self) -> Vec<u8> {
        saved::save(STATE_VERSION, &self.state)
    }

    fn load(&mut self, bytes: &[u8]) -> Result<(), SceneError> {
        self.state = saved::load(ID, STATE_VERSION, bytes)?;
        Ok(())
    }
}
