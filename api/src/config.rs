//! What a person may set, each as an option and as an environment variable.
//!
//! One struct for each concern, read by clap and documented by `--help`; nothing else in the program
//! reads the environment. An empty variable counts as unset (compose files pass those). Secrets are
//! kept in a type that never prints them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use crate::audit::key::{self, KeyPlace};
use crate::conductor::price::PriceTable;
use crate::embedded_postgres::EmbeddedOptions;
use crate::identity::TOKEN_REQUESTS_A_MINUTE;
use crate::listen::Listen;

/// Everything that `konductro serve` is told.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Where it listens and how it is reached.
    #[command(flatten)]
    pub server: ServerConfig,
    /// Where the data is.
    #[command(flatten)]
    pub database: DatabaseConfig,
    /// How people sign in.
    #[command(flatten)]
    pub identity: IdentityConfig,
    /// Who answers as Conductor.
    #[command(flatten)]
    pub model: ModelConfig,
    /// How the log is signed.
    #[command(flatten)]
    pub audit: AuditConfig,
}

/// Where the server listens and how it is reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub struct ServerConfig {
    /// Address and port to listen on, such as `0.0.0.0:8080`, `localhost:9000` or just `9000`.
    ///
    /// A port alone, and localhost, mean both loopback addresses: only this machine can connect.
    #[arg(long, env = "KONDUCTRO_LISTEN", default_value = "localhost:8080", value_name = "ADDRESS")]
    pub listen: Listen,
    /// The URL under which people reach the server, when that is not the address it listens on.
    ///
    /// With https:// the session cookie is marked secure.
    #[arg(long, env = "KONDUCTRO_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Load the demo workspace into an empty database on first start.
    #[arg(long, env = "KONDUCTRO_DEMO", value_name = "BOOL", default_value_t = true, action = ArgAction::Set)]
    pub demo: bool,
    /// Start empty: the first person sets the workspace up with a code printed at start.
    #[arg(long)]
    pub no_demo: bool,
}

impl ServerConfig {
    /// Whether an empty database gets the demo workspace.
    #[must_use]
    pub fn wants_demo(&self) -> bool {
        self.demo && !self.no_demo
    }

    /// The URL for people: what was set, or the address that it listens on.
    #[must_use]
    pub fn url(&self, port: u16) -> String {
        self.public_url.clone().unwrap_or_else(|| self.listen.url(port))
    }

    /// Whether people reach it by TLS, so that cookies can be bound to that.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// Where the data is: a server of one's own, or the private one in the data folder.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Data")]
pub struct DatabaseConfig {
    /// The folder for everything that is stored: the private PostgreSQL, keys and logs.
    #[arg(long, env = "KONDUCTRO_DATA", default_value = ".konductro/data", value_name = "FOLDER")]
    pub data: PathBuf,
    /// Use this PostgreSQL server (15 or newer) and start none.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<Secret>,
    /// The folder of the PostgreSQL programs to run, rather than those that are found.
    #[arg(long, env = "KONDUCTRO_PG_BIN", value_name = "FOLDER")]
    pub pg_bin: Option<PathBuf>,
    /// The folder of the PostgreSQL programs to run when the system has none.
    #[arg(long, env = "KONDUCTRO_PG_FALLBACK_BIN", value_name = "FOLDER")]
    pub pg_fallback_bin: Option<PathBuf>,
}

impl DatabaseConfig {
    /// What the private PostgreSQL needs to know.
    #[must_use]
    pub fn embedded(&self) -> EmbeddedOptions {
        EmbeddedOptions {
            data_dir: self.data.clone(),
            bin: self.pg_bin.clone(),
            fallback_bin: self.pg_fallback_bin.clone(),
        }
    }
}

/// How the log's heads are signed.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Audit")]
pub struct AuditConfig {
    /// The file of the key that signs the log's heads; made where there is none.
    ///
    /// Without it: `audit.key` in the data folder, or, with DATABASE_URL, in the database, where replicas share it.
    #[arg(long, env = "KONDUCTRO_AUDIT_KEY", value_name = "FILE")]
    pub audit_key: Option<PathBuf>,
    /// The log's name in its signed heads, such as `plan.example.org`; chosen when the key is made, and kept with it.
    #[arg(long, env = "KONDUCTRO_AUDIT_ORIGIN", value_name = "NAME")]
    pub audit_origin: Option<String>,
}

impl AuditConfig {
    /// Where the key is kept.
    #[must_use]
    pub fn key_place(&self, database: &DatabaseConfig) -> KeyPlace {
        match (&self.audit_key, &database.database_url) {
            (Some(file), _) => KeyPlace::File(file.clone()),
            (None, Some(_)) => KeyPlace::Database,
            (None, None) => KeyPlace::File(database.data.join(key::FILE)),
        }
    }
}

/// How people sign in.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Sign-in")]
pub struct IdentityConfig {
    /// How much work a stored password costs whoever would guess it; `cheap` is for tests only.
    #[arg(long, env = "KONDUCTRO_PASSWORD_HASHING", value_enum, default_value_t, value_name = "KIND")]
    pub password_hashing: PasswordHashing,
    /// How often each API token may ask in a minute.
    #[arg(long, env = "KONDUCTRO_TOKEN_REQUESTS_PER_MINUTE", default_value_t = TOKEN_REQUESTS_A_MINUTE, value_name = "NUMBER")]
    pub token_requests_per_minute: u32,
}

/// The work that goes into storing a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum PasswordHashing {
    /// What OWASP recommends for argon2id.
    #[default]
    Strong,
    /// The least that argon2id takes, so that tests are quick.
    Cheap,
}

