//! The command centre's own files, with cache headers; every other path of a page is the page.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use urbis_core::{Message, Reason};

use crate::app::takes_gzip;
use crate::problem::Problem;

/// One file of the command centre, or its page for paths the page itself deals with.
pub(crate) async fn asset(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return Problem::MethodNotAllowed.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let asset = match urbis_web::asset(path) {
        Some(asset) => asset,
        // Names with an ending are files; a missing one must not answer with the page.
        None if path.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
            return Problem::NotFound(Reason::new(
                Message::new("server-no-file").text("file", path),
                format!("there is no file {path:?}"),
            ))
            .into_response();
        }
        None => urbis_web::page(),
    };
    let cache = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let etag = HeaderValue::from_str(&asset.etag).ok();
    let known =
        headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(
            |tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag),
        );
    let packed = asset.gzip.filter(|_| takes_gzip(&headers));
    let is_packed = packed.is_some() && !known;
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        // Embedded bytes live as long as the program: nothing is copied.
        match packed.unwrap_or(asset.bytes) {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes).into_response(),
            Cow::Owned(bytes) => bytes.into_response(),
        }
    };
    let all = response.headers_mut();
    all.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        all.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(kind) = HeaderValue::from_str(&asset.media_type) {
        all.insert(header::CONTENT_TYPE, kind);
    }
    if let Some(etag) = etag {
        all.insert(header::ETAG, etag);
    }
    response
}
