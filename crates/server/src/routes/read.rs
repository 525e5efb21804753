//! Reading: every handler asks policy once and leaves one audit line.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::response::{Html, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use urbis_core::{JunctionId, Message, Purpose};
use utoipa::ToSchema;

use super::act::nothing;
use crate::access::Person;
use crate::app::{Answer, App, ReportFacts, fixed};
use crate::problem::{Problem, ProblemDetails};
use crate::wire::accuracy::{self, AccuracyDto, HistoryDto};
use crate::wire::city::CityDto;
use crate::wire::journal::{self, JournalDto};
use crate::wire::junction::{self, JunctionDetailDto};
use crate::wire::network::NetworkDto;
use crate::wire::now::{self, RoadsNowDto, SignalsNowDto};
use crate::wire::state::StateDto;

/// Most records of one answer.
const RECORDS_MAX: usize = 500;

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SessionDto {
    /// Account.
    #[schema(example = "op-demo")]
    pub person: String,
    /// Name.
    pub name: String,
    /// `viewer`, `operator` or `dispatcher`.
    pub role: &'static str,
    /// Whether this is the demo operator.
    pub demo: bool,
    /// Whether patients' places are shown as they are.
    pub may_see_patients: bool,
}

/// Which records.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalQuery {
    /// Only records before this sequence.
    before: Option<u64>,
    /// At most so many, up to 500; 100 unless set.
    limit: Option<usize>,
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", tag = "read",
    responses((status = 200, body = SessionDto)))]
pub(crate) async fn session(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<SessionDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/session")?;
    Ok(Json(SessionDto {
        may_see_patients: app.sees_patients(&person),
        person: person.id.0,
        name: person.name,
        role: person.role.name(),
        demo: person.demo,
    }))
}

/// The city: name, place, counts, assumptions.
#[utoipa::path(get, path = "/api/v1/city", tag = "read",
    responses((status = 200, body = CityDto)))]
pub(crate) async fn city(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<CityDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/city")?;
    Ok(Json(app.city.clone()))
}

/// The road network, which does not change; with `ETag`.
#[utoipa::path(get, path = "/api/v1/network", tag = "read",
    responses((status = 200, body = NetworkDto), (status = 304)))]
pub(crate) async fn network(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/network")?;
    Ok(fixed(&app.network, &headers))
}

/// Background areas and points as GeoJSON; with `ETag`.
#[utoipa::path(get, path = "/api/v1/places", tag = "read",
    responses((status = 200, body = serde_json::Value), (status = 304)))]
pub(crate) async fn places(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/places")?;
    Ok(fixed(&app.places, &headers))
}

/// Everything that changes.
#[utoipa::path(get, path = "/api/v1/state", tag = "read",
    responses((status = 200, body = StateDto)))]
pub(crate) async fn state(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<StateDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/state")?;
    let moment = app.handle.moment_of(&person.id);
    if app.shows_patients(&person, &moment) {
        app.note_patients(&person, "/api/v1/state", None);
    }
    Ok(Json(app.state(&person, &moment)))
}

/// Every road: vehicles, queue and speed.
#[utoipa::path(get, path = "/api/v1/roads", tag = "read",
    responses((status = 200, body = RoadsNowDto)))]
pub(crate) async fn roads(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<RoadsNowDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/roads")?;
    Ok(Json(now::roads(&app.handle.moment_of(&person.id))))
}

/// Every signal: stage, law, plan and who has it.
#[utoipa::path(get, path = "/api/v1/signals", tag = "read",
    responses((status = 200, body = SignalsNowDto)))]
pub(crate) async fn signals(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<SignalsNowDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/signals")?;
    let moment = app.handle.moment_of(&person.id);
    Ok(Json(now::signals(&app.atlas, app.access(), &moment)))
}

/// One junction in depth.
#[utoipa::path(get, path = "/api/v1/junctions/{id}", tag = "read",
    params(("id" = u32, Path, description = "Junction")),
    responses((status = 200, body = JunctionDetailDto), (status = 404, body = ProblemDetails)))]
