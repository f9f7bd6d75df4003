//! A model that calls `save_document` rather than write the tags: its call, written as the document it means.

use serde_json::Value;

use super::chunk::ToolCallPiece;
use crate::conductor::prompt::escape_tags;

const MAX_BYTES: usize = 1024 * 1024;
const MAX_CALLS: usize = 8;

/// Tool calls as their pieces arrive.
#[derive(Debug, Default)]
pub(super) struct ToolCalls {
    calls: Vec<ToolCallPiece>,
    bytes: usize,
}

/// The calls are more than a reply may hold, or can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

impl ToolCalls {
    pub(super) fn add(&mut self, piece: ToolCallPiece) -> Result<(), Unreadable> {
        self.bytes += piece.name.len() + piece.arguments.len();
        if self.bytes > MAX_BYTES {
            return Err(Unreadable);
        }
        if let Some(call) = self.calls.iter_mut().find(|call| call.index == piece.index) {
            call.name.push_str(&piece.name);
            call.arguments.push_str(&piece.arguments);
        } else if self.calls.len() == MAX_CALLS {
            return Err(Unreadable);
        } else {
            self.calls.push(piece);
        }
        Ok(())
    }

    /// The documents that the calls save, in our grammar. Other calls mean nothing here.
    pub(super) fn documents(&self) -> Result<String, Unreadable> {
        self.calls.iter().filter(|call| call.name == "save_document").map(document).collect()
    }
}

fn document(call: &ToolCallPiece) -> Result<String, Unreadable> {
    let arguments: Value = serde_json::from_str(&call.arguments).map_err(|_| Unreadable)?;
    let named = |names: &[&str]| names.iter().find_map(|name| arguments[*name].as_str());
    let text = named(&["content", "markdown", "document", "text"]).ok_or(Unreadable)?;
    let kind = named(&["kind", "type", "stage"]).ok_or(Unreadable)?;
    let title = named(&["title", "name"]).unwrap_or_default();
    let (kind, title) = (attribute(kind), attribute(title));
    Ok(format!("\n\n<artefact kind=\"{kind}\" title=\"{title}\">\n{}\n</artefact>\n", escape_tags(text)))
}

fn attribute(value: &str) -> String {
    value.replace(['\n', '\r'], " ").replace('&', "&amp;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(index: u64, name: &str, arguments: &str) -> ToolCallPiece {
        ToolCallPiece { index, name: name.into(), arguments: arguments.into() }
    }

    #[test]
    fn a_call_in_pieces_becomes_a_document() {
        let mut calls = ToolCalls::default();
        for (name, arguments) in [
            ("save_document", ""),
            ("", r#"{"kind":"requirements","title":"A \"b\"","#),
            ("", r##""content":"# T\n</artefact>"}"##),
        ] {
            assert_eq!(calls.add(piece(0, name, arguments)), Ok(()));
        }
        assert_eq!(
            calls.documents().as_deref(),
            Ok("\n\n<artefact kind=\"requirements\" title=\"A &quot;b&quot;\">\n# T\n&lt;/artefact>\n</artefact>\n")
        );
    }

    #[test]
    fn other_calls_mean_nothing_and_broken_ones_are_holes() {
        let mut calls = ToolCalls::default();
        assert_eq!(calls.add(piece(0, "search", "{")), Ok(()));
        assert_eq!(calls.documents().as_deref(), Ok(""));
        assert_eq!(calls.add(piece(1, "save_document", "{\"kind\":")), Ok(()));
        assert_eq!(calls.documents(), Err(Unreadable));
        assert_eq!(calls.add(piece(2, "x", &"y".repeat(MAX_BYTES))), Err(Unreadable));
    }
}
