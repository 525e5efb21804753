//! What a session shows, made from its parts on demand.

use urbis_control::corridor::{Corridor, CrossingState};
use urbis_core::{Action, GroupIdx, GroupSet, JunctionId, Leg, StageIdx};
use urbis_network::GroupKind;
use urbis_twin::{Spot, Twin};
use urbis_units::{CityTime, Duration, Meters, MetersPerSecond, Point, Seconds};

use crate::city::SimulatedCity;
use crate::city::ambulance::{Ambulance, Progress};
use crate::error::BrainError;
use crate::session::Session;
use crate::view::{
    AccuracyView, CallStage, CallView, CorridorState, HistoryPoint, JunctionView, Kpi, MapView,
    Past, RoadView, VehicleView, View,
};

/// How long an ended call stays in view.
const KEPT: Duration = Duration::from_minutes(10);

impl Session {
    /// Everything that changes, now.
    pub fn view(&self) -> View {
        let now = self.now();
        View {
            sequence: self.journal().last_sequence(),
            at: now,
            mode: self.mode(),
            with: self.kpi(),
            without: self.kpi_without(),
            events: self.brain.ledger.event_views(),
            proposals: self.brain.ledger.proposal_views(),
            decisions: self.brain.ledger.decision_views(),
            calls: self.calls(now),
            closures: self.outside.closures.clone(),
            signals: self.brain.signals.clone(),
            alarms: self.alarms.iter().cloned().collect(),
            stopped: self.brain.gate.stopped().cloned(),
        }
    }

    /// The indicators of the city.
    pub fn kpi(&self) -> Kpi {
        self.meters[0].kpi(&self.city.world.twin)
    }

    /// The indicators of the counterfactual, where one runs.
    pub fn kpi_without(&self) -> Option<Kpi> {
        let counterfactual = self.judge.counterfactual.as_ref()?;
        Some(self.meters[1].kpi(&counterfactual.world.twin))
    }

    /// Metrics of the city and of the counterfactual.
    pub fn metrics(&self) -> (urbis_twin::Metrics, Option<urbis_twin::Metrics>) {
        let without = self.judge.counterfactual.as_ref().map(|city| city.world.twin.metrics());
        (self.city.world.twin.metrics(), without)
    }

    /// Indicators since the start, one point a minute.
    pub fn history(&self) -> &[HistoryPoint] {
        &self.history
    }

    /// How far belief was off.
    pub fn accuracy(&self) -> AccuracyView {
        let (decisions, outcomes) = self.brain.ledger.tally();
        AccuracyView {
            estimate: self.accuracy.estimate_errors(),
            forecast: {
                let mut errors = self.brain.forecaster.errors();
                errors.extend(self.brain.sampled.errors());
                errors
            },
            predictions: self.accuracy.prediction_errors(),
            believed_vehicles: self.brain.mirror.world.twin.driving(),
            added_vehicles: self.brain.mirror.corrections.0,
            removed_vehicles: self.brain.mirror.corrections.1,
            decisions,
            outcomes,
            choices: self.brain.sampled.view(),
        }
    }

    /// One junction in depth.
    pub fn junction(&self, id: JunctionId) -> Option<JunctionView> {
        let junction = self.network.junctions.get(id)?;
        let status = self.brain.signals.get(id).cloned().flatten();
        let lanes = junction
            .incoming
            .iter()
            .flat_map(|road| self.network.lanes_of(*road))
            .filter_map(|lane| Some((lane, *self.brain.estimate.lanes.get(lane)?)))
            .collect();
        let estimate = &self.brain.estimate;
        let turns = self
            .network
            .movements_of(id)
            .filter_map(|movement| {
                let flow_vph = *estimate.movement_flow_vph.get(movement)?;
                Some((movement, flow_vph, *estimate.movement_flow_sd_vph.get(movement)?))
            })
            .collect();
        Some(JunctionView {
            id,
            law: status.as_ref().map_or(urbis_core::Law::LocalPlan, |status| status.law),
            choice: self.brain.choices.get(&id).cloned(),
            status,
            lanes,
            turns,
            rehearsed: self.brain.sampled.at(id).cloned(),
        })
    }

    /// The city as a window in the room would show it, now.
    pub fn map(&self) -> MapView {
        self.map_of(&self.city, false)
    }

    /// The city as it was at a past second, played again from the keyframe before it.
    ///
    /// # Errors
    /// [`BrainError::OutOfReach`] for a moment before the first keyframe or in the future.
    pub fn map_at(&self, at: CityTime) -> Result<MapView, BrainError> {
        Ok(self.map_of(&self.city_at(at)?, true))
    }

