//! The project's own tasks: `cargo xtask VERB`.
//!
//! Light on purpose: it compiles in seconds, so that the README's first command can be its first
//! command.

mod counts;
mod dist;
mod new_scene;
mod setup;
mod shell;
mod start;
mod suite;
mod tidy;
mod web;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask VERB

  start [ARGS]   build everything and start Urbis with its embedded city; ARGS go to `urbis serve`
  test           run every check and test; --only rust|web|browser|tidy runs a part (may be repeated)
  setup          check what the machine needs, install what can safely be installed, name the rest
  tidy           check the rules of the house: imports, headers, lengths, licences, languages
  new-scene NAME a folder for a new scene, with a test that fails until it says something
  dist           build a release: binary, Debian package, archive, licences, bill of materials";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("help", &[][..]),
    };
    let outcome = match verb {
        "start" => start::run(rest),
        "test" => suite::run(rest),
        "setup" => setup::run(),
        "tidy" => tidy::run(),
        "new-scene" => new_scene::run(rest),
        "dist" => dist::run(),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(anyhow::anyhow!("there is no verb {other:?}\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
