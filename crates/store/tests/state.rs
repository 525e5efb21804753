//! The state as a fold: the same from a snapshot, and right whatever order observations come in.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;

use common::{at, row};
use proptest::prelude::*;
use urbis_core::{
    CommandId, EntityId, EventId, Input, Intake, JunctionId, LaneId, Lapse, Law, Message, OPERATOR,
    ObservationBatch, Property, Proposal, ProposalId, Quality, Record, Row, StageIdx, SubjectId,
};
use urbis_store::{
    Access, CityState, Disk, DiskFaults, Journal, MemoryDisk, Numbers, STATE_SCHEMA, SimulatedDisk,
    Snapshots, fold,
};
use urbis_units::{CityTime, Duration};

fn state_of(records: &[(CityTime, Record)]) -> CityState {
    let mut state = CityState::default();
    for (index, (at, record)) in records.iter().enumerate() {
        assert!(state.apply(index as u64 + 1, *at, record));
    }
    state
}

fn observed(rows: impl IntoIterator<Item = Row>) -> Record {
    Record::Observed(rows.into_iter().collect::<ObservationBatch>())
}

fn story() -> Vec<(CityTime, Record)> {
    common::records().into_iter().enumerate().map(|(s, record)| (at(s as i64), record)).collect()
}

#[test]
fn every_word_leaves_its_mark_on_the_state() {
    let state = state_of(&story());
    assert_eq!(state.sequence as usize, story().len());
    assert_eq!(state.begun.as_ref().unwrap().seed, 42);
    assert_eq!(state.entities.len() + state.sources.len() + state.persons.len(), 3);
    let count = state.observations.get(EntityId(0), Property::CountVeh).unwrap();
    assert_eq!((count.value, count.event_time), (7.0, at(60)));
    assert_eq!(state.observations.iter().count(), 3);

    let matters = &state.matters;
    assert!(matters.events[&EventId(1)].acknowledged.is_some());
    assert_eq!(matters.calls[&EventId(2)].patient.len(), 2);
    assert_eq!(matters.cases.len(), 1);
    let proposal = &matters.proposals[&ProposalId(1)];
    assert_eq!(proposal.rehearsals.len(), 1);
    let decision = &matters.decisions[&proposal.decision.unwrap()];
    assert!(decision.outcome.as_ref().unwrap().measured[0].inside);

    let controls = &state.controls;
    let closed: Vec<u32> = controls.closures.keys().map(|lane| lane.0).collect();
    assert_eq!(closed, [12], "by decision");
    let asked: Vec<u32> = controls.asked.keys().map(|lane| lane.0).collect();
    assert_eq!(asked, [20], "asked for and not decided; 21 was opened again");
    assert_eq!(controls.asked[&LaneId(20)].reason, "道路施工");
    let third = &controls.junctions[&JunctionId(3)];
    assert_eq!(third.law.as_ref().unwrap().0, Law::MaxPressure, "by decision");
    assert_eq!((&third.taken, third.requested, third.manual), (&None, None, true));
    assert_eq!((third.sent_count, third.refused_count), (1, 0));
    assert_eq!(third.not_taken, Some(CommandId(9)));
    assert!(proposal.withdrawn && proposal.acknowledged.is_some());
    assert_eq!(proposal.lapsed, Some(Lapse::Expired));
    assert!(controls.junctions[&JunctionId(4)].refused.is_some());
    let sixth = &controls.junctions[&JunctionId(6)];
    assert!(sixth.taken.is_some());
    let area = [8, 9].map(|junction| controls.junctions[&JunctionId(junction)].taken.is_some());
    assert_eq!(area, [true, false]);
    assert_eq!((&sixth.law, sixth.asked.as_ref().unwrap().0), (&None, Law::Webster));
    assert_eq!(controls.stopped, None);

    assert_eq!(state.outside.blockages.len(), 1);
    assert_eq!(state.outside.blockages[&LaneId(30)].until, Some(at(19 + 600)));
    assert_eq!(state.outside.weather, Some((0.85, 1.25)));
    assert_eq!((state.alarms.len(), state.diagnostics.len()), (1, 1));
    assert!(state.erased.contains(&SubjectId("s-patient".to_owned())));
    assert!(state.subjects.is_empty(), "the only person whose data was kept was erased");
    let given = Numbers { event: 2, case: 1, proposal: 1, rehearsal: 1, decision: 1, command: 9 };
    assert_eq!(state.numbers, given);
}

