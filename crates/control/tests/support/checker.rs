//! An independent judge of aspects: looks at one second after the other and at the signal's plain
//! configuration, knows nothing of how the aspects came about.

use urbis_core::{GroupIdx, GroupSet};
use urbis_network::{Conflict, GroupKind, Signal};

/// What the judge remembers of one group.
#[derive(Debug, Clone, Copy, Default)]
struct Memory {
    green_since: Option<i64>,
    green_until: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Checker {
    signal: Signal,
    memory: Vec<Memory>,
    started: bool,
}

impl Checker {
    pub fn new(signal: &Signal) -> Self {
        let memory = vec![Memory::default(); signal.groups.len()];
        Self { signal: signal.clone(), memory, started: false }
    }

    /// Judges the second `now`, in which `green` is green (walk) and `amber` is amber or clearing.
    pub fn second(&mut self, now: i64, green: GroupSet, amber: GroupSet) -> Result<(), String> {
        let count = self.signal.groups.len() as u8;
        if green.0 >> count != 0 {
            return Err(format!("{now}: groups that do not exist are green"));
        }
        for group in (0..count).map(GroupIdx) {
            self.judge(now, group, green, amber)?;
        }
        for group in (0..count).map(GroupIdx) {
            let memory = &mut self.memory[group.0 as usize];
            match (memory.green_since, green.contains(group)) {
                // What is green at the first look began before it.
                (None, true) if !self.started => memory.green_since = Some(now - 3600),
                (None, true) => memory.green_since = Some(now),
                (Some(_), false) => {
                    memory.green_since = None;
                    memory.green_until = Some(now);
                }
                _ => {}
            }
        }
        self.started = true;
        Ok(())
    }

    fn judge(
        &self,
        now: i64,
        group: GroupIdx,
        green: GroupSet,
        amber: GroupSet,
    ) -> Result<(), String> {
        let name = &self.signal.groups[group.0 as usize].name;
        let memory = self.memory[group.0 as usize];
        let is_green = green.contains(group);
        if is_green && amber.contains(group) {
            return Err(format!("{now}: {name} is green and amber"));
        }
        if let (Some(since), false) = (memory.green_since, is_green) {
            let lasted = (now - since) as f64;
            if lasted < self.signal.groups[group.0 as usize].min_green.get() {
                return Err(format!("{now}: {name} was green for {lasted} s only"));
            }
        }
        let ended = if memory.green_since.is_some() { Some(now) } else { memory.green_until };
        if let (Some(ended), false) = (ended, is_green)
            && ((now - ended) as f64) < self.change(group)
            && !amber.contains(group)
        {
            return Err(format!("{now}: {name} has no amber or clearance"));
        }
        if is_green
            && memory.green_since.is_none()
            && let Some(ended) = memory.green_until
            && ((now - ended) as f64) < self.change(group) + 1.0
        {
            return Err(format!("{now}: {name} came back before it was red"));
        }
        if is_green {
            self.judge_conflicts(now, group, green)?;
        }
        Ok(())
    }

    fn judge_conflicts(&self, now: i64, group: GroupIdx, green: GroupSet) -> Result<(), String> {
        let name = |group: GroupIdx| &self.signal.groups[group.0 as usize].name;
        let starts = self.memory[group.0 as usize].green_since.is_none();
        for other in (0..self.signal.groups.len() as u8).map(GroupIdx) {
            let conflicting = |a, b| self.signal.conflict(a, b) == Conflict::Conflicting;
            if other == group || !(conflicting(group, other) || conflicting(other, group)) {
                continue;
            }
            if green.contains(other) {
                return Err(format!("{now}: {} and {} are green", name(group), name(other)));
            }
            let memory = self.memory[other.0 as usize];
            let ended = if memory.green_since.is_some() { Some(now) } else { memory.green_until };
            if let (true, true, Some(ended)) = (starts, self.started, ended) {
                let needed = self.signal.intergreen(other, group).get().max(self.change(other));
                let gap = (now - ended) as f64;
                if gap < needed - 1e-6 {
                    let (a, b) = (name(other), name(group));
                    return Err(format!("{now}: {gap} s between {a} and {b}, needed {needed}"));
                }
            }
        }
        Ok(())
    }

    /// Amber of a vehicle group; walking time over its crossing of a pedestrian group.
    fn change(&self, group: GroupIdx) -> f64 {
        match self.signal.groups[group.0 as usize].kind {
            GroupKind::Vehicle { .. } => self.signal.amber.get(),
            GroupKind::Pedestrian { crossing } => {
                let crossing = &self.signal.crossings[crossing as usize];
                crossing.length.get() / crossing.walking_speed.get()
            }
        }
    }
}
