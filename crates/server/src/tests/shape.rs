//! The interface keeps its shape: what version 1 promised is still there.
//!
//! `fixtures/openapi-v1.json` is the description of the interface. Whatever stands in it must stand
//! in today's: paths, methods, parameters, fields and their types; more may come. After something
//! was added, `UPDATE_GOLDEN=1` writes it anew.

use serde_json::Value;

use super::*;
use crate::toy::{self, Toy};

/// Prose, which may be bettered.
const PROSE: [&str; 4] = ["description", "summary", "info", "tags"];

/// What of `promised` is missing in `found`, by its path.
fn missing(promised: &Value, found: &Value, path: &str, gone: &mut Vec<String>) {
    match (promised, found) {
        (Value::Object(promised), Value::Object(found)) => {
            for (key, value) in promised.iter().filter(|(key, _)| !PROSE.contains(&key.as_str())) {
                let path = format!("{path}/{key}");
                match found.get(key) {
                    Some(there) => missing(value, there, &path, gone),
                    None => gone.push(path),
                }
            }
        }
        (Value::Array(promised), Value::Array(found)) => {
            for one in promised.iter().filter(|one| !found.contains(one)) {
                // An element that was changed is looked into where there is just one like it.
                let alike: Vec<&Value> =
                    found.iter().filter(|two| two["name"] == one["name"]).collect();
                match (one, alike.as_slice()) {
                    (Value::Object(_), [two]) => missing(one, two, path, gone),
                    _ => gone.push(format!("{path}: {one}")),
                }
            }
        }
        _ if promised == found => {}
        _ => gone.push(format!("{path} was {promised}, is {found}")),
    }
}

#[tokio::test]
async fn nothing_that_version_1_promised_is_gone() {
    let (driver, app) = toy::app(Toy::new(), vec![]);
    let found = get(&app, "/api/openapi.json").await.json();
    driver.end();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/openapi-v1.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file, serde_json::to_string_pretty(&found).unwrap() + "\n").unwrap();
    }
    let promised = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let mut gone = Vec::new();
    missing(&promised, &found, "", &mut gone);
    assert!(gone.is_empty(), "a change that needs version 2: {gone:#?}");
}

#[test]
fn a_field_that_disappears_is_noticed() {
    let promised = serde_json::json!({"a": {"type": "string", "description": "x"}, "b": ["c"]});
    let gone = |found: Value| {
        let mut gone = Vec::new();
        missing(&promised, &found, "", &mut gone);
        gone
    };
    assert!(gone(serde_json::json!({"a": {"type": "string"}, "b": ["d", "c"], "e": 1})).is_empty());
    assert_eq!(gone(serde_json::json!({"a": {"type": "number"}, "b": ["c"]})).len(), 1);
    assert_eq!(gone(serde_json::json!({"b": []})).len(), 2);
}
