//! Paths and what is done at them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::validate::{Validation, at};

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
const OTHER_FIELDS: [&str; 6] = ["$ref", "summary", "description", "servers", "parameters", "additionalOperations"];
const PLACES: [&str; 5] = ["query", "header", "path", "cookie", "querystring"];

pub(super) fn path_item<'a>(validation: &mut Validation<'a>, pointer: &str, path: &str, item: &'a Value) {
    let Some(item) = validation.object(pointer, item) else { return };
    if item.contains_key("$ref") {
        return;
    }
    let shared = parameters(validation, pointer, item);
    for (field, value) in item {
        if METHODS.contains(&field.as_str()) {
            operation(validation, &at(pointer, field), path, &shared, value);
        } else if !OTHER_FIELDS.contains(&field.as_str()) && !field.starts_with("x-") {
            validation.say(at(pointer, field), format!("“{field}” is no HTTP method and no field of a path"));
        }
    }
}

fn operation<'a>(
    validation: &mut Validation<'a>,
    pointer: &str,
    path: &str,
    shared: &BTreeSet<String>,
    operation: &'a Value,
) {
    let Some(operation) = validation.object(pointer, operation) else { return };
    if let Some(id) = operation.get("operationId") {
        match id.as_str() {
            Some(id) if validation.operation_ids.insert(id) => {}
            Some(id) => validation.say(pointer, format!("operationId “{id}” stands twice")),
            None => validation.say(pointer, "operationId must be a text"),
        }
    }
    let own = parameters(validation, pointer, operation);
    for name in templates(path).filter(|name| !own.contains(*name) && !shared.contains(*name)) {
        validation
            .say(pointer, format!("the path names {{{name}}}, and no parameter “{name}” in the path is declared"));
    }
    if let Some(body) = operation.get("requestBody") {
        request_body(validation, &at(pointer, "requestBody"), body);
    }
    match operation.get("responses") {
        Some(answers) => responses(validation, &at(pointer, "responses"), answers),
        None => validation.say(pointer, "“responses” is missing: say what it answers"),
    }
}

/// Checks the parameters of a path or operation; gives the names of those in the path.
fn parameters<'a>(validation: &mut Validation<'a>, pointer: &str, holder: &'a Map<String, Value>) -> BTreeSet<String> {
    let mut in_path = BTreeSet::new();
    let Some(list) = holder.get("parameters") else { return in_path };
    let pointer = at(pointer, "parameters");
    let Some(list) = list.as_array() else {
        validation.say(pointer, "must be a list");
        return in_path;
    };
    for (place, parameter) in list.iter().enumerate() {
        let pointer = format!("{pointer}/{place}");
        let Some(given) = validation.object(&pointer, parameter) else { continue };
        let root = validation.root;
        let resolved = match given.get("$ref").and_then(Value::as_str) {
            // What leads to nothing is said where references are followed.
            Some(reference) => reference.strip_prefix('#').and_then(|inside| root.pointer(inside)?.as_object()),
            None => Some(given),
        };
        if let Some(name) = resolved.and_then(|resolved| parameter_in_path(validation, &pointer, resolved)) {
            in_path.insert(name);
        }
    }
    in_path
}

fn parameter_in_path(validation: &mut Validation<'_>, pointer: &str, parameter: &Map<String, Value>) -> Option<String> {
    let Some(name) = parameter.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) else {
        validation.say(pointer, "a parameter must have a name");
        return None;
    };
    let place = parameter.get("in").and_then(Value::as_str).filter(|place| PLACES.contains(place));
    let Some(place) = place else {
        validation.say(pointer, format!("“in” of the parameter “{name}” must be query, header, path or cookie"));
        return None;
    };
    if !parameter.contains_key("schema") && !parameter.contains_key("content") {
        validation.say(pointer, format!("the parameter “{name}” has no schema"));
    }
    if place != "path" {
        return None;
    }
    if parameter.get("required") != Some(&Value::Bool(true)) {
        validation.say(pointer, format!("the parameter “{name}” is in the path, so “required: true” must be there"));
    }
    Some(name.to_owned())
}

fn request_body<'a>(validation: &mut Validation<'a>, pointer: &str, body: &'a Value) {
    let Some(body) = validation.object(pointer, body) else { return };
    if body.contains_key("$ref") {
        return;
    }
    match body.get("content") {
        Some(content) => {
            validation.object(&at(pointer, "content"), content);
        }
        None => validation.say(pointer, "“content” is missing: say what the body holds"),
    }
}

fn responses<'a>(validation: &mut Validation<'a>, pointer: &str, responses: &'a Value) {
    let Some(responses) = validation.object(pointer, responses) else { return };
    if responses.keys().all(|status| status.starts_with("x-")) {
        validation.say(pointer, "must hold at least one response");
    }
    for (status, response) in responses.iter().filter(|(status, _)| !status.starts_with("x-")) {
        let pointer = at(pointer, status);
        if !is_status(status) {
            validation.say(pointer.as_str(), format!("“{status}” is no status: write “200”, “4XX” or “default”"));
        }
        let Some(response) = validation.object(&pointer, response) else { continue };
        let described = response.get("description").is_some_and(Value::is_string);
        if !described && !response.contains_key("$ref") {
            validation.say(pointer, "a response must have a description");
        }
    }
}

fn is_status(status: &str) -> bool {
    let digits = status.as_bytes();
    status == "default" || matches!(digits, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] | [b'1'..=b'5', b'X', b'X'])
}

/// The names between braces in a path.
fn templates(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .filter(|name| !name.is_empty())
}
