//! A Markdown document as the pieces that can define something: headings, list items, table rows, paragraphs.
//!
//! Hard-wrapped lines are joined. Code fences are left out: what stands in them is an example.

use super::sections::fence_after;

/// One piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// A heading's level and text.
    Heading(usize, String),
    /// A list item without its mark.
    Item(String),
    /// A table row's cells.
    Row(Vec<String>),
    /// Anything else.
    Paragraph(String),
}

/// A piece and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The line that it begins in, from 1.
    pub(super) line: usize,
    /// By how many columns it is indented.
    pub(super) indent: usize,
    /// What it is.
    pub(super) block: Block,
}

impl Block {
    /// Its words.
    pub(super) fn text(&self) -> String {
        match self {
            Block::Heading(_, text) | Block::Item(text) | Block::Paragraph(text) => text.clone(),
            Block::Row(cells) => cells.join(" | "),
        }
    }
}

/// The document's pieces, in order.
pub(super) fn pieces(markdown: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut fence = None;
    let mut continues = false;
    for (line, text) in (1..).zip(markdown.lines()) {
        let was_open = fence.is_some();
        fence = fence_after(fence, text);
        let trimmed = text.trim();
        if was_open || fence.is_some() || trimmed.is_empty() {
            continues = false;
            continue;
        }
        let indent = text.len() - text.trim_start().len();
        match begun(trimmed) {
            Some(block) => {
                continues = !matches!(block, Block::Heading(..) | Block::Row(_));
                found.push(Piece { line, indent, block });
            }
            None => match found.last_mut().map(|last| &mut last.block) {
                Some(Block::Item(text) | Block::Paragraph(text)) if continues => {
                    text.push(' ');
                    text.push_str(trimmed);
                }
                _ => {
                    found.push(Piece { line, indent, block: Block::Paragraph(trimmed.to_owned()) });
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
        let text = line[hashes..].trim().trim_end_matches('#').trim_end();
        return Some(Block::Heading(hashes, text.to_owned()));
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
        let found = pieces(
            "# Head #\nfirst\nsecond\n\n- one\n  more\n  * two\n3. three\n```\n- no\n```\n| a | b |\n**bold** text",
        );
        let blocks: Vec<_> = found.iter().map(|piece| (piece.line, piece.indent, piece.block.clone())).collect();
        assert_eq!(
            blocks,
            [
                (1, 0, Block::Heading(1, "Head".into())),
                (2, 0, Block::Paragraph("first second".into())),
                (5, 0, Block::Item("one more".into())),
                (7, 2, Block::Item("two".into())),
                (8, 0, Block::Item("three".into())),
                (12, 0, Block::Row(vec!["a".into(), "b".into()])),
                (13, 0, Block::Paragraph("**bold** text".into())),
            ]
        );
    }
}
