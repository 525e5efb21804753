//! What code that must give the same bytes everywhere may not do: read a clock, open a file, start a
//! thread, use the platform's mathematics, let a hash map's order into a result.
//!
//! The check is textual: it looks at code without comments, strings and tests.

use super::imports::PURE;
use super::lexer::has_word;
use super::tree::SourceFile;
use super::{Finding, Tree};

/// A thing that code of some rooms may not name.
struct Ban {
    /// Text that may not stand in the code.
    text: &'static str,
    /// Rooms it is banned from.
    rooms: &'static [&'static str],
    /// What to do instead.
    instead: &'static str,
}

/// Rooms that compute on one thread.
const SINGLE: &[&str] =
    &["units", "core", "scene", "network", "learn", "control", "interlock", "city", "scenes"];
/// Rooms that are given bytes and never read them themselves.
const NO_FILES: &[&str] = &[
    "units",
    "core",
    "scene",
    "network",
    "learn",
    "control",
    "twin",
    "interlock",
    "brain",
    "scenes",
];

const CLOCK: &str = "take the time from the city clock";
const FILES: &str = "let the caller read and give bytes";
const THREADS: &str = "let the caller decide where this runs";
const MATHS: &str = "call the function of `libm`, which gives the same bits on every machine";
const OUTPUT: &str = "return what is to be said";

const BANS: &[Ban] = &[
    Ban { text: "Instant::now", rooms: PURE, instead: CLOCK },
    Ban { text: "SystemTime", rooms: PURE, instead: CLOCK },
    Ban { text: "Timestamp::now", rooms: PURE, instead: CLOCK },
    Ban { text: "Zoned::now", rooms: PURE, instead: CLOCK },
    Ban { text: "thread_rng", rooms: PURE, instead: "draw from the seeded generator" },
    Ban { text: "thread::sleep", rooms: PURE, instead: CLOCK },
    Ban { text: "thread::spawn", rooms: PURE, instead: THREADS },
    Ban { text: "std::thread", rooms: SINGLE, instead: THREADS },
    Ban { text: "std::fs", rooms: NO_FILES, instead: FILES },
    Ban { text: "std::net", rooms: PURE, instead: FILES },
    Ban { text: "std::env", rooms: PURE, instead: "take it as an argument" },
    Ban { text: "std::process", rooms: PURE, instead: "return an error" },
    Ban { text: "println!", rooms: PURE, instead: OUTPUT },
    Ban { text: "eprintln!", rooms: PURE, instead: OUTPUT },
    Ban { text: "print!", rooms: PURE, instead: OUTPUT },
    Ban { text: "eprint!", rooms: PURE, instead: OUTPUT },
];

/// Methods of floating-point numbers whose last bit depends on the machine.
const PLATFORM_MATHS: &[&str] = &[
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp",
    "exp2", "exp_m1", "hypot", "ln", "ln_1p", "log10", "log2", "powf", "powi", "sin", "sin_cos",
    "sinh", "tan", "tanh",
];

/// Finds clocks, files, threads and platform mathematics where they may not be.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust() {
        let Some(room) = file.room() else { continue };
        let bans: Vec<&Ban> = BANS.iter().filter(|ban| ban.rooms.contains(&room)).collect();
        for (number, line) in file.product_lines() {
            for ban in bans.iter().filter(|ban| has_word(line, ban.text)) {
                let message = format!("{} is not for {room}: {}", ban.text, ban.instead);
                findings.push(Finding::new(&file.path, number, message));
            }
            if PURE.contains(&room)
                && let Some(method) = platform_method(line)
            {
                let message = format!("`{method}` depends on the machine: {MATHS}");
                findings.push(Finding::new(&file.path, number, message));
            }
        }
    }
    findings
}

/// The first method of [`PLATFORM_MATHS`] called in `line`, as `x.sin()` or `f64::sin(x)`.
fn platform_method(line: &str) -> Option<&'static str> {
    let called = |name: &&&str| {
        line.contains(&format!(".{name}("))
            || line.contains(&format!("f64::{name}"))
            || line.contains(&format!("f32::{name}"))
    };
    PLATFORM_MATHS.iter().find(called).copied()
}

/// Ways to walk through a hash map or set.
const WALKS: &[&str] = &[
    ".iter()",
    ".iter_mut()",
    ".keys()",
    ".values()",
    ".values_mut()",
    ".into_iter()",
    ".into_keys()",
    ".into_values()",
    ".drain(",
    ".retain(",
    ".extract_if(",
];

