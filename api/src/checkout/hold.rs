//! A document and its sidecar, held against the checkout: hashes that they leave out are added, and evidence that does
//! not hold is named.

use serde_json::{Value, json};

use super::{Checkout, CheckoutError, Cited, Verdict, check, refill, written};

/// What the checkout says of a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held {
    /// The document, with the hashes that it left out.
    pub markdown: String,
    /// The sidecar, with the hashes that it left out.
    pub sidecar: Option<Value>,
    /// The repository that it was held against, as a source names one.
    pub repository: Option<Value>,
    /// How many pieces of evidence hold.
    pub holds: usize,
    /// How many are of other repositories, and were not looked at.
    pub elsewhere: usize,
    /// What does not hold.
    pub wrong: Vec<Wrong>,
}

/// A piece of evidence that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Where it is said: a JSON pointer, or a line of the document.
    pub place: String,
    /// What is wrong.
    pub detail: String,
}

impl Wrong {
    /// The same as one of the server's problems.
    pub fn as_problem(&self) -> Value {
        json!({ "pointer": self.place, "rule": "evidence-differs", "detail": self.detail })
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.place, self.detail)
    }
}

/// Holds a document and its sidecar against the checkout.
pub fn hold(checkout: &Checkout, markdown: &str, sidecar: Option<Value>) -> Result<Held, CheckoutError> {
    let markdown = written::fill(checkout, markdown)?;
    let sidecar = sidecar.map(|sidecar| refill(checkout, sidecar)).transpose()?.map(|refilled| refilled.sidecar);
    let repository = json!({
        "name": checkout.name(),
        "remote": checkout.remote(),
        "branch": checkout.branch(),
        "commit": checkout.head()?,
    });
    let mut held = Held { markdown, sidecar, repository: Some(repository), ..Held::default() };
    let in_sidecar = held.sidecar.as_ref().map(Cited::all_of).unwrap_or_default();
    for cited in &in_sidecar {
        let place = |member: &str| format!("/sidecar/evidence/{}/{member}", cited.index);
        held.take(check(checkout, cited)?, place);
    }
    for cited in written::cited_in(&held.markdown) {
        // What the sidecar says too was counted there; whether both say the same is the server's to tell.
        let known = in_sidecar.iter().any(|other| other.place == cited.place && other.sha256 == cited.sha256);
        if !known {
            held.take(check(checkout, &cited)?, |_| format!("line {} ({})", cited.index + 1, cited.id));
        }
    }
    Ok(held)
}

impl Held {
    fn take(&mut self, verdict: Verdict, place: impl Fn(&str) -> String) {
        match verdict {
            Verdict::Holds => self.holds += 1,
            Verdict::Elsewhere => self.elsewhere += 1,
            Verdict::Wrong { member, detail } => self.wrong.push(Wrong { place: place(member), detail }),
        }
    }
}
