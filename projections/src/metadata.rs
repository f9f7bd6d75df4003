//! An event's metadata: who, in which role, with which credential, why, and what it belongs to.
//!
//! A flat map of strings, since that is all that cqrs-es loads. Written and read only here, so that
//! the log's two sides can't drift apart. Ids only: no name, address or secret ever goes in.

use std::collections::BTreeMap;

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{CorrelationId, EventId, PhaseId, ProjectId, SessionId, TokenId, UserId};
use konductro_domain::role::Role;

/// What is recorded of the circumstances of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Who caused it.
    pub actor: Actor,
    /// The role acted in, where a person acted.
    pub role: Option<Role>,
    /// How the person proved who they are.
    pub credential: Option<Credential>,
    /// The event that caused it, where one did.
    pub causation: Option<EventId>,
    /// What it belongs together with.
    pub correlation: CorrelationId,
    /// The HTTP request that carried the command.
    pub request_id: Option<String>,
    /// The project, where there is one.
    pub project_id: Option<ProjectId>,
    /// The phase, where there is one.
    pub phase_id: Option<PhaseId>,
}

/// The log holds metadata that this version can't read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event's metadata has no readable {0:?}; upgrade konductro, or verify the log")]
pub struct UnreadableMetadata(pub &'static str);

impl Metadata {
    /// The flat map as the log holds it, keys in order.
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        let mut put = |key: &str, value: String| {
            map.insert(key.to_owned(), value);
        };
        match self.actor {
            Actor::Person { user_id } => {
                put("actor", "person".to_owned());
                put("user_id", user_id.to_string());
            }
            Actor::Conductor => put("actor", "conductor".to_owned()),
            Actor::System => put("actor", "system".to_owned()),
        }
        if let Some(role) = self.role {
            put("role", role_name(role).to_owned());
        }
        match self.credential {
            Some(Credential::Session(SessionId(id))) => {
                put("credential", "session".to_owned());
                put("credential_id", id.to_string());
            }
            Some(Credential::Token(TokenId(id))) => {
                put("credential", "token".to_owned());
                put("credential_id", id.to_string());
            }
            Some(Credential::Console) => put("credential", "console".to_owned()),
            None => {}
        }
        put("correlation", self.correlation.to_string());
        for (key, value) in [
            ("causation", self.causation.map(|id| id.to_string())),
            ("request", self.request_id.clone()),
            ("project", self.project_id.map(|id| id.to_string())),
            ("phase", self.phase_id.map(|id| id.to_string())),
        ] {
            if let Some(value) = value {
                put(key, value);
            }
        }
        map
    }

    /// Reads what `to_map` wrote.
    pub fn from_map(map: &BTreeMap<String, String>) -> Result<Self, UnreadableMetadata> {
        Ok(Self {
            actor: match map.get("actor").map(String::as_str) {
                Some("person") => Actor::Person { user_id: UserId(required(map, "user_id")?) },
                Some("conductor") => Actor::Conductor,
                Some("system") => Actor::System,
                _ => return Err(UnreadableMetadata("actor")),
            },
            role: match map.get("role") {
                None => None,
                Some(name) => Some(role_named(name).ok_or(UnreadableMetadata("role"))?),
            },
            credential: match map.get("credential").map(String::as_str) {
                None => None,
                Some("session") => Some(Credential::Session(SessionId(required(map, "credential_id")?))),
                Some("token") => Some(Credential::Token(TokenId(required(map, "credential_id")?))),
                Some("console") => Some(Credential::Console),
                Some(_) => return Err(UnreadableMetadata("credential")),
            },
            causation: optional(map, "causation")?.map(EventId),
            correlation: CorrelationId(required(map, "correlation")?),
            request_id: map.get("request").cloned(),
            project_id: optional(map, "project")?.map(ProjectId),
            phase_id: optional(map, "phase")?.map(PhaseId),
        })
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Sdm => "sdm",
        Role::Architect => "architect",
        Role::Developer => "developer",
        Role::Auditor => "auditor",
    }
}

fn role_named(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role_name(*role) == name)
}

fn optional(map: &BTreeMap<String, String>, key: &'static str) -> Result<Option<uuid::Uuid>, UnreadableMetadata> {
    map.get(key).map(|text| text.parse().map_err(|_| UnreadableMetadata(key))).transpose()
}

fn required(map: &BTreeMap<String, String>, key: &'static str) -> Result<uuid::Uuid, UnreadableMetadata> {
    optional(map, key)?.ok_or(UnreadableMetadata(key))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn metadata(actor: Actor, credential: Option<Credential>) -> Metadata {
        Metadata {
            actor,
            role: Some(Role::Architect),
            credential,
            causation: Some(EventId(Uuid::from_u128(1))),
            correlation: CorrelationId(Uuid::from_u128(2)),
            request_id: Some("req".to_owned()),
            project_id: Some(ProjectId(Uuid::from_u128(3))),
            phase_id: None,
        }
    }

    #[test]
    fn metadata_comes_back_as_it_went_in() {
        let person = Actor::Person { user_id: UserId(Uuid::from_u128(9)) };
        for (actor, credential) in [
            (person, Some(Credential::Session(SessionId(Uuid::from_u128(4))))),
            (person, Some(Credential::Token(TokenId(Uuid::from_u128(5))))),
            (person, Some(Credential::Console)),
            (Actor::Conductor, None),
            (Actor::System, None),
        ] {
            let given = metadata(actor, credential);
            assert_eq!(Metadata::from_map(&given.to_map()), Ok(given));
        }
    }

    #[test]
    fn rubbish_is_named() {
        let mut map = metadata(Actor::System, None).to_map();
        map.insert("role".to_owned(), "king".to_owned());
        assert_eq!(Metadata::from_map(&map), Err(UnreadableMetadata("role")));
    }
}
