//! Accounts: `[[access.people]]` of the file.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::error::ConfigError;

/// Shortest token of an account, characters.
pub(crate) const TOKEN_MIN: usize = 8;
const ROLES: [&str; 3] = ["viewer", "operator", "dispatcher"];

/// An account of the file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PersonEntry {
    /// Account, as it stands in the journal.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `viewer`, `operator` or `dispatcher`.
    pub role: String,
    /// The token they come with.
    pub token: String,
}

impl std::fmt::Debug for PersonEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonEntry({}, {})", self.id, self.role)
    }
}

/// Reads one account.
pub(super) fn person(
    path: &Path,
    line: usize,
    table: &DeTable<'_>,
) -> Result<PersonEntry, ConfigError> {
    let wrong = |reason: String| ConfigError::Person { path: path.to_owned(), line, reason };
    for key in table.keys() {
        let key = key.get_ref();
        if !["id", "name", "role", "token"].contains(&key.as_ref()) {
            return Err(wrong(format!("unknown key {key:?}; give id, name, role and token")));
        }
    }
    let text = |key: &str| match table.get(key).map(toml::Spanned::get_ref) {
        Some(DeValue::String(text)) if !text.trim().is_empty() => Ok(text.to_string()),
        Some(_) => Err(wrong(format!("{key} must be a text that is not empty; correct it"))),
        None => Err(wrong(format!("{key} is missing; give id, name, role and token"))),
    };
    let person = PersonEntry {
        id: text("id")?,
        name: text("name")?,
        role: text("role")?,
        token: text("token")?,
    };
    if !ROLES.contains(&person.role.as_str()) {
        let role = &person.role;
        return Err(wrong(format!("role {role:?} is none of {}; choose one", ROLES.join(", "))));
    }
    if person.token.chars().count() < TOKEN_MIN {
        let id = &person.id;
        let reason = format!("the token of {id:?} is shorter than {TOKEN_MIN} characters");
        return Err(wrong(format!("{reason}; take a longer one, such as 32 random digits")));
    }
    Ok(person)
}
