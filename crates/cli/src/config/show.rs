//! The configuration as text: what is in force, the reference, the sample file.

use std::fmt::Write as _;

use super::Config;
#[cfg(test)]
use super::key::Kind;
use super::key::{ALL, Key, Value};

/// A value as TOML.
fn toml(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text),
        Value::Int(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Bool(yes) => yes.to_string(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Writes keys section by section; `line` writes one key.
fn by_section(text: &mut String, mut line: impl FnMut(&mut String, &Key)) {
    let mut section = "";
    for key in ALL {
        let (now, _) = key.parts();
        if now != section {
            if !section.is_empty() {
                text.push('\n');
            }
            let _ = writeln!(text, "[{now}]");
            section = now;
        }
        line(text, key);
    }
}

/// The effective configuration as TOML, with where each value comes from; secrets masked.
pub(crate) fn effective(config: &Config) -> String {
    let mut text = String::new();
    by_section(&mut text, |text, key| {
        let value = config.value(key);
        let hidden = key.secret && *value != Value::Text(String::new());
        let shown = if hidden { quoted("(set)") } else { toml(value) };
        let _ = writeln!(text, "{} = {shown} # {}", key.parts().1, config.origin(key));
    });
    for person in &config.people {
        let (id, name, role) = (quoted(&person.id), quoted(&person.name), quoted(&person.role));
        let token = quoted("(set)");
        let _ = writeln!(
            text,
            "\n[[access.people]]\nid = {id}\nname = {name}\nrole = {role}\ntoken = {token}"
        );
    }
    text
}

/// A configuration file with every key at its default, commented out.
pub(crate) fn sample() -> String {
    let mut text = "\
# Configuration of Urbis. Every line shows a default; take the # away to change one.
# Environment variables (URBIS_SERVER_PORT) go before this file, flags before both.
# `urbis doctor --print-config` shows what is in force and where it comes from.

"
    .to_owned();
    by_section(&mut text, |text, key| {
        let _ = writeln!(text, "# {}: {}.", key.help, key.kind.expected());
        let _ = writeln!(text, "#{} = {}", key.parts().1, toml(&key.default_value()));
    });
    text.push_str(
        "\n# Accounts: with one or more, everybody needs a token, on loopback as well.\n\
         #[[access.people]]\n#id = \"li-na\"\n#name = \"Li Na\"\n#role = \"dispatcher\"\n\
         #token = \"32 random characters\"\n",
    );
    text
}

#[cfg(test)]
/// The reference of all keys, as Markdown.
pub(crate) fn reference() -> String {
    let mut text = "\
# Configuration

Urbis needs no configuration: every key has a default that works. What is set is read from, later ones winning:

1. the file `urbis.toml` in the working folder, or the one that `--config FILE` or `URBIS_CONFIG` names;
2. environment variables, `URBIS_SECTION_NAME`;
3. flags of the command.

An unknown key or a value of the wrong kind is an error that names file and line (or variable, or flag), key, what was expected and what to do; nothing starts then. `urbis doctor --print-config` shows what is in force and where each value comes from.

"
    .to_owned();
    let mut section = "";
    for key in ALL {
        let (now, name) = key.parts();
        if now != section {
            let break_ = if section.is_empty() { "" } else { "\n" };
            let _ = writeln!(
                text,
                "{break_}## [{now}]\n\n| key | value | default | what it does |\n|---|---|---|---|"
            );
            section = now;
        }
        let default = match key.default_value() {
            Value::Text(text) if text.is_empty() => "none".to_owned(),
            Value::List(items) if items.is_empty() => "none".to_owned(),
            value => format!("`{}`", toml(&value)),
        };
        let kind = match key.kind {
            Kind::Choice(words) => {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            kind => kind.expected(),
        };
        let _ = writeln!(text, "| `{name}` | {kind} | {default} | {} |", key.help);
    }
    text.push_str(
        "\n## [[access.people]]\n\nAccounts. With one or more, everybody needs a token, on \
         loopback as well: `Authorization: Bearer TOKEN` for programs, the page `/sign-in` for \
         browsers.\n\n| key | what it is |\n|---|---|\n| `id` | account, as it stands in the \
         journal |\n| `name` | name for people |\n| `role` | `viewer` looks; `operator` acts; \
         `dispatcher` also sees where patients are |\n| `token` | secret of at least 8 \
         characters; only its hash is kept in memory |\n",
    );
    text
}
