//! What the journal says of where patients are: a square in the clear, the rest under their keys.
//!
//! Inside the session everything is exact; on its way into the journal a record that tells the place
//! of a call is made coarse, and the whole of it follows, sealed. What an ambulance reports of itself
//! is sealed altogether. Orders to signals stay as they are: everyone in the street sees them, and
//! the journal must prove every one.

use std::collections::BTreeMap;

use urbis_core::{
    Action, Arg, Event, EventId, EventType, Input, Intake, Message, ObservationBatch,
    PersonalError, Place, Proposal, Record, Row, Sensitivity, SubjectId,
};
use urbis_network::Network;
use urbis_network::cover::Cover;
use urbis_store::sealed_record;
use urbis_units::Point;

use super::Session;

/// A call whose place is not said in the clear.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hidden {
    /// Under whose key the place is kept.
    pub subject: SubjectId,
    /// What would tell it.
    pub cover: Cover,
}

impl Session {
    /// From now on the journal does not tell where the call `event` comes from.
    pub(super) fn hide(&mut self, what: &Intake) {
        let Intake::Call { event, road, patient, .. } = what else { return };
        let side = self.pack.policy.patient_square;
        let subject = match patient.first() {
            Some(sealed) => sealed.subject.clone(),
            None => self.subject_of(*event),
        };
        let hidden = Hidden { subject, cover: Cover::over(&self.network, side, *road) };
        self.outside.hidden.insert(*event, hidden);
    }

    /// The subject of a call of whose patient nothing was said. Keys outlive a journal and serve
    /// several, so that its name must be met nowhere else.
    fn subject_of(&self, event: EventId) -> SubjectId {
        let begun = self.state.begun.as_ref();
        let (pack, start) = begun.map_or_else(Default::default, |begun| (begun.pack, begun.start));
        let pack = blake3::Hash::from_bytes(pack).to_hex();
        SubjectId(format!("call-{}-{}-{}", &pack[..16], start.seconds(), event.0))
    }

    /// What the journal keeps of a record that tells where a patient is; `None` for every other.
    pub(super) fn discreet(&mut self, record: &Record) -> Option<Vec<Record>> {
        if let Record::Observed(batch) = record {
            let personal = batch.rows().any(|row| row.sensitivity == Sensitivity::Personal);
            return personal.then(|| self.apart(batch));
        }
        let hidden = self.outside.hidden.get(&call_of(record)?)?;
        let (subject, coarse) = (hidden.subject.clone(), hidden.coarse(&self.network, record)?);
        let mut kept = vec![coarse];
        self.seal_into(&mut kept, &subject, record, true);
        Some(kept)
    }

    /// What everyone may read of a batch, and what is of each patient's ambulance under that
    /// patient's key.
    fn apart(&mut self, batch: &ObservationBatch) -> Vec<Record> {
        let (mut open, mut of) =
            (ObservationBatch::default(), BTreeMap::<EventId, Vec<Row>>::new());
        for row in batch.rows() {
            match row.sensitivity {
                // Whose cannot be told is nobody's to read.
                Sensitivity::Personal => {
                    if let Some(call) = self.call_served(&row) {
                        of.entry(call).or_default().push(row);
                    }
                }
                _ => open.push(row),
            }
        }
        let mut kept = Vec::with_capacity(1 + of.len());
        if !open.is_empty() {
            kept.push(Record::Observed(open));
        }
        for (call, rows) in of {
            if let Some(hidden) = self.outside.hidden.get(&call) {
                let subject = hidden.subject.clone();
                let record = Record::Observed(rows.into_iter().collect());
                self.seal_into(&mut kept, &subject, &record, false);
            }
        }
        kept
    }

    /// The call that the ambulance serves which reports this.
    fn call_served(&self, row: &Row) -> Option<EventId> {
        let number = self.brain.numbers.ambulance(row.entity)?;
        let out = self.city.ambulances.iter().rev();
        out.into_iter().find(|one| one.number == number).map(|one| one.call)
    }

    fn seal_into(
        &mut self,
        kept: &mut Vec<Record>,
        subject: &SubjectId,
        record: &Record,
        follows_coarse: bool,
    ) {
        match sealed_record(self.keyring.as_mut(), subject, record) {
            Ok(exact) => kept.push(Record::Private { exact, follows_coarse }),
            // Of someone who was erased nothing is kept any more.
            Err(PersonalError::Erased(_)) => {}
            Err(error) => {
                let text = Message::new("brain-not-sealed").text("reason", error.to_string());
                kept.push(Record::Diagnostic { scene: "brain".to_owned(), text });
            }
        }
    }
}

/// The call a record may tell the place of.
fn call_of(record: &Record) -> Option<EventId> {
    match record {
        Record::Input(Input { what: Intake::Call { event, .. }, .. }) => Some(*event),
        Record::Event(event) if event.kind == EventType::EmergencyCall => Some(event.id),
        Record::Case(case) => case.event,
        Record::Proposal(proposal) => proposal.event,
        _ => None,
    }
}

impl Hidden {
    /// What may be told in place of the patient's: a record that says no more than the square, or
    /// `None` when this one does not either.
    fn coarse(&self, network: &Network, record: &Record) -> Option<Record> {
        let place = |place: &mut Place| {
            if self.cover.hides_place(network, place) {
                *place = self.cover.instead();
            }
        };
        let text = |text: &mut Message| self.blur(network, text);
        let mut coarse = record.clone();
        match &mut coarse {
            Record::Input(input) => input.what = self.near(&input.what)?,
            Record::Event(Event { place: at, text: words, evidence, .. }) => {
                place(at);
                text(words);
                for one in evidence {
                    text(&mut one.text);
                }
            }
            Record::Case(case) => place(&mut case.place),
            Record::Proposal(Proposal { place: at, text: words, options, .. }) => {
                place(at);
                text(words);
                for option in options {
                    text(&mut option.text);
                    for action in &mut option.actions {
                        if let Action::Corridor { route, .. } = action {
                            route.retain(|road| !self.cover.hides_road(network, *road));
                        }
                    }
                }
            }
            _ => {}
        }
        (coarse != *record).then_some(coarse)
    }

    fn near(&self, what: &Intake) -> Option<Intake> {
        let Intake::Call { event, hospital, patient, .. } = what else { return None };
        let near = match self.cover.instead() {
            Place::Point(point) => point,
            _ => Point::new(0.0, 0.0),
        };
        Some(Intake::CallNear {
            event: *event,
            near,
            subject: self.subject.clone(),
            hospital: *hospital,
            patient: patient.clone(),
        })
    }

    /// Takes hidden places out of a message.
    fn blur(&self, network: &Network, text: &mut Message) {
        for arg in text.args.values_mut() {
            match arg {
                Arg::Place(place) if self.cover.hides_place(network, place) => {
                    *place = self.cover.instead();
                }
                Arg::Message(inner) => self.blur(network, inner),
                _ => {}
            }
        }
    }
}
