//! What the brain shows: plain values for the interface, made after every second of city time.
//!
//! `server` turns these into the wire types of its API; nothing here knows of HTTP or JSON.

use urbis_core::{
    CommandId, Decision, Event, EventId, IdVec, Indicators, JunctionId, LaneId, Law, Message,
    MovementId, Outcome, PersonId, Place, Proposal, Rehearsal, RoadId, Sealed, SignalStatus,
    StageIdx,
};
use urbis_units::{CityTime, Meters, MetersPerSecond, Mode, Seconds};

/// Indicators of how the traffic fares.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Kpi {
    /// Vehicles in the network.
    pub vehicles: u32,
    /// Vehicles that wait to enter it.
    pub waiting_to_enter: u32,
    /// Mean speed over the last five minutes.
    pub mean_speed: MetersPerSecond,
    /// Delay in the last fifteen minutes, per vehicle that was under way in them. Not of finished
    /// trips: whoever clears a jam would be charged with all that its vehicles had lost before.
    pub mean_delay: Seconds,
    /// Delay of all vehicles since the start, vehicle hours.
    pub total_delay_veh_h: f64,
    /// Stops per vehicle kilometre is misleading on short trips: stops per finished trip.
    pub stops_per_vehicle: f64,
    /// Trips finished since the start.
    pub finished: u32,
    /// Vehicles standing now.
    pub queue_veh: u32,
}

impl From<&Kpi> for Indicators {
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

/// An event as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventView {
    /// The event, in its newest picture.
    pub event: Event,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(PersonId, CityTime)>,
    /// Rank among what matters now, 0 first.
    pub rank: u32,
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalStatus {
    /// Being rehearsed.
    Rehearsing,
    /// Waiting for a decision.
    Open,
    /// Approved.
    Approved,
    /// Refused.
    Refused,
    /// Too late.
    Expired,
    /// Withdrawn by its scene.
    Withdrawn,
}

/// A proposal as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposalView {
    /// The proposal.
    pub proposal: Proposal,
    /// Where it stands.
    pub status: ProposalStatus,
    /// Rehearsal of each option, as far as finished.
    pub rehearsals: Vec<Option<Rehearsal>>,
    /// The option with the best rehearsal.
    pub recommended: u8,
    /// Who acknowledged it, and when.
    pub acknowledged: Option<(PersonId, CityTime)>,
    /// Rank among what matters now, 0 first.
    pub rank: u32,
}

/// A decision as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionView {
    /// The decision.
    pub decision: Decision,
    /// What was decided on, in words.
    pub text: Message,
    /// Where.
    pub place: Place,
    /// What it really did, once measured.
    pub outcome: Option<Outcome>,
    /// Commands given under it.
    pub commands: u32,
    /// Commands the interlock refused.
    pub refused_commands: u32,
}

/// How far an ambulance has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallStage {
    /// On its way to the patient.
    ToPatient,
    /// With the patient.
    AtPatient,
    /// On its way to the hospital.
    ToHospital,
    /// Arrived.
    Arrived,
}

/// State of one junction of a corridor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorridorState {
    /// Will be asked for green later.
    Planned,
    /// Queue ahead of the vehicle is being cleared.
    Clearing,
    /// Green for the vehicle.
    Green,
    /// The vehicle has passed.
    Passed,
}

/// An emergency call as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallView {
    /// The event of the call.
    pub id: EventId,
    /// When it came in.
    pub at: CityTime,
    /// Road of the patient.
    pub road: RoadId,
    /// Personal fields of the patient, sealed.
    pub patient: Vec<Sealed>,
    /// Whether the patient was erased: the place stays in view while the ambulance works.
    pub erased: bool,
    /// How far it has come.
    pub stage: CallStage,
    /// Where the vehicle reports to be: lane, distance along it, speed.
    pub vehicle: Option<(LaneId, Meters, MetersPerSecond)>,
    /// Roads it will still drive.
    pub route: Vec<RoadId>,
    /// Junctions of its corridor with the expected time of arrival, when there is one.
    pub corridor: Vec<(JunctionId, CityTime, CorridorState)>,
    /// Expected (or real) arrival at the patient.
    pub eta: Option<CityTime>,
    /// The same in the counterfactual.
    pub without: Option<(CallStage, Option<CityTime>)>,
}

/// A closed lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosureView {
    /// Which.
    pub lane: LaneId,
    /// Since when.
    pub since: CityTime,
    /// By whom.
    pub who: PersonId,
    /// Why.
    pub reason: String,
}

/// A broken service bound.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmView {
    /// Sequence of its record.
    pub sequence: u64,
    /// When.
    pub at: CityTime,
    /// Where.
    pub junction: JunctionId,
    /// What.
    pub text: Message,
}

/// Who pressed the stop button, when, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct StopView {
    /// Who.
    pub who: PersonId,
    /// When.
    pub at: CityTime,
    /// Why.
    pub why: Message,
}

