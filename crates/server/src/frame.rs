//! Binary frames of the stream: what moves on the map, for one viewer.
//!
//! # Shape
//! Little-endian. A header of 24 bytes (`'U'`, `'B'`, version, kind, `u32` sequence, `i64` city time
//! in milliseconds, `u32` n, `u32` flags), then columns without padding, as `docs/api.md` lists
//! them. A vehicle takes seven to eight bytes.
//!
//! **Version rule:** a change of meaning or order makes a new version number; a new kind does not.

use urbis_brain::view::RoadView;
use urbis_core::{GroupSet, JunctionId, StageIdx};
use urbis_units::CityTime;

/// Bytes before a frame's columns.
pub const HEAD_BYTES: usize = 24;
/// Version of the frames this program writes.
pub const VERSION: u8 = 1;
/// Kind of a vehicle frame.
pub const VEHICLES: u8 = 1;
/// Kind of a road frame.
pub const ROADS: u8 = 2;
/// Kind of a signal frame.
pub const SIGNALS: u8 = 3;
/// Flag: the frame shows a past moment.
pub const SCRUBBED: u32 = 1;
/// Stage byte of a controller between stages.
pub const BETWEEN_STAGES: u8 = 255;
/// Speed byte of an empty road.
pub const EMPTY_ROAD: u8 = 255;

/// A box of longitude and latitude, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Western edge.
    pub west: f64,
    /// Southern edge.
    pub south: f64,
    /// Eastern edge.
    pub east: f64,
    /// Northern edge.
    pub north: f64,
}

impl Bounds {
    /// A box from `[west, south, east, north]`; `None` unless finite and with an inside.
    pub fn checked([west, south, east, north]: [f64; 4]) -> Option<Self> {
        let finite = [west, south, east, north].iter().all(|edge| edge.is_finite());
        (finite && west < east && south < north).then_some(Self { west, south, east, north })
    }

    /// What two boxes share, if anything.
    pub fn meet(self, other: Self) -> Option<Self> {
        Self::checked([
            self.west.max(other.west),
            self.south.max(other.south),
            self.east.min(other.east),
            self.north.min(other.north),
        ])
    }

    /// Whether a place is inside.
    pub fn contains(self, lon: f64, lat: f64) -> bool {
        lon >= self.west && lon <= self.east && lat >= self.south && lat <= self.north
    }
}

/// A vehicle as the map draws it, the same for every viewer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// Number of the vehicle.
    pub id: u32,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// 256ths of a turn clockwise from north.
    pub heading: u8,
    /// Class, siren and speed as the frame packs them.
    pub look: u8,
}

impl Drawn {
    /// Class of an emergency vehicle in [`Self::look`].
    pub const EMERGENCY: u8 = 4;

    /// Packs class (0 to 7), siren and speed.
    pub fn look(class: u8, siren: bool, speed_mps: f64) -> u8 {
        let speed = (speed_mps / 2.0).round().clamp(0.0, 15.0) as u8;
        class & 7 | u8::from(siren) << 3 | speed << 4
    }

    /// Packs a heading.
    pub fn heading(radians: f64) -> u8 {
        let turns = radians / std::f64::consts::TAU;
        ((turns - turns.floor()) * 256.0).round() as u32 as u8
    }
}

/// What every frame of one moment has in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the moment.
    pub sequence: u32,
    /// City time.
    pub at: CityTime,
    /// Whether it is a past moment.
    pub scrubbed: bool,
}

impl Head {
    fn write(self, kind: u8, n: usize, capacity: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD_BYTES + capacity);
        out.extend_from_slice(&[b'U', b'B', VERSION, kind]);
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&self.at.millis().to_le_bytes());
        out.extend_from_slice(&(n as u32).to_le_bytes());
        out.extend_from_slice(&(u32::from(self.scrubbed) * SCRUBBED).to_le_bytes());
        out
    }
}

/// The vehicles inside `bounds`, but for those `hidden` names. `vehicles` are ordered by id.
pub fn vehicles(
    head: Head,
    bounds: Bounds,
    vehicles: &[Drawn],
    hidden: impl Fn(&Drawn) -> bool,
) -> Vec<u8> {
    let seen: Vec<&Drawn> = vehicles
        .iter()
        .filter(|vehicle| bounds.contains(vehicle.lon, vehicle.lat) && !hidden(vehicle))
        .collect();
    let mut out = head.write(VEHICLES, seen.len(), 32 + seen.len() * 8);
    for edge in [bounds.west, bounds.south, bounds.east, bounds.north] {
        out.extend_from_slice(&edge.to_le_bytes());
    }
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    for vehicle in &seen {
        out.extend_from_slice(&sixteenths((vehicle.lon - bounds.west) / width).to_le_bytes());
    }
    for vehicle in &seen {
        out.extend_from_slice(&sixteenths((vehicle.lat - bounds.south) / height).to_le_bytes());
    }
    out.extend(seen.iter().map(|vehicle| vehicle.heading));
    out.extend(seen.iter().map(|vehicle| vehicle.look));
    let mut before = 0;
    for vehicle in &seen {
        leb128(&mut out, vehicle.id.wrapping_sub(before));
        before = vehicle.id;
    }
    out
}

/// A share of the box in 65535ths.
fn sixteenths(share: f64) -> u16 {
    (share * 65_535.0).round().clamp(0.0, 65_535.0) as u16
}

fn leb128(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// How roads fare, in id order.
pub fn roads(head: Head, roads: &[RoadView]) -> Vec<u8> {
    let mut out = head.write(ROADS, roads.len(), roads.len() * 2);
    out.extend(roads.iter().map(|road| match road.speed_ratio {
        Some(ratio) => (f64::from(ratio) * 254.0).round().clamp(0.0, 254.0) as u8,
        None => EMPTY_ROAD,
    }));
    out.extend(roads.iter().map(|road| road.queued.min(255) as u8));
    out
}

/// One controller: where, stage (`None` between stages), green groups, amber groups.
pub type Signal = (JunctionId, Option<StageIdx>, u64, u64);

/// What controllers show.
pub fn signals(head: Head, signals: &[Signal]) -> Vec<u8> {
    let mut out = head.write(SIGNALS, signals.len(), signals.len() * 21);
    for signal in signals {
        out.extend_from_slice(&signal.0.0.to_le_bytes());
    }
    out.extend(signals.iter().map(|signal| signal.1.map_or(BETWEEN_STAGES, |stage| stage.0)));
    for column in [|signal: &Signal| GroupSet(signal.2), |signal: &Signal| GroupSet(signal.3)] {
        for signal in signals {
            out.extend_from_slice(&column(signal).0.to_le_bytes());
        }
    }
    out
}

#[cfg(test)]
mod tests;
