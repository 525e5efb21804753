//! The built command, from outside: small generated cities, port 0, clean logs.
#![expect(clippy::unwrap_used, reason = "a test fails where something is missing")]

#[path = "end_to_end/command.rs"]
mod command;
#[path = "end_to_end/offline.rs"]
mod offline;
#[path = "end_to_end/serving.rs"]
mod serving;
