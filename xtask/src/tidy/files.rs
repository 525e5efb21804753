//! What every file must say of itself, and how long it may be.

use super::tree::SourceFile;
use super::{Finding, Tree};

/// A file longer than this is two files.
const HARD_LIMIT: usize = 800;
/// Where a file stops being one idea.
const TARGET: usize = 400;

/// Files over the target, each with the length it may have and why. Lines come off this list; a
/// new one needs a reason that holds.
const LONG_FILES: &[(&str, usize, &str)] = &[];

/// Modules that hold algorithms and so name where these come from: a folder with all its files, or a
/// module by its path without extension.
const ALGORITHMS: &[&str] = &[
    "crates/brain/src/belief/correct",
    "crates/brain/src/belief/forecast",
    "crates/brain/src/random",
    "crates/brain/src/rehearsal/interval",
    "crates/city/src/generate/signals",
    "crates/city/src/random",
    "crates/control/src/",
    "crates/network/src/conflict",
    "crates/network/src/crossing",
    "crates/network/src/intergreen",
    "crates/network/src/route",
    "crates/store/src/frame",
    "crates/store/src/keyring",
    "crates/twin/src/change",
    "crates/twin/src/decide",
    "crates/twin/src/follow",
    "crates/twin/src/junction",
    "crates/twin/src/random",
    "crates/twin/src/step",
    "crates/units/src/coordinate/china",
    "crates/units/src/coordinate/mercator",
    "crates/units/src/coordinate/projected",
    "scenes/incidents/src/blockage",
    "scenes/incidents/src/section",
];

/// Files in those folders that hold none: they describe, or join what others compute.
const NO_ALGORITHM: &[&str] = &[
    "crates/control/src/controller.rs",
    "crates/control/src/controller/groups.rs",
    "crates/control/src/lib.rs",
    "crates/control/src/moment.rs",
    "crates/control/src/timing.rs",
];

/// Finds Rust files that do not begin by saying what they are.
pub(crate) fn headers(tree: &Tree) -> Vec<Finding> {
    let lacks = |file: &&SourceFile| {
        let first = file.text.lines().next().unwrap_or_default();
        first.strip_prefix("//! ").is_none_or(|sentence| sentence.trim().is_empty())
    };
    tree.rust()
        .filter(lacks)
        .map(|file| {
            Finding::new(&file.path, 1, "begins without `//!` and a sentence of what it is")
        })
        .collect()
}

/// Finds files that are too long. Tests may be as long as they need up to the hard limit.
pub(crate) fn lengths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| is_code(file)) {
        let lines = file.text.lines().count();
        if lines > HARD_LIMIT {
            let message = format!("has {lines} lines; no file has more than {HARD_LIMIT}");
            findings.push(Finding::new(&file.path, 0, message));
            continue;
        }
        let lines = product_length(file);
        let known = LONG_FILES.iter().find(|(path, ..)| *path == file.path);
        let limit = known.map_or(TARGET, |(_, limit, _)| *limit);
        if lines > limit {
            let message =
                format!("has {lines} lines without its tests; it may have {limit}: split it");
            findings.push(Finding::new(&file.path, 0, message));
        } else if known.is_some() && lines <= TARGET {
            let message = "is short again: take it off LONG_FILES in xtask/src/tidy/files.rs";
            findings.push(Finding::new(&file.path, 0, message));
        }
    }
    findings
}

/// Finds modules of algorithms without a `# Source`, and names of such modules that lead nowhere.
pub(crate) fn sources(tree: &Tree) -> Vec<Finding> {
    sources_of(tree, ALGORITHMS)
}

