//! The interlock itself: one request after the other through the rules.

use urbis_core::{Actor, Authority, GroupIdx, GroupSet, Id, IdVec, JunctionId, PersonId, StageIdx};
use urbis_network::Network;
use urbis_units::{CityTime, Mode};

use crate::authority::Control;
use crate::belief::{Belief, NEVER, SECOND_MS};
use crate::policy::{Actuators, InterlockPolicy};
use crate::request::{Action, GreenTime, Operation, Permit, Permitted, Report, Request, Situation};
use crate::rule::{Refusal, Rule};
use crate::safety::{Fault, Safety, millis};
use crate::service::{Alarm, Service};
use crate::stage::{Change, change};

/// Farthest into the future a request may state the start of green.
const AHEAD_MAX_MS: i64 = 120_000;
/// Instants beyond this cannot be judged: the year 33658.
const TIME_MAX_MS: i64 = 1_000_000_000_000_000;

/// One junction.
#[derive(Debug, Clone)]
struct Guard {
    safety: Safety,
    belief: Belief,
    service: Service,
    /// Commands it may still take, in milliseconds of waiting.
    credit_ms: i64,
    credited: i64,
}

/// Stands before the signal controllers of a city.
#[derive(Debug, Clone)]
pub struct Interlock {
    policy: InterlockPolicy,
    latency_ms: i64,
    report_age_max_ms: i64,
    interval_ms: i64,
    junctions: IdVec<JunctionId, Option<Guard>>,
    faults: Vec<(JunctionId, Fault)>,
    control: Control,
    now: i64,
}

impl Interlock {
    /// An interlock for the signals of `network`. Junctions whose configuration cannot be judged
    /// stand in [`Self::faults`]; nothing but their local plan is ever permitted to them.
    ///
    /// # Errors
    /// [`Fault::Time`] when a time of the policy is negative, not a number or beyond an hour.
    pub fn new(network: &Network, policy: InterlockPolicy) -> Result<Self, Fault> {
        let mut faults = Vec::new();
        let mut guard = |(junction, node): (JunctionId, &urbis_network::Junction)| {
            let signal = node.signal.as_ref()?;
            match Safety::new(signal) {
                Ok(safety) => Some(Guard {
                    belief: Belief::new(safety.count()),
                    service: Service::new(safety.count()),
                    safety,
                    credit_ms: 0,
                    credited: i64::MIN,
                }),
                Err(fault) => {
                    faults.push((junction, fault));
                    None
                }
            }
        };
        let junctions: IdVec<_, _> = network.junctions.iter_ids().map(&mut guard).collect();
        Ok(Self {
            latency_ms: millis("latency", policy.latency)?,
            report_age_max_ms: millis("report_age_max", policy.report_age_max)?,
            interval_ms: millis("command_interval", policy.command_interval)?,
            control: Control::new(network, millis("lease", policy.lease)?),
            junctions,
            faults,
            policy,
            now: i64::MIN,
        })
    }

    /// Junctions whose configuration cannot be judged, and why.
    pub fn faults(&self) -> &[(JunctionId, Fault)] {
        &self.faults
    }

    /// Whether the stop button is in.
    pub fn is_stopped(&self) -> bool {
        self.control.is_stopped()
    }

    /// The person who has control of `junction`.
    pub fn taken_by(&self, junction: JunctionId) -> Option<&PersonId> {
        self.control.taken_by(junction)
    }

    /// Takes in what a controller reports at `now`. Reports from the future, late, doubled and of
    /// unknown junctions are ignored. A report that shows conflicting greens raises an alarm.
    pub fn observe(
        &mut self,
        now: CityTime,
        junction: JunctionId,
        report: &Report,
    ) -> Option<Alarm> {
        let guard = self.junctions.get_mut(junction)?.as_mut()?;
        if report.at > now || report.at.millis().abs() > TIME_MAX_MS {
            return None;
        }
        guard.belief.observe(&guard.safety, report);
        let (a, b) = guard.safety.conflict_in(report.green)?;
        Some(Alarm::conflicting_report(junction, &guard.safety, a, b))
    }

    /// Judges a request. What is permitted is remembered as sent.
    ///
    /// # Errors
    /// [`Refusal`] with the first [`Rule`] the request breaks; nothing may be sent.
    pub fn check(&mut self, request: &Request, situation: &Situation) -> Result<Permit, Refusal> {
        let now = self.admit(situation)?;
        if self.control.is_stopped() {
            return Err(Refusal::new(Rule::Stopped));
        }
        self.check_mode(request.mode, situation.mode)?;
        let Some(entry) = self.junctions.get(request.junction) else {
            return Err(Refusal::new(Rule::Unknown).text("what", "junction"));
        };
        let configured = entry.is_some();
        let faulty = self.faults.iter().any(|(junction, _)| *junction == request.junction);
        if !configured && !faulty {
            return Err(Refusal::new(Rule::Unknown).text("what", "signal"));
        }
        let rank = self.control.check(&self.policy, request, now)?;
        let permit = if request.action == Action::Release {
            self.release(request.junction, now)
        } else {
            self.judge(request, now)?
        };
        let holds = request.action != Action::Release;
        self.control.note(request.junction, &request.by, rank, now, holds);
        Ok(permit)
    }

