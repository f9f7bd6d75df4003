//! `/mcp`: an assistant that starts no program speaks MCP over streamable HTTP, with a token.

use konductro_tests::mcp::{Transport, call, converse};
use konductro_tests::repository::Repository;
use konductro_tests::waiting::Waiting;
use konductro_tests::{Answer, Person};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::mcp_hand_off::{
    from_waiting_to_submitted, odd_calls_are_answered, the_inspector_sees, versions_are_negotiated,
};

#[tokio::test]
async fn from_waiting_to_submitted_on_a_real_repository() {
    let (waiting, repository) = (Waiting::start().await, Repository::real());
    let transport = Transport::http(waiting.server.url(), &waiting.token);
    from_waiting_to_submitted(&transport, &waiting, &repository).await;
}

#[tokio::test]
async fn the_official_inspector_sees_the_tools() {
    let waiting = Waiting::start().await;
    let transport = Transport::http(waiting.server.url(), &waiting.token);
    the_inspector_sees(&transport).await;
    versions_are_negotiated(&transport).await;
}

#[tokio::test]
async fn odd_calls_are_answered_and_change_nothing() {
    let waiting = Waiting::start().await;
    odd_calls_are_answered(&Transport::http(waiting.server.url(), &waiting.token), &waiting).await;
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_nothing_else() {
    let waiting = Waiting::with_scopes(&["read"]).await;
    let transport = Transport::http(waiting.server.url(), &waiting.token);
    let steps = json!([
        call("get_phase_context", json!({ "phase": "PAY-1" })),
        call("submit_technical_analysis", json!({ "phase": "PAY-1", "markdown": "# A\n", "tool": "x" })),
        call(
            "raise_finding",
            json!({ "phase": "PAY-1", "stage": "requirements", "ref": "R-1", "severity": "advisory", "text": "?" })
        ),
    ]);
    let talk = converse(&transport, "legacy", steps).await;
    talk.done(0);
    assert!(talk.refused(1).contains("analysis:write"), "{}", talk.refused(1));
    assert!(talk.refused(2).contains("findings:write"), "{}", talk.refused(2));
}

/// A request to `/mcp` as it is on the wire.
async fn raw(url: &str, method: Method, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Client::new().request(method, format!("{url}/mcp")).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.send().await.expect("the server answers")).await
}

const ACCEPT: (&str, &str) = ("accept", "application/json, text/event-stream");
const JSON: (&str, &str) = ("content-type", "application/json");

fn ping() -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }).to_string()
}

#[tokio::test]
async fn the_door_is_closed_to_pages_sessions_and_strangers() {
    let waiting = Waiting::start().await;
    let url = waiting.server.url();
    let bearer = format!("Bearer {}", waiting.token);
    let bearer = ("authorization", bearer.as_str());
    let nobody = raw(url, Method::POST, &[ACCEPT, JSON], &ping()).await;
    nobody.expect_problem(401, "not-signed-in");
    assert!(nobody.header("www-authenticate").starts_with("Bearer"));
    let odd = raw(url, Method::POST, &[ACCEPT, JSON, ("authorization", "Bearer kon_nonsense")], &ping()).await;
    odd.expect_problem(401, "not-signed-in");
    let cookie = waiting.jonas.cookie();
    let by_cookie = raw(url, Method::POST, &[ACCEPT, JSON, ("cookie", cookie), ("x-konductro", "1")], &ping()).await;
    by_cookie.expect_problem(401, "not-signed-in");
    for origin in ["https://evil.example", "null"] {
        let foreign = raw(url, Method::POST, &[ACCEPT, JSON, bearer, ("origin", origin)], &ping()).await;
        assert_eq!(foreign.status, 403, "{origin}: {:#}", foreign.body);
    }
    let own = raw(url, Method::POST, &[ACCEPT, JSON, bearer, ("origin", url)], &ping()).await;
    assert_eq!(own.status, 200, "{:#}", own.body);
    for method in [Method::GET, Method::DELETE, Method::PUT] {
        let refused = raw(url, method, &[ACCEPT, bearer], "").await;
        refused.expect_problem(405, "method-not-allowed");
        assert_eq!(refused.header("allow"), "POST");
    }
}

