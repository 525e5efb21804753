//! The licences of everything in the binary, as their authors wrote them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result};

use super::parts::Part;

/// How the names of licence files begin, in small letters.
const NAMES: &[&str] = &[
    "license",
    "licence",
    "copying",
    "notice",
    "unlicense",
    "copyright",
    "mit.txt",
    "apache-2.0.txt",
];

/// The text of `THIRD-PARTY.txt`: a table of all parts, then each licence text once with the parts it
/// came with.
///
/// # Errors
/// When a package's folder cannot be read.
pub(crate) fn text(parts: &[Part]) -> Result<String> {
    let mut by_text: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut without = Vec::new();
    for part in parts {
        let texts = licence_texts(part)?;
        if texts.is_empty() {
            without.push(part.purl.as_str());
        }
        for text in texts {
            by_text.entry(text).or_default().push(&part.purl);
        }
    }
    let mut all =
        String::from("Urbis is built with the packages below. It is itself under Apache-2.0.\n\n");
    for part in parts {
        let home = part.home.as_deref().unwrap_or("");
        writeln!(all, "{}  {}  {home}", part.purl, part.license)?;
    }
    if !without.is_empty() {
        all.push_str("\nThese name their licence above but carry no text of it:\n");
        for purl in without {
            writeln!(all, "{purl}")?;
        }
    }
    for (text, mut purls) in by_text {
        purls.dedup();
        writeln!(all, "\n{}\n{}\n\n{text}", "=".repeat(80), purls.join("\n"))?;
    }
    Ok(all)
}

/// The licence files of a package, by name.
fn licence_texts(part: &Part) -> Result<Vec<String>> {
    let folder = std::fs::read_dir(&part.folder).with_context(|| {
        format!("the files of {} are not at {}", part.purl, part.folder.display())
    })?;
    let mut files = Vec::new();
    for entry in folder {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
        let named = name.is_some_and(|name| NAMES.iter().any(|start| name.starts_with(start)));
        if named && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    // A file that is not text is no licence.
    let texts = files.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    Ok(texts.map(|text| text.replace("\r\n", "\n").trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell;

    fn part(name: &str, folder: &str) -> Part {
        Part {
            purl: format!("pkg:cargo/{name}@1.0.0"),
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "Apache-2.0".to_owned(),
            home: None,
            sha256: None,
            needs: Vec::new(),
            folder: shell::root().join(folder),
        }
    }

    #[test]
    fn a_text_shared_by_several_stands_once() {
        let text = text(&[part("a", ""), part("b", ""), part("c", "xtask/src")]).unwrap();
        assert_eq!(text.matches("TERMS AND CONDITIONS FOR USE").count(), 1);
        assert!(text.contains("pkg:cargo/a@1.0.0\npkg:cargo/b@1.0.0\n\n"), "{text}");
        assert!(text.contains("carry no text of it:\npkg:cargo/c@1.0.0\n"), "{text}");
    }

    #[test]
    fn a_part_whose_files_are_gone_is_an_error() {
        assert!(text(&[part("a", "no-such-folder")]).is_err());
    }
}
