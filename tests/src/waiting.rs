//! A phase whose requirements are approved, and a technical analysis of it that is valid.

use serde_json::{Value, json};

use crate::{Person, Server};

const REQUIREMENTS: &str = "# Requirements: split settlement

## Purpose
Sellers get their share of each payment.

## Functional requirements

### R-1 Split each capture (must)
- R-1.1 When a payment is captured, the system shall write one entry for each seller.

### R-2 Pay out daily (must)
- R-2.1 When the day ends, the system shall pay each seller once.

## Non-functional requirements
- **N-1** A capture takes at most 200 ms at p99, shown by the load test.
";

/// A server with a phase that waits for its technical analysis, an SDM, and a developer with a token.
pub struct Waiting {
    pub server: Server,
    pub dana: Person,
    pub jonas: Person,
    pub project: String,
    pub phase: String,
    pub token: String,
}

impl Waiting {
    /// With a token of these scopes.
    pub async fn with_scopes(scopes: &[&str]) -> Self {
        let server = Server::start().await;
        let dana = server.administrator().await;
        let project = dana.create_project("PAY").await;
        let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
        dana.add_member(&project, &jonas, &["developer"]).await;
        let phase = dana.open_phase(&project, "Split settlement").await;
        dana.save_version(&phase, "requirements", REQUIREMENTS).await.expect(201);
        dana.approve(&phase, "requirements").await.expect(201);
        let (token, _) = jonas.issue_token(&project, scopes).await;
        Self { server, dana, jonas, project, phase, token }
    }

    /// With a token that may do all that a token can.
    pub async fn start() -> Self {
        Self::with_scopes(&["read", "analysis:write", "findings:write"]).await
    }

    /// What the command line is told.
    pub fn environment(&self) -> [(&str, &str); 2] {
        [("KONDUCTRO_URL", self.server.url()), ("KONDUCTRO_TOKEN", &self.token)]
    }
}

/// A valid analysis with this line of evidence.
pub fn markdown(evidence: &str) -> String {
    format!(
        "# Technical analysis: split settlement

## Summary and verdict
Ready with changes (E-1).

## The system as it is
One entry a payment (E-1).

## Requirement → asset map

| Requirement | Asset | Status | Note |
|---|---|---|---|
| R-1 | capture | extend | one entry today (E-1) |
| R-2 | none | missing | nothing pays out |

## Integration surfaces
None are touched.

## Data
One table grows.

## Gaps and constraints
Nothing pays out.

## Options and recommendation
1. **Split at capture.** Recommended: one transaction.
2. **Split later.** A crash between the two leaves an unsplit payment.

## Blast radius
Capture only.

## Tests present
None for two sellers.

## Readiness for each N-n
- N-1: not measured yet.

## Effort and risk
Five days; the unknown is the load.

## Questions back
None.

## Evidence
{evidence}
"
    )
}

/// The sidecar that says the same, with this evidence as `konductro evidence --json` prints it.
pub fn sidecar(requirements_version: u64, commit: &str, evidence: &Value) -> Value {
    json!({
        "requirements_version": requirements_version,
        "repositories": [{ "name": "pay", "remote": "https://git.example/team/pay.git", "branch": "main", "commit": commit }],
        "asset_map": [
            { "requirement": "R-1", "asset": "capture", "status": "extend", "note": "one entry today" },
            { "requirement": "R-2", "asset": "none", "status": "missing" },
        ],
        "options": [
            { "title": "Split at capture", "summary": "One transaction.", "recommended": true },
            { "title": "Split later", "summary": "Decoupled, and can be left half done." },
        ],
        "findings": [],
        "evidence": evidence,
    })
}
