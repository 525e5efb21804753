//! Who may use the interface, and what for: accounts, roles, sessions.
//!
//! **Invariant:** an address other than loopback cannot be served without a token.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use urbis_core::{Actor, Message, PersonId, Policy, Purpose, Verdict};

use crate::wire::state::Names;

/// Id of the person who acts on loopback without a token.
pub const DEMO_PERSON: &str = "op-demo";
/// How long a sign-in holds.
const SESSION_LASTS: Duration = Duration::from_hours(12);
/// Most sign-ins at once; the oldest ends when another begins.
const SESSIONS_MAX: usize = 1_000;

/// What a person is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Looks.
    Viewer,
    /// Decides, closes lanes, takes junctions, sends ambulances, drives the clock.
    Operator,
    /// As an operator, and sees where patients are and erases what is kept of them.
    Dispatcher,
}

impl Role {
    /// All roles, in order.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Dispatcher];

    /// The role's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Dispatcher => "dispatcher",
        }
    }

    /// The role called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    fn may(self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::ViewCity => true,
            Purpose::ViewPatient | Purpose::ErasePerson => self == Self::Dispatcher,
            _ => self >= Self::Operator,
        }
    }
}

/// A person who may use the interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Account.
    pub id: PersonId,
    /// Name for people.
    pub name: String,
    /// What they are there for.
    pub role: Role,
    /// Whether this is the demo operator.
    pub demo: bool,
}

/// An account with its token.
#[derive(Clone)]
pub struct Account {
    /// Whose.
    pub person: Person,
    /// BLAKE3 of the token; the token itself is not kept.
    token: blake3::Hash,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({})", self.person.id.0)
    }
}

impl Account {
    /// The account of `person` with `token`.
    pub fn new(person: Person, token: &str) -> Self {
        Self { person, token: blake3::hash(token.as_bytes()) }
    }
}

/// Why the interface cannot be opened to others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// Anyone could reach it.
    #[error(
        "address {0} can be reached from other machines: give a token (--token, URBIS_SERVER_TOKEN \
         or server.token) or listen on 127.0.0.1"
    )]
    TokenNeeded(IpAddr),
}

/// Everyone who may use the interface, and who is signed in.
#[derive(Debug)]
pub struct Access {
    demo: Option<Person>,
    accounts: Vec<Account>,
    sessions: Mutex<BTreeMap<String, (PersonId, Instant)>>,
}

impl Access {
    /// The accounts for a server on `address`; with none on loopback, the demo operator acts.
    ///
    /// # Errors
    /// [`AccessError::TokenNeeded`] for any other address without an account.
    pub fn new(
        address: IpAddr,
        accounts: Vec<Account>,
        demo_role: Role,
    ) -> Result<Self, AccessError> {
        if accounts.is_empty() && !address.is_loopback() {
            return Err(AccessError::TokenNeeded(address));
        }
        let demo = accounts.is_empty().then(|| Person {
            id: PersonId(DEMO_PERSON.to_owned()),
            name: "Demo Operator".to_owned(),
            role: demo_role,
            demo: true,
        });
        Ok(Self { demo, accounts, sessions: Mutex::default() })
    }

    /// Everyone who may act here.
    pub fn persons(&self) -> impl Iterator<Item = &Person> {
        self.demo.iter().chain(self.accounts.iter().map(|account| &account.person))
    }

    /// Whether everyone on this machine is the demo operator.
    pub fn is_demo(&self) -> bool {
        self.demo.is_some()
    }

    /// Who comes with a token or a session; the demo operator needs neither.
    pub fn who(&self, token: Option<&str>, session: Option<&str>) -> Option<Person> {
        if let Some(demo) = &self.demo {
            return Some(demo.clone());
        }
        if let Some(token) = token {
            return self.by_token(token);
        }
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let (id, since) = sessions.get(session?)?;
        (since.elapsed() < SESSION_LASTS).then(|| self.person_by_id(id)).flatten()
    }

