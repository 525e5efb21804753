//! What the interlock believes of the groups of one junction: permits and reports together.
//!
//! While the controller follows permits, a group is green as long as permit *or* report says so.
//! While it runs a plan of its own, only reports tell.
//!
//! # Units
//! Instants and spans in milliseconds of city time. A green covers `[start, end)`.

use urbis_core::{GroupIdx, GroupSet};

use crate::request::{Operation, Report};
use crate::safety::Safety;

/// An instant that never comes.
pub(crate) const NEVER: i64 = i64::MAX;
/// Resolution of reports.
pub(crate) const SECOND_MS: i64 = 1000;

/// What is believed of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct GroupBelief {
    /// Start and end of the present or coming green by permit; both [`NEVER`] without one.
    start: i64,
    end: i64,
    /// Latest instant that green can have begun at the controller.
    since: i64,
    /// First report of a green that no permit explains.
    seen: Option<i64>,
    /// Latest instant an earlier green can have ended.
    ended: i64,
}

impl GroupBelief {
    const UNKNOWN: Self =
        Self { start: NEVER, end: NEVER, since: NEVER, seen: None, ended: i64::MIN };

    const fn permitted_at(&self, instant: i64) -> bool {
        self.start <= instant && instant < self.end
    }

    const fn green_at(&self, instant: i64) -> bool {
        self.permitted_at(instant) || self.seen.is_some()
    }

    fn ended_by(&self, instant: i64) -> i64 {
        let over = self.start <= instant && self.end <= instant;
        if over { self.end.max(self.ended) } else { self.ended }
    }

    fn since(&self, instant: i64) -> i64 {
        match self.seen {
            Some(seen) if self.permitted_at(instant) => seen.max(self.since),
            Some(seen) => seen,
            None => self.since,
        }
    }

    /// Takes the permit back: what of it is green at `instant` is from now on known by report.
    fn forget_permit(&mut self, instant: i64) {
        self.ended = self.ended_by(instant);
        if self.permitted_at(instant) && self.seen.is_none() {
            self.seen = Some(self.since.min(instant));
        }
        (self.start, self.end, self.since) = (NEVER, NEVER, NEVER);
    }

    fn report(&mut self, green: bool, at: i64) {
        if green {
            if !self.permitted_at(at) {
                self.seen.get_or_insert(at);
            }
            return;
        }
        if self.seen.take().is_some() {
            self.ended = self.ended.max(at);
        }
        if self.permitted_at(at) {
            // It may have started late. Whether it has ended is for the permit to say.
            self.since = self.since.max(at + SECOND_MS);
        }
    }
}

/// A stage that was permitted and is taken to be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commanded {
    pub(crate) target: GroupSet,
    effective: i64,
}

/// What is believed of one junction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Belief {
    groups: Vec<GroupBelief>,
    report: Option<Report>,
    commanded: Option<Commanded>,
    /// Two conflicting groups the last report showed green.
    unsafe_pair: Option<(GroupIdx, GroupIdx)>,
    nonsense: bool,
}

impl Belief {
    pub(crate) fn new(count: usize) -> Self {
        Self {
            groups: vec![GroupBelief::UNKNOWN; count],
            report: None,
            commanded: None,
            unsafe_pair: None,
            nonsense: false,
        }
    }

    /// The last report.
    pub(crate) const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// Whether the last report shows what must not be.
    pub(crate) const fn report_is_unsafe(&self) -> bool {
        self.unsafe_pair.is_some() || self.nonsense
    }

    /// The stage that is taken to be followed.
    pub(crate) const fn commanded(&self) -> Option<Commanded> {
        self.commanded
    }

    /// Whether permit or report says that `group` is green at `instant`: nothing in its way may be.
    pub(crate) fn green_at(&self, group: GroupIdx, instant: i64) -> bool {
        self.groups[group.0 as usize].green_at(instant)
    }

    /// Whether `group` is surely green at `instant`, so that it may simply stay so. Of a controller
    /// that follows permits a report alone is not enough.
    pub(crate) fn surely_green_at(&self, group: GroupIdx, instant: i64) -> bool {
        let belief = &self.groups[group.0 as usize];
        belief.permitted_at(instant) || (self.commanded.is_none() && belief.seen.is_some())
    }

    /// Latest instant the green that `group` has at `instant` can have begun.
    pub(crate) fn since(&self, group: GroupIdx, instant: i64) -> i64 {
        self.groups[group.0 as usize].since(instant)
    }

    /// Start of a green that is permitted and still to come at `instant`.
    pub(crate) fn pending(&self, group: GroupIdx, instant: i64) -> bool {
        let belief = &self.groups[group.0 as usize];
        belief.start > instant && belief.start != NEVER
    }

    /// Latest end of the last green of `group` up to `instant`, when it is not green then.
    pub(crate) fn ended_by(&self, group: GroupIdx, instant: i64) -> i64 {
        self.groups[group.0 as usize].ended_by(instant)
    }

    /// Whether something the interlock cannot know may have happened before `instant`.
    pub(crate) fn is_uncertain_at(&self, instant: i64) -> bool {
        self.commanded.is_none()
            && self.report.is_none_or(|report| instant - report.at.millis() > SECOND_MS)
    }

    /// Takes a report in; late and doubled ones are ignored.
    pub(crate) fn observe(&mut self, safety: &Safety, report: &Report) {
        let at = report.at.millis();
        let first = self.report.is_none();
        if self.report.is_some_and(|last| last.at >= report.at) {
            return;
        }
        self.report = Some(*report);
        self.nonsense = !safety.knows(report.green);
        self.unsafe_pair = safety.conflict_in(report.green);
        let follows = report.operation == Operation::Stage;
        if !follows && self.commanded.is_some_and(|commanded| at >= commanded.effective) {
            self.commanded = None;
        }
        for (index, belief) in self.groups.iter_mut().enumerate() {
            if first {
                belief.ended = at;
            }
            if self.commanded.is_none() {
                // What was green up to this report may go on by the controller's own will.
                belief.forget_permit(at - 1);
            }
            belief.report(report.green.contains(GroupIdx(index as u8)), at);
        }
    }

    /// The command in force is no longer a stage: only reports tell from now on.
    pub(crate) fn hand_over(&mut self) {
        self.commanded = None;
    }

    /// Takes a permit in: from `effective` on exactly these greens, by group.
    pub(crate) fn permit(
        &mut self,
        target: GroupSet,
        effective: i64,
        greens: &[(GroupIdx, i64, i64)],
    ) {
        let before = effective - 1;
        self.commanded = Some(Commanded { target, effective });
        for (index, belief) in self.groups.iter_mut().enumerate() {
            let green = greens.iter().find(|green| green.0 == GroupIdx(index as u8));
            let (was_green, since) = (belief.green_at(before), belief.since(before));
            belief.ended = belief.ended_by(before);
            belief.seen = None;
            (belief.start, belief.end, belief.since) = match green {
                Some((_, start, end)) if was_green && *start <= effective => (*start, *end, since),
                Some((_, start, end)) => {
                    if was_green {
                        belief.ended = effective;
                    }
                    (*start, *end, *start)
                }
                None => (NEVER, NEVER, NEVER),
            };
        }
    }
}
