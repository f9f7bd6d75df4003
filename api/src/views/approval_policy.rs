//! A project's approval policy as its settings show it: with what nobody could satisfy today, and which reviews still go
//! by an older one.

use konductro_domain::ids::ProjectId;
use konductro_domain::project::CreatedProject;
use konductro_domain::project::satisfiable::{self, Unsatisfiable};
use konductro_projections::ProjectionError;
use konductro_projections::phase_board::{self, OlderReview};
use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::project::ApprovalPolicy;
use super::sentences::sentence;
use super::words::Stage;

/// A project's approval policy with what there is to know of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApprovalPolicyPage {
    /// The policy.
    #[serde(flatten)]
    pub policy: ApprovalPolicy,
    /// The stages that nobody could get approved with today's members.
    pub warnings: Vec<PolicyWarning>,
    /// The reviews that keep an older version of it, until somebody restarts them.
    pub older_reviews: Vec<ReviewUnderOlderPolicy>,
}

/// A stage that nobody could get approved today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PolicyWarning {
    /// The stage.
    pub stage: Stage,
    /// How many different people must approve.
    pub required_approvals: u32,
    /// How many could, at best.
    pub able: u32,
    /// What is missing, for people.
    pub text: String,
}

/// A review that goes by an older policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewUnderOlderPolicy {
    /// The phase.
    pub phase_id: Uuid,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// The stage under review.
    pub stage: Stage,
    /// The version of the policy that it keeps.
    pub policy_version: u32,
}

/// The policy of a project.
pub async fn page(
    pool: &PgPool,
    project_id: ProjectId,
    project: &CreatedProject,
) -> Result<ApprovalPolicyPage, ProjectionError> {
    let policy = &project.approval_policy;
    let older = phase_board::older_reviews(pool, project_id, policy.version).await?;
    Ok(ApprovalPolicyPage {
        warnings: satisfiable::unsatisfiable(policy, &project.members).iter().map(warning).collect(),
        older_reviews: older.into_iter().map(review).collect(),
        policy: policy.clone().into(),
    })
}

fn warning(shortage: &Unsatisfiable) -> PolicyWarning {
    PolicyWarning {
        stage: shortage.stage.into(),
        required_approvals: shortage.required,
        able: shortage.able,
        text: sentence(shortage),
    }
}

fn review(row: OlderReview) -> ReviewUnderOlderPolicy {
    ReviewUnderOlderPolicy {
        phase_id: row.phase_id.0,
        number: row.number,
        title: row.title,
        stage: row.stage.into(),
        policy_version: row.policy_version,
    }
}
