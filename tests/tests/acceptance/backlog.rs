//! The backlog over HTTP: filters, orders, cursors, changes by hand, and files that run nowhere.

use konductro_tests::reviewed::{items, phase_in_review, table, text};
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

/// A project whose backlog has the stories of one phase, all open.
async fn with_backlog(server: &Server) -> (Person, String, String, Vec<Value>) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = phase_in_review(&dana, &project).await;
    let proposed = items(&table(&dana, &phase).await);
    dana.post(&format!("/phases/{phase}/proposals/approve-all"), json!({})).await.expect(200);
    let stories = until("all stories to be enriched", || async {
        let page = dana.get(&format!("/projects/{project}/backlog")).await.expect(200);
        let stories = items(&page);
        let done = |story: &Value| story["enrichment_state"] == "done" || story["enrichment_state"] == "failed";
        (!stories.is_empty() && stories.iter().all(done)).then_some(stories)
    })
    .await;
    let titles = |stories: &[Value]| stories.iter().map(|story| text(&story["title"])).collect::<Vec<_>>();
    assert_eq!(titles(&stories), titles(&proposed), "keys in the order of the review table");
    (dana, project, phase, stories)
}

#[tokio::test]
async fn stories_are_filtered_sorted_and_paged() {
    let server = Server::start().await;
    let (dana, project, phase, stories) = with_backlog(&server).await;
    let first = &stories[0];
    assert_eq!((first["key"].as_str(), first["phase"]["kind"].as_str()), (Some("PAY-1"), Some("full")));
    assert_eq!((first["enriched"].as_bool(), first["stale"].as_bool()), (Some(true), Some(false)));
    let path = format!("/projects/{project}/backlog");
    let total = async |query: &str| {
        let page = dana.get(&format!("{path}?{query}")).await.expect(200);
        assert_eq!(page["total"].as_u64().unwrap(), items(&page).len() as u64);
        items(&page).len()
    };
    let all = stories.len();
    assert_eq!(total(&format!("phase={phase}")).await, all);
    assert_eq!(total(&format!("phase={}", uuid::Uuid::now_v7())).await, 0);
    assert_eq!(total("type=feature").await + total("type=enabler").await, all);
    assert_eq!(total("type=bug").await, 0);
    assert_eq!((total("status=open").await, total("status=closed").await), (all, 0));
    assert_eq!((total("enriched=true").await, total("stale=true").await), (all, 0));
    assert_eq!(total("text=pay-2").await, 1);
    assert_eq!(total(&format!("text={}", text(&first["title"]).to_uppercase().replace(' ', "%20"))).await, 1);
    assert_eq!(total("text=%25").await, 0, "a percent sign is no pattern");
    assert_eq!(total("type=feature&text=R-1&status=open&enriched=true").await, 1);

    for sort in ["key", "-key", "title", "updated", "complexity"] {
        let whole = dana.get(&format!("{path}?sort={sort}")).await.expect(200);
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = dana.get(&format!("{path}?sort={sort}&limit=2{cursor}")).await.expect(200);
            walked.extend(items(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(walked, items(&whole), "pages by {sort} make the whole");
    }
    for wrong in ["sort=size", "type=epic", "limit=0", "limit=201", "cursor=zz", "phase=x", "stale=maybe", "unknown=1"]
    {
        dana.get(&format!("{path}?{wrong}")).await.expect_problem(422, "invalid");
    }
    let long = "a".repeat(201);
    dana.get(&format!("{path}?text={long}")).await.expect_problem(422, "invalid");
    let stranger = dana.invite("Olu Ade", "olu@example.com").await;
    stranger.get(&path).await.expect_problem(404, "not-found");
    stranger.get(&format!("{path}/export?format=csv")).await.expect_problem(404, "not-found");
    stranger.get(&format!("/stories/{}", text(&first["id"]))).await.expect_problem(404, "story-unknown");
}

#[tokio::test]
async fn a_story_is_changed_by_hand_enriched_again_and_closed() {
    let server = Server::start().await;
    let (dana, project, _, stories) = with_backlog(&server).await;
    let path = format!("/stories/{}", text(&stories[0]["id"]));
    let story = dana.get(&path).await;
    let etag = story.header("etag");
    let story = story.expect(200);
    assert_eq!(etag, format!("\"{}\"", story["version"]));
    assert!(!story["enrichment"]["context_pack"].as_str().unwrap().is_empty(), "{story:#}");
    let files = story["enrichment"]["files"].as_array().unwrap();
    assert!(files.iter().all(|file| file["evidence"].as_str().is_some_and(|it| !it.is_empty())), "{files:#?}");

    let without = dana.send(dana.request(reqwest::Method::PATCH, &path).json(&json!({ "title": "New" }))).await;
    without.expect_problem(428, "if-match-required");
    dana.patch(&path, "\"1\"", json!({ "title": "New" })).await.expect_problem(412, "version-changed");
    let other = stories[1]["id"].clone();
    let change = json!({ "title": "New", "type": "spike", "depends_on": [other], "complexity": null });
    let changed = dana.patch(&path, &etag, change).await.expect(200);
    assert_eq!((changed["title"].as_str(), changed["type"].as_str()), (Some("New"), Some("spike")));
    assert_eq!((changed["complexity"].clone(), changed["depends_on"][0]["key"].as_str()), (Value::Null, Some("PAY-2")));
    let mine = json!({ "depends_on": [story["id"]] });
    dana.patch(&path, "*", mine).await.expect_problem(422, "invalid");

    let enriching = dana.post(&format!("{path}/enrich"), json!({})).await.expect(202);
    assert_eq!(enriching["enrichment"]["attempt"], 2);
    until("the second enrichment", || async {
        let story = dana.get(&path).await.expect(200);
        (story["enrichment"]["state"] == "done").then_some(())
    })
    .await;
    dana.post(&format!("{path}/close"), json!({ "reason": "" })).await.expect_problem(422, "invalid");
    let closed = dana.post(&format!("{path}/close"), json!({ "reason": "Done elsewhere." })).await.expect(200);
    assert_eq!((closed["status"].as_str(), closed["may"].clone()), (Some("closed"), json!([])));
    for verb in ["refine", "enrich"] {
        dana.post(&format!("{path}/{verb}"), json!({})).await.expect_problem(409, "story-closed");
    }
    dana.patch(&path, "*", json!({ "title": "Late" })).await.expect_problem(409, "story-closed");
    let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
    dana.add_member(&project, &mara, &["architect"]).await;
    let other = format!("/stories/{}", text(&stories[1]["id"]));
    assert_eq!(mara.get(&other).await.expect(200)["may"], json!([]));
    mara.post(&format!("{other}/close"), json!({ "reason": "x" })).await.expect_problem(403, "role-required");
    mara.patch(&other, "*", json!({ "title": "x" })).await.expect_problem(403, "role-required");
}

#[tokio::test]
async fn files_hold_every_story_and_no_formula() {
    let server = Server::start().await;
    let (dana, project, _, stories) = with_backlog(&server).await;
    let path = format!("/stories/{}", text(&stories[0]["id"]));
    let evil = json!({ "title": "=HYPERLINK(\"http://x\")", "narrative": "@SUM(1,2)\nsecond, \"quoted\"" });
    dana.patch(&path, "*", evil).await.expect(200);
    let export = format!("/projects/{project}/backlog/export");

    let csv = dana.get(&format!("{export}?format=csv")).await;
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"PAY-backlog.csv\"");
    assert!(csv.header("content-type").starts_with("text/csv"));
    let csv = text(&csv.expect(200));
    assert!(csv.starts_with("\u{feff}Key,Title,Type,"), "{csv}");
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{csv}");
    assert!(csv.contains("\"'@SUM(1,2)\nsecond, \"\"quoted\"\"\""), "{csv}");
    assert!(stories.iter().all(|story| csv.contains(&format!("{},", text(&story["key"])))), "{csv}");

    let jira = text(&dana.get(&format!("{export}?format=jira_csv&sort=-key")).await.expect(200));
    assert!(
        jira.starts_with("External ID,Issue Type,Summary,Description,Story Points,Labels,Depends On\r\n"),
        "{jira}"
    );
    assert!(jira.contains("Story,'=HYPERLINK") || jira.contains("Story,\"'=HYPERLINK"), "{jira}");

    let json = dana.get(&format!("{export}?format=json&text=PAY-2")).await.expect(200);
    let exported = items(&json);
    assert_eq!((exported.len(), exported[0]["key"].as_str()), (1, Some("PAY-2")));
    assert!(!exported[0]["acceptance_criteria"].as_array().unwrap().is_empty());
    assert_eq!(items(&dana.get(&format!("{export}?format=json")).await.expect(200)).len(), stories.len());
    assert_eq!(items(&dana.get(&format!("{export}?format=json&type=bug")).await.expect(200)), Vec::<Value>::new());
    dana.get(&export).await.expect_problem(422, "invalid");
    dana.get(&format!("{export}?format=xlsx")).await.expect_problem(422, "invalid");
}
