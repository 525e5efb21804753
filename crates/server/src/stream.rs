//! The stream: the state as text, what moves on the map as binary frames, for one viewer each.
//!
//! **Invariant:** nothing is queued for a viewer. While one message is being sent the city goes on,
//! and the next message shows the newest moment; a viewer that takes no bytes for ten seconds is
//! let go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval, timeout};
use urbis_core::{Actor, AuditLine, Purpose, Verdict};

use crate::access::Person;
use crate::app::{App, VIEWERS_MAX};
use crate::audit::Sent;
use crate::frame::{self, Bounds, Drawn, Head, Signal};
use crate::moment::Moment;
use crate::problem::{Problem, ProblemDetails};
use crate::wire::act::ViewerMessage;
use crate::wire::call::covers;
use crate::wire::change::change;
use crate::wire::state::StateDto;

const PATH: &str = "/api/v1/stream";
/// Shortest wall time between two rounds of frames.
const FRAME_EVERY: Duration = Duration::from_millis(100);
/// Shortest wall time between two frames of all roads: their colors need not change more often.
const ROADS_EVERY: Duration = Duration::from_millis(500);
/// Shortest wall time between two states.
const STATE_EVERY: Duration = Duration::from_millis(500);
/// How often a silent viewer is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(20);
/// How often a stream leaves a line in the audit log.
const AUDIT_EVERY: Duration = Duration::from_mins(1);
/// How long a viewer may take no bytes.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest message of a viewer, bytes.
const MESSAGE_BYTES_MAX: usize = 4096;
/// Subprotocol of programs that put their token beside it.
const PROTOCOL: &str = "urbis.v1";

/// State and frames, over a WebSocket. The viewer says what it looks at as text:
/// `{"type":"view","bounds":[w,s,e,n],"vehicles":true}`.
#[utoipa::path(get, path = "/api/v1/stream", tag = "read",
    responses((status = 101, description = "WebSocket"),
        (status = 503, body = ProblemDetails, description = "Too many viewers")))]
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    Extension(person): Extension<Person>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    app.permit(&person, Purpose::ViewCity, PATH)?;
    let upgrade = upgrade.map_err(|refused| Problem::unreadable(refused.body_text()))?;
    if app.metrics.viewers.get() >= VIEWERS_MAX as i64 {
        return Err(Problem::TooManyStreams(VIEWERS_MAX));
    }
    // Counted before the upgrade, so that many at once cannot all slip in.
    let seat = Seat::take(&app);
    Ok(upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE_BYTES_MAX)
        .max_frame_size(MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            let mut viewer = Viewer::new(seat.app(), person);
            viewer.serve(socket).await;
            viewer.audit();
            drop(seat);
        }))
}

/// One of the places for viewers; given back when dropped.
struct Seat(Arc<App>);

impl Seat {
    fn take(app: &Arc<App>) -> Self {
        app.metrics.viewers.inc();
        Self(Arc::clone(app))
    }

    fn app(&self) -> Arc<App> {
        Arc::clone(&self.0)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.metrics.viewers.dec();
    }
}

/// A state as the stream sends it.
#[derive(Serialize)]
struct StateMessage<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    state: &'a StateDto,
}

/// One viewer and what it has got already.
struct Viewer {
    app: Arc<App>,
    person: Person,
    bounds: Option<Bounds>,
    vehicles: bool,
    /// The moment last drawn.
    drawn: Option<Head>,
    /// Whether only what changed of state and signals is sent.
    changes: bool,
    /// Contents of the last road frame, without its head, and when it was sent.
    roads: Vec<u8>,
    roads_sent: Option<Instant>,
    /// A road frame was held back because the last is too young.
    roads_behind: bool,
    /// The signals in view as last sent; `None` before.
    signals: Option<Vec<Signal>>,
    state: Option<StateDto>,
    state_sent: Option<Instant>,
    messages: u64,
    /// Messages since the last audit line that said where patients are; `None` before the first.
    patients: Option<u64>,
    /// Of everything sent so far.
    root: blake3::Hasher,
    audited: Instant,
}

/// The viewer is gone.
struct Gone;

type Sink = SplitSink<WebSocket, Message>;

