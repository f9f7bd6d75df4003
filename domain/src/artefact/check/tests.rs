//! Each rule as given/when/then: a document that is as it should be, and one that is not.

use super::*;
use crate::artefact::ids::Ids;

/// Requirements without a single finding.
const REQUIREMENTS: &str = "# Split settlement

## Purpose
Each seller gets their own share.

## Problem and why now
Finance pays sellers by hand.

## Outcomes and success measures
95 % of shares are paid the next day.

## Users
Sellers and Finance.

## Functional requirements

### R-1 Split a captured payment by seller
- Priority: must
- **R-1.1** When a payment is captured, the system shall record one share for each seller.

### R-2 Show the seller how an amount came about
- Priority: should
- **R-2.1** When a seller opens a pay-out, the system shall show each order.

### R-3 (retired: replaced by R-1)

## Non-functional requirements
- **N-1** A payment is split fast: within 2 s at p99; verified by a load test.

## Business rules and data
The fee is 8 %.

## Edge and failure cases
A capture that comes twice is ignored.

## Constraints
Card data stays with the acquirer.

## Non-goals
Instant pay-outs.

## Risks
Rates come late (R-1).

## Assumptions
- **A-1** Captures carry lines.

## Open questions
- **Q-1** Who owns the rates? *Not blocking.*

## Decisions
- **D-1** R-4 (“Pay by hand”) was withdrawn; R-2 stays. See A-1, Q-1 and N-1.
";

const ANALYSIS: &str = "# Analysis

## Requirement → asset map
| R-1 | `payments/src/capture.rs` | extend | one entry |
| R-2 | none | missing | |

## Evidence
- **E-1** pay@4be1f02 `payments/src/capture.rs` lines 41–88.
";

const ARCHITECTURE: &str = "# Architecture

## Decisions
### AD-1 Split at capture
Alternatives: later. Chosen for R-1.1 and N-1, by E-1 and D-1.

## Traceability
R-1 → AD-1
";

/// A check with everything that a document may be held against.
struct Given<'a> {
    stage: Stage,
    upstream: Vec<(Stage, &'a str)>,
    earlier: EarlierIds,
}

impl<'a> Given<'a> {
    fn requirements() -> Self {
        Self { stage: Stage::Requirements, upstream: Vec::new(), earlier: EarlierIds::default() }
    }

    fn analysis() -> Self {
        Self {
            stage: Stage::TechnicalAnalysis,
            upstream: vec![(Stage::Requirements, REQUIREMENTS)],
            ..Self::requirements()
        }
    }

    fn architecture() -> Self {
        Self::architecture_on(REQUIREMENTS)
    }

    fn architecture_on(requirements: &'a str) -> Self {
        let upstream = vec![(Stage::Requirements, requirements), (Stage::TechnicalAnalysis, ANALYSIS)];
        Self { stage: Stage::Architecture, upstream, ..Self::requirements() }
    }

    fn after(mut self, version: &str, signed: bool) -> Self {
        self.earlier.learn(&Ids::of(self.stage, version), signed);
        self
    }

    fn check(&self, markdown: &str) -> Vec<Finding> {
        check(Checked { stage: self.stage, markdown, upstream: &self.upstream, earlier: &self.earlier })
    }

    /// What one rule finds: the id or else the section, and the line.
    fn finds(&self, rule: &str, markdown: &str) -> Vec<(String, u32)> {
        assert!(RULES.iter().any(|known| known.name == rule), "{rule} is no rule");
        let found = self.check(markdown).into_iter().filter(|finding| finding.rule == rule);
        found
            .map(|finding| {
                let about = finding.place.ref_id.map_or(finding.place.section, |id| id.to_string());
                (about, finding.place.line)
            })
            .collect()
    }
}

fn one(about: &str, line: u32) -> Vec<(String, u32)> {
    vec![(about.to_owned(), line)]
}

const NOTHING: Vec<(String, u32)> = Vec::new();

#[test]
fn good_documents_have_no_finding_that_blocks() {
    assert_eq!(Given::requirements().check(REQUIREMENTS), []);
    for (given, text) in [(Given::analysis(), ANALYSIS), (Given::architecture(), ARCHITECTURE)] {
        let blocking: Vec<_> = given.check(text).into_iter().filter(Finding::is_blocking).collect();
        assert_eq!(blocking, []);
    }
}

