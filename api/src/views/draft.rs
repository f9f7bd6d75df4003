//! A draft of an artefact as the API shows it, to its writer alone.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::personal::drafts::DraftRow;

/// A draft, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DraftSummary {
    /// Counts the times it was stored; its ETag.
    pub revision: i64,
    /// The document's title.
    pub title: String,
    /// The version that the edit started from; null where there was none.
    pub base_version: Option<u32>,
    /// When it was last stored.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Draft {
    /// All of it but the text.
    #[serde(flatten)]
    pub about: DraftSummary,
    /// Its text.
    pub markdown: String,
}

impl From<&DraftRow> for DraftSummary {
    fn from(row: &DraftRow) -> Self {
        Self {
            revision: row.revision,
            title: row.title.clone(),
            base_version: u32::try_from(row.base_version).ok().filter(|version| *version > 0),
            updated_at: row.updated_at,
        }
    }
}

impl From<DraftRow> for Draft {
    fn from(row: DraftRow) -> Self {
        Self { about: DraftSummary::from(&row), markdown: row.markdown }
    }
}
