//! The document's tags, and the promise that nothing inside a document can look like them.

use konductro_domain::ids::ChangeRequestId;
use konductro_domain::stage::Stage;

use super::wording::safe;

/// A document as it goes into a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// The stage whose artefact it is.
    pub(super) stage: Stage,
    /// Its title.
    pub(super) title: String,
    /// Its Markdown.
    pub(super) markdown: String,
    /// The change requests that were worked in.
    pub(super) answers: Vec<ChangeRequestId>,
}

impl Document {
    /// In the grammar that the server extracts documents by.
    pub(super) fn tagged(&self) -> String {
        let plain: String =
            self.title.chars().filter(|c| !matches!(c, '"' | '“' | '”' | '<' | '>' | '&')).take(160).collect();
        let title = safe(&plain);
        let answers: Vec<String> = self.answers.iter().map(ToString::to_string).collect();
        let answers = if answers.is_empty() { String::new() } else { format!(" answers=\"{}\"", answers.join(" ")) };
        format!(
            "<artefact kind=\"{}\" title=\"{}\"{answers}>\n{}\n</artefact>",
            self.stage,
            title.trim(),
            without_tags(&self.markdown).trim_matches('\n')
        )
    }
}

/// Makes every tag of ours in a text inert.
pub(super) fn without_tags(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tail) = rest.split_at(at);
        result.push_str(before);
        let name: String =
            tail[1..].trim_start_matches(['/', ' ', '\t']).chars().take(8).collect::<String>().to_lowercase();
        let is_ours = ["artefact", "artifact"].contains(&name.as_str());
        result.push_str(if is_ours { "&lt;" } else { "<" });
        rest = &tail[1..];
    }
    result.push_str(rest);
    result
}

/// The documents that an earlier reply wrote to the end.
pub(super) fn documents_in(reply: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = reply;
    while let Some(open) = rest.find("<artefact ") {
        let Some(body) = rest[open..].find(">\n").map(|end| open + end + 2) else { break };
        let Some(close) = rest[body..].find("</artefact>") else { break };
        found.push(&rest[body..body + close]);
        rest = &rest[body + close + "</artefact>".len()..];
    }
    found
}
