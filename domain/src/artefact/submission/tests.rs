//! A submission that is good, and each way in which one is not.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expected")]

use serde_json::{Value, json};

use super::*;
use crate::text::Hash;

const COMMIT: &str = "4be1f02a4be1f02a4be1f02a4be1f02a4be1f02a";
const REQUIREMENTS: &str = "# Requirements\n\n### R-1 Split a payment\n- **R-1.1** When, the system shall.\n\n\
    ### R-2 Show it\n- **R-2.1** When, the system shall.\n\n### R-3 (retired: see R-1)\n\n- **N-1** Within 2 s\n";

fn hash() -> String {
    Hash::of(b"fn capture() {}\n").to_string()
}

fn document() -> String {
    format!(
        "# Technical analysis\n\n## Summary and verdict\nReady. See E-1.\n\n## The system as it is\nOne service.\n\n\
         ## Requirement → asset map\n| Requirement | Asset | Status | Note |\n|---|---|---|---|\n\
         | R-1 | `src/capture.rs` | extend | one entry |\n| R-2 | none | missing | |\n\n\
         ## Integration surfaces\nNone.\n\n## Data\nOne table.\n\n## Gaps and constraints\nNone.\n\n\
         ## Options and recommendation\n1. Split at capture\n2. A service of its own\n\nRecommended: Split at capture.\n\n\
         ## Blast radius\nSmall.\n\n## Tests present\nSome.\n\n## Readiness for each N-n\n| N-1 | ready |\n\n\
         ## Effort and risk\nSmall.\n\n## Questions back\nNone.\n\n\
         ## Evidence\n- **E-1** pay@{COMMIT}:src/capture.rs#L1 sha256:{} “fn capture”\n",
        hash()
    )
}

fn sidecar() -> Value {
    json!({
        "requirements_version": 4,
        "repositories": [{"name": "pay", "commit": COMMIT}],
        "asset_map": [
            {"requirement": "R-1", "asset": "src/capture.rs", "status": "extend"},
            {"requirement": "R-2", "asset": "none", "status": "missing"}],
        "options": [
            {"title": "Split at capture", "summary": "Small", "recommended": true},
            {"title": "A service of its own", "summary": "Large"}],
        "findings": [{"ref": "R-2", "severity": "advisory", "text": "Nobody can see it today", "evidence": ["E-1"]}],
        "evidence": [{"id": "E-1", "repository": "pay", "commit": COMMIT, "path": "src/capture.rs", "lines": "1", "sha256": hash()}],
    })
}

fn held(markdown: &str, sidecar: Option<&Value>) -> Result<Option<Sidecar>, Vec<SubmissionProblem>> {
    let pay = SourceRepository { name: "pay".into(), remote: None, branch: None, commit: COMMIT.into() };
    let requirements = ApprovedRequirements { version: 4, markdown: REQUIREMENTS };
    validate(Submission { markdown, sidecar, repositories: &[pay], requirements })
}

/// The rules and places of what is wrong: a pointer, or the section's first words.
fn wrong(markdown: &str, sidecar: Option<&Value>) -> Vec<(String, String)> {
    let problems = held(markdown, sidecar).expect_err("nothing is wrong with it");
    let place = |problem: &SubmissionProblem| match &problem.place {
        ProblemPlace::Field { pointer } => pointer.clone(),
        ProblemPlace::Document { section, .. } => section.split(' ').next().unwrap_or_default().to_owned(),
    };
    problems.iter().map(|problem| (problem.rule.to_owned(), place(problem))).collect()
}

fn only(rule: &str, place: &str) -> Vec<(String, String)> {
    vec![(rule.to_owned(), place.to_owned())]
}

/// The sidecar with one thing changed.
fn changed(pointer: &str, to: Value) -> Value {
    let mut sidecar = sidecar();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match sidecar.pointer_mut(parent).unwrap() {
        Value::Object(members) => drop(members.insert(name.to_owned(), to)),
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = to,
        _ => unreachable!("a parent holds something"),
    }
    sidecar
}

#[test]
fn a_whole_submission_is_taken_with_and_without_a_sidecar() {
    assert_eq!(held(&document(), None), Ok(None));
    let kept = held(&document(), Some(&sidecar())).unwrap().unwrap();
    assert_eq!(kept.findings[0].evidence[0].to_string(), format!("pay@{COMMIT}:src/capture.rs#L1"));
    assert_eq!(Sidecar::from_json(&kept.to_json().unwrap()).unwrap(), kept, "what is kept can be read again");
    assert_eq!(evidence_of(&document(), None), evidence_of(&document(), Some(&kept)));
}

