//! Bare numbers in public signatures must carry their unit in the name.

use super::tree::SourceFile;
use super::{Finding, Tree};

/// Rooms whose public functions take quantities as types, or name the unit.
const ROOMS: &[&str] = &["units", "core", "network", "control"];

/// Last words of a name that say what the number counts or is measured in.
const UNIT_WORDS: &[&str] = &[
    "s",
    "ms",
    "us",
    "ns",
    "min",
    "h",
    "m",
    "mm",
    "cm",
    "km",
    "m2",
    "mps",
    "mps2",
    "kmh",
    "deg",
    "rad",
    "veh",
    "vph",
    "pcu",
    "kg",
    "g",
    "c",
    "k",
    "pa",
    "w",
    "kw",
    "kwh",
    "j",
    "hz",
    "db",
    "ppm",
    "percent",
    "ratio",
    "share",
    "fraction",
    "factor",
    "probability",
    "quantile",
    "weight",
    "confidence",
    "level",
    "score",
    "count",
];

/// Names of numbers that have no unit, or whose unit their type's documentation fixes.
const PLAIN_WORDS: &[&str] = &["x", "y", "value", "factor", "a", "b"];

/// Finds parameters of type `f64` or `f32` in public functions whose name says no unit.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let in_rooms = |file: &&SourceFile| file.room().is_some_and(|room| ROOMS.contains(&room));
    tree.rust().filter(in_rooms).flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut from = 0;
    while let Some(found) = file.product[from..].find("pub ") {
        let start = from + found;
        from = start + 4;
        let Some(signature) = signature(&file.product[from..]) else { continue };
        let line = file.product[..start].matches('\n').count() + 1;
        for (name, kind) in parameters(signature) {
            let number = kind.contains("f64") || kind.contains("f32");
            if number && is_bare(kind) && !says_unit(name) {
                let message = format!(
                    "`{name}: {kind}` is a number without a unit: take a type of urbis-units, or \
                     end the name in its unit (`_s`, `_m`, `_mps`, `_ratio`)"
                );
                findings.push(Finding::new(&file.path, line, message));
            }
        }
    }
    findings
}

/// The parameter list, when `code` goes on as a function after `pub `.
fn signature(code: &str) -> Option<&str> {
    let mut rest = code;
    while let Some(after) =
        ["const ", "async ", "unsafe "].iter().find_map(|word| rest.strip_prefix(word))
    {
        rest = after;
    }
    let rest = rest.strip_prefix("fn ")?;
    let open = parameter_start(rest)?;
    let mut depth = 0_usize;
    for (at, c) in rest[open..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(&rest[open + 1..open + at]);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the parameter list opens, past generics that may hold parentheses of their own.
fn parameter_start(code: &str) -> Option<usize> {
    let mut angle = 0_i32;
    let mut before = ' ';
    for (at, c) in code.char_indices() {
        match c {
            '<' => angle += 1,
            '>' if before != '-' => angle -= 1,
            '(' if angle == 0 => return Some(at),
            '{' | ';' => return None,
            _ => {}
        }
        before = c;
    }
    None
}

/// Names and types of a parameter list.
fn parameters(list: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    let ends = list.char_indices().chain(std::iter::once((list.len(), ',')));
    for (at, c) in ends {
        match c {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth -= 1,
            ',' if depth <= 0 || at == list.len() => {
                found.extend(list[start..at].split_once(':'));
                start = at + 1;
            }
            _ => {}
        }
    }
    found
        .into_iter()
        .map(|(name, kind)| (name.trim().trim_start_matches("mut "), kind.trim()))
        .collect()
}

/// Whether the type is a number, a slice, an array or an option of them and nothing more.
fn is_bare(kind: &str) -> bool {
    let core = kind.trim_start_matches('&').trim_start_matches("mut ");
    let core = core.strip_prefix("Option<").and_then(|core| core.strip_suffix('>')).unwrap_or(core);
    let core = core.trim_start_matches('[').trim_end_matches(']');
    matches!(core.split(';').next().map(str::trim), Some("f64" | "f32"))
}

fn says_unit(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    let words: Vec<&str> = name.split('_').collect();
    // `flow_vph`, `share`, `cost_per_km`, `wait_s_max`.
    PLAIN_WORDS.contains(&name)
        || words.contains(&"per")
        || words.last().is_some_and(|word| UNIT_WORDS.contains(word))
        || matches!(words.as_slice(), [.., unit, "max" | "min" | "mean"] if UNIT_WORDS.contains(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> usize {
        check(&Tree::of(&[("crates/control/src/lib.rs", code)])).len()
    }

    #[test]
    fn a_number_without_a_unit_is_found() {
        assert_eq!(found("pub fn wait(time: f64) {}"), 1);
        assert_eq!(found("pub const fn wait(&self, n: u8, times: &[f64]) {}"), 1);
        assert_eq!(found("pub fn wait<F: Fn(f64) -> f64>(f: F, limit: Option<f64>) {}"), 1);
        assert_eq!(found("pub fn wait(\n    self,\n    speed: f32,\n    flow: f64,\n) {}"), 2);
    }

    #[test]
    fn a_number_that_says_its_unit_is_fine() {
        assert_eq!(found("pub fn wait(time_s: f64, flow_vph: f64, share: f64, x: f64) {}"), 0);
        assert_eq!(found("pub fn wait(wait_s_max: f64, cost_per_km: f64) {}"), 0);
    }

    #[test]
    fn types_closures_private_functions_and_other_rooms_are_not_judged() {
        assert_eq!(found("pub fn wait(time: Seconds, f: impl Fn(f64) -> f64) {}"), 0);
        assert_eq!(found("fn wait(time: f64) {}\npub(crate) fn go(time: f64) {}"), 0);
        let tree = Tree::of(&[("crates/server/src/lib.rs", "pub fn wait(time: f64) {}")]);
        assert_eq!(check(&tree).len(), 0);
    }
}
