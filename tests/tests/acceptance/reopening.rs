//! Opening an approved stage again: what becomes stale, what is reaffirmed, and one outcome whatever goes on meanwhile.

use konductro_tests::database::TestDatabase;
use konductro_tests::hostile_model::{Act, HostileModel, stream_head, text as says};
use konductro_tests::reviewed::{generate, items, ready_phase, table, text};
use konductro_tests::socket::Socket;
use konductro_tests::wait::until;
use konductro_tests::{Person, Server, invariants};
use serde_json::{Value, json};

async fn reopen(person: &Person, phase: &str, stage: &str, reason: &str) -> Value {
    person.post(&format!("/phases/{phase}/stages/{stage}/reopen"), json!({ "reason": reason })).await.expect(200)
}

async fn reaffirm(person: &Person, phase: &str, stage: &str) {
    let shown = person.approval_of(phase, stage).await;
    person.post(&format!("/phases/{phase}/artefacts/{stage}/reaffirm"), shown).await.expect(201);
}

fn states(phase: &Value) -> Vec<&str> {
    phase["stages"].as_array().unwrap().iter().filter_map(|stage| stage["state"].as_str()).collect()
}

async fn states_of(person: &Person, phase: &str) -> Vec<String> {
    let phase = person.get(&format!("/phases/{phase}")).await.expect(200);
    states(&phase).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn what_stands_on_a_reopened_stage_is_stale_until_it_is_reaffirmed_or_revised() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    dana.add_member(&project, &dana, &["sdm", "architect", "developer"]).await;
    let (phase, beside) = (ready_phase(&dana, &project).await, ready_phase(&dana, &project).await);
    let refused = dana.post(&format!("/phases/{phase}/stages/requirements/reopen"), json!({ "reason": " " })).await;
    refused.expect_problem(422, "invalid");

    let reopened = reopen(&dana, &phase, "requirements", "Tax was forgotten").await;
    assert_eq!(states(&reopened), ["in_review", "stale", "stale", "locked"], "all that stands on it");
    assert_eq!(states_of(&dana, &beside).await, ["approved", "approved", "approved", "open"], "nothing beside it");
    let cause = &reopened["stages"][1]["gate"]["cause"];
    assert_eq!((&cause["stage"], &cause["reason"]), (&json!("requirements"), &json!("Tax was forgotten")));
    assert_eq!((&cause["from_version"], &cause["to_version"]), (&json!(1), &Value::Null));
    let mut early = dana.approval_of(&phase, "technical_analysis").await;
    early["upstream_hash"] = reopened["stages"][1]["gate"]["upstream_hash"].clone();
    let path = format!("/phases/{phase}/artefacts/technical_analysis/reaffirm");
    dana.post(&path, early.clone()).await.expect_problem(409, "stage-locked");

    // The identical text comes back, and revives nothing.
    dana.approve(&phase, "requirements").await.expect(201);
    assert_eq!(states_of(&dana, &phase).await, ["approved", "stale", "stale", "locked"]);
    dana.post(&path, early).await.expect_problem(409, "approval-outdated");
    let view = dana.stage(&phase, "technical_analysis").await;
    assert_eq!(view["gate"]["cause"]["to_version"], 1);
    assert!(view["may"].as_array().unwrap().contains(&json!("reaffirm_artefact")), "{view:#}");

    reaffirm(&dana, &phase, "technical_analysis").await;
    assert_eq!(states_of(&dana, &phase).await, ["approved", "approved", "stale", "locked"]);
    let view = dana.stage(&phase, "technical_analysis").await;
    assert_eq!((&view["approved_version"], &view["latest_version"]), (&json!(1), &json!(1)), "the same version");
    dana.save_version(&phase, "architecture", "# Revised\n").await.expect(201);
    assert_eq!(states_of(&dana, &phase).await, ["approved", "approved", "in_review", "locked"]);
    dana.approve(&phase, "architecture").await.expect(201);
    assert_eq!(states_of(&dana, &phase).await, ["approved", "approved", "approved", "open"]);
}

