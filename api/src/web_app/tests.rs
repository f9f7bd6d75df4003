#![allow(clippy::unwrap_used, reason = "a failed expectation is a failed test")]

use actix_web::http::StatusCode;
use actix_web::test::{self, TestRequest};
use actix_web::{App, web};

use super::*;

async fn answer(request: TestRequest) -> actix_web::dev::ServiceResponse {
    let app = App::new().wrap(security_headers()).default_service(web::to(serve));
    test::call_service(&test::init_service(app).await, request.to_request()).await
}

#[actix_web::test]
async fn an_unknown_address_of_the_api_is_a_problem() {
    for path in ["/api", "/api/v1/nothing", "/api/v9"] {
        let response = answer(TestRequest::get().uri(path)).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap().to_str().unwrap(), "application/problem+json");
        assert_eq!(response.headers().get(header::X_CONTENT_TYPE_OPTIONS).unwrap().to_str().unwrap(), "nosniff");
        let body: serde_json::Value = test::read_body_json(response).await;
        assert_eq!(body["type"], "/problems/not-found");
    }
}

#[actix_web::test]
async fn pages_are_only_read() {
    let response = answer(TestRequest::post().uri("/projects")).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers().get(header::ALLOW).unwrap().to_str().unwrap(), "GET, HEAD");
}

#[actix_web::test]
async fn a_file_of_another_version_is_not_answered_with_the_page() {
    let response = answer(TestRequest::get().uri("/assets/index-0000.js")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn no_path_leads_out_of_the_folder() {
    for path in
        ["/../Cargo.toml", "/..%2fCargo.toml", "/%2e%2e/%2e%2e/Cargo.toml", "//etc/passwd", "/assets/../../Cargo.toml"]
    {
        let body = test::read_body(answer(TestRequest::get().uri(path)).await).await;
        let text = String::from_utf8_lossy(&body);
        assert!(!text.contains("[package]") && !text.contains("root:"), "{path}");
    }
}

#[actix_web::test]
async fn every_page_has_its_own_nonce_in_policy_and_styles() {
    let response = answer(TestRequest::get().uri("/projects/some/deep/link")).await;
    if response.status() == StatusCode::NOT_FOUND {
        let body: serde_json::Value = test::read_body_json(response).await;
        assert_eq!(body["detail"], NOT_BUILT, "without a built web app, it says how to build it");
        return;
    }
    let policy = response.headers().get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap().to_owned();
    let body = test::read_body(response).await;
    assert!(!String::from_utf8_lossy(&body).contains(NONCE_MARK));
    let other = answer(TestRequest::get().uri("/")).await;
    assert_ne!(other.headers().get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap(), policy);
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe-eval"));
}

#[actix_web::test]
async fn a_file_is_compressed_tagged_and_not_sent_twice() {
    let request = TestRequest::get().insert_header((header::ACCEPT_ENCODING, "br, gzip;q=0.8")).to_http_request();
    let file =
        || StaticFile { bytes: vec![b'a'; 5000].into(), hash: [7; 32], content_type: "text/css; charset=utf-8".into() };
    let response = file().respond(&request, Cache::Immutable);
    assert_eq!(response.headers().get(header::CONTENT_ENCODING).unwrap().to_str().unwrap(), "gzip");
    assert!(response.headers().get(header::CACHE_CONTROL).unwrap().to_str().unwrap().contains("immutable"));
    let tag = response.headers().get(header::ETAG).unwrap().clone();

    let again = TestRequest::get().insert_header((header::IF_NONE_MATCH, tag)).to_http_request();
    assert_eq!(file().respond(&again, Cache::AskAgain).status(), StatusCode::NOT_MODIFIED);

    let plain = TestRequest::get().insert_header((header::ACCEPT_ENCODING, "gzip;q=0")).to_http_request();
    let response = file().respond(&plain, Cache::AskAgain);
    assert!(response.headers().get(header::CONTENT_ENCODING).is_none());
}
