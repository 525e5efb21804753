//! Cases of emergency calls: reported, an ambulance dispatched, handled, closed.
//!
//! Every step is a record of the journal with who, when and why. Cases of other events, with the
//! deadlines a city sets, come with their scene.

use urbis_core::{Act, Case, CaseId, CaseStep, Event, EventId, Record, StepRecord};
use urbis_units::Duration;

use super::Session;

/// Time until a case should be closed: the hour within which a patient is at a hospital.
const CLOSED_WITHIN: Duration = Duration::from_minutes(60);

impl Session {
    /// A call came in: its case is opened.
    pub(super) fn open_case(&mut self, event: &Event, act: &Act, log: &mut Vec<Record>) {
        let given = self.outside.cases.iter().map(|case| case.id.0).max().unwrap_or_default();
        let case = Case {
            id: CaseId(given.max(self.state.numbers.case) + 1),
            event: Some(event.id),
            place: event.place,
            owner: act.who.clone(),
            deadline: act.at + CLOSED_WITHIN,
            duplicates: Vec::new(),
            steps: vec![StepRecord { step: CaseStep::Report, act: act.clone() }],
        };
        log.push(Record::Case(case.clone()));
        self.outside.cases.push(case);
    }

    /// The case of a call moves on; a closed one is kept in the journal alone.
    pub(super) fn move_case(
        &mut self,
        call: EventId,
        (step, why): (CaseStep, &str),
        log: &mut Vec<Record>,
    ) {
        let act = self.system_act(why);
        let Some(case) = self.outside.cases.iter_mut().find(|case| case.event == Some(call)) else {
            return;
        };
        if case.steps.last().is_some_and(|last| last.step >= step) {
            return;
        }
        case.steps.push(StepRecord { step, act });
        log.push(Record::Case(case.clone()));
        self.outside.cases.retain(|case| case.event != Some(call) || step != CaseStep::Close);
    }

    /// Cases that an earlier session left open are closed: what was under way is over.
    pub(super) fn close_dropped_cases(&mut self, log: &mut Vec<Record>) {
        let is_open =
            |case: &&Case| case.steps.last().is_none_or(|last| last.step != CaseStep::Close);
        let open: Vec<Case> = self.state.matters.cases.values().filter(is_open).cloned().collect();
        for mut case in open {
            let act = self.system_act("brain-case-dropped");
            case.steps.push(StepRecord { step: CaseStep::Close, act });
            log.push(Record::Case(case));
        }
    }
}
