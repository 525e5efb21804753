//! Every error of the interface, as problem details.
//!
//! # Source
//! RFC 9457; `code` is stable within version 1 of the interface.

use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use urbis_core::{Message, Reason};
use utoipa::ToSchema;

use crate::driver::AskError;
use crate::live::Refusal;
use crate::wire::common::Text;

/// Why a request was not served.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing is there.
    #[error("{0}")]
    NotFound(Reason),
    /// The path knows other methods.
    #[error("this path does not take that method; see /api/openapi.json")]
    MethodNotAllowed,
    /// The body or a parameter cannot be read.
    #[error("{0}")]
    BadRequest(Reason),
    /// The body is too long.
    #[error("the body is longer than {0} bytes")]
    TooLarge(usize),
    /// The body is not JSON.
    #[error("the body must be JSON: set content-type: application/json")]
    NotJson,
    /// The request could have been made by another site.
    #[error("a request that changes something needs the header x-urbis-request: 1")]
    NoRequestHeader,
    /// The `Host` header names someone else.
    #[error("this server is not called {0:?}; add the name to server.hosts if it is")]
    WrongHost(String),
    /// Another site asks.
    #[error("requests from {0:?} are not served; add it to server.origins if it is yours")]
    WrongOrigin(String),
    /// Nobody in particular asks.
    #[error("who are you? send Authorization: Bearer TOKEN, or sign in at /sign-in")]
    NotSignedIn,
    /// Policy says no.
    #[error("policy does not allow this: {0}")]
    Denied(Reason),
    /// Whoever acts looks at the past.
    #[error(
        "you are looking at a past moment: return to now (POST /api/v1/clock/scrub with live: true), then act"
    )]
    LookingBack,
    /// The city refused an input.
    #[error("{0}")]
    Refused(Reason),
    /// The journal cannot be written.
    #[error("nothing was changed: {0}")]
    Journal(String),
    /// Too many wait already.
    #[error("the city is busy; try again in a moment")]
    Busy,
    /// The city stopped.
    #[error("the city has stopped; see the server's log")]
    Stopped,
    /// Too many streams.
    #[error("{0} viewers are connected already; close one of them")]
    TooManyStreams(usize),
}

/// Problem details as they stand on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// URN of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:urbis:problem:refused")]
    pub kind: String,
    /// The kind of problem in words.
    pub title: &'static str,
    /// HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What was wrong this time, and what to do.
    pub detail: String,
    /// The same for people, to be said in their language.
    pub message: Text,
    /// Stable code of the kind of problem.
    #[schema(example = "refused")]
    pub code: &'static str,
}

impl Problem {
    /// Status, code and title of the kind.
    pub fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed")
            }
            Self::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad-request", "Unreadable request"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Body too large"),
            Self::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "Body is not JSON"),
            Self::NoRequestHeader => {
                (StatusCode::FORBIDDEN, "no-request-header", "Header x-urbis-request missing")
            }
            Self::WrongHost(_) => (StatusCode::MISDIRECTED_REQUEST, "wrong-host", "Unknown host"),
            Self::WrongOrigin(_) => (StatusCode::FORBIDDEN, "wrong-origin", "Foreign origin"),
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in", "Not signed in"),
            Self::Denied(_) => (StatusCode::FORBIDDEN, "denied", "Denied by policy"),
            Self::LookingBack => (StatusCode::CONFLICT, "looking-back", "Looking at the past"),
            Self::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "refused", "Refused"),
            Self::Journal(_) => {
                (StatusCode::INSUFFICIENT_STORAGE, "journal", "Journal cannot be written")
            }
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy"),
            Self::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "stopped", "City stopped"),
            Self::TooManyStreams(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "too-many-streams", "Too many viewers")
            }
        }
    }

    /// What is unreadable in a request, as the reader of it says; such texts are for programmers.
    pub(crate) fn unreadable(said: impl Into<String>) -> Self {
        let said = said.into();
        let message = Message::new("server-unreadable").text("reason", said.clone());
        Self::BadRequest(Reason::new(message, said))
    }

    /// What people read of it.
    fn message(&self) -> Message {
        match self {
            Self::NotFound(reason)
            | Self::BadRequest(reason)
            | Self::Denied(reason)
            | Self::Refused(reason) => reason.message.clone(),
            Self::MethodNotAllowed => Message::new("server-method-not-allowed"),
            Self::TooLarge(bytes) => {
                Message::new("server-too-large").number("bytes", *bytes as f64)
            }
            Self::NotJson => Message::new("server-not-json"),
            Self::NoRequestHeader => Message::new("server-no-request-header"),
            Self::WrongHost(host) => Message::new("server-wrong-host").text("host", host),
            Self::WrongOrigin(origin) => Message::new("server-wrong-origin").text("origin", origin),
            Self::NotSignedIn => Message::new("server-not-signed-in"),
            Self::LookingBack => Message::new("server-looking-back"),
            Self::Journal(reason) => Message::new("server-not-kept").text("reason", reason),
            Self::Busy => Message::new("server-busy"),
            Self::Stopped => Message::new("server-city-stopped"),
            Self::TooManyStreams(viewers) => {
                Message::new("server-too-many-viewers").number("viewers", *viewers as f64)
            }
        }
    }

    /// The problem as it stands on the wire.
    pub fn details(&self) -> ProblemDetails {
        let (status, code, title) = self.kind();
        ProblemDetails {
            kind: format!("urn:urbis:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: self.to_string(),
            message: Text::of(&self.message()),
            code,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, ..) = self.kind();
        let mut response = (status, Json(self.details())).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self {
            Self::NotSignedIn => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Busy | Self::TooManyStreams(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Busy => Self::Busy,
            AskError::Stopped => Self::Stopped,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown(what) => Self::NotFound(what),
            Refusal::Input(why) => Self::Refused(why),
            Refusal::Journal(why) => Self::Journal(why),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => Self::NotJson,
            JsonRejection::BytesRejection(bytes) => bytes.into(),
            other => Self::unreadable(other.body_text()),
        }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::TooLarge(crate::app::BODY_BYTES_MAX)
        } else {
            Self::unreadable(rejection.body_text())
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::unreadable(rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::unreadable(rejection.body_text())
    }
}