#[tokio::test]
async fn rubbish_is_refused_and_never_breaks_it() {
    let waiting = Waiting::start().await;
    let url = waiting.server.url();
    let bearer = format!("Bearer {}", waiting.token);
    let known = [ACCEPT, JSON, ("authorization", bearer.as_str())];
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let named = |method: &str| json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": [] }).to_string();
    for body in ["", "{", "null", "[]", "\u{0}", &deep, &named("tools/call"), &named("x"), "{\"jsonrpc\":\"1.0\"}"] {
        let answer = raw(url, Method::POST, &known, body).await;
        assert!(answer.status < 500, "{}: {:#}", body.chars().take(40).collect::<String>(), answer.body);
    }
    let large = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "params": { "x": "y".repeat(3 * 1024 * 1024) } });
    raw(url, Method::POST, &known, &large.to_string()).await.expect_problem(413, "payload-too-large");
    let html = [ACCEPT, ("content-type", "text/html"), known[2]];
    assert_eq!(raw(url, Method::POST, &html, &ping()).await.status, 415);
    let unread = raw(url, Method::POST, &[JSON, known[2]], &ping()).await.expect_problem(400, "malformed");
    assert!(unread["detail"].as_str().unwrap().contains("text/event-stream"), "{unread:#}");
    let future = [ACCEPT, JSON, known[2], ("mcp-protocol-version", "2199-01-01")];
    raw(url, Method::POST, &future, &ping()).await.expect_problem(400, "malformed");
    let bare = [ACCEPT, JSON, known[2], ("mcp-protocol-version", "2026-07-28")];
    let refused = raw(url, Method::POST, &bare, &named("tools/list").replace("[]", "{}")).await;
    assert_eq!((refused.status, refused.body["error"]["code"].is_i64()), (400, true), "{:#}", refused.body);
    assert_eq!(raw(url, Method::POST, &known, &ping()).await.status, 200);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_refused_at_once() {
    let waiting = Waiting::start().await;
    let (secret, id) = waiting.jonas.issue_token(&waiting.project, &["read"]).await;
    let bearer = format!("Bearer {secret}");
    let known = [ACCEPT, JSON, ("authorization", bearer.as_str())];
    assert_eq!(raw(waiting.server.url(), Method::POST, &known, &ping()).await.status, 200);
    waiting.jonas.delete(&format!("/tokens/{id}")).await.expect(204);
    raw(waiting.server.url(), Method::POST, &known, &ping()).await.expect_problem(401, "not-signed-in");
}

#[tokio::test]
async fn what_a_tool_can_reach_no_token_can_approve() {
    let waiting = Waiting::start().await;
    let program: Person = waiting.jonas.by_token(&waiting.token);
    let path = format!("/phases/{}/artefacts/requirements", waiting.phase);
    let approval = waiting.dana.approval_of(&waiting.phase, "requirements").await;
    let refused = program.post(&format!("{path}/approvals"), approval.clone()).await;
    assert_eq!(refused.status, 403, "{:#}", refused.body);
    // The SDM's own token is no better: only their session decides.
    let (secret, _) = waiting.dana.issue_token(&waiting.project, &["read", "analysis:write", "findings:write"]).await;
    let refused = waiting.dana.by_token(&secret).post(&format!("{path}/approvals"), approval).await;
    assert_eq!(refused.status, 403, "{:#}", refused.body);
    let tools =
        converse(&Transport::http(waiting.server.url(), &secret), "legacy", json!([{ "do": "tools/list" }])).await;
    let names: Vec<Value> =
        tools.answers[0]["ok"]["tools"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert!(names.iter().all(|name| !name.as_str().unwrap().contains("approve")), "{names:?}");
}
