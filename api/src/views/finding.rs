//! What the checker says, as the API shows it.

use konductro_domain::artefact::check::stories::StoryFinding as DomainStoryFinding;
use konductro_domain::artefact::check::{Finding as DomainFinding, Severity as DomainSeverity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::submission::SubmissionVerdict;

/// Whether a finding stops an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does, unless it is waived with a reason.
    Blocking,
    /// It is worth a look.
    Advisory,
}

/// What the checker found in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// Its id: the same as long as rule and place are.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// Whether it stops an approval.
    pub severity: Severity,
    /// Where.
    pub place: FindingPlace,
    /// What is wrong, and what to do about it.
    pub text: String,
}

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingPlace {
    /// The heading that it stands under; empty before the first.
    pub section: String,
    /// The id that it is about, such as `R-3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ref_id: Option<String>,
    /// The line, from 1.
    pub line: u32,
}

/// What the checker found in a text that nobody has saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Findings {
    /// In the order of the document.
    pub findings: Vec<Finding>,
    /// What the door says of it as a submission from an IDE; null where it was not asked as one.
    pub submission: Option<SubmissionVerdict>,
}

/// What the checker found in a phase's stories as a set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoryFinding {
    /// Its id.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// Whether it stops anything.
    pub severity: Severity,
    /// The requirement that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement_id: Option<String>,
    /// The proposals that it is about.
    pub proposals: Vec<Uuid>,
    /// What is wrong, and what to do about it.
    pub text: String,
}

impl From<Severity> for DomainSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Blocking => DomainSeverity::Blocking,
            Severity::Advisory => DomainSeverity::Advisory,
        }
    }
}

impl From<DomainSeverity> for Severity {
    fn from(severity: DomainSeverity) -> Self {
        match severity {
            DomainSeverity::Blocking => Severity::Blocking,
            DomainSeverity::Advisory => Severity::Advisory,
        }
    }
}

impl From<&DomainFinding> for Finding {
    fn from(finding: &DomainFinding) -> Self {
        let place = &finding.place;
        Self {
            id: finding.id.to_string(),
            rule: finding.rule.to_owned(),
            severity: finding.severity.into(),
            place: FindingPlace {
                section: place.section.clone(),
                ref_id: place.ref_id.map(|id| id.to_string()),
                line: place.line,
            },
            text: finding.text.clone(),
        }
    }
}

impl From<DomainStoryFinding> for StoryFinding {
    fn from(finding: DomainStoryFinding) -> Self {
        Self {
            id: finding.id.to_string(),
            rule: finding.rule.to_owned(),
            severity: finding.severity.into(),
            requirement_id: finding.requirement.map(|id| id.to_string()),
            proposals: finding.proposals.into_iter().map(|id| id.0).collect(),
            text: finding.text,
        }
    }
}
