//! Everything the handlers share, and the router over them.

use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, routing};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tower_http::compression::CompressionLayer;
use urbis_brain::view::{AccuracyView, HistoryPoint};
use urbis_core::{
    Act, Actor, AuditLine, Authority, Keyring, Message, PersonalError, Policy, Purpose, Reason,
    Sealed, Verdict,
};
use urbis_network::Label;
use urbis_units::Mode;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Access, Person, RolePolicy};
use crate::atlas::Atlas;
use crate::audit::{Audit, Sent};
use crate::base_map::BaseMap;
use crate::driver::Handle;
use crate::guard::{self, Entrance};
use crate::keys::SharedKeyring;
use crate::logbook::{self, Logbook};
use crate::metrics::{Metrics, RequestLabels};
use crate::moment::Moment;
use crate::problem::Problem;
use crate::wire::call::PatientDto;
use crate::wire::city::{self, CityDto};
use crate::wire::common::{Detail, Writer};
use crate::wire::network;
use crate::wire::state::{self, StateDto};
use crate::{assets, routes as handlers, stream};

/// Longest body of a request, bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Most viewers of the stream at once.
pub const VIEWERS_MAX: usize = 64;

/// What a report is made of.
#[derive(Debug, Clone)]
pub struct ReportFacts {
    /// The newest moment.
    pub moment: Arc<Moment>,
    /// The series of the indicators.
    pub history: Vec<HistoryPoint>,
    /// How far belief was off.
    pub accuracy: AccuracyView,
}

/// Makes reports: a port, so that charts are drawn elsewhere.
pub trait Reporter: fmt::Debug + Send + Sync {
    /// The report's numbers.
    fn numbers(&self, facts: &ReportFacts) -> Value;

    /// The report as an HTML page, in Chinese or English.
    fn page(&self, facts: &ReportFacts, chinese: bool) -> String;
}

/// What a server is made of.
#[derive(Debug)]
pub struct Parts {
    /// The running city.
    pub handle: Handle,
    /// Its geometry and names.
    pub atlas: Atlas,
    /// What was assumed where its files say nothing.
    pub assumptions: Vec<Label>,
    /// A background map of its own.
    pub base_map: Option<BaseMap>,
    /// The newest records.
    pub logbook: Logbook,
    /// Keys of persons.
    pub keyring: SharedKeyring,
    /// What every request must pass.
    pub entrance: Arc<Entrance>,
    /// The audit log.
    pub audit: Audit,
    /// Makes reports.
    pub reporter: Box<dyn Reporter>,
}

/// Bytes that do not change while the server runs, with their validator.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// JSON.
    pub bytes: Bytes,
    /// The same, compressed once for all readers.
    pub gzip: Bytes,
    /// Strong validator, quotes included.
    pub etag: HeaderValue,
}

impl Fixed {
    fn json<T: serde::Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        let bytes = serde_json::to_vec(value)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&bytes).map_err(serde_json::Error::io)?;
        let gzip = gzip.finish().map_err(serde_json::Error::io)?.into();
        let hash = blake3::hash(&bytes).to_hex();
        let etag = HeaderValue::from_str(&format!("\"{}\"", &hash[..32]))
            .expect("hexadecimal digits and quotes are a header value");
        Ok(Self { bytes: bytes.into(), gzip, etag })
    }
}

/// Everything the handlers share.
#[derive(Debug)]
pub struct App {
    /// The running city.
    pub handle: Handle,
    /// Its geometry and names.
    pub atlas: Atlas,
    /// The city for the wire.
    pub city: CityDto,
    /// The network for the wire.
    pub network: Fixed,
    /// The background for the wire.
    pub places: Fixed,
    /// The interface's description.
    pub openapi: Fixed,
    /// The newest records.
    pub logbook: Logbook,
    /// Keys of persons.
    pub keyring: SharedKeyring,
    /// What every request must pass.
    pub entrance: Arc<Entrance>,
    /// The audit log.
    pub audit: Audit,
    /// Counters.
    pub metrics: Metrics,
    /// Makes reports.
    pub reporter: Box<dyn Reporter>,
    policy: Box<dyn Policy + Sync>,
}

