//! Exit codes: what a script can tell from how the command ended.

use std::fmt;
use std::process::ExitCode;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Done = 0,
    /// Something failed while it ran.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration is wrong.
    Config = 3,
    /// A city, flow or report folder cannot be read or played.
    Input = 4,
    /// The address or the data folder cannot be used.
    Place = 5,
    /// `doctor` found something, or a replay differs.
    Unwell = 6,
}

impl Exit {
    /// All codes with their meaning, for the docs.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Done, "all done"),
        (Self::Failed, "something failed while it ran"),
        (Self::Usage, "the command line is wrong"),
        (Self::Config, "the configuration is wrong"),
        (Self::Input, "a city, flow or run folder cannot be read or played"),
        (Self::Place, "the address or the data folder cannot be used"),
        (Self::Unwell, "`doctor` found something, or a replay differs"),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that knows how the command should end.
#[derive(Debug)]
pub(crate) struct Fault {
    /// How to end.
    pub exit: Exit,
    /// What to say.
    pub error: anyhow::Error,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.error.to_string();
        for cause in self.error.chain().skip(1).map(ToString::to_string) {
            // Many errors say their cause themselves.
            if !said.contains(&cause) {
                said = format!("{said}: {cause}");
            }
        }
        f.write_str(&said)
    }
}

impl<E: Into<anyhow::Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self { exit: Exit::Failed, error: error.into() }
    }
}

/// Says how the command should end when this fails.
pub(crate) trait OrExit<T> {
    /// With this code.
    ///
    /// # Errors
    /// The error, with the code.
    fn or_exit(self, exit: Exit) -> Result<T, Fault>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Fault> {
        self.map_err(|error| Fault { exit, error: error.into() })
    }
}