#[test]
fn a_new_session_drops_what_was_under_way_and_goes_on_with_the_numbers() {
    let mut state = state_of(&story());
    let before = state.clone();
    let Record::Begun(begun) = &common::records()[0] else { panic!("a story begins") };
    let next = state.sequence + 1;
    assert!(state.apply(next, at(2000), &Record::Begun(begun.clone())));
    assert_eq!((state.numbers, &state.erased), (before.numbers, &before.erased));
    assert_eq!((&state.controls, &state.outside), (&<_>::default(), &<_>::default()));
    assert!(state.matters.events.is_empty() && state.matters.proposals.is_empty());
    assert_eq!(state.matters.cases, before.matters.cases);
}

#[test]
fn a_stop_and_a_taken_junction_stand_until_they_are_released() {
    let input = |what| Record::Input(Input { act: common::act("ada", 0), what });
    let junction = JunctionId(1);
    let mut records = vec![
        (at(0), input(Intake::Stop)),
        (at(1), input(Intake::TakeControl { junction })),
        (at(2), input(Intake::RequestStage { junction, stage: StageIdx(1) })),
    ];
    let state = state_of(&records);
    assert!(state.controls.stopped.is_some());
    assert_eq!(state.controls.junctions[&junction].requested, Some(StageIdx(1)));
    records.push((at(3), input(Intake::ReleaseControl { junction })));
    records.push((at(4), input(Intake::ReleaseStop)));
    let state = state_of(&records);
    assert_eq!(state.controls.stopped, None);
    assert_eq!(state.controls.junctions[&junction].taken, None);
}

/// What an operator asks for, as the loop records it: the ask, then its proposal.
fn asked(second: i64, id: u32) -> [(CityTime, Record); 2] {
    let what = Intake::CloseLane { lane: LaneId(12), reason: format!("works {id}") };
    let act = common::act("ada", second);
    let proposal = Proposal { scene: OPERATOR.to_owned(), ..common::proposal(id) };
    let (ask, proposal) = (Record::Input(Input { act, what }), Record::Proposal(proposal));
    [(at(second), ask), (at(second), proposal)]
}

#[test]
fn a_closure_asked_for_counts_once_it_is_decided_and_never_when_it_is_not_done() {
    let lapsed = |how| {
        let why = Message::new("sample-why");
        (at(2), Record::Lapsed { proposal: ProposalId(1), how, why })
    };
    let decided = |option| (at(2), Record::Decision(common::decision(option)));
    let lane = LaneId(12);
    for (end, closed, is_asked) in [
        (None, None, true),
        (Some(decided(Some(1))), Some("works 1"), false),
        (Some(decided(Some(0))), None, false),
        (Some(decided(None)), None, false),
        (Some(lapsed(Lapse::Expired)), None, false),
        (Some(lapsed(Lapse::Stopped)), None, false),
    ] {
        let said = format!("{end:?}");
        let records: Vec<_> = asked(1, 1).into_iter().chain(end).collect();
        let controls = state_of(&records).controls;
        assert_eq!(controls.closures.get(&lane).map(|it| it.reason.as_str()), closed, "{said}");
        assert_eq!(controls.asked.contains_key(&lane), is_asked, "{said}");
    }
    // What replaces an ask is recorded before the lapse of what it replaces.
    let [ask, proposal] = asked(2, 2);
    let records: Vec<_> =
        asked(1, 1).into_iter().chain([ask, lapsed(Lapse::Replaced), proposal]).collect();
    let state = state_of(&records);
    assert_eq!(state.controls.asked[&lane].reason, "works 2");
    let open = |id| state.matters.proposals[&ProposalId(id)].is_open(at(2));
    assert_eq!((open(1), open(2)), (false, true));
}

#[test]
fn a_law_asked_for_counts_once_it_is_decided() {
    let junction = JunctionId(3);
    let what = Intake::ChooseLaw { junction, law: Law::MaxPressure };
    let proposal = Proposal { scene: OPERATOR.to_owned(), ..common::proposal(1) };
    let records = [
        (at(1), Record::Input(Input { act: common::act("ada", 1), what })),
        (at(1), Record::Proposal(proposal)),
        (at(2), Record::Decision(common::decision(Some(1)))),
    ];
    let control = |count: usize| state_of(&records[..count]).controls.junctions[&junction].clone();
    let law = |of: &Option<(Law, urbis_core::Act)>| of.as_ref().map(|(law, _)| *law);
    let (before, after) = (control(2), control(3));
    assert_eq!((law(&before.law), law(&before.asked)), (None, Some(Law::MaxPressure)));
    assert_eq!((law(&after.law), law(&after.asked)), (Some(Law::MaxPressure), None));
}

