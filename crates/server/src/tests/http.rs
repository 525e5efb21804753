//! Every path of `docs/api.md`, good and bad.

use super::*;
use crate::access::Role;
use crate::live::LiveCity;
use crate::toy::{self, Toy};

#[tokio::test]
async fn everything_that_can_be_read_is_read() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let junction = format!("/api/v1/junctions/{}", toy::signalized().0);
    for (path, key) in [
        ("/healthz", "status"),
        ("/api/openapi.json", "openapi"),
        ("/api/v1/session", "person"),
        ("/api/v1/city", "bounds"),
        ("/api/v1/network", "roads"),
        ("/api/v1/places", "features"),
        ("/api/v1/state", "kpi"),
        (junction.as_str(), "aspects"),
        ("/api/v1/roads", "roads"),
        ("/api/v1/signals", "junctions"),
        ("/api/v1/accuracy", "predictions"),
        ("/api/v1/history", "points"),
        ("/api/v1/journal?limit=5", "records"),
        ("/api/v1/report", "points"),
    ] {
        let got = get(&app, path).await;
        assert_eq!(got.status, StatusCode::OK, "{path}");
        assert!(got.json().get(key).is_some(), "{path} has no {key}");
        assert!(got.headers.contains_key("content-security-policy"), "{path}");
        assert_eq!(got.headers["x-content-type-options"], "nosniff");
    }
    let metrics = String::from_utf8(get(&app, "/metrics").await.body).unwrap();
    assert!(metrics.contains("urbis_http_requests_total{"), "{metrics}");
    assert!(metrics.contains("urbis_city_vehicles 20"), "{metrics}");
    assert!(get(&app, "/report").await.body.starts_with(b"Report"));
    driver.end();
}

#[tokio::test]
async fn the_network_is_sent_once_and_has_everything_in_id_order() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let got = get(&app, "/api/v1/network").await;
    let (network, pack) = (got.json(), toy::pack());
    for (key, count) in [
        ("roads", pack.network.roads.len()),
        ("lanes", pack.network.lanes.len()),
        ("junctions", pack.network.junctions.len()),
        ("detectors", pack.detectors.len()),
    ] {
        let items = network[key].as_array().unwrap();
        assert_eq!(items.len(), count, "{key}");
        assert!(items.iter().enumerate().all(|(i, item)| item["id"] == i), "{key}");
    }
    let city = get(&app, "/api/v1/city").await.json();
    let bounds: Vec<f64> =
        city["bounds"].as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap()).collect();
    for lane in network["lanes"].as_array().unwrap() {
        for point in lane["shape"].as_array().unwrap() {
            let (lon, lat) = (point[0].as_f64().unwrap(), point[1].as_f64().unwrap());
            assert!(lon > bounds[0] && lon < bounds[2] && lat > bounds[1] && lat < bounds[3]);
        }
    }
    let again = Request::get("/api/v1/network")
        .header("host", "localhost")
        .header("if-none-match", got.headers["etag"].clone());
    let again = send(&app, again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let zipped = Request::get("/api/v1/network")
        .header("host", "localhost")
        .header("accept-encoding", "gzip");
    let zipped = send(&app, zipped.body(Body::empty()).unwrap()).await;
    assert_eq!(zipped.headers["content-encoding"], "gzip");
    assert!(zipped.body.len() * 3 < got.body.len());
    driver.end();
}

