//! A toy city for tests of the server: vehicles go round, acts are noted, nothing is random.

use std::sync::{Arc, OnceLock};

use urbis_brain::view::{
    AccuracyView, CallStage, CallView, HistoryPoint, JunctionView, Kpi, MapView, Past, RoadView,
    VehicleView, View,
};
use urbis_city::{CityPack, GenerateOptions, generate};
use urbis_core::{
    EventId, IdVec, Input, Intake, JunctionId, Keyring, Law, Message, Reason, Record, RoadId,
    Sealed, SignalStatus, StageIdx, SubjectId,
};
use urbis_network::Label;
use urbis_store::{Journal, MemoryKeyring};
use urbis_units::{CityTime, Duration, MetersPerSecond, Mode};

use crate::access::{Access, Account, Person, Role};
use crate::app::{App, Parts, ReportFacts, Reporter};
use crate::atlas::Atlas;
use crate::audit::Audit;
use crate::base_map::BaseMap;
use crate::driver::{Drive, Driver};
use crate::guard::{Doors, Entrance};
use crate::keys::SharedKeyring;
use crate::live::{LiveCity, Refusal};
use crate::logbook::Logbook;

/// First second of the toy's clock.
pub(crate) const START: CityTime = CityTime::from_millis(1_700_000_000_000);

/// A clock that stands still.
pub(crate) const STILL: Drive = Drive { speed: 1.0, paused: true, hurry_until: None };

/// A small generated city, made once for all tests.
pub(crate) fn pack() -> Arc<CityPack> {
    static PACK: OnceLock<Arc<CityPack>> = OnceLock::new();
    Arc::clone(PACK.get_or_init(|| Arc::new(generate(&GenerateOptions::new(7, 30)))))
}

/// A junction of the toy that has a signal.
pub(crate) fn signalized() -> JunctionId {
    pack().network.signalized().next().expect("a generated city has signals").0
}

/// The toy.
#[derive(Debug)]
pub(crate) struct Toy {
    pub(crate) journal: Journal,
    pub(crate) disk_full: bool,
    pub(crate) vehicles: u32,
    now: CityTime,
    calls: Vec<(CityTime, RoadId, Vec<Sealed>)>,
}

impl Toy {
    pub(crate) fn new() -> Self {
        let journal = Journal::in_memory();
        Self { journal, disk_full: false, vehicles: 20, now: START, calls: Vec::new() }
    }

    fn seconds(&self) -> i64 {
        (self.now - START).millis() / 1000
    }
}

/// Why the toy refuses; it has no words of its own in other languages.
fn toy(text: &str) -> Reason {
    Reason::new(Message::new("server-unreadable").text("reason", text), text)
}

impl LiveCity for Toy {
    fn submit(&mut self, input: Input) -> Result<(), Refusal> {
        match &input.what {
            Intake::Decide { proposal, .. } => {
                return Err(Refusal::Unknown(toy(&format!("there is no proposal {}", proposal.0))));
            }
            Intake::RequestStage { .. } => {
                return Err(Refusal::Input(toy("take control of the junction first")));
            }
            Intake::Call { road, patient, .. } => {
                self.calls.push((self.now, *road, patient.clone()));
            }
            _ => {}
        }
        let appended = self.journal.append(self.now, &Record::Input(input));
        appended.map(|_| ()).map_err(|error| Refusal::Journal(error.to_string()))
    }

    fn persons_of(&self, call: EventId) -> Vec<SubjectId> {
        let patient = self.calls.get(call.0 as usize).map(|(_, _, patient)| patient);
        patient.into_iter().flatten().map(|sealed| sealed.subject.clone()).collect()
    }

