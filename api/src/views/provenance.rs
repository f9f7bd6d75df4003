//! Where a document's words come from: the version that brought each, and behind it the turn with what Conductor was
//! given, or the person who wrote it.

use std::collections::{BTreeMap, HashMap};

use konductro_domain::artefact::origins::{Origins, Paragraph as Found};
use konductro_domain::ids::{PhaseId, TurnId};
use konductro_domain::phase::artefact::Origin as DomainOrigin;
use konductro_projections::ProjectionError;
use konductro_projections::artefact_versions::{VersionRow, VersionWithText};
use konductro_projections::conversation_view::{self, WritingTurn};
use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::artefact::{ArtefactVersionSummary, about};
use super::conversation::word;
use super::people::{People, Person};
use super::words::Stage;

/// Where a version's words come from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Provenance {
    /// The version.
    pub version: u32,
    /// Whose words they are, all in all.
    pub share: ProvenanceShare,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<ProvenanceParagraph>,
    /// The versions that brought words which are still there, oldest first.
    pub sources: Vec<ProvenanceSource>,
}

/// Whose words a text is made of, in characters; blanks do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProvenanceShare {
    /// Those that Conductor wrote.
    pub conductor: usize,
    /// Those that people wrote.
    pub people: usize,
    /// Those that people submitted from their tools, which may have been written by a tool's own model.
    pub ide: usize,
    /// Conductor's part of the whole, in percent, rounded; 0 of an empty text.
    pub conductor_percent: usize,
}

/// A paragraph: lines between blank ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProvenanceParagraph {
    /// Its first line, from 1.
    pub first_line: usize,
    /// Its last line.
    pub last_line: usize,
    /// Whose words it is made of.
    pub share: ProvenanceShare,
    /// How many characters came with which version, oldest first.
    pub came_with: Vec<CameWith>,
}

/// Characters that came with one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CameWith {
    /// The version, which is among the sources.
    pub version: u32,
    /// How many.
    pub characters: usize,
}

/// A version that brought words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProvenanceSource {
    /// The version: its origin, when, by whom, by which model.
    #[serde(flatten)]
    pub version: ArtefactVersionSummary,
    /// How many characters of it are still there.
    pub characters: usize,
    /// The turn that wrote it, where Conductor did.
    pub turn: Option<ProvenanceTurn>,
}

/// The turn that wrote a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProvenanceTurn {
    /// The turn.
    pub turn_id: Uuid,
    /// The conversation it is in.
    pub stage: Stage,
    /// Who asked.
    pub asked_by: Person,
    /// Which attempt at the turn, from 1.
    pub attempt: u32,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
    /// What Conductor was given, in the order it was sent; the turn's context has the texts.
    pub given: Vec<ProvenanceBlock>,
    /// Where the texts are.
    pub context: String,
}

/// One block of what Conductor was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProvenanceBlock {
    /// What it is: core, project, artefact, stage, history or message.
    pub kind: String,
    /// Where it came from.
    pub source: String,
    /// The artefact's or context's version.
    pub version: Option<u32>,
    /// Its length in bytes.
    pub bytes: u32,
    /// The hash of its text.
    pub hash: String,
}

/// The provenance of the last version of a chain, once it is known which words came with which.
pub async fn provenance(
    pool: &PgPool,
    phase: PhaseId,
    chain: Vec<VersionWithText>,
    origins: &Origins,
) -> Result<Option<Provenance>, ProjectionError> {
    let Some(last) = chain.last().map(|version| version.row.version) else { return Ok(None) };
    let turns: Vec<TurnId> = chain.iter().filter_map(|version| version.row.turn_id).collect();
    let turns = conversation_view::writing_turns(pool, phase, &turns).await?;
    let named = chain.iter().flat_map(|version| version.row.authors.iter().copied().chain(version.row.created_by));
    let people = People::named(pool, named.chain(turns.iter().map(|turn| turn.author))).await?;
    let turns: HashMap<TurnId, WritingTurn> = turns.into_iter().map(|turn| (turn.turn_id, turn)).collect();
    let rows: Vec<VersionRow> = chain.into_iter().map(|version| version.row).collect();
    let source = |(place, characters): (&usize, &usize)| {
        let row = rows.get(*place)?.clone();
        let turn = row.turn_id.and_then(|turn| turns.get(&turn)).map(|turn| shown(turn, phase, &people));
        Some(ProvenanceSource { version: about(row, &people), characters: *characters, turn })
    };
    Ok(Some(Provenance {
        version: last,
        share: share(&origins.came_with, &rows),
        paragraphs: origins.paragraphs.iter().map(|found| paragraph(found, &rows)).collect(),
        sources: origins.came_with.iter().filter_map(source).collect(),
    }))
}

fn paragraph(found: &Found, rows: &[VersionRow]) -> ProvenanceParagraph {
    let came_with = |(place, characters): (&usize, &usize)| {
        Some(CameWith { version: rows.get(*place)?.version, characters: *characters })
    };
    ProvenanceParagraph {
        first_line: found.first_line,
        last_line: found.last_line,
        share: share(&found.came_with, rows),
        came_with: found.came_with.iter().filter_map(came_with).collect(),
    }
}

pub(super) fn share(came_with: &BTreeMap<usize, usize>, rows: &[VersionRow]) -> ProvenanceShare {
    let mut share = ProvenanceShare::default();
    for (place, characters) in came_with {
        match rows.get(*place).map(|row| row.origin) {
            Some(DomainOrigin::Conductor) => share.conductor += characters,
            Some(DomainOrigin::Person) => share.people += characters,
            Some(DomainOrigin::Ide) => share.ide += characters,
            None => {}
        }
    }
    let all = share.conductor + share.people + share.ide;
    share.conductor_percent = (share.conductor * 200 + all).checked_div(all * 2).unwrap_or(0);
    share
}

fn shown(turn: &WritingTurn, phase: PhaseId, people: &People) -> ProvenanceTurn {
    let blocks = turn.manifest.as_ref().map(|manifest| manifest.blocks.as_slice()).unwrap_or_default();
    let block = |block: &konductro_domain::conductor::PromptBlock| ProvenanceBlock {
        kind: word(&block.kind),
        source: block.source.clone(),
        version: block.version,
        bytes: block.text.bytes,
        hash: block.text.hash.to_string(),
    };
    ProvenanceTurn {
        turn_id: turn.turn_id.0,
        stage: turn.stage.into(),
        asked_by: people.person(turn.author),
        attempt: turn.attempt,
        model_returned: turn.model_returned.clone(),
        given: blocks.iter().map(block).collect(),
        context: format!("/api/v1/phases/{phase}/stages/{}/turns/{}/context", turn.stage, turn.turn_id),
    }
}
