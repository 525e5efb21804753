//! Links between the project's documents lead somewhere.

use std::collections::BTreeSet;

use super::{Finding, Tree};
use crate::shell;

/// Finds relative links in Markdown whose file does not exist.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let known: BTreeSet<&str> = tree.files.iter().map(|file| file.path.as_str()).collect();
    let mut findings = Vec::new();
    for file in tree.with_extension("md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut fenced = false;
        for (index, line) in file.text.lines().enumerate() {
            fenced ^= line.trim_start().starts_with("```");
            if fenced {
                continue;
            }
            for target in targets(line) {
                let path = joined(folder, target);
                // Pictures and folders are not among the text files.
                if !known.contains(path.as_str()) && !shell::root().join(&path).exists() {
                    let message = format!("the link to {target} leads nowhere");
                    findings.push(Finding::new(&file.path, index + 1, message));
                }
            }
        }
    }
    findings
}

/// The relative targets of `[text](target)` in a line, without their anchors.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|after| {
        let target = after.split(')').next()?.split('#').next()?;
        let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
        (!outside).then_some(target)
    })
}

/// `target` as seen from `folder`, with `..` resolved.
fn joined(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let text = "[a](start.md) [b](../README.md#top) [c](https://x.org) [d](#here)\n[e](gone.md)\n```\n[f](gone.md)\n```\n";
        let tree = Tree::of(&[("docs/index.md", text), ("docs/start.md", ""), ("README.md", "")]);
        let lines: Vec<usize> = check(&tree).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [2]);
    }
}
