//! Keys of persons: one each, so that destroying one erases its person from the journal.
//!
//! # Shape
//! A sealed field of format 1 is a nonce of 24 bytes and the ciphertext with its tag of 16. The
//! text is padded to a multiple of 32 bytes first, so that its length says little. The subject's
//! id and the format number are bound to the ciphertext as associated data: a field copied to
//! another person does not open.
//!
//! The nonce is not drawn but computed, by a keyed hash over subject and text. A random nonce
//! would make a replay give other bytes, and a counter would have to survive every crash; a
//! computed one needs neither and never meets two texts, so that nothing is lost but this: the
//! same text of the same person seals to the same bytes, which shows that they are equal.
//!
//! # Source
//! XChaCha20-Poly1305: draft-irtf-cfrg-xchacha-03. Computed nonces: Rogaway and Shrimpton, "A
//! Provable-Security Treatment of the Key-Wrap Problem" (EUROCRYPT 2006), DOI 10.1007/11761679_23.

mod file;
mod lent;
mod master;
mod memory;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use urbis_core::{Opened, PersonalError, Sealed, SubjectId};
use zeroize::Zeroizing;

pub use file::FileKeyring;
pub use lent::LentKeyring;
pub use master::{MasterKey, MasterKeyError};
pub use memory::MemoryKeyring;

/// The sealing format this program writes.
const SEAL_FORMAT: u8 = 1;
/// Texts are padded to a multiple of this many bytes.
const PAD: usize = 32;
/// Bytes of a nonce.
const NONCE: usize = 24;

/// A key that is wiped from memory when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Encrypts `text` under `key`, bound to `bound`.
fn encrypt(key: &Key, nonce: [u8; NONCE], text: &[u8], bound: &[u8]) -> Vec<u8> {
    let cipher = XChaCha20Poly1305::new(&(**key).into());
    cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: text, aad: bound })
        .expect("texts are far below the 256 GiB that one nonce may encrypt")
}

/// Decrypts what [`encrypt`] made; `None` when anything was altered.
fn decrypt(key: &Key, nonce: [u8; NONCE], sealed: &[u8], bound: &[u8]) -> Option<Vec<u8>> {
    let cipher = XChaCha20Poly1305::new(&(**key).into());
    cipher.decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: bound }).ok()
}

/// What the ciphertext of a sealed field is bound to.
fn bound_to(subject: &SubjectId, format: u8) -> Vec<u8> {
    let mut bound = vec![format];
    bound.extend_from_slice(subject.0.as_bytes());
    bound
}

/// Seals `text` of `subject` under their key.
fn seal(key: &Key, subject: &SubjectId, text: &Opened) -> Sealed {
    let mut padded = Zeroizing::new(text.reveal().as_bytes().to_vec());
    padded.push(0x80);
    let length = padded.len().next_multiple_of(PAD);
    padded.resize(length, 0);

    let nonce_key = Zeroizing::new(blake3::derive_key("urbis store v1 sealing nonce", &**key));
    let mut hasher = blake3::Hasher::new_keyed(&nonce_key);
    hasher.update(&(subject.0.len() as u64).to_le_bytes());
    hasher.update(subject.0.as_bytes());
    hasher.update(&padded);
    let mut nonce = [0; NONCE];
    hasher.finalize_xof().fill(&mut nonce);

    let mut bytes = nonce.to_vec();
    let bound = bound_to(subject, SEAL_FORMAT);
    bytes.extend_from_slice(&encrypt(&sealing_key(key), nonce, &padded, &bound));
    Sealed { subject: subject.clone(), version: SEAL_FORMAT, bytes }
}

/// Opens a field sealed under `key`.
fn open(key: &Key, sealed: &Sealed) -> Result<Opened, PersonalError> {
    if sealed.version > SEAL_FORMAT {
        let (found, known) = (sealed.version, SEAL_FORMAT);
        return Err(PersonalError::NewerVersion { found, known });
    }
    let altered = || PersonalError::Altered(sealed.subject.clone());
    let (nonce, ciphertext) = sealed.bytes.split_first_chunk::<NONCE>().ok_or_else(altered)?;
    let bound = bound_to(&sealed.subject, sealed.version);
    let padded = decrypt(&sealing_key(key), *nonce, ciphertext, &bound).ok_or_else(altered)?;
    let padded = Zeroizing::new(padded);
    let end = padded.iter().rposition(|byte| *byte == 0x80).ok_or_else(altered)?;
    let text = std::str::from_utf8(&padded[..end]).map_err(|_not_text| altered())?;
    Ok(Opened::new(text))
}

/// The key that encrypts, apart from the one that computes nonces.
fn sealing_key(key: &Key) -> Key {
    Zeroizing::new(blake3::derive_key("urbis store v1 sealing key", &**key))
}
