//! The `urbis` command: the only place that knows every room.
//!
//! *Control*: what runs the signals of a run. *Fault*: an error that knows the exit code.
//!
//! **Invariant:** results go to standard output, everything else to standard error.

mod args;
mod city;
mod config;
mod doctor;
mod exit;
mod generate;
mod log;
mod report;
mod restore;
mod run;
mod say;
mod scenes;
mod serve;
mod settings;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, ServeArgs};
use config::{Config, ConfigError, Sources};
use exit::{Exit, Fault, OrExit};
use say::Lang;

fn main() -> ExitCode {
    let lang = Lang::of_environment();
    // clap ends with code 2 on a wrong command line, and 0 after help and version.
    let cli = Cli::parse();
    match go(&cli, lang) {
        Ok(exit) => exit.into(),
        Err(fault) => {
            eprintln!("{}{fault}", lang.pick("错误:", "error: "));
            fault.exit.into()
        }
    }
}

fn go(cli: &Cli, lang: Lang) -> Result<Exit, Fault> {
    if let Some(Command::Version) = &cli.command {
        say::result(concat!("urbis ", env!("CARGO_PKG_VERSION"), "\n"));
        return Ok(Exit::Done);
    }
    let sources = sources(cli).or_exit(Exit::Config)?;
    let loaded = Config::load(&sources);
    if let Some(Command::Doctor(doctor)) = &cli.command {
        return Ok(doctor::doctor(doctor, loaded, lang));
    }
    let config = loaded.or_exit(Exit::Config)?;
    log::begin(&config).or_exit(Exit::Config)?;
    match &cli.command {
        None => serve::serve(&ServeArgs::default(), &config, lang),
        Some(Command::Serve(args)) => serve::serve(args, &config, lang),
        Some(Command::Run(args)) => run::run(args, &config, lang),
        Some(Command::Generate(args)) => generate::generate(args, lang),
        Some(Command::Import(args)) => generate::import(args, lang),
        Some(Command::Report(args)) => report::report(args, &config, lang),
        Some(Command::Doctor(_) | Command::Version) => Ok(Exit::Done),
    }
}

/// What the configuration is read from: the file that was named, else `urbis.toml` where there is
/// one, the environment, the flags.
fn sources(cli: &Cli) -> Result<Sources, ConfigError> {
    let named = cli.config.clone();
    let usual = Path::new("urbis.toml");
    let path: Option<PathBuf> = named.or_else(|| usual.exists().then(|| usual.to_owned()));
    let file = path.map(|path| match std::fs::read_to_string(&path) {
        Ok(text) => Ok((path, text)),
        Err(error) => Err(ConfigError::Read { path, reason: error.to_string() }),
    });
    let environment =
        std::env::vars().filter(|(name, _)| name.starts_with("URBIS_") && name != "URBIS_CONFIG");
    Ok(Sources {
        file: file.transpose()?,
        environment: environment.collect(),
        flags: cli.key_flags(),
    })
}
