//! Signals of the challenge: eight phases of two movements, right turns always free.
//!
//! # Source
//! Phases 1 to 8 of the challenge: left turns from north and south, straight on from there, left
//! turns from east and west, straight on from there, then each approach alone. Between two phases all
//! but right turns stand for five seconds.

use urbis_core::{GroupIdx, GroupSet, MovementId, Plan, Split, StageIdx};
use urbis_units::Seconds;

use crate::{Conflict, GroupKind, IntergreenSource, Signal, SignalGroup, Stage, Turn};

/// Movements of the eight phases: the approach, clockwise from the north, and the turn.
const PHASES: [(&str, [(u8, Turn); 2]); 8] = [
    ("phase 1", [(0, Turn::Left), (2, Turn::Left)]),
    ("phase 2", [(0, Turn::Straight), (2, Turn::Straight)]),
    ("phase 3", [(1, Turn::Left), (3, Turn::Left)]),
    ("phase 4", [(1, Turn::Straight), (3, Turn::Straight)]),
    ("phase 5", [(0, Turn::Straight), (0, Turn::Left)]),
    ("phase 6", [(1, Turn::Straight), (1, Turn::Left)]),
    ("phase 7", [(2, Turn::Straight), (2, Turn::Left)]),
    ("phase 8", [(3, Turn::Straight), (3, Turn::Left)]),
];
/// Phases 1 to 4 serve every movement; the assumed plan runs them in turn.
const PLANNED: usize = 4;
/// Green of a phase in the assumed plan; the files state none.
const GREEN: Seconds = Seconds::new(20.0);
/// Clearance between phases.
const CLEARANCE: Seconds = Seconds::new(5.0);
/// Shortest green; the files state none.
const MIN_GREEN: Seconds = Seconds::new(5.0);
/// Longest red before the service alarm; the files state none.
const MAX_RED: Seconds = Seconds::new(300.0);

/// A movement of the junction: its id, name, approach and turn.
#[derive(Debug, Clone)]
pub(super) struct Served {
    pub(super) movement: MovementId,
    pub(super) name: String,
    pub(super) approach: u8,
    pub(super) turn: Turn,
}

/// The signal of a junction with these movements; `None` where nothing but right turns crosses it.
///
/// Conflicts and intergreens are left empty, for geometry to fill.
pub(super) fn of(served: &[Served]) -> Option<Signal> {
    let set = |wanted: &dyn Fn(&Served) -> bool| {
        let groups = served.iter().enumerate().filter(|(_, one)| wanted(one));
        groups.fold(GroupSet::EMPTY, |set, (index, _)| set.with(GroupIdx(index as u8)))
    };
    let free = set(&|one| one.turn == Turn::Right);
    let mut stages = vec![Stage { name: "clearance".to_owned(), green: free }];
    let mut splits = Vec::new();
    for (number, (name, movements)) in PHASES.iter().enumerate() {
        let shown = set(&|one| movements.contains(&(one.approach, one.turn)));
        if shown == GroupSet::EMPTY {
            continue;
        }
        let stage = StageIdx(stages.len() as u8);
        stages.push(Stage { name: (*name).to_owned(), green: GroupSet(shown.0 | free.0) });
        if number < PLANNED {
            splits.push(Split { stage, green: GREEN });
            splits.push(Split { stage: StageIdx(0), green: CLEARANCE });
        }
    }
    if splits.is_empty() {
        return None;
    }
    let groups = served.iter().map(|served| SignalGroup {
        name: served.name.clone(),
        kind: GroupKind::Vehicle { movements: vec![served.movement] },
        min_green: MIN_GREEN,
        max_red: MAX_RED,
        max_red_is_hard: false,
    });
    Some(Signal {
        groups: groups.collect(),
        crossings: Vec::new(),
        stages,
        conflicts: Vec::new(),
        intergreens: Vec::new(),
        intergreen_source: IntergreenSource::Geometry,
        amber: Seconds::ZERO,
        plans: vec![Plan {
            name: "phases 1 to 4".to_owned(),
            offset: Seconds::ZERO,
            splits,
            interstage: Seconds::ZERO,
        }],
        schedule: Vec::new(),
        clearance_stage: Some(StageIdx(0)),
    })
}

/// Lets what a phase shows together be driven together, with yielding where the paths meet: the
/// phases are the controller's own, and the straight lines of the map are only near the truth.
pub(super) fn permit_phases(signal: &mut Signal) {
    let size = signal.groups.len();
    for stage in &signal.stages {
        for a in stage.green.iter() {
            for b in stage.green.iter() {
                let conflict = &mut signal.conflicts[a.0 as usize * size + b.0 as usize];
                if *conflict == Conflict::Conflicting {
                    *conflict = Conflict::Permitted;
                }
            }
        }
    }
}
