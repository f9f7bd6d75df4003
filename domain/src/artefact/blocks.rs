//! A Markdown document as the pieces that can define something: headings, list items, table rows, paragraphs.
//!
//! Hard-wrapped lines are joined. Code fences are left out: what stands in them is an example.

use super::sections::fence_after;

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading's text.
    Heading(String),
    /// A list item without its mark.
    Item(String),
    /// A table row's cells.
    Row(Vec<String>),
    /// Anything else.
    Paragraph(String),
}

impl Block {
    /// Its words.
    pub(super) fn text(&self) -> String {
        match self {
            Block::Heading(text) | Block::Item(text) | Block::Paragraph(text) => text.clone(),
            Block::Row(cells) => cells.join(" | "),
        }
    }
}

/// The document's pieces, in order.
pub(super) fn blocks(markdown: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut fence = None;
    let mut continues = false;
    for line in markdown.lines() {
        let was_open = fence.is_some();
        fence = fence_after(fence, line);
        let trimmed = line.trim();
        if was_open || fence.is_some() || trimmed.is_empty() {
            continues = false;
            continue;
        }
        match begun(trimmed) {
            Some(block) => {
                continues = !matches!(block, Block::Heading(_) | Block::Row(_));
                found.push(block);
            }
            None => match found.last_mut() {
                Some(Block::Item(text) | Block::Paragraph(text)) if continues => {
                    text.push(' ');
                    text.push_str(trimmed);
                }
                _ => {
                    found.push(Block::Paragraph(trimmed.to_owned()));
                    continues = true;
                }
            },
        }
    }
    found
}

/// The piece that a line begins by its mark.
fn begun(line: &str) -> Option<Block> {
    let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
        return Some(Block::Heading(line[hashes..].trim().trim_end_matches('#').trim_end().to_owned()));
    }
    if let Some(row) = line.strip_prefix('|') {
        let row = row.strip_suffix('|').unwrap_or(row);
        return Some(Block::Row(row.split('|').map(|cell| cell.trim().to_owned()).collect()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = if digits > 0 { line[digits..].strip_prefix(['.', ')']) } else { line.strip_prefix(['-', '*', '+']) };
    rest.filter(|rest| rest.starts_with([' ', '\t'])).map(|rest| Block::Item(rest.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_belong_together_and_code_is_left_out() {
        let found = blocks(
            "# Head #\nfirst\nsecond\n\n- one\n  more\n* two\n3. three\n```\n- no\n```\n| a | b |\n**bold** text",
        );
        assert_eq!(
            found,
            [
                Block::Heading("Head".into()),
                Block::Paragraph("first second".into()),
                Block::Item("one more".into()),
                Block::Item("two".into()),
                Block::Item("three".into()),
                Block::Row(vec!["a".into(), "b".into()]),
                Block::Paragraph("**bold** text".into()),
            ]
        );
    }
}
