//! The log: lines for people, or JSON for machines.
//!
//! Everything goes to standard error, so that standard output stays free for what a command answers.
//! Request and correlation ids come in as fields of the spans that the HTTP layer opens.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::conductor::openai::SILENCED;
use crate::config::{LogConfig, LogFormat};

/// The log could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one.
    #[error(
        "KONDUCTRO_LOG is not a filter ({0}): write a level such as info, or directives such as info,konductro_api=debug"
    )]
    Filter(#[from] ParseError),
}

/// Starts logging; done once, first thing.
///
/// # Errors
/// When the filter cannot be read.
pub fn start(config: &LogConfig) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder().parse(&config.log)?.add_directive(SILENCED.parse()?);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let outcome = match config.log_format {
        LogFormat::Json => log.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
    };
    if let Err(error) = outcome {
        // Only a test that starts two servers in one process gets here.
        tracing::debug!(%error, "logging was started already");
    }
    Ok(())
}
