//! A plan as a whole: every stage, every change between stages, every pedestrian's need.
//!
//! # Units
//! Milliseconds within the plan's cycle.

use urbis_core::{GroupIdx, GroupSet, JunctionId, Plan};

use crate::rule::{Refusal, Rule};
use crate::safety::{Safety, millis};
use crate::service::Alarm;

/// More splits than this are nonsense.
const SPLITS_MAX: usize = 64;

/// The greens of one group over a cycle, as `[start, end)`; starts ascend, an end may lie beyond
/// the cycle.
type Greens = Vec<(i64, i64)>;

/// Checks a plan and returns the bounds on service it breaks that are not hard.
pub(crate) fn check(
    junction: JunctionId,
    safety: &Safety,
    plan: &Plan,
) -> Result<Vec<Alarm>, Refusal> {
    let layout = Layout::new(safety, plan)?;
    let greens: Vec<Greens> = safety.groups().map(|group| layout.greens(group)).collect();
    for group in safety.groups().filter(|group| !layout.is_constant(*group)) {
        check_lengths(safety, &layout, &greens, group)?;
    }
    for ending in safety.groups() {
        for starting in safety.members(safety.conflicting[ending.0 as usize]) {
            // Walk ends early enough by the check above.
            if !safety.pedestrians.contains(ending) {
                check_gap(safety, &layout, &greens, (ending, starting))?;
            }
        }
    }
    service(junction, safety, &layout, &greens)
}

/// The plan laid out over its cycle.
struct Layout {
    /// Green groups, start of the stage and end of its green.
    stages: Vec<(GroupSet, i64, i64)>,
    cycle_ms: i64,
}

impl Layout {
    fn new(safety: &Safety, plan: &Plan) -> Result<Self, Refusal> {
        let malformed = || Refusal::new(Rule::Unknown).text("what", "plan");
        let count = plan.splits.len();
        if count == 0 || count > SPLITS_MAX || !plan.offset.get().is_finite() {
            return Err(malformed());
        }
        let stated_ms = millis("interstage", plan.interstage).map_err(|_fault| malformed())?;
        let mut greens = Vec::with_capacity(count);
        for split in &plan.splits {
            let green = safety.stages.get(split.stage.0 as usize);
            let green_ms = millis("green", split.green).map_err(|_fault| malformed())?;
            greens.push((*green.ok_or_else(malformed)?, green_ms));
        }
        let mut stages = Vec::with_capacity(count);
        let mut at = 0;
        for (index, (green, green_ms)) in greens.iter().enumerate() {
            let next = greens[(index + 1) % count].0;
            let needed = interstage(safety, *green, next);
            if let Some((needed_ms, ending, starting)) = needed {
                // What the plan states must suffice; what it leaves open the controller fills in.
                if stated_ms > 0 && stated_ms < needed_ms {
                    return Err(Refusal::new(Rule::Intergreen)
                        .text("ending", safety.name(ending))
                        .text("starting", safety.name(starting))
                        .seconds("stated_s", stated_ms)
                        .seconds("needed_s", needed_ms));
                }
            }
            stages.push((*green, at, at + green_ms));
            at += green_ms + stated_ms.max(needed.map_or(0, |needed| needed.0));
        }
        if at == 0 {
            return Err(malformed());
        }
        Ok(Self { stages, cycle_ms: at })
    }

    /// Whether a group is green or red all the time.
    fn is_constant(&self, group: GroupIdx) -> bool {
        let first = self.stages[0].0.contains(group);
        self.stages.iter().all(|(green, _, _)| green.contains(group) == first)
    }

    /// Greens of a group; stages that follow each other make one, interstage included.
    fn greens(&self, group: GroupIdx) -> Greens {
        let count = self.stages.len();
        if self.is_constant(group) {
            let shown = self.stages[0].0.contains(group);
            return if shown { vec![(0, self.cycle_ms)] } else { Vec::new() };
        }
        let shown = |index: usize| self.stages[index % count].0.contains(group);
        let starts = (0..count).filter(|index| shown(*index) && !shown(index + count - 1));
        starts
            .map(|first| {
                let last = (first..first + count)
                    .take_while(|index| shown(*index))
                    .last()
                    .unwrap_or(first);
                let round_ms = if last >= count { self.cycle_ms } else { 0 };
                (self.stages[first].1, self.stages[last % count].2 + round_ms)
            })
            .collect()
    }

