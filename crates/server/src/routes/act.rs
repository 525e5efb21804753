//! Acting: every handler asks policy, signs the act with the person's name, and answers once the
//! journal is durable.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::{Extension, Json};
use urbis_core::{
    EventId, Input, Intake, JunctionId, Keyring, LaneId, Law, Message, Opened, ProposalId, Purpose,
    Reason, RoadId, Sealed, StageIdx, SubjectId,
};
use urbis_units::{CityTime, Meters};

use crate::access::{Person, random_name};
use crate::app::{Answer, App};
use crate::driver::ClockAction;
use crate::live::LiveCity;
use crate::problem::{Problem, ProblemDetails};
use crate::wire::act::{
    Accepted, AcknowledgeBody, AreaBody, CallBody, ClockBody, CloseBody, ControlBody, DecideBody,
    EraseBody, LawBody, ScrubBody, StopBody, TEXT_MAX, WhyBody,
};
use crate::wire::call::PatientDto;

/// How far before the stop line an obstacle is put, metres.
const BEFORE_STOP_LINE_M: f64 = 12.0;

/// A body that may have been refused while it was read.
type Body<T> = Result<Json<T>, JsonRejection>;
/// An id of the path that may not be a number.
type IdPath = Result<Path<u32>, PathRejection>;

/// A person's words, not longer than a record should hold.
fn words(field: &str, text: &str) -> Result<String, Problem> {
    if text.chars().count() > TEXT_MAX {
        let message = Message::new("server-too-long").number("most", TEXT_MAX as f64);
        let text = format!("{field} is longer than {TEXT_MAX} characters; shorten it");
        return Err(Problem::BadRequest(Reason::new(message, text)));
    }
    Ok(text.trim().to_owned())
}

/// There is no such thing.
pub(crate) fn nothing(message: Message, what: &str, id: u32) -> Problem {
    let message = message.number("id", f64::from(id));
    Problem::NotFound(Reason::new(message, format!("there is no {what} {id}")))
}

/// A person's words where an act needs them.
fn needed_words(field: &str, text: &str) -> Result<String, Problem> {
    let words = words(field, text)?;
    if words.is_empty() {
        let text = format!("{field} is empty; say why, in a few words");
        return Err(Problem::Refused(Reason::new(Message::new("server-say-why"), text)));
    }
    Ok(words)
}

async fn submit(app: &App, person: &Person, why: &str, what: Intake) -> Answer<Accepted> {
    // What one sees is no longer so; only the stop button is always right.
    if what != Intake::Stop && app.handle.moment_of(&person.id).clock.scrubbed.is_some() {
        return Err(Problem::LookingBack);
    }
    let input = Input { act: app.act(person, why), what };
    let sequence = app.handle.act(move |city| city.submit(input)).await??;
    Ok(Json(Accepted { accepted: true, sequence }))
}

async fn clock_action(app: &App, action: ClockAction) -> Answer<Accepted> {
    let sequence = app.handle.clock(action).await??;
    Ok(Json(Accepted { accepted: true, sequence }))
}

/// Pauses, resumes or changes the speed of the city clock.
#[utoipa::path(post, path = "/api/v1/clock", tag = "act", request_body = ClockBody,
    responses((status = 200, body = Accepted), (status = 422, body = ProblemDetails)))]
pub(crate) async fn clock(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    body: Body<ClockBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::DriveClock, "/api/v1/clock")?;
    let Json(body) = body?;
    let action = match body {
        ClockBody::Pause {} => ClockAction::Pause,
        ClockBody::Resume {} => ClockAction::Resume,
        ClockBody::Speed { speed } => ClockAction::Speed(speed),
    };
    clock_action(&app, action).await
}

/// Shows whoever asks a past moment, or now again; the city goes on, and others see it as before.
#[utoipa::path(post, path = "/api/v1/clock/scrub", tag = "act", request_body = ScrubBody,
    responses((status = 200, body = Accepted), (status = 422, body = ProblemDetails)))]
pub(crate) async fn scrub(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    body: Body<ScrubBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::DriveClock, "/api/v1/clock/scrub")?;
    let Json(body) = body?;
    let action = match body {
        ScrubBody { live: true, at_ms: None } => ClockAction::Live(person.id),
        ScrubBody { live: false, at_ms: Some(at) } => {
            ClockAction::Scrub(person.id, CityTime::from_millis(at))
        }
        _ => {
            return Err(Problem::unreadable("give either at_ms (a past moment) or live: true"));
        }
    };
    clock_action(&app, action).await
}

/// Approves an option of a proposal, or refuses it.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/decide", tag = "act",
    params(("id" = u32, Path, description = "Proposal")), request_body = DecideBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: IdPath,
    body: Body<DecideBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::Decide, "/api/v1/proposals/decide")?;
    let (Path(id), Json(body)) = (id?, body?);
    let (option, reason) = match &body {
        DecideBody::Approve { option, reason } => (Some(*option), words("reason", reason)?),
        DecideBody::Refuse { reason } => (None, needed_words("reason", reason)?),
    };
    submit(&app, &person, &reason, Intake::Decide { proposal: ProposalId(id), option }).await
}

