//! What happens in the demo workspace: a phase in the middle of its architecture, one whose requirements were
//! sent back, one that has just begun, a light phase that is ready for its stories, and a one-off story whose
//! refinement awaits a decision.

use konductro_domain::actor::Person;
use konductro_domain::ids::{PhaseId, ProjectId, RepositoryId, UserId};
use konductro_domain::phase::artefact::{Source, SourceRepository};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::project::ProjectCommand;
use konductro_domain::role::{Role, Roles};
use konductro_domain::stage::Stage;
use konductro_domain::story::content::{Complexity, StoryType};
use konductro_domain::story::draft::{CriterionDraft, StoryDraft};
use konductro_domain::text::Hash;

use super::stage_hands::{StageHands, Written, fixed, member};
use super::{DemoError, PEOPLE};
use crate::event_store::{Receipt, receipts};
use crate::identity::{By, NewDemoPerson};
use crate::salted::salted;
use crate::state::AppState;

const CONTEXT: &str = include_str!("context.md");
const REQUIREMENTS: &str = include_str!("requirements.md");
const TECHNICAL_ANALYSIS: &str = include_str!("technical_analysis.md");
const SIDECAR: &str = include_str!("technical_analysis.json");
const ARCHITECTURE: &str = include_str!("architecture.md");
const REFUNDS: &str = include_str!("refunds.md");
const SCOPING: &str = include_str!("scoping.md");

/// The cast, each with the role they act in.
struct Cast {
    dana: Person,
    mara: Person,
    jonas: Person,
    aiko: Person,
}