impl App {
    /// Puts the parts together and makes what never changes.
    ///
    /// # Errors
    /// When a name of the city cannot be written as JSON.
    pub fn new(parts: Parts) -> Result<Arc<Self>, serde_json::Error> {
        let mode = parts.handle.moment().view.mode;
        parts.entrance.allow_tiles(parts.base_map.as_ref());
        Ok(Arc::new(Self {
            city: city::city(&parts.atlas, mode, &parts.assumptions, parts.base_map),
            network: Fixed::json(&network::network(&parts.atlas))?,
            places: Fixed::json(&city::places(&parts.atlas))?,
            openapi: Fixed::json(&api().split_for_parts().1)?,
            policy: Box::new(RolePolicy::new(parts.entrance.access())),
            handle: parts.handle,
            atlas: parts.atlas,
            logbook: parts.logbook,
            keyring: parts.keyring,
            entrance: parts.entrance,
            audit: parts.audit,
            metrics: Metrics::default(),
            reporter: parts.reporter,
        }))
    }

    /// Who may use the interface.
    pub fn access(&self) -> &Access {
        self.entrance.access()
    }

    /// The one permission check, with its line in the audit log.
    ///
    /// # Errors
    /// [`Problem::Denied`].
    pub fn permit(&self, person: &Person, purpose: Purpose, path: &str) -> Result<(), Problem> {
        let who = Actor::Person(person.id.clone());
        let verdict = self.policy.check(&who, purpose);
        let at = self.handle.moment().clock.latest;
        let audit = AuditLine { at, who, purpose, verdict: verdict.clone() };
        self.audit.note(audit, path, None);
        match verdict {
            Verdict::Allow => Ok(()),
            Verdict::Deny(why) => {
                let (name, role) = (&person.name, person.role.name());
                let text = format!("{name} ({role}) may not do this ({})", why.key);
                let message =
                    Message::new("server-denied").text("person", name).message("why", why);
                Err(Problem::Denied(Reason::new(message, text)))
            }
        }
    }

    /// Whether policy lets a person see where patients are.
    pub fn sees_patients(&self, person: &Person) -> bool {
        let who = Actor::Person(person.id.clone());
        self.policy.check(&who, Purpose::ViewPatient) == Verdict::Allow
    }

    /// Whether what `person` is shown of `moment` says where patients are.
    pub fn shows_patients(&self, person: &Person, moment: &Moment) -> bool {
        !moment.view.calls.is_empty() && self.sees_patients(person)
    }

    /// The line in the audit log for a reader who was shown where patients are, for streams with
    /// what was sent with them.
    pub fn note_patients(&self, person: &Person, path: &str, sent: Option<Sent>) {
        let line = AuditLine {
            at: self.handle.moment().clock.latest,
            who: Actor::Person(person.id.clone()),
            purpose: Purpose::ViewPatient,
            verdict: Verdict::Allow,
        };
        self.audit.note(line, path, sent);
    }

    /// Turns values into their wire form, as exact as `person` may see them.
    pub fn writer(&self, person: &Person) -> Writer<'_> {
        let patients = if self.sees_patients(person) { Detail::Exact } else { Detail::Coarse };
        Writer { atlas: &self.atlas, patients }
    }

    /// What callers said of their patients, by call, as far as `person` may see it; nothing of those
    /// who were erased.
    pub fn patients(&self, person: &Person, moment: &Moment) -> Vec<(u32, Option<PatientDto>)> {
        if !self.sees_patients(person) {
            return Vec::new();
        }
        let open = |sealed: &Sealed| match self.keyring.open(sealed) {
            Ok(text) => serde_json::from_str::<PatientDto>(text.reveal()).ok().map(Some),
            Err(PersonalError::Erased(_)) => Some(None),
            Err(_) => None,
        };
        let calls = moment.view.calls.iter();
        calls.filter_map(|call| Some((call.id.0, open(call.patient.first()?)?))).collect()
    }

    /// The state at `moment` as `person` may see it.
    pub fn state(&self, person: &Person, moment: &Moment) -> StateDto {
        let mut dto = state::state(self.writer(person), self.access(), moment);
        state::with_patients(&mut dto, &self.patients(person, moment));
        dto
    }

    /// A person's signature under what they do, in their own words.
    pub fn act(&self, person: &Person, words: &str) -> Act {
        let moment = self.handle.moment();
        let mode: Mode = moment.view.mode;
        Act {
            who: Actor::Person(person.id.clone()),
            authority: Authority::Role(person.role.name().to_owned()),
            why: logbook::in_their_words(words),
            mode,
            at: moment.clock.latest,
        }
    }
}

