//! What a token may ask for: the one place that decides it, for every operation.
//!
//! An operation says beside its route which scopes admit a token: `security(("bearerAuth" = ["read"]))`; more than one
//! such line are alternatives, and an empty list admits any token. What says nothing is for people only, so that a new
//! operation is closed to tokens until somebody has opened it. The rules are read from the OpenAPI document, which the
//! routes themselves make: what is documented is what holds.
//!
//! A token's project is looked at where projects are entered; outside of it nothing exists for the token.

use std::collections::{BTreeSet, HashMap};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use konductro_domain::scope::Scope;
use konductro_domain::stage::Stage;
use serde_json::Value;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::Operation;

use super::caller::caller_of;
use crate::identity::Token;
use crate::problem::{Code, Problem};

/// The security scheme of tokens, in the OpenAPI document.
pub const BEARER: &str = "bearerAuth";

/// What one operation wants of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    /// Everybody may, signed in or not.
    Open,
    /// A token with all scopes of one of these sets.
    AnyOf(Vec<BTreeSet<Scope>>),
}

/// What each operation wants of a token; what is not here wants a person.
#[derive(Debug, Clone, Default)]
pub struct TokenRules(HashMap<(Method, String), Rule>);

impl TokenRules {
    /// The rules that a document's operations state.
    pub fn of(document: &OpenApi) -> Self {
        let mut rules = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ];
            for (method, operation) in operations {
                if let Some(rule) = operation.as_ref().and_then(rule_of) {
                    rules.insert((method, path.clone()), rule);
                }
            }
        }
        Self(rules)
    }

    /// Whether this token may ask for this.
    fn admit(&self, token: &Token, method: &Method, pattern: &str, path: &str) -> Result<(), Problem> {
        let alternatives = match self.0.get(&(method.clone(), pattern.to_owned())) {
            Some(Rule::Open) => return Ok(()),
            Some(Rule::AnyOf(alternatives)) => alternatives,
            None => return Err(people_only()),
        };
        let held = alternatives.iter().find(|wanted| wanted.is_subset(&token.scopes));
        match held {
            None => Err(scope_required(alternatives, token)),
            Some(scopes) if scopes.contains(&Scope::AnalysisWrite) => only_the_analysis(pattern, path),
            Some(_) => Ok(()),
        }
    }
}

/// What an operation's `security` says of tokens.
fn rule_of(operation: &Operation) -> Option<Rule> {
    let stated = serde_json::to_value(operation.security.as_ref()?).ok()?;
    let alternatives: Vec<&Value> = stated.as_array()?.iter().collect();
    if alternatives.iter().any(|alternative| alternative.as_object().is_some_and(|schemes| schemes.is_empty())) {
        return Some(Rule::Open);
    }
    let of_tokens = alternatives.iter().filter_map(|alternative| alternative.get(BEARER)?.as_array());
    // A scope that nobody can hold closes its alternative.
    let sets = of_tokens.filter_map(|names| names.iter().map(|name| Scope::named(name.as_str()?)).collect());
    let sets: Vec<BTreeSet<Scope>> = sets.collect();
    (!sets.is_empty()).then_some(Rule::AnyOf(sets))
}

/// `analysis:write` is for the technical analysis, not for whatever other artefact has the same address.
fn only_the_analysis(pattern: &str, path: &str) -> Result<(), Problem> {
    let stage = pattern.split('/').zip(path.split('/')).find(|(name, _)| *name == "{stage}").map(|(_, stage)| stage);
    match stage {
        Some(stage) if stage != Stage::TechnicalAnalysis.to_string() => Err(people_only()),
        Some(_) | None => Ok(()),
    }
}

fn people_only() -> Problem {
    Problem::new(Code::InteractiveOnly, "No scope gives this to a token: a person does it, signed in with a browser.")
}

fn scope_required(alternatives: &[BTreeSet<Scope>], token: &Token) -> Problem {
    let spoken = |scopes: &BTreeSet<Scope>| scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" and ");
    let wanted: Vec<String> = alternatives.iter().map(spoken).collect();
    let detail = format!(
        "This needs a token with {}; this one has {}. Issue another one in the web app, under Account.",
        wanted.join(" or "),
        spoken(&token.scopes)
    );
    Problem::new(Code::ScopeRequired, detail).with("scopes", alternatives.first().cloned().unwrap_or_default())
}

/// Refuses a token what its scopes do not say; people pass.
pub async fn hold_tokens_to_their_scopes(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(&request) {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

fn check(request: &ServiceRequest) -> Result<(), Problem> {
    let Some(token) = caller_of(request.request()).and_then(|caller| caller.token) else { return Ok(()) };
    // Routes are found by the decoded path and patterns by the raw one; no address of a token's needs the difference.
    if request.path().contains('%') {
        return Err(Problem::new(
            Code::NotFound,
            "There is nothing at this address; send it without percent-encoding.",
        ));
    }
    // What is no address is answered 404 further in.
    let Some(pattern) = request.match_pattern() else { return Ok(()) };
    let rules = request.app_data::<web::Data<TokenRules>>().ok_or_else(people_only)?;
    rules.admit(&token, request.method(), &pattern, request.path())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use konductro_domain::ids::{ProjectId, TokenId, UserId};
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;
    use crate::openapi;

    fn token(scopes: &[Scope]) -> Token {
        Token {
            token_id: TokenId(Uuid::nil()),
            owner: UserId(Uuid::nil()),
            project_id: ProjectId(Uuid::nil()),
            name: "laptop".to_owned(),
            scopes: scopes.iter().copied().collect(),
            created_at: OffsetDateTime::UNIX_EPOCH,
            expires_at: OffsetDateTime::UNIX_EPOCH,
            last_used_at: None,
        }
    }

    fn admitted(scopes: &[Scope], method: Method, pattern: &str, stage: &str) -> Result<(), Code> {
        let rules = TokenRules::of(&openapi::document());
        let path = pattern.replace("{stage}", stage);
        rules.admit(&token(scopes), &method, pattern, &path).map_err(|problem| problem.code())
    }

    #[test]
    fn a_scope_opens_what_says_so_and_nothing_else() {
        let phase = "/api/v1/phases/{phase_id}";
        assert_eq!(admitted(&[Scope::Read], Method::GET, phase, ""), Ok(()));
        assert_eq!(admitted(&[Scope::AnalysisWrite], Method::GET, phase, ""), Err(Code::ScopeRequired));
        assert_eq!(admitted(&Scope::ALL, Method::PATCH, phase, ""), Err(Code::InteractiveOnly));
        assert_eq!(admitted(&Scope::ALL, Method::GET, "/api/v1/never-heard-of", ""), Err(Code::InteractiveOnly));
    }

    #[test]
    fn the_scope_of_the_analysis_writes_no_other_artefact() {
        let versions = "/api/v1/phases/{phase_id}/artefacts/{stage}/versions";
        assert_eq!(admitted(&[Scope::AnalysisWrite], Method::POST, versions, "technical_analysis"), Ok(()));
        assert_eq!(admitted(&[Scope::Read], Method::POST, versions, "technical_analysis"), Err(Code::ScopeRequired));
        for other in ["requirements", "architecture", "Technical_Analysis", "technical_analysis%20", ""] {
            let refused = admitted(&Scope::ALL, Method::POST, versions, other);
            assert_eq!(refused, Err(Code::InteractiveOnly), "{other}");
        }
    }
}
