//! The mirror twin: the brain's own picture of the traffic, corrected from observations only.
//!
//! It starts from the network and historic demand, is fed with the demand the forecast expects,
//! gets every command the city gets, and is corrected report by report ([`super::correct`]). What
//! it shows is the estimate; its uncertainty grows with the queue and with how much the reports had
//! to correct.
//!
//! A vehicle more or less where a lane begins keeps the count of the section behind it: what came in
//! is what was counted, what leaves follows from the model, and is corrected where it comes in next.
//! The number of vehicles is right only as long as they stay as long as the city's: one that is
//! added is of a type that drives there, and stands where one counted then would be by now.

use std::collections::VecDeque;
use std::sync::Arc;

use urbis_core::{
    DetectorId, Estimate, Id, IdVec, JunctionId, LaneEstimate, LaneId, MovementId,
    ObservationBatch, Order, Probe, Property, Quality, RoadId,
};
use urbis_network::{Demand, DetectorKind, DetectorTable, Lane, Network, VehicleClass};
use urbis_twin::{VehicleId, VehicleState};
use urbis_units::{CityTime, Duration, Meters, MetersPerSecond};

use super::correct::{Comparison, Remedy, Shown};
use super::routes::RoutePool;
use crate::city::ambulance::VEHICLE as AMBULANCE;
use crate::history::History;
use crate::world::{World, along_lane, lane_of};

/// Intervals of its own counts the mirror remembers, for reports that come late.
const REMEMBERED: usize = 4;
/// Time constant of turning flows, seconds.
pub(crate) const FLOW_MEMORY_S: f64 = 300.0;
/// Share of its limit at which a lane flows.
const FLOWING_RATIO: f64 = 0.7;
/// Standard deviation of the error of a queue where nobody is believed to stand and reports agree,
/// vehicles. This and the two below are rounded from errors measured in simulated cities
/// (`docs/benchmarks.md`, the mirror's errors by queue).
const QUEUE_SD_EMPTY_VEH: f64 = 0.32;
/// The same of a queue of one vehicle.
const QUEUE_SD_ONE_VEH: f64 = 0.6;
/// What each further vehicle in the queue adds to it.
const QUEUE_SD_PER_VEH: f64 = 0.08;
/// Variance of the difference of counts where reports agree, vehicles squared.
const AGREEING_VARIANCE: f64 = 0.25;
/// How far beyond a detector an added vehicle is placed: a vehicle's length and a gap.
const PAST_DETECTOR: Meters = Meters::new(8.0);
/// Distance between an ambulance's report and the mirror's picture of it that is corrected.
const STRAYED_M: f64 = 30.0;
/// Most by which disagreeing reports widen a queue's standard deviation.
const QUEUE_SD_WIDENED_MAX: f64 = 2.5;

/// What the mirror's detectors showed in one past interval.
#[derive(Debug, Clone)]
struct Interval {
    end: CityTime,
    shown: Vec<Shown>,
}

/// The mirror twin with its corrections.
#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    /// Traffic and controllers as the brain believes them.
    pub world: World,
    network: Arc<Network>,
    table: Arc<DetectorTable>,
    pool: Arc<RoutePool>,
    interval_s: u32,
    seed: u64,
    running: Vec<Shown>,
    past: VecDeque<Interval>,
    /// The city's report of an interval while its occupancy is still to come.
    pending: Vec<(CityTime, f32)>,
    comparisons: Vec<Comparison>,
    flow_vph: IdVec<MovementId, f32>,
    counted: IdVec<MovementId, u32>,
    placed: u64,
    ambulances: Vec<(u32, VehicleId, Vec<RoadId>)>,
    /// Vehicles added and removed so far.
    pub corrections: (u64, u64),
}

impl Mirror {
    /// A mirror that plays `world` and believes `historic` demand is where vehicles go.
    pub(crate) fn new(
        (network, table): (Arc<Network>, Arc<DetectorTable>),
        mut world: World,
        historic: &Demand,
        interval_s: u32,
        seed: u64,
    ) -> Self {
        world.twin.watch(table.all().iter().map(|d| (d.lane, d.position, d.length)));
        let count = table.all().len();
        let pool = Arc::new(RoutePool::new(&network, historic));
        let movements = network.movements.len();
        Self {
            world,
            network,
            table,
            pool,
            interval_s: interval_s.max(1),
            seed,
            running: vec![Shown::default(); count],
            past: VecDeque::new(),
            pending: vec![(CityTime::from_millis(i64::MIN), 0.0); count],
            comparisons: vec![Comparison::default(); count],
            flow_vph: IdVec::filled(0.0, movements),
            counted: IdVec::filled(0, movements),
            placed: 0,
            ambulances: Vec::new(),
            corrections: (0, 0),
        }
    }