    fn tick(&mut self) -> Result<(), Refusal> {
        self.now += Duration::from_seconds(1);
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Refusal> {
        if self.disk_full {
            return Err(Refusal::Journal("the disk is full".into()));
        }
        self.journal.commit().map(|_| ()).map_err(|error| Refusal::Journal(error.to_string()))
    }

    fn now(&self) -> CityTime {
        self.now
    }

    fn earliest(&self) -> CityTime {
        START
    }

    fn view(&self) -> View {
        let status = SignalStatus {
            stage: Some(StageIdx((self.seconds() / 30 % 2) as u8)),
            since: self.now,
            law: Law::LocalPlan,
            plan: 0,
            taken_by: None,
            manual: false,
        };
        let junctions = pack().network.junctions.len();
        let mut signals = IdVec::filled(None, junctions);
        signals[signalized()] = Some(status);
        View {
            sequence: self.journal.last_sequence(),
            at: self.now,
            mode: Mode::Simulated,
            with: Kpi { vehicles: self.vehicles, ..Kpi::default() },
            without: None,
            events: vec![],
            proposals: vec![],
            decisions: vec![],
            calls: self
                .calls
                .iter()
                .enumerate()
                .map(|(id, (at, road, patient))| CallView {
                    id: EventId(id as u32),
                    at: *at,
                    road: *road,
                    patient: patient.clone(),
                    erased: false,
                    stage: CallStage::ToPatient,
                    vehicle: None,
                    route: vec![*road],
                    corridor: vec![],
                    eta: None,
                    without: None,
                })
                .collect(),
            closures: vec![],
            signals,
            alarms: vec![],
            stopped: None,
        }
    }

    fn map(&self) -> MapView {
        let pack = pack();
        let network = &pack.network;
        let vehicle = |id: u32| {
            let lane = urbis_core::LaneId(id % network.lanes.len() as u32);
            let line = urbis_network::geometry::lane_shape(network, lane);
            let length = urbis_network::geometry::length(&line);
            let share = f64::from((self.seconds() as u32 + id) % 100) / 100.0;
            let at = urbis_network::geometry::point_along(&line, length * share);
            VehicleView {
                id: id * 3,
                class: 0,
                siren: false,
                x: at.x,
                y: at.y,
                heading_rad: 0.0,
                speed: MetersPerSecond::new(10.0),
            }
        };
        MapView {
            at: self.now,
            scrubbed: false,
            roads: vec![
                RoadView { speed_ratio: Some(0.5), queued: 1, vehicles: 2 };
                network.roads.len()
            ],
            signals: vec![(signalized(), Some(StageIdx(0)), 1, 2)],
            vehicles: (0..self.vehicles).map(vehicle).collect(),
        }
    }

    fn past(&self, at: CityTime) -> Result<Past, Refusal> {
        if at < START || at > self.now {
            return Err(Refusal::Input(toy("that moment is out of reach")));
        }
        let mut view = View { at, ..self.view() };
        view.calls.retain(|call| call.at <= at);
        Ok(Past { view, map: MapView { at, scrubbed: true, ..self.map() } })
    }

    fn junction(&self, id: JunctionId) -> Option<JunctionView> {
        let status = self.view().signals.get(id)?.clone();
        Some(JunctionView {
            id,
            status,
            law: Law::LocalPlan,
            choice: None,
            lanes: vec![],
            turns: Vec::new(),
            rehearsed: None,
        })
    }

    fn accuracy(&self) -> AccuracyView {
        AccuracyView::default()
    }

    fn history(&self) -> Vec<HistoryPoint> {
        vec![HistoryPoint { at: START, with: Kpi::default(), without: None }]
    }
}

/// A reporter that says what it was given.
#[derive(Debug)]
struct PlainReporter;

impl Reporter for PlainReporter {
    fn numbers(&self, facts: &ReportFacts) -> serde_json::Value {
        serde_json::json!({ "points": facts.history.len() })
    }

    fn page(&self, _facts: &ReportFacts, chinese: bool) -> String {
        (if chinese { "报告" } else { "Report" }).to_owned()
    }
}

/// An account for tests.
pub(crate) fn account(id: &str, role: Role) -> Account {
    let person =
        Person { id: urbis_core::PersonId(id.to_owned()), name: id.to_owned(), role, demo: false };
    Account::new(person, &format!("token-{id}"))
}

/// A server over a toy that stands still, on loopback, with `accounts`.
pub(crate) fn app(toy: Toy, accounts: Vec<Account>) -> (Driver, Arc<App>) {
    app_over(toy, accounts, None)
}

/// As [`app`], over a background map.
pub(crate) fn app_over(
    toy: Toy,
    accounts: Vec<Account>,
    base_map: Option<BaseMap>,
) -> (Driver, Arc<App>) {
    let logbook = Logbook::new(toy.journal.read_from(1));
    let (driver, handle) = Driver::start(Box::new(toy), STILL).unwrap();
    let address = std::net::Ipv4Addr::LOCALHOST.into();
    let keyring: Box<dyn Keyring> = Box::new(MemoryKeyring::seeded(7));
    let parts = Parts {
        handle,
        atlas: Atlas::new(pack()),
        assumptions: vec![Label { zh: "玩具".into(), en: "a toy".into() }],
        base_map,
        logbook,
        keyring: SharedKeyring::new(keyring),
        entrance: Arc::new(Entrance::new(
            Doors { address, hosts: vec![], origins: vec![] },
            Access::new(address, accounts, Role::Operator).unwrap(),
        )),
        audit: Audit::in_memory(),
        reporter: Box::new(PlainReporter),
    };
    (driver, App::new(parts).unwrap())
}
