//! The main job with a model: what it was sent is read from the journal of a model server that others wrote.

use konductro_tests::aimock::AiMock;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

const REQUIREMENTS: &str = "# Split settlement\n\n### R-1 Split a payment\n- **R-1.1** When a payment is captured, the system shall split it — «exactly».\n";
const ANALYSIS: &str =
    "# Technical analysis\n\n## Summary\nFeasible.\n\n| R-1 | `capture.rs` | extend | one entry today |\n";
const ARCHITECTURE: &str = "# Architecture\n\n- **AD-1** Split at capture, in one transaction.\n";

fn document(kind: &str, title: &str, markdown: &str) -> String {
    format!("Here it is.\n\n<artefact kind=\"{kind}\" title=\"{title}\">\n{markdown}</artefact>\n\nAnything else?")
}

fn answer(to: &str, content: String) -> Value {
    json!({ "match": { "userMessage": to }, "response": { "content": content, "usage": { "prompt_tokens": 900, "completion_tokens": 40 } } })
}

async fn model() -> AiMock {
    let fixtures = [
        answer("Sellers wait three days", "Who takes the remainder when 8 % is odd?".to_owned()),
        answer("The platform takes it", document("requirements", "Split settlement", REQUIREMENTS)),
        answer("How long do we have", "Until the summer.".to_owned()),
        answer("Write the architecture", document("architecture", "Architecture", ARCHITECTURE)),
    ];
    AiMock::start(json!({ "fixtures": fixtures })).await
}

/// The whole text of a message of a request, whether it came as one string or in parts.
fn text(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        other => panic!("a message without text: {other}"),
    }
}

async fn team(server: &Server) -> (Person, Person, Person, String) {
    let dana = server.administrator().await;
    let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
    let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
    let project = dana.create_project("PAY").await;
    dana.add_member(&project, &mara, &["architect"]).await;
    dana.add_member(&project, &jonas, &["developer"]).await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    (dana, mara, jonas, phase)
}

#[tokio::test]
async fn approved_documents_reach_the_model_word_for_word_and_prompts_grow_by_suffixes() {
    let mock = model().await;
    let settings = [
        ("OPENAI_BASE_URL", mock.base_url.as_str()),
        ("OPENAI_API_KEY", "sk-canary"),
        ("KONDUCTRO_MODEL", "test-model"),
    ];
    let server = Server::start_with(&settings).await;
    let (dana, mara, jonas, phase) = team(&server).await;

    let reply = dana.converse(&phase, "requirements", "Sellers wait three days for their money.").await;
    assert_eq!(reply["text"], "Who takes the remainder when 8 % is odd?");
    assert_eq!(reply["generated_by"], json!({ "adapter": "openai", "model": "test-model" }));
    assert_eq!(reply["usage"]["prompt_tokens"], 900);
    dana.converse(&phase, "requirements", "The platform takes it. Write it up.").await;
    let saved = dana.version_reached(&phase, "requirements", 1).await;
    assert_eq!((saved["markdown"].as_str(), saved["title"].as_str()), (Some(REQUIREMENTS), Some("Split settlement")));
    dana.converse(&phase, "requirements", "How long do we have?").await;
    dana.approve(&phase, "requirements").await.expect(201);

    jonas.save_version(&phase, "technical_analysis", ANALYSIS).await.expect(201);
    mara.approve(&phase, "technical_analysis").await.expect(201);
    mara.converse(&phase, "architecture", "Write the architecture.").await;
    mara.version_reached(&phase, "architecture", 1).await;
    let ready = mara.approve(&phase, "architecture").await.expect(201);
    assert_eq!(ready["status"], "ready");

    let requests = mock.messages().await;
    assert_eq!(requests.len(), 4);
    // Turn k+1 begins with turn k's messages, byte for byte.
    for pair in requests[..3].windows(2) {
        assert!(pair[1].len() > pair[0].len());
        assert_eq!(pair[1][..pair[0].len()], pair[0][..], "a later turn begins with the earlier one");
    }
    // The architecture's prompt holds both approved documents, word for word.
    let architecture = text(&requests[3][0]);
    for approved in [REQUIREMENTS, ANALYSIS] {
        assert!(architecture.contains(approved.trim_end()), "missing: {approved}");
    }
    // What it shares with the stages before comes first, up to the first new artefact.
    let requirements = text(&requests[0][0]);
    let shared = requirements.bytes().zip(architecture.bytes()).take_while(|(a, b)| a == b).count();
    let artefact = architecture.find(REQUIREMENTS.lines().next().unwrap()).unwrap();
    assert!(shared > 500 && shared <= artefact, "{shared} bytes are shared, the first artefact is at {artefact}");
    // What Conductor was given is on record, and is what was sent.
    let turn = reply["turn_id"].as_str().unwrap();
    let given = dana.get(&format!("/phases/{phase}/stages/requirements/turns/{turn}/context")).await.expect(200);
    let blocks = given["blocks"].as_array().unwrap();
    let recorded: String = blocks.iter().map(|block| block["text"].as_str().unwrap()).collect();
    let sent: String = requests[0].iter().map(text).collect();
    assert_eq!(recorded, sent);
    // The key is nowhere.
    assert!(!server.output().contains("sk-canary"));
}

#[tokio::test]
async fn a_model_that_fails_is_an_error_that_people_see_and_the_message_stays() {
    let mock = AiMock::start(json!({ "fixtures": [answer("something else", String::new())] })).await;
    let settings = [("OPENAI_BASE_URL", mock.base_url.as_str()), ("KONDUCTRO_MODEL", "test-model")];
    let server = Server::start_with(&settings).await;
    let (dana, _, _, phase) = team(&server).await;
    let reply = dana.converse(&phase, "requirements", "Nobody answers this.").await;
    assert_eq!(reply["state"], "failed", "{reply:#}");
    assert!(reply["failure"]["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{reply:#}");
    let messages = dana.get(&format!("/phases/{phase}/stages/requirements/messages")).await.expect(200);
    assert_eq!(messages["items"][0]["text"], "Nobody answers this.");
    let turn = reply["turn_id"].as_str().unwrap();
    dana.post(&format!("/phases/{phase}/stages/requirements/turns/{turn}/retry"), json!({})).await.expect(202);
    let again = dana.reply_of(&phase, "requirements", turn).await;
    assert_eq!(again["state"], "failed");
}
