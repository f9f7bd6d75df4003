//! What waits for me, in all my projects: longest first, each with what I can do about it.

use konductro_projections::inbox::INBOX;
use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::{generate, ready_phase};
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::Value;
use sqlx::{Executor as _, Row as _};
use uuid::Uuid;

async fn waiting(reader: &Person) -> Vec<(String, String, String)> {
    let page = reader.get("/inbox").await.expect(200);
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| (text(item, "what"), text(item, "project_key"), text(item, "stage"))).collect()
}

fn item(what: &str, project: &str, stage: &str) -> (String, String, String) {
    (what.to_owned(), project.to_owned(), stage.to_owned())
}

#[tokio::test]
async fn each_person_is_told_what_they_can_do_and_nobody_else() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let (pay, ops) = (dana.create_project("PAY").await, dana.create_project("OPS").await);
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    dana.add_member(&pay, &jonas, &["developer"]).await;
    assert!(waiting(&dana).await.is_empty());
    let split = dana.open_phase(&pay, "Split settlement").await;
    dana.open_phase(&ops, "Night shift").await;
    assert_eq!(waiting(&dana).await, [item("write", "PAY", "requirements"), item("write", "OPS", "requirements")]);
    assert!(waiting(&jonas).await.is_empty());
    dana.save_version(&split, "requirements", "# One").await.expect(201);
    // A new version is a new wait: what has waited longer comes first.
    assert_eq!(waiting(&dana).await, [item("write", "OPS", "requirements"), item("approve", "PAY", "requirements")]);
    let back = format!("/phases/{split}/artefacts/requirements/change-requests");
    dana.post(&back, serde_json::json!({ "version": 1, "reason": "More." })).await.expect(201);
    assert_eq!(waiting(&dana).await[1], item("revise", "PAY", "requirements"));
    dana.approve(&split, "requirements").await.expect(201);
    assert_eq!(waiting(&jonas).await, [item("analyse", "PAY", "technical_analysis")]);
    let page = jonas.get("/inbox").await.expect(200);
    let first = &page["items"][0];
    assert_eq!((&first["title"], &first["phase_id"]), (&"Split settlement".into(), &split.as_str().into()));
    assert_eq!(first["since"], jonas.stage(&split, "technical_analysis").await["since"], "the time in gate");
    jonas.save_version(&split, "technical_analysis", "# Analysis").await.expect(201);
    assert!(waiting(&jonas).await.is_empty());
    assert_eq!(waiting(&dana).await[1], item("approve", "PAY", "technical_analysis"));
    dana.approve(&split, "technical_analysis").await.expect(201);
    dana.post(&format!("/phases/{split}/stages/requirements/reopen"), serde_json::json!({ "reason": "R-2 is wrong." }))
        .await
        .expect(200);
    dana.approve(&split, "requirements").await.expect(201);
    assert!(waiting(&dana).await.contains(&item("reaffirm", "PAY", "technical_analysis")));
    dana.delete(&format!("/projects/{pay}/members/{}", jonas.user_id)).await.expect(200);
    assert!(waiting(&jonas).await.is_empty());
}

#[tokio::test]
async fn stories_wait_to_be_proposed_and_to_be_decided_on() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = ready_phase(&dana, &project).await;
    assert_eq!(waiting(&dana).await, [item("generate_stories", "PAY", "stories")]);
    generate(&dana, &phase).await;
    until("all five proposals to wait", || async {
        let page = dana.get("/inbox").await.expect(200);
        (page["items"][0]["what"] == "review_stories" && page["items"][0]["undecided"] == 5).then_some(())
    })
    .await;
    dana.post(&format!("/phases/{phase}/proposals/approve-all"), serde_json::json!({})).await.expect(200);
    assert!(waiting(&dana).await.is_empty());
}

#[tokio::test]
async fn an_inbox_comes_in_pages_without_a_gap_or_a_repeat() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    for number in 0..5 {
        dana.open_phase(&project, &format!("Phase {number}")).await;
    }
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = dana.get(&format!("/inbox?limit=2{cursor}")).await.expect(200);
        titles.extend(page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(titles, ["Phase 0", "Phase 1", "Phase 2", "Phase 3", "Phase 4"]);
    for odd in ["limit=0", "limit=201", "limit=x", "cursor=zz", "cursor=7b7d", "x=1"] {
        let status = dana.get(&format!("/inbox?{odd}")).await.status;
        assert!((400..=422).contains(&status), "{odd}: {status}");
    }
}

#[tokio::test]
async fn every_step_of_the_inbox_goes_over_an_index() {
    let database = TestDatabase::new().await;
    let _server = Server::start_on(&database).await;
    let mut owner = database.owner().await;
    // With so few rows reading all of them is cheapest: what is asked is whether an index leads there.
    owner.execute("SET enable_seqscan = off").await.unwrap();
    let plan = sqlx::query(&format!("EXPLAIN {INBOX}"))
        .bind(Uuid::now_v7())
        .bind(None::<time::OffsetDateTime>)
        .bind(None::<Uuid>)
        .bind(50_i64)
        .bind(None::<Uuid>)
        .fetch_all(&mut owner)
        .await
        .unwrap();
    let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
    let plan = plan.join("\n");
    assert!(!plan.contains("Seq Scan"), "{plan}");
    for index in ["project_members_of_user", "phases_waiting", "phases_ready", "review_proposals_of_phase"] {
        assert!(plan.contains(index), "{index} is not used:\n{plan}");
    }
}
