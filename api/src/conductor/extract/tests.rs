#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop at the first surprise")]

use proptest::prelude::*;

use konductro_domain::phase::MAX_ARTEFACT_BYTES;

use super::*;

/// Everything that a reply says, with neighbouring deltas joined.
fn parse(pieces: &[&str], stage: Stage) -> (Vec<ExtractEvent>, Vec<ExtractedDocument>) {
    let mut extractor = Extractor::new(stage);
    let mut events: Vec<ExtractEvent> = pieces.iter().flat_map(|piece| extractor.push(piece)).collect();
    let (rest, documents) = extractor.finish();
    events.extend(rest);
    let mut joined: Vec<ExtractEvent> = Vec::new();
    for event in events {
        if let (ExtractEvent::Delta { part, off, text }, Some(ExtractEvent::Delta { part: last, off: at, text: sum })) =
            (&event, joined.last_mut())
        {
            assert_eq!(part, last, "no two parts are open at once");
            assert_eq!(*off, *at + sum.encode_utf16().count() as u64, "offsets have no gap");
            sum.push_str(text);
            continue;
        }
        joined.push(event);
    }
    (joined, documents)
}

fn document(reply: &str) -> ExtractedDocument {
    let (_, documents) = parse(&[reply], Stage::Requirements);
    assert_eq!(documents.len(), 1, "one document in {reply:?}");
    documents.into_iter().next().unwrap()
}

fn texts(reply: &str) -> Vec<(bool, String)> {
    split(reply, Stage::Requirements)
        .into_iter()
        .map(|part| (matches!(part.kind, PartKind::Document { .. }), part.text))
        .collect()
}

const CORPUS: &[&str] = &[
    "Hello.\n\n<artefact kind=\"requirements\" title=\"A: b\">\n\n# One\n\n- R-1 héllo 🙂\n\n</artefact>\n\nDone.",
    "```markdown\n<artifact title=“Curly” kind=‘requirements’>\n# T\n```mermaid\nx\n```\n</artifact>\n```\nAfter",
    "<artefact kind=requirements>\n```markdown\n# T\n\n```\ncode\n```\n\n```\n</artefact>",
    "```\nfn x() {}\n```\n<artefact kind=\"architecture\">\nnot here\n</artefact>\n~~~~ a\n</artefact>\n<artefact kind=\"requirements\">\n~~~\n~~~~\n",
    "x < y and <artefactory> and <artefact kind=\"requirements\"> inline\r\n<artefact kind='requirements' title='it''s'>\r\nbody\r\n```\ncode\r\n</artefact>\r\n </artefact> \nend\r",
    "<artefact kind=\"requirements\">\n<artefact kind=\"requirements\">\nbody\n</arte",
    "```\n\n\n<artefact kind=\"requirements\">\na\n</artefact>\n\n```\n\n\n   tail   \n\n",
];

#[test]
fn any_one_or_two_cuts_give_the_same_events() {
    for reply in CORPUS {
        let whole = parse(&[reply], Stage::Requirements);
        let cuts: Vec<usize> = reply.char_indices().map(|(at, _)| at).collect();
        for (n, &first) in cuts.iter().enumerate() {
            for &second in &cuts[n..] {
                let pieces = [&reply[..first], &reply[first..second], &reply[second..]];
                assert_eq!(parse(&pieces, Stage::Requirements), whole, "cut at {first} and {second}");
            }
        }
    }
}

proptest! {
    #[test]
    fn any_reply_cut_anywhere_gives_the_same_events(
        lines in prop::collection::vec(prop::sample::select(vec![
            "<artefact kind=\"requirements\" title=\"t\">", "<artifact kind='architecture'>", "</artefact>", "  </ artifact >",
            "```", "```markdown", "````", "~~~", "", "   ", "prose 🙂", "<", "</", "<artefact", "``", "\r", "(rest unchanged)",
        ]), 0..14),
        ended in any::<bool>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let reply = lines.join("\n") + if ended { "\n" } else { "" };
        let places: Vec<usize> = reply.char_indices().map(|(at, _)| at).chain([reply.len()]).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| places[cut.index(places.len())]).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&reply[from..cut]);
            from = cut;
        }
        pieces.push(&reply[from..]);
        prop_assert_eq!(parse(&pieces, Stage::Requirements), parse(&[&reply], Stage::Requirements));
    }

    #[test]
    fn what_streamed_is_what_is_saved(reply in "(\\PC|\n|<artefact kind=\"requirements\">\n|</artefact>\n|```\n){0,40}") {
        let (events, documents) = parse(&[&reply], Stage::Requirements);
        for document in documents {
            let streamed: String = events.iter().filter_map(|event| match event {
                ExtractEvent::Delta { part, text, .. } if *part == document.part => Some(text.as_str()),
                _ => None,
            }).collect();
            prop_assert_eq!(streamed, document.text);
        }
    }
}

