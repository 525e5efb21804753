//! Personal data is erased when someone asks for it and when its time is over.

use std::sync::Arc;

use urbis_bench::scenes;
use urbis_brain::{Session, SessionOptions, simulated_start};
use urbis_city::{CityPack, GenerateOptions, generate};
use urbis_core::{
    Act, Action, Actor, Arg, Authority, EventId, EventType, Input, Intake, Message, Opened,
    PersonId, PersonalError, Place as Where, Record, RoadId, Sealed, Sensitivity, SubjectId,
};
use urbis_network::cover::Cover;
use urbis_store::{FileKeyring, Journal, JournalOptions, MasterKey};
use urbis_units::Mode;

struct Place {
    pack: Arc<CityPack>,
    folder: tempfile::TempDir,
}

impl Place {
    fn new(days: u16) -> Self {
        let mut pack = generate(&GenerateOptions::new(5, 40));
        pack.policy.personal_data_days = days;
        Self { pack: Arc::new(pack), folder: tempfile::tempdir().expect("a folder for the test") }
    }

    fn session(&self, later_days: i64) -> Session {
        let open = |name| self.folder.path().join(name);
        let (journal, _) =
            Journal::open(open("journal"), JournalOptions::default()).expect("it opens");
        let master = MasterKey::from_file(&open("master.key")).expect("it is made");
        let keyring = FileKeyring::open(open("keys"), master).expect("it opens");
        let start = simulated_start(&self.pack).expect("the test city plays");
        let later = urbis_units::Duration::from_minutes(later_days * 24 * 60);
        let options = SessionOptions { minutes: 5, ..SessionOptions::simulated(start + later) };
        let pack = Arc::clone(&self.pack);
        Session::start(pack, scenes, journal, Box::new(keyring), options).expect("it plays")
    }
}

fn submit(session: &mut Session, what: Intake) {
    let act = Act {
        who: Actor::Person(PersonId("dispatcher".to_owned())),
        authority: Authority::Role("dispatcher".to_owned()),
        why: Message::new("test"),
        mode: Mode::Simulated,
        at: session.now(),
    };
    session.submit(Input { act, what }).expect("it makes sense");
    session.tick().expect("the test city plays");
    session.commit().expect("the disk takes it");
}

/// A call with a sealed name; answers its number and the name.
fn call(session: &mut Session) -> (EventId, Sealed) {
    let name = Opened::new("Li Na");
    let sealed = session.seal(&SubjectId("s-1".to_owned()), &name).expect("nobody was erased");
    let patient = vec![sealed.clone()];
    submit(session, Intake::Call { event: EventId(0), road: RoadId(9), hospital: None, patient });
    (EventId(session.state().numbers.event), sealed)
}

/// Who let persons be erased.
fn erased(session: &Session) -> Vec<Actor> {
    let entries = session.journal().read_from(1);
    let by = entries.filter_map(|entry| match entry.expect("it reads").record {
        Record::Erased { act, .. } => Some(act.who),
        _ => None,
    });
    by.collect()
}

#[test]
fn a_patient_is_erased_on_request_even_of_a_call_of_an_earlier_session() {
    let place = Place::new(30);
    let mut session = place.session(0);
    let (call, sealed) = call(&mut session);
    assert_eq!(session.personal(&sealed), Ok(Opened::new("Li Na")));
    drop(session);
    let mut session = place.session(1);
    let persons = session.persons_of(call);
    assert_eq!(persons, [SubjectId("s-1".to_owned())]);
    submit(&mut session, Intake::ErasePerson { subject: persons[0].clone() });
    assert_eq!(session.personal(&sealed), Err(PersonalError::Erased(persons[0].clone())));
    let dispatcher = Actor::Person(PersonId("dispatcher".to_owned()));
    assert_eq!((erased(&session), session.persons_of(call).len()), (vec![dispatcher], 0));
    drop(session);
    let session = place.session(2);
    assert!(session.personal(&sealed).is_err(), "an erased person stays erased");
}

#[test]
fn personal_data_is_erased_when_its_days_are_over() {
    let place = Place::new(3);
    let mut session = place.session(0);
    let (_, sealed) = call(&mut session);
    drop(session);
    let session = place.session(2);
    assert!(session.personal(&sealed).is_ok(), "two days are fewer than three");
    drop(session);
    let mut session = place.session(4);
    assert!(session.personal(&sealed).is_err());
    session.commit().expect("the disk takes it");
    assert_eq!(erased(&session), [Actor::System]);
}