/// Finds walks through hash maps and sets in rooms whose results must not depend on an order that
/// nobody chose. A walk whose order cannot matter says so: `// order-free: why`.
pub(crate) fn hash_order(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| file.room().is_some_and(|room| PURE.contains(&room))) {
        let names = hash_names(file);
        let remarks: Vec<&str> = file.text.lines().collect();
        for (number, line) in file.product_lines() {
            let excused = (number.saturating_sub(3)..number)
                .filter_map(|index| remarks.get(index))
                .any(|line| line.contains("order-free: "));
            let walked = names.iter().find(|name| walks(line, name));
            if let Some(name) = walked.filter(|_| !excused) {
                let message = format!(
                    "walks through the hash map `{name}`: sort, use a BTreeMap, or say \
                     `// order-free: why`"
                );
                findings.push(Finding::new(&file.path, number, message));
            }
        }
    }
    findings
}

/// Names that the file binds to a hash map or set.
fn hash_names(file: &SourceFile) -> Vec<String> {
    let mut names = Vec::new();
    for (_, line) in file.product_lines() {
        for kind in ["HashMap", "HashSet"] {
            let Some(at) = line.find(kind) else { continue };
            // `name: FxHashMap<…>`, `name: &mut HashMap<…>`, `let mut name = HashMap::new()`.
            let before = line[..at].trim_end_matches(|c: char| c.is_alphanumeric() || c == ':');
            let before = before.trim_end().trim_end_matches("mut").trim_end_matches(['&', ' ']);
            let Some(before) = before
                .strip_suffix(':')
                .or_else(|| before.strip_suffix('='))
                .or_else(|| line[..at].find(": ").map(|colon| &line[..colon]))
            else {
                continue;
            };
            let before = before.split(':').next().unwrap_or(before).trim_end();
            let name = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next();
            names.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    names.sort();
    names.dedup();
    names
}

fn walks(line: &str, name: &str) -> bool {
    let called = WALKS.iter().any(|walk| {
        let call = format!("{name}{walk}");
        line.match_indices(&call).any(|(at, _)| stands_alone(&line[..at]))
    });
    let looped = [format!(" in {name} "), format!(" in &{name} "), format!(" in &mut {name} ")]
        .iter()
        .any(|text| line.contains(text));
    called || looped
}

fn stands_alone(before: &str) -> bool {
    !before.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str, check: fn(&Tree) -> Vec<Finding>) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_clock_a_file_and_a_thread_are_found() {
        let text = "use std::fs;\nlet t = Instant::now();\nstd::thread::spawn(f);\nlet ok = 1;";
        assert_eq!(lines("crates/network/src/lib.rs", text, check), [1, 2, 3, 3]);
    }

    #[test]
    fn the_same_is_allowed_in_tests_comments_strings_and_outer_rooms() {
        let text =
            "// Instant::now\nlet a = \"std::fs\";\n#[cfg(test)]\nmod tests { use std::fs; }";
        assert_eq!(lines("crates/network/src/lib.rs", text, check), [0; 0]);
        assert_eq!(lines("crates/server/src/lib.rs", "use std::fs;", check), [0; 0]);
        assert_eq!(lines("crates/network/tests/data.rs", "use std::fs;", check), [0; 0]);
    }

    #[test]
    fn platform_mathematics_is_found() {
        let text =
            "let a = x.sin();\nlet b = libm::sin(x);\nlet c = x.sqrt();\nlet d = f64::exp(x);";
        assert_eq!(lines("crates/twin/src/model.rs", text, check), [1, 4]);
    }

    #[test]
    fn a_walk_through_a_hash_map_is_found_however_it_was_bound() {
        for bound in [
            "struct A { map: HashMap<u32, u32> }",
            "let mut map = FxHashMap::default();",
            "fn f(map: &mut HashMap<u32, u32>) {}",
            "let map: std::collections::HashMap<u32, u32> = x;",
            "let map: Vec<HashSet<u32>> = x;",
        ] {
            let text =
                format!("{bound}\nfor a in &map {{}}\nself.map.values().sum();\nmap.get(&1);");
            assert_eq!(lines("crates/brain/src/lib.rs", &text, hash_order), [2, 3], "{bound}");
        }
    }

    #[test]
    fn a_walk_that_says_why_its_order_is_free_is_allowed() {
        let text =
            "let map = HashMap::new();\n// order-free: a sum of integers\nmap.values().sum();";
        assert_eq!(lines("crates/brain/src/lib.rs", text, hash_order), [0; 0]);
    }

    #[test]
    fn other_containers_are_walked_freely() {
        let text = "let map = BTreeMap::new();\nlet roadmap = HashMap::new();\nfor a in &map {}\nmap.iter();";
        assert_eq!(lines("crates/brain/src/lib.rs", text, hash_order), [0; 0]);
    }
}
