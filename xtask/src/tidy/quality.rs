//! How far each scene says it is, and whether that is so as far as a program can tell.
//!
//! The levels are those of `docs/extend.md`.

use super::{Finding, Tree};

/// Finds scenes that name no level, and levels that their files do not bear out.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut scenes: Vec<&str> = tree
        .files
        .iter()
        .filter_map(|file| file.path.strip_prefix("scenes/")?.split('/').next())
        .collect();
    scenes.dedup();
    scenes.iter().flat_map(|scene| check_scene(tree, scene)).collect()
}

fn check_scene(tree: &Tree, scene: &str) -> Vec<Finding> {
    let folder = format!("scenes/{scene}");
    let path = format!("{folder}/quality.toml");
    let level = tree
        .files
        .iter()
        .find(|file| file.path == path)
        .and_then(|file| file.text.lines().find_map(|line| line.strip_prefix("level = ")))
        .map(|level| level.trim_matches('"'));
    let rank = match level {
        Some("none") => 0,
        Some("bronze") => 1,
        Some("silver") => 2,
        Some("gold") => 3,
        _ => {
            let message = "says no level: level = \"none\", \"bronze\", \"silver\" or \"gold\"";
            return vec![Finding::new(&path, 0, message)];
        }
    };
    let files = || tree.files.iter().filter(|file| file.path.starts_with(&format!("{folder}/")));
    let has = |inside: &str, end: &str| {
        files().any(|file| {
            file.path.starts_with(&format!("{folder}/{inside}")) && file.path.ends_with(end)
        })
    };
    let says = |text: &str| files().any(|file| file.text.contains(text));
    let rules = [
        (1, has("scenarios/", ".md"), "a golden scenario in scenarios/"),
        (1, has("messages/", "zh.ftl") && has("messages/", "en.ftl"), "messages in both languages"),
        (1, says(".diagnose("), "a diagnostic on bad input"),
        (2, says("proptest!"), "a property test of save and load"),
        (2, says("//! # Source"), "the source of its method"),
        (3, says("baseline"), "a named baseline that it beats"),
    ];
    rules
        .iter()
        .filter(|(asked, kept, _)| rank >= *asked && !kept)
        .map(|(_, _, what)| {
            Finding::new(&path, 0, format!("{} asks for {what}", level.unwrap_or_default()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(level: &str, more: &[(&str, &str)]) -> Vec<String> {
        let mut files = vec![("scenes/a/quality.toml", level), ("scenes/a/src/lib.rs", "")];
        files.extend(more);
        check(&Tree::of(&files)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_scene_without_a_level_is_found() {
        assert_eq!(found("", &[]).len(), 1);
        assert_eq!(check(&Tree::of(&[("scenes/a/src/lib.rs", "")])).len(), 1);
        assert_eq!(found("level = \"none\"\n", &[]), [""; 0]);
    }

    #[test]
    fn a_level_that_the_files_do_not_bear_out_is_found() {
        let files = [
            ("scenes/a/messages/zh.ftl", ""),
            ("scenes/a/messages/en.ftl", ""),
            ("scenes/a/src/scene.rs", "ctx.diagnose(x)"),
        ];
        let missing = found("level = \"bronze\"\n", &files);
        assert_eq!(missing, ["bronze asks for a golden scenario in scenarios/"]);
    }
}
