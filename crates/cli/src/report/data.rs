//! The numbers of a report.
//!
//! # Units
//! Times are milliseconds on the city clock; other names end in their unit.
//!
//! **Version rule:** fields are only added within a version.

use serde::{Deserialize, Serialize};
use urbis_brain::Session;
use urbis_brain::view::{AccuracyView, ErrorView, HistoryPoint, View};
use urbis_city::CityPack;
use urbis_core::{
    Actor, Arg, Event, Indicators, Message, Outcome as Effect, Prediction, Proposal, ProposalId,
};
use urbis_network::{Label, Network};
use urbis_units::CityTime;

use crate::run::Outcome;

/// Version of the numbers.
pub(super) const VERSION: u32 = 1;

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Data {
    /// Version of this shape.
    pub version: u32,
    /// Name of the city: Chinese, English.
    pub city: (String, String),
    /// IANA name of its time zone.
    pub time_zone: String,
    /// First instant.
    pub start_ms: i64,
    /// Last instant.
    pub end_ms: i64,
    /// What was assumed where files say nothing.
    pub assumptions: Vec<Label>,
    /// Result of a run.
    pub outcome: Option<Outcome>,
    /// Indicators, one point a minute.
    pub history: Vec<Point>,
    /// What the detectors reported, one point a minute, from the journal.
    #[serde(default)]
    pub observed: Vec<Observed>,
    /// Decisions, oldest first.
    pub decisions: Vec<Decided>,
    /// Events, oldest first.
    pub events: Vec<Noticed>,
    /// How far belief was off.
    pub accuracy: Accuracy,
}

/// Indicators at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Point {
    /// When.
    pub at_ms: i64,
    /// The city.
    pub with: Indicators,
    /// The city without the brain.
    pub without: Option<Indicators>,
}

/// What all detectors together reported in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Observed {
    /// Beginning of the minute.
    pub at_ms: i64,
    /// Vehicles counted.
    pub count_veh: f64,
    /// Mean of the reported speeds; none where no vehicle passed.
    pub speed_mps: Option<f64>,
}

/// A decision with what it predicted and what it did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Decided {
    /// Its number.
    pub id: u32,
    /// When.
    pub at_ms: i64,
    /// Who.
    pub who: String,
    /// Why; reports of before did not say it.
    #[serde(default)]
    pub why: Option<Message>,
    /// The option taken; none when refused.
    pub option: Option<u8>,
    /// What it was about.
    pub text: Message,
    /// What was done: the option taken, in words.
    #[serde(default)]
    pub done: Option<Message>,
    /// What it rests on, with what was measured of it.
    pub measures: Vec<Measure>,
}

/// A predicted value and what was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measure {
    /// What, with its unit as suffix.
    pub measure: String,
    /// Middle of the prediction.
    pub expected: f64,
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
    /// What was measured, once it was.
    pub measured: Option<f64>,
    /// Whether that fell inside the bounds.
    pub inside: Option<bool>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Noticed {
    /// Its number.
    pub id: u32,
    /// Since when.
    pub since_ms: i64,
    /// When it was noticed.
    pub noticed_ms: i64,
    /// When it was over.
    pub until_ms: Option<i64>,
    /// In words.
    pub text: Message,
}

/// How far belief was off.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Accuracy {
    /// Estimate against the truth.
    pub estimate: Vec<Off>,
    /// Forecast against what came.
    pub forecast: Vec<Off>,
    /// Predictions against outcomes.
    pub predictions: Vec<Off>,
}

/// How far one kind of belief was off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Off {
    /// What, with its unit as suffix.
    pub measure: String,
    /// How far ahead.
    pub horizon_s: Option<f64>,
    /// Mean of belief less truth.
    pub bias: f64,
    /// Mean absolute error.
    pub mae: f64,
    /// Share of truths inside the 90 % interval.
    pub coverage_90: Option<f64>,
    /// How many comparisons.
    pub n: u64,
}

impl From<&ErrorView> for Off {
    fn from(view: &ErrorView) -> Self {
        Self {
            measure: view.measure.clone(),
            horizon_s: view.horizon.map(urbis_units::Seconds::get),
            bias: view.bias,
            mae: view.mae,
            coverage_90: view.coverage_90,
            n: view.n,
        }
    }
}

/// Whoever acted, for a reader without the accounts.
pub(super) fn who(actor: &Actor) -> String {
    match actor {
        Actor::Person(id) => id.0.clone(),
        Actor::Scene(scene) => scene.clone(),
        Actor::System => "system".to_owned(),
    }
}

/// The words of the option taken of `proposal`.
pub(super) fn done<'a>(
    option: Option<u8>,
    mut proposals: impl Iterator<Item = &'a Proposal>,
    proposal: ProposalId,
) -> Option<&'a Message> {
    let proposal = proposals.find(|one| one.id == proposal)?;
    Some(&proposal.options.get(usize::from(option?))?.text)
}

/// Predictions and what was measured of them.
pub(super) fn measures(predicted: &[Prediction], effect: Option<&Effect>) -> Vec<Measure> {
    let measured = |name: &str| {
        effect.and_then(|effect| effect.measured.iter().find(|one| one.measure == name))
    };
    predicted
        .iter()
        .map(|one| Measure {
            measure: one.measure.clone(),
            expected: one.expected,
            low: one.low,
            high: one.high,
            measured: measured(&one.measure).map(|found| found.value),
            inside: measured(&one.measure).map(|found| found.inside),
        })
        .collect()
}

