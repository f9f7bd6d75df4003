//! Documents out of a stream: the incremental parser for `<artefact kind="…" title="…">`.
//!
//! It reads a reply piece by piece and says what each piece is: chat text or a document. However the
//! stream is cut, the same parts with the same text come out; a partial line goes out at once unless it
//! may still become a tag or a fence. A document counts as complete only when its closing tag was seen.

mod fence;
mod line;
mod parts;
mod plain;
mod substance;
mod tag;

use konductro_domain::conversation::{Substance, WrittenDocument};
use konductro_domain::ids::ChangeRequestId;
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;

use fence::Fence;
use line::Line;
use parts::Parts;

pub use plain::plain_document;
pub use substance::substance_of;

/// What a part of a reply is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartKind {
    /// A stretch of chat.
    Text,
    /// A document.
    Document {
        /// The stage it is for.
        stage: Stage,
        /// Its title.
        title: String,
    },
}

/// What the parser says, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtractEvent {
    /// A part begins.
    PartStarted {
        /// Its number, from 0.
        part: u32,
        /// What it is.
        kind: PartKind,
    },
    /// More of a part.
    Delta {
        /// The part.
        part: u32,
        /// Where the text goes: UTF-16 units from the part's start.
        off: u64,
        /// The text.
        text: String,
    },
    /// A part is over.
    PartEnded {
        /// The part.
        part: u32,
    },
}

/// Something odd about a document that people should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFlag {
    /// Its closing tag stood inside an open code fence.
    ClosedInsideFence,
    /// Another opening tag stood inside it.
    OpeningTagInside,
}

/// A document found in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtractedDocument {
    /// The part that it is.
    pub part: u32,
    /// The stage it is for.
    pub stage: Stage,
    /// Its title.
    pub title: String,
    /// Its text, exactly as the part's deltas gave it.
    pub text: String,
    /// Whether its closing tag was seen.
    pub completeness: Completeness,
    /// Whether the text is the document.
    pub substance: Substance,
    /// The change requests that it says it answers.
    pub answers: Vec<ChangeRequestId>,
    /// What was odd about it.
    pub flags: Vec<DocumentFlag>,
}

impl ExtractedDocument {
    /// The document as an event names it, and the text to store with the event.
    pub fn written(&self, ordinal: u32) -> (WrittenDocument, Text) {
        let text = Text::plain(self.text.clone());
        let written = WrittenDocument {
            ordinal,
            stage: self.stage,
            title: self.title.clone(),
            content: text.reference(),
            completeness: self.completeness,
            substance: self.substance,
            answers: self.answers.clone(),
        };
        (written, text)
    }
}

/// A part of a finished reply, for showing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its text.
    pub text: String,
}

/// The kinds of document that Conductor may write in a stage; anything else stays chat.
///
/// The technical analysis is written in the IDE, against the code, and stories come as structured output.
pub fn documents_of(stage: Stage) -> &'static [Stage] {
    match stage {
        Stage::Requirements => &[Stage::Requirements],
        Stage::Architecture => &[Stage::Architecture],
        Stage::Scoping => &[Stage::Scoping],
        Stage::TechnicalAnalysis | Stage::Stories => &[],
    }
}

/// The parts of a whole reply, as its stream gave them.
pub fn split(reply: &str, stage: Stage) -> Vec<Part> {
    let mut extractor = Extractor::new(stage);
    let mut events = extractor.push(reply);
    let (rest, _) = extractor.finish();
    events.extend(rest);
    let mut parts: Vec<Part> = Vec::new();
    for event in events {
        match event {
            ExtractEvent::PartStarted { kind, .. } => parts.push(Part { kind, text: String::new() }),
            ExtractEvent::Delta { text, .. } => {
                if let Some(part) = parts.last_mut() {
                    part.text.push_str(&text);
                }
            }
            ExtractEvent::PartEnded { .. } => {}
        }
    }
    parts
}

/// Where the parser is.
#[derive(Debug)]
enum Place {
    /// In chat text.
    Chat(Chat),
    /// In a document.
    Document(Document),
}

