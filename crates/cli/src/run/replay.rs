//! `urbis run --replay`: the last session of a journal, played again and compared record by record.
//!
//! That they are the same shows that everything the city and its brain did follows from the seed and
//! from what people did, and that nothing of it was changed afterwards. What people did is taken from
//! the journal as it stands: the hash of the last record, kept elsewhere, proves that part.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::anyhow;
use serde::Serialize;
use urbis_brain::{Difference, Recording, Session, difference, pack_hash};
use urbis_core::{Begun, Keyring, Record};
use urbis_store::{FileKeyring, Journal, LentKeyring, MemoryKeyring, StoreError, read, verify};

use super::outcome::cpu_seconds;
use super::progress;
use crate::city::Opened;
use crate::config::Config;
use crate::exit::{Exit, Fault, OrExit};
use crate::report::last_beginning;
use crate::say::{Lang, result};
use crate::serve::open::master_key;
use crate::{scenes, settings};

/// Records of earlier sessions between commits of the copy that a replay goes on from.
const COMMIT_EVERY: u64 = 1000;

/// What a replay found.
#[derive(Debug, Serialize)]
struct Verdict {
    city: String,
    seed: u64,
    start_ms: i64,
    end_ms: i64,
    /// Records compared: those of the session in the journal.
    records: u64,
    /// Hash of the journal's last record, which is over all before it.
    last_hash: String,
    /// Bytes after the last whole commit, which the next opening drops: a write in progress, the
    /// leavings of a crash, or damage.
    bytes_unfinished: u64,
    /// Whether the rest of the session cannot be played, because a patient was erased.
    until_erased: bool,
    /// Whether the replay gave the same ones.
    same: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_difference: Option<Differs>,
    cpu_s: f64,
    wall_s: f64,
}

/// Where the two part.
#[derive(Debug, Serialize)]
struct Differs {
    sequence: u64,
    at_ms: i64,
    was: String,
    is: String,
}

impl From<Difference> for Differs {
    fn from(from: Difference) -> Self {
        let said = |record: Option<Record>| {
            // Enough to see what it is; a batch of observations is long.
            record.map_or_else(String::new, |one| format!("{one:?}").chars().take(400).collect())
        };
        Self {
            sequence: from.sequence,
            at_ms: from.at.millis(),
            was: said(from.was),
            is: said(from.is),
        }
    }
}

/// Plays the last session of the journal in `folder` again.
///
/// # Errors
/// [`Fault`] when the journal, its keys or its city cannot be had.
pub(super) fn replay(
    folder: &Path,
    opened: &Opened,
    config: &Config,
    (json, lang): (bool, Lang),
) -> Result<Exit, Fault> {
    if !folder.is_dir() {
        let none = anyhow!("{}: is no folder; give the folder of a journal", folder.display());
        return Err(none).or_exit(Exit::Input);
    }
    let checked = verify(folder).or_exit(Exit::Input)?;
    let begun = last_beginning(read(folder, 1).or_exit(Exit::Input)?).or_exit(Exit::Input)?;
    let begun = begun.ok_or_else(|| {
        anyhow!("{}: holds no session; give the folder of a journal", folder.display())
    });
    let begun = begun.or_exit(Exit::Input)?;
    same_city(&begun, opened).or_exit(Exit::Input)?;
    let keyring = keyring(folder, &begun, config)?;
    let entries = read(folder, 1).or_exit(Exit::Input)?;
    let recording = Recording::read(entries, keyring.as_ref()).or_exit(Exit::Input)?;
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let played = play(folder, &recording, opened, config, keyring)?;
    let was = read(folder, recording.first).or_exit(Exit::Input)?;
    let was = was.take((recording.last - recording.first + 1) as usize);
    let is = played.journal().read_from(recording.first);
    let is = is.take((recording.last - recording.first + 1) as usize);
    let differs = difference(was, is);
    let first_difference = differs.or_exit(Exit::Input)?.map(Differs::from);
    let verdict = Verdict {
        city: begun.city,
        seed: begun.seed,
        start_ms: begun.start.millis(),
        end_ms: recording.end.millis(),
        records: recording.last - recording.first + 1,
        last_hash: blake3::Hash::from_bytes(checked.last_hash).to_string(),
        bytes_unfinished: checked.bytes_unfinished,
        until_erased: recording.until_erased,
        same: first_difference.is_none(),
        first_difference,
        cpu_s: cpu_seconds() - cpu,
        wall_s: wall.elapsed().as_secs_f64(),
    };
    if json {
        result(&(serde_json::to_string(&verdict)? + "\n"));
    } else {
        result(&verdict.said(lang));
    }
    Ok(if verdict.same { Exit::Done } else { Exit::Unwell })
}

