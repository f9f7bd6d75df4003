//! Golden JSON of every event. A shape in the log is for ever: a line here never changes, a new shape is
//! a new version with a line of its own and an upcaster.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests say what they expect")]

use konductro_domain::conversation::ConversationEvent;
use konductro_domain::event::Event;
use konductro_domain::phase::PhaseEvent;
use konductro_domain::project::ProjectEvent;
use konductro_domain::story::StoryEvent;
use konductro_domain::story_review::StoryReviewEvent;
use konductro_domain::workspace::WorkspaceEvent;

const CATALOGUE: &str = include_str!("event_catalogue.jsonl");

/// Each line of the catalogue: `aggregate version json`.
fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    CATALOGUE.lines().filter(|line| !line.is_empty()).map(|line| {
        let (aggregate, rest) = line.split_once(' ').expect("aggregate");
        let (version, json) = rest.split_once(' ').expect("version");
        assert_eq!(version, "1", "events of another version need an upcaster");
        (aggregate, json)
    })
}

#[test]
fn every_line_reads_and_writes_back_to_the_same_bytes() {
    for (aggregate, json) in lines() {
        let event = Event::read(aggregate, json).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!(serde_json::to_string(&event).unwrap(), json);
    }
}

#[test]
fn every_event_has_a_line() {
    let known: Vec<(String, String)> =
        lines().map(|(aggregate, json)| (aggregate.to_owned(), Event::read(aggregate, json).unwrap().name())).collect();
    let all = [
        ("workspace", WorkspaceEvent::NAMES),
        ("project", ProjectEvent::NAMES),
        ("phase", PhaseEvent::NAMES),
        ("conversation", ConversationEvent::NAMES),
        ("story_review", StoryReviewEvent::NAMES),
        ("story", StoryEvent::NAMES),
    ];
    for (aggregate, names) in all {
        for name in names {
            assert!(
                known.iter().any(|(a, n)| a == aggregate && n == name),
                "{aggregate} {name} has no line in the catalogue"
            );
        }
    }
}
