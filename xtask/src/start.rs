//! `cargo xtask start`: from a clone to a living city.

use anyhow::{Context as _, Result};

use crate::{setup, shell, web};

/// Builds front end and server, then becomes `urbis serve` with `arguments`.
///
/// # Errors
/// When something is missing, a build fails or the server cannot be started.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    setup::ensure(setup::BUILD)?;
    web::build()?;
    println!("Building the server (minutes the first time)");
    shell::run(shell::cargo().args(["build", "--package", "urbis-cli"]))?;
    let urbis = shell::target_dir()?.join("debug/urbis");
    let arguments = match arguments {
        [first, rest @ ..] if first == "--" => rest,
        all => all,
    };
    let mut serve = shell::command(&urbis, &["serve"]);
    serve.args(arguments);
    replace_with(serve).with_context(|| format!("cannot start {}", urbis.display()))
}

/// Lets `command` take our place, so that Ctrl-C and the exit status are its own.
#[cfg(unix)]
fn replace_with(mut command: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn replace_with(mut command: std::process::Command) -> Result<()> {
    shell::run(&mut command)
}
