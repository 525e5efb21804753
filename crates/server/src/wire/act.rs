//! What people do: bodies of requests, and the answer to all of them.
//!
//! # Errors
//! Unknown fields are refused, so that a misspelled one is not silently ignored.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::PatientDto;

/// Longest text a person may give, characters.
pub const TEXT_MAX: usize = 1_000;

/// The answer to everything that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Accepted {
    /// Always true; a refusal is a problem.
    pub accepted: bool,
    /// Sequence of the newest journal record.
    pub sequence: u64,
}

/// Why what is kept of a person is to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseBody {
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// What the clock is told.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClockBody {
    /// Stand still.
    Pause {},
    /// Go on.
    Resume {},
    /// Run at another speed.
    Speed {
        /// City seconds per wall second, 0.5 to 60.
        #[serde(deserialize_with = "named::speed")]
        speed: f64,
    },
}

/// Which moment is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScrubBody {
    /// A past moment, city milliseconds.
    #[serde(default)]
    pub at_ms: Option<i64>,
    /// True to show now again.
    #[serde(default)]
    pub live: bool,
}

/// A decision on a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "verdict", rename_all = "snake_case", deny_unknown_fields)]
pub enum DecideBody {
    /// Do it.
    Approve {
        /// Index of the option to take.
        #[serde(deserialize_with = "named::option")]
        option: u8,
        /// Why.
        #[serde(default, deserialize_with = "named::reason")]
        reason: String,
    },
    /// Do not.
    Refuse {
        /// Why; must not be empty.
        #[serde(default, deserialize_with = "named::reason")]
        reason: String,
    },
}

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AcknowledgeBody {
    /// Free words.
    pub note: String,
}

/// A lane is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CloseBody {
    /// Why; must not be empty.
    pub reason: String,
    /// True to put an obstacle there without telling the brain, which must notice by itself.
    pub blockage: bool,
}

/// Why something is done, where nothing else need be said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WhyBody {
    /// Why, in a few words; may be left out.
    pub reason: String,
}

/// An emergency call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallBody {
    /// What is needed.
    pub kind: CallKind,
    /// Road where the patient is.
    pub road: u32,
    /// What the caller says of the patient; personal and optional.
    #[serde(default)]
    pub patient: PatientDto,
    /// Why, in a few words that name no patient; may be left out.
    #[serde(default)]
    pub reason: String,
}

/// What a call asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    /// An ambulance.
    Ambulance,
}

/// What is done with a junction's controller.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum ControlBody {
    /// Take control.
    Take {
        /// Why, in a few words; may be left out.
        #[serde(default)]
        reason: String,
    },
    /// Ask for a stage, having taken control.
    Stage {
        /// Index of the stage.
        #[serde(deserialize_with = "named::stage")]
        stage: u8,
        /// Why, in a few words; may be left out.
        #[serde(default)]
        reason: String,
    },
    /// Choose another law.
    Law {
        /// Which.
        #[serde(deserialize_with = "named::law")]
        law: LawBody,
        /// Why, in a few words; may be left out.
        #[serde(default)]
        reason: String,
    },
    /// Hand it back.
    Release {
        /// Why, in a few words; may be left out.
        #[serde(default)]
        reason: String,
    },
}

/// What is done with an area.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum AreaBody {
    /// Take control of all its junctions, or of none where one cannot be had.
    Take {
        /// Which junctions.
        junctions: Vec<u32>,
        /// Why, in a few words; may be left out.
        #[serde(default)]
        reason: String,
    },
    /// Hand them back.
    Release {
        /// Which junctions.
        junctions: Vec<u32>,
        /// Why, in a few words; may be left out.
        #[serde(default)]
        reason: String,
    },
}

/// A control law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LawBody {
    /// The controller's own plan.
    LocalPlan,
    /// Fixed-time plan re-timed by Webster's method.
    Webster,
    /// Max pressure.
    MaxPressure,
}

/// The stop button.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StopBody {
    /// Why.
    pub reason: String,
}

