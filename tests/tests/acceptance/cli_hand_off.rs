//! From "there is a phase waiting" to "submitted" on the command line, on a real repository, and what becomes of the
//! evidence later.

use konductro_tests::repository::{CITED, Repository};
use konductro_tests::waiting::{Waiting, markdown, sidecar};
use serde_json::{Value, json};

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn a_developer_cites_validates_and_submits_and_the_same_again_changes_nothing() {
    let waiting = Waiting::start().await;
    let environment = waiting.environment();
    let repository = Repository::real();
    let cited = repository.konductro(&["evidence", CITED, "--json"], &[]).await;
    assert_eq!(cited.code, Some(0), "{cited:?}");
    let evidence = json_of(&cited.stdout);
    assert_eq!((&evidence[0]["repository"], &evidence[0]["commit"]), (&json!("pay"), &json!(repository.head())));
    let line = repository.konductro(&["evidence", CITED], &[]).await.stdout;
    repository.write(".konductro/analysis.md", &markdown(&line));
    repository.write(".konductro/analysis.json", &sidecar(1, &repository.head(), &evidence).to_string());
    let file = ".konductro/analysis.md";
    let alone = repository.konductro(&["validate", file], &[]).await;
    assert_eq!(alone.code, Some(0), "without a phase only the evidence is looked at: {alone:?}");
    let valid = repository.konductro(&["validate", file, "--phase", "PAY-1"], &environment).await;
    assert_eq!(valid.code, Some(0), "{valid:?}");
    let submit = ["submit", "technical-analysis", "PAY-1", file, "--json"];
    let first = repository.konductro(&submit, &environment).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(json_of(&first.stdout)["version"], 1);
    let again = repository.konductro(&submit, &environment).await;
    assert_eq!((again.code, &json_of(&again.stdout)["version"]), (Some(0), &json!(1)), "{again:?}");
    let versions = format!("/phases/{}/artefacts/technical_analysis/versions", waiting.phase);
    let versions = waiting.dana.get(&versions).await.expect(200);
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(versions["items"][0]["source"]["tool"], "konductro-cli");
    assert_eq!(versions["items"][0]["authors"][0]["name"], "Jonas Weil");
}

#[tokio::test]
async fn hashes_that_are_left_out_are_filled_in() {
    let waiting = Waiting::start().await;
    let repository = Repository::small();
    let head = repository.head();
    let document = markdown(&format!("- **E-1** `pay@{head}:src/capture.rs#L1-L3` “capture”"));
    let sent = repository
        .konductro_with(&document, &["submit", "technical-analysis", "PAY-1", "-", "--json"], &waiting.environment())
        .await;
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let read = format!("/phases/{}/artefacts/technical_analysis/versions/1", waiting.phase);
    let saved = waiting.dana.get(&read).await.expect(200)["markdown"].as_str().unwrap().to_owned();
    assert!(saved.contains("#L1-L3` sha256:"), "{saved}");
}

#[tokio::test]
async fn every_reason_is_listed_and_told_by_the_exit_code() {
    let waiting = Waiting::start().await;
    let environment = waiting.environment();
    let repository = Repository::small();
    let head = repository.head();
    repository
        .write("bad.md", &markdown(&format!("- **E-1** `pay@{head}:src/capture.rs#L1-L3` sha256:{}", "0".repeat(64))));
    let wrong = repository.konductro(&["validate", "bad.md"], &[]).await;
    assert_eq!(wrong.code, Some(4), "{wrong:?}");
    assert!(wrong.stdout.contains("have the hash"), "{}", wrong.stdout);
    let refused = repository.konductro(&["submit", "technical-analysis", "PAY-1", "bad.md"], &environment).await;
    assert_eq!(refused.code, Some(4), "evidence that does not hold is not sent: {refused:?}");
    repository.write("short.md", "# Analysis\n\nIt fits.\n");
    let short = repository.konductro(&["validate", "short.md", "--phase", "PAY-1"], &environment).await;
    assert_eq!(short.code, Some(4), "{short:?}");
    for said in ["R-1", "R-2", "Blast radius"] {
        assert!(short.stdout.contains(said), "{said}: {}", short.stdout);
    }
    let json =
        repository.konductro(&["submit", "technical-analysis", "PAY-1", "short.md", "--json"], &environment).await;
    assert_eq!(json.code, Some(4), "{json:?}");
    assert!(json_of(&json.stderr)["problem"]["errors"].as_array().is_some_and(|it| it.len() > 3), "{}", json.stderr);
    let nobody = repository.konductro(&["submit", "technical-analysis", "PAY-1", "short.md"], &environment[..1]).await;
    assert_eq!(nobody.code, Some(3), "{nobody:?}");
    let unreachable = [("KONDUCTRO_URL", "http://127.0.0.1:1"), environment[1]];
    let nowhere = repository.konductro(&["submit", "technical-analysis", "PAY-1", "short.md"], &unreachable).await;
    assert_eq!(nowhere.code, Some(5), "{nowhere:?}");
    let unknown = repository.konductro(&["submit", "technical-analysis", "PAY-9", "short.md"], &environment).await;
    assert_eq!(unknown.code, Some(4), "{unknown:?}");
    assert_eq!(
        repository.konductro(&["submit", "architecture", "PAY-1", "short.md"], &environment).await.code,
        Some(2)
    );
}

