//! A server over a small city, through its whole life.

use std::path::Path;

use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::command::{Server, out, ran};

/// A folder with a small city in `city`.
fn small_city() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    out(folder.path(), &["generate", "--seed", "3", "--junctions", "30", "-o", "city"]);
    folder
}

/// The first state over the stream.
fn streamed(address: &str) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("ws://{address}/api/v1/stream");
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        loop {
            if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    })
}

/// Plays the last session of the server's journal again, which must give the same records.
fn same_again(here: &Path) {
    let mut journals = std::fs::read_dir(here.join("data/journal")).unwrap();
    let journal = journals.next().unwrap().unwrap().path();
    let replay = ["run", "--city", "city", "--json", "--replay", journal.to_str().unwrap()];
    let found: Value = serde_json::from_str(&out(here, &replay)).unwrap();
    assert_eq!(found["same"], true, "{found}");
}

#[test]
fn a_city_is_served_ended_and_goes_on_where_it_stood() {
    let folder = small_city();
    let here = folder.path();
    let paused = ["--city", "city", "--config", "urbis.toml", "--demo-role", "dispatcher"];
    std::fs::write(here.join("urbis.toml"), "[clock]\nwarm_up_s = 20\npaused = true\n").unwrap();
    let server = Server::start(here, &paused);
    assert_eq!(server.get("/healthz")["status"], "ok");
    let state = streamed(&server.address);
    assert_eq!(state["type"], "state");
    let city = server.get("/api/v1/city");
    let network = server.get("/api/v1/network");
    assert_eq!(
        network["roads"].as_array().unwrap().len() as u64,
        city["counts"]["roads"].as_u64().unwrap()
    );

    let call = r#"{"kind":"ambulance","road":9,"patient":{"name":"Li Na"}}"#;
    let (status, called) = server.request("POST", "/api/v1/calls", call);
    assert_eq!(status, 200, "{called}");
    // Let the ambulance leave, so that there is more to play again than the start.
    server.post("/api/v1/clock", r#"{"action":"speed","speed":60}"#);
    server.post("/api/v1/clock", r#"{"action":"resume"}"#);
    let driven = || {
        let calls = &server.get("/api/v1/state")["calls"];
        calls[0]["vehicle"].is_object() && calls[0]["stage"] == "to_patient"
    };
    assert!((0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        driven()
    }));
    server.post("/api/v1/clock", r#"{"action":"pause"}"#);
    let closed = server.post("/api/v1/lanes/3/close", r#"{"reason":"roadworks"}"#);
    assert_eq!(closed["accepted"], true);
    server.post("/api/v1/stop", r#"{"reason":"drill"}"#);
    let (status, problem) = server.request(
        "POST",
        "/api/v1/proposals/77/decide",
        r#"{"verdict":"refuse","reason":"test"}"#,
    );
    assert_eq!(status, 404, "{problem}");
    let journal = server.get("/api/v1/journal");
    // The closure asked for just before was still being rehearsed: it goes with the stop.
    let records = journal["records"].as_array().unwrap();
    for key in ["brain-proposal-stopped", "server-stop"] {
        assert!(records.iter().any(|record| record["text"]["key"] == key), "{key}: {journal}");
    }
    let (status, page) = server.request("GET", "/report", "");
    assert!(status == 200 && page.contains("<!doctype html>"));
    let stood = server.get("/api/v1/state")["clock"]["latest_ms"].as_i64().unwrap();

    let (code, said) = server.end("-TERM");
    assert_eq!(code, Some(0), "{said}");
    let warned: Vec<&str> = said.lines().filter(|line| line.contains("WARN")).collect();
    assert!(matches!(warned[..], [only] if only.contains("stop button")), "{said}");
    assert!(!said.contains("ERROR") && !said.contains("panicked"), "{said}");

    same_again(here);

    let server = Server::start(here, &paused);
    let goes_on = server.get("/api/v1/state")["clock"]["latest_ms"].as_i64().unwrap();
    assert!(goes_on >= stood, "the clock went back from {stood} to {goes_on}");
    let again = &server.get("/api/v1/state")["calls"];
    assert!(again[0]["place"]["road"] == 9 && again[0]["patient"]["name"] == "Li Na", "{again}");
    let (_, said) = server.end("-INT");
    assert!(said.contains("streets start empty"), "{said}");
    assert!(said.contains("emergency call 1 (an ambulance is sent again)"), "{said}");
    same_again(here);
}

#[test]
fn nothing_acknowledged_is_lost_when_it_is_killed() {
    let folder = small_city();
    let here = folder.path();
    std::fs::write(here.join("urbis.toml"), "[clock]\nwarm_up_s = 5\n").unwrap();
    let arguments = ["--city", "city"];
    let server = Server::start(here, &arguments);
    server.post("/api/v1/stop", r#"{"reason":"drill"}"#);
    // Decided or still rehearsed when it is killed, the closure comes back; the stop button would
    // have dropped one that was asked for before it.
    let asked = server.post("/api/v1/lanes/3/close", r#"{"reason":"roadworks"}"#);
    let acknowledged = asked["sequence"].as_u64();
    server.end("-KILL");
    same_again(here);

    let server = Server::start(here, &arguments);
    let journal = server.get("/api/v1/journal?limit=500");
    let records = journal["records"].as_array().unwrap();
    let find = |key: &str| records.iter().filter(|one| one["text"]["key"] == key).count();
    assert!(find("server-stop") >= 1 && find("server-close-lane") >= 1, "{journal}");
    assert!(server.get("/healthz")["sequence"].as_u64() > acknowledged, "numbers go on");
    let (code, said) = server.end("-INT");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Goes on with the journal of"), "{said}");
    assert!(
        said.contains("closed lane on") && said.contains("the stop button is pressed"),
        "{said}"
    );

    let doctor = ran(here, &["doctor", "--port", "0", "--json"]);
    let found: Value = serde_json::from_slice(&doctor.stdout).unwrap();
    for one in found["findings"].as_array().unwrap() {
        assert!(one["well"] == true || one["what"] == "command centre", "{found}");
    }
}

#[test]
fn with_a_token_everybody_is_asked_for_it() {
    let folder = small_city();
    let arguments = ["--city", "city", "--token", "a long secret", "--in-memory"];
    let server = Server::start(folder.path(), &arguments);
    let (status, body) = server.request("GET", "/api/v1/state", "");
    assert_eq!(status, 401, "{body}");
    assert_eq!(server.get("/healthz")["status"], "ok");
    server.end("-INT");
    assert!(!folder.path().join("data").exists(), "nothing is left behind");
}