/// Who answers as Conductor: a model by any OpenAI-compatible endpoint, or the guided interview.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Model (without a key or an address, Conductor is a guided interview)")]
pub struct ModelConfig {
    /// The key for the model's endpoint.
    #[arg(long, env = "OPENAI_API_KEY", hide_env_values = true, value_name = "KEY")]
    pub openai_api_key: Option<Secret>,
    /// The address of an OpenAI-compatible endpoint; without it, OpenAI's own.
    #[arg(long, env = "OPENAI_BASE_URL", value_name = "URL")]
    pub openai_base_url: Option<String>,
    /// The model that Conductor asks.
    #[arg(long, env = "KONDUCTRO_MODEL", value_name = "NAME")]
    pub model: Option<String>,
    /// How long a reply may stay silent before it counts as stalled, such as `90s` or `2m`.
    #[arg(long, env = "KONDUCTRO_MODEL_IDLE_TIMEOUT", default_value = "120s", value_name = "TIME", value_parser = duration)]
    pub model_idle_timeout: Duration,
    /// How long connecting to the endpoint may take.
    #[arg(long, env = "KONDUCTRO_MODEL_CONNECT_TIMEOUT", default_value = "10s", value_name = "TIME", value_parser = duration)]
    pub model_connect_timeout: Duration,
    /// How the endpoint is told which part of a prompt to cache.
    #[arg(long, env = "KONDUCTRO_CACHE_PROFILE", value_enum, default_value_t, value_name = "PROFILE")]
    pub cache_profile: CacheProfile,
    /// What a million tokens cost, as JSON: {"gpt-5": {"prompt": 1.25, "cached": 0.125, "completion": 10}}.
    #[arg(long, env = "KONDUCTRO_MODEL_PRICES", value_name = "JSON")]
    pub model_prices: Option<PriceTable>,
}

impl ModelConfig {
    /// Whether a model was configured at all.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.openai_api_key.is_some() || self.openai_base_url.is_some()
    }
}

/// How an endpoint is told which part of a prompt to cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum CacheProfile {
    /// By the endpoint's address and the model's name.
    #[default]
    Auto,
    /// A prompt cache key, as OpenAI takes it.
    Openai,
    /// Marks on the blocks, as Anthropic's models take them.
    AnthropicMarks,
    /// Nothing; for endpoints that refuse what they do not know.
    None,
}

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Log")]
pub struct LogConfig {
    /// What to log: a level (error, warn, info, debug, trace), or directives such as `info,konductro_api=debug`.
    #[arg(long, env = "KONDUCTRO_LOG", default_value = "info,actix_server=warn", value_name = "FILTER", global = true)]
    pub log: String,
    /// Lines for people, or JSON for machines.
    #[arg(long, env = "KONDUCTRO_LOG_FORMAT", value_enum, default_value_t, value_name = "FORMAT", global = true)]
    pub log_format: LogFormat,
}

/// For whom the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// A value that is used but never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// `1500ms`, `90s`, `2m`, or a plain number of seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let wrong = || format!("`{text}` is not a time: write for example 1500ms, 90s or 2m");
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let duration = match unit.trim() {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        _ => return Err(wrong()),
    };
    if duration.is_zero() { Err("the time must be longer than nothing".to_owned()) } else { Ok(duration) }
}

/// An origin that browsers send: scheme and host, without a path.
fn public_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url.to_ascii_lowercase()),
        _ => Err(format!("`{text}` is not an address of a server: write for example https://plan.example.org")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_shows() {
        let secret: Secret = "sk-very-secret".parse().unwrap_or_else(|error| match error {});
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
        assert_eq!(secret.expose(), "sk-very-secret");
    }

    #[test]
    fn times_are_written_with_their_unit() {
        assert_eq!(duration("1500ms"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        for wrong in ["", "soon", "-1s", "5h", "0s", "99999999999999999999999s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin() {
        assert_eq!(public_url("https://Plan.example.org/"), Ok("https://plan.example.org".to_owned()));
        for wrong in ["plan.example.org", "https://", "ftp://x", "https://x/app", "https://user@x"] {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}