    /// The clock may stand still but not go back.
    fn admit(&mut self, situation: &Situation) -> Result<i64, Refusal> {
        let now = situation.now.millis();
        if now < self.now || now.abs() > TIME_MAX_MS {
            return Err(Refusal::new(Rule::Time));
        }
        self.now = now;
        Ok(now)
    }

    fn check_mode(&self, requested: Mode, mode: Mode) -> Result<(), Refusal> {
        let commanded_in = match self.policy.actuators {
            Actuators::Field => Mode::Live,
            Actuators::CityTwin => Mode::Simulated,
        };
        if mode == commanded_in && requested == mode {
            Ok(())
        } else {
            Err(Refusal::new(Rule::Mode))
        }
    }

    /// The controller's own state and the request itself.
    fn judge(&mut self, request: &Request, now: i64) -> Result<Permit, Refusal> {
        let (interval_ms, burst) = (self.interval_ms, i64::from(self.policy.burst.max(1)));
        let effective = self.effective(now);
        let age_max_ms = self.report_age_max_ms;
        let Some(guard) = self.junctions[request.junction].as_mut() else {
            return Err(Refusal::new(Rule::Configuration));
        };
        guard.check_controller(now, age_max_ms)?;
        guard.check_rate(now, interval_ms, burst)?;
        let mut alarms = Vec::new();
        let what = match &request.action {
            Action::Stage(stage) => guard.stage(*stage, effective)?,
            Action::Groups { green, from } => guard.groups(*green, *from, now, effective)?,
            Action::Hold => {
                guard.service.check_hold(&guard.safety, &guard.belief, effective)?;
                Permitted::Hold
            }
            Action::Plan(plan) => {
                alarms = crate::plan::check(request.junction, &guard.safety, plan)?;
                guard.belief.hand_over();
                Permitted::Plan(plan.clone())
            }
            Action::Release => Permitted::Local,
        };
        guard.credit_ms -= interval_ms;
        let effective = CityTime::from_millis(effective);
        Ok(Permit { junction: request.junction, effective, what, alarms })
    }

    /// When a command given now works: controllers change what they show on whole seconds.
    fn effective(&self, now: i64) -> i64 {
        let soonest = now + self.latency_ms;
        soonest + (-soonest).rem_euclid(SECOND_MS)
    }

    fn release(&mut self, junction: JunctionId, now: i64) -> Permit {
        if let Some(guard) = self.junctions.get_mut(junction).and_then(Option::as_mut) {
            guard.belief.hand_over();
        }
        Permit {
            junction,
            effective: CityTime::from_millis(self.effective(now)),
            what: Permitted::Local,
            alarms: Vec::new(),
        }
    }

    /// The stop button, for anybody to press: leave to return every signal to its local plan, and
    /// none for anything else until a person resumes. In a mode without commands it only blocks.
    pub fn stop_all(&mut self, by: &Actor, situation: &Situation) -> Vec<Permit> {
        self.control.stop(by.clone());
        if self.check_mode(situation.mode, situation.mode).is_err() {
            return Vec::new();
        }
        let signals: Vec<JunctionId> = self
            .junctions
            .iter_ids()
            .filter(|(id, guard)| {
                guard.is_some() || self.faults.iter().any(|(faulty, _)| faulty == id)
            })
            .map(|(id, _)| id)
            .collect();
        let now = situation.now.millis().clamp(-TIME_MAX_MS, TIME_MAX_MS);
        signals.into_iter().map(|junction| self.release(junction, now)).collect()
    }

    /// Ends the stop. Leases end with it; junctions taken by persons stay taken.
    ///
    /// # Errors
    /// [`Rule::Authority`] unless a person asks who may command all of the city.
    pub fn resume(&mut self, by: &Actor, authority: &Authority) -> Result<(), Refusal> {
        self.control.resume(&self.policy, by, authority)
    }

