//! A reply that broke off goes on where it ended and is one reply in the end; a document in plain words becomes a version.

use konductro_tests::conversing::{Conversing, cut_reply, endless_reply, reply};
use serde_json::{Value, json};

const OPENED: &str = "Here it is.\n<artefact kind=\"requirements\" title=\"Pay-out\">\n# Pay-out\n\nSellers are paid ";

/// The text of a message of a request or of a block.
fn text(message: &Value) -> String {
    message["content"].as_str().or(message["text"].as_str()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_document_that_the_length_limit_cut_is_finished_in_another_attempt() {
    let scripts = vec![
        cut_reply(OPENED),
        cut_reply("on the next working day, "),
        cut_reply("which is never a Sunday, "),
        reply("which is never a Sunday, nor a holiday.\n</artefact>\n\nAnything else?"),
    ];
    let room = Conversing::with(scripts).await;
    let cut = room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    assert_eq!((&cut["state"], &cut["broke_off"]), (&json!("completed"), &json!(true)));
    let incomplete = room.dana.version_reached(&room.phase, "requirements", 1).await;
    assert_eq!(incomplete["status"], "incomplete");
    room.dana.approve(&room.phase, "requirements").await.expect_problem(409, "artefact-incomplete");

    let turn = cut["turn_id"].as_str().unwrap();
    room.turn(&room.jonas, turn, "continue", Value::Null).await.expect_problem(403, "role-required");
    room.turn(&room.mara, turn, "continue", Value::Null).await.expect(202);
    let whole = room.reply_of(turn).await;
    let said = "on the next working day, which is never a Sunday, nor a holiday.\n</artefact>\n\nAnything else?";
    assert_eq!(whole["text"], format!("{OPENED}{said}"), "one reply, and what was repeated is there once");
    assert_eq!((&whole["attempt"], &whole["broke_off"]), (&json!(2), &Value::Null));
    let complete = room.dana.version_reached(&room.phase, "requirements", 2).await;
    assert_eq!(complete["status"], "complete");
    let document = "# Pay-out\n\nSellers are paid on the next working day, which is never a Sunday, nor a holiday.\n";
    assert_eq!(complete["markdown"], document);
    room.turn(&room.mara, turn, "continue", Value::Null).await.expect_problem(409, "turn-not-continuable");

    // What the attempt was given is on record, and is what was sent: the request as it was, and the words so far.
    let requests = room.model.requests();
    let messages = |request: usize| requests[request]["messages"].as_array().unwrap().clone();
    let (first, last) = (messages(0), messages(3));
    assert_eq!(last[..first.len()], first[..]);
    assert!(text(&last[first.len()]).ends_with("which is never a Sunday, "));
    let given = room.dana.get(&format!("{}/turns/{turn}/context", room.stage())).await.expect(200);
    let recorded: String = given["blocks"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(recorded, last.iter().map(text).collect::<String>());

    // The next prompt holds one message and one reply, whole.
    let next = room.dana.converse(&room.phase, "requirements", "No, thank you.").await;
    assert_eq!(next["state"], "completed");
    let requests = room.model.requests();
    let after = requests.last().unwrap()["messages"].as_array().unwrap().clone();
    assert_eq!(after.len(), 4);
    assert_eq!(text(&after[2]), text(&whole));
}

#[tokio::test]
async fn a_stopped_reply_goes_on_and_a_silent_one_does_not() {
    let scripts = vec![endless_reply("Half a thought"), reply(" is whole now."), endless_reply("")];
    let room = Conversing::with(scripts).await;
    let turn = room.begun_saying("Sellers wait three days.", "Half a thought").await;
    room.turn(&room.dana, &turn, "continue", Value::Null).await.expect_problem(409, "turn-running");
    assert_eq!(room.stop(&turn).await["text"], "Half a thought");
    room.turn(&room.dana, &turn, "continue", Value::Null).await.expect(202);
    assert_eq!(room.reply_of(&turn).await["text"], "Half a thought is whole now.");
    let silent = room.begun("And weekends?").await;
    room.stop(&silent).await;
    room.turn(&room.dana, &silent, "continue", Value::Null).await.expect_problem(409, "turn-not-continuable");
}

#[tokio::test]
async fn another_attempt_may_write_another_document_in_the_same_place() {
    let document = |how: &str| format!("{OPENED}{how}.\n</artefact>\n");
    let room = Conversing::with(vec![endless_reply(&document("daily")), reply(&document("weekly"))]).await;
    let turn = room.begun_saying("Sellers wait three days.", "daily").await;
    room.stop(&turn).await;
    room.dana.version_reached(&room.phase, "requirements", 1).await;
    room.turn(&room.dana, &turn, "retry", Value::Null).await.expect(202);
    room.reply_of(&turn).await;
    let second = room.dana.version_reached(&room.phase, "requirements", 2).await;
    assert_eq!(second["markdown"], "# Pay-out\n\nSellers are paid weekly.\n");
}

#[tokio::test]
async fn a_document_in_plain_words_becomes_a_version_of_whoever_led_to_it() {
    let plain = "Of course.\n\n# Pay-out\n\n## Purpose\nSellers are paid daily.\n";
    let room = Conversing::with(vec![reply("Which days?"), reply(plain)]).await;
    let chat = room.dana.converse(&room.phase, "requirements", "Sellers wait three days.").await;
    let written = room.dana.converse(&room.phase, "requirements", "All days. Write it.").await;
    assert_eq!(written["documents"], json!([]));
    let (chat, written) = (chat["turn_id"].as_str().unwrap(), written["turn_id"].as_str().unwrap());

    room.turn(&room.dana, chat, "extract", json!({})).await.expect_problem(409, "no-document");
    room.turn(&room.jonas, written, "extract", json!({})).await.expect_problem(403, "role-required");
    room.turn(&room.mara, written, "extract", json!({ "title": "" })).await.expect_problem(422, "invalid");
    room.turn(&room.mara, written, "extract", json!({ "title": "Daily pay-out" })).await.expect(202);
    let saved = room.dana.version_reached(&room.phase, "requirements", 1).await;
    assert_eq!((&saved["title"], &saved["origin"]), (&json!("Daily pay-out"), &json!("conductor")));
    assert_eq!(saved["markdown"], "# Pay-out\n\n## Purpose\nSellers are paid daily.\n");
    let authors: Vec<_> = saved["authors"].as_array().unwrap().iter().map(|it| it["user_id"].clone()).collect();
    assert_eq!(authors, [json!(room.dana.user_id)], "who asks for it is not its author");
    room.turn(&room.mara, written, "extract", json!({})).await.expect_problem(409, "no-document");
    let unknown = uuid::Uuid::now_v7().to_string();
    room.turn(&room.dana, &unknown, "extract", json!({})).await.expect_problem(404, "not-found");
}

#[tokio::test]
async fn no_document_is_taken_where_the_stage_takes_no_versions() {
    let room = Conversing::with(vec![reply("# Pay-out\n\nSellers are paid daily.\n")]).await;
    let written = room.dana.converse(&room.phase, "requirements", "Write it.").await;
    room.dana.save_version(&room.phase, "requirements", "# By hand\n").await.expect(201);
    room.dana.approve(&room.phase, "requirements").await.expect(201);
    let turn = written["turn_id"].as_str().unwrap();
    room.turn(&room.dana, turn, "extract", json!({})).await.expect_problem(409, "stage-approved");
}
