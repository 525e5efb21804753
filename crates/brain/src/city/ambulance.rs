//! An ambulance at work: to the patient, with the patient, to the hospital.

use urbis_core::{EventId, LaneId, Leg, RoadId};
use urbis_network::{Network, VehicleClass, VehicleType};
use urbis_twin::{Twin, VehicleId, VehicleState};
use urbis_units::{CityTime, Duration, Meters, MetersPerSecond};

use crate::world::{along_lane, lane_of};

/// Time with the patient before driving on. Medians of 15 to 20 min are usual; trials of the
/// corridor need both legs within an hour, so the short end is taken.
const AT_PATIENT: Duration = Duration::from_minutes(5);

/// The vehicle: a 6 m van that accelerates like a car and may drive up to 80 km/h on the way.
pub(crate) const VEHICLE: VehicleType = VehicleType {
    class: VehicleClass::Emergency,
    length: Meters::new(6.0),
    max_speed: MetersPerSecond::new(22.2),
    ..VehicleType::CAR
};

/// How far an ambulance has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Progress {
    /// Driving a leg since a moment.
    Driving(Leg, CityTime),
    /// With the patient since a moment.
    AtPatient(CityTime),
    /// At the hospital since a moment.
    Done(CityTime),
}

/// One ambulance on one call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ambulance {
    /// Its number, for the entity that reports it.
    pub number: u32,
    /// The call it serves.
    pub call: EventId,
    /// Roads to the patient, roads to the hospital.
    pub routes: [Vec<RoadId>; 2],
    /// How far it has come.
    pub progress: Progress,
    /// When it reached the patient.
    pub reached_patient: Option<CityTime>,
    vehicle: Option<VehicleId>,
    place: Option<(LaneId, Meters, MetersPerSecond)>,
}

impl Ambulance {
    /// An ambulance about to leave.
    pub(crate) fn new(number: u32, call: EventId, routes: [Vec<RoadId>; 2], now: CityTime) -> Self {
        Self {
            number,
            call,
            routes,
            progress: Progress::Driving(Leg::ToPatient, now),
            reached_patient: None,
            vehicle: None,
            place: None,
        }
    }

    /// Puts the vehicle on the road.
    pub(crate) fn start(&mut self, twin: &mut Twin) {
        if let Progress::Driving(leg, _) = self.progress {
            self.vehicle = twin.add_vehicle(VEHICLE, self.route(leg)).ok();
        }
    }

    /// The roads of a leg.
    pub(crate) fn route(&self, leg: Leg) -> &[RoadId] {
        match leg {
            Leg::ToPatient => &self.routes[0],
            Leg::ToHospital => &self.routes[1],
        }
    }

    /// The leg it drives now.
    pub(crate) fn leg(&self) -> Option<(Leg, CityTime)> {
        match self.progress {
            Progress::Driving(leg, since) => Some((leg, since)),
            Progress::AtPatient(_) | Progress::Done(_) => None,
        }
    }

    /// Lane, distance along it and speed, as it reports them.
    pub(crate) fn whereabouts(&self) -> Option<(LaneId, Meters, MetersPerSecond)> {
        self.place
    }

    /// Whether its vehicle is on the road or about to enter it.
    pub(crate) fn is_out(&self, twin: &Twin) -> bool {
        self.vehicle.is_some_and(|vehicle| !twin.is_gone(vehicle))
    }

    /// One second passed.
    pub(crate) fn step(&mut self, twin: &mut Twin, network: &Network, now: CityTime) {
        match self.progress {
            Progress::Driving(leg, _) => {
                let Some(vehicle) = self.vehicle else { return };
                match twin.vehicle(vehicle) {
                    Some(VehicleState::Driving { spot, position, speed }) => {
                        let position = along_lane(network, spot, position);
                        self.place = Some((lane_of(network, spot), position, speed));
                    }
                    Some(VehicleState::Pending { .. } | VehicleState::Waiting { .. }) => {}
                    Some(VehicleState::Arrived { .. } | VehicleState::Removed { .. }) | None => {
                        self.arrive(leg, now);
                    }
                }
            }
            Progress::AtPatient(since) if now - since >= AT_PATIENT => {
                self.progress = Progress::Driving(Leg::ToHospital, now);
                self.start(twin);
            }
            Progress::AtPatient(_) | Progress::Done(_) => {}
        }
    }

    fn arrive(&mut self, leg: Leg, now: CityTime) {
        self.vehicle = None;
        self.progress = match leg {
            Leg::ToPatient => {
                self.reached_patient = Some(now);
                Progress::AtPatient(now)
            }
            Leg::ToHospital => Progress::Done(now),
        };
    }
}