    /// A person takes control of junctions: all of them or, where one cannot be had, none.
    ///
    /// # Errors
    /// [`Rule::Authority`] when the person may not command one of them or somebody else has it,
    /// [`Rule::Unknown`] when there is no such junction.
    pub fn take(
        &mut self,
        junctions: &[JunctionId],
        person: &PersonId,
        authority: &Authority,
    ) -> Result<(), Refusal> {
        if junctions.iter().any(|junction| junction.index() >= self.junctions.len()) {
            return Err(Refusal::new(Rule::Unknown).text("what", "junction"));
        }
        self.control.take(&self.policy, junctions, person, authority)
    }

    /// A person gives junctions back; those of others are left alone.
    pub fn give_back(&mut self, junctions: &[JunctionId], person: &PersonId) {
        self.control.give_back(junctions, person);
    }

    /// Looks after service once a second: alarms for groups that wait longer than their longest
    /// red, and where that is hard, leave to return the signal to its local plan.
    pub fn tick(&mut self, situation: &Situation) -> (Vec<Alarm>, Vec<Permit>) {
        let Ok(now) = self.admit(situation) else { return (Vec::new(), Vec::new()) };
        let mut alarms = Vec::new();
        let mut forced = Vec::new();
        for junction in self.junctions.ids() {
            let Some(guard) = self.junctions[junction].as_mut() else { continue };
            let found = guard.service.tick(junction, &guard.safety, &guard.belief, now);
            let commanded = guard.belief.commanded().is_some();
            if commanded && found.iter().any(|alarm| alarm.hard) {
                forced.push(junction);
            }
            alarms.extend(found);
        }
        let may_command = self.check_mode(situation.mode, situation.mode).is_ok();
        let forced = if may_command { forced } else { Vec::new() };
        (alarms, forced.into_iter().map(|junction| self.release(junction, now)).collect())
    }
}

impl Guard {
    fn check_controller(&self, now: i64, age_max_ms: i64) -> Result<(), Refusal> {
        let Some(report) = self.belief.report() else {
            return Err(Refusal::new(Rule::StaleReport));
        };
        let age_ms = now - report.at.millis();
        match report.operation {
            _ if age_ms > age_max_ms => {
                Err(Refusal::new(Rule::StaleReport).seconds("age_s", age_ms))
            }
            Operation::Manual => Err(Refusal::new(Rule::LocalManual)),
            Operation::Fault => Err(Refusal::new(Rule::ControllerFault)),
            _ if self.belief.report_is_unsafe() => Err(Refusal::new(Rule::ControllerFault)),
            Operation::Plan | Operation::Stage => Ok(()),
        }
    }

    /// A bucket of commands that fills with time.
    fn check_rate(&mut self, now: i64, interval_ms: i64, burst: i64) -> Result<(), Refusal> {
        let elapsed_ms = now.saturating_sub(self.credited).max(0);
        self.credit_ms = self.credit_ms.saturating_add(elapsed_ms).min(burst * interval_ms);
        self.credited = now;
        if self.credit_ms < interval_ms {
            let wait_ms = interval_ms - self.credit_ms;
            return Err(Refusal::new(Rule::Rate).until(now + wait_ms));
        }
        Ok(())
    }

    fn stage(&mut self, stage: StageIdx, effective: i64) -> Result<Permitted, Refusal> {
        let Some(target) = self.safety.stages.get(stage.0 as usize).copied() else {
            return Err(Refusal::new(Rule::Unknown).text("what", "stage"));
        };
        self.change(Change { target, effective, from: None })
    }

    fn groups(
        &mut self,
        target: GroupSet,
        from: CityTime,
        now: i64,
        effective: i64,
    ) -> Result<Permitted, Refusal> {
        if !self.safety.knows(target) {
            return Err(Refusal::new(Rule::Unknown).text("what", "group"));
        }
        if let Some((a, b)) = self.safety.conflict_in(target) {
            return Err(Refusal::new(Rule::ConflictingGreens)
                .text("a", self.safety.name(a))
                .text("b", self.safety.name(b)));
        }
        let from = from.millis();
        if from < effective || from > now + AHEAD_MAX_MS || from % SECOND_MS != 0 {
            return Err(Refusal::new(Rule::Time).until(effective));
        }
        self.change(Change { target, effective, from: Some(from) })
    }

    fn change(&mut self, wanted: Change) -> Result<Permitted, Refusal> {
        let greens = change(&self.safety, &self.belief, &wanted)?;
        self.service.check_change(&self.safety, &self.belief, &wanted, &greens)?;
        self.belief.permit(wanted.target, wanted.effective, &greens);
        let instant = CityTime::from_millis;
        let shown = |(group, start, end): (GroupIdx, i64, i64)| GreenTime {
            group,
            from: instant(start),
            until: (end != NEVER).then(|| instant(end)),
        };
        Ok(Permitted::Greens(greens.into_iter().map(shown).collect()))
    }
}
