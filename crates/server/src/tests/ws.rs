//! The stream through a real socket.

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;
use crate::access::Role;
use crate::serve::Server;
use crate::toy::{self, Toy};
use tokio::net::TcpStream;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Serves `app` on a free port and answers with its address.
async fn serve(app: &Arc<App>) -> std::net::SocketAddr {
    let any = (std::net::Ipv4Addr::LOCALHOST, 0).into();
    let server = Server::bind(any, Arc::clone(&app.entrance)).await.unwrap();
    server.opener().open(Arc::clone(app));
    let address = server.address().unwrap();
    tokio::spawn(server.run(std::future::pending()));
    address
}

async fn say(socket: &mut Socket, body: Value) {
    socket.send(Message::text(body.to_string())).await.unwrap();
}

/// The next message that is not a ping.
async fn hear(socket: &mut Socket) -> Message {
    loop {
        match socket.next().await.expect("the stream goes on").unwrap() {
            Message::Ping(_) => {}
            message => return message,
        }
    }
}

/// The next frame of a kind: its head and the number of its rows.
async fn frame_of(socket: &mut Socket, kind: u8) -> (Vec<u8>, u32) {
    loop {
        if let Message::Binary(bytes) = hear(socket).await
            && bytes[3] == kind
        {
            let n = u32::from_le_bytes(bytes[16..20].try_into().unwrap());
            return (bytes.to_vec(), n);
        }
    }
}

#[tokio::test]
async fn a_viewer_gets_the_state_and_what_moves_in_view() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let address = serve(&app).await;
    let url = format!("ws://{address}/api/v1/stream");
    let (mut socket, _) = connect_async(&url).await.unwrap();
    let Message::Text(first) = hear(&mut socket).await else { panic!("the state comes first") };
    let state: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&state["type"], &state["kpi"]["with"]["vehicles"]), (&"state".into(), &20.into()));

    let bounds = app.atlas.bounds();
    let all = [bounds.west - 1.0, bounds.south - 1.0, bounds.east + 1.0, bounds.north + 1.0];
    say(&mut socket, json!({"type": "view", "bounds": all, "vehicles": true})).await;
    assert_eq!(frame_of(&mut socket, crate::frame::SIGNALS).await.1, 1);
    let (frame, n) = frame_of(&mut socket, crate::frame::VEHICLES).await;
    assert_eq!((&frame[..3], n), (&b"UB\x01"[..], 20));

    let middle = bounds.west + (bounds.east - bounds.west) / 2.0;
    let half = [bounds.west, bounds.south, middle, bounds.north];
    say(&mut socket, json!({"type": "view", "bounds": half, "vehicles": true})).await;
    let (_, fewer) = frame_of(&mut socket, crate::frame::VEHICLES).await;
    assert!(fewer < 20, "{fewer} of 20 in half of the city");

    say(&mut socket, json!({"type": "view", "bounds": [1, 1, 0, 0], "vehicles": true})).await;
    let problem = hear(&mut socket).await.into_text().unwrap();
    assert!(problem.contains("bounds must be"), "{problem}");
    say(&mut socket, json!({"type": "dance"})).await;
    assert!(hear(&mut socket).await.into_text().unwrap().contains("dance"));
    assert_eq!(app.metrics.viewers.get(), 1);

    driver.end();
    while let Some(Ok(_)) = socket.next().await {}
}

#[tokio::test]
async fn a_stream_needs_its_own_page_or_a_token() {
    let (driver, app) = toy::app(Toy::new(), vec![toy::account("viewer", Role::Viewer)]);
    let address = serve(&app).await;
    let url = format!("ws://{address}/api/v1/stream");
    let status = |error: Error| match error {
        Error::Http(response) => response.status().as_u16(),
        other => panic!("{other}"),
    };
    assert_eq!(status(connect_async(&url).await.unwrap_err()), 401);
    let with = |name: &'static str, value: &str| {
        use tokio_tungstenite::tungstenite::client::IntoClientRequest;
        let mut request = url.as_str().into_client_request().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };
    let token = with("sec-websocket-protocol", "urbis.v1, urbis.token.token-viewer");
    let (mut socket, response) = connect_async(token).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "urbis.v1");
    assert!(matches!(hear(&mut socket).await, Message::Text(_)));
    let foreign = with("origin", "http://evil.example");
    assert_eq!(status(connect_async(foreign).await.unwrap_err()), 403);
    driver.end();
}

