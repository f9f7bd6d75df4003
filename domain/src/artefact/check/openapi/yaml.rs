//! Reads a fragment in YAML or JSON into one tree, within bounds: neither nesting nor aliases make it grow beyond them.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

/// Deepest nesting that is read.
const DEEPEST: usize = 64;
/// Most nodes, with those that aliases repeat.
const MOST: usize = 50_000;

/// A fragment that was read.
#[derive(Debug)]
pub(super) struct Fragment {
    /// What it holds.
    pub(super) value: Value,
    lines: HashMap<String, usize>,
}

/// A fragment that can't be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// The line in the fragment, from 1; 0 where no line is to blame.
    pub(super) line: usize,
    /// Why.
    pub(super) why: String,
}

impl Fragment {
    /// The line that a place in it stands in, or the nearest around it that is known, from 1.
    pub(super) fn line_of(&self, pointer: &str) -> usize {
        let mut pointer = pointer;
        loop {
            if let Some(line) = self.lines.get(pointer) {
                return *line;
            }
            match pointer.rsplit_once('/') {
                Some((outer, _)) => pointer = outer,
                None => return 0,
            }
        }
    }
}

/// Reads a fragment in the language that it says it is in.
pub(super) fn read(language: &str, text: &str) -> Result<Fragment, Unreadable> {
    if language.starts_with("json") {
        let value = serde_json::from_str(text)
            .map_err(|error| Unreadable { line: error.line(), why: format!("it is no JSON ({error})") })?;
        return Ok(Fragment { value, lines: HashMap::new() });
    }
    let mut building = Building::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Unreadable {
            line: error.marker().line(),
            why: format!("it is no YAML ({})", error.info()),
        })?;
        building.take(event, span)?;
    }
    let value = building.done.ok_or_else(|| Unreadable { line: 0, why: "it is empty".to_owned() })?;
    Ok(Fragment { value, lines: building.lines })
}

/// A tree on its way.
#[derive(Default)]
struct Building {
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    lines: HashMap<String, usize>,
    nodes: usize,
    documents: usize,
    done: Option<Value>,
}

/// A sequence or mapping that is not closed yet.
struct Open {
    anchor: usize,
    pointer: String,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Value>),
    Mapping(Map<String, Value>, Option<String>),
}

impl Building {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Unreadable> {
        let line = span.start.line();
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.documents += 1;
                let one = self.documents == 1;
                if one { Ok(()) } else { Err(refused(line, "it holds more than one document")) }
            }
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().unwrap_or_default();
                let (nodes, depth) = size(&value);
                self.counts(nodes, depth, line)?;
                self.put(value, line)
            }
            Event::Scalar(text, style, anchor, _) => {
                self.counts(1, 0, line)?;
                if let Some(Open { kind: Kind::Mapping(entries, key @ None), pointer, .. }) = self.open.last_mut() {
                    if entries.contains_key(text.as_ref()) {
                        return Err(refused(line, &format!("the key “{text}” stands twice")));
                    }
                    self.lines.entry(joined(pointer, &text)).or_insert(line);
                    *key = Some(text.into_owned());
                    return Ok(());
                }
                let value = scalar(text, style);
                self.remember(anchor, &value);
                self.put(value, line)
            }
            Event::SequenceStart(anchor, _) => self.begin(anchor, Kind::Sequence(Vec::new()), line),
            Event::MappingStart(anchor, _) => self.begin(anchor, Kind::Mapping(Map::new(), None), line),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { anchor, kind, .. }) = self.open.pop() else { return Ok(()) };
                let value = match kind {
                    Kind::Sequence(items) => Value::Array(items),
                    Kind::Mapping(entries, _) => Value::Object(merged(entries)),
                };
                self.remember(anchor, &value);
                self.put(value, line)
            }
        }
    }

    fn counts(&mut self, nodes: usize, depth: usize, line: usize) -> Result<(), Unreadable> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MOST {
            return Err(refused(line, "it holds too much, or its aliases repeat too much"));
        }
        if self.open.len() + depth >= DEEPEST {
            return Err(refused(line, "it nests too deeply"));
        }
        Ok(())
    }

    fn begin(&mut self, anchor: usize, kind: Kind, line: usize) -> Result<(), Unreadable> {
        self.counts(1, 0, line)?;
        let pointer = match self.open.last() {
            None => String::new(),
            Some(Open { pointer, kind: Kind::Sequence(items), .. }) => joined(pointer, &items.len().to_string()),
            Some(Open { pointer, kind: Kind::Mapping(_, Some(key)), .. }) => joined(pointer, key),
            Some(Open { kind: Kind::Mapping(_, None), .. }) => return Err(refused(line, "a key must be a text")),
        };
        self.lines.entry(pointer.clone()).or_insert(line);
        self.open.push(Open { anchor, pointer, kind });
        Ok(())
    }

    fn put(&mut self, value: Value, line: usize) -> Result<(), Unreadable> {
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.done = Some(value),
            Some(Kind::Sequence(items)) => items.push(value),
            Some(Kind::Mapping(entries, key)) => match key.take() {
                Some(key) => {
                    entries.insert(key, value);
                }
                None => return Err(refused(line, "a key must be a text")),
            },
        }
        Ok(())
    }

    fn remember(&mut self, anchor: usize, value: &Value) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
    }
}

