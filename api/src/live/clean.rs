//! What a model writes, made fit to be stored: PostgreSQL takes no NUL character in a text.
//!
//! It is replaced, not removed, where it arrives; so what people watch, what is hashed and what is stored are the same.

use futures_util::StreamExt;
use konductro_domain::conductor::{GeneratedBy, LanguageModel, ModelEvent, ModelFailure, ModelStream, Request};

/// A model whose texts can be stored.
pub(super) struct Clean<'a>(pub(super) &'a dyn LanguageModel);

impl LanguageModel for Clean<'_> {
    fn generated_by(&self) -> GeneratedBy {
        self.0.generated_by()
    }

    fn cache_profile(&self) -> &str {
        self.0.cache_profile()
    }

    fn stream(&self, request: Request) -> ModelStream {
        Box::pin(self.0.stream(request).map(clean))
    }
}

fn clean(event: ModelEvent) -> ModelEvent {
    match event {
        ModelEvent::Text(text) => ModelEvent::Text(without_nul(text)),
        ModelEvent::Suggestion(text) => ModelEvent::Suggestion(without_nul(text)),
        ModelEvent::ModelReturned(name) => ModelEvent::ModelReturned(without_nul(name)),
        ModelEvent::Failed(failure) => {
            ModelEvent::Failed(ModelFailure { detail: without_nul(failure.detail), ..failure })
        }
        ModelEvent::Reasoning(_) | ModelEvent::Retrying { .. } | ModelEvent::Usage(_) | ModelEvent::Finished(_) => {
            event
        }
    }
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}
