//! Every message stands in both languages with the same variables, and those that code names exist.
//!
//! # Shape
//! Files of one set differ in the language alone: `a/zh.ftl` and `a/en.ftl`, `zh/a.ftl` and
//! `en/a.ftl`, or `a.zh.ftl` and `a.en.ftl`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Tree, lexer};

/// Rooms beside the scenes whose messages people read; a key begins with the name of its room.
const SPEAKING_ROOMS: &[&str] = &["brain", "control", "interlock"];

const LANGUAGES: [&str; 2] = ["zh", "en"];

/// The messages of one file: key to its variables.
type Messages = BTreeMap<String, BTreeSet<String>>;

/// Finds messages that a language lacks or that name other variables there.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut sets: BTreeMap<String, BTreeMap<&str, (&str, Messages)>> = BTreeMap::new();
    for file in tree.with_extension("ftl") {
        let Some((set, language)) = set_of(&file.path) else {
            let message = "names no language: its name or folder is to be zh or en";
            findings.push(Finding::new(&file.path, 0, message));
            continue;
        };
        let (messages, doubled) = read(&file.text);
        for (line, key) in doubled {
            let message = format!("the message {key} stands here a second time");
            findings.push(Finding::new(&file.path, line, message));
        }
        sets.entry(set).or_default().insert(language, (&file.path, messages));
    }
    for (set, files) in &sets {
        match (files.get("zh"), files.get("en")) {
            (Some(zh), Some(en)) => {
                findings.extend(compare(zh, en));
                findings.extend(compare(en, zh));
            }
            _ => {
                let message = "stands in one language only";
                findings.push(Finding::new(set, 0, message));
            }
        }
    }
    findings
}

/// Finds keys in code that no file has, and messages of a scene that do not begin with its name.
pub(crate) fn keys(tree: &Tree) -> Vec<Finding> {
    let files: Vec<(&str, Messages)> =
        tree.with_extension("ftl").map(|file| (file.path.as_str(), read(&file.text).0)).collect();
    let mut findings = Vec::new();
    for (path, messages) in &files {
        let Some(scene) = path.strip_prefix("scenes/").and_then(|path| path.split('/').next())
        else {
            continue;
        };
        let foreign = messages.keys().filter(|key| !key.starts_with(&format!("{scene}-")));
        findings.extend(foreign.map(|key| {
            Finding::new(path, 0, format!("the message {key} is to begin with {scene}-"))
        }));
    }
    let known: BTreeSet<&str> =
        files.iter().flat_map(|(_, messages)| messages.keys().map(String::as_str)).collect();
    let scenes =
        tree.rust().filter_map(|file| file.path.strip_prefix("scenes/")?.split('/').next());
    let speakers: BTreeSet<&str> = scenes.chain(SPEAKING_ROOMS.iter().copied()).collect();
    for file in tree.rust().filter(|file| file.room().is_some()) {
        for (line, string) in lexer::strings(&file.text, &file.product) {
            if is_key(&string, &speakers) && !known.contains(string.as_str()) {
                let message = format!("no .ftl file has the message {string}");
                findings.push(Finding::new(&file.path, line, message));
            }
        }
    }
    findings
}

/// Whether `string` is a message key of one of the speakers.
fn is_key(string: &str, speakers: &BTreeSet<&str>) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let speaker =
        string.split_once('-').filter(|(_, rest)| !rest.is_empty()).map(|(first, _)| first);
    speaker.is_some_and(|speaker| speakers.contains(speaker))
        && string.chars().all(plain)
        && !string.ends_with('-')
}

/// The path with its language taken out, and the language.
fn set_of(path: &str) -> Option<(String, &'static str)> {
    let parts: Vec<&str> = path.split(['/', '.']).collect();
    let language = LANGUAGES.into_iter().find(|language| parts.contains(language))?;
    let set = path
        .split('/')
        .map(|folder| {
            folder
                .split('.')
                .map(|part| if part == language { "*" } else { part })
                .collect::<Vec<_>>()
                .join(".")
        })
        .collect::<Vec<_>>()
        .join("/");
    Some((set, language))
}

