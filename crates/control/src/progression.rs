//! Offsets along an arterial, so that platoons arrive at green.
//!
//! # Units
//! Seconds; windows and offsets are counted within one cycle common to the arterial.
//!
//! # Source
//! The combination method: J. A. Hillier and R. Rothery, "The Synchronization of Traffic Signals
//! for Minimum Delay", *Transportation Science* 1 (1967), 81-94. On an arterial without loops the
//! gain of a link depends only on the difference of the offsets at its ends, so every link can be
//! settled by itself and the sum is the best there is. The gain here is the platoon's green that
//! meets green downstream, both ways, weighted by flow. Through bands are reported in the sense of
//! J. D. C. Little, "The Synchronization of Traffic Signals by Mixed-Integer Linear Programming",
//! *Operations Research* 14 (1966), 568-594.

use serde::{Deserialize, Serialize};
use urbis_core::{JunctionId, MovementId, Plan, RoadId};
use urbis_network::{GroupKind, Network, Signal, Turn};
use urbis_units::{MetersPerSecond, Seconds, VehiclesPerHour};

use crate::webster::MovementFlows;
use crate::{SignalError, SignalTiming};

/// Platoons drive a little below the limit.
pub(crate) const PLATOON_SPEED_SHARE: f64 = 0.9;

/// A green within the cycle, counted from the start of the plan's first green; may wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// When it begins.
    pub start_s: u32,
    /// How long it lasts.
    pub length_s: u32,
}

/// One signal on an arterial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArterialSignal {
    /// Green of the through movement in the order of the arterial.
    pub forward: Window,
    /// Green of the through movement against it.
    pub backward: Window,
}

/// The road between two neighbouring signals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ArterialLink {
    /// Travel time in the order of the arterial.
    pub forward: Seconds,
    /// Travel time against it.
    pub backward: Seconds,
    /// Flow in the order of the arterial.
    pub forward_flow: VehiclesPerHour,
    /// Flow against it.
    pub backward_flow: VehiclesPerHour,
}

/// Offsets of the signals, the first at zero, that carry the most flow from green to green.
///
/// `links` stand between the signals, so they are one fewer; a missing link leaves the offset.
pub fn offsets(cycle_s: u32, signals: &[ArterialSignal], links: &[ArterialLink]) -> Vec<Seconds> {
    let cycle_s = cycle_s.max(1);
    let mut offset_s = 0;
    let mut offsets = vec![Seconds::ZERO; signals.len()];
    for (index, pair) in signals.windows(2).enumerate() {
        if let Some(link) = links.get(index) {
            offset_s = (offset_s + best_difference(cycle_s, pair[0], pair[1], link)) % cycle_s;
        }
        offsets[index + 1] = Seconds::new(f64::from(offset_s));
    }
    offsets
}

fn best_difference(
    cycle_s: u32,
    from: ArterialSignal,
    to: ArterialSignal,
    link: &ArterialLink,
) -> u32 {
    let forward_s = rounded(link.forward);
    let backward_s = rounded(link.backward);
    // Without flows both ways count alike.
    let known = link.forward_flow + link.backward_flow > VehiclesPerHour::ZERO;
    let weights =
        if known { (link.forward_flow.get(), link.backward_flow.get()) } else { (1.0, 1.0) };
    let gain = |difference_s: u32| {
        // A platoon that leaves `from` arrives `forward_s` later on a clock that is
        // `difference_s` behind, and the other way round.
        let ahead = i64::from(forward_s) - i64::from(difference_s);
        let back = i64::from(backward_s) + i64::from(difference_s);
        let met = |window: Window, shift: i64, other: Window| {
            f64::from(overlap_s(cycle_s, shifted(cycle_s, window, shift), other))
        };
        weights.0 * met(from.forward, ahead, to.forward)
            + weights.1 * met(to.backward, back, from.backward)
    };
    let mut best = (0, gain(0));
    for difference_s in 1..cycle_s {
        let value = gain(difference_s);
        if value > best.1 + 1e-9 {
            best = (difference_s, value);
        }
    }
    best.0
}

