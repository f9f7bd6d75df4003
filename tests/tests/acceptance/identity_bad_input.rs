//! Whatever comes in, the answer is a problem that helps, never a 5xx.
use konductro_tests::identity::{House, PASSWORD};
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/json");
const OURS: (&str, &str) = ("x-konductro", "1");

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_says_so_as_a_problem() {
    let house = House::open().await;
    let admin = house.administrator().await;
    for path in ["/nothing", "/me/", "/users/not-a-uuid/x", "/%00", "/..%2f..%2fetc"] {
        house.get(path, Some(&admin)).await.expect_problem(404, "not-found");
    }
    for id in ["x", "0", "%00", "00000000-0000-0000-0000-00000000000g"] {
        house.patch(&format!("/users/{id}"), &admin, &json!({})).await.expect_problem(404, "not-found");
    }
    let nobody = "/users/00000000-0000-7000-8000-000000000000";
    house.patch(nobody, &admin, &json!({"name": "X"})).await.expect_problem(404, "not-found");
    for (method, path, allow) in
        [("PUT", "/me", "GET"), ("GET", "/session", "POST, DELETE"), ("DELETE", "/users", "GET, POST")]
    {
        let answer = house.send(method, path, &[JSON, OURS], String::new()).await;
        answer.expect_problem(405, "method-not-allowed");
        assert_eq!(answer.header("allow"), allow);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_body_is_told_what_is_wrong_with_it() {
    let house = House::open().await;
    let admin = house.administrator().await;
    let headers = [JSON, OURS, ("cookie", admin.as_str())];
    for body in ["", "{", "[1,", "nope", "{\"name\": \"\u{1}\"}", "\u{feff}{}"] {
        house.send("POST", "/users", &headers, body.to_owned()).await.expect_problem(400, "malformed");
    }
    let good = json!({"name": "Lee", "email": "lee@example.com", "password": PASSWORD});
    for (field, value, pointer) in [
        ("name", json!(null), "/name"),
        ("name", json!("   "), "/name"),
        ("name", json!("x".repeat(121)), "/name"),
        ("name", json!("a\nb"), "/name"),
        ("name", json!("a\u{0}b"), "/name"),
        ("email", json!("nope"), "/email"),
        ("email", json!(["lee@example.com"]), "/email"),
        ("email", json!(format!("{}@example.com", "x".repeat(300))), "/email"),
        ("password", json!("short"), "/password"),
        ("password", json!("x".repeat(201)), "/password"),
        ("password", json!("aaaaaaaaaaaa"), "/password"),
        ("administrator", json!("yes"), "/administrator"),
        ("extra", json!(1), "/extra"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = house.post("/users", Some(&admin), &body).await;
        assert_eq!(answer.expect_problem(422, "invalid")["errors"][0]["pointer"], pointer, "{body}");
    }
    for query in ["limit=0", "limit=201", "limit=x", "cursor=zz", "cursor=225c753030303022", "other=1", "q=%00"] {
        house.get(&format!("/users?{query}"), Some(&admin)).await.expect_problem(422, "invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_or_foreign_body_is_refused() {
    let house = House::open().await;
    let admin = house.administrator().await;
    let headers = [JSON, OURS, ("cookie", admin.as_str())];
    let big = format!("\"{}\"", "x".repeat(2 * 1024 * 1024));
    house.send("POST", "/users", &headers, big.clone()).await.expect_problem(413, "payload-too-large");
    let keyed = [JSON, OURS, ("cookie", admin.as_str()), ("idempotency-key", "k")];
    house.send("POST", "/users", &keyed, big).await.expect_problem(413, "payload-too-large");
    let form = [("content-type", "application/x-www-form-urlencoded"), OURS, ("cookie", admin.as_str())];
    house.send("POST", "/users", &form, "a=b".to_owned()).await.expect_problem(415, "unsupported-media-type");
    let zipped = [JSON, OURS, ("cookie", admin.as_str()), ("content-encoding", "gzip")];
    house.send("POST", "/users", &zipped, "x".to_owned()).await.expect_problem(415, "unsupported-media-type");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_headers_do_no_harm() {
    let house = House::open().await;
    let admin = house.administrator().await;
    let cookie = ("cookie", admin.as_str());
    for odd in ["", "=", "konductro_session", "konductro_session=\"", "konductro_session=%00%ff", ";;;"] {
        house.send("GET", "/me", &[("cookie", odd)], String::new()).await.expect_problem(401, "not-signed-in");
    }
    let odd = [cookie, ("konductro-min-position", "soon")];
    house.send("GET", "/me", &odd, String::new()).await.expect_problem(400, "malformed");
    let answer = house.send("GET", "/me", &[cookie, ("x-request-id", "abc-123")], String::new()).await;
    assert_eq!(answer.header("x-request-id"), "abc-123");
    let answer = house.send("GET", "/me", &[cookie, ("x-request-id", "a b<script>")], String::new()).await;
    assert_eq!(answer.header("x-request-id").len(), 36);
    let refused = house.get("/nothing", None).await;
    assert_eq!(refused.body["request_id"], json!(refused.header("x-request-id")));
    assert_eq!(refused.body["instance"], "/api/v1/nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_under_the_same_key_gets_the_first_answer() {
    let house = House::open().await;
    let admin = house.administrator().await;
    let headers = [JSON, OURS, ("cookie", admin.as_str()), ("idempotency-key", "one")];
    let body = json!({"name": "Lee", "email": "lee@example.com", "password": PASSWORD}).to_string();
    let first = house.send("POST", "/users", &headers, body.clone()).await;
    assert_eq!((first.status, first.header("idempotency-replayed").as_str()), (201, ""));
    let again = house.send("POST", "/users", &headers, body).await;
    assert_eq!((again.status, again.header("idempotency-replayed").as_str()), (201, "true"));
    assert_eq!(again.body, first.body);
    let other = json!({"name": "Kim", "email": "kim@example.com", "password": PASSWORD}).to_string();
    house.send("POST", "/users", &headers, other.clone()).await.expect_problem(422, "idempotency-key-reused");
    let odd = [JSON, OURS, ("cookie", admin.as_str()), ("idempotency-key", "")];
    house.send("POST", "/users", &odd, other).await.expect_problem(400, "malformed");
    assert!(!house.dump().await.contains(PASSWORD));

    let headers = [JSON, OURS, ("cookie", admin.as_str()), ("idempotency-key", "two")];
    let body = json!({"name": "Max", "email": "max@example.com", "password": PASSWORD}).to_string();
    let answers =
        futures_util::future::join_all((0..6).map(|_| house.send("POST", "/users", &headers, body.clone()))).await;
    for answer in &answers {
        assert!([201, 409].contains(&answer.status), "{}", answer.body);
        if answer.status == 409 {
            answer.expect_problem(409, "still-running");
        }
    }
    assert!(answers.iter().any(|answer| answer.status == 201));
    assert_eq!(house.get("/users?q=max", Some(&admin)).await.body["items"].as_array().unwrap().len(), 1);
}
