//! Our MCP server put into a JSON configuration that others own too: all that is theirs stays byte for byte.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

const SERVERS: &str = "mcpServers";
const NAME: &str = "konductro";

/// The entry of our MCP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct McpServer {
    /// The Konductro server, where it is not left to the person's own sign-in.
    pub(super) url: Option<String>,
    /// Whether the configuration names the kind of transport.
    pub(super) with_type: bool,
}

/// Why a configuration could not be merged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum MergeError {
    #[error("is no JSON ({0}): mend it, or move it away")]
    NoJson(String),
    #[error("holds no object where `{0}` is expected: mend it, or move it away")]
    NoObject(&'static str),
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

impl McpServer {
    /// The configuration with our server in it; the very same text where it is there already.
    pub(super) fn merged_into(&self, text: &str) -> Result<String, MergeError> {
        if text.trim().is_empty() {
            return Ok(pretty(&json!({ SERVERS: { NAME: self.entry(Map::new()) } }), 0) + "\n");
        }
        let top = members(text, "the file")?;
        let Some(servers) = top.get(SERVERS) else {
            let added = pretty(&json!({ NAME: self.entry(Map::new()) }), 1);
            return Ok(with_member(text, 0..text.len(), SERVERS, &added, top.is_empty(), 1));
        };
        let inside = members(servers.get(), SERVERS)?;
        let Some(ours) = inside.get(NAME) else {
            let added = pretty(&Value::Object(self.entry(Map::new())), 2);
            return Ok(with_member(text, place(text, servers), NAME, &added, inside.is_empty(), 2));
        };
        let present: Map<String, Value> =
            serde_json::from_str(ours.get()).map_err(|_| MergeError::NoObject("mcpServers.konductro"))?;
        let wanted = self.entry(present.clone());
        if wanted == present {
            return Ok(text.to_owned());
        }
        let mut merged = text.to_owned();
        merged.replace_range(place(text, ours), &pretty(&Value::Object(wanted), 2));
        Ok(merged)
    }

    /// The entry as it is to be: ours set, and whatever else was there.
    fn entry(&self, mut entry: Map<String, Value>) -> Map<String, Value> {
        if self.with_type {
            entry.insert("type".to_owned(), "stdio".into());
        }
        entry.insert("command".to_owned(), NAME.into());
        entry.insert("args".to_owned(), json!(["mcp"]));
        if let Some(url) = &self.url {
            let environment = entry.entry("env").or_insert_with(|| json!({}));
            if let Some(environment) = environment.as_object_mut() {
                environment.insert("KONDUCTRO_URL".to_owned(), url.as_str().into());
            }
        }
        entry
    }
}

fn members<'a>(text: &'a str, what: &'static str) -> Result<Members<'a>, MergeError> {
    let value: &RawValue = serde_json::from_str(text).map_err(|error| MergeError::NoJson(error.to_string()))?;
    serde_json::from_str(value.get()).map_err(|_| MergeError::NoObject(what))
}

/// Where a value that was borrowed from a text stands in it.
fn place(text: &str, value: &RawValue) -> Range<usize> {
    let start = value.get().as_ptr().addr() - text.as_ptr().addr();
    start..start + value.get().len()
}

/// The text with a member added at the end of the object that stands there.
fn with_member(text: &str, object: Range<usize>, name: &str, value: &str, alone: bool, depth: usize) -> String {
    let end = text[object.clone()].rfind('}').map_or(object.end, |brace| object.start + brace);
    let (before, after) = (text[..end].trim_end(), &text[end..]);
    let (comma, indent) = (if alone { "" } else { "," }, "  ".repeat(depth));
    format!("{before}{comma}\n{indent}\"{name}\": {value}\n{}{after}", "  ".repeat(depth - 1))
}

/// JSON over several lines, all but the first of them indented.
fn pretty(value: &Value, depth: usize) -> String {
    format!("{value:#}").replace('\n', &format!("\n{}", "  ".repeat(depth)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    fn server() -> McpServer {
        McpServer { url: None, with_type: false }
    }

    #[test]
    fn an_empty_file_gets_the_server_and_nothing_else() {
        let merged = server().merged_into("").unwrap();
        let expected = json!({ "mcpServers": { "konductro": { "command": "konductro", "args": ["mcp"] } } });
        assert_eq!(serde_json::from_str::<Value>(&merged).unwrap(), expected);
        assert_eq!(server().merged_into(&merged).unwrap(), merged);
    }

    #[test]
    fn what_others_wrote_stays_byte_for_byte() {
        let theirs = "{\n    \"zeta\": 1.50,\n    \"mcpServers\": {\n        \"other\": {\"command\":  \"x\"}\n    },\n    \"alpha\": [ ]\n}\n";
        let merged = server().merged_into(theirs).unwrap();
        for kept in ["\"zeta\": 1.50,", "\"other\": {\"command\":  \"x\"}", "\"alpha\": [ ]\n}\n"] {
            assert!(merged.contains(kept), "{merged}");
        }
        assert_eq!(serde_json::from_str::<Value>(&merged).unwrap()["mcpServers"]["konductro"]["args"][0], "mcp");
        assert_eq!(server().merged_into(&merged).unwrap(), merged, "a second time changes nothing");
    }

    #[test]
    fn objects_without_members_and_without_servers_get_one() {
        for theirs in ["{}", "{ \"mcpServers\": {} }", "{\"a\":{\"b\":\"}\"}}"] {
            let merged = server().merged_into(theirs).unwrap();
            let value: Value = serde_json::from_str(&merged).unwrap();
            assert_eq!(value["mcpServers"]["konductro"]["command"], "konductro", "{merged}");
        }
    }

    #[test]
    fn what_a_person_added_to_our_entry_is_kept() {
        let theirs = json!({ "mcpServers": { "konductro": { "command": "old", "autoApprove": ["list_my_work"], "env": { "A": "1" } } } });
        let server = McpServer { url: Some("https://k.example".to_owned()), with_type: true };
        let merged: Value = serde_json::from_str(&server.merged_into(&theirs.to_string()).unwrap()).unwrap();
        let entry = &merged["mcpServers"]["konductro"];
        assert_eq!(entry["autoApprove"], json!(["list_my_work"]));
        assert_eq!(entry["env"], json!({ "A": "1", "KONDUCTRO_URL": "https://k.example" }));
        assert_eq!((&entry["command"], &entry["type"]), (&json!("konductro"), &json!("stdio")));
    }

    #[test]
    fn what_is_no_configuration_is_refused() {
        for (theirs, no_json) in [
            ("{ // hi\n}", true),
            ("[]", false),
            ("{\"mcpServers\": []}", false),
            ("{\"mcpServers\":{\"konductro\":1}}", false),
        ] {
            let error = server().merged_into(theirs).unwrap_err();
            assert_eq!(matches!(error, MergeError::NoJson(_)), no_json, "{theirs}: {error}");
        }
    }
}
