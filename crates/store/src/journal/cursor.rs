//! Walks the frames of one segment file, a window of it in memory at a time.

use std::io;

use crate::disk::DiskFile;
use crate::frame::{self, Fault, Frame, HEADER, LENGTH_MAX, padded};

/// Bytes read ahead.
const WINDOW: usize = 256 * 1024;

/// A position in a segment file, at the beginning of a frame.
#[derive(Debug)]
pub(crate) struct Cursor {
    file: Box<dyn DiskFile>,
    /// Bytes of the file from `start` on.
    buffer: Vec<u8>,
    start: u64,
    /// Position in the buffer.
    at: usize,
}

impl Cursor {
    /// At `offset` of `file`.
    pub(crate) fn new(file: Box<dyn DiskFile>, offset: u64) -> Self {
        Self { file, buffer: Vec::new(), start: offset, at: 0 }
    }

    /// Position in the file.
    pub(crate) fn offset(&self) -> u64 {
        self.start + self.at as u64
    }

    /// The file, to read other parts of it.
    pub(crate) fn file(&mut self) -> &mut dyn DiskFile {
        self.file.as_mut()
    }

    /// Reads the frame here and steps over it; bytes from `limit` on are not looked at. At a fault
    /// the position stays.
    pub(crate) fn next(&mut self, limit: u64) -> io::Result<Result<Frame<'_>, Fault>> {
        let mut held = self.fill(HEADER, limit)?;
        if held >= HEADER {
            let length = frame::u32_at(&self.buffer, self.at) as usize;
            if (HEADER..=LENGTH_MAX).contains(&length) {
                held = self.fill(length, limit)?;
            }
        }
        let here = self.at;
        let decoded = frame::decode(&self.buffer[here..here + held]);
        if decoded.is_ok() {
            self.at += padded(frame::u32_at(&self.buffer, here) as usize);
        }
        Ok(decoded)
    }

    /// Makes `needed` bytes from the position on available, if the file has them before `limit`;
    /// returns how many there are.
    fn fill(&mut self, needed: usize, limit: u64) -> io::Result<usize> {
        let held = self.buffer.len().saturating_sub(self.at);
        if held >= needed {
            return Ok(held);
        }
        let offset = self.offset();
        self.buffer.drain(..self.at.min(self.buffer.len()));
        (self.start, self.at) = (offset, 0);
        let room = limit.saturating_sub(offset).min(needed.max(WINDOW) as u64) as usize;
        if room > held {
            self.buffer.resize(room, 0);
            let read = self.file.read_at(offset + held as u64, &mut self.buffer[held..])?;
            self.buffer.truncate(held + read);
        }
        Ok(self.buffer.len())
    }
}
