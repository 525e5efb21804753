//! What the city's detectors report: aggregated, noisy, with gaps and late.
//!
//! The only way by which the brain learns of the traffic. True passages go in, reports come out:
//! each detector adds up an interval and sends count, occupancy and mean speed; some vehicles are
//! missed or counted twice, some reports are lost, all are late by a little, some detectors are
//! dead.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use urbis_core::{
    DetectorId, EntityId, Id, ObservationBatch, Property, Quality, Row, Sensitivity, SourceId,
};
use urbis_units::{CityTime, Duration};

use crate::random::{Stream, normal, uniform};

/// How well the city's detectors work.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sensing {
    /// Length of a reporting interval, seconds.
    pub interval_s: u32,
    /// Share of vehicles a detector misses.
    pub missed_ratio: f64,
    /// Share of vehicles a detector counts twice.
    pub doubled_ratio: f64,
    /// Relative standard deviation of a reported speed.
    pub speed_sd_ratio: f64,
    /// Share of reports that are lost on the way.
    pub lost_ratio: f64,
    /// Longest delay of a report, seconds; delays are uniform from 0.
    pub delay_max_s: f64,
    /// Share of detectors that are dead.
    pub dead_ratio: f64,
    /// Share of the messages of controllers and ambulances that are lost on the way.
    pub message_lost_ratio: f64,
    /// Longest delay of such a message, seconds; delays are uniform from 0.
    pub message_delay_max_s: f64,
    /// Standard deviation of the position along its lane that an ambulance reports, metres.
    pub probe_sd_m: f64,
}

impl Default for Sensing {
    /// Loops in fair condition, after the accuracy classes of FHWA's Traffic Detector Handbook
    /// (2006), table 2: counts within 2 to 3 %, speeds within 5 %.
    fn default() -> Self {
        Self {
            interval_s: 5,
            missed_ratio: 0.02,
            doubled_ratio: 0.005,
            speed_sd_ratio: 0.05,
            lost_ratio: 0.01,
            delay_max_s: 2.0,
            dead_ratio: 0.02,
            message_lost_ratio: 0.002,
            message_delay_max_s: 0.5,
            probe_sd_m: 3.0,
        }
    }
}

/// What truly passed one detector during one second.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Passage {
    /// Vehicles whose front crossed it.
    pub count: u16,
    /// Share of the second it was covered.
    pub occupied_ratio: f32,
    /// Sum of the speeds of the vehicles that crossed, m/s.
    pub speed_sum_mps: f32,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Interval {
    count: u16,
    occupied_s: f32,
    speed_sum_mps: f32,
}

/// The city's detectors with their faults.
#[derive(Debug, Clone)]
pub(crate) struct Sensors {
    sensing: Sensing,
    seed: u64,
    source: SourceId,
    first_entity: u32,
    intervals: Vec<Interval>,
    dead: Vec<bool>,
    on_the_way: BTreeMap<CityTime, Vec<Row>>,
    reports: u64,
    messages: u64,
}

impl Sensors {
    /// `count` detectors whose entities are numbered from `first_entity`.
    pub(crate) fn new(
        sensing: Sensing,
        seed: u64,
        count: usize,
        first_entity: u32,
        source: SourceId,
    ) -> Self {
        let dead = (0..count as u64)
            .map(|i| uniform(seed, Stream::DetectorDead, i) < sensing.dead_ratio)
            .collect();
        Self {
            sensing,
            seed,
            source,
            first_entity,
            intervals: vec![Interval::default(); count],
            dead,
            on_the_way: BTreeMap::new(),
            reports: 0,
            messages: 0,
        }
    }

    /// Takes up one second of true passages, which ended at `now`.
    pub(crate) fn observe(&mut self, now: CityTime, passages: &[Passage]) {
        for (interval, passage) in self.intervals.iter_mut().zip(passages) {
            interval.count += passage.count;
            interval.occupied_s += passage.occupied_ratio;
            interval.speed_sum_mps += passage.speed_sum_mps;
        }
        if now.seconds() % i64::from(self.sensing.interval_s.max(1)) == 0 {
            self.report(now);
        }
    }