/// `<<: *shared` brings in what is not there yet.
fn merged(mut entries: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Object(shared)) = entries.get("<<").cloned() {
        entries.remove("<<");
        for (key, value) in shared {
            entries.entry(key).or_insert(value);
        }
    }
    entries
}

/// A scalar by YAML's core rules, as far as they matter here.
fn scalar(text: Cow<'_, str>, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.into_owned());
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        plain => {
            let number = plain.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
            let number = if number { plain.parse::<f64>().ok().and_then(serde_json::Number::from_f64) } else { None };
            number.map_or_else(|| Value::String(text.into_owned()), Value::Number)
        }
    }
}

/// How many nodes a value has, and how deep it goes. Nothing here is deeper than [`DEEPEST`].
fn size(value: &Value) -> (usize, usize) {
    let of = |inner: &mut dyn Iterator<Item = &Value>| {
        inner.map(size).fold((1, 1), |(nodes, deep), (more, deeper)| (nodes + more, deep.max(deeper + 1)))
    };
    match value {
        Value::Array(items) => of(&mut items.iter()),
        Value::Object(entries) => of(&mut entries.values()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (1, 0),
    }
}

fn joined(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn refused(line: usize, why: &str) -> Unreadable {
    Unreadable { line, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn yaml(text: &str) -> Result<Value, Unreadable> {
        read("yaml", text).map(|fragment| fragment.value)
    }

    #[test]
    fn yaml_is_read_with_aliases_and_merges() {
        let value = yaml("a: &s { x: 1, y: '2' }\nb: *s\nc:\n  <<: *s\n  y: true\nd: [~, on, 3.1.0]\n");
        let shared = json!({"x": 1.0, "y": "2"});
        assert_eq!(
            value,
            Ok(json!({"a": shared, "b": shared, "c": {"x": 1.0, "y": true}, "d": [null, "on", "3.1.0"]}))
        );
    }

    #[test]
    fn what_would_grow_without_bounds_is_refused() {
        let mut bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let before = level - 1;
            let aliases = vec![format!("*a{before}"); 10].join(", ");
            bomb.push_str(&format!("b{level}: &a{level} [{aliases}]\n"));
        }
        for hostile in [bomb, "[".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000), "{a: ".repeat(50_000)] {
            assert!(yaml(&hostile).is_err());
        }
        assert!(read("json", &"[".repeat(100_000)).is_err());
        for odd in ["a: *nowhere", "a: 1\na: 2", "--- a\n--- b", "? [a]\n: b", "a: b: c", "", "&a *a"] {
            assert!(yaml(odd).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn a_place_has_its_line() {
        let fragment = read("yaml", "openapi: 3.1.0\npaths:\n  /a/b:\n    get:\n      responses: {}\n");
        let lines =
            fragment.map(|it| [it.line_of("/paths/~1a~1b/get"), it.line_of("/paths/~1a~1b/get/x/y"), it.line_of("")]);
        assert_eq!(lines, Ok([4, 4, 1]));
    }
}
