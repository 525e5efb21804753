//! `cargo xtask test`: every check and every test, one count at the end.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::counts::{self, Counts};
use crate::{setup, shell, tidy, web};

/// A part of the suite that `--only` selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Tidy,
    Rust,
    Web,
    Browser,
}

impl Part {
    const ALL: [Self; 4] = [Self::Tidy, Self::Rust, Self::Web, Self::Browser];

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "tidy" => Self::Tidy,
            "rust" => Self::Rust,
            "web" => Self::Web,
            "browser" => Self::Browser,
            _ => return None,
        })
    }

    fn needs(self) -> Vec<&'static setup::Need> {
        let groups: &[&[&setup::Need]] = match self {
            Self::Tidy => &[setup::TIDY],
            // The server embeds the front end's build.
            Self::Rust => &[setup::RUST_TESTS, setup::WEB_TESTS],
            Self::Web => &[setup::WEB_TESTS],
            Self::Browser => &[setup::BUILD, setup::BROWSER_TESTS],
        };
        groups.iter().flat_map(|group| group.iter().copied()).collect()
    }
}

/// One step: a heading, the parts it belongs to, and what it does.
///
/// A step that only checks counts nothing when it holds and one failure when it does not.
struct Step {
    heading: &'static str,
    parts: &'static [Part],
    run: fn() -> Result<Counts>,
}

const STEPS: &[Step] = &[
    Step { heading: "House rules", parts: &[Part::Tidy], run: house_rules },
    Step { heading: "Formatting", parts: &[Part::Tidy], run: formatting },
    Step { heading: "Spelling", parts: &[Part::Tidy], run: spelling },
    Step {
        heading: "Front end: packages and build",
        parts: &[Part::Rust, Part::Web, Part::Browser],
        run: || web::build().map(|()| Counts::default()),
    },
    Step { heading: "Front end: types and lint", parts: &[Part::Web], run: || web_check("check") },
    Step { heading: "Front end: unit tests", parts: &[Part::Web], run: || web_tests("test") },
    Step { heading: "Clippy", parts: &[Part::Rust], run: clippy },
    Step { heading: "Rust tests", parts: &[Part::Rust], run: rust_tests },
    Step { heading: "Rust examples in the documentation", parts: &[Part::Rust], run: doc_tests },
    Step { heading: "Browser tests", parts: &[Part::Browser], run: browser_tests },
];

/// Runs the selected parts and prints the counts as the last line.
///
/// # Errors
/// When a tool is missing, a step fails, or not one test ran.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let parts = selected(arguments)?;
    let needs: Vec<&setup::Need> = parts.iter().flat_map(|part| part.needs()).collect();
    setup::ensure(&needs)?;

    let start = Instant::now();
    let mut total = Counts::default();
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(|step| step.parts.iter().any(|part| parts.contains(part))) {
        println!("\n== {}", step.heading);
        let begun = Instant::now();
        let counts = (step.run)().unwrap_or_else(|error| {
            println!("{error:#}");
            Counts::FAILURE
        });
        let verdict = if counts.failed == 0 { "ok" } else { "FAILED" };
        if counts.failed > 0 {
            failed.push(step.heading);
        }
        println!("-- {}: {verdict}, {:.1} s", step.heading, begun.elapsed().as_secs_f64());
        total += counts;
    }

    println!("\nThe whole took {:.0} s.", start.elapsed().as_secs_f64());
    if !failed.is_empty() {
        println!("Failed: {}", failed.join("; "));
    }
    let only_checks = parts == [Part::Tidy];
    let nothing_ran = total.passed + total.failed == 0 && !only_checks;
    if nothing_ran {
        println!("Not one test ran: that is a failure.");
    }
    println!("{total}");
    if nothing_ran || !failed.is_empty() {
        // The counts stay the last line.
        std::process::exit(1);
    }
    Ok(())
}

fn selected(arguments: &[String]) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = match argument.strip_prefix("--only=") {
            Some(name) => name,
            None if argument == "--only" => rest.next().map_or("", String::as_str),
            None => bail!("there is no option {argument:?}; try --only rust|web|browser|tidy"),
        };
        for name in name.split(',') {
            let part = Part::named(name).with_context(|| {
                format!("there is no part {name:?}; the parts are rust, web, browser and tidy")
            })?;
            parts.push(part);
        }
    }
    Ok(if parts.is_empty() { Part::ALL.to_vec() } else { parts })
}

fn house_rules() -> Result<Counts> {
    tidy::run().map(|()| Counts::default())
}

fn formatting() -> Result<Counts> {
    shell::run(shell::cargo().args(["fmt", "--all", "--check"])).map(|()| Counts::default())
}

