//! The server as commands and the MCP server ask it: by the tools' one way in, with the token that is stored for it.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

use super::client::Client;
use super::exit::{Exit, Failure};
use super::server::ServerArgs;
use crate::checkout::CheckoutError;
use crate::mcp::api::{Api, Method, Question, Reply, Unreachable};
use crate::mcp::{Refusal, RefusalKind, project_key};

/// A way to a server. The stored sign-in is looked at with each question, so that a person can sign in meanwhile.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    server: ServerArgs,
    project_key: Option<String>,
}

impl Connection {
    /// To the server that is meant, as whoever is signed in there.
    pub(super) fn to(server: ServerArgs) -> Self {
        Self { server, project_key: None }
    }

    /// To the same server, for a phase or story by its name: tokens are bound to a project.
    pub(super) fn about(server: ServerArgs, name: &str) -> Self {
        let connection = Self { server, project_key: project_key(name).map(str::to_owned) };
        // Where none is stored for this project, the usual one is tried, and says what it does not open.
        if connection.client().is_ok() { connection } else { Self { project_key: None, ..connection } }
    }

    /// Where people see the analysis of a phase.
    pub(super) async fn page_of(&self, phase_id: Uuid) -> Result<String, Failure> {
        let phase = self.ask(Question::get(format!("/phases/{phase_id}"))).await.map_err(Refusal::from)?.done()?;
        let (key, number) = (phase["project_key"].as_str().unwrap_or_default(), &phase["number"]);
        Ok(format!("{}/p/{key}/phases/{number}?stage=technical_analysis", self.client()?.base()))
    }

    fn client(&self) -> Result<Client, Failure> {
        Client::for_project(&self.server, self.project_key.as_deref())
    }
}

#[async_trait]
impl Api for Connection {
    async fn ask(&self, question: Question) -> Result<Reply, Unreachable> {
        let client = match self.client() {
            Ok(client) => client,
            Err(failure) => return reply_of(failure),
        };
        let method = match question.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let key = question.idempotency_key.as_deref();
        match client.send(method, &question.path, question.body.as_ref(), key).await {
            Ok(answer) => Ok(Reply { status: answer.status.as_u16(), body: answer.body }),
            Err(failure) => reply_of(failure),
        }
    }

    fn of_project(&self, key: &str) -> Option<Arc<dyn Api>> {
        let there = Self { project_key: Some(key.to_owned()), ..self.clone() };
        there.client().is_ok().then(|| Arc::new(there) as Arc<dyn Api>)
    }
}

/// A problem is an answer; anything else is none.
fn reply_of(failure: Failure) -> Result<Reply, Unreachable> {
    match failure.problem {
        Some(problem) => {
            let status = problem["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
            Ok(Reply { status, body: problem })
        }
        None if failure.exit == Exit::NotAllowed => {
            Ok(Reply { status: 401, body: json!({ "detail": failure.message }) })
        }
        None => Err(Unreachable(failure.message)),
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.kind {
            RefusalKind::Refused => Exit::Refused,
            RefusalKind::NotAllowed => Exit::NotAllowed,
            RefusalKind::Unreachable => Exit::Unreachable,
        };
        let failure = Failure::new(exit, refusal.told);
        match refusal.problem {
            Some(problem) => failure.with_problem(problem),
            None => failure,
        }
    }
}

impl From<CheckoutError> for Failure {
    fn from(error: CheckoutError) -> Self {
        Failure::new(Exit::Error, error.to_string())
    }
}
