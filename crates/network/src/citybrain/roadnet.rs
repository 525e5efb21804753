//! The road network file.

use std::collections::BTreeMap;

use urbis_core::{JunctionId, MovementId, RoadId};
use urbis_units::{LocalFrame, Meters, MetersPerSecond, Wgs84};

use super::signal;
use super::text::{Line, Lines};
use crate::intergreen::{self, IntergreenParameters};
use crate::place::Place;
use crate::{
    Junction, JunctionKind, Label, Lane, Network, NetworkError, Road, RoadClass, conflict, geometry,
};

/// Most lanes of one direction.
const LANES_MAX: usize = 8;
/// Most roads that may end or begin at a node: their movements, 8 × 8, are no more than a signal
/// can hold groups.
const ARMS_MAX: usize = 8;
/// Width of a lane; the files state none.
pub(super) const LANE_WIDTH_M: f64 = 3.25;

/// Reads a network of the City Brain Challenge; `file` is the name to blame in errors.
///
/// Roads are as long as the file says, less what the junctions at their ends take; they are drawn
/// as straight lines between their nodes. Where a node has no signal, turns are told by their angle.
///
/// # Errors
/// [`NetworkError`] for anything that is not a network one can drive on.
pub fn read_roadnet(bytes: &[u8], file: &str) -> Result<Network, NetworkError> {
    let mut lines = Lines::new(bytes, file);
    let nodes = nodes(&mut lines, file)?;
    let mut reader = Reader::new(nodes);
    reader.roads(&mut lines)?;
    if reader.network.roads.is_empty() {
        return Err(NetworkError::Empty { file: file.to_owned(), what: "roads" });
    }
    let approaches = reader.approaches(&mut lines)?;
    for node in &reader.network.junctions {
        let arms = node.incoming.len().max(node.outgoing.len());
        if arms > ARMS_MAX {
            let element = format!("node {}", node.name);
            let problem = format!("{arms} roads end or begin there, expected at most {ARMS_MAX}");
            return Err(Place { file, element: &element }.misfit(problem, "split the node"));
        }
    }
    reader.widen();
    for junction in reader.network.junctions.ids() {
        reader.inside(junction, approaches.get(&junction));
    }
    let mut network = reader.network;
    for junction in network.junctions.ids() {
        network.junctions[junction].conflict_areas = conflict::areas(&network, junction);
    }
    conflict::complete(&mut network);
    for junction in network.junctions.ids() {
        if let Some(signal) = &mut network.junctions[junction].signal {
            signal::permit_phases(signal);
        }
    }
    intergreen::complete(&mut network, &IntergreenParameters::RILSA);
    Ok(network)
}

/// A node as its line states it.
struct Node<'a> {
    name: &'a str,
    place: Wgs84,
    signal: bool,
}

fn nodes<'a>(lines: &mut Lines<'a>, file: &str) -> Result<Vec<Node<'a>>, NetworkError> {
    let count = lines.count("number of nodes")?;
    if count == 0 {
        return Err(NetworkError::Empty { file: file.to_owned(), what: "nodes" });
    }
    let mut nodes = Vec::new();
    for _ in 0..count {
        let line = lines.next("latitude, longitude, id and signal of a node", 4)?;
        let latitude = line.within(0, "latitude", (-85.0, 85.0), "-85 to 85 degrees")?;
        let longitude = line.within(1, "longitude", (-180.0, 180.0), "-180 to 180 degrees")?;
        nodes.push(Node {
            name: line.word(2),
            place: Wgs84::new(longitude, latitude),
            signal: line.flag(3, "signal")?,
        });
    }
    Ok(nodes)
}

/// What a lane may do, as the file says: left, straight on, right.
pub(super) type Permitted = [bool; 3];

pub(super) struct Reader<'a> {
    junctions: BTreeMap<&'a str, JunctionId>,
    signals: BTreeMap<JunctionId, bool>,
    roads: BTreeMap<&'a str, RoadId>,
    /// The other direction of each road, where there is one.
    pub(super) back: BTreeMap<RoadId, RoadId>,
    /// By lane.
    pub(super) permitted: Vec<Permitted>,
    pub(super) network: Network,
    /// The first name that two nodes share.
    twice: Option<&'a str>,
}

/// One direction of a road.
struct Direction<'a> {
    name: &'a str,
    ends: (JunctionId, JunctionId),
    length: f64,
    speed: f64,
    lanes: Vec<Permitted>,
}

