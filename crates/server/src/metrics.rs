//! What the server tells of itself to Prometheus.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::moment::Moment;

/// Labels of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RequestLabels {
    /// HTTP method.
    pub method: String,
    /// Route, not the path: few values.
    pub route: String,
    /// HTTP status.
    pub status: u16,
}

type Real = Gauge<f64, AtomicU64>;

/// Counters and gauges.
#[derive(Debug)]
pub struct Metrics {
    registry: Mutex<Registry>,
    /// Requests answered.
    pub requests: Family<RequestLabels, Counter>,
    /// Viewers connected.
    pub viewers: Gauge,
    /// Bytes sent over streams.
    pub stream_bytes: Counter,
    /// Frames that slow viewers did not get.
    pub frames_dropped: Counter,
    city_time: Real,
    speed: Real,
    tick: Real,
    vehicles: Gauge,
    sequence: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("urbis");
        let metrics = Self {
            registry: Mutex::default(),
            requests: Family::default(),
            viewers: Gauge::default(),
            stream_bytes: Counter::default(),
            frames_dropped: Counter::default(),
            city_time: Real::default(),
            speed: Real::default(),
            tick: Real::default(),
            vehicles: Gauge::default(),
            sequence: Gauge::default(),
        };
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register("stream_viewers", "Viewers connected", metrics.viewers.clone());
        registry.register_with_unit(
            "stream_sent",
            "Sent over streams",
            Unit::Bytes,
            metrics.stream_bytes.clone(),
        );
        registry.register(
            "stream_frames_dropped",
            "Frames that slow viewers did not get",
            metrics.frames_dropped.clone(),
        );
        registry.register_with_unit(
            "city_time",
            "City clock since the Unix epoch",
            Unit::Seconds,
            metrics.city_time.clone(),
        );
        registry.register(
            "city_speed_ratio",
            "City seconds per wall second reached",
            metrics.speed.clone(),
        );
        registry.register_with_unit(
            "tick_wall",
            "Wall time of one second of city time, smoothed",
            Unit::Seconds,
            metrics.tick.clone(),
        );
        registry.register("city_vehicles", "Vehicles in the network", metrics.vehicles.clone());
        registry.register(
            "journal_sequence",
            "Sequence of the newest journal record",
            metrics.sequence.clone(),
        );
        *metrics.registry.lock().unwrap_or_else(PoisonError::into_inner) = registry;
        metrics
    }
}

impl Metrics {
    /// The exposition, with the city as of `moment`.
    ///
    /// # Errors
    /// When formatting fails, which a `String` does not.
    pub fn text(&self, moment: &Moment) -> Result<String, std::fmt::Error> {
        self.city_time.set(moment.clock.latest.millis() as f64 / 1000.0);
        self.speed.set(moment.clock.steps_per_wall_second);
        self.tick.set(moment.clock.tick_seconds);
        self.vehicles.set(i64::from(moment.view.with.vehicles));
        self.sequence.set(moment.view.sequence as i64);
        let mut text = String::new();
        encode(&mut text, &self.registry.lock().unwrap_or_else(PoisonError::into_inner))?;
        Ok(text)
    }
}