    /// Signs in with a token; the answer is the session's id.
    ///
    /// # Errors
    /// `None` inside when no account has this token; an error when the system gives no randomness.
    pub fn sign_in(&self, token: &str) -> Result<Option<String>, getrandom::Error> {
        let Some(person) = self.by_token(token) else { return Ok(None) };
        let id = random_name()?;
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, (_, since)| since.elapsed() < SESSION_LASTS);
        while sessions.len() >= SESSIONS_MAX {
            let oldest =
                sessions.iter().min_by_key(|(_, (_, since))| *since).map(|(id, _)| id.clone());
            oldest.map(|id| sessions.remove(&id));
        }
        sessions.insert(id.clone(), (person.id, Instant::now()));
        Ok(Some(id))
    }

    fn by_token(&self, token: &str) -> Option<Person> {
        // Hashes compare in constant time, so that an answer's delay says nothing of the token.
        let hash = blake3::hash(token.as_bytes());
        self.accounts.iter().find(|one| one.token == hash).map(|one| one.person.clone())
    }

    fn person_by_id(&self, id: &PersonId) -> Option<Person> {
        let mut people = self.accounts.iter().map(|one| &one.person).chain(&self.demo);
        people.find(|person| person.id == *id).cloned()
    }
}

/// 32 random hexadecimal digits.
///
/// # Errors
/// When the system gives no randomness.
pub fn random_name() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

impl Names for Access {
    fn person(&self, id: &PersonId) -> String {
        self.person_by_id(id).map_or_else(|| id.0.clone(), |person| person.name)
    }
}

/// The policy by role; people without an account may nothing.
#[derive(Debug)]
pub struct RolePolicy(BTreeMap<PersonId, Role>);

impl RolePolicy {
    /// The policy for everyone `access` knows.
    pub fn new(access: &Access) -> Self {
        let people = access.accounts.iter().map(|one| &one.person).chain(&access.demo);
        Self(people.map(|person| (person.id.clone(), person.role)).collect())
    }
}

impl Policy for RolePolicy {
    fn check(&self, who: &Actor, purpose: Purpose) -> Verdict {
        let role = match who {
            Actor::Person(id) => self.0.get(id).copied(),
            _ => None,
        };
        match role {
            Some(role) if role.may(purpose) => Verdict::Allow,
            Some(role) => {
                Verdict::Deny(Message::new("server-role-may-not").text("role", role.name()))
            }
            None => Verdict::Deny(Message::new("server-no-account")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const ANYWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

    fn account(id: &str, role: Role, token: &str) -> Account {
        let person = Person { id: PersonId(id.into()), name: id.to_uppercase(), role, demo: false };
        Account::new(person, token)
    }

    #[test]
    fn nobody_listens_elsewhere_without_a_token() {
        let refused = Access::new(ANYWHERE, vec![], Role::Operator).unwrap_err();
        assert!(refused.to_string().contains("--token"), "{refused}");
        assert!(Access::new(LOOPBACK, vec![], Role::Operator).unwrap().is_demo());
        let one = vec![account("li", Role::Viewer, "secret")];
        assert!(!Access::new(ANYWHERE, one, Role::Operator).unwrap().is_demo());
    }

    #[test]
    fn a_token_or_a_session_says_who() {
        let accounts =
            vec![account("li", Role::Viewer, "secret"), account("an", Role::Dispatcher, "other")];
        let access = Access::new(LOOPBACK, accounts, Role::Operator).unwrap();
        assert_eq!(access.who(None, None), None, "with accounts there is no demo operator");
        assert_eq!(access.who(Some("wrong"), None), None);
        assert_eq!(access.who(Some("secret"), None).unwrap().id.0, "li");
        assert_eq!(access.sign_in("wrong").unwrap(), None);
        let session = access.sign_in("other").unwrap().unwrap();
        assert_eq!(session.len(), 32);
        assert_eq!(access.who(None, Some(&session)).unwrap().name, "AN");
        assert_eq!(access.who(None, Some("0")), None);
        assert_eq!(access.person(&PersonId("gone".into())), "gone");
    }

    #[test]
    fn roles_open_what_they_are_for() {
        let accounts = vec![account("li", Role::Viewer, "a"), account("an", Role::Operator, "b")];
        let policy = RolePolicy::new(&Access::new(LOOPBACK, accounts, Role::Operator).unwrap());
        let may = |id: &str, purpose| {
            policy.check(&Actor::Person(PersonId(id.into())), purpose) == Verdict::Allow
        };
        assert!(may("li", Purpose::ViewCity) && !may("li", Purpose::Stop));
        assert!(may("an", Purpose::Stop) && !may("an", Purpose::ViewPatient));
        assert!(!may("nobody", Purpose::ViewCity));
        assert_ne!(policy.check(&Actor::System, Purpose::ViewCity), Verdict::Allow);
    }
}
