//! Reality and belief never mix: what the brain believes, rehearses and decides may not reach into
//! the city that is played, nor to the judge who sees both.
//!
//! In simulated mode all of them are one process and one crate, so the compiler does not keep them
//! apart. The check is textual, over code without comments, strings and tests.

use super::lexer::has_word;
use super::{Finding, Tree};

/// Where belief lives.
const BELIEF: &[&str] = &[
    "crates/brain/src/belief/",
    "crates/brain/src/brain/",
    "crates/brain/src/rehearsal/",
    "crates/brain/src/brain.rs",
    "crates/brain/src/rehearse.rs",
];

/// Modules of the same crate that hold or see reality.
const REALITY: &[&str] = &["city", "keyframes", "measure", "session", "views"];

/// Types of theirs that belief may not name, from wherever they come.
const TYPES: &[&str] = &["SimulatedCity", "Judge"];

/// What of them belief may use: names and numbers that say nothing of how the traffic is.
const ALLOWED: &[&str] = &[
    // Which number a detector or controller reports under.
    "city::EntityNumbers",
    // The ambulance as a type of vehicle.
    "city::ambulance::VEHICLE",
    // Statistics of an error, whoever's it is; of choices, those of the brain's own rehearsals.
    "measure::choices::Choices",
    "measure::error::ErrorTally",
    "measure::error::Z_90",
];

/// Finds belief that reaches into reality.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| BELIEF.iter().any(|home| file.path.starts_with(home))) {
        for (at, path) in paths(&file.product) {
            let module = path.split("::").next().unwrap_or_default();
            let is =
                |allowed: &&str| path == **allowed || path.starts_with(&format!("{allowed}::"));
            if REALITY.contains(&module) && !ALLOWED.iter().any(is) {
                let line = file.product[..at].matches('\n').count() + 1;
                let message = format!(
                    "belief may not see {path}: take it from observations, or let the session hand \
                     it over"
                );
                findings.push(Finding::new(&file.path, line, message));
            }
        }
        for (number, line) in file.product_lines() {
            for name in TYPES.iter().filter(|name| has_word(line, name)) {
                let message = format!("belief may not hold a {name}, which is reality");
                findings.push(Finding::new(&file.path, number, message));
            }
        }
    }
    findings
}

/// Paths into this crate from its root, without the root, and where they begin.
fn paths(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for root in ["crate::", "super::"] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let mut rest = &code[at + root.len()..];
            while let Some(further) = rest.strip_prefix("super::") {
                rest = further;
            }
            found.extend(names(rest).into_iter().map(|path| (at, path)));
        }
    }
    found
}

/// The paths that a path with groups, `a::{b, c::d}`, stands for.
fn names(path: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let end = path.find(|c| !is_part(c)).unwrap_or(path.len());
    let head = &path[..end];
    if !path[end..].starts_with('{') {
        return vec![head.trim_end_matches(':').to_owned()];
    }
    let (mut depth, mut from, mut found) = (0, end + 1, Vec::new());
    for (at, c) in path[end..].char_indices().map(|(at, c)| (end + at, c)) {
        match c {
            '{' => depth += 1,
            '}' | ',' if depth == 1 => {
                let part = path[from..at].trim();
                from = at + 1;
                match part {
                    "" => {}
                    "self" => found.push(head.trim_end_matches(':').to_owned()),
                    part => found.extend(names(part).iter().map(|name| format!("{head}{name}"))),
                }
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, code: &str) -> Vec<String> {
        let tree = Tree::of(&[(path, code)]);
        check(&tree).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn belief_that_reaches_into_the_city_or_the_judge_is_found() {
        for code in [
            "use crate::city::SimulatedCity;",
            "use crate::city::sensing::dead_detectors;",
            "use crate::{view::View, city::{EntityNumbers, Sensor}};",
            "use crate::measure::judge;",
            "use super::super::city::Truth;",
            "use crate::city;",
            "use crate::city::*;",
            "fn peek(city: &crate::session::Session) {}",
        ] {
            for home in ["belief/mirror.rs", "rehearsal/mod.rs", "brain/decide.rs", "brain.rs"] {
                let lines = found(&format!("crates/brain/src/{home}"), code);
                assert!(!lines.is_empty(), "{home}: {code}");
                assert!(lines[0].contains(home) && lines[0].contains(":1: "), "{lines:?}");
            }
        }
    }

    #[test]
    fn what_says_nothing_of_the_traffic_may_be_used() {
        let code = "use crate::city::EntityNumbers;\nuse crate::city::ambulance::VEHICLE as V;\n\
                    use crate::{measure::error::ErrorTally, world::World};\nuse super::Brain;\n\
                    // A comment may speak of crate::measure::judge.\n\
                    #[cfg(test)]\nmod tests { use crate::city::SimulatedCity; }\n";
        assert_eq!(found("crates/brain/src/belief/mirror.rs", code), [""; 0]);
    }

    #[test]
    fn the_session_and_the_judge_themselves_see_both() {
        let code = "use crate::city::SimulatedCity;";
        assert_eq!(found("crates/brain/src/session.rs", code), [""; 0]);
        assert_eq!(found("crates/brain/src/measure/judge.rs", code), [""; 0]);
    }
}
