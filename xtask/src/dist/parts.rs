//! What the shipped binary is made of: crates linked in and packages of the front end's bundle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{shell, tidy, web};

/// Packages that the front end names as tools but whose run-time code ends up in the bundle.
const BUNDLED_TOOLS: &[&str] = &["clsx", "esm-env", "svelte"];

/// A package built into the binary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// Package URL: kind, name and version in one.
    pub purl: String,
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Licence expression.
    pub license: String,
    /// Where its home is, when it says so.
    pub home: Option<String>,
    /// SHA-256 of its source as published, in hexadecimal; known for crates.
    pub sha256: Option<String>,
    /// Package URLs of the parts it is made of.
    pub needs: Vec<String>,
    /// Where its files lie.
    pub folder: PathBuf,
}

/// Everything in the shipped binary but ourselves, by package URL.
///
/// # Errors
/// When cargo or the front end's lock file cannot be read.
pub(crate) fn shipped() -> Result<Vec<Part>> {
    let lock = std::fs::read_to_string(shell::root().join("Cargo.lock"))?;
    let mut parts = crates(&tidy::metadata()?, &checksums(&lock))?;
    let path = web::folder().join("package-lock.json");
    let lock = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    parts.extend(bundled(&serde_json::from_str(&lock)?)?);
    parts.push(standard_library()?);
    parts.sort();
    Ok(parts)
}

/// Rust's own library, which every binary carries.
fn standard_library() -> Result<Part> {
    let rustc = |arguments: &[&str]| shell::capture(&mut shell::command("rustc", arguments));
    let version = rustc(&["--version"])?;
    let version = version.split_whitespace().nth(1).context("rustc names no version")?.to_owned();
    Ok(Part {
        purl: format!("pkg:generic/rust-std@{version}"),
        name: "rust-std".to_owned(),
        version,
        license: "MIT OR Apache-2.0".to_owned(),
        home: Some("https://github.com/rust-lang/rust".to_owned()),
        sha256: None,
        needs: Vec::new(),
        folder: PathBuf::from(rustc(&["--print", "sysroot"])?.trim())
            .join("share/doc/rust/licenses"),
    })
}

/// The crates from elsewhere that `urbis-cli` links, walked from it over normal dependencies.
fn crates(metadata: &Value, checksums: &BTreeMap<(String, String), String>) -> Result<Vec<Part>> {
    let list = |value: &'static str| metadata[value].as_array().context("cargo lists no packages");
    let packages: BTreeMap<&str, &Value> =
        list("packages")?.iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes = metadata["resolve"]["nodes"].as_array().context("cargo resolves nothing")?;
    let needs: BTreeMap<&str, Vec<&str>> =
        nodes.iter().map(|node| (text(&node["id"]), linked(node))).collect();
    let start = packages
        .iter()
        .find(|(_, package)| package["name"] == "urbis-cli")
        .map(|(id, _)| *id)
        .context("there is no package urbis-cli")?;

    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    let mut parts = Vec::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let next = needs.get(id).map(Vec::as_slice).unwrap_or_default();
        open.extend(next);
        let package = packages.get(id).with_context(|| format!("cargo does not know {id}"))?;
        if package["source"].is_null() {
            continue;
        }
        let next: Vec<&Value> = next.iter().filter_map(|id| packages.get(id).copied()).collect();
        parts.push(crate_part(package, &next, checksums)?);
    }
    Ok(parts)
}

/// The packages a resolved node links: neither for tests nor for build scripts.
fn linked(node: &Value) -> Vec<&str> {
    let normal = |dependency: &&Value| {
        let kinds = dependency["dep_kinds"].as_array().map(Vec::as_slice).unwrap_or_default();
        kinds.iter().any(|kind| kind["kind"].is_null())
    };
    let dependencies = node["deps"].as_array().map(Vec::as_slice).unwrap_or_default();
    dependencies.iter().filter(normal).map(|dependency| text(&dependency["pkg"])).collect()
}

fn crate_part(
    package: &Value,
    needs: &[&Value],
    checksums: &BTreeMap<(String, String), String>,
) -> Result<Part> {
    let purl = |package: &Value| {
        format!("pkg:cargo/{}@{}", text(&package["name"]), text(&package["version"]))
    };
    let (name, version) = (text(&package["name"]).to_owned(), text(&package["version"]).to_owned());
    let manifest = PathBuf::from(text(&package["manifest_path"]));
    let mut needs: Vec<String> = needs.iter().map(|package| purl(package)).collect();
    needs.sort();
    needs.dedup();
    Ok(Part {
        purl: purl(package),
        license: text(&package["license"]).to_owned(),
        home: package["repository"].as_str().map(str::to_owned),
        sha256: checksums.get(&(name.clone(), version.clone())).cloned(),
        needs,
        folder: manifest.parent().context("a manifest lies in no folder")?.to_owned(),
        name,
        version,
    })
}

