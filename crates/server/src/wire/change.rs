//! What changed of a state: for viewers who keep the state they were sent.
//!
//! # Shape
//! A field that is absent is as it was. A list is told as `changed` (entries that are new or no
//! longer the same, whole), `ranks` (key and rank of those that differ in nothing but their rank,
//! which moves for many when one comes) and, when entries came, went or moved, `order` (all keys).

use serde::Serialize;
use utoipa::ToSchema;

use super::call::CallDto;
use super::event::EventDto;
use super::proposal::{DecisionDto, ProposalDto};
use super::state::{AlarmDto, ClockDto, ClosureDto, ControlDto, KpisDto, StateDto, StopDto};

/// An entry of a list, told apart by its key.
trait Keyed: Clone + PartialEq {
    fn key(&self) -> u64;

    /// Its place among what matters now; 0 where there is none.
    fn rank(&self) -> u32 {
        0
    }

    /// The same with another rank.
    fn ranked(&self, _rank: u32) -> Self {
        self.clone()
    }

    /// Whether `old` differs from it in nothing but the rank.
    fn is_reranked(&self, old: &Self) -> bool {
        self.rank() != old.rank() && self.ranked(old.rank()) == *old
    }
}

macro_rules! keyed {
    ($($entry:ty: $field:ident $($rank:ident)?),* $(,)?) => {
        $(impl Keyed for $entry {
            fn key(&self) -> u64 {
                u64::from(self.$field)
            }

            $(fn rank(&self) -> u32 {
                self.$rank
            }

            fn ranked(&self, $rank: u32) -> Self {
                Self { $rank, ..self.clone() }
            })?
        })*
    };
}

keyed! {
    EventDto: id rank, ProposalDto: id rank, DecisionDto: id, CallDto: id, AlarmDto: id,
    ClosureDto: lane, ControlDto: junction,
}

/// What changed of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ListChange<'a, T: ToSchema> {
    /// Keys of all entries in their order; absent while none came, went or moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<u64>>,
    /// Entries that are new or no longer the same.
    pub changed: Vec<&'a T>,
    /// Key and rank of entries of which nothing else changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ranks: Vec<(u64, u32)>,
}

fn list<'a, T: Keyed + ToSchema>(before: &[T], now: &'a [T]) -> Option<ListChange<'a, T>> {
    let keys = |entries: &[T]| entries.iter().map(Keyed::key).collect::<Vec<_>>();
    if before == now {
        return None;
    }
    let (had, have) = (keys(before), keys(now));
    let known: std::collections::BTreeMap<u64, &T> = had.iter().copied().zip(before).collect();
    let (mut changed, mut ranks) = (Vec::new(), Vec::new());
    for entry in now {
        match known.get(&entry.key()) {
            Some(&old) if old == entry => {}
            Some(&old) if entry.is_reranked(old) => ranks.push((entry.key(), entry.rank())),
            _ => changed.push(entry),
        }
    }
    Some(ListChange { order: (had != have).then_some(have), changed, ranks })
}

/// What changed of a state.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename = "change")]
pub struct StateChange<'a> {
    /// Sequence of the newest journal record.
    pub sequence: u64,
    /// The city clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<&'a ClockDto>,
    /// Indicators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kpi: Option<&'a KpisDto>,
    /// Events, by `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<ListChange<'a, EventDto>>,
    /// Proposals, by `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposals: Option<ListChange<'a, ProposalDto>>,
    /// Decisions, by `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decisions: Option<ListChange<'a, DecisionDto>>,
    /// Emergency calls, by `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<ListChange<'a, CallDto>>,
    /// Closed lanes, by `lane`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closures: Option<ListChange<'a, ClosureDto>>,
    /// Signal controllers, by `junction`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controls: Option<ListChange<'a, ControlDto>>,
    /// Alarms, by `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarms: Option<ListChange<'a, AlarmDto>>,
    /// Who pressed the stop button; `null` once it is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<&'a Option<StopDto>>,
}

/// What makes `before` into `now`.
pub fn change<'a>(before: &StateDto, now: &'a StateDto) -> StateChange<'a> {
    StateChange {
        sequence: now.sequence,
        clock: (before.clock != now.clock).then_some(&now.clock),
        kpi: (before.kpi != now.kpi).then_some(&now.kpi),
        events: list(&before.events, &now.events),
        proposals: list(&before.proposals, &now.proposals),
        decisions: list(&before.decisions, &now.decisions),
        calls: list(&before.calls, &now.calls),
        closures: list(&before.closures, &now.closures),
        controls: list(&before.controls, &now.controls),
        alarms: list(&before.alarms, &now.alarms),
        stopped: (before.stopped != now.stopped).then_some(&now.stopped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(junction: u32, law: &'static str) -> ControlDto {
        ControlDto { junction, law, taken_by: None, manual: false }
    }

    #[test]
    fn a_list_tells_only_what_changed_of_it() {
        let before = [control(1, "webster"), control(2, "webster"), control(5, "webster")];
        assert_eq!(list(&before, &before), None);
        let one = [control(1, "webster"), control(2, "max_pressure"), control(5, "webster")];
        assert_eq!(
            list(&before, &one),
            Some(ListChange { order: None, changed: vec![&one[1]], ranks: vec![] })
        );
        let fewer = [control(5, "webster"), control(1, "webster")];
        let moved = ListChange { order: Some(vec![5, 1]), changed: vec![], ranks: vec![] };
        assert_eq!(list(&before, &fewer), Some(moved));
        let more = [control(1, "webster"), control(2, "webster"), control(3, "local_plan")];
        let came =
            ListChange { order: Some(vec![1, 2, 3]), changed: vec![&more[2]], ranks: vec![] };
        assert_eq!(list(&before, &more), Some(came));
    }

    #[test]
    fn of_an_entry_that_only_moved_in_rank_the_rank_is_told() {
        #[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
        struct Ranked {
            id: u32,
            rank: u32,
            word: &'static str,
        }
        keyed! { Ranked: id rank }
        let one = |id, rank, word| Ranked { id, rank, word };
        let before = [one(1, 0, "a"), one(2, 1, "b"), one(3, 2, "c")];
        let now = [one(1, 1, "a"), one(2, 0, "B"), one(3, 2, "c")];
        let told = list(&before, &now).unwrap();
        assert_eq!((told.changed, told.ranks, told.order), (vec![&now[1]], vec![(1, 1)], None));
    }

    #[test]
    fn a_stop_that_is_released_is_told_as_null() {
        let gone: Option<StopDto> = None;
        let quiet = StateChange {
            sequence: 4,
            clock: None,
            kpi: None,
            events: None,
            proposals: None,
            decisions: None,
            calls: None,
            closures: None,
            controls: None,
            alarms: None,
            stopped: Some(&gone),
        };
        let text = serde_json::to_string(&quiet).unwrap();
        assert_eq!(text, r#"{"type":"change","sequence":4,"stopped":null}"#);
    }
}
