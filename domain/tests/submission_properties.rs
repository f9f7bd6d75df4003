//! The door on whatever tools and people send: it never panics, says the same twice, names places that are there, and what
//! it takes can be read again.

#![allow(clippy::unwrap_used, missing_docs, reason = "tests say what they expect")]

use konductro_domain::artefact::submission::{
    ApprovedRequirements, CodeReference, LineRange, MAX_TOLD, ProblemPlace, Sidecar, Submission, lines_hash, validate,
};
use konductro_domain::phase::artefact::SourceRepository;
use proptest::prelude::*;
use serde_json::{Map, Value};

const KNOWN: [&str; 24] = [
    "requirements_version",
    "repositories",
    "asset_map",
    "options",
    "findings",
    "evidence",
    "name",
    "remote",
    "branch",
    "commit",
    "requirement",
    "asset",
    "status",
    "note",
    "title",
    "summary",
    "recommended",
    "ref",
    "severity",
    "text",
    "id",
    "path",
    "lines",
    "sha256",
];

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "## [A-Za-z →]{0,12}(asset map|Options|Evidence|Data)",
        "\\| [RN]-[1-9] \\| .{0,9} \\| (exists|extend|missing|.{0,7}) \\|",
        "\\| E-[1-9] \\| .{0,5} \\| [0-9a-f]{7,40} \\| [./a-z]{0,12} \\| [0-9–-]{0,6} \\| .{0,9} \\|",
        "- \\*\\*E-[1-9]\\*\\* [a-z]{0,4}@[0-9a-f]{0,64}:?[./a-z]{0,14}#?L?[0-9]{0,9}(-L?[0-9]{0,3})? (sha256:)?[0-9a-f]{0,66}",
        "\\| (Id|Commit|Path|Lines|Hash|Repository) \\|.{0,30}",
        Just("```".to_owned()),
        ".{0,60}",
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let word = prop_oneof!["[RNE]-[0-9]{1,3}", "[0-9a-f]{40}", "[0-9a-f]{64}", "[0-9]{1,3}-[0-9]{1,3}", ".{0,12}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 60, 6, |inner| {
        let name = prop_oneof![4 => prop::sample::select(&KNOWN[..]).prop_map(str::to_owned), 1 => ".{0,6}"];
        let members = prop::collection::vec((name, inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            members.prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn anything_gets_the_same_verdict_twice(
        lines in prop::collection::vec(line(), 0..30),
        requirements in prop::collection::vec("### R-[1-9] .{0,9}", 0..5),
        sidecar in prop::option::of(json()),
    ) {
        let (markdown, requirements) = (lines.join("\n"), requirements.join("\n"));
        let pay = SourceRepository { name: "pay".into(), remote: None, branch: None, commit: "a".repeat(40) };
        let submission = Submission {
            markdown: &markdown,
            sidecar: sidecar.as_ref(),
            repositories: &[pay],
            requirements: ApprovedRequirements { version: 1, markdown: &requirements },
        };
        let verdict = validate(submission);
        prop_assert_eq!(&verdict, &validate(submission));
        let last = u32::try_from(markdown.lines().count().max(1)).unwrap();
        match verdict {
            Ok(None) => prop_assert!(sidecar.is_none()),
            Ok(Some(kept)) => {
                let json = kept.to_json().unwrap();
                prop_assert_eq!(Sidecar::from_json(&json).unwrap(), kept);
            }
            Err(problems) => {
                prop_assert!(!problems.is_empty() && problems.len() <= MAX_TOLD + 1);
                for problem in problems {
                    match problem.place {
                        ProblemPlace::Document { line, .. } => prop_assert!((1..=last).contains(&line)),
                        ProblemPlace::Field { pointer } => {
                            prop_assert!(pointer.is_empty() || pointer.starts_with('/'), "{}", pointer);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_reference_that_can_be_read_is_written_back_and_read_the_same(text in ".{0,80}|[a-z]{1,5}@[0-9a-f]{40}:[a-z./#@]{1,20}#L[0-9]{1,3}(-L?[0-9]{1,3})?") {
        if let Ok(reference) = text.parse::<CodeReference>() {
            prop_assert_eq!(reference.to_string().parse::<CodeReference>(), Ok(reference.clone()));
            prop_assert!(!reference.path.as_str().split('/').any(|part| part == ".."));
        }
    }

    #[test]
    fn lines_have_the_same_hash_whatever_ends_them(
        lines in prop::collection::vec("[^\r\n]{0,12}", 1..20),
        first in 1_u32..22,
        more in 0_u32..22,
    ) {
        let range = LineRange::new(first, first + more).unwrap();
        let unix = lines_hash(&(lines.join("\n") + "\n"), range);
        prop_assert_eq!(unix, lines_hash(&(lines.join("\r\n") + "\r\n"), range));
        prop_assert_eq!(unix.is_some(), range.last() as usize <= lines.len());
    }
}
