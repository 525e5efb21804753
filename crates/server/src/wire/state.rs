//! Everything that changes.

use serde::Serialize;
use urbis_brain::view::{AlarmView, Kpi, StopView};
use urbis_core::{Actor, JunctionId, LaneId, Law, PersonId, SignalStatus};
use utoipa::ToSchema;

use super::call::{CallDto, PatientDto, call};
use super::common::{Text, Writer};
use super::event::{EventDto, event};
use super::proposal::{DecisionDto, ProposalDto, decision, mode, proposal, reason};
use crate::moment::{Clock, Moment};

/// Who is who, for people.
pub trait Names {
    /// Name of a person.
    fn person(&self, id: &PersonId) -> String;

    /// Name of whoever acted.
    fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::Person(id) => self.person(id),
            Actor::Scene(scene) => scene.clone(),
            Actor::System => "system".to_owned(),
        }
    }
}

/// Everything that changes, at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StateDto {
    /// Sequence of the newest journal record.
    pub sequence: u64,
    /// The city clock.
    pub clock: ClockDto,
    /// Indicators with and without the brain.
    pub kpi: KpisDto,
    /// Events, open or over for less than ten minutes.
    pub events: Vec<EventDto>,
    /// Proposals, open or settled for less than ten minutes.
    pub proposals: Vec<ProposalDto>,
    /// The last hundred decisions.
    pub decisions: Vec<DecisionDto>,
    /// Emergency calls.
    pub calls: Vec<CallDto>,
    /// Closed lanes.
    pub closures: Vec<ClosureDto>,
    /// Signal controllers.
    pub controls: Vec<ControlDto>,
    /// Alarms of the last ten minutes.
    pub alarms: Vec<AlarmDto>,
    /// Who pressed the stop button, if it is in.
    pub stopped: Option<StopDto>,
}

/// The city clock.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ClockDto {
    /// The moment shown, city milliseconds.
    pub at_ms: i64,
    /// `live`, `replay` or `simulated`.
    pub mode: &'static str,
    /// Whether it stands still.
    pub paused: bool,
    /// City seconds per wall second asked for.
    pub speed: f64,
    /// Whether the reader is shown a past moment; then everything else here is as it was then.
    pub scrubbed: bool,
    /// The earliest moment that can be shown: up to four hours back, never before this process
    /// began.
    pub earliest_ms: i64,
    /// Now.
    pub latest_ms: i64,
    /// Whether the next second is due and waits for a rehearsal to be ready.
    pub waiting: bool,
    /// City seconds per wall second reached.
    pub steps_per_wall_second: f64,
}

/// Indicators with and without the brain.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KpisDto {
    /// Measured in the city.
    pub with: KpiDto,
    /// Measured in the counterfactual; null where none runs.
    pub without: Option<KpiDto>,
}

/// How the traffic fares.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KpiDto {
    /// Vehicles in the network.
    pub vehicles: u32,
    /// Vehicles that wait to enter it.
    pub waiting_to_enter: u32,
    /// Mean speed over the last five minutes, m/s.
    pub mean_speed_mps: f64,
    /// Delay in the last fifteen minutes, per vehicle that was under way in them, s.
    pub mean_delay_s: f64,
    /// Delay of all vehicles since the start, vehicle hours.
    pub total_delay_veh_h: f64,
    /// Stops per finished trip.
    pub stops_per_vehicle: f64,
    /// Trips finished since the start.
    pub finished: u32,
    /// Vehicles standing now.
    pub queue_veh: u32,
}

impl From<&Kpi> for KpiDto {
    fn from(kpi: &Kpi) -> Self {
        Self {
            vehicles: kpi.vehicles,
            waiting_to_enter: kpi.waiting_to_enter,
            mean_speed_mps: kpi.mean_speed.get(),
            mean_delay_s: kpi.mean_delay.get(),
            total_delay_veh_h: kpi.total_delay_veh_h,
            stops_per_vehicle: kpi.stops_per_vehicle,
            finished: kpi.finished,
            queue_veh: kpi.queue_veh,
        }
    }
}

/// A closed lane.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ClosureDto {
    /// Which lane.
    pub lane: u32,
    /// Of which road.
    pub road: u32,
    /// Since when, city milliseconds.
    pub since_ms: i64,
    /// Who closed it.
    pub who: String,
    /// Why.
    pub reason: String,
}