/// Everything that changes, at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Sequence of the newest journal record.
    pub sequence: u64,
    /// Now.
    pub at: CityTime,
    /// How the clock is driven.
    pub mode: Mode,
    /// The city.
    pub with: Kpi,
    /// The counterfactual, where one runs.
    pub without: Option<Kpi>,
    /// Open events, and those over for less than ten minutes.
    pub events: Vec<EventView>,
    /// Open proposals, and those settled for less than ten minutes.
    pub proposals: Vec<ProposalView>,
    /// The last hundred decisions.
    pub decisions: Vec<DecisionView>,
    /// Calls under way, and those that ended within the last ten minutes.
    pub calls: Vec<CallView>,
    /// Closed lanes.
    pub closures: Vec<ClosureView>,
    /// Signal controllers, `None` where a junction has none.
    pub signals: IdVec<JunctionId, Option<SignalStatus>>,
    /// Alarms of the last ten minutes.
    pub alarms: Vec<AlarmView>,
    /// Whether the stop button is in.
    pub stopped: Option<StopView>,
}

/// Why a controller shows what it shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoiceView {
    /// When it was chosen.
    pub at: CityTime,
    /// The stage chosen.
    pub stage: StageIdx,
    /// In the field's terms.
    pub text: Message,
    /// The command that carried it, if one was needed.
    pub command: Option<CommandId>,
}

/// One junction in depth.
#[derive(Debug, Clone, PartialEq)]
pub struct JunctionView {
    /// Which.
    pub id: JunctionId,
    /// Its controller, if it has one.
    pub status: Option<SignalStatus>,
    /// Law in force.
    pub law: Law,
    /// The newest choice with its reason.
    pub choice: Option<ChoiceView>,
    /// Lanes that lead to it with their estimate.
    pub lanes: Vec<(LaneId, urbis_core::LaneEstimate)>,
    /// Its movements with their estimated flow and its standard deviation, vehicles an hour.
    pub turns: Vec<(MovementId, f32, f32)>,
    /// The newest of its choices that was rehearsed afterwards.
    pub rehearsed: Option<urbis_core::ChoiceRehearsal>,
}

/// How far one kind of belief was off.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ErrorView {
    /// What, with its unit as suffix.
    pub measure: String,
    /// How far ahead, for forecasts.
    pub horizon: Option<Seconds>,
    /// Mean of belief less truth.
    pub bias: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Root mean square error.
    pub rmse: f64,
    /// Share of truths inside the 90 % interval; `None` where the belief has no interval.
    pub coverage_90: Option<f64>,
    /// Mean width of the interval.
    pub mean_width: Option<f64>,
    /// How many comparisons.
    pub n: u64,
}

/// Sampled choices of stage since the start, rehearsed afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChoicesView {
    /// How many.
    pub sampled: u32,
    /// How many were better than keeping the stage shown, in the middle of their interval.
    pub better: u32,
    /// How many were worse by all of their interval.
    pub worse: u32,
}

/// How far estimate, forecast and predictions were off since the start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccuracyView {
    /// Estimate against what was measured later or, in a simulated city, against the truth.
    pub estimate: Vec<ErrorView>,
    /// Forecast against what came.
    pub forecast: Vec<ErrorView>,
    /// Predictions against outcomes.
    pub predictions: Vec<ErrorView>,
    /// Vehicles in the mirror now.
    pub believed_vehicles: u32,
    /// Vehicles the corrections have added to the mirror so far.
    pub added_vehicles: u64,
    /// Vehicles the corrections have removed from the mirror so far.
    pub removed_vehicles: u64,
    /// Decisions with a prediction.
    pub decisions: u32,
    /// Decisions whose outcome is known.
    pub outcomes: u32,
    /// Choices of stage that were rehearsed afterwards.
    pub choices: ChoicesView,
}

/// One point of the indicators' series, taken every minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HistoryPoint {
    /// When.
    pub at: CityTime,
    /// The city.
    pub with: Kpi,
    /// The counterfactual.
    pub without: Option<Kpi>,
}

/// A vehicle to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VehicleView {
    /// Number of the vehicle.
    pub id: u32,
    /// Kind of road user, as the map's wire format numbers them: 0 car, 1 truck, 2 bus,
    /// 3 two-wheeler, 4 emergency.
    pub class: u8,
    /// Whether its siren is on.
    pub siren: bool,
    /// Metres east of the network's origin.
    pub x: f64,
    /// Metres north of the network's origin.
    pub y: f64,
    /// Heading, radians clockwise from north.
    pub heading_rad: f64,
    /// Speed.
    pub speed: MetersPerSecond,
}

/// How a road fares.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RoadView {
    /// Mean speed over limit; `None` when the road is empty.
    pub speed_ratio: Option<f32>,
    /// Vehicles standing on it.
    pub queued: u16,
    /// Vehicles on it.
    pub vehicles: u16,
}

/// Everything a map frame needs, at one moment (now, or scrubbed back).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MapView {
    /// When.
    pub at: CityTime,
    /// Whether this is a past moment.
    pub scrubbed: bool,
    /// Roads, in id order.
    pub roads: Vec<RoadView>,
    /// By signalized junction: id, stage (`None` between stages), green groups, amber groups.
    pub signals: Vec<(JunctionId, Option<StageIdx>, u64, u64)>,
    /// All vehicles, by id ascending.
    pub vehicles: Vec<VehicleView>,
}

/// The city as it was at a past moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Everything that changes.
    pub view: View,
    /// What the map showed.
    pub map: MapView,
}
