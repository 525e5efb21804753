//! Signals: do groups, stages, plans and matrices fit together and serve every movement?

use urbis_core::{GROUPS_MAX, GroupIdx, GroupSet, Id, Plan, ids_in};
use urbis_units::{Meters, MetersPerSecond, Seconds};

use super::Report;
use crate::{GroupKind, Junction, JunctionKind, Network, Signal};

/// Minutes of a day.
const DAY_MINUTES: u16 = 1440;

pub(super) fn check(network: &Network, report: &mut Report) {
    for junction in &network.junctions {
        let element = format!("junction {}", junction.name);
        let signalized = junction.kind == JunctionKind::Signalized;
        report.expect(
            signalized == junction.signal.is_some(),
            &element,
            || {
                if signalized {
                    "is signalized without a signal"
                } else {
                    "has a signal but is not signalized"
                }
                .to_owned()
            },
            "give it a signal, or make it a priority junction",
        );
        if let Some(signal) = &junction.signal {
            check_groups(network, junction, signal, report);
            check_crossings(junction, signal, report);
            check_matrices(&element, signal, report);
            check_stages(&element, signal, report);
            for plan in &signal.plans {
                check_plan(&format!("{element}, plan {}", plan.name), signal, plan, report);
            }
            check_schedule(&element, signal, report);
        }
    }
}

fn check_groups(network: &Network, junction: &Junction, signal: &Signal, report: &mut Report) {
    let element = format!("junction {}", junction.name);
    let count = signal.groups.len();
    report.expect(
        (1..=GROUPS_MAX).contains(&count),
        &element,
        || format!("has {count} signal groups, expected 1 to {GROUPS_MAX}"),
        "merge groups that always show the same aspect",
    );
    let first = junction.movements.start.index();
    let mut served = vec![0_u32; ids_in(&junction.movements).count()];
    for group in &signal.groups {
        let element = format!("{element}, group {}", group.name);
        match &group.kind {
            GroupKind::Vehicle { movements } => {
                let own = |movement: &crate::MovementId| junction.movements.contains(movement);
                report.expect(
                    movements.iter().all(own),
                    &element,
                    || "serves movements of another junction".to_owned(),
                    "keep only movements of this junction",
                );
                for movement in movements.iter().filter(|movement| own(movement)) {
                    served[movement.index() - first] += 1;
                }
            }
            GroupKind::Pedestrian { crossing } => report.expect(
                (*crossing as usize) < signal.crossings.len(),
                &element,
                || format!("serves crossing {crossing} of {}", signal.crossings.len()),
                "add the crossing, or correct its index",
            ),
        }
        let fine = group.min_green.get().is_finite()
            && group.min_green >= Seconds::ZERO
            && group.max_red > group.min_green;
        report.expect(
            fine,
            &element,
            || format!("has shortest green {} and longest red {}", group.min_green, group.max_red),
            "set a shortest green of at least 0 s and a longer longest red",
        );
    }
    for (movement, times) in ids_in(&junction.movements).zip(&served) {
        let movement = &network.movements[movement];
        let (from, to) = (&network.roads[movement.from].name, &network.roads[movement.to].name);
        report.expect(
            *times == 1,
            &element,
            || format!("movement from {from} to {to} is in {times} signal groups, expected 1"),
            "put every movement in exactly one vehicle group",
        );
    }
}

/// Longest crossing, slowest and fastest walk: what lies beyond is a mistake of units.
const CROSSING_MAX: Meters = Meters::new(200.0);
const WALKING_MIN: MetersPerSecond = MetersPerSecond::new(0.3);
const WALKING_MAX: MetersPerSecond = MetersPerSecond::new(2.0);

fn check_crossings(junction: &Junction, signal: &Signal, report: &mut Report) {
    let element = format!("junction {}", junction.name);
    for crossing in &signal.crossings {
        let own =
            junction.incoming.contains(&crossing.arm) || junction.outgoing.contains(&crossing.arm);
        let fine = own
            && crossing.length > Meters::ZERO
            && crossing.length <= CROSSING_MAX
            && (WALKING_MIN..=WALKING_MAX).contains(&crossing.walking_speed);
        report.expect(
            fine,
            &element,
            || {
                format!(
                    "has a crossing of {} at {} over road {}",
                    crossing.length, crossing.walking_speed, crossing.arm.0
                )
            },
            "let it cross a road of this junction, at most 200 m long, walked at 0.3 to 2 m/s",
        );
    }
}

