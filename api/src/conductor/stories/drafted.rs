//! A story as a model wrote it, read as leniently as its meaning allows.
//!
//! What is missing and can be decided later stays open; what makes it no story is said in our own words, never in the
//! model's. Everything is bounded here, so that a draft always fits into the review.

use konductro_domain::ids::ProposalId;
use konductro_domain::story::content::{Complexity, StoryType};
use konductro_domain::story::draft::{CriterionDraft, StoryDraft};
use serde_json::{Map, Value};

/// The most that a title may hold, in characters.
const LONGEST_TITLE: usize = 160;
/// The most that one part of a criterion may hold.
const MOST_OF_A_PART: usize = 4 * 1024;
/// The most that a narrative or a reason may hold.
const MOST_OF_A_TEXT: usize = 8 * 1024;
const MOST_CRITERIA: usize = 40;
const MOST_REFERENCES: usize = 40;
const LONGEST_REFERENCE: usize = 64;
/// What a story without words for its criteria is to hold instead of nothing.
const ALWAYS: &str = "the system is in use";

/// A story that was drafted and is nobody's yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafted {
    /// What other stories of the same answer call it.
    pub name: Option<String>,
    /// Its title, one line.
    pub title: String,
    /// What kind of work it is.
    pub story_type: StoryType,
    /// *As a … I want … so that …*
    pub narrative: String,
    /// How much work, where that was said in our scale.
    pub complexity: Option<Complexity>,
    /// Why so much.
    pub complexity_reason: String,
    /// Its criteria.
    pub criteria: Vec<DraftedCriterion>,
    /// The requirements it is for.
    pub requirement_ids: Vec<String>,
    /// The decisions it follows.
    pub decision_ids: Vec<String>,
    /// What must be done before, by name.
    pub depends_on: Vec<String>,
}

/// A criterion that was drafted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftedCriterion {
    /// What holds before.
    pub given: String,
    /// What happens.
    pub when: String,
    /// What must hold then.
    pub then: String,
    /// What it comes from.
    pub traces_to: Vec<String>,
}

/// Why something is no story.
pub type Unusable = &'static str;

impl Drafted {
    /// Reads a JSON value as a story.
    ///
    /// # Errors
    /// With the reason, when it has no title or holds more than a story may.
    pub fn read(value: &Value) -> Result<Self, Unusable> {
        let fields = unwrapped(value).ok_or("it is no JSON object")?;
        let title = clean(&text(fields, &["title", "name", "summary", "story"]));
        let title = one_line(&title);
        if title.is_empty() {
            return Err("it has no title");
        }
        let criteria = criteria(fields)?;
        let narrative = bounded(narrative(fields), "its narrative is longer than 8 KiB")?;
        let reason = text(fields, &["complexity_reason", "reason", "estimate_reason"]);
        let story = Self {
            name: references(fields, &["id", "key", "ref"]).into_iter().next(),
            title: shortened(&title),
            story_type: story_type(fields),
            narrative,
            complexity: complexity(fields),
            complexity_reason: bounded(clean(&reason), "the reason for its complexity is longer than 8 KiB")?,
            criteria,
            requirement_ids: ids(fields, &["requirement_ids", "requirements", "requirement_id"]),
            decision_ids: ids(fields, &["decision_ids", "decisions", "decision_id"]),
            depends_on: references(fields, &["depends_on", "dependencies", "dependsOn", "blocked_by"]),
        };
        match story.draft(|_| None::<ProposalId>).check() {
            Ok(()) => Ok(story),
            Err(_) => Err("it does not fit into the limits of a story"),
        }
    }

    /// As a draft that the rules take; what it depends on is found by name, and left out where nobody has that name.
    pub fn draft<D>(&self, resolve: impl Fn(&str) -> Option<D>) -> StoryDraft<D> {
        let criterion = |drafted: &DraftedCriterion| CriterionDraft {
            id: None,
            given: drafted.given.clone(),
            when: drafted.when.clone(),
            then: drafted.then.clone(),
            traces_to: drafted.traces_to.clone(),
        };
        StoryDraft {
            title: self.title.clone(),
            story_type: self.story_type,
            complexity: self.complexity,
            narrative: self.narrative.clone(),
            complexity_reason: self.complexity_reason.clone(),
            criteria: self.criteria.iter().map(criterion).collect(),
            requirement_ids: self.requirement_ids.clone(),
            decision_ids: self.decision_ids.clone(),
            depends_on: self.depends_on.iter().filter_map(|name| resolve(name)).collect(),
        }
    }
}

