//! Structured logs, on standard error.

use std::io::IsTerminal as _;

use anyhow::{Result, anyhow};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, keys};

/// Begins to log as the configuration says.
///
/// # Errors
/// When the level is not one.
pub(crate) fn begin(config: &Config) -> Result<()> {
    let level = config.text(&keys::LOG_LEVEL);
    let filter = EnvFilter::builder().parse(level).map_err(|error| {
        anyhow!(
            "{}: log.level: expected a level or directives such as warn,urbis_server=debug, found \
             {level:?} ({error}); correct it or take it out to use the default",
            config.origin(&keys::LOG_LEVEL)
        )
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Colors are for people; files and journals keep plain text.
        .with_ansi(std::io::stderr().is_terminal());
    let begun = if config.text(&keys::LOG_FORMAT) == "json" {
        lines.json().finish().try_init()
    } else {
        lines.finish().try_init()
    };
    begun.map_err(|error| anyhow!("the log cannot begin: {error}"))
}
