//! What a document defines by beginning a piece with an id, and what stands under it.
//!
//! People and models write Markdown in many ways: an id may head a section, begin a list item or a table row. Where
//! some ids of a kind are defined by headings, only headings define that kind; elsewhere it is a mention.

use std::collections::BTreeSet;

use super::blocks::{Block, Piece};
use super::reference::{Prefix, Reference};
use super::retiring::is_retired;

/// One definition, with what stands under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The id.
    pub(super) id: Reference,
    /// The line it begins in, from 1.
    pub(super) line: usize,
    /// In what form.
    pub(super) form: Form,
    /// Whether the id is set off from the words: in bold, or by a colon or dash.
    pub(super) set_off: bool,
    /// Whether it only says that the id is retired.
    pub(super) retired: bool,
    /// The words beside the id.
    pub(super) words: Words,
    /// The requirement, decision or other thing that it stands under.
    pub(super) under: Option<Reference>,
    /// What stands under it, piece by piece, without emphasis.
    pub(super) more: Vec<String>,
}

/// In what form a definition stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A heading.
    Heading,
    /// A list item.
    Item,
    /// A table row.
    Row,
    /// A paragraph.
    Paragraph,
}

/// The words of a definition, without the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Words {
    /// A line.
    Line(String),
    /// The cells of a row.
    Cells(Vec<String>),
}

/// The definitions of some kinds of id, in the order they stand in.
pub(super) fn entries(pieces: &[Piece], kinds: &[Prefix]) -> Vec<Entry> {
    let headed = headed(pieces);
    let mut found: Vec<Entry> = Vec::new();
    let mut open: Option<Open> = None;
    for piece in pieces {
        let begun = definition(piece).filter(|entry| kinds.contains(&entry.id.prefix));
        let begun = begun.filter(|entry| {
            entry.form == Form::Heading || entry.id.part.is_some() || !headed.contains(&entry.id.prefix)
        });
        if let Some(mut entry) = begun {
            entry.under = open.as_ref().map(|open| open.id.whole());
            let level = match piece.block {
                Block::Heading(level, _) => Some(level),
                Block::Item(_) | Block::Row(_) | Block::Paragraph(_) => None,
            };
            // A criterion under its requirement's heading does not end what the heading began.
            let outer = open.as_ref().filter(|open| open.id.whole() == entry.id.whole()).and_then(|open| open.level);
            open = Some(Open { id: entry.id, level: level.or(outer), indent: piece.indent });
            found.push(entry);
            continue;
        }
        if let Block::Heading(level, _) = piece.block
            && open.as_ref().is_some_and(|open| open.level.is_none_or(|outer| level <= outer))
        {
            open = None;
        }
        if let (Some(open), Some(last)) = (&open, found.last_mut())
            && open.takes(piece)
        {
            last.more.push(plain(&piece.block.text()));
        }
    }
    found
}

/// The definition that pieces are read under.
struct Open {
    id: Reference,
    /// The level of the heading that began it, where one did.
    level: Option<usize>,
    indent: usize,
}

impl Open {
    /// Under a heading stands everything up to the next; under a requirement in a list, too. Under another list item or row
    /// only what is indented further: the next paragraph is somebody else's.
    fn takes(&self, piece: &Piece) -> bool {
        self.level.is_some() || matches!(self.id.prefix, Prefix::R | Prefix::N) || piece.indent > self.indent
    }
}

/// Which kinds of id are defined by headings.
pub(super) fn headed(pieces: &[Piece]) -> BTreeSet<Prefix> {
    let headings = pieces.iter().filter(|piece| matches!(piece.block, Block::Heading(..)));
    headings.filter_map(definition).filter(|entry| entry.id.part.is_none()).map(|entry| entry.id.prefix).collect()
}

/// What a piece defines by beginning with an id.
pub(super) fn definition(piece: &Piece) -> Option<Entry> {
    let entry = |form, text: &str| {
        let bare = text.trim_start_matches(MARKS);
        let (id, rest) = Reference::leading(bare)?;
        let set_off = bare.len() < text.len() || rest.trim_start().starts_with(SEPARATORS);
        let words = rest.trim_start_matches(SEPARATORS).trim().to_owned();
        let retired = is_retired(text, rest);
        let words = Words::Line(words);
        Some(Entry { id, line: piece.line, form, set_off, retired, words, under: None, more: Vec::new() })
    };
    match &piece.block {
        Block::Heading(_, text) => entry(Form::Heading, text),
        Block::Item(text) => entry(Form::Item, text),
        // In running text only an emphasised id, or a criterion's, defines anything.
        Block::Paragraph(text) => {
            entry(Form::Paragraph, text).filter(|found| text.starts_with(EMPHASIS) || found.id.part.is_some())
        }
        Block::Row(cells) => {
            let (first, others) = cells.split_first()?;
            let mut found = entry(Form::Row, first)?;
            found.retired |= others.iter().any(|cell| is_retired("", cell));
            let own = match found.words {
                Words::Line(own) if !own.is_empty() => Some(own),
                Words::Line(_) | Words::Cells(_) => None,
            };
            found.words = Words::Cells(own.into_iter().chain(others.iter().cloned()).collect());
            Some(found)
        }
    }
}

const EMPHASIS: [char; 4] = ['*', '_', '`', '~'];
const MARKS: [char; 6] = ['*', '_', '`', '~', '[', '('];
const SEPARATORS: [char; 14] = ['*', '_', '`', '~', ']', ')', ':', '·', '.', '—', '–', '-', ' ', '\t'];

impl Entry {
    /// All it says: its words and what stands under it.
    pub(super) fn text(&self) -> String {
        let mut text = self.words.all();
        for more in &self.more {
            text.push('\n');
            text.push_str(more);
        }
        text
    }
}

impl Words {
    /// All of them, in one line.
    pub(super) fn all(&self) -> String {
        match self {
            Words::Line(line) => plain(line),
            Words::Cells(cells) => cells.iter().map(|cell| plain(cell)).collect::<Vec<_>>().join(" · "),
        }
    }

    /// A short name, and what is said beyond it.
    pub(super) fn title_and_text(&self) -> (String, String) {
        match self {
            Words::Line(line) => {
                let line = plain(line);
                let title = shortened(&line);
                let text = if title == line { String::new() } else { line };
                (title, text)
            }
            Words::Cells(cells) => {
                let title = cells.first().map(|cell| plain(cell)).unwrap_or_default();
                (shortened(&title), self.all())
            }
        }
    }
}

/// Longest short name that is made of a sentence, in characters.
const SHORT: usize = 120;

/// The first sentence, cut after a whole word where it is too long.
pub(super) fn shortened(text: &str) -> String {
    let sentence = text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.');
    if sentence.chars().count() <= SHORT {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(SHORT).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", whole.trim_end_matches([',', ';', ':']))
}

/// Without emphasis marks; underscores may be a name's own.
pub(super) fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "").trim_matches(|c: char| c == '*' || c == '_' || c.is_whitespace()).to_owned()
}
