//! `openapi/asyncapi.yaml` as a judge: every frame that a test sees is held against its schema.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

static SCHEMAS: LazyLock<FrameSchemas> = LazyLock::new(FrameSchemas::read);

/// The schema of each message.
pub struct FrameSchemas {
    document: Value,
    validators: BTreeMap<String, Validator>,
}

impl FrameSchemas {
    /// The schemas as committed.
    pub fn committed() -> &'static Self {
        &SCHEMAS
    }

    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi/asyncapi.yaml");
        let text = std::fs::read_to_string(path).expect("openapi/asyncapi.yaml is there");
        let document: Value = serde_norway::from_str(&text).expect("openapi/asyncapi.yaml is YAML");
        let validators = Self::messages_of(&document).into_iter().map(|name| {
            let schema = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$ref": format!("#/components/schemas/{name}"),
                "components": document["components"],
            });
            (name, jsonschema::validator_for(&schema).expect("each message has a schema"))
        });
        Self { validators: validators.collect(), document: document.clone() }
    }

    fn messages_of(document: &Value) -> Vec<String> {
        let messages = document["components"]["messages"].as_object().expect("messages are described");
        messages.keys().cloned().collect()
    }

    /// The names of all messages, both ways.
    pub fn messages(&self) -> Vec<String> {
        Self::messages_of(&self.document)
    }

    /// Fails the test when a frame is not as described.
    pub fn check(&self, frame: &Value) {
        let name = frame["type"].as_str().unwrap_or_else(|| panic!("a frame has a type: {frame}"));
        let validator = self.validators.get(name).unwrap_or_else(|| panic!("{name} is not in asyncapi.yaml"));
        let errors: Vec<String> = validator.iter_errors(frame).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{frame} is not as asyncapi.yaml says: {errors:?}");
    }
}
