//! Rule 9: who approves what, and whether anybody could.

use super::*;
use crate::project::policy::{AuthorRule, MAX_APPROVALS, StagePolicy};
use crate::project::satisfiable::unsatisfiable;
use crate::stage::Stage;

fn sdm() -> Person {
    person(1, &[Role::Sdm])
}

fn change(by: Person, stages: &[StagePolicy]) -> ProjectCommand {
    ProjectCommand::ChangeApprovalPolicy { by, stages: stages.to_vec() }
}

fn requirements() -> StagePolicy {
    StagePolicy::of(Stage::Requirements)
}

#[test]
fn a_change_is_the_next_version_and_a_repeat_changes_nothing() {
    let two = StagePolicy { required_approvals: 2, ..requirements() };
    let project = given(&[create("PAY", "Payments"), change(sdm(), std::slice::from_ref(&two))]);
    assert_eq!(project.created().map(|project| project.approval_policy.version), Ok(2));
    assert_eq!(project.decide(&change(sdm(), std::slice::from_ref(&two))), Ok(vec![]));
    let of = |stage| project.created().map(|project| project.approval_policy.for_stage(stage));
    assert_eq!(of(Stage::Requirements), Ok(two));
    assert_eq!(of(Stage::Architecture), Ok(StagePolicy::of(Stage::Architecture)), "the others keep what they have");
}

#[test]
fn only_an_sdm_in_a_browser_changes_it() {
    let project = given(&[create("PAY", "Payments")]);
    let two = StagePolicy { required_approvals: 2, ..requirements() };
    let refused = project.decide(&change(person(2, &[Role::Architect]), std::slice::from_ref(&two)));
    assert_eq!(refused, Err(ProjectError::RoleRequired(vec![Role::Sdm])));
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..sdm() };
    assert_eq!(project.decide(&change(token, &[two])), Err(ProjectError::InteractiveOnly));
}

#[test]
fn it_can_not_give_more_than_the_matrix() {
    let project = given(&[create("PAY", "Payments")]);
    let refused = |policy: StagePolicy| project.decide(&change(sdm(), &[policy]));
    let with = |stage, roles: &[Role]| StagePolicy { roles: roles.iter().copied().collect(), ..StagePolicy::of(stage) };
    assert_eq!(
        refused(with(Stage::Requirements, &[Role::Sdm, Role::Architect])),
        Err(ProjectError::PolicyBeyondMatrix { stage: Stage::Requirements, roles: vec![Role::Architect] })
    );
    assert!(refused(with(Stage::Architecture, &[Role::Developer])).is_err());
    assert!(refused(with(Stage::Architecture, &[Role::Architect])).is_ok());
    assert_eq!(refused(with(Stage::Requirements, &[])), Err(ProjectError::PolicyWithoutRoles(Stage::Requirements)));
    for stage in [Stage::Scoping, Stage::Stories] {
        assert_eq!(refused(StagePolicy::of(stage)), Err(ProjectError::PolicyWithoutGate(stage)));
    }
    for count in [0, MAX_APPROVALS + 1, u32::MAX] {
        let policy = StagePolicy { required_approvals: count, ..requirements() };
        assert_eq!(refused(policy), Err(ProjectError::PolicyApprovals(Stage::Requirements)));
    }
    let twice = project.decide(&change(sdm(), &[requirements(), requirements()]));
    assert_eq!(twice, Err(ProjectError::PolicyTwice(Stage::Requirements)));
}

#[test]
fn it_warns_when_nobody_could_satisfy_it() {
    let short = |policy: &StagePolicy, members: &[(u128, &[Role])]| {
        let members = members.iter().map(|(n, roles)| (user(*n), roles.iter().copied().collect())).collect();
        let policy = crate::project::policy::ApprovalPolicy { version: 1, stages: vec![policy.clone()] };
        unsatisfiable(&policy, &members).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let one: &[(u128, &[Role])] = &[(1, &[Role::Sdm])];
    let pair: &[(u128, &[Role])] = &[(1, &[Role::Sdm]), (2, &[Role::Sdm])];
    let two = StagePolicy { required_approvals: 2, ..requirements() };
    assert_eq!(short(&two, one), ["Requirements needs 2 approvals by SDM, and only 1 person could give one today"]);
    assert!(short(&two, pair).is_empty());
    let four_eyes = StagePolicy { authors: AuthorRule::MayNotApprove, ..requirements() };
    assert_eq!(
        short(&four_eyes, one),
        ["Requirements needs 1 approval by SDM, and nobody could give one today once whoever writes it is left out"]
    );
    assert!(short(&four_eyes, pair).is_empty());
    let both = StagePolicy { required_approvals: 2, ..StagePolicy::of(Stage::Architecture) };
    let two_roles: &[(u128, &[Role])] = &[(1, &[Role::Sdm, Role::Architect])];
    assert_eq!(short(&both, two_roles).len(), 1, "one person with two roles counts once");
    let analysis = StagePolicy { authors: AuthorRule::MayNotApprove, ..StagePolicy::of(Stage::TechnicalAnalysis) };
    let with_developer: &[(u128, &[Role])] = &[(1, &[Role::Sdm]), (2, &[Role::Developer])];
    assert!(short(&analysis, with_developer).is_empty(), "a developer submits it, so no approver is lost");
}