#[test]
fn sections_and_ids_are_asked_for() {
    let shorter = document().replace("## Blast radius\nSmall.\n\n", "");
    assert_eq!(wrong(&shorter, None), only("section-missing", "Technical"));
    let unknown = document().replace("One table.", "One table, for R-9.");
    assert_eq!(wrong(&unknown, None), only("dangling-id", "Data"));
    let retired = document().replace("One table.", "One table, for R-3.");
    assert_eq!(wrong(&retired, None), only("dangling-id", "Data"));
    let dangling = document().replace("See E-1.", "See E-1 and E-2.");
    assert_eq!(wrong(&dangling, None), only("dangling-id", "Summary"));
    let twice = document() + &format!("- **E-1** pay@{COMMIT}:src/b.rs#L1 sha256:{}\n", hash());
    assert_eq!(wrong(&twice, None), only("duplicate-id", "Evidence"));
}

#[test]
fn every_requirement_is_mapped() {
    let unmapped = document().replace("| R-2 | none | missing | |\n", "");
    assert_eq!(wrong(&unmapped, None), only("requirement-not-mapped", "Requirement"));
    let vague = document().replace("| missing |", "| perhaps |");
    assert_eq!(wrong(&vague, None), only("asset-status", "Requirement"));
    let in_sidecar = changed("/asset_map", json!([sidecar()["asset_map"][0].clone()]));
    assert_eq!(wrong(&document(), Some(&in_sidecar)), only("requirement-not-mapped", "/sidecar/asset_map"));
    let unknown = changed("/asset_map/0/requirement", json!("R-7"));
    let found = wrong(&document(), Some(&unknown));
    assert!(found.contains(&("unknown-requirement".into(), "/sidecar/asset_map/0/requirement".into())), "{found:?}");
}

#[test]
fn evidence_of_the_document_has_commit_and_hash() {
    let none = document().replace(&format!("sha256:{}", hash()), "");
    assert_eq!(wrong(&none, None), only("evidence-hash", "Evidence"));
    let short = document().replace(COMMIT, "4be1f02");
    assert_eq!(wrong(&short, None), only("evidence-commit", "Evidence"));
    let away = document().replace("src/capture.rs#L1", "../../etc/passwd#L1");
    assert_eq!(wrong(&away, None), only("evidence-path", "Evidence"));
    let reversed = document().replace("#L1 ", "#L9-L2 ");
    assert_eq!(wrong(&reversed, None), only("evidence-lines", "Evidence"));
    let other = document().replace("pay@", "till@");
    assert_eq!(wrong(&other, None), only("repository-unlisted", "Evidence"));
    let in_a_sentence = document().replace(" “fn capture”", ": called once for each payment.");
    assert_eq!(held(&in_a_sentence, None), Ok(None));
    let uncited = document().split("## Evidence").next().unwrap().replace(" See E-1.", "") + "## Evidence\nNone yet.\n";
    assert_eq!(wrong(&uncited, None), only("evidence-missing", "Evidence"));
}

#[test]
fn evidence_may_stand_in_a_table() {
    let head = document().split("## Evidence").next().unwrap().to_owned();
    let table = |commit: &str, hash: &str| {
        format!(
            "{head}## Evidence\n| Id | Repository | Commit | Path | Lines | Hash | Quote |\n|---|---|---|---|---|---|---|\n\
             | E-1 | pay | `{commit}` | `src/capture.rs` | 1–1 | sha256:{hash} | fn capture |\n"
        )
    };
    assert_eq!(held(&table(COMMIT, &hash()), None), Ok(None));
    assert_eq!(held(&table(COMMIT, &hash()), Some(&sidecar())).map(|kept| kept.is_some()), Ok(true));
    assert_eq!(wrong(&table("4be1f02", &hash()), None), only("evidence-commit", "Evidence"));
    assert_eq!(wrong(&table(COMMIT, "…"), None), only("evidence-hash", "Evidence"));
}

#[test]
fn one_option_is_recommended() {
    let none = document().replace("and recommendation", "").replace("Recommended: Split at capture.", "");
    assert_eq!(wrong(&none, None), only("recommendation-missing", "Options"));
    let none = changed("/options/0/recommended", json!(false));
    assert_eq!(wrong(&document(), Some(&none)), only("recommendation-missing", "/sidecar/options"));
    let both = changed("/options/1/recommended", json!(true));
    assert_eq!(wrong(&document(), Some(&both)), only("recommendation-missing", "/sidecar/options/1/recommended"));
    let other = changed("/options/0/title", json!("Something else"));
    assert_eq!(wrong(&document(), Some(&other)), only("contradiction", "/sidecar/options/0/title"));
}

