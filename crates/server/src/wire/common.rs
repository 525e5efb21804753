//! Names, messages and places.

use std::collections::BTreeMap;

use serde::Serialize;
use urbis_core::{Arg, Message, Place};
use urbis_network::Label;
use utoipa::ToSchema;

use crate::atlas::Atlas;

/// A name in the two languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Name {
    /// Chinese.
    #[schema(example = "解放路")]
    pub zh: String,
    /// English.
    #[schema(example = "Jiefang Road")]
    pub en: String,
}

impl From<&Label> for Name {
    fn from(label: &Label) -> Self {
        Self { zh: label.zh.clone(), en: label.en.clone() }
    }
}

impl Name {
    /// The name of `label`; `otherwise` in both languages where there is none.
    pub fn or(label: &Label, otherwise: &str) -> Self {
        let pick = |name: &str| if name.is_empty() { otherwise } else { name }.to_owned();
        Self { zh: pick(&label.zh), en: pick(&label.en) }
    }
}

/// A text as a key into the Fluent files and its arguments, rendered in the reader's language.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Text {
    /// Key, prefixed by the scene or room that speaks.
    #[schema(example = "incidents-blocked-lane")]
    pub key: String,
    /// Arguments by name; a number's unit stands in its name.
    #[schema(example = json!({"lane": 2, "delay_s": 41.5}))]
    pub args: BTreeMap<String, Value>,
}

impl Text {
    /// A message that names no place; one within it is left out.
    pub fn of(message: &Message) -> Self {
        let value = |arg: &Arg| match arg {
            Arg::Number(number) => Some(Value::Number(*number)),
            Arg::Text(word) => Some(Value::Word(word.clone())),
            Arg::Message(inner) => Some(Value::Text(Box::new(Self::of(inner)))),
            Arg::Place(_) => None,
        };
        let args = message.args.iter();
        let args = args.filter_map(|(name, arg)| Some((name.clone(), value(arg)?))).collect();
        Self { key: message.key.clone(), args }
    }
}

/// An argument of a text.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Value {
    /// A number; its unit stands in the argument's name.
    Number(f64),
    /// A name that is the same in every language.
    Word(String),
    /// A place, shown by its label.
    Place(Spot),
    /// A text within the text.
    #[schema(no_recursion)]
    Text(Box<Text>),
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Spot {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// The junction, if it is one.
    pub junction: Option<u32>,
    /// The road, if it is on one.
    pub road: Option<u32>,
    /// The lane, if it is on one.
    pub lane: Option<u32>,
    /// Its name.
    pub label: Name,
}

/// How exactly a reader may see where people are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// As it is.
    Exact,
    /// Squares of 500 m.
    Coarse,
}

/// Turns places and messages into their wire form.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// Geometry and names.
    pub atlas: &'a Atlas,
    /// What the reader may see of patients.
    pub patients: Detail,
}

impl Writer<'_> {
    /// A place that says nothing of a person.
    pub fn place(&self, place: &Place) -> Spot {
        self.atlas.spot(place)
    }

    /// A place that may say where a patient is.
    pub fn patient_place(&self, place: &Place) -> Spot {
        match (self.patients, place) {
            // The journal itself says no more in the clear than the middle of a square.
            (Detail::Coarse, _) | (Detail::Exact, Place::Point(_)) => self.atlas.square(place),
            (Detail::Exact, _) => self.atlas.spot(place),
        }
    }

    /// A place of something that is `personal` or not.
    pub fn place_of(&self, place: &Place, personal: bool) -> Spot {
        if personal { self.patient_place(place) } else { self.place(place) }
    }

    /// A message of something that is `personal` or not.
    pub fn text(&self, message: &Message, personal: bool) -> Text {
        let args = message
            .args
            .iter()
            .map(|(name, arg)| {
                let value = match arg {
                    Arg::Number(number) => Value::Number(*number),
                    Arg::Text(word) => Value::Word(word.clone()),
                    Arg::Place(place) => Value::Place(self.place_of(place, personal)),
                    Arg::Message(inner) => Value::Text(Box::new(self.text(inner, personal))),
                };
                (name.clone(), value)
            })
            .collect();
        Text { key: message.key.clone(), args }
    }
}

/// Whether a message speaks of a patient: the keys of the ambulance's scene, and those of calls.
pub fn speaks_of_patient(message: &Message) -> bool {
    message.key.starts_with("corridor-")
        || ["brain-emergency-call", "brain-no-ambulance", "server-call"]
            .contains(&message.key.as_str())
}

/// Endings of names and the units they stand for; longer ones first.
const UNITS: [(&str, &str); 11] = [
    ("_veh_h", "veh.h"),
    ("_person_h", "person.h"),
    ("_veh_s", "veh.s"),
    ("_vph", "veh/h"),
    ("_mps", "m/s"),
    ("_kmh", "km/h"),
    ("_ratio", ""),
    ("_veh", "veh"),
    ("_pct", "%"),
    ("_s", "s"),
    ("_m", "m"),
];

/// The unit a name ends in (`delay_s`), for people; differences end in `_change` behind the unit.
pub fn unit_of(name: &str) -> &'static str {
    let name = name.strip_suffix("_change").unwrap_or(name);
    UNITS.iter().find(|(suffix, _)| name.ends_with(suffix)).map_or("", |(_, unit)| unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_stands_in_the_name() {
        assert_eq!(unit_of("network_delay_veh_h"), "veh.h");
        assert_eq!(unit_of("network_delay_veh_h_change"), "veh.h");
        assert_eq!(unit_of("arrival_s"), "s");
        assert_eq!(unit_of("stops"), "");
    }
}
