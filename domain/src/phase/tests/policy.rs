//! Rule 9: a policy is pinned when a review starts; restarting the review takes the one of now.

use super::*;

fn policy(version: u32, change: impl Fn(&mut crate::project::policy::StagePolicy)) -> ApprovalPolicy {
    let mut policy = ApprovalPolicy { version, ..ApprovalPolicy::default() };
    change(&mut policy.stages[0]);
    policy
}

fn restart(by: Person, policy: &ApprovalPolicy) -> PhaseCommand {
    PhaseCommand::RestartReview(RestartReview { by, stage: Stage::Requirements, approval_policy: policy.clone() })
}

#[test]
fn a_running_review_keeps_its_policy_and_the_next_one_takes_the_new() {
    let mut given = Given::with_requirements_in_review();
    given.policy = policy(2, |stage| stage.required_approvals = 2);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1 and R-2"));
    assert_eq!(given.opened().required_approvals(Stage::Requirements), 1);
    given.then(&given.approve(dana(), Stage::Requirements));
    given.then(&given.reopen(dana(), Stage::Requirements));
    assert_eq!(given.opened().required_approvals(Stage::Requirements), 2);
}

#[test]
fn restarting_takes_the_policy_of_now_and_drops_what_was_approved_under_the_old_one() {
    let two = policy(2, |stage| stage.required_approvals = 2);
    let mut given = Given::a_full_phase_under(two);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
    given.then(&given.approve(dana(), Stage::Requirements));
    let three = policy(3, |stage| stage.required_approvals = 3);
    let events = given.then(&restart(dana(), &three));
    assert!(
        matches!(&events[..], [PhaseEvent::ReviewRestarted { version: 1, approval_policy, .. }] if approval_policy.version == 3)
    );
    assert_eq!(given.opened().counting_approvals(Stage::Requirements), []);
    assert_eq!(given.opened().required_approvals(Stage::Requirements), 3);
    assert_eq!(given.when(&restart(dana(), &three)), Ok(vec![]), "again changes nothing");
}

#[test]
fn an_author_can_not_restart_a_review_to_a_lower_bar() {
    let strict = policy(2, |stage| {
        stage.required_approvals = 2;
        stage.authors = AuthorRule::MayNotApprove;
    });
    let mut given = Given::a_full_phase_under(strict);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
    for lower in
        [policy(3, |stage| stage.authors = AuthorRule::MayNotApprove), policy(3, |stage| stage.required_approvals = 5)]
    {
        assert_eq!(given.when(&restart(dana(), &lower)), Err(PhaseError::AuthorMayNotLower(1)));
        assert!(given.when(&restart(second_sdm(), &lower)).is_ok());
    }
    let higher = policy(3, |stage| {
        stage.required_approvals = 3;
        stage.authors = AuthorRule::MayNotApprove;
    });
    assert!(given.when(&restart(dana(), &higher)).is_ok());
}

#[test]
fn another_role_lowers_the_bar_too() {
    let stage = crate::project::policy::StagePolicy::of(Stage::Architecture);
    let narrow = crate::project::policy::StagePolicy { roles: [Role::Architect].into(), ..stage.clone() };
    assert!(stage.lowers(&narrow));
    assert!(!narrow.lowers(&stage));
    assert!(!stage.lowers(&stage));
}

#[test]
fn only_who_decides_at_the_gate_restarts_a_review_and_only_where_one_runs() {
    let two = policy(2, |stage| stage.required_approvals = 2);
    let given = Given::with_requirements_in_review();
    assert_eq!(given.when(&restart(mara(), &two)), Err(PhaseError::RoleRequired(vec![Role::Sdm])));
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..dana() };
    assert_eq!(given.when(&restart(token, &two)), Err(PhaseError::InteractiveOnly));
    let mut approved = Given::with_requirements_in_review();
    approved.then(&approved.approve(dana(), Stage::Requirements));
    assert_eq!(approved.when(&restart(dana(), &two)), Err(PhaseError::NothingInReview(Stage::Requirements)));
}

#[test]
fn one_person_with_two_roles_counts_once() {
    let mut two = ApprovalPolicy::default();
    two.stages[2].required_approvals = 2;
    let mut given = Given::a_full_phase_under(two);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
    given.then(&given.approve(dana(), Stage::Requirements));
    given.then(&given.submit(jonas(), "assets"));
    given.then(&given.approve(mara(), Stage::TechnicalAnalysis));
    given.then(&given.edit(mara(), Stage::Architecture, "AD-1"));
    let both = person(7, &[Role::Sdm, Role::Architect]);
    given.then(&given.approve(both.clone(), Stage::Architecture));
    assert_eq!(given.when(&given.approve(both, Stage::Architecture)), Ok(vec![]));
    assert_eq!(given.state(Stage::Architecture), GateState::InReview);
    given.then(&given.approve(mara(), Stage::Architecture));
    assert_eq!(given.state(Stage::Architecture), GateState::Approved);
}
