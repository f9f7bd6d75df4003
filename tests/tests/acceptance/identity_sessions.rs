//! Signing in and out over HTTP, and everything that must not work.
use konductro_tests::identity::{House, PASSWORD};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn somebody_signs_in_reads_who_they_are_and_signs_out() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    let answer = house.sign_in("  SAM@Example.com ", PASSWORD).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["name"], "Sam Kim");
    assert_eq!(answer.body["projects"], json!([]));
    assert_eq!(answer.body["conductor"]["mode"], "guided");
    let set = answer.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let cookie = answer.cookie();

    assert_eq!(house.get("/me", Some(&cookie)).await.body["email"], "sam@example.com");
    assert_eq!(house.delete("/session", Some(&cookie)).await.status, 204);
    let gone = house.get("/me", Some(&cookie)).await;
    gone.expect_problem(401, "not-signed-in");
    assert_eq!(house.facts().await, ["UserCreated", "SignedIn", "SignedOut"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_account_a_wrong_password_and_a_disabled_account_answer_alike() {
    let house = House::open().await;
    let admin = house.administrator().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    let left = house.user("Lee Park", "lee@example.com", false).await;
    let patched = house.patch(&format!("/users/{left}"), &admin, &json!({"disabled": true})).await;
    assert_eq!(patched.status, 200);
    let mut answers = Vec::new();
    for (email, password) in
        [("nobody@example.com", PASSWORD), ("sam@example.com", "wrong password"), ("lee@example.com", PASSWORD)]
    {
        let answer = house.sign_in(email, password).await;
        answer.expect_problem(401, "sign-in-failed");
        let mut body = answer.body.clone();
        body["request_id"] = json!(null);
        answers.push(body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eleventh_wrong_password_is_told_to_wait() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    for _ in 0..10 {
        house.sign_in("sam@example.com", "wrong password").await.expect_problem(401, "sign-in-failed");
    }
    let limited = house.sign_in("sam@example.com", PASSWORD).await;
    limited.expect_problem(429, "rate-limited");
    let wait: u64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=91).contains(&wait), "{wait}");
    assert!(limited.header("ratelimit").contains("r=0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_again_rotates_the_session() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    let first = house.sign_in("sam@example.com", PASSWORD).await.cookie();
    let body = json!({"email": "sam@example.com", "password": PASSWORD});
    let second = house.post("/session", Some(&first), &body).await.cookie();
    assert_ne!(first, second);
    house.get("/me", Some(&first)).await.expect_problem(401, "not-signed-in");
    assert_eq!(house.get("/me", Some(&second)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_other_sessions_and_renews_this_one() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    let here = house.sign_in("sam@example.com", PASSWORD).await.cookie();
    let there = house.sign_in("sam@example.com", PASSWORD).await.cookie();
    let wrong = json!({"current_password": "not this one", "new_password": "another good one"});
    let refused = house.post("/me/password", Some(&here), &wrong).await;
    assert_eq!(refused.expect_problem(422, "invalid")["errors"][0]["pointer"], "/current_password");
    let weak = json!({"current_password": PASSWORD, "new_password": "sam@example.com"});
    let refused = house.post("/me/password", Some(&here), &weak).await;
    assert_eq!(refused.expect_problem(422, "invalid")["errors"][0]["pointer"], "/new_password");

    let change = json!({"current_password": PASSWORD, "new_password": "another good one"});
    let changed = house.post("/me/password", Some(&here), &change).await;
    assert_eq!(changed.status, 204);
    let renewed = changed.cookie();
    assert_eq!(house.get("/me", Some(&renewed)).await.status, 200);
    for ended in [here, there] {
        house.get("/me", Some(&ended)).await.expect_problem(401, "not-signed-in");
    }
    house.sign_in("sam@example.com", PASSWORD).await.expect_problem(401, "sign-in-failed");
    assert_eq!(house.sign_in("sam@example.com", "another good one").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_at_the_console_ends_every_session() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    let cookie = house.sign_in("sam@example.com", PASSWORD).await.cookie();
    let mut ends = house.identity.session_ends();
    let password = house.identity.reset_password("SAM@example.com").await.unwrap();
    assert!(ends.try_recv().is_ok());
    house.get("/me", Some(&cookie)).await.expect_problem(401, "not-signed-in");
    house.sign_in("sam@example.com", PASSWORD).await.expect_problem(401, "sign-in-failed");
    assert_eq!(house.sign_in("sam@example.com", &password).await.status, 200);
    assert!(house.identity.reset_password("nobody@example.com").await.is_err());
    assert!(house.facts().await.contains(&"PasswordReset".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_stored_or_recorded() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    let cookie = house.sign_in("sam@example.com", PASSWORD).await.cookie();
    let token = cookie.split('=').nth(1).unwrap().to_owned();
    let everything = house.dump().await;
    assert!(everything.contains("SignedIn"));
    for secret in [PASSWORD, &token, &hex_of(&token)] {
        assert!(!everything.contains(secret), "{secret} is stored somewhere");
    }
    let events = house.events().await;
    assert!(!events.contains("sam@example.com") && !events.contains("Sam Kim"), "{events}");
}

/// As PostgreSQL would show its bytes.
fn hex_of(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_somebody_elses_can_sign_in_or_change_anything() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    let body = json!({"email": "sam@example.com", "password": PASSWORD}).to_string();
    let forged: [&[(&str, &str)]; 4] = [
        &[("content-type", "application/json")],
        &[("content-type", "application/json"), ("x-konductro", "1"), ("origin", "https://evil.example")],
        &[("content-type", "application/json"), ("x-konductro", "1"), ("sec-fetch-site", "cross-site")],
        &[("content-type", "application/json"), ("x-konductro", "0")],
    ];
    for headers in forged {
        house.send("POST", "/session", headers, body.clone()).await.expect_problem(403, "csrf");
    }
    let form = [("content-type", "text/plain"), ("x-konductro", "1")];
    house.send("POST", "/session", &form, body.clone()).await.expect_problem(415, "unsupported-media-type");

    let cookie = house.sign_in("sam@example.com", PASSWORD).await.cookie();
    let forged = [("cookie", cookie.as_str())];
    house.send("DELETE", "/session", &forged, String::new()).await.expect_problem(403, "csrf");
    assert_eq!(house.get("/me", Some(&cookie)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_token_is_told_so() {
    let house = House::open().await;
    let answer = house.send("GET", "/me", &[("authorization", "Bearer kon_abc")], String::new()).await;
    answer.expect_problem(401, "not-signed-in");
    assert!(answer.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_two_idle_weeks_and_after_thirty_days_whatever_happens() {
    let house = House::open().await;
    house.user("Sam Kim", "sam@example.com", false).await;
    for aged in [
        "UPDATE sessions SET last_seen_at = now() - interval '15 days'",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
    ] {
        let cookie = house.sign_in("sam@example.com", PASSWORD).await.cookie();
        let token = cookie.split('=').nth(1).unwrap();
        let session = house.identity.authenticate(token, None).await.unwrap().unwrap().session;
        house.execute("UPDATE sessions SET last_seen_at = now() - interval '13 days'").await;
        assert_eq!(house.get("/me", Some(&cookie)).await.status, 200, "and being seen counts");
        assert!(house.identity.session_is_open(session).await.unwrap());
        assert_eq!(house.identity.sweep_sessions().await.unwrap(), 0);

        house.execute(aged).await;
        house.get("/me", Some(&cookie)).await.expect_problem(401, "not-signed-in");
        assert!(!house.identity.session_is_open(session).await.unwrap());
        assert_eq!(house.identity.sweep_sessions().await.unwrap(), 1);
    }
}
