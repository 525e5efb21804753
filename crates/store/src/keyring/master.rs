//! The master key that wraps all keys of persons.
//!
//! # Shape
//! 32 bytes, written as 64 hexadecimal digits, in an environment variable or in a file of its own.
//! It belongs on another medium than the keys it wraps: a copy of the keys alone opens nothing.

use std::fmt;
use std::io;
use std::path::Path;

use zeroize::Zeroizing;

use super::Key;
use crate::disk::{Disk, RealDisk, read_all, write_atomically};

/// The key that wraps the keys of persons.
#[derive(Clone)]
pub struct MasterKey(pub(crate) Key);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// The file could not be read or made.
    #[error("the master key in {place} could not be read or made: {source}")]
    Io {
        /// The file.
        place: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The text is no key.
    #[error("{place} holds no master key: expected 64 hexadecimal digits")]
    Malformed {
        /// Where it was looked for.
        place: String,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes for a key: {reason}")]
    Random {
        /// What it said.
        reason: String,
    },
}

impl MasterKey {
    /// The key written in `text` as 64 hexadecimal digits; `place` is where the text came from.
    ///
    /// # Errors
    /// [`MasterKeyError::Malformed`].
    pub fn from_hex(text: &str, place: &str) -> Result<Self, MasterKeyError> {
        let malformed = || MasterKeyError::Malformed { place: place.to_owned() };
        let digits = text.trim();
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(malformed());
        }
        let mut key = Key::default();
        for (position, byte) in key.iter_mut().enumerate() {
            let pair = &digits[2 * position..2 * position + 2];
            if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(malformed());
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_not_hex| malformed())?;
        }
        Ok(Self(key))
    }

    /// The key in the file `path`; makes a random one when there is no such file.
    ///
    /// # Errors
    /// [`MasterKeyError`].
    pub fn from_file(path: &Path) -> Result<Self, MasterKeyError> {
        let place = path.display().to_string();
        let io = |source| MasterKeyError::Io { place: place.clone(), source };
        let (Some(dir), Some(name)) = (path.parent(), path.file_name().and_then(|it| it.to_str()))
        else {
            return Err(io(io::ErrorKind::InvalidInput.into()));
        };
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        let disk = RealDisk::new(dir).map_err(io)?;
        match read_all(&disk, name) {
            Ok(bytes) => {
                let bytes = Zeroizing::new(bytes);
                let text = std::str::from_utf8(&bytes)
                    .map_err(|_not_text| MasterKeyError::Malformed { place: place.clone() })?;
                Self::from_hex(text, &place)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Self::random()?;
                key.write(&disk, name).map_err(io)?;
                Ok(key)
            }
            Err(error) => Err(io(error)),
        }
    }

    /// A new random key.
    ///
    /// # Errors
    /// [`MasterKeyError::Random`].
    pub fn random() -> Result<Self, MasterKeyError> {
        let mut key = Key::default();
        getrandom::fill(&mut *key)
            .map_err(|error| MasterKeyError::Random { reason: error.to_string() })?;
        Ok(Self(key))
    }

    fn write(&self, disk: &dyn Disk, name: &str) -> io::Result<()> {
        let mut text = Zeroizing::new(String::with_capacity(65));
        for byte in self.0.iter() {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        text.push('\n');
        write_atomically(disk, name, text.as_bytes()).inspect_err(|_failed| {
            // A key that may not be durable must not be found by the next start.
            let _ = disk.remove(name);
        })
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}
