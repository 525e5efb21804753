//! `network.jsonl`: a header, then one junction, road, lane, movement or lane link a line.
//!
//! Elements of a kind are numbered in the order of their lines, from 0; fields are those of
//! `urbis-network`'s model.

use serde::{Deserialize, Serialize};
use urbis_core::{Id, IdVec};
use urbis_network::{
    Diagnostic, Junction, Lane, LaneLink, Movement, Network, Road, check, conflict,
};
use urbis_units::{LocalFrame, Wgs84};

use super::VERSION;
use crate::CityError;

/// Name of the file.
pub(super) const FILE: &str = "network.jsonl";

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum LineOut<'a> {
    Network(Header),
    Junction(&'a Junction),
    Road(&'a Road),
    Lane(&'a Lane),
    Movement(&'a Movement),
    LaneLink(&'a LaneLink),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum LineIn {
    Network(Header),
    Junction(Box<Junction>),
    Road(Road),
    Lane(Lane),
    Movement(Movement),
    LaneLink(LaneLink),
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u64,
    name: String,
    #[serde(default)]
    conflict_areas: ConflictAreas,
}

/// Where the conflict areas of the junctions stand. They are the larger part of a network, and
/// mostly follow from the shapes of its lane links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ConflictAreas {
    /// In the file, as the source of the network had them.
    #[default]
    Stored,
    /// Left out, for they follow from geometry.
    Geometry,
}

pub(super) fn write(network: &Network) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut line = |line: LineOut<'_>| {
        serde_json::to_writer(&mut bytes, &line).expect("a network has a JSON form");
        bytes.push(b'\n');
    };
    let follow = network
        .junctions
        .iter_ids()
        .all(|(id, junction)| junction.conflict_areas == conflict::areas(network, id));
    let conflict_areas = if follow { ConflictAreas::Geometry } else { ConflictAreas::Stored };
    line(LineOut::Network(Header { format: VERSION, name: network.name.clone(), conflict_areas }));
    for junction in &network.junctions {
        if follow {
            line(LineOut::Junction(&Junction { conflict_areas: Vec::new(), ..junction.clone() }));
        } else {
            line(LineOut::Junction(junction));
        }
    }
    network.roads.iter().for_each(|road| line(LineOut::Road(road)));
    network.lanes.iter().for_each(|lane| line(LineOut::Lane(lane)));
    network.movements.iter().for_each(|movement| line(LineOut::Movement(movement)));
    network.lane_links.iter().for_each(|link| line(LineOut::LaneLink(link)));
    bytes
}

pub(super) fn read(bytes: &[u8], center: Wgs84) -> Result<Network, CityError> {
    let mut network = Network { frame: Some(LocalFrame { origin: center }), ..Network::default() };
    let mut header = None;
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let element: LineIn = serde_json::from_slice(line).map_err(|fault| {
            let message = fault.to_string();
            // The parser counts lines of its own one-line text.
            let place = message.rfind(" at line 1 ").unwrap_or(message.len());
            let column = fault.column();
            CityError::syntax(FILE, index + 1, format!("column {column}: {}", &message[..place]))
        })?;
        if header.is_none() && !matches!(element, LineIn::Network(_)) {
            let message = "expected the header {\"network\":{\"format\":1,\"name\":…}} first";
            return Err(CityError::syntax(FILE, index + 1, message));
        }
        match element {
            LineIn::Network(found) => {
                super::description::check_version(FILE, found.format)?;
                network.name = found.name;
                header = Some(found.conflict_areas);
            }
            LineIn::Junction(junction) => add(&mut network.junctions, *junction),
            LineIn::Road(road) => add(&mut network.roads, road),
            LineIn::Lane(lane) => add(&mut network.lanes, lane),
            LineIn::Movement(movement) => add(&mut network.movements, movement),
            LineIn::LaneLink(link) => add(&mut network.lane_links, link),
        }
    }
    fit_to_drive(&network)?;
    check_stages(&network, FILE)?;
    if header == Some(ConflictAreas::Geometry) {
        for junction in network.junctions.ids() {
            network.junctions[junction].conflict_areas = conflict::areas(&network, junction);
        }
    }
    Ok(network)
}

fn add<I: Id, T>(all: &mut IdVec<I, T>, element: T) {
    all.push(element);
}

fn fit_to_drive(network: &Network) -> Result<(), CityError> {
    if network.roads.is_empty() {
        return Err(CityError::Network {
            file: FILE.to_owned(),
            element: "network".to_owned(),
            message: "has no road".to_owned(),
            remedy: "a city needs at least one; check that the file is whole".to_owned(),
            more: String::new(),
        });
    }
    refuse(FILE, check::network(network))
}

/// Refuses a network in which a stage shows conflicting greens.
///
/// # Errors
/// [`CityError::Network`] naming file, junction, stage and remedy.
pub(crate) fn check_stages(network: &Network, file: &str) -> Result<(), CityError> {
    refuse(file, check::stages(network))
}

/// The first fault as an error, with how many more there are.
fn refuse(file: &str, faults: Vec<Diagnostic>) -> Result<(), CityError> {
    let mut faults = faults.into_iter();
    let Some(first) = faults.next() else { return Ok(()) };
    let more = faults.count();
    Err(CityError::Network {
        file: file.to_owned(),
        element: first.element,
        message: first.message,
        remedy: first.remedy,
        more: if more > 0 { format!(" (and {more} more faults)") } else { String::new() },
    })
}
