//! The control laws in force, run inside a rehearsal: the same laws the scenes run on the city, fed
//! with the copy's own queues, which they see no better than the brain sees the city's.

use std::collections::BTreeMap;
use std::sync::Arc;

use urbis_control::corridor::{Ask, Corridor};
use urbis_control::max_pressure::{PressureLaw, PressureParameters, PressureState, Queue};
use urbis_core::{Action, IdVec, JunctionId, LaneId, Law, Order, Plan, StageIdx};
use urbis_network::Network;
use urbis_twin::{Twin, VehicleId, VehicleState};
use urbis_units::{Seconds, Vehicles, VehiclesPerHour};

use crate::belief::mirror::agreeing_sd_veh;
use crate::random::{Stream, normal};
use crate::world::{World, along_lane, lane_of};

/// How sure the law may be of a queue in a rehearsal: as sure as it is of the estimate on the city.
const QUEUE_SD: Vehicles = Vehicles::new(0.7);

/// How often a plan is said again, seconds.
const PLAN_REPEAT_S: i64 = 60;

/// How long an error about a queue lasts, seconds: until the next reports have told otherwise.
const DOUBT_LASTS_S: i64 = 30;

/// A queue as it is.
fn queue_of(twin: &Twin, lane: LaneId) -> Queue {
    queue_off_by(twin, lane, |_| 0.0)
}

/// A queue, off by `error` of it, vehicles.
fn queue_off_by(twin: &Twin, lane: LaneId, error: impl Fn(usize) -> f64) -> Queue {
    let (standing, present) = (twin.lane_waiting(lane), twin.lane_vehicles(lane));
    let error = error(standing);
    let off = |vehicles: usize| Vehicles::new((vehicles as f64 + error).round().max(0.0));
    Queue::of(off(standing), off(present), QUEUE_SD)
}

/// Laws by junction, and corridors under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Laws {
    pressure: IdVec<JunctionId, Option<Arc<PressureLaw>>>,
    states: Vec<(JunctionId, PressureState)>,
    /// Central plans in force: a controller that hears nothing for a quarter of an hour would return
    /// to its own.
    plans: BTreeMap<JunctionId, Plan>,
    corridors: Vec<(Corridor, VehicleId)>,
    held: Vec<JunctionId>,
    /// Seed of the errors with which laws see queues.
    doubt: u64,
}

impl Laws {
    /// Compiles max pressure for every junction that can run it; no junction runs it yet.
    pub(crate) fn new(network: &Network) -> Self {
        let pressure = network
            .junctions
            .ids()
            .map(|junction| {
                PressureLaw::new(network, junction, PressureParameters::USUAL).ok().map(Arc::new)
            })
            .collect();
        Self { pressure, ..Self::default() }
    }

    /// The junctions follow `law` from now on.
    pub(crate) fn use_law(&mut self, junctions: &[JunctionId], law: Law, second: i64) {
        self.states.retain(|(junction, _)| !junctions.contains(junction));
        self.plans.retain(|junction, _| !junctions.contains(junction));
        if law != Law::MaxPressure {
            return;
        }
        for junction in junctions {
            if let Some(Some(pressure)) = self.pressure.get(*junction) {
                self.states.push((*junction, PressureState::new(pressure, second)));
            }
        }
        self.states.sort_by_key(|(junction, _)| *junction);
    }

    /// Laws see queues with the errors of `seed` from now on.
    pub(crate) fn doubt(&mut self, seed: u64) {
        self.doubt = seed;
    }

    /// `junction` runs a central plan from now on.
    pub(crate) fn note_plan(&mut self, junction: JunctionId, plan: Plan) {
        self.plans.insert(junction, plan);
    }

    /// The law in force leaves `junction` alone.
    pub(crate) fn hold(&mut self, junction: JunctionId) {
        self.held.push(junction);
    }

    /// The law in force goes on at `junction`.
    pub(crate) fn let_go(&mut self, junction: JunctionId) {
        self.held.retain(|other| *other != junction);
    }

    /// Queues before `junction` as max pressure weighs them, vehicles; `stage` is one of those it
    /// chooses from.
    pub(crate) fn queue_veh(&self, world: &World, junction: JunctionId, stage: StageIdx) -> f64 {
        let Some(Some(law)) = self.pressure.get(junction) else { return 0.0 };
        let queue = |lane| queue_of(&world.twin, lane);
        let now = law.outlook((None, stage), Seconds::ZERO, |_| VehiclesPerHour::ZERO, queue);
        now.map_or(0.0, |outlook| outlook.now.get())
    }

