//! Observations: measured values, in columnar batches.
//!
//! # Shape
//! A batch is a structure of arrays of equal length, one row a value. `store` turns batches into
//! Arrow where it needs to; here they are plain vectors.
//!
//! # Source
//! The columns map to OGC SensorThings (Datastream, ObservedProperty, phenomenonTime, resultTime)
//! and to NGSI-LD temporal properties (`observedAt`, `unitCode`).

use serde::{Deserialize, Serialize};
use urbis_units::CityTime;

use crate::typed_id;

typed_id!(
    /// An entity, interned from its URN; the journal records the interning.
    EntityId,
    /// A source of observations (a gateway, a roadside unit), interned like entities.
    SourceId,
);

/// What is measured. The unit is part of the property and stands in its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Property {
    /// Vehicles that passed a detector during the interval (`C62`).
    CountVeh,
    /// Share of the interval the detector was covered (`C62`, 0 to 1).
    OccupancyRatio,
    /// Mean speed of the vehicles that passed (`MTS`).
    SpeedMps,
    /// Stage a controller shows (`C62`; 255 between stages).
    SignalStage,
    /// Plan a controller runs (`C62`).
    SignalPlan,
    /// Who decides at a controller (`C62`): 0 its plan, 1 stage requests, 2 a person at the cabinet,
    /// 3 nobody (fault).
    SignalOperation,
    /// Distance of a reporting vehicle along its lane (`MTR`).
    ProbePositionM,
    /// Lane a reporting vehicle is on (`C62`).
    ProbeLane,
    /// Speed of a reporting vehicle (`MTS`).
    ProbeSpeedMps,
    /// Groups 0 to 31 that are green at a controller, a bit each (`C62`).
    SignalGreenLow,
    /// Groups 32 to 63 that are green at a controller, a bit each (`C62`).
    SignalGreenHigh,
}

impl Property {
    /// UN/CEFACT Recommendation 20 code of the unit.
    pub const fn unit_code(self) -> &'static str {
        match self {
            Self::SpeedMps | Self::ProbeSpeedMps => "MTS",
            Self::ProbePositionM => "MTR",
            Self::CountVeh
            | Self::OccupancyRatio
            | Self::SignalStage
            | Self::SignalPlan
            | Self::SignalOperation
            | Self::ProbeLane
            | Self::SignalGreenLow
            | Self::SignalGreenHigh => "C62",
        }
    }
}

/// How far a value may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// Passed every check.
    Good,
    /// Out of range, stuck or in disagreement with its neighbors.
    Suspect,
    /// Known to be wrong.
    Bad,
}

/// Who may see a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Anyone.
    Open,
    /// Those who work for the city.
    Internal,
    /// Says something of a person.
    Personal,
}

/// A thing in the city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// URN, `urn:ngsi-ld:TYPE:NAME`.
    pub urn: String,
    /// Type, by its Smart Data Models name (`TrafficFlowObserved`, `Vehicle`).
    pub kind: String,
}

/// One row of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Of which entity.
    pub entity: EntityId,
    /// Which property.
    pub property: Property,
    /// When it was so.
    pub event_time: CityTime,
    /// When the brain learned of it.
    pub arrival_time: CityTime,
    /// The value, in the property's unit.
    pub value: f64,
    /// How far to trust it.
    pub quality: Quality,
    /// From where.
    pub source: SourceId,
    /// Who may see it.
    pub sensitivity: Sensitivity,
}

/// A batch of observations: a structure of arrays of equal length.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ObservationBatch {
    entity: Vec<EntityId>,
    property: Vec<Property>,
    event_time: Vec<CityTime>,
    arrival_time: Vec<CityTime>,
    value: Vec<f64>,
    quality: Vec<Quality>,
    source: Vec<SourceId>,
    sensitivity: Vec<Sensitivity>,
}

impl ObservationBatch {
    /// Appends a row.
    pub fn push(&mut self, row: Row) {
        self.entity.push(row.entity);
        self.property.push(row.property);
        self.event_time.push(row.event_time);
        self.arrival_time.push(row.arrival_time);
        self.value.push(row.value);
        self.quality.push(row.quality);
        self.source.push(row.source);
        self.sensitivity.push(row.sensitivity);
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.entity.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entity.is_empty()
    }

    /// Whether all columns have the same length, as bytes from outside may not.
    pub fn is_well_formed(&self) -> bool {
        let n = self.entity.len();
        [
            self.property.len(),
            self.event_time.len(),
            self.arrival_time.len(),
            self.value.len(),
            self.quality.len(),
            self.source.len(),
            self.sensitivity.len(),
        ]
        .iter()
        .all(|len| *len == n)
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        (0..self.len()).map(|i| Row {
            entity: self.entity[i],
            property: self.property[i],
            event_time: self.event_time[i],
            arrival_time: self.arrival_time[i],
            value: self.value[i],
            quality: self.quality[i],
            source: self.source[i],
            sensitivity: self.sensitivity[i],
        })
    }
}

impl Extend<Row> for ObservationBatch {
    fn extend<I: IntoIterator<Item = Row>>(&mut self, rows: I) {
        for row in rows {
            self.push(row);
        }
    }
}

impl FromIterator<Row> for ObservationBatch {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        let mut batch = Self::default();
        batch.extend(rows);
        batch
    }
}
