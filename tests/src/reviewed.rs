//! Phases whose stories are in review: planned by hand, proposed by guided mode, which is the same each time.

use serde_json::{Value, json};

use crate::Person;
use crate::wait::until;

/// Four requirements with criteria, and a quality: five proposals.
pub const REQUIREMENTS: &str = "# Split settlement

## Purpose
Each seller gets their own share.

## Functional requirements

### R-1 Split a captured payment by seller
- Priority: must
- **R-1.1** When a payment is captured, the system shall record one share for each seller.
- **R-1.2** The system shall make the shares add up to the captured amount.

### R-2 Pay shares out on the next working day
- Priority: must
- **R-2.1** When a share is older than the cut-off, the system shall include it in that day's pay-out file.
- **R-2.2** While a seller's account is not verified, the system shall hold the seller's shares.

### R-3 Carry small balances
- Priority: should
- **R-3.1** Where a seller's balance is below the minimum, the system shall carry it to the next pay-out.

### R-4 Show the seller how an amount came about
- Priority: must
- **R-4.1** When a seller opens a pay-out, the system shall show each order and its share.

## Non-functional requirements
- **N-1** A captured payment is split within 2 s at the 99th percentile; verified by a load test.
";

const ANALYSIS: &str = "# Technical analysis\n\n## Summary\nFeasible.\n\n## Requirement → asset map\n\
    | requirement | asset | status | note |\n|---|---|---|---|\n| R-1 | `payments/src/capture.rs` | extend | one entry |\n\n\
    ## Evidence\n- **E-1** pay@4be1f02 `payments/src/capture.rs` lines 41–88: called once.\n";

pub const ARCHITECTURE: &str = "# Architecture\n\n## Decisions\n\n### AD-1 Split at capture\n\nIn one transaction.\n";

/// A full phase whose three artefacts are approved.
pub async fn ready_phase(sdm: &Person, project: &str) -> String {
    let phase = sdm.open_phase(project, "Split settlement").await;
    let artefacts = [("requirements", REQUIREMENTS), ("technical_analysis", ANALYSIS), ("architecture", ARCHITECTURE)];
    for (stage, markdown) in artefacts {
        sdm.save_version(&phase, stage, markdown).await.expect(201);
        sdm.approve(&phase, stage).await.expect(201);
    }
    phase
}

/// A full phase with proposals that await a decision.
pub async fn phase_in_review(sdm: &Person, project: &str) -> String {
    let phase = ready_phase(sdm, project).await;
    generate(sdm, &phase).await;
    phase
}

/// Has Conductor propose stories, and waits until it is done.
pub async fn generate(sdm: &Person, phase: &str) -> Value {
    sdm.post(&format!("/phases/{phase}/proposals/generate"), json!({})).await.expect(202);
    until("the generation to end", || async {
        let table = table(sdm, phase).await;
        (table["generation"]["state"] == "completed").then_some(table)
    })
    .await
}

/// The review table.
pub async fn table(reader: &Person, phase: &str) -> Value {
    reader.get(&format!("/phases/{phase}/proposals")).await.expect(200)
}

/// The proposals of the table, whatever was set aside included.
pub async fn everything(reader: &Person, phase: &str) -> Vec<Value> {
    let table = reader.get(&format!("/phases/{phase}/proposals?include=all")).await.expect(200);
    table["items"].as_array().unwrap().clone()
}

/// The table's items.
pub fn items(table: &Value) -> Vec<Value> {
    table["items"].as_array().unwrap().clone()
}

/// An id, version or other text of a value.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text, and not {value}")).to_owned()
}

/// The ids of a proposal's or story's criteria.
pub fn criteria(story: &Value) -> Vec<String> {
    story["acceptance_criteria"].as_array().unwrap().iter().map(|criterion| text(&criterion["id"])).collect()
}
