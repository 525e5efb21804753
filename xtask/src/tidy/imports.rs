//! Who may import whom.
//!
//! # Shape
//! One row per room with the rooms it may import; a room without a row is a finding, so that a new
//! crate gets its row with its first commit.

use super::tree::{Dependency, Package};
use super::{Finding, Tree};

/// A room, and the rooms of ours its code may import.
///
/// Tests of a room may import any room but the composition root; a scene's tests no other scene.
const ROOMS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("core", &["units"]),
    ("scene", &["units", "core"]),
    ("network", &["units", "core"]),
    ("learn", &["units", "core"]),
    ("store", &["units", "core"]),
    ("policy", &["units", "core"]),
    ("control", &["units", "core", "network"]),
    ("twin", &["units", "core", "network"]),
    ("interlock", &["units", "core", "network"]),
    ("city", &["units", "core", "network", "control"]),
    ("connect", &["units", "core", "store", "network", "twin"]),
    ("scenes", &["units", "core", "scene", "network", "learn", "control"]),
    (
        "brain",
        &[
            "units",
            "core",
            "scene",
            "network",
            "twin",
            "learn",
            "store",
            "interlock",
            "control",
            "city",
        ],
    ),
    ("server", &["units", "core", "network", "city", "brain", "store", "connect", "policy", "web"]),
    ("web", &[]),
    ("cli", &ALL),
    ("bench", &ALL),
    ("xtask", &[]),
];

const ALL: [&str; 16] = [
    "units",
    "core",
    "scene",
    "network",
    "learn",
    "store",
    "policy",
    "control",
    "twin",
    "interlock",
    "city",
    "connect",
    "scenes",
    "brain",
    "server",
    "web",
];

/// Rooms whose results must not depend on the machine or the moment.
pub(super) const PURE: &[&str] = &[
    "units",
    "core",
    "scene",
    "network",
    "learn",
    "control",
    "twin",
    "interlock",
    "city",
    "brain",
    "scenes",
];

/// Outside packages that bring a clock, a socket, a thread pool of their own or true randomness.
const IMPURE: &[&str] = &[
    "anyhow",
    "async-std",
    "axum",
    "clap",
    "getrandom",
    "hyper",
    "indicatif",
    "rand",
    "reqwest",
    "rusqlite",
    "smol",
    "tokio",
    "tower",
    "tower-http",
    "tracing-subscriber",
    "ureq",
];

/// Outside packages so heavy that only the named room may build them.
const BEHIND_ONE_ROOM: &[(&str, &str)] = &[
    ("datafusion", "store"),
    ("ballista", "store"),
    ("rusqlite", "store"),
    ("async-nats", "store"),
    ("cedar-policy", "policy"),
    ("ort", "learn"),
    ("candle-core", "learn"),
    ("axum", "server"),
    ("rust-embed", "web"),
];

/// Finds imports against the table.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (package, folder) in tree.members() {
        let manifest = format!("{folder}/Cargo.toml");
        let Some(room) = room_of(folder) else { continue };
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            let message = format!("the room {room} has no row in xtask/src/tidy/imports.rs");
            findings.push(Finding::new(&manifest, 0, message));
            continue;
        };
        for dependency in &package.dependencies {
            let wrong = match room_named(tree, &dependency.package) {
                Some(other) => ours(room, allowed, &other, dependency),
                None => outside(room, dependency),
            };
            if let Some(message) = wrong {
                findings.push(Finding::new(&manifest, 0, message));
            }
        }
        findings.extend(inherits_lints(tree, package, &manifest));
    }
    findings
}

/// The room of a package's folder.
fn room_of(folder: &str) -> Option<&str> {
    match folder.split_once('/') {
        Some(("crates", room)) => Some(room),
        Some(("scenes", _)) => Some("scenes"),
        Some((top, _)) => Some(top),
        None => Some(folder).filter(|folder| !folder.is_empty()),
    }
}

fn room_named(tree: &Tree, package: &str) -> Option<String> {
    tree.members()
        .find(|(member, _)| member.name == package)
        .and_then(|(_, folder)| room_of(folder).map(str::to_owned))
}

fn ours(room: &str, allowed: &[&str], other: &str, dependency: &Dependency) -> Option<String> {
    let name = &dependency.package;
    if matches!(other, "cli" | "xtask" | "bench") {
        return Some(format!("{name} is nobody's dependency"));
    }
    if room == "scenes" && other == "scenes" {
        return Some(format!("a scene never imports another scene, but this one wants {name}"));
    }
    if dependency.dev || allowed.contains(&other) {
        return None;
    }
    Some(format!("{room} may import {}, not {name}", list(allowed)))
}