/// In chat text.
#[derive(Debug, Default)]
struct Chat {
    /// The code fence that is open.
    fence: Option<Fence>,
    /// A fence line that is held back, since it may wrap a document.
    pending: Option<(Fence, String)>,
    /// The fence that wrapped the document just closed, and whose end is to be dropped.
    unwrap_end: Option<Fence>,
}

/// In a document.
#[derive(Debug, Default)]
struct Document {
    /// The fence around the tags.
    wrapped_by: Option<Fence>,
    /// The `markdown` fence between the tags, around the whole body.
    body_fence: Option<Fence>,
    /// The code fence that is open.
    fence: Option<Fence>,
    /// What may be the end of the body's fence, held back until the next line tells.
    pending_end: Option<(Fence, String)>,
    /// Whether a line that is not blank was seen.
    begun: bool,
    /// What was odd.
    flags: Vec<DocumentFlag>,
}

/// The incremental parser of one reply.
#[derive(Debug)]
pub struct Extractor {
    allowed: &'static [Stage],
    /// The current line, while what it is has not been decided.
    line: String,
    /// Whether the current line was found to be plain, and goes out as it comes.
    plain: bool,
    /// Whether the last character was a carriage return that may belong to a line end.
    carriage_return: bool,
    place: Place,
    parts: Parts,
}

impl Extractor {
    /// A parser for a reply in this stage.
    pub fn new(stage: Stage) -> Self {
        Self {
            allowed: documents_of(stage),
            line: String::new(),
            plain: false,
            carriage_return: false,
            place: Place::Chat(Chat::default()),
            parts: Parts::default(),
        }
    }

    /// Whether a document is open: its closing tag has not come yet.
    pub fn in_document(&self) -> bool {
        matches!(self.place, Place::Document(_))
    }

    /// Takes the next piece of the reply.
    pub fn push(&mut self, piece: &str) -> Vec<ExtractEvent> {
        let mut rest = piece;
        while !rest.is_empty() {
            if self.carriage_return {
                self.carriage_return = false;
                if !rest.starts_with('\n') {
                    self.take("\r");
                }
            }
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.take(&rest[..end]);
            match rest[end..].chars().next() {
                Some('\n') => self.end_line(),
                Some(_) => self.carriage_return = true,
                None => return self.parts.drain(),
            }
            rest = &rest[end + 1..];
        }
        self.parts.drain()
    }

    /// Ends the reply: what was held back goes out, an open document stays incomplete.
    pub fn finish(mut self) -> (Vec<ExtractEvent>, Vec<ExtractedDocument>) {
        let line = std::mem::take(&mut self.line);
        if !self.plain {
            match line::classify(&line, self.allowed) {
                Line::Close if self.in_document() => self.whole_line(&line, Line::Close, ""),
                _ if self.in_document() && tag::may_become_close(&line) => {}
                kind => self.whole_line(&line, kind, ""),
            }
        }
        match std::mem::replace(&mut self.place, Place::Chat(Chat::default())) {
            Place::Chat(chat) => {
                if let Some((_, held)) = chat.pending {
                    self.parts.text(&held);
                }
                self.parts.end();
            }
            Place::Document(document) => self.parts.end_document(Completeness::Incomplete, document.flags),
        }
        self.parts.finish()
    }

    /// Takes a piece without a line end.
    fn take(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if self.plain {
            self.parts.text(piece);
            return;
        }
        self.line.push_str(piece);
        if !line::may_be_special(&self.line) {
            let line = std::mem::take(&mut self.line);
            self.plain = true;
            self.release();
            self.parts.text(&line);
        }
    }

    fn end_line(&mut self) {
        if self.plain {
            self.plain = false;
            self.parts.text("\n");
            return;
        }
        let line = std::mem::take(&mut self.line);
        let kind = line::classify(&line, self.allowed);
        self.whole_line(&line, kind, "\n");
    }

