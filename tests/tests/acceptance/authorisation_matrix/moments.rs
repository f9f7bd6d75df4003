//! The moments at which operations are possible: what has to be there before, made by whoever owns the project.

use konductro_tests::Person;
use konductro_tests::analysis::{mapped_ids, submission};
use konductro_tests::reviewed::{REQUIREMENTS, ready_phase};
use konductro_tests::socket::Socket;
use konductro_tests::wait::until;
use serde_json::{Value, json};

use super::cast::Cast;

pub(super) fn device() -> Value {
    json!({ "tool": "konductro", "host_name": "laptop", "scopes": ["read"] })
}

/// The address of a command line that waits to be signed in.
pub(super) async fn waiting_device(owner: &Person) -> String {
    let waiting = owner.post("/device-logins", device()).await.expect(201);
    format!("/device-logins/{}", waiting["user_code"].as_str().unwrap())
}

/// The role of an SDM, lent for a week.
pub(super) fn delegation(delegate: &str) -> Value {
    let until = time::OffsetDateTime::now_utc() + time::Duration::days(7);
    let until = until.format(&time::format_description::well_known::Rfc3339).unwrap();
    json!({ "delegate": delegate, "role": "sdm", "until": until })
}

/// The address of a thread that the owner opened.
pub(super) async fn thread(cast: &Cast, artefact: &str) -> String {
    let path = format!("{artefact}/threads");
    let opened = cast.owner.post(&path, json!({ "version": 1, "text": "Which days?" })).await.expect(201);
    format!("{path}/{}", opened["id"].as_str().unwrap())
}

/// A finding against what the artefacts of a ready phase define.
pub(super) fn finding(stage: &str, text: &str) -> Value {
    let reference = match stage {
        "requirements" => "R-1",
        "technical_analysis" => "E-1",
        _ => "AD-1",
    };
    json!({ "stage": stage, "ref": reference, "severity": "advisory", "text": text })
}

/// The address of a finding that the owner raised.
pub(super) async fn raised(cast: &Cast, stage: &str, text: &str) -> String {
    let phase = ready_phase(&cast.owner, &cast.project).await;
    let raised = cast.owner.post(&format!("/phases/{phase}/findings"), finding(stage, text)).await.expect(201);
    format!("/findings/{}", raised["id"].as_str().unwrap())
}

/// A phase with requirements that are approved, and have ids.
pub(super) async fn with_requirements(cast: &Cast) -> String {
    let phase = cast.open("full").await;
    cast.owner.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
    cast.owner.approve(&phase, "requirements").await.expect(201);
    phase
}

/// A phase whose analysis was submitted and approved.
pub(super) async fn analysed(cast: &Cast) -> String {
    let phase = with_requirements(cast).await;
    let ids = mapped_ids(&cast.owner, &phase).await;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let versions = format!("/phases/{phase}/artefacts/technical_analysis/versions");
    cast.owner.post(&versions, submission(&ids, "Once.")).await.expect(201);
    cast.owner.approve(&phase, "technical_analysis").await.expect(201);
    phase
}

/// The address of a submission that is kept beside an approved analysis.
pub(super) async fn kept(cast: &Cast) -> String {
    let phase = analysed(cast).await;
    let ids = mapped_ids(&cast.owner, &phase).await;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let artefact = format!("/phases/{phase}/artefacts/technical_analysis");
    let kept = cast.owner.post(&format!("{artefact}/versions"), submission(&ids, "Again.")).await.expect(202);
    format!("{artefact}/kept-submissions/{}", kept["kept_as_draft"]["id"].as_str().unwrap())
}

pub(super) fn draft() -> Value {
    json!({ "title": "Document", "markdown": "# Begun\n", "base_version": 1 })
}

/// The address of a turn whose reply is being written.
pub(super) async fn running_turn(cast: &Cast) -> String {
    let stage = format!("/phases/{}/stages/requirements", cast.open("full").await);
    let messages = format!("{stage}/messages");
    let posted = cast.owner.post(&messages, json!({ "text": "Sellers wait." })).await.expect(202);
    until("the reply to begin", || async {
        let messages = cast.owner.get(&messages).await.expect(200);
        messages["items"].as_array().unwrap().iter().any(|it| it["state"] == "streaming").then_some(())
    })
    .await;
    format!("{stage}/turns/{}", posted["turn_id"].as_str().unwrap())
}

/// The address of a turn whose reply was stopped after its first words.
pub(super) async fn stopped_turn(cast: &Cast) -> String {
    let (owner, phase) = (&cast.owner, cast.open("full").await);
    let headers = [("cookie", owner.cookie()), ("origin", cast.url.as_str())];
    let mut socket = Socket::open(&format!("{}/api/v1/ws", cast.url), &headers).await.unwrap();
    socket.subscribe(&format!("conversation:{phase}:requirements")).await;
    let messages = format!("/phases/{phase}/stages/requirements/messages");
    let posted = owner.post(&messages, json!({ "text": "Sellers wait." })).await.expect(202);
    while !socket.text().contains("think") {
        socket.next().await.unwrap();
    }
    let turn = posted["turn_id"].as_str().unwrap();
    let path = format!("/phases/{phase}/stages/requirements/turns/{turn}");
    owner.post(&format!("{path}/stop"), Value::Null).await.expect(202);
    owner.reply_of(&phase, "requirements", turn).await;
    path
}

/// The one change request that is open.
pub(super) async fn open_request(cast: &Cast, phase: &str, stage: &str) -> String {
    let view = cast.owner.stage(phase, stage).await;
    let requests = view["gate"]["change_requests"].as_array().unwrap_or_else(|| panic!("requests: {view:#}"));
    requests[0]["id"].as_str().unwrap().to_owned()
}