    /// Reports that have arrived by `now`.
    pub(crate) fn arrived(&mut self, now: CityTime, batch: &mut ObservationBatch) {
        let later = self.on_the_way.split_off(&(now + Duration::from_millis(1)));
        let due = std::mem::replace(&mut self.on_the_way, later);
        batch.extend(due.into_values().flatten());
    }

    /// Sends a message of a controller or an ambulance on its way: all of its rows arrive or none.
    pub(crate) fn send(&mut self, now: CityTime, mut rows: Vec<Row>) {
        self.messages += 1;
        let draw = self.messages;
        if uniform(self.seed, Stream::MessageLost, draw) < self.sensing.message_lost_ratio {
            return;
        }
        let delay_s =
            uniform(self.seed, Stream::MessageDelay, draw) * self.sensing.message_delay_max_s;
        let arrival = now + Duration::from_millis((delay_s * 1000.0) as i64);
        for row in &mut rows {
            row.arrival_time = arrival;
            if row.property == Property::ProbePositionM {
                let noise = normal(self.seed, Stream::ProbePosition, draw);
                row.value = (row.value + noise * self.sensing.probe_sd_m).max(0.0);
            }
        }
        self.on_the_way.entry(arrival).or_default().extend(rows);
    }

    fn report(&mut self, now: CityTime) {
        for index in 0..self.intervals.len() {
            let interval = std::mem::take(&mut self.intervals[index]);
            self.reports += 1;
            let draw = self.reports;
            if self.dead[index]
                || uniform(self.seed, Stream::ReportLost, draw) < self.sensing.lost_ratio
            {
                continue;
            }
            let delay_s = uniform(self.seed, Stream::ReportDelay, draw) * self.sensing.delay_max_s;
            let arrival = now + Duration::from_millis((delay_s * 1000.0) as i64);
            let rows = self.rows(DetectorId::from_index(index), now, arrival, interval, draw);
            self.on_the_way.entry(arrival).or_default().extend(rows);
        }
    }

    fn rows(
        &self,
        detector: DetectorId,
        now: CityTime,
        arrival: CityTime,
        interval: Interval,
        draw: u64,
    ) -> Vec<Row> {
        let row = |property, value| Row {
            entity: EntityId(self.first_entity + detector.0),
            property,
            event_time: now,
            arrival_time: arrival,
            value,
            quality: Quality::Good,
            source: self.source,
            sensitivity: Sensitivity::Internal,
        };
        let count = self.counted(interval.count, draw);
        let occupancy = f64::from(interval.occupied_s) / f64::from(self.sensing.interval_s.max(1));
        let mut rows = vec![
            row(Property::CountVeh, f64::from(count)),
            row(Property::OccupancyRatio, occupancy.clamp(0.0, 1.0)),
        ];
        if count > 0 && interval.count > 0 {
            let mean = f64::from(interval.speed_sum_mps) / f64::from(interval.count);
            let noise =
                normal(self.seed, Stream::DetectorSpeed, draw) * self.sensing.speed_sd_ratio;
            rows.push(row(Property::SpeedMps, (mean * (1.0 + noise)).max(0.0)));
        }
        rows
    }

