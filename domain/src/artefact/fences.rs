//! The code fences of a document, with the language that each says it is in.

use super::sections::{Fence as Mark, fence_after};

/// A code fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fence {
    /// The line of its opening mark, from 1.
    pub(super) line: usize,
    /// The language, in lower case; empty where it names none.
    pub(super) language: String,
    /// What stands in it, without the indentation of its mark.
    pub(super) text: String,
}

/// The document's fences, in order. One that is never closed goes to the end.
pub(super) fn fences(markdown: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut open: Option<(Mark, usize)> = None;
    for (line, text) in (1..).zip(markdown.lines()) {
        let before = open;
        let after = fence_after(before.map(|(mark, _)| mark), text);
        match (before, after) {
            (None, Some(mark)) => {
                let trimmed = text.trim_start();
                let info = trimmed.trim_start_matches(mark.0).trim();
                let language = info.split([' ', '\t', '{', ',']).next().unwrap_or_default().to_lowercase();
                found.push(Fence { line, language, text: String::new() });
                open = Some((mark, text.len() - trimmed.len()));
            }
            (Some((_, indent)), Some(_)) => {
                if let Some(fence) = found.last_mut() {
                    let own = text.len() - text.trim_start_matches([' ', '\t']).len();
                    fence.text.push_str(&text[own.min(indent)..]);
                    fence.text.push('\n');
                }
            }
            (_, None) => open = None,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_knows_its_language_and_its_text() {
        let found = fences("a\n```YAML title\nx: 1\n```\n- b\n  ~~~\n  c\n    d\n  ~~~\n```json\n{}");
        let shown: Vec<_> = found.iter().map(|it| (it.line, it.language.as_str(), it.text.as_str())).collect();
        assert_eq!(shown, [(2, "yaml", "x: 1\n"), (6, "", "c\n  d\n"), (10, "json", "{}\n")]);
    }
}
