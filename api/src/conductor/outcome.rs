//! What a turn came to, in the words that events use.
//!
//! Whatever happened, the text that arrived is here: a stopped, failed or interrupted reply keeps its
//! words, and a document counts as complete only when its closing tag arrived.

use konductro_domain::conductor::{FinishKind, ModelFailure, Usage};
use konductro_domain::conversation::WrittenDocument;
use konductro_domain::text::Text;

use super::extract::ExtractedDocument;

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEnd {
    /// The model said that it was done, or why it was cut.
    Completed(FinishKind),
    /// A person stopped it.
    Stopped,
    /// There is no whole reply.
    Failed(ModelFailure),
}

/// A turn that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnOutcome {
    /// The whole reply as received, document tags included.
    pub text: String,
    /// The documents in it, in order.
    pub documents: Vec<ExtractedDocument>,
    /// Quick answers that were offered.
    pub suggestions: Vec<String>,
    /// How it ended.
    pub end: TurnEnd,
    /// What it consumed.
    pub usage: Usage,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
}

impl TurnOutcome {
    /// The documents as an event names them, and the texts to store with that event.
    pub fn written(&self) -> (Vec<WrittenDocument>, Vec<Text>) {
        (0u32..).zip(&self.documents).map(|(ordinal, document)| document.written(ordinal)).unzip()
    }
}
