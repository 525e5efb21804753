//! Published moments of the city, shared by every viewer.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use urbis_brain::view::{MapView, View};
use urbis_core::PersonId;
use urbis_units::{CityTime, LocalFrame, Point};

use crate::frame::{Drawn, Head};

/// How the clock is driven.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Whether it stands still.
    pub paused: bool,
    /// City seconds per wall second asked for.
    pub speed: f64,
    /// The past moment shown, if any.
    pub scrubbed: Option<CityTime>,
    /// How far back it can be scrubbed.
    pub earliest: CityTime,
    /// Now.
    pub latest: CityTime,
    /// Whether the next second is due and waits for a rehearsal.
    pub waiting: bool,
    /// Whether the clock stands still because the journal cannot be written.
    pub journal_failed: bool,
    /// City seconds per wall second reached.
    pub steps_per_wall_second: f64,
    /// Wall time one tick takes, seconds.
    pub tick_seconds: f64,
}

/// The city at one moment: now, or a past one that someone looks at.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Its number.
    pub number: u32,
    /// Everything that changes.
    pub view: Arc<View>,
    /// What the map shows.
    pub map: Arc<MapView>,
    /// How the clock is driven.
    pub clock: Clock,
    drawn: Arc<OnceLock<Vec<Drawn>>>,
}

impl Moment {
    /// A moment that has not been drawn yet.
    pub fn new(number: u32, view: View, map: MapView, clock: Clock) -> Self {
        Self { number, view: Arc::new(view), map: Arc::new(map), clock, drawn: Arc::default() }
    }

    /// The same moment while the clock says something else.
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// What the frames of this moment have in common.
    pub fn head(&self) -> Head {
        Head { sequence: self.number, at: self.map.at, scrubbed: self.map.scrubbed }
    }

    /// The vehicles as the map draws them; computed once for all viewers.
    pub fn drawn(&self, frame: LocalFrame) -> &[Drawn] {
        self.drawn.get_or_init(|| {
            self.map
                .vehicles
                .iter()
                .map(|vehicle| {
                    let at = frame.to_wgs84(Point::new(vehicle.x, vehicle.y));
                    Drawn {
                        id: vehicle.id,
                        lon: at.longitude_deg,
                        lat: at.latitude_deg,
                        heading: Drawn::heading(vehicle.heading_rad),
                        look: Drawn::look(vehicle.class, vehicle.siren, vehicle.speed.get()),
                    }
                })
                .collect()
        })
    }
}

/// What the driver publishes: now, and the past moments that people look at.
#[derive(Debug, Clone)]
pub struct Moments {
    /// Now.
    pub now: Arc<Moment>,
    /// By person, for those who look back.
    pub past: BTreeMap<PersonId, Arc<Moment>>,
}

impl Moments {
    /// What `person` looks at.
    pub fn of(&self, person: &PersonId) -> &Arc<Moment> {
        self.past.get(person).unwrap_or(&self.now)
    }
}
