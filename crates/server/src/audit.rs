//! The audit log: one line for every permission asked for, append-only and hash-chained.
//!
//! # Shape
//! JSON lines. `v` is the version of the line. `hash` is BLAKE3 over the hash before it and the line
//! without its `hash` field, so that a line taken out, put in or altered breaks the chain from there
//! on. A stream leaves one line when it begins and one a minute with the number of messages sent and
//! their `root`: BLAKE3 of all it has sent so far, each message after its length. Whoever is shown where patients are leaves another line for it,
//! with the purpose `view_patient`: one a request, and for a stream one at the first and one a minute.
//!
//! A line about an act is on the disk before the act is answered; lines about looking are synced at
//! most once a second. A line that was being written when the machine stopped is cut off at the next
//! opening, and that is told.
//!
//! **Version rule:** fields are only ever appended and absent ones are not written, so that every
//! earlier line gives its hash again; a change of meaning takes a new `v`. A line without `v` is from
//! before there was one; one of a newer program is refused.
//!
//! # Errors
//! [`AuditError`] names the file and the line.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use urbis_core::{AuditLine, Purpose};

/// Version of the lines this program writes.
const VERSION: u16 = 1;
/// How long lines about looking may wait for the disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// Why an audit log could not be opened or is not what was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The operating system refused.
    #[error("{path}: {source}; audit lines are written there")]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// A line is not what was written.
    #[error(
        "{path}, line {line}: the chain of hashes is broken here; move the file away to begin another"
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
    },
    /// A line was written by a newer program.
    #[error("{path}, line {line}: version {found} is newer than this program knows; update it")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// Its version.
        found: u16,
    },
}

/// A line as it stands in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    v: Option<u16>,
    line: u64,
    #[serde(flatten)]
    audit: AuditLine,
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    messages: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<String>,
}

impl Written {
    /// Hash of the line without its own `hash`, after `previous`.
    fn chained(&self, previous: &str) -> io::Result<String> {
        let bare = serde_json::to_string(&Self { hash: None, ..self.clone() })?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(previous.as_bytes()).update(bare.as_bytes());
        Ok(hasher.finalize().to_hex().to_string())
    }
}

/// What a stream has sent, for its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Messages since the stream's last line.
    pub messages: u64,
    /// BLAKE3 of everything since the stream began.
    pub root: blake3::Hash,
}

/// Where the audit goes.
#[derive(Debug)]
pub struct Audit(Mutex<Log>);

#[derive(Debug)]
struct Log {
    /// `None` keeps the chain without a file, for runs that leave nothing behind.
    file: Option<File>,
    /// Where the last whole line ends.
    end: u64,
    lines: u64,
    hash: String,
    synced: Instant,
}

/// What a log was found to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Whole lines.
    pub lines: u64,
    /// Hash of the last; empty when there is none.
    pub hash: String,
    /// Where the last whole line ends, bytes.
    pub end: u64,
    /// Bytes of a line after it that was never finished.
    pub unfinished: u64,
}

impl Audit {
    /// An audit that leaves no file.
    pub fn in_memory() -> Self {
        Self::over(None, Checked::default())
    }

    fn over(file: Option<File>, Checked { lines, hash, end, .. }: Checked) -> Self {
        Self(Mutex::new(Log { file, end, lines, hash, synced: Instant::now() }))
    }

    /// Opens the log at `path`, making it when it is not there, and checks its chain. A last line
    /// that was never finished is cut off; answers how many bytes that were.
    ///
    /// # Errors
    /// [`AuditError`].
    pub fn open(path: &Path) -> Result<(Self, u64), AuditError> {
        let io = |source| AuditError::Io { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        // It says who looked at patients.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(io)?;
        let checked = check(path, file.try_clone().map_err(io)?)?;
        let unfinished = checked.unfinished;
        if unfinished > 0 {
            file.set_len(checked.end).and_then(|()| file.sync_all()).map_err(io)?;
        }
        Ok((Self::over(Some(file), checked), unfinished))
    }

    /// Appends a line: what was asked, on which path, and for streams what was sent.
    pub fn note(&self, audit: AuditLine, path: &str, sent: Option<Sent>) {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = log.append(audit, path, sent) {
            tracing::error!(%error, "an audit line could not be written");
        }
    }

    /// How many lines there are, and the hash of the last: what one keeps elsewhere to prove that
    /// nothing was changed since.
    pub fn root(&self) -> (u64, String) {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (log.lines, log.hash.clone())
    }
}

impl Log {
    fn append(&mut self, audit: AuditLine, path: &str, sent: Option<Sent>) -> io::Result<()> {
        let line = self.lines + 1;
        let acts = audit.purpose != Purpose::ViewCity;
        let mut written = Written {
            v: Some(VERSION),
            line,
            audit,
            path: path.to_owned(),
            messages: sent.as_ref().map(|sent| sent.messages),
            root: sent.map(|sent| sent.root.to_hex().to_string()),
            hash: None,
        };
        let hash = written.chained(&self.hash)?;
        written.hash = Some(hash.clone());
        if let Some(file) = &mut self.file {
            let mut text = serde_json::to_string(&written)?;
            text.push('\n');
            // What a failed append left behind is overwritten, never continued.
            file.set_len(self.end)?;
            file.seek(SeekFrom::Start(self.end))?;
            file.write_all(text.as_bytes())?;
            self.end += text.len() as u64;
            if acts || self.synced.elapsed() >= SYNC_EVERY {
                self.synced = Instant::now();
                file.sync_data()?;
            }
        }
        (self.lines, self.hash) = (line, hash);
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.file.as_ref().map(File::sync_data) {
            tracing::error!(%error, "the last audit lines may not be on the disk");
        }
    }
}

/// Checks the chain of a whole log.
///
/// # Errors
/// [`AuditError::Broken`] at the first line that does not follow from the ones before it,
/// [`AuditError::Newer`] at one of a newer program.
pub fn check(path: &Path, file: File) -> Result<Checked, AuditError> {
    let mut checked = Checked::default();
    let mut reader = BufReader::new(file);
    let mut text = Vec::new();
    loop {
        text.clear();
        let read = reader.read_until(b'\n', &mut text);
        read.map_err(|source| AuditError::Io { path: path.to_owned(), source })?;
        if text.last() != Some(&b'\n') {
            checked.unfinished = text.len() as u64;
            return Ok(checked);
        }
        let line = checked.lines + 1;
        let broken = || AuditError::Broken { path: path.to_owned(), line };
        let written: Written = serde_json::from_slice(&text).map_err(|_not_a_line| broken())?;
        if let Some(found) = written.v.filter(|version| *version > VERSION) {
            return Err(AuditError::Newer { path: path.to_owned(), line, found });
        }
        let chained = written.chained(&checked.hash).map_err(|_not_a_line| broken())?;
        if written.hash.as_ref() != Some(&chained) || written.line != line {
            return Err(broken());
        }
        let end = checked.end + text.len() as u64;
        checked = Checked { lines: line, hash: chained, end, unfinished: 0 };
    }
}

#[cfg(test)]
mod tests {
    use urbis_core::{Actor, Message, PersonId, Purpose, Verdict};
    use urbis_units::CityTime;