/// Loads the demo workspace into an empty one, or what an interrupted start left of it.
pub async fn load(state: &AppState) -> Result<(), DemoError> {
    let done = Receipt {
        scope: "demo".to_owned(),
        key: "done".to_owned(),
        fingerprint: Hash::of(b"done"),
        result: serde_json::Value::Null,
    };
    if receipts::find(&state.pool, &done.scope, &done.key).await.map_err(failed)?.is_some() {
        return Ok(());
    }
    let begun = !state.identity.demo_people().await.map_err(failed)?.is_empty();
    if !begun && !state.identity.setup_is_open().await.map_err(failed)? {
        return Ok(());
    }
    play(state).await?;
    receipts::insert(&state.pool, &done).await.map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> DemoError {
    DemoError(error.to_string())
}

async fn play(state: &AppState) -> Result<(), DemoError> {
    let mut users = Vec::new();
    for (name, email, role) in PEOPLE {
        let (name, email, administrator) = (name.to_owned(), email.to_owned(), role == Role::Sdm);
        let person = NewDemoPerson { name, email, role, administrator };
        let user_id: UserId = state.identity.add_demo_person(person, By::console()).await.map_err(failed)?;
        users.push((user_id, role));
    }
    let [dana, mara, jonas, aiko] = users[..] else { return Err(DemoError("four people are needed".to_owned())) };
    let cast = Cast {
        dana: member(dana.0, dana.1),
        mara: member(mara.0, mara.1),
        jonas: member(jonas.0, jonas.1),
        aiko: member(aiko.0, aiko.1),
    };
    let mut hands = StageHands::new(state, ProjectId(fixed(1)));
    project(&mut hands, &cast).await?;
    split_settlement(&mut hands, &cast).await?;
    refunds(&mut hands, &cast).await?;
    statements(&mut hands, &cast).await?;
    payout_file(&mut hands, &cast).await?;
    seller_name(&mut hands, &cast).await
}

async fn project(hands: &mut StageHands<'_>, cast: &Cast) -> Result<(), DemoError> {
    let context = salted(CONTEXT);
    let create = ProjectCommand::CreateProject {
        creator: cast.dana.user_id,
        key: "PAY".to_owned(),
        name: "Payments".to_owned(),
        context: Some(context.clone()),
    };
    hands.project(&cast.dana, create, vec![context]).await?;
    for (person, role) in [(&cast.mara, Role::Architect), (&cast.jonas, Role::Developer), (&cast.aiko, Role::Auditor)] {
        let roles = Roles::from([role]);
        let command = ProjectCommand::SetMemberRoles { by: cast.dana.clone(), user_id: person.user_id, roles };
        hands.project(&cast.dana, command, Vec::new()).await?;
    }
    let repository = ProjectCommand::AddRepository {
        by: cast.dana.clone(),
        repository_id: RepositoryId(fixed(2)),
        name: "pay".to_owned(),
        remote: "https://git.example.com/market/pay.git".to_owned(),
        default_branch: Some("main".to_owned()),
    };
    hands.project(&cast.dana, repository, Vec::new()).await
}

/// Requirements and technical analysis are approved; the architecture awaits its architect.
async fn split_settlement(hands: &mut StageHands<'_>, cast: &Cast) -> Result<(), DemoError> {
    let phase = PhaseId(fixed(0x11));
    let brief =
        "One buyer's payment, several sellers: each gets their own share on the next working day, and sees why.";
    hands.open(PhaseKind::Full, &cast.dana, phase, 1, "Split settlement for marketplace sellers", brief).await?;
    hands
        .turn(
            &cast.dana,
            phase,
            Stage::Requirements,
            "Sellers get their money three days late, and Finance pays by spreadsheet. We want each seller's share paid on the next working day.",
            "That is the outcome; two things decide the shape of it.\n\n1. **Rounding**: 8 % of an odd amount leaves a remainder. Who takes it?\n2. **Small balances**: a transfer costs 0.18 €. Do we pay out 0.40 €?",
            None,
        )
        .await?;
    hands
        .turn(
            &cast.dana,
            phase,
            Stage::Requirements,
            "The platform takes remainders. Small balances are carried, but three times at most: the sellers' council insists. And Italy and Spain need withheld tax from January.",
            "Then I have what I need. Tax becomes a share of its own (R-5), so that a new rate never changes what a seller was promised. The document is below; assumption A-1 is the one to check with the acquirer.",
            Some(Written { title: "Split settlement: requirements", markdown: REQUIREMENTS }),
        )
        .await?;
    hands
        .approve(
            &cast.dana,
            phase,
            Stage::Requirements,
            Some("Checked with Finance on the 6th; rounding is theirs to carry."),
        )
        .await?;
    let repository = SourceRepository {
        name: "pay".to_owned(),
        remote: Some("https://git.example.com/market/pay.git".to_owned()),
        branch: Some("main".to_owned()),
        commit: "7aa70aef6b067d9da5ca36243488cb307416d0bf".to_owned(),
    };
    let source = Source { tool: "claude-code".to_owned(), model: None, repositories: vec![repository] };
    let document = Written { title: "Split settlement: technical analysis", markdown: TECHNICAL_ANALYSIS };
    hands.submit(&cast.jonas, phase, document, SIDECAR, source).await?;
    hands.approve(&cast.mara, phase, Stage::TechnicalAnalysis, None).await?;
    hands
        .turn(
            &cast.mara,
            phase,
            Stage::Architecture,
            "The analysis says captures post one ledger entry each. Where do we split: in payments at capture, or in a service of its own?",
            "In `payments`, at capture. A service on `ledger.posted` leaves an unsplit payment if it crashes in between, and R-1.2 (shares add up exactly) would then be a thing to watch rather than a thing that holds. It costs a longer transaction: 38 ms at p99 today, well inside N-1.",
            None,
        )
        .await?;
    hands
        .turn(
            &cast.mara,
            phase,
            Stage::Architecture,
            "Agreed. Keep tax apart from the seller's share, and write it up.",
            "Withheld tax is a leg of its own (AD-4), so R-5.2 holds without rewriting anything. Four decisions, the data model, the contract and the two sequences that matter are in the document.",
            Some(Written { title: "Split settlement: architecture", markdown: ARCHITECTURE }),
        )
        .await
}

/// The requirements were sent back: a number is missing.
async fn refunds(hands: &mut StageHands<'_>, cast: &Cast) -> Result<(), DemoError> {
    let phase = PhaseId(fixed(0x12));
    hands
        .open(
            PhaseKind::Full,
            &cast.dana,
            phase,
            2,
            "Refunds after the pay-out",
            "One refund in nine comes after the seller was paid.",
        )
        .await?;
    hands
        .turn(
            &cast.dana,
            phase,
            Stage::Requirements,
            "Late refunds should settle themselves against the seller's next shares. Draft it.",
            "Here is a first draft. Two places are thin: N-1 has no number, and Q-1 decides what happens to a loss.",
            Some(Written { title: "Refunds after the pay-out: requirements", markdown: REFUNDS }),
        )
        .await?;
    let reason = "N-1 says “fast”: how fast, and how do we verify it? R-2.1 says “quickly”: within what time?";
    hands.request_changes(&cast.dana, phase, Stage::Requirements, 1, reason).await
}

/// Just begun: nobody has written yet.
async fn statements(hands: &mut StageHands<'_>, cast: &Cast) -> Result<(), DemoError> {
    let brief = "Sellers download a monthly statement that their accountant accepts.";
    hands.open(PhaseKind::Full, &cast.dana, PhaseId(fixed(0x13)), 3, "Monthly statements for sellers", brief).await
}

/// A light phase: scoped in one turn, and ready for its stories.
async fn payout_file(hands: &mut StageHands<'_>, cast: &Cast) -> Result<(), DemoError> {
    let phase = PhaseId(fixed(0x14));
    let brief = "Finance copies pay-outs from the screen into a sheet each morning. A file would end that.";
    hands.open(PhaseKind::Light, &cast.dana, phase, 4, "Pay-out file for Finance", brief).await?;
    hands
        .turn(
            &cast.dana,
            phase,
            Stage::Scoping,
            "Finance needs yesterday's pay-outs as a CSV file each morning: seller, amount, reference. Nothing else.",
            "That is small and clear enough for a light phase. The scoping note holds what is in and what is out; stories can be generated from it now.",
            Some(Written { title: "Pay-out file for Finance: scoping", markdown: SCOPING }),
        )
        .await
}

/// A sentence became a story, and Conductor has said how it could read.
async fn seller_name(hands: &mut StageHands<'_>, cast: &Cast) -> Result<(), DemoError> {
    let criterion = |given: &str, when: &str, then: &str| CriterionDraft {
        given: given.to_owned(),
        when: when.to_owned(),
        then: then.to_owned(),
        ..CriterionDraft::default()
    };
    let refined = StoryDraft {
        title: "Show the seller's trade name on the pay-out page".to_owned(),
        story_type: StoryType::Feature,
        complexity: Complexity::try_from(2).ok(),
        narrative: "As a clerk in Finance, I want to see the name a seller trades under, so that I find a pay-out \
                    without asking Support for the number."
            .to_owned(),
        complexity_reason: "One field that the page reads already, and its place on the screen.".to_owned(),
        criteria: vec![
            criterion(
                "a seller with a trade name",
                "Finance opens the pay-out",
                "the trade name stands beside the number",
            ),
            criterion("a seller without one", "Finance opens the pay-out", "the registered name is shown instead"),
        ],
        requirement_ids: Vec::new(),
        decision_ids: Vec::new(),
        depends_on: Vec::new(),
    };
    let questions = ["Is the trade name also to be searchable?"];
    hands
        .one_off(
            &cast.dana,
            5,
            1,
            "Show the seller's name on the pay-out page, not only the number",
            refined,
            &questions,
        )
        .await
}

#[cfg(test)]
mod tests {
    use konductro_domain::artefact::check::{Checked, check};
    use konductro_domain::artefact::ids::EarlierIds;
    use konductro_domain::artefact::submission::{ApprovedRequirements, Submission, validate};

    use super::*;

    fn blocking(stage: Stage, markdown: &str, upstream: &[(Stage, &str)]) -> Vec<String> {
        let earlier = EarlierIds::default();
        let found = check(Checked { stage, markdown, upstream, earlier: &earlier }).into_iter();
        found.filter(|finding| finding.is_blocking()).map(|finding| finding.text).collect()
    }

    #[test]
    fn the_sample_documents_pass_the_checker_but_for_what_the_script_says_of_them() {
        let on = [(Stage::Requirements, REQUIREMENTS), (Stage::TechnicalAnalysis, TECHNICAL_ANALYSIS)];
        assert_eq!(blocking(Stage::Requirements, REQUIREMENTS, &[]), [""; 0]);
        assert_eq!(blocking(Stage::TechnicalAnalysis, TECHNICAL_ANALYSIS, &on[..1]), [""; 0]);
        assert_eq!(blocking(Stage::Architecture, ARCHITECTURE, &on), [""; 0]);
        assert_eq!(blocking(Stage::Scoping, SCOPING, &[]), [""; 0]);
        let sidecar = serde_json::from_str(SIDECAR).ok();
        let held = validate(Submission {
            markdown: TECHNICAL_ANALYSIS,
            sidecar: sidecar.as_ref(),
            repositories: &[],
            requirements: ApprovedRequirements { version: 1, markdown: REQUIREMENTS },
        });
        assert!(matches!(held, Ok(Some(_))), "{held:#?}");
        let refunds = blocking(Stage::Requirements, REFUNDS, &[]);
        assert!(matches!(&refunds[..], [one] if one.starts_with("N-1 says “fast”")), "{refunds:?}");
    }
}
