//! Reads file and environment, with the line of every value.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::Origin;
use super::error::ConfigError;
use super::key::{ALL, Key, Value};
use super::people::{PersonEntry, person};

/// Line of a byte of `text`, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

/// The values of a file with their lines; accounts go into `people`.
pub(super) fn file(
    path: &Path,
    text: &str,
    people: &mut Vec<PersonEntry>,
) -> Result<Vec<(&'static Key, Value, usize)>, ConfigError> {
    let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
        path: path.to_owned(),
        line: error.span().map_or(1, |span| line_of(text, span.start)),
        reason: error.message().to_owned(),
    })?;
    let mut values = Vec::new();
    for (section, content) in table.get_ref() {
        let line = line_of(text, section.span().start);
        let DeValue::Table(content) = content.get_ref() else {
            let origin = Origin::File(path.to_owned(), line);
            let name = section.get_ref();
            return Err(ConfigError::unknown(origin, name, ALL.iter().map(|k| k.name.to_owned())));
        };
        for (name, value) in content {
            let line = line_of(text, name.span().start);
            let full = format!("{}.{}", section.get_ref(), name.get_ref());
            if full == "access.people" {
                read_people(path, text, value.get_ref(), people)?;
                continue;
            }
            let origin = Origin::File(path.to_owned(), line);
            let Some(key) = ALL.iter().find(|key| key.name == full) else {
                let known = ALL.iter().map(|key| key.name.to_owned());
                return Err(ConfigError::unknown(origin, &full, known));
            };
            let value = convert(value.get_ref())
                .and_then(|value| key.check(value))
                .map_err(|found| ConfigError::bad(&origin, key, found))?;
            values.push((*key, value, line));
        }
    }
    Ok(values)
}

fn read_people(
    path: &Path,
    text: &str,
    value: &DeValue<'_>,
    people: &mut Vec<PersonEntry>,
) -> Result<(), ConfigError> {
    let wrong = |line, reason: &str| ConfigError::Person {
        path: path.to_owned(),
        line,
        reason: reason.to_owned(),
    };
    let DeValue::Array(entries) = value else {
        return Err(wrong(1, "must be tables; write [[access.people]] before each account"));
    };
    for entry in entries {
        let line = line_of(text, entry.span().start);
        let DeValue::Table(table) = entry.get_ref() else {
            return Err(wrong(line, "must be tables; write [[access.people]] before each account"));
        };
        let person = person(path, line, table)?;
        if people.iter().any(|other| other.id == person.id || other.token == person.token) {
            return Err(wrong(line, "id or token is that of another account; give each its own"));
        }
        people.push(person);
    }
    Ok(())
}

/// A value of the file; what was found, in words, when it is of no kind that settings have.
fn convert(value: &DeValue<'_>) -> Result<Value, String> {
    match value {
        DeValue::String(text) => Ok(Value::Text(text.to_string())),
        DeValue::Boolean(yes) => Ok(Value::Bool(*yes)),
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
            .map(Value::Int)
            .map_err(|_out_of_range| number.to_string()),
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .map(Value::Real)
            .map_err(|_not_a_number| number.to_string()),
        DeValue::Array(items) => {
            let texts = items.iter().map(|item| match item.get_ref() {
                DeValue::String(text) => Ok(text.to_string()),
                _ => Err("a list of other things".to_owned()),
            });
            texts.collect::<Result<_, _>>().map(Value::List)
        }
        DeValue::Table(_) => Err("a table".to_owned()),
        DeValue::Datetime(_) => Err("a date; put it into quotes".to_owned()),
    }
}

/// The values of environment variables. Variables of a section that no key has are refused; other
/// variables that begin with `URBIS_` are not ours.
pub(super) fn environment(
    variables: &[(String, String)],
) -> Result<Vec<(&'static Key, Value, String)>, ConfigError> {
    let mut values = Vec::new();
    for (name, text) in variables {
        let origin = Origin::Environment(name.clone());
        if let Some(key) = ALL.iter().find(|key| key.variable() == *name) {
            let value = key.read(text).map_err(|found| ConfigError::bad(&origin, key, found))?;
            values.push((*key, value, name.clone()));
        } else if ALL
            .iter()
            .any(|key| name.starts_with(&format!("URBIS_{}_", key.parts().0.to_uppercase())))
        {
            let known = ALL.iter().map(|key| key.variable());
            return Err(ConfigError::unknown(origin, name, known));
        }
    }
    Ok(values)
}