    /// Takes what is usual from now on.
    pub(crate) fn learn(&mut self, historic: &Demand) {
        self.pool = Arc::new(RoutePool::new(&self.network, historic));
    }

    /// One second passes.
    pub(crate) fn step(&mut self) {
        self.world.step();
        let length = self.interval_s as f32;
        for (shown, seen) in self.running.iter_mut().zip(self.world.twin.detections()) {
            shown.count_veh += f32::from(seen.count);
            shown.occupancy_ratio += seen.occupied_ratio / length;
        }
        let now = self.world.now();
        if now.seconds() % i64::from(self.interval_s) == 0 {
            let empty = vec![Shown::default(); self.running.len()];
            let shown = std::mem::replace(&mut self.running, empty);
            self.past.push_back(Interval { end: now, shown });
            if self.past.len() > REMEMBERED {
                self.past.pop_front();
            }
            self.measure_flows();
        }
    }

    /// Gives the mirror's controller the order the city's got.
    pub(crate) fn command(&mut self, junction: JunctionId, order: &Order) {
        // The city may refuse an order (local manual); its report then corrects the mirror's stage.
        let _ = self.world.order(junction, order);
    }

    /// Takes up what the city reported.
    pub(crate) fn observe(&mut self, batch: &ObservationBatch) {
        for row in batch.rows().filter(|row| row.quality != Quality::Bad) {
            let Some((id, _)) = self.table.of_entity(row.entity) else { continue };
            match row.property {
                Property::CountVeh => {
                    self.pending[id.index()] = (row.event_time, row.value as f32);
                }
                Property::OccupancyRatio => {
                    let (at, count_veh) = self.pending[id.index()];
                    if at == row.event_time {
                        let shown = Shown { count_veh, occupancy_ratio: row.value as f32 };
                        self.compare(id, at, shown);
                    }
                }
                _ => {}
            }
        }
    }

    fn compare(&mut self, id: DetectorId, end: CityTime, city: Shown) {
        let Some(own) = self.past.iter().find(|interval| interval.end == end) else { return };
        let mirror = own.shown[id.index()];
        let detector = &self.table.all()[id];
        let (lane, position, kind) = (detector.lane, detector.position, detector.kind);
        let remedy = self.comparisons[id.index()].update(kind, city, mirror);
        let done = match remedy {
            Remedy::Keep => true,
            Remedy::Add => self.add_passed(lane, position, end),
            // Beyond the detector, or the vehicle would be counted there once more.
            Remedy::AddStanding => self.add(lane, position + PAST_DETECTOR, MetersPerSecond::ZERO),
            Remedy::Remove => self.remove(lane, position),
        };
        if !done {
            self.comparisons[id.index()].owed(remedy);
        }
    }

    /// Adds a vehicle that passed the detector at `position` in the interval that ended at `end`:
    /// where it should be by now, as fast as its lane flows.
    fn add_passed(&mut self, lane: LaneId, position: Meters, end: CityTime) -> bool {
        let Lane { speed_limit, length, .. } = self.network.lanes[lane];
        let speed = speed_limit * FLOWING_RATIO;
        // On average in the middle of the interval.
        let since = (self.world.now() - end).to_seconds().get() + f64::from(self.interval_s) / 2.0;
        let at = position + PAST_DETECTOR + Meters::new(speed.get() * since);
        self.add(lane, at.min(length), speed)
    }

    /// Adds a vehicle near `position`, at `speed` if there is room for it.
    fn add(&mut self, lane: LaneId, position: Meters, speed: MetersPerSecond) -> bool {
        self.placed += 1;
        let drawn = self.pool.onward(&self.network, lane, self.seed, self.placed);
        let Some((of, route)) = drawn else { return false };
        let twin = &mut self.world.twin;
        let placed = twin
            .place_vehicle(lane, position, speed, of, &route)
            // Too close to the one ahead for that speed: it joins the queue instead.
            .or_else(|| twin.place_vehicle(lane, position, MetersPerSecond::ZERO, of, &route));
        self.corrections.0 += u64::from(placed.is_some());
        placed.is_some()
    }

