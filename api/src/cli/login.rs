//! `konductro login`: in the browser, by a code that a person confirms; or with a token that is pasted.

use std::io::{IsTerminal as _, Read as _};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::credentials::{DEFAULT_URL, Store, Stored, token_of_environment};
use super::exit::{Exit, Failure};
use super::server::{Output, ServerArgs};
use crate::config::Secret;
use crate::identity::TokenSecret;

/// A code lives for ten minutes; the server says so, and a clock that stands still does not make it longer.
const AT_MOST: Duration = Duration::from_secs(11 * 60);
/// What a hand-off needs.
const USUAL_SCOPES: [&str; 3] = ["read", "analysis:write", "findings:write"];

/// Sign in to a server, for one project: confirm a code in the browser, or paste a token.
///
/// What is stored is a token that acts for you in that project and can decide nothing. It is kept in a file that only
/// you can read; `konductro logout` revokes it.
#[derive(Debug, Args)]
pub(super) struct Login {
    #[command(flatten)]
    server: ServerArgs,
    /// The project's key, such as PAY; you can also choose it in the browser.
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// What the token is to be for.
    #[arg(long, value_name = "SCOPES", value_delimiter = ',', default_values_t = USUAL_SCOPES.map(str::to_owned))]
    scopes: Vec<String>,
    /// Read a token from standard input instead of asking in the browser.
    #[arg(long)]
    with_token: bool,
    #[command(flatten)]
    output: Output,
}

/// What the server gives to wait with.
#[derive(Deserialize)]
struct Waiting {
    user_code: String,
    device_secret: String,
    verification_url: String,
    interval: u64,
}

impl Login {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let as_json = self.output.json;
        self.sign_in().await.map_err(|failure| failure.told_as_json(as_json))
    }

    async fn sign_in(self) -> Result<(), Failure> {
        let mut store = Store::read()?;
        let url = store.url(self.server.url.as_deref()).unwrap_or_else(|| DEFAULT_URL.to_owned());
        let client = Client::anonymous(&url)?;
        warn_of_plain_http(&url);
        let secret = if self.with_token { pasted()? } else { self.confirmed(&client).await? };
        let me = client.with_token(secret.clone()).get("/me").await?;
        let token = &me["token"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let project_key = text(&token["project_key"]);
        let token_id = token["id"].as_str().and_then(|id| id.parse().ok());
        let token_id = token_id.filter(|_| !project_key.is_empty()).ok_or_else(|| {
            Failure::new(Exit::Error, format!("{url} does not say what the token opens; is it a Konductro server?"))
        })?;
        let stored = Stored {
            token: secret.expose().to_owned(),
            token_id,
            user: text(&me["name"]),
            expires_at: text(&token["expires_at"]),
        };
        store.keep(&url, &project_key, stored);
        let path = store.write()?;
        if token_of_environment().is_some() {
            eprintln!("KONDUCTRO_TOKEN is set and is used before what was just stored.");
        }
        let told = json!({
            "url": url, "user": me["name"], "project_key": project_key, "scopes": token["scopes"],
            "expires_at": token["expires_at"], "stored_in": path,
        });
        self.output.print(&told, || {
            let until = token["expires_at"].as_str().unwrap_or_default();
            let until = until.split('T').next().unwrap_or_default();
            format!(
                "Signed in to {url} as {} for {project_key}, until {until}.",
                me["name"].as_str().unwrap_or_default()
            )
        })
    }

    /// Asks, shows the code, and waits for the person.
    async fn confirmed(&self, client: &Client) -> Result<Secret, Failure> {
        let asked = json!({
            "tool": concat!("konductro ", env!("CARGO_PKG_VERSION")),
            "host_name": host_name(),
            "scopes": self.scopes,
            "project_key": self.project,
        });
        let started = client.send(reqwest::Method::POST, "/device-logins", Some(&asked), None).await?;
        let waiting: Waiting = serde_json::from_value(started.body).map_err(|_| {
            Failure::new(Exit::Error, format!("{} gave no code; is it a Konductro server?", client.base()))
        })?;
        eprintln!("Open {}\nand confirm the code {}", waiting.verification_url, waiting.user_code);
        if std::io::stderr().is_terminal() {
            eprintln!("Waiting for you there; Ctrl-C ends it.");
        }
        let (began, every) = (Instant::now(), Duration::from_secs(waiting.interval.clamp(1, 30)));
        let collect = json!({ "device_secret": waiting.device_secret });
        while began.elapsed() < AT_MOST {
            tokio::time::sleep(every).await;
            let asked = client.send(reqwest::Method::POST, "/device-logins/collect", Some(&collect), None).await;
            let found = match asked {
                Ok(answer) => answer.body,
                // It may be a moment's; the code goes on living.
                Err(failure) if failure.exit == Exit::Unreachable => continue,
                Err(failure) => return Err(failure.exiting(Exit::NotAllowed)),
            };
            match (found["state"].as_str(), found["issued"]["secret"].as_str()) {
                (Some("waiting"), _) => {}
                (Some("approved"), Some(secret)) => return read_token(secret),
                _ => return Err(Failure::new(Exit::NotAllowed, "It was refused in the browser.")),
            }
        }
        Err(Failure::new(Exit::NotAllowed, "Nobody confirmed the code in time. Run `konductro login` again."))
    }
}

/// A token from standard input.
fn pasted() -> Result<Secret, Failure> {
    if std::io::stdin().is_terminal() {
        eprintln!("Paste the token, then Enter and Ctrl-D:");
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    read_token(text.trim())
}

fn read_token(text: &str) -> Result<Secret, Failure> {
    let token = TokenSecret::read(text).ok_or_else(|| {
        Failure::new(
            Exit::Refused,
            "This is no whole API token: one has 40 characters and begins with kon_. Copy it again.",
        )
    })?;
    Ok(token.expose().parse().unwrap_or_else(|never: std::convert::Infallible| match never {}))
}

/// The machine's name, as a token's list is to show it.
fn host_name() -> String {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok());
    let name: String = name.unwrap_or_default().chars().filter(|c| !c.is_control()).take(60).collect();
    if name.trim().is_empty() { "this machine".to_owned() } else { name }
}

fn warn_of_plain_http(url: &str) {
    let Some(host) = url.strip_prefix("http://") else { return };
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    if !["localhost", "127.0.0.1", "[::1]"].contains(&host) {
        eprintln!("{url} is not encrypted: whoever is on the way can read your token.");
    }
}
