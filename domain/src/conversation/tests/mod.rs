//! One turn at a time, each ended once: given/when/then.

#![expect(clippy::panic, reason = "a test says what it expected")]

use uuid::Uuid;

use super::*;
use crate::conductor::{Adapter, FinishKind, GeneratedBy, PromptManifest, Usage};
use crate::ids::{MessageId, PhaseId, ProjectId, TurnId, UserId};
use crate::stage::Stage;
use crate::text::Text;

mod going_on;
mod queue;

fn turn(n: u128) -> TurnId {
    TurnId(Uuid::from_u128(n))
}

fn post(n: u128, text: &str) -> ConversationCommand {
    ConversationCommand::PostMessage {
        message: NewMessage {
            project_id: ProjectId(Uuid::nil()),
            phase_id: PhaseId(Uuid::nil()),
            stage: Stage::Requirements,
            message_id: MessageId(Uuid::from_u128(n)),
            turn_id: turn(n),
            author: UserId(Uuid::from_u128(1)),
            text: Text::plain(text),
        },
    }
}

fn guided() -> GeneratedBy {
    GeneratedBy { adapter: Adapter::Guided, model: "guided".into() }
}

fn start(n: u128, attempt: u32) -> ConversationCommand {
    ConversationCommand::StartReply {
        turn_id: turn(n),
        attempt,
        generated_by: guided(),
        prompt: PromptManifest { blocks: vec![], cache_profile: "none".into() },
    }
}

fn reply(n: u128, attempt: u32) -> Reply {
    Reply {
        turn_id: turn(n),
        attempt,
        text: Text::plain("What is it for?"),
        documents: vec![],
        generated_by: guided(),
        usage: Usage::default(),
    }
}

fn complete(n: u128, attempt: u32) -> ConversationCommand {
    ConversationCommand::CompleteReply {
        reply: reply(n, attempt),
        suggestions: vec![],
        finish: FinishKind::Completed,
        model_returned: None,
    }
}

fn fail(n: u128, attempt: u32) -> ConversationCommand {
    ConversationCommand::FailReply { reply: reply(n, attempt), reason: ReplyFailure::ServerStopped }
}

/// A conversation in which all these commands were accepted.
fn given(commands: &[ConversationCommand]) -> Conversation {
    let mut conversation = Conversation::default();
    for command in commands {
        let events = conversation.decide(command).unwrap_or_else(|error| panic!("{command:?} was refused: {error}"));
        for event in events {
            conversation.fold(event);
        }
    }
    conversation
}

#[test]
fn a_message_begins_a_turn_and_names_its_author() {
    let events = given(&[]).decide(&post(1, "Split payments"));
    let Ok([ConversationEvent::MessagePosted { author, text, .. }]) = events.as_deref() else { panic!("{events:?}") };
    assert_eq!((*author, text.bytes), (UserId(Uuid::from_u128(1)), 14));
}

#[test]
fn an_empty_or_oversized_message_is_refused() {
    assert_eq!(given(&[]).decide(&post(1, " \n")), Err(ConversationError::EmptyMessage));
    let long = "x".repeat(MAX_MESSAGE_BYTES + 1);
    assert_eq!(
        given(&[]).decide(&post(1, &long)),
        Err(ConversationError::MessageTooLong { bytes: MAX_MESSAGE_BYTES + 1 })
    );
    assert!(given(&[]).decide(&post(1, &long[1..])).is_ok());
}

#[test]
fn one_turn_at_a_time() {
    for running in [vec![post(1, "a")], vec![post(1, "a"), start(1, 1)]] {
        assert_eq!(given(&running).decide(&post(2, "b")), Err(ConversationError::TurnRunning(turn(1))));
    }
    assert!(given(&[post(1, "a"), start(1, 1), complete(1, 1)]).decide(&post(2, "b")).is_ok());
}

#[test]
fn a_reply_ends_once_whoever_reports_it_again() {
    let ended = given(&[post(1, "a"), start(1, 1), complete(1, 1)]);
    assert_eq!(ended.decide(&complete(1, 1)), Ok(vec![]));
    assert_eq!(ended.decide(&fail(1, 1)), Ok(vec![]));
    assert_eq!(ended.replied, Replied::Yes);
}

#[test]
fn a_worker_that_starts_again_after_a_crash_adds_nothing() {
    assert_eq!(given(&[post(1, "a"), start(1, 1)]).decide(&start(1, 1)), Ok(vec![]));
    let retried = given(&[post(1, "a"), fail(1, 1), ConversationCommand::RetryTurn { turn_id: turn(1) }]);
    assert_eq!(retried.decide(&start(1, 1)), Err(ConversationError::TurnNotRunning), "an old attempt");
    assert_eq!(retried.decide(&complete(1, 1)), Ok(vec![]), "an old attempt's end");
    assert!(retried.decide(&start(1, 2)).is_ok());
}

#[test]
fn a_running_reply_can_be_stopped_and_an_ended_one_can_not() {
    let stop = ConversationCommand::RequestStop { turn_id: turn(1) };
    let running = given(&[post(1, "a"), start(1, 1)]);
    assert_eq!(running.decide(&stop), Ok(vec![ConversationEvent::ReplyStopRequested { turn_id: turn(1) }]));
    let stopping = given(&[post(1, "a"), stop.clone(), start(1, 1)]);
    assert_eq!(stopping.decide(&stop), Ok(vec![]), "asked twice");
    let progress = stopping.turn.map(|turn| turn.progress);
    assert_eq!(progress, Some(TurnProgress::Stopping), "a stop before the model began is still a stop");
    let ended = given(&[post(1, "a"), start(1, 1), complete(1, 1)]);
    assert_eq!(ended.decide(&stop), Err(ConversationError::TurnNotRunning));
    let unknown = ConversationCommand::RequestStop { turn_id: turn(8) };
    assert_eq!(ended.decide(&unknown), Err(ConversationError::UnknownTurn));
}

#[test]
fn a_failed_or_stopped_turn_is_tried_again_and_a_whole_one_is_not() {
    let retry = ConversationCommand::RetryTurn { turn_id: turn(1) };
    let again = Ok(vec![ConversationEvent::TurnRetried { turn_id: turn(1), attempt: 2 }]);
    assert_eq!(given(&[post(1, "a"), fail(1, 1)]).decide(&retry), again);
    let stopped = ConversationCommand::StopReply { reply: reply(1, 1) };
    assert_eq!(given(&[post(1, "a"), start(1, 1), stopped]).decide(&retry), again);
    assert_eq!(given(&[post(1, "a")]).decide(&retry), Err(ConversationError::TurnRunning(turn(1))));
    assert_eq!(given(&[post(1, "a"), complete(1, 1)]).decide(&retry), Err(ConversationError::TurnNotRetryable));
}

#[test]
fn the_reply_names_whose_message_it_answers() {
    let events = given(&[post(1, "a"), start(1, 1)]).decide(&complete(1, 1));
    let Ok([ConversationEvent::ReplyCompleted { asked_by, .. }]) = events.as_deref() else { panic!("{events:?}") };
    assert_eq!(*asked_by, UserId(Uuid::from_u128(1)));
}
