//! Answers with a file that travels in the binary: ETag, compression, caching.
//!
//! Each file is compressed once and kept by its hash. The tag is weak, since the same file goes out
//! with and without compression.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use actix_web::http::header::{self, Header as _, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::{Compression, write::GzEncoder};

/// Below this, compression saves less than its header costs.
const WORTH_COMPRESSING: usize = 1024;

static COMPRESSED: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);

/// A file and what is known of it.
#[derive(Debug)]
pub(crate) struct StaticFile {
    /// Its bytes.
    pub(crate) bytes: Cow<'static, [u8]>,
    /// Their SHA-256.
    pub(crate) hash: [u8; 32],
    /// What they are.
    pub(crate) content_type: String,
}

/// How long a browser may use its copy without asking.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cache {
    /// For ever: the name holds a hash of the content.
    Immutable,
    /// It asks each time, and mostly hears that nothing changed.
    AskAgain,
}

impl StaticFile {
    /// The answer to a GET or HEAD for this file.
    pub(crate) fn respond(self, request: &HttpRequest, cache: Cache) -> HttpResponse {
        let tag = header::EntityTag::new_weak(hex::encode(&self.hash[..16]));
        let cache = match cache {
            Cache::Immutable => "public, max-age=31536000, immutable",
            Cache::AskAgain => "no-cache",
        };
        let has_it = match header::IfNoneMatch::parse(request) {
            Ok(header::IfNoneMatch::Any) => true,
            Ok(header::IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
            Err(_) => false,
        };
        let mut response = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header(header::ETag(tag))
            .insert_header((header::CACHE_CONTROL, cache))
            .insert_header((header::VARY, "accept-encoding"));
        if has_it {
            return response.finish();
        }
        response.content_type(self.content_type.as_str());
        if self.is_worth_compressing() && accepts_gzip(request) {
            return response.insert_header((header::CONTENT_ENCODING, "gzip")).body(self.compressed());
        }
        match self.bytes {
            Cow::Borrowed(bytes) => response.body(Bytes::from_static(bytes)),
            Cow::Owned(bytes) => response.body(bytes),
        }
    }

    fn is_worth_compressing(&self) -> bool {
        let compressible = ["text/", "application/javascript", "application/json", "image/svg", "application/wasm"];
        self.bytes.len() >= WORTH_COMPRESSING && compressible.iter().any(|kind| self.content_type.starts_with(kind))
    }

    fn compressed(&self) -> Bytes {
        let known = COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner).get(&self.hash).cloned();
        if let Some(known) = known {
            return known;
        }
        let compressed = gzip(&self.bytes);
        COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner).insert(self.hash, compressed.clone());
        compressed
    }
}

/// Whether the answer may be compressed; sent to a client that did not ask, it would be rubbish.
pub(crate) fn accepts_gzip(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT_ENCODING).map(HeaderValue::to_str);
    accepted.is_some_and(|accepted| {
        accepted.is_ok_and(|accepted| {
            accepted.split(',').map(str::trim).any(|coding| {
                let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
                name.trim().eq_ignore_ascii_case("gzip")
                    && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
            })
        })
    })
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::best());
    // A vector takes whatever is written to it.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map(Bytes::from).unwrap_or_default()
}
