//! Rules, failure cases, limits and non-goals, told apart.

use super::verbs;
use super::wording::{folded, has_any, items, names, open_ended, sentence, small};

/// What an answer about rules says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// Rules that always hold, as sentences.
    pub(super) rules: Vec<String>,
    /// Failure cases with what shall happen.
    pub(super) failures: Vec<(String, String)>,
}

/// Tells rules from failure cases.
pub(super) fn rules(text: &str) -> Rules {
    let mut found = Rules::default();
    for item in items(text) {
        match failure(&item) {
            Some(case) => found.failures.push(case),
            None => found.rules.push(sentence(&item)),
        }
    }
    found
}

/// "If the gateway is down, send an e-mail" → the case and the response.
fn failure(item: &str) -> Option<(String, String)> {
    let lower = item.to_ascii_lowercase();
    for word in ["if ", "when ", "in case "] {
        if lower.starts_with(word) {
            let rest = item.get(word.len()..)?;
            let (case, response) =
                rest.split_once(", ").or_else(|| rest.split_once(" then ")).or_else(|| rest.split_once(": "))?;
            let response = response.strip_prefix("then ").unwrap_or(response);
            return Some((open_ended(case).to_owned(), open_ended(response).to_owned()));
        }
    }
    for arrow in [" → ", " -> ", " => "] {
        if let Some((case, response)) = item.split_once(arrow) {
            return Some((open_ended(case).to_owned(), open_ended(response).to_owned()));
        }
    }
    let at = lower.find(" if ").or_else(|| lower.find(" when "))?;
    let names_failure = has_any(
        &lower,
        &[
            "fails",
            "down",
            "offline",
            "unavailable",
            "lost",
            "error",
            "late",
            "twice",
            "missing",
            "refused",
            "times out",
        ],
    );
    let response = item.get(..at).filter(|_| names_failure)?;
    let case = item.get(at + 4..)?.trim_start_matches("en ").trim();
    Some((open_ended(case).to_owned(), open_ended(response).to_owned()))
}

/// What the system shall do, as the end of a sentence that begins with "the system".
pub(super) fn shall(response: &str) -> String {
    let response = small(open_ended(response));
    let lower = folded(&response);
    if let Some(rest) = [
        "the system should ",
        "the system must ",
        "the system shall ",
        "it should ",
        "it must ",
        "it shall ",
        "we should ",
        "we must ",
        "we ",
    ]
    .iter()
    .find_map(|start| lower.strip_prefix(start))
    {
        return format!("shall {}", &response[response.len() - rest.len()..]);
    }
    if verbs::leading(&lower).is_some() {
        format!("shall {response}")
    } else {
        format!("shall see to it that {response}")
    }
}

/// What an answer about limits says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Limits {
    /// Constraints: what kind, and the words.
    pub(super) constraints: Vec<(&'static str, String)>,
    /// What is deliberately left out.
    pub(super) left_out: Vec<String>,
}

const LEFT_OUT: [&str; 12] = [
    "not in scope:",
    "not this time:",
    "out of scope:",
    "left out:",
    "deliberately left out:",
    "not included:",
    "excluded:",
    "non-goals:",
    "we leave out ",
    "leave out ",
    "without ",
    "out:",
];

/// Tells constraints from what is left out.
pub(super) fn limits(text: &str) -> Limits {
    let mut found = Limits::default();
    for item in items(text) {
        let lower = item.to_ascii_lowercase();
        if let Some(start) = LEFT_OUT.iter().find(|start| lower.starts_with(**start)) {
            let rest = item.get(start.len()..).unwrap_or_default();
            found.left_out.extend(names(rest).iter().map(|name| sentence(name)));
        } else if let Some(rest) =
            lower.strip_prefix("no ").filter(|rest| !rest.starts_with("later") && !rest.starts_with("more"))
        {
            let rest = &item[item.len() - rest.len()..];
            found.left_out.extend(names(rest).iter().map(|name| sentence(name.trim_start_matches("no "))));
        } else if lower.ends_with(" out of scope")
            || lower.ends_with(" out of scope.")
            || lower.contains(" left out")
            || lower.contains(" not part of")
        {
            let what = [
                " is out of scope",
                " are out of scope",
                " is left out",
                " are left out",
                " is not part of",
                " are not part of",
            ]
            .iter()
            .find_map(|end| lower.find(end));
            found.left_out.push(sentence(what.and_then(|at| item.get(..at)).unwrap_or(&item)));
        } else if let Some((kind, rest)) = labelled(&item) {
            found.constraints.push((kind, sentence(rest)));
        } else {
            found.constraints.extend(clauses(&item).iter().map(|clause| (kind_of(clause), sentence(clause))));
        }
    }
    found
}

/// "Live by 1 March, hosted in the EU, GDPR applies" are three constraints.
fn clauses(item: &str) -> Vec<String> {
    let pieces: Vec<String> =
        item.split(", ").map(|piece| piece.strip_prefix("and ").unwrap_or(piece).to_owned()).collect();
    let kinds: Vec<&str> = pieces.iter().map(|piece| kind_of(piece)).collect();
    if kinds.iter().filter(|kind| **kind != "Other").count() * 2 > pieces.len() {
        pieces
    } else {
        vec![item.to_owned()]
    }
}

fn labelled(item: &str) -> Option<(&'static str, &str)> {
    let (label, rest) = item.split_once(": ")?;
    let kind = match folded(label).as_str() {
        "deadline" | "timeline" => "Deadline",
        "budget" => "Budget",
        "stack" | "technology" | "hosting" => "Technology",
        "regulation" | "compliance" | "law" => "Law",
        _ => return None,
    };
    Some((kind, rest))
}

fn kind_of(text: &str) -> &'static str {
    let lower = folded(text);
    const MONTHS: &[&str] = &[
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "deadline",
        "live by",
        "go live",
        "weeks",
        "months",
        "quarter",
        "by the end of",
        "summer",
        "autumn",
        "winter",
        "spring",
        "q1",
        "q2",
        "q3",
        "q4",
    ];
    if has_any(
        &lower,
        &["gdpr", "hipaa", "pci", "law", "regulation", "comply", "compliance", "legal", "iso", "dsgvo", "sox", "audit"],
    ) {
        "Law"
    } else if has_any(&lower, &["budget", "cost", "costs", "€", "eur", "usd", "euros", "dollars"])
        || lower.contains('€')
        || lower.contains('$')
    {
        "Budget"
    } else if has_any(
        &lower,
        &[
            "hosted",
            "server",
            "servers",
            "cloud",
            "postgresql",
            "postgres",
            "database",
            "browser",
            "browsers",
            "stack",
            "docker",
            "on-premises",
            "aws",
            "azure",
            "rust",
            "java",
            "python",
            "typescript",
            "react",
            "mysql",
            "node",
            "api",
        ],
    ) {
        "Technology"
    } else if has_any(&lower, MONTHS) {
        "Deadline"
    } else if has_any(&lower, &["team", "developers", "people", "staff", "person"]) {
        "Team"
    } else {
        "Other"
    }
}
