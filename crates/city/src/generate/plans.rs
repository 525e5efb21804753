//! Signal plans of a generated city: Webster splits, one cycle on arterials, offsets, schedules.
//!
//! # Units
//! Seconds, vehicles per hour, minutes of the day.
//!
//! # Source
//! Cycle and splits by `urbis_control::webster`, the offset of neighbors by
//! `urbis_control::progression`. In a network of arterials offsets are settled along a spanning
//! tree of the links with the most flow: J. B. Kruskal, "On the shortest spanning subtree of a
//! graph", Proceedings of the AMS 7 (1956), doi:10.1090/S0002-9939-1956-0078686-7.

use std::collections::BTreeMap;

use urbis_control::progression::{self, ArterialLink, ArterialSignal, Window};
use urbis_control::webster::{self, MovementFlows, WebsterParameters};
use urbis_core::Id;
use urbis_network::{
    JunctionId, MovementId, Network, Plan, RoadClass, RoadId, ScheduleEntry, Turn,
};
use urbis_units::{Seconds, VehiclesPerHour};

use super::network::{Built, speed_limit};

/// Names of the plans and the minutes of the day whose flows they are made for; the first is the
/// default.
pub(crate) const PERIODS: [(&str, (u16, u16)); 4] = [
    ("midday", (630, 900)),
    ("am-peak", (450, 525)),
    ("pm-peak", (1035, 1125)),
    ("night", (1380, 1440)),
];
/// Weekdays Monday to Friday, and Saturday with Sunday.
const WORKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;
/// When which plan begins: days, minute, index into [`PERIODS`].
const SCHEDULE: [(u8, u16, u16); 9] = [
    (WORKDAYS, 0, 3),
    (WORKDAYS, 390, 1),
    (WORKDAYS, 570, 0),
    (WORKDAYS, 990, 2),
    (WORKDAYS, 1170, 0),
    (WORKDAYS, 1350, 3),
    (WEEKEND, 0, 3),
    (WEEKEND, 450, 0),
    (WEEKEND, 1350, 3),
];
/// Flows counted into a plan are this much above the mean, so that busy days fit.
const HEADROOM: f64 = 1.1;

/// Longest cycle: longer ones fill the short blocks between signals.
const CYCLE_MAX: f64 = 90.0;

/// Degree of saturation that the busiest signals but a few may reach in the morning.
const BUSY: f64 = 0.7;

/// By how much the demand behind `flows` may be raised, or must be lowered, so that the city is
/// busy in the morning but does not lock up: the busiest fiftieth of its signals may be fuller
/// than [`BUSY`].
pub(crate) fn bearable_level(built: &Built, flows: &[[f64; 4]]) -> f64 {
    let signals: Vec<JunctionId> = built.network.signalized().map(|(id, _)| id).collect();
    let arterial: Vec<bool> = signals.iter().map(|id| on_arterial(built, *id)).collect();
    let morning = 1;
    let plans = plans(&built.network, &signals, &arterial, (flows, morning));
    let mut saturation: Vec<f64> = signals
        .iter()
        .zip(&plans)
        .filter_map(|(id, plan)| {
            let flows: MovementFlows = built
                .network
                .movements_of(*id)
                .map(|id| (id, VehiclesPerHour::new(flows[id.index()][morning])))
                .collect();
            let parameters = WebsterParameters::USUAL;
            let found = webster::evaluate(&built.network, *id, plan, &flows, &parameters);
            found.ok().map(|performance| performance.worst_saturation().get())
        })
        .collect();
    saturation.sort_by(f64::total_cmp);
    match saturation.get(saturation.len() * 49 / 50) {
        Some(fullest) => libm::round(100.0 * (BUSY / fullest.max(0.1)).clamp(0.3, 1.0)) / 100.0,
        None => 1.0,
    }
}

/// Gives every signal its plans and schedule; `flows` are vehicles per hour by movement and period.
pub(crate) fn make(built: &mut Built, flows: &[[f64; 4]]) {
    let signals: Vec<JunctionId> = built.network.signalized().map(|(id, _)| id).collect();
    let arterial: Vec<bool> = signals.iter().map(|id| on_arterial(built, *id)).collect();
    let links = links(built, &signals, &arterial, flows);
    for (period, (name, _)) in PERIODS.iter().enumerate() {
        let mut plans = plans(&built.network, &signals, &arterial, (flows, period));
        let offsets = offsets(&built.network, &signals, &links, &plans, period);
        for ((junction, plan), offset) in signals.iter().zip(&mut plans).zip(offsets) {
            (*name).clone_into(&mut plan.name);
            plan.offset = offset;
            if let Some(signal) = built.network.junctions[*junction].signal.as_mut() {
                signal.plans.push(plan.clone());
            }
        }
    }
    for junction in signals {
        if let Some(signal) = built.network.junctions[junction].signal.as_mut() {
            signal.schedule = SCHEDULE
                .iter()
                .map(|&(weekdays, from_minute, plan)| ScheduleEntry { weekdays, from_minute, plan })
                .collect();
        }
    }
}

