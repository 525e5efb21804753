//! The network laid out for the step: what never changes, in flat arrays.
//!
//! # Shape
//! A *place* is a lane or a lane link; lanes come first, so lane `i` is place `i` and lane link `j`
//! is place `lanes + j`. Lists of varying length (lane links of a lane, crossing points of a lane
//! link) stand side by side in one array with the start of each.
//!
//! # Units
//! Metres, metres per second.

use std::collections::BTreeSet;
use std::sync::Arc;

use urbis_core::{Id, LaneId, LaneLinkId, MovementId, RoadId};
use urbis_network::{GroupKind, Network, Turn};

use crate::TwinError;

/// No vehicle, no place, no lane link.
pub(crate) const NONE: u32 = u32::MAX;

/// A crossing point as seen from one of its two lane links.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Crossing {
    /// Distance from the start of this lane link.
    pub(crate) distance: f64,
    /// The other lane link.
    pub(crate) foe: u32,
    /// Distance from the start of the other lane link.
    pub(crate) foe_distance: f64,
}

/// A lane link: index among the lane links, not a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Link {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) road_to: u32,
    pub(crate) movement: u32,
    pub(crate) junction: u32,
    /// Signal groups any of which opens it.
    pub(crate) groups: u64,
    /// Whether it is driven at turning speed.
    pub(crate) turns: bool,
    /// Right of way among movements that are green together: the higher goes first.
    pub(crate) rank: u8,
}

/// The network laid out for the step.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) network: Arc<Network>,
    /// Of all that driving depends on, to know the network again.
    pub(crate) hash: [u8; 32],
    pub(crate) lanes: usize,
    /// By place.
    pub(crate) length: Vec<f64>,
    /// By place.
    pub(crate) limit: Vec<f64>,
    /// By lane.
    pub(crate) road: Vec<u32>,
    /// By lane: its number on its road, 0 innermost.
    pub(crate) index_on_road: Vec<u32>,
    /// By lane: next lane towards the median.
    pub(crate) inner: Vec<u32>,
    /// By lane: next lane towards the curb.
    pub(crate) outer: Vec<u32>,
    /// By lane.
    pub(crate) width: Vec<f64>,
    /// By lane: the signalized junction it leads to, whose queue it is part of.
    pub(crate) site: Vec<u32>,
    pub(crate) links: Vec<Link>,
    out_start: Vec<u32>,
    out: Vec<u32>,
    /// Roads a lane leads to, each once.
    onto_start: Vec<u32>,
    onto: Vec<u32>,
    in_start: Vec<u32>,
    incoming: Vec<u32>,
    crossing_start: Vec<u32>,
    crossings: Vec<Crossing>,
}

impl Layout {
    pub(crate) fn new(network: Arc<Network>) -> Result<Self, TwinError> {
        let places = network.lanes.len() + network.lane_links.len();
        if places >= NONE as usize / 2 {
            let most = NONE as usize / 2;
            return Err(TwinError::TooLarge { what: "lanes and lane links", found: places, most });
        }
        let groups = groups_of_movements(&network);
        let links: Vec<Link> = network
            .lane_links
            .iter()
            .map(|link| {
                let movement = &network.movements[link.movement];
                Link {
                    from: link.from.0,
                    to: link.to.0,
                    road_to: network.lanes[link.to].road.0,
                    movement: link.movement.0,
                    junction: movement.junction.0,
                    groups: groups[link.movement.index()],
                    turns: movement.turn != Turn::Straight,
                    rank: match movement.turn {
                        Turn::Straight => 3,
                        Turn::Left => 2,
                        Turn::Right => 1,
                        Turn::UTurn => 0,
                    },
                }
            })
            .collect();
        let lanes = || network.lanes.iter();
        let of_road = |lane: LaneId| &network.roads[network.lanes[lane].road].lanes;
        let inner = |lane: LaneId| if lane > of_road(lane).start { lane.0 - 1 } else { NONE };
        let outer = |lane: LaneId| if lane.0 + 1 < of_road(lane).end.0 { lane.0 + 1 } else { NONE };
        let of_links = network.lane_links.iter();
        let (out_start, out) =
            flatten(lanes().map(|lane| lane.links_out.iter().map(|link| link.0)));
        let (onto_start, onto) = onto(&network);
        let (in_start, incoming) =
            flatten(lanes().map(|lane| lane.links_in.iter().map(|link| link.0)));
        let (crossing_start, crossings) = crossings(&network);
        let mut layout = Self {
            hash: [0; 32],
            lanes: network.lanes.len(),
            length: lanes()
                .map(|lane| lane.length.get())
                .chain(of_links.clone().map(|link| link.length.get()))
                .collect(),
            limit: lanes()
                .map(|lane| lane.speed_limit.get())
                .chain(of_links.map(|link| network.lanes[link.from].speed_limit.get()))
                .collect(),
            road: lanes().map(|lane| lane.road.0).collect(),
            index_on_road: network.lanes.ids().map(|lane| lane.0 - of_road(lane).start.0).collect(),
            inner: network.lanes.ids().map(inner).collect(),
            outer: network.lanes.ids().map(outer).collect(),
            width: lanes().map(|lane| lane.width.get()).collect(),
            site: lanes().map(|lane| site(&network, lane.road)).collect(),
            links,
            out_start,
            out,
            onto_start,
            onto,
            in_start,
            incoming,
            crossing_start,
            crossings,
            network,
        };
        layout.hash = layout.compute_hash();
        Ok(layout)
    }

