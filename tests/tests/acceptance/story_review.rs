//! The review of a phase's stories over HTTP: each verb, what it refuses, and the way into the backlog.

use std::collections::BTreeSet;

use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::{criteria, everything, generate, items, phase_in_review, ready_phase, table, text};
use konductro_tests::wait::until;
use konductro_tests::{Person, Server, invariants};
use reqwest::Method;
use serde_json::{Value, json};

async fn in_review(server: &Server) -> (Person, String, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = phase_in_review(&dana, &project).await;
    (dana, project, phase)
}

#[tokio::test]
async fn stories_are_proposed_from_the_approved_artefacts_and_cover_them() {
    let server = Server::start().await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let early = dana.open_phase(&project, "Later").await;
    let refused = dana.post(&format!("/phases/{early}/proposals/generate"), json!({})).await;
    assert_eq!(refused.expect_problem(409, "stage-locked")["missing"][0]["stage"], "requirements");
    let phase = ready_phase(&dana, &project).await;
    let empty = table(&dana, &phase).await;
    assert_eq!((empty["items"].clone(), empty["generation"].clone()), (json!([]), Value::Null));
    assert!(empty["coverage"]["items"].as_array().unwrap().iter().all(|row| row["state"] == "uncovered"));
    assert_eq!(empty["may"], json!(["generate"]));

    let table = generate(&dana, &phase).await;
    let proposals = items(&table);
    assert!(proposals.len() >= 4, "{table:#}");
    assert_eq!(table["counts"]["proposed"], proposals.len());
    assert_eq!(table["generation"]["generated_by"]["adapter"], "guided");
    assert_eq!(table["generation"]["requested_by"]["name"], "Dana Okafor");
    let first = &proposals[0];
    assert_eq!((first["status"].as_str(), first["version"].as_u64()), (Some("proposed"), Some(1)));
    assert_eq!(first["lineage"]["based_on"].as_array().unwrap().len(), 3);
    assert_eq!(first["may"], json!(["approve", "edit", "split", "merge", "reject"]));
    assert!(!criteria(first).is_empty());
    let covered = |id: &str| {
        let rows = table["coverage"]["items"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap()["state"].clone()
    };
    assert_eq!(covered("R-1"), "covered", "{:#}", table["coverage"]);
    let ids: Vec<_> = proposals.iter().flat_map(criteria).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "criteria are numbered once in a phase");
    assert_eq!(dana.stage(&phase, "stories").await["state"], "in_review");
}

#[tokio::test]
async fn who_may_not_review_can_only_look() {
    let server = Server::start().await;
    let (dana, project, phase) = in_review(&server).await;
    let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
    mara.get(&format!("/phases/{phase}/proposals")).await.expect_problem(404, "not-found");
    dana.add_member(&project, &mara, &["architect", "developer", "auditor"]).await;
    let table = table(&mara, &phase).await;
    let proposal = items(&table)[0].clone();
    assert_eq!((table["may"].clone(), proposal["may"].clone()), (json!([]), json!([])));
    let path = format!("/phases/{phase}/proposals");
    let one = format!("{path}/{}", text(&proposal["id"]));
    for (address, body) in [
        (format!("{path}/generate"), json!({})),
        (format!("{path}/undo"), json!({})),
        (format!("{path}/approve-all"), json!({})),
        (format!("{one}/approve"), json!({})),
        (format!("{one}/reject"), json!({ "reason": "no" })),
        (format!("{one}/split"), json!({ "into": [] })),
    ] {
        mara.post(&address, body).await.expect_problem(403, "role-required");
    }
    mara.patch(&one, "\"1\"", json!({ "title": "Mine" })).await.expect_problem(403, "role-required");
}