    /// Adds a corridor for a vehicle of the world it will run in.
    pub(crate) fn add_corridor(&mut self, corridor: Corridor, vehicle: VehicleId) {
        self.corridors.push((corridor, vehicle));
    }

    /// Does what an option says.
    pub(crate) fn apply(
        &mut self,
        network: &Network,
        world: &mut World,
        actions: &[Action],
        ambulance: Option<VehicleId>,
    ) {
        for action in actions {
            match action {
                Action::UseLaw { junctions, law } => {
                    self.use_law(junctions, *law, world.now().seconds());
                    if *law != Law::MaxPressure {
                        for junction in junctions {
                            // A controller in local manual keeps what it has.
                            let _ = world.order(*junction, &Order::ReturnToLocal);
                        }
                    }
                }
                Action::UsePlan { junction, plan } => {
                    self.use_law(&[*junction], Law::Webster, world.now().seconds());
                    self.note_plan(*junction, plan.clone());
                    let _ = world.order(*junction, &Order::RunPlan(plan.clone()));
                }
                Action::Corridor { route, lead_s, .. } => {
                    if let Some(vehicle) = ambulance {
                        let corridor = Corridor::new(network, route, Seconds::new(*lead_s));
                        self.add_corridor(corridor, vehicle);
                    }
                }
                Action::CloseLane { lane } => world.twin.close_lane(*lane),
                Action::OpenLane { lane } => world.twin.open_lane(*lane),
                _ => {}
            }
        }
    }

    /// Gives this second's orders to the world's controllers.
    pub(crate) fn step(&mut self, network: &Network, world: &mut World) {
        self.drive_corridors(network, world);
        let second = world.now().seconds();
        self.repeat_plans(world, second);
        for (junction, state) in &mut self.states {
            if self.held.contains(junction) {
                continue;
            }
            let Some(law) = &self.pressure[*junction] else { continue };
            let Some(report) = world.report(*junction) else { continue };
            if report.is_manual() {
                continue;
            }
            let (twin, doubt) = (&world.twin, self.doubt);
            let seen = |lane: LaneId| {
                let index = ((second / DOUBT_LASTS_S) as u64) << 32 | u64::from(lane.0);
                let deviate = || normal(doubt, Stream::DrawDoubt, index);
                queue_off_by(twin, lane, |queue| deviate() * agreeing_sd_veh(queue))
            };
            let choice = law.decide(state, second, report.stage, seen);
            if let Some(choice) = choice {
                let _ = world.order(*junction, &Order::ShowStage(choice.stage));
            }
        }
    }

    /// Says plans again as often as the scene does.
    fn repeat_plans(&self, world: &mut World, second: i64) {
        if second % PLAN_REPEAT_S != 0 {
            return;
        }
        for (junction, plan) in &self.plans {
            if !self.held.contains(junction)
                && world.report(*junction).is_some_and(|r| !r.is_manual())
            {
                let _ = world.order(*junction, &Order::RunPlan(plan.clone()));
            }
        }
    }

    fn drive_corridors(&mut self, network: &Network, world: &mut World) {
        let held = &mut self.held;
        self.corridors.retain_mut(|(corridor, vehicle)| {
            let mut asks = Vec::new();
            let under_way = match world.twin.vehicle(*vehicle) {
                Some(VehicleState::Driving { spot, position, speed }) => {
                    let road = network.lanes[lane_of(network, spot)].road;
                    let twin = &world.twin;
                    corridor.update(
                        (road, along_lane(network, spot, position), speed),
                        |road| network.lanes[network.roads[road].lanes.start].speed_limit,
                        |lane| twin.lane_waiting(lane) as f64,
                        |junction, ask| asks.push((junction, ask)),
                    );
                    true
                }
                Some(VehicleState::Pending { .. } | VehicleState::Waiting { .. }) => true,
                Some(VehicleState::Arrived { .. } | VehicleState::Removed { .. }) | None => {
                    corridor.finish(|junction, ask| asks.push((junction, ask)));
                    false
                }
            };
            for (junction, ask) in asks {
                let order = match ask {
                    Ask::Show { stage, .. } => {
                        if !held.contains(&junction) {
                            held.push(junction);
                        }
                        Order::ShowStage(stage)
                    }
                    Ask::Release => {
                        held.retain(|other| *other != junction);
                        Order::ReturnToLocal
                    }
                };
                let _ = world.order(junction, &order);
            }
            under_way
        });
    }
}
