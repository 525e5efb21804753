//! Signals of a junction from its light phases.

use urbis_core::{GROUPS_MAX, GroupIdx, GroupSet, MovementId, Plan, Split, StageIdx};
use urbis_units::Seconds;

use super::file::LightPhase;
use crate::place::Place;
use crate::{GroupKind, IntergreenSource, NetworkError, Signal, SignalGroup, Stage, Turn};

/// Most phases a junction may have: a stage's index is a byte.
const PHASES_MAX: usize = 255;
/// Longest time a phase may hold.
const PHASE_MAX_S: f64 = 86_400.0;
/// Shortest green; the files state none.
const MIN_GREEN: Seconds = Seconds::new(5.0);
/// Longest red before the service alarm; the files state none.
const MAX_RED: Seconds = Seconds::new(300.0);

/// A movement of the junction: its id, name and turn.
#[derive(Debug, Clone)]
pub(super) struct Served {
    pub(super) movement: MovementId,
    pub(super) name: String,
    pub(super) turn: Turn,
}

/// The signal of a junction, or `None` where every movement is always free.
///
/// Conflicts and intergreens are left empty, for geometry to fill.
pub(super) fn read(
    place: Place<'_>,
    phases: &[LightPhase],
    served: &[Served],
) -> Result<Option<Signal>, NetworkError> {
    if served.len() > GROUPS_MAX || phases.len() > PHASES_MAX {
        return Err(place.misfit(
            format!(
                "has {} road links and {} light phases, at most {GROUPS_MAX} and {PHASES_MAX} can be controlled",
                served.len(),
                phases.len()
            ),
            "split the junction",
        ));
    }
    let mut stages = Vec::with_capacity(phases.len());
    let mut splits = Vec::with_capacity(phases.len());
    for (index, phase) in phases.iter().enumerate() {
        let green = Seconds::new(place.number(
            "lightphases.time",
            phase.time,
            (0.0, PHASE_MAX_S),
            "0 to 86400 seconds",
        )?);
        let set = greens(place, phase, served.len())?;
        stages.push(Stage { name: format!("phase {index}"), green: set });
        splits.push(Split { stage: StageIdx(index as u8), green });
    }
    let all_free = stages.iter().all(|stage| stage.green.0.count_ones() as usize == served.len());
    if stages.is_empty() || (stages.len() == 1 && all_free) {
        return Ok(None);
    }
    if splits.iter().all(|split| split.green == Seconds::ZERO) {
        return Err(place.misfit("all its light phases last 0 seconds", "give one of them a time"));
    }
    let groups = served
        .iter()
        .map(|served| SignalGroup {
            name: served.name.clone(),
            kind: GroupKind::Vehicle { movements: vec![served.movement] },
            min_green: MIN_GREEN,
            max_red: MAX_RED,
            max_red_is_hard: false,
        })
        .collect();
    let right_turns_only = |set: GroupSet| {
        set != GroupSet::EMPTY
            && set.iter().all(|group| served[group.0 as usize].turn == Turn::Right)
    };
    let clearance_stage =
        (stages.len() > 1 && right_turns_only(stages[0].green)).then_some(StageIdx(0));
    let plan = Plan {
        name: "builtin".to_owned(),
        offset: Seconds::ZERO,
        splits,
        interstage: Seconds::ZERO,
    };
    Ok(Some(Signal {
        groups,
        crossings: Vec::new(),
        stages,
        conflicts: Vec::new(),
        intergreens: Vec::new(),
        intergreen_source: IntergreenSource::Geometry,
        amber: Seconds::ZERO,
        plans: vec![plan],
        schedule: Vec::new(),
        clearance_stage,
    }))
}

fn greens(place: Place<'_>, phase: &LightPhase, count: usize) -> Result<GroupSet, NetworkError> {
    phase.available.iter().try_fold(GroupSet::EMPTY, |set, &link| match usize::try_from(link) {
        Ok(link) if link < count => Ok(set.with(GroupIdx(link as u8))),
        _ => Err(place.unknown(
            "lightphases.availableRoadLinks",
            format!("road link {link}"),
            "take it out of the phase, or add the road link to the junction",
        )),
    })
}
