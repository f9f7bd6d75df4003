//! Somebody who uses the product over HTTP, with a session of their own.

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// Everybody's password in tests.
pub const PASSWORD: &str = "correct horse battery";

/// A signed-in person.
#[derive(Clone)]
pub struct Person {
    client: Client,
    base: String,
    cookie: String,
    token: Option<String>,
    /// Their id.
    pub user_id: String,
    /// Their e-mail address.
    pub email: String,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// Reads a response.
    pub async fn of(response: reqwest::Response) -> Self {
        Self::if_whole(response).await.expect("a body")
    }

    async fn if_whole(response: reqwest::Response) -> Result<Self, reqwest::Error> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) };
        Ok(Self { status, headers, body })
    }

    /// The body of an answer that has this status; anything else fails the test.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// Expects a whole problem of this status and code, and gives its body.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let kind = format!("/problems/{code}");
        assert_eq!((self.status, self.body["type"].as_str()), (status, Some(kind.as_str())), "{:#}", self.body);
        let kind = self.header("content-type");
        assert!(kind.starts_with("application/problem+json"), "{kind}");
        assert!(self.body["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{:#}", self.body);
        assert_eq!(self.body["request_id"], json!(self.header("x-request-id")));
        self.body.clone()
    }

    /// The session cookie that it sets, as a browser would send it.
    pub fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }

    /// A header's text; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }
}

impl Person {
    /// The first administrator, through first-run set-up.
    pub async fn set_up(base: &str, code: &str, name: &str, email: &str) -> Self {
        let client = Client::new();
        let body = json!({ "code": code, "name": name, "email": email, "password": PASSWORD });
        let response = client.post(format!("{base}/api/v1/setup")).header("X-Konductro", "1").json(&body);
        Self::with_session(client, base, email, response).await
    }

    /// Signs in.
    pub async fn sign_in(base: &str, email: &str, password: &str) -> Self {
        let client = Client::new();
        let body = json!({ "email": email, "password": password });
        let response = client.post(format!("{base}/api/v1/session")).header("X-Konductro", "1").json(&body);
        Self::with_session(client, base, email, response).await
    }

