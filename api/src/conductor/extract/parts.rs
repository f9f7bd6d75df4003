//! The parts of a reply as they grow: numbers, UTF-16 offsets, and the texts of documents.
//!
//! Blank lines at the start and at the end of a part belong to no part. They are held back until
//! something follows, so that what streamed is exactly what is saved.

use konductro_domain::ids::ChangeRequestId;
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::stage::Stage;

use super::tag::OpeningTag;
use super::{DocumentFlag, ExtractEvent, ExtractedDocument, PartKind, substance_of};

#[derive(Debug, Default)]
pub(super) struct Parts {
    events: Vec<ExtractEvent>,
    documents: Vec<ExtractedDocument>,
    open: Option<Open>,
    next: u32,
    held: String,
    in_line: bool,
}

#[derive(Debug)]
struct Open {
    part: u32,
    off: u64,
    begun: bool,
    document: Option<OpenDocument>,
}

#[derive(Debug)]
struct OpenDocument {
    stage: Stage,
    title: String,
    answers: Vec<ChangeRequestId>,
    text: String,
}

impl Parts {
    /// More text for the current part; chat begins a part of its own where none is open.
    pub(super) fn text(&mut self, text: &str) {
        for piece in text.split_inclusive('\n') {
            if self.in_line {
                self.emit(piece);
            } else if piece.trim().is_empty() {
                self.held.push_str(piece);
                continue;
            } else {
                let held = std::mem::take(&mut self.held);
                // The white space right before the text is its indentation; whole blank lines before a part's start go.
                let keep = if self.begun() { 0 } else { held.rfind('\n').map_or(0, |at| at + 1) };
                self.emit(&format!("{}{piece}", &held[keep..]));
            }
            self.in_line = !piece.ends_with('\n');
        }
    }

    pub(super) fn start_document(&mut self, tag: OpeningTag) {
        self.end();
        let OpeningTag { stage, title, answers } = tag;
        let document = OpenDocument { stage, title: title.clone(), answers, text: String::new() };
        self.start(PartKind::Document { stage, title }, Some(document));
    }

    pub(super) fn end_document(&mut self, completeness: Completeness, flags: Vec<DocumentFlag>) {
        if let Some(Open { part, document: Some(OpenDocument { stage, title, answers, text }), .. }) = self.close() {
            let substance = substance_of(&text);
            let found = ExtractedDocument { part, stage, title, text, completeness, substance, answers, flags };
            self.documents.push(found);
        }
    }

    /// Ends the current part, if one is open.
    pub(super) fn end(&mut self) {
        self.close();
    }

    /// The events since the last call.
    pub(super) fn drain(&mut self) -> Vec<ExtractEvent> {
        std::mem::take(&mut self.events)
    }

    pub(super) fn finish(self) -> (Vec<ExtractEvent>, Vec<ExtractedDocument>) {
        (self.events, self.documents)
    }

    fn begun(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.begun)
    }

    fn start(&mut self, kind: PartKind, document: Option<OpenDocument>) {
        let part = self.next;
        self.next += 1;
        self.events.push(ExtractEvent::PartStarted { part, kind });
        self.open = Some(Open { part, off: 0, begun: false, document });
    }

    fn close(&mut self) -> Option<Open> {
        self.held.clear();
        self.in_line = false;
        let open = self.open.take()?;
        self.events.push(ExtractEvent::PartEnded { part: open.part });
        Some(open)
    }

    fn emit(&mut self, text: &str) {
        if self.open.is_none() {
            self.start(PartKind::Text, None);
        }
        let Some(open) = &mut self.open else { return };
        open.begun = true;
        let at = open.off;
        open.off += text.encode_utf16().count() as u64;
        if let Some(document) = &mut open.document {
            document.text.push_str(text);
        }
        match self.events.last_mut() {
            Some(ExtractEvent::Delta { part, text: last, .. }) if *part == open.part => last.push_str(text),
            _ => self.events.push(ExtractEvent::Delta { part: open.part, off: at, text: text.to_owned() }),
        }
    }
}
