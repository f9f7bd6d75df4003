//! What is sent: a chat completion request of our own types, with cache hints by the endpoint's profile.
//!
//! An answer in JSON is asked for as strictly as the endpoint takes it: by schema, else as any JSON object, else in
//! the words of the prompt alone.

use konductro_domain::conductor::{AnswerFormat, BlockKind, PromptMessage, PromptRole, Request, Work};
use serde::Serialize;
use serde_json::{Value, json};

use super::profile::Profile;

/// A field that not every endpoint takes. One that is refused is dropped for that endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionalField {
    /// Asks for token counts at the end of a stream.
    StreamOptions,
    /// OpenAI's cache key.
    PromptCacheKey,
    /// Anthropic's cache marks; with them goes content in parts.
    CacheControl,
    /// A schema for an answer in JSON; without it, any JSON object is asked for.
    JsonSchema,
    /// An answer in JSON; without it, only the prompt asks for one.
    ResponseFormat,
}

impl OptionalField {
    /// Every optional field.
    pub(super) const ALL: [Self; 5] =
        [Self::StreamOptions, Self::PromptCacheKey, Self::CacheControl, Self::JsonSchema, Self::ResponseFormat];

    /// The field's name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StreamOptions => "stream_options",
            Self::PromptCacheKey => "prompt_cache_key",
            Self::CacheControl => "cache_control",
            Self::JsonSchema => "json_schema",
            Self::ResponseFormat => "response_format",
        }
    }
}

