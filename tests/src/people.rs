//! People who act in tests, and envelopes and commands of theirs.

use konductro_api::commands::{Envelope, Receipt};
use konductro_domain::actor::{Actor, Credential, Person};
use konductro_domain::ids::{CorrelationId, ProjectId, SessionId, UserId};
use konductro_domain::project::ProjectCommand;
use konductro_domain::role::Role;
use konductro_domain::text::Hash;
use uuid::Uuid;

/// A person with a session and exactly these roles.
pub fn person(roles: &[Role]) -> Person {
    Person {
        user_id: UserId(Uuid::now_v7()),
        roles: roles.iter().copied().collect(),
        credential: Credential::Session(SessionId(Uuid::now_v7())),
    }
}

/// What a person's command says of itself.
pub fn envelope(by: &Person) -> Envelope {
    Envelope {
        role: by.roles.first().copied(),
        credential: Some(by.credential),
        ..Envelope::new(Actor::Person { user_id: by.user_id }, CorrelationId(Uuid::now_v7()))
    }
}

/// A receipt for a request with this body.
pub fn receipt(key: &str, body: &str) -> Receipt {
    Receipt {
        scope: "POST /tests".to_owned(),
        key: key.to_owned(),
        fingerprint: Hash::of(body.as_bytes()),
        result: serde_json::json!({ "made": key }),
    }
}

/// A project's id and the command that creates it.
pub fn new_project(creator: &Person, key: &str) -> (ProjectId, ProjectCommand) {
    let command = ProjectCommand::CreateProject {
        creator: creator.user_id,
        key: key.to_owned(),
        name: format!("Project {key}"),
        context: None,
    };
    (ProjectId(Uuid::now_v7()), command)
}

/// Renames a project.
pub fn rename(by: &Person, name: &str) -> ProjectCommand {
    ProjectCommand::EditProject { by: by.clone(), name: Some(name.to_owned()), context: None }
}
