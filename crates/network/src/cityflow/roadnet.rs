//! The road network file.

use std::collections::BTreeMap;

use urbis_core::{Id, JunctionId, LaneId, LaneLinkId, MovementId, RoadId};
use urbis_units::{Meters, MetersPerSecond, Point};

use super::file;
use super::lanes::{self, LaneEnd};
use super::{crossing, signal};
use crate::intergreen::{self, IntergreenParameters};
use crate::place::Place;
use crate::{
    Junction, JunctionKind, Label, Lane, LaneLink, Movement, Network, NetworkError, Road,
    RoadClass, Turn, conflict,
};

/// Farthest a point may lie from the origin.
const COORDINATE_MAX_M: f64 = 1e8;
/// Most lanes a road may have.
const LANES_MAX: usize = 64;
/// Shortest path of a lane link.
const LINK_LENGTH_MIN_M: f64 = 1e-6;
/// Shortest drivable road.
const LENGTH_MIN_M: f64 = 0.1;

/// Reads a CityFlow road network; `file` is the name to blame in errors.
///
/// Conflict areas are CityFlow's own crossing points; the conflict matrices, ambers and intergreens
/// its files do not have follow from geometry.
///
/// # Errors
/// [`NetworkError`] for anything that is not a network one can drive on.
pub fn read_roadnet(bytes: &[u8], file: &str) -> Result<Network, NetworkError> {
    let source: file::Roadnet = file::parse(bytes, file, file::ROADNET)?;
    for (what, count) in
        [("intersections", source.intersections.len()), ("roads", source.roads.len())]
    {
        if count == 0 {
            return Err(NetworkError::Empty { file: file.to_owned(), what });
        }
    }
    let mut reader = Reader {
        file,
        junctions: BTreeMap::new(),
        roads: BTreeMap::new(),
        network: Network { name: stem(file), ..Network::default() },
    };
    reader.junctions(&source.intersections)?;
    reader.roads(&source.roads)?;
    for (index, intersection) in source.intersections.iter().enumerate() {
        reader.inside(JunctionId::from_index(index), intersection)?;
    }
    let mut network = reader.network;
    conflict::complete(&mut network);
    intergreen::complete(&mut network, &IntergreenParameters::RILSA);
    Ok(network)
}

/// A file's name without folders and extension.
fn stem(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.split_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

struct Reader<'a> {
    file: &'a str,
    junctions: BTreeMap<&'a str, JunctionId>,
    roads: BTreeMap<&'a str, RoadId>,
    network: Network,
}

