//! Reference controllers of the published benchmarks, for comparison only.
//!
//! They are what the tables of the CoLight line of papers were made with: fixed cycles and max
//! pressure over four stages, with the clearance stage for the first five seconds of a change.
//!
//! # Units
//! Seconds.
//!
//! # Source
//! P. Varaiya, "Max pressure control of a network of signalized intersections", Transportation
//! Research C 36 (2013), doi:10.1016/j.trc.2013.08.014, in the variants of H. Wei et al., "`PressLight`",
//! KDD 2019, doi:10.1145/3292500.3330949 and L. Zhang et al., "Expression might be enough:
//! representing pressure and demand for reinforcement learning based traffic signal control",
//! ICML 2022.

use std::fmt;

use urbis_core::{Id, JunctionId, LaneId, StageIdx};
use urbis_network::{GroupKind, GroupSet, Network, Turn};

use crate::{Twin, TwinError};

/// Length of the clearance stage at a change.
const CLEARANCE_S: u32 = 5;
/// Stages the published controllers choose from.
const STAGES_MAX: usize = 4;

/// A controller of the published benchmarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferencePolicy {
    /// The plan the network's file states.
    Builtin,
    /// The stages in turn: first after this many seconds, then every twice as many.
    Fixed(u32),
    /// The stage with the longest queues less those on the lanes beyond, every so many seconds.
    MaxPressure(u32),
    /// The same with the mean over the lanes beyond.
    EfficientMaxPressure(u32),
}

impl ReferencePolicy {
    /// The policy of a name: `builtin`, `xft15`, `mp30`, `emp15`, with any number of seconds from
    /// 6 to 3600.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "builtin" {
            return Some(Self::Builtin);
        }
        let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let seconds = digits.parse().ok().filter(|s| (CLEARANCE_S + 1..=3600).contains(s))?;
        match &name[..name.len() - digits.len()] {
            "xft" => Some(Self::Fixed(seconds)),
            "mp" => Some(Self::MaxPressure(seconds)),
            "emp" => Some(Self::EfficientMaxPressure(seconds)),
            _ => None,
        }
    }

    /// First decision and time between decisions.
    fn rhythm(self) -> Option<(u32, u32)> {
        match self {
            Self::Builtin => None,
            Self::Fixed(seconds) => Some((seconds, 2 * seconds)),
            Self::MaxPressure(seconds) | Self::EfficientMaxPressure(seconds) => Some((0, seconds)),
        }
    }
}

impl fmt::Display for ReferencePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin => f.write_str("builtin"),
            Self::Fixed(seconds) => write!(f, "xft{seconds}"),
            Self::MaxPressure(seconds) => write!(f, "mp{seconds}"),
            Self::EfficientMaxPressure(seconds) => write!(f, "emp{seconds}"),
        }
    }
}

/// A stage to choose, with the lanes whose queues speak for and against it.
#[derive(Debug)]
struct Choice {
    stage: StageIdx,
    upstream: Vec<LaneId>,
    downstream: Vec<LaneId>,
    /// Lanes of one road beyond.
    lanes_beyond: f64,
}

/// One junction under a reference policy.
#[derive(Debug)]
struct Site {
    junction: JunctionId,
    clearance: Option<StageIdx>,
    choices: Vec<Choice>,
    current: usize,
    wanted: usize,
}

impl Site {
    fn new(network: &Network, junction: JunctionId) -> Option<Self> {
        let signal = network.junctions[junction].signal.as_ref()?;
        let choices: Vec<Choice> = (0..signal.stages.len() as u8)
            .map(StageIdx)
            .filter(|stage| Some(*stage) != signal.clearance_stage)
            .take(if signal.clearance_stage.is_some() { STAGES_MAX } else { usize::MAX })
            .map(|stage| choice(network, junction, stage))
            .collect();
        (!choices.is_empty()).then_some(Self {
            junction,
            clearance: signal.clearance_stage,
            choices,
            current: 0,
            wanted: 0,
        })
    }

    fn decide(&mut self, policy: ReferencePolicy, twin: &Twin) {
        let queues = twin.lane_queues();
        let sum =
            |lanes: &[LaneId]| lanes.iter().map(|l| f64::from(queues[l.index()])).sum::<f64>();
        let pressure = |choice: &Choice| {
            let beyond = match policy {
                ReferencePolicy::EfficientMaxPressure(_) => choice.lanes_beyond,
                _ => 1.0,
            };
            sum(&choice.upstream) - sum(&choice.downstream) / beyond
        };
        self.wanted = match policy {
            ReferencePolicy::Builtin => self.current,
            ReferencePolicy::Fixed(_) => (self.current + 1) % self.choices.len(),
            _ => {
                let mut best = (0, f64::NEG_INFINITY);
                for (index, choice) in self.choices.iter().enumerate() {
                    let pressure = pressure(choice);
                    if pressure > best.1 {
                        best = (index, pressure);
                    }
                }
                best.0
            }
        };
    }
}

