//! Delegation: for a time, between two who hold the role, and never further.

use time::{Duration, OffsetDateTime};

use super::*;
use crate::ids::DelegationId;
use crate::project::delegation::{DelegateRole, MAX_DELEGATION_DAYS, OnBehalf};

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn sdm(n: u128) -> Person {
    person(n, &[Role::Sdm])
}

fn lent(by: Person, delegate: u128, role: Role) -> DelegateRole {
    DelegateRole {
        by,
        delegation_id: DelegationId(Uuid::from_u128(9)),
        delegate: user(delegate),
        role,
        from: NOW,
        until: NOW + Duration::days(14),
        now: NOW,
    }
}

fn team() -> Project {
    given(&[
        create("PAY", "Payments"),
        set_roles(sdm(1), 2, &[Role::Sdm]),
        set_roles(sdm(1), 3, &[Role::Architect, Role::Sdm]),
        set_roles(sdm(1), 4, &[Role::Developer]),
    ])
}

fn running() -> Project {
    let mut project = team();
    let events = project.decide(&ProjectCommand::DelegateRole(lent(sdm(1), 2, Role::Sdm)));
    for event in events.unwrap_or_else(|error| panic!("{error}")) {
        project.fold(event);
    }
    project
}

fn acts_for(project: &Project, n: u128, at: OffsetDateTime) -> Vec<UserId> {
    let project = project.created().unwrap_or_else(|error| panic!("{error}"));
    project.acts_for(user(n), at).iter().map(|OnBehalf { delegator, .. }| *delegator).collect()
}

#[test]
fn a_role_is_lent_only_by_who_holds_it_to_who_holds_it_too() {
    let project = team();
    let refused = |command| project.decide(&ProjectCommand::DelegateRole(command)).err();
    assert_eq!(refused(lent(sdm(1), 2, Role::Architect)), Some(ProjectError::RoleNotHeld(Role::Architect)));
    assert_eq!(refused(lent(sdm(1), 4, Role::Sdm)), Some(ProjectError::DelegateWithoutRole(Role::Sdm)));
    assert_eq!(refused(lent(sdm(1), 1, Role::Sdm)), Some(ProjectError::DelegateWithoutRole(Role::Sdm)));
    assert_eq!(refused(lent(sdm(1), 8, Role::Sdm)), Some(ProjectError::DelegateWithoutRole(Role::Sdm)));
    let developer = person(4, &[Role::Developer]);
    assert_eq!(refused(lent(developer, 2, Role::Developer)), Some(ProjectError::RoleNotDelegable));
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..sdm(1) };
    assert_eq!(refused(lent(token, 2, Role::Sdm)), Some(ProjectError::InteractiveOnly));
    assert_eq!(refused(lent(sdm(1), 2, Role::Sdm)), None);
}

#[test]
fn it_has_a_bounded_time() {
    let project = team();
    let period = |from: OffsetDateTime, until| {
        project.decide(&ProjectCommand::DelegateRole(DelegateRole { from, until, ..lent(sdm(1), 2, Role::Sdm) })).err()
    };
    let day = Duration::days(1);
    assert_eq!(period(NOW, NOW), Some(ProjectError::BadPeriod));
    assert_eq!(period(NOW - day * 3, NOW - day), Some(ProjectError::BadPeriod));
    assert_eq!(period(NOW, NOW + day * (MAX_DELEGATION_DAYS as i32 + 1)), Some(ProjectError::BadPeriod));
    assert_eq!(period(NOW + day, NOW + day * 2), None);
}

#[test]
fn it_runs_only_in_its_time_and_while_both_hold_the_role() {
    let project = running();
    assert_eq!(acts_for(&project, 2, NOW), [user(1)]);
    assert!(acts_for(&project, 2, NOW + Duration::days(14)).is_empty());
    assert!(acts_for(&project, 2, NOW - Duration::seconds(1)).is_empty());
    let mut without = project.clone();
    without.fold(ProjectEvent::MemberRolesSet { user_id: user(1), roles: Roles::from([Role::Developer]) });
    assert!(acts_for(&without, 2, NOW).is_empty());
    let mut gone = project;
    gone.fold(ProjectEvent::MemberRemoved { user_id: user(2) });
    assert!(acts_for(&gone, 2, NOW).is_empty());
}

#[test]
fn it_is_not_passed_on() {
    let mut project = running();
    let on = DelegateRole { delegation_id: DelegationId(Uuid::from_u128(10)), ..lent(sdm(2), 3, Role::Sdm) };
    for event in project.decide(&ProjectCommand::DelegateRole(on)).unwrap_or_else(|error| panic!("{error}")) {
        project.fold(event);
    }
    assert_eq!(acts_for(&project, 3, NOW), [user(2)], "for the one who lent it, and not for who lent it to them");
}

#[test]
fn the_two_people_or_an_sdm_end_it() {
    let project = running();
    let end =
        |by| project.decide(&ProjectCommand::EndDelegation { by, delegation_id: DelegationId(Uuid::from_u128(9)) });
    assert_eq!(end(person(4, &[Role::Developer])), Err(ProjectError::NotYourDelegation));
    for by in [sdm(1), sdm(2), sdm(3)] {
        assert!(matches!(end(by).as_deref(), Ok([ProjectEvent::DelegationEnded { .. }])));
    }
    let unknown = ProjectCommand::EndDelegation { by: sdm(1), delegation_id: DelegationId(Uuid::nil()) };
    assert_eq!(project.decide(&unknown), Err(ProjectError::UnknownDelegation));
}
