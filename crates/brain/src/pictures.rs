//! Looking back at what people saw: pictures of the state, taken whenever something was recorded
//! that people read, and every few seconds for the indicators.
//!
//! A picture shares with the one before it whatever has not changed, so that hours of them fit in
//! memory. What [`crate::keyframes`] play again exactly (stages, vehicles) is not kept here.

use std::collections::VecDeque;
use std::mem::take;
use std::sync::Arc;

use urbis_core::{IdVec, JunctionId, Record, SignalStatus};
use urbis_units::CityTime;

use crate::view::{AlarmView, ClosureView, DecisionView, EventView, ProposalView, View};

/// Seconds between pictures while nothing is recorded.
const EVERY_S: i64 = 10;

/// A list whose items and whole may stand in several pictures.
type Shared<T> = Arc<[Arc<T>]>;

/// Everything that changes, at one moment, but for the stages of signals.
#[derive(Debug, Clone)]
struct Picture {
    bare: View,
    events: Shared<EventView>,
    proposals: Shared<ProposalView>,
    decisions: Shared<DecisionView>,
    alarms: Shared<AlarmView>,
    closures: Shared<ClosureView>,
    signals: Arc<IdVec<JunctionId, Option<SignalStatus>>>,
}

/// The pictures taken so far, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pictures {
    taken: VecDeque<Picture>,
    /// Whether people would see something else now than in the newest picture.
    changed: bool,
}

impl Pictures {
    /// Takes notice of what is recorded.
    pub(crate) fn note(&mut self, log: &[Record]) {
        self.changed |= log.iter().any(is_read);
    }

    /// Whether it is time for a picture.
    pub(crate) fn is_due(&self, now: CityTime) -> bool {
        self.changed || self.taken.is_empty() || now.seconds() % EVERY_S == 0
    }

    /// Keeps `view` and forgets what is older than needed to show `earliest`.
    pub(crate) fn take(&mut self, view: View, earliest: CityTime) {
        let before = self.taken.back();
        let mut bare = view;
        let picture = Picture {
            events: share(before.map(|one| &one.events), take(&mut bare.events)),
            proposals: share(before.map(|one| &one.proposals), take(&mut bare.proposals)),
            decisions: share(before.map(|one| &one.decisions), take(&mut bare.decisions)),
            alarms: share(before.map(|one| &one.alarms), take(&mut bare.alarms)),
            closures: share(before.map(|one| &one.closures), take(&mut bare.closures)),
            signals: share_signals(before.map(|one| &one.signals), take(&mut bare.signals)),
            bare,
        };
        self.taken.push_back(picture);
        self.changed = false;
        while self.taken.get(1).is_some_and(|second| second.bare.at <= earliest) {
            self.taken.pop_front();
        }
    }

    /// What people saw at `at`; `None` before the first picture. Signals have their law and who
    /// took them; stages are for the caller to fill in.
    pub(crate) fn at(&self, at: CityTime) -> Option<View> {
        let later = self.taken.partition_point(|one| one.bare.at <= at);
        let picture = self.taken.get(later.checked_sub(1)?)?;
        Some(View {
            at,
            events: unshare(&picture.events),
            proposals: unshare(&picture.proposals),
            decisions: unshare(&picture.decisions),
            alarms: unshare(&picture.alarms),
            closures: unshare(&picture.closures),
            signals: (*picture.signals).clone(),
            ..picture.bare.clone()
        })
    }
}

/// Whether a record changes what people read of the state.
fn is_read(record: &Record) -> bool {
    matches!(
        record,
        Record::Input(_)
            | Record::Event(_)
            | Record::Proposal(_)
            | Record::Rehearsal(_)
            | Record::Decision(_)
            | Record::Outcome(_)
            | Record::Alarm { .. }
            | Record::Withdrawn { .. }
            | Record::Lapsed { .. }
    )
}

fn share<T: PartialEq>(before: Option<&Shared<T>>, items: Vec<T>) -> Shared<T> {
    let Some(before) = before else { return items.into_iter().map(Arc::new).collect() };
    if before.len() == items.len() && before.iter().zip(&items).all(|(old, new)| **old == *new) {
        return Arc::clone(before);
    }
    let known = |item: &T| before.iter().find(|old| ***old == *item).map(Arc::clone);
    items.into_iter().map(|item| known(&item).unwrap_or_else(|| Arc::new(item))).collect()
}

