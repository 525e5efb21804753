//! Snapshots: the twin's state kept, hashed, written and read.
//!
//! # Shape
//! Bytes: the magic number `URBT`, a version as two bytes (little endian), a hash of the network
//! and one of what follows (BLAKE3, 32 bytes each), then the configuration and the state in
//! postcard's encoding.
//!
//! **Version rule:** a change of what is written takes the next version, and what an earlier one
//! wrote is turned into today's state by a reader of its own, which stays. `tests/golden.rs` reads
//! a fixture of every version.
//!
//! # Errors
//! [`TwinError::Snapshot`] says what is wrong with the bytes.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use urbis_network::Network;

use crate::config::TwinConfig;
use crate::detect::Detectors;
use crate::layout::Layout;
use crate::state::State;
use crate::step::Scratch;
use crate::{Twin, TwinError};

mod v1;

const MAGIC: [u8; 4] = *b"URBT";
/// Version of the written form.
pub const SNAPSHOT_VERSION: u16 = 2;
const HEAD: usize = MAGIC.len() + 2 + 2 * blake3::OUT_LEN;

/// A twin's state at one moment. Copies share nothing with the twin that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    network: [u8; 32],
    written: Written,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Written {
    config: TwinConfig,
    state: State,
}

impl Twin {
    /// The state as it is now.
    pub fn snapshot(&self) -> Snapshot {
        let written = Written { config: self.config, state: self.state.clone() };
        Snapshot { network: self.layout.hash, written }
    }

    /// Goes back, or forward, to a snapshot of a twin of the same network. Detectors stay as they
    /// are and have seen nothing.
    ///
    /// # Errors
    /// [`TwinError::Snapshot`] when it is of another network.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), TwinError> {
        if snapshot.network != self.layout.hash {
            return Err(fault("is of another network"));
        }
        self.config = snapshot.written.config;
        self.state = snapshot.written.state.clone();
        self.scratch = Scratch::default();
        self.detectors.forget();
        Ok(())
    }

    /// A twin that goes on from a snapshot.
    ///
    /// # Errors
    /// [`TwinError`] when it is of another network.
    pub fn from_snapshot(network: &Arc<Network>, snapshot: Snapshot) -> Result<Self, TwinError> {
        let layout = Layout::new(Arc::clone(network))?;
        if snapshot.network != layout.hash {
            return Err(fault("is of another network"));
        }
        Ok(Self {
            layout: Arc::new(layout),
            config: snapshot.written.config,
            state: snapshot.written.state,
            scratch: Scratch::default(),
            detectors: Detectors::default(),
            tracks: Vec::new(),
        })
    }

    /// A hash of configuration and state: equal for twins that will go on alike.
    pub fn state_hash(&self) -> [u8; 32] {
        // Hashing what would be written keeps the two from drifting apart.
        let bytes = postcard::to_stdvec(&(&self.config, &self.state))
            .expect("the state holds nothing that postcard cannot write");
        *blake3::hash(&bytes).as_bytes()
    }
}

impl Snapshot {
    /// The written form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&SNAPSHOT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.network);
        let written = postcard::to_stdvec(&self.written)
            .expect("the state holds nothing that postcard cannot write");
        bytes.extend_from_slice(blake3::hash(&written).as_bytes());
        bytes.extend_from_slice(&written);
        bytes
    }

    /// Reads the written form; `network` is the one it is for.
    ///
    /// # Errors
    /// [`TwinError::Snapshot`] when the bytes are not a snapshot of this version and network, or
    /// are broken.
    pub fn from_bytes(bytes: &[u8], network: &Arc<Network>) -> Result<Self, TwinError> {
        if bytes.len() < HEAD || bytes[..4] != MAGIC {
            return Err(fault("does not begin like one"));
        }
        let version = u16::from_le_bytes([bytes[4], bytes[5]]);
        let (head, body) = bytes.split_at(HEAD);
        let layout = Layout::new(Arc::clone(network))?;
        if head[6..6 + blake3::OUT_LEN] != layout.hash {
            return Err(fault("is of another network"));
        }
        if head[6 + blake3::OUT_LEN..] != *blake3::hash(body).as_bytes() {
            return Err(fault("is broken: its bytes do not give their hash"));
        }
        let written = match version {
            SNAPSHOT_VERSION => plain(body)?,
            1 => {
                let (config, state) = plain::<(TwinConfig, v1::State)>(body)?;
                let state = state.today().ok_or_else(|| fault("is broken: it does not add up"))?;
                Written { config, state }
            }
            _ => {
                let problem =
                    format!("has version {version}, this program knows 1 to {SNAPSHOT_VERSION}");
                return Err(fault(&problem));
            }
        };
        if !written.state.fits(&layout) {
            return Err(fault("is broken: it refers to what is not there"));
        }
        Ok(Self { network: layout.hash, written })
    }
}

/// Plain data, all of it.
fn plain<T: DeserializeOwned>(body: &[u8]) -> Result<T, TwinError> {
    match postcard::take_from_bytes(body) {
        Ok((data, [])) => Ok(data),
        Ok(_) => Err(fault("is broken: bytes are left over")),
        Err(error) => Err(fault(&format!("is broken: {error}"))),
    }
}

fn fault(problem: &str) -> TwinError {
    TwinError::Snapshot { problem: problem.to_owned() }
}