#[test]
fn the_requirements_are_the_approved_ones_of_now() {
    let stale = changed("/requirements_version", json!(3));
    let problems = held(&document(), Some(&stale)).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].text.contains("version 4 is approved now"), "{}", problems[0].text);
    let none = changed("/requirements_version", Value::Null);
    assert_eq!(wrong(&document(), Some(&none)), only("requirements-stale", "/sidecar/requirements_version"));
}

#[test]
fn sidecar_evidence_is_whole_and_agrees_with_the_document() {
    let pointer = "/sidecar/evidence/0";
    for (member, value, rule) in [
        ("commit", json!("4be1f02"), "evidence-commit"),
        ("commit", Value::Null, "evidence-commit"),
        ("sha256", Value::Null, "evidence-hash"),
        ("sha256", json!("abc"), "evidence-hash"),
        ("path", json!("/etc/passwd"), "evidence-path"),
        ("lines", json!("9-2"), "evidence-lines"),
    ] {
        let broken = changed(&format!("/evidence/0/{member}"), value);
        assert_eq!(wrong(&document(), Some(&broken)), only(rule, &format!("{pointer}/{member}")), "{member}");
    }
    let unlisted = changed("/evidence/0/repository", json!("till"));
    let found = wrong(&document(), Some(&unlisted));
    assert!(found.contains(&("repository-unlisted".into(), format!("{pointer}/repository"))), "{found:?}");
    let other = changed("/evidence/0/lines", json!("2-3"));
    assert_eq!(wrong(&document(), Some(&other)), only("contradiction", pointer));
    let again = changed("/evidence", json!([sidecar()["evidence"][0].clone(), sidecar()["evidence"][0].clone()]));
    assert_eq!(wrong(&document(), Some(&again)), only("duplicate-evidence", "/sidecar/evidence/1/id"));
    let numbers = changed(
        "/evidence/0",
        json!({"id": "E-1", "repository": "pay", "commit": COMMIT, "path": "src/capture.rs",
        "start": 1, "end": 1, "sha256": hash()}),
    );
    assert!(held(&document(), Some(&numbers)).is_ok());
}

#[test]
fn findings_are_about_what_is_approved_and_cite_what_is_there() {
    let unknown = changed("/findings/0/ref", json!("R-9"));
    assert_eq!(wrong(&document(), Some(&unknown)), only("unknown-requirement", "/sidecar/findings/0/ref"));
    let dangling = changed("/findings/0/evidence", json!(["E-9"]));
    assert_eq!(wrong(&document(), Some(&dangling)), only("dangling-evidence", "/sidecar/findings/0/evidence/0"));
    let grave = changed("/findings/0/severity", json!("grave"));
    assert_eq!(wrong(&document(), Some(&grave)), only("finding-severity", "/sidecar/findings/0/severity"));
}

#[test]
fn the_two_say_the_same() {
    let other = changed("/asset_map/0/status", json!("exists"));
    assert_eq!(wrong(&document(), Some(&other)), only("contradiction", "/sidecar/asset_map/0/requirement"));
    let commit = changed("/repositories/0/commit", json!("b".repeat(40)));
    assert_eq!(wrong(&document(), Some(&commit)), only("contradiction", "/sidecar/repositories/0/commit"));
}

#[test]
fn everything_is_told_at_once_and_what_is_unknown_is_refused() {
    let found = wrong("# Nothing\n", Some(&json!({"requirements_version": "x", "evidence": 3, "more/odd": 1})));
    for place in ["/sidecar/requirements_version", "/sidecar/evidence", "/sidecar/more~1odd"] {
        assert!(found.iter().any(|(_, pointer)| pointer == place), "{place}: {found:?}");
    }
    assert!(found.iter().filter(|(rule, _)| rule == "section-missing").count() > 10);
    assert_eq!(wrong(&document(), Some(&json!([]))).len(), 1);
}

#[test]
fn the_schema_is_json_and_knows_what_is_read() {
    let schema: Value = serde_json::from_str(SIDECAR_SCHEMA).unwrap();
    let known = |value: &Value| value["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut read: Vec<_> = sidecar().as_object().unwrap().keys().cloned().collect();
    let mut said = known(&schema);
    read.sort();
    said.sort();
    assert_eq!(said, read);
    assert_eq!(schema["properties"]["evidence"]["maxItems"], 1000);
}
