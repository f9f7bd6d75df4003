//! Where the model is, and the key to it. The key is checked here, so that a header can always be made of it.

use std::time::Duration;

use async_openai::config::Config;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::SecretString;

use super::profile::Profile;
use crate::conductor::price::PriceTable;
use crate::config::{CacheProfile, Secret};

/// OpenAI's own endpoint.
pub const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";

/// Everything that the adapter needs to know.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// The endpoint's address, up to and with its version: `https://api.openai.com/v1`.
    pub base_url: String,
    /// The key; local servers often want none.
    pub api_key: Option<Secret>,
    /// The model.
    pub model: String,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long the endpoint may be silent.
    pub idle_timeout: Duration,
    /// How the endpoint is told what to cache.
    pub cache_profile: CacheProfile,
    /// What tokens cost.
    pub prices: PriceTable,
}

/// The endpoint can't be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum OpenAiConfigError {
    /// The address is none.
    #[error("OPENAI_BASE_URL must be an http or https address such as {DEFAULT_BASE_URL}, without query or fragment")]
    BaseUrl,
    /// The key can't go into a header.
    #[error("OPENAI_API_KEY holds characters that a key can't have, such as a line end; copy it again")]
    Key,
    /// The model has no name.
    #[error("KONDUCTRO_MODEL must name a model")]
    Model,
    /// The HTTP client could not be made.
    #[error("the HTTP client for the model could not be made: {0}")]
    Client(String),
}

/// A checked configuration.
#[derive(Debug)]
pub(super) struct Endpoint {
    base: String,
    authorization: Option<HeaderValue>,
    key: SecretString,
    pub(super) secret: Option<Secret>,
    pub(super) model: String,
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) profile: Profile,
    pub(super) prices: PriceTable,
}

impl Endpoint {
    pub(super) fn of(config: OpenAiConfig) -> Result<Self, OpenAiConfigError> {
        let url = Url::parse(config.base_url.trim()).map_err(|_| OpenAiConfigError::BaseUrl)?;
        let usable = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
        let host = url.host_str().filter(|_| usable).ok_or(OpenAiConfigError::BaseUrl)?;
        let model = config.model.trim();
        if model.is_empty() {
            return Err(OpenAiConfigError::Model);
        }
        let key = config.api_key.as_ref().map(|key| key.expose().trim()).filter(|key| !key.is_empty());
        let authorization = key
            .map(|key| HeaderValue::from_str(&format!("Bearer {key}")))
            .transpose()
            .map_err(|_| OpenAiConfigError::Key)?
            .map(|mut header| {
                header.set_sensitive(true);
                header
            });
        Ok(Self {
            profile: Profile::of(config.cache_profile, host, model),
            base: url.as_str().trim_end_matches('/').to_owned(),
            authorization,
            key: SecretString::from(key.unwrap_or_default()),
            secret: config.api_key.clone(),
            model: model.to_owned(),
            connect_timeout: config.connect_timeout,
            idle_timeout: config.idle_timeout,
            prices: config.prices,
        })
    }
}

/// What async-openai asks of a configuration. Its own reads a developer's shell, and panics on an odd key.
#[derive(Debug, Clone)]
pub(super) struct Address(pub(super) std::sync::Arc<Endpoint>);

impl Config for Address {
    fn headers(&self) -> HeaderMap {
        self.0.authorization.iter().map(|value| (AUTHORIZATION, value.clone())).collect()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.0.base
    }

    fn api_key(&self) -> &SecretString {
        &self.0.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base_url: &str, key: &str, model: &str) -> OpenAiConfig {
        OpenAiConfig {
            base_url: base_url.into(),
            api_key: key.parse().ok(),
            model: model.into(),
            connect_timeout: Duration::from_secs(1),
            idle_timeout: Duration::from_secs(1),
            cache_profile: CacheProfile::Auto,
            prices: PriceTable::default(),
        }
    }

    #[test]
    fn an_unusable_endpoint_is_refused_before_anything_is_sent() {
        for (base_url, key, model) in [
            ("api.openai.com", "k", "m"),
            ("ftp://host/v1", "k", "m"),
            ("https://host/v1?x=1", "k", "m"),
            ("https://host/v1", "a\nb", "m"),
            ("https://host/v1", "k", " "),
        ] {
            assert!(Endpoint::of(config(base_url, key, model)).is_err(), "{base_url} {key:?} {model:?}");
        }
    }

    #[test]
    fn the_address_has_no_double_slash_and_the_key_never_shows() {
        let endpoint = Endpoint::of(config("http://localhost:1/v1/", " sk-1 ", "m"));
        let shown = format!("{endpoint:?}");
        let address = endpoint.ok().map(|endpoint| Address(std::sync::Arc::new(endpoint)));
        let url = address.as_ref().map(|address| address.url("/chat/completions"));
        assert_eq!(url.as_deref(), Some("http://localhost:1/v1/chat/completions"));
        assert_eq!(address.map(|address| address.headers()[AUTHORIZATION] == "Bearer sk-1"), Some(true));
        assert!(!shown.contains("sk-1"), "{shown}");
    }
}
