//! A session played again from its journal: what it was given from outside is taken from there, and
//! everything else follows from it and the seed.
//!
//! Journal and replay agree to the byte when the same program plays the same city. Where a person was
//! erased whose call the session answered, it can be played up to that call only: where the ambulance
//! went is gone, as it must be.

use urbis_city::CityPack;
use urbis_core::{Begun, Input, Intake, Keyring, Opened, PersonId, PersonalError, Record};
use urbis_store::{Entry, StoreError, opened_record};
use urbis_units::CityTime;

use crate::error::{BrainError, InputError};
use crate::session::{Session, SessionOptions, Settings};

/// Seconds of city time between commits of the replay's own journal.
const COMMIT_EVERY_S: i64 = 60;

/// Why a session cannot be played again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The journal cannot be read.
    #[error("the journal cannot be read: {0}")]
    Journal(#[from] StoreError),
    /// No session begins in it.
    #[error("no session begins in this journal; give the folder of a run or of a server")]
    Empty,
    /// It ran otherwise than it can be played now.
    #[error("record {sequence}, where the session begins: {reason}")]
    Settings {
        /// The session's first record.
        sequence: u64,
        /// What is wrong with them.
        reason: String,
    },
    /// What was sealed cannot be opened.
    #[error("record {sequence} cannot be opened; bring the keys of this journal")]
    Sealed {
        /// Which record.
        sequence: u64,
        /// Why.
        source: PersonalError,
    },
    /// The session does not take what it took.
    #[error("record {sequence}: the session does not take in what it took then")]
    Refused {
        /// Which record.
        sequence: u64,
        /// Why.
        source: InputError,
    },
    /// The session cannot go on.
    #[error(transparent)]
    Session(#[from] BrainError),
}

/// What a session took in.
#[derive(Debug, Clone, PartialEq)]
enum Taken {
    /// An account was introduced.
    Person(PersonId, Opened),
    /// An input.
    Input(Input),
}

/// What the last session of a journal was given from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// How it began.
    pub begun: Begun,
    /// Sequence of its first record.
    pub first: u64,
    /// Sequence of its last record.
    pub last: u64,
    /// City time of its last record.
    pub end: CityTime,
    /// Whether it is only the beginning: the person of the next record was erased, and with them
    /// what the session was given then.
    pub until_erased: bool,
    taken: Vec<(u64, CityTime, Taken)>,
}

impl Recording {
    /// Reads the last session of `entries`, the whole of a journal; `keyring` opens what is sealed.
    ///
    /// # Errors
    /// [`ReplayError`] when there is none, or something of it cannot be read or opened.
    pub fn read(
        entries: impl IntoIterator<Item = Result<Entry, StoreError>>,
        keyring: &dyn Keyring,
    ) -> Result<Self, ReplayError> {
        let mut found: Option<Self> = None;
        let mut before = None;
        for entry in entries {
            let Entry { sequence, at, record, .. } = entry?;
            if let Record::Begun(begun) = record {
                let (first, last) = (sequence, sequence);
                let taken = Vec::new();
                found = Some(Self { begun, first, last, end: at, until_erased: false, taken });
                continue;
            }
            let Some(session) = found.as_mut().filter(|session| !session.until_erased) else {
                continue;
            };
            let (last, end) = (session.last, session.end);
            (session.last, session.end) = (sequence, at);
            let sealed = |source| ReplayError::Sealed { sequence, source };
            match record {
                Record::Person { person, name } => {
                    let name = keyring.open(&name).map_err(sealed)?;
                    session.taken.push((sequence, at, Taken::Person(person, name)));
                }
                Record::Input(input) => {
                    // Its place follows, sealed.
                    if matches!(input.what, Intake::CallNear { .. }) {
                        before = Some(sequence);
                    }
                    session.taken.push((sequence, at, Taken::Input(input)));
                }
                Record::Private { exact, follows_coarse: true } if before == Some(sequence - 1) => {
                    match opened_record(keyring, &exact) {
                        Ok(Record::Input(input)) => {
                            session.taken.pop();
                            session.taken.push((sequence - 1, at, Taken::Input(input)));
                        }
                        Ok(_) => {}
                        // What can still be played ends before what is left of the call.
                        Err(PersonalError::Erased(_)) => {
                            session.taken.pop();
                            (session.last, session.end) = (last - 1, end);
                            session.until_erased = true;
                        }
                        Err(source) => return Err(sealed(source)),
                    }
                }
                _ => {}
            }
        }
        found.ok_or(ReplayError::Empty)
    }

    /// How to start the session again in the city of `pack`, and its scenes by their ids, in order.
    ///
    /// # Errors
    /// [`ReplayError::Settings`], also when another program or another city gave the journal.
    pub fn options(&self, pack: &CityPack) -> Result<(SessionOptions, Vec<String>), ReplayError> {
        let sequence = self.first;
        let other = |reason| ReplayError::Settings { sequence, reason };
        let settings: Settings =
            serde_json::from_str(&self.begun.settings).map_err(|error| other(error.to_string()))?;
        settings.are_of(pack).map_err(other)?;
        Ok(settings.options(self.begun.mode, self.begun.seed, self.begun.start))
    }

    /// Plays the session that was just started up to its last record; `ticked` is told of every
    /// second.
    ///
    /// # Errors
    /// [`ReplayError::Refused`], [`ReplayError::Session`].
    pub fn play(&self, session: &mut Session, mut ticked: impl FnMut()) -> Result<(), ReplayError> {
        let mut taken = self.taken.iter().peekable();
        loop {
            while let Some((sequence, _, what)) = taken.next_if(|(_, at, _)| *at <= session.now()) {
                let refused = |source| ReplayError::Refused { sequence: *sequence, source };
                match what {
                    Taken::Person(person, name) => session
                        .introduce(person, name)
                        .map_err(|source| ReplayError::Sealed { sequence: *sequence, source })?,
                    Taken::Input(input) => session.submit(input.clone()).map_err(refused)?,
                }
            }
            if session.state().sequence >= self.last || session.now() > self.end {
                session.commit()?;
                return Ok(());
            }
            session.tick()?;
            if session.now().seconds() % COMMIT_EVERY_S == 0 {
                session.commit()?;
            }
            ticked();
        }
    }
}

/// The first record in which two journals differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Its sequence.
    pub sequence: u64,
    /// City time in the first journal, or in the second where the first has ended.
    pub at: CityTime,
    /// The record in the first.
    pub was: Option<Record>,
    /// The record in the second.
    pub is: Option<Record>,
}

/// The first record that differs between two journals read from the same sequence; `None` when they
/// are the same.
///
/// # Errors
/// [`StoreError`] when one cannot be read.
pub fn difference(
    was: impl IntoIterator<Item = Result<Entry, StoreError>>,
    is: impl IntoIterator<Item = Result<Entry, StoreError>>,
) -> Result<Option<Difference>, StoreError> {
    let (mut was, mut is) = (was.into_iter(), is.into_iter());
    loop {
        let (old, new) = (was.next().transpose()?, is.next().transpose()?);
        let Some(either) = old.as_ref().or(new.as_ref()) else { return Ok(None) };
        if old.as_ref().map(content) != new.as_ref().map(content) {
            let (sequence, at) = (either.sequence, either.at);
            let record = |entry: Option<Entry>| entry.map(|entry| entry.record);
            return Ok(Some(Difference { sequence, at, was: record(old), is: record(new) }));
        }
    }
}

/// What of an entry a replay must give again.
fn content(entry: &Entry) -> (u64, CityTime, &Record) {
    (entry.sequence, entry.at, &entry.record)
}
