//! Who is there: the listeners of a topic, as people. Somebody with three tabs is one person.

use std::collections::BTreeMap;

use konductro_domain::actor::Credential;
use konductro_domain::ids::ProjectId;
use uuid::Uuid;

use super::frames::Person;
use super::outbox::Outbox;

/// One open connection, as rooms know it.
#[derive(Debug)]
pub struct Listener {
    /// Names the connection.
    pub connection_id: Uuid,
    /// Who listens.
    pub person: Person,
    /// What it was opened with, and holds as long as.
    pub credential: Option<Credential>,
    /// The only project that it may hear of, where a token opened it.
    pub bound_to: Option<ProjectId>,
    pub(super) outbox: Outbox,
}

impl Listener {
    /// A new connection of somebody.
    pub fn new(connection_id: Uuid, person: Person, credential: Option<Credential>) -> Self {
        Self { connection_id, person, credential, bound_to: None, outbox: Outbox::default() }
    }

    /// The same connection, which may hear of this project only.
    #[must_use]
    pub fn bound_to(mut self, project: Option<ProjectId>) -> Self {
        self.bound_to = project;
        self
    }

    /// Whether a token opened it: then nobody sits in front of it.
    pub(super) fn is_a_token_s(&self) -> bool {
        matches!(self.credential, Some(Credential::Token(_)))
    }
}

/// The people behind some listeners, each once, by name.
pub(super) fn present(listeners: &[std::sync::Arc<Listener>]) -> Vec<Person> {
    let people: BTreeMap<_, _> = listeners.iter().map(|l| ((&l.person.name, l.person.user_id), &l.person)).collect();
    people.into_values().cloned().collect()
}