impl<'a> Reader<'a> {
    fn new(nodes: Vec<Node<'a>>) -> Self {
        let count = nodes.len() as f64;
        let mean = |value: fn(&Node<'_>) -> f64| nodes.iter().map(value).sum::<f64>() / count;
        let origin =
            Wgs84::new(mean(|node| node.place.longitude_deg), mean(|node| node.place.latitude_deg));
        let frame = LocalFrame { origin };
        let mut reader = Self {
            junctions: BTreeMap::new(),
            signals: BTreeMap::new(),
            roads: BTreeMap::new(),
            back: BTreeMap::new(),
            permitted: Vec::new(),
            network: Network { frame: Some(frame), ..Network::default() },
            twice: None,
        };
        for node in nodes {
            let id = reader.network.junctions.push(Junction {
                name: node.name.to_owned(),
                label: Label::default(),
                center: frame.to_plane(node.place),
                radius: Meters::ZERO,
                kind: JunctionKind::Priority,
                incoming: Vec::new(),
                outgoing: Vec::new(),
                movements: MovementId(0)..MovementId(0),
                conflict_areas: Vec::new(),
                signal: None,
            });
            reader.signals.insert(id, node.signal);
            if reader.junctions.insert(node.name, id).is_some() {
                reader.twice.get_or_insert(node.name);
            }
        }
        reader
    }

    fn roads(&mut self, lines: &mut Lines<'a>) -> Result<(), NetworkError> {
        let count = lines.count("number of roads")?;
        for _ in 0..count {
            let line = lines.next(
                "two nodes, length, speed limit, lanes of both directions, ids of both directions",
                8,
            )?;
            if let Some(name) = self.twice {
                let problem = format!("two nodes before it have the id {name}");
                return Err(line.place().misfit(problem, "give each node its own id"));
            }
            let ends = (self.junction(&line, 0)?, self.junction(&line, 1)?);
            let center = |junction: JunctionId| self.network.junctions[junction].center;
            if geometry::distance(center(ends.0), center(ends.1)) < Meters::new(0.5) {
                let problem = "leads from a node to the same place";
                return Err(line.place().misfit(problem, "correct the nodes, or take it out"));
            }
            let length = line.within(2, "length", (1.0, 1e6), "1 to 1000000 metres")?;
            let speed = line.within(3, "speed limit", (0.5, 100.0), "0.5 to 100 m/s")?;
            let mut made = Vec::new();
            for (lanes, name, ends) in [(4, 6, ends), (5, 7, (ends.1, ends.0))] {
                let lanes = line.number::<u32>(lanes, "lanes", "a count")? as usize;
                let permitted = permitted(lines, &line, lanes)?;
                if lanes > 0 {
                    let name = line.word(name);
                    let direction = Direction { name, ends, length, speed, lanes: permitted };
                    made.push(self.road(&line, &direction)?);
                }
            }
            if let [forth, back] = made[..] {
                self.back.insert(forth, back);
                self.back.insert(back, forth);
            }
        }
        Ok(())
    }

    fn junction(&self, line: &Line<'_>, index: usize) -> Result<JunctionId, NetworkError> {
        let name = line.word(index);
        self.junctions.get(name).copied().ok_or_else(|| {
            let remedy = "add the node, or take the road out";
            line.place().unknown("node", format!("node {name}"), remedy)
        })
    }

    fn road(&mut self, line: &Line<'_>, source: &Direction<'a>) -> Result<RoadId, NetworkError> {
        let id = self.network.roads.next_id();
        if self.roads.insert(source.name, id).is_some() {
            let problem = format!("road {} stands there already", source.name);
            return Err(line.place().misfit(problem, "give each direction its own id"));
        }
        let (from, to) = source.ends;
        let first = self.network.lanes.next_id();
        for (index, permitted) in source.lanes.iter().enumerate() {
            self.permitted.push(*permitted);
            self.network.lanes.push(Lane {
                road: id,
                index: index as u8,
                width: Meters::new(LANE_WIDTH_M),
                length: Meters::new(source.length),
                speed_limit: MetersPerSecond::new(source.speed),
                links_out: Vec::new(),
                links_in: Vec::new(),
            });
        }
        let center = |junction: JunctionId| self.network.junctions[junction].center;
        self.network.roads.push(Road {
            name: source.name.to_owned(),
            label: Label::default(),
            from,
            to,
            shape: vec![center(from), center(to)],
            length: Meters::new(source.length),
            class: if source.speed > 15.0 { RoadClass::Arterial } else { RoadClass::Collector },
            lanes: first..self.network.lanes.next_id(),
        });
        self.network.junctions[from].outgoing.push(id);
        self.network.junctions[to].incoming.push(id);
        Ok(id)
    }

    /// The roads that leave each signalized node, clockwise from the north.
    fn approaches(
        &self,
        lines: &mut Lines<'a>,
    ) -> Result<BTreeMap<JunctionId, [Option<RoadId>; 4]>, NetworkError> {
        let count = lines.count("number of signals")?;
        let mut all = BTreeMap::new();
        for _ in 0..count {
            let line = lines.next("a node with a signal and the four roads that leave it", 5)?;
            let junction = self.junction(&line, 0)?;
            if !self.signals[&junction] {
                let problem = format!("node {} is said to have no signal", line.word(0));
                return Err(line.place().misfit(problem, "correct one of the two"));
            }
            let mut roads = [None; 4];
            for (approach, road) in roads.iter_mut().enumerate() {
                let name = line.word(approach + 1);
                if name == "-1" {
                    continue;
                }
                let id = *self.roads.get(name).ok_or_else(|| {
                    let remedy = "add the road, or write -1";
                    line.place().unknown("road", format!("road {name}"), remedy)
                })?;
                if self.network.roads[id].from != junction {
                    let problem = format!("road {name} does not leave this node");
                    return Err(line.place().misfit(problem, "name one that does, or write -1"));
                }
                *road = Some(id);
            }
            all.insert(junction, roads);
        }
        Ok(all)
    }
}

/// The line of what the lanes of a direction may do.
fn permitted(
    lines: &mut Lines<'_>,
    road: &Line<'_>,
    lanes: usize,
) -> Result<Vec<Permitted>, NetworkError> {
    if lanes > LANES_MAX {
        let problem = format!("has {lanes} lanes, expected at most {LANES_MAX}");
        return Err(road.place().misfit(problem, "correct the number of lanes"));
    }
    if lanes == 0 {
        return Ok(Vec::new());
    }
    let line = lines.next("left, straight on and right of each lane, 0 or 1", lanes * 3)?;
    let mut permitted = vec![[false; 3]; lanes];
    for (field, flag) in permitted.iter_mut().flatten().enumerate() {
        *flag = line.flag(field, "permitted")?;
    }
    Ok(permitted)
}
