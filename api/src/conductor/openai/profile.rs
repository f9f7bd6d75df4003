//! How an endpoint is told what to cache: a property of the endpoint, never sent blindly.

use crate::config::CacheProfile;

/// A cache profile, decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Profile {
    /// `prompt_cache_key`.
    Openai,
    /// `cache_control` marks on parts.
    AnthropicMarks,
    /// Nothing: the stable prefix is enough.
    None,
}

impl Profile {
    pub(super) fn of(configured: CacheProfile, host: &str, model: &str) -> Self {
        match configured {
            CacheProfile::Openai => Self::Openai,
            CacheProfile::AnthropicMarks => Self::AnthropicMarks,
            CacheProfile::None => Self::None,
            CacheProfile::Auto if is_at(host, "openai.com") || is_at(host, "openai.azure.com") => Self::Openai,
            CacheProfile::Auto if is_at(host, "openrouter.ai") && model.starts_with("anthropic/") => {
                Self::AnthropicMarks
            }
            CacheProfile::Auto => Self::None,
        }
    }

    /// The profile's name for the record.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::AnthropicMarks => "anthropic_marks",
            Self::None => "none",
        }
    }
}

fn is_at(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_endpoint_is_sent_no_hint() {
        let auto = |host, model| Profile::of(CacheProfile::Auto, host, model).as_str();
        assert_eq!(auto("api.openai.com", "gpt-5"), "openai");
        assert_eq!(auto("eu.api.openai.com", "gpt-5"), "openai");
        assert_eq!(auto("notopenai.com", "gpt-5"), "none");
        assert_eq!(auto("openrouter.ai", "anthropic/claude-sonnet-4.5"), "anthropic_marks");
        assert_eq!(auto("openrouter.ai", "meta/llama"), "none");
        assert_eq!(Profile::of(CacheProfile::AnthropicMarks, "localhost", "m").as_str(), "anthropic_marks");
    }
}