#[test]
fn a_document_between_two_stretches_of_chat() {
    let reply = "Here it is:\n\n<artefact kind=\"requirements\" title=\"Clinic\">\n\n# Clinic\n\nR-1\n\n</artefact>\n\nWhat next?";
    let (events, documents) = parse(&[reply], Stage::Requirements);
    let kind = PartKind::Document { stage: Stage::Requirements, title: "Clinic".into() };
    assert_eq!(
        events,
        [
            ExtractEvent::PartStarted { part: 0, kind: PartKind::Text },
            ExtractEvent::Delta { part: 0, off: 0, text: "Here it is:\n".into() },
            ExtractEvent::PartEnded { part: 0 },
            ExtractEvent::PartStarted { part: 1, kind },
            ExtractEvent::Delta { part: 1, off: 0, text: "# Clinic\n\nR-1\n".into() },
            ExtractEvent::PartEnded { part: 1 },
            ExtractEvent::PartStarted { part: 2, kind: PartKind::Text },
            ExtractEvent::Delta { part: 2, off: 0, text: "What next?".into() },
            ExtractEvent::PartEnded { part: 2 },
        ]
    );
    assert_eq!((documents[0].completeness, documents[0].substance), (Completeness::Complete, Substance::Whole));
}

#[test]
fn text_goes_out_at_once_unless_it_may_become_a_tag() {
    let mut extractor = Extractor::new(Stage::Requirements);
    assert!(matches!(&extractor.push("Hel")[..], [_, ExtractEvent::Delta { text, .. }] if text == "Hel"));
    assert!(matches!(&extractor.push("lo <arte")[..], [ExtractEvent::Delta { off: 3, .. }]), "not alone on its line");
    assert!(matches!(&extractor.push("\n")[..], [ExtractEvent::Delta { text, .. }] if text == "\n"));
    assert!(extractor.push("<artefact").is_empty(), "may become a tag");
    assert!(matches!(&extractor.push("ory")[..], [ExtractEvent::Delta { text, .. }] if text == "<artefactory"));
}

#[test]
fn offsets_count_utf16_units() {
    let mut extractor = Extractor::new(Stage::Requirements);
    extractor.push("é🙂");
    assert_eq!(extractor.push("x"), [ExtractEvent::Delta { part: 0, off: 3, text: "x".into() }]);
}

#[test]
fn a_kind_that_the_stage_does_not_hold_is_text() {
    let reply = "<artefact kind=\"architecture\">\nx\n</artefact>\n";
    assert_eq!(texts(reply), [(false, reply.to_owned())]);
    assert!(parse(&["<artefact kind=\"technical_analysis\">\nx\n</artefact>"], Stage::TechnicalAnalysis).1.is_empty());
}

#[test]
fn tags_in_a_code_fence_are_text_unless_the_fence_wraps_the_document() {
    let example = "```\nlike this:\n<artefact kind=\"requirements\">\nx\n</artefact>\n```\n";
    assert_eq!(texts(example), [(false, example.to_owned())]);
    let wrapped = "Now:\n```xml\n<artefact kind=\"requirements\">\n# T\n</artefact>\n```\nDone";
    assert_eq!(texts(wrapped), [(false, "Now:\n".into()), (true, "# T\n".into()), (false, "Done".into())]);
}

#[test]
fn a_markdown_fence_around_the_body_is_stripped_and_inner_fences_stay() {
    let reply = "<artefact kind=\"requirements\">\n```markdown\n# T\n```mermaid\ng\n```\nend\n```\n\n</artefact>";
    assert_eq!(document(reply).text, "# T\n```mermaid\ng\n```\nend\n");
    let bare = "<artefact kind=\"requirements\">\n```sh\nls\n```\n</artefact>";
    assert_eq!(document(bare).text, "```sh\nls\n```\n");
}

