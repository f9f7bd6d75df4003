//! What is written while Conductor replies: one message waits, everybody sees it, and it is sent once, taken back, or given
//! back; its words are never lost.

use std::time::Duration;

use konductro_tests::conversing::{Conversing, endless_reply, reply};
use konductro_tests::wait::{until, until_in};
use reqwest::Method;
use serde_json::{Value, json};

async fn two_replies() -> Conversing {
    Conversing::with(vec![endless_reply("Who takes the remainder"), reply("Noted.")]).await
}

fn items(messages: &Value) -> Vec<String> {
    let items = messages["items"].as_array().unwrap().iter();
    items.filter(|it| it["author"]["kind"] == "person").map(|it| it["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_message_waits_for_the_reply_to_end_and_is_sent_once() {
    let room = two_replies().await;
    let first = room.begun_saying("Sellers wait three days.", "Who takes the remainder").await;
    let mut socket = room.socket().await;

    let path = format!("{}/messages", room.stage());
    let ask = || {
        let request = room.mara.request(Method::POST, &path).header("Idempotency-Key", "weekends");
        room.mara.send(request.json(&json!({ "text": "And at weekends?" })))
    };
    let queued = ask().await.expect(202);
    assert_eq!(queued["queued"], true);
    assert_eq!(ask().await.expect(202), queued, "a repeat is not another message");
    socket.until("word that a message waits", |frame| frame["type"] == "changed").await;

    let seen = room.read_by(&room.dana).await;
    assert_eq!(
        (&seen["queued"]["text"], &seen["queued"]["author"]["name"]),
        (&json!("And at weekends?"), &json!("Mara Lindqvist"))
    );
    assert_eq!(items(&seen), ["Sellers wait three days."], "it is not sent yet");
    let another = room.dana.post(&path, json!({ "text": "And holidays?" })).await;
    assert_eq!(another.expect_problem(409, "message-waits")["message_id"], queued["message_id"]);

    room.stop(&first).await;
    let answer = room.reply_of(queued["turn_id"].as_str().unwrap()).await;
    assert_eq!(answer["text"], "Noted.");
    let started = socket.until_type("turn.started").await;
    assert_eq!(started["turn_id"], queued["turn_id"]);
    let seen = room.read_by(&room.dana).await;
    assert_eq!(items(&seen), ["Sellers wait three days.", "And at weekends?"]);
    assert_eq!(seen["queued"], Value::Null);
    assert_eq!(room.count("MessagePosted").await, 2);
    let sent = room.model.requests()[1]["messages"].as_array().unwrap().clone();
    assert!(sent.last().unwrap()["content"].as_str().unwrap().starts_with("And at weekends?"));
    assert!(
        sent.iter().any(|it| it["content"] == "Who takes the remainder"),
        "what had come of the first reply is known"
    );
}

#[tokio::test]
async fn it_is_taken_back_by_its_author_or_an_sdm_and_by_nobody_else() {
    let room = two_replies().await;
    let queue = format!("{}/messages/queued", room.stage());
    room.dana.delete(&queue).await.expect_problem(404, "not-found");
    let first = room.begun("Sellers wait three days.").await;
    room.post(&room.mara, "And at weekends?").await;
    room.jonas.delete(&queue).await.expect_problem(403, "not-your-message");
    assert_eq!(room.read_by(&room.jonas).await["queued"]["may_cancel"], false);
    assert_eq!(room.read_by(&room.dana).await["queued"]["may_cancel"], true);
    room.dana.delete(&queue).await.expect(200);
    assert_eq!(room.read_by(&room.mara).await["queued"], Value::Null);
    room.mara.delete(&queue).await.expect_problem(404, "not-found");
    // There is room for another, and that one is sent.
    let queued = room.post(&room.mara, "And on holidays?").await;
    room.stop(&first).await;
    room.reply_of(queued["turn_id"].as_str().unwrap()).await;
    assert_eq!(items(&room.read_by(&room.dana).await), ["Sellers wait three days.", "And on holidays?"]);
}

#[tokio::test]
async fn it_goes_back_to_its_author_where_the_stage_was_approved_meanwhile() {
    let room = two_replies().await;
    room.dana.save_version(&room.phase, "requirements", "# Split settlement\n\nPay daily.\n").await.expect(201);
    let first = room.begun("Sellers wait three days.").await;
    room.post(&room.mara, "And at weekends?").await;
    room.dana.approve(&room.phase, "requirements").await.expect(201);
    room.stop(&first).await;
    let returned = until("the message to go back", || async {
        let returned = room.read_by(&room.mara).await["returned"].clone();
        (!returned.is_null()).then_some(returned)
    })
    .await;
    assert_eq!(returned["text"], "And at weekends?");
    assert!(returned["reason"].as_str().unwrap().contains("approved"), "{returned:#}");
    let seen = room.read_by(&room.dana).await;
    assert_eq!((&seen["queued"], &seen["returned"]), (&Value::Null, &Value::Null), "it is its author's alone");
    assert_eq!(items(&seen), ["Sellers wait three days."]);
    // Who means it all the same writes again, and is not told of it any more.
    let again = room.post(&room.mara, "And at weekends?").await;
    room.reply_of(again["turn_id"].as_str().unwrap()).await;
    assert_eq!(room.read_by(&room.mara).await["returned"], Value::Null);
}

#[tokio::test]
async fn it_is_sent_once_though_the_server_was_killed_while_it_waited() {
    let mut room = two_replies().await;
    room.begun("Sellers wait three days.").await;
    let queued = room.post(&room.mara, "And at weekends?").await;
    room.server.kill();
    room.server.restart().await;
    let turn = queued["turn_id"].as_str().unwrap().to_owned();
    let answer = until_in(Duration::from_secs(90), "the message to be answered", || async {
        let seen = room.read_by(&room.dana).await;
        let items = seen["items"].as_array().unwrap().clone();
        items.into_iter().find(|it| it["id"] == turn.as_str() && it["state"] == "completed")
    })
    .await;
    assert_eq!(answer["text"], "Noted.");
    let seen = room.read_by(&room.dana).await;
    assert_eq!(items(&seen), ["Sellers wait three days.", "And at weekends?"]);
    assert_eq!(seen["items"][1]["state"], "interrupted");
    assert_eq!(room.count("MessagePosted").await, 2);
}
