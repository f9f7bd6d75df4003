//! The structure of an OpenAPI 3.x document.

use serde_json::{Map, Value};

use super::operations::path_item;

/// Something that is not as OpenAPI wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Where, as a JSON pointer.
    pub(super) pointer: String,
    /// What, and what would be right.
    pub(super) text: String,
}

/// Collects what is wrong with a document.
pub(super) struct Validation<'a> {
    pub(super) root: &'a Value,
    wrong: Vec<Wrong>,
    pub(super) operation_ids: std::collections::BTreeSet<&'a str>,
}

const SECTIONS: [&str; 9] = [
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
];

/// Everything that is wrong with a document.
pub(super) fn validate(root: &Value) -> Vec<Wrong> {
    let mut validation = Validation { root, wrong: Vec::new(), operation_ids: std::collections::BTreeSet::new() };
    validation.document();
    validation.wrong
}

impl<'a> Validation<'a> {
    pub(super) fn say(&mut self, pointer: impl Into<String>, text: impl Into<String>) {
        self.wrong.push(Wrong { pointer: pointer.into(), text: text.into() });
    }

    /// An object at a place; anything else is said.
    pub(super) fn object(&mut self, pointer: &str, value: &'a Value) -> Option<&'a Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.say(pointer, "must be an object");
        }
        object
    }

    fn document(&mut self) {
        let Some(root) = self.object("", self.root) else { return };
        match root.get("openapi") {
            None if root.contains_key("swagger") => {
                self.say("/swagger", "Swagger 2 is not OpenAPI 3: write “openapi: 3.1.0”")
            }
            None => self.say("", "“openapi” is missing: write “openapi: 3.1.0”"),
            Some(Value::String(version)) if is_version(version) => {}
            Some(_) => self.say("/openapi", "must be a version with three numbers, as “3.1.0”"),
        }
        self.info(root);
        let has_parts = ["paths", "components", "webhooks"].iter().any(|part| root.contains_key(*part));
        if !has_parts {
            self.say("", "“paths” is missing: say which operations there are");
        }
        if let Some(paths) = root.get("paths") {
            self.paths(paths);
        }
        if let Some(components) = root.get("components") {
            self.components(components);
        }
        self.references();
    }

    fn info(&mut self, root: &'a Map<String, Value>) {
        let Some(info) = root.get("info") else {
            self.say("", "“info” is missing: give it a title and a version");
            return;
        };
        let Some(info) = self.object("/info", info) else { return };
        if !info.get("title").is_some_and(is_text) {
            self.say("/info", "“title” is missing");
        }
        // YAML reads 1.0 as a number; everybody knows what is meant.
        if !info.get("version").is_some_and(|version| is_text(version) || version.is_number()) {
            self.say("/info", "“version” is missing");
        }
    }

    fn paths(&mut self, paths: &'a Value) {
        let Some(paths) = self.object("/paths", paths) else { return };
        for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
            let pointer = at("/paths", path);
            if path.starts_with('/') {
                path_item(self, &pointer, path, item);
            } else {
                self.say(pointer, "a path must begin with “/”");
            }
        }
    }

    fn components(&mut self, components: &'a Value) {
        let Some(components) = self.object("/components", components) else { return };
        for (section, entries) in components.iter().filter(|(section, _)| !section.starts_with("x-")) {
            let pointer = at("/components", section);
            if !SECTIONS.contains(&section.as_str()) && !matches!(section.as_str(), "pathItems" | "mediaTypes") {
                self.say(pointer, format!("there is no section “{section}” in components"));
                continue;
            }
            let Some(entries) = self.object(&pointer, entries) else { continue };
            for (name, entry) in entries {
                let pointer = at(&pointer, name);
                if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
                    self.say(pointer, "a name may have letters, digits, “.”, “_” and “-”");
                } else if !(entry.is_object() || section == "schemas" && entry.is_boolean()) {
                    self.say(pointer, "must be an object");
                }
            }
        }
    }

    /// Every `$ref` leads to something inside. Examples are data, and what they hold leads nowhere.
    fn references(&mut self) {
        let mut open: Vec<(String, &Value)> = vec![(String::new(), self.root)];
        let mut missing = Vec::new();
        while let Some((pointer, value)) = open.pop() {
            match value {
                Value::Object(entries) => {
                    if let Some(Value::String(reference)) = entries.get("$ref")
                        && let Some(text) = self.leads_nowhere(reference)
                    {
                        missing.push((pointer.clone(), text));
                    }
                    let inner = entries.iter().filter(|(key, _)| {
                        !matches!(key.as_str(), "example" | "examples" | "default" | "enum" | "const")
                    });
                    open.extend(inner.map(|(key, value)| (at(&pointer, key), value)));
                }
                Value::Array(items) => {
                    let inner = items.iter().enumerate().map(|(place, value)| (format!("{pointer}/{place}"), value));
                    open.extend(inner);
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        missing.sort();
        for (pointer, text) in missing {
            self.say(pointer, text);
        }
    }

    fn leads_nowhere(&self, reference: &str) -> Option<String> {
        match reference.strip_prefix('#') {
            None => Some(format!("$ref “{reference}” leads out of the fragment, which must stand on its own")),
            Some(pointer) => {
                let missing = self.root.pointer(pointer).is_none();
                missing.then(|| format!("$ref “{reference}” leads to nothing: add it, or correct the name"))
            }
        }
    }
}

/// One step further in a JSON pointer.
pub(super) fn at(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

fn is_version(version: &str) -> bool {
    let numbers: Vec<&str> = version.split('.').collect();
    matches!(numbers[..], ["3", minor, patch] if [minor, patch].iter().all(|it| !it.is_empty() && it.bytes().all(|c| c.is_ascii_digit())))
}