/// The fields of a story; some models wrap each in an object of its own.
fn unwrapped(value: &Value) -> Option<&Map<String, Value>> {
    let fields = value.as_object()?;
    match fields.get("story").and_then(Value::as_object) {
        Some(inner) if !fields.contains_key("title") => Some(inner),
        _ => Some(fields),
    }
}

fn criteria(fields: &Map<String, Value>) -> Result<Vec<DraftedCriterion>, Unusable> {
    let found = first(fields, &["acceptance_criteria", "acceptanceCriteria", "criteria"]);
    let listed: Vec<&Value> = match found {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(listed)) => listed.iter().collect(),
        Some(one) => vec![one],
    };
    if listed.len() > MOST_CRITERIA {
        return Err("it has more than 40 acceptance criteria");
    }
    listed.into_iter().filter_map(|value| criterion(value).transpose()).collect()
}

/// One criterion; None where it says nothing.
fn criterion(value: &Value) -> Result<Option<DraftedCriterion>, Unusable> {
    let read = match value {
        Value::Object(fields) => DraftedCriterion {
            given: clean(&text(fields, &["given", "Given"])),
            when: clean(&text(fields, &["when", "When"])),
            then: clean(&text(fields, &["then", "Then", "text", "description", "criterion"])),
            traces_to: ids(fields, &["traces_to", "traces", "trace", "tracesTo", "requirement_ids"]),
        },
        Value::String(sentence) => in_a_sentence(&clean(sentence)),
        _ => return Err("one of its acceptance criteria is neither an object nor a text"),
    };
    if [&read.given, &read.when, &read.then].iter().all(|part| part.is_empty()) {
        return Ok(None);
    }
    if [&read.given, &read.when, &read.then].iter().any(|part| part.len() > MOST_OF_A_PART) {
        return Err("a part of one of its acceptance criteria is longer than 4 KiB");
    }
    // A criterion that only says what must hold is one for every situation.
    let read = match read {
        all if !all.then.is_empty() => all,
        DraftedCriterion { given, when, traces_to, .. } if when.is_empty() => {
            DraftedCriterion { given: String::new(), when, then: given, traces_to }
        }
        DraftedCriterion { given, when, traces_to, .. } => {
            DraftedCriterion { given, when: String::new(), then: when, traces_to }
        }
    };
    let given = if read.given.is_empty() { ALWAYS.to_owned() } else { read.given };
    Ok(Some(DraftedCriterion { given, ..read }))
}

