//! Whatever is sent, the readers of bodies and queries answer with a problem that names the field.

use proptest::prelude::*;

use super::*;
use crate::toy::{self, Toy};

/// Every act with a body that is in order.
fn acts() -> Vec<(&'static str, Value)> {
    use serde_json::json;
    let control = "/api/v1/junctions/0/control";
    let patient = json!({"name": "", "phone": "", "address": ""});
    vec![
        ("/api/v1/clock", json!({"action": "speed", "speed": 10})),
        ("/api/v1/clock/scrub", json!({"at_ms": 1_700_000_000_000_i64, "live": false})),
        ("/api/v1/proposals/0/decide", json!({"verdict": "approve", "option": 1, "reason": "ok"})),
        ("/api/v1/proposals/0/decide", json!({"verdict": "refuse", "reason": "no"})),
        ("/api/v1/proposals/0/acknowledge", json!({"note": "seen"})),
        ("/api/v1/events/0/acknowledge", json!({"note": "seen"})),
        ("/api/v1/lanes/0/close", json!({"reason": "works", "blockage": false})),
        ("/api/v1/calls", json!({"kind": "ambulance", "road": 1, "patient": patient})),
        (control, json!({"action": "stage", "stage": 1})),
        (control, json!({"action": "law", "law": "webster"})),
        ("/api/v1/stop", json!({"reason": "drill"})),
    ]
}

/// One server for all cases: what breaks it breaks them all.
fn shared() -> Arc<App> {
    static SHARED: std::sync::OnceLock<(crate::driver::Driver, Arc<App>)> =
        std::sync::OnceLock::new();
    Arc::clone(&SHARED.get_or_init(|| toy::app(Toy::new(), vec![])).1)
}

fn answer(work: impl Future<Output = Got>) -> Got {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

/// JSON values of every kind.
fn any_json() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        Just(serde_json::json!([])),
        Just(serde_json::json!({"x": [1, {}]})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn no_body_breaks_an_act(body in ".{0,200}", which in 0..11_usize) {
        let (app, (path, _)) = (shared(), acts().swap_remove(which));
        let status = answer(post(&app, path, &body)).status;
        prop_assert!(status.is_client_error() || status.is_success(), "{}", status);
    }

    #[test]
    fn a_field_of_the_wrong_kind_is_named(
        which in 0..11_usize, field in any::<prop::sample::Index>(), wrong in any_json(),
    ) {
        let (app, (path, mut body)) = (shared(), acts().swap_remove(which));
        let fields = body.as_object_mut().unwrap();
        let name = fields.keys().nth(field.index(fields.len())).unwrap().clone();
        fields.insert(name.clone(), wrong);
        let got = answer(post(&app, path, &body.to_string()));
        prop_assert!(got.status.is_client_error() || got.status.is_success(), "{}", got.status);
        if got.status == StatusCode::BAD_REQUEST {
            let detail = got.json()["detail"].as_str().unwrap_or_default().to_owned();
            // A tag that is none of the known words is answered with those.
            let tag = ["action", "verdict"].contains(&name.as_str());
            prop_assert!(tag || detail.contains(&name), "{} {}: {}", path, body, detail);
        }
    }

    #[test]
    fn no_query_breaks_a_read(
        name in "before|limit|[a-z]{0,6}", value in "[!-~&&[^#&]]{0,20}|-?[0-9]{1,25}",
    ) {
        let app = shared();
        let path = format!("/api/v1/journal?{name}={value}");
        if path.parse::<axum::http::Uri>().is_ok() {
            let got = answer(get(&app, &path));
            prop_assert!(got.status.is_client_error() || got.status.is_success(), "{}", got.status);
            if got.status == StatusCode::BAD_REQUEST && !name.is_empty() {
                let detail = got.json()["detail"].as_str().unwrap_or_default().to_owned();
                prop_assert!(detail.contains(&name), "{}: {}", path, detail);
            }
        }
    }
}