#[test]
fn whoever_acknowledges_a_proposal_first_has_acknowledged_it() {
    let acknowledged = |who: &str, second| {
        let what = Intake::AcknowledgeProposal { proposal: ProposalId(1) };
        (at(second), Record::Input(Input { act: common::act(who, second), what }))
    };
    let records = [
        (at(0), Record::Proposal(common::proposal(1))),
        acknowledged("ada", 1),
        acknowledged("bo", 2),
        (at(3), Record::Proposal(common::proposal(1))),
    ];
    let state = state_of(&records);
    let by = state.matters.proposals[&ProposalId(1)].acknowledged.clone();
    assert_eq!(by, Some(common::act("ada", 1)));
}

#[test]
fn a_record_is_taken_in_once() {
    let story = story();
    let mut state = state_of(&story);
    let hash = state.hash();
    for (index, (at, record)) in story.iter().enumerate() {
        assert!(!state.apply(index as u64 + 1, *at, record));
    }
    assert_eq!(state.hash(), hash);
}

#[test]
fn a_value_far_ahead_of_its_arrival_or_not_a_number_never_becomes_current() {
    let honest = row(0, Property::SpeedMps, 100, 8.0);
    let ahead = Row { event_time: at(100_000), ..row(0, Property::SpeedMps, 50, 99.0) };
    let broken = row(0, Property::SpeedMps, 200, f64::NAN);
    let state = state_of(&[(at(0), observed([ahead, broken])), (at(1), observed([honest]))]);
    assert_eq!(state.observations.get(EntityId(0), Property::SpeedMps).unwrap().value, 8.0);
    assert_eq!(state.observations.refused(), 2);
}

#[test]
fn finished_matters_are_left_to_the_journal_after_two_days() {
    let mut over = common::event(1);
    over.until = Some(at(600));
    let mut records = vec![
        (at(0), Record::Event(common::event(2))),
        (at(0), Record::Event(over)),
        (at(0), Record::Proposal(common::proposal(1))),
        (at(1), Record::Decision(common::decision(Some(1)))),
        (at(2), Record::Proposal(common::proposal(2))),
    ];
    let later = at(0) + Duration::from_minutes(3 * 24 * 60);
    records.push((later, Record::StateHash { hash: [0; 32] }));
    let matters = state_of(&records).matters;
    assert_eq!(matters.events.keys().map(|id| id.0).collect::<Vec<_>>(), [2], "one is not over");
    let proposals: Vec<u32> = matters.proposals.keys().map(|id| id.0).collect();
    assert_eq!(proposals, [1], "an accepted one stays until its outcome is measured");

    records.insert(5, (at(980), Record::Outcome(common::outcome())));
    let matters = state_of(&records).matters;
    assert_eq!((matters.proposals.len(), matters.decisions.len()), (0, 0));
}