/// Description of the interface.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Urbis",
        description = "The interface of the command centre. Times are milliseconds on the city \
                       clock; units stand in field names.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "read", description = "What is"),
        (name = "act", description = "What people do; POST with x-urbis-request: 1"),
        (name = "operate", description = "For whoever runs the server"),
    ),
    components(schemas(crate::problem::ProblemDetails)),
)]
struct Description;

/// The interface with its description.
fn api() -> OpenApiRouter<Arc<App>> {
    use handlers::{act, operate, read};
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(operate::healthz))
        .routes(routes!(operate::metrics))
        .routes(routes!(operate::openapi))
        .routes(routes!(read::session))
        .routes(routes!(read::city))
        .routes(routes!(read::network))
        .routes(routes!(read::places))
        .routes(routes!(read::state))
        .routes(routes!(read::roads))
        .routes(routes!(read::signals))
        .routes(routes!(read::junction))
        .routes(routes!(read::accuracy))
        .routes(routes!(read::history))
        .routes(routes!(read::journal))
        .routes(routes!(read::report))
        .routes(routes!(act::clock))
        .routes(routes!(act::scrub))
        .routes(routes!(act::decide))
        .routes(routes!(act::acknowledge))
        .routes(routes!(act::acknowledge_proposal))
        .routes(routes!(act::close_lane))
        .routes(routes!(act::open_lane))
        .routes(routes!(act::call))
        .routes(routes!(act::erase_patient))
        .routes(routes!(act::control))
        .routes(routes!(act::area))
        .routes(routes!(act::stop))
        .routes(routes!(act::release_stop))
        .routes(routes!(stream::stream))
}

/// The whole server as a service.
pub fn router(app: Arc<App>) -> Router {
    let (api, _) = api().split_for_parts();
    api.route("/report", routing::get(handlers::read::report_page))
        .route("/basemap/{name}", routing::get(crate::base_map::file))
        .route("/sign-in", routing::get(handlers::sign_in::page))
        .route("/sign-in", routing::post(handlers::sign_in::sign_in))
        .route("/api", routing::any(no_such_path))
        .route("/api/{*rest}", routing::any(no_such_path))
        .fallback(assets::asset)
        .method_not_allowed_fallback(|| async { Problem::MethodNotAllowed })
        .layer(middleware::from_fn_with_state(Arc::clone(&app), count))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&app.entrance), guard::guard))
        .layer(CompressionLayer::new())
        .with_state(app)
}

async fn no_such_path() -> Problem {
    let text = "no such path; see /api/openapi.json";
    Problem::NotFound(Reason::new(Message::new("server-no-such-path"), text))
}

/// Counts a request and leaves a line in the log.
async fn count(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "page".to_owned(), |route| route.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status();
    tracing::debug!(%method, %path, status = status.as_u16(), "request");
    let labels = RequestLabels { method, route, status: status.as_u16() };
    app.metrics.requests.get_or_create(&labels).inc();
    response
}

/// A JSON answer that does not change while the server runs; `304` when the client has it.
pub(crate) fn fixed(fixed: &Fixed, headers: &axum::http::HeaderMap) -> Response {
    use axum::http::header;
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| {
            let ours = fixed.etag.to_str().unwrap_or_default();
            tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == ours)
        });
    let cache = [
        (header::ETAG, fixed.etag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, cache).into_response();
    }
    let json = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if takes_gzip(headers) {
        let packed = [(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"))];
        return (cache, json, packed, fixed.gzip.clone()).into_response();
    }
    (cache, json, fixed.bytes.clone()).into_response()
}

/// Whether an answer may be compressed with gzip.
pub(crate) fn takes_gzip(headers: &axum::http::HeaderMap) -> bool {
    let accepted = headers.get(axum::http::header::ACCEPT_ENCODING);
    let accepted = accepted.and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !quality.replace(' ', "").ends_with("q=0")
    })
}

/// A JSON answer.
pub(crate) type Answer<T> = Result<Json<T>, Problem>;