/// Whether a signal stands on an arterial that other signals stand on.
fn on_arterial(built: &Built, junction: JunctionId) -> bool {
    let arms = &built.arms[junction.index()];
    arms.iter().filter(|arm| arm.class <= RoadClass::Arterial).count() > 1
}

/// The plans of one period: coordinated signals share one cycle.
fn plans(
    network: &Network,
    signals: &[JunctionId],
    arterial: &[bool],
    (flows, period): (&[[f64; 4]], usize),
) -> Vec<Plan> {
    let make = |junction: JunctionId, cycle: Option<Seconds>| {
        let of_junction: MovementFlows = network
            .movements_of(junction)
            .map(|id| (id, VehiclesPerHour::new(flows[id.index()][period] * HEADROOM)))
            .collect();
        let parameters = WebsterParameters {
            cycle,
            cycle_max: Seconds::new(CYCLE_MAX),
            ..WebsterParameters::USUAL
        };
        webster::plan(network, junction, &of_junction, &parameters)
            .expect("generated signals have consistent stages, conflicts and intergreens")
    };
    let mut plans: Vec<Plan> = signals.iter().map(|id| make(*id, None)).collect();
    let mut cycles: Vec<f64> = plans
        .iter()
        .zip(arterial)
        .filter(|(_, arterial)| **arterial)
        .map(|(plan, _)| plan.cycle().get())
        .collect();
    cycles.sort_by(f64::total_cmp);
    let Some(&busy) = cycles.get(cycles.len() * 9 / 10) else { return plans };
    let mut common = (libm::ceil(busy / 10.0) * 10.0).clamp(60.0, CYCLE_MAX);
    // Minimum greens may force a longer cycle on one signal, and so on all.
    for _ in 0..3 {
        let mut longest = common;
        for ((plan, id), arterial) in plans.iter_mut().zip(signals).zip(arterial) {
            if *arterial {
                *plan = make(*id, Some(Seconds::new(common)));
                longest = longest.max(plan.cycle().get());
            }
        }
        if longest <= common {
            break;
        }
        common = longest;
    }
    plans
}

/// The way from one coordinated signal to the next, past junctions without signals.
#[derive(Debug)]
struct Link {
    /// Indices of the two signals.
    ends: (usize, usize),
    /// The roads that leave the first, reach the second, leave the second, reach the first.
    roads: [RoadId; 4],
    time: Seconds,
    /// Vehicles per hour there and back, by period.
    flows: [[f64; 4]; 2],
}

fn links(
    built: &Built,
    signals: &[JunctionId],
    arterial: &[bool],
    flows: &[[f64; 4]],
) -> Vec<Link> {
    let index: BTreeMap<JunctionId, usize> =
        signals.iter().enumerate().map(|(index, id)| (*id, index)).collect();
    let mut links = Vec::new();
    for (start, &junction) in signals.iter().enumerate().filter(|(start, _)| arterial[*start]) {
        for arm in &built.arms[junction.index()] {
            if arm.class > RoadClass::Arterial {
                continue;
            }
            let leaves = built.outgoing(arm);
            let Some((reaches, time)) = follow(&built.network, leaves) else { continue };
            let end = built.network.roads[reaches].to;
            let Some(&end) = index.get(&end).filter(|end| arterial[**end] && **end > start) else {
                continue;
            };
            let (back_leaves, back_reaches) = (opposite(built, reaches), opposite(built, leaves));
            links.push(Link {
                ends: (start, end),
                roads: [leaves, reaches, back_leaves, back_reaches],
                time,
                flows: [leaves, back_leaves].map(|road| flow_into(&built.network, road, flows)),
            });
        }
    }
    links
}

/// The other direction of a street.
fn opposite(built: &Built, road: RoadId) -> RoadId {
    let (along, against) = built.roads[road.index() / 2];
    if road == along { against } else { along }
}

/// Straight on from a road to the next signal: the road that reaches it, and the time on the way.
fn follow(network: &Network, start: RoadId) -> Option<(RoadId, Seconds)> {
    let mut at = start;
    let mut time = Seconds::ZERO;
    for _ in 0..60 {
        let road = &network.roads[at];
        let radii = network.junctions[road.from].radius + network.junctions[road.to].radius;
        time += (road.length + radii) / (speed_limit(road.class) * 0.9);
        if network.junctions[road.to].signal.is_some() {
            return Some((at, time));
        }
        at = network
            .movements_of(road.to)
            .map(|id| &network.movements[id])
            .find(|movement| movement.from == at && movement.turn == Turn::Straight)?
            .to;
    }
    None
}