/// The messages of a file, and the keys that come twice with their lines.
fn read(text: &str) -> (Messages, Vec<(usize, String)>) {
    let mut messages = Messages::new();
    let mut doubled = Vec::new();
    let mut key = None;
    for (index, line) in text.lines().enumerate() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
        if let Some((name, _)) = line.split_once('=').filter(|_| begins) {
            let name = name.trim().to_owned();
            if messages.insert(name.clone(), BTreeSet::new()).is_some() {
                doubled.push((index + 1, name.clone()));
            }
            key = Some(name);
        } else if let Some((attribute, _)) =
            line.trim_start().strip_prefix('.').and_then(|line| line.split_once('='))
        {
            // An attribute is a message of its own to a translator.
            let message = key.as_deref().unwrap_or_default();
            let message = message.split('.').next().unwrap_or_default();
            let name = format!("{message}.{}", attribute.trim());
            messages.entry(name.clone()).or_default();
            key = Some(name);
        } else if line.starts_with('#') {
            continue;
        }
        if let Some(variables) = key.as_ref().and_then(|key| messages.get_mut(key)) {
            variables.extend(variables_in(line));
        }
    }
    (messages, doubled)
}

fn variables_in(line: &str) -> impl Iterator<Item = String> {
    line.split('$').skip(1).map(|after| {
        after.chars().take_while(|&c| c.is_alphanumeric() || c == '_' || c == '-').collect()
    })
}

/// What `there` has and `here` lacks.
fn compare(here: &(&str, Messages), there: &(&str, Messages)) -> Vec<Finding> {
    let (path, messages) = here;
    let mut findings = Vec::new();
    for (key, variables) in &there.1 {
        let message = match messages.get(key) {
            None => format!("lacks the message {key}"),
            Some(ours) => match variables.difference(ours).next() {
                Some(variable) => format!("the message {key} does not use ${variable}"),
                None => continue,
            },
        };
        findings.push(Finding::new(path, 0, message));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(zh: &str, en: &str) -> Vec<String> {
        let tree = Tree::of(&[("scenes/a/i18n/zh.ftl", zh), ("scenes/a/i18n/en.ftl", en)]);
        check(&tree).into_iter().map(|finding| finding.to_string()).collect()
    }

    #[test]
    fn the_same_messages_in_both_languages_are_fine() {
        let zh = "# 说明\nqueue = 排队 { $length_m } 米\n    .title = 排队\n";
        let en = "queue =\n    Queue of { $length_m } m\n    .title = Queue\n";
        assert_eq!(found(zh, en), [""; 0]);
    }

    #[test]
    fn a_message_missing_in_one_language_is_found() {
        let found = found("queue = 排队\n", "queue = Queue\nspill = Spillback\n");
        assert_eq!(found, ["scenes/a/i18n/zh.ftl: lacks the message spill"]);
    }

    #[test]
    fn a_variable_left_out_is_found() {
        let found = found("queue = 排队\n", "queue = Queue of { $length_m } m\n");
        assert_eq!(found, ["scenes/a/i18n/zh.ftl: the message queue does not use $length_m"]);
    }

    #[test]
    fn a_message_that_comes_twice_is_found() {
        let found = found("queue = 排队\nqueue = 队列\n", "queue = Queue\n");
        assert_eq!(found, ["scenes/a/i18n/zh.ftl:2: the message queue stands here a second time"]);
    }

    #[test]
    fn a_key_in_code_that_no_file_has_is_found() {
        let tree = Tree::of(&[
            (
                "scenes/a/src/lib.rs",
                "f(\"a-known\", \"a-unknown\", \"b-other\", \"a-\", \"a-Name\");",
            ),
            ("scenes/a/messages/en.ftl", "a-known = Known\nstray = Stray\n"),
        ]);
        let found: Vec<String> = keys(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "scenes/a/messages/en.ftl: the message stray is to begin with a-",
                "scenes/a/src/lib.rs:1: no .ftl file has the message a-unknown",
            ]
        );
    }

    #[test]
    fn a_file_alone_and_a_file_without_language_are_found() {
        let tree = Tree::of(&[("web/src/en/map.ftl", "a = A\n"), ("web/src/map.ftl", "a = A\n")]);
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("web/src/*/map.ftl: stands in one language only"), "{found:?}");
    }
}
