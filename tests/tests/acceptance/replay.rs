//! A phase can be seen as it was after any of its events: what people saw then is what is shown, whatever happened since.

use std::collections::BTreeMap;
use std::time::Instant;

use konductro_tests::chance::{Chance, times};
use konductro_tests::database::TestDatabase;
use konductro_tests::long_phase::add_turns;
use konductro_tests::reviewed::{REQUIREMENTS, everything, generate, ready_phase};
use konductro_tests::{Person, Server};
use serde_json::{Value, json};

const STAGES: [&str; 4] = ["requirements", "technical_analysis", "architecture", "stories"];

/// The last position of a phase's history.
async fn head(reader: &Person, phase: &str) -> i64 {
    let (mut last, mut cursor) = (0, String::new());
    loop {
        let page = reader.get(&format!("/phases/{phase}/history?limit=200{cursor}")).await.expect(200);
        if let Some(event) = page["items"].as_array().unwrap().last() {
            last = event["position"].as_i64().unwrap();
        }
        let Some(next) = page["next_cursor"].as_str() else { return last };
        cursor = format!("&cursor={next}");
    }
}

async fn moment(reader: &Person, phase: &str, position: i64) -> Value {
    reader.get(&format!("/phases/{phase}/history/{position}?turns=100")).await.expect(200)
}

