//! `city.toml`, `demand.toml` and `organizations.toml`.
//!
//! # Units
//! Times of day are `"07:00"`, in the city's time zone.

use serde::{Deserialize, Serialize};
use urbis_network::Label;
use urbis_units::{Meters, Wgs84};

use super::datum::Datum;
use super::trips::misfit;
use super::{VERSION, utf8};
use crate::CityError;
use crate::base_map::BaseMap;
use crate::demand::{DemandModel, DemandSource};
use crate::pack::{City, CityPack, Grant, Language, Organization, Policy};

/// `city.toml` as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CityFile {
    format: u64,
    city: CityTable,
    demand: DemandTable,
    #[serde(default)]
    policy: PolicyTable,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base_map: Option<BaseMap>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CityTable {
    name: Label,
    time_zone: String,
    language: Language,
    #[serde(default)]
    seed: u64,
    start: String,
    /// In the pack's datum.
    center: Wgs84,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    datum: Option<Datum>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum DemandTable {
    Model {},
    Recorded { from: String, minutes: u16 },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PolicyTable {
    patient_square_m: f64,
    personal_data_days: u16,
    scenes: std::collections::BTreeMap<String, Grant>,
}

impl Default for PolicyTable {
    fn default() -> Self {
        (&Policy::default()).into()
    }
}

impl From<&Policy> for PolicyTable {
    fn from(policy: &Policy) -> Self {
        Self {
            patient_square_m: policy.patient_square.get(),
            personal_data_days: policy.personal_data_days,
            scenes: policy.scenes.clone(),
        }
    }
}

/// What `city.toml` says.
pub(super) struct Description {
    pub(super) city: City,
    /// The datum of every longitude and latitude in the pack's files.
    pub(super) datum: Datum,
    pub(super) policy: Policy,
    pub(super) demand: Kind,
}

/// Where the demand stands.
pub(super) enum Kind {
    Model,
    Recorded { from_minute: u16, minutes: u16 },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganizationsFile {
    #[serde(rename = "organization", default)]
    organizations: Vec<Organization>,
}

const CITY: &str = "city.toml";
const HEAD: &str = "# A city pack of Urbis; docs/city-pack.md describes every field.\n";

pub(super) fn write_city(pack: &CityPack) -> Vec<u8> {
    let city = &pack.city;
    let file = CityFile {
        format: VERSION,
        city: CityTable {
            name: city.name.clone(),
            time_zone: city.time_zone.clone(),
            language: city.language,
            seed: city.seed,
            start: clock(city.start_minute),
            center: city.center,
            datum: None,
        },
        demand: match &pack.demand {
            DemandSource::Model(_) => DemandTable::Model {},
            DemandSource::Recorded(recorded) => DemandTable::Recorded {
                from: clock(recorded.from_minute),
                minutes: recorded.minutes,
            },
        },
        policy: (&pack.policy).into(),
        base_map: city.base_map.clone(),
    };
    to_toml(&file)
}

pub(super) fn read_city(bytes: &[u8]) -> Result<Description, CityError> {
    let text = utf8(CITY, bytes)?;
    // The version is looked at first, so that a newer file is not blamed for its new fields.
    if let Ok(table) = text.parse::<toml::Table>() {
        match table.get("format").and_then(toml::Value::as_integer) {
            Some(found) => check_version(CITY, found.unsigned_abs())?,
            None => {
                let message = "expected a first line `format = 1`";
                return Err(CityError::syntax(CITY, 1, message));
            }
        }
    }
    let file: CityFile = from_toml(CITY, text)?;
    let (place, datum) = (file.city.center, file.city.datum.unwrap_or_default());
    let field = |field: &str, value: String, expected: &str| CityError::Value {
        file: CITY.to_owned(),
        line: line_of(text, field),
        field: field.to_owned(),
        value,
        expected: expected.to_owned(),
    };
    if !(-180.0..=180.0).contains(&place.longitude_deg)
        || !(-89.9..=89.9).contains(&place.latitude_deg)
    {
        let value = format!("{}, {}", place.longitude_deg, place.latitude_deg);
        return Err(field(
            "center",
            value,
            "a longitude of -180 to 180, a latitude of -89.9 to 89.9",
        ));
    }
    if jiff::tz::TimeZone::get(&file.city.time_zone).is_err() {
        let expected = "an IANA time zone such as Asia/Shanghai";
        return Err(field("time_zone", file.city.time_zone, expected));
    }
    let minute = |name: &str, value: &str| {
        minute_of(value).ok_or_else(|| field(name, value.to_owned(), "a time such as 07:00"))
    };
    let start_minute = minute("start", &file.city.start)?;
    let demand = match &file.demand {
        DemandTable::Model {} => Kind::Model,
        DemandTable::Recorded { from, minutes } if (1..=1440).contains(minutes) => {
            Kind::Recorded { from_minute: minute("from", from)?, minutes: *minutes }
        }
        DemandTable::Recorded { minutes, .. } => {
            return Err(field("minutes", minutes.to_string(), "1 to 1440"));
        }
    };
    let square = Meters::try_new(file.policy.patient_square_m);
    let Some(patient_square) = square.ok().filter(|square| *square > Meters::ZERO) else {
        let value = file.policy.patient_square_m.to_string();
        return Err(field("patient_square_m", value, "metres above 0"));
    };
    Ok(Description {
        city: City {
            name: file.city.name,
            time_zone: file.city.time_zone,
            language: file.city.language,
            seed: file.city.seed,
            start_minute,
            center: datum.place(place),
            base_map: file.base_map,
        },
        datum,
        policy: Policy {
            scenes: file.policy.scenes,
            patient_square,
            personal_data_days: file.policy.personal_data_days,
        },
        demand,
    })
}

/// Refuses versions that are not known.
pub(super) fn check_version(file: &str, found: u64) -> Result<(), CityError> {
    if (1..=VERSION).contains(&found) {
        return Ok(());
    }
    let remedy = if found > VERSION {
        "the pack was written by a newer Urbis: use that one, or export the pack again"
    } else {
        "versions begin with 1"
    };
    Err(CityError::Version { file: file.to_owned(), found, newest: VERSION, remedy })
}

pub(super) fn write_demand(model: &DemandModel) -> Vec<u8> {
    to_toml(model)
}

pub(super) fn read_demand(bytes: &[u8]) -> Result<DemandModel, CityError> {
    let file = "demand.toml";
    let text = utf8(file, bytes)?;
    let model: DemandModel = from_toml(file, text)?;
    let bad = |field: &str, value: f64, expected: &str| CityError::Value {
        file: file.to_owned(),
        line: line_of(text, field),
        field: field.to_owned(),
        value: value.to_string(),
        expected: expected.to_owned(),
    };
    for (field, value, most) in [
        ("level", model.level, 100.0),
        ("perception", model.perception, 0.9),
        ("day_variation", model.day_variation, 1.0),
        ("zone_variation", model.zone_variation, 1.0),
    ] {
        if !(0.0..=most).contains(&value) {
            return Err(bad(field, value, &format!("0 to {most}")));
        }
    }
    for purpose in &model.purposes {
        if !(0.0..=1e3).contains(&purpose.trips) {
            return Err(bad("trips", purpose.trips, "0 to 1000 trips a day"));
        }
        if !(1.0..=1e6).contains(&purpose.reach_s) {
            return Err(bad("reach_s", purpose.reach_s, "1 to 1000000 seconds"));
        }
        for peak in purpose.out.iter().chain(&purpose.back) {
            if !(0.0..=1e6).contains(&peak.share) {
                return Err(bad("share", peak.share, "0 or more"));
            }
        }
    }
    for vehicle in &model.vehicles {
        if !(0.0..=1e6).contains(&vehicle.share) {
            return Err(bad("share", vehicle.share, "0 or more"));
        }
        if let Some((field, value, expected)) = misfit(&vehicle.vehicle) {
            return Err(bad(field, value, expected));
        }
    }
    Ok(model)
}

pub(super) fn write_organizations(pack: &CityPack) -> Vec<u8> {
    to_toml(&OrganizationsFile { organizations: pack.organizations.clone() })
}

pub(super) fn read_organizations(bytes: &[u8]) -> Result<Vec<Organization>, CityError> {
    let file = "organizations.toml";
    let text = utf8(file, bytes)?;
    let all = from_toml::<OrganizationsFile>(file, text)?.organizations;
    for (index, organization) in all.iter().enumerate() {
        let line = line_of(text, &format!("id = \"{}\"", organization.id));
        if all[..index].iter().any(|other| other.id == organization.id) {
            let element = format!("organization {}", organization.id);
            return Err(CityError::Duplicate { file: file.to_owned(), line, element });
        }
        if let Some(parent) = &organization.part_of
            && !all.iter().any(|other| other.id == *parent)
        {
            return Err(CityError::Unknown {
                file: file.to_owned(),
                line,
                field: "part_of".to_owned(),
                target: format!("organization {parent}"),
            });
        }
    }
    Ok(all)
}

fn to_toml(value: &impl Serialize) -> Vec<u8> {
    let text = toml::to_string(value).expect("the description of a city has a TOML form");
    [HEAD.as_bytes(), text.as_bytes()].concat()
}

fn from_toml<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, CityError> {
    toml::from_str(text).map_err(|fault| {
        let at = fault.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..at].split(|byte| *byte == b'\n').count();
        CityError::syntax(file, line, fault.message().replace('\n', " "))
    })
}

/// The first line that begins with a field's name; the first line where there is none.
fn line_of(text: &str, field: &str) -> usize {
    let begins = |line: &str| line.trim_start().starts_with(field);
    text.lines().position(begins).map_or(1, |index| index + 1)
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}

fn minute_of(clock: &str) -> Option<u16> {
    let (hours, minutes) = clock.split_once(':')?;
    let hours: u16 = hours.parse().ok().filter(|hours| *hours < 24)?;
    let minutes: u16 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
    Some(hours * 60 + minutes)
}
