//! Whatever is changed in an export, or in the database before one, is found, and both verifiers say the same: what kind
//! of thing it is, and the first event that is not what was signed.

use std::path::PathBuf;

use konductro_api::audit::AuditKey;
use konductro_api::audit::key::KeyPlace;
use konductro_tests::audit::{Folder, Verdict, both, export_of, first, key_of, leaves, second};
use konductro_tests::chance::Chance;
use konductro_tests::database::TestDatabase;
use konductro_tests::server::run;
use konductro_tests::{Person, Server};
use serde_json::{Value, json};
use sqlx::Executor as _;

const SOUND: Verdict = (0, None);

/// A workspace with two projects, and the whole log of it.
struct Workspace {
    server: Server,
    database: TestDatabase,
    sdm: Person,
    project: String,
    key: String,
    folder: Folder,
}

impl Workspace {
    async fn plan() -> Self {
        let database = TestDatabase::empty().await;
        let server = Server::start_on(&database).await;
        let sdm = server.administrator().await;
        let project = sdm.create_project("PAY").await;
        let phase = sdm.open_phase(&project, "Split settlement").await;
        for number in 1..=3 {
            sdm.save_version(&phase, "requirements", &format!("# Requirements\n\nVersion {number}, größer."))
                .await
                .expect(201);
        }
        sdm.approve(&phase, "requirements").await.expect(201);
        let reopen = json!({ "reason": "Refunds were forgotten." });
        sdm.post(&format!("/phases/{phase}/stages/requirements/reopen"), reopen).await.expect(200);
        sdm.create_project("PLAN").await;
        let key = key_of(&sdm).await;
        Self { server, database, sdm, project, key, folder: Folder::new() }
    }

    /// The whole workspace's log, as the console exports it.
    async fn whole(&self) -> Vec<u8> {
        let file = self.folder.path().join("whole.ndjson");
        let database = self.database.url();
        let arguments = ["audit", "export", "--output", file.to_str().unwrap()];
        let exported = run(self.server.data(), &arguments, &[("DATABASE_URL", &database)]).await;
        assert_eq!(exported.code, Some(0), "{exported:?}");
        std::fs::read(file).unwrap()
    }

    async fn part(&self) -> Vec<u8> {
        export_of(&self.sdm, &self.project, "").await
    }

    #[track_caller]
    fn verdict(&self, lines: &[String]) -> Verdict {
        let export = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        both(&self.folder, export.as_bytes(), &self.key, None)
    }
}

fn lines(export: &[u8]) -> Vec<String> {
    std::str::from_utf8(export).unwrap().lines().map(str::to_owned).collect()
}

