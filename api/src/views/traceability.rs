//! From requirement to architecture to story: where each id of a phase's documents is defined, and what names it.
//!
//! Read from the version that counts of each document (the approved one, else the latest) by the one parser of the
//! domain, and from the proposals that await a decision or are approved.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use konductro_domain::artefact::reference::{Prefix, Reference};
use konductro_domain::artefact::trace::{self, Trace};
use konductro_domain::ids::StoryId;
use konductro_domain::stage::Stage as DomainStage;
use konductro_domain::story_review::Standing;
use konductro_projections::review_table::{self, ProposalRow};
use konductro_projections::{ProjectionError, artefact_versions, backlog, project_list};
use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::phase::PhaseReader;
use super::proposal::ProposalStatus;
use super::words::Stage;

/// Every id of a phase's documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Traceability {
    /// One for each id that a document defines, in the order of the stages.
    pub items: Vec<TracedId>,
}

/// An id, where it is defined, and what names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TracedId {
    /// The id, such as `R-3`.
    pub id: String,
    /// Its short name.
    pub title: String,
    /// What it says beyond its name.
    pub text: String,
    /// The document that defines it.
    pub stage: Stage,
    /// Its version.
    pub version: u32,
    /// The heading that it stands under.
    pub section: String,
    /// Where documents name it.
    pub named_in: Vec<NamedIn>,
    /// The proposals and stories that are for it.
    pub stories: Vec<TracedStory>,
}

/// A place in a document that names an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedIn {
    /// The document.
    pub stage: Stage,
    /// Its version.
    pub version: u32,
    /// The heading of the place.
    pub section: String,
    /// What is defined there, such as a decision.
    pub id: Option<String>,
    /// The short name of that.
    pub title: Option<String>,
}

/// A proposal that is for a requirement or follows a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TracedStory {
    /// The proposal.
    pub proposal_id: Uuid,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: ProposalStatus,
    /// The story that it became.
    pub story_id: Option<Uuid>,
    /// That story's key.
    pub story_key: Option<String>,
}

/// Everything that traceability is made of. Reading long documents takes a while: `traceability` belongs off the event
/// loop.
#[derive(Debug, Clone)]
pub struct Documents {
    documents: Vec<(DomainStage, u32, String)>,
    proposals: Vec<ProposalRow>,
    stories: HashMap<StoryId, String>,
}

/// Reads what traceability is made of.
pub async fn documents(pool: &PgPool, reader: PhaseReader<'_>) -> Result<Documents, ProjectionError> {
    let mut documents = Vec::new();
    for stage in reader.phase.kind.stages().iter().filter(|stage| stage.has_artefact()) {
        let Some(record) = reader.phase.stages.get(stage) else { continue };
        let approved = record.approved.as_ref().map(|approved| approved.version);
        let Some(version) = approved.or(record.latest.as_ref().map(|latest| latest.version)) else { continue };
        let found = artefact_versions::version(pool, reader.phase_id, *stage, version).await?;
        documents.extend(found.and_then(|found| found.markdown).map(|markdown| (*stage, version, markdown)));
    }
    let key = project_list::key_of(pool, reader.phase.project_id).await?.unwrap_or_default();
    let became = backlog::became(pool, reader.phase_id).await?;
    let stories = became.into_iter().map(|became| (became.story_id, format!("{key}-{}", became.number))).collect();
    let mut proposals = review_table::proposals_of(pool, reader.phase_id).await?;
    proposals.retain(|row| matches!(row.standing, Standing::Proposed | Standing::Approved));
    Ok(Documents { documents, proposals, stories })
}

impl Documents {
    /// The traceability of the phase.
    pub fn traceability(self) -> Traceability {
        let traces: Vec<(DomainStage, u32, Trace)> = self
            .documents
            .iter()
            .map(|(stage, version, markdown)| (*stage, *version, trace::trace(markdown)))
            .collect();
        let stories = self.stories_by_id();
        let mut items = Vec::new();
        let mut known = BTreeSet::new();
        for (stage, version, trace) in &traces {
            for (id, definition) in &trace.defined {
                // The first document to define an id of the phase defines it; a later one only names it.
                if !known.insert((*id, own_scope(*id, *stage))) {
                    continue;
                }
                items.push(TracedId {
                    id: id.to_string(),
                    title: definition.title.clone(),
                    text: definition.text.clone(),
                    stage: (*stage).into(),
                    version: *version,
                    section: definition.section.clone(),
                    named_in: named_in(*id, *stage, &traces),
                    stories: stories.get(&id.to_string()).cloned().unwrap_or_default(),
                });
            }
        }
        Traceability { items }
    }

    /// What is for each id, criteria counting for their requirement too.
    fn stories_by_id(&self) -> BTreeMap<String, Vec<TracedStory>> {
        let mut stories: BTreeMap<String, Vec<TracedStory>> = BTreeMap::new();
        for row in &self.proposals {
            let Some(status) = ProposalStatus::of(row.standing) else { continue };
            let outline = &row.content.outline;
            let traced = outline.criteria.iter().flat_map(|criterion| &criterion.traces_to);
            let named = outline.requirement_ids.iter().chain(&outline.decision_ids).chain(traced);
            let read = named.filter_map(|id| id.trim().parse::<Reference>().ok());
            let ids: BTreeSet<String> = read.flat_map(|id| [id.to_string(), id.whole().to_string()]).collect();
            let story = TracedStory {
                proposal_id: row.proposal_id.0,
                title: outline.title.clone(),
                status,
                story_id: row.story_id.map(|story| story.0),
                story_key: row.story_id.and_then(|story| self.stories.get(&story).cloned()),
            };
            for id in ids {
                stories.entry(id).or_default().push(story.clone());
            }
        }
        stories
    }
}

/// Assumptions and questions are numbered by each document for itself; everything else by the phase.
fn own_scope(id: Reference, stage: DomainStage) -> Option<DomainStage> {
    matches!(id.prefix, Prefix::A | Prefix::Q).then_some(stage)
}

/// Every place that names an id or, of a requirement, one of its criteria.
fn named_in(id: Reference, defined: DomainStage, traces: &[(DomainStage, u32, Trace)]) -> Vec<NamedIn> {
    let mut places = Vec::new();
    for (stage, version, trace) in traces {
        let elsewhere = *stage != defined;
        if elsewhere && own_scope(id, *stage).is_some() {
            // An assumption of that number there is another assumption.
            continue;
        }
        let place = |section: &str, within: Option<Reference>, title: Option<&str>| NamedIn {
            stage: (*stage).into(),
            version: *version,
            section: section.to_owned(),
            id: within.map(|within| within.to_string()),
            title: title.map(str::to_owned),
        };
        // A line that begins with the id defines it only in its own document; in the map of an analysis it is a row.
        let row = trace.defined.get(&id).filter(|_| elsewhere);
        places.extend(row.map(|row| place(&row.section, None, Some(&row.title))));
        let mut seen = BTreeSet::new();
        for (_, named) in
            trace.named.iter().filter(|(named, _)| **named == id || (id.part.is_none() && named.whole() == id))
        {
            for at in named.iter().filter(|at| at.within != Some(id) && seen.insert((*at).clone())) {
                let within = at.within.filter(|within| within.whole() != id);
                let title = within.and_then(|within| trace.defined.get(&within)).map(|within| within.title.as_str());
                places.push(place(&at.section, within, title));
            }
        }
    }
    places
}
