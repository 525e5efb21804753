//! Keys in a file of their own, wrapped by a master key.
//!
//! # Shape
//! The file `keys` is a sequence of slots of 128 bytes. No slot crosses a disk sector, and the file
//! is made with free slots that are durable before they are used, so that every write of one is
//! whole or not at all.
//!
//! ```text
//! free    zeros
//! slot 0  magic "URBISKEY", u16 format, u16 0, u32 0, 32 check of the master key, zeros, u32 CRC
//! others  u8 state (1 live, 2 erased), 3 zeros, 32 hash of the subject's id, 24 nonce,
//!         48 wrapped key with its tag, zeros, u32 CRC-32C of the 124 bytes before
//! ```
//!
//! To erase overwrites the slot where it stands and syncs it; a file that was replaced is
//! overwritten as a whole. A drive or file system that writes
//! elsewhere and keeps the old bytes keeps a wrapped key: [`FileKeyring::rewrap`] under a new
//! master key, and the destruction of the old one, makes such leavings worthless.
//!
//! **Invariant:** a key is durable before anything is sealed with it. **Invariant:** an erased
//! slot stays, so that the same person never gets a second key.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use urbis_core::{Keyring, Opened, PersonalError, Sealed, SubjectId};
use zeroize::Zeroizing;

use super::{Key, MasterKey, NONCE, decrypt, encrypt, open, seal};
use crate::disk::{Access, Disk, DiskFile, DiskLock, RealDisk, read_all, write_atomically};
use crate::frame::{array, u16_at, u32_at};

pub(super) const FILE: &str = "keys";
/// What a crash may leave of a file that was being written anew.
const DRAFT: &str = "keys.new";
const SLOT: usize = 128;
const MAGIC: [u8; 8] = *b"URBISKEY";
const KEYS_FORMAT: u16 = 1;
const LIVE: u8 = 1;
const ERASED: u8 = 2;
/// Free slots that the file is made with.
const SPARE: usize = 256;

pub(super) type SubjectHash = [u8; 32];

/// Keys of persons in a directory of their own, wrapped by a master key.
pub struct FileKeyring {
    disk: Arc<dyn Disk>,
    master: MasterKey,
    file: Box<dyn DiskFile>,
    /// Slot number and key by subject; no key when it was erased.
    slots: BTreeMap<SubjectHash, (u64, Option<Key>)>,
    /// The file was to be written anew and that failed: which of the two stands is not known.
    unsettled: bool,
    _lock: Box<dyn DiskLock>,
}

impl fmt::Debug for FileKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileKeyring({}, {} subjects)", self.disk.name(), self.slots.len())
    }
}

impl FileKeyring {
    /// Opens the keys in the directory `dir`, making it when it is not there.
    ///
    /// # Errors
    /// [`PersonalError::Store`] when the keys cannot be read, are damaged, are in use by another
    /// process, or were wrapped by another master key.
    pub fn open(dir: impl AsRef<Path>, master: MasterKey) -> Result<Self, PersonalError> {
        let dir = dir.as_ref();
        let disk = RealDisk::new(dir)
            .map_err(|error| PersonalError::Store(format!("{}: {error}", dir.display())))?;
        Self::open_on(Arc::new(disk), master)
    }

