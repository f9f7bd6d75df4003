//! What answers about stories look like, as JSON schemas: strict, so that an endpoint that can promise a schema does.

use konductro_domain::conductor::AnswerFormat;
use konductro_domain::story::content::{Complexity, StoryType};
use serde_json::{Value, json};

/// A list of stories.
pub fn stories() -> AnswerFormat {
    let story = object(story_fields(json!({"id": {"type": "string"}, "depends_on": texts()})));
    AnswerFormat::Json { name: "stories", schema: object(json!({"stories": {"type": "array", "items": story}})) }
}

/// One story, with what only people can answer.
pub fn refinement() -> AnswerFormat {
    AnswerFormat::Json { name: "refinement", schema: object(story_fields(json!({"questions": texts()}))) }
}

/// How a story is built.
pub fn enrichment() -> AnswerFormat {
    let text = json!({"type": "string"});
    let slice = object(json!({"ref": text, "text": text}));
    let action = json!({"type": "string", "enum": ["create", "modify"]});
    let file = object(json!({"path": text, "action": action, "evidence": text, "why": text}));
    let schema = object(json!({
        "architecture_slice": {"type": "array", "items": slice},
        "files": {"type": "array", "items": file},
        "steps": texts(),
        "test_notes": texts(),
        "context_pack": text,
    }));
    AnswerFormat::Json { name: "enrichment", schema }
}

fn story_fields(more: Value) -> Value {
    let text = json!({"type": "string"});
    let criterion = object(json!({"given": text, "when": text, "then": text, "traces_to": texts()}));
    let types: Vec<&str> = StoryType::ALL.iter().map(|known| known.as_str()).collect();
    let mut fields = json!({
        "title": text,
        "type": {"type": "string", "enum": types},
        "narrative": text,
        "acceptance_criteria": {"type": "array", "items": criterion},
        "complexity": {"type": "integer", "enum": Complexity::SCALE},
        "complexity_reason": text,
        "requirement_ids": texts(),
        "decision_ids": texts(),
    });
    if let (Some(fields), Value::Object(more)) = (fields.as_object_mut(), more) {
        fields.extend(more);
    }
    fields
}

fn texts() -> Value {
    json!({"type": "array", "items": {"type": "string"}})
}

/// An object that has exactly these fields.
fn object(properties: Value) -> Value {
    let names: Vec<String> = properties.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What OpenAI asks of a strict schema: every object closed, every field required.
    fn is_strict(schema: &Value) -> bool {
        let closed = schema["type"] != "object"
            || (schema["additionalProperties"] == false
                && schema["required"].as_array().map(Vec::len) == schema["properties"].as_object().map(|it| it.len()));
        closed
            && schema["properties"].as_object().is_none_or(|fields| fields.values().all(is_strict))
            && (schema["items"].is_null() || is_strict(&schema["items"]))
    }

    #[test]
    fn every_schema_is_strict() {
        for format in [stories(), refinement(), enrichment()] {
            let AnswerFormat::Json { name, schema } = format else { continue };
            assert!(is_strict(&schema), "{name}: {schema}");
            assert!(!schema["properties"].is_null());
        }
    }
}
