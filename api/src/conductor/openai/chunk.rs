//! One event of a reply, read as leniently as servers are different.
//!
//! What is not needed is not looked at: a missing `object`, a float for `created`, an unknown finish reason
//! harm nothing. But text that can't be read is a hole, and a hole ends the reply.

use konductro_domain::conductor::{FinishKind, Usage};
use serde::Deserialize;
use serde_json::Value;

const LONGEST_NAME: usize = 200;

/// An event.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Value")]
pub(super) enum Chunk {
    /// A piece of the reply.
    Piece(Box<Piece>),
    /// An error inside the stream.
    Error(Value),
    /// There is something that can't be read.
    Unreadable,
}

/// A piece of the reply; any of it may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Piece {
    pub(super) model: Option<String>,
    pub(super) text: String,
    pub(super) reasoning: String,
    pub(super) tool_calls: Vec<ToolCallPiece>,
    pub(super) finish: Option<Finish>,
    pub(super) usage: Option<Usage>,
}

/// A piece of a tool call.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ToolCallPiece {
    pub(super) index: u64,
    pub(super) name: String,
    pub(super) arguments: String,
}

/// Why the model says that it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// A reason that a whole reply has, or is cut by.
    Kind(FinishKind),
    /// It broke off.
    BrokenOff,
}

impl From<Value> for Chunk {
    fn from(value: Value) -> Self {
        let Value::Object(object) = &value else { return Self::Unreadable };
        if let Some(error) = object.get("error").filter(|error| !error.is_null()) {
            return Self::Error(error.clone());
        }
        if value["object"] == "error" || value["type"] == "error" {
            return Self::Error(value);
        }
        read_piece(&value).map_or(Self::Unreadable, |piece| Self::Piece(Box::new(piece)))
    }
}

/// The piece; `None` where there is text that can't be read.
fn read_piece(value: &Value) -> Option<Piece> {
    let mut piece = Piece {
        model: value["model"]
            .as_str()
            .filter(|name| !name.is_empty())
            .map(|name| name.chars().take(LONGEST_NAME).collect()),
        usage: usage(&value["usage"]),
        ..Piece::default()
    };
    let choices = match &value["choices"] {
        Value::Array(choices) => choices.as_slice(),
        Value::Null => &[],
        _ => return None,
    };
    let Some(choice) = choices.iter().find(|choice| choice["index"].as_f64().unwrap_or(0.0) == 0.0) else {
        return Some(piece);
    };
    // A server that does not stream sends `message` where another sends `delta`.
    let delta = if choice["delta"].is_object() { &choice["delta"] } else { &choice["message"] };
    piece.text = text(&delta["content"])? + &text(&delta["refusal"])?;
    piece.reasoning = ["reasoning_content", "reasoning", "thinking"]
        .iter()
        .find_map(|name| text(&delta[*name]).filter(|text| !text.is_empty()))
        .unwrap_or_default();
    piece.tool_calls = tool_calls(&delta["tool_calls"])?;
    piece.finish = choice["finish_reason"].as_str().filter(|reason| !reason.is_empty()).map(finish);
    Some(piece)
}

