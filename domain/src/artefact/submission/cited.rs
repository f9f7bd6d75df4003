//! A piece of evidence as somebody wrote it down: what of it can be read, and what can't.

use super::code_reference::{CodeReference, Commit, FilePath, LineRange};
use super::sidecar::CitedEvidence;
use crate::artefact::reference::Reference;
use crate::text::Hash;

/// What is known of a piece of evidence; what is missing or wrong is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cited {
    /// Its id.
    pub(super) id: Option<Reference>,
    /// The repository.
    pub(super) repository: Option<String>,
    /// The commit.
    pub(super) commit: Option<Commit>,
    /// The file.
    pub(super) path: Option<FilePath>,
    /// The lines.
    pub(super) lines: Option<LineRange>,
    /// The hash of the lines.
    pub(super) sha256: Option<Hash>,
    /// A few words.
    pub(super) quote: Option<String>,
}

impl Cited {
    /// The place, where all of it is known.
    pub(super) fn place(&self) -> Option<CodeReference> {
        Some(CodeReference {
            repository: self.repository.clone()?,
            commit: self.commit.clone()?,
            path: self.path.clone()?,
            lines: self.lines?,
        })
    }

    /// All of it, where nothing is missing.
    pub(super) fn whole(self) -> Option<CitedEvidence> {
        Some(CitedEvidence {
            id: self.id?.to_string(),
            repository: self.repository?,
            commit: self.commit?,
            path: self.path?,
            lines: self.lines?,
            sha256: self.sha256?,
            quote: self.quote,
        })
    }

    /// In what another account of the same evidence says something else.
    pub(super) fn differs(&self, other: &Self) -> Vec<&'static str> {
        fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.zip(other).is_some_and(|(one, other)| one != other)
        }
        let parts = [
            ("repository", differ(self.repository.as_ref(), other.repository.as_ref())),
            ("commit", differ(self.commit.as_ref(), other.commit.as_ref())),
            ("path", differ(self.path.as_ref(), other.path.as_ref())),
            ("lines", differ(self.lines.as_ref(), other.lines.as_ref())),
            ("hash", differ(self.sha256.as_ref(), other.sha256.as_ref())),
        ];
        parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect()
    }
}
