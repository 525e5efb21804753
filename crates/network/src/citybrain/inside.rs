//! What lies inside a node: its width, the turns one may take there, and their paths.
//!
//! # Units
//! Metres.

use urbis_core::{Id, JunctionId, LaneId, LaneLinkId, MovementId, RoadId};
use urbis_units::{Meters, Point, Radians};

use super::roadnet::{LANE_WIDTH_M, Reader};
use super::signal::{self, Served};
use crate::{JunctionKind, LaneLink, Movement, Turn, geometry};

/// Share of a road's length, and of the straight line between its nodes, that a junction may take
/// at each end: the files give nodes no width.
const JUNCTION_SHARE: f64 = 0.3;
/// Widest junction, from its center to the stop lines.
const RADIUS_MAX_M: f64 = 18.0;
/// Turns in the order of the file's flags.
const TURNS: [Turn; 3] = [Turn::Left, Turn::Straight, Turn::Right];

impl Reader<'_> {
    /// Gives junctions the width their lanes need, as far as the roads allow, and takes it off the
    /// roads.
    pub(super) fn widen(&mut self) {
        for junction in self.network.junctions.ids() {
            let there = &self.network.junctions[junction];
            let arms = || there.incoming.iter().chain(&there.outgoing);
            let lanes = arms().map(|road| self.network.lanes_of(*road).count()).max().unwrap_or(0);
            let room = arms()
                .map(|road| {
                    let road = &self.network.roads[*road];
                    road.length.min(geometry::length(&road.shape)).get() * JUNCTION_SHARE
                })
                .fold(RADIUS_MAX_M, f64::min);
            let wanted = (lanes as f64 + 1.0) * LANE_WIDTH_M;
            self.network.junctions[junction].radius = Meters::new(wanted.min(room));
        }
        for road in self.network.roads.ids() {
            let (from, to) = (self.network.roads[road].from, self.network.roads[road].to);
            let radius = |junction: JunctionId| self.network.junctions[junction].radius;
            let taken = radius(from) + radius(to);
            let length = self.network.roads[road].length - taken;
            self.network.roads[road].length = length;
            for lane in self.network.lanes_of(road) {
                self.network.lanes[lane].length = length;
            }
        }
    }

    /// Movements, lane links and signal of one junction.
    pub(super) fn inside(
        &mut self,
        junction: JunctionId,
        approaches: Option<&[Option<RoadId>; 4]>,
    ) {
        let first = self.network.movements.next_id();
        let mut served = Vec::new();
        for from in self.network.junctions[junction].incoming.clone() {
            for (to, turn, lanes) in match approaches {
                Some(roads) => self.signed(from, roads),
                None => self.by_angle(from),
            } {
                let movement = self.movement(junction, (from, to), turn, &lanes);
                let approach = |roads: &[Option<RoadId>; 4]| {
                    let back = self.back.get(&from).copied();
                    roads.iter().position(|road| road.is_some() && *road == back)
                };
                served.push(Served {
                    movement,
                    name: format!(
                        "{} to {}",
                        self.network.roads[from].name, self.network.roads[to].name
                    ),
                    approach: approaches.and_then(approach).unwrap_or(0) as u8,
                    turn,
                });
            }
        }
        let last = self.network.movements.next_id();
        let signal = approaches.and_then(|_| signal::of(&served));
        let there = &mut self.network.junctions[junction];
        there.movements = first..last;
        there.kind = match (&signal, first == last) {
            (Some(_), _) => JunctionKind::Signalized,
            (None, true) => JunctionKind::Boundary,
            (None, false) => JunctionKind::Priority,
        };
        there.signal = signal;
    }

    /// Where one may turn from `from` at a signal, by the order of its approaches.
    fn signed(
        &self,
        from: RoadId,
        roads: &[Option<RoadId>; 4],
    ) -> Vec<(RoadId, Turn, Vec<LaneId>)> {
        let back = self.back.get(&from).copied();
        let Some(approach) = roads.iter().position(|road| road.is_some() && *road == back) else {
            return self.by_angle(from);
        };
        TURNS
            .iter()
            .enumerate()
            .filter_map(|(nth, turn)| {
                // Clockwise from where one comes from: left, straight on, right.
                let to = roads[(approach + 1 + nth) % 4]?;
                let lanes: Vec<LaneId> = self.network.lanes_of(from).collect();
                let may = |lane: &LaneId| self.permitted[lane.index()][nth];
                let permitted: Vec<LaneId> = lanes.iter().copied().filter(may).collect();
                let lanes = if permitted.is_empty() { lanes } else { permitted };
                Some((to, *turn, lanes))
            })
            .collect()
    }

    /// Where one may turn from `from` without a signal: from left to right by angle; the lanes of a
    /// turn that is not there go where the nearest one does.
    fn by_angle(&self, from: RoadId) -> Vec<(RoadId, Turn, Vec<LaneId>)> {
        let network = &self.network;
        let back = self.back.get(&from);
        let heading = geometry::heading_at_end(&network.roads[from].shape);
        let junction = network.roads[from].to;
        let onward = network.junctions[junction].outgoing.iter().filter(|to| Some(*to) != back);
        let mut ways: Vec<(RoadId, Radians)> = onward
            .map(|to| {
                let away = geometry::heading_at_start(&network.roads[*to].shape);
                (*to, geometry::turn_angle(heading, away))
            })
            .collect();
        // Left is positive.
        ways.sort_by(|a, b| b.1.get().total_cmp(&a.1.get()).then(a.0.cmp(&b.0)));
        // The way nearest to straight on, and with it what lies to its left and right.
        let straight = (0..ways.len()).min_by(|a, b| {
            ways[*a].1.get().abs().total_cmp(&ways[*b].1.get().abs()).then(a.cmp(b))
        });
        let Some(straight) = straight else { return Vec::new() };
        let turn_of = |way: usize| match way.cmp(&straight) {
            std::cmp::Ordering::Less => Turn::Left,
            std::cmp::Ordering::Equal => Turn::Straight,
            std::cmp::Ordering::Greater => Turn::Right,
        };
        let served =
            |nth: usize| ways.iter().enumerate().any(|(way, _)| turn_of(way) == TURNS[nth]);
        ways.iter()
            .enumerate()
            .map(|(way, (to, _))| {
                let turn = turn_of(way);
                let goes = |lane: &LaneId| {
                    let permitted = self.permitted[lane.index()];
                    (0..3).any(|nth| {
                        permitted[nth]
                            && (TURNS[nth] == turn || (!served(nth) && turn == Turn::Straight))
                    })
                };
                let lanes: Vec<LaneId> = network.lanes_of(from).filter(goes).collect();
                let all = || network.lanes_of(from).collect();
                (*to, turn, if lanes.is_empty() { all() } else { lanes })
            })
            .collect()
    }

    /// A movement with a link from each of `lanes` to each lane of the road it leads to.
    fn movement(
        &mut self,
        junction: JunctionId,
        (from, to): (RoadId, RoadId),
        turn: Turn,
        lanes: &[LaneId],
    ) -> MovementId {
        let network = &mut self.network;
        let movement = network.movements.next_id();
        let first = network.lane_links.next_id();
        for lane in lanes {
            let start = geometry::lane_shape(network, *lane);
            for onto in network.lanes_of(to) {
                let shape: Vec<Point> =
                    geometry::link_shape(&start, &geometry::lane_shape(network, onto));
                let length = geometry::length(&shape).max(Meters::new(0.1));
                let id: LaneLinkId = network.lane_links.push(LaneLink {
                    movement,
                    from: *lane,
                    to: onto,
                    shape,
                    length,
                });
                network.lanes[*lane].links_out.push(id);
                network.lanes[onto].links_in.push(id);
            }
        }
        let lane_links = first..network.lane_links.next_id();
        network.movements.push(Movement { junction, from, to, turn, lane_links })
    }
}
