//! From approved artefacts and from one sentence to the backlog, with a model server that others wrote.

use konductro_tests::aimock::AiMock;
use konductro_tests::reviewed::{ARCHITECTURE, REQUIREMENTS, generate, items, ready_phase, text};
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

/// What the model says to each kind of request; the first that fits is taken.
fn fixtures() -> Value {
    let stories = json!({ "stories": [
        {
            "id": "S-1", "title": "Record one share for each seller", "type": "enabler",
            "narrative": "As Finance, I want a share for each seller, so that each is paid their own.",
            "acceptance_criteria": [
                { "given": "an order of three sellers", "when": "its payment is captured", "then": "three shares are recorded",
                  "traces_to": ["R-1.1"] },
                { "given": "an odd amount", "when": "it is split", "then": "the shares add up to it", "traces_to": ["R-1.2"] },
            ],
            "complexity": 5, "complexity_reason": "One transaction over two tables.",
            "depends_on": [], "requirement_ids": ["R-1"], "decision_ids": ["AD-1"],
        },
        {
            "id": "S-2", "title": "Pay shares out on the next working day", "type": "feature",
            "narrative": "As a seller, I want my share the next working day, so that I can buy stock.",
            "acceptance_criteria": [
                { "given": "a share older than the cut-off", "when": "the day's file is made", "then": "the share is in it",
                  "traces_to": ["R-2.1"] },
            ],
            "complexity": 3, "complexity_reason": "A file and a calendar.",
            "depends_on": ["S-1"], "requirement_ids": ["R-2"], "decision_ids": [],
        },
    ]});
    let refined = json!({
        "title": "Show a pay-out as a printable page", "type": "feature",
        "narrative": "As a seller, I want to print a pay-out, so that my accountant gets it on paper.",
        "acceptance_criteria": [
            { "given": "a pay-out", "when": "the seller prints it", "then": "each order is on the page", "traces_to": [] },
        ],
        "complexity": 2, "complexity_reason": "One page with a print style.", "questions": ["Which paper size?"],
    });
    let enriched = json!({
        "architecture_slice": [{ "ref": "AD-1", "text": "Shares are written in the capture's transaction." }],
        "files": [
            { "path": "payments/src/capture.rs", "action": "modify", "evidence": "E-1", "why": "it writes the entry" },
            { "path": "payments/src/invented.rs", "action": "modify", "evidence": "E-9", "why": "nobody has seen it" },
        ],
        "steps": ["Add the shares table.", "Write the shares in capture."],
        "test_notes": ["Odd amounts."], "context_pack": "Finance pays by spreadsheet today.",
    });
    let fixture = |part: &str, content: &Value| {
        json!({
            "match": { "userMessage": part }, "response": { "content": content.to_string() }, "chunkSize": 24,
        })
    };
    json!({ "fixtures": [
        fixture("# Task: propose the stories", &stories),
        fixture("# Task: refine", &refined),
        fixture("# Task: enrich", &enriched),
    ]})
}

async fn story(reader: &Person, id: &str) -> Value {
    reader.get(&format!("/stories/{id}")).await.expect(200)
}

#[tokio::test]
async fn a_model_proposes_refines_and_enriches() {
    let mock = AiMock::start(fixtures()).await;
    let server = Server::start_with(&[("OPENAI_BASE_URL", &mock.base_url), ("KONDUCTRO_MODEL", "mock")]).await;
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = ready_phase(&dana, &project).await;

    let table = generate(&dana, &phase).await;
    assert_eq!(table["generation"]["generated_by"], json!({ "adapter": "openai", "model": "mock" }));
    let proposals = items(&table);
    let titles: Vec<&str> = proposals.iter().filter_map(|proposal| proposal["title"].as_str()).collect();
    assert_eq!(titles, ["Record one share for each seller", "Pay shares out on the next working day"]);
    assert_eq!(proposals[1]["depends_on"], json!([proposals[0]["id"]]), "its own ids, not the model's");
    let asked = mock.messages().await;
    let system = asked[0][0]["content"].to_string();
    for artefact in [REQUIREMENTS, ARCHITECTURE] {
        let as_json = json!(artefact).to_string();
        assert!(system.contains(as_json.trim_matches('"')), "every approved artefact, word for word: {system}");
    }

    // Rejected with a reason: the model is told before it proposes again.
    let second = format!("/phases/{phase}/proposals/{}", text(&proposals[1]["id"]));
    dana.post(&format!("{second}/reject"), json!({ "reason": "Finance pays by hand." })).await.expect(200);
    generate(&dana, &phase).await;
    let again = mock.messages().await.last().unwrap().last().unwrap()["content"].to_string();
    assert!(again.contains("Pay shares out on the next working day: Finance pays by hand."), "{again}");

    let first = items(&konductro_tests::reviewed::table(&dana, &phase).await)
        .into_iter()
        .find(|proposal| proposal["status"] == "proposed" && proposal["title"] == "Record one share for each seller")
        .unwrap();
    let approved = format!("/phases/{phase}/proposals/{}/approve", text(&first["id"]));
    let story_id = text(&dana.post(&approved, json!({})).await.expect(200)["story_id"]);
    let enriched = until("the story to be enriched", || async {
        let story = story(&dana, &story_id).await;
        (story["enriched"] == true).then_some(story)
    })
    .await;
    let paths: Vec<&str> =
        enriched["enrichment"]["files"].as_array().unwrap().iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(paths, ["payments/src/capture.rs"], "nothing but what the analysis has evidence of: {enriched:#}");

    let request = json!({ "request": "Let sellers print a pay-out" });
    let one_off = dana.post(&format!("/projects/{project}/stories"), request).await.expect(201);
    assert_eq!(one_off["title"], "Let sellers print a pay-out", "there at once, as written");
    let id = text(&one_off["id"]);
    let refined = until("the refinement", || async {
        let story = story(&dana, &id).await;
        (story["refinement"]["state"] == "proposed").then_some(story)
    })
    .await;
    assert_eq!(refined["title"], "Let sellers print a pay-out", "nothing changes before she accepts");
    dana.post(&format!("/stories/{id}/refinement/accept"), json!({})).await.expect(200);
    assert_eq!(story(&dana, &id).await["title"], "Show a pay-out as a printable page");
}