    async fn with_session(client: Client, base: &str, email: &str, request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        let cookie = response
            .headers()
            .get(SET_COOKIE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .to_owned();
        let answer = Answer::of(response).await;
        assert!(answer.status < 300, "could not sign in: {:#}", answer.body);
        let user_id = answer.body["user_id"].as_str().expect("a user id").to_owned();
        Self { client, base: base.to_owned(), cookie, token: None, user_id, email: email.to_owned() }
    }

    /// The same person through an API token, without a session.
    pub fn by_token(&self, secret: &str) -> Self {
        Self { cookie: String::new(), token: Some(secret.to_owned()), ..self.clone() }
    }

    /// Issues a token of this person's for a project, and gives its secret and id.
    pub async fn issue_token(&self, project: &str, scopes: &[&str]) -> (String, String) {
        let body = json!({ "name": "laptop", "project_id": project, "scopes": scopes, "expires_in_days": 30 });
        let issued = self.post("/tokens", body).await.expect(201);
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        (text(&issued["secret"]), text(&issued["token"]["id"]))
    }

    /// The headers by which a socket proves who opens it.
    pub fn proof(&self) -> (&'static str, String) {
        match &self.token {
            Some(token) => ("authorization", format!("Bearer {token}")),
            None => ("cookie", self.cookie.clone()),
        }
    }

    /// Somebody who is not signed in.
    pub fn anonymous(base: &str) -> Self {
        let (cookie, user_id, email) = (String::new(), String::new(), String::new());
        Self { client: Client::new(), base: base.to_owned(), cookie, token: None, user_id, email }
    }

    /// An administrator creates an account, and its owner signs in.
    pub async fn invite(&self, name: &str, email: &str) -> Person {
        let body = json!({ "name": name, "email": email, "password": PASSWORD });
        self.post("/users", body).await.expect(201);
        Self::sign_in(&self.base, email, PASSWORD).await
    }

    /// The session's cookie, for a socket.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if ["/api", "/readyz", "/healthz"].iter().any(|outside| path.starts_with(outside)) {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        let request = self.client.request(method, format!("{}{url}", self.base));
        match &self.token {
            // As a program sends it: no cookie, and no header of the web app's.
            Some(token) => request.bearer_auth(token),
            None => request.header(COOKIE, &self.cookie).header("X-Konductro", "1"),
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::of(request.send().await.expect("the server answers")).await
    }

    /// The answer, if one came whole: the server may die meanwhile.
    pub async fn send_if_it_lives(&self, request: RequestBuilder) -> Option<Answer> {
        Answer::if_whole(request.send().await.ok()?).await.ok()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, version: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).header("If-Match", version).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Creates a project and gives its id.
    pub async fn create_project(&self, key: &str) -> String {
        let body = json!({ "key": key, "name": format!("Project {key}"), "context": "# Goals\nPay sellers daily." });
        self.post("/projects", body).await.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    /// Gives somebody roles in a project.
    pub async fn add_member(&self, project: &str, member: &Person, roles: &[&str]) {
        let path = format!("/projects/{project}/members/{}", member.user_id);
        self.put(&path, json!({ "roles": roles })).await.expect(200);
    }

    /// Opens a full phase and gives its id.
    pub async fn open_phase(&self, project: &str, title: &str) -> String {
        let body = json!({ "kind": "full", "title": title, "brief": "Sellers wait three days for their money." });
        let path = format!("/projects/{project}/phases");
        self.post(&path, body).await.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    /// A stage of a phase, as the API shows it.
    pub async fn stage(&self, phase: &str, stage: &str) -> Value {
        let phase = self.get(&format!("/phases/{phase}")).await.expect(200);
        let stages = phase["stages"].as_array().expect("stages").clone();
        stages.into_iter().find(|view| view["stage"] == stage).expect("the stage")
    }

    /// Saves a version by hand.
    pub async fn save_version(&self, phase: &str, stage: &str, markdown: &str) -> Answer {
        let body = json!({ "title": "Document", "markdown": markdown });
        self.post(&format!("/phases/{phase}/artefacts/{stage}/versions"), body).await
    }

    /// What an approval of the artefact as it is shown now must name. What the checker would stop is waived: a few words
    /// are document enough where gates are what is tested.
    pub async fn approval_of(&self, phase: &str, stage: &str) -> Value {
        let artefact = self.get(&format!("/phases/{phase}/artefacts/{stage}")).await.expect(200);
        let findings = artefact["findings"].as_array().expect("findings").iter();
        let blocking = findings.filter(|finding| finding["severity"] == "blocking");
        let waivers: Vec<_> = blocking
            .map(|finding| json!({ "finding_id": finding["id"], "reason": "a few words are enough" }))
            .collect();
        json!({
            "version": artefact["latest"]["version"],
            "content_hash": artefact["latest"]["content_hash"],
            "upstream_hash": artefact["upstream_hash"],
            "cycle": artefact["cycle"],
            "waivers": waivers,
        })
    }

    /// Approves what is shown now.
    pub async fn approve(&self, phase: &str, stage: &str) -> Answer {
        let approval = self.approval_of(phase, stage).await;
        self.post(&format!("/phases/{phase}/artefacts/{stage}/approvals"), approval).await
    }
}

impl Person {
    /// Writes to Conductor, and gives the reply once it has ended.
    pub async fn converse(&self, phase: &str, stage: &str, text: &str) -> Value {
        let path = format!("/phases/{phase}/stages/{stage}/messages");
        let turn = self.post(&path, json!({ "text": text })).await.expect(202)["turn_id"].clone();
        self.reply_of(phase, stage, turn.as_str().expect("a turn id")).await
    }

    /// The reply of a turn, once it has ended.
    pub async fn reply_of(&self, phase: &str, stage: &str, turn: &str) -> Value {
        let path = format!("/phases/{phase}/stages/{stage}/messages");
        crate::wait::until("the reply to end", || async {
            let messages = self.get(&path).await.expect(200);
            let items = messages["items"].as_array().expect("messages").clone();
            items.into_iter().find(|message| {
                message["turn_id"] == turn
                    && message["author"]["kind"] == "conductor"
                    && !matches!(message["state"].as_str(), Some("queued" | "streaming" | "stopping"))
            })
        })
        .await
    }

    /// The artefact's latest version, once it has at least this number.
    pub async fn version_reached(&self, phase: &str, stage: &str, number: u64) -> Value {
        let path = format!("/phases/{phase}/artefacts/{stage}");
        crate::wait::until("the version to be saved", || async {
            let latest = self.get(&path).await.expect(200)["latest"].clone();
            (latest["version"].as_u64() >= Some(number)).then_some(latest)
        })
        .await
    }
}
