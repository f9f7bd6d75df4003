//! What a stream's name says: the project, or the phase and stage, that its events belong to.
//!
//! The name is the authority, and not the metadata beside it: a stream can't be in two phases.

use konductro_domain::event::Stream;
use konductro_domain::ids::{PhaseId, ProjectId, StoryId};
use konductro_domain::stage::Stage;

use crate::ProjectionError;

/// The project of a project's stream.
pub(crate) fn project_of(stream: &Stream) -> Result<ProjectId, ProjectionError> {
    stream.aggregate_id.parse().map_err(|_| ProjectionError::Stream(stream.clone()))
}

/// The phase of a phase's stream, or of its review's.
pub(crate) fn phase_of(stream: &Stream) -> Result<PhaseId, ProjectionError> {
    stream.aggregate_id.parse().map_err(|_| ProjectionError::Stream(stream.clone()))
}

/// The phase and stage of a conversation's stream.
pub(crate) fn conversation_of(stream: &Stream) -> Result<(PhaseId, Stage), ProjectionError> {
    stream
        .aggregate_id
        .split_once(':')
        .and_then(|(phase, stage)| Some((phase.parse().ok()?, stage.parse().ok()?)))
        .ok_or_else(|| ProjectionError::Stream(stream.clone()))
}

/// The story of a story's stream.
pub(crate) fn story_of(stream: &Stream) -> Result<StoryId, ProjectionError> {
    stream.aggregate_id.parse().map_err(|_| ProjectionError::Stream(stream.clone()))
}
