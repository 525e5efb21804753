//! What the scene keeps of each lane: which signal groups serve it, when it had green, what its
//! detectors last said.

use serde::{Deserialize, Serialize};
use urbis_core::{DetectorId, GroupSet, IdVec, JunctionId, LaneId, SignalStatus};
use urbis_network::{DetectorKind, DetectorTable, GroupKind, Network};
use urbis_units::CityTime;

/// The fixed facts of one lane.
#[derive(Debug, Clone, Default)]
pub(crate) struct LaneFacts {
    /// The signalized junction at its end.
    pub junction: Option<JunctionId>,
    /// The groups that serve it; it counts as green only while all of them are.
    pub groups: GroupSet,
    /// Detector at the stop line.
    pub stop_line: Option<DetectorId>,
    /// Detector where the lane begins.
    pub entry: Option<DetectorId>,
    /// Detectors upstream of the stop line.
    pub upstream: Vec<DetectorId>,
    /// Lanes its traffic flows into.
    pub exits: Vec<LaneId>,
    /// Vehicles it can store.
    pub storage_veh: f64,
}

/// The fixed facts of all lanes.
pub(crate) fn lane_facts(network: &Network, table: &DetectorTable) -> IdVec<LaneId, LaneFacts> {
    let mut facts: IdVec<LaneId, LaneFacts> = network
        .lanes
        .iter_ids()
        .map(|(id, lane)| LaneFacts {
            stop_line: table.find(id, DetectorKind::StopLine),
            entry: table.find(id, DetectorKind::Entry),
            upstream: table
                .on_lane(id)
                .iter()
                .copied()
                .filter(|detector| table.all()[*detector].kind != DetectorKind::StopLine)
                .collect(),
            exits: lane.links_out.iter().map(|link| network.lane_links[*link].to).collect(),
            storage_veh: (lane.length.get() / crate::section::SPACE_PER_VEHICLE_M).max(1.0),
            ..LaneFacts::default()
        })
        .collect();
    for (junction, signal) in network.signalized() {
        for (index, group) in signal.groups.iter().enumerate() {
            let GroupKind::Vehicle { movements } = &group.kind else { continue };
            let lanes = movements
                .iter()
                .flat_map(|movement| network.lane_links_of(*movement))
                .map(|link| network.lane_links[link].from);
            for lane in lanes {
                let fact = &mut facts[lane];
                fact.junction = Some(junction);
                fact.groups = fact.groups.with(urbis_core::GroupIdx(index as u8));
            }
        }
    }
    facts
}

/// When a lane had green: a bit a second, the newest lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct GreenLog(u64);

impl GreenLog {
    /// One second passed.
    pub(crate) fn push(&mut self, green: bool) {
        self.0 = self.0 << 1 | u64::from(green);
    }

    /// Seconds of green in the `length_s` seconds that ended `age_s` ago.
    pub(crate) fn green_s(self, age_s: u32, length_s: u32) -> u32 {
        if age_s + length_s > 64 {
            return 0;
        }
        let mask = if length_s >= 64 { u64::MAX } else { (1 << length_s) - 1 };
        (self.0 >> age_s & mask).count_ones()
    }
}

/// Whether all groups of a lane are in the stage its controller reports.
pub(crate) fn is_green(network: &Network, fact: &LaneFacts, status: Option<&SignalStatus>) -> bool {
    let (Some(junction), Some(status)) = (fact.junction, status) else { return false };
    let Some(signal) = &network.junctions[junction].signal else { return false };
    status
        .stage
        .and_then(|stage| signal.stages.get(stage.0 as usize))
        .is_some_and(|stage| fact.groups.0 != 0 && fact.groups.0 & !stage.green.0 == 0)
}

/// The newest report of one detector.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Latest {
    /// End of its interval.
    pub at: CityTime,
    /// Vehicles.
    pub count_veh: f32,
    /// Share of the interval it was covered.
    pub occupancy_ratio: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn green_is_counted_in_the_interval_a_late_report_speaks_of() {
        let mut log = GreenLog::default();
        for second in 0..20 {
            log.push((5..10).contains(&second));
        }
        assert_eq!(log.green_s(10, 5), 5);
        assert_eq!(log.green_s(0, 5), 0);
        assert_eq!(log.green_s(8, 5), 3);
        assert_eq!(log.green_s(62, 5), 0);
    }
}