#[test]
fn a_lone_closing_tag_closes_even_in_an_open_fence_and_is_flagged() {
    let found = document("<artefact kind=\"requirements\">\n```mermaid\ngraph\n</artefact>\nafter");
    assert_eq!(found.flags, [DocumentFlag::ClosedInsideFence]);
    assert_eq!(found.completeness, Completeness::Complete);
    let nested = document("<artefact kind=\"requirements\">\n<artefact kind=\"requirements\">\nx\n</artefact>");
    assert_eq!(nested.flags, [DocumentFlag::OpeningTagInside]);
}

#[test]
fn attributes_are_read_as_models_write_them() {
    for (tag, title) in [
        ("<artefact kind=\"requirements\" title=\"a > b\">", "a > b"),
        ("<artefact title='Mia's clinic' kind='requirements'>", "Mia's clinic"),
        ("<Artifact kind=“requirements” title=“Clinic”>", "Clinic"),
        ("  <artefact type=requirements title=\"x &amp; &quot;y&quot;\" version=\"3\" >  ", "x & \"y\""),
        ("<artefact kind=\"Requirements\">", "Requirements"),
    ] {
        assert_eq!(document(&format!("{tag}\nx\n</artefact>")).title, title, "{tag}");
    }
    for text in [
        "<artefact>",
        "<artefact kind=>",
        "<artefact kind=\"requirements\"",
        "<artefact kind=\"nothing\">",
        "x <artefact kind=\"requirements\">",
    ] {
        assert!(parse(&[&format!("{text}\nx\n</artefact>")], Stage::Requirements).1.is_empty(), "{text}");
    }
}

#[test]
fn an_unclosed_document_is_incomplete_and_loses_half_a_closing_tag() {
    let found = document("<artefact kind=\"requirements\">\n# T\nmore\n</artef");
    assert_eq!((found.completeness, found.text.as_str()), (Completeness::Incomplete, "# T\nmore\n"));
    assert_eq!(document("<artefact kind=\"requirements\">\n# T\n</artefact>").completeness, Completeness::Complete);
}

#[test]
fn empty_and_oversized_documents_are_unusable() {
    assert_eq!(document("<artefact kind=\"requirements\">\n\n \n</artefact>").substance, Substance::Unusable);
    assert_eq!(substance_of(&"x".repeat(MAX_ARTEFACT_BYTES + 1)), Substance::Unusable);
}

#[test]
fn placeholders_are_told_from_prose() {
    for text in [
        "# T\n\n(rest unchanged)\n",
        "# T\n\n*[The remaining sections are unchanged from version 2.]*\n",
        "## R-1\n...rest of the document as before...\n",
        "## R-1\n\n<!-- other sections unchanged -->\n",
        "## R-2\n\nUnchanged.\n",
        "The rest of the document remains the same.\n",
        "- … (existing content) …\n",
    ] {
        assert_eq!(substance_of(text), Substance::Placeholder, "{text}");
    }
    for text in [
        "R-3.1 When the cut-off has passed, the rest of the order shall remain unchanged.\n",
        "The price stays unchanged (as before the change).\n",
        "| R-1 | unchanged |\n",
        "```\n// ... existing content\n```\n",
        "Everything else is out of scope.\n",
        "(optional) The order number\n",
    ] {
        assert_eq!(substance_of(text), Substance::Whole, "{text}");
    }
}

#[test]
fn a_flood_without_line_ends_is_not_held() {
    let mut extractor = Extractor::new(Stage::Requirements);
    let flood = format!("<artefact {}", "x".repeat(5000));
    let out: usize = extractor
        .push(&flood)
        .iter()
        .map(|e| if let ExtractEvent::Delta { text, .. } = e { text.len() } else { 0 })
        .sum();
    assert_eq!(out, flood.len());
}

#[test]
fn a_document_says_which_change_requests_it_answers() {
    let (one, two) = ("018f0000-0000-7000-8000-000000000007", "018f0000-0000-7000-8000-000000000008");
    for attribute in [format!("{one} {two}"), format!("{one}, {two};"), format!("CR {one} and #{two} and R-2")] {
        let found = document(&format!(
            "<artefact kind=\"requirements\" answers=\"{attribute}\" title=\"T\">\n# T\n\nText.\n</artefact>\n"
        ));
        assert_eq!(found.answers.iter().map(ToString::to_string).collect::<Vec<_>>(), [one, two], "{attribute}");
        assert_eq!(found.written(0).0.answers, found.answers);
    }
    assert!(
        document("<artefact kind=\"requirements\" answers=\"all\">\n# T\n\nText.\n</artefact>\n").answers.is_empty()
    );
}