#[test]
fn an_id_is_defined_once() {
    let given = Given::requirements();
    let rule = "duplicate-id";
    assert_eq!(given.finds(rule, "### R-1 A\n- R-1.1 x\n### R-1 B\n"), one("R-1", 3));
    assert_eq!(given.finds(rule, "### R-1 A\n- R-1.1 x\n### R-2 B\n- **R-1.1** y\n"), one("R-1.1", 4));
    assert_eq!(given.finds(rule, "- **N-1** 2 s\n- **N-1** 3 s\n- **N-1** 4 s\n"), one("N-1", 2));
    assert_eq!(given.finds(rule, "| N-1 | a |\n| N-1 | b |\n"), one("N-1", 2));
    assert_eq!(given.finds(rule, "- R-1 A\n- R-1 B\n"), one("R-1", 2));
    assert_eq!(given.finds(rule, "## Risks\n- **A-1** x\n## Assumptions\n- **A-1** y\n"), one("A-1", 4));
    // A table, a list or a sentence that only speaks of it is no second definition.
    let mentions = "### R-1 A\n- R-1.1 x\n## Summary\n| R-1 | must |\n- **R-1** is first\n- R-1.1 is tested\n";
    assert_eq!(given.finds(rule, mentions), NOTHING);
    assert_eq!(given.finds(rule, "- **R-1** A\n## Risks\n- R-1 may be late\n"), NOTHING);
    assert_eq!(given.finds(rule, "### R-1 A\n```\n### R-1 B\n```\n"), NOTHING);
}

#[test]
fn an_id_that_is_named_is_defined() {
    let rule = "dangling-id";
    let given = Given::requirements();
    let named = "### R-1 A\n- R-1.1 x\n\nSee\nR-7, R-1.4 and D-2.\n";
    assert_eq!(given.finds(rule, named), [one("R-1.4", 5), one("R-7", 5), one("D-2", 5)].concat());
    assert_eq!(
        given.finds(rule, "### R-1 A\n- R-1.1 x, decided by AD-1 on E-4\n"),
        NOTHING,
        "later stages define those"
    );
    assert_eq!(
        Given::analysis().finds(rule, "| R-9 | x |\nR-1, A-1, E-5 and R-3\n"),
        [one("R-9", 1), one("R-3", 2), one("E-5", 2)].concat()
    );
    assert_eq!(
        Given::architecture().finds(rule, "### AD-1 A\nR-2.7, N-1, E-1, AD-2\n"),
        [one("R-2.7", 2), one("AD-2", 2)].concat()
    );
    let alone = Given { upstream: Vec::new(), ..Given::architecture() };
    assert_eq!(alone.finds(rule, "### AD-1 A\nR-2 and E-1\n"), NOTHING, "what is not approved can't be asked");
}

#[test]
fn an_id_that_was_retired_before_may_be_this_documents_own() {
    let answered = "### R-1 Split\n- **R-1.1** When, shall.\n## Open questions\n- ~~Q-1~~ (retired: answered)\n";
    let given = Given::architecture_on(answered);
    assert_eq!(given.finds("dangling-id", "## Open questions\n- **Q-1** Which other systems?\n"), NOTHING);
    let spoken_of = given.finds("dangling-id", "## Overview\nAs Q-1 says, it is so.\n");
    assert_eq!(spoken_of.len(), 1, "named and not defined: {spoken_of:?}");
}

#[test]
fn a_requirement_has_criteria() {
    let given = Given::requirements();
    let rule = "requirement-without-criteria";
    assert_eq!(given.finds(rule, "### R-1 A\nIt splits.\n### R-2 B\n- **R-2.1** x\n"), one("R-1", 1));
    assert_eq!(given.finds(rule, "| R-1 | A |\n\n- R-1.1 x\n"), NOTHING);
    assert_eq!(given.finds(rule, "### R-1 (withdrawn)\n"), NOTHING);
}

#[test]
fn a_quality_has_a_number_instead_of_a_vague_word() {
    let given = Given::requirements();
    let rule = "vague-quality";
    for vague in [
        "- **N-1** Splitting is fast.\n",
        "| N-1 | Speed | quick, on OAuth2 |\n",
        "### N-1 Login\nMust be user-friendly (R-1).\n",
        "- **N-1** High availability.\n",
    ] {
        assert_eq!(given.finds(rule, vague), one("N-1", 1), "{vague}");
    }
    for exact in [
        "- **N-1** Fast: within 2 s.\n",
        "- **N-1** Quick: p99 < 300ms.\n",
        "### N-1 Fast\nTwo seconds at most.\n",
        "- **N-1** Encrypted at rest.\n",
        "- **N-1** Reliable\n  99.9 % a month.\n",
    ] {
        assert_eq!(given.finds(rule, exact), NOTHING, "{exact}");
    }
}