/// One signal controller.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ControlDto {
    /// Its junction.
    pub junction: u32,
    /// Law in force.
    pub law: &'static str,
    /// Who has taken control.
    pub taken_by: Option<String>,
    /// Whether someone at the cabinet switched to local manual.
    pub manual: bool,
}

/// A broken service bound.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlarmDto {
    /// Sequence of its record.
    pub id: u64,
    /// When, city milliseconds.
    pub at_ms: i64,
    /// Where.
    pub junction: u32,
    /// What.
    pub text: Text,
}

/// Who pressed the stop button.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StopDto {
    /// Name.
    pub by: String,
    /// When, city milliseconds.
    pub at_ms: i64,
    /// Why.
    pub reason: String,
}

/// Word for a law.
pub fn law(law: Law) -> &'static str {
    match law {
        Law::LocalPlan => "local_plan",
        Law::Webster => "webster",
        Law::MaxPressure => "max_pressure",
    }
}

fn clock(moment: &Moment, clock: &Clock) -> ClockDto {
    ClockDto {
        at_ms: clock.scrubbed.unwrap_or(clock.latest).millis(),
        mode: mode(moment.view.mode),
        paused: clock.paused,
        speed: clock.speed,
        scrubbed: clock.scrubbed.is_some(),
        earliest_ms: clock.earliest.millis(),
        latest_ms: clock.latest.millis(),
        waiting: clock.waiting,
        steps_per_wall_second: (clock.steps_per_wall_second * 10.0).round() / 10.0,
    }
}

fn control(names: &dyn Names, junction: JunctionId, status: &SignalStatus) -> ControlDto {
    ControlDto {
        junction: junction.0,
        law: law(status.law),
        taken_by: status.taken_by.as_ref().map(|person| names.person(person)),
        manual: status.manual,
    }
}

fn alarm(writer: Writer<'_>, view: &AlarmView) -> AlarmDto {
    AlarmDto {
        id: view.sequence,
        at_ms: view.at.millis(),
        junction: view.junction.0,
        text: writer.text(&view.text, false),
    }
}

fn stop(names: &dyn Names, view: &StopView) -> StopDto {
    StopDto { by: names.person(&view.who), at_ms: view.at.millis(), reason: reason(&view.why) }
}

/// The state at `moment`, now or past, as far as `writer`'s reader may see it.
pub fn state(writer: Writer<'_>, names: &dyn Names, moment: &Moment) -> StateDto {
    let view = &moment.view;
    let road_of = |lane: LaneId| writer.atlas.road_of(lane).map_or(0, |road| road.0);
    StateDto {
        sequence: view.sequence,
        clock: clock(moment, &moment.clock),
        kpi: KpisDto {
            with: KpiDto::from(&view.with),
            without: view.without.as_ref().map(KpiDto::from),
        },
        events: view.events.iter().map(|one| event(writer, names, one)).collect(),
        proposals: view.proposals.iter().map(|one| proposal(writer, names, one)).collect(),
        decisions: view.decisions.iter().map(|one| decision(writer, names, one)).collect(),
        calls: view.calls.iter().map(|one| call(writer, view, one)).collect(),
        closures: view
            .closures
            .iter()
            .map(|one| ClosureDto {
                lane: one.lane.0,
                road: road_of(one.lane),
                since_ms: one.since.millis(),
                who: names.person(&one.who),
                reason: one.reason.clone(),
            })
            .collect(),
        controls: view
            .signals
            .iter_ids()
            .filter_map(|(id, status)| Some(control(names, id, status.as_ref()?)))
            .collect(),
        alarms: view.alarms.iter().map(|one| alarm(writer, one)).collect(),
        stopped: view.stopped.as_ref().map(|one| stop(names, one)),
    }
}

/// Puts what callers said of their patients into the calls, for a reader who may see it.
pub fn with_patients(state: &mut StateDto, patients: &[(u32, Option<PatientDto>)]) {
    for call in &mut state.calls {
        let Some((_, patient)) = patients.iter().find(|(id, _)| *id == call.id) else { continue };
        call.patient.clone_from(patient);
        call.erased |= patient.is_none();
    }
}
