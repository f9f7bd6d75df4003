//! The one way that tools reach Konductro: its REST API, as the person whose token it is.
//!
//! The command line sends a question over HTTP; `/mcp` hands it to the server's own routes. Either way every layer of
//! the API is passed: who asks, scopes, limits, idempotency.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

/// The method of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something.
    Post,
}

/// One request to the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its method.
    pub method: Method,
    /// Its path below `/api/v1`, with its query.
    pub path: String,
    /// Its body.
    pub body: Option<Value>,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
}

/// What the API answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body: the resource, or the problem.
    pub body: Value,
}

/// Nobody answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// Whoever answers questions.
#[async_trait]
pub trait Api: Send + Sync {
    /// Asks, and waits for the answer, whatever its status.
    async fn ask(&self, question: Question) -> Result<Reply, Unreachable>;

    /// Whoever answers for a project, by its key, where that is somebody else.
    fn of_project(&self, _key: &str) -> Option<Arc<dyn Api>> {
        None
    }
}

impl Question {
    /// Reads what is at a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: Method::Get, path: path.into(), body: None, idempotency_key: None }
    }

    /// Posts a body, once for the same key.
    pub fn post(path: impl Into<String>, body: Value, idempotency_key: Option<String>) -> Self {
        Self { method: Method::Post, path: path.into(), body: Some(body), idempotency_key }
    }
}