/// Text as a string, or as parts.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts
            .iter()
            .map(|part| match part {
                Value::String(text) => Some(text.as_str()),
                Value::Object(part) => match part.get("text") {
                    Some(text) => text.as_str(),
                    None => Some(""),
                },
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn tool_calls(value: &Value) -> Option<Vec<ToolCallPiece>> {
    let Value::Array(calls) = value else { return Some(Vec::new()) };
    calls
        .iter()
        .enumerate()
        .map(|(n, call)| {
            let function = &call["function"];
            let arguments = match &function["arguments"] {
                // Some servers send the arguments as an object rather than as its text.
                Value::Object(object) => serde_json::to_string(object).ok()?,
                other => text(other)?,
            };
            let index = call["index"].as_u64().unwrap_or(n as u64);
            Some(ToolCallPiece { index, name: text(&function["name"])?, arguments })
        })
        .collect()
}

/// An unknown reason is a reason: the model meant to end.
fn finish(reason: &str) -> Finish {
    match reason.to_ascii_lowercase().as_str() {
        "length" | "max_tokens" | "max_output_tokens" | "model_length" | "model_context_window_exceeded" => {
            Finish::Kind(FinishKind::Truncated)
        }
        "content_filter" | "safety" | "recitation" | "blocklist" | "prohibited_content" | "refusal" => {
            Finish::Kind(FinishKind::Blocked)
        }
        "error" | "network_error" | "abort" | "aborted" | "cancelled" | "canceled" => Finish::BrokenOff,
        _ => Finish::Kind(FinishKind::Completed),
    }
}

fn usage(value: &Value) -> Option<Usage> {
    if !value.is_object() {
        return None;
    }
    let first =
        |places: &[&[&str]]| places.iter().find_map(|path| count(path.iter().fold(value, |value, name| &value[*name])));
    Some(Usage {
        prompt_tokens: first(&[&["prompt_tokens"], &["input_tokens"]]),
        cached_tokens: first(&[
            &["prompt_tokens_details", "cached_tokens"],
            &["input_tokens_details", "cached_tokens"],
            &["cache_read_input_tokens"],
            &["prompt_cache_hit_tokens"],
        ]),
        cache_written_tokens: first(&[
            &["prompt_tokens_details", "cache_write_tokens"],
            &["prompt_tokens_details", "cache_creation_tokens"],
            &["cache_creation_input_tokens"],
        ]),
        completion_tokens: first(&[&["completion_tokens"], &["output_tokens"]]),
        reasoning_tokens: first(&[
            &["completion_tokens_details", "reasoning_tokens"],
            &["output_tokens_details", "reasoning_tokens"],
        ]),
        ..Usage::default()
    })
}

/// A count, even where a server writes it as a float; nonsense is "not reported".
fn count(value: &Value) -> Option<u64> {
    const HIGHEST: f64 = 1e12;
    value.as_f64().filter(|count| (0.0..=HIGHEST).contains(count)).map(|count| count as u64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests stop at the first surprise")]

    use super::*;

    fn piece(json: &str) -> Piece {
        match serde_json::from_str(json).unwrap() {
            Chunk::Piece(piece) => *piece,
            other => panic!("{json} gave {other:?}"),
        }
    }

    #[test]
    fn every_dialect_of_text() {
        for json in [
            r#"{"choices":[{"delta":{"content":"hi"}}]}"#,
            r#"{"created":1.5,"choices":[{"index":0.0,"delta":{"role":"assistant","content":"hi"},"finish_reason":null}]}"#,
            r#"{"choices":[{"delta":{"content":[{"type":"text","text":"h"},{"type":"text","text":"i"}]}}]}"#,
            r#"{"choices":[{"message":{"content":"hi"}}]}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"no"}},{"index":0,"delta":{"content":"hi"}}]}"#,
        ] {
            assert_eq!(piece(json).text, "hi", "{json}");
        }
        assert_eq!(piece(r#"{"choices":[{"delta":{"reasoning_content":"hm","content":null}}]}"#).reasoning, "hm");
        assert_eq!(piece("{}"), Piece::default());
    }

    #[test]
    fn text_that_can_not_be_read_is_a_hole() {
        for json in [r#"{"choices":[{"delta":{"content":7}}]}"#, "7", "null", "[]", r#"{"choices":"x"}"#] {
            assert_eq!(serde_json::from_str::<Chunk>(json).unwrap(), Chunk::Unreadable, "{json}");
        }
    }

    #[test]
    fn finish_reasons_known_and_unknown() {
        let reason =
            |reason: &str| piece(&format!(r#"{{"choices":[{{"delta":{{}},"finish_reason":"{reason}"}}]}}"#)).finish;
        assert_eq!(reason("stop"), Some(Finish::Kind(FinishKind::Completed)));
        assert_eq!(reason("end_turn_v9"), Some(Finish::Kind(FinishKind::Completed)));
        assert_eq!(reason("length"), Some(Finish::Kind(FinishKind::Truncated)));
        assert_eq!(reason("SAFETY"), Some(Finish::Kind(FinishKind::Blocked)));
        assert_eq!(reason("error"), Some(Finish::BrokenOff));
        assert_eq!(reason(""), None);
    }

    #[test]
    fn errors_in_every_place() {
        for json in [r#"{"error":{"message":"x"}}"#, r#"{"error":"x"}"#, r#"{"object":"error","message":"x"}"#] {
            assert!(matches!(serde_json::from_str(json).unwrap(), Chunk::Error(_)), "{json}");
        }
        assert_eq!(piece(r#"{"error":null}"#), Piece::default());
    }

    #[test]
    fn usage_in_every_dialect_and_not_reported_is_not_zero() {
        let usage = piece(
            r#"{"usage":{"prompt_tokens":10.0,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens":-3,"cache_creation_input_tokens":2}}"#,
        )
        .usage
        .unwrap();
        assert_eq!((usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens), (Some(10), Some(4), None));
        assert_eq!((usage.cache_written_tokens, usage.reasoning_tokens), (Some(2), None));
        assert_eq!(piece(r#"{"usage":null}"#).usage, None);
    }
}
