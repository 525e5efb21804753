//! The city itself, in simulated mode: a world that happens, seen only through what it reports.
//!
//! What comes from outside (closures, crashes, calls, weather) is applied with
//! [`SimulatedCity::happen`]; commands with [`SimulatedCity::command`]. The counterfactual and the
//! judge's branches are the same type, given the same happenings and fewer commands.

pub(crate) mod ambulance;
pub(crate) mod sensing;

use std::sync::Arc;

use urbis_core::{
    Entity, EntityId, Id, IdVec, Intake, JunctionId, LaneId, ObservationBatch, Order, Property,
    Quality, Row, Sensitivity, SourceId,
};
use urbis_network::{DetectorTable, Network};
use urbis_twin::TwinError;
use urbis_units::{CityTime, Duration, Meters};

use crate::history::Part;
use crate::world::{SignalReport, World};
use ambulance::{Ambulance, Progress};
pub use sensing::Sensing;
use sensing::{Passage, Sensors};

/// Seconds between reports of a controller at which nothing changes.
const HEARTBEAT_S: i64 = 4;

/// How many ambulances can be out at once; entities are reserved for them.
pub(crate) const AMBULANCES_MAX: u32 = 64;

/// Numbers of the entities that report, in the order they are interned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntityNumbers {
    /// First detector.
    pub detectors: u32,
    /// First junction.
    pub junctions: u32,
    /// First ambulance.
    pub ambulances: u32,
}

impl EntityNumbers {
    /// The entities of a city, in the order of their numbers, from 0.
    pub(crate) fn intern(network: &Network, table: &DetectorTable) -> (Self, Vec<Entity>) {
        let mut entities: Vec<Entity> = table
            .all()
            .iter()
            .map(|detector| entity("TrafficFlowObserved", &detector.name))
            .collect();
        let junctions = entities.len() as u32;
        entities.extend(network.junctions.iter().map(|j| entity("TrafficSignal", &j.name)));
        let ambulances = entities.len() as u32;
        entities.extend((0..AMBULANCES_MAX).map(|n| entity("Vehicle", &format!("ambulance-{n}"))));
        (Self { detectors: 0, junctions, ambulances }, entities)
    }

    /// The junction that reports as `entity`.
    pub(crate) fn junction(&self, entity: EntityId) -> Option<JunctionId> {
        (self.junctions..self.ambulances)
            .contains(&entity.0)
            .then(|| JunctionId(entity.0 - self.junctions))
    }

    /// The number of the ambulance that reports as `entity`.
    pub(crate) fn ambulance(&self, entity: EntityId) -> Option<u32> {
        entity.0.checked_sub(self.ambulances).filter(|number| *number < AMBULANCES_MAX)
    }
}

fn entity(kind: &str, name: &str) -> Entity {
    Entity { urn: format!("urn:ngsi-ld:{kind}:{name}"), kind: kind.to_owned() }
}

/// A simulated city.
#[derive(Debug, Clone)]
pub(crate) struct SimulatedCity {
    /// Traffic and controllers: for the judge and for drawing, never for the brain.
    pub world: World,
    network: Arc<Network>,
    sensors: Sensors,
    numbers: EntityNumbers,
    /// Ambulances out, by call.
    pub ambulances: Vec<Ambulance>,
    reported: IdVec<JunctionId, Option<SignalReport>>,
    passages: Vec<Passage>,
    unblock_at: Vec<(CityTime, LaneId)>,
}

impl SimulatedCity {
    /// A city that plays `world` and reports through `table`'s detectors.
    pub(crate) fn new(
        network: Arc<Network>,
        table: &DetectorTable,
        mut world: World,
        sensing: Sensing,
        seed: u64,
    ) -> Self {
        let (numbers, _) = EntityNumbers::intern(&network, table);
        world.twin.watch(table.all().iter().map(|d| (d.lane, d.position, d.length)));
        let count = table.all().len();
        let sensors = Sensors::new(sensing, seed, count, numbers.detectors, SourceId(0));
        let reported = IdVec::filled(None, network.junctions.len());
        Self {
            world,
            network,
            sensors,
            numbers,
            ambulances: Vec::new(),
            reported,
            passages: vec![Passage::default(); count],
            unblock_at: Vec::new(),
        }
    }

    /// One second passes; what the city reports in it is appended to `batch`.
    pub(crate) fn step(&mut self, batch: &mut ObservationBatch) {
        self.world.step();
        let now = self.world.now();
        self.lift_blockages(now);
        for ambulance in &mut self.ambulances {
            ambulance.step(&mut self.world.twin, &self.network, now);
        }
        for (passage, seen) in self.passages.iter_mut().zip(self.world.twin.detections()) {
            *passage = Passage {
                count: seen.count,
                occupied_ratio: seen.occupied_ratio,
                speed_sum_mps: seen.speed_sum_mps,
            };
        }
        self.sensors.observe(now, &self.passages);
        self.report_signals(now);
        self.report_ambulances(now);
        self.sensors.arrived(now, batch);
    }

