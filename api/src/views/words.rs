//! The domain's words as the API's document names them. Each mirrors its domain type exactly: a word that
//! is added there does not compile until it is here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! mirror {
    ($($(#[$doc:meta])+ $name:ident = $domain:path { $($variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[expect(missing_docs, reason = "the domain's own word says what it means")]
        pub enum $name { $($variant),+ }

        impl From<$domain> for $name {
            fn from(word: $domain) -> Self {
                use $domain as Domain;
                match word { $(Domain::$variant => $name::$variant),+ }
            }
        }

        impl From<$name> for $domain {
            fn from(word: $name) -> Self {
                use $domain as Domain;
                match word { $($name::$variant => Domain::$variant),+ }
            }
        }
    )+};
}

mirror! {
    /// What a person is in a project.
    Role = konductro_domain::role::Role { Sdm, Architect, Developer, Auditor }
    /// One step of a phase.
    Stage = konductro_domain::stage::Stage { Requirements, TechnicalAnalysis, Architecture, Stories, Scoping }
    /// What closes a stage.
    GateKind = konductro_domain::stage::GateKind { Approval, FirstReply, Review }
    /// How much planning a phase gets.
    PhaseKind = konductro_domain::phase::plan::PhaseKind { Full, Light, Adhoc }
    /// Where a phase stands.
    PhaseStatus = konductro_domain::phase::PhaseStatus { Planning, Ready, Completed, Cancelled }
    /// The state of a stage.
    GateState = konductro_domain::phase::GateState { Locked, Open, InReview, ChangesRequested, Approved, Stale, Passed }
    /// Where a version came from.
    Origin = konductro_domain::phase::artefact::Origin { Conductor, Person, Ide }
    /// Whether the whole document arrived.
    Completeness = konductro_domain::phase::artefact::Completeness { Complete, Incomplete }
    /// Which adapter spoke.
    Adapter = konductro_domain::conductor::Adapter { Openai, Guided }
    /// What a person can do in a stage.
    Verb = konductro_domain::phase::Verb {
        PostMessage, AddArtefactVersion, SubmitTechnicalAnalysis, ApproveArtefact, RequestChanges, WithdrawApproval,
        WithdrawChangeRequest, DismissChangeRequest, ReopenStage, ReaffirmArtefact, RestartReview, OpenThread,
        ReplyInThread, ResolveThread, AdoptSubmission, RaiseFinding, AcceptFinding, DeclineFinding, ReportDrift,
        GenerateStories, ReviewStories, ApproveProposals,
    }
    /// What a person can do with a whole phase.
    PhaseVerb = konductro_domain::phase::PhaseVerb { Rename, Promote, Cancel, Complete }
    /// Whether a change request still blocks, or how it ended.
    ChangeRequestState = konductro_projections::artefact_versions::ChangeRequestState {
        Open, Withdrawn, Dismissed, Cleared,
    }
    /// What became of a finding.
    FindingState = konductro_domain::phase::FindingState { Open, Accepted, Declined }
    /// Whether a kept submission can be adopted.
    KeptStanding = konductro_projections::kept_submissions::KeptStanding { Kept, Adopted, Replaced }
    /// How much a requirement matters.
    Priority = konductro_domain::artefact::parse::Priority { Must, Should, Could }
    /// How a piece of evidence fares in today's code.
    DriftState = konductro_domain::artefact::drift::DriftState { Unchanged, Moved, Changed, Vanished }
    /// Whether what a requirement needs is there.
    AssetStatus = konductro_domain::artefact::submission::AssetStatus { Exists, Extend, Missing, Unknown }
    /// Where a turn stands.
    TurnState = konductro_projections::conversation_view::TurnState {
        Queued, Streaming, Stopping, Completed, Stopped, Failed, Interrupted,
    }
    /// What kind of work a story is.
    StoryType = konductro_domain::story::content::StoryType { Feature, Enabler, Bug, Spike }
    /// Whether a story is open.
    StoryStatus = konductro_domain::story::StoryStatus { Open, Closed }
    /// Where a refinement stands.
    RefinementState = konductro_projections::backlog::RefinementState {
        None, Queued, Running, Proposed, Accepted, Refused, Failed,
    }
    /// Where an enrichment stands.
    EnrichmentState = konductro_projections::backlog::EnrichmentState { None, Queued, Running, Done, Failed }
    /// Whether a generation begins anew or goes on.
    GenerationMode = konductro_domain::story_review::GenerationMode { Fresh, Continue }
    /// Where a generation stands.
    GenerationState = konductro_projections::review_table::GenerationState {
        Queued, Running, Stopping, Completed, Stopped, Failed,
    }
    /// A step of a review that can be taken back.
    ReviewStep = konductro_domain::story_review::ReviewStep { Edit, Split, Merge, Reject, Restore }
    /// What happened to a section.
    SectionChange = konductro_domain::artefact::diff::SectionChange { Added, Removed, Changed, Same }
    /// What happened to a line or to words.
    Change = konductro_domain::artefact::diff::Change { Same, Added, Removed }
}

/// Who generated a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GeneratedBy {
    /// The adapter.
    pub adapter: Adapter,
    /// The model asked for; `guided` in guided mode.
    pub model: String,
}

impl From<konductro_domain::conductor::GeneratedBy> for GeneratedBy {
    fn from(by: konductro_domain::conductor::GeneratedBy) -> Self {
        Self { adapter: by.adapter.into(), model: by.model }
    }
}

/// Roles in the order of the matrix.
pub(super) fn roles<'a>(roles: impl IntoIterator<Item = &'a konductro_domain::role::Role>) -> Vec<Role> {
    roles.into_iter().copied().map(Role::from).collect()
}