    /// Time from an instant to the next start of a green, whole rounds taken off.
    fn until_next(&self, greens: &Greens, instant: i64) -> Option<i64> {
        greens.iter().map(|(start, _)| (start - instant).rem_euclid(self.cycle_ms)).min()
    }
}

/// The longest intergreen between vehicles of one stage and what the next one starts.
fn interstage(safety: &Safety, from: GroupSet, to: GroupSet) -> Option<(i64, GroupIdx, GroupIdx)> {
    let ending = GroupSet(from.0 & !to.0 & !safety.pedestrians.0);
    let starting = GroupSet(to.0 & !from.0);
    safety
        .members(ending)
        .flat_map(|e| safety.members(starting).map(move |s| (safety.need_ms(e, s), e, s)))
        .max_by_key(|(needed_ms, _, _)| *needed_ms)
}

/// Minimum green of vehicles; walk and clearance of pedestrians before anything in their way.
fn check_lengths(
    safety: &Safety,
    layout: &Layout,
    greens: &[Greens],
    group: GroupIdx,
) -> Result<(), Refusal> {
    let walks = safety.pedestrians.contains(group);
    for (start, end) in &greens[group.0 as usize] {
        // Vehicles keep their green to the end of the stage; walk ends so that clearance fits.
        let mut latest = *end;
        if walks {
            for other in safety.members(safety.conflicting[group.0 as usize]) {
                let starts = layout.until_next(&greens[other.0 as usize], *start);
                let Some(starts_in_ms) = starts else { continue };
                latest = latest.min(start + starts_in_ms - safety.need_ms(group, other));
            }
        }
        let needed_ms = safety.min_green_ms[group.0 as usize];
        if latest - start < needed_ms {
            let rule = if walks { Rule::PedestrianClearance } else { Rule::MinimumGreen };
            return Err(Refusal::new(rule)
                .text("group", safety.name(group))
                .seconds("green_s", latest - start)
                .seconds("needed_s", needed_ms));
        }
    }
    Ok(())
}

/// From every end of green to the next start of a conflicting one.
fn check_gap(
    safety: &Safety,
    layout: &Layout,
    greens: &[Greens],
    (ending, starting): (GroupIdx, GroupIdx),
) -> Result<(), Refusal> {
    for (_, end) in &greens[ending.0 as usize] {
        let Some(gap_ms) = layout.until_next(&greens[starting.0 as usize], *end) else { continue };
        if gap_ms < safety.need_ms(ending, starting) {
            return Err(Refusal::new(Rule::Intergreen)
                .text("ending", safety.name(ending))
                .text("starting", safety.name(starting))
                .seconds("stated_s", gap_ms)
                .seconds("needed_s", safety.need_ms(ending, starting)));
        }
    }
    Ok(())
}

/// Longest reds under the plan.
fn service(
    junction: JunctionId,
    safety: &Safety,
    layout: &Layout,
    greens: &[Greens],
) -> Result<Vec<Alarm>, Refusal> {
    let mut alarms = Vec::new();
    for group in safety
        .groups()
        .filter(|group| !(layout.is_constant(*group) && layout.stages[0].0.contains(*group)))
    {
        let own = &greens[group.0 as usize];
        let longest_ms = own.iter().filter_map(|(_, end)| layout.until_next(own, *end)).max();
        let alarm = match longest_ms {
            None => Alarm::left_out(junction, safety, group),
            Some(red_ms) if red_ms > safety.max_red_ms[group.0 as usize] => {
                Alarm::longest_red(junction, safety, group, red_ms)
            }
            Some(_) => continue,
        };
        if alarm.hard {
            return Err(Refusal::new(Rule::LongestRed).text("group", safety.name(group)));
        }
        alarms.push(alarm);
    }
    Ok(alarms)
}
