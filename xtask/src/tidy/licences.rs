//! Licences of everything that is built in.
//!
//! # Source
//! SPDX Specification 3.0, annex B (licence expressions).

use serde_json::Value;

use super::{Finding, Tree};

/// Licences whose terms the project can meet; any expression must be satisfiable with these.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OFL-1.1",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages taken under a licence that is not in the list, each with why that is fine.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "priority-queue",
    "LGPL-3.0-or-later OR MPL-2.0",
    "taken under MPL-2.0, unmodified; its source is on crates.io at the version of Cargo.lock",
)];

/// Finds packages, of Rust and of the front end's bundle, under any other licence.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in &tree.packages {
        let known = |(name, license, _): &(&str, &str, &str)| {
            *name == package.name && Some(*license) == package.license.as_deref()
        };
        if EXCEPTIONS.iter().any(known) {
            continue;
        }
        let name = format!("{} {}", package.name, package.version);
        findings.extend(judge("Cargo.lock", &name, package.license.as_deref()));
    }
    let lock = tree.files.iter().find(|file| file.path == "web/package-lock.json");
    let lock: Option<Value> = lock.and_then(|file| serde_json::from_str(&file.text).ok());
    let packages = lock.as_ref().and_then(|lock| lock["packages"].as_object());
    for (path, package) in packages.into_iter().flatten() {
        // The first entry is ourselves; tools of the build are not part of the bundle.
        if path.is_empty() || package["dev"] == true {
            continue;
        }
        let name = path.rsplit("node_modules/").next().unwrap_or(path);
        findings.extend(judge("web/package-lock.json", name, package["license"].as_str()));
    }
    findings
}

fn judge(file: &str, name: &str, license: Option<&str>) -> Option<Finding> {
    let message = match license {
        None => format!("{name} names no licence"),
        Some(license) if !allowed(license) => {
            format!(
                "{name} is under {license}, which is not in the list of xtask/src/tidy/licences.rs"
            )
        }
        Some(_) => return None,
    };
    Some(Finding::new(file, 0, message))
}

/// Whether a licence expression can be satisfied with the allowed licences.
pub(crate) fn allowed(expression: &str) -> bool {
    // The slash is an old way to write OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let satisfied = either(&tokens, &mut at);
    satisfied && at == tokens.len()
}

fn either(tokens: &[&str], at: &mut usize) -> bool {
    let mut satisfied = both(tokens, at);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        satisfied |= both(tokens, at);
    }
    satisfied
}

fn both(tokens: &[&str], at: &mut usize) -> bool {
    let mut satisfied = single(tokens, at);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        satisfied &= single(tokens, at);
    }
    satisfied
}

fn single(tokens: &[&str], at: &mut usize) -> bool {
    let Some(&token) = tokens.get(*at) else { return false };
    *at += 1;
    if token == "(" {
        let satisfied = either(tokens, at);
        let closed = tokens.get(*at) == Some(&")");
        *at += 1;
        return satisfied && closed;
    }
    if tokens.get(*at) == Some(&"WITH") {
        let exception = tokens.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return ALLOWED.contains(&format!("{token} WITH {exception}").as_str());
    }
    ALLOWED.contains(&token)
}

#[cfg(test)]
mod tests {
    use super::super::tree::Package;
    use super::*;

    #[test]
    fn expressions_are_weighed() {
        assert!(allowed("MIT OR Apache-2.0"));
        assert!(allowed("MIT/Apache-2.0"));
        assert!(allowed("(MIT OR GPL-3.0) AND Unicode-3.0"));
        assert!(allowed("MPL-2.0 OR MIT"));
        assert!(allowed("Apache-2.0 WITH LLVM-exception OR GPL-2.0"));
        assert!(!allowed("MPL-2.0"));
        assert!(!allowed("MIT AND GPL-3.0"));
        assert!(!allowed("GPL-2.0 WITH Classpath-exception-2.0"));
        assert!(!allowed("(MIT"));
        assert!(!allowed(""));
    }

    #[test]
    fn a_package_under_a_foreign_licence_or_none_is_found() {
        let package = |name: &str, license: Option<&str>| Package {
            name: name.to_owned(),
            license: license.map(str::to_owned),
            ..Package::default()
        };
        let packages = vec![
            package("good", Some("MIT")),
            package("bad", Some("AGPL-3.0")),
            package("mute", None),
            package("priority-queue", Some("LGPL-3.0-or-later OR MPL-2.0")),
            package("other", Some("LGPL-3.0-or-later OR MPL-2.0")),
        ];
        let found = check(&Tree { packages, ..Tree::default() });
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn a_foreign_licence_in_the_bundle_is_found_but_tools_are_not_judged() {
        let lock = r#"{"packages": {
            "": {"name": "urbis-web"},
            "node_modules/map": {"license": "BSD-3-Clause"},
            "node_modules/lint": {"dev": true, "license": "GPL-3.0"},
            "node_modules/chart": {"license": "CC-BY-NC-4.0"}
        }}"#;
        let found = check(&Tree::of(&[("web/package-lock.json", lock)]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.starts_with("chart is under CC-BY-NC-4.0"), "{found:?}");
    }
}
