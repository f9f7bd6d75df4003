//! Artefact versions: what is recorded of each, and the hash over what it stands on.

use serde::{Deserialize, Serialize};

use crate::artefact::submission::Commit;
use crate::stage::Stage;
use crate::text::Hash;

/// Where a version came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Conductor wrote it in the conversation.
    Conductor,
    /// A person edited it by hand.
    Person,
    /// It was submitted from an IDE.
    Ide,
}

/// Whether the whole document arrived. An incomplete one can't be approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// All of it.
    Complete,
    /// The reply ended before the document did.
    Incomplete,
}

/// An approved version that another stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BasedOn {
    /// The stage.
    pub stage: Stage,
    /// The version.
    pub version: u32,
    /// Its content hash.
    pub content_hash: Hash,
    /// The cycle it was approved in.
    pub cycle: u32,
}

/// The tool and the code that a submission was written with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The tool, such as `claude-code`.
    pub tool: String,
    /// The model it used, where it says so.
    pub model: Option<String>,
    /// The repositories it read.
    pub repositories: Vec<SourceRepository>,
}

/// One repository at one commit.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SourceRepository {
    /// Its short name.
    pub name: String,
    /// Where it is.
    pub remote: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub commit: String,
}

/// A repository as somebody has it before them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Checkout {
    /// Its short name.
    pub repository: String,
    /// The commit.
    pub commit: Commit,
}

/// The hash over what something stands on (rule 2): SHA-256 over one line for each, of stage, version,
/// content hash and cycle, separated by blanks and ended by a line feed, in the order of the stages.
pub fn upstream_hash(based_on: &[BasedOn]) -> Hash {
    let lines: String =
        based_on.iter().map(|on| format!("{} {} {} {}\n", on.stage, on.version, on.content_hash, on.cycle)).collect();
    Hash::of(lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standing_on_nothing_is_the_hash_of_nothing() {
        assert_eq!(upstream_hash(&[]).to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn version_hash_and_cycle_all_count() {
        let on = BasedOn { stage: Stage::Requirements, version: 1, content_hash: Hash::of(b"a"), cycle: 1 };
        let base = upstream_hash(&[on]);
        assert_ne!(base, upstream_hash(&[BasedOn { version: 2, ..on }]));
        assert_ne!(base, upstream_hash(&[BasedOn { cycle: 2, ..on }]));
        assert_ne!(base, upstream_hash(&[BasedOn { content_hash: Hash::of(b"b"), ..on }]));
    }
}