/// The body of a request.
#[derive(Debug, Serialize)]
pub(super) struct ChatRequest {
    model: String,
    messages: Vec<Message>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Value>,
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Debug, Serialize)]
struct Message {
    role: PromptRole,
    content: Content,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Content {
    /// One string: what every server takes.
    Text(String),
    /// Parts, where a mark is to be set on one.
    Parts(Vec<Part>),
}

#[derive(Debug, Serialize)]
struct Part {
    r#type: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Debug, Serialize)]
struct CacheControl {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<&'static str>,
}

const ONE_HOUR: CacheControl = CacheControl { r#type: "ephemeral", ttl: Some("1h") };
const FIVE_MINUTES: CacheControl = CacheControl { r#type: "ephemeral", ttl: None };

impl ChatRequest {
    /// The request for this model, without the fields that the endpoint refused.
    pub(super) fn of(model: &str, request: &Request, profile: Profile, refused: &[OptionalField]) -> Self {
        let sent = |field| !refused.contains(&field);
        let marked = profile == Profile::AnthropicMarks && sent(OptionalField::CacheControl);
        let keyed = profile == Profile::Openai && sent(OptionalField::PromptCacheKey);
        let messages = &request.prompt.messages;
        let last = messages.len().saturating_sub(1);
        Self {
            model: model.to_owned(),
            messages: messages
                .iter()
                .enumerate()
                .map(|(n, message)| Message {
                    role: message.role,
                    content: if marked && (message.role == PromptRole::System || n == last) {
                        marked_parts(message)
                    } else {
                        Content::Text(message.parts.iter().map(|part| part.text.as_str()).collect())
                    },
                })
                .collect(),
            stream: true,
            stream_options: sent(OptionalField::StreamOptions).then_some(StreamOptions { include_usage: true }),
            prompt_cache_key: keyed
                .then(|| format!("konductro:{}:{}", request.work.project_id(), purpose(&request.work))),
            response_format: response_format(&request.answer, refused),
        }
    }
}

/// What shares a cache: stories are proposed on what the conversations stand on.
fn purpose(work: &Work) -> &'static str {
    match work {
        Work::Converse(_) | Work::ProposeStories(_) => "converse",
        Work::RefineStory(_) => "refine",
        Work::EnrichStory(_) => "enrich",
    }
}

fn response_format(answer: &AnswerFormat, refused: &[OptionalField]) -> Option<Value> {
    match answer {
        AnswerFormat::Json { .. } if refused.contains(&OptionalField::ResponseFormat) => None,
        AnswerFormat::Json { .. } if refused.contains(&OptionalField::JsonSchema) => {
            Some(json!({"type": "json_object"}))
        }
        AnswerFormat::Json { name, schema } => {
            Some(json!({"type": "json_schema", "json_schema": {"name": name, "strict": true, "schema": schema}}))
        }
        AnswerFormat::Text => None,
    }
}

/// The message in parts, with a mark at the end of each stretch that is worth keeping; four in all at most.
fn marked_parts(message: &PromptMessage) -> Content {
    let last_artefact = message.parts.iter().rposition(|part| part.kind == BlockKind::Artefact);
    let mark = |n: usize, kind: BlockKind| match kind {
        BlockKind::Core => Some(ONE_HOUR),
        BlockKind::Artefact => (Some(n) == last_artefact).then_some(ONE_HOUR),
        BlockKind::Stage | BlockKind::Message => Some(FIVE_MINUTES),
        BlockKind::Project | BlockKind::History => None,
    };
    let parts = message.parts.iter().enumerate().map(|(n, part)| Part {
        r#type: "text",
        text: part.text.clone(),
        cache_control: mark(n, part.kind),
    });
    Content::Parts(parts.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;
    use konductro_domain::conductor::{Prompt, PromptPart, Scoping, Task};
    use konductro_domain::ids::ProjectId;
    use konductro_domain::stage::Stage;

    fn request() -> Request {
        let message = |role, parts: &[(BlockKind, &str)]| PromptMessage {
            role,
            parts: parts.iter().map(|(kind, text)| PromptPart { kind: *kind, text: (*text).into() }).collect(),
        };
        let system = [
            (BlockKind::Core, "core"),
            (BlockKind::Project, "project"),
            (BlockKind::Artefact, "a1"),
            (BlockKind::Artefact, "a2"),
            (BlockKind::Stage, "stage"),
        ];
        let task = Task {
            project_id: ProjectId(uuid::Uuid::from_u128(7)),
            project_name: String::new(),
            project_context: String::new(),
            phase_title: String::new(),
            phase_brief: String::new(),
            stage: Stage::Requirements,
            approved: vec![],
            scoping: Scoping::default(),
            current: None,
            change_requests: vec![],
            accepted_findings: vec![],
            findings: vec![],
            history: vec![],
            message: String::new(),
        };
        let messages = vec![
            message(PromptRole::System, &system),
            message(PromptRole::User, &[(BlockKind::History, "u")]),
            message(PromptRole::Assistant, &[(BlockKind::History, "a")]),
            message(PromptRole::User, &[(BlockKind::Message, "now")]),
        ];
        Request::converse(task, Prompt { messages })
    }

    fn body(profile: Profile, refused: &[OptionalField]) -> Value {
        serde_json::to_value(ChatRequest::of("m", &request(), profile, refused)).unwrap()
    }

    #[test]
    fn a_plain_endpoint_gets_strings_and_no_hint() {
        let body = body(Profile::None, &[]);
        assert_eq!(body["messages"][0], json!({"role": "system", "content": "coreprojecta1a2stage"}));
        assert_eq!(body["stream"], true);
        assert_eq!(body["stream_options"], json!({"include_usage": true}));
        assert!(!body.to_string().contains("cache"));
    }

    #[test]
    fn openai_gets_one_key_for_a_project() {
        let key = body(Profile::Openai, &[])["prompt_cache_key"].as_str().unwrap().to_owned();
        assert_eq!(key, "konductro:00000000-0000-0000-0000-000000000007:converse");
        assert!(key.len() <= 64);
    }

    #[test]
    fn anthropic_gets_four_marks_the_long_ones_first() {
        let body = body(Profile::AnthropicMarks, &[]);
        let marks: Vec<&Value> = ["core", "a2", "stage", "now"]
            .iter()
            .filter_map(|text| {
                let parts = [0, 3].iter().flat_map(|n| body["messages"][*n]["content"].as_array().unwrap());
                parts.into_iter().find(|part| part["text"] == *text).map(|part| &part["cache_control"])
            })
            .collect();
        let (long, short) = (json!({"type": "ephemeral", "ttl": "1h"}), json!({"type": "ephemeral"}));
        assert_eq!(marks, [&long, &long, &short, &short]);
        assert_eq!(body.to_string().matches("cache_control").count(), 4);
        assert_eq!(body["messages"][1]["content"], "u");
        assert!(body.get("prompt_cache_key").is_none());
    }

    #[test]
    fn what_was_refused_is_not_sent() {
        assert!(body(Profile::Openai, &OptionalField::ALL).get("stream_options").is_none());
        assert!(body(Profile::Openai, &OptionalField::ALL).get("prompt_cache_key").is_none());
        assert!(body(Profile::AnthropicMarks, &OptionalField::ALL)["messages"][0]["content"].is_string());
    }

    #[test]
    fn json_is_asked_for_as_strictly_as_the_endpoint_takes_it() {
        let asked = |refused: &[OptionalField]| {
            let answer = AnswerFormat::Json { name: "stories", schema: json!({"type": "object"}) };
            let request = Request { answer, ..request() };
            serde_json::to_value(ChatRequest::of("m", &request, Profile::None, refused)).unwrap()["response_format"]
                .take()
        };
        let schema = json!({"name": "stories", "strict": true, "schema": {"type": "object"}});
        assert_eq!(asked(&[]), json!({"type": "json_schema", "json_schema": schema}));
        assert_eq!(asked(&[OptionalField::JsonSchema]), json!({"type": "json_object"}));
        assert_eq!(asked(&[OptionalField::JsonSchema, OptionalField::ResponseFormat]), Value::Null);
        assert!(body(Profile::None, &[]).get("response_format").is_none());
    }
}
