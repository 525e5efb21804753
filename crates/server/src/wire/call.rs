//! Emergency calls, with the patient's place as exact as the reader may see it.

use serde::{Deserialize, Serialize};
use urbis_brain::view::{CallStage, CallView, CorridorState, View};
use urbis_core::{LaneId, Place};
use urbis_network::cover::Cover;
use urbis_network::geometry::{heading_at_end, heading_at_start, point_along, trim};
use urbis_units::{CityTime, Meters, Point};
use utoipa::ToSchema;

use super::common::{Detail, Spot, Writer, speaks_of_patient};

/// An emergency call.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CallDto {
    /// Its event.
    pub id: u32,
    /// `ambulance`.
    pub kind: &'static str,
    /// When it came in, city milliseconds.
    pub at_ms: i64,
    /// Where the patient is; the middle of a 500 m square unless the reader is a dispatcher.
    pub place: Spot,
    /// Whether `place` is such a square.
    pub coarse: bool,
    /// `to_patient`, `at_patient`, `to_hospital` or `arrived`.
    pub stage: &'static str,
    /// Where the vehicle reports to be; in the patient's square only for a dispatcher.
    pub vehicle: Option<CallVehicleDto>,
    /// Roads it will still drive; those in or next to the patient's square only for a dispatcher.
    pub route: Vec<u32>,
    /// Its green corridor.
    pub corridor: Option<CorridorDto>,
    /// Expected or real arrival at the patient, city milliseconds.
    pub eta_ms: Option<i64>,
    /// The same in the city without the brain.
    pub without: Option<CallWithoutDto>,
    /// What the caller said of the patient; only for a dispatcher.
    pub patient: Option<PatientDto>,
    /// Whether that was erased; told to a dispatcher only.
    pub erased: bool,
}

/// Where an ambulance is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CallVehicleDto {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Heading, degrees clockwise from north.
    pub heading_deg: f64,
    /// Speed, m/s.
    pub speed_mps: f64,
}

/// A green corridor.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CorridorDto {
    /// The decision it carries out.
    pub decision: Option<u32>,
    /// Its junctions in order; those in the patient's square only for a dispatcher.
    pub junctions: Vec<CorridorJunctionDto>,
}

/// A junction of a corridor.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CorridorJunctionDto {
    /// Which.
    pub junction: u32,
    /// Expected arrival there, city milliseconds.
    pub eta_ms: i64,
    /// `planned`, `clearing`, `green` or `passed`.
    pub state: &'static str,
}

/// The same call in the city without the brain.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CallWithoutDto {
    /// Expected or real arrival at the patient, city milliseconds.
    pub eta_ms: Option<i64>,
    /// How far it has come.
    pub stage: &'static str,
}

/// What a caller said of a patient. Personal: sealed in the journal, shown to dispatchers only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PatientDto {
    /// Name.
    pub name: String,
    /// Telephone number.
    pub phone: String,
    /// Address in words.
    pub address: String,
}

impl std::fmt::Debug for PatientDto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PatientDto(…)")
    }
}

fn stage(stage: CallStage) -> &'static str {
    match stage {
        CallStage::ToPatient => "to_patient",
        CallStage::AtPatient => "at_patient",
        CallStage::ToHospital => "to_hospital",
        CallStage::Arrived => "arrived",
    }
}

fn corridor_state(state: CorridorState) -> &'static str {
    match state {
        CorridorState::Planned => "planned",
        CorridorState::Clearing => "clearing",
        CorridorState::Green => "green",
        CorridorState::Passed => "passed",
    }
}

/// The covers over all patients of a view, for a reader who may not see where they are: those of
/// calls under way, for an ambulance that leaves an address says where it is as well.
pub fn covers(writer: Writer<'_>, view: &View) -> Vec<Cover> {
    if writer.patients == Detail::Exact {
        return Vec::new();
    }
    let under_way = view.calls.iter().filter(|call| call.stage != CallStage::Arrived);
    under_way.map(|call| writer.atlas.cover(call.road)).collect()
}

/// A call for the wire.
pub fn call(writer: Writer<'_>, view: &View, from: &CallView) -> CallDto {
    let atlas = writer.atlas;
    let place = Place::Road(from.road);
    let coarse = writer.patients == Detail::Coarse;
    let cover = coarse.then(|| atlas.cover(from.road));
    let hidden = |hides: &dyn Fn(&Cover) -> bool| cover.as_ref().is_some_and(hides);
    let corridor = (!from.corridor.is_empty()).then(|| CorridorDto {
        decision: decision_of(view, from),
        junctions: from
            .corridor
            .iter()
            .filter(|(junction, ..)| {
                !hidden(&|cover| cover.hides_junction(atlas.network(), *junction))
            })
            .map(|(junction, eta, state)| CorridorJunctionDto {
                junction: junction.0,
                eta_ms: eta.millis(),
                state: corridor_state(*state),
            })
            .collect(),
    });
    CallDto {
        id: from.id.0,
        kind: "ambulance",
        at_ms: from.at.millis(),
        place: writer.patient_place(&place),
        coarse,
        stage: stage(from.stage),
        vehicle: vehicle(writer, from)
            .filter(|(lane, point, _)| {
                !hidden(&|cover| cover.hides_vehicle(atlas.network(), *lane, *point))
            })
            .map(|(_, _, dto)| dto),
        route: from
            .route
            .iter()
            .filter(|road| !hidden(&|cover| cover.hides_road(atlas.network(), **road)))
            .map(|road| road.0)
            .collect(),
        corridor,
        eta_ms: from.eta.map(CityTime::millis),
        without: from.without.as_ref().map(|(at, eta)| CallWithoutDto {
            eta_ms: eta.map(CityTime::millis),
            stage: stage(*at),
        }),
        patient: None,
        erased: from.erased && !coarse,
    }
}

/// The newest approved decision on a proposal that answers this call.
fn decision_of(view: &View, call: &CallView) -> Option<u32> {
    let answers = |proposal| {
        view.proposals
            .iter()
            .any(|one| one.proposal.id == proposal && one.proposal.event == Some(call.id))
    };
    // Decisions stand newest first.
    view.decisions
        .iter()
        .filter(|one| one.decision.option.is_some_and(|option| option > 0))
        .filter(|one| speaks_of_patient(&one.text))
        .map(|one| &one.decision)
        .find(|decision| answers(decision.proposal))
        .map(|decision| decision.id.0)
}

fn vehicle(writer: Writer<'_>, from: &CallView) -> Option<(LaneId, Point, CallVehicleDto)> {
    let (lane, along, speed) = from.vehicle?;
    let line = writer.atlas.lane_line(lane);
    if line.is_empty() {
        return None;
    }
    let point = point_along(line, along);
    // Headings of the network are from east, counter-clockwise; the wire's from north, clockwise.
    let ahead = trim(line, along, Meters::ZERO);
    let heading = if ahead.len() > 1 { heading_at_start(&ahead) } else { heading_at_end(line) };
    let [lon, lat] = writer.atlas.lon_lat(point);
    let heading_deg = (90.0 - heading.get().to_degrees()).rem_euclid(360.0);
    Some((lane, point, CallVehicleDto { lon, lat, heading_deg, speed_mps: speed.get() }))
}

#[cfg(test)]
mod tests;
