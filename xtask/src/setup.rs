//! What the machine must have: checked, installed where that is safe, named with a command where not.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// The version of the spelling checker that `typos.toml` is written for.
const TYPOS: &str = "1.52.0";

/// One thing the machine must have.
#[derive(Debug)]
pub(crate) struct Need {
    /// What it is called.
    name: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// What was found, or what is wrong.
    find: fn() -> Result<String, String>,
    /// Gets it without a person, where that is safe; says whether it tried.
    install: fn() -> Result<bool>,
    /// What a person does to get it.
    remedy: &'static str,
}

const GIT: Need = Need {
    name: "git",
    purpose: "lists the files of the project",
    find: || version_of("git", &["--version"], None),
    install: || apt_get(&["git"]),
    remedy: "sudo apt-get install git",
};

const RUST: Need = Need {
    name: "Rust",
    purpose: "builds the server",
    find: || version_of("rustc", &["--version"], Some((1, 95))),
    install: || Ok(false),
    remedy: "get it from https://rustup.rs, then: rustup update stable (or, for exactly the version the \
             checks are run with: rustup toolchain install 1.95.0 && rustup override set 1.95.0)",
};

const C_COMPILER: Need = Need {
    name: "C compiler",
    purpose: "links, and builds the hash function's assembly",
    find: || version_of("cc", &["--version"], None),
    install: || apt_get(&["build-essential"]),
    remedy: "sudo apt-get install build-essential",
};

const RUST_TOOLS: Need = Need {
    name: "rustfmt and clippy",
    purpose: "check the Rust code",
    find: || {
        version_of("rustfmt", &["--version"], None)?;
        version_of("cargo-clippy", &["--version"], None)
    },
    install: || run_if_found("rustup", &["component", "add", "rustfmt", "clippy"]),
    remedy: "rustup component add rustfmt clippy",
};

const NODE: Need = Need {
    name: "Node",
    purpose: "builds the command centre",
    find: || version_of("node", &["--version"], Some((20, 19))),
    install: || Ok(false),
    remedy: "get version 20.19 or later from https://nodejs.org or your distribution",
};

const NPM: Need = Need {
    name: "npm",
    purpose: "fetches the command centre's packages",
    find: || version_of("npm", &["--version"], None),
    install: || Ok(false),
    remedy: "it comes with Node from https://nodejs.org; on Debian: sudo apt-get install npm",
};

const CHROMIUM: Need = Need {
    name: "Chromium",
    purpose: "runs the browser tests",
    find: || {
        let path = chromium().ok_or("not found on the search path nor in URBIS_CHROMIUM")?;
        Ok(path.display().to_string())
    },
    install: || apt_get(&["chromium"]),
    remedy: "sudo apt-get install chromium, or set URBIS_CHROMIUM to a Chromium or Chrome",
};

const CHINESE_FONT: Need = Need {
    name: "Chinese font",
    purpose: "draws Chinese in the browser tests",
    find: || {
        let fonts = shell::capture(&mut shell::command("fc-list", &[":lang=zh", "family"]))
            .map_err(|_source| "fc-list is not installed or does not run".to_owned())?;
        let first = fonts.lines().next().ok_or("no installed font has Chinese glyphs")?;
        Ok(first.to_owned())
    },
    install: || apt_get(&["fontconfig", "fonts-noto-cjk"]),
    remedy: "sudo apt-get install fontconfig fonts-noto-cjk",
};

const SPELLING: Need = Need {
    name: "typos",
    purpose: "checks the spelling",
    find: || {
        let path = typos().ok_or("not found")?;
        version_of(&path.display().to_string(), &["--version"], None)
    },
    install: install_typos,
    remedy: "cargo install --locked typos-cli@1.52.0",
};

const DPKG: Need = Need {
    name: "dpkg-deb",
    purpose: "builds the Debian package",
    find: || version_of("dpkg-deb", &["--version"], None),
    install: || apt_get(&["dpkg"]),
    remedy: "sudo apt-get install dpkg",
};

/// What building and starting needs.
pub(crate) const BUILD: &[&Need] = &[&RUST, &C_COMPILER, &NODE, &NPM];
/// What the house rules and the spelling check need beyond Rust.
pub(crate) const TIDY: &[&Need] = &[&GIT, &RUST_TOOLS, &SPELLING];
/// What the tests of the Rust code need.
pub(crate) const RUST_TESTS: &[&Need] = &[&RUST, &C_COMPILER, &RUST_TOOLS];
/// What the web's own checks and tests need.
pub(crate) const WEB_TESTS: &[&Need] = &[&NODE, &NPM];
/// What the browser tests need beyond a build.
pub(crate) const BROWSER_TESTS: &[&Need] = &[&CHROMIUM, &CHINESE_FONT];
/// What a release needs beyond a build.
pub(crate) const RELEASE: &[&Need] = &[&GIT, &DPKG];

/// `cargo xtask setup`: all needs but those of a release.
///
/// # Errors
/// When something is missing and could not be installed.
pub(crate) fn run() -> Result<()> {
    let groups = [BUILD, TIDY, RUST_TESTS, WEB_TESTS, BROWSER_TESTS];
    let mut all: Vec<&Need> = Vec::new();
    for need in groups.into_iter().flatten() {
        if !all.iter().any(|known| known.name == need.name) {
            all.push(need);
        }
    }
    let missing = check(&all, true);
    if missing.is_empty() {
        println!("Ready: cargo xtask start, cargo xtask test");
        return Ok(());
    }
    bail!("{}", told(&missing))
}