fn unshare<T: Clone>(items: &Shared<T>) -> Vec<T> {
    items.iter().map(|item| (**item).clone()).collect()
}

fn share_signals(
    before: Option<&Arc<IdVec<JunctionId, Option<SignalStatus>>>>,
    mut signals: IdVec<JunctionId, Option<SignalStatus>>,
) -> Arc<IdVec<JunctionId, Option<SignalStatus>>> {
    for status in signals.iter_mut().flatten() {
        (status.stage, status.since) = (None, CityTime::default());
    }
    match before {
        Some(before) if **before == signals => Arc::clone(before),
        _ => Arc::new(signals),
    }
}

#[cfg(test)]
mod tests {
    use urbis_core::PersonId;
    use urbis_units::{Duration, Mode};

    use super::*;
    use crate::view::Kpi;

    fn at(second: i64) -> CityTime {
        CityTime::from_millis(second * 1000)
    }

    fn view(second: i64, lanes: &[u32]) -> View {
        let closure = |lane: &u32| ClosureView {
            lane: urbis_core::LaneId(*lane),
            since: at(0),
            who: PersonId("op".to_owned()),
            reason: String::new(),
        };
        View {
            sequence: second as u64,
            at: at(second),
            mode: Mode::Simulated,
            with: Kpi { vehicles: second as u32, ..Kpi::default() },
            without: None,
            events: Vec::new(),
            proposals: Vec::new(),
            decisions: Vec::new(),
            calls: Vec::new(),
            closures: lanes.iter().map(closure).collect(),
            signals: IdVec::new(),
            alarms: Vec::new(),
            stopped: None,
        }
    }

    #[test]
    fn the_newest_picture_at_or_before_a_moment_is_what_people_saw() {
        let mut pictures = Pictures::default();
        for (second, lanes) in [(10, &[1][..]), (20, &[1, 2]), (30, &[2])] {
            pictures.take(view(second, lanes), at(0));
        }
        assert_eq!(pictures.at(at(9)), None);
        for (asked, taken, lanes) in [(10, 10, &[1][..]), (29, 20, &[1, 2]), (99, 30, &[2])] {
            let expected = View { at: at(asked), ..view(taken, lanes) };
            assert_eq!(pictures.at(at(asked)), Some(expected));
        }
    }

    #[test]
    fn what_has_not_changed_is_kept_once() {
        let mut pictures = Pictures::default();
        for (second, lanes) in [(10, &[1, 2][..]), (20, &[1, 2]), (30, &[2])] {
            pictures.take(view(second, lanes), at(0));
        }
        let [one, two, three] = [0, 1, 2].map(|index| &pictures.taken[index].closures);
        assert!(Arc::ptr_eq(one, two), "the same list");
        assert!(Arc::ptr_eq(&two[1], &three[0]), "another list with the same item");
    }

    #[test]
    fn only_what_can_still_be_shown_is_kept() {
        let mut pictures = Pictures::default();
        for second in 1..=100 {
            pictures.take(view(second, &[]), at(0) + Duration::from_seconds(second - 10));
        }
        assert_eq!(pictures.at(at(89)), None);
        assert_eq!(pictures.at(at(90)).map(|view| view.sequence), Some(90));
        assert_eq!(pictures.taken.len(), 11);
    }

    #[test]
    fn a_picture_is_due_when_something_was_recorded_and_every_ten_seconds() {
        let mut pictures = Pictures::default();
        assert!(pictures.is_due(at(3)), "there is none yet");
        pictures.take(view(3, &[]), at(0));
        assert!(!pictures.is_due(at(4)) && pictures.is_due(at(10)));
        pictures.note(&[Record::StateHash { hash: [0; 32] }]);
        assert!(!pictures.is_due(at(4)), "nobody reads hashes");
        let text = urbis_core::Message::new("interlock-longest-red");
        pictures.note(&[Record::Alarm { junction: JunctionId(0), text }]);
        assert!(pictures.is_due(at(4)));
    }
}
