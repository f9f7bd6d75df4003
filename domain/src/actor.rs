//! Who acts: a person with a credential, Conductor, or the system itself.

use serde::{Deserialize, Serialize};

use crate::ids::{SessionId, TokenId, UserId};
use crate::role::Roles;

/// How a person proved who they are. Only an interactive session can decide at a gate (rule 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Credential {
    /// An interactive browser session.
    Session(SessionId),
    /// An API token, whatever its scope.
    Token(TokenId),
    /// Somebody at the machine's own console.
    Console,
}

impl Credential {
    /// Whether a person sits in front of it.
    pub fn is_interactive(self) -> bool {
        matches!(self, Credential::Session(_))
    }
}

/// A person who acts in a project, with the roles held at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    /// The roles held in the project when the command is decided.
    pub roles: Roles,
    /// How they proved it.
    pub credential: Credential,
}

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    Person {
        /// Who.
        user_id: UserId,
    },
    /// The AI, or guided mode in its place.
    Conductor,
    /// A policy, or start-up.
    System,
}

impl Actor {
    /// The person, where it is one.
    pub fn user_id(self) -> Option<UserId> {
        match self {
            Actor::Person { user_id } => Some(user_id),
            Actor::Conductor | Actor::System => None,
        }
    }
}

/// Who gives a command: a person under the rules, or the product itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A person, held to the matrix of roles.
    Person(Person),
    /// Conductor's worker, recording what the model did.
    Conductor,
    /// A policy.
    System,
}

impl By {
    /// The actor that the event's metadata names.
    pub fn actor(&self) -> Actor {
        match self {
            By::Person(person) => Actor::Person { user_id: person.user_id },
            By::Conductor => Actor::Conductor,
            By::System => Actor::System,
        }
    }
}
