//! For whoever runs the server: health, metrics, description.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::{App, fixed};
use crate::wire::proposal::mode;

/// How the server fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HealthDto {
    /// `ok`; `stopped` when the city no longer runs, `journal` when its journal cannot be written and
    /// its clock stands still.
    pub status: &'static str,
    /// `live`, `replay` or `simulated`.
    pub mode: &'static str,
    /// City clock, milliseconds.
    pub city_time_ms: i64,
    /// Sequence of the newest journal record.
    pub sequence: u64,
}

/// Whether the loop runs.
#[utoipa::path(get, path = "/healthz", tag = "operate",
    responses((status = 200, body = HealthDto), (status = 503, body = HealthDto)))]
pub(crate) async fn healthz(State(app): State<Arc<App>>) -> (StatusCode, Json<HealthDto>) {
    let moment = app.handle.moment();
    let stopped = (!app.handle.is_running()).then_some("stopped");
    let failed = moment.clock.journal_failed.then_some("journal");
    let trouble = stopped.or(failed);
    let health = HealthDto {
        status: trouble.unwrap_or("ok"),
        mode: mode(moment.view.mode),
        city_time_ms: moment.clock.latest.millis(),
        sequence: moment.view.sequence,
    };
    let status = match trouble {
        None => StatusCode::OK,
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(health))
}

/// Counters and gauges for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operate",
    responses((status = 200, content_type = "application/openmetrics-text", body = String)))]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    match app.metrics.text(&app.handle.moment()) {
        Ok(text) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_cannot_format) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operate",
    responses((status = 200, body = serde_json::Value)))]
pub(crate) async fn openapi(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    fixed(&app.openapi, &headers)
}