#[tokio::test]
async fn an_edit_is_of_what_was_seen_and_is_never_superseded() {
    let server = Server::start().await;
    let (dana, _, phase) = in_review(&server).await;
    let proposal = items(&table(&dana, &phase).await)[0].clone();
    let path = format!("/phases/{phase}/proposals/{}", text(&proposal["id"]));
    let edited = dana.patch(&path, "\"1\"", json!({ "title": "Split it fairly", "complexity": 8 })).await;
    assert_eq!(edited.header("etag"), "\"2\"");
    let edited = edited.expect(200);
    assert_eq!((edited["title"].as_str(), edited["edited"].as_bool()), (Some("Split it fairly"), Some(true)));
    assert_eq!(edited["narrative"], proposal["narrative"], "what is left out stays");
    assert_eq!(criteria(&edited), criteria(&proposal));
    assert_eq!(edited["lineage"]["edited_by"][0]["name"], "Dana Okafor");
    let problem = dana.patch(&path, "\"1\"", json!({ "title": "Late" })).await.expect_problem(412, "proposal-changed");
    assert_eq!(problem["current_version"], 2);
    for (body, pointer) in [
        (json!({ "title": "" }), "/title"),
        (json!({ "complexity": 4 }), "/complexity"),
        (
            json!({ "acceptance_criteria": [{ "id": "AC-999", "given": "a", "when": "b", "then": "c" }] }),
            "/acceptance_criteria",
        ),
        (json!({ "acceptance_criteria": [{ "given": " ", "when": "", "then": "" }] }), "/acceptance_criteria/0"),
    ] {
        let problem = dana.patch(&path, "*", body).await.expect_problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    let kept = &edited["acceptance_criteria"][0];
    let body = json!({ "acceptance_criteria": [
        { "id": kept["id"], "given": "g", "when": "w", "then": "t", "traces_to": ["R-99"] },
        { "given": "new", "when": "new", "then": "new", "traces_to": ["R-1.1"] },
    ] });
    let changed = dana.patch(&path, "\"2\"", body).await.expect(200);
    assert_eq!(changed["acceptance_criteria"][0]["dangling"], json!(["R-99"]));
    assert!(!criteria(&proposal).contains(&criteria(&changed)[1]), "a new criterion takes a new number");
    let dangling = table(&dana, &phase).await["coverage"]["dangling"].clone();
    assert!(dangling.as_array().unwrap().iter().any(|trace| trace["ref"] == "R-99"), "{dangling:#}");

    // Generating again keeps what a person edited, and sets the rest aside.
    let again = generate(&dana, &phase).await;
    let titles: Vec<_> = items(&again).iter().map(|item| text(&item["title"])).collect();
    assert!(titles.contains(&"Split it fairly".to_owned()), "{titles:?}");
    assert!(everything(&dana, &phase).await.iter().any(|item| item["status"] == "superseded"));
}

#[tokio::test]
async fn a_split_hands_out_each_criterion_once_and_an_undo_takes_it_back() {
    let server = Server::start().await;
    let (dana, _, phase) = in_review(&server).await;
    let proposals = items(&table(&dana, &phase).await);
    let whole = proposals.iter().find(|proposal| criteria(proposal).len() >= 2).unwrap().clone();
    let ids = criteria(&whole);
    let path = format!("/phases/{phase}/proposals/{}/split", text(&whole["id"]));
    let lost = json!({ "into": [{ "title": "One", "acceptance_criteria": [ids[0]] }, { "title": "Two" }] });
    let problem = dana.post(&path, lost).await.expect_problem(422, "criteria-not-distributed");
    assert_eq!(problem["missing"], json!(ids[1..]));
    let doubled = json!({ "into": [
        { "title": "One", "acceptance_criteria": ids }, { "title": "Two", "acceptance_criteria": ids },
    ] });
    let problem = dana.post(&path, doubled).await.expect_problem(422, "criteria-not-distributed");
    assert_eq!(problem["doubled"], json!(ids));
    dana.post(&path, json!({ "into": [{ "title": "One", "acceptance_criteria": ids }] }))
        .await
        .expect_problem(422, "invalid");

    let (new, rest) = (json!({ "given": "a", "when": "b", "then": "c" }), ids[1..].to_vec());
    let into = json!({ "into": [
        { "title": "One", "acceptance_criteria": [ids[0]], "complexity": 2 },
        { "title": "Two", "acceptance_criteria": rest, "type": "enabler" },
        { "title": "Three", "acceptance_criteria": [new] },
    ] });
    let parts = dana.post(&path, into.clone()).await.expect(200)["items"].as_array().unwrap().clone();
    assert_eq!(parts.iter().map(|part| text(&part["title"])).collect::<Vec<_>>(), ["One", "Two", "Three"]);
    assert_eq!(parts[0]["lineage"]["split_from"], whole["id"]);
    let mut kept: Vec<_> = parts[..2].iter().flat_map(criteria).collect();
    kept.sort();
    let mut all = ids.clone();
    all.sort();
    assert_eq!(kept, all, "no criterion is lost or doubled");
    let problem = dana.post(&path, into).await.expect_problem(409, "proposal-decided");
    assert_eq!(problem["standing"], "split");

    let undo = table(&dana, &phase).await["undo"].clone();
    assert_eq!(undo["step"], "split");
    let undone = dana.post(&format!("/phases/{phase}/proposals/undo"), json!({})).await.expect(200);
    assert_eq!((undone["step"].as_str(), undone["items"][0]["id"].clone()), (Some("split"), whole["id"].clone()));
    assert_eq!(criteria(&undone["items"][0]), ids);
    assert_eq!(undone["items"][0]["version"], 2, "nobody decides on what they did not see");
    let now: BTreeSet<_> = everything(&dana, &phase).await.iter().map(|item| text(&item["title"])).collect();
    assert!(!now.contains("One") && !now.contains("Three"), "{now:?}");
    dana.post(&format!("/phases/{phase}/proposals/undo"), json!({})).await.expect_problem(409, "nothing-to-undo");
}

#[tokio::test]
async fn a_merge_keeps_all_criteria_and_rejections_have_reasons() {
    let server = Server::start().await;
    let (dana, _, phase) = in_review(&server).await;
    let proposals = items(&table(&dana, &phase).await);
    let (one, two, three) = (&proposals[0], &proposals[1], &proposals[2]);
    let path = format!("/phases/{phase}/proposals");
    let alone = json!({ "proposal_ids": [one["id"]] });
    dana.post(&format!("{path}/merge"), alone).await.expect_problem(422, "invalid");
    let body = json!({ "proposal_ids": [one["id"], two["id"]], "title": "Both" });
    let merged = dana.post(&format!("{path}/merge"), body).await.expect(200);
    assert_eq!(criteria(&merged), [criteria(one), criteria(two)].concat());
    assert_eq!(merged["lineage"]["merged_from"], json!([one["id"], two["id"]]));

    let reject = format!("{path}/{}/reject", text(&three["id"]));
    dana.post(&reject, json!({ "reason": " " })).await.expect_problem(422, "invalid");
    let rejected = dana.post(&reject, json!({ "reason": "Not in this phase." })).await.expect(200);
    assert_eq!((rejected["status"].as_str(), rejected["may"].clone()), (Some("rejected"), json!(["restore"])));
    assert_eq!(rejected["rejection"]["reason"], "Not in this phase.");
    assert_eq!(rejected["rejection"]["by"]["name"], "Dana Okafor");
    let problem = dana.post(&reject, json!({ "reason": "Again." })).await.expect_problem(409, "proposal-decided");
    assert_eq!(problem["standing"], "rejected");
    let restored = dana.post(&format!("{path}/{}/restore", text(&three["id"])), json!({})).await.expect(200);
    assert_eq!((restored["status"].as_str(), restored["rejection"].clone()), (Some("proposed"), Value::Null));
    let unknown = format!("{path}/{}/reject", uuid::Uuid::now_v7());
    dana.post(&unknown, json!({ "reason": "x" })).await.expect_problem(404, "proposal-unknown");

    // Undo goes further back each time.
    for step in ["restore", "reject", "merge"] {
        let undone = dana.post(&format!("{path}/undo"), json!({})).await.expect(200);
        assert_eq!(undone["step"], step);
    }
    let now = table(&dana, &phase).await;
    assert_eq!(now["counts"]["proposed"], proposals.len());
    let history = dana.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200);
    let told = history["items"].as_array().unwrap().iter().map(|event| text(&event["summary"])).collect::<Vec<_>>();
    for sentence in ["Dana Okafor undid a merge.", "Dana Okafor rejected a proposal."] {
        assert!(told.iter().any(|line| line == sentence), "{sentence} in {told:#?}");
    }
}

