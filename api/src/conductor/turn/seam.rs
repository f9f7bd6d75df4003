//! Where a continued reply meets what came before: what the model repeats there is dropped.
//!
//! The first words of a continuation are held back only while they may still be a repetition of the end of
//! the text, or of all of it; most often that is decided within a few letters.

/// How far back a repetition may reach.
const LONGEST_OVERLAP: usize = 600;
/// A shorter repetition may be meant: a word, a dash, a blank line.
const SHORTEST_OVERLAP: usize = 16;

#[derive(Debug)]
pub(super) struct Seam {
    tail: String,
    whole: String,
    in_document: bool,
    held: String,
    decided: bool,
}

impl Seam {
    /// A seam after this text; inside a document, a repeated opening tag is dropped as well.
    pub(super) fn after(text: &str, in_document: bool) -> Self {
        let mut from = text.len().saturating_sub(LONGEST_OVERLAP);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        Self { tail: text[from..].to_owned(), whole: text.to_owned(), in_document, held: String::new(), decided: false }
    }

    /// Takes a piece of the continuation; gives back what belongs to the reply.
    pub(super) fn push(&mut self, piece: &str) -> String {
        if self.decided {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        if self.may_be_restart() || self.may_be_tag() || self.may_be_overlap() {
            return String::new();
        }
        self.decide()
    }

    /// The continuation is over: what is still held.
    pub(super) fn finish(mut self) -> String {
        if self.decided { String::new() } else { self.decide() }
    }

    fn decide(&mut self) -> String {
        self.decided = true;
        let held = std::mem::take(&mut self.held);
        if let Some(rest) = held.strip_prefix(&self.whole).filter(|_| self.whole.len() >= SHORTEST_OVERLAP) {
            return rest.to_owned();
        }
        let held = if self.in_document { without_opening_tag(&held) } else { &held };
        let overlap = self
            .starts()
            .map(|at| &self.tail[at..])
            .find(|repeated| repeated.len() >= SHORTEST_OVERLAP && held.starts_with(repeated));
        held[overlap.map_or(0, str::len)..].to_owned()
    }

    /// Whether what is held is a beginning of some end of the text, and so may become a repetition of it.
    fn may_be_overlap(&self) -> bool {
        self.held.len() < LONGEST_OVERLAP
            && self.starts().map(|at| &self.tail[at..]).any(|end| {
                end.len() >= SHORTEST_OVERLAP && end.len() > self.held.len() && end.starts_with(self.held.as_str())
            })
    }

    /// Whether what is held is the beginning of the whole text: some begin anew instead of going on, and guided mode
    /// always does.
    fn may_be_restart(&self) -> bool {
        self.whole.len() >= SHORTEST_OVERLAP
            && self.held.len() < self.whole.len()
            && self.whole.starts_with(self.held.as_str())
    }

    /// Whether what is held may become an opening tag, which has no place inside a document.
    fn may_be_tag(&self) -> bool {
        let line = self.held.trim_start();
        self.in_document
            && self.held.len() < LONGEST_OVERLAP
            && !line.contains('\n')
            && (line.is_empty() || "<artefact".starts_with(line) || line.starts_with("<artefact "))
    }

    fn starts(&self) -> impl Iterator<Item = usize> {
        self.tail.char_indices().map(|(at, _)| at)
    }
}

fn without_opening_tag(held: &str) -> &str {
    let line = held.trim_start();
    match line.split_once('\n') {
        Some((tag, rest)) if tag.starts_with("<artefact ") && tag.trim_end().ends_with('>') => rest,
        _ => held,
    }
}
