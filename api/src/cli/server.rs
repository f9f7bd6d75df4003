//! Which server a command talks to, and how it answers: the options that all commands of the API share.

use std::io::Write as _;

use clap::Args;
use serde_json::Value;

use super::exit::Failure;

/// Where the server is.
#[derive(Debug, Clone, Default, Args)]
pub struct ServerArgs {
    /// The server's address, such as `https://plan.example.org`; by default the one you signed in to last.
    #[arg(long, env = "KONDUCTRO_URL", value_name = "URL", value_parser = server_url)]
    pub url: Option<String>,
}

/// For whom the answer is.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Output {
    /// Print JSON, for tools; failures too, on standard error.
    #[arg(long)]
    pub(super) json: bool,
}

impl Output {
    /// Prints an answer: as JSON, or in words.
    pub(super) fn print(self, value: &Value, in_words: impl FnOnce() -> String) -> Result<(), Failure> {
        let text = if self.json { value.to_string() } else { in_words() };
        match writeln!(std::io::stdout(), "{}", text.trim_end()) {
            // Whoever reads has read enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }
}

/// An address of a server: scheme, host and port, without what could hide another one.
pub(super) fn server_url(text: &str) -> Result<String, String> {
    let url = text.trim().trim_end_matches('/');
    let wrong = || format!("`{text}` is not an address of a server: write for example https://plan.example.org");
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(wrong)?;
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ', '\\']) || host.chars().any(char::is_control) {
        return Err(wrong());
    }
    Ok(url.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_origin() {
        assert_eq!(server_url("http://localhost:8080/"), Ok("http://localhost:8080".to_owned()));
        for wrong in ["localhost:8080", "https://", "https://a@b", "https://a/b", "ftp://a", "https://a b"] {
            assert!(server_url(wrong).is_err(), "{wrong}");
        }
    }
}