/// Widths of the bands through all signals, forward and backward: green a vehicle at the design
/// speed can use from end to end without stopping.
pub fn bands(
    cycle_s: u32,
    signals: &[ArterialSignal],
    links: &[ArterialLink],
    offsets: &[Seconds],
) -> (Seconds, Seconds) {
    let cycle_s = cycle_s.max(1);
    let mut through = (vec![true; cycle_s as usize], vec![true; cycle_s as usize]);
    let (mut travel_forward, mut travel_backward) = (Seconds::ZERO, Seconds::ZERO);
    for (index, signal) in signals.iter().enumerate() {
        let offset_s = offsets.get(index).map_or(0, |offset| i64::from(rounded(*offset)));
        for second in 0..cycle_s {
            let at = |travel_s: i64| {
                (i64::from(second) + travel_s - offset_s).rem_euclid(i64::from(cycle_s)) as u32
            };
            let forward = at(i64::from(rounded(travel_forward)));
            let backward = at(-i64::from(rounded(travel_backward)));
            through.0[second as usize] &= inside(cycle_s, signal.forward, forward);
            through.1[second as usize] &= inside(cycle_s, signal.backward, backward);
        }
        if let Some(link) = links.get(index) {
            travel_forward += link.forward;
            travel_backward += link.backward;
        }
    }
    (widest(&through.0), widest(&through.1))
}

/// Green of `movement` under `plan`, counted from the start of the plan's first green; the longest
/// when it has several.
///
/// # Errors
/// [`SignalError`] when the signal or the plan cannot be run.
pub fn green_window(
    signal: &Signal,
    plan: &Plan,
    movement: MovementId,
) -> Result<Option<Window>, SignalError> {
    let timing = SignalTiming::without_plans(signal)?;
    let timeline = timing.timeline(plan, 0)?;
    let serves = |group: &&urbis_network::SignalGroup| match &group.kind {
        GroupKind::Vehicle { movements } => movements.contains(&movement),
        GroupKind::Pedestrian { .. } => false,
    };
    let Some(group) = signal.groups.iter().position(|group| serves(&group)) else {
        return Ok(None);
    };
    let group = urbis_core::GroupIdx(group as u8);
    Ok(longest_run(&timeline.green_seconds(&timing, group)))
}

/// Sets the offsets of `plans` (with one common cycle) at the `junctions` along an arterial.
///
/// Junctions must follow each other by roads; where a road or a through movement is missing, that
/// link is left out and its offset is that of the junction before.
///
/// # Errors
/// [`SignalError`] when a signal or a plan cannot be run.
pub fn coordinate(
    network: &Network,
    junctions: &[JunctionId],
    plans: &mut [Plan],
    flows: &MovementFlows,
) -> Result<(), SignalError> {
    let mut cycle_s = 1;
    let mut signals = Vec::with_capacity(junctions.len());
    for (index, (junction, plan)) in junctions.iter().zip(plans.iter()).enumerate() {
        let Some(signal) = &network.junctions[*junction].signal else {
            return Err(SignalError::NoSignal { junction: junction.0 });
        };
        cycle_s = cycle_s.max(rounded(plan.cycle()));
        let before = index.checked_sub(1).map(|before| junctions[before]);
        let after = junctions.get(index + 1).copied();
        let window = |from, to| -> Result<Window, SignalError> {
            let movement = through(network, *junction, from, to);
            let found = match movement {
                Some(movement) => green_window(signal, plan, movement)?,
                None => None,
            };
            Ok(found.unwrap_or(Window { start_s: 0, length_s: 0 }))
        };
        signals.push(ArterialSignal {
            forward: window(before, after)?,
            backward: window(after, before)?,
        });
    }
    let links: Vec<_> =
        junctions.windows(2).map(|pair| link(network, pair[0], pair[1], flows)).collect();
    for (plan, offset) in plans.iter_mut().zip(offsets(cycle_s, &signals, &links)) {
        plan.offset = offset;
    }
    Ok(())
}

fn road_between(network: &Network, from: JunctionId, to: JunctionId) -> Option<RoadId> {
    let outgoing = &network.junctions[from].outgoing;
    outgoing.iter().copied().find(|road| network.roads[*road].to == to)
}

/// The movement across `junction` that comes from `from` and goes to `to`; where the arterial ends
/// the straight one.
fn through(
    network: &Network,
    junction: JunctionId,
    from: Option<JunctionId>,
    to: Option<JunctionId>,
) -> Option<MovementId> {
    let entry = from.and_then(|from| road_between(network, from, junction));
    let exit = to.and_then(|to| road_between(network, junction, to));
    network.movements_of(junction).find(|id| {
        let movement = &network.movements[*id];
        match (entry, exit) {
            (Some(entry), Some(exit)) => movement.from == entry && movement.to == exit,
            (Some(entry), None) => movement.from == entry && movement.turn == Turn::Straight,
            (None, Some(exit)) => movement.to == exit && movement.turn == Turn::Straight,
            (None, None) => false,
        }
    })
}

