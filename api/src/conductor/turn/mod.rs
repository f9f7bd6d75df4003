//! One turn, from a rendered request to its outcome.
//!
//! It drives any `LanguageModel`, tells a sink what arrives as it arrives, and ends when the model does, when
//! somebody stops it, or when a bound is passed. It never waits for the sink, so nobody who watches can hold
//! it up; dropping it, or stopping it, drops the model's stream, which stops the model upstream. A reply
//! that its length limit cut is continued up to twice, and reads as one.

pub(super) mod ledger;
mod seam;

use futures_util::StreamExt;
use konductro_domain::conductor::{FinishKind, LanguageModel, ModelEvent, ModelFailure, ModelFailureKind, Request};
use tokio::sync::watch;

use super::extract::{ExtractEvent, Extractor, PartKind};
use super::outcome::{TurnEnd, TurnOutcome};
use super::prompt::going_on;
use ledger::Ledger;
use seam::Seam;

/// The most that a reply may hold, continuations included.
pub const MAX_REPLY_BYTES: usize = 1024 * 1024;
/// The most that a model may think aloud: none of it is kept.
pub(super) const MAX_REASONING_BYTES: usize = 16 * 1024 * 1024;
const CONTINUATIONS: u32 = 2;
const MAX_SUGGESTIONS: usize = 8;
const LONGEST_SUGGESTION: usize = 200;

/// What the sink is told, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEvent {
    /// A part begins.
    PartStarted {
        /// Its number, from 0.
        part: u32,
        /// What it is.
        kind: PartKind,
    },
    /// More of a part.
    Delta {
        /// The part.
        part: u32,
        /// Where the text goes: UTF-16 units from the part's start.
        off: u64,
        /// The text.
        text: String,
    },
    /// A part is over.
    PartEnded {
        /// The part.
        part: u32,
    },
    /// The request is tried again; nothing was shown yet.
    Retrying {
        /// Which attempt comes next, from 2.
        attempt: u32,
        /// Milliseconds until then.
        after_ms: u64,
        /// Why.
        detail: String,
    },
}

impl From<ExtractEvent> for TurnEvent {
    fn from(event: ExtractEvent) -> Self {
        match event {
            ExtractEvent::PartStarted { part, kind } => Self::PartStarted { part, kind },
            ExtractEvent::Delta { part, off, text } => Self::Delta { part, off, text },
            ExtractEvent::PartEnded { part } => Self::PartEnded { part },
        }
    }
}

/// Who is told of a turn as it runs. It must not block: a turn waits for nobody.
pub trait TurnSink: Send {
    /// Something arrived.
    fn event(&mut self, event: TurnEvent);

    /// More of the raw reply arrived, document tags included: what a checkpoint keeps.
    fn raw(&mut self, text: &str) {
        let _ = text;
    }
}

/// Runs one turn to its end. `stop` turning true ends it at once, with what had arrived.
pub async fn run_turn(
    model: &dyn LanguageModel,
    request: Request,
    stop: watch::Receiver<bool>,
    sink: &mut impl TurnSink,
) -> TurnOutcome {
    resume_turn(model, request, "", stop, sink).await
}

/// Runs a turn whose reply broke off, from where it ended: what had come is told to the sink again, as its beginning.
pub async fn resume_turn(
    model: &dyn LanguageModel,
    request: Request,
    so_far: &str,
    mut stop: watch::Receiver<bool>,
    sink: &mut impl TurnSink,
) -> TurnOutcome {
    let mut turn = Turn {
        text: String::new(),
        extractor: Extractor::new(request.work.stage()),
        ledger: Ledger::begin(),
        suggestions: Vec::new(),
        reasoning: 0,
        sink,
    };
    // What had come was kept, so it is not too large.
    turn.say(so_far);
    let mut continued = 0;
    let end = loop {
        let before = turn.text.len();
        let goes_on = before > 0;
        let prompt = if goes_on { going_on(&request.prompt, &turn.text) } else { request.prompt.clone() };
        let asked = Request { prompt, ..request.clone() };
        let seam = goes_on.then(|| Seam::after(&turn.text, turn.extractor.in_document()));
        let end = turn.run(model, asked, &mut stop, seam).await;
        let grew = turn.text.len() > before;
        if end != TurnEnd::Completed(FinishKind::Truncated) || continued == CONTINUATIONS || !grew {
            break end;
        }
        continued += 1;
    };
    turn.finish(end)
}

struct Turn<'a, S: TurnSink> {
    text: String,
    extractor: Extractor,
    ledger: Ledger,
    suggestions: Vec<String>,
    reasoning: usize,
    sink: &'a mut S,
}