#[tokio::test]
async fn an_approval_enters_the_backlog_once_and_is_final() {
    let server = Server::start().await;
    let (dana, project, phase) = in_review(&server).await;
    let proposals = items(&table(&dana, &phase).await);
    let path = format!("/phases/{phase}/proposals");
    let one = format!("{path}/{}", text(&proposals[0]["id"]));
    let problem = dana.post(&format!("{one}/approve"), json!({ "version": 7 })).await;
    problem.expect_problem(412, "proposal-changed");
    let request = || {
        let body = json!({ "version": 1 });
        dana.request(Method::POST, &format!("{one}/approve")).header("Idempotency-Key", "first").json(&body)
    };
    let approved = dana.send(request()).await.expect(200);
    assert_eq!((approved["status"].as_str(), approved["story_key"].as_str()), (Some("approved"), Some("PAY-1")));
    let again = dana.send(request()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(200), approved);
    dana.post(&format!("{one}/approve"), json!({})).await.expect(200);
    dana.post(&format!("{one}/reject"), json!({ "reason": "late" })).await.expect_problem(409, "proposal-decided");
    dana.patch(&one, "*", json!({ "title": "late" })).await.expect_problem(409, "proposal-decided");

    let story = dana.get(&format!("/stories/{}", text(&approved["story_id"]))).await.expect(200);
    assert_eq!((story["key"].as_str(), story["title"].clone()), (Some("PAY-1"), proposals[0]["title"].clone()));
    assert_eq!(story["acceptance_criteria"][0]["then"], proposals[0]["acceptance_criteria"][0]["then"]);
    assert_eq!(story["lineage"]["proposal_id"], proposals[0]["id"]);
    assert_eq!(story["lineage"]["based_on"][0]["stage"], "requirements");
    assert_eq!(story["created_by"]["name"], "Dana Okafor");
    let thread = story["lineage"]["history"].as_array().unwrap();
    assert!(thread.iter().any(|line| text(&line["text"]).starts_with("Dana Okafor approved")), "{thread:#?}");

    let complete = format!("/phases/{phase}/complete");
    dana.post(&complete, json!({})).await.expect_problem(409, "proposals-undecided");
    let stories = dana.post(&format!("{path}/approve-all"), json!({})).await.expect(200);
    assert_eq!(stories["items"].as_array().unwrap().len(), proposals.len() - 1);
    assert!(stories["items"].as_array().unwrap().iter().all(|item| item["story_key"].is_string()), "{stories:#}");
    let backlog = dana.get(&format!("/projects/{project}/backlog")).await.expect(200);
    let numbers: Vec<_> =
        backlog["items"].as_array().unwrap().iter().map(|it| it["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=proposals.len() as u64).collect::<Vec<_>>());
    assert_eq!(dana.stage(&phase, "stories").await["state"], "passed");
    let completed = dana.post(&complete, json!({})).await.expect(200);
    assert_eq!(
        (completed["status"].as_str(), completed["stories"].as_u64()),
        (Some("completed"), Some(numbers.len() as u64))
    );
    dana.post(&format!("{path}/generate"), json!({})).await.expect_problem(409, "phase-closed");
}

#[tokio::test]
async fn what_no_longer_stands_on_its_basis_says_so() {
    let server = Server::start().await;
    let (dana, project, phase) = in_review(&server).await;
    let proposals = items(&table(&dana, &phase).await);
    let approve = format!("/phases/{phase}/proposals/{}/approve", text(&proposals[0]["id"]));
    let story = text(&dana.post(&approve, json!({})).await.expect(200)["story_id"]);
    let reopen = format!("/phases/{phase}/stages/requirements/reopen");
    dana.post(&reopen, json!({ "reason": "Refunds were forgotten." })).await.expect(200);
    let proposal = items(&table(&dana, &phase).await)[1].clone();
    assert_eq!(proposal["stale"], true);
    assert!(text(&proposal["stale_reason"]).contains("Requirements v1 was reopened"), "{proposal:#}");
    assert_eq!(proposal["may"], json!([]), "the stories stage is locked again");
    let story = dana.get(&format!("/stories/{story}")).await.expect(200);
    assert_eq!(story["stale"], true);
    let stale = |wanted: bool| format!("/projects/{project}/backlog?stale={wanted}");
    assert_eq!(dana.get(&stale(true)).await.expect(200)["total"], 1);
    assert_eq!(dana.get(&stale(false)).await.expect(200)["total"], 0);
    // Approved again, but in another cycle: what was made before stays marked.
    dana.approve(&phase, "requirements").await.expect(201);
    assert_eq!(dana.get(&stale(true)).await.expect(200)["total"], 1);
}

#[tokio::test]
async fn thirty_two_approvals_at_once_take_dense_unique_keys() {
    let database = TestDatabase::new().await;
    let server = Server::start_on(&database).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let mut paths = Vec::new();
    for _ in 0..8 {
        let phase = phase_in_review(&dana, &project).await;
        for proposal in items(&table(&dana, &phase).await).iter().take(4) {
            paths.push(format!("/phases/{phase}/proposals/{}/approve", text(&proposal["id"])));
        }
    }
    assert_eq!(paths.len(), 32);
    let approvals = paths.iter().map(|path| dana.post(path, json!({})));
    let answers = futures_util::future::join_all(approvals).await;
    for answer in answers {
        assert_eq!(answer.expect(200)["status"], "approved");
    }
    let numbers = until("all stories to be in the backlog", || async {
        let page = dana.get(&format!("/projects/{project}/backlog?limit=200")).await.expect(200);
        let numbers: Vec<_> = items(&page).iter().map(|story| story["number"].as_u64().unwrap()).collect();
        (numbers.len() == 32).then_some(numbers)
    })
    .await;
    assert_eq!(numbers, (1..=32).collect::<Vec<_>>());
    let mut owner = database.owner().await;
    invariants::settled(&mut owner).await;
    invariants::log_is_whole(&mut owner).await;
    invariants::live_equals_rebuilt(&mut owner).await;
}