/// Rows of few entities at few times, so that ties and repetitions are common.
fn any_row() -> impl Strategy<Value = Row> {
    let property = prop_oneof![Just(Property::CountVeh), Just(Property::SpeedMps)];
    (0u32..3, property, 0i64..6, 0i64..8, 0u8..3, any::<bool>()).prop_map(
        |(entity, property, second, delay, value, good)| Row {
            arrival_time: at(second + delay),
            quality: if good { Quality::Good } else { Quality::Suspect },
            ..row(entity, property, second, f64::from(value))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn late_doubled_and_reordered_observations_give_the_same_current_values(
        rows in prop::collection::vec(any_row(), 1..40),
        swaps in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..60),
        doubled in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut tidy = rows.clone();
        tidy.sort_by_key(|row| (row.event_time, row.arrival_time));
        let mut untidy = rows.clone();
        untidy.extend(doubled.iter().map(|index| *index.get(&rows)));
        for (a, b) in swaps {
            let (a, b) = (a.index(untidy.len()), b.index(untidy.len()));
            untidy.swap(a, b);
        }
        let fold_rows = |rows: &[Row]| {
            let records: Vec<_> = rows.iter().map(|row| (at(0), observed([*row]))).collect();
            state_of(&records).observations
        };
        let state = fold_rows(&untidy);
        prop_assert_eq!(&state, &fold_rows(&tidy));
        for row in &rows {
            let latest = state.get(row.entity, row.property).unwrap();
            prop_assert!(latest.event_time >= row.event_time, "the latest event time stands");
        }
    }

    #[test]
    fn a_fold_from_any_snapshot_is_the_fold_of_everything(
        picks in prop::collection::vec((any::<prop::sample::Index>(), 0i64..20_000), 1..60),
        cut in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let samples = common::records();
        let mut journal = Journal::in_memory();
        let snapshots = Snapshots::new(Arc::new(SimulatedDisk::new(seed)));
        let mut state = CityState::default();
        let cut = cut.index(picks.len());
        for (index, (pick, second)) in picks.iter().enumerate() {
            let record = pick.get(&samples);
            let sequence = journal.append(at(*second), record).unwrap();
            journal.commit().unwrap();
            state.apply(sequence, at(*second), record);
            if index == cut {
                snapshots.save(&state, journal.last_hash()).unwrap();
            }
        }
        let restored = snapshots.restore(&journal).unwrap();
        prop_assert_eq!(restored.from_snapshot, Some(cut as u64 + 1));
        prop_assert_eq!(restored.folded as usize, picks.len() - cut - 1);
        let folded = fold(CityState::default(), journal.read_from(1)).unwrap();
        prop_assert_eq!(folded.hash(), state.hash());
        prop_assert_eq!(restored.state.hash(), state.hash());
        prop_assert_eq!(restored.state, folded);
    }

    #[test]
    fn a_crash_while_snapshots_are_written_never_gives_a_wrong_state(
        seed in any::<u64>(),
        fails_after in 0u64..12,
    ) {
        let mut journal = Journal::in_memory();
        let disk = SimulatedDisk::new(seed);
        let mut state = CityState::default();
        for (index, (at, record)) in story().into_iter().enumerate() {
            let sequence = journal.append(at, &record).unwrap();
            journal.commit().unwrap();
            state.apply(sequence, at, &record);
            if index % 9 == 8 {
                if index > 9 {
                    disk.set_faults(DiskFaults { room: None, fails_after: Some(fails_after) });
                }
                let _ = Snapshots::new(Arc::new(disk.clone())).save(&state, journal.last_hash());
            }
        }
        let restored = Snapshots::new(Arc::new(disk.crash())).restore(&journal).unwrap();
        prop_assert_eq!(restored.state.hash(), state.hash());
        prop_assert!(restored.from_snapshot.is_some(), "the first one was durable: {:?}", restored.passed_over);
    }
}

#[test]
fn a_snapshot_that_is_damaged_or_of_another_journal_is_passed_over_and_said() {
    let disk = Arc::new(MemoryDisk::new());
    let snapshots = Snapshots::new(disk.clone());
    let mut journal = Journal::in_memory();
    for (at, record) in story() {
        journal.append(at, &record).unwrap();
    }
    journal.commit().unwrap();
    let state = fold(CityState::default(), journal.read_from(1)).unwrap();
    snapshots.save(&state, journal.last_hash()).unwrap();
    assert_eq!(snapshots.restore(&journal).unwrap().folded, 0);

    let mut other = Journal::in_memory();
    for _ in 0..journal.last_sequence() {
        other.append(at(0), &Record::StateHash { hash: [1; 32] }).unwrap();
    }
    other.commit().unwrap();
    let restored = snapshots.restore(&other).unwrap();
    assert_eq!(restored.from_snapshot, None);
    assert_eq!(restored.passed_over[0].1, "it belongs to another journal");

    let name = disk.list().unwrap().remove(0);
    let schema = |number: u16| {
        disk.open(&name, Access::Write).unwrap().write_at(8, &number.to_le_bytes()).unwrap();
    };
    for other in [STATE_SCHEMA - 1, STATE_SCHEMA + 1] {
        schema(other);
        let restored = snapshots.restore(&journal).unwrap();
        let why = "it was written by another version";
        assert_eq!(restored.passed_over, [(name.clone(), why)]);
        assert_eq!((restored.from_snapshot, restored.state.hash()), (None, state.hash()));
    }
    schema(STATE_SCHEMA);
    disk.open(&name, Access::Write).unwrap().write_at(300, &[0xEE]).unwrap();
    let restored = snapshots.restore(&journal).unwrap();
    assert_eq!(restored.passed_over, [(name, "it is damaged")]);
    assert_eq!((restored.from_snapshot, restored.state.hash()), (None, state.hash()));
}

#[test]
fn only_the_last_two_snapshots_are_kept() {
    let disk = Arc::new(MemoryDisk::new());
    let snapshots = Snapshots::new(disk.clone());
    for sequence in 1..=5 {
        let state = CityState { sequence, ..CityState::default() };
        snapshots.save(&state, [0; 32]).unwrap();
    }
    let kept = disk.list().unwrap();
    assert_eq!(kept, ["00000000000000000004.snapshot", "00000000000000000005.snapshot"]);
}
