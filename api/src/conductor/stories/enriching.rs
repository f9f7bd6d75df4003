//! How a story is built: read from an answer, and held against what the approved documents really show.
//!
//! A file counts only with evidence: its path, or for a new file its folder, must occur in the approved technical
//! analysis. Everything else was invented, is left out and counted.

use konductro_domain::conductor::{LanguageModel, Request, Usage, Work};
use konductro_domain::stage::Stage;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::asking::{Asking, head};
use super::drafted::{clean, one_line};
use super::refining::asked;
use crate::conductor::outcome::TurnEnd;

const MOST_ITEMS: usize = 40;
const MOST_OF_AN_ITEM: usize = 2 * 1024;
const MOST_OF_A_PACK: usize = 64 * 1024;
const LONGEST_PATH: usize = 400;

/// How a story is built: as it is stored, word for word.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enriched {
    /// The decisions, components and contracts that the story touches.
    pub architecture_slice: Vec<Slice>,
    /// The files to create or modify.
    pub files: Vec<PlannedFile>,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What to test.
    pub test_notes: Vec<String>,
    /// Everything that a developer needs, as Markdown.
    pub context_pack: String,
}

/// What a part of the architecture means for a story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// The decision or component.
    pub r#ref: String,
    /// What it means here.
    pub text: String,
}

/// A file of the story, with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Its path.
    pub path: String,
    /// What is done with it.
    pub action: Action,
    /// Where the technical analysis shows it: an `E-n`, or the path itself.
    pub evidence: String,
    /// Why it is touched.
    pub why: String,
}

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is new.
    Create,
    /// It is there.
    Modify,
}

/// How an enrichment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrichment {
    /// The enrichment with the number of files that were left out, or why there is none.
    pub outcome: Result<(Enriched, u32), TurnEnd>,
    /// What it consumed.
    pub usage: Usage,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
}

/// Has a story enriched.
pub async fn enrich(model: &dyn LanguageModel, request: Request, stop: watch::Receiver<bool>) -> Enrichment {
    let evidence = match &request.work {
        Work::EnrichStory(task) => {
            let analysis = task.background.approved.iter().find(|given| given.stage == Stage::TechnicalAnalysis);
            Evidence::of(analysis.map_or("", |given| given.markdown.as_str()))
        }
        Work::Converse(_) | Work::ProposeStories(_) | Work::RefineStory(_) => Evidence::of(""),
    };
    let mut asking = Asking::new(model, stop);
    let outcome = asked(&mut asking, &request, read).await;
    let outcome = outcome.map(|(enriched, planned)| evidence.keep_shown(enriched, planned));
    let (usage, model_returned) = asking.close();
    Enrichment { outcome, usage, model_returned }
}

/// A file as a model wrote it.
struct Planned {
    path: String,
    action: Option<Action>,
    evidence: String,
    why: String,
}

fn read(value: &Value) -> Result<(Enriched, Vec<Planned>), &'static str> {
    let listed = |name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let texts = |name: &str| -> Vec<String> {
        let said = listed(name).into_iter().filter_map(|item| item.as_str().map(bounded));
        said.filter(|text| !text.is_empty()).take(MOST_ITEMS).collect()
    };
    let field = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(bounded).unwrap_or_default();
    let slices = listed("architecture_slice").into_iter().map(|item| match item.as_str() {
        Some(text) => Slice { r#ref: String::new(), text: bounded(text) },
        None => Slice { r#ref: one_line(&field(&item, "ref")), text: field(&item, "text") },
    });
    let files = listed("files").into_iter().map(|item| Planned {
        path: item.as_str().map_or_else(|| field(&item, "path"), bounded),
        action: match field(&item, "action").to_ascii_lowercase().as_str() {
            "create" | "add" | "new" => Some(Action::Create),
            "modify" | "change" | "edit" | "extend" | "update" | "" => Some(Action::Modify),
            _ => None,
        },
        evidence: field(&item, "evidence"),
        why: field(&item, "why"),
    });
    let pack = clean(value.get("context_pack").and_then(Value::as_str).unwrap_or_default());
    let context_pack = head(&pack, MOST_OF_A_PACK).to_owned();
    let enriched = Enriched {
        architecture_slice: slices.filter(|slice| !slice.text.is_empty()).take(MOST_ITEMS).collect(),
        files: Vec::new(),
        steps: texts("steps"),
        test_notes: texts("test_notes"),
        context_pack,
    };
    if enriched.steps.is_empty() && enriched.context_pack.is_empty() {
        return Err("it has neither steps nor a context pack");
    }
    Ok((enriched, files.take(MOST_ITEMS * 2).collect()))
}

fn bounded(text: &str) -> String {
    head(&clean(text), MOST_OF_AN_ITEM).to_owned()
}

/// What the technical analysis shows of the code.
#[derive(Debug, Clone)]
pub struct Evidence<'a> {
    analysis: &'a str,
}

impl<'a> Evidence<'a> {
    /// The evidence in a technical analysis.
    pub fn of(analysis: &'a str) -> Self {
        Self { analysis }
    }