fn link(network: &Network, a: JunctionId, b: JunctionId, flows: &MovementFlows) -> ArterialLink {
    let travel = |from: JunctionId, to: JunctionId| {
        let Some(road) = road_between(network, from, to) else { return Seconds::ZERO };
        let road = &network.roads[road];
        let limit = network.lanes.range(road.lanes.clone()).iter().map(|lane| lane.speed_limit);
        let limit = limit.fold(MetersPerSecond::new(1.0), MetersPerSecond::max);
        let radii = network.junctions[from].radius + network.junctions[to].radius;
        (road.length + radii) / (limit * PLATOON_SPEED_SHARE)
    };
    let flow = |from: JunctionId, to: JunctionId| {
        let road = road_between(network, from, to);
        let feeds = |id: &MovementId| Some(network.movements[*id].to) == road;
        network.movements_of(from).filter(feeds).map(|id| flows.get(id)).sum()
    };
    ArterialLink {
        forward: travel(a, b),
        backward: travel(b, a),
        forward_flow: flow(a, b),
        backward_flow: flow(b, a),
    }
}

fn rounded(time: Seconds) -> u32 {
    libm::floor(time.get().clamp(0.0, 86_400.0) + 0.5) as u32
}

fn shifted(cycle_s: u32, window: Window, by_s: i64) -> Window {
    let start_s = (i64::from(window.start_s) + by_s).rem_euclid(i64::from(cycle_s)) as u32;
    Window { start_s, ..window }
}

fn inside(cycle_s: u32, window: Window, second: u32) -> bool {
    (second + cycle_s - window.start_s % cycle_s) % cycle_s < window.length_s
}

/// Seconds of the cycle in both windows.
fn overlap_s(cycle_s: u32, a: Window, b: Window) -> u32 {
    // The second window laid out from the start of the first, once and once wrapped.
    let start_s = (b.start_s + cycle_s - a.start_s % cycle_s) % cycle_s;
    let end_s = start_s + b.length_s.min(cycle_s);
    let a_length_s = a.length_s.min(cycle_s);
    a_length_s.min(end_s).saturating_sub(start_s) + a_length_s.min(end_s.saturating_sub(cycle_s))
}

fn widest(open: &[bool]) -> Seconds {
    longest_run(open).map_or(Seconds::ZERO, |run| Seconds::new(f64::from(run.length_s)))
}

/// The longest run of `true` in a circle.
fn longest_run(circle: &[bool]) -> Option<Window> {
    let count = circle.len();
    if circle.iter().all(|open| *open) {
        return Some(Window { start_s: 0, length_s: count as u32 });
    }
    let starts = (0..count).filter(|index| circle[*index] && !circle[(index + count - 1) % count]);
    starts
        .map(|start| {
            let length = (0..count).take_while(|step| circle[(start + step) % count]).count();
            Window { start_s: start as u32, length_s: length as u32 }
        })
        .max_by(|a, b| a.length_s.cmp(&b.length_s).then(b.start_s.cmp(&a.start_s)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(start_s: u32, length_s: u32) -> ArterialSignal {
        let window = Window { start_s, length_s };
        ArterialSignal { forward: window, backward: window }
    }

    fn link(forward_s: f64, backward_s: f64, flows: (f64, f64)) -> ArterialLink {
        ArterialLink {
            forward: Seconds::new(forward_s),
            backward: Seconds::new(backward_s),
            forward_flow: VehiclesPerHour::new(flows.0),
            backward_flow: VehiclesPerHour::new(flows.1),
        }
    }

    #[test]
    fn a_one_way_street_gets_a_full_wave() {
        let signals = [signal(0, 30); 4];
        let links = [link(22.0, 22.0, (800.0, 0.0)); 3];
        let found = offsets(80, &signals, &links);
        assert_eq!(found.iter().map(|o| o.get()).collect::<Vec<_>>(), [0.0, 22.0, 44.0, 66.0]);
        assert_eq!(bands(80, &signals, &links, &found).0, Seconds::new(30.0));
    }

    #[test]
    fn half_a_cycle_of_travel_serves_both_ways_in_full() {
        let signals = [signal(0, 40); 3];
        let links = [link(40.0, 40.0, (500.0, 500.0)); 2];
        let found = offsets(80, &signals, &links);
        let (forward, backward) = bands(80, &signals, &links, &found);
        assert_eq!((forward.get(), backward.get()), (40.0, 40.0));
    }

    #[test]
    fn overlap_counts_every_second_once() {
        let brute = |cycle_s, a, b| {
            (0..cycle_s).filter(|s| inside(cycle_s, a, *s) && inside(cycle_s, b, *s)).count() as u32
        };
        for start_s in 0..20 {
            for length_s in 0..=20 {
                let a = Window { start_s: 13, length_s: 11 };
                let b = Window { start_s, length_s };
                assert_eq!(overlap_s(20, a, b), brute(20, a, b), "{b:?}");
            }
        }
    }
}