#[tokio::test]
async fn proposals_and_stories_that_came_of_it_carry_the_mark_and_the_reason() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let (phase, beside) = (ready_phase(&dana, &project).await, ready_phase(&dana, &project).await);
    let mut stories = Vec::new();
    for phase in [&phase, &beside] {
        let proposal = text(&items(&generate(&dana, phase).await)[0]["id"]);
        let path = format!("/phases/{phase}/proposals/{proposal}/approve");
        dana.post(&path, json!({ "version": 1 })).await.expect(200);
        let story = until("the story", || async {
            let table = table(&dana, phase).await;
            let approved = items(&table).into_iter().find(|it| it["id"] == proposal.as_str()).unwrap();
            approved["story_id"].as_str().map(str::to_owned)
        });
        stories.push(story.await);
    }
    let shown = dana.delete(&format!("/phases/{phase}/artefacts/architecture/approvals/mine")).await;
    assert_eq!(shown.expect_problem(409, "downstream-approved")["status"], 409, "a proposal in the backlog counts");

    let backlog = format!("/projects/{project}/backlog?stale=true");
    assert_eq!(dana.get(&backlog).await.expect(200)["items"], json!([]));
    reopen(&dana, &phase, "architecture", "The ledger moves").await;
    let table = table(&dana, &phase).await;
    for proposal in items(&table) {
        assert_eq!(proposal["stale"], true, "{proposal:#}");
        assert!(proposal["stale_reason"].as_str().unwrap().contains("Architecture v1"), "{proposal:#}");
    }
    let story = dana.get(&format!("/stories/{}", stories[0])).await.expect(200);
    assert_eq!(story["stale"], true);
    assert!(story["stale_reason"].as_str().unwrap().contains("Architecture v1"), "{story:#}");
    assert_eq!(dana.get(&format!("/stories/{}", stories[1])).await.expect(200)["stale"], false, "nothing beside it");
    let stale = dana.get(&backlog).await.expect(200);
    let ids: Vec<_> = items(&stale).iter().map(|story| text(&story["id"])).collect();
    assert_eq!(ids, [stories[0].clone()]);
    let undecided = items(&table).into_iter().find(|it| it["status"] == "proposed").unwrap();
    let path = format!("/phases/{phase}/proposals/{}/approve", text(&undecided["id"]));
    dana.post(&path, json!({})).await.expect_problem(409, "stage-locked");
}

/// A server whose model writes this and then nothing more.
async fn with_a_model_that_stalls_after(written: &str) -> (HostileModel, TestDatabase, Server) {
    let model = HostileModel::start(vec![vec![stream_head(), says(written), Act::Stall]]).await;
    let database = TestDatabase::empty().await;
    let url = database.url();
    let settings =
        [("DATABASE_URL", url.as_str()), ("OPENAI_BASE_URL", &model.base_url), ("KONDUCTRO_MODEL", "stalls")];
    let server = Server::start_with(&settings).await;
    (model, database, server)
}

fn document(kind: &str) -> String {
    format!(
        "Here it is.\n\n<artefact kind=\"{kind}\" title=\"Document\">\n# By Conductor\n\nAll of it.\n</artefact>\n\nIs"
    )
}

/// Writes to Conductor, and waits until the whole document has been heard; the socket and the turn.
async fn hear_a_document(server: &Server, dana: &Person, phase: &str, stage: &str) -> (Socket, String) {
    let url = format!("{}/api/v1/ws", server.url());
    let mut socket = Socket::open(&url, &[("cookie", dana.cookie()), ("origin", server.url())]).await.unwrap();
    socket.subscribe(&format!("conversation:{phase}:{stage}")).await;
    let path = format!("/phases/{phase}/stages/{stage}/messages");
    let posted = dana.post(&path, json!({ "text": "Write it." })).await.expect(202);
    while !socket.text().contains("All of it.") || !socket.text().ends_with("Is") {
        socket.until_type("turn.delta").await;
    }
    (socket, text(&posted["turn_id"]))
}

/// Ends the reply, and gives its document as the conversation shows it once it is settled.
async fn settled_document(dana: &Person, phase: &str, stage: &str, turn: &str) -> Value {
    let path = format!("/phases/{phase}/stages/{stage}/turns/{turn}/stop");
    dana.post(&path, Value::Null).await.expect(202);
    let path = format!("/phases/{phase}/stages/{stage}/messages");
    until("the document to be settled", || async {
        let messages = dana.get(&path).await.expect(200);
        let reply = items(&messages).into_iter().find(|it| it["author"]["kind"] == "conductor")?;
        let document = reply["documents"][0].clone();
        matches!(document["state"].as_str(), Some("saved" | "set_aside")).then_some(document)
    })
    .await
}

