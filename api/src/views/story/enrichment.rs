//! A story's enrichment: what somebody who implements it needs beside the story.

use konductro_projections::backlog;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::views::conversation::Failure;
use crate::views::story_words::Texts;
use crate::views::words::{EnrichmentState, GeneratedBy};

/// The enrichment of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Enrichment {
    /// Where it stands.
    pub state: EnrichmentState,
    /// Which attempt; 0 before the first.
    pub attempt: u32,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
    /// Who generated it.
    pub generated_by: Option<GeneratedBy>,
    /// The parts of the architecture that it touches.
    pub architecture_slice: Vec<SliceOfArchitecture>,
    /// The files to create or modify, each with its evidence.
    pub files: Vec<PlannedFile>,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What to test.
    pub test_notes: Vec<String>,
    /// Everything in one text (Markdown), to be handed over.
    pub context_pack: String,
    /// How many files were left out, since the technical analysis holds no evidence of them.
    pub files_left_out: u32,
}

/// A part of the architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SliceOfArchitecture {
    /// What it is called there, such as `AD-2`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it says.
    #[serde(default)]
    pub text: String,
}

/// A file to create or modify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedFile {
    /// Its path.
    pub path: String,
    /// Whether it is there already.
    pub action: FileAction,
    /// Where the technical analysis speaks of it.
    #[serde(default)]
    pub evidence: String,
    /// What for.
    #[serde(default)]
    pub why: String,
}

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileAction {
    /// It is new.
    Create,
    /// It is there.
    Modify,
}

/// An enrichment as it is stored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stored {
    architecture_slice: Vec<SliceOfArchitecture>,
    files: Vec<PlannedFile>,
    steps: Vec<String>,
    test_notes: Vec<String>,
    context_pack: String,
}

/// The enrichment of a row, with its text; an erased one shows as none.
pub(super) fn shown(row: &backlog::Enrichment, texts: &Texts) -> Enrichment {
    let text = row.enrichment_hash.and_then(|hash| texts.get(&hash));
    let stored = text.and_then(|text| serde_json::from_str::<Stored>(text).ok()).unwrap_or_default();
    Enrichment {
        state: row.state.into(),
        attempt: row.attempt,
        failure: row.failure.as_ref().map(Failure::from),
        generated_by: row.generated_by.clone().map(GeneratedBy::from),
        architecture_slice: stored.architecture_slice,
        files: stored.files,
        steps: stored.steps,
        test_notes: stored.test_notes,
        context_pack: stored.context_pack,
        files_left_out: row.files_left_out,
    }
}
