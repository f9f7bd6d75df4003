//! What an analysis says of itself beside the document, as the API shows it.

use konductro_domain::artefact::submission as domain;
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::Severity;
use super::words::AssetStatus;

/// What an analysis says of itself beside the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Sidecar {
    /// The version of the requirements that it was written on.
    pub requirements_version: u32,
    /// The repositories that it was written against.
    pub repositories: Vec<SidecarRepository>,
    /// What carries each requirement today.
    pub asset_map: Vec<MappedAsset>,
    /// What could be done.
    pub options: Vec<AnalysisOption>,
    /// What it says is wrong with the requirements; each was raised with it.
    pub findings: Vec<SidecarFinding>,
    /// The code that it rests on.
    pub evidence: Vec<Evidence>,
}

/// A repository at one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SidecarRepository {
    /// Its short name.
    pub name: String,
    /// Where it is.
    pub remote: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The commit, in full.
    pub commit: String,
}

/// What carries a requirement today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MappedAsset {
    /// The requirement.
    pub requirement: String,
    /// The asset.
    pub asset: String,
    /// Whether it is there.
    pub status: AssetStatus,
    /// What is to be said of it.
    pub note: Option<String>,
}

/// Something that could be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AnalysisOption {
    /// Its short name.
    pub title: String,
    /// What it is.
    pub summary: String,
    /// Whether it is the one to be taken.
    pub recommended: bool,
}

/// Something that an analysis says is wrong with the requirements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SidecarFinding {
    /// The id that it is about.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub text: String,
    /// The code that shows it.
    pub evidence: Vec<String>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Evidence {
    /// Its id, such as `E-3`.
    pub id: String,
    /// The repository's short name.
    pub repository: String,
    /// The commit, in full.
    pub commit: String,
    /// The file.
    pub path: String,
    /// The first line, from 1.
    pub start: u32,
    /// The last line.
    pub end: u32,
    /// SHA-256 of the lines.
    pub sha256: String,
    /// A few words of them.
    pub quote: Option<String>,
    /// All of the place in one: `repository@commit:path#L12-L40`.
    pub reference: String,
}

impl Sidecar {
    /// Reads what is kept with a version. What an older version kept in another shape is not shown.
    pub(super) fn kept(json: &str) -> Option<Self> {
        domain::Sidecar::from_json(json).ok().map(Self::from)
    }
}

impl From<domain::Sidecar> for Sidecar {
    fn from(sidecar: domain::Sidecar) -> Self {
        let repository = |it: domain::SidecarRepository| SidecarRepository {
            name: it.name,
            remote: it.remote,
            branch: it.branch,
            commit: it.commit.to_string(),
        };
        let asset = |it: domain::MappedAsset| MappedAsset {
            requirement: it.requirement,
            asset: it.asset,
            status: it.status.into(),
            note: it.note,
        };
        let option = |it: domain::AnalysisOption| AnalysisOption {
            title: it.title,
            summary: it.summary,
            recommended: it.recommended,
        };
        let finding = |it: domain::SidecarFinding| SidecarFinding {
            reference: it.reference,
            severity: it.severity.into(),
            text: it.text,
            evidence: it.evidence.iter().map(ToString::to_string).collect(),
        };
        Self {
            requirements_version: sidecar.requirements_version,
            repositories: sidecar.repositories.into_iter().map(repository).collect(),
            asset_map: sidecar.asset_map.into_iter().map(asset).collect(),
            options: sidecar.options.into_iter().map(option).collect(),
            findings: sidecar.findings.into_iter().map(finding).collect(),
            evidence: sidecar.evidence.into_iter().map(Evidence::from).collect(),
        }
    }
}

impl From<domain::CitedEvidence> for Evidence {
    fn from(cited: domain::CitedEvidence) -> Self {
        let reference = cited.place().to_string();
        Self {
            id: cited.id,
            repository: cited.repository,
            commit: cited.commit.to_string(),
            path: cited.path.to_string(),
            start: cited.lines.first(),
            end: cited.lines.last(),
            sha256: cited.sha256.to_string(),
            quote: cited.quote,
            reference,
        }
    }
}
