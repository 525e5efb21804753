//! The types of the interface as they stand on the wire, version 1, and how the brain's values
//! become them.
//!
//! **Invariant:** nothing outside this room knows these types, and nothing in `brain` or `core` knows
//! that they exist, so that wire and model can change apart. **Version rule:** fields are only ever
//! added; anything else makes `/api/v2`.

pub mod accuracy;
pub mod act;
pub mod call;
pub mod change;
pub mod city;
pub mod common;
pub mod event;
pub mod journal;
pub mod junction;
pub mod network;
pub mod now;
pub mod proposal;
pub mod state;