fn same_city(begun: &Begun, opened: &Opened) -> anyhow::Result<()> {
    if begun.pack == pack_hash(&opened.pack) {
        return Ok(());
    }
    Err(anyhow!(
        "the journal is of the city {:?}, which is not the one at hand ({:?}) or was changed since; \
         give its folder with --city, and its flow with --flow",
        begun.city,
        opened.pack.city.name.en
    ))
}

/// The keys of the journal in `folder`: those of the server's data folder it lies in, else those that
/// follow from the seed of a run.
fn keyring(folder: &Path, begun: &Begun, config: &Config) -> Result<Box<dyn Keyring>, Fault> {
    // A server keeps journal/NAME and keys side by side.
    let folder = folder.canonicalize().or_exit(Exit::Input)?;
    let data = folder.parent().and_then(Path::parent);
    if let Some(data) = data.filter(|data| FileKeyring::is_in(data.join("keys"))) {
        let master = master_key(config, data)?;
        return Ok(Box::new(LentKeyring::read(data.join("keys"), &master).or_exit(Exit::Place)?));
    }
    Ok(Box::new(MemoryKeyring::seeded(begun.seed)))
}

fn play(
    folder: &Path,
    recording: &Recording,
    opened: &Opened,
    config: &Config,
    keyring: Box<dyn Keyring>,
) -> Result<Session, Fault> {
    let (mut options, ids) = recording.options(&opened.pack).or_exit(Exit::Input)?;
    options.workers = settings::workers(config).or_exit(Exit::Failed)?;
    let journal = before(folder, recording.first).or_exit(Exit::Input)?;
    let mut known = true;
    let named = |parts: &_| {
        let (named, all) = scenes::named(parts, &ids);
        known = all;
        named
    };
    let pack = Arc::clone(&opened.pack);
    let session = Session::start(pack, named, journal, keyring, options).or_exit(Exit::Input);
    let mut session = session?;
    if !known {
        let found =
            anyhow!("the session had the scenes {ids:?}, which this program does not all have");
        return Err(found).or_exit(Exit::Input);
    }
    let seconds = ((recording.end - recording.begun.start).millis() / 1000).max(0);
    let bar = progress::bar(seconds as u32);
    let played = recording.play(&mut session, || bar.inc(1));
    bar.finish_and_clear();
    played.or_exit(Exit::Input)?;
    Ok(session)
}

/// A journal with the records of earlier sessions: numbers go on after them.
fn before(folder: &Path, first: u64) -> Result<Journal, StoreError> {
    let mut journal = Journal::in_memory();
    for entry in read(folder, 1)?.take((first - 1) as usize) {
        let entry = entry?;
        journal.append(entry.at, &entry.record)?;
        if entry.sequence % COMMIT_EVERY == 0 {
            journal.commit()?;
        }
    }
    journal.commit()?;
    Ok(journal)
}

impl Verdict {
    fn said(&self, lang: Lang) -> String {
        let Self { city, records, cpu_s, last_hash, .. } = self;
        let seconds = (self.end_ms - self.start_ms) / 1000;
        let mut said = match &self.first_difference {
            None => lang.pick(
                format!("重放一致：{city} 的 {records} 条记录（{seconds} 秒城市时间，{cpu_s:.1} 处理器秒）逐条相同。\n"),
                format!(
                    "The replay is the same: {city}, {records} records of {seconds} city seconds, each \
                     as it was ({cpu_s:.1} processor seconds).\n"
                ),
            ),
            Some(Differs { sequence, at_ms, was, is }) => lang.pick(
                format!("重放不一致：记录 {sequence}（{at_ms} 毫秒）。\n日志：{was}\n重放：{is}\n"),
                format!(
                    "The replay differs from record {sequence} on (at {at_ms} ms).\njournal: {was}\n\
                     replay:  {is}\n"
                ),
            ),
        };
        if self.until_erased {
            said += lang.pick(
                "其后的记录无法重放：一位患者的资料已被删除。\n",
                "What follows cannot be played again: a patient was erased.\n",
            );
        }
        let bytes = self.bytes_unfinished;
        if bytes > 0 {
            said += &lang.pick(
                format!("末尾有 {bytes} 字节不是完整的提交，未比较。\n"),
                format!("{bytes} bytes at the end are no whole commit and were not compared.\n"),
            );
        }
        said + &lang.pick(
            format!("日志末条记录的哈希：{last_hash}\n"),
            format!("Hash of the journal's last record: {last_hash}\n"),
        )
    }
}
