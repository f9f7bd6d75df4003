//! Projects and their members: given/when/then.

#![expect(clippy::panic, reason = "a test says what it expected")]

mod delegation;
mod policy;

use uuid::Uuid;

use super::*;
use crate::actor::{Credential, Person};
use crate::ids::{RepositoryId, SessionId, TokenId, UserId};
use crate::role::{Role, Roles};
use crate::text::Text;

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn person(n: u128, roles: &[Role]) -> Person {
    Person {
        user_id: user(n),
        roles: roles.iter().copied().collect(),
        credential: Credential::Session(SessionId(Uuid::nil())),
    }
}

fn create(key: &str, name: &str) -> ProjectCommand {
    ProjectCommand::CreateProject { creator: user(1), key: key.into(), name: name.into(), context: None }
}

fn given(commands: &[ProjectCommand]) -> Project {
    let mut project = Project::default();
    for command in commands {
        let events = project.decide(command).unwrap_or_else(|error| panic!("{command:?} was refused: {error}"));
        for event in events {
            project.fold(event);
        }
    }
    project
}

fn set_roles(by: Person, n: u128, roles: &[Role]) -> ProjectCommand {
    ProjectCommand::SetMemberRoles { by, user_id: user(n), roles: roles.iter().copied().collect() }
}

#[test]
fn whoever_creates_a_project_is_its_first_sdm() {
    let events = given(&[]).decide(&create("PAY", " Payments "));
    assert!(matches!(
        events.as_deref(),
        Ok([ProjectEvent::ProjectCreated { name, .. }, ProjectEvent::MemberRolesSet { user_id, roles }])
            if name == "Payments" && *user_id == user(1) && *roles == Roles::from([Role::Sdm])
    ));
}

#[test]
fn a_key_is_short_and_in_capitals() {
    for bad in ["", "P", "pay", "1PAY", "PAY-1", "PAYMENTSYSTEM", "PÄY"] {
        assert_eq!(given(&[]).decide(&create(bad, "x")), Err(ProjectError::BadKey), "{bad}");
    }
    assert_eq!(given(&[]).decide(&create("PAY", "two\nlines")), Err(ProjectError::BadName));
}

#[test]
fn only_an_sdm_changes_the_project_and_members_only_in_a_browser() {
    let project = given(&[create("PAY", "Payments")]);
    let rename = |by| ProjectCommand::EditProject { by, name: Some("Pay".into()), context: None };
    let refused = project.decide(&rename(person(2, &[Role::Architect, Role::Auditor])));
    assert_eq!(refused, Err(ProjectError::RoleRequired(vec![Role::Sdm])));
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..person(1, &[Role::Sdm]) };
    assert!(project.decide(&rename(token.clone())).is_ok());
    assert_eq!(project.decide(&set_roles(token, 2, &[Role::Developer])), Err(ProjectError::InteractiveOnly));
}

#[test]
fn the_context_counts_its_versions_and_a_repeat_changes_nothing() {
    let sdm = person(1, &[Role::Sdm]);
    let write =
        |text: &str| ProjectCommand::EditProject { by: sdm.clone(), name: None, context: Some(Text::plain(text)) };
    let project = given(&[create("PAY", "Payments"), write("# Goals")]);
    assert_eq!(project.decide(&write("# Goals")), Ok(vec![]));
    assert!(matches!(
        project.decide(&write("# Other")).as_deref(),
        Ok([ProjectEvent::ProjectContextChanged { context_version: 2, .. }])
    ));
    let long = "x".repeat(MAX_CONTEXT_BYTES + 1);
    assert_eq!(project.decide(&write(&long)), Err(ProjectError::ContextTooLong));
}

#[test]
fn a_project_never_loses_its_last_sdm() {
    let sdm = person(1, &[Role::Sdm]);
    let project = given(&[create("PAY", "Payments"), set_roles(sdm.clone(), 2, &[Role::Architect])]);
    assert_eq!(project.decide(&set_roles(sdm.clone(), 1, &[Role::Auditor])), Err(ProjectError::LastSdm));
    let leave = ProjectCommand::RemoveMember { by: sdm.clone(), user_id: user(1) };
    assert_eq!(project.decide(&leave), Err(ProjectError::LastSdm));
    assert_eq!(project.decide(&set_roles(sdm.clone(), 2, &[])), Err(ProjectError::NoRoles));
    let with_another = given(&[create("PAY", "Payments"), set_roles(sdm, 2, &[Role::Sdm])]);
    assert_eq!(with_another.decide(&leave), Ok(vec![ProjectEvent::MemberRemoved { user_id: user(1) }]));
}

#[test]
fn a_repository_is_added_once_and_needs_an_address() {
    let sdm = person(1, &[Role::Sdm]);
    let add = |n, remote: &str| ProjectCommand::AddRepository {
        by: sdm.clone(),
        repository_id: RepositoryId(Uuid::from_u128(n)),
        name: "pay".into(),
        remote: remote.into(),
        default_branch: None,
    };
    let project = given(&[create("PAY", "Payments"), add(1, "git@example.com:pay.git")]);
    assert_eq!(project.decide(&add(2, "git@example.com:pay.git")), Err(ProjectError::RepositoryKnown));
    for bad in ["", "pay", "https://example.com/a b"] {
        assert_eq!(project.decide(&add(2, bad)), Err(ProjectError::BadRemote), "{bad}");
    }
}