#[tokio::test]
async fn what_does_not_change_is_not_sent_again() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let address = serve(&app).await;
    let (mut socket, _) = connect_async(format!("ws://{address}/api/v1/stream")).await.unwrap();
    hear(&mut socket).await;
    assert_eq!(
        frame_of(&mut socket, crate::frame::ROADS).await.1 as usize,
        toy::pack().network.roads.len()
    );
    // Standing still, the city has nothing new; the next message is the answer to the next act.
    post(&app, "/api/v1/stop", r#"{"reason":"drill"}"#).await;
    let next = hear(&mut socket).await.into_text().unwrap();
    let state: Value = serde_json::from_str(&next).unwrap();
    assert_eq!(state["sequence"], 1);
    driver.end();
}

#[tokio::test]
async fn a_viewer_who_keeps_what_it_got_is_sent_only_what_changed() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let address = serve(&app).await;
    let (mut socket, _) = connect_async(format!("ws://{address}/api/v1/stream")).await.unwrap();
    let whole = hear(&mut socket).await.into_text().unwrap();
    let mut state: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(state["type"], "state");
    let bounds = app.atlas.bounds();
    let all = [bounds.west - 1.0, bounds.south - 1.0, bounds.east + 1.0, bounds.north + 1.0];
    say(&mut socket, json!({"type":"view","bounds":all,"vehicles":false,"changes":true})).await;
    assert_eq!(frame_of(&mut socket, crate::frame::SIGNALS).await.1, 1, "first all in view");
    post(&app, "/api/v1/stop", r#"{"reason":"drill"}"#).await;
    // The clock may have been told of before.
    while state["sequence"] != 1 {
        let Message::Text(text) = hear(&mut socket).await else { continue };
        let change: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(change["type"], "change");
        assert!(change.get("kpi").is_none() && change.get("decisions").is_none(), "{change}");
        for (field, value) in change.as_object().unwrap() {
            assert!(!value["changed"].is_array(), "the stop changes no list here: {field}");
            state[field] = value.clone();
        }
    }
    let now = get(&app, "/api/v1/state").await.json();
    for field in ["sequence", "kpi", "events", "controls", "stopped"] {
        assert_eq!(state[field], now[field], "what was kept, with what changed, is what is");
    }
    driver.end();
}

/// Lines in the audit log when `role` has got the first state of a city with a patient.
async fn audit_lines_of(role: Role) -> u64 {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    let (driver, app) = toy::app(Toy::new(), vec![toy::account("an", role)]);
    let address = serve(&app).await;
    let call = app.handle.act(|city| {
        let act = urbis_core::Act {
            who: urbis_core::Actor::System,
            authority: urbis_core::Authority::Act,
            why: urbis_core::Message::new("server-reason"),
            mode: urbis_units::Mode::Simulated,
            at: toy::START,
        };
        let event = urbis_core::EventId(0);
        let road = urbis_core::RoadId(5);
        let what = urbis_core::Intake::Call { event, road, hospital: None, patient: vec![] };
        city.submit(urbis_core::Input { act, what })
    });
    call.await.unwrap().unwrap();
    let mut request = format!("ws://{address}/api/v1/stream").into_client_request().unwrap();
    let token = "urbis.v1, urbis.token.token-an".parse().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", token);
    let (mut socket, _) = connect_async(request).await.unwrap();
    assert!(matches!(hear(&mut socket).await, Message::Text(_)), "the state comes first");
    let lines = app.audit.root().0;
    driver.end();
    lines
}

#[tokio::test]
async fn a_stream_that_shows_patients_says_so_in_the_audit_log() {
    assert_eq!(audit_lines_of(Role::Operator).await, 1, "the stream");
    assert_eq!(audit_lines_of(Role::Dispatcher).await, 2, "and that it shows patients");
}