    /// Removes the vehicle that passed `position` on `lane` last, which may have changed lanes since;
    /// whether there was one.
    fn remove(&mut self, lane: LaneId, position: Meters) -> bool {
        let twin = &self.world.twin;
        let road = self.network.lanes[lane].road;
        let last = self
            .network
            .lanes_of(road)
            .flat_map(|own| twin.vehicles_on(own).map(move |vehicle| (own != lane, vehicle)))
            .filter(|(_, vehicle)| vehicle.class != VehicleClass::Emergency)
            .map(|(beside, vehicle)| {
                // One that has been counted rather than one that is still to come.
                let beyond_m = (vehicle.position - position).get();
                (beyond_m < 0.0, beside, beyond_m.abs(), vehicle.id)
            })
            .min_by(|a, b| {
                (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)).then(a.3.cmp(&b.3))
            })
            .map(|(.., id)| id);
        let removed = last.is_some_and(|id| self.world.twin.remove_vehicle(id));
        self.corrections.1 += u64::from(removed);
        removed
    }

    fn measure_flows(&mut self) {
        let weight = (f64::from(self.interval_s) / FLOW_MEMORY_S).min(1.0) as f32;
        let per_hour = 3600.0 / self.interval_s as f32;
        for (movement, total) in self.world.twin.movement_counts().iter_ids() {
            let passed = total.saturating_sub(self.counted[movement]);
            self.counted[movement] = *total;
            let flow = &mut self.flow_vph[movement];
            *flow += weight * (passed as f32 * per_hour - *flow);
        }
    }

    /// An ambulance starts along `route`.
    pub(crate) fn add_ambulance(&mut self, number: u32, route: &[RoadId]) {
        self.remove_ambulance(number);
        if let Ok(id) = self.world.twin.add_vehicle(AMBULANCE, route) {
            self.ambulances.push((number, id, route.to_vec()));
        }
    }

    /// An ambulance is no longer on the road.
    pub(crate) fn remove_ambulance(&mut self, number: u32) {
        for (_, id, _) in self.ambulances.iter().filter(|(other, _, _)| *other == number) {
            self.world.twin.remove_vehicle(*id);
        }
        self.ambulances.retain(|(other, _, _)| *other != number);
    }

    /// The mirror's vehicle for an ambulance.
    pub(crate) fn ambulance(&self, number: u32) -> Option<VehicleId> {
        self.ambulances.iter().find(|(other, _, _)| *other == number).map(|(_, id, _)| *id)
    }

    /// The mirror's vehicles for all ambulances on the road.
    pub(crate) fn emergency(&self) -> impl Iterator<Item = VehicleId> {
        self.ambulances.iter().map(|(_, id, _)| *id)
    }

    /// An ambulance reported where it is: the mirror's is moved there when it strayed.
    pub(crate) fn track(&mut self, number: u32, probe: &Probe) {
        let Some(at) = self.ambulances.iter().position(|(other, _, _)| *other == number) else {
            return;
        };
        let (_, id, route) = &self.ambulances[at];
        let Some(lane) = self.network.lanes.get(probe.lane) else { return };
        if let Some(VehicleState::Driving { spot, position, .. }) = self.world.twin.vehicle(*id) {
            let same = self.network.lanes[lane_of(&self.network, spot)].road == lane.road;
            let own = along_lane(&self.network, spot, position);
            if same && (own - probe.position).get().abs() < STRAYED_M {
                return;
            }
        }
        let Some(from) = route.iter().position(|road| *road == lane.road) else { return };
        let (id, rest) = (*id, route[from..].to_vec());
        self.world.twin.remove_vehicle(id);
        let twin = &mut self.world.twin;
        match twin.place_vehicle(probe.lane, probe.position, probe.speed, AMBULANCE, &rest) {
            Some(new) => self.ambulances[at].1 = new,
            // No room at that spot this second: the next report tries again.
            None => {
                if let Ok(new) = self.world.twin.add_vehicle(AMBULANCE, &rest) {
                    self.ambulances[at].1 = new;
                }
            }
        }
    }

    /// What the brain believes now.
    pub(crate) fn estimate(&self) -> Estimate {
        let lanes = self.network.lanes.ids().map(|lane| self.lane_estimate(lane)).collect();
        // A Poisson count over the memory's length.
        let sd = |flow: &f32| (flow * (3600.0 / FLOW_MEMORY_S) as f32).max(1.0).sqrt();
        Estimate {
            at: self.world.now(),
            lanes,
            movement_flow_sd_vph: self.flow_vph.iter().map(sd).collect(),
            movement_flow_vph: self.flow_vph.clone(),
        }
    }

    fn lane_estimate(&self, lane: LaneId) -> LaneEstimate {
        let twin = &self.world.twin;
        let count = twin.lane_vehicles(lane);
        let queue = twin.lane_waiting(lane);
        let limit = self.network.lanes[lane].speed_limit.get() as f32;
        let variance: f64 = self
            .table
            .on_lane(lane)
            .iter()
            .filter(|id| self.table.all()[**id].kind != DetectorKind::StopLine)
            .map(|id| self.comparisons[id.index()].variance())
            .fold(AGREEING_VARIANCE, f64::max);
        let sd = agreeing_sd_veh(queue)
            * (variance / AGREEING_VARIANCE).sqrt().min(QUEUE_SD_WIDENED_MAX);
        LaneEstimate {
            count_veh: count as f32,
            queue_veh: queue as f32,
            queue_sd_veh: sd as f32,
            speed_mps: if count == 0 { limit } else { twin.lane_mean_speed(lane).get() as f32 },
            speed_sd_mps: limit * 0.25 / (count.max(1) as f32).sqrt() + 1.5,
        }
    }

    /// Trips expected on `[from, from + span)`: historic ones, each kept, doubled or dropped by
    /// `multiplicity` of its number and first road.
    pub(crate) fn expect(
        world: &mut World,
        history: &History,
        start: CityTime,
        (from, span): (CityTime, Duration),
        mut multiplicity: impl FnMut(u64, RoadId) -> u32,
    ) {
        let begin = (from - start).to_seconds();
        let end = begin + span.to_seconds();
        let historic = &history.demand;
        let first = historic.trips.partition_point(|trip| trip.depart < begin);
        for (number, trip) in historic.trips.iter().enumerate().skip(first) {
            if trip.depart >= end {
                break;
            }
            let route = &historic.routes[trip.route];
            let Some(&road) = route.first() else { continue };
            for _ in 0..multiplicity(history.first + number as u64, road) {
                let kind = historic.vehicle_types[trip.vehicle_type];
                // A trip the twin cannot drive (its road is closed) does not start: it is belief.
                let _ = world.twin.add_vehicle_at(trip.depart, kind, route);
            }
        }
    }
}

