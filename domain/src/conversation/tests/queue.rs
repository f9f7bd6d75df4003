//! One message may wait for a reply to end: given/when/then.

use super::*;
use crate::actor::{Credential, Person};
use crate::role::{Role, Roles};

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn person(n: u128, role: Role) -> Person {
    Person { user_id: user(n), roles: Roles::from([role]), credential: Credential::Console }
}

fn queue(n: u128, author: u128) -> ConversationCommand {
    ConversationCommand::QueueMessage {
        message: NewMessage {
            project_id: ProjectId(Uuid::nil()),
            phase_id: PhaseId(Uuid::nil()),
            stage: Stage::Requirements,
            message_id: MessageId(Uuid::from_u128(n)),
            turn_id: turn(n),
            author: user(author),
            text: Text::plain("and weekends?"),
        },
        approved_version: None,
    }
}

fn send(n: u128) -> ConversationCommand {
    ConversationCommand::SendQueuedMessage { message_id: MessageId(Uuid::from_u128(n)) }
}

fn cancel(by: Person) -> ConversationCommand {
    ConversationCommand::CancelQueuedMessage { by }
}

#[test]
fn a_message_waits_only_for_a_reply_that_runs() {
    assert_eq!(given(&[]).decide(&queue(2, 1)), Err(ConversationError::NothingToWaitFor));
    let ended = given(&[post(1, "a"), start(1, 1), complete(1, 1)]);
    assert_eq!(ended.decide(&queue(2, 1)), Err(ConversationError::NothingToWaitFor));
    let events = given(&[post(1, "a")]).decide(&queue(2, 7));
    let Ok([ConversationEvent::MessageQueued { author, turn_id, .. }]) = events.as_deref() else {
        panic!("{events:?}")
    };
    assert_eq!((*author, *turn_id), (user(7), turn(2)));
}

#[test]
fn only_one_message_waits() {
    let waiting = given(&[post(1, "a"), queue(2, 1)]);
    assert_eq!(waiting.decide(&queue(3, 1)), Err(ConversationError::MessageWaits(MessageId(Uuid::from_u128(2)))));
}

#[test]
fn it_is_sent_once_when_the_reply_has_ended() {
    let waiting = [post(1, "a"), start(1, 1), queue(2, 7)];
    assert_eq!(given(&waiting).decide(&send(2)), Ok(vec![]), "the reply still runs");
    let ended = [&waiting[..], &[complete(1, 1)]].concat();
    let events = given(&ended).decide(&send(2));
    let Ok([ConversationEvent::MessagePosted { author, turn_id, text, .. }]) = events.as_deref() else {
        panic!("{events:?}")
    };
    assert_eq!((*author, *turn_id, *text), (user(7), turn(2), Text::plain("and weekends?").reference()));
    let sent = given(&[&ended[..], &[send(2)]].concat());
    assert_eq!(sent.decide(&send(2)), Ok(vec![]), "sent again after a crash");
    assert!(sent.running().is_some_and(|turn| turn.turn_id == self::turn(2)));
}

#[test]
fn nobody_gets_in_before_it() {
    let waiting = given(&[post(1, "a"), start(1, 1), queue(2, 7), fail(1, 1)]);
    let waits = ConversationError::MessageWaits(MessageId(Uuid::from_u128(2)));
    assert_eq!(waiting.decide(&post(3, "c")), Err(waits.clone()));
    assert_eq!(waiting.decide(&ConversationCommand::RetryTurn { turn_id: turn(1) }), Err(waits));
}

#[test]
fn its_author_or_an_sdm_takes_it_back_and_nobody_else() {
    let waiting = given(&[post(1, "a"), queue(2, 7)]);
    assert!(waiting.decide(&cancel(person(7, Role::Developer))).is_ok());
    assert!(waiting.decide(&cancel(person(8, Role::Sdm))).is_ok());
    assert_eq!(waiting.decide(&cancel(person(8, Role::Architect))), Err(ConversationError::NotYoursToCancel));
    let taken_back = given(&[post(1, "a"), queue(2, 7), cancel(person(7, Role::Developer)), complete(1, 1)]);
    assert_eq!(taken_back.decide(&cancel(person(7, Role::Sdm))), Err(ConversationError::NothingWaits));
    assert_eq!(taken_back.decide(&send(2)), Ok(vec![]));
}

#[test]
fn it_is_given_back_once_with_a_word() {
    let back = ConversationCommand::ReturnQueuedMessage {
        message_id: MessageId(Uuid::from_u128(2)),
        reason: QueueReturn::StageApproved,
    };
    let waiting = [post(1, "a"), start(1, 1), queue(2, 7), complete(1, 1)];
    let events = given(&waiting).decide(&back);
    let Ok([ConversationEvent::QueuedMessageReturned { author, reason, .. }]) = events.as_deref() else {
        panic!("{events:?}")
    };
    assert_eq!((*author, *reason), (user(7), QueueReturn::StageApproved));
    assert_eq!(given(&[&waiting[..], std::slice::from_ref(&back)].concat()).decide(&back), Ok(vec![]));
}
