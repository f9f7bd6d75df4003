//! JSON as models write it: mostly right.
//!
//! Only what can't change a meaning is mended: a comma before a closing bracket, and a line end or tab inside a string.

use serde_json::Value;

/// Reads JSON, mended where it must be; None where that does not help.
pub(super) fn read(text: &str) -> Option<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&mended(text))).ok()
}

fn mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '\n' if quoted => {
                mended.push_str("\\n");
                escaped = false;
                continue;
            }
            c if quoted && c.is_control() => {
                mended.push(' ');
                escaped = false;
                continue;
            }
            '}' | ']' if !quoted => {
                let length = mended.trim_end().len();
                if mended[..length].ends_with(',') {
                    mended.truncate(length - 1);
                }
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        mended.push(c);
    }
    mended
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_models_get_wrong_most_is_mended() {
        assert_eq!(read("{\"a\": [1, 2, ], }"), Some(json!({"a": [1, 2]})));
        assert_eq!(read("{\"a\": \"x\ny\tz\"}"), Some(json!({"a": "x\ny z"})));
        assert_eq!(read("{\"a\": \"x\\\",}\"}"), Some(json!({"a": "x\",}"})));
        assert_eq!(read("{\"a\": }"), None);
        assert_eq!(read("{\"a\": \"x"), None);
    }
}
