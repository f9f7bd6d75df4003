//! A place in a document as a request names it, checked against the version that was shown.

use actix_web::web;
use konductro_domain::artefact::anchor::{AnchorError, Place, Searchable};
use konductro_domain::artefact::reference::NoReference;
use konductro_domain::ids::PhaseId;
use konductro_domain::stage::Stage;
use konductro_projections::artefact_versions;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::salted::salted;
use crate::state::AppState;

/// A place in the version shown; it must be there.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewAnchor {
    /// The whole text.
    Whole {},
    /// A section.
    Section {
        /// Its heading, without the marks.
        heading: String,
    },
    /// What an id defines.
    Item {
        /// The id, such as `R-2` or `R-2.1`.
        id: String,
    },
    /// Quoted words, as they are read: marks, case and line breaks do not count.
    Quote {
        /// The words, up to 2 KiB.
        words: String,
        /// Which of several equal quotes, from 0.
        #[serde(default)]
        occurrence: u32,
    },
}

/// The place in a version, if the version holds it; without an anchor it is the whole text.
pub(super) async fn place_in(
    state: &AppState,
    (phase_id, stage): (PhaseId, Stage),
    version: u32,
    anchor: Option<NewAnchor>,
) -> Result<Place, Problem> {
    let place = match anchor {
        None | Some(NewAnchor::Whole {}) => return Ok(Place::Whole),
        Some(NewAnchor::Section { heading }) => Place::Section(salted(heading)),
        Some(NewAnchor::Item { id }) => {
            let id = id.parse().map_err(|error: NoReference| Problem::invalid("/anchor/id", error.to_string()))?;
            Place::Item(id)
        }
        Some(NewAnchor::Quote { words, occurrence }) => Place::Quote(salted(words), occurrence),
    };
    let found = artefact_versions::version(&state.pool, phase_id, stage, version).await?;
    let markdown = found.and_then(|found| found.markdown).ok_or_else(|| Problem::not_found("version"))?;
    let placed = web::block(move || place.in_text(&Searchable::of(&markdown))).await;
    let placed = placed.map_err(|error| Problem::unavailable("look for a place in a version", &error))?;
    placed.map_err(|error: AnchorError| Problem::invalid("/anchor", error.to_string()))
}