    /// A hash of what driving depends on. Names, shapes and what only controllers need are left
    /// out, so that snapshots outlive changes of those.
    fn compute_hash(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        let mut whole = |numbers: &mut dyn Iterator<Item = u64>| {
            for number in numbers {
                hasher.update(&number.to_le_bytes());
            }
        };
        let counts = [self.lanes, self.links.len(), self.network.junctions.len()];
        whole(&mut counts.iter().map(|count| *count as u64));
        whole(&mut self.length.iter().chain(&self.limit).map(|value| value.to_bits()));
        whole(&mut self.width.iter().map(|value| value.to_bits()));
        whole(&mut self.road.iter().chain(&self.site).map(|index| u64::from(*index)));
        for link in &self.links {
            let ends = [link.from, link.to, link.movement, link.junction, u32::from(link.rank)];
            whole(&mut ends.into_iter().map(u64::from));
            whole(&mut [link.groups, u64::from(link.turns)].into_iter());
        }
        for crossing in &self.crossings {
            let distances = [crossing.distance.to_bits(), crossing.foe_distance.to_bits()];
            whole(&mut distances.into_iter());
            whole(&mut [u64::from(crossing.foe)].into_iter());
        }
        *hasher.finalize().as_bytes()
    }

    pub(crate) fn is_lane(&self, place: u32) -> bool {
        (place as usize) < self.lanes
    }

    /// The place of a lane link.
    pub(crate) fn place_of(&self, link: u32) -> u32 {
        self.lanes as u32 + link
    }

    /// The lane link at a place that is not a lane.
    pub(crate) fn link_at(&self, place: u32) -> u32 {
        place - self.lanes as u32
    }

    /// Lane links that leave a lane.
    pub(crate) fn out(&self, lane: u32) -> &[u32] {
        part(&self.out_start, &self.out, lane)
    }

    /// Lane links that enter a lane.
    pub(crate) fn incoming(&self, lane: u32) -> &[u32] {
        part(&self.in_start, &self.incoming, lane)
    }

    /// Crossing points of a lane link, nearest first.
    pub(crate) fn crossings(&self, link: u32) -> &[Crossing] {
        part(&self.crossing_start, &self.crossings, link)
    }

    /// Lanes of a road, innermost first.
    pub(crate) fn lanes_of(&self, road: u32) -> std::ops::Range<u32> {
        let lanes = &self.network.roads[RoadId(road)].lanes;
        lanes.start.0..lanes.end.0
    }

    /// Whether some lane link leads from `lane` to `road`.
    pub(crate) fn leads(&self, lane: u32, road: u32) -> bool {
        part(&self.onto_start, &self.onto, lane).contains(&road)
    }

    /// Whether some movement leads from one road to the other.
    pub(crate) fn joined(&self, from: u32, to: u32) -> bool {
        self.lanes_of(from).any(|lane| self.leads(lane, to))
    }
}

fn part<'a, T>(start: &[u32], items: &'a [T], of: u32) -> &'a [T] {
    &items[start[of as usize] as usize..start[of as usize + 1] as usize]
}

fn flatten<T, I: Iterator<Item = T>>(lists: impl Iterator<Item = I>) -> (Vec<u32>, Vec<T>) {
    let (mut start, mut items) = (vec![0], Vec::new());
    for list in lists {
        items.extend(list);
        start.push(items.len() as u32);
    }
    (start, items)
}

/// The signal groups of every movement; all of them where no signal holds it.
fn groups_of_movements(network: &Network) -> Vec<u64> {
    let mut groups = vec![u64::MAX; network.movements.len()];
    for (id, signal) in network.signalized() {
        for movement in network.movements_of(id) {
            groups[movement.index()] = 0;
        }
        for (index, group) in signal.groups.iter().enumerate() {
            if let GroupKind::Vehicle { movements } = &group.kind {
                for movement in movements {
                    groups[movement.index()] |= 1 << index;
                }
            }
        }
        // A movement that no group serves is not under the signal's control.
        for movement in network.movements_of(id) {
            if groups[movement.index()] == 0 {
                groups[movement.index()] = u64::MAX;
            }
        }
    }
    groups
}

/// The signalized junction that the lanes of `road` queue for.
fn site(network: &Network, road: RoadId) -> u32 {
    let to = network.roads[road].to;
    let serves = |movement: MovementId| network.movements[movement].from == road;
    if network.junctions[to].signal.is_some() && network.movements_of(to).any(serves) {
        to.0
    } else {
        NONE
    }
}

/// The roads that lanes lead to, each once.
fn onto(network: &Network) -> (Vec<u32>, Vec<u32>) {
    let road_of = |link: &LaneLinkId| network.lanes[network.lane_links[*link].to].road.0;
    let of = |links: &[LaneLinkId]| links.iter().map(road_of).collect::<BTreeSet<u32>>();
    flatten(network.lanes.iter().map(|lane| of(&lane.links_out).into_iter()))
}

fn crossings(network: &Network) -> (Vec<u32>, Vec<Crossing>) {
    let mut lists: Vec<Vec<Crossing>> = vec![Vec::new(); network.lane_links.len()];
    for junction in &network.junctions {
        for area in &junction.conflict_areas {
            let (a, b) = (area.along_a.get(), area.along_b.get());
            lists[area.a.index()].push(Crossing { distance: a, foe: area.b.0, foe_distance: b });
            lists[area.b.index()].push(Crossing { distance: b, foe: area.a.0, foe_distance: a });
        }
    }
    for list in &mut lists {
        list.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    }
    flatten(lists.into_iter().map(Vec::into_iter))
}
