//! Proposals: one story for each requirement that no kept story covers, with the criteria it has.

use konductro_domain::conductor::{KeptStory, StoryTask};
use serde_json::{Value, json};

use super::basis::{Basis, Requirement};
use super::ears::{Situation, is_failure};
use crate::conductor::guided::wording::{capital, count, joined, sentence, small, with_article};

/// The answer: a list of stories as JSON.
pub(in super::super) fn proposals(task: &StoryTask) -> String {
    let basis = Basis::read(&task.background);
    let open = |list: &[Requirement]| -> Vec<Requirement> {
        list.iter().filter(|requirement| !is_covered(requirement, &task.kept)).cloned().collect()
    };
    let (functions, qualities) = (open(&basis.functions), open(&basis.qualities));
    let mut stories: Vec<Value> = Vec::new();
    for (at, requirement) in functions.iter().enumerate() {
        let depends_on = dependencies(requirement, &functions[..at], &task.kept);
        stories.push(feature(requirement, depends_on, &basis));
    }
    let whole: Vec<String> = functions.iter().map(|requirement| name(&requirement.id)).collect();
    stories.extend(qualities.iter().map(|quality| enabler(quality, &whole, &basis)));
    // Written line by line, so that the stories arrive one by one.
    let lines: Vec<String> = stories.iter().map(Value::to_string).collect();
    format!("{{\"stories\": [\n{}\n]}}\n", lines.join(",\n"))
}

/// Whether kept stories cover a requirement: all its criteria, or the whole where it has none.
fn is_covered(requirement: &Requirement, kept: &[KeptStory]) -> bool {
    let traced = |id: &String| {
        kept.iter().any(|story| story.traces_to.contains(id) || story.traces_to.contains(&requirement.id))
    };
    let named = kept.iter().any(|story| story.requirement_ids.contains(&requirement.id));
    if !requirement.is_written {
        return kept.iter().any(|story| story.title.eq_ignore_ascii_case(&requirement.title));
    }
    if requirement.criteria.is_empty() { named } else { requirement.criteria.iter().all(|(id, _)| traced(id)) }
}

fn name(id: &str) -> String {
    format!("S-{id}")
}

/// What a requirement names must be there first; only what comes before it, so that there is no cycle.
fn dependencies(requirement: &Requirement, before: &[Requirement], kept: &[KeptStory]) -> Vec<String> {
    let resolve = |id: &String| {
        let proposed = before.iter().find(|other| other.id == *id).map(|other| name(&other.id));
        proposed
            .or_else(|| kept.iter().find(|story| story.requirement_ids.contains(id)).map(|story| story.name.clone()))
    };
    requirement.names.iter().filter_map(resolve).collect()
}

fn feature(requirement: &Requirement, depends_on: Vec<String>, basis: &Basis) -> Value {
    let state = basis.asset_of(&requirement.id).map(|asset| asset.state.to_lowercase());
    let (complexity, reason) = size(requirement, state.as_deref());
    let ids = ids(requirement);
    let criteria: Vec<Value> = if requirement.criteria.is_empty() {
        vec![Situation::read(&requirement.text).traced_to(&ids)]
    } else {
        let trace = |id: &String| if requirement.is_written { vec![id.clone()] } else { Vec::new() };
        requirement.criteria.iter().map(|(id, text)| Situation::read(text).traced_to(&trace(id))).collect()
    };
    json!({
        "id": name(&requirement.id),
        "title": capital(&requirement.title),
        "type": "feature",
        "narrative": narrative(requirement),
        "acceptance_criteria": criteria,
        "complexity": complexity,
        "complexity_reason": reason,
        "depends_on": depends_on,
        "requirement_ids": ids,
        "decision_ids": basis.decisions_of(&requirement.id),
    })
}

