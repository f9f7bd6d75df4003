//! The document of a submission as the door reads it: the rows of its asset map, its evidence, its recommendation.

use super::cited::Cited;
use super::written_evidence::{Columns, read_row, read_text};
use crate::artefact::blocks::{Block, Piece, pieces};
use crate::artefact::definitions::{Entry, Form, definition, entries, plain};
use crate::artefact::reference::{Prefix, Reference, named_in};

/// A document, read once for all rules.
#[derive(Debug)]
pub(super) struct Document {
    headings: Vec<(usize, String)>,
    /// The rows of the asset map: line, requirement and status as written.
    pub(super) asset_map: Vec<(usize, Reference, String)>,
    /// The evidence: line, and what it says.
    pub(super) evidence: Vec<(usize, Written)>,
    /// Where the options begin, and the words there; `None` where there is no such section.
    pub(super) options: Option<(usize, String)>,
    /// All its words.
    pub(super) words: String,
}

/// A piece of evidence of the document.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) id: Reference,
    pub(super) cited: Cited,
    /// Whether it names its place in one, be it wrongly: then the parts of it are not missing.
    pub(super) in_one: bool,
    /// What of it can't be read, and why.
    pub(super) unreadable: Vec<(&'static str, String)>,
}

impl Document {
    pub(super) fn of(markdown: &str) -> Self {
        let pieces = pieces(markdown);
        Self {
            headings: headings(&pieces),
            asset_map: asset_map(&pieces),
            evidence: evidence(&pieces),
            options: options(&pieces),
            words: markdown.to_lowercase(),
        }
    }

    /// The heading over a line; empty before the first.
    pub(super) fn section_at(&self, line: usize) -> &str {
        let after = self.headings.partition_point(|(heading, _)| *heading <= line);
        self.headings[..after].last().map_or("", |(_, text)| text.as_str())
    }

    /// The line of the first heading that says this, or the first line.
    pub(super) fn line_of(&self, word: &str) -> usize {
        let found = self.headings.iter().find(|(_, text)| text.to_lowercase().contains(word));
        found.map_or(1, |(line, _)| *line)
    }
}

fn headings(pieces: &[Piece]) -> Vec<(usize, String)> {
    let heading = |piece: &Piece| match &piece.block {
        Block::Heading(_, text) => Some((piece.line, text.clone())),
        Block::Item(_) | Block::Row(_) | Block::Paragraph(_) => None,
    };
    pieces.iter().filter_map(heading).collect()
}

/// The rows under the heading of the map, and of any table with a column for the asset.
fn asset_map(pieces: &[Piece]) -> Vec<(usize, Reference, String)> {
    let mut found = Vec::new();
    let (mut under, mut columns): (Option<usize>, Option<Vec<String>>) = (None, None);
    for piece in pieces {
        match &piece.block {
            Block::Heading(level, text) => {
                let names_it = text.to_lowercase().contains("asset map");
                under = if names_it { Some(*level) } else { under.filter(|outer| level > outer) };
                columns = None;
            }
            Block::Row(cells) => {
                let ids = cells.first().map(|cell| named_in(cell)).unwrap_or_default();
                let ids: Vec<_> = ids.into_iter().filter(|id| matches!(id.prefix, Prefix::R | Prefix::N)).collect();
                if ids.is_empty() {
                    if !is_rule(cells) {
                        columns = Some(cells.iter().map(|cell| plain(cell).to_lowercase()).collect());
                    }
                    continue;
                }
                let column = |word: &str| columns.iter().flatten().position(|name| name.contains(word));
                if under.is_some() || column("asset").is_some() {
                    let status = column("status").or_else(|| column("state")).unwrap_or(2);
                    let status = cells.get(status).map(|cell| plain(cell)).unwrap_or_default();
                    found.extend(ids.into_iter().map(|id| (piece.line, id, status.clone())));
                }
            }
            Block::Item(_) | Block::Paragraph(_) => columns = None,
        }
    }
    found
}

/// Whether a row is the line under a table's head.
fn is_rule(cells: &[String]) -> bool {
    cells.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':' | ' ')))
}

fn evidence(pieces: &[Piece]) -> Vec<(usize, Written)> {
    let own = |entry: &Entry| entry.id.part.is_none() && !entry.retired;
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for entry in entries(pieces, &[Prefix::E]).iter().filter(|entry| own(entry)) {
        // A second definition is the checker's to tell of.
        if seen.contains(&entry.id) {
            continue;
        }
        seen.push(entry.id);
        let row = (entry.form == Form::Row).then(|| row_of(pieces, entry)).flatten();
        let written = match row {
            Some((columns, cells)) => read_row(entry.id, &columns, cells),
            None => read_text(entry.id, &entry.text()),
        };
        found.push((entry.line, written));
    }
    found
}

/// The cells of the row that defines a piece of evidence, with what its columns are called.
fn row_of<'a>(pieces: &'a [Piece], entry: &Entry) -> Option<(Columns, &'a [String])> {
    let at = pieces
        .iter()
        .position(|piece| piece.line == entry.line && definition(piece).is_some_and(|found| found.id == entry.id))?;
    let Block::Row(cells) = &pieces[at].block else { return None };
    let above = pieces[..at].iter().rev().map_while(|piece| match &piece.block {
        Block::Row(cells) => Some(cells),
        Block::Heading(..) | Block::Item(_) | Block::Paragraph(_) => None,
    });
    let head =
        above.filter(|cells| cells.first().is_some_and(|cell| named_in(cell).is_empty()) && !is_rule(cells)).last();
    Some((head.map(|cells| Columns::of(cells)).unwrap_or_default(), cells))
}

/// What stands under the heading of the options.
fn options(pieces: &[Piece]) -> Option<(usize, String)> {
    let mut found: Option<(usize, usize, String)> = None;
    for piece in pieces {
        match (&piece.block, &mut found) {
            (Block::Heading(level, text), None) if text.to_lowercase().contains("option") => {
                found = Some((piece.line, *level, text.to_lowercase()));
            }
            (Block::Heading(level, text), Some((_, outer, words))) => {
                // A section of its own beside the options may hold the recommendation.
                if level <= outer && !text.to_lowercase().contains("recommend") {
                    break;
                }
                words.push('\n');
                words.push_str(&text.to_lowercase());
            }
            (block, Some((.., words))) => {
                words.push('\n');
                words.push_str(&block.text().to_lowercase());
            }
            (_, None) => {}
        }
    }
    found.map(|(line, _, words)| (line, words))
}