fn choice(network: &Network, junction: JunctionId, stage: StageIdx) -> Choice {
    let signal = network.junctions[junction].signal.as_ref();
    let green = signal.map_or(GroupSet::EMPTY, |signal| signal.stages[stage.0 as usize].green);
    let (mut upstream, mut downstream) = (Vec::new(), Vec::new());
    let mut roads_beyond = 0_u32;
    for group in signal.iter().flat_map(|signal| green.iter().map(|g| &signal.groups[g.0 as usize]))
    {
        let GroupKind::Vehicle { movements } = &group.kind else { continue };
        for &movement in movements {
            let of = &network.movements[movement];
            if of.turn == Turn::Right {
                continue;
            }
            let mut from: Vec<LaneId> =
                network.lane_links_of(movement).map(|link| network.lane_links[link].from).collect();
            from.sort_unstable();
            from.dedup();
            upstream.extend(from);
            downstream.extend(network.lanes_of(of.to));
            roads_beyond += 1;
        }
    }
    let lanes_beyond = downstream.len() as f64 / f64::from(roads_beyond.max(1));
    Choice { stage, upstream, downstream, lanes_beyond: lanes_beyond.max(1.0) }
}

/// Runs `twin` for `steps` seconds under a reference policy; `changed` hears every change of stage
/// with the second from which it holds, `stepped` sees the twin after every second. A twin for any
/// policy but `builtin` takes its signals from outside ([`crate::Signals::External`]).
///
/// # Errors
/// [`TwinError`] when the network's signals refer to stages they do not have.
pub fn run_reference(
    twin: &mut Twin,
    policy: ReferencePolicy,
    steps: u32,
    mut changed: impl FnMut(u32, JunctionId, StageIdx),
    mut stepped: impl FnMut(&Twin),
) -> Result<(), TwinError> {
    let network = std::sync::Arc::clone(twin.network());
    let Some((first, every)) = policy.rhythm() else {
        let mut shown = vec![None; network.junctions.len()];
        for step in 0..steps {
            for (junction, _) in network.signalized() {
                let stage = twin.stage(junction);
                if let Some(stage) = stage.filter(|_| stage != shown[junction.index()]) {
                    changed(step, junction, stage);
                }
                shown[junction.index()] = stage;
            }
            twin.step();
            stepped(twin);
        }
        return Ok(());
    };
    let mut sites: Vec<Site> =
        network.signalized().filter_map(|(id, _)| Site::new(&network, id)).collect();
    for site in &sites {
        let stage = site.choices[site.current].stage;
        twin.set_stage(site.junction, stage)?;
        changed(0, site.junction, stage);
    }
    for step in 0..steps {
        if step >= first && (step - first).is_multiple_of(every) {
            for site in &mut sites {
                site.decide(policy, twin);
                if site.wanted != site.current
                    && let Some(stage) = site.clearance
                {
                    twin.set_stage(site.junction, stage)?;
                    changed(step, site.junction, stage);
                }
            }
        }
        twin.step();
        stepped(twin);
        if step >= first && (step - first) % every == CLEARANCE_S - 1 {
            for site in sites.iter_mut().filter(|site| site.wanted != site.current) {
                site.current = site.wanted;
                let stage = site.choices[site.current].stage;
                twin.set_stage(site.junction, stage)?;
                changed(step + 1, site.junction, stage);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::ReferencePolicy::{self, Builtin, EfficientMaxPressure, Fixed, MaxPressure};

    #[test]
    fn names_are_those_of_the_tables() {
        for (name, policy) in [
            ("builtin", Builtin),
            ("xft15", Fixed(15)),
            ("mp30", MaxPressure(30)),
            ("emp15", EfficientMaxPressure(15)),
        ] {
            assert_eq!(ReferencePolicy::parse(name), Some(policy));
            assert_eq!(policy.to_string(), name);
        }
        for name in ["", "mp", "mp5", "mp3601", "15", "ftx15", "builtin15", "emp-15", "信号15"] {
            assert_eq!(ReferencePolicy::parse(name), None, "{name}");
        }
    }
}
