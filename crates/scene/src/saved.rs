//! The bytes in which a scene's state is kept.
//!
//! # Shape
//! The version of the scene's state as an unsigned 16-bit integer, little endian, then the state in
//! postcard's encoding.
//!
//! **Version rule:** postcard names no fields, so every change of what a scene keeps takes the next
//! version. A scene may read earlier versions by looking at [`version`] first; one that it does not
//! know is refused, and the scene begins afresh. Each scene holds the bytes of its version in
//! `fixtures/`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::SceneError;

const HEAD: usize = 2;

/// The bytes of a state of `version`.
///
/// # Panics
/// When the state is not plain data: it holds sequences or maps of unknown length.
pub fn save<T: Serialize>(version: u16, state: &T) -> Vec<u8> {
    let bytes = version.to_le_bytes().to_vec();
    postcard::to_extend(state, bytes).expect("plain data always serializes")
}

/// The version that bytes name; `None` where they are too short to name one.
pub fn version(bytes: &[u8]) -> Option<u16> {
    bytes.first_chunk::<HEAD>().map(|head| u16::from_le_bytes(*head))
}

/// The state of `version` that `bytes` hold.
///
/// # Errors
/// [`SceneError::BadState`] when they name another version or are no such state.
pub fn load<T: DeserializeOwned>(
    scene: &'static str,
    known: u16,
    bytes: &[u8],
) -> Result<T, SceneError> {
    let bad = |reason: String| SceneError::BadState { scene, reason };
    match version(bytes) {
        Some(found) if found == known => {}
        Some(found) => {
            return Err(bad(format!("it has version {found}, this program knows {known}")));
        }
        None => return Err(bad("it does not even name its version".to_owned())),
    }
    match postcard::take_from_bytes(&bytes[HEAD..]) {
        Ok((state, [])) => Ok(state),
        Ok((_, rest)) => Err(bad(format!("{} bytes are left over", rest.len()))),
        Err(error) => Err(bad(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_back_by_its_version_and_nothing_else_is() {
        let bytes = save(3, &(7_u32, "阳"));
        assert_eq!(version(&bytes), Some(3));
        assert_eq!(load::<(u32, String)>("parking", 3, &bytes), Ok((7, "阳".to_owned())));
        let refused = |known, bytes: &[u8]| {
            load::<(u32, String)>("parking", known, bytes).unwrap_err().to_string()
        };
        assert!(refused(4, &bytes).contains("version 3, this program knows 4"));
        assert!(refused(3, &[bytes.clone(), vec![0]].concat()).contains("1 bytes are left over"));
        assert!(refused(3, &bytes[..1]).contains("name its version"));
        assert!(refused(3, &bytes[..4]).contains("cannot be read"));
    }
}