fn outside(room: &str, dependency: &Dependency) -> Option<String> {
    let name = dependency.package.as_str();
    if dependency.dev {
        return None;
    }
    if PURE.contains(&room) && IMPURE.contains(&name) {
        return Some(format!(
            "{room} gives the same bytes on every machine at every time; {name} cannot promise that"
        ));
    }
    let (_, home) = BEHIND_ONE_ROOM.iter().find(|(heavy, _)| *heavy == name)?;
    (room != *home && room != "bench").then(|| format!("{name} lives behind {home} alone"))
}

fn inherits_lints(tree: &Tree, package: &Package, manifest: &str) -> Option<Finding> {
    let file = tree.files.iter().find(|file| file.path == manifest)?;
    let lines: Vec<&str> = file.text.lines().map(str::trim).collect();
    let inherits = lines.windows(2).any(|pair| pair == ["[lints]", "workspace = true"]);
    (!inherits).then(|| {
        let message = format!("{} lacks `[lints]` with `workspace = true`", package.name);
        Finding::new(manifest, 0, message)
    })
}

fn list(rooms: &[&str]) -> String {
    if rooms.is_empty() { "nothing of ours".to_owned() } else { rooms.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, folder: &str, dependencies: &[(&str, bool)]) -> Package {
        Package {
            name: name.to_owned(),
            folder: Some(folder.to_owned()),
            dependencies: dependencies
                .iter()
                .map(|&(package, dev)| Dependency {
                    package: package.to_owned(),
                    ident: package.replace('-', "_"),
                    dev,
                })
                .collect(),
            ..Package::default()
        }
    }

    fn messages(packages: Vec<Package>) -> Vec<String> {
        let tree = Tree { packages, ..Tree::default() };
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn imports_along_the_table_are_fine() {
        let found = messages(vec![
            member("urbis-units", "crates/units", &[("serde", false)]),
            member("urbis-core", "crates/core", &[("urbis-units", false)]),
            member("urbis-twin", "crates/twin", &[("urbis-core", false)]),
            member("urbis-scene-a", "scenes/a", &[("urbis-core", false), ("urbis-twin", true)]),
            member("urbis-cli", "crates/cli", &[("urbis-scene-a", false), ("clap", false)]),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn an_import_against_the_table_is_found() {
        let found = messages(vec![
            member("urbis-units", "crates/units", &[("urbis-core", false)]),
            member("urbis-core", "crates/core", &[]),
        ]);
        assert_eq!(found, ["units may import nothing of ours, not urbis-core"]);
    }

    #[test]
    fn a_scene_that_imports_a_scene_or_a_twin_is_found() {
        let found = messages(vec![
            member("urbis-scene-a", "scenes/a", &[("urbis-scene-b", true)]),
            member("urbis-scene-b", "scenes/b", &[("urbis-twin", false)]),
            member("urbis-twin", "crates/twin", &[]),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn nobody_imports_the_composition_root() {
        let found = messages(vec![
            member("urbis-cli", "crates/cli", &[]),
            member("urbis-core", "crates/core", &[("urbis-cli", true)]),
        ]);
        assert_eq!(found, ["urbis-cli is nobody's dependency"]);
    }

    #[test]
    fn a_clock_in_a_pure_room_and_a_heavy_engine_in_a_light_one_are_found() {
        let found = messages(vec![
            member("urbis-brain", "crates/brain", &[("tokio", false)]),
            member("urbis-store", "crates/store", &[("datafusion", false)]),
            member("urbis-server", "crates/server", &[("datafusion", false), ("tokio", false)]),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("datafusion lives behind store alone"), "{found:?}");
    }

    #[test]
    fn a_room_without_a_row_is_found() {
        let found = messages(vec![member("urbis-new", "crates/new", &[])]);
        assert!(found[0].contains("has no row"), "{found:?}");
    }

    #[test]
    fn a_crate_that_does_not_take_the_common_lints_is_found() {
        let mut tree =
            Tree::of(&[("crates/core/Cargo.toml", "[package]\nname = \"urbis-core\"\n")]);
        tree.packages.push(member("urbis-core", "crates/core", &[]));
        assert_eq!(check(&tree).len(), 1);
    }
}
