//! The whole server over the toy city: HTTP through `tower`, the stream through a real socket.

mod http;
mod opening;
mod readers;
mod shape;
mod ws;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::response::IntoResponse;
use serde_json::Value;
use tower::ServiceExt;

use crate::app::{App, router};
use std::sync::Arc;

/// What came back.
struct Got {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

async fn send(app: &Arc<App>, request: Request<Body>) -> Got {
    let response: Response<Body> = router(Arc::clone(app)).oneshot(request).await.into_response();
    let (head, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 16 << 20).await.unwrap().to_vec();
    Got { status: head.status, headers: head.headers, body }
}

async fn get(app: &Arc<App>, path: &str) -> Got {
    let request = Request::get(path).header("host", "localhost:8787");
    send(app, request.body(Body::empty()).unwrap()).await
}

async fn post(app: &Arc<App>, path: &str, body: &str) -> Got {
    let request = Request::post(path)
        .header("host", "localhost:8787")
        .header("content-type", "application/json")
        .header("x-urbis-request", "1");
    send(app, request.body(Body::from(body.to_owned())).unwrap()).await
}
