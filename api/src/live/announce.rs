//! From what was folded to what listeners are told.
//!
//! Read models have the change before anybody hears of it, so that whoever asks at once by REST sees it. Which
//! event touches which topic is one exhaustive table; a page of events is told as one frame for each topic.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use konductro_domain::conversation::ConversationEvent;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_domain::phase::PhaseEvent;
use konductro_domain::project::ProjectEvent;
use konductro_domain::stage::Stage;
use konductro_domain::workspace::WorkspaceEvent;
use konductro_projections::changes::Changes;
use tokio::sync::broadcast::{self, error::RecvError};

use super::ending::ending;
use super::frames::{ServerFrame, Topic};
use super::hub::Hub;
use super::room::Saved;
use super::turn_state::{Attempt, Begin};
use crate::identity::SessionEnd;

type Touched = BTreeMap<Topic, BTreeSet<String>>;

/// Tells the hub of everything that is folded from now on, for as long as the process lives.
pub fn announce(hub: Hub, changes: &Changes) -> impl Future<Output = ()> + use<> {
    follow(hub, changes.subscribe())
}

async fn follow(hub: Hub, mut pages: broadcast::Receiver<Arc<[Recorded<Event>]>>) {
    loop {
        match pages.recv().await {
            Ok(page) => page_folded(&hub, &page),
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "the live hub fell behind the log; every page that is open looks again");
                hub.resync_all();
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Tells the hub of one page.
pub(super) fn page_folded(hub: &Hub, page: &[Recorded<Event>]) {
    let Some(last) = page.last() else { return };
    let mut touched = Touched::new();
    for event in page {
        match &event.event {
            Event::Workspace(inner) => workspace(hub, inner),
            Event::Project(inner) => project(hub, event, inner, &mut touched),
            Event::Phase(inner) => phase(hub, event, inner, &mut touched),
            Event::Conversation(inner) => conversation(hub, event, inner, &mut touched),
            Event::StoryReview(_) => review(event, &mut touched),
            Event::Story(_) => story(event, &mut touched),
        }
    }
    for (topic, what) in touched {
        let frame = ServerFrame::Changed { topic, position: last.position, what: what.into_iter().collect() };
        hub.tell(topic, frame);
    }
}

fn touch(touched: &mut Touched, topic: Topic, what: impl Into<String>) {
    touched.entry(topic).or_default().insert(what.into());
}

fn workspace(hub: &Hub, event: &WorkspaceEvent) {
    match event {
        WorkspaceEvent::UserDisabled { user_id } | WorkspaceEvent::UserErased { user_id } => {
            hub.user_disabled(*user_id)
        }
        WorkspaceEvent::SignedOut { session_id, .. } => hub.sessions_ended(SessionEnd::One(*session_id)),
        WorkspaceEvent::PasswordChanged { .. } | WorkspaceEvent::PasswordReset { .. } => hub.suspect_sessions(),
        WorkspaceEvent::TokenRevoked { token_id, .. } => hub.sessions_ended(SessionEnd::Token(*token_id)),
        WorkspaceEvent::WorkspaceSetUp { .. }
        | WorkspaceEvent::UserCreated { .. }
        | WorkspaceEvent::AdministratorAppointed { .. }
        | WorkspaceEvent::AdministratorDismissed { .. }
        | WorkspaceEvent::UserEnabled { .. }
        | WorkspaceEvent::SignedIn { .. }
        | WorkspaceEvent::TokenIssued { .. }
        | WorkspaceEvent::TextErased { .. }
        | WorkspaceEvent::AuditExported { .. } => {}
    }
}

fn project(hub: &Hub, recorded: &Recorded<Event>, event: &ProjectEvent, touched: &mut Touched) {
    let Ok(project_id) = recorded.stream.aggregate_id.parse::<ProjectId>() else { return };
    touch(touched, Topic::Project(project_id), "project");
    if let ProjectEvent::MemberRemoved { user_id, .. } = event {
        hub.membership_ended(project_id, *user_id);
        // A token opens nothing without its owner's membership.
        hub.suspect_sessions();
    }
}

fn phase(hub: &Hub, recorded: &Recorded<Event>, event: &PhaseEvent, touched: &mut Touched) {
    let Ok(phase_id) = recorded.stream.aggregate_id.parse::<PhaseId>() else { return };
    touch(touched, Topic::Phase(phase_id), "phase");
    if let Some(project_id) = recorded.project_id {
        touch(touched, Topic::Project(project_id), "phases");
    }
    if let Some(stage) = stage_of(event) {
        touch(touched, Topic::Phase(phase_id), format!("artefact:{stage}"));
    }
    match event {
        PhaseEvent::ArtefactVersionAdded { stage, version, content, turn_id: Some(turn_id), ordinal, .. } => {
            let saved = Saved {
                turn_id: *turn_id,
                ordinal: *ordinal,
                stage: *stage,
                version: *version,
                content_hash: content.hash,
            };
            hub.saved(Topic::Conversation(phase_id, *stage), saved);
        }
        // A reply shows beside it why a document of it was not saved.
        PhaseEvent::DocumentSetAside { stage, .. } => {
            touch(touched, Topic::Conversation(phase_id, *stage), format!("conversation:{stage}"));
        }
        _ => {}
    }
}

/// The stage whose artefact or gate looks different after the event.
fn stage_of(event: &PhaseEvent) -> Option<Stage> {
    match event {
        PhaseEvent::FirstReplyReceived { stage, .. }
        | PhaseEvent::StageUnlocked { stage, .. }
        | PhaseEvent::StageLocked { stage, .. }
        | PhaseEvent::ArtefactVersionAdded { stage, .. }
        | PhaseEvent::DocumentSetAside { stage, .. }
        | PhaseEvent::ApprovalGiven { stage, .. }
        | PhaseEvent::OpenPointsAcknowledged { stage, .. }
        | PhaseEvent::ArtefactApproved { stage, .. }
        | PhaseEvent::ApprovalWithdrawn { stage, .. }
        | PhaseEvent::StageReturnedToReview { stage, .. }
        | PhaseEvent::ChangesRequested { stage, .. }
        | PhaseEvent::ChangeRequestPlaced { stage, .. }
        | PhaseEvent::ChangeRequestAnswered { stage, .. }
        | PhaseEvent::ActedOnBehalf { stage, .. }
        | PhaseEvent::ThreadOpened { stage, .. }
        | PhaseEvent::ThreadReplied { stage, .. }
        | PhaseEvent::ThreadResolved { stage, .. }
        | PhaseEvent::ThreadReopened { stage, .. }
        | PhaseEvent::SubmissionKept { stage, .. }
        | PhaseEvent::SubmissionAdopted { stage, .. }
        | PhaseEvent::FindingRaised { stage, .. }
        | PhaseEvent::FindingAccepted { stage, .. }
        | PhaseEvent::FindingDeclined { stage, .. }
        | PhaseEvent::DriftReported { stage, .. }
        | PhaseEvent::ChangeRequestWithdrawn { stage, .. }
        | PhaseEvent::ChangeRequestDismissed { stage, .. }
        | PhaseEvent::ChangeRequestCleared { stage, .. }
        | PhaseEvent::StageReopened { stage, .. }
        | PhaseEvent::StageBecameStale { stage, .. }
        | PhaseEvent::ReviewRestarted { stage, .. } => Some(*stage),
        PhaseEvent::PhaseOpened { .. }
        | PhaseEvent::PhaseRenamed { .. }
        | PhaseEvent::PhaseCancelled { .. }
        | PhaseEvent::PhasePromoted { .. }
        | PhaseEvent::PhaseCompleted { .. }
        | PhaseEvent::PhaseBecameReady { .. }
        | PhaseEvent::PhaseCeasedToBeReady { .. } => None,
    }
}

fn review(recorded: &Recorded<Event>, touched: &mut Touched) {
    if let Some(phase_id) = recorded.phase_id {
        touch(touched, Topic::Phase(phase_id), "proposals");
    }
}

fn story(recorded: &Recorded<Event>, touched: &mut Touched) {
    if let Some(project_id) = recorded.project_id {
        touch(touched, Topic::Project(project_id), "backlog");
        touch(touched, Topic::Project(project_id), format!("story:{}", recorded.stream.aggregate_id));
    }
    if let Some(phase_id) = recorded.phase_id {
        touch(touched, Topic::Phase(phase_id), "stories");
    }
}

fn conversation(hub: &Hub, recorded: &Recorded<Event>, event: &ConversationEvent, touched: &mut Touched) {
    let topic = format!("conversation:{}", recorded.stream.aggregate_id).parse();
    let Ok(topic @ Topic::Conversation(phase_id, stage)) = topic else { return };
    for topic in [topic, Topic::Phase(phase_id)] {
        touch(touched, topic, format!("conversation:{stage}"));
    }
    match event {
        ConversationEvent::MessagePosted { turn_id, message_id, .. } => {
            let of = Attempt { turn_id: *turn_id, attempt: 1 };
            hub.begin(topic, Begin { of, message_id: Some(*message_id), at: recorded.at });
        }
        ConversationEvent::TurnRetried { turn_id, attempt, .. } => {
            let of = Attempt { turn_id: *turn_id, attempt: *attempt };
            hub.begin(topic, Begin { of, message_id: None, at: recorded.at });
        }
        ConversationEvent::ReplyStopRequested { turn_id, .. } => hub.ask_to_stop(topic, *turn_id),
        ConversationEvent::ReplyStarted { .. } => {}
        ConversationEvent::ReplyCompleted { .. }
        | ConversationEvent::ReplyStopped { .. }
        | ConversationEvent::ReplyFailed { .. } => {
            if let Some(end) = ending(event, recorded.position) {
                hub.finish(topic, &end);
            }
        }
    }
}
