//! A criterion in EARS form as Given, When and Then: the words stay, only the order changes.

use serde_json::{Value, json};

use super::plain;
use crate::conductor::guided::wording::open_ended;

/// What holds before when a criterion does not say.
const ALWAYS: &str = "the system is in use";
/// What happens when a criterion holds for everything that happens.
const ANYTHING: &str = "it is used";

/// A criterion in three parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Situation {
    /// What holds before.
    pub(super) given: String,
    /// What happens.
    pub(super) when: String,
    /// What must hold then.
    pub(super) then: String,
}

impl Situation {
    /// Reads a criterion.
    pub(super) fn read(criterion: &str) -> Self {
        let text = plain(criterion);
        let text = open_ended(&text);
        let Some((condition, response)) = halves(text) else {
            return Self { given: ALWAYS.to_owned(), when: ANYTHING.to_owned(), then: text.to_owned() };
        };
        let (mut given, mut when) = (Vec::new(), Vec::new());
        for clause in clauses(condition) {
            let (word, rest) = clause.split_once(' ').unwrap_or((clause, ""));
            match word.to_ascii_lowercase().as_str() {
                "while" | "where" | "given" | "during" => given.push(rest.to_owned()),
                "when" | "if" | "whenever" | "once" => when.push(rest.to_owned()),
                _ => when.push(clause.to_owned()),
            }
        }
        let or = |parts: Vec<String>, otherwise: &str| {
            let said = parts.join(" and ");
            if said.trim().is_empty() { otherwise.to_owned() } else { said }
        };
        Self { given: or(given, ALWAYS), when: or(when, ANYTHING), then: response.to_owned() }
    }

    /// As an answer holds it.
    pub(super) fn traced_to(&self, ids: &[String]) -> Value {
        json!({"given": self.given, "when": self.when, "then": self.then, "traces_to": ids})
    }
}

/// Whether a criterion speaks of something that goes wrong.
pub(super) fn is_failure(criterion: &str) -> bool {
    let start = criterion.trim_start().get(..3);
    start.is_some_and(|start| start.eq_ignore_ascii_case("if "))
}

/// "When it rains, the system shall open" as its condition and its response; the condition may be empty.
fn halves(text: &str) -> Option<(&str, &str)> {
    let shall = text.find(" shall ")?;
    let before = text.get(..shall)?;
    let at = before.rfind(", ").map_or(0, |comma| comma + 2);
    let response = text.get(at..)?;
    let response = response.strip_prefix("then ").unwrap_or(response);
    Some((text.get(..at)?.trim_end_matches(", "), response))
}

/// "While a, when b" as two clauses.
fn clauses(condition: &str) -> Vec<&str> {
    let mut clauses = Vec::new();
    let mut rest = condition;
    while let Some(at) = [", when ", ", if ", ", while ", ", where "].iter().filter_map(|word| rest.find(word)).min() {
        let (head, tail) = rest.split_at(at);
        clauses.push(head.trim());
        rest = tail.trim_start_matches(", ");
    }
    clauses.push(rest.trim());
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(criterion: &str) -> [String; 3] {
        let Situation { given, when, then } = Situation::read(criterion);
        [given, when, then]
    }

    #[test]
    fn every_ears_form_finds_its_place() {
        for (criterion, expected) in [
            ("When a share is late, the system shall pay it.", [ALWAYS, "a share is late", "the system shall pay it"]),
            (
                "If the bank says no, then the system shall return it",
                [ALWAYS, "the bank says no", "the system shall return it"],
            ),
            ("While a seller is new, the system shall hold", ["a seller is new", ANYTHING, "the system shall hold"]),
            ("While a is b, when c comes, the system shall d", ["a is b", "c comes", "the system shall d"]),
            ("The system shall add up, to the cent.", [ALWAYS, ANYTHING, "The system shall add up, to the cent"]),
            ("It is fast", [ALWAYS, ANYTHING, "It is fast"]),
        ] {
            assert_eq!(parts(criterion), expected, "{criterion}");
        }
        assert!(is_failure("If x") && !is_failure("When x") && !is_failure(""));
    }
}
