//! One reply from request to end: opening it, reading it, and saying how it ended.
//!
//! Success is a finish reason that was seen. After it only token counts are awaited, and nothing that goes
//! wrong can unsay it; before it, every end is a failure with its reason.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_openai::Client;
use async_openai::error::OpenAIError;
use futures_util::{FutureExt, Stream, StreamExt};
use konductro_domain::conductor::{AnswerFormat, ModelEvent, ModelFailure, ModelFailureKind, Request, Usage};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::OpenAi;
use super::chunk::{Chunk, Finish, Piece};
use super::config::Address;
use super::failure::{Refusal, failure, of_error_event};
use super::guard::Shared;
use super::request::{ChatRequest, OptionalField};
use super::tool_call::ToolCalls;
use super::transport::Transport;

/// How long token counts are awaited after the end.
const WAIT_FOR_USAGE: Duration = Duration::from_secs(2);
/// How many times the idle time-out an endpoint may send signs of life without a word.
const SIGNS_OF_LIFE: u32 = 5;

type Chunks = Pin<Box<dyn Stream<Item = Result<Chunk, OpenAIError>> + Send>>;
type Opening = Pin<Box<dyn Future<Output = Result<Chunks, OpenAIError>> + Send>>;

/// A reply that is being received.
pub(super) struct Reply {
    model: OpenAi,
    request: Request,
    /// The optional fields that this attempt goes without.
    without: Vec<OptionalField>,
    shared: Arc<Shared>,
    notes: mpsc::UnboundedReceiver<ModelEvent>,
    state: State,
    ready: VecDeque<ModelEvent>,
    named: bool,
    usage: Option<Usage>,
    tool_calls: ToolCalls,
    /// The finish reason that was seen, and until when token counts are awaited.
    finish: Option<(Finish, Instant)>,
}

enum State {
    Opening(Opening),
    Reading(Chunks),
    Over,
}

impl Reply {
    /// Asks. Nothing is sent before the reply is polled.
    pub(super) fn ask(model: OpenAi, request: Request) -> Self {
        let shared = Arc::new(Shared::default());
        let without = model.dropped.all();
        let (opening, notes) = open(&model, &request, &without, shared.clone());
        Self {
            model,
            request,
            without,
            shared,
            notes,
            state: State::Opening(opening),
            ready: VecDeque::new(),
            named: false,
            usage: None,
            tool_calls: ToolCalls::default(),
            finish: None,
        }
    }

