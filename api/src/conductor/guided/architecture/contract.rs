//! The OpenAPI fragment: paths for what the requirements do with each thing.

use super::Design;
use super::model::Entity;
use crate::conductor::guided::verbs::Kind;
use crate::conductor::guided::wording::{capital, with_article};

const MAKES: &[Kind] = &[Kind::Create, Kind::Pay, Kind::Other, Kind::Provide];
const CHANGES: &[Kind] = &[Kind::Change, Kind::Remove];

/// The fragment with a sentence of what holds for all of it.
pub(super) fn write(design: &Design<'_>) -> String {
    let mut yaml = format!("openapi: 3.1.0\ninfo:\n  title: {}\n  version: 1.0.0\npaths:\n", quoted(&design.title));
    for entity in design.entities.iter().take(4) {
        yaml.push_str(&paths(entity));
    }
    yaml.push_str(COMPONENTS_HEAD);
    for entity in design.entities.iter().take(4) {
        yaml.push_str(&schema(entity));
    }
    format!(
        "Every change carries an `Idempotency-Key`, every update an `If-Match` with the version that was seen; errors are `application/problem+json` with a sentence that says what to do next.\n\n```yaml\n{}\n```",
        yaml.trim_end()
    )
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

fn type_name(entity: &Entity) -> String {
    entity.code.split('_').map(|part| capital(&part.to_lowercase())).collect()
}

fn paths(entity: &Entity) -> String {
    let name = type_name(entity);
    let trace = |kinds: &[Kind]| {
        let ids = entity.requirements(kinds);
        if ids.is_empty() { String::new() } else { format!("      x-requirements: [{}]\n", ids.join(", ")) }
    };
    let mut text = format!("  /{}:\n", entity.path);
    text.push_str(&format!(
        "    get:\n      operationId: list{name}\n      summary: {}\n{}      parameters:\n        - {{ name: cursor, in: query, schema: {{ type: string }} }}\n        - {{ name: limit, in: query, schema: {{ type: integer, minimum: 1, maximum: 100 }} }}\n      responses:\n        \"200\":\n          description: What the caller may see.\n          content:\n            application/json:\n              schema: {{ type: object, properties: {{ items: {{ type: array, items: {{ $ref: \"#/components/schemas/{name}\" }} }}, next_cursor: {{ type: [string, \"null\"] }} }} }}\n        default: {{ $ref: \"#/components/responses/Problem\" }}\n",
        quoted(&format!("Lists every {} that the caller may see.", entity.name)),
        trace(&[Kind::View, Kind::Export])
    ));
    if entity.has(MAKES) || entity.uses.is_empty() {
        text.push_str(&format!(
            "    post:\n      operationId: create{name}\n      summary: {}\n{}      parameters:\n        - {{ name: Idempotency-Key, in: header, required: true, schema: {{ type: string, maxLength: 64 }} }}\n      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {{ $ref: \"#/components/schemas/{name}\" }}\n      responses:\n        \"201\":\n          description: Recorded; a repeat gives the same answer.\n          content:\n            application/json:\n              schema: {{ $ref: \"#/components/schemas/{name}\" }}\n        default: {{ $ref: \"#/components/responses/Problem\" }}\n",
            quoted(&format!("Records {}.", with_article(&entity.name))),
            trace(MAKES)
        ));
    }
    if entity.has(CHANGES) || entity.has(&[Kind::Decide]) {
        text.push_str(&format!("  /{}/{{id}}:\n    parameters:\n      - {{ name: id, in: path, required: true, schema: {{ type: string, format: uuid }} }}\n", entity.path));
    }
    if entity.has(&[Kind::Change, Kind::Decide]) {
        text.push_str(&one(entity, "patch", "update", "Changes", &trace(&[Kind::Change, Kind::Decide])));
    }
    if entity.has(&[Kind::Remove]) {
        text.push_str(&one(entity, "delete", "cancel", "Cancels", &trace(&[Kind::Remove])));
    }
    text
}

fn one(entity: &Entity, method: &str, verb: &str, says: &str, trace: &str) -> String {
    let name = type_name(entity);
    let body = if method == "patch" {
        format!(
            "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {{ $ref: \"#/components/schemas/{name}\" }}\n"
        )
    } else {
        String::new()
    };
    format!(
        "    {method}:\n      operationId: {verb}{name}\n      summary: {}\n{trace}      parameters:\n        - {{ name: If-Match, in: header, required: true, schema: {{ type: string }} }}\n{body}      responses:\n        \"200\":\n          description: The new state.\n          content:\n            application/json:\n              schema: {{ $ref: \"#/components/schemas/{name}\" }}\n        \"412\": {{ $ref: \"#/components/responses/Problem\" }}\n        default: {{ $ref: \"#/components/responses/Problem\" }}\n",
        quoted(&format!("{says} {}, if it is still as the caller saw it.", with_article(&entity.name)))
    )
}

fn schema(entity: &Entity) -> String {
    let states = match (entity.has(&[Kind::Decide]), entity.has(&[Kind::Remove])) {
        (true, true) => "open, accepted, rejected, cancelled, done",
        (true, false) => "open, accepted, rejected, done",
        (false, true) => "open, cancelled, done",
        (false, false) => "open, done",
    };
    format!(
        "    {}:\n      type: object\n      required: [id, state, version]\n      properties:\n        id: {{ type: string, format: uuid, readOnly: true }}\n        owner_id: {{ type: string, format: uuid }}\n        state: {{ type: string, enum: [{states}] }}\n        version: {{ type: integer, readOnly: true }}\n        created_at: {{ type: string, format: date-time, readOnly: true }}\n        updated_at: {{ type: string, format: date-time, readOnly: true }}\n",
        type_name(entity)
    )
}

const COMPONENTS_HEAD: &str = "components:\n  responses:\n    Problem:\n      description: What went wrong, and what to do next.\n      content:\n        application/problem+json:\n          schema: { type: object, properties: { type: { type: string }, title: { type: string }, status: { type: integer }, detail: { type: string } } }\n  schemas:\n";