    fn counted(&self, passed: u16, draw: u64) -> u16 {
        (0..u64::from(passed))
            .map(|vehicle| {
                let fate = uniform(self.seed, Stream::DetectorCount, draw * 64 + vehicle % 64);
                if fate < self.sensing.missed_ratio {
                    0
                } else if fate < self.sensing.missed_ratio + self.sensing.doubled_ratio {
                    2
                } else {
                    1
                }
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sensors(sensing: Sensing) -> Sensors {
        Sensors::new(sensing, 3, 40, 100, SourceId(0))
    }

    fn counted_over(sensing: Sensing, seconds: i64) -> (f64, usize) {
        let mut sensors = sensors(sensing);
        let passage = Passage { count: 1, occupied_ratio: 0.3, speed_sum_mps: 10.0 };
        let mut batch = ObservationBatch::default();
        for second in 1..=seconds {
            let now = CityTime::from_millis(second * 1000);
            sensors.observe(now, &[passage; 40]);
            sensors.arrived(now, &mut batch);
        }
        sensors.arrived(CityTime::from_millis((seconds + 60) * 1000), &mut batch);
        let counts = batch.rows().filter(|row| row.property == Property::CountVeh);
        let (sum, n) = counts.fold((0.0, 0), |(sum, n), row| (sum + row.value, n + 1));
        (sum, n)
    }

    #[test]
    fn a_perfect_detector_reports_every_vehicle() {
        let perfect = Sensing {
            missed_ratio: 0.0,
            doubled_ratio: 0.0,
            lost_ratio: 0.0,
            dead_ratio: 0.0,
            ..Sensing::default()
        };
        assert_eq!(counted_over(perfect, 100), (4000.0, 800));
    }

    #[test]
    fn missed_vehicles_and_lost_reports_show_in_the_counts() {
        let poor =
            Sensing { missed_ratio: 0.2, lost_ratio: 0.1, dead_ratio: 0.0, ..Sensing::default() };
        let (sum, n) = counted_over(poor, 1000);
        assert!((0.86..0.94).contains(&(n as f64 / 8000.0)), "{n}");
        let per_report = sum / n as f64;
        assert!((3.9..4.2).contains(&per_report), "{per_report}");
    }

    #[test]
    fn messages_are_lost_whole_come_late_and_say_a_position_with_its_error() {
        let sensing =
            Sensing { message_lost_ratio: 0.25, message_delay_max_s: 3.0, ..Sensing::default() };
        let mut sensors = sensors(sensing);
        let row = |at, property, value| Row {
            entity: EntityId(7),
            property,
            event_time: at,
            arrival_time: at,
            value,
            quality: Quality::Good,
            source: SourceId(0),
            sensitivity: Sensitivity::Internal,
        };
        let mut batch = ObservationBatch::default();
        for second in 1..=1000 {
            let now = CityTime::from_millis(second * 1000);
            let lane = row(now, Property::ProbeLane, 4.0);
            sensors.send(now, vec![lane, row(now, Property::ProbePositionM, 50.0)]);
            sensors.arrived(now, &mut batch);
        }
        let late = batch.rows().map(|row| row.arrival_time - row.event_time).max();
        assert!(late > Some(Duration::from_seconds(2)) && late <= Some(Duration::from_seconds(3)));
        let of = |property| batch.rows().filter(move |row| row.property == property);
        let (lanes, n) = (of(Property::ProbeLane).count(), of(Property::ProbePositionM).count());
        assert_eq!(lanes, n);
        assert!((650..850).contains(&n), "{n} of 1000 arrived");
        let off = of(Property::ProbePositionM).map(|row| (row.value - 50.0) * (row.value - 50.0));
        let sd_m = (off.sum::<f64>() / n as f64).sqrt();
        assert!((2.5..3.5).contains(&sd_m), "{sd_m}");
    }

    #[test]
    fn reports_never_arrive_before_they_happened_nor_later_than_the_longest_delay() {
        let mut sensors = sensors(Sensing::default());
        let mut batch = ObservationBatch::default();
        for second in 1..=60 {
            let now = CityTime::from_millis(second * 1000);
            sensors.observe(now, &[Passage::default(); 40]);
            let before = batch.len();
            sensors.arrived(now, &mut batch);
            for row in batch.rows().skip(before) {
                assert!(row.event_time <= row.arrival_time && row.arrival_time <= now);
                assert!(row.arrival_time - row.event_time <= Duration::from_seconds(2));
            }
        }
        assert!(!batch.is_empty());
    }
}
