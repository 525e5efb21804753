//! The choice of the next stage.

use serde::{Deserialize, Serialize};
use urbis_core::{GroupIdx, LaneId, MovementId, StageIdx};

use super::explain::{Choice, Explanation, Reason, StagePressure, WaitingBound};
use super::{PressureLaw, Queue};

/// Time a queue needs to start moving after a change, seconds (HCM).
const STARTUP_LOST_S: u32 = 2;
/// Time from a decision to its effect, and back to its being seen, seconds.
const REACTION_S: u32 = 2;
/// Time after which a stage asked for and not shown is no longer waited for, seconds.
const CHANGE_MAX_S: i64 = 60;

/// What the law remembers of a junction between decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PressureState {
    /// Position of the stage asked for.
    current: Option<usize>,
    /// Second at which it was first seen shown; until then, second at which it was asked for.
    since: i64,
    arrived: bool,
    /// Second at which every group was last served.
    served: Vec<i64>,
    decided: Option<i64>,
}

impl PressureState {
    /// A state for `law` that knows nothing of what was shown before `now`.
    pub fn new(law: &PressureLaw, now: i64) -> Self {
        Self {
            current: None,
            since: now,
            arrived: false,
            served: vec![now; law.waiting_max_s.len()],
            decided: None,
        }
    }

    /// Seconds `group` has been without service.
    fn waiting_s(&self, group: usize, now: i64) -> u32 {
        (now - self.served[group]).clamp(0, i64::from(u32::MAX)) as u32
    }
}

/// Pressure of one stage and what it is made of.
struct Candidate {
    value: StagePressure,
    critical: Option<MovementId>,
    variance: f64,
}

impl PressureLaw {
    /// Whether a decision is due at second `now`.
    pub fn is_due(&self, state: &PressureState, now: i64) -> bool {
        state.decided.is_none_or(|at| now - at >= i64::from(self.parameters.interval_s.max(1)))
    }

    /// Decides at second `now`, given the queues and the stage the signal shows (`None` between
    /// stages). Called every second, it answers `None` until a decision is due.
    pub fn decide(
        &self,
        state: &mut PressureState,
        now: i64,
        shown: Option<StageIdx>,
        queue: impl Fn(LaneId) -> Queue,
    ) -> Option<Choice> {
        self.note(state, now, shown);
        if !self.is_due(state, now) {
            return None;
        }
        state.decided = Some(now);
        let candidates: Vec<Candidate> =
            (0..self.stages.len()).map(|stage| self.candidate(stage, &queue)).collect();
        let (best, reason, bound) = self.choose(state, now, &candidates);
        if state.current != Some(best) {
            state.since = now;
            state.arrived = false;
        }
        let from = state.current.map(|stage| self.stages[stage].0);
        state.current = Some(best);
        Some(Choice {
            stage: self.stages[best].0,
            explanation: Explanation {
                reason,
                from,
                pressures: candidates.iter().map(|candidate| candidate.value).collect(),
                critical: candidates[best].critical,
                bound,
            },
        })
    }

    /// Takes note of what is shown: its groups are served, and it may not be what was asked for.
    fn note(&self, state: &mut PressureState, now: i64, shown: Option<StageIdx>) {
        let Some(shown) = shown.and_then(|stage| self.position(stage)) else { return };
        for group in self.stages[shown].1.iter() {
            if let Some(served) = state.served.get_mut(group.0 as usize) {
                *served = now;
            }
        }
        // Before the first decision, and after somebody else had the signal.
        let elsewhere = state.current != Some(shown) && now - state.since > CHANGE_MAX_S;
        if state.current.is_none() || elsewhere {
            (state.current, state.since, state.arrived) = (Some(shown), now, true);
        } else if state.current == Some(shown) && !state.arrived {
            (state.since, state.arrived) = (now, true);
        }
    }

    fn candidate(&self, stage: usize, queue: &impl Fn(LaneId) -> Queue) -> Candidate {
        let (index, green) = self.stages[stage];
        let mut total = Queue::default();
        let mut variance = 0.0;
        let mut critical: Option<(MovementId, f64)> = None;
        for movement in self.movements.iter().filter(|m| green.contains(m.group)) {
            let pressure = self.pressure(movement, queue);
            total.mean_veh += pressure.mean_veh;
            variance += pressure.sd_veh * pressure.sd_veh;
            if critical.is_none_or(|(_, most)| pressure.mean_veh > most) {
                critical = Some((movement.movement, pressure.mean_veh));
            }
        }
        let value =
            StagePressure { stage: index, pressure_veh: total.mean_veh, sd_veh: variance.sqrt() };
        Candidate { value, critical: critical.map(|(movement, _)| movement), variance }
    }