/// A requirement on quality is work of its own: to make it hold, and to show that it does.
fn enabler(quality: &Requirement, features: &[String], basis: &Basis) -> Value {
    let (what, verified) = verification(&quality.text);
    let situation = Situation {
        given: "the stories of this phase are built".to_owned(),
        when: verified.unwrap_or_else(|| "it is measured under the expected load".to_owned()),
        then: what.clone(),
    };
    json!({
        "id": name(&quality.id),
        "title": format!("Hold {}: {}", quality.id, small(&quality.title)),
        "type": "enabler",
        "narrative": format!("As the team we want to show that this holds: {}", sentence(&what)),
        "acceptance_criteria": [situation.traced_to(std::slice::from_ref(&quality.id))],
        "complexity": 3,
        "complexity_reason": "A measurement has to be set up and kept; what it finds is not counted.",
        "depends_on": features.iter().take(1).collect::<Vec<_>>(),
        "requirement_ids": [quality.id],
        "decision_ids": basis.decisions_of(&quality.id),
    })
}

/// "Pages within 1 s; verified by a load test" as what holds and how that is seen.
fn verification(text: &str) -> (String, Option<String>) {
    // A row of a table: kind, words, how it is verified.
    if let [_, what, how] = text.split(" · ").collect::<Vec<_>>().as_slice() {
        return ((*what).to_owned(), Some(format!("it is checked by {}", small(how))));
    }
    let lower = text.to_ascii_lowercase();
    let found = ["; verified by ", ", verified by ", "verified by: ", "verified by "]
        .iter()
        .find_map(|mark| Some((lower.find(mark)?, mark.len())));
    match found.and_then(|(at, length)| Some((text.get(..at)?, text.get(at + length..)?))) {
        Some((what, how)) if !what.trim().is_empty() && !how.trim().is_empty() => (
            what.trim().trim_end_matches([';', '.', ',']).to_owned(),
            Some(format!("it is checked by {}", how.trim().trim_end_matches('.'))),
        ),
        _ => (text.to_owned(), None),
    }
}

fn ids(requirement: &Requirement) -> Vec<String> {
    if requirement.is_written { vec![requirement.id.clone()] } else { Vec::new() }
}

fn narrative(requirement: &Requirement) -> String {
    let wish = match &requirement.capability {
        Some(capability) if capability.actor.is_some() && capability.action.split_whitespace().count() <= 16 => {
            let actor = capability.actor.as_deref().unwrap_or("user");
            format!("As {} I want to {}", with_article(actor), capability.action)
        }
        _ => format!("As the team we want this: {}", small(&requirement.title)),
    };
    let benefit = requirement.capability.as_ref().and_then(|capability| capability.benefit.clone());
    match (benefit, &requirement.rationale) {
        (Some(benefit), _) if !benefit.starts_with("to ") => sentence(&format!("{wish}, so that {benefit}")),
        (_, Some(rationale)) => format!("{} Why: {}", sentence(&wish), sentence(rationale)),
        _ => sentence(&wish),
    }
}

/// How much work, by what can be counted, and the reason in the same words.
fn size(requirement: &Requirement, state: Option<&str>) -> (u8, String) {
    const SCALE: [u8; 6] = [1, 2, 3, 5, 8, 13];
    let criteria = requirement.criteria.len();
    let failures = requirement.criteria.iter().filter(|(_, text)| is_failure(text)).count();
    let mut step = match criteria {
        0 | 1 => 1,
        2 | 3 => 2,
        4 | 5 => 3,
        _ => 4,
    };
    let mut reasons = vec![if criteria == 1 {
        "1 acceptance criterion".to_owned()
    } else {
        format!("{criteria} acceptance criteria")
    }];
    if failures > 0 {
        reasons.push(count(failures, "failure case"));
    }
    match state {
        Some(state) if state.contains("exist") => {
            step -= 1;
            reasons.push("the analysis says that it exists".to_owned());
        }
        Some(state) if state.contains("missing") => {
            step += 1;
            reasons.push("the analysis says that it is missing".to_owned());
        }
        Some(state) if state.contains("extend") => reasons.push("something existing is extended".to_owned()),
        _ => {}
    }
    (SCALE[step.min(5)], sentence(&format!("counted, not estimated: {}", joined(&reasons))))
}
