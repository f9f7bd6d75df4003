//! A project's part of the log can be taken away and verified elsewhere; it says itself what it has to hold. What was
//! erased stays erased, and everything is verifiable all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use konductro_tests::audit::{Folder, both, export_of, first, key_of, leaves};
use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::phase_in_review;
use konductro_tests::server::run;
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

/// The history of a phase.
async fn history(reader: &Person, phase: &str) -> Vec<Value> {
    reader.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projects_part_is_verified_elsewhere_and_holds_what_it_declares() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let sdm = server.administrator().await;
    let (project, other) = (sdm.create_project("PAY").await, sdm.create_project("PLAN").await);
    let phase = phase_in_review(&sdm, &project).await;
    sdm.open_phase(&other, "Elsewhere").await;
    sdm.converse(&phase, "requirements", "Sellers wait three days.").await;

    let (key, folder) = (key_of(&sdm).await, Folder::new());
    let export = export_of(&sdm, &project, "").await;
    assert_eq!(both(&folder, &export, &key, None), (0, None));

    let leaves = leaves(&export);
    let declared = &leaves[0]["payload"];
    assert_eq!(leaves[0]["event_type"], "AuditExported");
    assert_eq!(leaves[0]["metadata"]["user_id"], json!(sdm.user_id));
    let pool = database.pool().await;
    let in_database: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM events e JOIN log l USING (aggregate_type, aggregate_id, sequence)
          WHERE e.metadata ->> 'project' = $1 AND l.position <= $2",
    )
    .bind(&project)
    .bind(declared["up_to"].as_i64().unwrap())
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(declared["events"].as_i64().unwrap(), in_database);
    assert_eq!(leaves.len() as i64, in_database + 1);
    assert_eq!(declared["erased"], 0);
    assert!(leaves[1..].iter().all(|leaf| leaf["metadata"]["project"] == json!(project)));
    let names: Vec<_> = leaves.iter().map(|leaf| leaf["event_type"].as_str().unwrap()).collect();
    for name in
        ["ProjectCreated", "PhaseOpened", "ArtefactApproved", "ProposalAdded", "MessagePosted", "ReplyCompleted"]
    {
        assert!(names.contains(&name), "{name}");
    }
    let text = String::from_utf8(export).unwrap();
    assert!(text.contains("Sellers wait three days.") && !text.contains("dana@example.com"));
    assert!(!text.contains("Elsewhere"), "another project's title");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_under_load_is_complete_against_the_database() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::new();
    for _ in 0..4 {
        let (sdm, project, stop) = (sdm.clone(), project.clone(), Arc::clone(&stop));
        writers.push(tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let phase = sdm.open_phase(&project, "Under load").await;
                sdm.save_version(&phase, "requirements", "# R\n\nWords.").await.expect(201);
            }
        }));
    }
    let (key, folder, pool) = (key_of(&sdm).await, Folder::new(), database.pool().await);
    let mut sizes = Vec::new();
    while sizes.len() < 5 {
        let export = export_of(&sdm, &project, "").await;
        assert_eq!(both(&folder, &export, &key, None), (0, None));
        let leaves = leaves(&export);
        let ids: Vec<String> = leaves[1..].iter().map(|leaf| leaf["event_id"].as_str().unwrap().to_owned()).collect();
        let in_database: Vec<String> = sqlx::query_scalar(
            "SELECT e.event_id::text FROM events e JOIN log l USING (aggregate_type, aggregate_id, sequence)
              WHERE e.metadata ->> 'project' = $1 AND l.position <= $2 ORDER BY l.position",
        )
        .bind(&project)
        .bind(leaves[0]["payload"]["up_to"].as_i64().unwrap())
        .fetch_all(&pool)
        .await
        .unwrap();
        assert_eq!(ids, in_database);
        sizes.push(ids.len());
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(sizes.is_sorted() && sizes[0] < sizes[4], "it was written meanwhile: {sizes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_exports_the_whole_log_at_the_console_while_the_server_runs() {
    let mut server = Server::start().await;
    let sdm = server.administrator().await;
    for key in ["PAY", "PLAN"] {
        let project = sdm.create_project(key).await;
        sdm.open_phase(&project, "Split settlement").await;
    }
    let (key, folder) = (key_of(&sdm).await, Folder::new());
    let file = folder.path().join("all.ndjson");
    let (name, data) = (file.to_str().unwrap(), server.data().to_owned());
    let exported = run(&data, &["audit", "export", "--output", name, "--by", "dana@example.com"], &[]).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    let whole = std::fs::read(&file).unwrap();
    assert_eq!(both(&folder, &whole, &key, None), (0, None));
    let all = leaves(&whole);
    assert_eq!(all[0]["payload"]["events"], all[0]["payload"]["up_to"], "every event is in it");
    assert_eq!(
        (&all[0]["metadata"]["user_id"], &all[0]["metadata"]["credential"]),
        (&json!(sdm.user_id), &json!("console"))
    );

    let verified = run(&data, &["audit", "verify", name, "--key", &key], &[]).await;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.starts_with("SOUND: "), "{}", verified.stdout);

    // Nobody serves any more: the console signs itself, with the key in the data folder.
    assert_eq!(server.stop(), Some(0));
    let part = folder.path().join("pay.ndjson");
    let part = part.to_str().unwrap();
    let exported = run(&data, &["audit", "export", "--project", "PAY", "--output", part], &[]).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    let verified = run(&data, &["audit", "verify", name, part, "--key", &key], &[]).await;
    assert_eq!((verified.code, verified.stdout.matches("SOUND: ").count()), (Some(0), 2), "{verified:?}");

    for (arguments, code) in [
        (vec!["audit", "export", "--project", "NONE"], 1),
        (vec!["audit", "export", "--by", "nobody@example.com"], 1),
        (vec!["audit", "verify", "/nowhere", "--key", &key], 1),
        (vec!["audit", "verify", name, "--key", "rubbish"], 4),
    ] {
        let ended = run(&data, &arguments, &[]).await;
        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert!(!ended.stderr.contains("panicked"), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_proves_that_it_continues_an_earlier_head() {
    let server = Server::start().await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    // An earlier head than that is of nobody's log yet, and every log continues it.
    let head = until("a head that holds the project", || async {
        let head = sdm.get("/audit/head").await.expect(200);
        (head["size"].as_u64() > Some(4)).then_some(head)
    })
    .await;
    let (size, note) = (head["size"].as_u64().unwrap(), head["checkpoint"].as_str().unwrap());
    sdm.open_phase(&project, "Split settlement").await;
    let (key, folder) = (key_of(&sdm).await, Folder::new());

    let export = export_of(&sdm, &project, &format!("?since={size}")).await;
    assert_eq!(both(&folder, &export, &key, Some(note)), (0, None));
    let without = export_of(&sdm, &project, "").await;
    assert_eq!(both(&folder, &without, &key, Some(note)), (3, None), "a part alone does not prove it");
    let file = folder.path().join("all.ndjson");
    let exported = run(server.data(), &["audit", "export", "--output", file.to_str().unwrap()], &[]).await;
    assert_eq!(exported.code, Some(0), "{exported:?}");
    assert_eq!(both(&folder, &std::fs::read(&file).unwrap(), &key, Some(note)), (0, None), "the whole log does");

    let now = sdm.get("/audit/head").await.expect(200)["checkpoint"].as_str().unwrap().to_owned();
    assert_eq!(both(&folder, &export, &key, Some(&now)), (5, None), "it is older than what was seen");
    let refused = sdm.get(&format!("/projects/{project}/audit/export?since=987654")).await;
    refused.expect_problem(422, "invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_text_is_gone_and_everything_verifies_and_says_who_erased_it_and_why() {
    let server = Server::start().await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    let phase = sdm.open_phase(&project, "Split settlement").await;
    const WORDS: &str = "Call Jan Kowalski on 600 100 200 about sellers.";
    sdm.converse(&phase, "requirements", WORDS).await;
    let posted = history(&sdm, &phase).await.into_iter().find(|event| event["type"] == "MessagePosted").unwrap();
    let hash = posted["payload"]["text"]["hash"].as_str().unwrap().to_owned();
    let (key, folder) = (key_of(&sdm).await, Folder::new());
    let before = export_of(&sdm, &project, "").await;
    assert!(String::from_utf8_lossy(&before).contains(WORDS));

    let data = server.data().to_owned();
    let erase = [
        "audit",
        "erase-text",
        &hash,
        "--by",
        "dana@example.com",
        "--reason",
        "A customer's number",
        "--containing",
        "JAN KOWALSKI",
    ];
    let erased = run(&data, &erase, &[]).await;
    assert_eq!(erased.code, Some(0), "{erased:?}");
    // Once more is no harm, and records nothing twice.
    assert_eq!(run(&data, &erase, &[]).await.code, Some(0));

    let messages = sdm.get(&format!("/phases/{phase}/stages/requirements/messages")).await.expect(200);
    assert!(!messages.to_string().contains("Kowalski"), "{messages:#}");
    let told: Vec<_> = history(&sdm, &phase).await.into_iter().filter(|event| event["type"] == "TextErased").collect();
    assert_eq!(told.iter().filter(|event| event["payload"]["erased"] == json!(hash)).count(), 1);
    assert_eq!(told[0]["summary"], "Dana Okafor erased a text: A customer's number");

    let after = export_of(&sdm, &project, "").await;
    assert_eq!(both(&folder, &after, &key, None), (0, None));
    let text = String::from_utf8_lossy(&after);
    assert!(!text.contains("Kowalski") && text.contains("A customer's number"));
    let file = folder.file("after.ndjson", &after);
    let verified = run(&data, &["audit", "verify", file.to_str().unwrap(), "--key", &key], &[]).await;
    let line = verified.stdout.lines().find(|line| line.contains(&hash)).expect("what was erased is told");
    assert!(line.contains(&sdm.user_id) && line.ends_with("A customer's number"), "{line}");
    assert_eq!(first(&before, &key, None), (0, None), "what was exported before stays sound");

    for (arguments, why) in [
        (vec!["audit", "erase-text", &hash, "--by", "nobody@example.com", "--reason", "x"], "e-mail address"),
        (vec!["audit", "erase-text", &hash, "--by", "dana@example.com", "--reason", " "], "say why"),
    ] {
        let refused = run(&data, &arguments, &[]).await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    let unknown = "0".repeat(64);
    let refused =
        run(&data, &["audit", "erase-text", &unknown, "--by", "dana@example.com", "--reason", "x"], &[]).await;
    assert!(refused.code == Some(1) && refused.stderr.contains("no event names"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_gone_and_what_they_did_stays() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    let sam = dana.invite("Sam Rivera", "sam@example.com").await;
    dana.add_member(&project, &sam, &["sdm"]).await;
    sam.save_version(&phase, "requirements", "# Requirements\n\nWords.").await.expect(201);

    let data = server.data().to_owned();
    let erase = ["user", "erase", "sam@example.com", "--by", "dana@example.com"];
    let erased = run(&data, &erase, &[]).await;
    assert_eq!(erased.code, Some(0), "{erased:?}");
    assert!(erased.stdout.contains(&sam.user_id), "{}", erased.stdout);
    assert_eq!(sam.get("/me").await.status, 401, "the session ended");
    let again = json!({ "email": "sam@example.com", "password": konductro_tests::person::PASSWORD });
    assert_eq!(Person::anonymous(server.url()).post("/session", again).await.status, 401);

    let items = history(&dana, &phase).await;
    let version = items.iter().find(|event| event["type"] == "ArtefactVersionAdded").unwrap();
    assert_eq!(version["actor"]["name"], "Erased person");
    assert_eq!(version["actor"]["user_id"], json!(sam.user_id));
    let (key, folder) = (key_of(&dana).await, Folder::new());
    let export = export_of(&dana, &project, "").await;
    assert_eq!(both(&folder, &export, &key, None), (0, None));

    assert_eq!(run(&data, &erase, &[]).await.code, Some(1), "there is no such person any more");
    let last = run(&data, &["user", "erase", "dana@example.com", "--by", "dana@example.com"], &[]).await;
    assert!(last.code == Some(1) && last.stderr.contains("administrator"), "{last:?}");
}
