//! Who may open the socket and listen, on the running product: session, origin, subprotocol, membership, and what
//! happens to an open socket when one of them ends.
use konductro_tests::socket::{Refused, Socket};
use konductro_tests::{Person, Server};
use serde_json::json;

async fn open(server: &Server, person: &Person) -> Socket {
    let url = format!("{}/api/v1/ws", server.url());
    Socket::open(&url, &[("cookie", person.cookie()), ("origin", server.url())]).await.unwrap()
}

fn refused(outcome: Result<Socket, Refused>, status: u16, code: &str) {
    let refused = outcome.err().expect("the socket is refused");
    assert_eq!(refused.status, status, "{:?}", refused.problem);
    assert_eq!(refused.problem["type"], format!("/problems/{code}"));
}

#[tokio::test]
async fn the_socket_opens_for_our_own_page_of_somebody_signed_in() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let url = format!("{}/api/v1/ws", server.url());
    refused(Socket::open(&url, &[]).await, 401, "not-signed-in");
    refused(Socket::open(&url, &[("cookie", "konductro_session=rubbish")]).await, 401, "not-signed-in");
    let foreign = [("cookie", dana.cookie()), ("origin", "https://evil.example")];
    refused(Socket::open(&url, &foreign).await, 403, "csrf");
    refused(Socket::open_as(&url, &[("cookie", dana.cookie())]).await, 400, "malformed");
    dana.get("/ws").await.expect_problem(400, "malformed");
    let mut socket = open(&server, &dana).await;
    assert!(socket.until_type("hello").await["connection_id"].is_string());
}

#[tokio::test]
async fn a_guided_reply_is_heard_as_it_is_written_and_stored_as_it_was_heard() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    let topic = format!("conversation:{phase}:requirements");
    let (mut one, mut other) = (open(&server, &dana).await, open(&server, &dana).await);
    one.subscribe(&topic).await;
    other.subscribe(&topic).await;
    let path = format!("/phases/{phase}/stages/requirements/messages");
    let posted = dana.post(&path, json!({ "text": "Sellers wait weeks for their money." })).await.expect(202);
    for socket in [&mut one, &mut other] {
        let done = socket.until_type("turn.done").await;
        assert_eq!((&done["turn_id"], done["outcome"].as_str()), (&posted["turn_id"], Some("completed")));
    }
    assert_eq!(one.parts, other.parts);
    let items = dana.get(&path).await.expect(200)["items"].clone();
    let reply = items.as_array().unwrap().iter().find(|item| item["author"]["kind"] == "conductor").unwrap();
    assert_eq!(reply["text"].as_str().unwrap().trim_end(), one.text().trim_end());
}

#[tokio::test]
async fn whoever_loses_membership_or_session_hears_no_more() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let olu = dana.invite("Olu Ade", "olu@example.com").await;
    let project = dana.create_project("PAY").await;
    let topic = format!("project:{project}");
    let mut socket = open(&server, &olu).await;
    socket.send(json!({ "type": "subscribe", "topic": topic })).await;
    assert_eq!(socket.until_type("error").await["code"], "not-found", "what one may not see does not exist");
    dana.add_member(&project, &olu, &["developer"]).await;
    socket.subscribe(&topic).await;
    dana.open_phase(&project, "Split settlement").await;
    socket
        .until("the phase", |frame| frame["what"].as_array().is_some_and(|what| what.contains(&json!("phases"))))
        .await;
    dana.delete(&format!("/projects/{project}/members/{}", olu.user_id)).await.expect(200);
    assert_eq!(socket.until_type("error").await["code"], "subscription-ended");
    olu.delete("/session").await;
    assert_eq!(socket.until_closed().await, Some(4401));
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye() {
    let mut server = Server::start().await;
    let dana = server.administrator().await;
    let mut socket = open(&server, &dana).await;
    socket.until_type("hello").await;
    let stopping = std::thread::spawn(move || server.stop());
    assert_eq!(socket.until_closed().await, Some(1001));
    assert_eq!(stopping.join().unwrap(), Some(0));
}
