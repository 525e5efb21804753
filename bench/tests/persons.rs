//! Personal data is erased when someone asks for it and when its time is over.

use std::sync::Arc;

use urbis_bench::scenes;
use urbis_brain::{Session, SessionOptions, simulated_start};
use urbis_city::{CityPack, GenerateOptions, generate};
use urbis_core::{
    Act, Actor, Authority, EventId, Input, Intake, Message, Opened, PersonId, PersonalError,
    Record, RoadId, Sealed, SubjectId,
};
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

fn erased(session: &Session) -> usize {
    let entries = session.journal().read_from(1);
    entries
        .filter(|entry| matches!(entry.as_ref().expect("it reads").record, Record::Erased { .. }))
        .count()
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
    assert_eq!((erased(&session), session.persons_of(call).len()), (1, 0));
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
    assert_eq!(erased(&session), 1);
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
