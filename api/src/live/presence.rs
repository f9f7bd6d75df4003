//! Who is there: the listeners of a topic, as people. Somebody with three tabs is one person.

use std::collections::BTreeMap;

use konductro_domain::ids::SessionId;
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
    /// The browser session it was opened with; a token's connection has none.
    pub session_id: Option<SessionId>,
    pub(super) outbox: Outbox,
}

impl Listener {
    /// A new connection of somebody.
    pub fn new(connection_id: Uuid, person: Person, session_id: Option<SessionId>) -> Self {
        Self { connection_id, person, session_id, outbox: Outbox::default() }
    }
}

/// The people behind some listeners, each once, by name.
pub(super) fn present(listeners: &[std::sync::Arc<Listener>]) -> Vec<Person> {
    let people: BTreeMap<_, _> = listeners.iter().map(|l| ((&l.person.name, l.person.user_id), &l.person)).collect();
    people.into_values().cloned().collect()
}