    /// The enrichment with the files that are shown, and how many were not.
    fn keep_shown(&self, mut enriched: Enriched, planned: Vec<Planned>) -> (Enriched, u32) {
        let mut left_out = 0;
        for file in planned {
            let path = normal(&file.path);
            let shown = file.action.filter(|action| !path.is_empty() && self.shows(&path, *action));
            match shown {
                Some(action) if enriched.files.iter().all(|known| known.path != path) => {
                    let evidence = self.evidence_for(&path, &file.evidence);
                    enriched.files.push(PlannedFile { path, action, evidence, why: file.why });
                }
                // Named twice: once is enough.
                Some(_) => {}
                None => left_out += 1,
            }
        }
        enriched.files.truncate(MOST_ITEMS);
        (enriched, left_out)
    }

    /// Whether the analysis holds this path; for a new file, its folder.
    fn shows(&self, path: &str, action: Action) -> bool {
        match action {
            Action::Modify => self.names(path),
            Action::Create => path.rsplit_once('/').is_some_and(|(folder, _)| self.names_folder(folder)),
        }
    }

    /// A path counts when it stands by itself, not as the end or beginning of another.
    fn names(&self, path: &str) -> bool {
        self.places(path).any(|(before, after)| is_edge(before) && is_edge(after))
    }

    fn names_folder(&self, folder: &str) -> bool {
        self.places(folder).any(|(before, after)| is_edge(before) && (after == Some('/') || is_edge(after)))
    }

    fn places<'b>(&'b self, path: &'b str) -> impl Iterator<Item = (Option<char>, Option<char>)> + 'b {
        self.analysis.match_indices(path).map(move |(at, _)| {
            (self.analysis[..at].chars().next_back(), self.analysis[at + path.len()..].chars().next())
        })
    }

    /// The `E-n` that was named where the analysis has it, else the path.
    fn evidence_for(&self, path: &str, named: &str) -> String {
        let id = named.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).find(|word| {
            word.strip_prefix("E-")
                .is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
        });
        id.filter(|id| self.names(id)).unwrap_or(path).to_owned()
    }
}

/// What may stand beside a path: nothing that could be more of it. A full stop may end a sentence.
fn is_edge(beside: Option<char>) -> bool {
    beside.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '/' | '_' | '-')))
}

/// A path without what models put around it; nothing where it leads out of the repository.
fn normal(path: &str) -> String {
    let path = path.trim().trim_matches('`').trim_start_matches("./").trim_end_matches('/');
    let odd = path.is_empty()
        || path.len() > LONGEST_PATH
        || path.starts_with('/')
        || path.contains(char::is_control)
        || path.split('/').any(|part| part == ".." || part.is_empty());
    if odd { String::new() } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use serde_json::json;

    use super::*;

    const ANALYSIS: &str = "| R-1 | `payments/src/capture.rs` | extend |\n- **E-1** pay@4be1f02 `payments/src/capture.rs` lines 41–88\n- **E-2** `payouts/src/`.";

    fn kept(file: Value) -> (Vec<(String, String)>, u32) {
        let (enriched, planned) = read(&json!({"steps": ["x"], "files": [file]})).unwrap();
        let (enriched, left_out) = Evidence::of(ANALYSIS).keep_shown(enriched, planned);
        (enriched.files.into_iter().map(|file| (file.path, file.evidence)).collect(), left_out)
    }

    #[test]
    fn only_files_that_the_analysis_shows_are_kept() {
        let path = "payments/src/capture.rs".to_owned();
        assert_eq!(
            kept(json!({"path": path, "action": "modify", "evidence": "E-1"})),
            (vec![(path.clone(), "E-1".into())], 0)
        );
        assert_eq!(
            kept(json!({"path": format!("`./{path}`"), "action": "modify", "evidence": "E-9"})),
            (vec![(path.clone(), path)], 0)
        );
        let new = "payouts/src/hold.rs".to_owned();
        assert_eq!(kept(json!({"path": new, "action": "create", "evidence": "E-2"})), (vec![(new, "E-2".into())], 0));
        for invented in [
            json!({"path": "payments/src/split.rs", "action": "modify", "evidence": "E-1"}),
            json!({"path": "src/capture.rs", "action": "modify", "evidence": "E-1"}),
            json!({"path": "billing/new.rs", "action": "create", "evidence": "E-1"}),
            json!({"path": "../payouts/src/x.rs", "action": "create", "evidence": "E-2"}),
            json!({"path": "/etc/passwd", "action": "modify", "evidence": "E-1"}),
            json!({"path": "payments/src/capture.rs", "action": "delete"}),
            json!({"path": ""}),
        ] {
            assert_eq!(kept(invented.clone()), (vec![], 1), "{invented}");
        }
    }

    #[test]
    fn an_enrichment_without_anything_to_do_is_none() {
        assert!(read(&json!({"steps": [], "context_pack": " "})).is_err());
        let (enriched, _) =
            read(&json!({"context_pack": "<script>", "architecture_slice": ["a", {"ref": "AD-1", "text": "b"}]}))
                .unwrap();
        assert_eq!(enriched.context_pack, "<script>");
        assert_eq!(enriched.architecture_slice.len(), 2);
    }
}
