//! Evidence as a submission's sidecar cites it, held against the checkout.

use konductro_domain::artefact::submission::{CodeReference, LineRange};
use konductro_domain::text::Hash;
use serde_json::Value;

use super::{Checkout, CheckoutError, short};

/// A place in the code that a document cites, and where the document says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Its id, such as `E-3`.
    pub id: String,
    /// Its place in the sidecar, or its line in the document, counted from 0.
    pub index: usize,
    /// Where.
    pub place: CodeReference,
    /// The hash of the lines, where the document has one.
    pub sha256: Option<Hash>,
}

impl Cited {
    /// What a sidecar cites. What can't be read is left out: the server names it, with its place.
    pub fn all_of(sidecar: &Value) -> Vec<Self> {
        let evidence = sidecar.get("evidence").and_then(Value::as_array);
        evidence.into_iter().flatten().enumerate().filter_map(|(index, entry)| Self::of(index, entry)).collect()
    }

    fn of(index: usize, entry: &Value) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        Some(Self {
            id: text("id").map_or_else(|| format!("evidence {}", index + 1), ToOwned::to_owned),
            index,
            place: CodeReference {
                repository: text("repository").unwrap_or_default().to_owned(),
                commit: text("commit")?.parse().ok()?,
                path: text("path")?.parse().ok()?,
                lines: lines_of(entry)?,
            },
            sha256: text("sha256").and_then(|hash| hash.parse().ok()),
        })
    }
}

/// `lines` as a text, or `start` and `end`.
fn lines_of(entry: &Value) -> Option<LineRange> {
    if let Some(lines) = entry.get("lines").and_then(Value::as_str) {
        return lines.parse().ok();
    }
    let number = |name: &str| u32::try_from(entry.get(name)?.as_u64()?).ok();
    let first = number("start")?;
    LineRange::new(first, number("end").unwrap_or(first)).ok()
}

/// What the checkout says of one piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The lines at that commit have that hash.
    Holds,
    /// It is of another repository, which is not looked at here.
    Elsewhere,
    /// It does not hold, and why.
    Wrong {
        /// The member of the entry that is wrong.
        member: &'static str,
        /// A sentence.
        detail: String,
    },
}

/// Holds one piece of evidence against the commit that it cites.
pub fn check(checkout: &Checkout, cited: &Cited) -> Result<Verdict, CheckoutError> {
    let CodeReference { repository, commit, path, lines } = &cited.place;
    if !checkout.has(commit)? {
        return Ok(if repository == checkout.name() {
            let detail =
                format!("commit {} is not in this checkout: fetch it, or cite one that is here", short(commit));
            Verdict::Wrong { member: "commit", detail }
        } else {
            Verdict::Elsewhere
        });
    }
    let read = match checkout.lines_at(commit, path, *lines) {
        Ok(read) => read,
        Err(error) => return wrong(error),
    };
    Ok(match cited.sha256 {
        Some(hash) if hash == read.hash => Verdict::Holds,
        Some(_) => Verdict::Wrong {
            member: "sha256",
            detail: format!("lines {lines} of {path} at {} have the hash {}", short(commit), read.hash),
        },
        None => Verdict::Wrong { member: "sha256", detail: format!("is missing; it is {}", read.hash) },
    })
}

/// What is wrong with the document is told as such; what is wrong with the checkout stays an error.
fn wrong(error: CheckoutError) -> Result<Verdict, CheckoutError> {
    let member = match &error {
        CheckoutError::NoFile { .. } | CheckoutError::NoText { .. } | CheckoutError::BadPath { .. } => "path",
        CheckoutError::NoLines { .. } => "lines",
        CheckoutError::NoGit(_)
        | CheckoutError::NoRepository(_)
        | CheckoutError::NoCommit(_)
        | CheckoutError::Git { .. } => return Err(error),
    };
    Ok(Verdict::Wrong { member, detail: error.to_string() })
}
