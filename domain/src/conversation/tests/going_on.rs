//! What can be done with a turn that has ended: say it differently, go on with it, take its words for a document.

use super::*;
use crate::phase::artefact::Completeness;

fn edit(n: u128, by: u128, next: u128) -> ConversationCommand {
    ConversationCommand::EditMessage {
        turn_id: turn(n),
        message: NewMessage {
            project_id: ProjectId(Uuid::nil()),
            phase_id: PhaseId(Uuid::nil()),
            stage: Stage::Requirements,
            message_id: MessageId(Uuid::from_u128(next)),
            turn_id: turn(next),
            author: UserId(Uuid::from_u128(by)),
            text: Text::plain("Split payments, weekly"),
        },
    }
}

fn truncate(n: u128, attempt: u32) -> ConversationCommand {
    ConversationCommand::CompleteReply {
        reply: reply(n, attempt),
        suggestions: vec![],
        finish: FinishKind::Truncated,
        model_returned: None,
    }
}

fn go_on(n: u128) -> ConversationCommand {
    ConversationCommand::ContinueTurn { turn_id: turn(n) }
}

#[test]
fn the_last_message_is_said_differently_by_whoever_said_it() {
    let ended = [post(1, "a"), start(1, 1), complete(1, 1)];
    let events = given(&ended).decide(&edit(1, 1, 2));
    let Ok(
        [
            ConversationEvent::TurnReplaced { turn_id, replaced_by },
            ConversationEvent::MessagePosted { turn_id: begun, .. },
        ],
    ) = events.as_deref()
    else {
        panic!("{events:?}")
    };
    assert_eq!((*turn_id, *replaced_by, *begun), (turn(1), turn(2), turn(2)));
    assert_eq!(given(&ended).decide(&edit(1, 9, 2)), Err(ConversationError::NotYoursToEdit));
    let edited = given(&[&ended[..], &[edit(1, 1, 2)]].concat());
    assert_eq!(edited.decide(&edit(1, 1, 3)), Err(ConversationError::UnknownTurn), "it is not the last any more");
}

#[test]
fn nothing_is_said_differently_while_a_reply_runs() {
    let running = given(&[post(1, "a"), start(1, 1)]);
    assert_eq!(running.decide(&edit(1, 1, 2)), Err(ConversationError::TurnRunning(turn(1))));
}

#[test]
fn a_reply_that_broke_off_goes_on_in_another_attempt() {
    let stopped = ConversationCommand::StopReply { reply: reply(1, 1) };
    for cut in [truncate(1, 1), stopped, fail(1, 1)] {
        let ended = given(&[post(1, "a"), start(1, 1), cut]);
        let on = Ok(vec![ConversationEvent::TurnContinued { turn_id: turn(1), attempt: 2 }]);
        assert_eq!(ended.decide(&go_on(1)), on);
    }
    let running = given(&[post(1, "a"), start(1, 1), truncate(1, 1), go_on(1)]);
    assert_eq!(running.decide(&go_on(1)), Err(ConversationError::TurnRunning(turn(1))));
    assert!(running.decide(&start(1, 2)).is_ok());
    assert_eq!(running.decide(&complete(1, 1)), Ok(vec![]), "the end of the attempt that had ended");
}

#[test]
fn a_whole_reply_and_one_without_a_word_do_not_go_on() {
    let whole = given(&[post(1, "a"), start(1, 1), complete(1, 1)]);
    assert_eq!(whole.decide(&go_on(1)), Err(ConversationError::TurnNotContinuable));
    let silent = Reply { text: Text::plain(""), ..reply(1, 1) };
    let silent = ConversationCommand::FailReply { reply: silent, reason: ReplyFailure::ServerStopped };
    assert_eq!(
        given(&[post(1, "a"), start(1, 1), silent]).decide(&go_on(1)),
        Err(ConversationError::TurnNotContinuable)
    );
}

#[test]
fn plain_words_become_a_document_of_whoever_led_to_them() {
    let content = Text::plain("# Requirements").reference();
    let document = WrittenDocument {
        ordinal: 0,
        stage: Stage::Requirements,
        title: "Requirements".into(),
        content,
        completeness: Completeness::Complete,
        substance: Substance::Whole,
        answers: vec![],
    };
    let extract = ConversationCommand::ExtractDocument {
        turn_id: turn(1),
        asked_by: UserId(Uuid::from_u128(1)),
        document,
        generated_by: guided(),
    };
    let running = [post(1, "a"), start(1, 1)];
    assert_eq!(given(&running).decide(&extract), Err(ConversationError::TurnRunning(turn(1))));
    let events = given(&[&running[..], &[complete(1, 1)]].concat()).decide(&extract);
    let Ok([ConversationEvent::DocumentExtracted { asked_by, .. }]) = events.as_deref() else { panic!("{events:?}") };
    assert_eq!(*asked_by, UserId(Uuid::from_u128(1)));
}