#[tokio::test]
async fn nothing_outside_the_repository_is_ever_read() {
    let repository = Repository::small();
    let elsewhere = Repository::empty();
    elsewhere.write("secret.txt", "the secret\n");
    std::os::unix::fs::symlink(elsewhere.path().join("secret.txt"), repository.path().join("link.txt")).unwrap();
    repository.commit("Add a link");
    let outside = elsewhere.path().join("secret.txt").display().to_string();
    for place in
        ["../../etc/passwd:1", "/etc/passwd:1", "link.txt:1", ".git/config:1", "src:1", &format!("{outside}:1")]
    {
        let refused = repository.konductro(&["evidence", place, "--quote"], &[]).await;
        assert_eq!(refused.code, Some(1), "{place}: {refused:?}");
        assert!(!refused.stdout.contains("secret"), "{place}: {refused:?}");
    }
    let head = repository.head();
    let hash = "0".repeat(64);
    for (index, path) in ["../x", "/etc/passwd", "--output=x", ":(top)README.md", "link.txt"].iter().enumerate() {
        let sidecar = json!({ "evidence": [{
            "id": "E-1", "repository": "pay", "commit": head, "path": path, "lines": "1-1", "sha256": hash,
        }] });
        let file = format!("hostile-{index}.md");
        repository.write(&file, "# Analysis\n");
        repository.write(&format!("hostile-{index}.json"), &sidecar.to_string());
        let held = repository.konductro(&["validate", &file], &[]).await;
        assert!(!held.stdout.contains("secret") && !held.stdout.contains("root:"), "{held:?}");
        assert!(!repository.path().join("x").exists());
    }
    for revision in ["--output=pwned", "$(touch pwned)", "HEAD;touch pwned"] {
        let refused = repository.konductro(&["evidence", "README.md:1", &format!("--commit={revision}")], &[]).await;
        assert_eq!(refused.code, Some(1), "{revision}: {refused:?}");
    }
    assert!(!repository.path().join("pwned").exists());
}

#[tokio::test]
async fn what_became_of_the_evidence_is_told_and_reported() {
    let waiting = Waiting::start().await;
    let environment = waiting.environment();
    let repository = Repository::small();
    let text: String = (1..=12).map(|line| format!("line {line}\n")).collect();
    for name in ["same", "moved", "changed", "gone", "renamed"] {
        repository.write(&format!("src/{name}.txt"), &format!("{name}\n{text}"));
    }
    let head = repository.commit("Write five files");
    let places = ["same", "moved", "changed", "gone", "renamed"].map(|name| format!("src/{name}.txt:3-5"));
    let arguments: Vec<&str> = ["evidence"].into_iter().chain(places.iter().map(String::as_str)).collect();
    let lines = repository.konductro(&arguments, &[]).await.stdout;
    let evidence = json_of(&repository.konductro(&[&arguments[..], &["--json"]].concat(), &[]).await.stdout);
    repository.write("a.md", &markdown(&lines));
    repository.write("a.json", &sidecar(1, &head, &evidence).to_string());
    let none_yet = repository.konductro(&["verify", "PAY-1"], &environment).await;
    assert_eq!(none_yet.code, Some(4), "{none_yet:?}");
    let sent = repository.konductro(&["submit", "technical-analysis", "PAY-1", "a.md"], &environment).await;
    assert_eq!(sent.code, Some(0), "{sent:?}");
    waiting.dana.approve(&waiting.phase, "technical_analysis").await.expect(201);
    let unchanged = repository.konductro(&["verify", "PAY-1"], &environment).await;
    assert_eq!(unchanged.code, Some(0), "{unchanged:?}");
    repository.write("src/moved.txt", &format!("moved\nnew\n{text}"));
    repository.git(&["mv", "src/renamed.txt", "src/elsewhere.txt"]);
    repository.commit("Move");
    let moved = repository.konductro(&["verify", "PAY-1"], &environment).await;
    assert_eq!(moved.code, Some(0), "what only moved still holds: {moved:?}");
    assert!(moved.stdout.contains("→ src/moved.txt:4-6"), "{}", moved.stdout);
    assert!(moved.stdout.contains("→ src/elsewhere.txt:3-5"), "{}", moved.stdout);
    repository.write("src/changed.txt", &text.replace("line 3", "another line"));
    std::fs::remove_file(repository.path().join("src/gone.txt")).unwrap();
    let now = repository.commit("Change");
    let drifted = repository.konductro(&["verify", "PAY-1", "--report", "--json"], &environment).await;
    assert_eq!(drifted.code, Some(4), "{drifted:?}");
    let told = json_of(&drifted.stdout);
    let states: Vec<_> = told["evidence"].as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["unchanged", "moved", "changed", "vanished", "moved"]);
    assert_eq!(told["commit"], now);
    let hand_off = waiting.dana.get(&format!("/phases/{}/hand-off", waiting.phase)).await.expect(200);
    let report = &hand_off["technical_analysis"]["drift"];
    assert_eq!((&report["unchanged"], &report["moved"]), (&json!(1), &json!(2)), "{report:#}");
    assert_eq!((&report["changed"], &report["vanished"]), (&json!(1), &json!(1)), "{report:#}");
    let stage = waiting.dana.stage(&waiting.phase, "technical_analysis").await;
    assert_eq!(stage["state"], "approved", "a report is advice and changes no gate");
}

#[tokio::test]
async fn nothing_on_the_command_line_approves() {
    let repository = Repository::empty();
    let help = repository.konductro(&["--help"], &[]).await.stdout;
    for verb in ["approve", "reaffirm", "waive", "reopen", "accept"] {
        assert!(!help.contains(&format!("  {verb}")), "{help}");
        assert_eq!(repository.konductro(&[verb, "PAY-1"], &[]).await.code, Some(2), "{verb}");
        assert_eq!(repository.konductro(&["submit", verb, "PAY-1", "x"], &[]).await.code, Some(2), "{verb}");
    }
}