#[test]
fn a_question_that_blocks_is_answered_first() {
    let given = Given::requirements();
    let rule = "blocking-question";
    for open in [
        "- **Q-1** (blocking) Who?\n",
        "- **Q-1** Who? *To be answered by Finance; blocking.*\n",
        "### Q-1 Who?\n- Blocking: yes\n",
        "| Q-1 | Who? | blocking |\n",
        "- **Q-1** When is the office closed? Blocks R-1.\n",
    ] {
        assert_eq!(given.finds(rule, open), one("Q-1", 1), "{open}");
    }
    assert_eq!(given.finds(rule, "## Blocking questions\n- **Q-1** Who?\n"), one("Q-1", 2));
    assert_eq!(
        given.finds(rule, "| Id | Question | Blocking |\n|---|---|---|\n| Q-1 | a | yes |\n| Q-2 | b | no |\n"),
        one("Q-1", 3)
    );
    for settled in [
        "- **Q-1** Who? Not blocking.\n",
        "- **Q-1** Who? (non-blocking)\n",
        "### Q-1 Who?\n- Blocking: no\n",
        "- **Q-1** (blocking; answered: Finance)\n",
        "- **Q-1** Blocking. Answer: Finance.\n",
        "- ~~**Q-1** (blocking) Who?~~\n",
        "- **Q-1** (blocking) Who?\n\n- **Q-1** is settled\n## Decisions\n- **D-1** x\n- **Q-2** Which? None is blocking.\n",
    ] {
        let expected = if settled.contains("Q-2") { one("Q-1", 1) } else { NOTHING };
        assert_eq!(given.finds(rule, settled), expected, "{settled}");
    }
}

#[test]
fn an_artefact_holds_its_sections_by_whatever_name() {
    let rule = "section-missing";
    let without = REQUIREMENTS.replace("## Users\n", "").replace("## Non-goals\n", "");
    let found: Vec<_> = Given::requirements().check(&without).into_iter().map(|finding| finding.text).collect();
    assert_eq!(found.len(), 2);
    assert!(found[0].contains("“Users”") && found[1].contains("“Non-goals”"), "{found:?}");
    let renamed = REQUIREMENTS.replace("## Users", "## 3. Who it is for").replace("## Non-goals", "**Out of scope:**");
    assert_eq!(Given::requirements().finds(rule, &renamed), NOTHING);
    assert!(!Given::analysis().finds(rule, ANALYSIS).is_empty());
    let drawn = format!("{ARCHITECTURE}```mermaid\nerDiagram\n```\n```mermaid\nsequenceDiagram\n```\n");
    let missing = |text: &str| Given::architecture().finds(rule, text).len();
    assert_eq!(missing(&drawn), missing(ARCHITECTURE) - 2);
    let scoping = Given { stage: Stage::Scoping, ..Given::requirements() };
    let note = "## Problem\n## Outcome\n## In\n### R-1 File\n- R-1.1 x\n## Out\n## Risks\n## Promote to full?\n";
    assert_eq!(scoping.check(note), []);
}

#[test]
fn an_artefact_holds_what_makes_it_one() {
    let rule = "core-section-missing";
    assert_eq!(Given::requirements().finds(rule, "# As shown\n"), one("As shown", 1));
    assert_eq!(Given::analysis().finds(rule, "Feasible.\n"), one("", 1));
    assert_eq!(Given::architecture().finds(rule, "R-1 is easy.\n"), one("", 1));
    for (given, text) in
        [(Given::requirements(), REQUIREMENTS), (Given::analysis(), ANALYSIS), (Given::architecture(), ARCHITECTURE)]
    {
        assert_eq!(given.finds(rule, text), NOTHING);
    }
}

#[test]
fn the_architecture_covers_every_must() {
    let given = Given::architecture();
    let rule = "must-not-covered";
    assert_eq!(given.finds(rule, "### AD-1 A\nR-2 only\n## Traceability\n"), one("R-1", 3));
    for uncovered in [
        "| R-1 | | |\n",
        "| R-1 | – | none |\n",
        "R-1 is not covered.\n",
        "## Deferred\n### Later\nR-1\n",
        "```\nR-1\n```\n",
    ] {
        assert_eq!(given.finds(rule, uncovered), one("R-1", 1), "{uncovered}");
    }
    for covered in ["R-1 → AD-1\n", "by R-1.1\n", "| R-1 | AD-1 |\n", "## Deferred\nx\n## Components\n`R-1`\n"] {
        assert_eq!(given.finds(rule, covered), NOTHING, "{covered}");
    }
    let many = "### R-1 A (must)\n### R-2 B (must)\n### R-3 C (must)\n### R-4 D (must)\n";
    assert_eq!(Given::architecture_on(many).finds(rule, "R-1 to R-3 are carried by x\n"), one("R-4", 1));
}