    /// The next event; `None` after the last.
    pub(super) async fn next(&mut self) -> Option<ModelEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            match &mut self.state {
                State::Over => return None,
                State::Opening(opening) => {
                    let opened = tokio::select! {
                        biased;
                        Some(note) = self.notes.recv() => return Some(note),
                        opened = opening => opened,
                    };
                    self.opened(opened);
                }
                State::Reading(_) => self.read().await,
            }
        }
    }

    fn opened(&mut self, opened: Result<Chunks, OpenAIError>) {
        // The last note may have come with the answer.
        while let Ok(note) = self.notes.try_recv() {
            self.ready.push_back(note);
        }
        match opened {
            Ok(chunks) => self.state = State::Reading(chunks),
            Err(error) => {
                let refusal = refusal(error);
                match refusal.refused_field.and_then(|field| self.dropped_now(field)) {
                    Some(field) => {
                        self.model.dropped.remember(field);
                        self.without = self.model.dropped.all();
                        let detail = format!("the endpoint does not take `{}`; asked again without it", field.as_str());
                        self.ready.push_back(ModelEvent::Retrying { attempt: 2, after_ms: 0, detail });
                        let (opening, notes) = open(&self.model, &self.request, &self.without, self.shared.clone());
                        (self.state, self.notes) = (State::Opening(opening), notes);
                    }
                    None => self.fail(refusal.failure),
                }
            }
        }
    }

    /// What the next attempt goes without, where this one still had it. A format is given up in two steps: an
    /// endpoint that refuses a schema may still promise JSON.
    fn dropped_now(&self, refused: OptionalField) -> Option<OptionalField> {
        let field = match refused {
            OptionalField::JsonSchema | OptionalField::ResponseFormat if self.request.answer == AnswerFormat::Text => {
                return None;
            }
            OptionalField::JsonSchema | OptionalField::ResponseFormat => {
                let schema_sent = !self.without.contains(&OptionalField::JsonSchema);
                if schema_sent { OptionalField::JsonSchema } else { OptionalField::ResponseFormat }
            }
            other => other,
        };
        // Another request may have dropped it meanwhile: what counts is whether this one was sent with it.
        (!self.without.contains(&field)).then_some(field)
    }

    async fn read(&mut self) {
        let State::Reading(chunks) = &mut self.state else { return };
        let chunk = match chunks.next().now_or_never() {
            Some(chunk) => Ok(chunk),
            None => {
                self.shared.caught_up();
                let silence = self.model.endpoint.idle_timeout.saturating_mul(SIGNS_OF_LIFE);
                let until = self.finish.map_or_else(|| Instant::now() + silence, |(_, until)| until);
                timeout_at(until, chunks.next()).await
            }
        };
        match (chunk, self.finish) {
            (Ok(Some(Ok(Chunk::Piece(piece)))), None) => self.take(*piece),
            (Ok(Some(Ok(Chunk::Piece(piece)))), Some((finish, _))) => {
                self.usage = piece.usage.or(self.usage);
                if piece.usage.is_some() {
                    self.end(finish);
                }
            }
            (_, Some((finish, _))) => self.end(finish),
            (Ok(Some(Ok(Chunk::Error(error)))), None) => {
                let secret = self.model.endpoint.secret.as_ref().map(crate::config::Secret::expose);
                self.fail(of_error_event(&error, secret));
            }
            (Ok(Some(Ok(Chunk::Unreadable))), None) => self.fail(undecodable()),
            (Ok(Some(Err(error))), None) => {
                let fault = self.shared.fault().cloned();
                self.fail(fault.unwrap_or_else(|| refusal(error).failure));
            }
            (Ok(None), None) => {
                let fault = self.shared.fault().cloned();
                self.fail(fault.unwrap_or_else(|| {
                    let detail = "the reply ended without saying that it was whole; try again";
                    failure(ModelFailureKind::Interrupted, true, detail)
                }));
            }
            (Err(_), None) => {
                let detail = "the model sent signs of life but no word for too long; try again";
                self.fail(failure(ModelFailureKind::TimedOut, true, detail));
            }
        }
    }

    fn take(&mut self, piece: Piece) {
        if let Some(name) = piece.model.filter(|_| !self.named) {
            self.named = true;
            self.ready.push_back(ModelEvent::ModelReturned(name));
        }
        if !piece.reasoning.is_empty() {
            self.ready.push_back(ModelEvent::Reasoning(piece.reasoning));
        }
        if !piece.text.is_empty() {
            self.ready.push_back(ModelEvent::Text(piece.text));
        }
        for call in piece.tool_calls {
            if self.tool_calls.add(call).is_err() {
                return self.fail(undecodable());
            }
        }
        self.usage = piece.usage.or(self.usage);
        match piece.finish {
            Some(finish) if piece.usage.is_some() => self.end(finish),
            Some(finish) => self.finish = Some((finish, Instant::now() + WAIT_FOR_USAGE)),
            None => {}
        }
    }

    /// The model said that it ended.
    fn end(&mut self, finish: Finish) {
        match self.tool_calls.documents() {
            Ok(documents) if documents.is_empty() => {}
            Ok(documents) => self.ready.push_back(ModelEvent::Text(documents)),
            Err(_) => return self.fail(undecodable()),
        }
        match finish {
            Finish::Kind(kind) => {
                self.report();
                self.ready.push_back(ModelEvent::Finished(kind));
                self.state = State::Over;
            }
            Finish::BrokenOff => {
                let detail = "the model's endpoint broke off the reply; try again";
                self.fail(failure(ModelFailureKind::Interrupted, true, detail));
            }
        }
    }

    fn fail(&mut self, failure: ModelFailure) {
        self.report();
        self.ready.push_back(ModelEvent::Failed(failure));
        self.state = State::Over;
    }

    fn report(&mut self) {
        if let Some(usage) = self.usage.take() {
            let endpoint = &self.model.endpoint;
            let cost_micros = endpoint.prices.cost_micros(&endpoint.model, &usage);
            self.ready.push_back(ModelEvent::Usage(Usage { cost_micros, ..usage }));
        }
    }
}

/// The call, and where its new attempts are announced.
fn open(
    model: &OpenAi,
    request: &Request,
    without: &[OptionalField],
    shared: Arc<Shared>,
) -> (Opening, mpsc::UnboundedReceiver<ModelEvent>) {
    let endpoint = model.endpoint.clone();
    let body = ChatRequest::of(&endpoint.model, request, endpoint.profile, without);
    let (sender, notes) = mpsc::unbounded_channel();
    let transport = Transport { http: model.http.clone(), endpoint: endpoint.clone(), shared, notes: sender };
    let service = tower::service_fn(move |factory| transport.clone().send(factory));
    let client = Client::build(model.http.clone(), Address(endpoint)).with_http_service(service);
    (async move { client.chat().create_stream_byot(body).await }.boxed(), notes)
}

fn refusal(error: OpenAIError) -> Refusal {
    let found = match error {
        OpenAIError::Boxed(inner) => inner.downcast::<Refusal>().ok().map(|refusal| *refusal),
        _ => None,
    };
    found.unwrap_or_else(|| Refusal::of(undecodable(), super::failure::Again::Never))
}

fn undecodable() -> ModelFailure {
    let detail = "the model's endpoint sent something that can't be read, so the reply may have a hole; try again";
    failure(ModelFailureKind::Undecodable, true, detail)
}
