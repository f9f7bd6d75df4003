//! The OpenAPI document: what the routes say of themselves, and what holds for all of them.
//!
//! Nothing is listed here that a route could say itself. The problems that every operation can answer,
//! the security schemes and the idempotency header are added in one place, so that no route forgets them.

use actix_web::App;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder};
use utoipa_actix_web::AppExt;

use crate::http::{self, API_BASE};
use crate::problem::{Code, PROBLEM_JSON, ProblemDetails};
use crate::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Konductro",
        description = "From an idea to an approved, story-level backlog: conversations with Conductor, human gates, and a log of every step. Errors are RFC 9457 problems; `type` is stable, `detail` says what to do."
    ),
    components(schemas(ProblemDetails)),
    security(("session" = [], "web_app" = [])),
    tags(
        (name = "setup", description = "First-run set-up"),
        (name = "session", description = "Signing in and out, and who I am"),
        (name = "tokens", description = "API tokens, and signing in a command line"),
        (name = "users", description = "People with accounts"),
        (name = "projects", description = "Projects, members, repositories"),
        (name = "phases", description = "Phases with their stages and gates"),
        (name = "conversations", description = "Messages and turns"),
        (name = "artefacts", description = "Documents and their versions"),
        (name = "gates", description = "Decisions at the gates"),
        (name = "stories", description = "Proposals in review, and the stories of the backlog"),
        (name = "audit", description = "What happened, in order"),
        (name = "live", description = "What changes, as it changes"),
        (name = "operations", description = "For operators")
    )
)]
struct ApiDoc;

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let app = App::new().into_utoipa_app().openapi(ApiDoc::openapi());
    let app = app.configure(routes::operations::configure).service(http::api(routes::configure_api));
    let (_, mut document) = app.split_for_parts();
    add_schemes(document.components.get_or_insert_with(Components::new));
    for (path, item) in &mut document.paths.paths {
        if !path.starts_with(API_BASE) {
            continue;
        }
        let changes = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in changes.into_iter().flatten() {
            answers(operation, &[400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503]);
        }
        if let Some(operation) = &mut item.post {
            operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
        }
        if let Some(operation) = &mut item.get {
            operation.parameters.get_or_insert_default().push(RefOr::T(min_position()));
            answers(operation, &[400, 401, 403, 404, 422, 429, 503]);
        }
    }
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        operations.into_iter().flatten().for_each(admit_sessions_too);
    }
    document
}

/// What admits a token admits a person all the more: an operation says only the first.
fn admit_sessions_too(operation: &mut Operation) {
    let Some(stated) = &mut operation.security else { return };
    if stated.iter().all(|requirement| *requirement != SecurityRequirement::default()) {
        let session = SecurityRequirement::new("session", [""; 0]).add("web_app", [""; 0]);
        stated.insert(0, session);
    }
}

/// The document as it is committed and served.
pub fn openapi_json() -> String {
    let written = document().to_pretty_json();
    // A document made of strings and lists can't fail to be written.
    written.unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

fn add_schemes(components: &mut Components) {
    let session =
        ApiKeyValue::with_description("konductro_session", "Set by signing in; `__Host-` before it under https.");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    let web_app = ApiKeyValue::with_description("X-Konductro", "`1`, on each change that a cookie vouches for.");
    components.add_security_scheme("web_app", SecurityScheme::ApiKey(ApiKey::Header(web_app)));
    let token = "An API token, `kon_…`, bound to one project. An operation lists the scopes that it takes, `read`, \
                 `analysis:write` or `findings:write`; one that does not name this scheme is for people only. Where a \
                 cookie is sent as well, the token counts.";
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("kon_…").description(Some(token));
    components.add_security_scheme(http::scopes::BEARER, SecurityScheme::Http(bearer.build()));
}

fn answers(operation: &mut Operation, statuses: &[u16]) {
    for status in statuses {
        let answer = || RefOr::T(problem(*status));
        operation.responses.responses.entry(status.to_string()).or_insert_with(answer);
    }
}

fn problem(status: u16) -> Response {
    let of_status = Code::ALL.iter().filter(|code| code.status().as_u16() == status);
    let codes: Vec<_> = of_status.map(|code| format!("`{}`", code.as_str())).collect();
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
    ResponseBuilder::new().description(codes.join(", ")).content(PROBLEM_JSON, content).build()
}

fn min_position() -> Parameter {
    ParameterBuilder::new()
        .name("Konductro-Min-Position")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Waits until the read shows this: a position or an event id that a write answered."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).max_length(Some(40))))
        .build()
}

fn idempotency_key() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Done once under this key: a repeat gets the first answer."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200))))
        .build()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_operation_has_an_id_of_its_own_and_says_what_can_go_wrong() {
        let document = document();
        let mut ids = HashSet::new();
        for (path, item) in &document.paths.paths {
            for operation in [&item.get, &item.post, &item.put, &item.patch, &item.delete].into_iter().flatten() {
                let id = operation.operation_id.clone().unwrap();
                assert!(!id.contains('_') && ids.insert(id.clone()), "{path}: {id}");
                assert!(!path.starts_with(API_BASE) || operation.responses.responses.contains_key("401"), "{path}");
            }
        }
        assert!(ids.contains("signIn") && ids.contains("getMe") && ids.contains("createUser"));
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let json: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
        fn references(value: &serde_json::Value, found: &mut HashSet<String>) {
            match value {
                serde_json::Value::Object(fields) => {
                    if let Some(serde_json::Value::String(reference)) = fields.get("$ref") {
                        found.insert(reference.clone());
                    }
                    fields.values().for_each(|field| references(field, found));
                }
                serde_json::Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let mut found = HashSet::new();
        references(&json, &mut found);
        for reference in found {
            assert!(json.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }
}