#[test]
fn an_erasure_that_a_crash_came_between_is_carried_out_at_the_next_start() {
    let place = Place::new(30);
    let mut session = place.session(0);
    let (_, sealed) = call(&mut session);
    let subject = SubjectId("s-1".to_owned());
    let act = Act {
        who: Actor::System,
        authority: Authority::Act,
        why: Message::new("test"),
        mode: Mode::Simulated,
        at: session.now(),
    };
    // Asked for and on the disk, but no tick follows.
    session.submit(Input { act, what: Intake::ErasePerson { subject } }).expect("it makes sense");
    session.commit().expect("the disk takes it");
    assert!(session.personal(&sealed).is_ok());
    drop(session);
    assert!(place.session(0).personal(&sealed).is_err());
}

/// What the clear half of the journal says of a call, and what is sealed of it.
#[derive(Debug, Default)]
struct Told {
    coarse: usize,
    sealed: Vec<Record>,
}

/// Reads the journal as someone without keys does, who looks for a patient on `road`; with them,
/// where they still open.
fn told(session: &Session, road: RoadId) -> Told {
    let network = &session.pack().network;
    let cover = Cover::over(network, session.pack().policy.patient_square, road);
    let hidden = |place: &Where| cover.hides_place(network, place);
    let silent = |text: &Message| {
        text.args
            .values()
            .all(|arg| !matches!(arg, Arg::Place(place) if !is_square(place) && hidden(place)))
    };
    let mut told = Told::default();
    for entry in session.journal().read_from(1) {
        let record = entry.expect("it reads").record;
        // Where the city's parts lie is no secret, and orders to signals are seen in the street.
        let of_the_city = matches!(record, Record::EntityInterned { .. } | Record::Command { .. });
        let text = serde_json::to_string(&record).expect("it is plain data");
        let named = [format!("{{\"road\":{}}}", road.0), format!("\"road\":{},", road.0)];
        let names = named.iter().any(|name| text.contains(name));
        assert!(of_the_city || !names, "{text}");
        match record {
            Record::Input(Input { what: Intake::Call { .. }, .. }) => panic!("a call in the clear"),
            Record::Input(Input { what: Intake::CallNear { .. }, .. }) => told.coarse += 1,
            Record::Event(event) if event.kind == EventType::EmergencyCall => {
                assert!(is_square(&event.place) && silent(&event.text), "{event:?}");
                told.coarse += 1;
            }
            Record::Case(case) => assert!(is_square(&case.place), "{case:?}"),
            Record::Proposal(proposal) if proposal.scene == "corridor" => {
                assert!(silent(&proposal.text), "{proposal:?}");
                for action in proposal.options.iter().flat_map(|option| &option.actions) {
                    let Action::Corridor { route, .. } = action else { continue };
                    assert!(
                        route.iter().all(|road| !cover.hides_road(network, *road)),
                        "{route:?}"
                    );
                    assert!(!route.is_empty(), "what is far away is told");
                }
                told.coarse += 1;
            }
            Record::Observed(batch) => {
                assert!(batch.rows().all(|row| row.sensitivity != Sensitivity::Personal));
            }
            Record::Private { exact, .. } => {
                told.sealed
                    .push(session.opened(&exact).unwrap_or(Record::StateHash { hash: [0; 32] }));
            }
            _ => {}
        }
    }
    told
}

fn is_square(place: &Where) -> bool {
    matches!(place, Where::Point(_))
}

#[test]
fn the_journal_tells_a_patients_square_and_the_rest_to_whoever_holds_the_key() {
    let place = Place::new(30);
    let mut session = place.session(0);
    let (event, _) = call(&mut session);
    for _ in 0..90 {
        session.tick().expect("the test city plays");
    }
    session.commit().expect("the disk takes it");
    let found = told(&session, RoadId(9));
    assert!(found.coarse >= 3, "{found:?}");
    let is_sealed = |what: &dyn Fn(&Record) -> bool| found.sealed.iter().any(what);
    assert!(is_sealed(&|record| matches!(record, Record::Input(Input {
        what: Intake::Call { event: of, road: RoadId(9), .. }, ..
    }) if *of == event)));
    assert!(is_sealed(
        &|record| matches!(record, Record::Event(one) if one.place == Where::Road(RoadId(9)))
    ));
    assert!(is_sealed(&|record| matches!(record, Record::Proposal(_))));
    assert!(is_sealed(&|record| matches!(record, Record::Observed(_))));

    submit(&mut session, Intake::ErasePerson { subject: SubjectId("s-1".to_owned()) });
    let before = told(&session, RoadId(9)).sealed.len();
    for _ in 0..30 {
        session.tick().expect("the test city plays");
    }
    session.commit().expect("the disk takes it");
    let after = told(&session, RoadId(9)).sealed;
    assert_eq!(after.len(), before, "of someone who was erased nothing is kept any more");
    assert!(after.iter().all(|record| matches!(record, Record::StateHash { .. })), "all is gone");
}
