//! From flow ratios to greens in whole seconds.

use urbis_core::{GroupIdx, GroupSet};
use urbis_units::{Ratio, Seconds};

use super::flow::Ratios;
use super::{WebsterParameters, optimum_cycle};
use crate::SignalTiming;

/// The longest interstage between stages that follow each other: one value for the plan, so that
/// its cycle is exactly what the controller runs.
pub(super) fn interstage_s(timing: &SignalTiming, greens: &[GroupSet]) -> u32 {
    let next = |index: usize| greens[(index + 1) % greens.len()];
    let all =
        greens.iter().enumerate().map(|(index, green)| timing.interstage(*green, next(index)));
    all.max().unwrap_or(0)
}

/// The least green of every stage.
pub(super) fn green_min_s(
    timing: &SignalTiming,
    greens: &[GroupSet],
    interstage_s: u32,
) -> Vec<u32> {
    let next = |index: usize| greens[(index + 1) % greens.len()];
    let least = |(index, green): (usize, &GroupSet)| {
        timing.stage_min_green(*green, next(index), interstage_s).max(1)
    };
    greens.iter().enumerate().map(least).collect()
}

/// Critical flow ratio of every stage. A group that only one stage serves sets that stage's ratio;
/// what a group of several stages still lacks is spread over them evenly. Groups that every stage
/// shows do not count.
pub(super) fn stage_ratios(greens: &[GroupSet], ratios: &Ratios) -> Vec<f64> {
    let mut stage_ratios = vec![0.0_f64; greens.len()];
    let mut groups: Vec<(Vec<usize>, f64)> = ratios
        .groups
        .iter()
        .enumerate()
        .map(|(group, ratio)| {
            let shows = |stage: &usize| greens[*stage].contains(GroupIdx(group as u8));
            ((0..greens.len()).filter(shows).collect::<Vec<_>>(), *ratio)
        })
        .filter(|(stages, _)| {
            !stages.is_empty() && (stages.len() < greens.len() || greens.len() == 1)
        })
        .collect();
    groups.sort_by_key(|(stages, _)| stages.len());
    for (stages, ratio) in groups {
        let served: f64 = stages.iter().map(|stage| stage_ratios[*stage]).sum();
        let lacking = (ratio - served).max(0.0) / stages.len() as f64;
        for stage in stages {
            stage_ratios[stage] += lacking;
        }
    }
    stage_ratios
}

/// Greens of the stages: the rest of the cycle after lost time, by flow ratio, none below its
/// least.
pub(super) fn greens_s(
    stage_ratios: &[f64],
    green_min_s: &[u32],
    interstage_s: u32,
    parameters: &WebsterParameters,
) -> Vec<u32> {
    let count = stage_ratios.len();
    let changes = if count > 1 { count as f64 } else { 0.0 };
    let between = Seconds::new(f64::from(interstage_s));
    let lost =
        (between + parameters.startup_lost - parameters.end_gain).max(Seconds::ZERO) * changes;
    let critical: f64 = stage_ratios.iter().sum();
    let cycle = parameters.cycle.unwrap_or_else(|| {
        let optimum = optimum_cycle(lost, Ratio::new(critical));
        optimum.max(parameters.cycle_min).min(parameters.cycle_max)
    });
    let interstages_s = interstage_s * count as u32;
    let cycle_s = libm::floor(cycle.get().clamp(1.0, 3600.0) + 0.5) as u32;
    let available_s = cycle_s.saturating_sub(interstages_s).max(green_min_s.iter().sum());
    apportion(available_s, stage_ratios, green_min_s)
}

/// Deals `available_s` out in proportion to `weights`, none below its least; sums up exactly as
/// long as the least ones leave room.
fn apportion(available_s: u32, weights: &[f64], least_s: &[u32]) -> Vec<u32> {
    let mut fixed = vec![false; weights.len()];
    let mut exact: Vec<f64> = least_s.iter().map(|s| f64::from(*s)).collect();
    for _ in 0..weights.len() {
        let taken: u32 = (0..weights.len()).filter(|i| fixed[*i]).map(|i| least_s[i]).sum();
        let open_s = f64::from(available_s.saturating_sub(taken));
        let open = (0..weights.len()).filter(|i| !fixed[*i]).collect::<Vec<_>>();
        let weight: f64 = open.iter().map(|i| weights[*i]).sum();
        for i in &open {
            exact[*i] = if weight > 0.0 {
                open_s * weights[*i] / weight
            } else {
                open_s / open.len() as f64
            };
        }
        let short = open.iter().filter(|i| exact[**i] < f64::from(least_s[**i]));
        let short: Vec<usize> = short.copied().collect();
        if short.is_empty() {
            break;
        }
        for i in short {
            fixed[i] = true;
            exact[i] = f64::from(least_s[i]);
        }
    }
    let mut greens: Vec<u32> =
        exact.iter().zip(least_s).map(|(s, least)| (*s as u32).max(*least)).collect();
    // Largest remainders first get the seconds that rounding down left over.
    let mut order: Vec<usize> = (0..weights.len()).filter(|i| !fixed[*i]).collect();
    order.sort_by(|a, b| (exact[*b] % 1.0).total_cmp(&(exact[*a] % 1.0)).then(a.cmp(b)));
    let left = available_s.saturating_sub(greens.iter().sum());
    for i in order.into_iter().cycle().take(left as usize) {
        greens[i] += 1;
    }
    greens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apportioning_sums_up_and_keeps_the_least() {
        assert_eq!(apportion(100, &[0.3, 0.1, 0.1], &[10, 10, 10]), [60, 20, 20]);
        assert_eq!(apportion(100, &[0.9, 0.01, 0.0], &[10, 15, 10]), [75, 15, 10]);
        assert_eq!(apportion(31, &[0.0, 0.0], &[10, 10]).iter().sum::<u32>(), 31);
        assert_eq!(apportion(10, &[0.5, 0.5], &[10, 10]), [10, 10]);
    }
}
