//! The JSON body of a request, read strictly.
//!
//! 415 for another type, 413 over the limit, 400 for what is no JSON, 422 with a JSON pointer for what
//! does not fit. Text with U+0000 is refused here, because PostgreSQL can't hold it. Request types say
//! `#[serde(deny_unknown_fields)]`, so that a misspelt field is told and never ignored.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::BytesMut;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::Segment;

use crate::problem::{Code, Problem};

/// No body is larger than this.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// A JSON body of this type.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = check_headers(request);
        let payload = payload.take();
        Box::pin(async move {
            headers?;
            read_json(&collect(payload).await?).map(Json)
        })
    }
}

fn check_headers(request: &HttpRequest) -> Result<(), Problem> {
    if !is_json(request) {
        return Err(Problem::new(Code::UnsupportedMediaType, "Send JSON, with Content-Type: application/json."));
    }
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Problem::new(Code::UnsupportedMediaType, "Send the body uncompressed, without Content-Encoding."));
    }
    Ok(())
}

/// Whether the request says that its body is JSON.
pub(super) fn is_json(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// Reads a whole body, up to the limit.
pub(crate) async fn collect(mut payload: Payload) -> Result<actix_web::web::Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Code::Malformed, "The body broke off; send it again."))?;
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(Problem::new(Code::PayloadTooLarge, "Send less than 2 MiB at once."));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Reads a body as this type.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    if body.is_empty() {
        return Err(Problem::new(Code::Malformed, "Send a JSON body; /docs shows its fields."));
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
    if let Some(pointer) = find_nul(&value, &mut String::new()) {
        return Err(Problem::invalid(pointer, "must not contain the character U+0000"));
    }
    serde_path_to_error::deserialize(value).map_err(|error| misfit(&error))
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = match error.classify() {
        Category::Eof => "The JSON body ends too early; send all of it.".to_owned(),
        Category::Io | Category::Syntax | Category::Data => {
            format!("The body is no JSON: see line {}, column {}.", error.line(), error.column())
        }
    };
    Problem::new(Code::Malformed, detail)
}

fn misfit(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => push_pointer(&mut pointer, key),
            Segment::Enum { variant } => push_pointer(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    let text = error.inner().to_string();
    // A missing field is told of its parent; the pointer goes to the field itself.
    if let Some(name) = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        push_pointer(&mut pointer, name);
    }
    Problem::invalid(pointer, shorten(&text))
}

/// A library's sentence may quote the input; a long one is cut.
pub(super) fn shorten(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn push_pointer(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

fn find_nul(value: &Value, pointer: &mut String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(|| pointer.clone()),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let length = pointer.len();
            pointer.push_str(&format!("/{index}"));
            let found = find_nul(item, pointer);
            pointer.truncate(length);
            found
        }),
        Value::Object(fields) => fields.iter().find_map(|(key, item)| {
            if key.contains('\0') {
                return Some(pointer.clone());
            }
            let length = pointer.len();
            push_pointer(pointer, key);
            let found = find_nul(item, pointer);
            pointer.truncate(length);
            found
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Order {
        title: String,
        lines: Vec<Line>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Line {
        count: u32,
    }

    fn pointer_of(body: Value) -> String {
        let problem = read_json::<Order>(body.to_string().as_bytes()).unwrap_err();
        assert_eq!(problem.code(), Code::Invalid);
        problem.document(None, None)["errors"][0]["pointer"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_misfit_is_told_by_its_pointer() {
        assert_eq!(pointer_of(json!({"title": 1, "lines": []})), "/title");
        assert_eq!(pointer_of(json!({"lines": []})), "/title");
        assert_eq!(pointer_of(json!({"title": "a", "lines": [{"count": 1}, {"count": "x"}]})), "/lines/1/count");
        assert_eq!(pointer_of(json!({"title": "a", "lines": [{}]})), "/lines/0/count");
        assert_eq!(pointer_of(json!({"title": "a", "lines": [], "extra/1": 1})), "/extra~11");
        assert_eq!(pointer_of(json!({"title": "a", "lines": [{"count": 1, "no": 2}]})), "/lines/0/no");
        assert_eq!(pointer_of(json!([])), "");
    }

    #[test]
    fn a_nul_is_refused_wherever_it_hides() {
        assert_eq!(pointer_of(json!({"title": "a\u{0}b", "lines": []})), "/title");
        assert_eq!(pointer_of(json!({"title": "a", "lines": [{"x": ["\u{0}"]}]})), "/lines/0/x/0");
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        for body in ["", "{", "{\"a\": nope}", "\u{feff}{}", "1e999", "\"\\ud800\""] {
            assert_eq!(read_json::<Order>(body.as_bytes()).unwrap_err().code(), Code::Malformed, "{body}");
        }
        let deep = "[".repeat(10_000);
        assert_eq!(read_json::<Order>(deep.as_bytes()).unwrap_err().code(), Code::Malformed);
    }
}