/// What a viewer of the stream looks at.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ViewerMessage {
    /// The part of the map in view.
    View {
        /// West, south, east, north, degrees.
        #[serde(deserialize_with = "named::bounds")]
        bounds: [f64; 4],
        /// Whether vehicles are to be sent.
        #[serde(deserialize_with = "named::vehicles")]
        vehicles: bool,
        /// Whether the viewer keeps what it was sent, so that of state and signals only what
        /// changed need be sent.
        #[serde(default, deserialize_with = "named::changes")]
        changes: bool,
    },
}

/// Readers of fields that say their own name when they fail: within a body that is told apart by a
/// tag, nothing else would.
mod named {
    use serde::de::{Deserialize, Deserializer, Error};

    use super::LawBody;

    macro_rules! readers {
        ($($name:ident: $type:ty),* $(,)?) => {
            $(pub(super) fn $name<'de, D: Deserializer<'de>>(from: D) -> Result<$type, D::Error> {
                <$type>::deserialize(from)
                    .map_err(|error| D::Error::custom(format_args!("{}: {error}", stringify!($name))))
            })*
        };
    }

    readers!(
        speed: f64,
        option: u8,
        reason: String,
        stage: u8,
        law: LawBody,
        bounds: [f64; 4],
        vehicles: bool,
        changes: bool,
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_message_of_a_viewer_breaks_its_reader(
            text in r#"[{}\[\]":,a-z0-9.eE+-]{0,80}|.{0,80}"#,
            edges in proptest::array::uniform4(any::<f64>()),
        ) {
            let _ = serde_json::from_str::<ViewerMessage>(&text);
            let view = serde_json::json!({"type": "view", "bounds": edges, "vehicles": true});
            match serde_json::from_value::<ViewerMessage>(view) {
                Ok(ViewerMessage::View { bounds, .. }) => {
                    // Whatever was read is a box with an inside, or none.
                    if let Some(checked) = crate::frame::Bounds::checked(bounds) {
                        prop_assert!(checked.west < checked.east && checked.south < checked.north);
                    }
                }
                // JSON has no infinities: they become null.
                Err(error) => prop_assert!(error.to_string().contains("bounds"), "{}", error),
            }
        }
    }

    #[test]
    fn a_viewers_message_that_cannot_be_read_names_the_field() {
        for (text, field) in [
            (r#"{"type":"view","bounds":[1,2,3],"vehicles":true}"#, "bounds"),
            (r#"{"type":"view","bounds":"all","vehicles":true}"#, "bounds"),
            (r#"{"type":"view","bounds":[1,2,3,4],"vehicles":"yes"}"#, "vehicles"),
            (r#"{"type":"view","bounds":[1,2,3,4]}"#, "vehicles"),
            (r#"{"bounds":[1,2,3,4],"vehicles":true}"#, "type"),
            (r#"{"type":"view","bounds":[1,2,3,4],"vehicles":true,"zoom":3}"#, "zoom"),
        ] {
            let error = serde_json::from_str::<ViewerMessage>(text).unwrap_err().to_string();
            assert!(error.contains(field), "{field}: {error}");
        }
    }

    #[test]
    fn bodies_of_the_documentation_are_read() {
        let clock = |text| serde_json::from_str::<ClockBody>(text).unwrap();
        assert_eq!(clock(r#"{"action":"pause"}"#), ClockBody::Pause {});
        assert_eq!(clock(r#"{"action":"speed","speed":10}"#), ClockBody::Speed { speed: 10.0 });
        let decide: DecideBody =
            serde_json::from_str(r#"{"verdict":"approve","option":1,"reason":"ok"}"#).unwrap();
        assert_eq!(decide, DecideBody::Approve { option: 1, reason: "ok".into() });
        let control: ControlBody =
            serde_json::from_str(r#"{"action":"law","law":"max_pressure"}"#).unwrap();
        let law = LawBody::MaxPressure;
        assert_eq!(control, ControlBody::Law { law, reason: String::new() });
        let call: CallBody = serde_json::from_str(r#"{"kind":"ambulance","road":12}"#).unwrap();
        assert_eq!(call.patient, PatientDto::default());
    }

    #[test]
    fn a_misspelled_field_is_refused_by_name() {
        let error = serde_json::from_str::<CloseBody>(r#"{"reson":"x"}"#).unwrap_err();
        assert!(error.to_string().contains("reson"), "{error}");
        assert!(serde_json::from_str::<ControlBody>(r#"{"action":"take","x":1}"#).is_err());
    }
}