#[tokio::test]
async fn a_reply_in_a_stage_that_is_locked_meanwhile_is_set_aside_and_says_so() {
    let (_model, database, mut server) = with_a_model_that_stalls_after(&document("architecture")).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    for stage in ["requirements", "technical_analysis"] {
        dana.save_version(&phase, stage, "# As shown\n").await.expect(201);
        dana.approve(&phase, stage).await.expect(201);
    }
    let (mut socket, turn) = hear_a_document(&server, &dana, &phase, "architecture").await;
    reopen(&dana, &phase, "requirements", "Tax was forgotten").await;
    let document = settled_document(&dana, &phase, "architecture", &turn).await;
    assert_eq!((&document["state"], &document["version"]), (&json!("set_aside"), &Value::Null), "{document:#}");
    assert!(document["reason"].as_str().unwrap().contains("locked"), "{document:#}");
    // Whoever listens hears that the reply has ended, and then that there is something to look at.
    let ended = |frame: &Value| frame["type"] == "turn.done" && frame["outcome"] == "stopped";
    socket.until("the end", ended).await;
    let about = |frame: &Value| {
        frame["type"] == "changed" && frame["what"].as_array().unwrap().contains(&json!("conversation:architecture"))
    };
    socket.until("the document to be told of", about).await;
    let view = dana.stage(&phase, "architecture").await;
    assert_eq!((&view["state"], &view["latest_version"]), (&json!("locked"), &Value::Null));
    hold(&database, &mut server).await;
}

#[tokio::test]
async fn a_reply_lands_in_the_new_cycle_and_never_on_an_approved_stage() {
    let (_model, database, mut server) = with_a_model_that_stalls_after(&document("requirements")).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    for reopens in [false, true] {
        let phase = dana.open_phase(&project, "Split settlement").await;
        dana.save_version(&phase, "requirements", "# As shown\n").await.expect(201);
        dana.approve(&phase, "requirements").await.expect(201);
        let (_socket, turn) = hear_a_document(&server, &dana, &phase, "requirements").await;
        if reopens {
            reopen(&dana, &phase, "requirements", "Tax was forgotten").await;
        }
        let document = settled_document(&dana, &phase, "requirements", &turn).await;
        let view = dana.stage(&phase, "requirements").await;
        if reopens {
            assert_eq!((&document["state"], &document["version"]), (&json!("saved"), &json!(2)), "{document:#}");
            assert_eq!(
                (&view["state"], &view["cycle"], &view["latest_version"]),
                (&json!("in_review"), &json!(2), &json!(2))
            );
        } else {
            assert_eq!(document["state"], "set_aside", "{document:#}");
            assert!(document["reason"].as_str().unwrap().contains("approved"), "{document:#}");
            assert_eq!((&view["state"], &view["latest_version"]), (&json!("approved"), &json!(1)));
        }
    }
    hold(&database, &mut server).await;
}

#[tokio::test]
async fn a_generation_whose_sources_are_opened_again_ends_with_a_word_and_keeps_what_came() {
    let story = json!({
        "id": "S-1", "title": "Split a payment", "type": "feature", "narrative": "As a seller I want my share",
        "acceptance_criteria": [{ "given": "a", "when": "b", "then": "c", "traces_to": ["R-1.1"] }],
        "complexity": 3, "complexity_reason": "small", "depends_on": [], "requirement_ids": ["R-1"],
        "decision_ids": [],
    });
    let (_model, database, mut server) = with_a_model_that_stalls_after(&format!("{{\"stories\": [{story}, ")).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    // By reopening what is nearest, and what is farthest; approved anew at once, or not.
    for (stage, anew) in [("architecture", false), ("requirements", false), ("architecture", true)] {
        let phase = ready_phase(&dana, &project).await;
        let path = format!("/phases/{phase}/proposals");
        dana.post(&format!("{path}/generate"), json!({})).await.expect(202);
        until("a story to come", || async {
            let table = table(&dana, &phase).await;
            (items(&table).len() == 1 && table["generation"]["state"] == "running").then_some(())
        })
        .await;
        reopen(&dana, &phase, stage, "The ledger moves").await;
        if anew {
            dana.approve(&phase, stage).await.expect(201);
        }
        let ended = until("the generation to end", || async {
            let table = table(&dana, &phase).await;
            (table["generation"]["state"] == "failed").then_some(table)
        })
        .await;
        let detail = text(&ended["generation"]["failure"]["detail"]);
        let word = if anew { "opened again and approved anew" } else { "locked" };
        assert!(detail.contains(word) && detail.contains("marked stale"), "{detail}");
        let proposals = items(&ended);
        assert_eq!((proposals.len(), &proposals[0]["stale"]), (1, &json!(true)), "{ended:#}");
    }
    hold(&database, &mut server).await;
}

/// What must hold whatever happened.
async fn hold(database: &TestDatabase, server: &mut Server) {
    let mut owner = database.owner().await;
    invariants::settled(&mut owner).await;
    invariants::log_is_whole(&mut owner).await;
    invariants::turns_ended_once(&mut owner).await;
    invariants::live_equals_rebuilt(&mut owner).await;
    assert_eq!(server.stop(), Some(0), "{}", server.output());
}
