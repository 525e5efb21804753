//! A street that does exactly what permits say, small signals, and requests for tests.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "../../../control/tests/support/mod.rs"]
pub mod cross;

use cross::checker::Checker;
use urbis_core::{Actor, Authority, GroupIdx, GroupSet, JunctionId, Plan, Split, StageIdx};
use urbis_interlock::{
    Action, Actuators, GreenTime, Interlock, InterlockPolicy, Operation, Permit, Permitted, Report,
    Request, Situation,
};
use urbis_network::{
    Conflict, Crossing, GroupKind, IntergreenSource, Network, Signal, SignalGroup, Stage,
};
use urbis_units::{CityTime, Meters, MetersPerSecond, Mode, Seconds};

pub fn at(second: i64) -> CityTime {
    CityTime::from_millis(second * 1000)
}

pub fn situation(second: i64) -> Situation {
    Situation { now: at(second), mode: Mode::Simulated }
}

pub fn policy(latency_s: f64) -> InterlockPolicy {
    InterlockPolicy {
        latency: Seconds::new(latency_s),
        burst: 1000,
        ..InterlockPolicy::usual(Actuators::CityTwin)
    }
}

/// What scene `signals` asks on its own authority.
pub fn request(junction: JunctionId, action: Action) -> Request {
    Request {
        junction,
        action,
        by: Actor::Scene("signals".to_owned()),
        authority: Authority::Act,
        decided: false,
        mode: Mode::Simulated,
    }
}

/// One group of a small signal: minimum green, and for pedestrians the walking time.
#[derive(Debug, Clone, Copy)]
pub struct Small {
    pub min_green_s: f64,
    pub walk_s: Option<f64>,
}

/// A signal with an amber of one second. `conflicts` are pairs with their intergreen, both ways.
pub fn small_signal(groups: &[Small], conflicts: &[(u8, u8, f64)], stages: &[&[u8]]) -> Signal {
    let count = groups.len();
    let mut signal = Signal {
        groups: Vec::new(),
        crossings: Vec::new(),
        stages: Vec::new(),
        conflicts: vec![Conflict::Compatible; count * count],
        intergreens: vec![Seconds::ZERO; count * count],
        intergreen_source: IntergreenSource::Controller,
        amber: Seconds::new(1.0),
        plans: Vec::new(),
        schedule: Vec::new(),
        clearance_stage: None,
    };
    for (index, group) in groups.iter().enumerate() {
        let kind = match group.walk_s {
            None => GroupKind::Vehicle { movements: Vec::new() },
            Some(walk_s) => {
                signal.crossings.push(Crossing {
                    arm: urbis_core::RoadId(0),
                    length: Meters::new(walk_s),
                    walking_speed: MetersPerSecond::new(1.0),
                });
                GroupKind::Pedestrian { crossing: signal.crossings.len() as u8 - 1 }
            }
        };
        signal.groups.push(SignalGroup {
            name: format!("group {index}"),
            kind,
            min_green: Seconds::new(group.min_green_s),
            max_red: Seconds::new(600.0),
            max_red_is_hard: false,
        });
    }
    for (a, b, intergreen_s) in conflicts {
        for (row, column) in [(a, b), (b, a)] {
            let cell = usize::from(*row) * count + usize::from(*column);
            signal.conflicts[cell] = Conflict::Conflicting;
            signal.intergreens[cell] = Seconds::new(*intergreen_s);
        }
    }
    for (index, green) in stages.iter().enumerate() {
        let green = green.iter().fold(GroupSet::EMPTY, |set, group| set.with(GroupIdx(*group)));
        signal.stages.push(Stage { name: format!("stage {index}"), green });
        signal.plans = vec![plan(&[(0, 20.0)], 0.0, 0.0)];
    }
    signal
}

pub fn plan(splits: &[(u8, f64)], interstage_s: f64, offset_s: f64) -> Plan {
    Plan {
        name: "test".to_owned(),
        offset: Seconds::new(offset_s),
        splits: splits
            .iter()
            .map(|(stage, green_s)| Split {
                stage: StageIdx(*stage),
                green: Seconds::new(*green_s),
            })
            .collect(),
        interstage: Seconds::new(interstage_s),
    }
}

