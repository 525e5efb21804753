//! The frame: how one record stands in a journal file, format 1.
//!
//! # Shape
//! Little-endian, padded with zeros to a multiple of 8 bytes.
//!
//! ```text
//!  0  u32  length of the frame without its padding
//!  4  u32  CRC-32C of everything after this field
//!  8  i64  wall time, milliseconds since the Unix epoch     \ not hashed: they may differ
//! 16  u32  flags: 1 first, 2 last frame of a commit         / between a run and its replay
//! 20  u16  format of the frame (1)                          \
//! 22  u16  kind of payload (1 = record)                     |
//! 24  u16  schema of the payload                            |
//! 26  u16  district                                         |
//! 28  u64  sequence, from 1                                 | hashed with BLAKE3: the hash
//! 36  i64  city time, milliseconds since the Unix epoch     | is the next frame's
//! 44  16   idempotency key, zeros for none                  | `previous`
//! 60  32   hash of the previous frame, zeros for the first  |
//! 92  ...  payload (postcard)                               /
//! ```
//!
//! **Version rule:** the first 22 bytes keep their place in every format, so that any program can
//! tell a newer frame from a broken one; a new layout gets a new format number, and the readers of
//! all earlier ones stay.
//!
//! # Source
//! CRC-32C: RFC 3720, appendix B.4. BLAKE3: O'Connor, Aumasson, Neves and Wilcox-O'Hearn, "BLAKE3:
//! one function, fast everywhere" (2020).

use urbis_units::CityTime;

/// The frame format this program writes.
pub const FORMAT: u16 = 1;
/// The payload is a record.
pub(crate) const KIND_RECORD: u16 = 1;
/// The first frame of a commit: everything before it was durable when it was written.
pub(crate) const FIRST_OF_COMMIT: u32 = 1;
/// The last frame of a commit: the commit is whole when this frame is there.
pub(crate) const LAST_OF_COMMIT: u32 = 2;
/// Bytes before the payload.
pub(crate) const HEADER: usize = 92;
/// Where the hashed part begins.
const HASHED: usize = 20;
/// The longest frame; a length beyond it is a broken one.
pub(crate) const LENGTH_MAX: usize = 1 << 28;

/// BLAKE3 hash of a frame, which the next frame repeats.
pub type ChainHash = [u8; 32];

/// What a sender gives a record so that sending it twice does not apply it twice; all zeros is no
/// key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(pub [u8; 16]);

impl IdempotencyKey {
    /// The key of a message that carries no key of its own: a hash of who sent it and its bytes.
    pub fn of(sender: &str, message: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("urbis store v1 idempotency key");
        hasher.update(&(sender.len() as u64).to_le_bytes());
        hasher.update(sender.as_bytes());
        hasher.update(message);
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        Self(key)
    }
}

/// The fields before the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) wall_ms: i64,
    pub(crate) flags: u32,
    pub(crate) schema: u16,
    pub(crate) district: u16,
    pub(crate) sequence: u64,
    pub(crate) at: CityTime,
    pub(crate) key: [u8; 16],
    pub(crate) previous: ChainHash,
}

/// A frame read from bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) header: Header,
    pub(crate) payload: &'a [u8],
    bytes: &'a [u8],
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bytes end before the frame does; `needed` bytes would hold what is known of it.
    Short { needed: usize },
    /// The length cannot be one.
    Length,
    /// The checksum does not match.
    Checksum,
    /// A whole frame of a newer format or of an unknown kind of payload.
    Newer { format: u16, kind: u16 },
}

impl Frame<'_> {
    /// The hash the next frame must repeat.
    pub(crate) fn hash(&self) -> ChainHash {
        hash_of(self.bytes)
    }
}

/// Bytes a frame of `length` takes in the file.
pub(crate) const fn padded(length: usize) -> usize {
    length.next_multiple_of(8)
}

fn hash_of(frame: &[u8]) -> ChainHash {
    *blake3::hash(&frame[HASHED..]).as_bytes()
}

/// Appends a frame to `out` and returns its hash. The payload must leave the frame within
/// [`LENGTH_MAX`].
pub(crate) fn encode(header: &Header, payload: &[u8], out: &mut Vec<u8>) -> ChainHash {
    let start = out.len();
    let length = HEADER + payload.len();
    out.reserve(padded(length));
    out.extend_from_slice(&(length as u32).to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&header.wall_ms.to_le_bytes());
    out.extend_from_slice(&header.flags.to_le_bytes());
    out.extend_from_slice(&FORMAT.to_le_bytes());
    out.extend_from_slice(&KIND_RECORD.to_le_bytes());
    out.extend_from_slice(&header.schema.to_le_bytes());
    out.extend_from_slice(&header.district.to_le_bytes());
    out.extend_from_slice(&header.sequence.to_le_bytes());
    out.extend_from_slice(&header.at.millis().to_le_bytes());
    out.extend_from_slice(&header.key);
    out.extend_from_slice(&header.previous);
    out.extend_from_slice(payload);
    let hash = hash_of(&out[start..]);
    let checksum = crc32c::crc32c(&out[start + 8..]);
    out[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
    out.resize(start + padded(length), 0);
    hash
}

/// Sets the flags of the frame that begins at `start` of `bytes`, as known only at commit.
pub(crate) fn set_flags(bytes: &mut [u8], start: usize, flags: u32) {
    let length = u32_at(bytes, start) as usize;
    bytes[start + 16..start + 20].copy_from_slice(&flags.to_le_bytes());
    let checksum = crc32c::crc32c(&bytes[start + 8..start + length]);
    bytes[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
}

/// Reads the frame at the beginning of `bytes`.
pub(crate) fn decode(bytes: &[u8]) -> Result<Frame<'_>, Fault> {
    if bytes.len() < HEADER {
        return Err(Fault::Short { needed: HEADER });
    }
    let length = u32_at(bytes, 0) as usize;
    if !(HASHED + 4..=LENGTH_MAX).contains(&length) {
        return Err(Fault::Length);
    }
    let Some(bytes) = bytes.get(..length) else {
        return Err(Fault::Short { needed: length });
    };
    if crc32c::crc32c(&bytes[8..]) != u32_at(bytes, 4) {
        return Err(Fault::Checksum);
    }
    let (format, kind) = (u16_at(bytes, 20), u16_at(bytes, 22));
    if format != FORMAT || kind != KIND_RECORD {
        return Err(Fault::Newer { format, kind });
    }
    if length < HEADER {
        return Err(Fault::Length);
    }
    let header = Header {
        wall_ms: i64::from_le_bytes(array(bytes, 8)),
        flags: u32_at(bytes, 16),
        schema: u16_at(bytes, 24),
        district: u16_at(bytes, 26),
        sequence: u64_at(bytes, 28),
        at: CityTime::from_millis(i64::from_le_bytes(array(bytes, 36))),
        key: array(bytes, 44),
        previous: array(bytes, 60),
    };
    Ok(Frame { header, payload: &bytes[HEADER..], bytes })
}

/// `N` bytes at `offset`, which the caller has checked to be there.
pub(crate) fn array<const N: usize>(bytes: &[u8], offset: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[offset..offset + N]);
    out
}

pub(crate) fn u16_at(bytes: &[u8], offset: usize) -> u16 {
    u16::from_le_bytes(array(bytes, offset))
}

pub(crate) fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(array(bytes, offset))
}

pub(crate) fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(array(bytes, offset))
}
