//! The last user message: what the person wrote, and what is true only now.
//!
//! It is stored exactly as sent and replayed verbatim in every later turn, so it may hold what is volatile.

use konductro_domain::artefact::check::Finding;
use konductro_domain::conductor::{AcceptedFinding, GivenArtefact, RequestedChange};

use super::blocks::ending_a_line;
use super::escape::{attribute, escape_tags};
use super::{PromptHistory, PromptInput};

pub(super) fn user_message(input: &PromptInput<'_>, updates: &[String]) -> String {
    let mut context = format!("date: {}\nspeaker: {}\n", one_line(input.date), escape_tags(&one_line(input.speaker)),);
    if !input.task.change_requests.is_empty() {
        context.push_str("<change_requests>\n");
        for request in &input.task.change_requests {
            context.push_str(&change_request(request));
        }
        context.push_str("</change_requests>\n");
    }
    context.push_str(&accepted_findings(&input.task.accepted_findings));
    context.push_str(&findings(&input.task.findings));
    if let Some(document) = input.task.current.as_ref().filter(|document| !is_known(document, input.history)) {
        context.push_str(&current_document(document));
    }
    updates.iter().for_each(|update| context.push_str(update));
    format!("{}\n<turn_context>\n{context}</turn_context>", ending_a_line(&escape_tags(&input.task.message)))
}

/// Most findings that are told of: whoever mends these is told the next ones.
const MOST_FINDINGS: usize = 40;

/// What the checker finds in the stage's own document; blocking ones first.
fn findings(found: &[Finding]) -> String {
    if found.is_empty() {
        return String::new();
    }
    let mut found: Vec<&Finding> = found.iter().collect();
    found.sort_by_key(|finding| finding.severity);
    let mut text = "<findings>\n".to_owned();
    for finding in found.iter().take(MOST_FINDINGS) {
        let severity = if finding.is_blocking() { "blocking" } else { "advisory" };
        let (line, said) = (finding.place.line, escape_tags(&one_line(&finding.text)));
        text.push_str(&format!("- {severity}, {}, line {line}: {said}\n", finding.rule));
    }
    if found.len() > MOST_FINDINGS {
        text.push_str(&format!("- and {} more\n", found.len() - MOST_FINDINGS));
    }
    text.push_str("</findings>\n");
    text
}

/// What opened the document again: each is to be answered by the next version.
fn accepted_findings(accepted: &[AcceptedFinding]) -> String {
    if accepted.is_empty() {
        return String::new();
    }
    let mut text = "<accepted_findings>\n".to_owned();
    for finding in accepted {
        let shown_by = match finding.evidence.as_slice() {
            [] => String::new(),
            places => format!(" (shown by {})", places.iter().map(|it| one_line(it)).collect::<Vec<_>>().join(", ")),
        };
        let said = escape_tags(&format!("{}{shown_by}", one_line(&finding.text)));
        text.push_str(&format!("- {}: {said}\n", escape_tags(&one_line(&finding.reference))));
    }
    text.push_str("</accepted_findings>\n");
    text
}

/// One open change request: its id, by which a new version says that it answers it, its place, and what was said to it.
fn change_request(request: &RequestedChange) -> String {
    let place = request.place.as_ref().map(|place| format!(" about=\"{}\"", attribute(&one_line(place))));
    let answers: String = request
        .answers
        .iter()
        .map(|answer| format!("<answer>\n{}</answer>\n", ending_a_line(&escape_tags(answer))))
        .collect();
    format!(
        "<change_request id=\"{}\"{}>\n{}{answers}</change_request>\n",
        request.id,
        place.unwrap_or_default(),
        ending_a_line(&escape_tags(&request.reason))
    )
}

/// The stage's own document as it stands.
fn current_document(document: &GivenArtefact) -> String {
    format!(
        "{} edited_by_hand=\"{}\" title=\"{}\">\n{}</current_document>\n",
        opening(document),
        if document.edited_by_hand { "yes" } else { "no" },
        attribute(&document.title),
        ending_a_line(&escape_tags(&document.markdown)),
    )
}

fn opening(document: &GivenArtefact) -> String {
    format!(
        "<current_document kind=\"{}\" version=\"{}\" hash=\"sha256:{}\"",
        document.stage, document.version, document.content_hash
    )
}

/// Whether the conversation holds this very text already: written in a reply, or given with a message.
fn is_known(document: &GivenArtefact, history: &[PromptHistory]) -> bool {
    let opening = opening(document);
    let written = document.markdown.trim();
    history.iter().any(|earlier| {
        earlier.user.contains(&opening) || (!document.edited_by_hand && earlier.assistant.contains(written))
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