/// "Given a, when b, then c" in one sentence.
pub(super) fn in_a_sentence(sentence: &str) -> DraftedCriterion {
    let lower = sentence.to_ascii_lowercase();
    let at = |word: &str, from: usize| {
        lower[from..].match_indices(word).map(|(at, _)| from + at).find(|at| {
            let before = lower[..*at].chars().next_back();
            let after = lower[at + word.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && after.is_some_and(|c| c.is_whitespace() || c == ':')
        })
    };
    let part = |from: usize, to: usize| {
        let marks = |c: char| c.is_whitespace() || matches!(c, ':' | ',' | ';' | '.' | '*');
        sentence[from..to].trim_matches(marks).to_owned()
    };
    let given = at("given", 0).filter(|at| *at < 4);
    let when = at("when", given.map_or(0, |at| at + 5)).filter(|at| given.is_some() || *at < 4);
    let then = when.and_then(|when| at("then", when + 4)).or_else(|| given.and_then(|given| at("then", given + 5)));
    let end = sentence.len();
    match then {
        None => DraftedCriterion { then: sentence.trim().to_owned(), ..DraftedCriterion::default() },
        Some(then) => DraftedCriterion {
            given: given.map(|at| part(at + 5, when.unwrap_or(then))).unwrap_or_default(),
            when: when.map(|at| part(at + 4, then)).unwrap_or_default(),
            then: part(then + 4, end),
            traces_to: Vec::new(),
        },
    }
}

fn narrative(fields: &Map<String, Value>) -> String {
    match first(fields, &["narrative", "description", "user_story"]) {
        Some(Value::Object(parts)) => {
            let part = |names: &[&str]| clean(&text(parts, names));
            let (who, what, why) = (
                part(&["as_a", "as", "role"]),
                part(&["i_want", "want", "goal"]),
                part(&["so_that", "benefit", "why"]),
            );
            [("As a", who), ("I want", what), ("so that", why)]
                .iter()
                .filter(|(_, said)| !said.is_empty())
                .map(|(lead, said)| format!("{lead} {said}"))
                .collect::<Vec<_>>()
                .join(" ")
        }
        _ => clean(&text(fields, &["narrative", "description", "user_story"])),
    }
}

fn story_type(fields: &Map<String, Value>) -> StoryType {
    let said = text(fields, &["type", "story_type", "kind"]).trim().to_ascii_lowercase();
    StoryType::ALL.into_iter().find(|known| known.as_str() == said).unwrap_or_default()
}

fn complexity(fields: &Map<String, Value>) -> Option<Complexity> {
    let said = first(fields, &["complexity", "points", "estimate", "story_points"])?;
    let points = match said {
        Value::Number(number) => {
            number.as_f64().filter(|points| points.fract() == 0.0 && (1.0..=13.0).contains(points))?
        }
        Value::String(text) => text.trim().parse::<f64>().ok().filter(|points| (1.0..=13.0).contains(points))?,
        _ => return None,
    };
    Complexity::SCALE
        .into_iter()
        .find(|known| f64::from(*known) == points)
        .and_then(|known| Complexity::try_from(known).ok())
}

fn first<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| fields.get(*name)).filter(|value| !value.is_null())
}

/// A field's words; several of them as one text.
fn text(fields: &Map<String, Value>, names: &[&str]) -> String {
    let words = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(listed) => {
            let listed: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
            Some(listed.join(" and "))
        }
        _ => None,
    };
    names.iter().find_map(|name| words(fields.get(*name)?)).unwrap_or_default()
}

/// A field's ids, each once.
fn references(fields: &Map<String, Value>, names: &[&str]) -> Vec<String> {
    let Some(value) = first(fields, names) else { return Vec::new() };
    let said: Vec<String> = match value {
        Value::Array(listed) => listed.iter().filter_map(reference).collect(),
        Value::String(text) => text.split([',', ';']).map(str::to_owned).collect(),
        other => reference(other).into_iter().collect(),
    };
    let mut found: Vec<String> = Vec::new();
    for said in said {
        let said = one_line(&clean(&said));
        if !said.is_empty() && said.len() <= LONGEST_REFERENCE && !found.contains(&said) {
            found.push(said);
        }
    }
    found.truncate(MOST_REFERENCES);
    found
}

/// A field's ids without what was said of them: `R-1 (must)` names `R-1`.
fn ids(fields: &Map<String, Value>, names: &[&str]) -> Vec<String> {
    let word = |said: String| {
        let word = said.split_whitespace().next().unwrap_or_default();
        word.trim_matches(|c: char| matches!(c, ':' | '.' | '(' | ')' | '[' | ']' | '`' | '"')).to_owned()
    };
    let mut found: Vec<String> = references(fields, names).into_iter().map(word).filter(|id| !id.is_empty()).collect();
    found.sort();
    found.dedup();
    found
}

fn reference(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => ["id", "ref"].iter().find_map(|name| fields.get(*name)?.as_str().map(str::to_owned)),
        _ => None,
    }
}

fn bounded(text: String, otherwise: Unusable) -> Result<String, Unusable> {
    if text.len() > MOST_OF_A_TEXT { Err(otherwise) } else { Ok(text) }
}