/// A part of a module is covered by the module's own `# Source`.
fn sources_of(tree: &Tree, algorithms: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for module in algorithms {
        let is_part = |file: &&SourceFile| match module.strip_suffix('/') {
            Some(_) => file.path.starts_with(module),
            None => [".rs", "/mod.rs"].iter().any(|end| file.path == format!("{module}{end}")),
        };
        let parts: Vec<&SourceFile> = tree.rust().filter(is_part).collect();
        if parts.is_empty() {
            let message = "is gone: mend ALGORITHMS in xtask/src/tidy/files.rs";
            findings.push(Finding::new(module, 0, message));
        }
        for file in parts {
            let described = NO_ALGORITHM.contains(&file.path.as_str());
            if described || file.product.trim().is_empty() || cited(tree, &file.path) {
                continue;
            }
            let message =
                "holds an algorithm: its header needs `# Source` with the paper or standard";
            findings.push(Finding::new(&file.path, 1, message));
        }
    }
    findings
}

/// Whether the file at `path`, or a module it is part of, names its source.
fn cited(tree: &Tree, path: &str) -> bool {
    let modules = path.match_indices('/').map(|(at, _)| format!("{}.rs", &path[..at]));
    let covering: Vec<String> = modules.chain([path.to_owned()]).collect();
    tree.rust().any(|file| covering.contains(&file.path) && cites(file))
}

fn cites(file: &SourceFile) -> bool {
    let mut header = file.text.lines().take_while(|line| line.starts_with("//!"));
    header.any(|line| line.trim() == "//! # Source")
}

fn is_code(file: &SourceFile) -> bool {
    matches!(file.extension(), Some("rs" | "ts" | "svelte"))
}

/// Lines up to the unit tests at the file's end; test files count as nothing.
fn product_length(file: &SourceFile) -> usize {
    if file.extension() != Some("rs") {
        return file.text.lines().count();
    }
    file.product
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .last()
        .map_or(0, |(index, _)| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_header_is_found() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "//! Says what it is.\n"),
            ("crates/a/src/bare.rs", "fn a() {}\n"),
            ("crates/a/src/empty.rs", "//!\n"),
        ]);
        let files: Vec<String> = headers(&tree).into_iter().map(|finding| finding.file).collect();
        assert_eq!(files, ["crates/a/src/bare.rs", "crates/a/src/empty.rs"]);
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_do_not_count() {
        let long = "fn a() {}\n".repeat(TARGET + 1);
        let tested = format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(500));
        let huge = "\n".repeat(HARD_LIMIT + 1);
        let tree = Tree::of(&[
            ("crates/a/src/long.rs", &long),
            ("crates/a/src/tested.rs", &tested),
            ("crates/a/tests/huge.rs", &huge),
            ("web/src/page.svelte", &long),
            ("docs/long.md", &huge),
        ]);
        let files: Vec<String> = lengths(&tree).into_iter().map(|finding| finding.file).collect();
        assert_eq!(
            files,
            ["crates/a/src/long.rs", "crates/a/tests/huge.rs", "web/src/page.svelte"]
        );
    }

    #[test]
    fn an_algorithm_without_its_source_is_found() {
        let cited = "//! Webster's splits.\n//!\n//! # Source\n//! Webster 1958.\nfn a() {}\n";
        let tree = Tree::of(&[
            ("crates/control/src/webster.rs", cited),
            ("crates/control/src/pressure.rs", "//! Max pressure.\nfn a() {}\n"),
            ("crates/control/src/webster/split.rs", "//! Part of it.\nfn a() {}\n"),
            ("crates/control/src/lib.rs", "//! The crate.\nmod webster;\n"),
            ("crates/core/src/id.rs", "//! Ids.\nfn a() {}\n"),
            ("crates/twin/src/follow/mod.rs", cited),
            ("crates/twin/src/step.rs", "//! Steps.\nfn a() {}\n"),
        ]);
        let algorithms = [
            "crates/control/src/",
            "crates/twin/src/follow",
            "crates/twin/src/step",
            "crates/gone",
        ];
        let found = sources_of(&tree, &algorithms);
        let files: Vec<&str> = found.iter().map(|finding| finding.file.as_str()).collect();
        assert_eq!(
            files,
            ["crates/control/src/pressure.rs", "crates/twin/src/step.rs", "crates/gone"]
        );
    }
}
