//! A directory in memory, for runs that need no durability.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Access, Disk, DiskFile, DiskLock};

type Content = Arc<Mutex<Vec<u8>>>;

/// A directory in memory; everything is gone with the process.
#[derive(Debug, Default)]
pub struct MemoryDisk {
    files: Mutex<BTreeMap<String, Content>>,
    taken: Arc<Mutex<bool>>,
}

fn guard<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Every change under these locks is one step, so a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn missing(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("no file {name} in memory"))
}

impl MemoryDisk {
    /// An empty directory.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Disk for MemoryDisk {
    fn open(&self, name: &str, access: Access) -> io::Result<Box<dyn DiskFile>> {
        let mut files = guard(&self.files);
        let content = match access {
            Access::Create => {
                let content = Content::default();
                files.insert(name.to_owned(), Arc::clone(&content));
                content
            }
            Access::Read | Access::Write => {
                Arc::clone(files.get(name).ok_or_else(|| missing(name))?)
            }
        };
        Ok(Box::new(MemoryFile { content }))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(guard(&self.files).keys().cloned().collect())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut files = guard(&self.files);
        let content = files.remove(from).ok_or_else(|| missing(from))?;
        files.insert(to.to_owned(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        guard(&self.files).remove(name).map(drop).ok_or_else(|| missing(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        Ok(())
    }

    fn lock(&self) -> io::Result<Box<dyn DiskLock>> {
        let mut taken = guard(&self.taken);
        if *taken {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        *taken = true;
        Ok(Box::new(MemoryLock { taken: Arc::clone(&self.taken) }))
    }

    fn name(&self) -> String {
        "memory".to_owned()
    }
}

#[derive(Debug)]
struct MemoryLock {
    taken: Arc<Mutex<bool>>,
}

impl DiskLock for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        *guard(&self.taken) = false;
    }
}

#[derive(Debug)]
struct MemoryFile {
    content: Content,
}

impl DiskFile for MemoryFile {
    fn size(&self) -> io::Result<u64> {
        Ok(guard(&self.content).len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let content = guard(&self.content);
        let start = content.len().min(offset as usize);
        let count = buffer.len().min(content.len() - start);
        buffer[..count].copy_from_slice(&content[start..start + count]);
        Ok(count)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut content = guard(&self.content);
        let (start, end) = (offset as usize, offset as usize + bytes.len());
        if content.len() < end {
            content.resize(end, 0);
        }
        content[start..end].copy_from_slice(bytes);
        Ok(())
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        guard(&self.content).truncate(size as usize);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
