//! A disk for tests that forgets at a crash what was not synced.
//!
//! # Shape
//! Files are bytes as a program sees them beside bytes as the medium holds them. Writes change the
//! first; a sync copies them to the second. A crash keeps of everything not synced a subset drawn
//! by the seed: every sector of 512 bytes on its own, the size of a file anywhere between what was
//! durable and what was written, every change of a name or not. A sector is kept whole or not at
//! all; a sector that was never written reads as zeros or as noise.
//!
//! # Source
//! The faults are those that Pillai et al. found file systems to show: "All File Systems Are Not
//! Created Equal" (OSDI 2014), section 3; failed syncs as in Rebello et al., "Can Applications
//! Recover from fsync Failures?" (USENIX ATC 2020).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Access, Disk, DiskFile, DiskLock};

const SECTOR: usize = 512;

/// A simulated disk.
#[derive(Debug, Clone)]
pub struct SimulatedDisk(Arc<Mutex<Medium>>);

/// Faults that the disk shows from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DiskFaults {
    /// Bytes that may be written before the disk is full; `None` for no bound.
    pub room: Option<u64>,
    /// Operations that succeed before every write and sync fails; `None` for no failure.
    pub fails_after: Option<u64>,
}

#[derive(Debug)]
struct Medium {
    seed: u64,
    draws: u64,
    faults: DiskFaults,
    files: Vec<FileContent>,
    /// Names as the program sees them, to the position of the file.
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Changes of names that were not synced, in order.
    changes: Vec<NameChange>,
    locked: bool,
}

#[derive(Debug, Clone, Default)]
struct FileContent {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// Sectors written since the last sync.
    touched: BTreeSet<usize>,
    /// Sizes the file had since the last sync.
    sizes: Vec<usize>,
}

#[derive(Debug, Clone)]
enum NameChange {
    Made(String, usize),
    Moved(String, String),
    Gone(String),
}

impl SimulatedDisk {
    /// An empty disk; everything random about it follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Medium {
            seed,
            draws: 0,
            faults: DiskFaults::default(),
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            changes: Vec::new(),
            locked: false,
        })))
    }

    /// Sets the faults the disk shows from now on.
    pub fn set_faults(&self, faults: DiskFaults) {
        self.medium().faults = faults;
    }

    /// The disk as it is found after a crash now. The program that crashed may go on with the old
    /// one and changes nothing on the new one.
    #[must_use]
    pub fn crash(&self) -> Self {
        let mut medium = self.medium();
        let mut names = medium.durable_names.clone();
        for change in medium.changes.clone() {
            if medium.chance() {
                change.apply(&mut names);
            }
        }
        let files: Vec<FileContent> =
            medium.files.clone().iter().map(|file| medium.after_crash(file)).collect();
        let seed = medium.draw();
        drop(medium);
        let disk = Self::new(seed);
        {
            let mut medium = disk.medium();
            medium.files = files;
            medium.names.clone_from(&names);
            medium.durable_names = names;
        }
        disk
    }

    /// Flips one bit of what the medium holds of the file `name`, as decay does.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such file or byte.
    pub fn decay(&self, name: &str, offset: u64) -> io::Result<()> {
        let mut medium = self.medium();
        let file = *medium.names.get(name).ok_or_else(|| missing(name))?;
        let content = &mut medium.files[file];
        for bytes in [&mut content.seen, &mut content.durable] {
            *bytes.get_mut(offset as usize).ok_or_else(|| missing(name))? ^= 0x10;
        }
        Ok(())
    }

    fn medium(&self) -> MutexGuard<'_, Medium> {
        // Every change under the lock is one step, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn missing(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no {name} on the simulated disk"))
}

impl NameChange {
    fn apply(self, names: &mut BTreeMap<String, usize>) {
        match self {
            Self::Made(name, file) => {
                names.insert(name, file);
            }
            Self::Moved(from, to) => {
                if let Some(file) = names.remove(&from) {
                    names.insert(to, file);
                }
            }
            Self::Gone(name) => {
                names.remove(&name);
            }
        }
    }
}