    /// Opens the keys on `disk`.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_on(disk: Arc<dyn Disk>, master: MasterKey) -> Result<Self, PersonalError> {
        let fault = |text: String| PersonalError::Store(format!("{}: {text}", disk.name()));
        let lock = disk.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => fault("another process uses these keys".to_owned()),
            _ => fault(error.to_string()),
        })?;
        if let Ok(mut draft) = disk.open(DRAFT, Access::Write) {
            wipe(draft.as_mut()).map_err(|error| fault(error.to_string()))?;
        }
        let bytes = match read_all(disk.as_ref(), FILE) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let header = header_slot(&master);
                write_atomically(disk.as_ref(), FILE, &header)
                    .map_err(|error| fault(error.to_string()))?;
                header.to_vec()
            }
            Err(error) => return Err(fault(error.to_string())),
        };
        let bytes = Zeroizing::new(bytes);
        let slots = read_slots(&bytes, &master).map_err(fault)?;
        let file = disk.open(FILE, Access::Write).map_err(|error| fault(error.to_string()))?;
        let mut keyring = Self { disk, master, file, slots, unsettled: false, _lock: lock };
        // After a failed sync and a new start the system may show slots that never reached the
        // medium; written anew, what is seen is what is durable.
        keyring.write_anew(bytes)?;
        Ok(keyring)
    }

    /// How many persons' keys lie in `dir`, looked at without taking them; 0 where there are none
    /// yet.
    ///
    /// # Errors
    /// [`PersonalError::Store`] when they cannot be read, are damaged, or were wrapped by another
    /// master key.
    pub fn verify(dir: impl AsRef<Path>, master: &MasterKey) -> Result<usize, PersonalError> {
        let path = dir.as_ref().join(FILE);
        let fault = |text: String| PersonalError::Store(format!("{}: {text}", path.display()));
        match std::fs::read(&path) {
            Ok(bytes) => {
                let slots = read_slots(&Zeroizing::new(bytes), master).map_err(fault)?;
                Ok(slots.len())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(fault(error.to_string())),
        }
    }

    /// Whether keys lie in `dir` already.
    pub fn is_in(dir: impl AsRef<Path>) -> bool {
        dir.as_ref().join(FILE).exists()
    }

    /// Wraps all keys under `master` instead of the present master key, which may be destroyed
    /// once this returned `Ok`.
    ///
    /// # Errors
    /// [`PersonalError::Store`]; which of the two master keys holds is then not known before the
    /// keys are opened again, and nothing new is sealed or erased until then.
    pub fn rewrap(&mut self, master: MasterKey) -> Result<(), PersonalError> {
        let mut bytes = vec![0; SLOT * (self.slots.len() + 1)];
        bytes[..SLOT].copy_from_slice(&header_slot(&master));
        for (subject, (number, key)) in &self.slots {
            let slot = match key {
                Some(key) => live_slot(&master, subject, key)?,
                None => erased_slot(subject),
            };
            let offset = *number as usize * SLOT;
            bytes[offset..offset + SLOT].copy_from_slice(&slot);
        }
        self.write_anew(Zeroizing::new(bytes))?;
        self.master = master;
        Ok(())
    }

    /// How many persons have a key.
    pub fn live(&self) -> usize {
        self.slots.values().filter(|(_, key)| key.is_some()).count()
    }

    /// Writes a slot and makes it durable.
    fn write(&mut self, number: u64, slot: &[u8; SLOT]) -> Result<(), PersonalError> {
        if self.unsettled {
            let text = "writing the file anew failed; open the keys again";
            return Err(PersonalError::Store(format!("{}: {text}", self.disk.name())));
        }
        let offset = number * SLOT as u64;
        if offset >= self.file.size().map_err(|error| self.fault(&error))? {
            let bytes = read_all(self.disk.as_ref(), FILE).map_err(|error| self.fault(&error))?;
            self.write_anew(Zeroizing::new(bytes))?;
        }
        self.file
            .write_at(offset, slot)
            .and_then(|()| self.file.sync())
            .map_err(|error| self.fault(&error))
    }

    /// Writes the file anew with the slots in `bytes` and free ones behind them.
    fn write_anew(&mut self, mut bytes: Zeroizing<Vec<u8>>) -> Result<(), PersonalError> {
        bytes.resize((self.slots.len() + 1 + SPARE) * SLOT, 0);
        self.unsettled = true;
        let mut old = write_atomically(self.disk.as_ref(), FILE, &bytes)
            .and_then(|()| self.disk.open(FILE, Access::Write))
            .map(|file| std::mem::replace(&mut self.file, file))
            .map_err(|error| self.fault(&error))?;
        self.unsettled = false;
        wipe(old.as_mut()).map_err(|error| self.fault(&error))
    }

    fn fault(&self, error: &io::Error) -> PersonalError {
        PersonalError::Store(format!("{}/{FILE}: {error}", self.disk.name()))
    }

    fn next_slot(&self) -> u64 {
        self.slots.len() as u64 + 1
    }
}

impl Keyring for FileKeyring {
    fn seal(&mut self, subject: &SubjectId, text: &Opened) -> Result<Sealed, PersonalError> {
        let hash = hash_of(subject);
        match self.slots.get(&hash) {
            Some((_, Some(key))) => Ok(seal(key, subject, text)),
            Some((_, None)) => Err(PersonalError::Erased(subject.clone())),
            None => {
                let mut key = Key::default();
                random(&mut *key)?;
                let number = self.next_slot();
                self.write(number, &live_slot(&self.master, &hash, &key)?)?;
                let sealed = seal(&key, subject, text);
                self.slots.insert(hash, (number, Some(key)));
                Ok(sealed)
            }
        }
    }

    fn open(&self, sealed: &Sealed) -> Result<Opened, PersonalError> {
        match self.slots.get(&hash_of(&sealed.subject)) {
            Some((_, Some(key))) => open(key, sealed),
            Some((_, None)) => Err(PersonalError::Erased(sealed.subject.clone())),
            None => Err(PersonalError::Store(format!(
                "{} holds no key of {:?}: are these the keys of this journal?",
                self.disk.name(),
                sealed.subject
            ))),
        }
    }