fn check_matrices(element: &str, signal: &Signal, report: &mut Report) {
    let size = signal.groups.len();
    let fits = signal.conflicts.len() == size * size && signal.intergreens.len() == size * size;
    report.expect(
        fits,
        element,
        || {
            format!(
                "has {} conflicts and {} intergreens for {size} groups, expected {}",
                signal.conflicts.len(),
                signal.intergreens.len(),
                size * size
            )
        },
        "give both for every pair of groups, or leave both empty to have them computed",
    );
    if !fits {
        return;
    }
    for a in 0..size {
        for b in 0..a {
            report.expect(
                signal.conflicts[a * size + b] == signal.conflicts[b * size + a],
                element,
                || {
                    let (a, b) = (&signal.groups[a].name, &signal.groups[b].name);
                    format!("groups {a} and {b} conflict one way only")
                },
                "give both directions the same value",
            );
        }
    }
    let odd = signal.intergreens.iter().filter(|time| !(time.get() >= 0.0 && time.get() < 600.0));
    let odd = odd.count();
    report.expect(
        odd == 0,
        element,
        || format!("has {odd} intergreens outside 0 to 600 s"),
        "correct them",
    );
}

fn check_stages(element: &str, signal: &Signal, report: &mut Report) {
    let stages = signal.stages.len();
    report.expect(
        (1..=256).contains(&stages),
        element,
        || format!("has {stages} stages, expected 1 to 256"),
        "give the controller at least one stage",
    );
    let all = groups(signal.groups.len());
    let mut shown = GroupSet::EMPTY;
    for stage in &signal.stages {
        report.expect(
            stage.green.0 & !all.0 == 0,
            &format!("{element}, stage {}", stage.name),
            || "shows groups that do not exist".to_owned(),
            "keep only groups of this junction",
        );
        shown = GroupSet(shown.0 | stage.green.0);
    }
    never_green(element, signal, shown, "no stage", report);
    let clearance = signal.clearance_stage.is_none_or(|stage| (stage.0 as usize) < stages);
    report.expect(
        clearance,
        element,
        || format!("has a clearance stage out of {stages} stages"),
        "name one of its stages",
    );
}

fn check_plan(element: &str, signal: &Signal, plan: &Plan, report: &mut Report) {
    let mut shown = GroupSet::EMPTY;
    for split in &plan.splits {
        match signal.stages.get(split.stage.0 as usize) {
            Some(stage) => shown = GroupSet(shown.0 | stage.green.0),
            None => report.add(
                element,
                format!("names stage {} of {}", split.stage.0, signal.stages.len()),
                "name one of the junction's stages",
            ),
        }
    }
    let times = plan.splits.iter().map(|split| split.green).chain([plan.interstage]);
    let fine = times.into_iter().all(|time| time.get().is_finite() && time >= Seconds::ZERO)
        && plan.offset.get().is_finite()
        && plan.cycle() > Seconds::ZERO;
    report.expect(
        fine,
        element,
        || "has a cycle of no length, or a time that is negative".to_owned(),
        "give every stage a green of at least 0 s, and one a positive green",
    );
    never_green(element, signal, shown, "none of its stages", report);
}

fn never_green(element: &str, signal: &Signal, shown: GroupSet, by: &str, report: &mut Report) {
    for (index, group) in signal.groups.iter().enumerate().take(GROUPS_MAX) {
        report.expect(
            shown.contains(GroupIdx(index as u8)),
            element,
            || format!("group {} is shown by {by}", group.name),
            "show every group in some stage, or take the group out",
        );
    }
}

fn check_schedule(element: &str, signal: &Signal, report: &mut Report) {
    for entry in &signal.schedule {
        let fine = (entry.plan as usize) < signal.plans.len()
            && entry.from_minute < DAY_MINUTES
            && (1..128).contains(&entry.weekdays);
        report.expect(
            fine,
            element,
            || {
                format!(
                    "schedules plan {} of {} from minute {} on weekdays {:#b}",
                    entry.plan,
                    signal.plans.len(),
                    entry.from_minute,
                    entry.weekdays
                )
            },
            "name one of its plans, a minute below 1440 and at least one day",
        );
    }
}

/// The set of the first `count` groups.
fn groups(count: usize) -> GroupSet {
    GroupSet(if count >= GROUPS_MAX { u64::MAX } else { (1 << count) - 1 })
}