impl Viewer {
    fn new(app: Arc<App>, person: Person) -> Self {
        Self {
            app,
            person,
            bounds: None,
            vehicles: false,
            drawn: None,
            changes: false,
            roads: Vec::new(),
            roads_sent: None,
            roads_behind: false,
            signals: None,
            state: None,
            state_sent: None,
            messages: 0,
            patients: None,
            root: blake3::Hasher::new(),
            audited: Instant::now(),
        }
    }

    async fn serve(&mut self, socket: WebSocket) {
        let (mut sink, mut incoming) = socket.split();
        let mut moments = self.app.handle.subscribe();
        moments.mark_changed();
        let mut frames = interval(FRAME_EVERY);
        frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pings = interval(PING_EVERY);
        loop {
            let done = tokio::select! {
                message = incoming.next() => match message {
                    Some(Ok(message)) => self.hear(&mut sink, message).await,
                    _ => Err(Gone),
                },
                _ = frames.tick() => {
                    if moments.has_changed().is_err() {
                        break;
                    }
                    let moment = Arc::clone(moments.borrow_and_update().of(&self.person.id));
                    self.show(&mut sink, &moment).await
                }
                _ = pings.tick() => self.send(&mut sink, Message::Ping(Bytes::new())).await,
            };
            if done.is_err() {
                break;
            }
            if self.audited.elapsed() >= AUDIT_EVERY {
                self.audit();
            }
        }
        // The viewer may be gone already.
        let _ = timeout(SEND_TIMEOUT, sink.close()).await;
    }

    /// One line in the audit log with what was sent since the last, and one for what of it said
    /// where patients are.
    fn audit(&mut self) {
        let line = AuditLine {
            at: self.app.handle.moment().clock.latest,
            who: Actor::Person(self.person.id.clone()),
            purpose: Purpose::ViewCity,
            verdict: Verdict::Allow,
        };
        let sent = Sent { messages: self.messages, root: self.root.finalize() };
        self.app.audit.note(line, PATH, Some(sent));
        if let Some(count @ 1..) = self.patients {
            let sent = Sent { messages: count, root: self.root.finalize() };
            self.app.note_patients(&self.person, PATH, Some(sent));
            self.patients = Some(0);
        }
        self.messages = 0;
        self.audited = Instant::now();
    }

