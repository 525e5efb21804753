//! `cargo xtask new-scene NAME`: the folder of a new scene, with a test that fails until it says
//! something.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// Files of a scene and their templates.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../templates/scene/Cargo.toml.in")),
    ("quality.toml", include_str!("../templates/scene/quality.toml.in")),
    ("messages/en.ftl", include_str!("../templates/scene/en.ftl.in")),
    ("messages/zh.ftl", include_str!("../templates/scene/zh.ftl.in")),
    ("scenarios/first.md", include_str!("../templates/scene/first.md.in")),
    ("src/lib.rs", include_str!("../templates/scene/lib.rs.in")),
    ("src/scene.rs", include_str!("../templates/scene/scene.rs.in")),
    ("tests/golden.rs", include_str!("../templates/scene/golden.rs.in")),
];

/// Writes `scenes/NAME/` and the line of the root manifest that names it.
///
/// # Errors
/// When the name is not one, the scene exists, or a file cannot be written.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let [name] = arguments else { bail!("say which scene: cargo xtask new-scene NAME") };
    check_name(name)?;
    let folder = shell::root().join("scenes").join(name);
    if folder.exists() {
        bail!("scenes/{name} exists already");
    }
    write(&folder, name)?;
    let manifest = shell::root().join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest)?;
    std::fs::write(&manifest, with_member(&text, name)?)?;
    println!(
        "scenes/{name} is there. Next:\n  \
         1. say in src/scene.rs what it reads, raises and may do\n  \
         2. put it into the list of scenes in crates/cli\n  \
         3. cargo test -p urbis-scene-{name}   (fails until the scene says something)"
    );
    Ok(())
}

/// A name is a small word, or several joined by hyphens: it becomes a folder, a crate and the prefix
/// of message keys.
fn check_name(name: &str) -> Result<()> {
    let small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let word =
        |part: &str| part.starts_with(|c: char| c.is_ascii_lowercase()) && part.chars().all(small);
    if name.split('-').all(word) {
        return Ok(());
    }
    bail!("{name:?} is no name for a scene: use small letters and digits, words joined by hyphens")
}

fn write(folder: &Path, name: &str) -> Result<()> {
    for (path, template) in FILES {
        let file = folder.join(path);
        let parent = file.parent().expect("every file lies in the scene's folder");
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&file, filled(template, name)))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn filled(template: &str, name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let type_name: String = name.split('-').map(capital).collect();
    template
        .replace("{{name}}", name)
        .replace("{{ident}}", &name.replace('-', "_"))
        .replace("{{type}}", &type_name)
}

/// The root manifest with the scene after the last one.
fn with_member(manifest: &str, name: &str) -> Result<String> {
    let last = manifest
        .lines()
        .rfind(|line| line.starts_with("urbis-scene-"))
        .context("the root Cargo.toml names no scene to stand after")?;
    let line = format!("urbis-scene-{name} = {{ path = \"scenes/{name}\" }}");
    Ok(manifest.replacen(last, &format!("{last}\n{line}"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_small_words() {
        for good in ["parking", "air-quality", "co2"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "Parking", "a--b", "-a", "../a", "2b", "a_b"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_blank_of_a_template_is_left() {
        for (path, template) in FILES {
            let text = filled(template, "air-quality");
            assert!(!text.contains("{{"), "{path}");
        }
        assert!(filled("{{type}} {{ident}}", "air-quality") == "AirQuality air_quality");
    }

    #[test]
    fn a_new_scene_stands_after_the_last_one() {
        let manifest = "urbis-scene-a = { path = \"scenes/a\" }\n# words\nserde = \"1\"\n";
        let expect = "urbis-scene-a = { path = \"scenes/a\" }\nurbis-scene-b = { path = \"scenes/b\" }\n# words\nserde = \"1\"\n";
        assert_eq!(with_member(manifest, "b").unwrap(), expect);
        assert!(with_member("serde = \"1\"\n", "b").is_err());
    }
}
