//! Conductor's work on stories: generations, refinements and enrichments, each a durable job that nobody waits for.
//!
//! What comes of it gets into the log by commands of the review or the story, as it arrives; the rules there have the
//! last word. A generation that breaks off keeps what came and is gone on with when a person asks; a refinement or
//! enrichment that was left off is done again.

mod attempt;
mod background;
mod enrichment;
mod footing;
mod generation;
mod refinement;

use konductro_domain::conductor::{ModelFailure, ModelFailureKind};
use konductro_domain::conversation::ReplyFailure;

pub(super) use attempt::StoryAttempt;
pub(super) use enrichment::EnrichmentRun;
pub(super) use generation::GenerationRun;
pub(super) use refinement::RefinementRun;

use super::request::NothingToAsk;
use crate::conductor::outcome::TurnEnd;

/// How a job was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carried {
    /// It is done, one way or the other.
    Ended,
    /// The server stops: somebody is to do it again.
    LeftOff,
}

/// Why there is no answer, as the log keeps it.
fn reason(failure: &ModelFailure) -> ReplyFailure {
    ReplyFailure::Model { failure: failure.kind, status: failure.status, detail: failure.detail.clone() }
}

/// Why a story has no answer; None where somebody left off.
fn reason_of(end: TurnEnd) -> Option<ReplyFailure> {
    match end {
        TurnEnd::Failed(failure) => Some(reason(&failure)),
        TurnEnd::Stopped => None,
        TurnEnd::Completed(_) => Some(unasked("the model ended without an answer; try again")),
    }
}

/// Why Conductor was not asked at all.
fn unasked(detail: &str) -> ReplyFailure {
    ReplyFailure::Model { failure: ModelFailureKind::Interrupted, status: None, detail: detail.to_owned() }
}

fn nothing_asked(reason: &NothingToAsk) -> ReplyFailure {
    tracing::warn!(%reason, "Conductor could not be asked");
    match reason {
        NothingToAsk::Behind | NothingToAsk::Gone => unasked(&reason.to_string()),
        NothingToAsk::Reading(_) | NothingToAsk::Phase(_) => {
            unasked("what Conductor needs to know could not be read; try again")
        }
    }
}
