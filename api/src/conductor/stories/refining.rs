//! The refinement of one story: asked for once, and once more when the answer can't be used.

use konductro_domain::conductor::{FinishKind, LanguageModel, ModelFailure, ModelFailureKind, Request, Usage};
use serde_json::Value;
use tokio::sync::watch;

use super::asking::{Asking, tail};
use super::drafted::{Drafted, clean, one_line};
use super::elements::ElementReader;
use crate::conductor::outcome::TurnEnd;
use crate::conductor::prompt::mend;

const SHOWN_AGAIN: usize = 16 * 1024;
const MOST_QUESTIONS: usize = 10;
const LONGEST_QUESTION: usize = 500;

/// A story as Conductor would have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refined {
    /// The story.
    pub story: Drafted,
    /// What only people can answer.
    pub questions: Vec<String>,
}

/// How a refinement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refinement {
    /// The refined story, or why there is none; `Stopped` where somebody left off.
    pub outcome: Result<Refined, TurnEnd>,
    /// What it consumed.
    pub usage: Usage,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
}

/// Has a story refined.
pub async fn refine(model: &dyn LanguageModel, request: Request, stop: watch::Receiver<bool>) -> Refinement {
    let mut asking = Asking::new(model, stop);
    let outcome = asked(&mut asking, &request, read).await;
    let (usage, model_returned) = asking.close();
    Refinement { outcome, usage, model_returned }
}

/// Asks for one JSON object, and once more when it can't be used.
pub(super) async fn asked<T>(
    asking: &mut Asking<'_>,
    request: &Request,
    read: impl Fn(&Value) -> Result<T, &'static str>,
) -> Result<T, TurnEnd> {
    let mut prompt = request.prompt.clone();
    let mut mended = false;
    loop {
        let (end, text) = asking.ask(Request { prompt, ..request.clone() }, |_| {}).await;
        let cut = end == TurnEnd::Completed(FinishKind::Truncated);
        if !matches!(end, TurnEnd::Completed(_)) {
            return Err(end);
        }
        let reason = match object(&text).and_then(|value| read(&value)) {
            Ok(read) => return Ok(read),
            Err(_) if cut => "it was cut off by its length limit",
            Err(reason) => reason,
        };
        if mended {
            return Err(TurnEnd::Failed(unusable(reason)));
        }
        mended = true;
        let shown = tail(&text, SHOWN_AGAIN);
        prompt = mend(&request.prompt, shown, &[(String::new(), reason.to_owned())]);
    }
}

/// The one object of an answer, wherever it stands in it.
fn object(text: &str) -> Result<Value, &'static str> {
    let mut reader = ElementReader::default();
    let found = reader.push(text).into_iter().next().or_else(|| reader.finish());
    found.map_or(Err("there was no JSON object in the answer"), |element| element.value)
}

fn read(value: &Value) -> Result<Refined, &'static str> {
    let story = Drafted::read(value)?;
    let asked = value.get("questions").and_then(Value::as_array);
    let questions = asked.into_iter().flatten().filter_map(Value::as_str).map(|question| one_line(&clean(question)));
    let questions = questions.filter(|question| !question.is_empty());
    let questions = questions.map(|question| question.chars().take(LONGEST_QUESTION).collect());
    Ok(Refined { story, questions: questions.take(MOST_QUESTIONS).collect() })
}

fn unusable(reason: &str) -> ModelFailure {
    ModelFailure {
        kind: ModelFailureKind::Undecodable,
        status: None,
        retryable: true,
        detail: format!("the model's answer could not be used: {reason}; try again"),
    }
}
