//! What changed between two versions, as the API shows it.

use konductro_domain::artefact::diff as domain;
use serde::Serialize;
use utoipa::ToSchema;

use super::artefact::ArtefactVersion;
use super::words::{Change, SectionChange};

/// What changed between two versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Diff {
    /// The earlier version.
    pub from: u32,
    /// The later version.
    pub to: u32,
    /// The sections of both, in reading order.
    pub sections: Vec<SectionDiff>,
    /// How many words are new.
    pub added_words: usize,
    /// How many words are gone.
    pub removed_words: usize,
}

/// What happened to one section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectionDiff {
    /// Its heading; empty before the first.
    pub heading: String,
    /// What happened.
    pub kind: SectionChange,
    /// How many places in it are different.
    pub changes: usize,
    /// How many words of it are new.
    pub added_words: usize,
    /// How many words of it are gone.
    pub removed_words: usize,
    /// Its lines, old and new.
    pub lines: Vec<LineDiff>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineDiff {
    /// What happened to it.
    pub kind: Change,
    /// The line.
    pub text: String,
    /// Its words, where it is one side of a line that was rewritten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Vec<WordDiff>>,
}

/// A stretch of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordDiff {
    /// What happened to it.
    pub kind: Change,
    /// The words, blanks included.
    pub text: String,
}

/// Compares two versions. Long documents take a while: call it off the event loop.
pub fn diff(from: &ArtefactVersion, to: &ArtefactVersion) -> Diff {
    let found = domain::diff(&from.markdown, &to.markdown);
    Diff {
        from: from.about.version,
        to: to.about.version,
        sections: found.sections.into_iter().map(section).collect(),
        added_words: found.added_words,
        removed_words: found.removed_words,
    }
}

fn section(section: domain::SectionDiff) -> SectionDiff {
    SectionDiff {
        heading: section.heading,
        kind: section.kind.into(),
        changes: section.changes,
        added_words: section.added_words,
        removed_words: section.removed_words,
        lines: section.lines.into_iter().map(line).collect(),
    }
}

fn line(line: domain::LineDiff) -> LineDiff {
    let word = |word: domain::WordDiff| WordDiff { kind: word.kind.into(), text: word.text };
    let words = line.words.map(|words| words.into_iter().map(word).collect());
    LineDiff { kind: line.kind.into(), text: line.text, words }
}
