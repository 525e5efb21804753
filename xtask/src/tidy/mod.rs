//! The rules of the house, executed: who may import whom, what a file must say and must not do.
//!
//! Every check is a function from the [`Tree`] to findings, so that each is tested on a tree of
//! its own; all of them run over the checkout as an ordinary test.

mod belief;
mod files;
mod fluent;
mod imports;
mod lexer;
mod licences;
mod links;
mod purity;
mod quality;
mod tree;
mod units;
mod unused;
mod words;

use std::fmt;

use anyhow::{Result, bail};

pub(crate) use tree::{Tree, metadata};

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// File, relative to the root.
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// A rule of the house.
type Check = fn(&Tree) -> Vec<Finding>;

/// All checks, by name.
const CHECKS: &[(&str, Check)] = &[
    ("imports", imports::check),
    ("reality and belief", belief::check),
    ("unused dependencies", unused::check),
    ("licences", licences::check),
    ("headers", files::headers),
    ("lengths", files::lengths),
    ("sources", files::sources),
    ("purity", purity::check),
    ("order of hash maps", purity::hash_order),
    ("units", units::check),
    ("languages", fluent::check),
    ("messages", fluent::keys),
    ("levels of scenes", quality::check),
    ("words", words::check),
    ("links", links::check),
];

/// Runs all checks over the checkout.
///
/// # Errors
/// When a rule is broken; the findings are printed.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::load()?;
    let broken = findings(&tree);
    for line in &broken {
        println!("{line}");
    }
    if !broken.is_empty() {
        bail!("the house rules are broken in {} places", broken.len());
    }
    println!("{} rules hold over {} files", CHECKS.len(), tree.files.len());
    Ok(())
}

/// What all checks find, one line each.
fn findings(tree: &Tree) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, check) in CHECKS {
        let mut findings = check(tree);
        findings.sort();
        findings.dedup();
        lines.extend(findings.iter().map(|finding| format!("{name}: {finding}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_keeps_the_house_rules() {
        let broken = findings(&Tree::load().unwrap());
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }
}