#[tokio::test]
async fn what_the_map_shows_stands_in_tables() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let (roads, pack) = (get(&app, "/api/v1/roads").await.json(), toy::pack());
    assert_eq!(roads["at_ms"], toy::START.millis());
    assert_eq!(roads["roads"].as_array().unwrap().len(), pack.network.roads.len());
    let road = serde_json::json!({"id": 1, "vehicles": 2, "queue_veh": 1, "speed_ratio": 0.5});
    assert_eq!(roads["roads"][1], road);
    let signals = get(&app, "/api/v1/signals").await.json();
    let signal = pack.network.junctions[toy::signalized()].signal.as_ref().unwrap();
    let shown = &signals["junctions"][0];
    assert_eq!(shown["id"], toy::signalized().0);
    assert_eq!(
        (&shown["stage"], &shown["stage_name"]),
        (&0.into(), &signal.stages[0].name.as_str().into())
    );
    assert_eq!(shown["green"].as_array().unwrap().len(), signal.stages[0].green.iter().count());
    let places = get(&app, "/api/v1/places").await.json();
    let kinds: std::collections::BTreeSet<&str> = places["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["properties"]["kind"].as_str().unwrap())
        .collect();
    for kind in
        ["hospital", "ambulance_station", "fire_station", "school", "park", "water", "district"]
    {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
    driver.end();
}

#[tokio::test]
async fn acts_are_signed_and_stand_in_the_journal() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let signal = toy::signalized().0;
    let control = format!("/api/v1/junctions/{signal}/control");
    for (path, body) in [
        ("/api/v1/lanes/0/close", r#"{"reason":"roadworks","blockage":false}"#),
        ("/api/v1/lanes/0/close", r#"{"reason":"drill","blockage":true}"#),
        ("/api/v1/lanes/0/open", "{}"),
        ("/api/v1/calls", r#"{"kind":"ambulance","road":1,"patient":{"name":"Li Na"}}"#),
        (control.as_str(), r#"{"action":"take"}"#),
        (control.as_str(), r#"{"action":"law","law":"webster"}"#),
        (control.as_str(), r#"{"action":"release"}"#),
        ("/api/v1/area/control", r#"{"action":"take","junctions":[0,1]}"#),
        ("/api/v1/area/control", r#"{"action":"release","junctions":[0,1]}"#),
        ("/api/v1/events/0/acknowledge", r#"{"note":"seen"}"#),
        ("/api/v1/proposals/0/acknowledge", "{}"),
        ("/api/v1/stop", r#"{"reason":"drill"}"#),
        ("/api/v1/stop/release", "{}"),
        ("/api/v1/clock", r#"{"action":"speed","speed":20}"#),
        ("/api/v1/clock/scrub", r#"{"at_ms":1700000000000}"#),
        ("/api/v1/clock/scrub", r#"{"live":true}"#),
    ] {
        let got = post(&app, path, body).await;
        assert_eq!(got.status, StatusCode::OK, "{path} {body}: {}", got.json());
        assert_eq!(got.json()["accepted"], true);
    }
    let journal = get(&app, "/api/v1/journal").await.json();
    let records = journal["records"].as_array().unwrap();
    assert_eq!(records.len(), 13);
    assert_eq!(records[12]["text"]["key"], "server-close-lane");
    assert_eq!(records[12]["text"]["args"]["reason"], "roadworks");
    assert!(records.iter().all(|record| record["who"] == "Demo Operator"));
    assert!(!journal.to_string().contains("Li Na"));
    driver.end();
}

#[tokio::test]
async fn whoever_looks_back_sees_the_past_alone_and_cannot_act_on_it() {
    let accounts = vec![toy::account("an", Role::Dispatcher), toy::account("li", Role::Dispatcher)];
    let mut toy = Toy::new();
    for _ in 0..60 {
        toy.tick().unwrap();
    }
    let (driver, app) = toy::app(toy, accounts);
    let send_as = |who: &str, method: &str, path: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("x-urbis-request", "1")
            .header("authorization", format!("Bearer token-{who}"))
            .body(Body::from(body.to_owned()))
            .unwrap();
        let app = Arc::clone(&app);
        async move { send(&app, request).await }
    };
    let call = r#"{"kind":"ambulance","road":5}"#;
    assert_eq!(send_as("an", "POST", "/api/v1/calls", call).await.status, StatusCode::OK);
    let past_ms = toy::START.millis() + 30_000;
    let scrub = format!(r#"{{"at_ms":{past_ms}}}"#);
    send_as("an", "POST", "/api/v1/clock/scrub", &scrub).await;

    let then = send_as("an", "GET", "/api/v1/state", "").await.json();
    assert_eq!(
        (&then["clock"]["at_ms"], &then["clock"]["scrubbed"]),
        (&past_ms.into(), &true.into())
    );
    assert_eq!(then["calls"], serde_json::json!([]), "nobody had called yet");
    assert_eq!(then["clock"]["earliest_ms"], toy::START.millis());
    let now = send_as("li", "GET", "/api/v1/state", "").await.json();
    assert_eq!(
        (&now["clock"]["scrubbed"], now["calls"].as_array().unwrap().len()),
        (&false.into(), 1)
    );

    let refused = send_as("an", "POST", "/api/v1/lanes/0/close", r#"{"reason":"works"}"#).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (StatusCode::CONFLICT, &"looking-back".into())
    );
    let stop = r#"{"reason":"drill"}"#;
    assert_eq!(send_as("an", "POST", "/api/v1/stop", stop).await.status, StatusCode::OK);
    send_as("an", "POST", "/api/v1/clock/scrub", r#"{"live":true}"#).await;
    let close = send_as("an", "POST", "/api/v1/lanes/0/close", r#"{"reason":"works"}"#).await;
    assert_eq!(close.status, StatusCode::OK);
    driver.end();
}

#[tokio::test]
async fn bad_requests_get_problems_that_say_what_to_do() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let signal = format!("/api/v1/junctions/{}/control", toy::signalized().0);
    for (path, body, status, code) in [
        ("/api/v1/lanes/999999/close", "{}", 404, "not-found"),
        ("/api/v1/lanes/x/close", "{}", 400, "bad-request"),
        ("/api/v1/lanes/0/close", r#"{"reson":1}"#, 400, "bad-request"),
        ("/api/v1/lanes/0/close", "{", 400, "bad-request"),
        ("/api/v1/proposals/1/decide", r#"{"verdict":"approve","option":1}"#, 404, "not-found"),
        ("/api/v1/proposals/1/decide", r#"{"verdict":"maybe"}"#, 400, "bad-request"),
        ("/api/v1/proposals/1/decide", r#"{"verdict":"refuse"}"#, 422, "refused"),
        ("/api/v1/proposals/1/decide", r#"{"verdict":"refuse","reason":" "}"#, 422, "refused"),
        ("/api/v1/lanes/0/close", "{}", 422, "refused"),
        ("/api/v1/calls", r#"{"kind":"ambulance","road":4000000000}"#, 404, "not-found"),
        ("/api/v1/calls", r#"{"kind":"balloon","road":1}"#, 400, "bad-request"),
        ("/api/v1/junctions/999999/control", r#"{"action":"take"}"#, 404, "not-found"),
        (signal.as_str(), r#"{"action":"stage","stage":1}"#, 422, "refused"),
        ("/api/v1/clock", r#"{"action":"speed","speed":1000}"#, 422, "refused"),
        ("/api/v1/clock/scrub", r#"{"at_ms":0}"#, 422, "refused"),
        ("/api/v1/clock/scrub", "{}", 400, "bad-request"),
        ("/api/v1/nowhere", "{}", 404, "not-found"),
        ("/api/v1/state", "{}", 405, "method-not-allowed"),
    ] {
        let got = post(&app, path, body).await;
        let problem = got.json();
        assert_eq!(got.status.as_u16(), status, "{path} {body}: {problem}");
        assert_eq!(problem["code"], code, "{path} {body}: {problem}");
        assert_eq!(problem["type"], format!("urn:urbis:problem:{code}"));
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().unwrap().len() > 10, "{problem}");
        assert_eq!(got.headers["content-type"], "application/problem+json");
    }
    let refused = post(&app, "/api/v1/proposals/1/decide", r#"{"verdict":"refuse"}"#).await;
    assert!(refused.json()["detail"].as_str().unwrap().contains("reason"), "the field is named");
    assert_eq!(get(&app, "/api/v1/junctions/999999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&app, "/api/v1/journal?before=x").await.status, StatusCode::BAD_REQUEST);
    let long = format!(r#"{{"reason":"{}"}}"#, "x".repeat(100_000));
    assert_eq!(post(&app, "/api/v1/stop", &long).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let wordy = format!(r#"{{"reason":"{}"}}"#, "字".repeat(1001));
    assert_eq!(post(&app, "/api/v1/stop", &wordy).await.status, StatusCode::BAD_REQUEST);
    driver.end();
}

#[tokio::test]
async fn another_site_cannot_act_or_read() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let request = |headers: &[(&'static str, &'static str)]| {
        let mut request = Request::post("/api/v1/stop");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from("{}")).unwrap()
    };
    let ours = [("host", "localhost"), ("content-type", "application/json")];
    let with = |more: &[(&'static str, &'static str)]| request(&[&ours[..], more].concat());
    for (headers, code) in [
        (with(&[]), "no-request-header"),
        (with(&[("x-urbis-request", "1"), ("origin", "http://evil.example")]), "wrong-origin"),
        (request(&[("host", "evil.example"), ("x-urbis-request", "1")]), "wrong-host"),
        (request(&[("host", "localhost"), ("x-urbis-request", "1")]), "not-json"),
    ] {
        assert_eq!(send(&app, headers).await.json()["code"], code);
    }
    driver.end();
}

async fn signs_in_with_a_cookie(app: &Arc<App>) {
    let form = |token: &str| {
        Request::post("/sign-in")
            .header("host", "localhost")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("token={token}")))
            .unwrap()
    };
    assert_eq!(send(app, form("wrong")).await.status, StatusCode::UNAUTHORIZED);
    let signed_in = send(app, form("token-viewer")).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER);
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let session = Request::get("/api/v1/session")
        .header("host", "localhost")
        .header("cookie", cookie.split(';').next().unwrap());
    let session = send(app, session.body(Body::empty()).unwrap()).await.json();
    assert_eq!(session["person"], "viewer");
}

#[tokio::test]
async fn with_accounts_everyone_needs_a_token_and_has_a_role() {
    let accounts = vec![
        toy::account("viewer", Role::Viewer),
        toy::account("operator", Role::Operator),
        toy::account("dispatcher", Role::Dispatcher),
    ];
    let (driver, app) = toy::app(Toy::new(), accounts);
    assert_eq!(get(&app, "/api/v1/state").await.json()["code"], "not-signed-in");
    assert_eq!(get(&app, "/healthz").await.status, StatusCode::OK);
    let asking = |who: &str, path: &str| {
        Request::get(path)
            .header("host", "localhost")
            .header("authorization", format!("Bearer token-{who}"))
            .body(Body::empty())
            .unwrap()
    };
    let acting = |who: &str, path: &str, body: &str| {
        Request::post(path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("x-urbis-request", "1")
            .header("authorization", format!("Bearer token-{who}"))
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    let denied = send(&app, acting("viewer", "/api/v1/stop", "{}")).await;
    assert_eq!(denied.json()["code"], "denied");
    let call =
        r#"{"kind":"ambulance","road":5,"patient":{"name":"李娜","phone":"1","address":""}}"#;
    assert_eq!(send(&app, acting("operator", "/api/v1/calls", call)).await.status, StatusCode::OK);

    let seen = |who: &'static str| {
        let request = asking(who, "/api/v1/state");
        let app = Arc::clone(&app);
        async move { send(&app, request).await.json()["calls"][0].clone() }
    };
    let (operator, dispatcher) = (seen("operator").await, seen("dispatcher").await);
    assert_eq!(operator["coarse"], true);
    assert!(operator["patient"].is_null() && operator["place"]["road"].is_null());
    assert_eq!(operator["route"], serde_json::json!([]), "the last road says where");
    assert_eq!(dispatcher["coarse"], false);
    assert_eq!(dispatcher["patient"]["name"], "李娜");
    assert_eq!((&dispatcher["place"]["road"], &dispatcher["route"][0]), (&5.into(), &5.into()));

    let erase = |who, call| acting(who, &format!("/api/v1/calls/{call}/erase"), "{}");
    assert_eq!(send(&app, erase("operator", 0)).await.json()["code"], "denied");
    assert_eq!(send(&app, erase("dispatcher", 9)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&app, erase("dispatcher", 0)).await.status, StatusCode::OK);
    let dispatcher = seen("dispatcher").await;
    assert_eq!((&dispatcher["patient"], &dispatcher["erased"]), (&Value::Null, &true.into()));

    signs_in_with_a_cookie(&app).await;
    let (lines, hash) = app.audit.root();
    assert_eq!(
        (lines, hash.len()),
        (11, 64),
        "one a permission asked, and one each time a patient is shown"
    );
    driver.end();
}

#[tokio::test]
async fn a_base_map_of_this_machine_is_served_by_ranges() {
    let folder = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = b"PMTiles".iter().copied().chain(0..=255).collect();
    std::fs::write(folder.path().join("city.pmtiles"), &bytes).unwrap();
    let map = crate::base_map::BaseMap::checked("pmtiles", "city.pmtiles", "us", folder.path());
    let (driver, app) = toy::app_over(Toy::new(), vec![], Some(map.unwrap()));
    let city = get(&app, "/api/v1/city").await.json();
    let expected = serde_json::json!(
        {"kind": "pmtiles", "url": "/basemap/city.pmtiles", "attribution": "us"}
    );
    assert_eq!(city["base_map"], expected);
    let request = Request::get("/basemap/city.pmtiles")
        .header("host", "localhost")
        .header("accept-encoding", "gzip")
        .header("range", "bytes=7-16");
    let part = send(&app, request.body(Body::empty()).unwrap()).await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers["content-range"], "bytes 7-16/263");
    assert_eq!(part.body, (0..10).collect::<Vec<u8>>());
    assert_eq!(get(&app, "/basemap/city.pmtiles").await.body, bytes);
    for path in ["/basemap/other.pmtiles", "/basemap/..%2Fcity.pmtiles"] {
        assert_eq!(get(&app, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    driver.end();
}

#[tokio::test]
async fn the_page_answers_for_its_own_paths_and_files_for_theirs() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let page = get(&app, "/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert_eq!(page.headers["cache-control"], "no-cache");
    assert_eq!(get(&app, "/events/3").await.body, page.body);
    assert_eq!(get(&app, "/assets/none.js").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&app, "/../Cargo.toml").await.status, StatusCode::NOT_FOUND);
    let again = Request::get("/")
        .header("host", "localhost")
        .header("if-none-match", page.headers["etag"].clone());
    let again = send(&app, again.body(Body::empty()).unwrap()).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    driver.end();
}

#[tokio::test]
async fn the_description_names_every_documented_path() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let openapi = get(&app, "/api/openapi.json").await.json();
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"));
    let docs = include_str!("../../../../docs/api.md");
    let documented = docs.split('`').filter_map(|word| {
        let (method, path) = word.split_once(' ')?;
        let path = path.split('?').next()?;
        matches!(method, "GET" | "POST").then_some((method.to_lowercase(), path))
    });
    let mut count = 0;
    for (method, path) in documented.filter(|(_, path)| *path != "/report") {
        assert!(openapi["paths"][path][&method].is_object(), "{method} {path}");
        count += 1;
    }
    assert!(count >= 23, "only {count} documented paths were found");
    driver.end();
}
