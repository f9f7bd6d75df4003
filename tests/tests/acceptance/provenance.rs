//! Every paragraph of a document leads to where its words come from: the version, and behind it the turn with what
//! Conductor was given, or the person who wrote it. Conductor's share of each version is known.

use konductro_tests::Server;
use konductro_tests::hostile_model::{HostileModel, done, finish, stream_head, text};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_paragraph_leads_to_the_turn_or_the_person_behind_it() {
    let document = "Here it is.\n\n<artefact kind=\"requirements\" title=\"Split settlement\">\n# Split settlement\n\n\
                    Pay each seller daily.\n</artefact>\n";
    let model = HostileModel::start(vec![vec![stream_head(), text(document), finish("stop"), done()]]).await;
    let server = Server::start_with(&[("OPENAI_BASE_URL", &model.base_url), ("KONDUCTRO_MODEL", "a-model")]).await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    let phase = sdm.open_phase(&project, "Split settlement").await;
    sdm.converse(&phase, "requirements", "Sellers wait three days.").await;
    let written = sdm.version_reached(&phase, "requirements", 1).await;
    let markdown = written["markdown"].as_str().unwrap();

    // A person changes one word and adds a paragraph.
    let edited = format!("{}\n\nRefunds are out of scope.\n", markdown.trim_end().replace("daily", "weekly"));
    sdm.save_version(&phase, "requirements", &edited).await.expect(201);

    let path = format!("/phases/{phase}/artefacts/requirements/versions");
    let first = sdm.get(&format!("{path}/1/provenance")).await.expect(200);
    assert_eq!(first["share"]["conductor_percent"], 100);
    let second = sdm.get(&format!("{path}/2/provenance")).await.expect(200);
    let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).count();
    let people = letters("weekly.") + letters("Refunds are out of scope.");
    let conductor = letters(&edited) - people;
    assert_eq!((&second["share"]["conductor"], &second["share"]["people"]), (&json!(conductor), &json!(people)));

    let paragraphs = second["paragraphs"].as_array().unwrap();
    assert_eq!(paragraphs.len(), 3);
    assert_eq!(paragraphs[0]["came_with"], json!([{ "version": 1, "characters": letters("# Split settlement") }]));
    let changed = [("Pay each seller", 1), ("weekly.", 2)]
        .map(|(words, version)| json!({ "version": version, "characters": letters(words) }));
    assert_eq!(paragraphs[1]["came_with"], json!(changed));
    assert_eq!((&paragraphs[2]["first_line"], &paragraphs[2]["share"]["conductor"]), (&json!(5), &json!(0)));

    let sources = second["sources"].as_array().unwrap();
    assert_eq!((sources[0]["origin"].as_str(), sources[1]["origin"].as_str()), (Some("conductor"), Some("person")));
    assert_eq!(sources[1]["created_by"]["user_id"], json!(sdm.user_id));
    assert_eq!(sources[0]["generated_by"]["model"], "a-model");
    let turn = &sources[0]["turn"];
    assert_eq!((&turn["turn_id"], &turn["asked_by"]["user_id"]), (&written["turn_id"], &json!(sdm.user_id)));
    // What Conductor was given is there, block by block, and its texts where they belong.
    let context = sdm.get(turn["context"].as_str().unwrap()).await.expect(200);
    let hashes = |blocks: &serde_json::Value| {
        blocks.as_array().unwrap().iter().map(|block| block["hash"].clone()).collect::<Vec<_>>()
    };
    assert!(hashes(&turn["given"]).len() > 2);
    assert_eq!(hashes(&turn["given"]), hashes(&context["blocks"]));
    assert!(context.to_string().contains("Sellers wait three days."));

    assert_eq!(sdm.get(&format!("{path}/3/provenance")).await.status, 404);
    assert_eq!(sdm.get(&format!("{path}/0/provenance")).await.status, 404);
}