    fn choose(
        &self,
        state: &PressureState,
        now: i64,
        candidates: &[Candidate],
    ) -> (usize, Reason, Option<WaitingBound>) {
        let most = (0..candidates.len())
            .max_by(|a, b| {
                let value = |index: usize| self.worth(state.current, index, candidates);
                // Of equals the first one.
                value(*a).total_cmp(&value(*b)).then(b.cmp(a))
            })
            .unwrap_or(0);
        let Some(current) = state.current else { return (most, Reason::First, None) };
        let under_way = !state.arrived && now - state.since <= CHANGE_MAX_S;
        let since = if under_way { now } else { state.since };
        let shown_s = (now - since).clamp(0, i64::from(u32::MAX)) as u32;
        let least_s = self.parameters.stage_min_s.max(self.green_min_s[current]);
        let left_s = least_s.saturating_sub(shown_s);
        if left_s > 0 {
            return (current, Reason::MinimumGreen { left_s }, None);
        }
        let busy_s = self.parameters.interval_s;
        if let Some((stage, bound)) = self.overdue(state, now, (current, busy_s), candidates) {
            return (stage, Reason::WaitingBound, Some(bound));
        }
        if most == current {
            return (current, Reason::MostPressure, None);
        }
        let gain_veh = self.worth(state.current, most, candidates)
            - self.worth(state.current, current, candidates);
        let sd_veh = (candidates[most].variance + candidates[current].variance).sqrt();
        let needed_veh = self.parameters.hysteresis_veh.max(self.parameters.certainty * sd_veh);
        if gain_veh <= needed_veh {
            return (current, Reason::TooLittleGain { gain_veh, needed_veh }, None);
        }
        // Serving the most pressing stage first must leave time for those who have waited.
        let busy_s = self.turn_s(current, most);
        match self.overdue(state, now, (most, busy_s), candidates) {
            Some((stage, bound)) => (stage, Reason::WaitingBound, Some(bound)),
            None => (most, Reason::MorePressure { gain_veh, needed_veh }, None),
        }
    }

    /// Seconds from a decision in `from` for `stage` until the one that may end it again.
    fn turn_s(&self, from: usize, stage: usize) -> u32 {
        let green_s = self.parameters.stage_min_s.max(self.green_min_s[stage]);
        self.interstage_s(Some(from), stage) + REACTION_S + green_s + self.parameters.interval_s
    }

    /// Pressure of a stage less what a change to it would lose over the horizon.
    fn worth(&self, current: Option<usize>, stage: usize, candidates: &[Candidate]) -> f64 {
        let pressure_veh = candidates[stage].value.pressure_veh;
        if current == Some(stage) || self.parameters.horizon_s == 0 || pressure_veh <= 0.0 {
            return pressure_veh;
        }
        let lost_s = self.interstage_s(current, stage) + STARTUP_LOST_S;
        let horizon_s = f64::from(self.parameters.horizon_s);
        pressure_veh * (1.0 - (f64::from(lost_s) / horizon_s).min(1.0))
    }

    /// The stage that must be next so that no group waits beyond its bound, if one must, given that
    /// the signal is bound to a stage for some seconds.
    ///
    /// Groups are taken by their due time. Serving the k-th in time takes the turns of those before
    /// it; where that uses up its time, the first of them must have its turn now.
    fn overdue(
        &self,
        state: &PressureState,
        now: i64,
        (stage, busy_s): (usize, u32),
        candidates: &[Candidate],
    ) -> Option<(usize, WaitingBound)> {
        let mut served = self.stages[stage].1;
        let mut waiting: Vec<(u32, usize, usize)> = (0..self.waiting_max_s.len())
            .filter(|group| !served.contains(GroupIdx(*group as u8)))
            .filter_map(|group| {
                let waiting_s = state.waiting_s(group, now);
                let left_s = self.waiting_max_s[group].saturating_sub(waiting_s);
                Some((left_s, group, self.server(group, candidates)?))
            })
            .collect();
        waiting.sort_unstable();
        let (_, first, server) = *waiting.first()?;
        let (mut before, mut needed_s) = (stage, busy_s);
        for (left_s, group, stage) in waiting {
            if served.contains(GroupIdx(group as u8)) {
                continue;
            }
            if left_s <= needed_s + self.interstage_s(Some(before), stage) + REACTION_S {
                let bound = WaitingBound {
                    group: GroupIdx(first as u8),
                    waiting_s: state.waiting_s(first, now),
                    bound_s: self.waiting_max_s[first],
                };
                return Some((server, bound));
            }
            needed_s += self.turn_s(before, stage);
            served.0 |= self.stages[stage].1.0;
            before = stage;
        }
        None
    }

    /// The stage with most pressure among those that serve `group`.
    fn server(&self, group: usize, candidates: &[Candidate]) -> Option<usize> {
        (0..self.stages.len())
            .filter(|stage| self.stages[*stage].1.contains(GroupIdx(group as u8)))
            .max_by(|a, b| {
                let value = |index: usize| candidates[index].value.pressure_veh;
                value(*a).total_cmp(&value(*b)).then(b.cmp(a))
            })
    }
}
