//! Guided mode: Conductor without a model. A structured interview that writes the same documents, in the
//! same grammar, through the same port.
//!
//! A reply is a pure function of the task: what was asked, answered and written is read from the
//! history each time (`recall`), a message is understood by plain rules (`listen`, `notice`), and the
//! document is written (`requirements`, `architecture`, `scoping`, `analysis`) or amended (`amend`); `stories` answers
//! what is asked about stories.
//! Any text is accepted; nothing that a person wrote can open or close a document (`wording`, `artefact`).

mod amend;
mod analysis;
mod architecture;
mod artefact;
mod capability;
mod criteria;
mod dialogue;
mod identifier;
mod listen;
mod mermaid;
mod notice;
mod outline;
mod pieces;
mod quality;
mod recall;
mod reply;
mod requirements;
mod rules;
mod scoping;
mod stories;
mod suggest;
#[cfg(test)]
mod tests;
mod topic;
mod verbs;
mod wording;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use futures_util::stream;
use konductro_domain::conductor::{
    Adapter, FinishKind, GeneratedBy, LanguageModel, ModelEvent, ModelStream, Request, Usage, Work,
};

/// The interview as a language model.
#[derive(Debug, Clone, Copy)]
pub struct Guided {
    pace: Duration,
}

impl Guided {
    /// Speaks with this pause between pieces of a few words; zero sends them at once.
    pub fn new(pace: Duration) -> Self {
        Self { pace }
    }
}

impl Default for Guided {
    fn default() -> Self {
        Self::new(Duration::from_millis(8))
    }
}

impl LanguageModel for Guided {
    fn generated_by(&self) -> GeneratedBy {
        GeneratedBy { adapter: Adapter::Guided, model: "guided".to_owned() }
    }

    fn cache_profile(&self) -> &str {
        "none"
    }

    fn stream(&self, request: Request) -> ModelStream {
        let reply = match &request.work {
            Work::Converse(task) => reply::reply(task),
            Work::ProposeStories(task) => reply::Reply::json(stories::proposals(task)),
            Work::RefineStory(task) => reply::Reply::json(stories::refinement(task)),
            Work::EnrichStory(task) => reply::Reply::json(stories::enrichment(task)),
        };
        let mut events: VecDeque<ModelEvent> = pieces::cut(&reply.text).into_iter().map(ModelEvent::Text).collect();
        events.extend(reply.suggestions.into_iter().map(ModelEvent::Suggestion));
        events.push_back(ModelEvent::Usage(Usage::default()));
        events.push_back(ModelEvent::Finished(FinishKind::Completed));
        let speech = Speech { events, pace: self.pace, started: Instant::now(), first: None };
        Box::pin(stream::unfold(speech, Speech::next))
    }
}

/// A reply on its way out.
struct Speech {
    events: VecDeque<ModelEvent>,
    pace: Duration,
    started: Instant,
    first: Option<Duration>,
}

impl Speech {
    async fn next(mut self) -> Option<(ModelEvent, Self)> {
        let mut event = self.events.pop_front()?;
        match &mut event {
            ModelEvent::Text(_) if self.first.is_none() => self.first = Some(self.started.elapsed()),
            ModelEvent::Text(_) if !self.pace.is_zero() => tokio::time::sleep(self.pace).await,
            ModelEvent::Usage(usage) => {
                usage.ttft_ms = self.first.map(milliseconds);
                usage.duration_ms = Some(milliseconds(self.started.elapsed()));
            }
            _ => {}
        }
        Some((event, self))
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
