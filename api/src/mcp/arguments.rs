//! What tools take: one type for each tool, which is its JSON schema too. Unknown members are refused.

use std::borrow::Cow;

use konductro_domain::artefact::submission::{MAX_SIDECAR_BYTES, SIDECAR_SCHEMA};
use konductro_domain::phase::MAX_ARTEFACT_BYTES;
use rmcp::model::JsonObject;
use rmcp::schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;

/// Nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ListMyWork {}

/// A phase.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct GetPhaseContext {
    /// The phase: its id, or its project's key and its number, such as PAY-3.
    #[schemars(length(min = 3, max = 64))]
    pub(super) phase: String,
}

/// A technical analysis to be checked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct ValidateTechnicalAnalysis {
    /// The phase: its id, or its project's key and its number, such as PAY-3.
    #[schemars(length(min = 3, max = 64))]
    pub(super) phase: String,
    /// The whole document (Markdown), up to 1 MiB.
    #[schemars(length(min = 1, max = 1_048_576))]
    pub(super) markdown: String,
    /// The same in data: see `must_hold.sidecar_schema` of `get_phase_context`.
    #[serde(default)]
    #[schemars(schema_with = "sidecar")]
    pub(super) sidecar: Option<Value>,
}

/// A technical analysis to be submitted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct SubmitTechnicalAnalysis {
    /// The phase: its id, or its project's key and its number, such as PAY-3.
    #[schemars(length(min = 3, max = 64))]
    pub(super) phase: String,
    /// The document's title; by default its first heading.
    #[serde(default)]
    #[schemars(length(min = 1, max = 160))]
    pub(super) title: Option<String>,
    /// The whole document (Markdown), up to 1 MiB.
    #[schemars(length(min = 1, max = 1_048_576))]
    pub(super) markdown: String,
    /// The same in data: see `must_hold.sidecar_schema` of `get_phase_context`.
    #[serde(default)]
    #[schemars(schema_with = "sidecar")]
    pub(super) sidecar: Option<Value>,
    /// The ids of the open change requests that this version answers, from the context.
    #[serde(default)]
    #[schemars(length(max = 100), inner(length(min = 36, max = 36)))]
    pub(super) answers: Vec<String>,
    /// The tool that you are, such as claude-code, amazon-q or kiro.
    #[schemars(length(min = 1, max = 100))]
    pub(super) tool: String,
    /// The model that you are, if you know.
    #[serde(default)]
    #[schemars(length(min = 1, max = 100))]
    pub(super) model: Option<String>,
}

/// Something that is wrong with an approved artefact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct RaiseFinding {
    /// The phase: its id, or its project's key and its number, such as PAY-3.
    #[schemars(length(min = 3, max = 64))]
    pub(super) phase: String,
    /// The stage whose approved artefact it is about.
    pub(super) stage: FindingStage,
    /// The id of what it is about, as the artefact has it, such as, N-1 or AD-3.
    #[serde(rename = "ref")]
    #[schemars(length(min = 1, max = 40))]
    pub(super) reference: String,
    /// Whether it must be answered before it can be built.
    pub(super) severity: Severity,
    /// What is wrong, in a few sentences, without code beyond a short quote.
    #[schemars(length(min = 1, max = 4_000))]
    pub(super) text: String,
    /// Where the code shows it: repository@commit:path#L12-L40.
    #[serde(default)]
    #[schemars(length(max = 20), inner(length(min = 1, max = 1_400)))]
    pub(super) evidence: Vec<String>,
}

/// A stage with an artefact that is approved.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "rmcp::schemars")]
pub(super) enum FindingStage {
    /// The requirements.
    Requirements,
    /// The technical analysis.
    TechnicalAnalysis,
    /// The architecture.
    Architecture,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "rmcp::schemars")]
pub(super) enum Severity {
    /// It can't be built as it is written.
    Blocking,
    /// It should be known.
    Advisory,
}

/// A story.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "rmcp::schemars")]
pub(super) struct GetStoryContext {
    /// The story: its id, or its key, such as PAY-12.
    #[schemars(length(min = 3, max = 64))]
    pub(super) story: String,
}

