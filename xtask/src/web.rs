//! The command centre's own build: packages, bundle, scripts.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use crate::shell;

/// The folder of the front end.
pub(crate) fn folder() -> PathBuf {
    shell::root().join("web")
}

/// An `npm` command in the front end's folder.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = shell::command("npm", arguments);
    command.current_dir(folder());
    command
}

/// Fetches the packages the lock file names, unless they are there.
///
/// # Errors
/// When there is no lock file or npm fails.
pub(crate) fn install_packages() -> Result<()> {
    let lock = folder().join("package-lock.json");
    let wanted = changed(&lock).with_context(|| format!("{} is missing", lock.display()))?;
    // npm writes this file last.
    if changed(&folder().join("node_modules/.package-lock.json")).is_some_and(|at| at >= wanted) {
        return Ok(());
    }
    println!("Fetching the command centre's packages (minutes the first time)");
    // Not `npm ci`: it refuses a lock file made where the optional packages of other platforms
    // could not be had. Versions are fixed all the same: by the lock file and by package.json.
    shell::run(&mut npm(&["install", "--no-save", "--no-audit", "--no-fund"]))
}

/// Builds the bundle that the server embeds, unless it is newer than everything it is made from.
///
/// # Errors
/// When a package is missing or the build fails.
pub(crate) fn build() -> Result<()> {
    install_packages()?;
    let built = changed(&folder().join("dist/index.html"));
    if let (Some(built), Some(newest)) = (built, newest_source())
        && built >= newest
    {
        return Ok(());
    }
    println!("Building the command centre");
    shell::run(&mut npm(&["run", "build"]))
}

/// When the newest file changed that the bundle is made from; `None` when git cannot say.
fn newest_source() -> Option<SystemTime> {
    let arguments =
        ["ls-files", "--cached", "--others", "--exclude-standard", "--", "web", "*.ftl"];
    let list = shell::capture(&mut shell::command("git", &arguments)).ok()?;
    list.lines().filter_map(|path| changed(&shell::root().join(path))).max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// The names of the scripts in `web/package.json`.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn scripts() -> Result<Vec<String>> {
    let path = folder().join("package.json");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let package: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
    let Some(scripts) = package["scripts"].as_object() else {
        bail!("{} has no scripts", path.display());
    };
    Ok(scripts.keys().cloned().collect())
}