    /// All that people saw at a past second: the map played again, beside it what stood in the
    /// lists then. Indicators and calls' corridors are at most ten seconds older than the map.
    ///
    /// # Errors
    /// [`BrainError::OutOfReach`] as for [`Self::map_at`].
    pub fn past(&self, at: CityTime) -> Result<Past, BrainError> {
        let city = self.city_at(at)?;
        let map = self.map_of(&city, true);
        let mut view = self.pictures.at(map.at).ok_or_else(|| self.out_of_reach())?;
        let ids = view.signals.ids();
        for (id, status) in ids.zip(view.signals.iter_mut()) {
            let (Some(status), Some(report)) = (status, city.world.report(id)) else { continue };
            let shown =
                city.world.signals[id].as_ref().and_then(|one| one.controller.shown_since());
            status.stage = report.stage;
            status.since =
                shown.map_or(map.at, |second| CityTime::from_millis(second * 1000)).min(map.at);
            (status.plan, status.manual) = (report.plan, report.is_manual());
        }
        for call in &mut view.calls {
            if let Some(ambulance) = find(&city, call.id) {
                (call.stage, call.vehicle) = (stage(ambulance), ambulance.whereabouts());
                call.eta = ambulance.reached_patient;
            }
        }
        Ok(Past { view, map })
    }

    /// Takes a picture of the state when one is due, for [`Self::past`].
    pub(crate) fn remember(&mut self) {
        if self.pictures.is_due(self.now()) {
            let (view, earliest) = (self.view(), self.earliest());
            self.pictures.take(view, earliest);
        }
    }

    fn city_at(&self, at: CityTime) -> Result<SimulatedCity, BrainError> {
        let played = (at <= self.now()).then(|| self.keyframes.play(at)).flatten();
        played.ok_or_else(|| self.out_of_reach())
    }

    fn out_of_reach(&self) -> BrainError {
        BrainError::OutOfReach {
            earliest_ms: self.earliest().millis(),
            latest_ms: self.now().millis(),
        }
    }

    /// The earliest moment [`Self::map_at`] and [`Self::past`] can show.
    pub fn earliest(&self) -> CityTime {
        self.keyframes.earliest()
    }

    fn map_of(&self, city: &SimulatedCity, scrubbed: bool) -> MapView {
        let twin = &city.world.twin;
        let roads = self.network.roads.ids().map(|road| self.road_view(twin, road)).collect();
        let signals = city
            .world
            .signals
            .iter_ids()
            .filter_map(|(id, signal)| {
                let aspects = signal.as_ref()?.aspects;
                let stage = city.world.report(id)?.stage;
                // A controller names a stage as soon as it is told to; its heads follow.
                let stage = stage.filter(|stage| self.heads_show(id, *stage, aspects.green));
                Some((id, stage, aspects.green.0, aspects.amber.0))
            })
            .collect();
        let mut vehicles: Vec<VehicleView> =
            twin.vehicles().map(|vehicle| self.vehicle_view(&vehicle)).collect();
        vehicles.sort_by_key(|vehicle| vehicle.id);
        MapView { at: city.world.now(), scrubbed, roads, signals, vehicles }
    }

    /// Whether the heads for vehicles show a stage, all of it and nothing else.
    fn heads_show(&self, junction: JunctionId, stage: StageIdx, green: GroupSet) -> bool {
        let Some(signal) = &self.network.junctions[junction].signal else { return false };
        let Some(stage) = signal.stages.get(stage.0 as usize) else { return false };
        signal.groups.iter().enumerate().all(|(index, group)| {
            let group_index = GroupIdx(index as u8);
            !matches!(group.kind, GroupKind::Vehicle { .. })
                || green.contains(group_index) == stage.green.contains(group_index)
        })
    }

    fn road_view(&self, twin: &Twin, road: urbis_core::RoadId) -> RoadView {
        let (mut vehicles, mut ratio, mut queue) = (0.0, 0.0, 0);
        for lane in self.network.lanes_of(road) {
            let count = twin.lane_vehicles(lane) as f64;
            if count > 0.0 {
                let limit = self.network.lanes[lane].speed_limit;
                vehicles += count;
                ratio += count * (twin.lane_mean_speed(lane) / limit);
                queue += twin.lane_waiting(lane);
            }
        }
        RoadView {
            speed_ratio: (vehicles > 0.0).then(|| (ratio / vehicles) as f32),
            queued: queue.min(u16::MAX as usize) as u16,
            vehicles: vehicles as u16,
        }
    }

    fn vehicle_view(&self, vehicle: &urbis_twin::Vehicle) -> VehicleView {
        let shape = match vehicle.spot {
            Spot::Lane(lane) => &self.lane_shapes[lane],
            Spot::LaneLink(link) => &self.network.lane_links[link].shape,
        };
        let (point, heading_rad) = along(shape, vehicle.position);
        VehicleView {
            id: vehicle.id.0,
            class: vehicle.class as u8,
            siren: vehicle.siren,
            x: point.x,
            y: point.y,
            heading_rad,
            speed: vehicle.speed,
        }
    }

