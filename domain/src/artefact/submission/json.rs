//! Reads JSON that anybody may have written: what fits is taken, and all that does not is told with its pointer.

use serde_json::{Map, Value};

use super::problem::Problems;

/// The rule that something is of the wrong type, missing, unknown or too long.
const MALFORMED: &str = "sidecar-malformed";

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) value: &'a Value,
    pub(super) pointer: String,
}

/// The members of an object and where it stands.
#[derive(Debug)]
pub(super) struct Members<'a> {
    members: &'a Map<String, Value>,
    pub(super) pointer: String,
}

impl<'a> At<'a> {
    /// The members of an object, of which only these may be there.
    pub(super) fn members(&self, known: &[&str], problems: &mut Problems) -> Option<Members<'a>> {
        let Value::Object(members) = self.value else {
            problems.field(MALFORMED, &self.pointer, format!("must be an object with {}", known.join(", ")));
            return None;
        };
        for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
            let pointer = format!("{}/{}", self.pointer, escaped(name));
            problems.field(MALFORMED, pointer, format!("is unknown here; what may be there is {}", known.join(", ")));
        }
        Some(Members { members, pointer: self.pointer.clone() })
    }
}

impl<'a> Members<'a> {
    /// Where a member stands.
    pub(super) fn pointer_to(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }

    /// A member, be it null or not there at all.
    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// The items of an array; none where it is left out.
    pub(super) fn items(&self, name: &str, most: usize, problems: &mut Problems) -> Vec<At<'a>> {
        let pointer = self.pointer_to(name);
        let items = match self.get(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                problems.field(MALFORMED, pointer, "must be an array");
                return Vec::new();
            }
        };
        if items.len() > most {
            problems.field(MALFORMED, &pointer, format!("may hold {most} items; leave out what matters least"));
        }
        let at = |(index, value)| At { value, pointer: format!("{pointer}/{index}") };
        items.iter().take(most).enumerate().map(at).collect()
    }

    /// A text that must be there.
    pub(super) fn text(&self, name: &str, longest: usize, problems: &mut Problems) -> Option<String> {
        let text = self.optional_text(name, longest, problems);
        match (&text, self.get(name)) {
            (None, None) => problems.field(MALFORMED, self.pointer_to(name), "must be there, as a text"),
            (Some(text), _) if text.trim().is_empty() => {
                problems.field(MALFORMED, self.pointer_to(name), "must not be empty");
                return None;
            }
            _ => {}
        }
        text
    }

    /// A text that may be there.
    pub(super) fn optional_text(&self, name: &str, longest: usize, problems: &mut Problems) -> Option<String> {
        match self.get(name)? {
            Value::String(text) if text.len() <= longest => Some(text.clone()),
            Value::String(_) => {
                problems.field(MALFORMED, self.pointer_to(name), format!("may have {longest} bytes; shorten it"));
                None
            }
            _ => {
                problems.field(MALFORMED, self.pointer_to(name), "must be a text");
                None
            }
        }
    }

    /// A whole number from 1 that may be there.
    pub(super) fn number(&self, name: &str, problems: &mut Problems) -> Option<u32> {
        let number = self.get(name)?.as_u64().and_then(|number| u32::try_from(number).ok()).filter(|it| *it > 0);
        if number.is_none() {
            problems.field(MALFORMED, self.pointer_to(name), "must be a whole number from 1");
        }
        number
    }

    /// Yes or no; no where it is left out.
    pub(super) fn flag(&self, name: &str, problems: &mut Problems) -> bool {
        match self.get(name) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                problems.field(MALFORMED, self.pointer_to(name), "must be true or false");
                false
            }
        }
    }

    /// A text that is read as something else; what it can't be read as is told under a rule.
    pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        name: &str,
        rule: &'static str,
        missing: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        let Some(value) = self.get(name) else {
            problems.field(rule, self.pointer_to(name), missing);
            return None;
        };
        let Value::String(text) = value else {
            problems.field(MALFORMED, self.pointer_to(name), "must be a text");
            return None;
        };
        text.parse().map_err(|error: T::Err| problems.field(rule, self.pointer_to(name), error.to_string())).ok()
    }
}

/// A member's name in a JSON pointer; a long one is cut, for it comes from anybody.
fn escaped(name: &str) -> String {
    let short: String = name.chars().take(80).collect();
    short.replace('~', "~0").replace('/', "~1")
}