/// Words without what no text should hold: control characters but for line ends and tabs.
pub(super) fn clean(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    kept.trim().to_owned()
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title that fits; one that is too long ends with an ellipsis.
pub(super) fn shortened(title: &str) -> String {
    if title.chars().count() <= LONGEST_TITLE {
        return title.to_owned();
    }
    let mut short: String = title.chars().take(LONGEST_TITLE - 1).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use serde_json::json;

    use super::*;

    #[test]
    fn a_story_as_asked_for_is_read_whole() {
        let story = Drafted::read(&json!({
            "id": "S-1", "title": "Split a payment", "type": "enabler", "narrative": "As a clerk I want …",
            "acceptance_criteria": [{"given": "a basket", "when": "it is paid", "then": "shares add up", "traces_to": ["R-1.2"]}],
            "complexity": 5, "complexity_reason": "one transaction", "depends_on": ["S-2"],
            "requirement_ids": ["R-1"], "decision_ids": ["AD-1"],
        }))
        .unwrap();
        assert_eq!(story.name.as_deref(), Some("S-1"));
        assert_eq!((story.story_type, story.complexity.map(Complexity::points)), (StoryType::Enabler, Some(5)));
        assert_eq!(story.criteria[0].traces_to, ["R-1.2"]);
        assert_eq!(
            (story.depends_on.as_slice(), story.decision_ids.as_slice()),
            (&["S-2".to_owned()][..], &["AD-1".to_owned()][..])
        );
    }

    #[test]
    fn what_can_be_decided_later_stays_open() {
        let story =
            Drafted::read(&json!({"title": " A\nB ", "type": "epic", "complexity": 4, "acceptance_criteria": null}))
                .unwrap();
        assert_eq!((story.title.as_str(), story.story_type, story.complexity), ("A B", StoryType::Feature, None));
        assert!(story.criteria.is_empty());
        let complexity = |said: Value| Drafted::read(&json!({"title": "t", "complexity": said})).unwrap().complexity;
        assert_eq!(complexity(json!("8")).map(Complexity::points), Some(8));
        assert_eq!(complexity(json!(8.0)).map(Complexity::points), Some(8));
        for odd in [json!(-1), json!("large"), json!(1e300), json!([3]), json!(2.5)] {
            assert_eq!(complexity(odd), None);
        }
    }

    #[test]
    fn criteria_may_be_sentences() {
        let story = Drafted::read(&json!({"title": "t", "acceptance_criteria": [
            "Given a basket, when it is paid, then the shares add up.", "When paid then split", "It is fast", "", {"given": "a", "when": ["b", "c"]},
        ]}))
        .unwrap();
        let parts: Vec<[&str; 3]> =
            story.criteria.iter().map(|it| [it.given.as_str(), it.when.as_str(), it.then.as_str()]).collect();
        assert_eq!(
            parts,
            [
                ["a basket", "it is paid", "the shares add up"],
                [ALWAYS, "paid", "split"],
                [ALWAYS, "", "It is fast"],
                ["a", "", "b and c"],
            ]
        );
    }

    #[test]
    fn a_script_is_text_and_control_characters_go() {
        let story =
            Drafted::read(&json!({"title": "<script>alert(1)</script>\u{0}\u{7}", "narrative": "a\u{0}b"})).unwrap();
        assert_eq!((story.title.as_str(), story.narrative.as_str()), ("<script>alert(1)</script>", "ab"));
    }

    #[test]
    fn what_is_no_story_says_why() {
        let many: Vec<Value> = (0..41).map(|_| json!("x")).collect();
        for (value, reason) in [
            (json!({"narrative": "x"}), "it has no title"),
            (json!({"title": "  "}), "it has no title"),
            (json!("x"), "it is no JSON object"),
            (json!({"title": "t", "acceptance_criteria": many}), "it has more than 40 acceptance criteria"),
            (json!({"title": "t", "narrative": "x".repeat(9000)}), "its narrative is longer than 8 KiB"),
        ] {
            assert_eq!(Drafted::read(&value), Err(reason));
        }
        assert_eq!(Drafted::read(&json!({"title": "é".repeat(200)})).unwrap().title.chars().count(), 160);
    }
}
