//! Where orders become commands: the interlock with what controllers report, and the stop button.

use urbis_core::{
    Act, Command, CommandResult, GroupSet, IdVec, JunctionId, Message, PersonId, Record,
};
use urbis_interlock::{
    Actuators, Alarm, Fault, Grant, Grantee, Interlock, InterlockPolicy, Operation, Refusal,
    Report, Request, Scope, Situation,
};
use urbis_network::Network;
use urbis_units::{CityTime, Mode};

use crate::brain::Seat;
use crate::view::StopView;

/// What a controller last said of itself, row by row.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    green_low: u32,
    green_high: u32,
    operation: u8,
}

fn alarm(alarm: Alarm) -> Record {
    Record::Alarm { junction: alarm.junction, text: alarm.text }
}

/// The interlock in its place.
#[derive(Debug)]
pub(crate) struct Gate {
    interlock: Interlock,
    mode: Mode,
    said: IdVec<JunctionId, Said>,
    stopped: Option<StopView>,
}

impl Gate {
    /// A gate before the signals of `network`, of the city twin in simulated mode, of the street
    /// otherwise, which the scenes in `seats` may command as far as the city lets them.
    ///
    /// # Errors
    /// [`Fault`] when the policy's own times make no sense.
    pub(crate) fn new(network: &Network, mode: Mode, seats: &[Seat]) -> Result<Self, Fault> {
        let actuators = match mode {
            Mode::Simulated => Actuators::CityTwin,
            Mode::Live | Mode::Replay => Actuators::Field,
        };
        let mut policy = InterlockPolicy::usual(actuators);
        policy.grants.retain(|grant| !matches!(grant.to, Grantee::Scene(_)));
        policy.grants.extend(seats.iter().filter_map(Seat::rank).map(|(scene, rank)| Grant {
            to: Grantee::Scene(scene.to_owned()),
            scope: Scope::City,
            rank,
        }));
        Ok(Self {
            interlock: Interlock::new(network, policy)?,
            mode,
            said: IdVec::filled(Said::default(), network.junctions.len()),
            stopped: None,
        })
    }

    /// Takes up the green groups a controller reports, the lower or the upper half.
    pub(crate) fn note_green(&mut self, junction: JunctionId, upper: bool, bits: u32) {
        let said = &mut self.said[junction];
        if upper {
            said.green_high = bits;
        } else {
            (said.green_low, said.green_high) = (bits, 0);
        }
    }

    /// Takes up who decides at a controller.
    pub(crate) fn note_operation(&mut self, junction: JunctionId, operation: u8) {
        self.said[junction].operation = operation;
    }

    /// A controller's report, which speaks of `at`, is complete.
    pub(crate) fn reported(
        &mut self,
        now: CityTime,
        junction: JunctionId,
        at: CityTime,
        log: &mut Vec<Record>,
    ) {
        let said = self.said[junction];
        let report = Report {
            at,
            operation: match said.operation {
                0 => Operation::Plan,
                1 => Operation::Stage,
                2 => Operation::Manual,
                _ => Operation::Fault,
            },
            green: GroupSet(u64::from(said.green_high) << 32 | u64::from(said.green_low)),
        };
        log.extend(self.interlock.observe(now, junction, &report).map(alarm));
    }

    /// Judges a command; what it permits with a warning is an alarm.
    pub(crate) fn check(
        &mut self,
        command: &Command,
        now: CityTime,
        log: &mut Vec<Record>,
    ) -> CommandResult {
        let Some(request) = Request::of(command) else {
            let why = Message::new("interlock-unknown").text("what", "order");
            return CommandResult::Refused { rule: "unknown".to_owned(), why };
        };
        match self.interlock.check(&request, &self.situation(now)) {
            Ok(permit) => {
                log.extend(permit.alarms.into_iter().map(alarm));
                CommandResult::Sent
            }
            Err(Refusal { rule, why, .. }) => {
                CommandResult::Refused { rule: rule.name().to_owned(), why }
            }
        }
    }

    /// Bounds on service broken this second; the junctions that fall back to their local plan.
    pub(crate) fn tick(&mut self, now: CityTime, log: &mut Vec<Record>) -> Vec<JunctionId> {
        let (alarms, permits) = self.interlock.tick(&self.situation(now));
        log.extend(alarms.into_iter().map(alarm));
        permits.into_iter().map(|permit| permit.junction).collect()
    }

    /// The stop button: the junctions to return to their local plan.
    pub(crate) fn stop(&mut self, act: &Act) -> Vec<JunctionId> {
        let who = match &act.who {
            urbis_core::Actor::Person(person) => person.clone(),
            urbis_core::Actor::Scene(scene) => PersonId(scene.clone()),
            urbis_core::Actor::System => PersonId("system".to_owned()),
        };
        self.stopped = Some(StopView { who, at: act.at, why: act.why.clone() });
        let situation = self.situation(act.at);
        let permits = self.interlock.stop_all(&act.who, &situation);
        permits.into_iter().map(|permit| permit.junction).collect()
    }

    /// Whether the stop may be released so; asks a copy, so that asking changes nothing.
    ///
    /// # Errors
    /// [`Refusal`] with the rule that stands against it.
    pub(crate) fn may_release_stop(&self, act: &Act) -> Result<(), Refusal> {
        self.interlock.clone().resume(&act.who, &act.authority)
    }

    /// The brain may act again.
    pub(crate) fn release_stop(&mut self, act: &Act) {
        if self.interlock.resume(&act.who, &act.authority).is_ok() {
            self.stopped = None;
        }
    }

    /// Whether a command would pass now; asks a copy, so that asking changes nothing.
    pub(crate) fn would_pass(&self, command: &Command, now: CityTime) -> bool {
        let request = Request::of(command);
        let situation = self.situation(now);
        request.is_some_and(|request| self.interlock.clone().check(&request, &situation).is_ok())
    }

    /// Who pressed the stop button, while it is in.
    pub(crate) fn stopped(&self) -> Option<&StopView> {
        self.stopped.as_ref()
    }

    /// Whether `person` may take all of `junctions` now; asks a copy, so that asking changes nothing.
    ///
    /// # Errors
    /// [`Refusal`] with the rule that stands against it.
    pub(crate) fn may_take(
        &self,
        junctions: &[JunctionId],
        person: &PersonId,
        act: &Act,
    ) -> Result<(), Refusal> {
        self.interlock.clone().take(junctions, person, &act.authority)
    }

    /// A person takes `junctions`, all or none; whether they may.
    pub(crate) fn take(&mut self, junctions: &[JunctionId], person: &PersonId, act: &Act) -> bool {
        self.interlock.take(junctions, person, &act.authority).is_ok()
    }

    /// `person` gives `junctions` back.
    pub(crate) fn give_back(&mut self, junctions: &[JunctionId], person: &PersonId) {
        self.interlock.give_back(junctions, person);
    }

    fn situation(&self, now: CityTime) -> Situation {
        Situation { now, mode: self.mode }
    }
}
