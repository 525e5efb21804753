//! Words that may not land: things left undone, and paths of somebody's machine.

use super::{Finding, Tree, lexer};

/// Marks of unfinished work, written in halves so that this file does not find itself.
const UNDONE: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("HA", "CK"),
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
    concat!("dbg", "!"),
    concat!("debugger", ";"),
    concat!("test", ".only"),
    concat!("it", ".only"),
    concat!("test", ".todo"),
];

/// The same, in the front end's product code alone: scripts print.
const UNDONE_IN_WEB: &[&str] = &[concat!("console", ".log")];

/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!("C:", "\\Users"),
];

/// Marks of a merge left half done.
const CONFLICTS: &[&str] = &["<<<<<<< ", ">>>>>>> "];

/// Files that others make and that may hold anything.
const NOT_OURS: &[&str] = &["Cargo.lock", "web/package-lock.json", "LICENSE"];

/// Finds words that may not land.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        if NOT_OURS.contains(&file.path.as_str()) {
            continue;
        }
        for (index, line) in file.text.lines().enumerate() {
            let mut report = |message: String| {
                findings.push(Finding::new(&file.path, index + 1, message));
            };
            let web = if file.path.starts_with("web/src/") { UNDONE_IN_WEB } else { &[] };
            for word in UNDONE.iter().chain(web).filter(|word| lexer::has_word(line, word)) {
                report(format!("{word} may not land: do it, or say why it is not needed"));
            }
            if let Some(path) = MACHINE_PATHS.iter().find(|path| machine_path(line, path)) {
                report(format!("{path} is a path of one machine: make it relative or a setting"));
            }
            if CONFLICTS.iter().any(|mark| line.starts_with(mark)) {
                report("a merge was left half done".to_owned());
            }
        }
    }
    findings
}

/// Whether `path` begins a path in `line`, not a part of a longer one such as a web address.
fn machine_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '}' | '/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&Tree::of(&[("docs/start.md", text)])).len()
    }

    #[test]
    fn work_left_undone_is_found() {
        assert_eq!(found(concat!("a\n// TO", "DO: later\nb")), 1);
        assert_eq!(found(concat!("let a = todo", "!();")), 1);
    }

    #[test]
    fn output_for_the_programmer_is_found_in_the_front_end_but_not_in_scripts() {
        let line = concat!("console", ".log(a)");
        assert_eq!(check(&Tree::of(&[("web/src/map.ts", line)])).len(), 1);
        assert_eq!(check(&Tree::of(&[("web/e2e/run.mjs", line)])).len(), 0);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        assert_eq!(found(concat!("run /ho", "me/me/urbis")), 1);
        assert_eq!(found(concat!("open https://example.org/ho", "me/ or ./ro", "ot/")), 0);
    }

    #[test]
    fn a_merge_left_half_done_is_found() {
        assert_eq!(found(concat!("<<<<<", "<< ours\na\n>>>>>", ">> theirs")), 2);
    }
}