impl Medium {
    /// The next random number.
    fn draw(&mut self) -> u64 {
        self.draws += 1;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seed.to_le_bytes()).update(&self.draws.to_le_bytes());
        crate::frame::u64_at(hasher.finalize().as_bytes(), 0)
    }

    fn chance(&mut self) -> bool {
        self.draw().is_multiple_of(2)
    }

    /// What a crash leaves of a file.
    fn after_crash(&mut self, file: &FileContent) -> FileContent {
        let sizes: Vec<usize> =
            file.sizes.iter().copied().chain([file.durable.len(), file.seen.len()]).collect();
        let low = sizes.iter().copied().min().unwrap_or(0);
        let high = sizes.iter().copied().max().unwrap_or(0);
        let mut size = low + (self.draw() % (high - low + 1) as u64) as usize;
        if self.chance() {
            // Most often the size is one that the program had set, not one on the way there.
            size = sizes[(self.draw() % sizes.len() as u64) as usize];
        }
        let mut left = file.durable.clone();
        left.resize(size, 0);
        if self.draw().is_multiple_of(4) {
            for byte in left.iter_mut().skip(file.durable.len()) {
                *byte = (self.draws as u8).wrapping_mul(151);
                self.draws += 1;
            }
        }
        for sector in &file.touched {
            let start = sector * SECTOR;
            let end = (start + SECTOR).min(size).min(file.seen.len());
            if start < end && self.chance() {
                left[start..end].copy_from_slice(&file.seen[start..end]);
            }
        }
        FileContent { seen: left.clone(), durable: left, ..FileContent::default() }
    }

    /// Counts a write or sync, and fails it if the faults say so.
    fn attempt(&mut self) -> io::Result<()> {
        match &mut self.faults.fails_after {
            Some(0) => Err(io::Error::other("simulated failure of the medium")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl FileContent {
    fn touch(&mut self, start: usize, end: usize) {
        self.touched.extend(start / SECTOR..end.div_ceil(SECTOR));
        self.sizes.push(self.seen.len());
    }

    /// Makes one sector durable.
    fn harden(&mut self, sector: usize) {
        let start = sector * SECTOR;
        let end = (start + SECTOR).min(self.seen.len());
        if start < end {
            self.durable.resize(self.durable.len().max(end), 0);
            self.durable[start..end].copy_from_slice(&self.seen[start..end]);
        }
    }
}

impl Disk for SimulatedDisk {
    fn open(&self, name: &str, access: Access) -> io::Result<Box<dyn DiskFile>> {
        let mut medium = self.medium();
        let known = medium.names.get(name).copied();
        let file = match (access, known) {
            (Access::Create, Some(file)) => {
                let content = &mut medium.files[file];
                content.sizes.push(content.seen.len());
                content.seen.clear();
                file
            }
            (Access::Create, None) => {
                medium.attempt()?;
                medium.files.push(FileContent::default());
                let file = medium.files.len() - 1;
                medium.names.insert(name.to_owned(), file);
                medium.changes.push(NameChange::Made(name.to_owned(), file));
                file
            }
            (Access::Read | Access::Write, Some(file)) => file,
            (Access::Read | Access::Write, None) => return Err(missing(name)),
        };
        Ok(Box::new(SimulatedFile { disk: self.clone(), file }))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.medium().names.keys().cloned().collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut medium = self.medium();
        medium.attempt()?;
        let file = medium.names.remove(from).ok_or_else(|| missing(from))?;
        medium.names.insert(to.to_owned(), file);
        medium.changes.push(NameChange::Moved(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut medium = self.medium();
        medium.attempt()?;
        medium.names.remove(name).ok_or_else(|| missing(name))?;
        medium.changes.push(NameChange::Gone(name.to_owned()));
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut medium = self.medium();
        medium.attempt()?;
        medium.durable_names = medium.names.clone();
        medium.changes.clear();
        Ok(())
    }

    fn lock(&self) -> io::Result<Box<dyn DiskLock>> {
        let mut medium = self.medium();
        if medium.locked {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        medium.locked = true;
        Ok(Box::new(SimulatedLock { disk: self.clone() }))
    }

    fn name(&self) -> String {
        "simulated".to_owned()
    }
}

#[derive(Debug)]
struct SimulatedLock {
    disk: SimulatedDisk,
}

impl DiskLock for SimulatedLock {}

impl Drop for SimulatedLock {
    fn drop(&mut self) {
        self.disk.medium().locked = false;
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    file: usize,
}

impl DiskFile for SimulatedFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.medium().files[self.file].seen.len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let medium = self.disk.medium();
        let seen = &medium.files[self.file].seen;
        let start = seen.len().min(offset as usize);
        let count = buffer.len().min(seen.len() - start);
        buffer[..count].copy_from_slice(&seen[start..start + count]);
        Ok(count)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut medium = self.disk.medium();
        medium.attempt()?;
        let start = offset as usize;
        let mut end = start + bytes.len();
        // A disk that gets full takes what still fits.
        let grows = end.saturating_sub(medium.files[self.file].seen.len()) as u64;
        let short = medium.faults.room.map_or(0, |room| grows.saturating_sub(room)) as usize;
        end -= short.min(bytes.len());
        if let Some(room) = &mut medium.faults.room {
            *room = room.saturating_sub(grows);
        }
        let content = &mut medium.files[self.file];
        if content.seen.len() < end {
            content.seen.resize(end, 0);
        }
        if start < end {
            content.seen[start..end].copy_from_slice(&bytes[..end - start]);
            content.touch(start, end);
        }
        if short > 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        let mut medium = self.disk.medium();
        medium.attempt()?;
        let content = &mut medium.files[self.file];
        let freed = (content.seen.len() as u64).saturating_sub(size);
        content.seen.truncate(size as usize);
        content.sizes.push(content.seen.len());
        if let Some(room) = &mut medium.faults.room {
            *room += freed;
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut medium = self.disk.medium();
        let failed = medium.attempt().err();
        // A failed sync leaves some sectors unwritten and yet forgets that they are: a later sync
        // succeeds without them, as Linux does, so only writing again makes them durable.
        let touched = std::mem::take(&mut medium.files[self.file].touched);
        for sector in touched {
            if failed.is_none() || medium.chance() {
                medium.files[self.file].harden(sector);
            }
        }
        match failed {
            Some(error) => Err(error),
            None => {
                let content = &mut medium.files[self.file];
                content.durable.resize(content.seen.len(), 0);
                content.sizes.clear();
                Ok(())
            }
        }
    }
}