/// Acknowledges an event by name.
#[utoipa::path(post, path = "/api/v1/events/{id}/acknowledge", tag = "act",
    params(("id" = u32, Path, description = "Event")), request_body = AcknowledgeBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails)))]
pub(crate) async fn acknowledge(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: IdPath,
    body: Body<AcknowledgeBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::Acknowledge, "/api/v1/events/acknowledge")?;
    let (Path(id), Json(body)) = (id?, body?);
    let note = words("note", &body.note)?;
    submit(&app, &person, &note, Intake::Acknowledge { event: EventId(id) }).await
}

/// Acknowledges a proposal by name; it still waits for its decision.
#[utoipa::path(post, path = "/api/v1/proposals/{id}/acknowledge", tag = "act",
    params(("id" = u32, Path, description = "Proposal")), request_body = AcknowledgeBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails)))]
pub(crate) async fn acknowledge_proposal(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: IdPath,
    body: Body<AcknowledgeBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::Acknowledge, "/api/v1/proposals/acknowledge")?;
    let (Path(id), Json(body)) = (id?, body?);
    let note = words("note", &body.note)?;
    let what = Intake::AcknowledgeProposal { proposal: ProposalId(id) };
    submit(&app, &person, &note, what).await
}

/// Length of a lane, if it is there.
fn lane_length(app: &App, lane: LaneId) -> Result<Meters, Problem> {
    let lanes = &app.atlas.network().lanes;
    let found = lanes.get(lane).map(|one| one.length);
    found.ok_or_else(|| nothing(Message::new("brain-no-lane"), "lane", lane.0))
}

/// Closes a lane as planned work, or puts an obstacle there for the brain to notice.
#[utoipa::path(post, path = "/api/v1/lanes/{id}/close", tag = "act",
    params(("id" = u32, Path, description = "Lane")), request_body = CloseBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
pub(crate) async fn close_lane(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: IdPath,
    body: Body<CloseBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::CloseLane, "/api/v1/lanes/close")?;
    let (Path(id), Json(body)) = (id?, body?);
    let lane = LaneId(id);
    let length = lane_length(&app, lane)?;
    let reason = needed_words("reason", &body.reason)?;
    let what = if body.blockage {
        // Near the stop line, as most crashes are; further back the traffic closes up again behind it.
        let position_m = (length.get() - BEFORE_STOP_LINE_M).max(length.get() / 2.0);
        Intake::Blockage { lane, position_m, lasts_s: None }
    } else {
        Intake::CloseLane { lane, reason: reason.clone() }
    };
    submit(&app, &person, &reason, what).await
}

/// Opens a lane, or takes the obstacle away.
#[utoipa::path(post, path = "/api/v1/lanes/{id}/open", tag = "act",
    params(("id" = u32, Path, description = "Lane")), request_body = WhyBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
pub(crate) async fn open_lane(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: IdPath,
    body: Body<WhyBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::CloseLane, "/api/v1/lanes/open")?;
    let (Path(id), Json(body)) = (id?, body?);
    let why = words("reason", &body.reason)?;
    let lane = LaneId(id);
    lane_length(&app, lane)?;
    let closed = app.handle.moment().view.closures.iter().any(|one| one.lane == lane);
    let what = if closed { Intake::OpenLane { lane } } else { Intake::Unblock { lane } };
    submit(&app, &person, &why, what).await
}

/// Seals what the caller said of the patient under a key of the patient's own.
fn seal(app: &App, patient: &PatientDto) -> Result<Vec<Sealed>, Problem> {
    if *patient == PatientDto::default() {
        return Ok(Vec::new());
    }
    let failed = |why: String| Problem::Journal(why);
    let subject = SubjectId(random_name().map_err(|error| failed(error.to_string()))?);
    let text = serde_json::to_string(patient).map_err(|error| failed(error.to_string()))?;
    let sealed = app.keyring.clone().seal(&subject, &Opened::new(text));
    Ok(vec![sealed.map_err(|error| failed(error.to_string()))?])
}

/// Sends an ambulance.
#[utoipa::path(post, path = "/api/v1/calls", tag = "act", request_body = CallBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
pub(crate) async fn call(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    body: Body<CallBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::Dispatch, "/api/v1/calls")?;
    let Json(body) = body?;
    let road = RoadId(body.road);
    if app.atlas.network().roads.get(road).is_none() {
        return Err(nothing(Message::new("brain-no-road"), "road", body.road));
    }
    for (field, text) in [
        ("patient.name", &body.patient.name),
        ("patient.phone", &body.patient.phone),
        ("patient.address", &body.patient.address),
    ] {
        words(field, text)?;
    }
    let why = words("reason", &body.reason)?;
    let sealing = Arc::clone(&app);
    let patient = tokio::task::spawn_blocking(move || seal(&sealing, &body.patient));
    let patient = patient.await.map_err(|_panicked| Problem::Stopped)??;
    // The loop numbers events; the number here is only a wish.
    let what = Intake::Call { event: EventId(u32::MAX), road, hospital: None, patient };
    submit(&app, &person, &why, what).await
}