/// Standard deviation of the error of a queue where reports agree, vehicles.
pub(crate) fn agreeing_sd_veh(queue: usize) -> f64 {
    match queue {
        0 => QUEUE_SD_EMPTY_VEH,
        queue => QUEUE_SD_ONE_VEH + QUEUE_SD_PER_VEH * (queue - 1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use urbis_city::{GenerateOptions, demand_for, generate};
    use urbis_core::EntityId;
    use urbis_twin::{Twin, TwinConfig};

    const START: CityTime = CityTime::from_millis(1_788_735_600_000);

    /// An empty mirror, and a lane beside another one with its entry detector.
    fn mirror() -> (Mirror, LaneId, DetectorId) {
        let pack = generate(&GenerateOptions::new(3, 30));
        let network = Arc::new(pack.network.clone());
        let lanes = network.lanes.len();
        let table = Arc::new(DetectorTable::new(pack.detectors.clone(), EntityId(0), lanes));
        let twin = Twin::new(Arc::clone(&network), &Demand::default(), TwinConfig::default());
        let world = World::new(&network, twin.unwrap(), START, Duration::from_seconds(0)).unwrap();
        let demand = demand_for(&pack, 480, 540, 0);
        let of = (Arc::clone(&network), Arc::clone(&table));
        let mirror = Mirror::new(of, world, &demand, 5, 1);
        let long = |lane: &LaneId| network.lanes[*lane].length.get() > 150.0;
        let lane = network.lanes.ids().filter(long).find(|lane| {
            network.lanes_of(network.lanes[*lane].road).count() > 1
                && mirror.pool.onward(&network, *lane, 1, 1).is_some()
                && table.find(*lane, DetectorKind::Entry).is_some()
        });
        let lane = lane.expect("a generated city has such a lane");
        let entry = table.find(lane, DetectorKind::Entry).unwrap();
        (mirror, lane, entry)
    }

    fn run(mirror: &mut Mirror, seconds: i64) {
        for _ in 0..seconds {
            mirror.step();
        }
    }

    /// The city reports `count` vehicles in the interval that has just ended.
    fn report(mirror: &mut Mirror, entry: DetectorId, count_veh: f32) {
        let end = mirror.past.back().expect("an interval has passed").end;
        mirror.compare(entry, end, Shown { count_veh, occupancy_ratio: 0.1 });
    }

    #[test]
    fn one_more_counted_is_one_vehicle_more_and_one_less_is_one_less() {
        let (mut mirror, lane, entry) = mirror();
        run(&mut mirror, 5);
        report(&mut mirror, entry, 1.0);
        assert_eq!(mirror.world.twin.driving(), 1);
        assert_eq!(mirror.world.twin.vehicles_on(lane).count(), 1);
        // The mirror's own comes when nobody is counted: the one before was its counterpart.
        mirror.past.back_mut().unwrap().shown[entry.index()].count_veh = 1.0;
        report(&mut mirror, entry, 0.0);
        assert_eq!(mirror.world.twin.driving(), 0);
        assert_eq!(mirror.corrections, (1, 1));
    }

    #[test]
    fn a_vehicle_is_added_where_it_should_be_by_now() {
        let place = |late_s: i64| {
            let (mut mirror, lane, entry) = mirror();
            run(&mut mirror, 5 + late_s);
            report(&mut mirror, entry, 1.0);
            let vehicle = mirror.world.twin.vehicles_on(lane).next().expect("it was added");
            let detector = mirror.table.all()[entry].position;
            (vehicle.position - detector).get() / mirror.network.lanes[lane].speed_limit.get()
        };
        let (at_once, later) = (place(0), place(2));
        assert!(at_once > FLOWING_RATIO * 2.0, "{at_once} s at the limit");
        assert!((later - at_once - 2.0 * FLOWING_RATIO).abs() < 1e-6, "{later} {at_once}");
    }

    #[test]
    fn one_that_has_changed_lanes_since_is_found_there() {
        let (mut mirror, lane, entry) = mirror();
        let road = mirror.network.lanes[lane].road;
        let beside = mirror.network.lanes_of(road).find(|other| *other != lane).unwrap();
        let of = urbis_network::VehicleType::CAR;
        let at = mirror.table.all()[entry].position + Meters::new(20.0);
        let placed =
            mirror.world.twin.place_vehicle(beside, at, MetersPerSecond::ZERO, of, &[road]);
        assert!(placed.is_some());
        assert!(mirror.remove(lane, mirror.table.all()[entry].position));
        assert_eq!(mirror.world.twin.driving(), 0);
        assert!(!mirror.remove(lane, mirror.table.all()[entry].position), "nobody is left");
    }

    #[test]
    fn a_queue_is_the_less_certain_the_longer_it_is_and_the_more_reports_disagree() {
        let (mut mirror, lane, entry) = mirror();
        let empty = mirror.lane_estimate(lane).queue_sd_veh;
        let road = mirror.network.lanes[lane].road;
        for at in [20.0, 40.0, 60.0] {
            let (at, of) = (Meters::new(at), urbis_network::VehicleType::CAR);
            mirror.world.twin.place_vehicle(lane, at, MetersPerSecond::ZERO, of, &[road]);
        }
        let three = mirror.lane_estimate(lane);
        assert_eq!(three.queue_veh, 3.0);
        assert!(three.queue_sd_veh > 2.0 * empty);
        for _ in 0..20 {
            let shown = Shown { count_veh: 3.0, occupancy_ratio: 0.1 };
            let comparison = &mut mirror.comparisons[entry.index()];
            comparison.update(DetectorKind::Entry, shown, Shown::default());
        }
        assert!(mirror.lane_estimate(lane).queue_sd_veh > 1.5 * three.queue_sd_veh);
    }
}