impl<S: TurnSink> Turn<'_, S> {
    /// One request to the model; a turn has more than one only when it is continued.
    async fn run(
        &mut self,
        model: &dyn LanguageModel,
        request: Request,
        stop: &mut watch::Receiver<bool>,
        mut seam: Option<Seam>,
    ) -> TurnEnd {
        self.ledger.ask();
        let mut stream = model.stream(request);
        let end = loop {
            let event = tokio::select! {
                biased;
                () = stopped(stop) => break TurnEnd::Stopped,
                event = stream.next() => event,
            };
            let Some(event) = event else { break TurnEnd::Failed(silent_end()) };
            if let Some(end) = self.take(event, &mut seam) {
                break end;
            }
        };
        drop(stream);
        let rest = seam.map(Seam::finish).unwrap_or_default();
        self.ledger.answered();
        match self.say(&rest) {
            Some(too_large) if !matches!(end, TurnEnd::Stopped) => too_large,
            _ => end,
        }
    }

    /// Takes one event; answers with the end where it is one.
    fn take(&mut self, event: ModelEvent, seam: &mut Option<Seam>) -> Option<TurnEnd> {
        match event {
            ModelEvent::Text(text) => {
                self.ledger.token();
                let text = match seam {
                    Some(seam) => seam.push(&text),
                    None => text,
                };
                self.say(&text)
            }
            ModelEvent::Reasoning(text) => {
                self.reasoning += text.len();
                (self.reasoning > MAX_REASONING_BYTES).then(|| TurnEnd::Failed(too_large("thought aloud")))
            }
            ModelEvent::Suggestion(text) => {
                let text: String = text.trim().chars().take(LONGEST_SUGGESTION).collect();
                if !text.is_empty() && self.suggestions.len() < MAX_SUGGESTIONS {
                    self.suggestions.push(text);
                }
                None
            }
            ModelEvent::Retrying { attempt, after_ms, detail } => {
                self.ledger.retried();
                self.sink.event(TurnEvent::Retrying { attempt, after_ms, detail });
                None
            }
            ModelEvent::ModelReturned(name) => {
                self.ledger.model_returned(name);
                None
            }
            ModelEvent::Usage(usage) => {
                self.ledger.report(usage);
                None
            }
            ModelEvent::Finished(finish) => Some(TurnEnd::Completed(finish)),
            ModelEvent::Failed(failure) => Some(TurnEnd::Failed(failure)),
        }
    }

    /// Adds text to the reply; answers with the end where it would be too large.
    fn say(&mut self, text: &str) -> Option<TurnEnd> {
        if text.is_empty() {
            return None;
        }
        if self.text.len() + text.len() > MAX_REPLY_BYTES {
            return Some(TurnEnd::Failed(too_large("wrote")));
        }
        self.text.push_str(text);
        self.sink.raw(text);
        self.extractor.push(text).into_iter().for_each(|event| self.sink.event(event.into()));
        None
    }

    fn finish(self, end: TurnEnd) -> TurnOutcome {
        let (rest, documents) = self.extractor.finish();
        rest.into_iter().for_each(|event| self.sink.event(event.into()));
        let end = match end {
            TurnEnd::Completed(finish) if self.text.trim().is_empty() => TurnEnd::Failed(nothing_said(finish)),
            end => end,
        };
        let (usage, model_returned) = self.ledger.close();
        TurnOutcome { text: self.text, documents, suggestions: self.suggestions, end, usage, model_returned }
    }
}

/// Waits until somebody stops the turn; for ever when nobody can any more.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

pub(super) fn silent_end() -> ModelFailure {
    ModelFailure {
        kind: ModelFailureKind::Interrupted,
        status: None,
        retryable: true,
        detail: "the reply ended without saying that it was whole; try again".into(),
    }
}

pub(super) fn too_large(did: &str) -> ModelFailure {
    ModelFailure {
        kind: ModelFailureKind::TooLarge,
        status: None,
        retryable: false,
        detail: format!("the model {did} more than a reply may hold, and was stopped; ask for less at once"),
    }
}

pub(super) fn nothing_said(finish: FinishKind) -> ModelFailure {
    let (kind, retryable, detail) = match finish {
        FinishKind::Completed => (ModelFailureKind::Interrupted, true, "the model ended without a word; try again"),
        FinishKind::Truncated => (
            ModelFailureKind::TooLarge,
            false,
            "the model used up its length limit before it wrote a word; raise the limit or ask for less",
        ),
        FinishKind::Blocked => {
            (ModelFailureKind::Blocked, false, "the provider's filter blocked the reply; say it differently")
        }
    };
    ModelFailure { kind, status: None, retryable, detail: detail.into() }
}

#[cfg(test)]
mod tests;