/// Some members of an object.
fn only(value: &Value, members: &[&str]) -> Value {
    members
        .iter()
        .map(|member| ((*member).to_owned(), value[*member].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

const OF_A_PHASE: [&str; 8] = ["id", "number", "kind", "title", "brief", "status", "version", "ready_at"];
const OF_A_STAGE: [&str; 7] = ["stage", "state", "cycle", "latest_version", "approved_version", "evidence", "since"];
const OF_A_PROPOSAL: [&str; 9] =
    ["id", "version", "status", "title", "narrative", "complexity_reason", "requirement_ids", "edited", "story_id"];

/// What is compared of a moment.
fn replayed(moment: &Value) -> Value {
    let items = |list: &str, members: &[&str]| -> Value {
        moment[list].as_array().unwrap().iter().map(|item| only(item, members)).collect()
    };
    let conversations: BTreeMap<_, _> = moment["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|conversation| (conversation["stage"].as_str().unwrap().to_owned(), conversation["items"].clone()))
        .collect();
    let artefacts: BTreeMap<_, _> = moment["artefacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|artefact| {
            let mut version = artefact.clone();
            version.as_object_mut().unwrap().remove("stage");
            (artefact["stage"].as_str().unwrap().to_owned(), version)
        })
        .collect();
    json!({
        "phase": only(&moment["phase"], &OF_A_PHASE),
        "stages": items("stages", &OF_A_STAGE),
        "artefacts": artefacts,
        "conversations": conversations,
        "proposals": items("proposals", &OF_A_PROPOSAL),
        "stories": items("stories", &["id", "key", "title", "status", "enriched"]),
    })
}

/// The same, as the pages show it now.
async fn live(reader: &Person, project: &str, phase: &str) -> Value {
    let view = reader.get(&format!("/phases/{phase}")).await.expect(200);
    let stages: Value = view["stages"].as_array().unwrap().iter().map(|stage| only(stage, &OF_A_STAGE)).collect();
    let (mut artefacts, mut conversations) = (BTreeMap::new(), BTreeMap::new());
    for stage in STAGES {
        let messages = reader.get(&format!("/phases/{phase}/stages/{stage}/messages?limit=200")).await.expect(200);
        if messages["items"].as_array().is_some_and(|items| !items.is_empty()) {
            conversations.insert(stage, messages["items"].clone());
        }
        if stage == "stories" {
            continue;
        }
        let latest = reader.get(&format!("/phases/{phase}/artefacts/{stage}")).await.expect(200)["latest"].clone();
        if !latest.is_null() {
            artefacts.insert(stage, latest);
        }
    }
    let proposals: Value =
        everything(reader, phase).await.iter().map(|proposal| only(proposal, &OF_A_PROPOSAL)).collect();
    let backlog =
        reader.get(&format!("/projects/{project}/backlog?phase={phase}&sort=key&limit=200")).await.expect(200);
    let stories: Value = backlog["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|story| only(story, &["id", "key", "title", "status", "enriched"]))
        .collect();
    json!({
        "phase": only(&view, &OF_A_PHASE),
        "stages": stages,
        "artefacts": artefacts,
        "conversations": conversations,
        "proposals": proposals,
        "stories": stories,
    })
}

/// What the pages show, with the position of the event that it is after; again where something happened meanwhile.
async fn snapshot(reader: &Person, project: &str, phase: &str) -> (i64, Value) {
    for _ in 0..200 {
        let before = head(reader, phase).await;
        let seen = live(reader, project, phase).await;
        if head(reader, phase).await == before {
            return (before, seen);
        }
    }
    panic!("the phase never comes to rest");
}

/// Does one thing of many, which may well be refused.
async fn step(chance: &mut Chance, sdm: &Person, colleague: &Person, project: &str, phase: &str, number: u64) {
    let stage = STAGES[usize::try_from(chance.below(3)).unwrap()];
    let artefact = format!("/phases/{phase}/artefacts/{stage}");
    let any = |chance: &mut Chance, items: &[Value]| {
        let at = usize::try_from(chance.below(items.len().max(1) as u64)).unwrap();
        items.get(at).cloned().unwrap_or_default()
    };
    match chance.below(14) {
        0 | 1 => drop(sdm.save_version(phase, stage, &format!("# {stage}\n\nWords of {number}.\n")).await),
        2..=4 => drop(sdm.approve(phase, stage).await),
        5 => drop(colleague.approve(phase, stage).await),
        6 => {
            let body = json!({ "version": 1 + chance.below(3), "reason": format!("Reason {number}") });
            drop(sdm.post(&format!("{artefact}/change-requests"), body).await);
        }
        7 => {
            let body = json!({ "reason": format!("Again, {number}") });
            drop(sdm.post(&format!("/phases/{phase}/stages/{stage}/reopen"), body).await);
        }
        8 => drop(sdm.delete(&format!("{artefact}/approvals/mine")).await),
        9 => {
            let path = format!("/phases/{phase}/stages/{stage}/messages");
            let posted = sdm.post(&path, json!({ "text": format!("Sellers wait {number} days.") })).await;
            if let (202, Some(turn)) = (posted.status, posted.body["turn_id"].as_str()) {
                sdm.reply_of(phase, stage, turn).await;
            }
        }
        10 => {
            let roles = [json!(["sdm"]), json!(["architect"]), json!(["auditor"])];
            let path = format!("/projects/{project}/members/{}", colleague.user_id);
            drop(sdm.put(&path, json!({ "roles": any(chance, &roles) })).await);
        }
        11 | 12 => {
            let proposals = everything(sdm, phase).await;
            if proposals.is_empty() {
                if sdm.post(&format!("/phases/{phase}/proposals/generate"), json!({})).await.status == 202 {
                    generate_ended(sdm, phase).await;
                }
                return;
            }
            let proposal = any(chance, &proposals);
            let path = format!("/phases/{phase}/proposals/{}", proposal["id"].as_str().unwrap_or_default());
            let version = format!("\"{}\"", proposal["version"]);
            match chance.below(4) {
                0 => drop(sdm.patch(&path, &version, json!({ "title": format!("Title {number}") })).await),
                1 => drop(sdm.post(&format!("{path}/reject"), json!({ "reason": format!("No, {number}") })).await),
                2 => drop(sdm.post(&format!("{path}/restore"), json!({})).await),
                _ => drop(sdm.post(&format!("{path}/approve"), json!({})).await),
            }
        }
        _ => drop(sdm.post(&format!("/phases/{phase}/proposals/undo"), json!({})).await),
    }
}

async fn generate_ended(sdm: &Person, phase: &str) {
    konductro_tests::wait::until("the generation to end", || async {
        let table = sdm.get(&format!("/phases/{phase}/proposals")).await.expect(200);
        (table["generation"]["state"] == "completed").then_some(())
    })
    .await;
}

#[track_caller]
fn assert_same(replayed: &Value, seen: &Value, position: i64) {
    for (part, was) in seen.as_object().unwrap() {
        assert_eq!(&replayed[part], was, "{part} after the event at position {position}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_was_seen_at_a_moment_is_what_is_replayed_of_it() {
    let server = Server::start().await;
    let sdm = server.administrator().await;
    let colleague = sdm.invite("Sam Rivera", "sam@example.com").await;
    let mut chance = Chance::seeded();
    for history in 0..times(2, 20) {
        let project = sdm.create_project(&format!("P{history}")).await;
        sdm.add_member(&project, &colleague, &["architect"]).await;
        let phase = if history % 2 == 0 {
            ready_phase(&sdm, &project).await
        } else {
            let phase = sdm.open_phase(&project, "Split settlement").await;
            sdm.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
            phase
        };
        let mut seen = BTreeMap::new();
        for number in 0..30 {
            step(&mut chance, &sdm, &colleague, &project, &phase, number).await;
            if number % 3 == 0 {
                let (position, snapshot) = snapshot(&sdm, &project, &phase).await;
                assert_same(&replayed(&moment(&sdm, &phase, position).await), &snapshot, position);
                seen.insert(position, snapshot);
            }
        }
        for (position, snapshot) in &seen {
            assert_same(&replayed(&moment(&sdm, &phase, *position).await), snapshot, *position);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_steps_from_event_to_event_and_compares_two_moments() {
    let server = Server::start().await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    let sam = sdm.invite("Sam Rivera", "sam@example.com").await;
    let phase = sdm.open_phase(&project, "Split settlement").await;
    sdm.save_version(&phase, "requirements", "# Requirements\n\nFirst words.\n").await.expect(201);
    sdm.add_member(&project, &sam, &["architect"]).await;
    sdm.save_version(&phase, "requirements", "# Requirements\n\nOther words.\n").await.expect(201);
    sdm.approve(&phase, "requirements").await.expect(201);

    let mut position = sdm.get(&format!("/phases/{phase}/history")).await.expect(200)["items"][0]["position"].as_i64();
    let (mut types, mut last) = (Vec::new(), 0);
    while let Some(at) = position {
        let moment = moment(&sdm, &phase, at).await;
        assert_eq!(moment["event"]["position"], at);
        assert_eq!(moment["number"], types.len() + 1);
        types.push(moment["event"]["type"].as_str().unwrap().to_owned());
        if types.len() > 1 {
            let step = sdm.get(&format!("/phases/{phase}/history/{at}?from={last}")).await.expect(200);
            assert_eq!(step["from"], last);
        }
        last = at;
        position = moment["next"].as_i64();
    }
    let history = sdm.get(&format!("/phases/{phase}/history?limit=200")).await.expect(200);
    let items = history["items"].as_array().unwrap();
    assert_eq!(types, items.iter().map(|event| event["type"].as_str().unwrap()).collect::<Vec<_>>());

    let added = |number: usize| {
        let versions = items.iter().filter(|event| event["type"] == "ArtefactVersionAdded");
        versions.map(|event| event["position"].as_i64().unwrap()).nth(number).unwrap()
    };
    let first = moment(&sdm, &phase, added(0)).await;
    assert_eq!(first["artefacts"][0]["markdown"], "# Requirements\n\nFirst words.\n");
    assert_eq!((&first["stages"][0]["state"], &first["stages"][1]["state"]), (&json!("in_review"), &json!("locked")));
    assert_eq!(first["members"].as_array().unwrap().len(), 1, "Sam was no member yet");
    let members = moment(&sdm, &phase, last).await["members"].clone();
    let sams = members.as_array().unwrap().iter().find(|member| member["user_id"] == json!(sam.user_id)).unwrap();
    assert_eq!((&sams["roles"], &sams["name"]), (&json!(["architect"]), &json!("Sam Rivera")));
    // Between the second version and the approval only the gates differ.
    let path = format!("/phases/{phase}/history/{last}?from={}", added(1));
    let difference = sdm.get(&path).await.expect(200);
    assert_eq!(difference["artefacts"], json!([]));
    let stages: Vec<_> =
        difference["stages"].as_array().unwrap().iter().map(|stage| stage["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["requirements", "technical_analysis"]);
    // Between the two versions the text does.
    let path = format!("/phases/{phase}/history/{}?from={}", added(1), added(0));
    assert_eq!(sdm.get(&path).await.expect(200)["artefacts"][0]["version"], 2);

    for odd in ["0", "999999999", "x", "-1", "9223372036854775808"] {
        let status = sdm.get(&format!("/phases/{phase}/history/{odd}")).await.status;
        assert!(matches!(status, 200 | 400 | 404 | 422), "{odd}: {status}");
    }
    assert_eq!(sdm.get(&format!("/phases/{phase}/history/0")).await.status, 404, "nothing was then");
    sdm.get(&format!("/phases/{phase}/history/{last}?turns=101")).await.expect_problem(422, "invalid");
    assert_eq!(sdm.get(&format!("/phases/{phase}/history/{last}?from=0")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_is_filtered_by_kind_and_by_person() {
    let server = Server::start().await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    let sam = sdm.invite("Sam Rivera", "sam@example.com").await;
    sdm.add_member(&project, &sam, &["sdm"]).await;
    let phase = ready_phase(&sdm, &project).await;
    generate(&sdm, &phase).await;
    sam.converse(&phase, "stories", "Shorter titles, please.").await;

    let of = async |query: &str| {
        let page = sdm.get(&format!("/phases/{phase}/history?limit=200&{query}")).await.expect(200);
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = of("").await;
    let kinds = ["gates", "versions", "conversation", "discussion", "review", "stories"];
    let mut each = 0;
    for kind in kinds {
        each += of(&format!("kind={kind}")).await.len();
    }
    assert_eq!(each, all.len(), "each event is of one kind");
    assert_eq!(of("kind=versions").await, ["ArtefactVersionAdded"; 3]);
    assert_eq!(of(&format!("person={}", sam.user_id)).await, ["MessagePosted"]);
    assert!(of(&format!("person={}&kind=gates", sam.user_id)).await.is_empty());
    for odd in ["kind=none", "person=me"] {
        let refused = sdm.get(&format!("/phases/{phase}/history?{odd}")).await;
        assert!(matches!(refused.status, 400 | 422), "{odd}: {refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_phase_is_stepped_through_from_its_end_to_its_beginning() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let sdm = server.administrator().await;
    let project = sdm.create_project("PAY").await;
    let phase = sdm.open_phase(&project, "Split settlement").await;
    let turns = times(3_334, 33_334);
    let last = add_turns(&mut database.owner().await, &project, &phase, &sdm.user_id, turns).await;
    let timed = async |position: i64| {
        let asked = Instant::now();
        let moment = sdm.get(&format!("/phases/{phase}/history/{position}")).await.expect(200);
        (moment, asked.elapsed())
    };
    let (first, until_first) = timed(last).await;
    assert_eq!(first["conversations"][0]["turns"], turns);
    assert_eq!(first["conversations"][0]["items"].as_array().unwrap().len(), 50);
    let mut steps = Vec::new();
    for part in 1..=20 {
        let position = last - i64::try_from(turns).unwrap() * 3 / 20 * (part - 1);
        let (moment, took) = timed(position).await;
        assert_eq!(moment["event"]["position"], position);
        steps.push(took);
    }
    // Told, and not held: how long it takes is measured where nothing else runs (`just bench reads`).
    steps.sort_unstable();
    println!("{} events: first state after {until_first:?}, a step takes {:?}", turns * 3, steps[steps.len() / 2]);
    // Earlier turns come page by page.
    let earlier = first["conversations"][0]["earlier"].as_i64().unwrap();
    let page = sdm.get(&format!("/phases/{phase}/history/{last}?turns_before={earlier}")).await.expect(200);
    let ids = |page: &Value| {
        let items = page["conversations"][0]["items"].as_array().unwrap().clone();
        items.iter().map(|message| message["turn_id"].clone()).collect::<Vec<_>>()
    };
    assert!(ids(&page).iter().all(|turn| !ids(&first).contains(turn)) && ids(&page).len() == 50);
}
