//! What comes from outside and what the brain keeps of it: calls, closures, who stopped it.

use std::collections::BTreeMap;

use urbis_city::{CityPack, StationKind};
use urbis_core::{
    Act, Actor, Case, Event, EventId, EventType, Input, Intake, LaneId, Message, PersonId, Place,
    RoadId, Sealed, Severity,
};
use urbis_network::Network;
use urbis_units::{CityTime, Ratio};

use crate::brain::Brain;
use crate::session::Hidden;
use crate::view::ClosureView;

/// A call and what is sealed of its patient.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// Its event.
    pub id: EventId,
    /// When it came in.
    pub at: CityTime,
    /// Road of the patient.
    pub road: RoadId,
    /// Personal fields.
    pub patient: Vec<Sealed>,
}

impl Call {
    /// A call that became `event`.
    pub(crate) fn new(event: &Event, road: RoadId, patient: Vec<Sealed>) -> Self {
        Self { id: event.id, at: event.since, road, patient }
    }
}

/// Calls, closures and the roads of stations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    /// Calls so far.
    pub calls: Vec<Call>,
    /// Their cases that are not closed yet.
    pub cases: Vec<Case>,
    /// What the journal does not say of them in the clear.
    pub hidden: BTreeMap<EventId, Hidden>,
    /// Closed lanes.
    pub closures: Vec<ClosureView>,
    closure_events: Vec<(LaneId, Event)>,
    ambulances: Vec<RoadId>,
    hospitals: Vec<RoadId>,
}

impl Outside {
    /// Nothing has happened yet in the city of `pack`.
    pub(crate) fn new(pack: &CityPack) -> Self {
        let roads = |kind| pack.stations_of(kind).map(|station| station.road).collect();
        Self {
            ambulances: roads(StationKind::Ambulance),
            hospitals: roads(StationKind::Hospital),
            ..Self::default()
        }
    }

    /// Roads of ambulance stations.
    pub(crate) fn ambulances(&self) -> &[RoadId] {
        &self.ambulances
    }

    /// Roads of hospitals.
    pub(crate) fn hospitals(&self) -> &[RoadId] {
        &self.hospitals
    }

    /// Keeps what an input says of closures.
    pub(crate) fn note(&mut self, input: &Input) {
        match &input.what {
            Intake::CloseLane { lane, reason } => {
                let who = match &input.act.who {
                    Actor::Person(person) => person.clone(),
                    Actor::Scene(scene) => PersonId(scene.clone()),
                    Actor::System => PersonId("system".to_owned()),
                };
                let closure =
                    ClosureView { lane: *lane, since: input.act.at, who, reason: reason.clone() };
                self.closures.retain(|other| other.lane != *lane);
                self.closures.push(closure);
            }
            Intake::OpenLane { lane } => self.closures.retain(|other| other.lane != *lane),
            _ => {}
        }
    }

    /// The event that a closed lane becomes.
    pub(crate) fn closure(
        &mut self,
        network: &Network,
        lane: LaneId,
        act: &Act,
        brain: &mut Brain,
    ) -> Event {
        let closed = &network.lanes[lane];
        let event = Event {
            id: brain.new_event_id(),
            kind: EventType::Closure,
            place: Place::Lane { lane, position: closed.length * 0.5 },
            since: act.at,
            noticed: act.at,
            until: None,
            severity: Severity::Moderate,
            confidence: Ratio::new(1.0),
            text: Message::new("brain-closure")
                .place("road", Place::Road(closed.road))
                .number("lane", f64::from(closed.index) + 1.0),
            evidence: Vec::new(),
            source: act.who.clone(),
        };
        self.closure_events.push((lane, event.clone()));
        event
    }

    /// The closure's event, over.
    pub(crate) fn opened(&mut self, lane: LaneId, at: CityTime) -> Option<Event> {
        let index = self.closure_events.iter().position(|(closed, _)| *closed == lane)?;
        let (_, mut event) = self.closure_events.swap_remove(index);
        event.until = Some(at);
        Some(event)
    }
}
