//! A refinement by structure: who, what, why and criteria from one sentence, and questions for what it does not say.

use konductro_domain::conductor::{GivenCriterion, RefineTask};
use konductro_domain::story::content::StoryType;
use serde_json::{Value, json};

use super::ears::Situation;
use super::plain;
use crate::conductor::guided::capability::{Capability, capabilities};
use crate::conductor::guided::criteria::criteria;
use crate::conductor::guided::wording::{capital, folded, has_any, open_ended, sentence, small, with_article};

const LONGEST_TITLE: usize = 100;

/// The answer: one story as JSON, with questions.
pub(in super::super) fn refinement(task: &RefineTask) -> String {
    let request = plain(&task.request);
    let story_type = type_of(&request, task.story.story_type);
    let understood = capabilities(&request).into_iter().next();
    let given: Vec<&GivenCriterion> =
        task.story.criteria.iter().filter(|criterion| !criterion.then.is_empty()).collect();
    let criteria: Vec<Value> = if given.is_empty() {
        drafted(story_type, &request, understood.as_ref())
    } else {
        let kept = |it: &&GivenCriterion| json!({"given": it.given, "when": it.when, "then": it.then, "traces_to": it.traces_to});
        given.iter().map(kept).collect()
    };
    let (complexity, reason) = size(story_type, criteria.len());
    let answer = json!({
        "title": title(&request, understood.as_ref(), story_type),
        "type": story_type.as_str(),
        "narrative": narrative(&request, understood.as_ref(), story_type),
        "acceptance_criteria": criteria,
        "complexity": complexity,
        "complexity_reason": reason,
        "requirement_ids": task.story.requirement_ids,
        "decision_ids": task.story.decision_ids,
        "questions": questions(story_type, understood.as_ref()),
    });
    format!("{answer:#}\n")
}

fn type_of(request: &str, as_it_is: StoryType) -> StoryType {
    let lower = folded(request);
    let says = |words: &[&str]| has_any(&lower, words);
    if says(&[
        "bug",
        "broken",
        "fix",
        "fails",
        "crash",
        "crashes",
        "wrong",
        "error",
        "does not work",
        "doesn't work",
        "regression",
    ]) {
        StoryType::Bug
    } else if says(&["investigate", "find out", "research", "evaluate", "spike", "compare", "prototype"]) {
        StoryType::Spike
    } else if says(&[
        "upgrade",
        "migrate",
        "refactor",
        "infrastructure",
        "pipeline",
        "set up",
        "logging",
        "monitoring",
        "back up",
    ]) {
        StoryType::Enabler
    } else {
        as_it_is
    }
}

fn title(request: &str, understood: Option<&Capability>, story_type: StoryType) -> String {
    let first = request.split(". ").next().unwrap_or(request);
    let whole = capital(open_ended(first));
    let title = match understood {
        Some(capability) if story_type == StoryType::Feature && capability.actor.is_some() => capability.title(),
        _ => whole,
    };
    if title.chars().count() <= LONGEST_TITLE {
        return title;
    }
    let mut short: String = title.chars().take(LONGEST_TITLE).collect();
    if let Some(at) = short.rfind(' ') {
        short.truncate(at);
    }
    format!("{short}…")
}

fn narrative(request: &str, understood: Option<&Capability>, story_type: StoryType) -> String {
    let who =
        understood.and_then(|capability| capability.actor.as_deref()).map_or_else(|| "a user".to_owned(), with_article);
    let why = understood.and_then(|capability| capability.benefit.as_deref());
    let why = why
        .map(|why| if why.starts_with("to ") { format!(" {why}") } else { format!(", so that {why}") })
        .unwrap_or_default();
    match (story_type, understood) {
        (StoryType::Bug, _) => format!("As {who} I want this to work as it should: {}", sentence(&small(request))),
        (StoryType::Spike, _) => {
            format!("As the team we want to know, within a bounded time: {}", sentence(&small(request)))
        }
        (StoryType::Enabler, _) => {
            format!("As the team we want this, since other work stands on it: {}", sentence(&small(request)))
        }
        (StoryType::Feature, Some(capability)) if capability.actor.is_some() => {
            sentence(&format!("As {who} I want to {}{why}", capability.action))
        }
        (StoryType::Feature, _) => format!("As {who} I want this: {}", sentence(&small(request))),
    }
}

fn drafted(story_type: StoryType, request: &str, understood: Option<&Capability>) -> Vec<Value> {
    let situation = |given: &str, when: String, then: &str| {
        Situation { given: given.to_owned(), when, then: then.to_owned() }.traced_to(&[])
    };
    let said = small(open_ended(request));
    match story_type {
        StoryType::Bug => vec![
            situation(
                "the situation in which it was seen",
                format!("it is tried again ({said})"),
                "what should happen does happen",
            ),
            situation(
                "the mended version",
                "the same steps are run by a test".to_owned(),
                "the test passes, and fails without the change",
            ),
            situation("everything beside it", "it is used as before".to_owned(), "nothing else has changed"),
        ],
        StoryType::Spike => vec![
            situation(
                "the time set for it",
                "it is over".to_owned(),
                "the question is answered in writing, with what it is based on",
            ),
            situation(
                "the answer",
                "the team reads it".to_owned(),
                "it names what to do next, or why nothing is to be done",
            ),
        ],
        StoryType::Enabler | StoryType::Feature => {
            let generic = || {
                vec![
                    format!("When somebody needs it ({said}), the system shall offer it and show the outcome"),
                    "If it can't be carried out, then the system shall say why and what to do next, and change nothing"
                        .to_owned(),
                ]
            };
            let known =
                understood.filter(|_| story_type == StoryType::Feature).map(|capability| criteria(capability, &[]));
            known.unwrap_or_else(generic).iter().map(|text| Situation::read(text).traced_to(&[])).collect()
        }
    }
}

fn size(story_type: StoryType, criteria: usize) -> (u8, String) {
    let points = match (story_type, criteria) {
        (StoryType::Spike, _) | (_, 0..=2) => 2,
        (_, 3 | 4) => 3,
        _ => 5,
    };
    (
        points,
        format!(
            "Counted, not estimated: {criteria} acceptance criteria of one request; nobody has looked at the code."
        ),
    )
}

fn questions(story_type: StoryType, understood: Option<&Capability>) -> Vec<String> {
    let mut questions = Vec::new();
    let mut ask = |question: &str| questions.push(question.to_owned());
    match story_type {
        StoryType::Bug => {
            ask("What should happen instead, exactly?");
            ask("Which steps lead to it, and since when?");
            ask("Who is hit by it, and is there a way round it?");
        }
        StoryType::Spike => {
            ask("Which decision waits for the answer?");
            ask("How much time may it take at most?");
        }
        StoryType::Feature | StoryType::Enabler => {
            if understood.is_none_or(|capability| capability.actor.is_none()) && story_type == StoryType::Feature {
                ask("Who needs it? The narrative says “a user” until that is known.");
            }
            if understood.is_none_or(|capability| capability.benefit.is_none()) {
                ask("What is it good for: what can't be done without it today?");
            }
            ask("Who may not use it, and what must not change?");
            ask("By what would you see, when trying it, that it is done?");
        }
    }
    questions
}