#[test]
fn an_openapi_fragment_is_valid() {
    let given = Given::architecture();
    let fenced = |text: &str| given.finds("openapi-invalid", &format!("## API\n```yaml\n{text}```\n"));
    let good = "openapi: 3.1.0\ninfo: { title: Pay, version: 1.0 }\npaths:\n  /payouts/{id}:\n    parameters:\n      - { name: id, in: path, required: true, schema: { type: string } }\n    get:\n      responses:\n        200: { $ref: '#/components/responses/Ok' }\n        default: { description: A problem }\ncomponents:\n  responses:\n    Ok: { description: The pay-out }\n";
    assert_eq!(fenced(good), NOTHING);
    for (from, to, line) in [
        ("openapi: 3.1.0", "openapi: 3.1", 3),
        ("openapi: 3.1.0", "swagger: '2.0'", 3),
        ("title: Pay, ", "", 4),
        ("/payouts/{id}:", "payouts:", 6),
        ("required: true, ", "", 8),
        (", schema: { type: string }", "", 8),
        ("in: path", "in: body", 8),
        ("    get:", "    fetch:", 9),
        ("description: A problem", "text: A problem", 12),
        ("200:", "999:", 11),
        ("responses/Ok'", "responses/Nothing'", 11),
        ("    Ok:", "    O k:", 15),
        ("default: { description: A problem }", "default: { description: A problem", 13),
    ] {
        let found = fenced(&good.replacen(from, to, 1));
        assert!(!found.is_empty(), "{from} → {to}");
        assert!(found.iter().any(|(_, at)| at.abs_diff(line) <= 2), "{from} → {to}: {found:?}");
    }
    assert_eq!(fenced("openapi: 3.1.0\npaths: {}\n").len(), 1, "info");
    assert_eq!(fenced("paths:\n  /a:\n    get: {}\n").len(), 3, "openapi, info and responses");
    assert_eq!(fenced("key: value\n"), NOTHING, "another language");
    let json = "{ \"openapi\": \"3.0.3\", \"info\": { \"title\": \"x\", \"version\": \"1\" } }";
    assert_eq!(given.finds("openapi-invalid", &format!("```json\n{json}\n```\n")).len(), 1);
}

#[test]
fn a_retired_id_is_never_given_to_something_else() {
    let rule = "retired-id-reused";
    let given = Given::requirements().after("### R-1 A\n### R-2 (retired: see R-1)\n", false);
    assert_eq!(given.finds(rule, "### R-1 A\n### R-2 New\n"), one("R-2", 2));
    assert_eq!(given.finds(rule, "### R-1 A, changed\n### R-2 (retired: see R-1)\n### R-3 New\n"), NOTHING);
}

#[test]
fn an_id_stays_or_leaves_a_tombstone() {
    let before = "### R-1 A\n- R-1.1 x\n- R-1.2 y\n### R-2 B\n- R-2.1 z\n\n- **Q-1** Who?\n";
    let after = "### R-1 A\n- R-1.1 x\n";
    let gone = [one("R-1.2", 1), one("R-2", 1)].concat();
    let draft = Given::requirements().after(before, false);
    assert_eq!(draft.finds("approved-id-vanished", after), NOTHING);
    assert_eq!(draft.finds("id-vanished", after), [gone.clone(), one("Q-1", 1)].concat());
    let approved = Given::requirements().after(before, true);
    assert_eq!(approved.finds("approved-id-vanished", after), gone);
    assert_eq!(approved.finds("id-vanished", after), one("Q-1", 1));
    let buried = format!(
        "{after}- R-1.2 (withdrawn)\n### R-2 (retired: no longer asked for)\n## Decisions\n- **D-1** Q-1 is answered: Finance.\n"
    );
    assert_eq!(approved.finds("approved-id-vanished", &buried), NOTHING);
    assert_eq!(approved.finds("id-vanished", &buried), NOTHING);
}

#[test]
fn a_finding_keeps_its_id_while_rule_and_place_stay() {
    let ids =
        |text: &str| -> Vec<_> { Given::requirements().check(text).into_iter().map(|finding| finding.id).collect() };
    let text = "### R-1 A\n### R-2 B\n- **N-1** fast\n";
    let moved = format!("An introduction.\n\nAnd more.\n\n{text}");
    let before = ids(text);
    assert_eq!(before.iter().collect::<std::collections::BTreeSet<_>>().len(), before.len());
    assert_eq!(ids(&moved).iter().collect::<std::collections::BTreeSet<_>>(), before.iter().collect());
    let mended = ids(&text.replace("### R-1 A\n", "### R-1 A\n- R-1.1 x\n"));
    assert_eq!(before.iter().filter(|id| !mended.contains(id)).count(), 1);
}

#[test]
fn what_is_more_than_can_be_told_is_one_finding_that_blocks_as_well() {
    let text: String = (1..=500).map(|number| format!("### R-{number} A\n")).collect();
    let found = Given::requirements().check(&text);
    let without: Vec<_> = found.iter().filter(|finding| finding.rule == "requirement-without-criteria").collect();
    assert_eq!(without.len(), 51);
    assert!(without.iter().all(|finding| finding.is_blocking()));
    assert!(without[50].text.starts_with("450 more"), "{}", without[50].text);
}
