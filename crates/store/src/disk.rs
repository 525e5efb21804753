//! The one door to stable storage: a directory of files behind a small trait.
//!
//! Journal, snapshots and keys speak to [`Disk`], never to the file system, so that tests can put
//! a [`crate::SimulatedDisk`] beneath them that forgets what was not synced.
//!
//! **Invariant:** nothing is durable before [`DiskFile::sync`] returned for its bytes and
//! [`Disk::sync_dir`] for its name; code above the trait relies on nothing else.

mod memory;
mod real;
mod simulated;

use std::fmt;
use std::io;

pub use memory::MemoryDisk;
pub use real::RealDisk;
pub use simulated::{DiskFaults, SimulatedDisk};

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// An existing file, for reading.
    Read,
    /// An existing file, for reading and writing.
    Write,
    /// A new file, or an existing one emptied, for reading and writing.
    Create,
}

/// One flat directory of stable storage.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Opens the file `name`.
    ///
    /// # Errors
    /// As the file system gives them.
    fn open(&self, name: &str, access: Access) -> io::Result<Box<dyn DiskFile>>;

    /// Names of all files, sorted.
    ///
    /// # Errors
    /// As the file system gives them.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Renames `from` to `to`, in one step, replacing what was there.
    ///
    /// # Errors
    /// As the file system gives them.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes the file `name`.
    ///
    /// # Errors
    /// As the file system gives them.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes all names made, changed and removed so far durable.
    ///
    /// # Errors
    /// As the file system gives them.
    fn sync_dir(&self) -> io::Result<()>;

    /// Takes the directory for one writer; free again when the lock is dropped.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when another writer holds it.
    fn lock(&self) -> io::Result<Box<dyn DiskLock>>;

    /// Where this is, for messages.
    fn name(&self) -> String;
}

/// Holds a directory for one writer while it lives.
pub trait DiskLock: fmt::Debug + Send {}

/// An open file.
pub trait DiskFile: fmt::Debug + Send {
    /// Bytes in the file.
    ///
    /// # Errors
    /// As the file system gives them.
    fn size(&self) -> io::Result<u64>;

    /// Reads at `offset` until `buffer` is full or the file ends; returns the bytes read.
    ///
    /// # Errors
    /// As the file system gives them.
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`; a gap before it reads as zeros.
    ///
    /// # Errors
    /// As the file system gives them; some of the bytes may then be written.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts the file to `size` bytes.
    ///
    /// # Errors
    /// As the file system gives them.
    fn truncate(&mut self, size: u64) -> io::Result<()>;

    /// Makes everything written so far durable.
    ///
    /// # Errors
    /// As the file system gives them; what is durable is then unknown.
    fn sync(&mut self) -> io::Result<()>;
}

/// Reads all of the file `name`.
pub(crate) fn read_all(disk: &dyn Disk, name: &str) -> io::Result<Vec<u8>> {
    let mut file = disk.open(name, Access::Read)?;
    let mut bytes = vec![0; file.size()? as usize];
    let read = file.read_at(0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// Writes the file `name` so that a crash leaves either the old content or the new one.
pub(crate) fn write_atomically(disk: &dyn Disk, name: &str, bytes: &[u8]) -> io::Result<()> {
    let draft = format!("{name}.new");
    let mut file = disk.open(&draft, Access::Create)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    disk.rename(&draft, name)?;
    disk.sync_dir()
}
