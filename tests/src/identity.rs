//! The rooms of HTTP and identity on a database of a test's own, served over a real socket.

use std::net::TcpListener;

use actix_web::{App, HttpServer, web};
use konductro_api::http::idempotency::Answers;
use konductro_api::http::{self, Site, fallback::RouteTable};
use konductro_api::identity::{By, Hashing, Identity, NewUser};
use konductro_api::routes;
use konductro_api::routes::me::{ConductorInfo, ConductorMode};
use konductro_api::{openapi, routes::me};
use serde_json::{Value, json};
use sqlx::Row;
use utoipa_actix_web::AppExt;

use crate::database::TestDatabase;
use crate::log::Log;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// A server of setup, session, me and users.
pub struct House {
    /// Behind the routes.
    pub identity: Identity,
    database: TestDatabase,
    _log: Log,
    base: String,
    client: reqwest::Client,
    server: actix_web::dev::ServerHandle,
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// A header's text; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The session cookie that it sets, as a browser would send it.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// The problem, which must be this one and complete.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> &Value {
        assert_eq!((self.status, &self.body["type"]), (status, &json!(format!("/problems/{code}"))), "{:#}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["request_id"], json!(self.header("x-request-id")));
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        &self.body
    }
}

impl House {
    /// Serves an empty workspace.
    pub async fn open() -> Self {
        let database = TestDatabase::new().await;
        let log = Log::start(&database).await;
        let identity = Identity::new(log.pool.clone(), log.commands.clone(), Hashing::Cheap).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/api/v1", listener.local_addr().unwrap());
        let server = serve(listener, &log, identity.clone());
        Self { identity, database, _log: log, base, client: reqwest::Client::new(), server }
    }

    /// Makes an account; its id.
    pub async fn user(&self, name: &str, email: &str, administrator: bool) -> String {
        let new =
            NewUser { name: name.to_owned(), email: email.to_owned(), password: PASSWORD.to_owned(), administrator };
        self.identity.create_user(new, By::console()).await.unwrap().user_id.to_string()
    }

    /// Makes an administrator and signs them in; the cookie.
    pub async fn administrator(&self) -> String {
        self.user("Dana Okafor", "dana@example.com", true).await;
        self.sign_in("dana@example.com", PASSWORD).await.cookie()
    }

    /// Signs in as the web app does.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/session", None, &json!({"email": email, "password": password})).await
    }

    /// Sets up as the web app does.
    pub async fn set_up(&self, code: &str, email: &str) -> Answer {
        let body = json!({"code": code, "name": "Dana Okafor", "email": email, "password": PASSWORD});
        self.post("/setup", None, &body).await
    }

    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let headers: Vec<_> = cookie.map(|cookie| ("cookie", cookie)).into_iter().collect();
        self.send("GET", path, &headers, String::new()).await
    }

    pub async fn post(&self, path: &str, cookie: Option<&str>, body: &Value) -> Answer {
        self.change("POST", path, cookie, body.to_string()).await
    }

    pub async fn patch(&self, path: &str, cookie: &str, body: &Value) -> Answer {
        self.change("PATCH", path, Some(cookie), body.to_string()).await
    }

    pub async fn delete(&self, path: &str, cookie: Option<&str>) -> Answer {
        self.change("DELETE", path, cookie, String::new()).await
    }

    async fn change(&self, method: &str, path: &str, cookie: Option<&str>, body: String) -> Answer {
        let mut headers = vec![("x-konductro", "1"), ("sec-fetch-site", "same-origin")];
        headers.extend(cookie.map(|cookie| ("cookie", cookie)));
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.send(method, path, &headers, body).await
    }

    /// Sends exactly this.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let url = format!("{}{path}", self.base);
        let mut request = self.client.request(method.parse().unwrap(), url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    /// The names of the workspace's events, in order.
    pub async fn facts(&self) -> Vec<String> {
        let mut owner = self.database.owner().await;
        sqlx::query_scalar("SELECT event_type FROM events WHERE aggregate_type = 'workspace' ORDER BY sequence")
            .fetch_all(&mut owner)
            .await
            .unwrap()
    }

    /// All events with their metadata, as text.
    pub async fn events(&self) -> String {
        let mut owner = self.database.owner().await;
        let rows: Vec<String> =
            sqlx::query_scalar("SELECT events::text FROM events").fetch_all(&mut owner).await.unwrap();
        rows.join("\n")
    }

    /// Every row of every table, as text.
    pub async fn dump(&self) -> String {
        let mut owner = self.database.owner().await;
        let tables = sqlx::query("SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'")
            .fetch_all(&mut owner)
            .await
            .unwrap();
        let mut all = String::new();
        for table in tables {
            let name: String = table.get("name");
            let rows: Vec<String> =
                sqlx::query_scalar(&format!("SELECT t::text FROM {name} t")).fetch_all(&mut owner).await.unwrap();
            all.push_str(&rows.join("\n"));
        }
        all
    }
}

fn serve(listener: TcpListener, log: &Log, identity: Identity) -> actix_web::dev::ServerHandle {
    let conductor =
        web::Data::new(ConductorInfo { mode: ConductorMode::Guided, model: None, label: "Guided mode".to_owned() });
    let (site, pool) = (web::Data::new(Site::new(None)), web::Data::new(log.pool.clone()));
    let (identity, answers) = (web::Data::new(identity), web::Data::new(Answers::new(log.pool.clone())));
    let routes = web::Data::new(RouteTable::of(&openapi::document()));
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .app_data(site.clone())
            .app_data(pool.clone())
            .app_data(identity.clone())
            .app_data(answers.clone())
            .app_data(conductor.clone())
            .app_data(routes.clone())
            .into_utoipa_app()
            .service(http::api(|config| {
                routes::setup::configure(config);
                routes::session::configure(config);
                me::configure(config);
                routes::users::configure(config);
            }))
            .split_for_parts();
        app
    });
    let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
    let handle = server.handle();
    tokio::spawn(server);
    handle
}
