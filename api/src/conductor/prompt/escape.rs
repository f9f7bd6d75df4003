//! What people, tools and models wrote, made safe to stand between our tags.
//!
//! Only the angle bracket of something that looks like one of *our* tags is touched; every other
//! character stays, so that a document is given word for word.

/// Every element that we write into a prompt or read out of a reply.
const NAMES: [&str; 27] = [
    "accepted_findings",
    "answer",
    "artefact",
    "artifact",
    "approved_artefact",
    "change_request",
    "change_requests",
    "context_update",
    "findings",
    "current_document",
    "phase",
    "project",
    "project_context",
    "repositories",
    "stage",
    "system",
    "turn_context",
    "core",
    "scoping_note",
    "scoping_conversation",
    "said",
    "kept_stories",
    "rejected_stories",
    "story",
    "story_request",
    "unusable",
    "instruction",
];

/// The text with the `<` of everything that looks like one of our tags written as `&lt;`.
pub fn escape_tags(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        escaped.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        escaped.push_str(if is_ours(after) { "&lt;" } else { "<" });
        rest = after;
    }
    escaped.push_str(rest);
    escaped
}

/// A text as the value of a double-quoted attribute, on one line.
pub(super) fn attribute(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

fn is_ours(after_bracket: &str) -> bool {
    let inner = after_bracket.trim_start();
    let inner = inner.strip_prefix('/').unwrap_or(inner).trim_start();
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(inner.len());
    let name = inner[..end].replace('-', "_");
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(&name))
}
