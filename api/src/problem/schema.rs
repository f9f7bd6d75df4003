//! How a problem looks in the OpenAPI document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One field that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Where: a JSON pointer into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong with it, and what would be right.
    pub detail: String,
}

/// Every error: RFC 9457. A type's own members stand beside these.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails {
    /// The stable path of the kind of problem, such as `/problems/stage-locked`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem, for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What to do about it.
    pub detail: String,
    /// The path that was asked for.
    pub instance: Option<String>,
    /// The request's id; quote it when you ask for help.
    pub request_id: Option<String>,
    /// The fields that are not valid.
    pub errors: Option<Vec<FieldProblem>>,
}