/// Erases for good what a call's caller said of the patient; also of a call of long ago.
#[utoipa::path(post, path = "/api/v1/calls/{id}/erase", tag = "act",
    params(("id" = u32, Path, description = "Call")), request_body = EraseBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails)))]
pub(crate) async fn erase_patient(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: IdPath,
    body: Body<EraseBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::ErasePerson, "/api/v1/calls/erase")?;
    let (Path(id), Json(body)) = (id?, body?);
    let act = app.act(&person, &words("reason", &body.reason)?);
    let persons = app.handle.read(move |city| city.persons_of(EventId(id))).await?;
    if persons.is_empty() {
        let message = Message::new("server-nothing-personal").number("call", f64::from(id));
        let text = format!("nothing personal is kept of call {id}");
        return Err(Problem::NotFound(Reason::new(message, text)));
    }
    let asked = persons.clone();
    let erase = move |city: &mut dyn LiveCity| {
        asked.into_iter().try_for_each(|subject| {
            city.submit(Input { act: act.clone(), what: Intake::ErasePerson { subject } })
        })
    };
    let sequence = app.handle.act(erase).await??;
    // It is in the journal, durably. The city does the same with its next second, which may be long
    // in coming: its clock may stand still.
    let mut keyring = app.keyring.clone();
    let erased = tokio::task::spawn_blocking(move || {
        persons.iter().try_for_each(|subject| keyring.erase(subject))
    });
    if let Err(error) = erased.await.map_err(|_panicked| Problem::Stopped)? {
        tracing::error!(%error, call = id, "a key was not destroyed; the city tries again");
    }
    Ok(Json(Accepted { accepted: true, sequence }))
}

/// Takes control of a junction, asks for a stage or a law, or hands it back.
#[utoipa::path(post, path = "/api/v1/junctions/{id}/control", tag = "act",
    params(("id" = u32, Path, description = "Junction")), request_body = ControlBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
pub(crate) async fn control(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: IdPath,
    body: Body<ControlBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::ControlSignal, "/api/v1/junctions/control")?;
    let (Path(id), Json(body)) = (id?, body?);
    let junction = JunctionId(id);
    let Some(there) = app.atlas.network().junctions.get(junction) else {
        return Err(nothing(Message::new("server-no-junction"), "junction", id));
    };
    if there.signal.is_none() {
        let message = Message::new("brain-no-signal").number("id", f64::from(id));
        let text = format!("junction {id} has no signal to control");
        return Err(Problem::Refused(Reason::new(message, text)));
    }
    let (reason, what) = match body {
        ControlBody::Take { reason } => (reason, Intake::TakeControl { junction }),
        ControlBody::Release { reason } => (reason, Intake::ReleaseControl { junction }),
        ControlBody::Stage { stage, reason } => {
            (reason, Intake::RequestStage { junction, stage: StageIdx(stage) })
        }
        ControlBody::Law { law, reason } => {
            let law = match law {
                LawBody::LocalPlan => Law::LocalPlan,
                LawBody::Webster => Law::Webster,
                LawBody::MaxPressure => Law::MaxPressure,
            };
            (reason, Intake::ChooseLaw { junction, law })
        }
    };
    submit(&app, &person, &words("reason", &reason)?, what).await
}

/// Takes control of several junctions at once, or hands them back.
#[utoipa::path(post, path = "/api/v1/area/control", tag = "act", request_body = AreaBody,
    responses((status = 200, body = Accepted), (status = 404, body = ProblemDetails),
        (status = 422, body = ProblemDetails)))]
pub(crate) async fn area(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    body: Body<AreaBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::ControlSignal, "/api/v1/area/control")?;
    let Json(body) = body?;
    let ids = |junctions: Vec<u32>| junctions.into_iter().map(JunctionId).collect();
    let (reason, what) = match body {
        AreaBody::Take { junctions, reason } => {
            (reason, Intake::TakeArea { junctions: ids(junctions) })
        }
        AreaBody::Release { junctions, reason } => {
            (reason, Intake::ReleaseArea { junctions: ids(junctions) })
        }
    };
    submit(&app, &person, &words("reason", &reason)?, what).await
}

/// Every junction back to its local plan; the brain commands nothing until released.
#[utoipa::path(post, path = "/api/v1/stop", tag = "act", request_body = StopBody,
    responses((status = 200, body = Accepted)))]
pub(crate) async fn stop(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    body: Body<StopBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::Stop, "/api/v1/stop")?;
    let Json(body) = body?;
    // Whoever must stop the city need not find words first.
    submit(&app, &person, &words("reason", &body.reason)?, Intake::Stop).await
}

/// The brain may act again.
#[utoipa::path(post, path = "/api/v1/stop/release", tag = "act", request_body = WhyBody,
    responses((status = 200, body = Accepted)))]
pub(crate) async fn release_stop(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    body: Body<WhyBody>,
) -> Answer<Accepted> {
    app.permit(&person, Purpose::Stop, "/api/v1/stop/release")?;
    let Json(body) = body?;
    submit(&app, &person, &words("reason", &body.reason)?, Intake::ReleaseStop).await
}
