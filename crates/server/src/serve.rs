//! Listening and ending.
//!
//! A server listens before its city is there: pages come at once, and what asks for the city waits
//! until it is opened.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, middleware, routing};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;

use crate::app::{App, router};
use crate::guard::{Entrance, admit, guard};
use crate::{assets, problem::Problem};

/// Longest wait of a request for the city: longer than the largest city takes to be made.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(5);

/// A server that has its address, and whose city is there or on its way.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    entrance: Arc<Entrance>,
    opened: watch::Sender<Option<Router>>,
}

/// Opens the city to those who wait for it.
#[derive(Debug, Clone)]
pub struct Opener(watch::Sender<Option<Router>>);

impl Opener {
    /// From now on `app` answers.
    pub fn open(&self, app: Arc<App>) {
        self.0.send_replace(Some(router(app)));
    }
}

impl Server {
    /// Binds `address`; port 0 takes any free one.
    ///
    /// # Errors
    /// When the address is taken or not this machine's.
    pub async fn bind(address: SocketAddr, entrance: Arc<Entrance>) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        Ok(Self { listener, entrance, opened: watch::Sender::new(None) })
    }

    /// The address it listens on.
    ///
    /// # Errors
    /// When the operating system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What the city is opened with once it is there.
    pub fn opener(&self) -> Opener {
        Opener(self.opened.clone())
    }

    /// Serves until `end` is done, then lets running requests finish.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, end: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let (opened, entrance) = (self.opened.subscribe(), self.entrance);
        let early = early(&entrance);
        let hall = Router::new().fallback(move |request: Request| {
            let (early, opened, entrance) = (early.clone(), opened.clone(), Arc::clone(&entrance));
            async move { answer(request, &entrance, early, opened).await }
        });
        axum::serve(self.listener, hall).with_graceful_shutdown(end).await
    }
}

/// What is answered before the city is there: how far it is, and the command centre's own files.
fn early(entrance: &Arc<Entrance>) -> Router {
    let opening = || async {
        let retry = [(header::RETRY_AFTER, "1")];
        let status = Json(serde_json::json!({ "status": "opening" }));
        (StatusCode::SERVICE_UNAVAILABLE, retry, status)
    };
    Router::new()
        .route("/healthz", routing::get(opening))
        .fallback(assets::asset)
        .layer(middleware::from_fn_with_state(Arc::clone(entrance), guard))
        .layer(CompressionLayer::new())
}

async fn answer(
    mut request: Request,
    entrance: &Entrance,
    early: Router,
    mut opened: watch::Receiver<Option<Router>>,
) -> Response {
    let path = request.uri().path();
    let needs_no_city =
        path == "/healthz" || entrance.is_open() && (path == "/" || path.starts_with("/assets/"));
    // Strangers do not wait for the city: the early hall turns them away.
    let mut is_stranger = || opened.borrow().is_none() && admit(entrance, &mut request).is_err();
    let router = if needs_no_city {
        opened.borrow().clone().unwrap_or(early)
    } else if is_stranger() {
        early
    } else {
        let waited = tokio::time::timeout(PATIENCE, opened.wait_for(Option::is_some)).await;
        let Ok(Ok(Some(router))) = waited.map(|found| found.map(|router| router.clone())) else {
            return Problem::Busy.into_response();
        };
        router
    };
    router.oneshot(request).await.into_response()
}