    async fn hear(&mut self, sink: &mut Sink, message: Message) -> Result<(), Gone> {
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(Gone),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Binary(_) => return self.complain(sink, "send text").await,
        };
        match serde_json::from_str::<ViewerMessage>(text.as_str()) {
            Ok(ViewerMessage::View { bounds, vehicles, changes }) => {
                let Some(bounds) = Bounds::checked(bounds) else {
                    let problem = "bounds must be finite numbers: west < east and south < north";
                    return self.complain(sink, problem).await;
                };
                self.bounds = bounds.meet(self.app.atlas.bounds());
                self.vehicles = vehicles;
                self.drawn = None;
                self.changes = changes;
                self.signals = None;
                Ok(())
            }
            Err(error) => self.complain(sink, &error.to_string()).await,
        }
    }

    async fn complain(&mut self, sink: &mut Sink, detail: &str) -> Result<(), Gone> {
        let details = Problem::unreadable(detail).details();
        let body = serde_json::json!({ "type": "problem", "problem": details });
        self.send(sink, Message::text(body.to_string())).await
    }

    async fn show(&mut self, sink: &mut Sink, moment: &Moment) -> Result<(), Gone> {
        if self.state_sent.is_none_or(|sent| sent.elapsed() >= STATE_EVERY) {
            self.show_state(sink, moment).await?;
        }
        let head = moment.head();
        if self.drawn == Some(head) {
            if self.roads_behind
                && let Some(roads) = self.roads(moment)
            {
                self.send(sink, Message::Binary(roads.into())).await?;
            }
            return Ok(());
        }
        // What went by while someone looked back was not to be shown.
        if let Some(before) = self.drawn.filter(|before| !before.scrubbed && !head.scrubbed) {
            let missed = head.sequence.wrapping_sub(before.sequence).saturating_sub(1);
            self.app.metrics.frames_dropped.inc_by(u64::from(missed));
        }
        self.drawn = Some(head);
        for frame in self.frames(moment) {
            self.send(sink, Message::Binary(frame.into())).await?;
        }
        Ok(())
    }

    async fn show_state(&mut self, sink: &mut Sink, moment: &Moment) -> Result<(), Gone> {
        let state = self.app.state(&self.person, moment);
        if self.state.as_ref() == Some(&state) {
            return Ok(());
        }
        let text = match &self.state {
            Some(before) if self.changes => serde_json::to_string(&change(before, &state)),
            _ => serde_json::to_string(&StateMessage { kind: "state", state: &state }),
        };
        let Ok(text) = text else { return Ok(()) };
        if self.app.shows_patients(&self.person, moment) {
            match &mut self.patients {
                Some(count) => *count += 1,
                None => {
                    self.app.note_patients(&self.person, PATH, None);
                    self.patients = Some(0);
                }
            }
        }
        self.state = Some(state);
        self.state_sent = Some(Instant::now());
        self.send(sink, Message::text(text)).await
    }

    /// The frames this viewer does not have yet.
    fn frames(&mut self, moment: &Moment) -> Vec<Vec<u8>> {
        let mut frames = Vec::with_capacity(3);
        frames.extend(self.roads(moment));
        let Some(bounds) = self.bounds else { return frames };
        frames.extend(self.signals(moment, bounds));
        let (app, head) = (&self.app, moment.head());
        if self.vehicles {
            let covers = covers(app.writer(&self.person), &moment.view);
            let hidden = |vehicle: &Drawn| {
                vehicle.look & 7 == Drawn::EMERGENCY && {
                    let point = app.atlas.plane_point(vehicle.lon, vehicle.lat);
                    covers.iter().any(|cover| cover.hides(point))
                }
            };
            let drawn = moment.drawn(app.atlas.frame());
            frames.push(frame::vehicles(head, bounds, drawn, hidden));
        }
        frames
    }

    /// How roads fare, when that changed and was not told just before.
    fn roads(&mut self, moment: &Moment) -> Option<Vec<u8>> {
        self.roads_behind = self.roads_sent.is_some_and(|sent| sent.elapsed() < ROADS_EVERY);
        if self.roads_behind {
            return None;
        }
        let roads = frame::roads(moment.head(), &moment.map.roads);
        if self.roads == roads[frame::HEAD_BYTES..] {
            return None;
        }
        self.roads = roads[frame::HEAD_BYTES..].to_vec();
        self.roads_sent = Some(Instant::now());
        Some(roads)
    }

    /// The signals in view, or those of them that changed, when any did.
    fn signals(&mut self, moment: &Moment, bounds: Bounds) -> Option<Vec<u8>> {
        let atlas = &self.app.atlas;
        let in_view = |signal: &&Signal| {
            atlas.junction(signal.0).is_some_and(|[lon, lat]| bounds.contains(lon, lat))
        };
        let now: Vec<Signal> = moment.map.signals.iter().filter(in_view).copied().collect();
        let before = self.signals.take();
        let frame = match &before {
            Some(before) if *before == now => None,
            Some(before) if self.changes && before.len() == now.len() => {
                let new = now.iter().zip(before).filter(|(now, old)| now != old);
                let new: Vec<Signal> = new.map(|(now, _)| *now).collect();
                Some(frame::signals(moment.head(), &new))
            }
            _ => Some(frame::signals(moment.head(), &now)),
        };
        self.signals = Some(now);
        frame
    }

    async fn send(&mut self, sink: &mut Sink, message: Message) -> Result<(), Gone> {
        let content: &[u8] = match &message {
            Message::Text(text) => text.as_bytes(),
            Message::Binary(bytes) => bytes,
            _ => &[],
        };
        let bytes = content.len();
        self.root.update(&(bytes as u64).to_le_bytes()).update(content);
        match timeout(SEND_TIMEOUT, sink.send(message)).await {
            Ok(Ok(())) => {
                self.messages += 1;
                self.app.metrics.stream_bytes.inc_by(bytes as u64);
                Ok(())
            }
            _ => Err(Gone),
        }
    }
}
