//! A change of greens: when each group ends and starts, or which rule forbids it.
//!
//! # Units
//! Milliseconds of city time.

use urbis_core::{GroupIdx, GroupSet};

use crate::belief::{Belief, NEVER, SECOND_MS};
use crate::rule::{Refusal, Rule};
use crate::safety::Safety;

/// A wanted change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// Groups that shall be green; free of conflicts.
    pub(crate) target: GroupSet,
    /// From when the command works.
    pub(crate) effective: i64,
    /// When new greens shall start; as soon as they can without.
    pub(crate) from: Option<i64>,
}

impl Change {
    /// The last instant of what was permitted before: the change comes ahead of whatever else would
    /// end or start when it takes effect.
    pub(crate) const fn before(&self) -> i64 {
        self.effective - 1
    }
}

/// A start of green and what it had to wait for.
#[derive(Debug, Clone, Copy)]
struct Start {
    at: i64,
    /// The group whose end it waits for; itself when it was green just before.
    after: GroupIdx,
}

/// A group's green: from, and until ([`NEVER`] while open).
pub(crate) type Green = (GroupIdx, i64, i64);

/// The greens that make the change.
///
/// New greens start once every conflicting group has been off for its intergreen; greens that end
/// do so as late as that allows, but not before the change. Pedestrians walk for their minimum.
pub(crate) fn change(
    safety: &Safety,
    belief: &Belief,
    wanted: &Change,
) -> Result<Vec<Green>, Refusal> {
    let (effective, before) = (wanted.effective, wanted.before());
    let stays =
        |group: GroupIdx| wanted.target.contains(group) && belief.surely_green_at(group, before);
    let mut starts: Vec<(GroupIdx, i64)> = Vec::new();
    for group in safety.members(wanted.target).filter(|group| !stays(*group)) {
        if rests(safety, belief, wanted, group) {
            continue;
        }
        let earliest = earliest_start(safety, belief, wanted, group);
        match wanted.from {
            Some(from) if from < earliest.at => {
                return Err(too_soon(safety, group, earliest).until(earliest.at));
            }
            from => starts.push((group, from.unwrap_or(earliest.at))),
        }
    }
    let mut greens = Vec::new();
    for group in safety.groups().filter(|group| belief.green_at(*group, before)) {
        let since = belief.since(group, before);
        let minimum = since.saturating_add(safety.min_green_ms[group.0 as usize]);
        let end = if stays(group) {
            if safety.pedestrians.contains(group) { minimum.max(effective) } else { NEVER }
        } else {
            let unexplained = !belief.surely_green_at(group, before);
            let end =
                if unexplained { effective } else { latest_end(safety, wanted, &starts, group) };
            if end < minimum {
                return Err(Refusal::new(Rule::MinimumGreen)
                    .text("group", safety.name(group))
                    .seconds("left_s", minimum - end)
                    .until(minimum));
            }
            end
        };
        greens.push((group, since.min(effective), end));
    }
    for (group, start) in starts {
        let walks = safety.pedestrians.contains(group);
        let min_green_ms = safety.min_green_ms[group.0 as usize];
        let green = (group, start, if walks { start + min_green_ms } else { NEVER });
        match greens.iter_mut().find(|other| other.0 == group) {
            // Seen green without a permit: it ends and comes back by the rules.
            Some(unexplained) => *unexplained = green,
            None => greens.push(green),
        }
    }
    greens.sort_unstable_by_key(|green| green.0);
    Ok(greens)
}

/// Whether pedestrians of the stage in force have walked and now rest on red.
fn rests(safety: &Safety, belief: &Belief, wanted: &Change, group: GroupIdx) -> bool {
    safety.pedestrians.contains(group)
        && belief.commanded().is_some_and(|commanded| commanded.target == wanted.target)
        && !belief.pending(group, wanted.before())
}

fn earliest_start(safety: &Safety, belief: &Belief, wanted: &Change, group: GroupIdx) -> Start {
    let (effective, before) = (wanted.effective, wanted.before());
    let own_ms = safety.change_ms[group.0 as usize] + SECOND_MS;
    let ended =
        if belief.green_at(group, before) { effective } else { belief.ended_by(group, before) };
    let own = ended.saturating_add(own_ms);
    let mut start = Start { at: effective.max(own), after: group };
    let uncertain = belief.is_uncertain_at(effective);
    for other in safety.members(safety.conflicting[group.0 as usize]) {
        let may_be_green = belief.green_at(other, before) || uncertain;
        let ended = if may_be_green { effective } else { belief.ended_by(other, before) };
        let at = ended.saturating_add(safety.need_ms(other, group));
        if at > start.at {
            start = Start { at, after: other };
        }
    }
    start
}

/// When a losing group ends: as late as the starts allow, at the change where nothing waits.
fn latest_end(
    safety: &Safety,
    wanted: &Change,
    starts: &[(GroupIdx, i64)],
    group: GroupIdx,
) -> i64 {
    starts
        .iter()
        .filter(|(starting, _)| safety.conflicting[group.0 as usize].contains(*starting))
        .map(|(starting, at)| at - safety.need_ms(group, *starting))
        .min()
        .unwrap_or(wanted.effective)
}

fn too_soon(safety: &Safety, group: GroupIdx, earliest: Start) -> Refusal {
    let rule = if safety.pedestrians.contains(earliest.after) {
        Rule::PedestrianClearance
    } else {
        Rule::Intergreen
    };
    Refusal::new(rule)
        .text("ending", safety.name(earliest.after))
        .text("starting", safety.name(group))
}
