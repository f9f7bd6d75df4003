//! A place in an artefact's text: the whole of it, a section, an id such as `R-2`, or quoted words.
//!
//! Whoever opens a thread or requests changes names the place in the version that they were shown, and it must be
//! there. Later versions are searched for it anew, so that the thread moves with the text, or is told that the text
//! is gone. People select what they read, not Markdown: words are compared without marks, case and line breaks.

use serde::{Deserialize, Serialize};

use super::reference::Reference;
use super::sections::{Fence, fence_after, is_heading};
use crate::text::{Text, TextRef};

/// Longest quote, in bytes of UTF-8 (2 KiB).
pub const MAX_QUOTE_BYTES: usize = 2 * 1024;
/// Longest heading, in bytes of UTF-8.
pub const MAX_HEADING_BYTES: usize = 512;

/// A place as an event names it: words of a document only by hash, so that they can be erased.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Anchor {
    /// The whole text.
    Whole,
    /// A section.
    Section {
        /// Its heading.
        heading: TextRef,
    },
    /// What an id such as `R-2` defines.
    Item {
        /// The id.
        id: String,
    },
    /// Quoted words.
    Quote {
        /// The words.
        words: TextRef,
        /// Which of several equal quotes, from 0.
        occurrence: u32,
    },
}

/// A place in words, as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The whole text.
    Whole,
    /// The section with this heading.
    Section(Text),
    /// What this id defines.
    Item(Reference),
    /// Quoted words, and which of several equal quotes, from 0.
    Quote(Text, u32),
}

/// Where a place is in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The line it begins on, from 1.
    pub line: u32,
    /// The heading of the section that it is in; empty before the first heading.
    pub section: String,
}

/// Why a place can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// It holds no word.
    #[error("the place names no word of the text; select some words, or leave the place out to mean the whole")]
    Empty,
    /// It is too long.
    #[error("a quote may have {MAX_QUOTE_BYTES} bytes and a heading {MAX_HEADING_BYTES}; select less")]
    TooLong,
    /// The text does not hold it.
    #[error("the version shown does not hold this place; select it again in the latest version")]
    NotThere,
}

impl Place {
    /// This place, if a text holds it.
    pub fn in_text(self, text: &Searchable<'_>) -> Result<Self, AnchorError> {
        let (words, longest) = match &self {
            Place::Whole => return Ok(self),
            Place::Item(_) => (None, 0),
            Place::Section(heading) => (Some(heading), MAX_HEADING_BYTES),
            Place::Quote(words, _) => (Some(words), MAX_QUOTE_BYTES),
        };
        if words.is_some_and(|words| words.body().len() > longest) {
            return Err(AnchorError::TooLong);
        }
        if words.is_some_and(|words| plain(words.body()).is_empty()) {
            return Err(AnchorError::Empty);
        }
        let there = match &self {
            // Which of several equal quotes counts only where it was made: later one may be gone.
            Place::Quote(words, occurrence) => text.occurrences(words.body()) > *occurrence as usize,
            Place::Whole | Place::Section(_) | Place::Item(_) => text.find(&self).is_some(),
        };
        if there { Ok(self) } else { Err(AnchorError::NotThere) }
    }

    /// The place as an event names it.
    pub fn anchor(&self) -> Anchor {
        match self {
            Place::Whole => Anchor::Whole,
            Place::Section(heading) => Anchor::Section { heading: heading.reference() },
            Place::Item(id) => Anchor::Item { id: id.to_string() },
            Place::Quote(words, occurrence) => Anchor::Quote { words: words.reference(), occurrence: *occurrence },
        }
    }

    /// The words that are kept beside the log.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Place::Whole | Place::Item(_) => None,
            Place::Section(words) | Place::Quote(words, _) => Some(words),
        }
    }
}

/// A text made ready to look for many places in it.
#[derive(Debug)]
pub struct Searchable<'a> {
    lines: Vec<Line<'a>>,
    /// All its words, and the line on which each stretch of them begins.
    words: String,
    begins: Vec<usize>,
}

#[derive(Debug)]
struct Line<'a> {
    text: &'a str,
    heading: Option<&'a str>,
}

impl<'a> Searchable<'a> {
    /// Reads a text once.
    pub fn of(markdown: &'a str) -> Self {
        let (mut lines, mut words, mut begins) = (Vec::new(), String::new(), Vec::new());
        let mut fence: Option<Fence> = None;
        for text in markdown.lines() {
            fence = fence_after(fence, text);
            let heading = (fence.is_none() && is_heading(text)).then(|| heading_of(text));
            lines.push(Line { text, heading });
            begins.push(words.len());
            let plain = plain(text);
            if !plain.is_empty() {
                words.push_str(&plain);
                words.push(' ');
            }
        }
        Self { lines, words, begins }
    }

    /// Where a place is now; `None` where the text is gone.
    pub fn find(&self, place: &Place) -> Option<Found> {
        let at = match place {
            Place::Whole => 0,
            Place::Section(heading) => {
                let wanted = plain(heading.body());
                self.lines.iter().position(|line| line.heading.is_some_and(|heading| plain(heading) == wanted))?
            }
            Place::Item(id) => self.line_of(*id)?,
            Place::Quote(words, occurrence) => self.line_of_quote(words.body(), *occurrence as usize)?,
        };
        let section = self.lines.iter().take(at + 1).rev().find_map(|line| line.heading);
        Some(Found { line: u32::try_from(at + 1).unwrap_or(u32::MAX), section: section.unwrap_or_default().to_owned() })
    }

