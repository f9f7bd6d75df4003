//! What a submission says of itself in JSON, beside the document: for tables, links and later checks.

use serde::{Deserialize, Serialize};

use super::code_reference::{CodeReference, Commit, FilePath, LineRange};
use crate::artefact::check::Severity;
use crate::text::Hash;

/// A sidecar that is valid. Its JSON is the same bytes for the same contents, so that its hash says whether two are equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sidecar {
    /// The version of the requirements that it was written on.
    pub requirements_version: u32,
    /// The repositories that it was written against.
    pub repositories: Vec<SidecarRepository>,
    /// What carries each requirement today.
    pub asset_map: Vec<MappedAsset>,
    /// What could be done.
    pub options: Vec<AnalysisOption>,
    /// What is wrong with the requirements.
    pub findings: Vec<SidecarFinding>,
    /// The code that it rests on.
    pub evidence: Vec<CitedEvidence>,
}

/// One repository at one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidecarRepository {
    /// Its short name.
    pub name: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// The branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The commit.
    pub commit: Commit,
}

/// What carries a requirement today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedAsset {
    /// The requirement, such as `R-2`.
    pub requirement: String,
    /// The asset.
    pub asset: String,
    /// Whether it is there.
    pub status: AssetStatus,
    /// What is to be said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether what a requirement needs is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetStatus {
    /// It is.
    Exists,
    /// It is, and has to be extended.
    Extend,
    /// It is not.
    Missing,
    /// Nobody knows.
    Unknown,
}

impl AssetStatus {
    /// Every one.
    pub const ALL: [AssetStatus; 4] =
        [AssetStatus::Exists, AssetStatus::Extend, AssetStatus::Missing, AssetStatus::Unknown];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            AssetStatus::Exists => "exists",
            AssetStatus::Extend => "extend",
            AssetStatus::Missing => "missing",
            AssetStatus::Unknown => "unknown",
        }
    }

    /// The status that a word names.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

/// Something that could be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalysisOption {
    /// Its short name.
    pub title: String,
    /// What it is, with what speaks for and against it.
    pub summary: String,
    /// Whether it is the one to be taken.
    #[serde(default)]
    pub recommended: bool,
}

/// Something that is wrong with an approved requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidecarFinding {
    /// The id that it is about, such as `R-2`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub text: String,
    /// The code that shows it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<CodeReference>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitedEvidence {
    /// Its id in the document, such as `E-3`.
    pub id: String,
    /// The repository's short name.
    pub repository: String,
    /// The commit.
    pub commit: Commit,
    /// The file.
    pub path: FilePath,
    /// The lines.
    pub lines: LineRange,
    /// The hash of the lines (see `lines_hash`).
    pub sha256: Hash,
    /// A few words of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

impl CitedEvidence {
    /// Where it is.
    pub fn place(&self) -> CodeReference {
        let Self { repository, commit, path, lines, .. } = self.clone();
        CodeReference { repository, commit, path, lines }
    }
}

impl Sidecar {
    /// The text that is kept with the version.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a kept one.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}