    fn calls(&self, now: CityTime) -> Vec<CallView> {
        self.outside
            .calls
            .iter()
            .filter_map(|call| {
                let own = find(&self.city, call.id);
                let ended = own.and_then(|ambulance| match ambulance.progress {
                    Progress::Done(at) => Some(at),
                    _ => None,
                });
                let other = self.judge.counterfactual.as_ref().and_then(|city| find(city, call.id));
                // Without the brain it may still be driving: the comparison is not over then.
                let compared = other.is_none_or(|it| matches!(it.progress, Progress::Done(_)));
                if compared && ended.is_some_and(|at| now - at > KEPT) {
                    return None;
                }
                Some(CallView {
                    id: call.id,
                    at: call.at,
                    road: call.road,
                    patient: call.patient.clone(),
                    erased: self
                        .outside
                        .hidden
                        .get(&call.id)
                        .is_some_and(|hidden| self.state().erased.contains(&hidden.subject)),
                    stage: own.map_or(CallStage::ToPatient, stage),
                    vehicle: own.and_then(Ambulance::whereabouts),
                    route: own.and_then(Ambulance::leg).map_or(Vec::new(), |(leg, _)| {
                        own.map_or(Vec::new(), |ambulance| ambulance.route(leg).to_vec())
                    }),
                    corridor: own.map_or(Vec::new(), |ambulance| self.corridor(ambulance, now)),
                    eta: own.and_then(|ambulance| ambulance.reached_patient),
                    without: other.map(|ambulance| (stage(ambulance), ambulance.reached_patient)),
                })
            })
            .collect()
    }

    /// The junctions of the corridor decided for the leg an ambulance drives.
    fn corridor(
        &self,
        ambulance: &Ambulance,
        now: CityTime,
    ) -> Vec<(JunctionId, CityTime, CorridorState)> {
        let Some((leg, _)) = ambulance.leg() else { return Vec::new() };
        let route = ambulance.route(leg);
        let granted = self.brain.ledger.proposal_views().into_iter().any(|view| {
            view.status == crate::view::ProposalStatus::Approved
                && view.proposal.event == Some(ambulance.call)
                && view.proposal.options.iter().flat_map(|option| &option.actions).any(
                    |action| matches!(action, Action::Corridor { route: own, .. } if own == route),
                )
        });
        let Some((lane, position, speed)) = ambulance.whereabouts().filter(|_| granted) else {
            return Vec::new();
        };
        let mut corridor = Corridor::new(&self.network, route, Seconds::ZERO);
        let road = self.network.lanes[lane].road;
        corridor.update(
            (road, position, speed),
            |road| self.network.lanes[self.network.roads[road].lanes.start].speed_limit,
            |_| 0.0,
            |_, _| {},
        );
        let cruise = speed.max(MetersPerSecond::new(10.0));
        corridor
            .etas(cruise)
            .into_iter()
            .map(|(junction, eta, state)| {
                let held = self.brain.holds(junction);
                let shown = match state {
                    CrossingState::Passed => CorridorState::Passed,
                    _ if held && self.serves(&corridor, junction) => CorridorState::Green,
                    _ if held => CorridorState::Clearing,
                    _ => CorridorState::Planned,
                };
                (junction, now + Duration::from_millis((eta.get() * 1000.0) as i64), shown)
            })
            .collect()
    }

    /// Whether a junction's reported stage serves the corridor's movement there.
    fn serves(&self, corridor: &Corridor, junction: JunctionId) -> bool {
        let stage = self.brain.signals.get(junction).and_then(|s| s.as_ref()?.stage);
        corridor
            .crossings
            .iter()
            .find(|crossing| crossing.junction == junction)
            .is_some_and(|crossing| stage.is_some_and(|stage| crossing.stages.contains(&stage)))
    }
}

fn find(city: &SimulatedCity, call: urbis_core::EventId) -> Option<&Ambulance> {
    city.ambulances.iter().find(|ambulance| ambulance.call == call)
}

fn stage(ambulance: &Ambulance) -> CallStage {
    match ambulance.progress {
        Progress::Driving(Leg::ToPatient, _) => CallStage::ToPatient,
        Progress::AtPatient(_) => CallStage::AtPatient,
        Progress::Driving(Leg::ToHospital, _) => CallStage::ToHospital,
        Progress::Done(_) => CallStage::Arrived,
    }
}

/// The point `distance` along `shape`, and the heading there in radians clockwise from north.
fn along(shape: &[Point], distance: Meters) -> (Point, f64) {
    let mut left = distance.get();
    let mut last = (shape.first().copied().unwrap_or_default(), 0.0);
    for pair in shape.windows(2) {
        let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
        let length = (dx * dx + dy * dy).sqrt();
        if length <= 0.0 {
            continue;
        }
        let share = (left / length).min(1.0);
        let heading = libm::atan2(dx, dy).rem_euclid(std::f64::consts::TAU);
        last = (Point::new(pair[0].x + dx * share, pair[0].y + dy * share), heading);
        if left <= length {
            return last;
        }
        left -= length;
    }
    last
}