impl<'a> Reader<'a> {
    fn place<'b>(&self, element: &'b str) -> Place<'b>
    where
        'a: 'b,
    {
        Place { file: self.file, element }
    }

    fn junctions(&mut self, source: &'a [file::Intersection]) -> Result<(), NetworkError> {
        for intersection in source {
            let element = format!("intersection {}", intersection.id);
            let place = self.place(&element);
            point(place, "point", intersection.point)?;
            let radius = match intersection.width {
                _ if intersection.is_virtual => 0.0,
                Some(width) => place.number("width", width, (0.0, 1000.0), "0 to 1000 metres")?,
                None => return Err(place.missing("width")),
            };
            let id = self.network.junctions.push(Junction {
                name: intersection.id.clone(),
                label: Label::default(),
                center: intersection.point,
                radius: Meters::new(radius),
                kind: if intersection.is_virtual {
                    JunctionKind::Boundary
                } else {
                    JunctionKind::Priority
                },
                incoming: Vec::new(),
                outgoing: Vec::new(),
                movements: MovementId(0)..MovementId(0),
                conflict_areas: Vec::new(),
                signal: None,
            });
            if self.junctions.insert(&intersection.id, id).is_some() {
                return Err(place.duplicate("intersection"));
            }
        }
        Ok(())
    }

    fn roads(&mut self, source: &'a [file::Road]) -> Result<(), NetworkError> {
        for road in source {
            let element = format!("road {}", road.id);
            let place = self.place(&element);
            let remedy = "add the intersection, or take the road out";
            let end = |field, name: &str| {
                let id = self.junctions.get(name).copied();
                id.ok_or_else(|| place.unknown(field, format!("intersection {name}"), remedy))
            };
            let from = end("startIntersection", &road.start)?;
            let to = end("endIntersection", &road.end)?;
            for at in &road.points {
                point(place, "points", *at)?;
            }
            if road.points.len() < 2 || road.points.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(place.misfit(
                    "its points do not make a line",
                    "give at least two points, each different from the one before",
                ));
            }
            if road.lanes.is_empty() || road.lanes.len() > LANES_MAX {
                return Err(place.misfit(
                    format!("has {} lanes, expected 1 to {LANES_MAX}", road.lanes.len()),
                    "correct `lanes`",
                ));
            }
            let id = self.network.roads.next_id();
            if self.roads.insert(&road.id, id).is_some() {
                return Err(place.duplicate("road"));
            }
            let points: Vec<Point> = road.points.iter().map(|at| lanes::as_read(*at)).collect();
            let lanes = self.lanes(place, id, (&points, &road.lanes), (from, to))?;
            let first = self.network.lanes[lanes.start].length;
            self.network.roads.push(Road {
                name: road.id.clone(),
                label: Label::default(),
                from,
                to,
                shape: points,
                length: first,
                class: match road.lanes.len() {
                    1 => RoadClass::Local,
                    2 => RoadClass::Collector,
                    _ => RoadClass::Arterial,
                },
                lanes,
            });
            self.network.junctions[from].outgoing.push(id);
            self.network.junctions[to].incoming.push(id);
        }
        Ok(())
    }

    fn lanes(
        &mut self,
        place: Place<'_>,
        road: RoadId,
        (points, source): (&[Point], &[file::Lane]),
        (from, to): (JunctionId, JunctionId),
    ) -> Result<std::ops::Range<LaneId>, NetworkError> {
        let radius = |junction: JunctionId| self.network.junctions[junction].radius.get();
        let (start, end) = (radius(from), radius(to));
        let straight = lanes::length(points);
        if straight - start - end < LENGTH_MIN_M {
            return Err(place.misfit(
                format!(
                    "is {straight:.1} m long, of which its junctions' widths take {:.1} m",
                    start + end
                ),
                "lengthen the road, or narrow the intersections at its ends",
            ));
        }
        let center = lanes::trimmed(points, start, end);
        let first = self.network.lanes.next_id();
        let mut offset = 0.0;
        for (index, lane) in source.iter().enumerate() {
            let width =
                place.number("lanes.width", lane.width, (0.1, 100.0), "0.1 to 100 metres")?;
            let speed = place.number(
                "lanes.maxSpeed",
                lane.max_speed,
                (0.1, 100.0),
                "0.1 to 100 metres per second",
            )?;
            let length = lanes::length(&lanes::right_of(&center, offset + width / 2.0));
            place.number("lanes.length", length, (LENGTH_MIN_M, 1e7), "0.1 metres to 10000 km")?;
            offset += width;
            self.network.lanes.push(Lane {
                road,
                index: index as u8,
                width: Meters::new(width),
                length: Meters::new(length),
                speed_limit: MetersPerSecond::new(speed),
                links_out: Vec::new(),
                links_in: Vec::new(),
            });
        }
        Ok(first..self.network.lanes.next_id())
    }

    /// Movements, lane links, crossing points and signal of one junction.
    fn inside(
        &mut self,
        junction: JunctionId,
        source: &file::Intersection,
    ) -> Result<(), NetworkError> {
        let element = format!("intersection {}", source.id);
        let place = self.place(&element);
        for road in &source.roads {
            if !self.roads.contains_key(road.as_str()) {
                let remedy = "add the road, or take it out of the list";
                return Err(place.unknown("roads", format!("road {road}"), remedy));
            }
        }
        let first = self.network.movements.next_id();
        self.network.junctions[junction].movements = first..first;
        if source.is_virtual {
            return Ok(());
        }
        let links = source.road_links.as_ref().ok_or_else(|| place.missing("roadLinks"))?;
        let light = source.traffic_light.as_ref().ok_or_else(|| place.missing("trafficLight"))?;
        let mut served = Vec::with_capacity(links.len());
        for (index, link) in links.iter().enumerate() {
            let element = format!("intersection {}, road link {index}", source.id);
            served.push(self.movement(junction, link, &element)?);
        }
        self.network.junctions[junction].movements = first..self.network.movements.next_id();
        let shapes: Vec<(LaneLinkId, &[Point])> = self
            .network
            .movements_of(junction)
            .flat_map(|movement| self.network.lane_links_of(movement))
            .map(|link| (link, self.network.lane_links[link].shape.as_slice()))
            .collect();
        let areas = crossing::areas(&shapes);
        let signal = signal::read(place, &light.phases, &served)?;
        let junction = &mut self.network.junctions[junction];
        junction.conflict_areas = areas;
        if signal.is_some() {
            junction.kind = JunctionKind::Signalized;
        }
        junction.signal = signal;
        Ok(())
    }

    fn movement(
        &mut self,
        junction: JunctionId,
        source: &file::RoadLink,
        element: &str,
    ) -> Result<signal::Served, NetworkError> {
        let place = self.place(element);
        let turn = match source.kind.as_str() {
            "go_straight" => Turn::Straight,
            "turn_left" => Turn::Left,
            "turn_right" => Turn::Right,
            other => {
                return Err(place.unknown(
                    "type",
                    format!("turn {other:?}"),
                    "use go_straight, turn_left or turn_right",
                ));
            }
        };
        let from = self.arm(place, junction, "startRoad", &source.start_road)?;
        let to = self.arm(place, junction, "endRoad", &source.end_road)?;
        let movement = self.network.movements.next_id();
        let first = self.network.lane_links.next_id();
        for link in &source.lane_links {
            let start = self.lane(place, "startLaneIndex", from, link.start_lane)?;
            let end = self.lane(place, "endLaneIndex", to, link.end_lane)?;
            let shape = self.link_shape(place, link, (start, end))?;
            let length = Meters::new(lanes::length(&shape));
            let id = self.network.lane_links.push(LaneLink {
                movement,
                from: start,
                to: end,
                shape,
                length,
            });
            self.network.lanes[start].links_out.push(id);
            self.network.lanes[end].links_in.push(id);
        }
        let name = format!("{} to {}", source.start_road, source.end_road);
        let lane_links = first..self.network.lane_links.next_id();
        self.network.movements.push(Movement { junction, from, to, turn, lane_links });
        Ok(signal::Served { movement, name, turn })
    }

    /// A road of a movement, which must begin or end at the junction.
    fn arm(
        &self,
        place: Place<'_>,
        junction: JunctionId,
        field: &'static str,
        name: &str,
    ) -> Result<RoadId, NetworkError> {
        let remedy = "add the road, or take the road link out";
        let road = *self
            .roads
            .get(name)
            .ok_or_else(|| place.unknown(field, format!("road {name}"), remedy))?;
        let (end, verb) = match field {
            "startRoad" => (self.network.roads[road].to, "end"),
            _ => (self.network.roads[road].from, "begin"),
        };
        if end != junction {
            return Err(place.misfit(
                format!("road {name} does not {verb} at this intersection"),
                "name a road that does, or correct the road's intersections",
            ));
        }
        Ok(road)
    }

    fn lane(
        &self,
        place: Place<'_>,
        field: &'static str,
        road: RoadId,
        index: i64,
    ) -> Result<LaneId, NetworkError> {
        let lanes = &self.network.roads[road].lanes;
        usize::try_from(index)
            .ok()
            .filter(|index| *index < lanes.end.index() - lanes.start.index())
            .map(|index| LaneId::from_index(lanes.start.index() + index))
            .ok_or_else(|| {
                let name = &self.network.roads[road].name;
                let target = format!("lane {index} of road {name}");
                place.unknown(field, target, "name a lane the road has, counted from 0")
            })
    }

    fn link_shape(
        &self,
        place: Place<'_>,
        source: &file::LaneLink,
        (start, end): (LaneId, LaneId),
    ) -> Result<Vec<Point>, NetworkError> {
        for at in &source.points {
            point(place, "laneLinks.points", *at)?;
        }
        let shape = if source.points.is_empty() {
            let line = |lane: LaneId| {
                let lane = &self.network.lanes[lane];
                let road = &self.network.roads[lane.road];
                let inner: f64 = self
                    .network
                    .lanes_of(lane.road)
                    .take(usize::from(lane.index))
                    .map(|inner| self.network.lanes[inner].width.get())
                    .sum();
                lanes::right_of(&road.shape, inner + lane.width.get() / 2.0)
            };
            let from = self.network.roads[self.network.lanes[start].road].to;
            let radius_m = self.network.junctions[from].radius.get();
            let (from, to) = (line(start), line(end));
            lanes::curve(LaneEnd { shape: &from, radius_m }, LaneEnd { shape: &to, radius_m })
        } else {
            source.points.iter().map(|at| lanes::as_read(*at)).collect()
        };
        let length = lanes::length(&shape);
        if length < LINK_LENGTH_MIN_M {
            let (from, to) = (source.start_lane, source.end_lane);
            let (problem, remedy) = if source.points.is_empty() {
                (
                    "has no `points`, and its roads meet in one point of an intersection without width",
                    "give the lane link `points`, or the intersection a `width`",
                )
            } else {
                ("its `points` all lie in one place", "correct `laneLinks.points`")
            };
            let problem = format!("lane link from lane {from} to lane {to}: {problem}");
            return Err(place.misfit(problem, remedy));
        }
        place.number("laneLinks.points", length, (0.0, 1e6), "a path of at most 1000 km")?;
        Ok(shape)
    }
}

fn point(place: Place<'_>, field: &'static str, at: Point) -> Result<(), NetworkError> {
    for value in [at.x, at.y] {
        place.number(field, value, (-COORDINATE_MAX_M, COORDINATE_MAX_M), "metres within 1e8")?;
    }
    Ok(())
}
