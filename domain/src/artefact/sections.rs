//! Splits a Markdown document at its headings. A `#` inside a code fence is no heading.

/// A heading with the lines under it, up to the next heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section<'a> {
    /// The heading's whole line, level included; empty before the first heading.
    pub(super) heading_line: &'a str,
    /// The lines under it.
    pub(super) lines: Vec<&'a str>,
}

impl<'a> Section<'a> {
    /// The heading's text.
    pub(super) fn heading(&self) -> &'a str {
        self.heading_line.trim_start_matches('#').trim().trim_end_matches('#').trim_end()
    }
}

/// The document's sections, in order.
pub(super) fn sections(markdown: &str) -> Vec<Section<'_>> {
    let mut sections = Vec::new();
    let mut section = Section { heading_line: "", lines: Vec::new() };
    let mut fence = None;
    for line in markdown.lines() {
        fence = fence_after(fence, line);
        if fence.is_none() && is_heading(line) {
            sections.push(std::mem::replace(&mut section, Section { heading_line: line, lines: Vec::new() }));
        } else {
            section.lines.push(line);
        }
    }
    sections.push(section);
    sections.retain(|section| !section.heading_line.is_empty() || !section.lines.is_empty());
    sections
}

pub(super) fn is_heading(line: &str) -> bool {
    let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
    (1..=6).contains(&hashes) && line.as_bytes().get(hashes).is_none_or(|byte| *byte == b' ' || *byte == b'\t')
}

/// An open code fence: its character and length.
pub(super) type Fence = (char, usize);

/// The fence that is open after a line.
pub(super) fn fence_after(open: Option<Fence>, line: &str) -> Option<Fence> {
    let trimmed = line.trim_start();
    let run = |mark: char| trimmed.chars().take_while(|c| *c == mark).count();
    match open {
        Some((mark, length)) => {
            let closes = run(mark) >= length && trimmed.trim_start_matches(mark).trim().is_empty();
            (!closes).then_some((mark, length))
        }
        None => ['`', '~'].into_iter().map(|mark| (mark, run(mark))).find(|(_, length)| *length >= 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_begin_sections_and_code_fences_hide_them() {
        let found = sections("intro\n# One\na\n```sh\n# no heading\n```\n## Two ##\nb\n#hashtag");
        let headings: Vec<_> = found.iter().map(Section::heading).collect();
        assert_eq!(headings, ["", "One", "Two"]);
        assert_eq!(found[1].lines, ["a", "```sh", "# no heading", "```"]);
        assert_eq!(found[2].lines, ["b", "#hashtag"]);
    }

    #[test]
    fn an_empty_document_has_no_sections() {
        assert!(sections("").is_empty());
    }
}
