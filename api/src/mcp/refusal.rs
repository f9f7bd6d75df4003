//! Why a tool did not do what it was asked, in words that tell an assistant what to mend.

use std::fmt::Write as _;

use serde_json::Value;

use super::api::{Reply, Unreachable};

/// A tool's error: text for the assistant, with every problem and its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{told}")]
pub struct Refusal {
    /// Of what kind.
    pub kind: RefusalKind,
    /// What is told.
    pub told: String,
    /// The API's problem, where it is one.
    pub problem: Option<Value>,
}

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// It is not valid, or the state does not allow it: something can be mended.
    Refused,
    /// Who asks is not signed in, or may not.
    NotAllowed,
    /// Nobody answered.
    Unreachable,
}

impl From<Unreachable> for Refusal {
    fn from(unreachable: Unreachable) -> Self {
        let told = format!(
            "Konductro could not be reached: {unreachable}. Whether anything was changed is not known; try again."
        );
        Self { kind: RefusalKind::Unreachable, told, problem: None }
    }
}

impl Refusal {
    /// Something that can be mended by whoever called.
    pub(super) fn because(why: impl Into<String>) -> Self {
        Self { kind: RefusalKind::Refused, told: why.into(), problem: None }
    }

    fn of_problem(status: u16, problem: &Value) -> Self {
        let text = |name: &str| problem.get(name).and_then(Value::as_str);
        let detail = text("detail").unwrap_or("Konductro refused it, and did not say why.");
        let mut told = text("title").map_or_else(|| detail.to_owned(), |title| format!("{title}. {detail}"));
        for place in places(problem) {
            let _ = write!(told, "\n- {place}");
        }
        told.push_str(match status {
            401 if !told.contains("konductro login") => "\nAsk the person to run `konductro login`.",
            403 => "\nThis can't be done with this token; ask the person.",
            429 => "\nWait, then try again.",
            _ => "",
        });
        let kind = match status {
            401 | 403 => RefusalKind::NotAllowed,
            500.. => RefusalKind::Unreachable,
            _ => RefusalKind::Refused,
        };
        Self { kind, told, problem: problem.is_object().then(|| problem.clone()) }
    }
}

/// Every place that a problem names: fields by their pointer, the document by line and section.
pub(crate) fn places(problem: &Value) -> Vec<String> {
    let lists = ["errors", "problems", "missing"].iter().filter_map(|name| problem.get(name)?.as_array());
    lists.flatten().filter_map(place).collect()
}

fn place(problem: &Value) -> Option<String> {
    let text = |name: &str| problem.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let said = text("detail").or_else(|| text("text")).or_else(|| text("needs"))?;
    let line = problem.get("line").and_then(Value::as_u64);
    let (section, pointer) = (text("section"), text("pointer"));
    let place = match (line, section, pointer) {
        (Some(line), Some(section), _) => format!("line {line} ({section}): "),
        (Some(line), None, _) => format!("line {line}: "),
        (None, _, Some(pointer)) => format!("{pointer}: "),
        (None, _, None) => text("stage").map(|stage| format!("{stage}: ")).unwrap_or_default(),
    };
    Some(format!("{place}{said}"))
}

impl Reply {
    /// The body of an answer that did what was asked.
    pub fn done(self) -> Result<Value, Refusal> {
        if self.status < 400 { Ok(self.body) } else { Err(Refusal::of_problem(self.status, &self.body)) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use serde_json::json;

    use super::*;

    #[test]
    fn an_assistant_hears_every_place_that_it_has_to_mend() {
        let problem = json!({
            "title": "The submission is not valid",
            "detail": "2 things are wrong.",
            "errors": [
                { "pointer": "/sidecar/evidence/0/commit", "detail": "a commit is written with all its digits" },
                { "pointer": "/markdown", "line": 12, "section": "Evidence", "detail": "E-2 has no hash" },
            ],
        });
        let Refusal { told, .. } = Reply { status: 422, body: problem }.done().unwrap_err();
        assert_eq!(
            told,
            "The submission is not valid. 2 things are wrong.\n- /sidecar/evidence/0/commit: a commit is written with all its digits\n- line 12 (Evidence): E-2 has no hash"
        );
    }

    #[test]
    fn who_is_not_signed_in_hears_how_to_be() {
        let Refusal { told, .. } = Reply { status: 401, body: Value::Null }.done().unwrap_err();
        assert!(told.contains("konductro login"), "{told}");
    }
}