/// The network of the four-arm junction with this signal instead of its own.
pub fn network_with(signal: &Signal) -> Network {
    let mut network = cross::cross();
    network.junctions[cross::CENTER].signal = Some(signal.clone());
    network
}

/// Lamps that show exactly what permits say, without any sense of their own, and their judge.
#[derive(Debug, Clone)]
pub struct Street {
    pub second: i64,
    pub checker: Checker,
    permits: Vec<(CityTime, Vec<GreenTime>)>,
    current: Vec<GreenTime>,
    change_s: Vec<f64>,
    ended: Vec<i64>,
    pub green: GroupSet,
}

impl Street {
    /// A street that has shown `green` for long.
    pub fn new(signal: &Signal, second: i64, green: GroupSet) -> Self {
        let change_s = signal
            .groups
            .iter()
            .map(|group| match group.kind {
                GroupKind::Vehicle { .. } => signal.amber.get(),
                GroupKind::Pedestrian { crossing } => {
                    signal.crossings[usize::from(crossing)].length.get()
                        / signal.crossings[usize::from(crossing)].walking_speed.get()
                }
            })
            .collect();
        let shown = |group| GreenTime { group, from: at(second - 3600), until: None };
        let mut street = Self {
            second,
            checker: Checker::new(signal),
            permits: Vec::new(),
            current: green.iter().map(shown).collect(),
            change_s,
            ended: vec![second - 3600; signal.groups.len()],
            green: GroupSet::EMPTY,
        };
        street.show().unwrap();
        street
    }

    pub fn take(&mut self, permit: &Permit) {
        if let Permitted::Greens(greens) = &permit.what {
            self.permits.push((permit.effective, greens.clone()));
        }
    }

    /// Goes on by one second.
    pub fn step(&mut self) -> Result<(), String> {
        self.second += 1;
        self.show()
    }

    fn show(&mut self) -> Result<(), String> {
        let now = at(self.second);
        while self.permits.first().is_some_and(|(effective, _)| *effective <= now) {
            self.current = self.permits.remove(0).1;
        }
        let lit = |time: &&GreenTime| time.from <= now && time.until.is_none_or(|end| now < end);
        let before = self.green;
        self.green =
            self.current.iter().filter(lit).fold(GroupSet::EMPTY, |set, time| set.with(time.group));
        let mut between = GroupSet::EMPTY;
        for index in 0..self.ended.len() {
            let group = GroupIdx(index as u8);
            if before.contains(group) && !self.green.contains(group) {
                self.ended[index] = self.second;
            }
            let since_end = (self.second - self.ended[index]) as f64;
            if !self.green.contains(group) && since_end < self.change_s[index] {
                between = between.with(group);
            }
        }
        self.checker.second(self.second, self.green, between)
    }

    pub fn report(&self) -> Report {
        Report { at: at(self.second), operation: Operation::Stage, green: self.green }
    }
}

/// A street under an interlock.
#[derive(Debug, Clone)]
pub struct Stand {
    pub interlock: Interlock,
    pub street: Street,
    /// Seconds between the one shown last and the one in which is asked: without latency nothing
    /// can change a second that is being shown.
    ahead_s: i64,
}

impl Stand {
    pub fn new(signal: &Signal, latency_s: f64) -> Self {
        let interlock = Interlock::new(&network_with(signal), policy(latency_s)).unwrap();
        assert!(interlock.faults().is_empty(), "{:?}", interlock.faults());
        let street = Street::new(signal, 0, signal.stages[0].green);
        let mut stand = Self { interlock, street, ahead_s: i64::from(latency_s < 1.0) };
        stand.report();
        stand
    }

    /// The second in which is asked.
    pub fn now(&self) -> i64 {
        self.street.second + self.ahead_s
    }

    pub fn report(&mut self) {
        let report = self.street.report();
        self.interlock.observe(report.at, cross::CENTER, &report);
    }

    /// Asks; what is permitted reaches the street.
    pub fn ask(&mut self, action: Action) -> Result<Permit, urbis_interlock::Refusal> {
        let request = request(cross::CENTER, action);
        let permit = self.interlock.check(&request, &situation(self.now()))?;
        self.street.take(&permit);
        Ok(permit)
    }

    pub fn step(&mut self) -> Result<(), String> {
        self.street.step()?;
        self.report();
        Ok(())
    }
}
