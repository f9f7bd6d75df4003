//! The committed OpenAPI document is what the routes say of themselves.

#![allow(clippy::expect_used, clippy::panic, reason = "tests say what they expect")]

#[test]
fn the_committed_document_is_the_one_that_the_routes_generate() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    let committed = std::fs::read_to_string(path).expect("openapi/openapi.json is committed");
    let generated = konductro_api::startup::openapi_json();
    assert!(
        committed.trim_end() == generated.trim_end(),
        "openapi/openapi.json has drifted from the routes: run `./justw gen` and commit what changes"
    );
}
