//! The command line agrees with its documentation.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::CommandFactory;

use crate::args::Cli;
use crate::exit::Exit;

/// The reference of the command line, as Markdown.
fn reference() -> String {
    let mut text = "\
# The command line

`urbis` alone is `urbis serve`. Results go to standard output, everything else to standard error; a progress bar is drawn on a terminal only. The language is Chinese where `LC_ALL`, `LC_MESSAGES` or `LANG` begins with `zh`, English otherwise. Settings that flags do not name stand in [configuration](configuration.md).

## Exit codes

| code | meaning |
|---|---|
"
    .to_owned();
    for (exit, meaning) in Exit::ALL {
        let _ = writeln!(text, "| {} | {meaning} |", exit as u8);
    }
    let mut command = Cli::command().term_width(100);
    command.build();
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let help = sub.render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ =
            write!(text, "\n## urbis {}\n\n```text\n{}\n```\n", sub.get_name(), help.join("\n"));
    }
    text
}

#[test]
fn the_command_line_makes_sense() {
    Cli::command().debug_assert();
}

#[test]
fn the_reference_is_fresh() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(stands, reference(), "docs/cli.md is stale: run the tests with UPDATE_GOLDEN=1");
}