fn spelling() -> Result<Counts> {
    let typos = setup::typos().context("typos was found a moment ago and is gone")?;
    let config = ["--config", "typos.toml"];
    shell::run(&mut shell::command(typos, &config)).map(|()| Counts::default())
}

fn clippy() -> Result<Counts> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    shell::run(shell::cargo().args(arguments)).map(|()| Counts::default())
}

fn rust_tests() -> Result<Counts> {
    if shell::find("cargo-nextest").is_none() {
        let mut command = shell::cargo();
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
        let (output, success) = shell::tee(command.args(["--", "--show-output"]))?;
        return settled(counts::libtest(&output), success, "cargo test");
    }
    // The folder that `xtask/nextest.toml` names.
    let report = shell::root().join("target/nextest/default/junit.xml");
    if report.exists() {
        std::fs::remove_file(&report)?;
    }
    let config = shell::root().join("xtask/nextest.toml");
    let mut command = shell::cargo();
    command.args(["nextest", "run", "--workspace", "--config-file"]).arg(config);
    let success = shell::run(&mut command).is_ok();
    let xml = std::fs::read_to_string(&report).unwrap_or_default();
    for reason in counts::skip_reasons(&xml) {
        println!("skipped: {reason}");
    }
    settled(counts::junit(&xml), success, "cargo nextest")
}

fn doc_tests() -> Result<Counts> {
    let arguments = ["test", "--workspace", "--doc", "--no-fail-fast"];
    let (output, success) = shell::tee(shell::cargo().args(arguments))?;
    // A workspace without one example prints no result at all.
    settled(Some(counts::libtest(&output).unwrap_or_default()), success, "cargo test --doc")
}

fn web_check(script: &str) -> Result<Counts> {
    require_script(script)?;
    shell::run(&mut web::npm(&["run", "--silent", script])).map(|()| Counts::default())
}

fn web_tests(script: &str) -> Result<Counts> {
    require_script(script)?;
    let (output, success) = shell::tee(&mut web::npm(&["run", "--silent", script]))?;
    settled(counts::web(&output), success, script)
}

fn browser_tests() -> Result<Counts> {
    let script = "test:e2e";
    require_script(script)?;
    shell::run(shell::cargo().args(["build", "--package", "urbis-cli"]))?;
    let chromium = setup::chromium().context("Chromium was found a moment ago and is gone")?;
    let mut command = web::npm(&["run", "--silent", script]);
    command.env("URBIS_BIN", shell::target_dir()?.join("debug/urbis"));
    command.env("URBIS_CHROMIUM", chromium);
    let (output, success) = shell::tee(&mut command)?;
    settled(counts::web(&output), success, script)
}

fn require_script(script: &str) -> Result<()> {
    if web::scripts()?.iter().any(|known| known == script) {
        return Ok(());
    }
    bail!("web/package.json has no script {script:?}")
}

/// The counts of a runner, which must exist and agree with how it ended.
fn settled(counts: Option<Counts>, success: bool, runner: &str) -> Result<Counts> {
    match counts {
        Some(counts) if success == (counts.failed == 0) => Ok(counts),
        Some(mut counts) => {
            println!("{runner} ended badly beyond its own counts ({counts})");
            counts.failed += 1;
            Ok(counts)
        }
        None => bail!("{runner} printed no counts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(arguments: &[&str]) -> Result<Vec<Part>> {
        let owned: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        selected(&owned)
    }

    #[test]
    fn without_a_choice_everything_runs() {
        assert_eq!(parts(&[]).unwrap(), Part::ALL);
    }

    #[test]
    fn only_chooses_parts() {
        assert_eq!(parts(&["--only", "rust"]).unwrap(), [Part::Rust]);
        assert_eq!(parts(&["--only=web,tidy"]).unwrap(), [Part::Web, Part::Tidy]);
        assert!(parts(&["--only", "everything"]).is_err());
        assert!(parts(&["--fast"]).is_err());
    }

    #[test]
    fn a_runner_that_dies_after_its_counts_has_failed() {
        let counts = Counts { passed: 3, failed: 0, skipped: 0 };
        assert_eq!(settled(Some(counts), false, "runner").unwrap().failed, 1);
        assert_eq!(settled(Some(counts), true, "runner").unwrap(), counts);
        assert!(settled(None, true, "runner").is_err());
    }

    #[test]
    fn every_part_has_a_step() {
        for part in Part::ALL {
            assert!(STEPS.iter().any(|step| step.parts.contains(&part)), "{part:?}");
        }
    }
}