/// The checksums of `Cargo.lock` by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let field = |block: &str, name: &str| {
        let start = block.find(&format!("\n{name} = \""))? + name.len() + 5;
        let value = &block[start..];
        Some(value[..value.find('"')?].to_owned())
    };
    lock.split("[[package]]")
        .skip(1)
        .filter_map(|block| {
            let key = (field(block, "name")?, field(block, "version")?);
            Some((key, field(block, "checksum")?))
        })
        .collect()
}

/// The packages of the front end's bundle, from its lock file.
fn bundled(lock: &Value) -> Result<Vec<Part>> {
    let packages = lock["packages"].as_object().context("the lock file lists no packages")?;
    let mut parts = Vec::new();
    for (path, package) in packages {
        let name = path.rsplit("node_modules/").next().unwrap_or(path);
        let tool = package["dev"] == true && !BUNDLED_TOOLS.contains(&name);
        if path.is_empty() || tool || package["optional"] == true {
            continue;
        }
        let version = text(&package["version"]);
        let needs = package["dependencies"].as_object().into_iter().flatten();
        let mut needs: Vec<String> = needs
            .filter_map(|(need, _)| {
                let found = packages.get(&format!("{path}/node_modules/{need}"));
                let found = found.or_else(|| packages.get(&format!("node_modules/{need}")))?;
                Some(npm_purl(need, text(&found["version"])))
            })
            .collect();
        needs.sort();
        parts.push(Part {
            purl: npm_purl(name, version),
            name: name.to_owned(),
            version: version.to_owned(),
            license: text(&package["license"]).to_owned(),
            home: None,
            sha256: None,
            needs,
            folder: web::folder().join(path),
        });
    }
    // What a bundled tool needs only while building is not in the bundle.
    let known: BTreeSet<String> = parts.iter().map(|part| part.purl.clone()).collect();
    for part in &mut parts {
        part.needs.retain(|need| known.contains(need));
    }
    Ok(parts)
}

/// The package URL of an npm package; the `@` of a scope is escaped.
fn npm_purl(name: &str, version: &str) -> String {
    format!("pkg:npm/{}@{version}", name.replace('@', "%40"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_linked_is_shipped() {
        let package = |id: &str, source: Value| {
            json!({"id": id, "name": id, "version": "1.0.0", "license": "MIT", "source": source,
                   "manifest_path": format!("src/{id}/Cargo.toml"), "repository": null})
        };
        let needs = |id: &str, kind: Value| json!({"pkg": id, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "packages": [
                package("urbis-cli", Value::Null), package("serde", json!("registry")),
                package("proptest", json!("registry")), package("cc", json!("registry")),
            ],
            "resolve": {"nodes": [
                {"id": "urbis-cli", "deps": [needs("serde", Value::Null), needs("proptest", json!("dev"))]},
                {"id": "serde", "deps": [needs("cc", json!("build"))]},
                {"id": "proptest", "deps": []},
                {"id": "cc", "deps": []},
            ]},
        });
        let lock = "[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nchecksum = \"abc\"\n";
        let parts = crates(&metadata, &checksums(lock)).unwrap();
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].purl, "pkg:cargo/serde@1.0.0");
        assert_eq!(parts[0].sha256.as_deref(), Some("abc"));
    }

    #[test]
    fn every_crate_of_the_binary_has_a_licence_a_checksum_and_files() {
        let lock = std::fs::read_to_string(shell::root().join("Cargo.lock")).unwrap();
        let parts = crates(&tidy::metadata().unwrap(), &checksums(&lock)).unwrap();
        assert!(parts.iter().any(|part| part.name == "serde"));
        for part in parts {
            assert!(!part.license.is_empty(), "{}", part.purl);
            assert_eq!(part.sha256.as_ref().map(String::len), Some(64), "{}", part.purl);
            assert!(part.folder.is_dir(), "{}", part.folder.display());
        }
    }

    #[test]
    fn the_bundle_holds_run_time_packages_and_the_run_time_of_its_tools() {
        let lock = json!({"packages": {
            "": {"name": "urbis-web"},
            "node_modules/@scope/map": {"version": "6.0.0", "license": "MIT", "dependencies": {"tiny": "1"}},
            "node_modules/tiny": {"version": "1.2.0", "license": "ISC"},
            "node_modules/svelte": {"version": "5.0.0", "license": "MIT", "dev": true, "dependencies": {"acorn": "8"}},
            "node_modules/acorn": {"version": "8.0.0", "license": "MIT", "dev": true},
            "node_modules/vite": {"version": "8.0.0", "license": "MIT", "dev": true},
        }});
        let parts = bundled(&lock).unwrap();
        let purls: Vec<&str> = parts.iter().map(|part| part.purl.as_str()).collect();
        assert_eq!(
            purls,
            ["pkg:npm/%40scope/map@6.0.0", "pkg:npm/svelte@5.0.0", "pkg:npm/tiny@1.2.0"]
        );
        assert_eq!(parts[0].needs, ["pkg:npm/tiny@1.2.0"]);
        assert_eq!(parts[1].needs, [""; 0]);
    }
}
