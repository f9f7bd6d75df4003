//! A model at any OpenAI-compatible endpoint, behind the port.
//!
//! async-openai carries the request and cuts the answer into events; the transport under it, what is sent
//! and how an answer is read are ours, because servers differ from the standard in all of these. A failure
//! is an error that people see, never a silent fall-back. A request is tried again only before a 2xx came,
//! so that no word is shown twice. Keys and bodies are never logged: `SILENCED` must be part of every log filter.

mod chunk;
mod config;
mod failure;
mod guard;
mod profile;
mod reply;
mod request;
mod tool_call;
mod transport;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream;
use konductro_domain::conductor::{Adapter, GeneratedBy, LanguageModel, ModelStream, Request};

pub use config::{DEFAULT_BASE_URL, OpenAiConfig, OpenAiConfigError};
pub use request::OptionalField;

use config::Endpoint;
use profile::Profile;
use reply::Reply;

/// What every log filter must hold: the library logs whole bodies at error level.
pub const SILENCED: &str = "async_openai=off";

/// The adapter. Cheap to clone; one for each endpoint and model.
#[derive(Debug, Clone)]
pub struct OpenAi {
    endpoint: Arc<Endpoint>,
    http: reqwest::Client,
    dropped: DroppedFields,
}

impl OpenAi {
    /// An adapter for this endpoint. Nothing is sent yet.
    ///
    /// # Errors
    /// When the address, the key or the model can't be used, with what to change.
    pub fn new(config: OpenAiConfig) -> Result<Self, OpenAiConfigError> {
        let endpoint = Endpoint::of(config)?;
        let http = reqwest::Client::builder()
            .connect_timeout(endpoint.connect_timeout)
            .read_timeout(endpoint.idle_timeout)
            // A key goes to the endpoint that was configured, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("konductro/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| OpenAiConfigError::Client(error.without_url().to_string()))?;
        Ok(Self { endpoint: Arc::new(endpoint), http, dropped: DroppedFields::default() })
    }

    /// Optional fields that this endpoint refused, and that it is no longer sent: for diagnostics.
    pub fn dropped_fields(&self) -> Vec<OptionalField> {
        self.dropped.all()
    }
}

impl LanguageModel for OpenAi {
    fn generated_by(&self) -> GeneratedBy {
        GeneratedBy { adapter: Adapter::Openai, model: self.endpoint.model.clone() }
    }

    fn cache_profile(&self) -> &str {
        let refused = match self.endpoint.profile {
            Profile::Openai => self.dropped.has(OptionalField::PromptCacheKey),
            Profile::AnthropicMarks => self.dropped.has(OptionalField::CacheControl),
            Profile::None => false,
        };
        if refused { Profile::None.as_str() } else { self.endpoint.profile.as_str() }
    }

    fn stream(&self, request: Request) -> ModelStream {
        let reply = Reply::ask(self.clone(), request);
        Box::pin(stream::unfold(reply, |mut reply| async move { Some((reply.next().await?, reply)) }))
    }
}

/// What an endpoint refused once, and is not sent again.
#[derive(Debug, Clone, Default)]
struct DroppedFields(Arc<Mutex<BTreeSet<OptionalField>>>);

impl DroppedFields {
    /// Remembers a field.
    fn remember(&self, field: OptionalField) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(field);
    }

    fn has(&self, field: OptionalField) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&field)
    }

    fn all(&self) -> Vec<OptionalField> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect()
    }
}