    use super::*;

    fn line(second: i64, verdict: Verdict) -> AuditLine {
        AuditLine {
            at: CityTime::from_millis(second * 1000),
            who: Actor::Person(PersonId("op-demo".into())),
            purpose: Purpose::ViewCity,
            verdict,
        }
    }

    #[test]
    fn the_chain_goes_on_after_a_restart_and_shows_any_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        for start in 0..2 {
            let (audit, cut) = Audit::open(&path).unwrap();
            assert_eq!(cut, 0);
            audit.note(line(start, Verdict::Allow), "/api/v1/state", None);
            let deny = Verdict::Deny(Message::new("server-no-account"));
            let sent = Sent { messages: 600, root: blake3::hash(b"all of it") };
            audit.note(line(start, deny), "/api/v1/stream", Some(sent));
            assert_eq!(audit.root().0, start as u64 * 2 + 2);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (from, to) in [("600", "599"), ("view_city", "stop"), ("op-demo", "op-dem0")] {
            std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
            assert!(matches!(Audit::open(&path), Err(AuditError::Broken { .. })), "{from}");
        }
        let without_first = text.split_once('\n').unwrap().1;
        std::fs::write(&path, without_first).unwrap();
        assert!(matches!(Audit::open(&path), Err(AuditError::Broken { line: 1, .. })));
    }

    #[test]
    fn a_line_that_was_never_finished_is_cut_off_and_the_chain_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let (audit, _) = Audit::open(&path).unwrap();
        for second in 0..2 {
            audit.note(line(second, Verdict::Allow), "/api/v1/state", None);
        }
        drop(audit);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 10]).unwrap();
        let (audit, cut) = Audit::open(&path).unwrap();
        assert_eq!((audit.root().0, cut > 100), (1, true), "{cut} bytes were cut");
        audit.note(line(2, Verdict::Allow), "/api/v1/state", None);
        drop(audit);
        let (audit, cut) = Audit::open(&path).unwrap();
        assert_eq!((audit.root().0, cut), (2, 0));
    }

    #[test]
    fn what_a_failed_append_left_is_not_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let (audit, _) = Audit::open(&path).unwrap();
        audit.note(line(0, Verdict::Allow), "/api/v1/state", None);
        // Half a line, as a full disk leaves it.
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"v\":1,\"line\":2,\"at\":1000,\"who\"").unwrap();
        audit.note(line(1, Verdict::Allow), "/api/v1/state", None);
        drop(audit);
        let checked = check(&path, File::open(&path).unwrap()).unwrap();
        assert_eq!((checked.lines, checked.unfinished), (2, 0));
    }

    #[test]
    fn lines_of_every_version_are_read_and_newer_ones_refused() {
        let fixture =
            |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        // From before there were versions, and of version 1: these files may never change.
        for (name, lines) in [("audit-v0.jsonl", 2), ("audit-v1.jsonl", 2)] {
            let path = fixture(name);
            let checked = check(&path, File::open(&path).unwrap()).unwrap();
            assert_eq!((checked.lines, checked.unfinished), (lines, 0), "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let (audit, _) = Audit::open(&path).unwrap();
        audit.note(line(0, Verdict::Allow), "/api/v1/state", None);
        let deny = Verdict::Deny(Message::new("server-no-account"));
        let sent = Sent { messages: 600, root: blake3::hash(b"all of it") };
        audit.note(line(1, deny), "/api/v1/stream", Some(sent));
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, std::fs::read_to_string(fixture("audit-v1.jsonl")).unwrap());
        std::fs::write(&path, text.replacen("\"v\":1", "\"v\":2", 1)).unwrap();
        let newer = Audit::open(&path).unwrap_err();
        assert!(matches!(newer, AuditError::Newer { line: 1, found: 2, .. }), "{newer}");
    }
}
