//! A technical analysis as an IDE submits it: with everything that the door asks for.

use konductro_domain::text::Hash;
use serde_json::{Value, json};

use crate::Person;

/// The commit that it cites.
pub const COMMIT: &str = "4be1f02a4be1f02a4be1f02a4be1f02a4be1f02a";

/// The lines that it cites.
const CITED: &str = "fn capture() {}\n";

/// The hash of the lines that it cites.
pub fn cited_hash() -> String {
    Hash::of(CITED.as_bytes()).to_string()
}

/// The document, with a row for each of these requirements and some words of its own.
pub fn document(requirements: &[&str], words: &str) -> String {
    let rows: String = requirements.iter().map(|id| format!("| {id} | `src/capture.rs` | extend | |\n")).collect();
    format!(
        "# Technical analysis\n\n## Summary and verdict\nReady. {words}\n\n## The system as it is\nOne service, see E-1.\n\n\
         ## Requirement → asset map\n| Requirement | Asset | Status | Note |\n|---|---|---|---|\n{rows}\n\
         ## Integration surfaces\nNone.\n\n## Data\nOne table.\n\n## Gaps and constraints\nNone.\n\n\
         ## Options and recommendation\n1. Split at capture\n2. A service of its own\n\nRecommended: Split at capture.\n\n\
         ## Blast radius\nSmall.\n\n## Tests present\nSome.\n\n## Readiness for each N-n\nNone is asked for.\n\n\
         ## Effort and risk\nSmall.\n\n## Questions back\nNone.\n\n\
         ## Evidence\n- **E-1** pay@{COMMIT}:src/capture.rs#L1 sha256:{} “fn capture”\n",
        cited_hash()
    )
}

/// The same where nothing of it is there yet, so that no code is cited.
pub fn document_without_code(requirements: &[&str]) -> String {
    let whole =
        document(requirements, "").replace("`src/capture.rs` | extend", "none | missing").replace(", see E-1", "");
    let (before, _) = whole.split_once("## Evidence").expect("evidence");
    format!("{before}## Evidence\nNone: nothing of it is there yet.\n")
}

/// What it says of itself beside the document.
pub fn sidecar(requirements_version: u64, requirements: &[&str]) -> Value {
    let row = |id: &&str| json!({ "requirement": id, "asset": "src/capture.rs", "status": "extend" });
    json!({
        "requirements_version": requirements_version,
        "repositories": [{ "name": "pay", "branch": "main", "commit": COMMIT }],
        "asset_map": requirements.iter().map(row).collect::<Vec<_>>(),
        "options": [
            { "title": "Split at capture", "summary": "Small.", "recommended": true },
            { "title": "A service of its own", "summary": "Large." },
        ],
        "evidence": [{
            "id": "E-1", "repository": "pay", "commit": COMMIT, "path": "src/capture.rs", "lines": "1",
            "sha256": cited_hash(), "quote": "fn capture",
        }],
    })
}

/// The body of a submission without a sidecar.
pub fn submission(requirements: &[&str], words: &str) -> Value {
    let pay = json!({ "name": "pay", "branch": "main", "commit": COMMIT });
    json!({
        "title": "Technical analysis",
        "markdown": document(requirements, words),
        "source": { "tool": "claude-code", "repositories": [pay] },
    })
}

/// The ids of the approved requirements that need a row, as the hand-off names them.
pub async fn mapped_ids(reader: &Person, phase: &str) -> Vec<String> {
    let hand_off = reader.get(&format!("/phases/{phase}/hand-off")).await.expect(200);
    let items = hand_off["requirements"]["items"].as_array().expect("approved requirements").iter();
    let ids = items.filter_map(|item| item["id"].as_str()).filter(|id| id.starts_with("R-"));
    ids.map(str::to_owned).collect()
}