    /// Lets go of what was held back, since a plain line follows it.
    fn release(&mut self) {
        match &mut self.place {
            Place::Chat(chat) => {
                chat.unwrap_end = None;
                if let Some((fence, held)) = chat.pending.take() {
                    chat.fence = Some(fence);
                    self.parts.text(&held);
                }
            }
            Place::Document(document) => {
                document.begun = true;
                if let Some((fence, held)) = document.pending_end.take() {
                    document.fence = Some(fence);
                    self.parts.text(&held);
                }
            }
        }
    }

    /// Takes a line that was held back until its end.
    fn whole_line(&mut self, line: &str, kind: Line, end: &str) {
        match &mut self.place {
            Place::Chat(_) => self.line_of_chat(line, kind, end),
            Place::Document(_) => self.line_of_document(line, kind, end),
        }
    }

    fn line_of_chat(&mut self, line: &str, kind: Line, end: &str) {
        let Place::Chat(chat) = &mut self.place else { return };
        if let (Line::Blank, Some((_, held))) = (&kind, &mut chat.pending) {
            held.push_str(line);
            held.push_str(end);
            return;
        }
        match kind {
            Line::Blank => self.parts.text(&format!("{line}{end}")),
            Line::Open(open) if chat.fence.is_none() => {
                let wrapped_by = chat.pending.take().map(|(fence, _)| fence);
                self.parts.start_document(open);
                self.place = Place::Document(Document { wrapped_by, ..Document::default() });
            }
            Line::Fence(fence) => self.fence_of_chat(fence, line, end),
            Line::Open(_) | Line::Close | Line::Plain => {
                self.release();
                self.parts.text(&format!("{line}{end}"));
            }
        }
    }

    fn fence_of_chat(&mut self, fence: Fence, line: &str, end: &str) {
        let Place::Chat(chat) = &mut self.place else { return };
        if chat.unwrap_end.take().is_some_and(|open| open.is_closed_by(&fence)) {
            return;
        }
        if let Some((open, held)) = chat.pending.take() {
            self.parts.text(&held);
            chat.fence = Some(open);
        }
        match &chat.fence {
            None => chat.pending = Some((fence, format!("{line}{end}"))),
            Some(open) => {
                if open.is_closed_by(&fence) {
                    chat.fence = None;
                }
                self.parts.text(&format!("{line}{end}"));
            }
        }
    }

    fn line_of_document(&mut self, line: &str, kind: Line, end: &str) {
        let Place::Document(document) = &mut self.place else { return };
        match kind {
            Line::Blank => match &mut document.pending_end {
                Some((_, held)) => {
                    held.push_str(line);
                    held.push_str(end);
                }
                None => self.parts.text(&format!("{line}{end}")),
            },
            Line::Close => {
                let mut document = std::mem::take(document);
                if document.fence.is_some() {
                    document.flags.push(DocumentFlag::ClosedInsideFence);
                }
                self.parts.end_document(Completeness::Complete, document.flags);
                self.place = Place::Chat(Chat { unwrap_end: document.wrapped_by, ..Chat::default() });
            }
            Line::Fence(fence) => self.fence_of_document(fence, line, end),
            Line::Open(_) | Line::Plain => {
                if matches!(kind, Line::Open(_)) && document.fence.is_none() {
                    document.flags.push(DocumentFlag::OpeningTagInside);
                }
                self.release();
                self.parts.text(&format!("{line}{end}"));
            }
        }
    }

    fn fence_of_document(&mut self, fence: Fence, line: &str, end: &str) {
        let first = matches!(&self.place, Place::Document(document) if !document.begun);
        if first && fence.is_markdown() {
            if let Place::Document(document) = &mut self.place {
                document.begun = true;
                document.body_fence = Some(fence);
            }
            return;
        }
        self.release();
        let Place::Document(document) = &mut self.place else { return };
        match &document.fence {
            Some(open) if open.is_closed_by(&fence) => document.fence = None,
            Some(_) => {}
            None if document.body_fence.as_ref().is_some_and(|body| body.is_closed_by(&fence)) => {
                document.pending_end = Some((fence, format!("{line}{end}")));
                return;
            }
            None => document.fence = Some(fence),
        }
        self.parts.text(&format!("{line}{end}"));
    }
}

#[cfg(test)]
mod tests;
