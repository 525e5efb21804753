//! The log of every change of stage: `time_s,junction,stage`, so that the same decisions can be
//! played in another simulator.
//!
//! # Shape
//! CSV. `time_s` is seconds from the start of the run, `junction` the name in the network's file,
//! `stage` the index of the stage as in the file, empty between stages.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use urbis_core::{JunctionId, StageIdx};
use urbis_network::Network;

/// A log being written, or none.
#[derive(Debug)]
pub(super) struct SignalLog {
    file: Option<BufWriter<File>>,
    failed: Option<std::io::Error>,
}

impl SignalLog {
    /// A log in the file at `path`; none without one.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub(super) fn create(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self { file: None, failed: None }) };
        let file = File::create(path)
            .with_context(|| format!("{}: the signal log cannot be made there", path.display()))?;
        let mut file = BufWriter::new(file);
        writeln!(file, "time_s,junction,stage").context("the signal log cannot be written")?;
        Ok(Self { file: Some(file), failed: None })
    }

    /// Whether changes are to be noted at all.
    pub(super) fn is_wanted(&self) -> bool {
        self.file.is_some()
    }

    /// Notes that a junction shows another stage from second `time_s` on.
    pub(super) fn note(
        &mut self,
        network: &Network,
        time_s: u32,
        junction: JunctionId,
        stage: Option<StageIdx>,
    ) {
        let Some(file) = &mut self.file else { return };
        let name = csv(&network.junctions[junction].name);
        let stage = stage.map_or_else(String::new, |stage| stage.0.to_string());
        if let Err(error) = writeln!(file, "{time_s},{name},{stage}") {
            self.failed.get_or_insert(error);
        }
    }

    /// Writes the rest.
    ///
    /// # Errors
    /// When any line could not be written.
    pub(super) fn finish(mut self) -> Result<()> {
        if let Some(error) = self.failed {
            return Err(error).context("the signal log cannot be written");
        }
        if let Some(file) = &mut self.file {
            file.flush().context("the signal log cannot be written")?;
        }
        Ok(())
    }
}

/// A field of CSV (RFC 4180).
fn csv(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_commas_and_quotes_stay_one_field() {
        assert_eq!(csv("intersection_1_1"), "intersection_1_1");
        assert_eq!(csv("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