/// A message with its places replaced by their names, so that it can be read without the city.
/// Where patients are is left out.
pub(super) fn readable(message: &Message, network: Option<&Network>) -> Message {
    let patient = message.key.starts_with("corridor-") || message.key == "brain-emergency-call";
    let args = message.args.iter().map(|(name, arg)| {
        let arg = match arg {
            Arg::Place(_) if patient => Arg::Text("…".to_owned()),
            Arg::Place(place) => Arg::Text(place_name(place, network)),
            Arg::Message(inner) => Arg::Message(Box::new(readable(inner, network))),
            other => other.clone(),
        };
        (name.clone(), arg)
    });
    Message { key: message.key.clone(), args: args.collect() }
}

fn place_name(place: &urbis_core::Place, network: Option<&Network>) -> String {
    use urbis_core::Place;
    let road = |id| {
        let road = network.and_then(|network| network.roads.get(id));
        road.map(|road| both(&road.label.zh, &road.label.en, &road.name))
    };
    let name = match place {
        Place::Junction(id) => network
            .and_then(|network| network.junctions.get(*id))
            .map(|one| both(&one.label.zh, &one.label.en, &one.name)),
        Place::Road(id) => road(*id),
        Place::Lane { lane, .. } => {
            network.and_then(|network| network.lanes.get(*lane)).and_then(|lane| road(lane.road))
        }
        _ => None,
    };
    name.unwrap_or_else(|| match place {
        Place::Junction(id) => format!("junction {}", id.0),
        Place::Road(id) => format!("road {}", id.0),
        Place::Lane { lane, .. } => format!("lane {}", lane.0),
        _ => "…".to_owned(),
    })
}

/// A name in both languages, as it stands in numbers that both read.
fn both(zh: &str, en: &str, otherwise: &str) -> String {
    match (zh.is_empty(), en.is_empty()) {
        (true, true) => otherwise.to_owned(),
        (false, false) if zh != en => format!("{zh} {en}"),
        (false, _) => zh.to_owned(),
        (true, false) => en.to_owned(),
    }
}

impl Data {
    /// A report without anything in it yet.
    pub(crate) fn begin(city: (String, String), time_zone: String, start: CityTime) -> Self {
        Self {
            version: VERSION,
            city,
            time_zone,
            start_ms: start.millis(),
            end_ms: start.millis(),
            assumptions: Vec::new(),
            outcome: None,
            history: Vec::new(),
            observed: Vec::new(),
            decisions: Vec::new(),
            events: Vec::new(),
            accuracy: Accuracy::default(),
        }
    }

    pub(super) fn of_pack(pack: &CityPack, assumptions: &[Label], start: CityTime) -> Self {
        let name = &pack.city.name;
        let city = (name.zh.clone(), name.en.clone());
        let mut data = Self::begin(city, pack.city.time_zone.clone(), start);
        data.assumptions = assumptions.to_vec();
        data
    }

    /// The report of a run under a reference controller from `start` on.
    pub(crate) fn of_reference(
        pack: &CityPack,
        assumptions: &[Label],
        start: CityTime,
        outcome: Outcome,
    ) -> Self {
        let mut data = Self::of_pack(pack, assumptions, start);
        data.end_ms = data.start_ms + i64::from(outcome.steps) * 1000;
        data.outcome = Some(outcome);
        data
    }

    /// The report of a session.
    pub(crate) fn of_session(
        session: &Session,
        assumptions: &[Label],
        outcome: Option<Outcome>,
    ) -> Self {
        let mut data = Self::of_pack(session.pack(), assumptions, session.now());
        if let Err(error) = super::journal::fold(
            &mut data,
            session.journal().read_from(1),
            Some(&session.pack().network),
        ) {
            tracing::warn!(%error, "the report lacks what could not be read of the journal");
        }
        data.note_accuracy(&session.accuracy());
        data.end_ms = session.now().millis();
        data.outcome = outcome;
        data
    }

    /// Takes in what a running city shows of events and decisions.
    pub(crate) fn note_view(&mut self, view: &View) {
        self.end_ms = view.at.millis();
        self.events = view.events.iter().map(|one| noticed(&one.event, None)).collect();
        self.decisions = view
            .decisions
            .iter()
            .map(|one| Decided {
                id: one.decision.id.0,
                at_ms: one.decision.act.at.millis(),
                who: who(&one.decision.act.who),
                why: Some(readable(&one.decision.act.why, None)),
                option: one.decision.option,
                text: readable(&one.text, None),
                done: done(
                    one.decision.option,
                    view.proposals.iter().map(|one| &one.proposal),
                    one.decision.proposal,
                )
                .map(|text| readable(text, None)),
                measures: measures(&one.decision.predicted, one.outcome.as_ref()),
            })
            .collect();
    }

    /// Takes in the series of the indicators.
    pub(crate) fn note_history(&mut self, history: &[HistoryPoint]) {
        self.history = history
            .iter()
            .map(|point| Point {
                at_ms: point.at.millis(),
                with: Indicators::from(&point.with),
                without: point.without.as_ref().map(Indicators::from),
            })
            .collect();
    }

    /// Takes in how far belief was off.
    pub(crate) fn note_accuracy(&mut self, view: &AccuracyView) {
        let off = |views: &[ErrorView]| views.iter().map(Off::from).collect();
        self.accuracy = Accuracy {
            estimate: off(&view.estimate),
            forecast: off(&view.forecast),
            predictions: off(&view.predictions),
        };
    }
}

/// An event for the report.
pub(super) fn noticed(event: &Event, network: Option<&Network>) -> Noticed {
    Noticed {
        id: event.id.0,
        since_ms: event.since.millis(),
        noticed_ms: event.noticed.millis(),
        until_ms: event.until.map(CityTime::millis),
        text: readable(&event.text, network),
    }
}
