//! First-run set-up, users and the demo people, over HTTP.
use futures_util::future::join_all;
use konductro_api::identity::{By, DEMO_PASSWORD, NewDemoPerson};
use konductro_domain::role::Role;
use konductro_tests::identity::{House, PASSWORD};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_code_is_the_first_administrator_once() {
    let house = House::open().await;
    assert_eq!(house.get("/setup", None).await.body, json!({"open": true}));
    let code = house.identity.setup_code().await.unwrap().unwrap();
    assert_eq!(house.identity.setup_code().await.unwrap().unwrap(), code, "every start prints the same one");

    let wrong = house.set_up("AAAA-AAAA-AAAA", "dana@example.com").await;
    wrong.expect_problem(403, "setup-code-wrong");
    let done = house.set_up(&code.to_lowercase(), "dana@example.com").await;
    assert_eq!(done.status, 201);
    assert_eq!(done.body["administrator"], true);
    assert_eq!(house.get("/me", Some(&done.cookie())).await.status, 200);

    assert_eq!(house.get("/setup", None).await.body, json!({"open": false}));
    house.set_up(&code, "eve@example.com").await.expect_problem(404, "setup-closed");
    assert!(house.identity.setup_code().await.unwrap().is_none());
    assert_eq!(house.facts().await, ["UserCreated", "WorkspaceSetUp", "AdministratorAppointed", "SignedIn"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_set_ups_at_once_one_wins() {
    let house = House::open().await;
    let code = house.identity.setup_code().await.unwrap().unwrap();
    let addresses: Vec<String> = (0..8).map(|n| format!("a{n}@example.com")).collect();
    let answers = join_all(addresses.iter().map(|email| house.set_up(&code, email))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 403, 404].contains(status)), "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_the_code_is_slow() {
    let house = House::open().await;
    house.identity.setup_code().await.unwrap();
    for _ in 0..10 {
        house.set_up("AAAA-AAAA-AAAA", "eve@example.com").await.expect_problem(403, "setup-code-wrong");
    }
    house.set_up("AAAA-AAAA-AAAA", "eve@example.com").await.expect_problem(429, "rate-limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_manage_users_and_nobody_else_does() {
    let house = House::open().await;
    let admin = house.administrator().await;
    let new = json!({"name": " Lee Park ", "email": "lee@example.com", "password": PASSWORD});
    let made = house.post("/users", Some(&admin), &new).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!((&made.body["name"], &made.body["disabled"]), (&json!("Lee Park"), &json!(false)));
    let twice = json!({"name": "Other", "email": "LEE@example.com", "password": PASSWORD});
    house.post("/users", Some(&admin), &twice).await.expect_problem(409, "email-taken");

    let lee = house.sign_in("lee@example.com", PASSWORD).await.cookie();
    let refused = house.post("/users", Some(&lee), &new).await;
    assert_eq!(refused.expect_problem(403, "role-required")["roles"], json!(["administrator"]));
    house.get("/users", Some(&lee)).await.expect_problem(403, "role-required");
    house.get("/users", None).await.expect_problem(401, "not-signed-in");

    let listed = house.get("/users?q=PARK", Some(&admin)).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed.body["items"][0]["email"], "lee@example.com");
    assert_eq!(house.get("/users?q=%25", Some(&admin)).await.body["items"], json!([]), "a % is no wildcard");
    let first = house.get("/users?limit=1", Some(&admin)).await;
    let cursor = first.body["next_cursor"].as_str().unwrap().to_owned();
    let second = house.get(&format!("/users?limit=1&cursor={cursor}"), Some(&admin)).await;
    assert_eq!(second.body["next_cursor"], json!(null));
    assert_ne!(first.body["items"][0], second.body["items"][0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_somebody_ends_their_sessions_at_once() {
    let house = House::open().await;
    let admin = house.administrator().await;
    let lee = house.user("Lee Park", "lee@example.com", false).await;
    let cookie = house.sign_in("lee@example.com", PASSWORD).await.cookie();
    let changed = house.patch(&format!("/users/{lee}"), &admin, &json!({"disabled": true})).await;
    assert_eq!(changed.body["disabled"], true);
    house.get("/me", Some(&cookie)).await.expect_problem(401, "not-signed-in");
    let again = house.patch(&format!("/users/{lee}"), &admin, &json!({"disabled": false})).await;
    assert_eq!(again.body["disabled"], false);
    house.get("/me", Some(&cookie)).await.expect_problem(401, "not-signed-in");
    assert_eq!(house.sign_in("lee@example.com", PASSWORD).await.status, 200);
    let facts = house.facts().await;
    assert!(facts.contains(&"UserDisabled".to_owned()) && facts.contains(&"UserEnabled".to_owned()), "{facts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_even_when_two_dismiss_each_other() {
    let house = House::open().await;
    let admin = house.administrator().await;
    let me = house.get("/me", Some(&admin)).await.body["user_id"].as_str().unwrap().to_owned();
    for change in [json!({"administrator": false}), json!({"disabled": true})] {
        house.patch(&format!("/users/{me}"), &admin, &change).await.expect_problem(409, "last-administrator");
    }
    let other = house.user("Other Admin", "other@example.com", true).await;
    let others = house.sign_in("other@example.com", PASSWORD).await.cookie();
    let dismiss = json!({"administrator": false});
    let (mine, theirs) = (format!("/users/{me}"), format!("/users/{other}"));
    let both = tokio::join!(house.patch(&mine, &others, &dismiss), house.patch(&theirs, &admin, &dismiss));
    let statuses = [both.0.status, both.1.status];
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_offers_the_demo_people_on_this_machine_only() {
    let house = House::open().await;
    assert_eq!(house.get("/session-options", None).await.body["demo"], json!(null));
    for (name, email, role) in [("Ada", "ada@demo.localhost", Role::Auditor), ("Sol", "sol@demo.localhost", Role::Sdm)]
    {
        let new = NewDemoPerson { name: name.to_owned(), email: email.to_owned(), role, administrator: false };
        let made = house.identity.add_demo_person(new.clone(), By::console()).await.unwrap();
        assert_eq!(house.identity.add_demo_person(new, By::console()).await.unwrap(), made);
    }
    let offered = house.get("/session-options", None).await.body["demo"].clone();
    assert_eq!(offered[0]["role"], "sdm");
    assert_eq!(
        offered[1],
        json!({"name": "Ada", "email": "ada@demo.localhost", "role": "auditor", "password": DEMO_PASSWORD})
    );
    let signed_in = house.sign_in("sol@demo.localhost", DEMO_PASSWORD).await;
    assert_eq!(signed_in.status, 200);
    let cookie = signed_in.cookie();
    let fixed = json!({"current_password": DEMO_PASSWORD, "new_password": "another good one"});
    house.post("/me/password", Some(&cookie), &fixed).await.expect_problem(422, "invalid");

    let forwarded = [("x-forwarded-for", "203.0.113.9")];
    let elsewhere = house.send("GET", "/session-options", &forwarded, String::new()).await;
    assert_eq!(elsewhere.body["demo"], json!(null));
    let headers = [("x-forwarded-for", "203.0.113.9"), ("x-konductro", "1"), ("content-type", "application/json")];
    let body = json!({"email": "sol@demo.localhost", "password": DEMO_PASSWORD}).to_string();
    house.send("POST", "/session", &headers, body).await.expect_problem(403, "demo-loopback-only");
    let headers = [("x-forwarded-for", "203.0.113.9"), ("cookie", cookie.as_str())];
    house.send("GET", "/me", &headers, String::new()).await.expect_problem(403, "demo-loopback-only");
}
