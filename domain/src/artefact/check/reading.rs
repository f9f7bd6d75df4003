//! A document as the rules see it: read once, for all of them.

use std::collections::BTreeMap;

use super::Checked;
use crate::artefact::blocks::{Block, Piece, pieces};
use crate::artefact::definitions::{Entry, entries};
use crate::artefact::fences::{Fence, fences};
use crate::artefact::ids::{EarlierIds, Ids, kinds_of, prose};
use crate::artefact::parse::{Requirement, requirements};
use crate::artefact::reference::{Prefix, Reference, mentions};
use crate::stage::Stage;

/// A document and what it is held against.
pub(super) struct Reading<'a> {
    /// The stage that it is the artefact of.
    pub(super) stage: Stage,
    /// The document.
    pub(super) markdown: &'a str,
    /// How many lines it has; an empty one has one.
    pub(super) lines: usize,
    /// Its pieces.
    pub(super) pieces: Vec<Piece>,
    /// Its headings: line, level and text.
    pub(super) headings: Vec<(usize, usize, String)>,
    /// Its code fences.
    pub(super) fences: Vec<Fence>,
    /// What it defines.
    pub(super) entries: Vec<Entry>,
    /// The ids that it defines and retires.
    pub(super) ids: Ids,
    /// The ids that it names, each with the first line that does.
    pub(super) named: BTreeMap<Reference, usize>,
    /// The ids of the artefacts that it stands on.
    pub(super) upstream: Vec<(Stage, Ids)>,
    /// The approved requirements, where it stands on any.
    pub(super) requirements: Option<Vec<Requirement>>,
    /// The ids of its earlier versions.
    pub(super) earlier: &'a EarlierIds,
}

impl<'a> Reading<'a> {
    pub(super) fn of(checked: Checked<'a>) -> Self {
        let Checked { stage, markdown, upstream, earlier } = checked;
        let upstream_ids: Vec<_> = upstream.iter().map(|(stage, text)| (*stage, Ids::of(*stage, text))).collect();
        let pieces = pieces(markdown);
        let mut entries = entries(&pieces, kinds_of(stage));
        // Where something before defines an id, this document only speaks of it. What was retired there may be an
        // assumption, question or decision of this document's own.
        entries.retain(|entry| !upstream_ids.iter().any(|(_, ids)| ids.live.contains(&entry.id)));
        let mut named = BTreeMap::new();
        for (line, text) in prose(markdown) {
            for mention in mentions(text) {
                named.entry(mention.reference).or_insert(line);
            }
        }
        let approved = upstream.iter().find(|(stage, _)| *stage == Stage::Requirements);
        Self {
            stage,
            markdown,
            lines: markdown.lines().count().max(1),
            ids: Ids::read(markdown, &entries),
            fences: fences(markdown),
            headings: headings(&pieces),
            requirements: approved.map(|(_, text)| requirements(text)),
            pieces,
            entries,
            named,
            upstream: upstream_ids,
            earlier,
        }
    }

    /// The ids of an artefact that it stands on.
    pub(super) fn upstream_of(&self, stage: Stage) -> Option<&Ids> {
        self.upstream.iter().find(|(known, _)| *known == stage).map(|(_, ids)| ids)
    }

    /// What it defines of one kind and has not retired, criteria left out.
    pub(super) fn live(&self, prefix: Prefix) -> impl Iterator<Item = &Entry> {
        self.entries
            .iter()
            .filter(move |entry| entry.id.prefix == prefix && entry.id.part.is_none())
            .filter(|entry| self.ids.live.contains(&entry.id) && !entry.retired)
    }

    /// The heading over a line; empty before the first.
    pub(super) fn section_at(&self, line: usize) -> &str {
        let after = self.headings.partition_point(|(heading, ..)| *heading <= line);
        self.headings[..after].last().map_or("", |(.., text)| text.as_str())
    }
}

fn headings(pieces: &[Piece]) -> Vec<(usize, usize, String)> {
    let heading = |piece: &Piece| match &piece.block {
        Block::Heading(level, text) => Some((piece.line, *level, text.clone())),
        Block::Item(_) | Block::Row(_) | Block::Paragraph(_) => None,
    };
    pieces.iter().filter_map(heading).collect()
}
