//! What the checks look at: the files of the project and its packages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::lexer;
use crate::shell;

/// The project as the checks see it.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Text files by path.
    pub files: Vec<SourceFile>,
    /// Our packages and everything they depend on.
    pub packages: Vec<Package>,
}

/// A text file.
#[derive(Debug, Default)]
pub(crate) struct SourceFile {
    /// Path relative to the root, with `/`.
    pub path: String,
    /// Contents.
    pub text: String,
    /// Rust code without comments and strings; empty for other files.
    pub code: String,
    /// Rust code without tests either; empty for test files and other files.
    pub product: String,
}

/// A package of the build.
#[derive(Debug, Default)]
pub(crate) struct Package {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Licence expression as its author wrote it.
    pub license: Option<String>,
    /// Folder relative to the root, for our own packages.
    pub folder: Option<String>,
    /// Direct dependencies.
    pub dependencies: Vec<Dependency>,
}

/// A direct dependency of a package.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dependency {
    /// Name of the package depended on.
    pub package: String,
    /// Name in code.
    pub ident: String,
    /// Whether only tests, examples and benchmarks use it.
    pub dev: bool,
}

impl Tree {
    /// Reads the checkout.
    ///
    /// # Errors
    /// When git or cargo cannot be asked.
    pub(crate) fn load() -> Result<Self> {
        let list = shell::capture(&mut shell::command(
            "git",
            &["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        ))
        .context("the files of the project are those that git knows or would take")?;
        let files = list
            .split('\0')
            .filter(|path| !path.is_empty())
            // Files that git still lists but that are gone, pictures and the like are left out.
            .filter_map(|path| {
                Some((path, std::fs::read_to_string(shell::root().join(path)).ok()?))
            })
            .collect::<Vec<_>>();
        let mut tree =
            Self::of(&files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>());
        tree.packages = packages(&metadata()?)?;
        Ok(tree)
    }

    /// A tree of the given files, without packages.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut files: Vec<SourceFile> = files
            .iter()
            .map(|(path, text)| {
                let rust = is_rust(path);
                let code = if rust { lexer::code_of(text) } else { String::new() };
                let product = if rust && !is_test_path(path) {
                    lexer::without_tests(&code)
                } else {
                    String::new()
                };
                SourceFile { path: (*path).to_owned(), text: (*text).to_owned(), code, product }
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let tests: BTreeSet<String> = files.iter().flat_map(test_modules).collect();
        for file in &mut files {
            if tests.contains(&file.path) {
                file.product.clear();
            }
        }
        Self { files, packages: Vec::new() }
    }

    /// Our files whose names end in `.extension`.
    pub(crate) fn with_extension(&self, extension: &str) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(move |file| file.extension() == Some(extension))
    }

    /// Our Rust files.
    pub(crate) fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.with_extension("rs")
    }

    /// Our own packages with their folders.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&Package, &str)> {
        self.packages.iter().filter_map(|package| Some((package, package.folder.as_deref()?)))
    }
}

impl SourceFile {
    /// What follows the last point of its name.
    pub(crate) fn extension(&self) -> Option<&str> {
        Path::new(&self.path).extension()?.to_str()
    }

    /// The crate the file belongs to: `crates/twin/src/lib.rs` is in `twin`, every scene in
    /// `scenes`; `None` outside both folders and for what is not under `src`.
    pub(crate) fn room(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        let room = match parts.next()? {
            "crates" => parts.next()?,
            "scenes" => {
                parts.next()?;
                "scenes"
            }
            _ => return None,
        };
        (parts.next()? == "src").then_some(room)
    }

    /// Lines of product code, with their numbers from 1.
    pub(crate) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.product.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Whether everything in the file is test code by its place or name.
fn is_test_path(path: &str) -> bool {
    let in_folder = |name: &str| path.contains(&format!("/{name}/"));
    let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    in_folder("tests")
        || in_folder("benches")
        || in_folder("examples")
        || stem == "tests"
        || stem.ends_with("_tests")
}

/// The files of the modules that `file` declares under `#[cfg(test)]`.
fn test_modules(file: &SourceFile) -> Vec<String> {
    let path = Path::new(&file.path);
    let parent = path.parent().unwrap_or(Path::new(""));
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let folder: PathBuf = match stem.as_ref() {
        "lib" | "main" | "mod" => parent.to_owned(),
        stem => parent.join(stem),
    };
    let mut found = Vec::new();
    for after in file.code.split("#[cfg(test)]").skip(1) {
        let item = after.trim_start();
        let Some(declared) = item.strip_prefix("mod ") else { continue };
        let Some(name) = declared.split(';').next().filter(|name| !name.contains('{')) else {
            continue;
        };
        for file in [format!("{}.rs", name.trim()), format!("{}/mod.rs", name.trim())] {
            found.push(folder.join(file).to_string_lossy().into_owned());
        }
    }
    found
}

/// What cargo says of the workspace and of everything it builds from on this kind of machine.
///
/// # Errors
/// When cargo fails.
pub(crate) fn metadata() -> Result<Value> {
    let version = shell::capture(&mut shell::command("rustc", &["-vV"]))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not name the machine it builds for")?;
    let mut cargo = shell::cargo();
    cargo.args(["metadata", "--format-version", "1", "--filter-platform", host]);
    Ok(serde_json::from_str(&shell::capture(&mut cargo)?)?)
}

fn packages(metadata: &Value) -> Result<Vec<Package>> {
    let list = metadata["packages"].as_array().context("cargo lists no packages")?;
    let mut packages: Vec<Package> = list.iter().map(package).collect();
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(packages)
}

fn package(value: &Value) -> Package {
    let ours = value["source"].is_null();
    let manifest = Path::new(text(&value["manifest_path"]));
    let folder = manifest
        .parent()
        .filter(|_| ours)
        .and_then(|folder| folder.strip_prefix(shell::root()).ok())
        .map(|folder| folder.to_string_lossy().into_owned());
    let dependencies = value["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    Package {
        name: text(&value["name"]).to_owned(),
        version: text(&value["version"]).to_owned(),
        license: value["license"].as_str().map(str::to_owned),
        folder,
        dependencies: dependencies.iter().map(dependency).collect(),
    }
}

fn dependency(value: &Value) -> Dependency {
    let package = text(&value["name"]);
    let ident = value["rename"].as_str().unwrap_or(package);
    Dependency {
        package: package.to_owned(),
        ident: ident.replace('-', "_"),
        dev: value["kind"] == "dev",
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_its_room() {
        let room = |path: &str| {
            let tree = Tree::of(&[(path, "")]);
            tree.files[0].room().map(str::to_owned)
        };
        assert_eq!(room("crates/twin/src/step/mod.rs").as_deref(), Some("twin"));
        assert_eq!(room("scenes/signals/src/lib.rs").as_deref(), Some("scenes"));
        assert_eq!(room("crates/twin/tests/parity.rs"), None);
        assert_eq!(room("xtask/src/main.rs"), None);
    }

    #[test]
    fn test_files_have_no_product_code() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "fn a() {}\n#[cfg(test)]\nmod check;\n"),
            ("crates/a/src/check.rs", "fn helper() {}"),
            ("crates/a/src/tests.rs", "fn t() {}"),
            ("crates/a/tests/end.rs", "fn t() {}"),
        ]);
        let product: Vec<&str> = tree.files.iter().map(|file| file.product.trim()).collect();
        assert_eq!(product, ["", "fn a() {}", "", ""]);
    }
}