/// Checks `needs` without a word where all are met; installs or names what is missing.
///
/// # Errors
/// When something is missing and could not be installed.
pub(crate) fn ensure(needs: &[&Need]) -> Result<()> {
    let missing = check(needs, false);
    if missing.is_empty() {
        return Ok(());
    }
    bail!("{}", told(&missing))
}

/// The needs that are not met, each with what is wrong.
fn check<'a>(needs: &[&'a Need], aloud: bool) -> Vec<(&'a Need, String)> {
    let mut missing = Vec::new();
    for need in needs {
        let mut found = (need.find)();
        if found.is_err() {
            match (need.install)() {
                Ok(true) => found = (need.find)(),
                Ok(false) => {}
                Err(error) => found = Err(format!("could not be installed: {error:#}")),
            }
        }
        match found {
            Ok(version) if aloud => println!("{:20} {version}", need.name),
            Ok(_) => {}
            Err(wrong) => missing.push((*need, wrong)),
        }
    }
    missing
}

fn told(missing: &[(&Need, String)]) -> String {
    let line = |(need, wrong): &(&Need, String)| {
        let Need { name, purpose, remedy, .. } = need;
        format!("\n  {name} ({purpose}): {wrong}\n    to get it: {remedy}")
    };
    let lines: String = missing.iter().map(line).collect();
    format!("this machine lacks something:{lines}")
}

/// Chromium or Chrome: `URBIS_CHROMIUM`, else the first known name on the search path.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("URBIS_CHROMIUM") {
        return Some(PathBuf::from(path)).filter(|path| path.is_file());
    }
    ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
        .into_iter()
        .find_map(shell::find)
}

/// The spelling checker: ours, else that of the search path.
pub(crate) fn typos() -> Option<PathBuf> {
    let ours = typos_folder().ok()?.join("bin/typos");
    if ours.is_file() { Some(ours) } else { shell::find("typos") }
}

fn typos_folder() -> Result<PathBuf> {
    Ok(shell::target_dir()?.join(format!("tools/typos-{TYPOS}")))
}

fn install_typos() -> Result<bool> {
    let Some(python) = shell::find("python3") else { return Ok(false) };
    let folder = typos_folder()?;
    println!("installing typos {TYPOS} into {}", folder.display());
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]);
    shell::capture(pip.arg(folder).arg(format!("typos=={TYPOS}")))?;
    Ok(true)
}

/// Installs Debian packages when we are root on a system that has them.
fn apt_get(packages: &[&str]) -> Result<bool> {
    let root = shell::capture(&mut shell::command("id", &["-u"])).is_ok_and(|id| id.trim() == "0");
    if !root || shell::find("apt-get").is_none() {
        return Ok(false);
    }
    println!("installing {}", packages.join(" "));
    let install = || {
        let mut command = shell::command("apt-get", &["install", "-y", "--no-install-recommends"]);
        command.env("DEBIAN_FRONTEND", "noninteractive").args(packages);
        shell::capture(&mut command)
    };
    // A machine fresh from its image knows no packages until the lists are fetched.
    if install().is_err() {
        shell::capture(&mut shell::command("apt-get", &["update"]))?;
        install()?;
    }
    Ok(true)
}

fn run_if_found(program: &str, arguments: &[&str]) -> Result<bool> {
    if shell::find(program).is_none() {
        return Ok(false);
    }
    shell::capture(&mut shell::command(program, arguments))?;
    Ok(true)
}

/// The first line of what `program` says of itself, at least `minimum` (major, minor).
fn version_of(
    program: &str,
    arguments: &[&str],
    minimum: Option<(u32, u32)>,
) -> Result<String, String> {
    let text = shell::capture(&mut shell::command(program, arguments))
        .map_err(|_source| "not installed or does not run".to_owned())?;
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    match minimum {
        Some((major, minor)) if version_in(&line).is_none_or(|found| found < (major, minor)) => {
            Err(format!("found {line}, needs {major}.{minor} or later"))
        }
        _ => Ok(line),
    }
}

/// The first `major.minor` in a line such as `rustc 1.95.0 (…)` or `v20.20.2`.
fn version_in(line: &str) -> Option<(u32, u32)> {
    let start = line.find(|c: char| c.is_ascii_digit())?;
    let mut parts = line[start..].split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_say() {
        assert_eq!(version_in("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(version_in("v20.20.2"), Some((20, 20)));
        assert_eq!(version_in("nothing"), None);
    }

    #[test]
    fn a_program_that_does_not_exist_is_missing() {
        let found = version_of("no-such-program-here", &["--version"], None);
        assert_eq!(found, Err("not installed or does not run".to_owned()));
    }

    #[test]
    fn an_old_version_is_told_with_the_one_needed() {
        let found = version_of("rustc", &["--version"], Some((99, 0)));
        assert!(found.is_err_and(|wrong| wrong.ends_with("needs 99.0 or later")));
    }

    #[test]
    fn what_is_missing_is_named_with_its_remedy() {
        let text = told(&[(&CHROMIUM, "not found".to_owned())]);
        assert!(text.contains("Chromium (runs the browser tests): not found"), "{text}");
        assert!(text.contains("sudo apt-get install chromium"), "{text}");
    }
}
