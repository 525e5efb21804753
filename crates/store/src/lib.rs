//! Journal, state and personal-data keys.
//!
//! ```text
//! Record --append--> Journal --commit--> segment files --read_from--> Entry --fold--> CityState
//! ```
//!
//! *Frame*: one record with its checksum and the hash of the one before. *Commit*: frames made
//! durable by one sync, kept whole or not at all. *Segment*: a file of frames. *Sequence*: the
//! place of a record, from 1.
//!
//! **Invariant:** what was acknowledged is never lost and never applied twice. **Invariant:** the
//! journal holds no personal text in the clear; keys live in another directory. **Invariant:** all
//! file access goes through [`Disk`].

mod disk;
mod error;
mod frame;
mod journal;
mod keyring;
mod migrate;
mod personal;
mod state;

pub use disk::{Access, Disk, DiskFaults, DiskFile, DiskLock, MemoryDisk, RealDisk, SimulatedDisk};
pub use error::StoreError;
pub use frame::{ChainHash, FORMAT, IdempotencyKey};
pub use journal::{
    Appended, DropReason, Entry, Journal, JournalOptions, NewRecord, Reader, Recovery, Verified,
    read, read_on, verify, verify_on,
};
pub use keyring::{FileKeyring, LentKeyring, MasterKey, MasterKeyError, MemoryKeyring};
pub use migrate::{SchemaReader, Schemas};
pub use personal::{opened_record, sealed_record};
pub use state::{
    AHEAD_MAX, Alarm, Blockage, Call, CityState, ClosedLane, Controls, DecisionState, Diagnostic,
    EventState, JunctionControl, KEPT, Kept, Latest, Matters, Numbers, Observations, Outside,
    ProposalState, Restored, STATE_SCHEMA, Snapshots, fold,
};
