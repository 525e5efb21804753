//! The latest value of every property of every entity, whatever order observations arrive in.
//!
//! # Shape
//! Of two values for the same entity and property the one with the later event time stands; of two
//! with the same event time the one that arrived later (a correction), then by source, value and
//! quality. This is a total order, so that late, doubled and reordered observations give the same
//! state as tidy ones.
//!
//! # Source
//! Last-writer-wins register: Shapiro et al., "Conflict-Free Replicated Data Types" (SSS 2011),
//! DOI 10.1007/978-3-642-24550-3_29.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use urbis_core::{EntityId, Property, Quality, Row, Sensitivity, SourceId};
use urbis_units::{CityTime, Duration};

/// A value may be at most this far ahead of its own arrival: a sensor whose clock runs further
/// ahead would otherwise hide every value that comes after it.
pub const AHEAD_MAX: Duration = Duration::from_seconds(60);

/// A value and what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Latest {
    /// When it was so.
    pub event_time: CityTime,
    /// When the brain learned of it.
    pub arrival_time: CityTime,
    /// The value, in the property's unit.
    pub value: f64,
    /// How far to trust it: a bad value stands too when it is the latest, and says that the sensor
    /// is bad.
    pub quality: Quality,
    /// From where.
    pub source: SourceId,
    /// Who may see it.
    pub sensitivity: Sensitivity,
}

/// The latest values of all entities.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Observations {
    /// By entity, in the order of the properties.
    by_entity: BTreeMap<EntityId, Vec<(Property, Latest)>>,
    /// Values that cannot be current: not finite, or too far ahead of their arrival.
    refused: u64,
}

impl Observations {
    /// The latest value of a property.
    pub fn get(&self, entity: EntityId, property: Property) -> Option<&Latest> {
        let properties = self.by_entity.get(&entity)?;
        let position = properties.binary_search_by_key(&property, |(known, _)| *known).ok()?;
        Some(&properties[position].1)
    }

    /// The latest values of an entity, in the order of the properties.
    pub fn of(&self, entity: EntityId) -> &[(Property, Latest)] {
        self.by_entity.get(&entity).map_or(&[], Vec::as_slice)
    }

    /// The latest values of all entities, in order.
    pub fn iter(&self) -> impl Iterator<Item = (EntityId, Property, &Latest)> {
        self.by_entity.iter().flat_map(|(entity, properties)| {
            properties.iter().map(|(property, latest)| (*entity, *property, latest))
        })
    }

    /// How many values were refused since the journal began.
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// Takes a row in.
    pub(super) fn apply(&mut self, row: &Row) {
        if !row.value.is_finite() || row.event_time > row.arrival_time + AHEAD_MAX {
            self.refused += 1;
            return;
        }
        let new = Latest {
            event_time: row.event_time,
            arrival_time: row.arrival_time,
            value: row.value,
            quality: row.quality,
            source: row.source,
            sensitivity: row.sensitivity,
        };
        let properties = self.by_entity.entry(row.entity).or_default();
        match properties.binary_search_by_key(&row.property, |(known, _)| *known) {
            Ok(position) => {
                let known = &mut properties[position].1;
                if new.order(known) == Ordering::Greater {
                    *known = new;
                }
            }
            Err(position) => properties.insert(position, (row.property, new)),
        }
    }
}

impl Latest {
    /// Which of two values stands: the greater.
    fn order(&self, other: &Self) -> Ordering {
        let when = |it: &Self| (it.event_time, it.arrival_time, it.source);
        let what = |it: &Self| (it.quality as u8, it.sensitivity);
        when(self)
            .cmp(&when(other))
            .then_with(|| self.value.total_cmp(&other.value))
            .then_with(|| what(self).cmp(&what(other)))
    }
}