pub(crate) async fn junction(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    id: Result<Path<u32>, PathRejection>,
) -> Answer<JunctionDetailDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/junctions")?;
    let Path(id) = id?;
    let view = app.handle.read(move |city| city.junction(JunctionId(id))).await?;
    let view = view.ok_or_else(|| nothing(Message::new("server-no-junction"), "junction", id))?;
    let moment = app.handle.moment_of(&person.id);
    let view = junction::as_of(view, &moment);
    Ok(Json(junction::junction(app.writer(&person), app.access(), &moment.map, &view)))
}

/// How far estimate, forecast and predictions were off.
#[utoipa::path(get, path = "/api/v1/accuracy", tag = "read",
    responses((status = 200, body = AccuracyDto)))]
pub(crate) async fn accuracy(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<AccuracyDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/accuracy")?;
    let view = app.handle.read(|city| city.accuracy()).await?;
    Ok(Json(accuracy::accuracy(&view)))
}

/// The series of the indicators since the start, thinned evenly to at most 720 points.
#[utoipa::path(get, path = "/api/v1/history", tag = "read",
    responses((status = 200, body = HistoryDto)))]
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<HistoryDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/history")?;
    let mut points = app.handle.read(|city| city.history()).await?;
    if let Some(at) = app.handle.moment_of(&person.id).clock.scrubbed {
        points.retain(|point| point.at <= at);
    }
    Ok(Json(accuracy::history(&points)))
}

/// The newest journal records for people, newest first.
#[utoipa::path(get, path = "/api/v1/journal", tag = "read",
    params(("before" = Option<u64>, Query, description = "Only records before this sequence"),
        ("limit" = Option<usize>, Query, description = "At most so many, up to 500")),
    responses((status = 200, body = JournalDto), (status = 400, body = ProblemDetails)))]
pub(crate) async fn journal(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    query: Result<Query<JournalQuery>, QueryRejection>,
) -> Answer<JournalDto> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/journal")?;
    let Query(query) = query?;
    let limit = query.limit.unwrap_or(100).clamp(1, RECORDS_MAX);
    let moment = app.handle.moment_of(&person.id);
    let shown = moment.clock.scrubbed.map(|_| moment.view.sequence + 1);
    let before = query.before.into_iter().chain(shown).min();
    let logbook = app.logbook.clone();
    let lines = tokio::task::spawn_blocking(move || logbook.newest(before, limit));
    let lines = lines.await.map_err(|_panicked| Problem::Stopped)?;
    let lines = lines.map_err(|error| Problem::Journal(error.to_string()))?;
    if lines.iter().any(crate::logbook::Line::tells_where) && app.sees_patients(&person) {
        app.note_patients(&person, "/api/v1/journal", None);
    }
    Ok(Json(journal::journal(app.writer(&person), app.access(), &lines)))
}

async fn facts(app: &App) -> Result<ReportFacts, Problem> {
    let (history, accuracy) = app.handle.read(|city| (city.history(), city.accuracy())).await?;
    Ok(ReportFacts { moment: app.handle.moment(), history, accuracy })
}

/// The report's numbers.
#[utoipa::path(get, path = "/api/v1/report", tag = "read",
    responses((status = 200, body = serde_json::Value)))]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
) -> Answer<serde_json::Value> {
    app.permit(&person, Purpose::ViewCity, "/api/v1/report")?;
    Ok(Json(app.reporter.numbers(&facts(&app).await?)))
}

/// The report as a page.
pub(crate) async fn report_page(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    headers: HeaderMap,
) -> Result<Html<String>, Problem> {
    app.permit(&person, Purpose::ViewCity, "/report")?;
    let languages = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let chinese = languages.is_some_and(|value| value.trim_start().starts_with("zh"));
    Ok(Html(app.reporter.page(&facts(&app).await?, chinese)))
}