    /// The line that begins with an id, be it a heading, a list item or a table's row; otherwise the first to name it.
    fn line_of(&self, id: Reference) -> Option<usize> {
        let begins = |line: &&Line<'_>| {
            let text = line.text.trim_start_matches(|c: char| !c.is_alphanumeric());
            Reference::leading(text).is_some_and(|(found, _)| found == id)
        };
        let names = |line: &&Line<'_>| names(line.text, id);
        let place = |wanted: &dyn Fn(&&Line<'_>) -> bool| self.lines.iter().position(|line| wanted(&line));
        place(&begins).or_else(|| place(&names))
    }

    /// The line on which a quote begins: the one meant, or the last there is where some have gone.
    fn line_of_quote(&self, words: &str, occurrence: usize) -> Option<usize> {
        let wanted = plain(words);
        if wanted.is_empty() {
            return None;
        }
        let mut found = self.words.match_indices(&wanted).map(|(at, _)| at).take(occurrence + 1);
        let at = found.by_ref().last()?;
        Some(self.begins.partition_point(|begin| *begin <= at).saturating_sub(1))
    }

    fn occurrences(&self, words: &str) -> usize {
        let wanted = plain(words);
        if wanted.is_empty() { 0 } else { self.words.match_indices(&wanted).count() }
    }
}

fn heading_of(line: &str) -> &str {
    line.trim_start_matches('#').trim().trim_end_matches('#').trim_end()
}

fn names(text: &str, id: Reference) -> bool {
    let starts = text.char_indices().filter(|(at, c)| {
        let before = text[..*at].chars().next_back();
        c.is_alphanumeric() && !before.is_some_and(|before| before.is_alphanumeric() || before == '-')
    });
    starts.into_iter().any(|(at, _)| Reference::leading(&text[at..]).is_some_and(|(found, _)| found == id))
}

/// The words of a piece of Markdown as they are read: lower case, one blank between, without marks, addresses of
/// links and entities.
fn plain(markdown: &str) -> String {
    let mut words = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            ']' => address(rest),
            '&' => entity(rest),
            _ => None,
        };
        if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if !words.is_empty() && !words.ends_with(' ') {
            words.push(' ');
        }
        rest = &rest[skipped.unwrap_or(c.len_utf8())..];
    }
    words.truncate(words.trim_end().len());
    words
}

/// Length of `](address)`.
fn address(text: &str) -> Option<usize> {
    text.strip_prefix("](")?.find(')').map(|end| end + "](".len() + 1)
}

/// Length of an entity such as `&amp;`.
fn entity(text: &str) -> Option<usize> {
    let end = text.find(';').filter(|end| (2..=10).contains(end))?;
    text[1..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '#').then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Requirements\n\nIntro.\n\n## Functional\n\n- **R-1** Pay sellers *within* two days\n- R-10 is [another](https://example.com/a)\n\n## Risks & more\n\nA seller may be unknown.\nSellers wait: a seller may be unknown.\n";

    fn quote(words: &str, occurrence: u32) -> Place {
        Place::Quote(Text::plain(words), occurrence)
    }

    fn at(place: &Place) -> Option<(u32, String)> {
        Searchable::of(TEXT).find(place).map(|found| (found.line, found.section))
    }

    #[test]
    fn words_are_found_as_they_are_read() {
        assert_eq!(at(&quote("Pay sellers within\n two days", 0)), Some((7, "Functional".into())));
        assert_eq!(at(&quote("is another", 0)), Some((8, "Functional".into())));
        assert_eq!(at(&quote("“a SELLER may be unknown”", 1)), Some((13, "Risks & more".into())));
        assert_eq!(at(&quote("buyers", 0)), None);
    }

    #[test]
    fn ids_and_sections_are_found() {
        let id = |text: &str| Place::Item(Reference::leading(text).map_or_else(|| unreachable!(), |(id, _)| id));
        assert_eq!(at(&id("R-1")), Some((7, "Functional".into())));
        assert_eq!(at(&id("R-10")), Some((8, "Functional".into())));
        assert_eq!(at(&id("R-2")), None);
        assert_eq!(at(&Place::Section(Text::plain("risks &amp; more"))), Some((10, "Risks & more".into())));
        assert_eq!(at(&Place::Whole), Some((1, "Requirements".into())));
    }

    #[test]
    fn a_quote_that_went_from_one_place_is_found_at_the_other() {
        let text = Searchable::of("One seller.\n\n# Then\n");
        assert_eq!(text.find(&quote("one seller", 3)).map(|found| found.line), Some(1));
    }

    #[test]
    fn a_place_must_be_in_the_text_shown() {
        let text = Searchable::of(TEXT);
        assert_eq!(quote("seller may be unknown", 1).in_text(&text).map(|_| ()), Ok(()));
        assert_eq!(quote("seller may be unknown", 2).in_text(&text), Err(AnchorError::NotThere));
        assert_eq!(quote(" *** ", 0).in_text(&text), Err(AnchorError::Empty));
        assert_eq!(quote(&"long ".repeat(500), 0).in_text(&text), Err(AnchorError::TooLong));
        assert_eq!(Place::Section(Text::plain("Nothing")).in_text(&text), Err(AnchorError::NotThere));
        assert_eq!(Place::Whole.in_text(&text), Ok(Place::Whole));
    }
}
