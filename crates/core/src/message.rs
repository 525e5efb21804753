//! Text for people as a key with arguments, rendered in the reader's language by the interface.
//!
//! The keys stand in Fluent files, one per language and scene. Words of the core never hold prose,
//! so that journal, API and both languages agree.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Place;

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arg {
    /// A number; its unit stands in the argument's name (`delay_s`).
    Number(f64),
    /// A name that is the same in every language (a lane's number, a controller's stage).
    Text(String),
    /// A place, shown by its name in the reader's language.
    Place(Place),
    /// A message within the message.
    Message(Box<Message>),
}

/// A message: a key into the Fluent files and its arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Key, prefixed by the scene or room that speaks (`incidents-blocked-lane`).
    pub key: String,
    /// Arguments by name.
    pub args: BTreeMap<String, Arg>,
}

impl Message {
    /// The message `key` without arguments.
    pub fn new(key: impl Into<String>) -> Self {
        Self { key: key.into(), args: BTreeMap::new() }
    }

    /// With a number; `name` ends in its unit.
    #[must_use]
    pub fn number(mut self, name: &str, value: f64) -> Self {
        self.args.insert(name.to_owned(), Arg::Number(value));
        self
    }

    /// With a name.
    #[must_use]
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.args.insert(name.to_owned(), Arg::Text(value.into()));
        self
    }

    /// With a place.
    #[must_use]
    pub fn place(mut self, name: &str, place: Place) -> Self {
        self.args.insert(name.to_owned(), Arg::Place(place));
        self
    }

    /// With another message.
    #[must_use]
    pub fn message(mut self, name: &str, message: Self) -> Self {
        self.args.insert(name.to_owned(), Arg::Message(Box::new(message)));
        self
    }
}

/// Why something was refused: for people as a message, and in English for logs and programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What people read, in their language.
    pub message: Message,
    /// The same in English; it says what to do.
    pub text: String,
}

impl Reason {
    /// The reason `message`, in English `text`.
    pub fn new(message: Message, text: impl Into<String>) -> Self {
        Self { message, text: text.into() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