    /// One second passes and nothing is reported: for branches, which nobody observes.
    pub(crate) fn step_unseen(&mut self) {
        self.world.step();
        let now = self.world.now();
        self.lift_blockages(now);
        for ambulance in &mut self.ambulances {
            ambulance.step(&mut self.world.twin, &self.network, now);
        }
    }

    /// Takes the trips of the city's next hour.
    ///
    /// # Errors
    /// [`TwinError`] when they are not of this network.
    pub(crate) fn supply(&mut self, part: &Part) -> Result<(), TwinError> {
        self.world.twin.extend(&part.demand, part.after_s)
    }

    /// Carries out a command that passed the interlock.
    pub(crate) fn command(&mut self, junction: JunctionId, order: &Order) -> Result<(), String> {
        self.world.order(junction, order)
    }

    /// Something happens to the city from outside.
    pub(crate) fn happen(&mut self, now: CityTime, what: &Intake) {
        match what {
            Intake::CloseLane { lane, .. } => self.world.twin.close_lane(*lane),
            Intake::OpenLane { lane } => self.world.twin.open_lane(*lane),
            Intake::Blockage { lane, position_m, lasts_s } => {
                self.world.twin.block(*lane, Meters::new(*position_m));
                if let Some(lasts_s) = lasts_s {
                    let until = now + Duration::from_seconds(i64::from(*lasts_s));
                    self.unblock_at.push((until, *lane));
                }
            }
            Intake::Unblock { lane } => self.world.twin.unblock(*lane),
            Intake::Weather { speed_ratio, headway_ratio } => {
                self.world.twin.scale_driving(*speed_ratio, *headway_ratio);
            }
            Intake::LocalManual { junction, on } => self.world.set_manual(*junction, *on),
            _ => {}
        }
    }

    /// An ambulance starts along `route`, siren on; its number is that of its report entity.
    pub(crate) fn send_ambulance(&mut self, ambulance: Ambulance) {
        let mut ambulance = ambulance;
        ambulance.start(&mut self.world.twin);
        self.ambulances.push(ambulance);
    }

    fn lift_blockages(&mut self, now: CityTime) {
        let due: Vec<LaneId> = self
            .unblock_at
            .iter()
            .filter(|(until, _)| *until <= now)
            .map(|(_, lane)| *lane)
            .collect();
        self.unblock_at.retain(|(until, _)| *until > now);
        for lane in due {
            self.world.twin.unblock(lane);
        }
    }

    /// Controllers report when something changed, and every few seconds to show that they live.
    fn report_signals(&mut self, now: CityTime) {
        for junction in self.network.junctions.ids() {
            let Some(report) = self.world.report(junction) else { continue };
            let due = now.seconds() % HEARTBEAT_S == 0;
            if self.reported[junction] == Some(report) && !due {
                continue;
            }
            self.reported[junction] = Some(report);
            let entity = self.numbers.junctions + junction.index() as u32;
            let stage = report.stage.map_or(255, |stage| stage.0);
            let mut values = vec![
                (Property::SignalStage, f64::from(stage)),
                (Property::SignalPlan, f64::from(report.plan)),
                (Property::SignalOperation, f64::from(report.operation)),
                (Property::SignalGreenLow, f64::from(report.green.0 as u32)),
            ];
            if report.green.0 >> 32 != 0 {
                values.push((Property::SignalGreenHigh, f64::from((report.green.0 >> 32) as u32)));
            }
            let rows =
                values.into_iter().map(|(property, value)| row(entity, property, now, value));
            self.sensors.send(now, rows.collect());
        }
    }

    fn report_ambulances(&mut self, now: CityTime) {
        for ambulance in &self.ambulances {
            let Some((lane, position, speed)) = ambulance.whereabouts() else { continue };
            let entity = self.numbers.ambulances + ambulance.number;
            let values = [
                (Property::ProbeLane, f64::from(lane.0)),
                (Property::ProbePositionM, position.get()),
                (Property::ProbeSpeedMps, speed.get()),
            ];
            // Where it drives is where a patient is; afterwards it stands at a hospital.
            let sensitivity = match ambulance.progress {
                Progress::Done(_) => Sensitivity::Internal,
                Progress::Driving(..) | Progress::AtPatient(_) => Sensitivity::Personal,
            };
            let rows = values
                .map(|(property, value)| Row { sensitivity, ..row(entity, property, now, value) });
            self.sensors.send(now, rows.to_vec());
        }
    }
}

fn row(entity: u32, property: Property, now: CityTime, value: f64) -> Row {
    Row {
        entity: EntityId(entity),
        property,
        event_time: now,
        arrival_time: now,
        value,
        quality: Quality::Good,
        source: SourceId(0),
        sensitivity: Sensitivity::Internal,
    }
}
