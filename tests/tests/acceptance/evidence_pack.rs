//! The auditor's pack: one file with every decision on its exact text, what was open then, whose words the documents are,
//! everything that happened, and whether the log is what was signed.

use konductro_tests::audit::key_of;
use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::ready_phase;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};
use sqlx::Executor as _;

async fn pack(reader: &Person, phase: &str) -> Value {
    reader.get(&format!("/phases/{phase}/evidence-pack?format=json")).await.expect(200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_takes_the_evidence_of_a_phase_away() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    let phase = ready_phase(&sdm, &project).await;
    let auditor = sdm.invite("Ola Berg <script>alert(1)</script>", "ola@example.com").await;
    sdm.add_member(&project, &auditor, &["auditor"]).await;

    let found = pack(&auditor, &phase).await;
    assert_eq!(found["phase"]["status"], "ready");
    let approvals = found["approvals"].as_array().unwrap();
    assert_eq!(approvals.len(), 3);
    let waived = approvals.iter().flat_map(|approval| approval["open_findings"].as_array().unwrap());
    assert!(waived.clone().any(|finding| finding["blocking"] == true && finding["waiver"] == "a few words are enough"));
    for approval in approvals {
        let versions = found["versions"].as_array().unwrap().iter();
        let mut of_it = versions.filter(|version| version["stage"] == approval["stage"]);
        let version = of_it.find(|version| version["version"] == approval["version"]).unwrap();
        assert_eq!(version["content_hash"], approval["content_hash"], "the exact text");
        assert_eq!(version["share"]["conductor_percent"], 0, "people wrote it");
    }
    let history = sdm.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200);
    let timeline = found["timeline"].as_array().unwrap();
    assert_eq!(timeline.len(), history["items"].as_array().unwrap().len());
    let verification = &found["verification"];
    assert_eq!((&verification["sound"], &verification["key"]), (&json!(true), &json!(key_of(&sdm).await)));
    // What the pack says of an event can be held against the log.
    let (position, size) = (&timeline[0]["position"], &verification["size"]);
    let proof = sdm.get(&format!("/audit/proofs/inclusion?position={position}&size={size}")).await.expect(200);
    assert_eq!((&proof["leaf_hash"], &proof["root_hash"]), (&timeline[0]["leaf_hash"], &verification["root_hash"]));

    let page = auditor.get(&format!("/phases/{phase}/evidence-pack")).await;
    assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
    assert!(page.header("content-disposition").starts_with("attachment"));
    let html = page.expect(200).as_str().unwrap().to_owned();
    assert!(html.contains("Sound.") && html.contains(approvals[0]["content_hash"].as_str().unwrap()));
    assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "what people write is text");
    assert!(!html.contains("http://") && !html.contains("https://"), "nothing comes from elsewhere");

    // Somebody changes an event in the database: the pack says which.
    let mut owner = database.owner().await;
    owner
        .execute(
            "ALTER TABLE events DISABLE TRIGGER USER; \
             UPDATE events SET payload = replace(payload::text, '\"cycle\":1', '\"cycle\":2')::json \
              WHERE event_type = 'ArtefactApproved' AND payload ->> 'stage' = 'requirements'",
        )
        .await
        .unwrap();
    let found = pack(&auditor, &phase).await;
    let changed =
        found["timeline"].as_array().unwrap().iter().find(|event| event["type"] == "ArtefactApproved").unwrap();
    assert_eq!(found["verification"]["sound"], false);
    assert_eq!(found["verification"]["first_bad"], changed["position"]);
}
