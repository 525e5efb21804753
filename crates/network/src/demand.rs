//! Demand on a network: who drives when, along which roads, in what vehicle.
//!
//! # Units
//! Departure times are seconds after the start of the period the demand describes.

use serde::{Deserialize, Serialize};
use urbis_core::{IdVec, typed_id};
use urbis_units::{Meters, MetersPerSecond, MetersPerSecondSquared, Seconds};

use crate::RoadId;

typed_id!(
    /// A vehicle type of a demand.
    VehicleTypeId,
    /// A route of a demand.
    RouteId,
);

/// What kind of road user a vehicle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleClass {
    /// Private car, taxi.
    Car,
    /// Goods vehicle.
    Truck,
    /// Bus.
    Bus,
    /// Bicycle, moped, motorcycle.
    TwoWheeler,
    /// Ambulance, fire engine, police car; may use its siren.
    Emergency,
}

/// Size and driving parameters shared by vehicles of one type.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VehicleType {
    /// Kind of road user.
    pub class: VehicleClass,
    /// Length.
    pub length: Meters,
    /// Width.
    pub width: Meters,
    /// Gap kept at standstill.
    pub min_gap: Meters,
    /// Hardest acceleration.
    pub max_acceleration: MetersPerSecondSquared,
    /// Hardest braking.
    pub max_deceleration: MetersPerSecondSquared,
    /// Acceleration in ordinary driving.
    pub usual_acceleration: MetersPerSecondSquared,
    /// Braking in ordinary driving.
    pub usual_deceleration: MetersPerSecondSquared,
    /// Speed its driver does not exceed.
    pub max_speed: MetersPerSecond,
    /// Time headway kept to the vehicle ahead.
    pub headway: Seconds,
}

impl VehicleType {
    /// The car of the public CityFlow data sets.
    pub const CAR: Self = Self {
        class: VehicleClass::Car,
        length: Meters::new(5.0),
        width: Meters::new(2.0),
        min_gap: Meters::new(2.5),
        max_acceleration: MetersPerSecondSquared::new(2.0),
        max_deceleration: MetersPerSecondSquared::new(4.5),
        usual_acceleration: MetersPerSecondSquared::new(2.0),
        usual_deceleration: MetersPerSecondSquared::new(4.5),
        max_speed: MetersPerSecond::new(11.111),
        headway: Seconds::new(2.0),
    };
}

/// One vehicle's journey.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trip {
    /// When it appears.
    pub depart: Seconds,
    /// In what vehicle.
    pub vehicle_type: VehicleTypeId,
    /// Along which roads.
    pub route: RouteId,
}

/// All journeys of a period.
///
/// **Invariant:** `trips` are ordered by departure, equal departures in the order of the source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Demand {
    /// Vehicle types.
    pub vehicle_types: IdVec<VehicleTypeId, VehicleType>,
    /// Routes: roads from first to last, each reachable from the one before by a movement.
    pub routes: IdVec<RouteId, Vec<RoadId>>,
    /// Journeys.
    pub trips: Vec<Trip>,
}
