//! Opens what a server keeps: journal, keys, audit log, and the session over them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use urbis_brain::{Session, SessionOptions};
use urbis_core::Keyring;
use urbis_server::audit::Audit;
use urbis_server::{Logbook, SharedKeyring};
use urbis_store::{
    CityState, FileKeyring, Journal, JournalOptions, MasterKey, MemoryKeyring, fold,
};
use urbis_units::Mode;

use crate::args::ServeArgs;
use crate::city::{Opened, is_recorded};
use crate::config::{Config, Origin, keys};
use crate::exit::{Exit, Fault, OrExit};
use crate::restore;
use crate::say::Lang;
use crate::{run, scenes, settings};

/// Everything opened.
#[derive(Debug)]
pub(super) struct Place {
    /// The running city.
    pub session: Session,
    /// The newest records.
    pub logbook: Logbook,
    /// Keys of persons.
    pub keyring: SharedKeyring,
    /// The audit log.
    pub audit: Audit,
    /// What people should know of how it was opened.
    pub told: Vec<String>,
}

/// Folder of the journal of a city: every city has its own, so that none is mixed with another.
pub(super) fn journal_folder(data: &Path, name: &str, hash: &[u8; 32]) -> std::path::PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = name.chars().take(40).map(plain).collect();
    let hash = blake3::Hash::from_bytes(*hash).to_hex();
    data.join("journal").join(format!("{name}-{}", &hash[..8]))
}

/// Opens.
///
/// # Errors
/// [`Fault`] with the exit code.
pub(super) fn open(
    args: &ServeArgs,
    config: &Config,
    opened: &Opened,
    lang: Lang,
) -> Result<Place, Fault> {
    let data = Path::new(config.text(&keys::DATA_DIR));
    let mut told = Vec::new();
    let (journal, keyring, audit): (Journal, Box<dyn Keyring>, Audit) = if args.in_memory {
        let seed = config.int(&keys::SEED);
        let keyring = Box::new(MemoryKeyring::seeded(seed));
        (Journal::in_memory(), keyring, Audit::in_memory())
    } else {
        on_disk(data, config, opened, &mut told, lang)?
    };
    let state = fold(CityState::default(), journal.read_from(1)).or_exit(Exit::Place)?;
    let start = start_of(config, opened, &state)?;
    if state.sequence > 0 {
        told.extend(restore::tell(&state, &opened.pack.network, keyring.as_ref(), lang));
    }
    let again = restore::again(&state, (start, Mode::Simulated), keyring.as_ref());
    // Older records stay in the journal; people see the newest.
    let logbook = Logbook::new(journal.read_from(state.sequence.saturating_sub(20_000).max(1)));
    let keyring = SharedKeyring::new(keyring);
    let day = u64::from(!is_recorded(&opened.pack));
    let options = SessionOptions {
        seed: config.int(&keys::SEED),
        today: day,
        history_day: day + 1,
        minutes: config.int(&keys::HOURS) as u32 * 60,
        counterfactual: config.yes(&keys::COUNTERFACTUAL),
        sensing: settings::sensing(config),
        give_way: config.yes(&keys::GIVE_WAY),
        auto_approve: config.yes(&keys::AUTO_APPROVE),
        workers: settings::workers(config).or_exit(Exit::Failed)?,
        state: Some(state),
        ..SessionOptions::simulated(start)
    };
    let own = Box::new(keyring.clone());
    let pack = Arc::clone(&opened.pack);
    let mut session =
        Session::start(pack, scenes::all, journal, own, options).or_exit(Exit::Input)?;
    for input in again {
        if let Err(error) = session.submit(input) {
            told.push(format!("{}{error}", lang.pick("未恢复:", "Not restored: ")));
        }
    }
    Ok(Place { session, logbook, keyring, audit, told })
}

/// The clock goes on where the last session's stood, unless a start was asked for.
fn start_of(
    config: &Config,
    opened: &Opened,
    state: &CityState,
) -> Result<urbis_units::CityTime, Fault> {
    let asked = *config.origin(&keys::START) != Origin::Default;
    match state.sequence {
        1.. if !asked => Ok(urbis_units::CityTime::from_millis(state.at.seconds() * 1000)),
        _ => run::begin(opened, config.some_text(&keys::START)),
    }
}

/// The configured master key, or the one in the data folder, made where nothing was wrapped yet.
///
/// On a medium of its own the master key protects copies of the folder; the file is the fallback
/// that needs no setting up.
///
/// # Errors
/// [`Fault`] where it is malformed, cannot be read, or is missing beside keys it has wrapped: a new
/// one would open none of them.
pub(crate) fn master_key(config: &Config, data: &Path) -> Result<MasterKey, Fault> {
    if let Some(digits) = config.some_text(&keys::MASTER_KEY) {
        return MasterKey::from_hex(digits, "data.master_key").or_exit(Exit::Config);
    }
    let (file, wrapped) = (data.join("master.key"), data.join("keys"));
    if !file.exists() && FileKeyring::is_in(&wrapped) {
        let (file, wrapped) = (file.display(), wrapped.display());
        return Err(anyhow::anyhow!(
            "{file}: is missing, and {wrapped} holds keys it has wrapped; bring it back from a copy \
             or give it as data.master_key (URBIS_DATA_MASTER_KEY)"
        ))
        .or_exit(Exit::Place);
    }
    MasterKey::from_file(&file).or_exit(Exit::Place)
}

fn on_disk(
    data: &Path,
    config: &Config,
    opened: &Opened,
    told: &mut Vec<String>,
    lang: Lang,
) -> Result<(Journal, Box<dyn Keyring>, Audit), Fault> {
    let unusable =
        || format!("{}: cannot be used for data; choose another with --data DIR", data.display());
    std::fs::create_dir_all(data).with_context(unusable).or_exit(Exit::Place)?;
    let hash = urbis_brain::pack_hash(&opened.pack);
    let folder = journal_folder(data, &opened.pack.city.name.en, &hash);
    let options =
        JournalOptions { accept_loss: config.yes(&keys::ACCEPT_LOSS), ..JournalOptions::default() };
    let (journal, recovery) = Journal::open(&folder, options).or_exit(Exit::Place)?;
    if recovery.bytes_dropped > 0 {
        told.push(format!("{}{recovery}", lang.pick("日志恢复:", "Journal recovered: ")));
    }
    let master = master_key(config, data)?;
    let keyring = FileKeyring::open(data.join("keys"), master).or_exit(Exit::Place)?;
    let (audit, cut) = Audit::open(&data.join("audit.jsonl")).or_exit(Exit::Place)?;
    if cut > 0 {
        told.push(lang.pick(
            format!("审计日志恢复：去掉最后一行未写完的 {cut} 字节"),
            format!("Audit log recovered: {cut} bytes of a last line that was never finished were cut off"),
        ));
    }
    Ok((journal, Box::new(keyring), audit))
}
