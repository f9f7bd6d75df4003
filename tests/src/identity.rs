//! The rooms of HTTP and identity on a database of a test's own, served over a real socket.

use std::net::TcpListener;

use actix_web::{App, HttpServer, web};
use konductro_api::http::answers::Answers;
use konductro_api::http::{self, Site, fallback::RouteTable, scopes::TokenRules};
use konductro_api::identity::{By, Hashing, Identity, NewUser};
use konductro_api::routes;
use konductro_api::routes::me::{ConductorInfo, ConductorMode};
use konductro_api::{openapi, routes::me};
use serde_json::{Value, json};
use utoipa_actix_web::AppExt;

use crate::Answer;
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
        Answer::of(request.send().await.unwrap()).await
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

    /// Does something to the tables by hand.
    pub async fn execute(&self, statement: &str) {
        sqlx::query(statement).execute(&mut self.database.owner().await).await.unwrap();
    }

    /// Every row of every table, as text.
    pub async fn dump(&self) -> String {
        self.database.dump().await
    }
}

fn serve(listener: TcpListener, log: &Log, identity: Identity) -> actix_web::dev::ServerHandle {
    let conductor =
        web::Data::new(ConductorInfo { mode: ConductorMode::Guided, model: None, label: "Guided mode".to_owned() });
    let (site, pool) = (web::Data::new(Site::new(None)), web::Data::new(log.pool.clone()));
    let (identity, answers) = (web::Data::new(identity), web::Data::new(Answers::new(log.pool.clone())));
    let routes = web::Data::new(RouteTable::of(&openapi::document()));
    let token_rules = web::Data::new(TokenRules::of(&openapi::document()));
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .app_data(site.clone())
            .app_data(pool.clone())
            .app_data(identity.clone())
            .app_data(answers.clone())
            .app_data(conductor.clone())
            .app_data(routes.clone())
            .app_data(token_rules.clone())
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
