//! What the city reported: counts at the edge, controllers, ambulances.

use std::collections::BTreeMap;

use urbis_core::{JunctionId, LaneId, ObservationBatch, Probe, Property, Record, StageIdx};
use urbis_units::{CityTime, Meters, MetersPerSecond};

use super::Brain;

impl Brain {
    /// Controllers' and ambulances' reports, and counts where vehicles enter the network.
    pub(super) fn take_up(&mut self, batch: &ObservationBatch, log: &mut Vec<Record>) {
        let mut reported = BTreeMap::new();
        for row in batch.rows() {
            if let Some((_, detector)) = self.table.of_entity(row.entity) {
                if row.property == Property::CountVeh
                    && detector.kind == urbis_network::DetectorKind::Entry
                {
                    let road = self.network.lanes[detector.lane].road;
                    self.forecaster.seen(row.event_time, road, row.value);
                }
            } else if let Some(junction) = self.numbers.junction(row.entity) {
                // What overtook an older message is newer.
                let Some(heard) = self.heard.get_mut(junction) else { continue };
                if row.event_time < *heard {
                    continue;
                }
                *heard = row.event_time;
                self.signal_report(junction, row.property, row.event_time, row.value);
                reported.insert(junction, row.event_time);
            } else if let Some(number) = self.numbers.ambulance(row.entity) {
                self.probe_report(number, row.property, row.event_time, row.value);
            }
        }
        let now = self.now();
        for (junction, at) in reported {
            self.gate.reported(now, junction, at, log);
        }
    }

    pub(super) fn signal_report(
        &mut self,
        id: JunctionId,
        property: Property,
        at: CityTime,
        value: f64,
    ) {
        let Some(Some(status)) = self.signals.get_mut(id) else { return };
        match property {
            Property::SignalStage => {
                let stage = (value < 255.0).then_some(StageIdx(value as u8));
                if stage != status.stage {
                    (status.stage, status.since) = (stage, at);
                }
            }
            Property::SignalPlan => status.plan = value as u16,
            Property::SignalOperation => {
                status.manual = value == 2.0;
                self.gate.note_operation(id, value as u8);
            }
            Property::SignalGreenLow => self.gate.note_green(id, false, value as u32),
            Property::SignalGreenHigh => self.gate.note_green(id, true, value as u32),
            _ => {}
        }
    }

    pub(super) fn probe_report(
        &mut self,
        number: u32,
        property: Property,
        at: CityTime,
        value: f64,
    ) {
        let Some(mission) = self.missions.iter_mut().find(|m| m.vehicle == number) else { return };
        let mut probe = mission.probe.unwrap_or(Probe {
            at,
            lane: LaneId(0),
            position: Meters::ZERO,
            speed: MetersPerSecond::ZERO,
        });
        if at < probe.at {
            return;
        }
        probe.at = at;
        match property {
            Property::ProbeLane => probe.lane = LaneId(value as u32),
            Property::ProbePositionM => probe.position = Meters::new(value),
            Property::ProbeSpeedMps => probe.speed = MetersPerSecond::new(value),
            _ => {}
        }
        mission.probe = Some(probe);
        if property == Property::ProbeSpeedMps {
            self.mirror.track(number, &probe);
        }
    }
}
