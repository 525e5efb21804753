//! Authority: who may command a junction now.

use std::collections::BTreeMap;

use urbis_core::{Actor, Authority, IdVec, JunctionId, PersonId};
use urbis_network::Network;

use crate::policy::{Grantee, InterlockPolicy, Scope};
use crate::request::{Action, Request};
use crate::rule::{Refusal, Rule};

/// A scene or person that commands a junction, and until when that counts.
#[derive(Debug, Clone, PartialEq)]
struct Lease {
    holder: Actor,
    rank: u8,
    until: i64,
}

/// Who has which junction, and whether the stop button is in.
#[derive(Debug, Clone)]
pub(crate) struct Control {
    taken: BTreeMap<JunctionId, PersonId>,
    leases: IdVec<JunctionId, Option<Lease>>,
    lease_ms: i64,
    stopped_by: Option<Actor>,
}

impl Control {
    pub(crate) fn new(network: &Network, lease_ms: i64) -> Self {
        Self {
            taken: BTreeMap::new(),
            leases: IdVec::filled(None, network.junctions.len()),
            lease_ms,
            stopped_by: None,
        }
    }

    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped_by.is_some()
    }

    pub(crate) fn stop(&mut self, by: Actor) {
        self.stopped_by.get_or_insert(by);
        self.leases = IdVec::filled(None, self.leases.len());
    }

    pub(crate) fn resume(
        &mut self,
        policy: &InterlockPolicy,
        by: &Actor,
        authority: &Authority,
    ) -> Result<(), Refusal> {
        let city_wide = policy
            .grants
            .iter()
            .any(|grant| grant.scope == Scope::City && is_given_to(&grant.to, by, authority));
        if !matches!(by, Actor::Person(_)) || !city_wide {
            return Err(Refusal::new(Rule::Authority).text("reason", "resume"));
        }
        self.stopped_by = None;
        Ok(())
    }

    pub(crate) fn taken_by(&self, junction: JunctionId) -> Option<&PersonId> {
        self.taken.get(&junction)
    }

    pub(crate) fn take(
        &mut self,
        policy: &InterlockPolicy,
        junctions: &[JunctionId],
        person: &PersonId,
        authority: &Authority,
    ) -> Result<(), Refusal> {
        let actor = Actor::Person(person.clone());
        for junction in junctions {
            if rank(policy, &actor, authority, *junction).is_none() {
                return Err(Refusal::new(Rule::Authority).text("reason", "grant"));
            }
            if self.taken.get(junction).is_some_and(|holder| holder != person) {
                return Err(Refusal::new(Rule::Authority).text("reason", "taken"));
            }
        }
        self.taken.extend(junctions.iter().map(|junction| (*junction, person.clone())));
        Ok(())
    }

    pub(crate) fn give_back(&mut self, junctions: &[JunctionId], person: &PersonId) {
        for junction in junctions {
            if self.taken.get(junction) == Some(person) {
                self.taken.remove(junction);
            }
        }
    }

    /// The rank under which the request may go on.
    pub(crate) fn check(
        &self,
        policy: &InterlockPolicy,
        request: &Request,
        now: i64,
    ) -> Result<u8, Refusal> {
        let refuse = |reason: &str| Err(Refusal::new(Rule::Authority).text("reason", reason));
        if request.by == Actor::System {
            // The loop itself decides nothing; it may only let go.
            return if request.action == Action::Release { Ok(0) } else { refuse("system") };
        }
        let Some(rank) = rank(policy, &request.by, &request.authority, request.junction) else {
            return refuse("grant");
        };
        match (&request.by, self.taken.get(&request.junction)) {
            (Actor::Person(person), Some(holder)) if person == holder => return Ok(rank),
            (_, Some(_)) => return refuse("taken"),
            (Actor::Person(_), None) if request.action != Action::Release => {
                return refuse("not-taken");
            }
            _ => {}
        }
        let approved = match request.authority {
            Authority::Act | Authority::Role(_) => true,
            Authority::ActWithApproval => request.decided,
            Authority::Advise => false,
        };
        if !approved {
            return refuse("approval");
        }
        match &self.leases[request.junction] {
            Some(lease)
                if now < lease.until && lease.holder != request.by && lease.rank >= rank =>
            {
                Err(Refusal::new(Rule::Authority).text("reason", "leased").until(lease.until))
            }
            _ => Ok(rank),
        }
    }

    /// Notes that `by` commands the junction, or has let it go.
    pub(crate) fn note(
        &mut self,
        junction: JunctionId,
        by: &Actor,
        rank: u8,
        now: i64,
        holds: bool,
    ) {
        let until = now.saturating_add(self.lease_ms);
        self.leases[junction] = holds.then(|| Lease { holder: by.clone(), rank, until });
    }
}

/// The highest rank a grant gives.
fn rank(
    policy: &InterlockPolicy,
    actor: &Actor,
    authority: &Authority,
    junction: JunctionId,
) -> Option<u8> {
    policy
        .grants
        .iter()
        .filter(|grant| grant.scope.contains(junction) && is_given_to(&grant.to, actor, authority))
        .map(|grant| grant.rank)
        .max()
}

fn is_given_to(grantee: &Grantee, actor: &Actor, authority: &Authority) -> bool {
    match (grantee, actor) {
        (Grantee::Scene(id), Actor::Scene(scene)) => id == scene,
        (Grantee::Person(id), Actor::Person(person)) => id == person,
        (Grantee::Role(role), Actor::Person(_)) => *authority == Authority::Role(role.clone()),
        _ => false,
    }
}
