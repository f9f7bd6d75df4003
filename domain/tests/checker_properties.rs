//! The checker on whatever people and models write: it never panics, says the same twice, and takes no longer than the
//! text is long.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests say what they expect")]

use std::time::{Duration, Instant};

use konductro_domain::artefact::check::{Checked, Finding, RULES, check};
use konductro_domain::artefact::ids::{EarlierIds, Ids};
use konductro_domain::stage::Stage;
use proptest::prelude::*;

const STAGES: [Stage; 4] = [Stage::Requirements, Stage::TechnicalAnalysis, Stage::Architecture, Stage::Scoping];

fn checked(stage: Stage, markdown: &str, before: &str) -> Vec<Finding> {
    let mut earlier = EarlierIds::default();
    earlier.learn(&Ids::of(stage, before), true);
    let upstream = [(Stage::Requirements, before), (Stage::TechnicalAnalysis, before)];
    check(Checked { stage, markdown, upstream: &upstream, earlier: &earlier })
}

/// Lines as documents have them, and some as nobody would write them.
fn line() -> impl Strategy<Value = String> {
    let id = prop_oneof!["R-[0-9]{1,3}(\\.[0-9]{1,2})?", "N-[1-9]", "AD-[1-9]", "[AQDE]-[1-9]", "R-9{1,20}"];
    prop_oneof![
        (
            prop_oneof![Just("### "), Just("- "), Just("- **"), Just("| "), Just("~~"), Just("  * "), Just("")],
            id,
            ".{0,20}"
        )
            .prop_map(|(mark, id, rest)| format!("{mark}{id}{rest}")),
        Just("```yaml".to_owned()),
        Just("```".to_owned()),
        Just("openapi: 3.1.0".to_owned()),
        "paths: .{0,30}",
        "  /[a-z{}]{1,9}: [\\[{&*a-z!|>]{0,9}",
        "#{1,7} .{0,20}",
        ".{0,60}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gets_the_same_verdict_twice_in_the_order_of_its_lines(
        lines in prop::collection::vec(line(), 0..30),
        before in prop::collection::vec(line(), 0..12),
    ) {
        let (text, before) = (lines.join("\n"), before.join("\n"));
        for stage in STAGES {
            let found = checked(stage, &text, &before);
            prop_assert_eq!(&found, &checked(stage, &text, &before));
            prop_assert!(found.is_sorted_by_key(|finding| finding.place.line));
            let last = u32::try_from(text.lines().count().max(1)).unwrap();
            prop_assert!(found.iter().all(|finding| (1..=last).contains(&finding.place.line)), "{:?}", found);
            let mut ids: Vec<_> = found.iter().map(|finding| &finding.id).collect();
            ids.sort();
            ids.dedup();
            prop_assert_eq!(ids.len(), found.len(), "an id of its own each");
        }
    }

    #[test]
    fn any_fragment_is_read_or_refused(text in "[a-z0-9 :\\-\\[\\]{},&*!|>'\"#%@?\n\t~<.]{0,400}") {
        let document = format!("```openapi\n{text}\n```\n");
        checked(Stage::Architecture, &document, "");
    }
}

/// In a test build everything of ours takes many times what it takes in a release; a square would take minutes.
const LONG: Duration = Duration::from_secs(20);
const LENGTH: usize = 256 * 1024;

#[test]
fn anything_however_long_is_read_in_its_own_time() {
    let fill = |piece: &str| piece.repeat(LENGTH / piece.len());
    let numbered = |of: fn(usize) -> String| (1..).map(of).take(10_000).collect::<String>();
    let documents = [
        numbered(|number| format!("### R-{number} A\n- R-{number}.1 x\n")),
        numbered(|number| format!("- **N-{number}** fast\n")),
        numbered(|number| format!("R-{number} (see ")),
        numbered(|number| format!("| Q-{number} | blocking |\n")),
        fill("R-1 replaces R-2 (R-3 "),
        fill("### R-1 A\n"),
        fill("- R-1 "),
        fill("# A\n"),
        fill("```\n"),
        fill("- "),
        fill("|"),
        fill("~"),
        fill("`*_"),
        fill("R-"),
        fill("é-1 "),
        format!("```yaml\nopenapi: {}", fill("[")),
        format!("```yaml\nopenapi: 3.1.0\nx: {}\n", "[".repeat(200).repeat(500)),
        fill("```yaml\nopenapi: 3.1.0\npaths: { a: { get: {} } }\n```\n"),
    ];
    for text in documents {
        for stage in [Stage::Requirements, Stage::Architecture] {
            let begun = Instant::now();
            let found = checked(stage, &text, "");
            let head: String = text.chars().take(40).collect();
            assert!(begun.elapsed() < LONG, "{stage} took {:?} for {head:?}", begun.elapsed());
            assert!(found.len() <= RULES.len() * 51, "{} findings", found.len());
        }
    }
}
