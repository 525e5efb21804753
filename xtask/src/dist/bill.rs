//! The bill of materials.
//!
//! # Source
//! ECMA-424, CycloneDX 1.6, JSON format.

use serde_json::{Value, json};

use super::parts::Part;
use super::{Release, date};

/// Everything in the binary as a `CycloneDX` document.
pub(crate) fn cyclonedx(release: &Release, parts: &[Part]) -> Value {
    let ourselves = format!("pkg:generic/urbis@{}", release.version);
    // What nothing else needs, we need ourselves.
    let roots: Vec<&str> = parts
        .iter()
        .map(|part| part.purl.as_str())
        .filter(|purl| !parts.iter().any(|other| other.needs.iter().any(|need| need == purl)))
        .collect();
    let mut dependencies = vec![json!({"ref": ourselves, "dependsOn": roots})];
    dependencies
        .extend(parts.iter().map(|part| json!({"ref": part.purl, "dependsOn": part.needs})));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": date::iso(release.epoch_s),
            "component": {
                "type": "application",
                "bom-ref": ourselves,
                "name": "urbis",
                "version": release.version,
                "licenses": [{"expression": "Apache-2.0"}],
                "purl": ourselves,
            },
        },
        "components": parts.iter().map(component).collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

fn component(part: &Part) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        // The slash is an old way to write OR, which the format does not know.
        "licenses": [{"expression": part.license.replace('/', " OR ")}],
        "purl": part.purl,
    });
    if let Some(sum) = &part.sha256 {
        component["hashes"] = json!([{"alg": "SHA-256", "content": sum}]);
    }
    if let Some(home) = &part.home {
        component["externalReferences"] = json!([{"type": "vcs", "url": home}]);
    }
    component
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn part(name: &str, needs: &[&str]) -> Part {
        Part {
            purl: format!("pkg:cargo/{name}@1.0.0"),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT/Apache-2.0".to_owned(),
            home: None,
            sha256: Some("ab".to_owned()),
            needs: needs.iter().map(|need| format!("pkg:cargo/{need}@1.0.0")).collect(),
            folder: PathBuf::new(),
        }
    }

    #[test]
    fn the_bill_names_each_part_and_what_needs_it() {
        let release = Release {
            version: "0.1.0".to_owned(),
            architecture: "amd64".to_owned(),
            epoch_s: 0,
            binary: PathBuf::new(),
            folder: PathBuf::new(),
        };
        let bill = cyclonedx(&release, &[part("a", &["b"]), part("b", &[])]);
        assert_eq!(bill["specVersion"], "1.6");
        assert_eq!(bill["metadata"]["timestamp"], "1970-01-01T00:00:00Z");
        assert_eq!(bill["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(bill["dependencies"][0]["dependsOn"], json!(["pkg:cargo/a@1.0.0"]));
        assert_eq!(bill["dependencies"][1]["dependsOn"], json!(["pkg:cargo/b@1.0.0"]));
    }
}
