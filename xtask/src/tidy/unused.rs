//! Dependencies that no code names.

use std::collections::BTreeSet;

use super::{Finding, Tree, lexer};

/// Finds dependencies that the code of their crate never names, and shared ones that no crate takes.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (package, folder) in tree.members() {
        let files = || tree.rust().filter(|file| file.path.starts_with(&format!("{folder}/")));
        let product: BTreeSet<&str> =
            files().flat_map(|file| lexer::words(&file.product)).collect();
        let all: BTreeSet<&str> = files().flat_map(|file| lexer::words(&file.code)).collect();
        for dependency in &package.dependencies {
            let used = if dependency.dev { &all } else { &product };
            if used.contains(dependency.ident.as_str()) {
                continue;
            }
            let tested = if all.contains(dependency.ident.as_str()) {
                "is used by tests only: make it a dev-dependency"
            } else {
                "is never used: take it out"
            };
            let message = format!("{} {tested}", dependency.package);
            findings.push(Finding::new(&format!("{folder}/Cargo.toml"), 0, message));
        }
    }
    findings.extend(shared(tree));
    findings
}

/// Entries of `[workspace.dependencies]` that no crate takes.
fn shared(tree: &Tree) -> Vec<Finding> {
    let Some(root) = tree.files.iter().find(|file| file.path == "Cargo.toml") else {
        return Vec::new();
    };
    let taken: BTreeSet<&str> = tree
        .members()
        .flat_map(|(package, _)| &package.dependencies)
        .map(|dependency| dependency.package.as_str())
        .collect();
    let mut findings = Vec::new();
    let mut inside = false;
    for (index, line) in root.text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == "[workspace.dependencies]";
        }
        let Some((name, _)) = line.split_once(" = ").filter(|_| inside) else { continue };
        if !name.starts_with('#') && !taken.contains(name) {
            let message = format!("no crate takes {name}: take it out");
            findings.push(Finding::new(&root.path, index + 1, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Dependency, Package};
    use super::*;

    fn found(code: &str, dependencies: &[(&str, bool)]) -> Vec<String> {
        let mut tree = Tree::of(&[
            ("crates/a/src/lib.rs", code),
            (
                "Cargo.toml",
                "[workspace.dependencies]\nserde = \"1\"\n[profile.dev]\nopt-level = 3\n",
            ),
        ]);
        tree.packages.push(Package {
            folder: Some("crates/a".to_owned()),
            dependencies: dependencies
                .iter()
                .map(|&(package, dev)| Dependency {
                    package: package.to_owned(),
                    ident: package.replace('-', "_"),
                    dev,
                })
                .collect(),
            ..Package::default()
        });
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_dependency_that_code_names_is_used() {
        assert_eq!(found("use serde::Serialize;", &[("serde", false)]), [""; 0]);
        assert_eq!(
            found("fast_paths::x(); serde::y()", &[("fast-paths", false), ("serde", false)]),
            [""; 0]
        );
    }

    #[test]
    fn a_dependency_only_a_comment_names_is_unused() {
        let found = found("// serde_json\nuse serde;", &[("serde", false), ("serde_json", false)]);
        assert_eq!(found, ["serde_json is never used: take it out"]);
    }

    #[test]
    fn a_dependency_of_tests_alone_belongs_to_the_tests() {
        let code = "use serde;\n#[cfg(test)]\nmod tests { use proptest::prelude; }";
        assert_eq!(found(code, &[("serde", false), ("proptest", true)]), [""; 0]);
        let wrong = found(code, &[("serde", false), ("proptest", false)]);
        assert_eq!(wrong, ["proptest is used by tests only: make it a dev-dependency"]);
    }

    #[test]
    fn a_shared_dependency_that_no_crate_takes_is_found() {
        assert_eq!(found("", &[]), ["no crate takes serde: take it out"]);
    }
}
