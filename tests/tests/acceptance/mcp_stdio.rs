//! `konductro mcp`: an assistant beside the checkout speaks MCP over standard input and output.

use konductro_tests::mcp::{Transport, call, converse};
use konductro_tests::repository::Repository;
use konductro_tests::waiting::{Waiting, markdown};
use serde_json::{Value, json};

use crate::mcp_hand_off::{
    from_waiting_to_submitted, odd_calls_are_answered, the_inspector_sees, versions_are_negotiated,
};

#[tokio::test]
async fn from_waiting_to_submitted_on_a_real_repository() {
    let (waiting, repository) = (Waiting::start().await, Repository::real());
    let transport = Transport::stdio(&repository, waiting.server.url(), &waiting.token);
    from_waiting_to_submitted(&transport, &waiting, &repository).await;
}

#[tokio::test]
async fn the_official_inspector_sees_the_tools() {
    let (waiting, repository) = (Waiting::start().await, Repository::small());
    let transport = Transport::stdio(&repository, waiting.server.url(), &waiting.token);
    the_inspector_sees(&transport).await;
    versions_are_negotiated(&transport).await;
}

#[tokio::test]
async fn odd_calls_are_answered_and_change_nothing() {
    let (waiting, repository) = (Waiting::start().await, Repository::small());
    let transport = Transport::stdio(&repository, waiting.server.url(), &waiting.token);
    odd_calls_are_answered(&transport, &waiting).await;
}

#[tokio::test]
async fn beside_the_checkout_hashes_are_filled_in_and_wrong_ones_are_found() {
    let (waiting, repository) = (Waiting::start().await, Repository::small());
    let transport = Transport::stdio(&repository, waiting.server.url(), &waiting.token);
    let head = repository.head();
    let line = |tail: &str| markdown(&format!("- **E-1** `pay@{head}:src/capture.rs#L1-L3`{tail}"));
    let wrong = line(&format!(" sha256:{}", "0".repeat(64)));
    let submit = |markdown: &str| {
        call("submit_technical_analysis", json!({ "phase": "PAY-1", "markdown": markdown, "tool": "kiro" }))
    };
    let steps = json!([
        call("validate_technical_analysis", json!({ "phase": "PAY-1", "markdown": wrong })),
        submit(&wrong),
        call("validate_technical_analysis", json!({ "phase": "PAY-1", "markdown": line("") })),
        submit(&line("")),
    ]);
    let talk = converse(&transport, "legacy", steps).await;
    assert_eq!(talk.done(0)["accepted"], false);
    assert!(talk.done(0)["problems"].to_string().contains("have the hash"), "{:#}", talk.done(0));
    assert!(talk.refused(1).contains("have the hash"), "{}", talk.refused(1));
    assert_eq!(talk.done(2)["accepted"], true, "{:#}", talk.done(2));
    assert!(talk.done(3)["markdown"].as_str().is_some_and(|text| text.contains("#L1-L3` sha256:")));
}

#[tokio::test]
async fn whoever_is_not_signed_in_hears_how_to_be_and_standard_output_holds_the_protocol_only() {
    let repository = Repository::small();
    let hello = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": { "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } },
    });
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let ask = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "list_my_work", "arguments": {} } });
    let input = format!("{hello}\n{ready}\nthis is no JSON\n{ask}\n");
    let environment = [("KONDUCTRO_LOG", "debug"), ("KONDUCTRO_URL", "http://127.0.0.1:1")];
    let ended = repository.konductro_with(&input, &["mcp"], &environment).await;
    assert_eq!(ended.code, Some(0), "it ends with its input: {ended:?}");
    let lines: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).expect("only JSON")).collect();
    assert!(lines.iter().all(|line| line["jsonrpc"] == "2.0"), "{lines:?}");
    let of = |id: u64| lines.iter().find(|line| line["id"] == id).expect("an answer");
    assert_eq!(of(1)["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(of(2)["result"]["isError"], true);
    assert!(of(2)["result"]["content"][0]["text"].as_str().unwrap().contains("konductro login"), "{:#}", of(2));
}