/// Where the events stand: the line with the position, up to where the next begins.
fn events(lines: &[String]) -> Vec<std::ops::Range<usize>> {
    let is_event = |line: &&String| {
        line.ends_with(r#""konductro":"event","position""#) || line.contains(r#","konductro":"event","position":"#)
    };
    let starts: Vec<usize> = (0..lines.len()).filter(|at| is_event(&&lines[*at])).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
}

fn position(lines: &[String], event: &std::ops::Range<usize>) -> u64 {
    let line: Value = serde_json::from_str(&lines[event.start]).unwrap();
    line["position"].as_u64().unwrap()
}

fn replaced(lines: &[String], at: usize, from: &str, to: &str) -> Vec<String> {
    let mut lines = lines.to_vec();
    assert!(lines[at].contains(from), "{from} in {}", lines[at]);
    lines[at] = lines[at].replacen(from, to, 1);
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twelve_ways_to_tamper_with_an_export_are_found_and_the_first_bad_event_is_named() {
    let workspace = Workspace::plan().await;
    for export in [workspace.whole().await, workspace.part().await] {
        let sound = lines(&export);
        assert_eq!(workspace.verdict(&sound), SOUND);
        let events = events(&sound);
        let middle = events.len() / 2;
        let place = |number: usize| position(&sound, &events[number]);
        let is_whole = leaves(&export)[0]["payload"].get("project_id").is_none();

        // 1. An event is edited.
        let edited = replaced(&sound, events[middle].start + 1, r#""recorded_at":"20"#, r#""recorded_at":"21"#);
        assert_eq!(workspace.verdict(&edited), (2, Some(place(middle))));

        // 2. An event is deleted.
        let mut deleted = sound.clone();
        deleted.drain(events[middle].clone());
        let (code, named) = workspace.verdict(&deleted);
        assert!(matches!(code, 2 | 3) && named.is_some(), "{code} {named:?}");
        if is_whole {
            assert_eq!((code, named), (3, Some(place(middle))), "it is missing");
        }

        // 3. An event is inserted: one of another place, under a position of its own.
        let mut inserted = sound.clone();
        let leaf = inserted[events[0].start + 1].replace("\"sequence\":1", "\"sequence\":2");
        let line = inserted[events[middle].start].clone();
        inserted.splice(events[middle].start..events[middle].start, [line, leaf]);
        assert_eq!(workspace.verdict(&inserted), (2, Some(place(middle))));

        // 4. Two events are swapped.
        let mut swapped = sound[..events[middle].start].to_vec();
        swapped.extend_from_slice(&sound[events[middle + 1].clone()]);
        swapped.extend_from_slice(&sound[events[middle].clone()]);
        swapped.extend_from_slice(&sound[events[middle + 1].end..]);
        let (code, named) = workspace.verdict(&swapped);
        assert!(matches!(code, 2 | 3) && named.is_some(), "{code} {named:?}");

        // 5. The end is cut off: between events, and in the middle of a line.
        assert_eq!(workspace.verdict(&sound[..events[middle].start]).0, 3);
        let cut = both(&workspace.folder, &export[..export.len() - 7], &workspace.key, None);
        assert_eq!((cut.0, cut.1.is_some()), (3, true));

        // 6. An event is there twice.
        let mut doubled = sound[..events[middle].end].to_vec();
        doubled.extend_from_slice(&sound[events[middle].clone()]);
        doubled.extend_from_slice(&sound[events[middle].end..]);
        assert_eq!(workspace.verdict(&doubled), (2, Some(place(middle))));

        // 7. An event is edited and everything after it in its stream is chained anew, without the key.
        assert_eq!(workspace.verdict(&rechained(&sound, &events, middle)), (2, Some(place(middle))));

        // 8. A text is replaced, with the hash that belongs to it.
        let is_text = |line: &String| line.contains(r#""konductro":"text""#);
        let at = sound.iter().position(is_text).unwrap();
        let of = events.iter().find(|event| event.contains(&at)).unwrap();
        let body: Value = serde_json::from_str(&sound[at]).unwrap();
        let other = replaced(&sound, at, &body["body"].to_string(), &json!("Other words.").to_string());
        assert_eq!(workspace.verdict(&other), (2, Some(position(&sound, of))));
        let mut without = sound.clone();
        without.remove(at);
        assert_eq!(workspace.verdict(&without), (3, Some(position(&sound, of))));

        // 9. The checkpoint is replaced: by its own text with another size, and by that of another key.
        let at = 1;
        let checkpoint: Value = serde_json::from_str(&sound[at]).unwrap();
        let note = checkpoint["checkpoint"].as_str().unwrap();
        let size = note.lines().nth(1).unwrap();
        let larger = replaced(&sound, at, &format!("\\n{size}\\n"), &format!("\\n{size}0\\n"));
        assert_eq!(workspace.verdict(&larger), (2, None));
        let mut foreign = sound.clone();
        foreign[at] = json!({ "checkpoint": foreign_note(note), "konductro": "checkpoint" }).to_string();
        assert_eq!(workspace.verdict(&foreign), (4, None));

        // 10. It is held against another key.
        let other_key = another_key(&workspace).await;
        let all = sound.iter().map(|line| format!("{line}\n")).collect::<String>();
        assert_eq!(both(&workspace.folder, all.as_bytes(), &other_key, None), (4, None));

        // 11. The log is rolled back behind a head that somebody kept.
        workspace.sdm.create_project(if is_whole { "LATE" } else { "LATER" }).await;
        let later = later_head(&workspace, &export).await;
        assert_eq!(both(&workspace.folder, &export, &workspace.key, Some(&later)), (5, None));

        // 12. The counts that were declared are changed.
        let declaration = events[0].start - 1;
        let fewer = replaced(&sound, declaration, r#""events":"#, r#""events":1"#);
        let (code, named) = workspace.verdict(&fewer);
        assert!(code == 2 && named.is_some(), "{code} {named:?}");

        // And lines that say more than they should.
        let more = replaced(&sound, 0, r#""format":1"#, r#""extra":1,"format":1"#);
        assert_eq!(workspace.verdict(&more), (2, None));
        let spaced = replaced(&sound, events[middle].start, ",\"konductro\"", ", \"konductro\"");
        assert_eq!(workspace.verdict(&spaced), (2, Some(place(middle - 1))));
        assert_eq!(both(&workspace.folder, b"", &workspace.key, None), (3, None));
        assert_eq!(both(&workspace.folder, b"\xff\xfe\n", &workspace.key, None), (2, None));
    }
}

/// The events from one on with other hashes in their streams, as somebody could make them without the key.
fn rechained(sound: &[String], events: &[std::ops::Range<usize>], from: usize) -> Vec<String> {
    let mut lines = sound.to_vec();
    let mut renamed: Vec<(String, String)> = Vec::new();
    let leaf_hash = |line: &str| {
        let hash = tlog_tiles::tlog::record_hash(line.as_bytes());
        hash.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    for (number, event) in events.iter().enumerate().skip(from) {
        let at = event.start + 1;
        let before = leaf_hash(&lines[at]);
        if number == from {
            lines[at] = lines[at].replacen(r#""recorded_at":"20"#, r#""recorded_at":"21"#, 1);
        }
        for (old, new) in &renamed {
            lines[at] = lines[at].replace(old.as_str(), new);
        }
        let after = leaf_hash(&lines[at]);
        if before != after {
            renamed.push((before, after));
        }
    }
    lines
}

/// A head of the same text that another key signed.
fn foreign_note(note: &str) -> String {
    let (text, signature) = note.split_once("\n\n").unwrap();
    let (name, signed) = signature.trim_end().strip_prefix("— ").unwrap().split_once(' ').unwrap();
    let other = if signed.starts_with('A') { "B" } else { "A" };
    format!("{text}\n\n— {name} {other}{}\n", &signed[1..])
}

async fn another_key(workspace: &Workspace) -> String {
    let place = KeyPlace::File(workspace.folder.path().join("another.key"));
    let key = AuditKey::open(&place, Some("another"), &workspace.database.pool().await).await.unwrap();
    key.line().to_owned()
}

/// A head that is younger than an export.
async fn later_head(workspace: &Workspace, export: &[u8]) -> String {
    let checkpoint: Value = serde_json::from_str(&lines(export)[1]).unwrap();
    let size: u64 = checkpoint["checkpoint"].as_str().unwrap().lines().nth(1).unwrap().parse().unwrap();
    let head = konductro_tests::wait::until("a later head", || async {
        let head = workspace.sdm.get("/audit/head").await.expect(200);
        (head["size"].as_u64() > Some(size)).then_some(head)
    })
    .await;
    head["checkpoint"].as_str().unwrap().to_owned()
}

fn below(chance: &mut Chance, bound: usize) -> usize {
    usize::try_from(chance.below(bound as u64)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_changed_bytes_are_found_each_by_both() {
    let workspace = Workspace::plan().await;
    let earlier = workspace.sdm.get("/audit/head").await.expect(200)["size"].as_u64().unwrap();
    let export = export_of(&workspace.sdm, &workspace.project, &format!("?since={earlier}")).await;
    assert_eq!(both(&workspace.folder, &export, &workspace.key, None), SOUND);

    let mut chance = Chance::seeded();
    let (mut files, mut verdicts): (Vec<PathBuf>, Vec<Verdict>) = (Vec::new(), Vec::new());
    for number in 0..1_000 {
        let at = below(&mut chance, export.len());
        let mut changed = export.clone();
        while changed[at] == export[at] {
            // Half of them into something that could be there, half into anything.
            let near = export[below(&mut chance, export.len())];
            changed[at] = if number % 2 == 0 { near } else { u8::try_from(chance.below(256)).unwrap() };
        }
        let verdict = first(&changed, &workspace.key, None);
        assert_ne!(verdict.0, 0, "byte {at} from {:?} to {:?} was not found", export[at] as char, changed[at] as char);
        files.push(workspace.folder.file(&format!("changed-{number}.ndjson"), &changed));
        verdicts.push(verdict);
    }
    if let Some(second) = second(&files, &workspace.key, None) {
        let different: Vec<_> = (0..1_000).filter(|number| second[*number] != verdicts[*number]).collect();
        let shown =
            |number: &usize| format!("{}: {:?} and {:?}", files[*number].display(), verdicts[*number], second[*number]);
        assert!(different.is_empty(), "{:#?}", different.iter().take(5).map(shown).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_changed_in_the_database_is_found_in_the_next_export() {
    let workspace = Workspace::plan().await;
    workspace.part().await;
    let mut owner = workspace.database.owner().await;
    let place: i64 = sqlx::query_scalar(
        "SELECT l.position FROM log l JOIN events e USING (aggregate_type, aggregate_id, sequence)
          WHERE e.event_type = 'ArtefactApproved'",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    let approval = "event_type = 'ArtefactApproved'";
    let place = Some(place.unsigned_abs());

    // Somebody with the database, and without the key, makes version 1 the approved one.
    owner
        .execute(
            format!(
                "ALTER TABLE events DISABLE TRIGGER USER; ALTER TABLE log DISABLE TRIGGER USER; \
                 CREATE TABLE before AS SELECT * FROM events WHERE {approval}; \
                 UPDATE events SET payload = replace(payload::text, '\"version\":3', '\"version\":1')::json WHERE {approval}"
            )
            .as_str(),
        )
        .await
        .unwrap();
    assert_eq!(both(&workspace.folder, &workspace.part().await, &workspace.key, None), (2, place));

    // With the leaf's hash put right, in both tables, it is still not what was signed.
    owner
        .execute(
            format!(
                "UPDATE log l SET leaf_hash = sha256(e.leaf_hash) FROM events e \
                          WHERE l.aggregate_id = e.aggregate_id AND l.sequence = e.sequence AND e.{approval}"
            )
            .as_str(),
        )
        .await
        .unwrap();
    let (code, _) = both(&workspace.folder, &workspace.part().await, &workspace.key, None);
    assert_eq!(code, 2);
    owner
        .execute(
            "UPDATE events e SET payload = b.payload FROM before b WHERE e.event_id = b.event_id; \
             UPDATE log l SET leaf_hash = b.leaf_hash FROM before b \
              WHERE l.aggregate_id = b.aggregate_id AND l.sequence = b.sequence AND l.aggregate_type = b.aggregate_type",
        )
        .await
        .unwrap();
    assert_eq!(both(&workspace.folder, &workspace.part().await, &workspace.key, None), SOUND);

    // A text that is gone without a word is missing; one with other words is not what it was.
    owner.execute("UPDATE texts SET body = NULL WHERE body LIKE 'Refunds%'").await.unwrap();
    assert_eq!(both(&workspace.folder, &workspace.part().await, &workspace.key, None).0, 3);
    owner.execute("UPDATE texts SET body = 'Refunds were not forgotten.' WHERE body IS NULL").await.unwrap();
    assert_eq!(both(&workspace.folder, &workspace.part().await, &workspace.key, None).0, 2);
}