/// Reads a tool's arguments; what does not fit is told with its place.
pub(super) fn read<T: DeserializeOwned>(arguments: Option<JsonObject>) -> Result<T, Refusal> {
    let value = Value::Object(arguments.unwrap_or_default());
    serde_path_to_error::deserialize(value).map_err(|error| {
        let place = error.path().to_string();
        let place = if place == "." { "the arguments".to_owned() } else { format!("`{place}`") };
        Refusal::because(format!("{place}: {}. See the tool's input schema.", error.inner()))
    })
}

/// What is too long to be sent on.
pub(super) fn fits(markdown: &str, sidecar: Option<&Value>) -> Result<(), Refusal> {
    if markdown.trim().is_empty() {
        return Err(Refusal::because("`markdown`: the document is empty."));
    }
    if markdown.len() > MAX_ARTEFACT_BYTES {
        return Err(Refusal::because("`markdown`: a document may have 1 MiB of text; leave out what matters least."));
    }
    if sidecar.is_some_and(|sidecar| sidecar.to_string().len() > MAX_SIDECAR_BYTES) {
        return Err(Refusal::because("`sidecar`: may have 512 KiB; leave out what matters least."));
    }
    Ok(())
}

/// The sidecar's own schema, which the domain has, as a part of another. A hash may be left out: beside the checkout
/// it is computed, and elsewhere the answer says which is missing.
fn sidecar(_: &mut SchemaGenerator) -> Schema {
    let mut schema = serde_json::from_str::<Value>(SIDECAR_SCHEMA).unwrap_or_default();
    let definitions = schema["$defs"].take();
    put_in(&mut schema, &definitions);
    if let Some(members) = schema.as_object_mut() {
        members.retain(|name, _| !name.starts_with('$') && name != "title");
    }
    let required = schema.pointer_mut("/properties/evidence/items/required").and_then(Value::as_array_mut);
    if let Some(required) = required {
        required.retain(|name| name != "sha256");
    }
    Schema::try_from(schema).unwrap_or_default()
}

/// Puts definitions in the places that refer to them, since a part of a schema has none of its own.
fn put_in(schema: &mut Value, definitions: &Value) {
    let named = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix("#/$defs/"));
    if let Some(definition) = named.and_then(|name| definitions.get(name)).cloned() {
        *schema = definition;
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| put_in(member, definitions)),
        Value::Array(items) => items.iter_mut().for_each(|item| put_in(item, definitions)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The first heading of a document, as its title.
pub(super) fn title_of(markdown: &str) -> Cow<'_, str> {
    let heading = markdown.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim);
    match heading.filter(|heading| !heading.is_empty()) {
        Some(heading) => heading.chars().take(160).collect::<String>().into(),
        None => "Technical analysis".into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let arguments = |value: Value| value.as_object().cloned();
        let Refusal { told, .. } = read::<GetPhaseContext>(arguments(json!({ "phase": 3 }))).unwrap_err();
        assert!(told.starts_with("`phase`: "), "{told}");
        let Refusal { told, .. } =
            read::<GetPhaseContext>(arguments(json!({ "phase": "PAY-3", "approve": true }))).unwrap_err();
        assert!(told.contains("approve"), "{told}");
        let Refusal { told, .. } = read::<GetPhaseContext>(None).unwrap_err();
        assert!(told.contains("phase"), "{told}");
    }

    #[test]
    fn the_sidecars_schema_stands_for_itself() {
        let schema = sidecar(&mut SchemaGenerator::default());
        let schema = schema.as_value();
        assert_eq!(schema["properties"]["evidence"]["items"]["properties"]["commit"]["type"], "string");
        assert!(!schema.to_string().contains("$ref") && !schema.to_string().contains("$defs"));
        assert!(lists(&schema["properties"]["evidence"]["items"]["required"], "commit"));
        assert!(!lists(&schema["properties"]["evidence"]["items"]["required"], "sha256"));
    }

    fn lists(list: &Value, name: &str) -> bool {
        list.as_array().unwrap().iter().any(|item| item == name)
    }

    #[test]
    fn a_documents_title_is_its_first_heading() {
        assert_eq!(title_of("text\n# Split settlement \n"), "Split settlement");
        assert_eq!(title_of("no heading"), "Technical analysis");
    }
}
