//! One's own last message said differently: the old turn stays in the history, and Conductor is not told of it any more.

use konductro_tests::conversing::{Conversing, endless_reply, reply};
use serde_json::{Value, json};

const DOCUMENT: &str =
    "Here it is.\n<artefact kind=\"requirements\" title=\"Pay-out\">\n# Pay-out\n\nWeekends too.\n</artefact>\n";

/// The messages that a request carried.
fn sent(room: &Conversing, request: usize) -> Vec<Value> {
    room.model.requests()[request]["messages"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_turn_is_replaced_and_the_prompt_begins_as_it_did_before_it() {
    let room = Conversing::with(vec![reply("Which days?"), reply(DOCUMENT), reply("Holidays, then.")]).await;
    room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    let second = room.dana.converse(&room.phase, "requirements", "Weekends too.").await;
    let second = second["turn_id"].as_str().unwrap();
    room.dana.version_reached(&room.phase, "requirements", 1).await;

    room.turn(&room.mara, second, "edit", json!({ "text": "No." })).await.expect_problem(403, "not-your-message");
    let edited = room.turn(&room.dana, second, "edit", json!({ "text": "Only holidays." })).await.expect(202);
    let third = edited["turn_id"].as_str().unwrap();
    room.reply_of(third).await;

    let seen = room.read_by(&room.mara).await;
    let items = seen["items"].as_array().unwrap();
    let replaced: Vec<_> = items.iter().map(|it| it["replaced_by"].as_str()).collect();
    assert_eq!(replaced, [None, None, Some(third), Some(third), None, None], "the old turn stays, marked");
    assert_eq!(items[2]["text"], "Weekends too.");
    let (before, after) = (sent(&room, 1), sent(&room, 2));
    let shared = before.len() - 1;
    assert_eq!(after[..shared], before[..shared], "up to the replaced turn nothing changed");
    assert_eq!(after.len(), before.len(), "the new message stands in its place");
    let last = after[shared]["content"].as_str().unwrap();
    assert!(last.starts_with("Only holidays."), "{last}");
    assert!(last.contains("<current_document"), "the version that the old turn wrote stays, and is told of: {last}");
    room.dana.version_reached(&room.phase, "requirements", 1).await;
    assert_eq!(room.count("TurnReplaced").await, 1);
}

#[tokio::test]
async fn the_first_message_can_be_said_differently_too() {
    let room = Conversing::with(vec![reply("Which days?"), reply("All right.")]).await;
    let first = room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    let edit = json!({ "text": "Sellers wait two days." });
    let edited = room.turn(&room.dana, first["turn_id"].as_str().unwrap(), "edit", edit).await.expect(202);
    room.reply_of(edited["turn_id"].as_str().unwrap()).await;
    let (before, after) = (sent(&room, 0), sent(&room, 1));
    assert_eq!((before.len(), after.len()), (2, 2));
    assert_eq!(before[0], after[0], "the system message stays as it was first sent");
}

#[tokio::test]
async fn only_the_last_turn_and_only_when_no_reply_runs() {
    let room = Conversing::with(vec![reply("Which days?"), reply("Noted."), endless_reply("Well")]).await;
    let first = room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    room.dana.converse(&room.phase, "requirements", "Weekends too.").await;
    let edit = json!({ "text": "Something else" });
    let first = first["turn_id"].as_str().unwrap();
    room.turn(&room.dana, first, "edit", edit.clone()).await.expect_problem(404, "not-found");
    let running = room.begun("And holidays?").await;
    room.turn(&room.dana, &running, "edit", edit.clone()).await.expect_problem(409, "turn-running");
    room.stop(&running).await;
    room.turn(&room.dana, &running, "edit", json!({ "text": "  " })).await.expect_problem(422, "invalid");
    room.turn(&room.jonas, &running, "edit", edit).await.expect_problem(403, "role-required");
}
