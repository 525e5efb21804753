//! The writer's side of a commit: frames that wait in memory, and the file they go to.

use crate::disk::DiskFile;
use crate::frame::{self, FIRST_OF_COMMIT, LAST_OF_COMMIT};

/// The segment file being written. Its contents stand in the catalog, for the readers.
#[derive(Debug)]
pub(crate) struct Tail {
    pub(crate) name: String,
    pub(crate) file: Box<dyn DiskFile>,
    /// Whether a failed write may have left bytes behind the durable ones.
    pub(crate) dirty: bool,
}

impl Tail {
    /// Writes `bytes` at `end`, the end of what is durable, and makes them durable.
    pub(crate) fn write(&mut self, end: u64, bytes: &[u8]) -> std::io::Result<()> {
        if self.dirty {
            // After a failed sync the system may believe that lost pages are clean; cutting and
            // writing again makes it write them again.
            self.file.truncate(end)?;
        }
        self.dirty = true;
        let written = self.file.write_at(end, bytes).and_then(|()| self.file.sync());
        if written.is_err() {
            // Gives the space back at once where the disk is full; the next write tries again.
            let _ = self.file.truncate(end);
        }
        self.dirty = written.is_err();
        written
    }
}

/// Frames that wait for a commit.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    pub(crate) bytes: Vec<u8>,
    /// Sequence, offset in `bytes` and key of every frame.
    pub(crate) frames: Vec<(u64, usize, [u8; 16])>,
    /// Frames flagged by a commit that failed.
    pub(crate) flagged: usize,
    pub(crate) scratch: Vec<u8>,
}

impl Pending {
    /// Flags the first and the last frame of the commit.
    pub(crate) fn flag(&mut self) {
        if let Some(position) = self.flagged.checked_sub(1) {
            frame::set_flags(&mut self.bytes, self.frames[position].1, 0);
        }
        let last = self.frames.len() - 1;
        if last == 0 {
            frame::set_flags(&mut self.bytes, 0, FIRST_OF_COMMIT | LAST_OF_COMMIT);
        } else {
            frame::set_flags(&mut self.bytes, 0, FIRST_OF_COMMIT);
            frame::set_flags(&mut self.bytes, self.frames[last].1, LAST_OF_COMMIT);
        }
        self.flagged = self.frames.len();
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.frames.clear();
        self.flagged = 0;
    }
}
