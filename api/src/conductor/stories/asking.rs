//! One question to the model, whose answer is JSON: bounded, counted, and ended by whoever stops it.

use futures_util::StreamExt;
use konductro_domain::conductor::{FinishKind, LanguageModel, ModelEvent, Request, Usage};
use tokio::sync::watch;

use crate::conductor::outcome::TurnEnd;
use crate::conductor::turn::ledger::Ledger;
use crate::conductor::turn::{MAX_REASONING_BYTES, MAX_REPLY_BYTES, nothing_said, silent_end, stopped, too_large};

/// Asks one thing after the other, and keeps count.
pub(super) struct Asking<'a> {
    model: &'a dyn LanguageModel,
    stop: watch::Receiver<bool>,
    ledger: Ledger,
}

impl<'a> Asking<'a> {
    pub(super) fn new(model: &'a dyn LanguageModel, stop: watch::Receiver<bool>) -> Self {
        Self { model, stop, ledger: Ledger::begin() }
    }

    /// Asks, and hands over the answer as it comes; answers with its end and all of its text.
    pub(super) async fn ask(&mut self, request: Request, mut heard: impl FnMut(&str)) -> (TurnEnd, String) {
        self.ledger.ask();
        let mut stream = self.model.stream(request);
        let (mut text, mut reasoning) = (String::new(), 0);
        let end = loop {
            let event = tokio::select! {
                biased;
                () = stopped(&mut self.stop) => break TurnEnd::Stopped,
                event = stream.next() => event,
            };
            match event {
                None => break TurnEnd::Failed(silent_end()),
                Some(ModelEvent::Text(piece)) => {
                    self.ledger.token();
                    if text.len() + piece.len() > MAX_REPLY_BYTES {
                        break TurnEnd::Failed(too_large("wrote"));
                    }
                    text.push_str(&piece);
                    heard(&piece);
                }
                Some(ModelEvent::Reasoning(piece)) => {
                    reasoning += piece.len();
                    if reasoning > MAX_REASONING_BYTES {
                        break TurnEnd::Failed(too_large("thought aloud"));
                    }
                }
                Some(ModelEvent::Suggestion(_)) => {}
                Some(ModelEvent::Retrying { .. }) => self.ledger.retried(),
                Some(ModelEvent::ModelReturned(name)) => self.ledger.model_returned(name),
                Some(ModelEvent::Usage(usage)) => self.ledger.report(usage),
                Some(ModelEvent::Finished(FinishKind::Blocked)) => {
                    break TurnEnd::Failed(nothing_said(FinishKind::Blocked));
                }
                Some(ModelEvent::Finished(finish)) if text.trim().is_empty() => {
                    break TurnEnd::Failed(nothing_said(finish));
                }
                Some(ModelEvent::Finished(finish)) => break TurnEnd::Completed(finish),
                Some(ModelEvent::Failed(failure)) => break TurnEnd::Failed(failure),
            }
        };
        drop(stream);
        self.ledger.answered();
        (end, text)
    }

    /// What everything consumed, and the model that the endpoint says it used.
    pub(super) fn close(self) -> (Usage, Option<String>) {
        self.ledger.close()
    }
}

/// The end of a text, within a bound: what a model is shown of its own answer.
pub(super) fn tail(text: &str, bound: usize) -> &str {
    let from = text.len().saturating_sub(bound);
    let from = (from..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    &text[from..]
}

/// The beginning of a text, within a bound.
pub(super) fn head(text: &str, bound: usize) -> &str {
    let to = (0..=bound.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..to]
}