fn flow_into(network: &Network, road: RoadId, flows: &[[f64; 4]]) -> [f64; 4] {
    let mut sum = [0.0; 4];
    for id in network.movements_of(network.roads[road].from) {
        if network.movements[id].to == road {
            for (total, flow) in sum.iter_mut().zip(flows[id.index()]) {
                *total += flow;
            }
        }
    }
    sum
}

/// The straight movement into or out of a road at a junction, or any other if there is none.
fn movement(
    network: &Network,
    junction: JunctionId,
    fits: impl Fn(MovementId) -> bool,
) -> Option<MovementId> {
    let candidates = network.movements_of(junction).filter(|id| fits(*id));
    candidates.min_by_key(|id| network.movements[*id].turn != Turn::Straight)
}

/// Offsets of all signals of one period, along a spanning tree of the busiest links.
fn offsets(
    network: &Network,
    signals: &[JunctionId],
    links: &[Link],
    plans: &[Plan],
    period: usize,
) -> Vec<Seconds> {
    let mut order: Vec<usize> = (0..links.len()).collect();
    let flow = |link: &usize| links[*link].flows[0][period] + links[*link].flows[1][period];
    order.sort_by(|a, b| flow(b).total_cmp(&flow(a)).then(a.cmp(b)));
    let mut part: Vec<usize> = (0..signals.len()).collect();
    let mut tree: Vec<Vec<usize>> = vec![Vec::new(); signals.len()];
    for link in order {
        let (a, b) = links[link].ends;
        let (a_part, b_part) = (root(&mut part, a), root(&mut part, b));
        if a_part != b_part {
            part[a_part] = b_part;
            tree[a].push(link);
            tree[b].push(link);
        }
    }
    let mut offsets = vec![None; signals.len()];
    for start in 0..signals.len() {
        if offsets[start].is_some() {
            continue;
        }
        offsets[start] = Some(Seconds::ZERO);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for &link in &tree[at] {
                let link = &links[link];
                let other = if link.ends.0 == at { link.ends.1 } else { link.ends.0 };
                if offsets[other].is_none() {
                    let ahead = difference(network, signals, plans, link, period);
                    let ahead = if link.ends.0 == at { ahead } else { -ahead };
                    let cycle = plans[at].cycle().get();
                    let own = offsets[at].unwrap_or(Seconds::ZERO).get() + ahead.get();
                    offsets[other] = Some(Seconds::new(own.rem_euclid(cycle)));
                    open.push(other);
                }
            }
        }
    }
    offsets.into_iter().map(Option::unwrap_or_default).collect()
}

fn root(part: &mut [usize], start: usize) -> usize {
    let mut at = start;
    while part[at] != at {
        part[at] = part[part[at]];
        at = part[at];
    }
    at
}

/// By how much the second signal of a link begins after the first for the best progression.
fn difference(
    network: &Network,
    signals: &[JunctionId],
    plans: &[Plan],
    link: &Link,
    period: usize,
) -> Seconds {
    let window = |end: usize, fits: &dyn Fn(MovementId) -> bool| {
        let junction = signals[end];
        let signal = network.junctions[junction].signal.as_ref();
        let found = movement(network, junction, fits).zip(signal).and_then(|(id, signal)| {
            progression::green_window(signal, &plans[end], id).ok().flatten()
        });
        found.unwrap_or(Window { start_s: 0, length_s: 0 })
    };
    let [leaves, reaches, back_leaves, back_reaches] = link.roads;
    let into = |road: RoadId| move |id: MovementId| network.movements[id].to == road;
    let out_of = |road: RoadId| move |id: MovementId| network.movements[id].from == road;
    let first = ArterialSignal {
        forward: window(link.ends.0, &into(leaves)),
        backward: window(link.ends.0, &out_of(back_reaches)),
    };
    let second = ArterialSignal {
        forward: window(link.ends.1, &out_of(reaches)),
        backward: window(link.ends.1, &into(back_leaves)),
    };
    let travel = ArterialLink {
        forward: link.time,
        backward: link.time,
        forward_flow: VehiclesPerHour::new(link.flows[0][period]),
        backward_flow: VehiclesPerHour::new(link.flows[1][period]),
    };
    let cycle_s = libm::round(plans[link.ends.0].cycle().get()) as u32;
    let offsets = progression::offsets(cycle_s, &[first, second], &[travel]);
    offsets.get(1).copied().unwrap_or_default()
}
