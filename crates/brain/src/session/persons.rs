//! Personal data: sealed when it comes in, opened for who may see it, erased when someone asks for it
//! or when its time is over.
//!
//! To erase is to destroy the person's key; the journal's bytes stay and say nothing any more. An
//! erasure that was asked for is in the journal, durably, before the key is destroyed; should the
//! machine stop between the two, the next session carries it out.

use urbis_core::{
    Act, EventId, Message, Opened, PersonId, PersonalError, Record, Sealed, SubjectId,
};
use urbis_store::opened_record;
use urbis_units::Duration;

use super::Session;

impl Session {
    /// Opens a personal field, for someone who may see it.
    ///
    /// # Errors
    /// [`PersonalError::Erased`] when the person was erased.
    pub fn personal(&self, sealed: &Sealed) -> Result<Opened, PersonalError> {
        self.keyring.open(sealed)
    }

    /// Opens a record that the journal keeps under a person's key, for someone who may see it.
    ///
    /// # Errors
    /// [`PersonalError::Erased`] when the person was erased.
    pub fn opened(&self, exact: &Sealed) -> Result<Record, PersonalError> {
        opened_record(self.keyring.as_ref(), exact)
    }

    /// Seals a personal field under its person's key.
    ///
    /// # Errors
    /// [`PersonalError`] when the key store fails or the person was erased.
    pub fn seal(&mut self, subject: &SubjectId, text: &Opened) -> Result<Sealed, PersonalError> {
        self.keyring.seal(subject, text)
    }

    /// Introduces an account to the journal: its name, sealed under its own key, so that who acted
    /// can still be told when the account is gone. Nothing is recorded of one that is known already.
    ///
    /// # Errors
    /// [`PersonalError`] when the key store or the journal fails, or the person was erased.
    pub fn introduce(&mut self, person: &PersonId, name: &Opened) -> Result<(), PersonalError> {
        if self.state.persons.contains_key(person) {
            return Ok(());
        }
        let sealed = self.keyring.seal(&SubjectId(format!("account:{}", person.0)), name)?;
        let record = Record::Person { person: person.clone(), name: sealed };
        self.record(&[record]).map_err(|error| PersonalError::Store(error.to_string()))
    }

    /// Whose data is kept of a call, also of one of an earlier session of the journal.
    pub fn persons_of(&self, call: EventId) -> Vec<SubjectId> {
        let kept = self.state.subjects.iter().filter(|(_, kept)| kept.call == call);
        kept.map(|(subject, _)| subject.clone()).collect()
    }

    /// Carries out what an earlier session may have left undone, and erases what has been kept for
    /// long enough.
    pub(super) fn keep_promises(&mut self, log: &mut Vec<Record>) {
        for subject in self.state.erased.clone() {
            if let Err(error) = self.keyring.erase(&subject) {
                log.push(not_erased(&error));
            }
        }
        self.erase_expired(log);
    }

    /// Erases those whose data the city's policy lets nobody keep any longer.
    pub(super) fn erase_expired(&mut self, log: &mut Vec<Record>) {
        let days = self.pack.policy.personal_data_days;
        let kept_for = Duration::from_minutes(i64::from(days) * 24 * 60);
        let now = self.now();
        let old: Vec<SubjectId> = self
            .state
            .subjects
            .iter()
            .filter(|(_, kept)| now - kept.since >= kept_for)
            .map(|(subject, _)| subject.clone())
            .collect();
        for subject in old {
            let why = Message::new("brain-kept-long-enough").number("days", f64::from(days));
            let act = Act { why, ..self.system_act("brain-kept-long-enough") };
            self.erase(&subject, act, log);
        }
    }

    /// Destroys a person's key; the records that say so follow.
    pub(super) fn erase(&mut self, subject: &SubjectId, act: Act, log: &mut Vec<Record>) {
        // What asked for it must outlast a crash that comes before the key is gone.
        let asked = self.journal.commit().map_err(|error| PersonalError::Store(error.to_string()));
        match asked.and_then(|_| self.keyring.erase(subject)) {
            Ok(()) => log.push(Record::Erased { subject: subject.clone(), act }),
            Err(error) => log.push(not_erased(&error)),
        }
    }
}

fn not_erased(error: &PersonalError) -> Record {
    let text = Message::new("brain-not-erased").text("reason", error.to_string());
    Record::Diagnostic { scene: "brain".to_owned(), text }
}