    fn erase(&mut self, subject: &SubjectId) -> Result<(), PersonalError> {
        let hash = hash_of(subject);
        let number = match self.slots.get(&hash) {
            Some((_, None)) => return Ok(()),
            Some((number, Some(_))) => *number,
            None => self.next_slot(),
        };
        self.write(number, &erased_slot(&hash))?;
        self.slots.insert(hash, (number, None));
        Ok(())
    }
}

/// Overwrites a file that is no longer used, so that no key that is erased later stays in it.
fn wipe(file: &mut dyn DiskFile) -> io::Result<()> {
    let zeros = vec![0; file.size()? as usize];
    file.write_at(0, &zeros)?;
    file.sync()
}

/// The name under which a subject's key is kept.
pub(super) fn hash_of(subject: &SubjectId) -> SubjectHash {
    blake3::derive_key("urbis store v1 subject", subject.0.as_bytes())
}

fn random(bytes: &mut [u8]) -> Result<(), PersonalError> {
    getrandom::fill(bytes).map_err(|error| PersonalError::Store(error.to_string()))
}

/// The key that wraps, apart from the check that recognizes the master key.
fn wrapping_key(master: &MasterKey) -> Key {
    Zeroizing::new(blake3::derive_key("urbis store v1 wrapping key", &*master.0))
}

fn with_checksum(mut slot: [u8; SLOT]) -> [u8; SLOT] {
    let checksum = crc32c::crc32c(&slot[..SLOT - 4]);
    slot[SLOT - 4..].copy_from_slice(&checksum.to_le_bytes());
    slot
}

fn header_slot(master: &MasterKey) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..8].copy_from_slice(&MAGIC);
    slot[8..10].copy_from_slice(&KEYS_FORMAT.to_le_bytes());
    slot[16..48].copy_from_slice(&blake3::derive_key("urbis store v1 master check", &*master.0));
    with_checksum(slot)
}

fn live_slot(
    master: &MasterKey,
    subject: &SubjectHash,
    key: &Key,
) -> Result<[u8; SLOT], PersonalError> {
    let mut slot = [0; SLOT];
    slot[0] = LIVE;
    slot[4..36].copy_from_slice(subject);
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    slot[36..60].copy_from_slice(&nonce);
    slot[60..108].copy_from_slice(&encrypt(&wrapping_key(master), nonce, &**key, subject));
    Ok(with_checksum(slot))
}

fn erased_slot(subject: &SubjectHash) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[0] = ERASED;
    slot[4..36].copy_from_slice(subject);
    with_checksum(slot)
}

/// Reads all slots, or says what is wrong with them.
pub(super) fn read_slots(
    bytes: &[u8],
    master: &MasterKey,
) -> Result<BTreeMap<SubjectHash, (u64, Option<Key>)>, String> {
    let damaged = |number: usize| {
        format!("slot {number} of the file {FILE} is damaged; restore the file from a copy")
    };
    let (slots, _) = bytes.as_chunks::<SLOT>();
    let whole = |slot: &[u8; SLOT]| crc32c::crc32c(&slot[..SLOT - 4]) == u32_at(slot, SLOT - 4);
    let header = slots.first().filter(|slot| whole(slot) && slot[..8] == MAGIC);
    let header = header.ok_or_else(|| damaged(0))?;
    let format = u16_at(header, 8);
    if format > KEYS_FORMAT {
        return Err(format!("format {format} of the file {FILE} is newer than this program"));
    }
    if header[16..48] != header_slot(master)[16..48] {
        return Err(
            "these keys were wrapped by another master key; bring that one back (the file \
                    master.key beside them, or data.master_key in the configuration)"
                .to_owned(),
        );
    }
    // Slots are filled in order; the zeros behind the last one are free.
    let used = slots.iter().rposition(|slot| slot.iter().any(|byte| *byte != 0)).unwrap_or(0);
    let wrapping = wrapping_key(master);
    let mut found = BTreeMap::new();
    for (number, slot) in slots.iter().enumerate().take(used + 1).skip(1) {
        let subject: SubjectHash = array(slot, 4);
        let key = match slot[0] {
            _ if !whole(slot) => return Err(damaged(number)),
            ERASED => None,
            LIVE => {
                let key = decrypt(&wrapping, array(slot, 36), &slot[60..108], &subject)
                    .map(Zeroizing::new)
                    .filter(|key| key.len() == 32)
                    .ok_or_else(|| damaged(number))?;
                Some(Zeroizing::new(array(&key, 0)))
            }
            _ => return Err(damaged(number)),
        };
        if found.insert(subject, (number as u64, key)).is_some() {
            return Err(damaged(number));
        }
    }
    Ok(found)
}
